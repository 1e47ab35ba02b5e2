//! Why a Vagrantfile could not be made a lab.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Explain, Kind};
use crate::ruby;
use crate::source::Span;
use crate::state::TrustRecord;

use super::trust::Act;

/// An evaluation that ended early, with the folder that its lab is in.
#[derive(Debug)]
pub struct Stopped {
    /// Why.
    pub error: ruby::Error,
    /// Folder of the Vagrantfile.
    pub root: PathBuf,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// A Vagrantfile wants to do something that nobody allowed.
#[derive(Debug)]
pub struct Untrusted {
    /// What.
    pub act: Act,
    /// The call.
    pub span: Option<Span>,
    /// Files that changed since the user trusted them.
    pub changed: Vec<PathBuf>,
    /// What to keep when the user says yes.
    pub record: TrustRecord,
}

/// A Vagrantfile did not load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is none.
    #[error("there is no `{}` in `{}` or any folder above it", names.join("` or `"), start.display())]
    NotFound {
        /// Names that were looked for.
        names: Vec<String>,
        /// Where the search began.
        start: PathBuf,
    },
    /// Evaluation ended early.
    #[error(transparent)]
    Ruby(Stopped),
    /// It wants to do more than to configure.
    #[error("the Vagrantfile wants to {}, and is not trusted with that", .0.act)]
    Untrusted(Box<Untrusted>),
    /// `box_version` is no version constraint.
    #[error("`{version}` is no version of a box")]
    BoxVersion {
        /// What was written.
        version: String,
        /// Where.
        span: Option<Span>,
    },
}

impl LoadError {
    /// Returns one word for what kind of failure it is.
    pub fn category(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::BoxVersion { .. } | Self::Untrusted(_) => "vagrant",
            Self::Ruby(stopped) => match &stopped.error {
                ruby::Error::Syntax(_) => "syntax",
                ruby::Error::Raised(report) => {
                    if report.class == "Vagrant::Errors::VagrantVersionBad" {
                        "version"
                    } else {
                        report.category.name()
                    }
                }
                ruby::Error::Exit { .. } | ruby::Error::Exec(_) => "exit",
                ruby::Error::Interrupted => "interrupted",
                ruby::Error::Exhausted { .. } => "timeout",
                ruby::Error::Read { .. } => "not_found",
                ruby::Error::Refused { .. } => "vagrant",
            },
        }
    }

    fn is_raised(&self, class: &str) -> bool {
        matches!(
            self,
            Self::Ruby(Stopped { error: ruby::Error::Raised(report), .. }) if report.class == class
        )
    }

    /// Returns the exit status that the file asked for by `exit` or `abort`.
    pub fn exit_status(&self) -> Option<i32> {
        match self {
            Self::Ruby(Stopped {
                error: ruby::Error::Exit { status, .. },
                ..
            }) => Some(*status),
            _ => None,
        }
    }
}

impl Explain for LoadError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } | Self::Untrusted(_) => Kind::User,
            Self::Ruby(stopped) => stopped.error.kind(),
            Self::BoxVersion { .. } => Kind::Config,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { .. } => vec![
                "`rove init` writes one".to_owned(),
                "go to the folder of your lab, or set `VAGRANT_CWD` to it".to_owned(),
            ],
            Self::Ruby(stopped) => stopped.error.hints(),
            Self::Untrusted(_) => vec![
                "look at it; `rove trust` allows this and whatever else these files do, until one of them changes"
                    .to_owned(),
                "`--trust` allows it for one command, `ROVE_TRUST=1` for all".to_owned(),
            ],
            Self::BoxVersion { .. } => {
                vec!["write a constraint such as `1.2.0` or `>= 1.0, < 2`".to_owned()]
            }
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::NotFound { .. } => None,
            Self::Ruby(stopped) => stopped.error.at(),
            Self::Untrusted(untrusted) => untrusted.span.as_ref(),
            Self::BoxVersion { span, .. } => span.as_ref(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Ruby(stopped) => stopped.error.detail(),
            Self::Untrusted(untrusted) if !untrusted.changed.is_empty() => {
                let lines = untrusted
                    .changed
                    .iter()
                    .map(|path| format!("{} changed since it was trusted", path.display()));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
            _ => None,
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self.category() {
            "syntax" => "Vagrant::Errors::VagrantfileSyntaxError",
            "name" | "no_method" => "Vagrant::Errors::VagrantfileNameError",
            "version" => "Vagrant::Errors::VagrantVersionBad",
            _ if self.is_raised("Vagrant::Errors::VagrantfileNameError") => {
                "Vagrant::Errors::VagrantfileNameError"
            }
            _ => match self {
                Self::NotFound { .. } => "Vagrant::Errors::NoEnvironmentError",
                Self::BoxVersion { .. } => "Vagrant::Errors::BoxVersionInvalid",
                Self::Ruby(_) | Self::Untrusted(_) => "Vagrant::Errors::VagrantfileLoadError",
            },
        })
    }
}
