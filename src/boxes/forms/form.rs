//! Boxes written: the descriptions that each hypervisor's boxes have beside their
//! disks. Pure functions from a machine to files.
//!
//! The guest's hardware stays as near as the other hypervisor has it: what a driver
//! is missing for is told by `making::inside`.

use std::fmt::Write as _;

use serde_json::json;

use super::{Controller, MadeFor, hyperv, ovf, vmx};
use crate::boxes::making::inside::Driver;

/// A kind of box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Of libvirt and of QEMU.
    Libvirt,
    /// Of VirtualBox: OVF and compressed VMDK.
    VirtualBox,
    /// Of Hyper-V: an exported machine in XML, and VHDX.
    HyperV,
    /// Of VMware: VMX and VMDK.
    Vmware,
}

/// A disk of a box that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDisk {
    /// Name in the box.
    pub name: String,
    /// Size as the guest sees it.
    pub virtual_bytes: u64,
    /// Length of the file.
    pub file_bytes: u64,
}

/// A machine to be described.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Name, for hypervisors that show one.
    pub name: String,
    /// Hardware, as the form has it (see [`Form::hardware`]).
    pub made_for: MadeFor,
    /// Disks, the one it starts from first.
    pub disks: Vec<WrittenDisk>,
    /// Stands for the content: identifiers are made of it, so that the same input
    /// gives the same bytes.
    pub digest: u64,
}

impl Machine {
    /// Returns a UUID (RFC 9562, version 8) that only depends on the content.
    pub(super) fn uuid(&self, salt: u64) -> String {
        let high = self.digest ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let low = self.digest.rotate_left(32) ^ salt;
        format!(
            "{:08x}-{:04x}-8{:03x}-8{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// Returns an address for its network card, twelve hex digits, with the prefix
    /// that its hypervisor gives out.
    pub fn mac(&self, form: Form) -> String {
        let prefix = match form {
            Form::Libvirt => "525400",
            Form::VirtualBox => "080027",
            Form::HyperV => "00155D",
            Form::Vmware => "000C29",
        };
        format!("{prefix}{:06X}", self.digest & 0xff_ffff)
    }
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Libvirt, Self::VirtualBox, Self::HyperV, Self::Vmware];

    /// Returns the form of a provider's boxes.
    pub fn of(provider: &str) -> Option<Self> {
        Some(match provider {
            "libvirt" | "qemu" => Self::Libvirt,
            "virtualbox" => Self::VirtualBox,
            "hyperv" => Self::HyperV,
            "vmware_desktop" | "vmware_fusion" | "vmware_workstation" | "vmware" => Self::Vmware,
            _ => return None,
        })
    }

    /// Returns the provider that its boxes name.
    pub fn provider(self) -> &'static str {
        match self {
            Self::Libvirt => "libvirt",
            Self::VirtualBox => "virtualbox",
            Self::HyperV => "hyperv",
            Self::Vmware => "vmware_desktop",
        }
    }

    /// Returns the format of its disks and its options, as `qemu-img` takes them.
    pub fn disk_format(self) -> (&'static str, &'static str) {
        match self {
            Self::Libvirt => ("qcow2", ""),
            Self::VirtualBox => ("vmdk", "subformat=streamOptimized"),
            Self::HyperV => ("vhdx", "subformat=dynamic"),
            Self::Vmware => ("vmdk", "subformat=monolithicSparse,adapter_type=lsilogic"),
        }
    }

    /// Returns the name of the disk `index` of `count`.
    pub fn disk_name(self, index: usize, count: usize) -> String {
        match self {
            Self::Libvirt if count == 1 => "box.img".to_owned(),
            Self::Libvirt => format!("box_{}.img", index + 1),
            Self::VirtualBox => format!("box-disk{:03}.vmdk", index + 1),
            Self::HyperV => format!("Virtual Hard Disks/disk{}.vhdx", index + 1),
            Self::Vmware => format!("disk{}.vmdk", index + 1),
        }
    }

    /// Returns the hardware that comes nearest to what the guest was built for.
    pub fn hardware(self, built_for: &MadeFor) -> MadeFor {
        let controller = match (self, built_for.controller) {
            (Self::Libvirt, Controller::None) => Controller::Virtio,
            (Self::Libvirt, controller) => controller,
            (Self::HyperV, _) if built_for.uefi == Some(true) => Controller::Sata,
            (Self::HyperV, _) | (_, Controller::Ide) => Controller::Ide,
            (Self::Vmware, Controller::Pvscsi) => Controller::Pvscsi,
            (_, Controller::LsiSas) => Controller::LsiSas,
            (_, Controller::Nvme) => Controller::Nvme,
            _ => Controller::Sata,
        };
        let card = built_for.nic.as_str();
        let nic = match self {
            Self::Libvirt => card,
            Self::VirtualBox if card == "pcnet" || card.starts_with("virtio") => card,
            Self::Vmware if card == "e1000e" || card == "vmxnet3" => card,
            // Paravirtual as well, and in every kernel that has virtio.
            Self::Vmware if card.starts_with("virtio") => "vmxnet3",
            Self::VirtualBox | Self::HyperV | Self::Vmware => "e1000",
        };
        MadeFor {
            provider: self.provider().to_owned(),
            controller,
            nic: nic.to_owned(),
            ..built_for.clone()
        }
    }

    /// Returns the drivers that the guest needs in a machine of this kind.
    pub fn drivers(self, made_for: &MadeFor) -> Vec<Driver> {
        let driver = |module, hardware| Driver { module, hardware };
        if self == Self::HyperV {
            return vec![
                driver("hv_storvsc", "Hyper-V's disks"),
                driver("hv_netvsc", "Hyper-V's network card"),
            ];
        }
        let disk = match made_for.controller {
            Controller::Virtio | Controller::None => driver("virtio_blk", "virtio disks"),
            Controller::VirtioScsi => driver("virtio_scsi", "virtio SCSI disks"),
            Controller::Sata => driver("ahci", "SATA disks"),
            Controller::Ide => driver("ata_piix", "IDE disks"),
            Controller::Pvscsi => driver("vmw_pvscsi", "VMware's SCSI disks"),
            Controller::LsiSas => driver("mptsas", "LSI SAS disks"),
            Controller::Nvme => driver("nvme", "NVMe disks"),
        };
        let card = match made_for.nic.as_str() {
            "pcnet" => driver("pcnet32", "its network card"),
            "e1000" => driver("e1000", "its network card"),
            "e1000e" => driver("e1000e", "its network card"),
            "vmxnet3" => driver("vmxnet3", "its network card"),
            _ => driver("virtio_net", "its network card"),
        };
        vec![disk, card]
    }

    /// Returns the files that describe the machine, by name.
    pub fn describe(self, machine: &Machine) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![("metadata.json".to_owned(), self.metadata(machine))];
        match self {
            Self::Libvirt => {}
            Self::VirtualBox => files.push(("box.ovf".to_owned(), ovf::write(machine).into())),
            Self::HyperV => files.push((
                format!("Virtual Machines/{}.xml", machine.uuid(0).to_uppercase()),
                hyperv::write(machine).into(),
            )),
            Self::Vmware => files.push(("box.vmx".to_owned(), vmx::write(machine).into())),
        }
        files
    }

    fn metadata(self, machine: &Machine) -> Vec<u8> {
        let provider = self.provider();
        let metadata = match (self, machine.disks.as_slice()) {
            // Format 1 of vagrant-libvirt gives the size in whole GiB, rounded up.
            (Self::Libvirt, [disk]) => json!({
                "provider": provider,
                "format": "qcow2",
                "virtual_size": disk.virtual_bytes.div_ceil(1 << 30),
            }),
            (Self::Libvirt, disks) => json!({
                "provider": provider,
                "disks": disks
                    .iter()
                    .map(|disk| json!({"path": disk.name, "format": "qcow2"}))
                    .collect::<Vec<_>>(),
            }),
            _ => json!({ "provider": provider }),
        };
        metadata.to_string().into_bytes()
    }

    /// Returns the box's Vagrantfile: what its description cannot say. `has_base`:
    /// the box that it was made from has one, which is read first.
    pub fn vagrantfile(self, machine: &Machine, has_base: bool) -> String {
        let mut text = String::new();
        if has_base {
            text.push_str("load File.expand_path(\"../base/Vagrantfile\", __FILE__)\n\n");
        }
        text.push_str("Vagrant.configure(\"2\") do |config|\n");
        let _ = writeln!(text, "  config.vm.base_mac = \"{}\"", machine.mac(self));
        for (provider, settings) in self.settings(&machine.made_for) {
            if settings.is_empty() {
                continue;
            }
            let _ = writeln!(text, "  config.vm.provider \"{provider}\" do |machine|");
            for setting in settings {
                let _ = writeln!(text, "    machine.{setting}");
            }
            text.push_str("  end\n");
        }
        text.push_str("end\n");
        text
    }

    /// Returns the settings of the box's own provider blocks.
    fn settings(self, made_for: &MadeFor) -> Vec<(&'static str, Vec<String>)> {
        let uefi = made_for.uefi == Some(true);
        match self {
            Self::Libvirt => {
                let (mut libvirt, mut qemu) = hardware_settings(made_for.controller, &made_for.nic);
                for settings in [&mut libvirt, &mut qemu] {
                    if let Some(cpus) = made_for.cpus {
                        settings.push(format!("cpus = {cpus}"));
                    }
                    if let Some(memory) = made_for.memory_mib {
                        settings.push(format!("memory = {memory}"));
                    }
                }
                if uefi {
                    qemu.push("firmware = \"uefi\"".to_owned());
                }
                vec![("libvirt", libvirt), ("qemu", qemu)]
            }
            // A whole section of VirtualBox's own would be needed to say it in the OVF.
            Self::VirtualBox if uefi => vec![(
                "virtualbox",
                vec!["customize [\"modifyvm\", :id, \"--firmware\", \"efi\"]".to_owned()],
            )],
            Self::VirtualBox | Self::HyperV | Self::Vmware => Vec::new(),
        }
    }
}

/// Returns the settings of libvirt and of qemu that give a guest the hardware it was
/// built for, where that is not what such boxes have anyway.
pub fn hardware_settings(controller: Controller, nic: &str) -> (Vec<String>, Vec<String>) {
    let (bus, interface) = match controller {
        Controller::Virtio | Controller::None => (None, None),
        Controller::VirtioScsi => (Some("scsi"), Some("scsi")),
        Controller::Sata => (Some("sata"), Some("sata")),
        Controller::Ide => (Some("ide"), Some("ide")),
        Controller::Pvscsi => (Some("scsi"), Some("pvscsi")),
        Controller::LsiSas => (Some("scsi"), Some("lsisas")),
        Controller::Nvme => (None, Some("nvme")),
    };
    let mut libvirt = Vec::new();
    let mut qemu = Vec::new();
    if let Some(bus) = bus {
        libvirt.push(format!("disk_bus = \"{bus}\""));
    }
    if let Some(interface) = interface {
        qemu.push(format!("drive_interface = \"{interface}\""));
    }
    if !nic.starts_with("virtio") {
        libvirt.push(format!("nic_model_type = \"{nic}\""));
        qemu.push(format!("net_device = \"{nic}\""));
    }
    (libvirt, qemu)
}
