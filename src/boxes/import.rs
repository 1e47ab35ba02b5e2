//! Takes a box of Vagrant's (or of a shared store) into rove's own store, where
//! it stays when the other goes. Blocks are shared where the file system can;
//! else the files are copied, holes left out.

use crate::error::Result;
use crate::event::{Event, Level, Unit};
use crate::host::{FileLock, Host, files, sparse};

use super::BoxError;
use super::add::{lock_path, sweep};
use super::digest::short;
use super::receipt::Receipt;
use super::store::{ADDING, Installed, Store, is_box};
use super::tree::{Entry, entries};

/// Takes `theirs` into rove's own store.
pub fn import(host: &Host, theirs: &Installed) -> Result<Installed> {
    let store = Store::open(host);
    let _lock = FileLock::take(host, &lock_path(host, &theirs.name), |owner| {
        let text = format!(
            "the box `{}` is being added by another rove ({owner}); waiting for it",
            theirs.name
        );
        host.say(None, Level::Info, text);
    })?;
    sweep(host, &store);
    let architecture = theirs.architecture.as_deref();
    let ours = Installed {
        dir: store.place(
            &theirs.name,
            &theirs.version,
            architecture,
            &theirs.provider,
        ),
        read_only: false,
        ..theirs.clone()
    };
    if is_box(&ours.dir) {
        return Err(BoxError::AlreadyThere {
            name: ours.name,
            version: ours.version,
            provider: ours.provider,
        }
        .into());
    }
    let staging = store.dir().join(format!("{ADDING}{}", short(&theirs.name)));
    files::remove_dir_all(&staging)?;
    files::create_dir_all(&staging)?;
    let copied = copy(host, theirs, &staging);
    if let Err(failure) = copied {
        let _ = files::remove_dir_all(&staging);
        return Err(failure);
    }
    if let Some(parent) = ours.dir.parent() {
        files::create_dir_all(parent)?;
    }
    if let Some(url) = theirs.metadata_url() {
        store.set_metadata_url(&theirs.name, &url)?;
    }
    files::rename(&staging, &ours.dir)?;
    Ok(ours)
}

fn copy(host: &Host, theirs: &Installed, staging: &std::path::Path) -> Result<()> {
    let entries = entries(&theirs.dir)?;
    let length = |entry: &Entry| match entry {
        Entry::File(length, _) => *length,
        Entry::Link(_) => 0,
    };
    let total = entries.iter().map(|(_, entry)| length(entry)).sum();
    let report = |done: u64, finished: bool| {
        host.listener.event(Event::Progress {
            machine: None,
            id: theirs.name.clone(),
            label: format!("import {} {}", theirs.name, theirs.version),
            done,
            total: Some(total),
            unit: Unit::Bytes,
            finished,
        });
    };
    let mut before = 0;
    for (name, entry) in &entries {
        let (from, to) = (theirs.dir.join(name), staging.join(name));
        if let Some(parent) = to.parent() {
            files::create_dir_all(parent)?;
        }
        match entry {
            Entry::Link(target) => files::symlink(target, &to)?,
            Entry::File(_, executable) => {
                sparse::copy(&from, &to, |done| {
                    host.cancel.check()?;
                    report(before + done, false);
                    Ok(())
                })?;
                files::set_mode(&to, if *executable { 0o755 } else { 0o644 })?;
            }
        }
        before += length(entry);
    }
    report(total, true);
    let theirs = theirs.receipt().unwrap_or_default();
    theirs.write(staging);
    Receipt::seal(host, staging)
}
