//! Mechanics as data: what is to be done, never how. Guests, provisioners and
//! synced folders lower their intent to [`Op`]s; `exec/apply.rs` alone does them.

use std::ffi::OsString;
use std::path::PathBuf;

/// A child process to run on the host. Comparable, so that tests check argv.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cmd {
    /// Program name (found on PATH) or path.
    pub program: OsString,
    /// Arguments.
    pub args: Vec<OsString>,
    /// Variables set in addition to rove's own environment.
    pub env: Vec<(OsString, OsString)>,
    /// Variables taken out of the environment.
    pub env_remove: Vec<OsString>,
    /// Working directory; rove's own when `None`.
    pub cwd: Option<PathBuf>,
    /// Bytes for its standard input; empty when `None`.
    pub stdin: Option<Vec<u8>>,
    /// Texts that must never be shown when the command is printed.
    pub secrets: Vec<String>,
    /// Show its output to the user, line by line.
    pub show_output: bool,
    /// Ends when rove ends, even by `kill -9`: for programs that run long, or
    /// write files that the next command would clean away beneath them.
    pub ends_with_rove: bool,
}

impl Cmd {
    /// Returns a command without arguments.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            ..Self::default()
        }
    }

    /// Returns a command that the system's shell reads.
    pub fn shell(line: impl Into<OsString>) -> Self {
        let (shell, flag) = if std::env::consts::FAMILY == "windows" {
            ("cmd", "/c")
        } else {
            ("sh", "-c")
        };
        Self::new(shell).arg(flag).arg(line)
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = Some(cwd.into());
        self
    }

    /// Makes the program end when rove ends, however that comes.
    #[must_use]
    pub fn ending_with_rove(mut self) -> Self {
        self.ends_with_rove = true;
        self
    }

    /// Sets the bytes for standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Returns the command as a line that can be pasted into a shell, secrets masked.
    pub fn show(&self) -> String {
        let mut words: Vec<String> = vec![quote(&self.program.to_string_lossy())];
        words.extend(self.args.iter().map(|arg| quote(&arg.to_string_lossy())));
        let mut line = words.join(" ");
        for secret in self.secrets.iter().filter(|secret| !secret.is_empty()) {
            line = line.replace(secret.as_str(), "*****");
        }
        line
    }
}

/// Returns `word` quoted for a POSIX shell where it needs that.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A script for the guest's shell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Script {
    /// Text for `config.ssh.shell` (POSIX shell unless the guest is Windows).
    pub text: String,
    /// Run as the administrator (`config.ssh.sudo_command`).
    pub privileged: bool,
    /// Show its output to the user, line by line.
    pub show_output: bool,
    /// Exit statuses that are fine; empty means only 0.
    pub accept: Vec<i32>,
    /// Texts that must never be shown.
    pub secrets: Vec<String>,
    /// Keep the colours of its output instead of the level's.
    pub keep_color: bool,
}

impl Script {
    /// Returns a script that runs as the administrator.
    pub fn privileged(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            privileged: true,
            ..Self::default()
        }
    }

    /// Returns a script that runs as the SSH user.
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// Where a file for the guest comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes made by rove, such as an inline script.
    Bytes(Vec<u8>),
    /// A file or folder of the host.
    Path(PathBuf),
}

/// Something a provider does to its machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Makes the machine from its box.
    Create,
    /// Powers it on, with the settings of the spec.
    Start,
    /// Powers it off: asks the guest first unless `force`.
    Stop {
        /// Pull the plug.
        force: bool,
    },
    /// Saves memory to disk and powers off.
    Suspend,
    /// Goes on from saved memory.
    Resume,
    /// Throws saved memory away; the machine is then off.
    Discard,
    /// Removes the machine and its disks.
    Destroy,
    /// Saves a snapshot.
    SnapshotSave(String),
    /// Goes back to a snapshot.
    SnapshotRestore(String),
    /// Deletes a snapshot.
    SnapshotDelete(String),
}

/// One mechanical action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A provider verb.
    Provider(Verb),
    /// Write what cloud-init in the guest reads, with a key of the machine's own.
    WriteSeed,
    /// Wait until the communicator answers, stage by stage.
    WaitReady,
    /// Wait until cloud-init in the guest is done, stage by stage.
    WaitCloudInit,
    /// Put a fresh key in place of the insecure one.
    ReplaceInsecureKey,
    /// Drop the connection to the guest; the next op makes a new one, with the
    /// groups and variables the user has by then.
    ResetConnection,
    /// Run the script that restarts the guest, and wait until the guest is
    /// back (`communicators::reboot`).
    Reboot(Script),
    /// Set the guest's clock from the host's, where the guest lets us.
    SetGuestClock,
    /// Run a script in the guest.
    Guest(Script),
    /// Run a command on the host.
    Host(Cmd),
    /// Copy to the guest.
    Upload {
        /// What.
        content: Content,
        /// Path in the guest.
        to: String,
        /// Permission bits, such as `0o755`; the guest's default when `None`.
        mode: Option<u32>,
    },
    /// Tell the user something.
    Say(crate::event::Level, String),
    /// Note that a stage of the machine's life is over (see `state/machine.rs`).
    Record(Mark),
}

/// Facts that are written to the machine's folder when reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Provisioners with `run: "once"` have run (`action_provision`).
    Provisioned,
    /// Synced folders in force (`synced_folders`, JSON).
    SyncedFolders(String),
    /// The machine is gone: clear its folder.
    Destroyed,
}
