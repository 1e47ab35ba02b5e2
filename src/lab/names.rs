//! Names that a command line may take: what a shell offers as completion. Reads
//! only, and answers with what there is when the Vagrantfile does not load.

use std::collections::BTreeSet;

use crate::host::Host;
use crate::state::MachineIndex;
use crate::vagrantfile;

use super::open::{Wish, open_for};

/// Returns the machines of the lab here, in order of definition; those that were
/// made here if its Vagrantfile does not load.
pub fn machine_names(host: &Host) -> Vec<String> {
    if let Ok((opened, _)) = open_for(host, &[], &Wish::default()) {
        let machines = opened.lab.machines.iter();
        return machines.map(|machine| machine.name.clone()).collect();
    }
    let Ok(file) = vagrantfile::find(host, &host.cwd) else {
        return Vec::new();
    };
    let entries = MachineIndex::new(host).entries();
    let here = entries
        .into_iter()
        .filter(|entry| file.parent() == Some(entry.vagrantfile_path.as_path()));
    here.map(|entry| entry.name).collect()
}

/// Returns the short ids of all machines of this user, each with its name and the
/// folder of its lab.
pub fn machine_ids(host: &Host) -> Vec<(String, String)> {
    let entries = MachineIndex::new(host).entries();
    let told = entries.iter().map(|entry| {
        let place = format!("{} in {}", entry.name, entry.vagrantfile_path.display());
        (entry.short_id().to_owned(), place)
    });
    told.collect()
}

/// Returns what may follow `snapshot restore`: the names of the snapshots of all
/// machines of the lab, then the machines.
pub fn snapshot_words(host: &Host) -> Vec<String> {
    let Ok(lists) = super::snapshot_list(host, None) else {
        return machine_names(host);
    };
    let machines: Vec<String> = lists.iter().map(|list| list.machine.clone()).collect();
    let snapshots: BTreeSet<String> = lists
        .into_iter()
        .flat_map(|list| list.snapshots.unwrap_or_default())
        .map(|snapshot| snapshot.name)
        .collect();
    snapshots.into_iter().chain(machines).collect()
}
