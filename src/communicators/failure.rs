//! How a guest lets us down, and the one way to run a script that must succeed.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Communicator, Stage, Stream};
use crate::error::{Explain, Failure, Kind, Result, full_guest};
use crate::op::Script;

/// A guest did not come to answer in time.
#[derive(Debug, thiserror::Error)]
#[error("{} within {} s: {}", headline(*stage), limit.as_secs(), reason)]
pub struct NotReady {
    /// The furthest stage reached.
    pub stage: Stage,
    /// How long was waited.
    pub limit: Duration,
    /// Address and port.
    pub address: String,
    /// User of the login.
    pub user: String,
    /// What went wrong last.
    pub reason: String,
}

fn headline(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "the machine did not answer",
        Stage::Banner => "the machine greeted, but did not let us in",
        Stage::Authenticate | Stage::Ready => "the machine did not accept our login",
    }
}

impl Explain for NotReady {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        match self.stage {
            Stage::Connect => vec![
                format!(
                    "nothing greeted at {}: the guest may still be booting (raise `config.vm.boot_timeout`), hang before its SSH server starts, or have no network on its first card",
                    self.address
                ),
                "look at the end of the console log for how far the boot came".to_owned(),
            ],
            Stage::Banner => vec![
                "a slow guest needs a higher `config.vm.boot_timeout`; an old one may want `config.ssh.disable_deprecated_algorithms = false`".to_owned(),
            ],
            Stage::Authenticate | Stage::Ready => vec![
                format!(
                    "check `config.ssh.username` (now `{}`), `config.ssh.private_key_path` and `config.ssh.password` against what the box expects",
                    self.user
                ),
            ],
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self.stage {
            Stage::Connect | Stage::Banner => "Vagrant::Errors::VMBootTimeout",
            Stage::Authenticate | Stage::Ready => "Vagrant::Errors::SSHAuthenticationFailed",
        })
    }
}

/// The connection broke while the guest was at work.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the guest was lost")]
pub struct Lost {
    /// What the other side, or the system, said.
    pub reason: String,
}

impl Explain for Lost {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        vec![
            "see with `rove status` whether the machine still runs, then run the command again"
                .to_owned(),
        ]
    }

    fn detail(&self) -> Option<String> {
        Some(self.reason.clone()).filter(|reason| !reason.is_empty())
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::SSHDisconnected")
    }
}

/// Returns whether a failure only says that the connection broke.
pub fn is_lost(failure: &Failure) -> bool {
    failure.downcast_ref::<Lost>().is_some()
}

/// A script of ours failed in a guest.
#[derive(Debug, thiserror::Error)]
#[error("cannot {purpose} in `{machine}`: a command in the guest failed with status {status}")]
pub struct CommandFailed {
    /// Machine.
    pub machine: String,
    /// What it was for: "set the host name", "install rsync".
    pub purpose: String,
    /// Exit status.
    pub status: i32,
    /// Its last lines.
    pub lines: Vec<String>,
}

impl Explain for CommandFailed {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        full_guest(&self.lines.join("\n")).into_iter().collect()
    }

    fn detail(&self) -> Option<String> {
        Some(self.lines.join("\n")).filter(|lines| !lines.is_empty())
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::VagrantError")
    }
}

/// The last lines of an output, for error messages.
#[derive(Debug, Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    /// How many lines are kept.
    pub const LINES: usize = 10;

    /// Adds a line; the oldest goes when there are too many.
    pub fn push(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.0.len() == Self::LINES {
            self.0.pop_front();
        }
        self.0.push_back(line.to_owned());
    }

    /// Returns the lines, with every one of `secrets` masked.
    pub fn lines(&self, secrets: &[String]) -> Vec<String> {
        let mask = |line: &String| {
            secrets
                .iter()
                .filter(|secret| !secret.is_empty())
                .fold(line.clone(), |line, secret| line.replace(secret, "*****"))
        };
        self.0.iter().map(mask).collect()
    }
}

/// Runs a script whose status must be one it accepts (0 by default); else the
/// error says that `purpose` could not be reached in `machine`.
pub fn run(
    guest: &mut dyn Communicator,
    script: &Script,
    machine: &str,
    purpose: &str,
    line: &mut dyn FnMut(Stream, &str),
) -> Result<i32> {
    let mut tail = Tail::default();
    let status = guest.exec(script, &mut |stream, text| {
        tail.push(text);
        line(stream, text);
    })?;
    if status == 0 || script.accept.contains(&status) {
        return Ok(status);
    }
    Err(CommandFailed {
        machine: machine.to_owned(),
        purpose: purpose.to_owned(),
        status,
        lines: tail.lines(&script.secrets),
    }
    .into())
}
