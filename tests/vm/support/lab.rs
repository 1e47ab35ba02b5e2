//! The binary in a lab of its own: `Lab::new(body).rove(&["up"])`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::boxes;

/// A lab in a folder of its own, with a home of its own.
pub(crate) struct Lab {
    pub(crate) root: tempfile::TempDir,
    /// Variables for every command.
    pub(crate) variables: Vec<(String, String)>,
}

impl Lab {
    /// Returns a lab of the tiny box; `body` goes into the configure block.
    pub(crate) fn new(body: &str) -> Self {
        let lab = Self::empty();
        lab.write(body);
        lab
    }

    /// Returns a lab without a Vagrantfile.
    pub(crate) fn empty() -> Self {
        let root = tempfile::Builder::new()
            .prefix("rove-lab")
            .tempdir()
            .unwrap();
        let lab = Self {
            root,
            variables: Vec::new(),
        };
        std::fs::create_dir_all(lab.dir()).unwrap();
        lab
    }

    pub(crate) fn write(&self, body: &str) {
        let catalog = boxes().join("tiny.json");
        let text = format!(
            "Vagrant.configure(\"2\") do |config|\n  config.vm.box = \"rove/tiny\"\n  config.vm.box_url = {:?}\n  config.vm.synced_folder \".\", \"/vagrant\", disabled: true\n{body}\nend\n",
            catalog.to_str().unwrap()
        );
        std::fs::write(self.dir().join("Vagrantfile"), text).unwrap();
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("lab")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rove"));
        command
            .args(args)
            .current_dir(self.dir())
            .env_remove("ROVE_PROVIDERS")
            .env("HOME", self.root.path().join("user"))
            .env("ROVE_HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.runtime())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Sockets lie here: the path is short enough for them.
    pub(crate) fn runtime(&self) -> PathBuf {
        let dir = self.root.path().join("r");
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[must_use]
    pub(crate) fn try_rove(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must end well and returns what it printed.
    pub(crate) fn rove(&self, args: &[&str]) -> String {
        let output = self.try_rove(args);
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "rove {args:?}:\n{text}");
        text
    }

    /// Starts a command, kills it (SIGKILL) once `mark` is in its output, and
    /// returns what it had printed.
    pub(crate) fn kill_at(&self, args: &[&str], mark: &str) -> String {
        let log = self.root.path().join("killed.log");
        let file = std::fs::File::create(&log).unwrap();
        let mut child: Child = self
            .command(args)
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let start = Instant::now();
        loop {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            if text.contains(mark) {
                child.kill().unwrap();
                child.wait().unwrap();
                return text;
            }
            assert!(
                child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(300),
                "`{mark}` never came:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn states(&self) -> Vec<String> {
        let text = self.rove(&["status", "--machine-readable"]);
        text.lines()
            .filter_map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                (fields.get(2) == Some(&"state")).then(|| format!("{} {}", fields[1], fields[3]))
            })
            .collect()
    }

    /// Fails if a process, a file of a machine or an entry of it is left.
    pub(crate) fn nothing_is_left(&self) {
        let mut left = String::new();
        // What the runs said stays, for `rove log`.
        for entry in std::fs::read_dir(self.dir().join(".rove"))
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry.file_name() != "log" {
                let _ = writeln!(left, "{} is still there", entry.path().display());
            }
        }
        let mark = self.root.path().to_str().unwrap();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            if line.contains(mark) {
                let _ = writeln!(left, "process: {line}");
            }
        }
        let index = std::fs::read_to_string(self.home().join("data/machine-index/index"));
        if index.is_ok_and(|text| text.contains("local_data_path")) {
            left.push_str("the machine index still has an entry\n");
        }
        if self.home().join("data/port-leases.json").exists() {
            let text = std::fs::read_to_string(self.home().join("data/port-leases.json"));
            let _ = writeln!(left, "ports are still promised: {text:?}");
        }
        let sockets = walk(&self.root.path().join("r"));
        for path in sockets {
            let _ = writeln!(left, "{}", path.display());
        }
        assert!(left.is_empty(), "{left}");
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.try_rove(&["destroy", "-f"]);
    }
}

/// Returns all files below a folder.
fn walk(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
