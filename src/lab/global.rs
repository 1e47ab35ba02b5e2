//! The machines of this user in whatever lab: `global-status`, and what is done to
//! all of them.

use std::path::PathBuf;

use crate::error::{Explain, Kind, Result};
use crate::host::Host;
use crate::plan::State;
use crate::providers::{Power, list};
use crate::state::{IndexEntry, MachineFolder, MachineIndex};

use super::{Outcome, suspend};

/// A machine of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMachine {
    /// Its id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// Its state when a command last looked.
    pub state: String,
    /// Folder of the Vagrantfile.
    pub folder: PathBuf,
    /// That folder is not there any more.
    pub is_gone: bool,
}

impl KnownMachine {
    /// Returns the beginning of the id that people see and type.
    pub fn short_id(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }

    fn of(entry: &IndexEntry) -> Self {
        Self {
            id: entry.id.clone(),
            name: entry.name.clone(),
            provider: entry.provider.clone(),
            state: entry.state.clone(),
            is_gone: !entry.vagrantfile_path.is_dir(),
            folder: entry.vagrantfile_path.clone(),
        }
    }
}

/// What `global-status --prune` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Machines that are there.
    pub kept: Vec<KnownMachine>,
    /// Machines whose entries were removed.
    pub gone: Vec<KnownMachine>,
}

/// The file with all machines cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the machine index `{}` is damaged", path.display())]
pub struct IndexDamaged {
    /// The file.
    pub path: PathBuf,
}

impl Explain for IndexDamaged {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        vec!["build it anew from the labs: `rove repair`, in the folder of each".to_owned()]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::CorruptMachineIndex")
    }
}

/// Returns all machines of this user as the index has them. Looks at no machine.
pub fn global_status(host: &Host) -> Result<Vec<KnownMachine>> {
    Ok(entries(host)?.iter().map(KnownMachine::of).collect())
}

/// Removes the entries of machines that are not there any more.
pub fn prune_index(host: &Host) -> Result<Pruned> {
    let index = MachineIndex::new(host);
    let mut pruned = Pruned::default();
    for entry in entries(host)? {
        let machine = KnownMachine::of(&entry);
        match state(host, &entry) {
            None => {
                index.remove(&entry.id)?;
                pruned.gone.push(machine);
            }
            Some(state) => pruned.kept.push(KnownMachine { state, ..machine }),
        }
    }
    Ok(pruned)
}

fn entries(host: &Host) -> Result<Vec<IndexEntry>> {
    let index = MachineIndex::new(host);
    if index.is_damaged()? {
        let path = index.path().to_owned();
        return Err(IndexDamaged { path }.into());
    }
    Ok(index.entries())
}

/// Returns the state of a machine of the index; `None` if it is not there. What
/// cannot be asked is taken to be there, in the state it had.
pub(super) fn state(host: &Host, entry: &IndexEntry) -> Option<String> {
    let folder = MachineFolder::new(&entry.local_data_path, &entry.name, &entry.provider);
    if !entry.vagrantfile_path.is_dir() {
        return None;
    }
    folder.id()?;
    let Some(provider) = list::by_name(&entry.provider) else {
        return Some(entry.state.clone());
    };
    let power = provider
        .open(folder.path(), host)
        .and_then(|machine| machine.power());
    match power {
        // Half made: `up` or `destroy` ends that, so it has to be found.
        Ok(Power::Absent) if folder.read().unfinished.is_some() => {
            Some(State::Preparing.short().to_owned())
        }
        Ok(Power::Absent) => None,
        Ok(power) => Some(State::of(power, true).short().to_owned()),
        Err(_) => Some(entry.state.clone()),
    }
}

/// Saves the memory of all machines of this user that run.
pub fn suspend_all(host: &Host) -> Result<Outcome> {
    let mut all = Outcome::default();
    for entry in entries(host)? {
        if state(host, &entry).as_deref() != Some(State::Running.short()) {
            continue;
        }
        let mut there = host.clone();
        there.cwd.clone_from(&entry.vagrantfile_path);
        let outcome = suspend(&there, std::slice::from_ref(&entry.name))?;
        all.machines.extend(outcome.machines);
    }
    Ok(all)
}
