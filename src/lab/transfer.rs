//! Files into machines that run: `upload`, `rsync`, `rsync-auto`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::communicators::Stream;
use crate::error::Result;
use crate::event::Level;
use crate::exec;
use crate::host::{Host, files, random_hex};
use crate::op::{Content, Script, quote};
use crate::plan;
use crate::sync;

use super::act::{Command, act};
use super::inspect::ssh_info_in;
use super::observe::Ports;
use super::open::{Opened, Wish, open_for};
use super::resolve::{Effort, resolve};
use super::{LabError, Outcome};

/// What `upload` was asked.
#[derive(Clone, Debug, Default)]
pub struct UploadRequest {
    /// Machine; the primary one when `None`.
    pub target: Option<String>,
    /// File or folder of this host.
    pub source: PathBuf,
    /// Path in the guest; the name of the source when `None`. It is the machine
    /// if there is one of that name and `target` is `None`.
    pub destination: Option<String>,
    /// To a new path below `/tmp`, whatever `destination` is.
    pub temporary: bool,
    /// Packed as this, to be unpacked in the guest: `tgz` or `zip`.
    pub packed: Option<Packed>,
}

/// A source that was packed for the way.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The archive.
    pub archive: PathBuf,
    /// It is a zip file; else a gzipped tar file.
    pub zip: bool,
}

/// Copies a file or folder into a machine. Returns where it lies there.
pub fn upload(host: &Host, request: &UploadRequest) -> Result<(String, String)> {
    let targets: Vec<String> = request.target.clone().into_iter().collect();
    let (mut opened, targets) = open_for(host, &targets, &Wish::default())?;
    let (mut target, mut destination) = (targets.first(), request.destination.as_ref());
    if target.is_none() && destination.is_some_and(|word| opened.machine(word).is_some()) {
        (target, destination) = (destination, None);
    }
    let info = ssh_info_in(host, &mut opened, target.map(String::as_str))?;
    let mut access = exec::open_ssh(info.connection, host)?;
    let guest = access.guest();
    let folder = request.source.is_dir();
    let name = request.source.file_name();
    let destination = destination
        .cloned()
        .or_else(|| Some(name?.to_string_lossy().into_owned()));
    let to = destination
        .filter(|_| !request.temporary)
        .unwrap_or_else(|| {
            let extension = request.source.extension().filter(|_| !folder);
            let extension = extension.map(|ending| format!(".{}", ending.to_string_lossy()));
            let extension = extension.unwrap_or_default();
            format!("/tmp/rove-{}{extension}", random_hex(6))
        });
    let Some(packed) = &request.packed else {
        guest.upload(&Content::Path(request.source.clone()), &to, None)?;
        return Ok((info.machine, to));
    };
    let archive = format!("/tmp/rove-{}", random_hex(6));
    guest.upload(&Content::Path(packed.archive.clone()), &archive, None)?;
    let script = unpack(packed.zip, folder, &archive, &to);
    let mut said = Vec::new();
    let status = guest.exec(&Script::user(script), &mut |stream, line| {
        if stream == Stream::Stderr {
            said.push(line.to_owned());
        }
    })?;
    if status != 0 {
        return Err(LabError::Unpack {
            machine: info.machine,
            status,
            said: said.join("\n"),
        }
        .into());
    }
    Ok((info.machine, to))
}

/// Returns the script that unpacks an archive in the guest. Of a folder the
/// content is in it, of a file the file alone.
fn unpack(zip: bool, folder: bool, archive: &str, to: &str) -> String {
    // A `~` at the start is the guest's business and stays outside of quotes.
    let to = match to.strip_prefix("~/") {
        Some(rest) => format!("~/{}", quote(rest)),
        None => quote(to),
    };
    let extract = if zip { "unzip -q -o" } else { "tar -xzf" };
    let into = if zip { "-d" } else { "-C" };
    let rest = if folder {
        format!("mkdir -p {to} && {extract} {archive} {into} {to}")
    } else {
        format!(
            "mkdir -p {archive}.d && {extract} {archive} {into} {archive}.d && mkdir -p \"$(dirname {to})\" && mv -f {archive}.d/* {to}"
        )
    };
    format!("{rest}\nstatus=$?\nrm -rf {archive} {archive}.d\nexit $status")
}

/// What `rsync` and `rsync-auto` were asked.
#[derive(Clone, Debug, Default)]
pub struct RsyncRequest {
    /// Machines; all when empty.
    pub targets: Vec<String>,
    /// Whether rsync itself sets the owner, where given.
    pub ownership: Option<bool>,
}

/// Brings the copied folders of machines up to date.
pub fn rsync(host: &Host, request: &RsyncRequest) -> Result<Outcome> {
    let (mut opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    rsync_machines(host, &mut opened, &machines, request)
}

fn rsync_machines(
    host: &Host,
    opened: &mut Opened,
    machines: &[String],
    request: &RsyncRequest,
) -> Result<Outcome> {
    let boxes = resolve(host, opened, machines, Effort::Look)?;
    act(
        host,
        opened,
        &boxes,
        &Command {
            name: "rsync",
            machines,
            parallel: false,
            ports: Ports::Ignore,
            snapshots: false,
            destroy_on_error: false,
            broken_too: false,
            planner: &|config, seen, capabilities| {
                plan::rsync(config, seen, capabilities, request.ownership)
            },
        },
    )
}

/// How often the folders are looked at. Looking works on every file system,
/// also where a host's own folders are mounted from elsewhere.
const LOOK: Duration = Duration::from_secs(1);

/// Brings folders up to date, and again whenever something in them changes,
/// until it is interrupted. `ended` gets what became of each round; false ends it.
pub fn rsync_auto(
    host: &Host,
    request: &RsyncRequest,
    ended: &mut dyn FnMut(&Outcome) -> bool,
) -> Result<()> {
    let (mut opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    let folders = watched(host, &opened, &machines);
    let mut before = snapshot(&folders);
    loop {
        let outcome = rsync_machines(host, &mut opened, &machines, request)?;
        if !ended(&outcome) {
            return Ok(());
        }
        for folder in &folders {
            let text = format!("watching `{}`", folder.display());
            host.say(None, Level::Detail, text);
        }
        loop {
            host.clock.sleep(LOOK)?;
            let now = snapshot(&folders);
            if now != before {
                before = now;
                break;
            }
        }
    }
}

fn watched(host: &Host, opened: &Opened, machines: &[String]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for config in machines.iter().filter_map(|name| opened.machine(name)) {
        for share in config.shares.iter().filter(|share| !share.disabled) {
            let path = sync::host_path(
                &share.host_path,
                &opened.lab.root,
                host.dirs.user.as_deref(),
            );
            if !folders.contains(&path) {
                folders.push(path);
            }
        }
    }
    folders
}

/// Size and time of change of every file below the folders, but for what is
/// never copied.
fn snapshot(folders: &[PathBuf]) -> BTreeMap<PathBuf, (u64, u128)> {
    let mut found = BTreeMap::new();
    for folder in folders {
        look(folder, &mut found);
    }
    found
}

fn look(folder: &Path, found: &mut BTreeMap<PathBuf, (u64, u128)>) {
    const NEVER: [&str; 3] = [".git", ".rove", ".vagrant"];
    for name in files::list_dir(folder).unwrap_or_default() {
        if NEVER.contains(&name.as_str()) {
            continue;
        }
        let path = folder.join(&name);
        if path.is_dir() && !path.is_symlink() {
            look(&path, found);
        } else {
            found.insert(path.clone(), files::stamp(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_a_watched_folder_is_seen_and_gits_own_files_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let folders = vec![dir.path().to_owned()];
        files::write_atomic(&dir.path().join("a/b"), b"1").unwrap();
        let before = snapshot(&folders);
        files::write_atomic(&dir.path().join(".git/x"), b"1").unwrap();
        assert_eq!(snapshot(&folders), before);
        files::write_atomic(&dir.path().join("a/b"), b"12").unwrap();
        assert_ne!(snapshot(&folders), before);
    }

    #[test]
    fn the_unpacking_script_names_each_path_once_and_cleans_up() {
        let script = unpack(false, true, "/tmp/a", "~/my dir");
        assert!(script.contains("tar -xzf /tmp/a -C ~/'my dir'"), "{script}");
        assert!(script.contains("rm -rf /tmp/a"), "{script}");
        assert!(unpack(true, false, "/tmp/a", "/x").contains("unzip -q -o /tmp/a -d /tmp/a.d"));
    }
}
