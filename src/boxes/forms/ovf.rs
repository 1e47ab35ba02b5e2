//! OVF descriptions (DMTF DSP0243). Read: the parts that decide a machine's hardware,
//! disks with their controllers, network card, size, firmware. Written: the same, as
//! VirtualBox and VMware import them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::form::Machine;
use super::{Controller, FormError};
use crate::error::Result;

/// What a description says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ovf {
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

/// Fields of a hardware item, by element name.
type Item = BTreeMap<String, String>;

/// Returns what the description in `text` says. `path` is for messages.
pub(super) fn parse(path: &Path, text: &str) -> Result<Ovf> {
    let bad = |reason: String| FormError::BadDescriptor {
        path: path.to_owned(),
        reason,
    };
    let mut reader = Reader::from_str(text);
    let mut files = BTreeMap::new();
    let mut disks = BTreeMap::new();
    let mut items: Vec<Item> = Vec::new();
    let mut field: Option<String> = None;
    let mut in_item = false;
    let mut uefi = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| bad(error.to_string()))?;
        match &event {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                let name = local(element.local_name().as_ref());
                let attributes = attributes(element);
                let get = |key: &str| attributes.get(key).cloned();
                match name.as_str() {
                    "File" => {
                        if let (Some(id), Some(href)) = (get("id"), get("href")) {
                            files.insert(id, href);
                        }
                    }
                    "Disk" => {
                        if let (Some(id), Some(file)) = (get("diskId"), get("fileRef")) {
                            disks.insert(id, file);
                        }
                    }
                    "Item" | "StorageItem" | "EthernetPortItem" => {
                        items.push(Item::new());
                        in_item = true;
                    }
                    // VirtualBox's own section, and VMware's.
                    "Firmware" => uefi |= get("type").is_some_and(|kind| is_efi(&kind)),
                    "Config" if get("key").as_deref() == Some("firmware") => {
                        uefi |= get("value").is_some_and(|kind| is_efi(&kind));
                    }
                    _ => {}
                }
                field = (in_item && matches!(event, Event::Start(_))).then_some(name);
            }
            Event::Text(text) => {
                if let (true, Some(field), Some(item)) = (in_item, &field, items.last_mut()) {
                    let text = text.decode().map_err(|error| bad(error.to_string()))?;
                    item.entry(field.clone()).or_default().push_str(text.trim());
                }
            }
            Event::End(element) => {
                field = None;
                if local(element.local_name().as_ref()).ends_with("Item") {
                    in_item = false;
                }
            }
            _ => {}
        }
    }
    let mut ovf = hardware(&items, &files, &disks);
    ovf.uefi = uefi;
    Ok(ovf)
}

fn hardware(
    items: &[Item],
    files: &BTreeMap<String, String>,
    disks: &BTreeMap<String, String>,
) -> Ovf {
    let mut ovf = Ovf::default();
    let mut attached: Vec<(u32, u32, String, Option<Controller>)> = Vec::new();
    for item in items {
        let number = |key: &str| item.get(key).and_then(|text| text.parse::<u32>().ok());
        let subtype = item
            .get("ResourceSubType")
            .map(|text| text.to_ascii_lowercase())
            .unwrap_or_default();
        // Resource types of CIM_ResourceAllocationSettingData (DSP0004 family).
        match number("ResourceType") {
            Some(3) => ovf.cpus = ovf.cpus.or(number("VirtualQuantity")),
            Some(4) => ovf.memory_mib = ovf.memory_mib.or_else(|| memory_mib(item)),
            Some(10) => ovf.nic = ovf.nic.or_else(|| Some(nic(&subtype).to_owned())),
            Some(17) => {
                // "/disk/vmdisk1" or "ovf:/disk/vmdisk1", or a file directly.
                let Some(resource) = item.get("HostResource") else {
                    continue;
                };
                let id = resource.rsplit('/').next().unwrap_or_default();
                let file = disks.get(id).map_or(id, String::as_str);
                let Some(name) = files.get(file) else {
                    continue;
                };
                let parent = item.get("Parent").map(String::as_str);
                let bus = items.iter().find(|other| {
                    other.get("InstanceID").map(String::as_str) == parent && parent.is_some()
                });
                attached.push((
                    parent
                        .and_then(|parent| parent.parse().ok())
                        .unwrap_or(u32::MAX),
                    number("AddressOnParent").unwrap_or(0),
                    name.clone(),
                    bus.and_then(controller),
                ));
            }
            _ => {}
        }
    }
    attached.sort_by_key(|(parent, address, ..)| (*parent, *address));
    ovf.controller = attached.first().and_then(|(.., controller)| *controller);
    ovf.disks = attached.into_iter().map(|(_, _, name, _)| name).collect();
    ovf
}

fn controller(item: &Item) -> Option<Controller> {
    let subtype = item
        .get("ResourceSubType")
        .map(|text| text.to_ascii_lowercase())
        .unwrap_or_default();
    match item.get("ResourceType").map(String::as_str)? {
        "5" => Some(Controller::Ide),
        "6" if subtype == "virtualscsi" => Some(Controller::Pvscsi),
        "6" if subtype == "lsilogicsas" => Some(Controller::LsiSas),
        "6" | "20" if subtype.contains("virtio") => Some(Controller::VirtioScsi),
        "20" if subtype.contains("nvme") => Some(Controller::Nvme),
        // Parallel SCSI cards have no model in QEMU that today's guests have a
        // driver for; AHCI is what their initial file systems hold as well.
        "6" | "20" => Some(Controller::Sata),
        _ => None,
    }
}

/// Returns QEMU's name of a network card.
pub(super) fn nic(model: &str) -> &'static str {
    match model.to_ascii_lowercase().as_str() {
        "pcnet32" | "pcnet" | "am79c970a" | "am79c973" | "vlance" => "pcnet",
        "vmxnet3" => "vmxnet3",
        "e1000e" => "e1000e",
        model if model.contains("virtio") => "virtio-net-pci",
        _ => "e1000",
    }
}

fn memory_mib(item: &Item) -> Option<u64> {
    let quantity: u64 = item.get("VirtualQuantity")?.parse().ok()?;
    let units = item
        .get("AllocationUnits")
        .map(|text| text.to_ascii_lowercase())
        .unwrap_or_default();
    // DSP0004 C.1 writes "byte * 2^20"; the "MegaBytes" of older files means the same.
    let mib = match units.as_str() {
        "byte * 2^30" | "gigabytes" => quantity.checked_mul(1024)?,
        "byte * 2^10" | "kilobytes" => quantity / 1024,
        "byte" | "bytes" => quantity >> 20,
        _ => quantity,
    };
    Some(mib).filter(|mib| *mib > 0)
}

fn is_efi(kind: &str) -> bool {
    kind.to_ascii_lowercase().starts_with("efi")
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn attributes(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    element
        .attributes()
        .flatten()
        .filter_map(|attribute| {
            let value = attribute.unescape_value().ok()?.into_owned();
            Some((local(attribute.key.local_name().as_ref()), value))
        })
        .collect()
}

/// Returns the description of a machine.
pub(super) fn write(machine: &Machine) -> String {
    let made_for = &machine.made_for;
    let (mut files, mut disks) = (String::new(), String::new());
    for (index, disk) in machine.disks.iter().enumerate() {
        let number = index + 1;
        let _ = writeln!(
            files,
            "    <File ovf:id=\"file{number}\" ovf:href=\"{}\" ovf:size=\"{}\"/>",
            escape(&disk.name),
            disk.file_bytes
        );
        let _ = writeln!(
            disks,
            "    <Disk ovf:diskId=\"vmdisk{number}\" ovf:fileRef=\"file{number}\" ovf:capacity=\"{}\" ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\"/>",
            disk.virtual_bytes
        );
    }
    let cpus = made_for.cpus.unwrap_or(1);
    let memory = made_for.memory_mib.unwrap_or(1024);
    let mut items = Items::default();
    items.add(&[
        ("Caption", &format!("{cpus} virtual CPU")),
        ("ResourceType", "3"),
        ("VirtualQuantity", &cpus.to_string()),
    ]);
    items.add(&[
        ("AllocationUnits", "byte * 2^20"),
        ("Caption", &format!("{memory} MB of memory")),
        ("ResourceType", "4"),
        ("VirtualQuantity", &memory.to_string()),
    ]);
    let (kind, subtype) = match made_for.controller {
        Controller::Ide => ("5", "PIIX4"),
        Controller::LsiSas => ("6", "lsilogicsas"),
        Controller::Nvme => ("20", "vmware.nvme.controller"),
        _ => ("20", "AHCI"),
    };
    let parent = items.add(&[("ResourceSubType", subtype), ("ResourceType", kind)]);
    for index in 0..machine.disks.len() {
        items.add(&[
            ("AddressOnParent", &index.to_string()),
            ("HostResource", &format!("/disk/vmdisk{}", index + 1)),
            ("Parent", &parent.to_string()),
            ("ResourceType", "17"),
        ]);
    }
    let card = match made_for.nic.as_str() {
        "pcnet" => "PCNet32",
        nic if nic.starts_with("virtio") => "virtio",
        _ => "E1000",
    };
    items.add(&[
        ("AutomaticAllocation", "true"),
        ("Connection", "NAT"),
        ("ResourceSubType", card),
        ("ResourceType", "10"),
    ]);
    // VMware's way to say it, which others pass over.
    let firmware = if made_for.uefi == Some(true) {
        "      <vmw:Config ovf:required=\"false\" vmw:key=\"firmware\" vmw:value=\"efi\"/>\n"
    } else {
        ""
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
{files}  </References>
  <DiskSection>
    <Info>List of the virtual disks used in the package</Info>
{disks}  </DiskSection>
  <NetworkSection>
    <Info>Logical networks used in the package</Info>
    <Network ovf:name="NAT"><Description>NAT</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="{name}">
    <Info>A virtual machine</Info>
    <OperatingSystemSection ovf:id="101">
      <Info>The kind of installed operating system</Info>
      <Description>Linux26_64</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware requirements for a virtual machine</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>{name}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>
{items}{firmware}    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"#,
        name = escape(&machine.name),
        items = items.text,
    )
}

/// Hardware items, numbered as they come.
#[derive(Default)]
struct Items {
    text: String,
    count: usize,
}

impl Items {
    /// Adds an item; DSP0243 wants its elements sorted by name. Returns its number.
    fn add(&mut self, fields: &[(&str, &str)]) -> usize {
        self.count += 1;
        let id = self.count.to_string();
        let mut fields = fields.to_vec();
        let title = fields
            .iter()
            .find(|(key, _)| *key == "ResourceType")
            .map_or("item", |(_, kind)| title(kind));
        let name = format!("{title}{id}");
        fields.extend([("ElementName", name.as_str()), ("InstanceID", &id)]);
        fields.sort_unstable();
        self.text.push_str("      <Item>\n");
        for (key, value) in fields {
            let _ = writeln!(
                self.text,
                "        <rasd:{key}>{}</rasd:{key}>",
                escape(value)
            );
        }
        self.text.push_str("      </Item>\n");
        self.count
    }
}

fn title(kind: &str) -> &'static str {
    match kind {
        "3" => "cpu",
        "4" => "memory",
        "10" => "ethernet",
        "17" => "disk",
        _ => "controller",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(fields: &[(&str, &str)]) -> String {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("<rasd:{name}>{value}</rasd:{name}>"))
            .collect();
        format!("<Item>{}</Item>", fields.concat())
    }

    fn ovf(items: &str, more: &str) -> Ovf {
        let text = format!(
            r#"<?xml version="1.0"?>
<Envelope ovf:version="1.0" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="urn:r" xmlns:vbox="urn:v">
 <References><File ovf:id="file1" ovf:href="root &amp; disk.vmdk"/><File ovf:id="file2" ovf:href="data.vmdk"/></References>
 <DiskSection><Info>disks</Info><Disk ovf:diskId="vmdisk1" ovf:fileRef="file1"/><Disk ovf:diskId="vmdisk2" ovf:fileRef="file2"/></DiskSection>
 <VirtualSystem ovf:id="web"><VirtualHardwareSection>{items}</VirtualHardwareSection>{more}</VirtualSystem>
</Envelope>"#
        );
        parse(Path::new("box.ovf"), &text).unwrap()
    }

    #[test]
    fn a_virtualbox_machine() {
        let items = [
            item(&[
                ("InstanceID", "1"),
                ("ResourceType", "3"),
                ("VirtualQuantity", "2"),
            ]),
            item(&[
                ("AllocationUnits", "MegaBytes"),
                ("InstanceID", "2"),
                ("ResourceType", "4"),
                ("VirtualQuantity", "1024"),
            ]),
            item(&[
                ("InstanceID", "3"),
                ("ResourceType", "5"),
                ("ResourceSubType", "PIIX4"),
            ]),
            item(&[
                ("InstanceID", "5"),
                ("ResourceType", "20"),
                ("ResourceSubType", "AHCI"),
            ]),
            item(&[
                ("AddressOnParent", "1"),
                ("HostResource", "/disk/vmdisk2"),
                ("InstanceID", "8"),
                ("Parent", "5"),
                ("ResourceType", "17"),
            ]),
            item(&[
                ("AddressOnParent", "0"),
                ("HostResource", "/disk/vmdisk1"),
                ("InstanceID", "7"),
                ("Parent", "5"),
                ("ResourceType", "17"),
            ]),
            item(&[
                ("InstanceID", "9"),
                ("ResourceType", "10"),
                ("ResourceSubType", "E1000"),
            ]),
        ]
        .concat();
        assert_eq!(
            ovf(
                &items,
                r#"<vbox:Machine><Hardware><Firmware type="EFI"/></Hardware></vbox:Machine>"#
            ),
            Ovf {
                disks: vec!["root & disk.vmdk".to_owned(), "data.vmdk".to_owned()],
                controller: Some(Controller::Sata),
                nic: Some("e1000".to_owned()),
                cpus: Some(2),
                memory_mib: Some(1024),
                uefi: true,
            }
        );
    }

    #[test]
    fn controllers() {
        for (kind, subtype, wanted) in [
            ("5", "PIIX4", Controller::Ide),
            ("6", "lsilogic", Controller::Sata),
            ("6", "lsilogicsas", Controller::LsiSas),
            ("6", "VirtualSCSI", Controller::Pvscsi),
            ("20", "AHCI", Controller::Sata),
            ("20", "VirtioSCSI", Controller::VirtioScsi),
            ("20", "vmware.nvme.controller", Controller::Nvme),
        ] {
            let items = [
                item(&[
                    ("InstanceID", "4"),
                    ("ResourceType", kind),
                    ("ResourceSubType", subtype),
                ]),
                item(&[
                    ("HostResource", "ovf:/disk/vmdisk1"),
                    ("Parent", "4"),
                    ("ResourceType", "17"),
                ]),
            ]
            .concat();
            let found = ovf(&items, "");
            assert_eq!(found.controller, Some(wanted), "{subtype}");
            assert_eq!(found.disks, ["root & disk.vmdk"]);
        }
    }

    #[test]
    fn network_cards() {
        for (model, wanted) in [
            ("E1000", "e1000"),
            ("PCNet32", "pcnet"),
            ("virtio", "virtio-net-pci"),
            ("VmxNet3", "vmxnet3"),
            ("82545EM", "e1000"),
        ] {
            assert_eq!(nic(model), wanted, "{model}");
        }
    }

    #[test]
    fn a_broken_description_is_an_error_with_its_path() {
        let error = parse(Path::new("box.ovf"), "<a><b></a>").unwrap_err();
        assert!(error.to_string().contains("box.ovf"), "{error}");
        assert_eq!(
            parse(Path::new("box.ovf"), "<Envelope/>").unwrap(),
            Ovf::default()
        );
    }
}
