//! Where UEFI firmware lies: pairs of code and variable template, as
//! distributions install them.

use std::path::{Path, PathBuf};

use super::error::QemuError;
use crate::error::Result;
use crate::host::Host;

/// Firmware files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Uefi {
    /// The code, read-only.
    pub(super) code: PathBuf,
    /// Variables to start a new machine with.
    pub(super) variables: PathBuf,
}

/// Folders relative to which QEMU itself looks, and pairs in them. Without
/// Secure Boot: boxes are not signed for it.
const X86_64: &[(&str, &str)] = &[
    // Debian, Ubuntu: 4 MiB images; the 2 MiB ones are gone from newer releases.
    (
        "/usr/share/OVMF/OVMF_CODE_4M.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.fd",
    ),
    (
        "/usr/share/OVMF/OVMF_CODE.fd",
        "/usr/share/OVMF/OVMF_VARS.fd",
    ),
    // Fedora and its kin.
    (
        "/usr/share/edk2/ovmf/OVMF_CODE.fd",
        "/usr/share/edk2/ovmf/OVMF_VARS.fd",
    ),
    // Arch.
    (
        "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
        "/usr/share/edk2/x64/OVMF_VARS.4m.fd",
    ),
    // openSUSE.
    (
        "/usr/share/qemu/ovmf-x86_64-code.bin",
        "/usr/share/qemu/ovmf-x86_64-vars.bin",
    ),
    // QEMU's own, as Homebrew and the Windows installer have it.
    ("edk2-x86_64-code.fd", "edk2-i386-vars.fd"),
];

const AARCH64: &[(&str, &str)] = &[
    (
        "/usr/share/AAVMF/AAVMF_CODE.fd",
        "/usr/share/AAVMF/AAVMF_VARS.fd",
    ),
    (
        "/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw",
        "/usr/share/edk2/aarch64/vars-template-pflash.raw",
    ),
    ("edk2-aarch64-code.fd", "edk2-arm-vars.fd"),
];

/// Returns the firmware for `arch`. `program` is the QEMU it is for, `folder`
/// the one that the user named.
pub(super) fn find(host: &Host, arch: &str, program: &Path, folder: Option<&str>) -> Result<Uefi> {
    let share = |bin: &Path| Some(bin.parent()?.parent()?.join("share").join("qemu"));
    let folders: Vec<PathBuf> = folder
        .map(|folder| host.cwd.join(folder))
        .into_iter()
        .chain(share(program))
        // Homebrew's `bin` is a folder of links into its cellar.
        .chain(program.canonicalize().ok().as_deref().and_then(share))
        // On Windows the files lie beside the program.
        .chain(program.parent().map(|bin| bin.join("share")))
        .collect();
    let pairs = if arch == "aarch64" { AARCH64 } else { X86_64 };
    pairs
        .iter()
        .rev()
        .filter(|_| folder.is_some())
        .chain(pairs)
        .flat_map(|(code, variables)| {
            folders.iter().map(move |folder| Uefi {
                code: folder.join(code),
                variables: folder.join(variables),
            })
        })
        .find(|uefi| uefi.code.is_file() && uefi.variables.is_file())
        .ok_or_else(|| {
            QemuError::NoFirmware {
                arch: arch.to_owned(),
            }
            .into()
        })
}
