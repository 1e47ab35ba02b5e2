//! `--provision-with`: whether the names mean anything, before work begins.

use crate::config::Provisioner;
use crate::error::{Explain, Kind, Result};
use crate::plan::ProvisionChoice;
use crate::source::nearest;

use super::open::Opened;

/// Types of provisioners, whether they work here or not.
const TYPES: [&str; 15] = [
    "ansible",
    "ansible_local",
    "cfengine",
    "chef_apply",
    "chef_client",
    "chef_solo",
    "chef_zero",
    "container",
    "docker",
    "file",
    "podman",
    "puppet",
    "puppet_server",
    "salt",
    "shell",
];

/// No provisioner is meant by `--provision-with`.
#[derive(Debug, thiserror::Error)]
#[error("no provisioner has the name or type `{name}`")]
pub struct UnknownProvisioner {
    /// What was typed.
    pub name: String,
    /// The names there are.
    pub known: Vec<String>,
}

impl Explain for UnknownProvisioner {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        let known = self.known.iter().map(String::as_str);
        let near = nearest(&self.name, known.chain(TYPES));
        let mut hints: Vec<String> = near
            .map(|near| format!("did you mean `{near}`?"))
            .into_iter()
            .collect();
        if !self.known.is_empty() {
            hints.push(format!("there are: {}", self.known.join(", ")));
        }
        hints
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::ProvisionerFlagInvalid")
    }
}

/// Fails if a name is neither a type nor a provisioner of one of the machines. As
/// with Vagrant one name that is one makes up for the others, which are warned of.
pub(super) fn require_known(
    opened: &Opened,
    machines: &[String],
    choice: &ProvisionChoice,
) -> Result<()> {
    let provisioners: Vec<&Provisioner> = machines
        .iter()
        .filter_map(|name| opened.machine(name))
        .flat_map(|config| &config.provisioners)
        .collect();
    let named = |name: &str| {
        let mut all = provisioners.iter();
        all.any(|provisioner| provisioner.name.as_deref() == Some(name))
    };
    if choice.with.iter().any(|name| named(name)) {
        return Ok(());
    }
    let unknown = choice
        .with
        .iter()
        .find(|name| !TYPES.contains(&name.as_str()));
    let Some(name) = unknown else {
        return Ok(());
    };
    let mut known: Vec<String> = Vec::new();
    for provisioner in provisioners {
        let name = provisioner.name.as_ref().unwrap_or(&provisioner.kind);
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
    Err(UnknownProvisioner {
        name: name.clone(),
        known,
    }
    .into())
}
