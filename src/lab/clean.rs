//! `gc`: what lost labs and broken-off commands left behind. Touches no machine
//! that is there, and nothing that a command holds: each piece is looked at again,
//! under its lock, when it is removed.

use std::path::{Path, PathBuf};

use crate::boxes::{self, Abandoned};
use crate::error::Result;
use crate::host::{FileLock, Host, files};
use crate::providers::{Left, Orphan, Power, list};
use crate::state::{IndexEntry, Leases, MachineFolder, MachineIndex, layout};

use super::global;
use super::repair::{dotfiles, folders};

/// Something that is of no use to anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Rubbish {
    /// Which sort: `process`, `folder`, `machine`, `download`, `lease`, `entry`.
    pub kind: &'static str,
    /// What it is, for people.
    pub what: String,
    how: How,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    Provider(&'static str, Orphan),
    Machine(Leftover),
    Download(Abandoned),
    Leases,
    Entry(IndexEntry),
}

/// A machine's folder without a machine.
#[derive(Clone, Debug, PartialEq)]
struct Leftover {
    folder: MachineFolder,
    provider: String,
    lock: PathBuf,
}

impl Leftover {
    /// The id is written first and removed last: without it there is no machine,
    /// unless somebody removed it by hand and disks are there that may be wanted.
    fn is_one(&self, host: &Host) -> bool {
        let path = self.folder.path();
        self.folder.id().is_none()
            && path.is_dir()
            && list::by_name(&self.provider).is_some_and(|provider| {
                let power = provider.open(path, host).and_then(|it| it.power());
                matches!(power, Ok(Power::Absent))
            })
    }
}

/// Returns what was left behind. Changes nothing.
pub fn rubbish(host: &Host) -> Result<Vec<Rubbish>> {
    let mut found = Vec::new();
    for provider in list::all() {
        for orphan in provider.orphans(host) {
            if lock_of(host, &orphan).is_some_and(|lock| FileLock::owner(&lock).is_some()) {
                continue;
            }
            found.push(Rubbish {
                kind: match orphan.left {
                    Left::Process(_) => "process",
                    Left::Folder(_) => "folder",
                },
                what: orphan.what.clone(),
                how: How::Provider(provider.name(), orphan),
            });
        }
    }
    let index = MachineIndex::new(host);
    for dotfile in dotfiles(host, &index) {
        for (name, provider, folder) in folders(&dotfile) {
            let lock = layout::machine_lock(&host.dirs.home, &dotfile, &name);
            let leftover = Leftover {
                folder,
                provider,
                lock,
            };
            if FileLock::owner(&leftover.lock).is_none() && leftover.is_one(host) {
                found.push(Rubbish {
                    kind: "machine",
                    what: format!(
                        "folder without a machine: `{}`",
                        leftover.folder.path().display()
                    ),
                    how: How::Machine(leftover),
                });
            }
        }
    }
    found.extend(boxes::abandoned(host).into_iter().map(|abandoned| Rubbish {
        kind: "download",
        what: download_text(&abandoned),
        how: How::Download(abandoned),
    }));
    let stale = Leases::stale(host);
    if stale > 0 {
        let ports = if stale == 1 { "port" } else { "ports" };
        found.push(Rubbish {
            kind: "lease",
            what: format!("{stale} {ports} promised to commands that are gone"),
            how: How::Leases,
        });
    }
    for entry in index.entries() {
        if is_dead(host, &entry) && FileLock::owner(&entry_lock(host, &entry)).is_none() {
            found.push(Rubbish {
                kind: "entry",
                what: format!(
                    "entry of `{}` of `{}`, which is gone",
                    entry.name,
                    entry.vagrantfile_path.display()
                ),
                how: How::Entry(entry),
            });
        }
    }
    Ok(found)
}

/// Removes one piece of it. Returns false if it is in use again.
pub fn remove_rubbish(host: &Host, rubbish: &Rubbish) -> Result<bool> {
    match &rubbish.how {
        How::Provider(provider, orphan) => remove_orphan(host, provider, orphan),
        How::Machine(leftover) => {
            let Ok(_lock) = FileLock::try_take(&leftover.lock, "machine") else {
                return Ok(false);
            };
            if !leftover.is_one(host) {
                return Ok(false);
            }
            leftover.folder.clear()?;
            Ok(true)
        }
        How::Download(abandoned) => boxes::remove_abandoned(host, abandoned),
        How::Leases => {
            Leases::lock(host)?.clean()?;
            Ok(true)
        }
        How::Entry(entry) => {
            let Ok(_lock) = FileLock::try_take(&entry_lock(host, entry), "machine") else {
                return Ok(false);
            };
            if !is_dead(host, entry) {
                return Ok(false);
            }
            MachineIndex::new(host).remove(&entry.id)?;
            Ok(true)
        }
    }
}

fn remove_orphan(host: &Host, provider: &str, orphan: &Orphan) -> Result<bool> {
    // Held until it is done.
    let lock = lock_of(host, orphan).map(|lock| FileLock::try_take(&lock, "machine"));
    let is_still_one = || {
        let provider = list::by_name(provider);
        provider.is_some_and(|provider| {
            let mut orphans = provider.orphans(host).into_iter();
            orphans.any(|it| it.left == orphan.left)
        })
    };
    if lock.as_ref().is_some_and(Result::is_err) || !is_still_one() {
        return Ok(false);
    }
    match &orphan.left {
        Left::Process(process) => process.kill(),
        Left::Folder(path) => files::remove_dir_all(path)?,
    }
    Ok(true)
}

fn is_dead(host: &Host, entry: &IndexEntry) -> bool {
    global::state(host, entry).is_none()
}

fn entry_lock(host: &Host, entry: &IndexEntry) -> PathBuf {
    layout::machine_lock(&host.dirs.home, &entry.local_data_path, &entry.name)
}

/// Returns the lock on the machine that something is left of.
fn lock_of(host: &Host, orphan: &Orphan) -> Option<PathBuf> {
    // See `layout::machine_dir`.
    let machine = orphan.folder.as_deref()?.parent()?;
    let name = machine.file_name()?.to_string_lossy();
    let dotfile = machine.parent().and_then(Path::parent)?;
    Some(layout::machine_lock(&host.dirs.home, dotfile, &name))
}

fn download_text(abandoned: &Abandoned) -> String {
    let path = abandoned.paths.first();
    let path = path.map(|path| path.display().to_string());
    let path = path.unwrap_or_default();
    match &abandoned.url {
        Some(url) if abandoned.bytes > 0 => {
            let mib = abandoned.bytes.div_ceil(1 << 20);
            format!("broken-off download of `{url}`, {mib} MiB: `{path}`")
        }
        _ => format!("left-over of a download: `{path}`"),
    }
}
