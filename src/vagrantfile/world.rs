//! What a Vagrantfile can reach of the host: files, environment, commands.
//! A trust rule decides what it may; what it prints goes to the listener.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use crate::event::Level;
use crate::host::{Exit, Host, Terminal, plain};
use crate::op::Cmd;
use crate::ruby::{Command, FileFacts, FileType, Finished, User, World};

/// How far a file is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// The user's own: it may do what the user may.
    Own,
    /// Somebody else's, such as a box's: configuration and reading, nothing more.
    Foreign,
}

/// The host as a [`World`].
pub(super) struct HostWorld {
    host: Host,
    trust: Trust,
    env: RefCell<BTreeMap<String, String>>,
    cwd: RefCell<PathBuf>,
    out: RefCell<Vec<u8>>,
    err: RefCell<Vec<u8>>,
    read: Rc<RefCell<Vec<PathBuf>>>,
}

impl HostWorld {
    /// Returns the world of a file; `read` gathers the files that it reads.
    pub(super) fn new(host: &Host, trust: Trust, read: Rc<RefCell<Vec<PathBuf>>>) -> Self {
        let pairs = host
            .env
            .all()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            host: host.clone(),
            trust,
            env: RefCell::new(pairs.collect()),
            cwd: RefCell::new(host.cwd.clone()),
            out: RefCell::default(),
            err: RefCell::default(),
            read,
        }
    }

    /// Tells the listener what was printed without a line end.
    pub(super) fn flush(&self) {
        for (buffer, level) in [(&self.out, Level::Output), (&self.err, Level::Error)] {
            let rest = std::mem::take(&mut *buffer.borrow_mut());
            if !rest.is_empty() {
                self.host.say(None, level, String::from_utf8_lossy(&rest));
            }
        }
    }

    fn print(&self, buffer: &RefCell<Vec<u8>>, level: Level, bytes: &[u8]) {
        let mut pending = buffer.borrow_mut();
        pending.extend_from_slice(bytes);
        let Some(end) = pending.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        let lines: Vec<u8> = pending.drain(..=end).collect();
        drop(pending);
        let text = String::from_utf8_lossy(&lines);
        self.host
            .say(None, level, text.strip_suffix('\n').unwrap_or(&text));
    }

    fn may_act(&self) -> io::Result<()> {
        match self.trust {
            Trust::Own => Ok(()),
            Trust::Foreign => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the Vagrantfile of a box may only configure",
            )),
        }
    }
}

impl World for HostWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = plain::read(path)?;
        self.read.borrow_mut().push(path.to_path_buf());
        Ok(bytes)
    }

    fn write(&self, path: &Path, bytes: &[u8], append: bool) -> io::Result<()> {
        self.may_act()?;
        plain::write(path, bytes, append)
    }

    fn facts(&self, path: &Path, follow_links: bool) -> io::Result<FileFacts> {
        let facts = plain::facts(path, follow_links)?;
        let file_type = if facts.file_type.is_dir() {
            FileType::Directory
        } else if facts.file_type.is_symlink() {
            FileType::Symlink
        } else if facts.file_type.is_file() {
            FileType::File
        } else {
            FileType::Other
        };
        Ok(FileFacts {
            file_type,
            size: facts.size,
            mode: facts.mode,
            modified_ns: facts.modified_ns,
        })
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        plain::list(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.may_act()?;
        plain::create_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.may_act()?;
        plain::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.may_act()?;
        plain::remove_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may_act()?;
        plain::rename(from, to)
    }

    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()> {
        self.may_act()?;
        plain::symlink(target, link)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        plain::read_link(path)
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.may_act()?;
        plain::set_mode(path, mode)
    }

    fn cwd(&self) -> PathBuf {
        self.cwd.borrow().clone()
    }

    fn set_cwd(&self, path: &Path) {
        *self.cwd.borrow_mut() = path.to_path_buf();
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.borrow().get(name).cloned()
    }

    fn set_env(&self, name: &str, value: Option<&str>) {
        let mut env = self.env.borrow_mut();
        match value {
            Some(value) => env.insert(name.to_owned(), value.to_owned()),
            None => env.remove(name),
        };
    }

    fn env_all(&self) -> Vec<(String, String)> {
        let env = self.env.borrow();
        env.iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn run(&self, command: &Command) -> io::Result<Finished> {
        self.may_act()?;
        self.flush();
        let cmd = self.cmd(command)?;
        let failed = |error: crate::error::Failure| io::Error::other(error.to_string());
        let captures = command.capture_stdout || command.capture_stderr;
        let (exit, stdout, stderr) = if captures || command.drop_stdout || command.drop_stderr {
            let output = self.host.runner.run(&cmd, None).map_err(failed)?;
            (output.exit, output.stdout, output.stderr)
        } else if command.stdin.is_none() && Terminal::detect().stdin {
            let exit = self.host.runner.run_attached(&cmd).map_err(failed)?;
            (exit, Vec::new(), Vec::new())
        } else {
            let output = self.host.runner.run(&cmd, None).map_err(failed)?;
            (output.exit, output.stdout, output.stderr)
        };
        if !command.capture_stdout && !command.drop_stdout {
            self.stdout(&stdout);
        }
        if !command.capture_stderr && !command.drop_stderr && !command.merge_stderr {
            self.stderr(&stderr);
        }
        let (status, signal) = match exit {
            Exit::Code(code) => (Some(code), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::TimedOut => (None, Some(9)),
        };
        Ok(Finished {
            status,
            signal,
            pid: 0,
            stdout,
            stderr,
        })
    }

    fn stdout(&self, bytes: &[u8]) {
        self.print(&self.out, Level::Output, bytes);
    }

    fn stderr(&self, bytes: &[u8]) {
        self.print(&self.err, Level::Error, bytes);
    }

    fn stdin_line(&self) -> Option<String> {
        self.flush();
        plain::stdin_line()
    }

    fn stdin_is_terminal(&self) -> bool {
        Terminal::detect().stdin
    }

    fn now_ns(&self) -> i128 {
        self.host
            .clock
            .wall()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos() as i128)
    }

    fn monotonic_ns(&self) -> i128 {
        self.host.clock.now().as_nanos() as i128
    }

    fn time_zone(&self) -> Option<String> {
        self.env("TZ")
            .map(|zone| zone.trim_start_matches(':').to_owned())
    }

    fn sleep(&self, time: Duration) {
        // Ctrl-C is noticed by the next step of the evaluation.
        let _ = self.host.clock.sleep(time);
    }

    fn random(&self, bytes: &mut [u8]) {
        plain::random(bytes);
    }

    fn host_name(&self) -> String {
        plain::host_name()
    }

    fn user(&self) -> User {
        let who = plain::user();
        let name = self.env("USER").or_else(|| self.env("USERNAME"));
        User {
            name: name.unwrap_or_else(|| "nobody".to_owned()),
            uid: who.uid,
            gid: who.gid,
            home: self
                .env("HOME")
                .map_or_else(|| PathBuf::from("/"), PathBuf::from),
        }
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn interrupted(&self) -> bool {
        self.host.cancel.is_set()
    }
}

impl HostWorld {
    fn cmd(&self, command: &Command) -> io::Result<Cmd> {
        let mut argv = command.argv.iter();
        let first = argv.next().ok_or(io::ErrorKind::InvalidInput)?;
        let line = |first: &std::ffi::OsStr| {
            let mut line = first.to_os_string();
            if command.merge_stderr {
                line.push(" 2>&1");
            }
            line
        };
        let mut cmd = if !command.shell {
            Cmd::new(first.clone()).args(argv.cloned())
        } else if cfg!(windows) {
            Cmd::new("cmd").arg("/c").arg(line(first))
        } else {
            Cmd::new("sh").arg("-c").arg(line(first))
        };
        // The file's own ENV, then the command's.
        let known: BTreeMap<&str, &str> = self.host.env.all().collect();
        for (name, value) in self.env.borrow().iter() {
            if known.get(name.as_str()) != Some(&value.as_str()) {
                cmd = cmd.env(name, value);
            }
        }
        for name in known.keys() {
            if !self.env.borrow().contains_key(*name) {
                cmd.env_remove.push((*name).into());
            }
        }
        for (name, value) in &command.env {
            match value {
                Some(value) => cmd = cmd.env(name, value),
                None => cmd.env_remove.push(name.into()),
            }
        }
        let cwd = self.cwd.borrow();
        cmd.cwd = Some(match &command.cwd {
            Some(folder) => cwd.join(folder),
            None => cwd.clone(),
        });
        cmd.stdin.clone_from(&command.stdin);
        Ok(cmd)
    }
}
