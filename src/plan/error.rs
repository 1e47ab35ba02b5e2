//! Requests that make no sense in the state that a machine is in.

use crate::error::{Explain, Kind};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The machine does not exist.
    #[error("there is no machine `{machine}` yet")]
    NotCreated {
        /// Machine.
        machine: String,
    },
    /// The machine has to run for this.
    #[error("machine `{machine}` does not run: it is {state}")]
    NotRunning {
        /// Machine.
        machine: String,
        /// Its state.
        state: String,
        /// What makes it run.
        remedy: &'static str,
    },
    /// The provider cannot do it.
    #[error("the provider `{provider}` of `{machine}` has no {ability}")]
    Unsupported {
        /// Machine.
        machine: String,
        /// Provider.
        provider: String,
        /// What is missing, in the plural.
        ability: &'static str,
    },
    /// No snapshot of that name.
    #[error("machine `{machine}` has no snapshot `{name}`")]
    SnapshotUnknown {
        /// Machine.
        machine: String,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A name that a snapshot cannot have.
    #[error("`{}` can be no name of a snapshot", name.escape_debug())]
    SnapshotName {
        /// The name.
        name: String,
    },
    /// The name is in use.
    #[error("machine `{machine}` has a snapshot `{name}` already")]
    SnapshotTaken {
        /// Machine.
        machine: String,
        /// The name.
        name: String,
    },
    /// A step needs a guest that answers, and none was asked yet.
    #[error("the step `{step}` was planned before the guest answers")]
    NoGuest {
        /// Step.
        step: String,
    },
}

impl Explain for PlanError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoGuest { .. } => Kind::Bug,
            _ => Kind::User,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotCreated { machine } => {
                vec![format!("make it: `rove up {}`", crate::op::quote(machine))]
            }
            Self::NotRunning {
                machine, remedy, ..
            } => vec![format!("start it: `rove {remedy} {machine}`")],
            Self::SnapshotUnknown { machine, known, .. } if known.is_empty() => {
                vec![format!("save one: `rove snapshot save {machine} NAME`")]
            }
            Self::SnapshotUnknown { known, name, .. } => {
                let near = crate::source::nearest(name, known.iter().map(String::as_str));
                near.map_or_else(
                    || vec![format!("there are: {}", known.join(", "))],
                    |near| vec![format!("did you mean `{near}`?")],
                )
            }
            Self::SnapshotTaken { name, .. } => vec![format!(
                "choose another name, or replace it: `rove snapshot save --force {name}`"
            )],
            Self::SnapshotName { .. } => {
                vec!["`rove snapshot push` names one by itself".to_owned()]
            }
            Self::Unsupported { .. } | Self::NoGuest { .. } => Vec::new(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        match self {
            Self::NotCreated { .. } => Some("Vagrant::Errors::VMNotCreatedError"),
            Self::NotRunning { .. } => Some("Vagrant::Errors::VMNotRunningError"),
            Self::Unsupported { .. } => Some("Vagrant::Errors::SnapshotNotSupported"),
            Self::SnapshotUnknown { .. } => Some("Vagrant::Errors::SnapshotNotFound"),
            Self::SnapshotTaken { .. } => Some("Vagrant::Errors::SnapshotConflictFailed"),
            Self::NoGuest { .. } | Self::SnapshotName { .. } => None,
        }
    }
}
