//! Every file that a QEMU machine has on disk, named and explained in one place.

use std::path::{Path, PathBuf};

use crate::host::Host;

/// What is known of the machine (see `record`).
pub(super) const RECORD: &str = "machine.json";
/// The snapshots (see `snapshots`).
pub(super) const SNAPSHOTS: &str = "snapshots.json";
/// What the guest wrote to its serial console since it was last powered on.
pub(super) const CONSOLE: &str = "console.log";
/// What QEMU itself printed: warnings, and why it ended.
pub(super) const LOG: &str = "qemu.log";
/// UEFI variables of this machine.
pub(super) const VARIABLES: &str = "firmware-vars.qcow2";
/// Memory of a suspended machine.
pub(super) const MEMORY: &str = "memory.state";
/// Ending of files that are being made; left-overs of a crash may be removed.
pub(super) const PARTIAL: &str = ".partial";

/// Returns the name of the overlay for the box's disk number `index`.
pub(super) fn disk(index: usize) -> String {
    if index == 0 {
        "disk.qcow2".to_owned()
    } else {
        format!("disk-{index}.qcow2")
    }
}

/// Returns the name of the disk `name` that the Vagrantfile asks for.
pub(super) fn extra(name: &str) -> String {
    format!("data-{name}.qcow2")
}

/// Returns whether a file in the machine's folder is this provider's. The
/// folder holds other files too, such as the machine's id and key.
pub(super) fn is_ours(name: &str) -> bool {
    let name = name.strip_suffix(PARTIAL).unwrap_or(name);
    let extra = |name: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !name.is_empty() && name.bytes().all(letter)
    };
    [RECORD, SNAPSHOTS, CONSOLE, LOG, VARIABLES, MEMORY].contains(&name)
        || name == "disk.qcow2"
        || name
            .strip_prefix("disk-")
            .and_then(|rest| rest.strip_suffix(".qcow2"))
            .is_some_and(|index| index.parse::<usize>().is_ok())
        || name
            .strip_prefix("data-")
            .and_then(|rest| rest.strip_suffix(".qcow2"))
            .is_some_and(extra)
}

/// Returns the folder for the sockets of the machine `id`: short, since a
/// socket's path must be under 108 bytes.
pub(super) fn runtime(host: &Host, id: &str) -> PathBuf {
    let short: String = id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    host.dirs.runtime.join(short)
}

/// Returns QEMU's control socket in a machine's runtime folder.
pub(super) fn qmp_socket(runtime: &Path) -> PathBuf {
    runtime.join("qmp")
}

/// Returns the file in which QEMU leaves its pid.
pub(super) fn pid_file(runtime: &Path) -> PathBuf {
    runtime.join("pid")
}

/// Returns the file that keeps what was found out about QEMU and this host.
pub(super) fn facts(host: &Host) -> PathBuf {
    host.dirs.home.join("qemu").join("facts.json")
}

/// Returns the folder for converted disks of boxes that must not be written to.
pub(super) fn converted(host: &Host) -> PathBuf {
    host.dirs.home.join("qemu").join("converted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_files_are_ours() {
        for name in [
            "machine.json",
            "disk.qcow2",
            "disk-1.qcow2.partial",
            "data-my_disk-2.qcow2",
            "data-a.qcow2.partial",
            "memory.state",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "id",
            "private_key",
            "disk-x.qcow2",
            "data-.qcow2",
            "data-a b.qcow2",
            "data.qcow2",
            "console.log.txt",
            ".partial",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
