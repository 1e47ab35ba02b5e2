//! What is wrong with a provisioner, and a script of one that failed.

use std::path::PathBuf;

use crate::communicators::CommandFailed;
use crate::config::Provisioner;
use crate::error::{Explain, Kind, full_guest};
use crate::source::{Span, nearest};

/// Types that work.
pub(super) const TYPES: [&str; 2] = ["file", "shell"];

/// Types of Vagrant that do not work yet.
const LATER: [&str; 14] = [
    "ansible",
    "ansible_local",
    "cfengine",
    "chef_apply",
    "chef_client",
    "chef_solo",
    "chef_zero",
    "container",
    "docker",
    "podman",
    "puppet",
    "puppet_server",
    "salt",
    "local_shell",
];

/// A provisioner cannot be turned into work.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// Its type does not work, or there is none of this name.
    #[error("the provisioner `{label}` is of type `{kind}`, which is not available")]
    UnknownType {
        /// Type.
        kind: String,
        /// Name, else type.
        label: String,
        /// Where it stands.
        span: Option<Span>,
    },
    /// A file that it names is not there.
    #[error("the provisioner `{label}` needs `{}`, which does not exist", path.display())]
    FileMissing {
        /// Name, else type.
        label: String,
        /// File or folder.
        path: PathBuf,
        /// Where it stands.
        span: Option<Span>,
    },
    /// Its script lies on a server.
    #[error("the provisioner `{label}` runs a script from `{url}`, which is not possible yet")]
    RemoteScript {
        /// Name, else type.
        label: String,
        /// Address.
        url: String,
        /// Where it stands.
        span: Option<Span>,
    },
    /// An option is missing.
    #[error("the provisioner `{label}` lacks the option `{option}`")]
    OptionMissing {
        /// Name, else type.
        label: String,
        /// Option.
        option: &'static str,
        /// Where it stands.
        span: Option<Span>,
    },
    /// The guest's family cannot be restarted by us.
    #[error(
        "the provisioner `{label}` asks for a reboot, and rove cannot restart a `{guest}` guest"
    )]
    NoReboot {
        /// Name, else type.
        label: String,
        /// Guest family.
        guest: &'static str,
        /// Where it stands.
        span: Option<Span>,
    },
}

impl Explain for ProvisionError {
    fn kind(&self) -> Kind {
        Kind::Config
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownType { kind, label, .. } => {
                if LATER.contains(&kind.as_str()) {
                    vec![
                        format!(
                            "run its program by a `shell` provisioner for now, or take `{label}` out"
                        ),
                        format!(
                            "leave it out this time with `run: \"never\"`, or name others with `rove provision --provision-with {}`",
                            TYPES.join(",")
                        ),
                    ]
                } else if let Some(near) = nearest(kind, TYPES.into_iter().chain(LATER)) {
                    vec![format!("did you mean `{near}`?")]
                } else {
                    vec![format!("the types are {}", TYPES.join(" and "))]
                }
            }
            Self::FileMissing { .. } => {
                vec!["relative paths count from the folder of the Vagrantfile".to_owned()]
            }
            Self::RemoteScript { url, .. } => vec![format!(
                "save it beside the Vagrantfile and name that file: `curl -fLO {}`",
                crate::op::quote(url)
            )],
            Self::OptionMissing { .. } | Self::NoReboot { .. } => Vec::new(),
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::UnknownType { span, .. }
            | Self::FileMissing { span, .. }
            | Self::RemoteScript { span, .. }
            | Self::OptionMissing { span, .. }
            | Self::NoReboot { span, .. } => span.as_ref(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::ConfigInvalid")
    }
}

/// A provisioner's script failed in the guest.
#[derive(Debug, thiserror::Error)]
#[error("the provisioner `{label}` of `{machine}` failed: its script ended with status {status}")]
pub struct ScriptFailed {
    /// Machine.
    pub machine: String,
    /// The provisioner's name, else its type.
    pub label: String,
    /// Exit status.
    pub status: i32,
    /// Last lines of its output, secrets masked.
    pub lines: Vec<String>,
    /// Where the provisioner stands in the Vagrantfile.
    pub span: Option<Span>,
}

impl ScriptFailed {
    /// Returns the failure of a command as that of the provisioner it ran for.
    pub fn of(provisioner: &Provisioner, failed: &CommandFailed) -> Self {
        Self {
            machine: failed.machine.clone(),
            label: provisioner.label().to_owned(),
            status: failed.status,
            lines: failed.lines.clone(),
            span: provisioner.span.clone(),
        }
    }
}

impl Explain for ScriptFailed {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        match self.status {
            126 => hints.push("status 126: a file is there but cannot be run; look at its first line and its permissions".to_owned()),
            127 => hints.push("status 127: a command was not found in the guest".to_owned()),
            _ => hints.extend(full_guest(&self.lines.join("\n"))),
        }
        hints.push(format!(
            "look around with `rove ssh {0}`, then run it again: `rove provision {0}`",
            self.machine
        ));
        hints
    }

    fn at(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    fn detail(&self) -> Option<String> {
        Some(self.lines.join("\n")).filter(|lines| !lines.is_empty())
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::VagrantError")
    }
}
