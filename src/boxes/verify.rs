//! Looks after a store: whether each box is still what was added, and how much
//! room it takes.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Result;
use crate::host::{Host, sparse};

use super::image::{Image, Unreadable};
use super::store::{Installed, Store};
use super::tree::{self, Entry};

/// What was found of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its bytes are those that were added.
    Good,
    /// It looks well, but nothing was noted when it was added; noted now where
    /// the store is rove's own.
    Unknown,
    /// It is not what was added, or cannot be used: clauses that say why.
    Bad(Vec<String>),
}

/// Checks one box: its metadata, its disks, its bytes.
pub fn verify(host: &Host, installed: &Installed) -> Result<Verdict> {
    let mut faults = Vec::new();
    match installed.metadata() {
        Ok(metadata) if metadata["provider"].as_str() == Some(&installed.provider) => {}
        Ok(_) => faults.push(format!(
            "its `metadata.json` is not for {}",
            installed.provider
        )),
        Err(failure) => faults.push(failure.to_string()),
    }
    for (name, entry) in tree::entries(&installed.dir)? {
        if let Entry::Link(target) = &entry
            && (target.is_absolute() || !leads_inside(&installed.dir, &name))
        {
            faults.push(format!("`{name}` leads out of the box"));
        }
        if matches!(entry, Entry::File(..)) && !stays_inside(&installed.dir, &name) {
            faults.push(format!(
                "`{name}` is a disk with parts that are not in the box"
            ));
        }
    }
    let noted = installed.receipt().and_then(|receipt| receipt.tree);
    let now = installed.tree_digest(host)?.to_string();
    match &noted {
        Some(noted) if *noted != now => {
            faults.push(format!("its content is {now}, added was {noted}"));
        }
        None if faults.is_empty() => installed.note_tree(&now),
        _ => {}
    }
    Ok(if !faults.is_empty() {
        Verdict::Bad(faults)
    } else if noted.is_some() {
        Verdict::Good
    } else {
        Verdict::Unknown
    })
}

fn leads_inside(dir: &Path, name: &str) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    match (real(dir), real(&dir.join(name))) {
        (Some(dir), Some(target)) => target.starts_with(dir),
        _ => false,
    }
}

/// Whether all that a disk refers to is in the box, as far as it can be read.
fn stays_inside(dir: &Path, name: &str) -> bool {
    let beside = Path::new(name).parent().unwrap_or(Path::new(""));
    match Image::read(&dir.join(name)) {
        Ok(image) => image.refers_to.iter().all(|target| {
            !target.contains(':')
                && !target.starts_with('/')
                && leads_inside(dir, &beside.join(target).to_string_lossy())
        }),
        Err(Unreadable::File(_)) => true,
        Err(Unreadable::Header(_)) => false,
    }
}

/// The room that a box takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// The box.
    pub installed: Installed,
    /// Length of its files.
    pub length: u64,
    /// Bytes on disk.
    pub used: u64,
    /// Of these, bytes in files that another box listed before has too (hard
    /// links; copy-on-write sharing is not seen).
    pub shared: u64,
    /// Bytes of disks that rove converted for its machines.
    pub converted: u64,
}

/// Returns the room that each box takes.
pub fn usage(store: &Store) -> Result<Vec<Usage>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for installed in store.list()? {
        let mut usage = Usage {
            length: 0,
            used: 0,
            shared: 0,
            converted: 0,
            installed,
        };
        let dir = usage.installed.dir.clone();
        for (name, entry) in tree::entries(&dir)? {
            let Entry::File(length, _) = entry else {
                continue;
            };
            usage.length += length;
            if let Some((used, token)) = sparse::used(&dir.join(name)) {
                usage.used += used;
                if !seen.insert(token) {
                    usage.shared += used;
                }
            }
        }
        for name in crate::host::files::list_dir(&dir)? {
            if tree::is_extra(&name) {
                usage.converted += sparse::used(&dir.join(name)).map_or(0, |(used, _)| used);
            }
        }
        found.push(usage);
    }
    Ok(found)
}
