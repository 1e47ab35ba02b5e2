//! Waiting for a guest that boots, stage by stage: the machine runs, its console
//! speaks, an SSH server greets, the login works. A port that accepts proves
//! nothing: user-mode networking accepts long before the guest listens.

use std::path::Path;
use std::time::Duration;

use crate::communicators::{NotReady, Stage};
use crate::error::{Explain, Failure, Kind, Result};
use crate::event::Event;
use crate::host::files;
use crate::op::quote;
use crate::providers::{Machine, Power};

use super::{Session, Work, cloud_init};

/// How often the machine is looked at while its guest boots.
const LOOK: Duration = Duration::from_millis(500);
/// How often the listener hears that there is still no answer.
const TELL: Duration = Duration::from_millis(200);
/// How much of the console's end is read for an error.
const CONSOLE_BYTES: u64 = 8192;
/// How much of it is searched for a word of cloud-init.
const WHOLE_CONSOLE: u64 = 1 << 20;
/// How long a guest that is up may say no word of cloud-init. Its SSH server starts at
/// about the same time as the console's login.
const NO_WORD: Duration = Duration::from_secs(60);
/// How many of its lines are shown.
const CONSOLE_LINES: usize = 12;

/// A guest that did not come to answer.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The machine stopped meanwhile.
    #[error("machine `{machine}` stopped while it booted")]
    Died {
        /// Machine.
        machine: String,
        /// Last lines of its console.
        console: Vec<String>,
        /// The console's log.
        log: Option<std::path::PathBuf>,
    },
    /// The image was to have cloud-init, and has none.
    #[error(
        "the image of machine `{machine}` started without cloud-init: nobody made a user to log in as"
    )]
    NoCloudInit {
        /// Machine.
        machine: String,
        /// User of the login.
        user: String,
        /// Last lines of its console.
        console: Vec<String>,
        /// The console's log.
        log: Option<std::path::PathBuf>,
    },
    /// Its hypervisor made it stand still meanwhile.
    #[error("machine `{machine}` was made to stand still while it booted")]
    Paused {
        /// Machine.
        machine: String,
    },
    /// Time is up.
    #[error("machine `{machine}` did not answer within {} s: it got as far as {}", limit.as_secs(), stage_name(*stage, !console.is_empty()))]
    TimedOut {
        /// Machine.
        machine: String,
        /// The furthest stage reached.
        stage: Stage,
        /// `config.vm.boot_timeout`.
        limit: Duration,
        /// What went wrong last.
        reason: String,
        /// User of the login.
        user: String,
        /// Last lines of its console.
        console: Vec<String>,
        /// The console's log.
        log: Option<std::path::PathBuf>,
    },
}

/// Returns the stage as a noun.
fn stage_name(stage: Stage, console_speaks: bool) -> &'static str {
    match stage {
        Stage::Connect if console_speaks => "console output",
        Stage::Connect => "a running process",
        Stage::Banner => "the SSH banner",
        Stage::Authenticate | Stage::Ready => "the SSH login",
    }
}

/// Returns what is waited for after a stage.
fn next_stage(stage: Stage, console_speaks: bool) -> &'static str {
    match stage {
        Stage::Connect if console_speaks => "SSH banner",
        // Not every guest speaks on its console.
        Stage::Connect => "console output or SSH banner",
        Stage::Banner => "SSH handshake",
        Stage::Authenticate => "SSH login",
        Stage::Ready => "a command",
    }
}

impl Explain for WaitError {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        let mut hints = match self {
            Self::Paused { machine } => vec![
                "hypervisors do that when the disk of this host is full: `df -h .` shows it".to_owned(),
                format!("with free space, `rove up {}` goes on", quote(machine)),
            ],
            Self::NoCloudInit { machine, user, .. } => vec![
                "take an image made for clouds, such as the `genericcloud` or `cloudimg` one of its distribution".to_owned(),
                format!(
                    "if the image has a user of its own, make a box of it: `rove box create`, with `config.ssh.username` (now `{user}`) and `config.ssh.password`"
                ),
                format!("`rove destroy {}` removes the machine", quote(machine)),
            ],
            Self::Died { machine, .. } => vec![
                "the guest powered off or its hypervisor failed: see the lines above".to_owned(),
                format!("try again: `rove up {}`", quote(machine)),
            ],
            Self::TimedOut {
                stage: Stage::Connect,
                console,
                ..
            } if console.is_empty() => vec![
                "nothing came on the serial console: the disk may not be bootable with this firmware or disk controller, or the guest logs elsewhere".to_owned(),
                "look at the screen: set `v.gui = true` in the provider block".to_owned(),
            ],
            Self::TimedOut {
                stage: Stage::Connect,
                ..
            } => vec![
                "the guest boots but no SSH server greets: it may be slow (raise `config.vm.boot_timeout`), or its network card has no driver or no address".to_owned(),
            ],
            Self::TimedOut {
                stage: Stage::Banner,
                ..
            } => vec![
                "the SSH server greets but does not go on: the guest may be slow (raise `config.vm.boot_timeout`)".to_owned(),
            ],
            Self::TimedOut { user, .. } => vec![format!(
                "check `config.ssh.username` (now `{user}`), `config.ssh.private_key_path` and `config.ssh.password` against what the box expects"
            )],
        };
        if let Self::TimedOut { machine, .. } = self {
            hints.push(format!(
                "the guest boots on meanwhile: `rove up {}` goes on waiting; `config.vm.boot_timeout` says how long",
                quote(machine)
            ));
        }
        if let Self::Died { log: Some(log), .. }
        | Self::NoCloudInit { log: Some(log), .. }
        | Self::TimedOut { log: Some(log), .. } = self
        {
            hints.push(format!("the whole console is in `{}`", log.display()));
        }
        hints
    }

    fn detail(&self) -> Option<String> {
        let (Self::Died { console, .. }
        | Self::NoCloudInit { console, .. }
        | Self::TimedOut { console, .. }) = self
        else {
            return None;
        };
        let mut text = String::new();
        if let Self::TimedOut { reason, .. } = self
            && !reason.is_empty()
        {
            text.push_str(reason);
            text.push('\n');
        }
        if !console.is_empty() {
            text.push_str("last lines of the console:\n");
            text.push_str(&console.join("\n"));
        }
        Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        match self {
            Self::TimedOut {
                stage: Stage::Authenticate | Stage::Ready,
                ..
            } => Some("Vagrant::Errors::SSHAuthenticationFailed"),
            _ => Some("Vagrant::Errors::VMBootTimeout"),
        }
    }
}

/// Waits until commands can be run in the guest.
pub(super) fn wait_ready(session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let limit = work.config.boot_timeout;
    session.access()?;
    let Session {
        machine, access, ..
    } = session;
    let access = access.as_mut().expect("it was just made");
    let mut watch = watcher(work, machine.as_ref());
    let result = access.guest().wait_ready(limit, &mut watch);
    result.map_err(|failure| explain(work.name(), machine.as_ref(), failure))
}

/// Returns a watcher that ends a wait when rove is interrupted or the machine
/// stops, and tells the listener how it goes.
pub(super) fn watcher<'w>(
    work: &'w Work<'_>,
    machine: &'w dyn Machine,
) -> impl FnMut(Stage) -> Result<()> + 'w {
    let (host, name) = (work.host, work.name());
    let mut cloud_init = cloud_init::makes_user(work).then(CloudInitWatch::default);
    let start = host.clock.now();
    let console = machine.console();
    let (mut looked, mut told) = (start, None);
    let mut speaks = false;
    move |stage| {
        host.cancel.check()?;
        let now = host.clock.now();
        if now.saturating_sub(looked) >= LOOK {
            looked = now;
            let power = machine.power()?;
            if power == Power::Paused {
                return Err(WaitError::Paused {
                    machine: name.to_owned(),
                }
                .into());
            }
            if power != Power::Running {
                return Err(WaitError::Died {
                    machine: name.to_owned(),
                    console: last_lines(console.as_deref()),
                    log: console.clone(),
                }
                .into());
            }
            speaks = speaks || console.as_deref().is_some_and(has_content);
            if let (Some(watch), Some(log)) = (&mut cloud_init, &console)
                && watch.look(log, now)
            {
                return Err(WaitError::NoCloudInit {
                    machine: name.to_owned(),
                    user: work.config.ssh.username.clone(),
                    console: last_lines(Some(log)),
                    log: Some(log.clone()),
                }
                .into());
            }
        }
        let next = next_stage(stage, speaks);
        let next = match cloud_init.as_ref().and_then(|watch| watch.stage.as_deref()) {
            Some(at) if stage != Stage::Ready => format!("{next} (cloud-init, {at})"),
            _ => next.to_owned(),
        };
        let due = told
            .as_ref()
            .is_none_or(|(when, what): &(Duration, String)| {
                *what != next || now.saturating_sub(*when) >= TELL
            });
        if due && stage != Stage::Ready {
            told = Some((now, next.clone()));
            host.listener.event(Event::Waiting {
                machine: name.to_owned(),
                stage: next,
                elapsed: now.saturating_sub(start),
            });
        }
        Ok(())
    }
}

/// What the console of an image for clouds says of cloud-init, whose programs write
/// there when they start: `cloud-init[312]: Cloud-init v. 22.4.2 running 'init' at …`.
#[derive(Default)]
struct CloudInitWatch {
    /// It was mentioned.
    seen: bool,
    /// The stage that started last.
    stage: Option<String>,
    /// Since when the guest waits for somebody to log in on the console.
    prompt: Option<Duration>,
}

impl CloudInitWatch {
    /// Reads the console. Returns whether there is no cloud-init: the guest has been
    /// up for a while, and never said a word of it.
    fn look(&mut self, console: &Path, now: Duration) -> bool {
        let bytes = files::read_end(console, WHOLE_CONSOLE).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        self.read(&text, now)
    }

    fn read(&mut self, text: &str, now: Duration) -> bool {
        self.seen = self.seen || text.contains("cloud-init") || text.contains("Cloud-init");
        if let Some((_, rest)) = text.rsplit_once("Cloud-init v. ")
            && let Some((_, rest)) = rest.split_once(" running '")
            && let Some((stage, _)) = rest.split_once('\'')
        {
            self.stage = Some(stage.to_owned());
        }
        if plain(text).trim_end().ends_with("login:") {
            self.prompt.get_or_insert(now);
        }
        let up = self.prompt.map(|since| now.saturating_sub(since));
        !self.seen && up.is_some_and(|up| up >= NO_WORD)
    }
}

fn has_content(console: &Path) -> bool {
    files::size(console).is_some_and(|size| size > 0)
}

/// Adds to a time-out what the console says.
pub(super) fn explain(name: &str, machine: &dyn Machine, failure: Failure) -> Failure {
    let Some(not_ready) = failure.downcast_ref::<NotReady>() else {
        return failure;
    };
    let log = machine.console();
    WaitError::TimedOut {
        machine: name.to_owned(),
        stage: not_ready.stage,
        limit: not_ready.limit,
        reason: not_ready.reason.clone(),
        user: not_ready.user.clone(),
        console: last_lines(log.as_deref()),
        log,
    }
    .into()
}

/// Returns the last lines of a console, without what moves the cursor about.
fn last_lines(console: Option<&Path>) -> Vec<String> {
    let bytes = console
        .and_then(|path| files::read_end(path, CONSOLE_BYTES).ok())
        .unwrap_or_default();
    let text = plain(&String::from_utf8_lossy(&bytes));
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(CONSOLE_LINES)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// Takes ANSI escape sequences (ECMA-48) and control characters out of a text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.next_if_eq(&'[').is_some() {
                    while chars.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                }
                chars.next();
            }
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_tells_whether_there_is_cloud_init() {
        let at = Duration::from_secs;
        let mut watch = CloudInitWatch::default();
        assert!(!watch.read("booting\n", at(1)));
        assert!(!watch.read("booting\nDebian 12 x ttyS0\n\nx login: ", at(10)));
        assert!(!watch.read("booting\nDebian 12 x ttyS0\n\nx login: ", at(69)));
        assert!(watch.read("booting\nDebian 12 x ttyS0\n\nx login: ", at(70)));
        let mut watch = CloudInitWatch::default();
        let text = "[   9.1] cloud-init[250]: Cloud-init v. 22.4.2 running 'init-local' at Fri\n\nx login: ";
        assert!(!watch.read(text, at(1)) && !watch.read(text, at(500)));
        assert_eq!(watch.stage.as_deref(), Some("init-local"));
    }

    #[test]
    fn a_console_is_shown_without_its_escapes() {
        assert_eq!(
            plain("\u{1b}[0;32m  OK  \u{1b}[0m] up\r\n\u{1b}c\u{7}login: "),
            "  OK  ] up\nlogin: "
        );
    }
}
