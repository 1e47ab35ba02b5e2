//! What a Vagrantfile can reach of the host: files, environment, commands.
//! `trust` decides what it may; what it prints goes to `output`.

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

use super::output::Output;
use super::trust::{Act, Guard, is_secret};

/// The host as a [`World`].
pub(super) struct HostWorld {
    host: Host,
    guard: Guard,
    env: RefCell<BTreeMap<String, String>>,
    cwd: RefCell<PathBuf>,
    output: Rc<Output>,
    read: Rc<RefCell<Vec<PathBuf>>>,
}

impl HostWorld {
    /// Returns the world of a file; `read` gathers the files that it reads.
    pub(super) fn new(
        host: &Host,
        guard: Guard,
        output: Rc<Output>,
        read: Rc<RefCell<Vec<PathBuf>>>,
    ) -> Self {
        let pairs = host
            .env
            .all()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            host: host.clone(),
            guard,
            env: RefCell::new(pairs.collect()),
            cwd: RefCell::new(host.cwd.clone()),
            output,
            read,
        }
    }

    /// Returns who decides what the file may do.
    pub(super) fn guard(&self) -> &Guard {
        &self.guard
    }

    fn may(&self, act: impl FnOnce() -> Act) -> io::Result<()> {
        allowed(self.guard.allows(act()))
    }

    fn may_remove(&self, path: &Path) -> io::Result<()> {
        // What is not there cannot be removed: `rm_f` of it is no act.
        if path.symlink_metadata().is_err() {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.may(|| Act::Remove(path.to_owned()))
    }

    fn may_write(&self, path: &Path) -> io::Result<()> {
        // Nothing is left behind there.
        let streams = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];
        if streams.iter().any(|stream| path == Path::new(stream)) {
            return Ok(());
        }
        self.may(|| Act::Write(path.to_owned()))?;
        self.guard.note_written(path);
        Ok(())
    }
}

fn allowed(allowed: bool) -> io::Result<()> {
    if allowed {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the Vagrantfile of a box may only configure",
    ))
}

impl World for HostWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        allowed(self.guard.may_read(path))?;
        let bytes = plain::read(path)?;
        self.guard.note_read(path, &bytes);
        self.read.borrow_mut().push(path.to_path_buf());
        Ok(bytes)
    }

    fn write(&self, path: &Path, bytes: &[u8], append: bool) -> io::Result<()> {
        self.may_write(path)?;
        // Vagrant has made this folder before it reads the file.
        if let Some(folder) = path.parent()
            && folder.ends_with(".vagrant")
            && !folder.exists()
            && folder
                .parent()
                .is_some_and(|project| project.join("Vagrantfile").exists())
        {
            plain::create_dir(folder)?;
        }
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
        allowed(self.guard.may_list(path))?;
        plain::list(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        // Making sure that a folder is there changes nothing where it is.
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.may_write(path)?;
        plain::create_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.may_remove(path)?;
        plain::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.may_remove(path)?;
        plain::remove_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may_remove(from)?;
        self.may_write(to)?;
        plain::rename(from, to)
    }

    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()> {
        self.may_write(link)?;
        plain::symlink(target, link)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        plain::read_link(path)
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.may_write(path)?;
        plain::set_mode(path, mode)
    }

    fn cwd(&self) -> PathBuf {
        self.cwd.borrow().clone()
    }

    fn set_cwd(&self, path: &Path) {
        *self.cwd.borrow_mut() = path.to_path_buf();
    }

    fn env(&self, name: &str) -> Option<String> {
        let value = self.env.borrow().get(name).cloned()?;
        self.guard.may_know(name).then_some(value)
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
        let secrets = self.guard.knows_secrets();
        env.iter()
            .filter(|(name, _)| secrets || !is_secret(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn allows(&self, command: &Command) -> io::Result<()> {
        self.may(|| {
            let words: Vec<_> = command
                .argv
                .iter()
                .map(|word| word.to_string_lossy())
                .collect();
            Act::Run(words.join(" "))
        })
    }

    fn is_refused(&self) -> bool {
        self.guard.is_refused()
    }

    fn run(&self, command: &Command) -> io::Result<Finished> {
        self.allows(command)?;
        self.output.flush();
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
        self.output.print(Level::Output, bytes);
    }

    fn stderr(&self, bytes: &[u8]) {
        self.output.print(Level::Error, bytes);
    }

    fn stdin_line(&self) -> Option<String> {
        self.output.flush();
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
        self.output.flush();
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

    fn memory_bytes(&self) -> Option<u64> {
        crate::host::process::own_memory()
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
        let mut cmd = if command.shell {
            Cmd::shell(line(first))
        } else {
            Cmd::new(first.clone()).args(argv.cloned())
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
