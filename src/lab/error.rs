//! Why a command has nothing to work on.

use crate::config::{Diagnostic, Severity};
use crate::error::{Explain, Kind};
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
            Self::SeveralMachines { known } => vec![
                format!("name one of them: {}", known.join(", ")),
                "or mark one in the Vagrantfile: `config.vm.define \"NAME\", primary: true`"
                    .to_owned(),
            ],
            Self::ProviderUnknown { known, .. } => vec![
                format!("rove has: {}", known.join(", ")),
                "leave out `--provider` and `VAGRANT_DEFAULT_PROVIDER`: rove takes the size from any provider's block".to_owned(),
            ],
            Self::ProviderLeftOut { provider, .. } => {
                vec![format!("add it: `ROVE_PROVIDERS={provider}`, or unset the variable")]
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
            Self::BadPattern { .. } => Vec::new(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::MachineNotFound { .. } => "Vagrant::Errors::MachineNotFound",
            Self::NoMatch { .. } | Self::BadPattern { .. } => "Vagrant::Errors::VMNoMatchError",
            Self::SeveralMachines { .. } => "Vagrant::Errors::MultiVMTargetRequired",
            Self::ProviderUnknown { .. } => "Vagrant::Errors::ProviderNotFound",
            Self::ProviderLeftOut { .. } => "Vagrant::Errors::NoDefaultProvider",
            Self::MadeWithAnother { .. } => "Vagrant::Errors::MachineFolderNotAccessible",
            Self::NoBox { .. } => "Vagrant::Errors::ConfigInvalid",
            Self::NothingPushed { .. } => "Vagrant::Errors::SnapshotNotFound",
        })
    }
}

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
