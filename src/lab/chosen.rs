//! What commands for one machine need to know before they do anything of their
//! own; and what a lab can be pushed to.

use std::path::PathBuf;

use crate::config::Value;
use crate::error::{Failure, Result};
use crate::host::Host;

use super::inspect::lost;
use super::open::{Wish, open_for, usable_provider_of};

/// The machine that a command for one machine means.
#[derive(Debug)]
pub struct Chosen {
    /// Its name.
    pub machine: String,
    /// Its provider.
    pub provider: String,
    /// How its guest is reached: `ssh`, `winrm`.
    pub communicator: String,
    /// Why the provider cannot be used here, if it cannot.
    pub fault: Option<Failure>,
}

/// Returns the one machine that a command for one machine means; with
/// `provider` in the place of the one it would have.
pub fn chosen(host: &Host, target: Option<&str>, provider: Option<&str>) -> Result<Chosen> {
    let targets: Vec<String> = target.map(str::to_owned).into_iter().collect();
    let wish = Wish {
        provider: provider.map(str::to_owned),
        ..Wish::default()
    };
    let (opened, targets) = open_for(host, &targets, &wish)?;
    let name = opened.one(targets.first().map(String::as_str))?;
    let config = opened.machine(&name).ok_or_else(|| lost(&name))?;
    Ok(Chosen {
        provider: config.provider.clone(),
        communicator: config.communicator.clone(),
        fault: usable_provider_of(host, config).err(),
        machine: name,
    })
}

/// A place that `push` deploys to.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    /// Its name.
    pub name: String,
    /// How: `ftp`, `heroku`, `local-exec`.
    pub strategy: String,
    /// Its settings.
    pub options: Value,
}

/// Returns the folder of the lab and the places it can be pushed to. Without a
/// Vagrantfile there are none.
pub fn pushes(host: &Host) -> Result<(PathBuf, Vec<Push>)> {
    let opened = match open_for(host, &[], &Wish::default()) {
        Ok((opened, _)) => opened,
        Err(failure) if super::is_no_lab(&failure) => return Ok((host.cwd.clone(), Vec::new())),
        Err(failure) => return Err(failure),
    };
    let sections = opened.lab.machines.first().map(|machine| &machine.sections);
    let pushes = sections
        .into_iter()
        .flatten()
        .find(|(name, _)| name == "pushes")
        .map(|(_, value)| value);
    let mut found = Vec::new();
    if let Some(Value::Map(pushes)) = pushes {
        for (name, push) in pushes {
            found.push(Push {
                name: name.clone(),
                strategy: push.get("strategy").map(Value::to_text).unwrap_or_default(),
                options: push.get("options").cloned().unwrap_or_default(),
            });
        }
    }
    Ok((opened.lab.root.clone(), found))
}
