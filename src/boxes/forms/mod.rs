//! The forms that hypervisors give to their boxes: where the disks lie in each,
//! and what hardware the box was built for. Reads files, starts nothing.
//!
//! Reading order: [`discover`], then `ovf`, `vmx` and `hyperv` (descriptions of
//! machines, read and written), `form` (which box has which).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::files;

mod error;
mod form;
pub mod header;
mod hyperv;
mod ovf;
mod vmx;

pub use error::FormError;
pub use form::{Form, Machine, WrittenDisk, hardware_settings};

/// A box that lies in a folder, as much as its form has to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxFiles {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What it was built for: decides disk format, controller and NIC.
    pub provider: String,
    /// Folder with its files.
    pub dir: PathBuf,
    /// Content of its `metadata.json`.
    pub metadata: serde_json::Value,
    /// Whether the folder must not be written to (Vagrant's own store).
    pub read_only: bool,
}

impl BoxFiles {
    /// Returns whether it is the bare image of a distribution: cloud-init makes the
    /// user at the first start (see `boxes::unpack`).
    pub fn is_for_clouds(&self) -> bool {
        self.metadata["cloud_init"] == true
    }
}

/// Start of the names of disks that rove converted for itself. They lie beside the
/// box's own and are no part of it.
pub const CONVERTED: &str = "rove-disk-";

/// What disks hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Controller {
    /// A virtio disk each.
    Virtio,
    /// A virtio SCSI controller.
    VirtioScsi,
    /// AHCI.
    Sata,
    /// The PIIX controller of old PCs.
    Ide,
    /// VMware's paravirtual SCSI.
    Pvscsi,
    /// LSI SAS 1068.
    LsiSas,
    /// NVM Express.
    Nvme,
    /// None: the user's own arguments attach the drive.
    None,
}

/// What a box expects to find in its machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeFor {
    /// The box's provider; empty for a plain image.
    pub provider: String,
    /// Controller of its disks.
    pub controller: Controller,
    /// Its network card, as QEMU names it.
    pub nic: String,
    /// Whether it starts by UEFI; `None` where only its disk can tell.
    pub uefi: Option<bool>,
    /// Processors it was built with.
    pub cpus: Option<u32>,
    /// Memory it was built with, MiB.
    pub memory_mib: Option<u64>,
}

/// A box's disks and needs.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxDisks {
    /// What it expects.
    pub made_for: MadeFor,
    /// Its disks, the one it starts from first.
    pub disks: Vec<PathBuf>,
}

impl MadeFor {
    /// Returns what a box with this hardware expects.
    pub fn new(provider: &str, controller: Controller, nic: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            controller,
            nic: nic.to_owned(),
            uefi: None,
            cpus: None,
            memory_mib: None,
        }
    }

    /// Returns what a plain disk image is taken to expect.
    pub fn plain() -> Self {
        Self::new("", Controller::Virtio, "virtio-net-pci")
    }

    /// Sets what its disk told. Hyper-V's UEFI machines have no IDE.
    pub fn set_uefi(&mut self, uefi: bool) {
        self.uefi = Some(uefi);
        if uefi && self.provider == "hyperv" {
            self.controller = Controller::Sata;
        }
    }

    /// Returns whether it was built for QEMU, and so has virtio drivers.
    pub fn is_native(&self) -> bool {
        matches!(self.provider.as_str(), "" | "qemu" | "libvirt")
    }
}

/// Returns the disks of a box, checked to lie inside it.
pub fn discover(files: &BoxFiles) -> Result<BoxDisks> {
    let found = match files.provider.as_str() {
        "virtualbox" => virtualbox(files)?,
        "hyperv" => hyper_v(files)?,
        "vmware_desktop" | "vmware_fusion" | "vmware_workstation" | "vmware" => vmware(files)?,
        _ => native(files)?,
    };
    for disk in &found.disks {
        inside(&files.dir, disk)?;
    }
    Ok(found)
}

/// Refuses a path that, links followed, leads out of the box.
fn inside(dir: &Path, disk: &Path) -> Result<()> {
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| crate::host::FileError::new("find", path, error))
    };
    let (root, target) = (real(dir)?, real(disk)?);
    if target.starts_with(&root) {
        return Ok(());
    }
    Err(FormError::Escapes {
        image: disk.to_owned(),
        target: target.display().to_string(),
    }
    .into())
}

/// Boxes of qemu and libvirt: format 1 is one `box.img`, format 2 lists its
/// disks in `metadata.json`.
fn native(files: &BoxFiles) -> Result<BoxDisks> {
    let mut made_for = MadeFor::plain();
    made_for.provider.clone_from(&files.provider);
    let listed: Vec<PathBuf> = files.metadata["disks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|disk| disk["path"].as_str())
        .map(|path| files.dir.join(path))
        .collect();
    let disks = if !listed.is_empty() {
        listed
    } else if files.dir.join("box.img").exists() {
        vec![files.dir.join("box.img")]
    } else {
        with_ending(&files.dir, &["img", "qcow2"])?
    };
    // Several images and no list: which one it starts from cannot be known.
    if disks.len() != 1 && files.metadata["disks"].is_null() {
        return Err(no_disk(files, "no `box.img`, and no `disks` in its `metadata.json`").into());
    }
    Ok(BoxDisks { made_for, disks })
}

fn virtualbox(files: &BoxFiles) -> Result<BoxDisks> {
    let descriptor = with_ending(&files.dir, &["ovf"])?
        .into_iter()
        .next()
        .ok_or_else(|| no_disk(files, "no OVF description"))?;
    let found = ovf_disks(&descriptor, &files.provider)?;
    if found.disks.is_empty() {
        return Err(no_disk(files, "its OVF description names no disk").into());
    }
    Ok(found)
}

/// Returns what an OVF description says of a machine, with its disks beside it.
pub fn ovf_disks(descriptor: &Path, provider: &str) -> Result<BoxDisks> {
    let ovf = ovf::parse(descriptor, &files::read_text(descriptor)?)?;
    let mut made_for = MadeFor::new(
        provider,
        ovf.controller.unwrap_or(Controller::Sata),
        ovf.nic.as_deref().unwrap_or("e1000"),
    );
    made_for.uefi = Some(ovf.uefi);
    made_for.cpus = ovf.cpus;
    made_for.memory_mib = ovf.memory_mib;
    let dir = descriptor.parent().unwrap_or(Path::new(""));
    let disks: Vec<PathBuf> = ovf.disks.iter().map(|disk| dir.join(disk)).collect();
    for disk in &disks {
        inside(dir, disk)?;
    }
    Ok(BoxDisks { made_for, disks })
}

fn hyper_v(files: &BoxFiles) -> Result<BoxDisks> {
    let folder = files.dir.join("Virtual Hard Disks");
    let mut disks = with_ending(&folder, &["vhdx", "vhd"])?;
    if disks.is_empty() {
        disks = with_ending(&files.dir, &["vhdx", "vhd"])?;
    }
    let Some(first) = disks.first() else {
        return Err(no_disk(files, "no VHDX or VHD in `Virtual Hard Disks`").into());
    };
    // Generation 1 starts by BIOS from IDE; generation 2 by UEFI, from a SCSI
    // disk of Hyper-V's own kind, which AHCI comes nearest to. A VHD is always
    // of generation 1, a VHDX may be of either.
    let uefi = if first.extension().is_some_and(|ending| ending == "vhd") {
        Some(false)
    } else {
        hyperv::generation(&files.dir)?.map(|generation| generation == 2)
    };
    let mut made_for = MadeFor::new(&files.provider, Controller::Ide, "e1000");
    if let Some(uefi) = uefi {
        made_for.set_uefi(uefi);
    }
    (made_for.cpus, made_for.memory_mib) = hyperv::size(&files.dir)?;
    Ok(BoxDisks { made_for, disks })
}

fn vmware(files: &BoxFiles) -> Result<BoxDisks> {
    let descriptor = with_ending(&files.dir, &["vmx"])?
        .into_iter()
        .next()
        .ok_or_else(|| no_disk(files, "no VMX description"))?;
    let vmx = vmx::parse(&files::read_text(&descriptor)?);
    let mut made_for = MadeFor::new(
        &files.provider,
        vmx.controller.unwrap_or(Controller::Sata),
        vmx.nic.as_deref().unwrap_or("e1000"),
    );
    made_for.uefi = Some(vmx.uefi);
    made_for.cpus = vmx.cpus;
    made_for.memory_mib = vmx.memory_mib;
    if vmx.disks.is_empty() {
        return Err(no_disk(files, "its VMX description names no disk").into());
    }
    let disks = vmx.disks.iter().map(|disk| files.dir.join(disk)).collect();
    Ok(BoxDisks { made_for, disks })
}

fn with_ending(dir: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let has = |name: &String| {
        !name.starts_with(CONVERTED)
            && Path::new(name).extension().is_some_and(|found| {
                endings
                    .iter()
                    .any(|ending| found.eq_ignore_ascii_case(ending))
            })
    };
    Ok(files::list_dir(dir)?
        .into_iter()
        .filter(has)
        .map(|name| dir.join(name))
        .collect())
}

fn no_disk(files: &BoxFiles, reason: &str) -> FormError {
    FormError::NoDisk {
        name: files.name.clone(),
        provider: files.provider.clone(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
