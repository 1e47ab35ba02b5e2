//! What QEMU machines left behind whose files are gone: processes that hold
//! deleted disks, and folders of sockets that nobody listens on.

use std::path::{Path, PathBuf};

use crate::host::process::{self, Identity};
use crate::host::{Host, files};
use crate::providers::{Left, Orphan};

use super::layout;

/// A folder of sockets may belong to a machine that is being started.
const YOUNG_SECONDS: u64 = 3600;

pub(super) fn find(host: &Host) -> Vec<Orphan> {
    let runtime = &host.dirs.runtime;
    let mut found = Vec::new();
    let mut used = Vec::new();
    for pid in process::all() {
        let Some(identity) = Identity::of(pid) else {
            continue;
        };
        let Some(sockets) = sockets_of(pid, host) else {
            continue;
        };
        used.push(sockets);
        // The open files tell, not the command line: a lab that was moved still
        // has its disks, a lab that was removed does not.
        if let Some(disk) = process::files_written(pid).iter().find_map(|it| gone(it)) {
            found.push(Orphan {
                what: format!(
                    "QEMU, pid {pid}, whose disk `{}` was deleted",
                    disk.display()
                ),
                folder: disk.parent().map(Path::to_owned),
                left: Left::Process(identity),
            });
        }
    }
    // Where processes cannot be listed, nobody knows which sockets are in use.
    if process::all().is_empty() {
        return found;
    }
    for name in files::list_dir(runtime).unwrap_or_default() {
        let dir = runtime.join(&name);
        let is_ours = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (_, changed) = files::stamp(&dir);
        let changed = u64::try_from(changed / 1_000_000_000).unwrap_or(u64::MAX);
        let is_old = changed.saturating_add(YOUNG_SECONDS) < host.clock.unix_seconds();
        if is_ours && dir.is_dir() && is_old && !used.contains(&dir) {
            found.push(Orphan {
                what: format!(
                    "sockets of a machine that does not run: `{}`",
                    dir.display()
                ),
                folder: None,
                left: Left::Folder(dir),
            });
        }
    }
    found
}

/// Returns the path that a machine's own disk had, if the open file is one and was
/// deleted. Files of boxes, which may be replaced under a machine, are only read.
fn gone(open: &str) -> Option<PathBuf> {
    let path = Path::new(open.strip_suffix(process::DELETED)?);
    let name = path.file_name()?.to_str()?;
    let is_disk = layout::is_ours(name) && path.extension()? == "qcow2";
    is_disk.then(|| path.to_owned())
}

/// Returns the folder of sockets of a QEMU that rove started.
fn sockets_of(pid: u32, host: &Host) -> Option<PathBuf> {
    let words = process::command_line(pid)?;
    let at = words.iter().position(|word| word == "-qmp")?;
    let socket = words.get(at + 1)?.strip_prefix("unix:")?;
    let socket = PathBuf::from(socket.split(",server").next()?.replace(",,", ","));
    let dir = socket.parent()?;
    dir.starts_with(&host.dirs.runtime).then(|| dir.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_deleted_disk_of_a_machine_counts() {
        let disk = "/lab/.rove/machines/web/qemu/disk.qcow2";
        assert_eq!(gone(&format!("{disk} (deleted)")), Some(disk.into()));
        for open in [
            disk,
            "/lab/disk-x.qcow2 (deleted)",
            "/lab/qemu.log (deleted)",
            "/boxes/box.img (deleted)",
            "/dev/null",
        ] {
            assert_eq!(gone(open), None, "{open}");
        }
    }
}
