//! A lab for one test: a temporary folder with a project and a home, an empty
//! environment, and the real `rove` binary run in it.

#[path = "../../support/http.rs"]
mod http;
pub mod labs;
mod tarball;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub(crate) use http::{Fault, Server};
pub use tarball::box_file;

/// Returns a port of loopback on which nobody listens.
pub fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    listener.local_addr().expect("its address").port()
}

/// A folder of its own, and the environment that rove sees.
pub struct Lab {
    root: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Lab {
    /// Returns a lab without a Vagrantfile, on a host without any program.
    pub fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("rove-it-")
            .tempdir()
            .expect("a temporary folder");
        let lab = Self {
            variables: Vec::new(),
            root,
        };
        for dir in ["work", "home", "bin", "rove"] {
            std::fs::create_dir(lab.root.path().join(dir)).expect("a folder in it");
        }
        let path = |name: &str| lab.root.path().join(name).display().to_string();
        let variables = [
            ("PATH", path("bin")),
            ("HOME", path("home")),
            ("ROVE_HOME", path("rove")),
            ("XDG_RUNTIME_DIR", path("rove")),
            ("TMPDIR", path("home")),
            ("LANG", "C.UTF-8".to_owned()),
            ("TERM", "dumb".to_owned()),
            // Nothing may leave this host; a test that wants a server sets its own.
            ("VAGRANT_SERVER_URL", "http://127.0.0.1:1".to_owned()),
            ("ROVE_TRUST", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        Self { variables, ..lab }
    }

    /// Returns a lab with this Vagrantfile.
    pub fn with(vagrantfile: &str) -> Self {
        let lab = Self::new();
        lab.write("Vagrantfile", vagrantfile);
        lab
    }

    /// Returns the project's folder.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Returns the folder of rove's own files.
    pub fn rove_home(&self) -> PathBuf {
        self.root.path().join("rove")
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        std::fs::write(path, content).expect("a file of the project");
    }

    /// Returns a file of the project.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.work().join(name)).expect("a file of the project")
    }

    /// Sets a variable for all runs.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Puts a program of this host on the lab's PATH. Returns false if the host
    /// lacks it.
    pub fn install(&self, program: &str) -> bool {
        let found = std::env::var_os("PATH").and_then(|path| {
            std::env::split_paths(&path)
                .map(|dir| dir.join(program))
                .find(|path| path.is_file())
        });
        match found {
            Some(path) => {
                let link = self.root.path().join("bin").join(program);
                std::os::unix::fs::symlink(path, link).expect("a link to the program");
                true
            }
            None => false,
        }
    }

    /// Puts a shell script on the lab's PATH under the name of a program.
    pub fn fake(&self, program: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.root.path().join("bin").join(program);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    /// Runs rove in the project.
    pub fn rove(&self, args: &[&str]) -> Run {
        self.rove_in("", args)
    }

    /// Runs rove in a folder below the project.
    pub fn rove_in(&self, dir: &str, args: &[&str]) -> Run {
        self.run(dir, args, Stdio::piped())
    }

    /// Runs rove with this for standard output.
    pub fn rove_into(&self, args: &[&str], stdout: Stdio) -> Run {
        self.run("", args, stdout)
    }

    /// Runs rove in the project by another program, which is given these arguments
    /// before rove's own command line.
    pub fn rove_under(&self, program: &Path, before: &[&str], args: &[&str]) -> Run {
        let mut command = Command::new(program);
        command.args(before).arg(env!("CARGO_BIN_EXE_rove"));
        self.finish(command, "", args, Stdio::piped())
    }

    fn run(&self, dir: &str, args: &[&str], stdout: Stdio) -> Run {
        let command = Command::new(env!("CARGO_BIN_EXE_rove"));
        self.finish(command, dir, args, stdout)
    }

    /// Starts rove in a folder below the project and does not wait for it.
    pub fn start_in(&self, dir: &str, args: &[&str]) -> Child {
        let command = Command::new(env!("CARGO_BIN_EXE_rove"));
        self.begin(command, dir, args, Stdio::piped())
    }

    fn begin(&self, mut command: Command, dir: &str, args: &[&str], stdout: Stdio) -> Child {
        command
            .args(args)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.work().join(dir))
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("rove starts")
    }

    fn finish(&self, command: Command, dir: &str, args: &[&str], stdout: Stdio) -> Run {
        let run = self.begin(command, dir, args, stdout);
        let output = run.wait_with_output().expect("rove runs");
        Run {
            command: args.join(" "),
            code: output.status.code(),
            stdout: self.stable(&output.stdout),
            stderr: self.stable(&output.stderr),
        }
    }

    /// Replaces what differs from run to run.
    fn stable(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let root = self.root.path();
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut text = text.into_owned();
        for (dir, name) in [("work", "[WORK]"), ("home", "[HOME]"), ("rove", "[ROVE]")] {
            for root in [root, &real] {
                text = text.replace(&path_text(&root.join(dir)), name);
            }
        }
        let text = without_the_ssh_port(&text);
        without_seconds(&without_ports(&text.replace(&path_text(root), "[LAB]")))
    }
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// Returns text without what is said when another lab of this host, such as one
/// of a test that runs at the same time, has taken port 2222.
fn without_the_ssh_port(text: &str) -> String {
    let taken = |line: &&str| line.contains("port 2222 of this host is in use");
    text.split_inclusive('\n')
        .filter(|line| !taken(line))
        .map(|line| match line.split_once("2222 is in use") {
            Some((start, end)) => format!("{}{end}", start.trim_end()),
            None => line.to_owned(),
        })
        .collect()
}

/// Returns text in which every port of loopback is `[PORT]`.
fn without_ports(text: &str) -> String {
    const LOOPBACK: &str = "127.0.0.1:";
    let mut parts = text.split(LOOPBACK);
    let mut stable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        stable.push_str(LOOPBACK);
        stable.push_str("[PORT]");
        stable.push_str(rest);
    }
    stable
}

/// Returns text in which every time and rate (`0.1 s`, `12.3 MB/s`) is `[TIME]`
/// or `[RATE]`, and the seconds that start a record are `[SECONDS]`.
fn without_seconds(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let (line, end) = match line.strip_suffix('\n') {
                Some(line) => (line, "\n"),
                None => (line, ""),
            };
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            for index in 1..words.len() {
                let unit = words[index].trim_end_matches([')', ',', '.']).to_owned();
                let number = words[index - 1].trim_start_matches('(').to_owned();
                if number.parse::<f64>().is_err() {
                    continue;
                }
                let name = match unit.as_str() {
                    "s" if number.contains('.') => "[TIME]",
                    _ if unit.ends_with("B/s") => "[RATE]",
                    _ => continue,
                };
                let previous = words[index - 1].replace(&number, "");
                words[index - 1] = format!("{previous}{name}");
                words[index] = words[index].replace(&unit, "");
            }
            let line = words.join(" ");
            let line = line
                .replace("[TIME] ", "[TIME]")
                .replace("[RATE] ", "[RATE]");
            match line.split_once(',') {
                Some((seconds, rest))
                    if seconds.len() == 10 && seconds.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    format!("[SECONDS],{rest}{end}")
                }
                _ => format!("{line}{end}"),
            }
        })
        .collect()
}

/// What a run of rove said and how it ended. As text, for snapshots: streams
/// and exit code together.
#[must_use = "check it with a snapshot, or call `.succeeds()`"]
pub struct Run {
    command: String,
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Fails the test unless the run ended with 0; returns standard output.
    pub fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", format!("$ rove {}", self.command).trim_end())?;
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.code {
            Some(code) => write!(f, "=> {code}"),
            None => f.write_str("=> ended by a signal"),
        }
    }
}
