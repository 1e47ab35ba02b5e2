//! VMware's `vmx` files: the parts that decide a machine's hardware, read and written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Controller;
use super::form::Machine;
use super::ovf::nic;

/// What a `vmx` file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vmx {
    /// File names of the disks, in order of controller and port.
    pub(super) disks: Vec<String>,
    /// Controller of the first disk.
    pub(super) controller: Option<Controller>,
    /// The first network card, as QEMU names it.
    pub(super) nic: Option<String>,
    /// Processors.
    pub(super) cpus: Option<u32>,
    /// Memory, MiB.
    pub(super) memory_mib: Option<u64>,
    /// It starts by UEFI.
    pub(super) uefi: bool,
}

/// Returns what the file says. Lines that are not `key = "value"` mean nothing.
pub(super) fn parse(text: &str) -> Vmx {
    let keys: BTreeMap<String, &str> = text
        .lines()
        .filter_map(|line| {
            let (key, value) = line.split_once('=')?;
            Some((
                key.trim().to_ascii_lowercase(),
                value.trim().trim_matches('"'),
            ))
        })
        .collect();
    let get = |key: &str| keys.get(key).copied();
    let mut vmx = Vmx {
        nic: Some(nic(get("ethernet0.virtualdev").unwrap_or("e1000")).to_owned()),
        cpus: get("numvcpus").and_then(|text| text.parse().ok()),
        memory_mib: get("memsize").and_then(|text| text.parse().ok()),
        uefi: get("firmware").is_some_and(|kind| kind.eq_ignore_ascii_case("efi")),
        ..Vmx::default()
    };
    // VMware starts from the first of these kinds that has a disk.
    for kind in ["scsi", "sata", "nvme", "ide"] {
        for bus in 0..4 {
            for port in 0..30 {
                let device = format!("{kind}{bus}:{port}");
                let absent = get(&format!("{device}.present"))
                    .is_some_and(|present| present.eq_ignore_ascii_case("false"));
                let Some(file) = get(&format!("{device}.filename")) else {
                    continue;
                };
                if absent || !file.to_ascii_lowercase().ends_with(".vmdk") {
                    continue;
                }
                if vmx.disks.is_empty() {
                    let model = get(&format!("{kind}{bus}.virtualdev")).unwrap_or_default();
                    vmx.controller = Some(controller(kind, model));
                }
                vmx.disks.push(file.to_owned());
            }
        }
    }
    vmx
}

fn controller(kind: &str, model: &str) -> Controller {
    match (kind, model.to_ascii_lowercase().as_str()) {
        ("scsi", "pvscsi") => Controller::Pvscsi,
        ("scsi", "lsisas1068") => Controller::LsiSas,
        ("ide", _) => Controller::Ide,
        ("nvme", _) => Controller::Nvme,
        // See `ovf` for parallel SCSI.
        _ => Controller::Sata,
    }
}

/// Returns the description of a machine.
pub(super) fn write(machine: &Machine) -> String {
    let made_for = &machine.made_for;
    let mut text = String::new();
    let mut set = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = \"{value}\"");
    };
    set(".encoding", "UTF-8");
    set("config.version", "8");
    // Workstation 14 and Fusion 10: what every version since takes.
    set("virtualHW.version", "14");
    set("displayName", &machine.name.replace(['"', '\n'], "_"));
    set("guestOS", "other4xlinux-64");
    set("numvcpus", &made_for.cpus.unwrap_or(1).to_string());
    // VMware wants a multiple of four.
    let memory = made_for.memory_mib.unwrap_or(1024).next_multiple_of(4);
    set("memsize", &memory.to_string());
    if made_for.uefi == Some(true) {
        set("firmware", "efi");
    }
    // The bridges that PCI Express devices and hot plugging need.
    set("pciBridge0.present", "TRUE");
    for bridge in 4..8 {
        set(&format!("pciBridge{bridge}.present"), "TRUE");
        set(&format!("pciBridge{bridge}.virtualDev"), "pcieRootPort");
        set(&format!("pciBridge{bridge}.functions"), "8");
    }
    let (kind, model) = match made_for.controller {
        Controller::Ide => ("ide", ""),
        Controller::Nvme => ("nvme", ""),
        Controller::Pvscsi => ("scsi", "pvscsi"),
        Controller::LsiSas => ("scsi", "lsisas1068"),
        _ => ("sata", ""),
    };
    if kind != "ide" {
        set(&format!("{kind}0.present"), "TRUE");
    }
    if !model.is_empty() {
        set(&format!("{kind}0.virtualDev"), model);
    }
    for (index, disk) in machine.disks.iter().enumerate() {
        let device = match kind {
            "ide" => format!("ide{}:{}", index / 2, index % 2),
            // VMware's own place 7 of a SCSI bus is the controller's.
            "scsi" => format!("scsi0:{}", if index < 7 { index } else { index + 1 }),
            kind => format!("{kind}0:{index}"),
        };
        set(&format!("{device}.present"), "TRUE");
        set(&format!("{device}.fileName"), &disk.name);
    }
    set("ethernet0.present", "TRUE");
    set("ethernet0.connectionType", "nat");
    set("ethernet0.virtualDev", &made_for.nic);
    set("ethernet0.addressType", "generated");
    set("floppy0.present", "FALSE");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_vmware() {
        let vmx = parse(
            r#".encoding = "UTF-8"
memsize = "2048"
numvcpus = "2"
firmware = "efi"
scsi0.virtualDev = "pvscsi"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "disk.vmdk"
scsi0:1.present = "FALSE"
scsi0:1.fileName = "old.vmdk"
ide1:0.fileName = "auto detect"
sata0:1.fileName = "tools.iso"
ethernet0.virtualDev = "vmxnet3"
"#,
        );
        assert_eq!(
            vmx,
            Vmx {
                disks: vec!["disk.vmdk".to_owned()],
                controller: Some(Controller::Pvscsi),
                nic: Some("vmxnet3".to_owned()),
                cpus: Some(2),
                memory_mib: Some(2048),
                uefi: true,
            }
        );
    }

    #[test]
    fn anything_else_names_no_disk() {
        assert!(parse("PK\u{3}\u{4}\nnonsense = ").disks.is_empty());
    }
}
