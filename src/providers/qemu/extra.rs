//! Disks that the Vagrantfile asks for beside the box's (`config.vm.disk`): what
//! QEMU can make of them, and what it cannot. Attached in `argv`, made in `disks`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::QemuError;
use super::image::header;
use super::layout;
use super::settings::Settings;
use crate::config::{Diagnostic, Disk, DiskKind, MachineConfig, Severity, Value, show_bytes};
use crate::error::Result;
use crate::source::nearest;

/// Most disks of a machine: a PCI bus has 32 places, and other devices need some.
const MOST_DISKS: usize = 20;
/// Most DVDs: what an IDE controller has beside a disk.
const MOST_DVDS: usize = 3;
/// Most floppies of a PC.
const MOST_FLOPPIES: usize = 2;
/// Longest name: it is part of a file's name.
const LONGEST_NAME: usize = 100;
/// Longest serial number of a disk that guests show (virtio specification 5.2.6.1,
/// ATA and NVMe alike).
const SERIAL: usize = 20;

/// Ways to cache that QEMU has.
const CACHES: &[&str] = &["writeback", "none", "writethrough", "directsync", "unsafe"];
/// What disks can hang on.
const INTERFACES: &[&str] = &["virtio", "scsi", "nvme"];
/// Options of ours: `qemu__cache`.
const OPTIONS: &[(&str, &[&str])] = &[("cache", CACHES), ("interface", INTERFACES)];

/// What a disk is to the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Media {
    /// A hard disk.
    Disk,
    /// A DVD.
    Dvd,
    /// A floppy disk.
    Floppy,
    /// What cloud-init reads: a disk that cannot be written to.
    Seed,
}

/// What a disk hangs on, where the Vagrantfile says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Interface {
    /// A virtio disk.
    Virtio,
    /// virtio SCSI.
    Scsi,
    /// NVMe.
    Nvme,
}

/// A disk beside the box's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Extra {
    /// Name in the Vagrantfile.
    pub(super) name: String,
    /// What it is to the guest.
    pub(super) media: Media,
    /// The image: the user's if absolute, else one of rove's in the machine's folder.
    pub(super) path: PathBuf,
    /// Its format, as QEMU names it.
    pub(super) format: String,
    /// What it hangs on; what the box's disk hangs on where `None`.
    #[serde(default)]
    pub(super) interface: Option<Interface>,
    /// How it is cached.
    pub(super) cache: String,
    /// Its serial number: guests find it by its name.
    pub(super) serial: String,
    /// Size that is asked for, of a disk that rove makes.
    #[serde(default)]
    pub(super) bytes: Option<u64>,
    /// It was attached when the machine was last started.
    #[serde(default)]
    pub(super) attached: bool,
}

impl Extra {
    /// Returns whether rove made it, and removes it with the machine.
    pub(super) fn is_own(&self) -> bool {
        !self.path.is_absolute()
    }

    /// Returns whether snapshots of the machine have it in them.
    pub(super) fn has_snapshots(&self) -> bool {
        self.media == Media::Disk && self.format == "qcow2"
    }
}

/// Returns the seed that lies in the machine's folder, as a disk.
pub(super) fn seed(path: &Path) -> Extra {
    let name = path.file_name().unwrap_or_default();
    Extra {
        name: "cloud-init".to_owned(),
        media: Media::Seed,
        path: PathBuf::from(name),
        format: "raw".to_owned(),
        interface: None,
        cache: "writeback".to_owned(),
        serial: "cidata".to_owned(),
        bytes: None,
        attached: true,
    }
}

/// Returns the node name of the disk at `index` of the list.
pub(super) fn node(index: usize) -> String {
    format!("extra{index}")
}

/// Returns the disks to attach. What [`check`] warns about is left out.
pub(super) fn wanted(disks: &[Disk], arch: &str) -> Result<Vec<Extra>> {
    let mut found = Vec::new();
    let mut floppies = 0;
    for disk in disks.iter().filter(|disk| !disk.primary) {
        let (media, path, format) = match (disk.kind, &disk.file) {
            (DiskKind::Disk, None) => {
                let path = PathBuf::from(layout::extra(&disk.name));
                (Media::Disk, path, "qcow2")
            }
            (DiskKind::Disk, Some(file)) => (Media::Disk, file.clone(), format(file)?),
            (DiskKind::Dvd, Some(file)) => (Media::Dvd, file.clone(), "raw"),
            (DiskKind::Floppy, Some(file)) if has_floppies(arch) && floppies < MOST_FLOPPIES => {
                floppies += 1;
                (Media::Floppy, file.clone(), "raw")
            }
            (DiskKind::Dvd | DiskKind::Floppy, _) => continue,
        };
        let option = |name: &str| disk.option("qemu", name).and_then(Value::as_str);
        found.push(Extra {
            name: disk.name.clone(),
            media,
            path,
            format: format.to_owned(),
            interface: match option("interface") {
                Some("virtio") => Some(Interface::Virtio),
                Some("scsi") => Some(Interface::Scsi),
                Some("nvme") => Some(Interface::Nvme),
                _ => None,
            },
            cache: option("cache").unwrap_or("writeback").to_owned(),
            serial: disk.name.chars().take(SERIAL).collect(),
            bytes: disk.bytes.filter(|_| disk.file.is_none()),
            attached: true,
        });
    }
    Ok(found)
}

fn has_floppies(arch: &str) -> bool {
    arch == "x86_64"
}

/// Returns the format of an image of the user's. Where the file's name does not
/// say it, a guest could have written a header into a raw disk: such an image
/// must name no other file.
fn format(file: &Path) -> Result<&'static str> {
    let image = header::read(file)?;
    let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
    let said = match ending.to_str() {
        Some("qcow2" | "qcow") => "qcow2",
        Some("vmdk") => "vmdk",
        Some("vdi") => "vdi",
        Some("vhdx") => "vhdx",
        Some("vhd") => "vpc",
        _ => "raw",
    };
    match image.refers_to.first() {
        Some(target) if said != image.format => Err(QemuError::Disguised {
            image: file.to_owned(),
            target: target.clone(),
        }
        .into()),
        _ => Ok(image.format),
    }
}

/// Returns what is wrong with the disks of a machine, and what QEMU cannot do.
pub(super) fn check(config: &MachineConfig) -> Vec<Diagnostic> {
    let settings = config
        .provider_block()
        .map(Settings::read)
        .unwrap_or_default();
    let arch = super::hardware::arch(&settings);
    let mut found = Vec::new();
    let mut counts = [0; 3];
    for disk in &config.disks {
        let mut say = |severity, message: String, hint: &str| {
            found.push(Diagnostic {
                severity,
                machine: Some(config.name.clone()),
                section: "vm".to_owned(),
                message,
                span: disk.span.clone(),
                hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
            });
        };
        check_options(disk, &mut say);
        if disk.primary {
            check_primary(disk, &settings, &mut say);
            continue;
        }
        counts[disk.kind as usize] += 1;
        let count = counts[disk.kind as usize];
        match disk.kind {
            DiskKind::Disk => check_disk(disk, &mut say),
            DiskKind::Dvd => {}
            DiskKind::Floppy => check_floppy(disk, &arch, count, &mut say),
        }
        let (most, what) = match disk.kind {
            DiskKind::Disk => (MOST_DISKS, "disks"),
            DiskKind::Dvd => (MOST_DVDS, "DVDs"),
            DiskKind::Floppy => continue,
        };
        if count == most + 1 {
            let message = format!("a QEMU machine has at most {most} {what}");
            say(Severity::Error, message, "");
        }
    }
    found
}

type Say<'a> = dyn FnMut(Severity, String, &str) + 'a;

fn check_options(disk: &Disk, say: &mut Say<'_>) {
    let name = &disk.name;
    for (option, value) in disk.options_for("qemu") {
        let known = OPTIONS.iter().find(|(known, _)| known == option);
        match known {
            None => {
                let near = nearest(option, OPTIONS.iter().map(|(known, _)| *known));
                let hint = near.map(|near| format!("did you mean `qemu__{near}`?"));
                say(
                    Severity::Error,
                    format!("unknown option `qemu__{option}` of the disk `{name}`"),
                    &hint.unwrap_or_else(|| "`qemu__cache`, `qemu__interface`".to_owned()),
                );
            }
            Some((_, words)) if !value.as_str().is_some_and(|word| words.contains(&word)) => say(
                Severity::Error,
                format!(
                    "`qemu__{option}` of the disk `{name}` cannot be `{}`",
                    value.to_text()
                ),
                &format!("write one of `{}`", words.join("`, `")),
            ),
            Some(_) if disk.primary => say(
                Severity::Warning,
                format!("`qemu__{option}` has no effect on the primary disk"),
                "use `extra_drive_args` or `drive_interface` of the `qemu` provider",
            ),
            Some(_) => {}
        }
    }
}

fn check_primary(disk: &Disk, settings: &Settings, say: &mut Say<'_>) {
    if disk.file.is_some() {
        say(
            Severity::Warning,
            "`file` has no effect on the primary disk, which is the box's".to_owned(),
            "`image_path` of the `qemu` provider takes another image instead of the box's",
        );
    }
    if settings.disk_size.is_some() && disk.bytes.is_some() {
        say(
            Severity::Warning,
            "the size of the primary disk has no effect: the `qemu` provider block says one too"
                .to_owned(),
            "take one of them out",
        );
    }
}

fn check_disk(disk: &Disk, say: &mut Say<'_>) {
    let name = &disk.name;
    if name.len() > LONGEST_NAME {
        say(
            Severity::Error,
            format!("the name of a disk has more than {LONGEST_NAME} letters"),
            "it becomes a file's name: choose a shorter one",
        );
    }
    let Some(file) = &disk.file else {
        if disk.bytes.is_some_and(|bytes| bytes < 1 << 20) {
            say(
                Severity::Error,
                format!("the disk `{name}` would be smaller than 1 MiB"),
                "a number without a unit means bytes: write `size: \"10GB\"`",
            );
        }
        if let Some(extension) = disk.extension.as_deref().filter(|text| *text != "qcow2") {
            say(
                Severity::Warning,
                format!(
                    "`disk_ext` of the disk `{name}` has no effect: QEMU gets a qcow2 image, no `{extension}` file"
                ),
                "",
            );
        }
        return;
    };
    // That it is not there is said by the rules that hold for every provider.
    if !file.is_file() {
        return;
    }
    match format(file) {
        Err(failure) => {
            let hints = failure.explain().hints();
            let hint = hints.first().map_or("", String::as_str);
            say(Severity::Error, failure.to_string(), hint);
        }
        Ok(format) => {
            if format != "qcow2" {
                say(
                    Severity::Warning,
                    format!("the disk `{name}` is not in snapshots: its format {format} has none"),
                    &format!(
                        "`qemu-img convert -O qcow2 {} {}` makes an image that has",
                        crate::op::quote(&file.to_string_lossy()),
                        crate::op::quote(&file.with_extension("qcow2").to_string_lossy())
                    ),
                );
            }
            let real = header::read(file)
                .ok()
                .and_then(|image| image.virtual_bytes);
            if let (Some(real), Some(asked)) = (real, disk.bytes)
                && real != asked
            {
                say(
                    Severity::Warning,
                    format!(
                        "the size of the disk `{name}` has no effect: its image has {}",
                        show_bytes(real)
                    ),
                    "",
                );
            }
        }
    }
}

fn check_floppy(disk: &Disk, arch: &str, count: usize, say: &mut Say<'_>) {
    let name = &disk.name;
    let reason = if disk.file.is_none() {
        "it has no `file`"
    } else if !has_floppies(arch) {
        "such a machine has no drive for it"
    } else if count > MOST_FLOPPIES {
        "a PC has two"
    } else {
        return;
    };
    say(
        Severity::Warning,
        format!("the floppy `{name}` is left out: {reason}"),
        "",
    );
}

#[cfg(test)]
#[path = "extra_tests.rs"]
mod tests;
