//! Provisioners: each type lowers its options to ops, and reads files of this
//! host where it must. Nothing here acts on a guest. When a provisioner runs is
//! decided in `plan/`.
//!
//! Reading order: [`lower`], then a file per type; `failure` for what can go wrong.

use crate::config::Provisioner;
use crate::error::Result;
use crate::guests::Facts;
use crate::op::Op;

mod failure;
mod file;
mod shell;

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests;

pub use failure::{ProvisionError, ScriptFailed};

/// Returns whether provisioners of this type can be run.
pub fn is_known(kind: &str) -> bool {
    failure::TYPES.contains(&kind)
}

/// Returns the ops of a provisioner.
pub fn lower(provisioner: &Provisioner, facts: &Facts) -> Result<Vec<Op>> {
    match provisioner.kind.as_str() {
        "shell" => shell::lower(provisioner, facts),
        "file" => file::lower(provisioner, facts),
        _ => Err(ProvisionError::UnknownType {
            kind: provisioner.kind.clone(),
            label: provisioner.label().to_owned(),
            span: provisioner.span.clone(),
        }
        .into()),
    }
}
