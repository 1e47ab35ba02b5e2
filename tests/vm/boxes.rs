//! Boxes made for other hypervisors, converted and started on the hardware
//! that they expect. The disk is the tiny box's with a kernel that has the
//! drivers of a common PC.

use std::path::Path;

use rove::event::Event;
use rove::providers::Power;

use crate::support::{Vm, boxes, run, unpack};

const OVF: &str = r#"<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:href="box-disk001.vmdk" ovf:id="file1"/></References>
  <DiskSection><Disk ovf:diskId="vmdisk1" ovf:fileRef="file1"/></DiskSection>
  <VirtualSystem ovf:id="tiny"><VirtualHardwareSection>
    <Item><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
    <Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>160</rasd:VirtualQuantity></Item>
    <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>AHCI</rasd:ResourceSubType><rasd:ResourceType>20</rasd:ResourceType></Item>
    <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:HostResource>/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
    <Item><rasd:InstanceID>5</rasd:InstanceID><rasd:ResourceSubType>E1000</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
  </VirtualHardwareSection></VirtualSystem>
</Envelope>"#;

/// Puts the generic tiny disk into `dir`, in another format.
fn disk(dir: &Path, options: &[&str], name: &str) {
    let scratch = dir.join("scratch");
    unpack("tiny-generic", &scratch);
    let target = dir.join(name);
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    let mut args = vec!["convert"];
    args.extend(options);
    let from = scratch.join("box.img");
    args.extend([from.to_str().unwrap(), target.to_str().unwrap()]);
    run("qemu-img", &args);
    std::fs::remove_dir_all(scratch).unwrap();
}

fn starts(vm: &mut Vm, disk: &str, driver: &str) {
    vm.spec.size = rove::config::Size::default();
    vm.up();
    let found = vm.guest("ls /sys/block; basename $(readlink /sys/class/net/eth0/device/driver)");
    assert!(found.contains(disk) && found.ends_with(driver), "{found}");
    let progress = vm
        .events
        .events()
        .into_iter()
        .filter(|event| matches!(event, Event::Progress { .. }))
        .count();
    assert!(progress > 1, "conversion reports how far it is");
    assert_eq!(vm.power(), Power::Running);
}

#[test]
fn a_box_for_virtualbox_starts() {
    let make = |dir: &Path| {
        disk(
            dir,
            &["-O", "vmdk", "-o", "subformat=streamOptimized"],
            "box-disk001.vmdk",
        );
        std::fs::write(dir.join("box.ovf"), OVF).unwrap();
    };
    let mut vm = Vm::of("web", make, "virtualbox");
    starts(&mut vm, "sda", "e1000");
    assert!(vm.box_dir().join("rove-disk-0.qcow2").is_file());
}

#[test]
fn a_box_for_hyperv_starts_and_is_converted_once() {
    let make = |dir: &Path| disk(dir, &["-O", "vhdx"], "Virtual Hard Disks/disk.vhdx");
    let mut vm = Vm::of("web", make, "hyperv");
    if let Some(files) = &mut vm.spec.box_files {
        files.read_only = true;
    }
    starts(&mut vm, "sda", "e1000");
    assert!(!vm.box_dir().join("rove-disk-0.qcow2").exists());
    let folder = vm.host.dirs.home.join("qemu/converted");
    let disks = || {
        std::fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .filter(|entry| {
                entry
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "qcow2")
            })
            .map(|entry| entry.metadata().unwrap().modified().unwrap())
            .collect::<Vec<_>>()
    };
    let before = disks();
    vm.with(|machine, spec| {
        machine.destroy().unwrap();
        machine.create(spec).unwrap();
    });
    assert_eq!(disks(), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn boxes_are_where_they_are_expected() {
    for name in ["tiny", "tiny-generic"] {
        let file = boxes().join(format!("{name}.box"));
        assert!(file.is_file(), "`{}` is missing", file.display());
    }
}
