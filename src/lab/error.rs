//! Why a command has nothing to work on.

use std::path::PathBuf;

use crate::config::{Diagnostic, Severity};
use crate::error::{Explain, Failure, Kind};
use crate::source::{Span, nearest};

/// What is wrong with a request, before any machine is touched.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// No machine of that name.
    #[error("there is no machine `{name}` in this lab")]
    MachineNotFound {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The box of a machine could not be fetched.
    #[error("cannot fetch the box `{name}`: {failure}")]
    BoxNotFetched {
        /// Its name.
        name: String,
        /// Where the Vagrantfile names it.
        span: Option<Span>,
        /// What is wrong with the server or the way to it.
        failure: Failure,
    },
    /// No machine matches a regular expression.
    #[error("no machine of this lab matches `/{pattern}/`")]
    NoMatch {
        /// The expression.
        pattern: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A regular expression cannot be read.
    #[error("`/{pattern}/` is no regular expression: {reason}")]
    BadPattern {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder of the lab that an id leads to is not there.
    #[error("the lab of machine `{machine}` is gone: there is no folder `{}`", path.display())]
    LabGone {
        /// Machine.
        machine: String,
        /// Its id.
        id: String,
        /// Folder of its Vagrantfile.
        path: PathBuf,
    },
    /// The lab's folder was copied, and the original is still there.
    #[error("this lab is a copy: machine `{machine}` belongs to `{}`", original.display())]
    Copied {
        /// Machine.
        machine: String,
        /// Folder of the original.
        original: PathBuf,
        /// The copied state.
        dotfile: PathBuf,
    },
    /// The name of the lab's folder is no text.
    #[error("the name of the folder `{}` is not in UTF-8", path.display())]
    FolderName {
        /// The folder.
        path: PathBuf,
    },
    /// The Vagrantfile that an id leads to is not there.
    #[error("the Vagrantfile of machine `{machine}`, made with `{provider}`, is gone from `{}`", path.display())]
    VagrantfileGone {
        /// Machine.
        machine: String,
        /// Its provider.
        provider: String,
        /// Folder of its Vagrantfile.
        path: PathBuf,
    },
    /// Ids of several machines begin like this.
    #[error("the ids of several machines begin with `{id}`: {}", known.join(", "))]
    IdAmbiguous {
        /// What was typed.
        id: String,
        /// Machines.
        known: Vec<String>,
    },
    /// What was uploaded cannot be unpacked in the guest.
    #[error("what was copied cannot be unpacked in `{machine}` (status {status})")]
    Unpack {
        /// Machine.
        machine: String,
        /// Of the unpacking command.
        status: i32,
        /// What it said.
        said: String,
    },
    /// Ids lead to several labs.
    #[error("one command works on one lab, and these machines are in `{}` and `{}`", first.display(), other.display())]
    SeveralLabs {
        /// A lab.
        first: PathBuf,
        /// Another.
        other: PathBuf,
    },
    /// The command is for one machine and there are several.
    #[error("this command is for one machine, and this lab has several")]
    SeveralMachines {
        /// The names there are.
        known: Vec<String>,
    },
    /// Rove has no such provider.
    #[error("the provider `{provider}` of `{machine}` is not one that rove has")]
    ProviderUnknown {
        /// Machine.
        machine: String,
        /// Provider.
        provider: String,
        /// The providers there are.
        known: Vec<String>,
    },
    /// The provider is not among those that may be used.
    #[error("no provider can be used for `{machine}`: `ROVE_PROVIDERS` leaves out `{provider}`")]
    ProviderLeftOut {
        /// Machine.
        machine: String,
        /// Provider.
        provider: String,
    },
    /// The machine was made with another provider.
    #[error("machine `{machine}` was made with `{current}`, not with `{asked}`")]
    MadeWithAnother {
        /// Machine.
        machine: String,
        /// Its provider.
        current: String,
        /// `--provider`.
        asked: String,
    },
    /// The Vagrantfile names no box.
    #[error("machine `{machine}` has no box")]
    NoBox {
        /// Machine.
        machine: String,
    },
    /// `snapshot pop` without `push`.
    #[error("machine `{machine}` has no snapshot that was pushed")]
    NothingPushed {
        /// Machine.
        machine: String,
    },
}

impl Explain for LabError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoBox { .. } | Self::ProviderUnknown { .. } => Kind::Config,
            Self::ProviderLeftOut { .. } => Kind::Environment,
            Self::Unpack { .. } => Kind::External,
            Self::BoxNotFetched { failure, .. } => failure.kind(),
            _ => Kind::User,
        }
    }

    fn hints(&self) -> Vec<String> {
        let there_are = |known: &[String]| format!("there are: {}", known.join(", "));
        match self {
            Self::MachineNotFound { name, known } => {
                let mut hints = Vec::new();
                if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
                    hints.push(format!("did you mean `{near}`?"));
                }
                hints.push(there_are(known));
                hints
            }
            Self::NoMatch { known, .. } => vec![there_are(known)],
            Self::Copied {
                dotfile, original, ..
            } => vec![
                format!(
                    "to make machines of its own here: `rm -r {}`, then `rove up`",
                    dotfile.display()
                ),
                format!("to go on with the machine: `cd {}`", original.display()),
            ],
            Self::FolderName { .. } => {
                vec!["give it another name; programs that run machines take no other".to_owned()]
            }
            Self::BoxNotFetched { name, failure, .. } => {
                let mut hints = failure.explain().hints();
                hints.push(format!(
                    "from a file or another address: `rove box add --name {name} ADDRESS`, or set `config.vm.box_url`"
                ));
                hints
            }
            Self::SeveralMachines { known } => vec![
                format!("name one of them: {}", known.join(", ")),
                "or mark one in the Vagrantfile: `config.vm.define \"NAME\", primary: true`"
                    .to_owned(),
            ],
            Self::ProviderUnknown {
                provider, known, ..
            } => {
                let names = known.iter().map(String::as_str).chain(FAMILIAR);
                let near = nearest(provider, names).filter(|near| near != provider);
                let near = near.map(|near| format!("did you mean `{near}`?"));
                near.into_iter().chain([
                format!("rove has: {}", known.join(", ")),
                "leave out `--provider` and `VAGRANT_DEFAULT_PROVIDER`: rove takes the size from any provider's block".to_owned(),
                ]).collect()
            }
            Self::ProviderLeftOut { provider, .. } => {
                vec![format!(
                    "add it: `ROVE_PROVIDERS={provider}`, or unset the variable"
                )]
            }
            Self::MadeWithAnother { machine, .. } => vec![format!(
                "remove the machine first: `rove destroy {machine}`"
            )],
            Self::NoBox { .. } => {
                vec!["name one in the Vagrantfile: `config.vm.box = \"NAME\"`".to_owned()]
            }
            Self::NothingPushed { machine } => {
                vec![format!("save one: `rove snapshot push {machine}`")]
            }
            Self::LabGone { .. } | Self::VagrantfileGone { .. } => {
                vec!["take it out of the index: `rove global-status --prune`".to_owned()]
            }
            Self::IdAmbiguous { .. } => {
                vec!["type more digits of the id; `rove global-status` shows seven".to_owned()]
            }
            Self::Unpack { .. } => vec!["copy it unpacked: leave out `--compress`".to_owned()],
            Self::SeveralLabs { .. } => vec!["run the command once for each".to_owned()],
            Self::BadPattern { .. } => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Unpack { said, .. } => Some(said.clone()),
            _ => None,
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::BoxNotFetched { span, .. } => span.as_ref(),
            _ => None,
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::BoxNotFetched { failure, .. } => return failure.explain().vagrant_class(),
            Self::MachineNotFound { .. } => "Vagrant::Errors::MachineNotFound",
            Self::NoMatch { .. } | Self::BadPattern { .. } => "Vagrant::Errors::VMNoMatchError",
            Self::SeveralMachines { .. } => "Vagrant::Errors::MultiVMTargetRequired",
            Self::ProviderUnknown { .. } => "Vagrant::Errors::ProviderNotFound",
            Self::ProviderLeftOut { .. } => "Vagrant::Errors::NoDefaultProvider",
            Self::MadeWithAnother { .. } => "Vagrant::Errors::MachineFolderNotAccessible",
            Self::NoBox { .. } => "Vagrant::Errors::ConfigInvalid",
            Self::Unpack { .. } => return None,
            Self::VagrantfileGone { .. } => "Vagrant::Errors::NoEnvironmentError",
            Self::Copied { .. } | Self::FolderName { .. } => {
                "Vagrant::Errors::MachineFolderNotAccessible"
            }
            Self::LabGone { .. } => "Vagrant::Errors::EnvironmentNonExistentCWD",
            Self::IdAmbiguous { .. } | Self::SeveralLabs { .. } => {
                "Vagrant::Errors::CLIInvalidUsage"
            }
            Self::NothingPushed { .. } => "Vagrant::Errors::SnapshotNotFound",
        })
    }
}

/// Providers that Vagrantfiles name, for "did you mean".
const FAMILIAR: [&str; 10] = [
    "virtualbox",
    "libvirt",
    "docker",
    "hyperv",
    "vmware_desktop",
    "parallels",
    "qemu",
    "lxc",
    "aws",
    "utm",
];

/// The Vagrantfile loads, and says things that no command may act on.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} error{}", errors(diagnostics), if errors(diagnostics) == 1 { "" } else { "s" })]
pub struct InvalidConfig {
    /// Everything there is to say about it, warnings too.
    pub diagnostics: Vec<Diagnostic>,
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count()
}

impl InvalidConfig {
    fn first(&self) -> Option<&Diagnostic> {
        self.diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

impl Explain for InvalidConfig {
    fn kind(&self) -> Kind {
        Kind::Config
    }

    fn hints(&self) -> Vec<String> {
        self.first()
            .and_then(|diagnostic| diagnostic.hint.clone())
            .into_iter()
            .collect()
    }

    fn at(&self) -> Option<&Span> {
        self.first()?.span.as_ref()
    }

    fn detail(&self) -> Option<String> {
        let lines: Vec<String> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(describe)
            .collect();
        Some(lines.join("\n"))
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::ConfigInvalid")
    }
}

/// Returns a remark as one line: where it is, what it says.
pub(super) fn describe(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span.as_ref().map_or_else(String::new, |span| {
        let file = span.path().file_name().unwrap_or_default();
        format!("{}:{}: ", file.to_string_lossy(), span.line())
    });
    let machine = diagnostic
        .machine
        .as_ref()
        .map_or_else(String::new, |machine| format!(" (machine `{machine}`)"));
    format!("{place}{}{machine}", diagnostic.message)
}
