//! `repair`: damaged files of machines made whole, and the index of all machines
//! built anew from the labs. Starts, stops and removes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::{FileLock, Host, files};
use crate::providers::list;
use crate::state::{BoxMeta, IndexBox, IndexEntry, MachineFolder, MachineIndex, Record, layout};
use crate::vagrantfile;

use super::global;

/// What `repair` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Where the damaged index is kept, if it was damaged.
    pub set_aside: Option<PathBuf>,
    /// Machines whose entries were written: name and folder of the Vagrantfile.
    pub entries: Vec<(String, PathBuf)>,
    /// What was made whole: machine, clause.
    pub mended: Vec<(String, String)>,
    /// What stays damaged: machine, fault.
    pub faults: Vec<(String, String)>,
}

/// Makes whole what can be: in the lab here, in those that the index knows, and in
/// those that can be made out in a damaged one.
pub fn repair(host: &Host) -> Result<Repaired> {
    let index = MachineIndex::new(host);
    let dotfiles = dotfiles(host, &index);
    let known = index.entries();
    let mut repaired = Repaired {
        set_aside: index.set_aside_if_damaged()?,
        ..Repaired::default()
    };
    for dotfile in dotfiles {
        for (name, provider, folder) in folders(&dotfile) {
            let entry = known.iter().find(|entry| {
                entry.name == name && entry.provider == provider && entry.local_data_path == dotfile
            });
            mend(host, &name, &folder, entry, &mut repaired);
            let record = folder.read();
            if record.id.is_none() {
                continue;
            }
            let opened = list::by_name(&provider).map(|it| it.open(folder.path(), host));
            if let Some(Err(failure)) = opened.map(|it| it.and_then(|machine| machine.power())) {
                repaired.faults.push((name.clone(), failure.to_string()));
            }
            if let Some(entry) = entry_of(host, &dotfile, &name, &provider, record)
                && !known.contains(&entry)
                && !known.iter().any(|other| is_original(other, &entry))
            {
                index.set(&entry)?;
                repaired.entries.push((name, entry.vagrantfile_path));
            }
        }
    }
    Ok(repaired)
}

/// Makes the damaged files of one machine whole, unless a command works on it.
fn mend(
    host: &Host,
    name: &str,
    folder: &MachineFolder,
    entry: Option<&IndexEntry>,
    repaired: &mut Repaired,
) {
    if folder.read().faults.is_empty() {
        return;
    }
    let known = entry.and_then(|entry| entry.box_used.as_ref());
    let known = known.map(|used| BoxMeta {
        name: used.name.clone(),
        version: used.version.clone(),
        provider: used.provider.clone(),
        directory: String::new(),
    });
    let lock = layout::machine_lock(&host.dirs.home, folder.dotfile(), name);
    let mended = FileLock::try_take(&lock, &format!("machine `{name}`"))
        .and_then(|_lock| folder.mend(known.as_ref()));
    let named = |text: String| (name.to_owned(), text);
    match mended {
        Ok(done) => repaired.mended.extend(done.into_iter().map(named)),
        Err(failure) => repaired.faults.push(named(failure.to_string())),
    }
    let left = folder.read().faults;
    repaired.faults.extend(left.into_iter().map(named));
}

/// Returns what the index should say of a machine; `None` if it or its lab is gone.
fn entry_of(
    host: &Host,
    dotfile: &Path,
    name: &str,
    provider: &str,
    record: Record,
) -> Option<IndexEntry> {
    // A lab that was moved says where it was; where it is counts.
    let root = root_of(host, dotfile).or(record.vagrant_cwd);
    let mut entry = IndexEntry {
        id: record.index_uuid.or(record.id)?,
        name: name.to_owned(),
        provider: provider.to_owned(),
        state: String::new(),
        vagrantfile_path: root.filter(|root| root.is_dir())?,
        local_data_path: dotfile.to_owned(),
        box_used: record.box_meta.map(|meta| IndexBox {
            name: meta.name,
            version: meta.version,
            provider: meta.provider,
        }),
    };
    entry.state = global::state(host, &entry)?;
    Some(entry)
}

/// Returns whether a lab is a copy, whose machine is in the index with the lab that
/// it was copied from.
fn is_original(other: &IndexEntry, entry: &IndexEntry) -> bool {
    let folder = MachineFolder::new(&other.local_data_path, &other.name, &other.provider);
    other.id == entry.id
        && folder != MachineFolder::new(&entry.local_data_path, &entry.name, &entry.provider)
        && folder.id().is_some()
}

/// Returns the folders for machine state of all labs that can be found.
pub(super) fn dotfiles(host: &Host, index: &MachineIndex<'_>) -> BTreeSet<PathBuf> {
    let here = vagrantfile::find(host, &host.cwd).ok();
    let here = here.as_deref().and_then(Path::parent);
    let here = here.map(|root| layout::dotfile_dir(&host.env, root));
    index
        .labs()
        .into_iter()
        .chain(here)
        .filter(|dir| dir.is_dir())
        .collect()
}

/// Returns the folder of the Vagrantfile that a folder for machine state belongs to.
fn root_of(host: &Host, dotfile: &Path) -> Option<PathBuf> {
    let root = dotfile.parent()?;
    let found = vagrantfile::find(host, root).ok()?;
    (found.parent() == Some(root)).then(|| root.to_owned())
}

/// Returns the machines of a lab: name, provider, folder.
pub(super) fn folders(dotfile: &Path) -> Vec<(String, String, MachineFolder)> {
    let mut found = Vec::new();
    for name in MachineFolder::names(dotfile) {
        let dir = dotfile.join(layout::MACHINES).join(&name);
        for provider in files::list_dir(&dir).unwrap_or_default() {
            if dir.join(&provider).is_dir() && list::by_name(&provider).is_some() {
                let folder = MachineFolder::new(dotfile, &name, &provider);
                found.push((name.clone(), provider, folder));
            }
        }
    }
    found
}
