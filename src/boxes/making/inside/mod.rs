//! What a disk holds, seen from outside: partitions, boot loader, file systems, the
//! Linux on it and the drivers that it starts with. Whoever turns a disk into a box
//! is told what its guest will lack in another machine.
//!
//! Reading order: [`look`], `table` (partitions), `linux` (a root file system),
//! `initramfs` (drivers that are there before any file system).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Result;
use crate::host::FileError;

mod initramfs;
mod linux;
mod table;

pub use table::is_uefi_only;
use table::{Kind, Table};

/// How a finding is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it should be, or a mere fact.
    Good,
    /// The guest may fail for it.
    Warning,
}

/// One line of the check-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for, a word or two.
    pub what: &'static str,
    /// What was found.
    pub text: String,
    /// How it is meant.
    pub mark: Mark,
}

impl Finding {
    fn good(what: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let mark = Mark::Good;
        Self { what, text, mark }
    }

    fn warning(what: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let mark = Mark::Warning;
        Self { what, text, mark }
    }
}

/// What is known of a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// The check-list, in the order in which a machine starts.
    pub findings: Vec<Finding>,
    /// It can be started by UEFI only.
    pub uefi_only: bool,
}

/// The driver that a guest needs for its disk: its module's name, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Driver {
    /// Name of the kernel module.
    pub module: &'static str,
    /// The hardware, for people.
    pub hardware: &'static str,
}

/// Looks into a raw image. `drivers` are those without which the guest would not
/// find its disk or its network in the machine that is made for it.
pub fn look(image: &Path, drivers: &[Driver]) -> Result<Inside> {
    let failed = |error| FileError::new("read", image, error);
    let mut file = File::open(image).map_err(failed)?;
    let mut head = vec![0; 34 * 512];
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    head.truncate(head.len().min(length as usize));
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.read_exact(&mut head).map_err(failed)?;
    let table = Table::read(&head, &mut |sector| sector_at(&mut file, sector));
    let mut inside = Inside {
        findings: Vec::new(),
        uefi_only: is_uefi_only(&head),
    };
    inside.findings.push(table.finding());
    inside.findings.push(boot_loader(&head, &table));
    let mut root = None;
    let mut systems = Vec::new();
    for partition in &table.partitions {
        let Some(name) = file_system(&mut file, partition.start * 512) else {
            continue;
        };
        systems.push(format!("{name} on partition {}", partition.number));
        if name == "ext4" && root.is_none() {
            root = linux::look(image, partition.start * 512, drivers);
        }
    }
    if table.kind == Kind::None
        && let Some(name) = file_system(&mut file, 0)
    {
        systems.push(format!("{name} on the whole disk"));
        if name == "ext4" {
            root = linux::look(image, 0, drivers);
        }
    }
    inside.findings.push(if systems.is_empty() {
        Finding::warning("file systems", "none that rove knows")
    } else {
        Finding::good("file systems", systems.join(", "))
    });
    match root {
        Some(found) => inside.findings.extend(found),
        None => inside.findings.push(Finding::good(
            "root",
            "not looked into: rove reads Linux on ext4",
        )),
    }
    Ok(inside)
}

fn sector_at(file: &mut File, sector: u64) -> Option<[u8; 512]> {
    let mut bytes = [0; 512];
    file.seek(SeekFrom::Start(sector.checked_mul(512)?)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// Returns the name of the file system that begins at `start`, by its magic.
fn file_system(file: &mut File, start: u64) -> Option<&'static str> {
    let mut bytes = vec![0; 66 << 10];
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(count) => filled += count,
        }
    }
    let at = |place: usize, magic: &[u8]| bytes.get(place..place + magic.len()) == Some(magic);
    Some(match () {
        // ext4(5): the superblock lies at 1024, its magic 56 bytes into it.
        () if at(1080, &[0x53, 0xef]) => "ext4",
        () if at(0, b"XFSB") => "xfs",
        () if at(65_600, b"_BHRfS_M") => "btrfs",
        () if at(512, b"LABELONE") => "LVM",
        () if at(3, b"NTFS    ") => "NTFS",
        () if at(54, b"FAT1") || at(82, b"FAT32") => "FAT",
        () if at(4086, b"SWAPSPACE2") => "swap",
        () if at(0, b"hsqs") => "squashfs",
        () if at(0, b"LUKS\xba\xbe") => "LUKS (encrypted)",
        () => return None,
    })
}

/// What starts the system: the code in the first sector, and where UEFI would look.
fn boot_loader(head: &[u8], table: &Table) -> Finding {
    let code = head.get(..440).unwrap_or_default();
    let has = |word: &[u8]| code.windows(word.len()).any(|part| part == word);
    let mut found = Vec::new();
    if has(b"GRUB") {
        found.push("GRUB for BIOS");
    } else if has(b"Missing operating system") || has(b"isolinux") || has(b"EXTLINUX") {
        found.push("a generic boot record for BIOS");
    } else if code.iter().any(|byte| *byte != 0) {
        found.push("boot code for BIOS");
    }
    if table.partitions.iter().any(|part| part.is_efi_system) {
        found.push("an EFI system partition for UEFI");
    }
    if found.is_empty() {
        Finding::warning(
            "boot loader",
            "none: a machine will not start from this disk",
        )
    } else {
        Finding::good("boot loader", found.join(", "))
    }
}
