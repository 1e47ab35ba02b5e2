//! The command lines that QEMU gets.

use super::*;
use crate::config::{
    Disk, DiskKind, Origin, Protocol, ProviderBlock, Setting, Size, Sourced, Value,
};
use crate::providers::MachineSpec;
use crate::providers::qemu::extra::Extra;
use crate::providers::qemu::firmware::Uefi;
use crate::providers::qemu::hardware::{self, Ground};
use crate::providers::qemu::image::MadeFor;
use crate::providers::qemu::probe::{Accelerator, Program};
use crate::providers::qemu::settings::Settings;

fn forward(id: &str, host_ip: &str, host: u16, guest: u16, protocol: Protocol) -> ForwardedPort {
    ForwardedPort {
        id: id.to_owned(),
        guest,
        host,
        host_ip: host_ip.to_owned(),
        guest_ip: String::new(),
        protocol,
        auto_correct: false,
    }
}

fn given<T>(value: T) -> Option<Sourced<T>> {
    Some(Sourced {
        value,
        origin: Origin::Default,
    })
}

/// Returns the arguments of a machine, one option a line.
fn args(
    settings: &[(&str, &str)],
    made_for: &MadeFor,
    accelerator: &str,
    size: Size,
) -> Vec<String> {
    with_disks(settings, made_for, accelerator, size, Vec::new())
}

/// Returns the arguments of a machine with disks beside the box's.
fn with_disks(
    settings: &[(&str, &str)],
    made_for: &MadeFor,
    accelerator: &str,
    size: Size,
    disks: Vec<Disk>,
) -> Vec<String> {
    with_extras(settings, made_for, accelerator, size, &extras(&disks))
}

fn extras(disks: &[Disk]) -> Vec<Extra> {
    extra::wanted(disks, "x86_64").expect("no image is looked into")
}

/// Returns the arguments of a machine with whatever hangs beside the box's disk.
fn with_extras(
    settings: &[(&str, &str)],
    made_for: &MadeFor,
    accelerator: &str,
    size: Size,
    extras: &[Extra],
) -> Vec<String> {
    let block = ProviderBlock {
        provider: "qemu".to_owned(),
        settings: settings
            .iter()
            .map(|(name, value)| Setting {
                name: (*name).to_owned(),
                value: Value::String((*value).to_owned()),
                span: None,
            })
            .collect(),
        calls: Vec::new(),
    };
    let settings = Settings::read(&block);
    let spec = MachineSpec {
        seed: None,
        name: "web".to_owned(),
        lab: "lab".to_owned(),
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        box_files: None,
        size,
        block,
        networks: Vec::new(),
        forwards: vec![
            forward("ssh", "127.0.0.1", 2222, 22, Protocol::Tcp),
            forward("dns", "*", 5353, 53, Protocol::Udp),
        ],
        disks: Vec::new(),
        base_mac: None,
        graceful_halt_timeout: std::time::Duration::from_secs(60),
    };
    let accelerator = Accelerator {
        name: accelerator.to_owned(),
        because: String::new(),
    };
    let ground = Ground {
        settings: &settings,
        made_for,
        arch: "x86_64",
        program: Path::new("/usr/bin/qemu-system-x86_64"),
        qemu: &Program::fake((10, 0)),
        accelerator: &accelerator,
        host_cpus: 8,
        machine_types: &std::collections::BTreeMap::from([
            ("q35".to_owned(), "pc-q35-9.2".to_owned()),
            ("pc".to_owned(), "pc-i440fx-1.0".to_owned()),
        ]),
        disks: 1,
        extras: extras.to_vec(),
    };
    let uefi = (settings.uefi.or(made_for.uefi) == Some(true)).then(|| Uefi {
        code: "/fw/code.fd".into(),
        variables: "/fw/vars.fd".into(),
    });
    let hardware = hardware::choose(&spec, &ground, uefi.as_ref());
    let words = machine(&hardware, Path::new("/lab,1"), Path::new("/run/r"));
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if !word.starts_with('-') && !line.contains(' ') => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[test]
fn a_machine_from_a_box_for_qemu() {
    let size = Size {
        cpus: given(2),
        memory_mib: given(512),
        ..Size::default()
    };
    assert_eq!(
        args(&[], &MadeFor::plain(), "tcg", size),
        [
            "-name lab/web",
            "-uuid 01234567-89ab-cdef-0123-456789abcdef",
            "-nodefaults",
            "-no-user-config",
            "-machine pc-q35-9.2",
            "-accel tcg,thread=multi,tb-size=64",
            "-cpu max,la57=off,svm=off",
            "-smp 2",
            "-m 512M",
            "-display none",
            "-drive file=/lab,,1/disk.qcow2,if=none,id=drive0,node-name=disk0,format=qcow2,cache=writeback,discard=unmap",
            "-device virtio-blk-pci,drive=drive0,bootindex=1",
            "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=udp::5353-:53",
            "-device virtio-net-pci,netdev=net0,mac=52:54:00:01:23:45,romfile=",
            "-device virtio-rng-pci",
            "-chardev file,id=console0,path=/lab,,1/console.log,append=on",
            "-serial chardev:console0",
            "-qmp unix:/run/r/qmp,server=on,wait=off",
            "-pidfile /run/r/pid",
        ]
    );
}

#[test]
fn what_changes_with_settings_box_and_size() {
    let plain = MadeFor::plain;
    let built = |provider: &str, controller, nic: &str, uefi| MadeFor {
        provider: provider.to_owned(),
        controller,
        nic: nic.to_owned(),
        uefi: Some(uefi),
        cpus: Some(3),
        memory_mib: Some(768),
    };
    let dynamic = || Size {
        max_memory_mib: given(4096),
        nested: given(true),
        ..Size::default()
    };
    for (what, lines, wanted) in [
        (
            "dynamic memory and nesting",
            args(&[], &plain(), "tcg", dynamic()),
            vec![
                "-m 4096M",
                "-accel tcg,thread=multi,tb-size=256",
                "-cpu max,la57=off",
                "-device virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on",
            ],
        ),
        (
            "KVM",
            args(&[], &plain(), "kvm", Size::default()),
            vec![
                "-accel kvm",
                "-cpu host,svm=off,vmx=off",
                "-m 1024M",
                "-smp 2",
            ],
        ),
        (
            "KVM with nesting",
            args(&[], &plain(), "kvm", dynamic()),
            vec!["-cpu host"],
        ),
        (
            "a VirtualBox box",
            args(
                &[],
                &built("virtualbox", Controller::Sata, "e1000", false),
                "tcg",
                Size::default(),
            ),
            vec![
                "-machine pc-q35-9.2",
                "-device VGA",
                "-device ich9-ahci,id=sata0",
                "-device ide-hd,bus=sata0.0,drive=drive0,bootindex=1",
                "-device e1000,netdev=net0,mac=52:54:00:01:23:45,romfile=",
                "-m 768M",
                "-smp 3",
            ],
        ),
        (
            "a Hyper-V box of generation 1, on a machine type that QEMU no longer has",
            args(
                &[],
                &built("hyperv", Controller::Ide, "e1000", false),
                "tcg",
                Size::default(),
            ),
            vec![
                "-machine pc-i440fx-10.0",
                "-device ide-hd,bus=ide.0,unit=0,drive=drive0,bootindex=1",
            ],
        ),
        (
            "UEFI",
            args(&[("firmware", "uefi")], &plain(), "tcg", Size::default()),
            vec![
                "-drive if=pflash,unit=0,format=raw,readonly=on,file=/fw/code.fd",
                "-drive if=pflash,unit=1,node-name=vars0,format=qcow2,file=/lab,,1/firmware-vars.qcow2",
            ],
        ),
        (
            "settings",
            args(
                &[
                    ("machine", "pc,usb=off"),
                    ("cpu", "Nehalem"),
                    ("smp", "cpus=4,cores=2"),
                    ("net_device", "e1000"),
                    ("drive_interface", "scsi"),
                    ("extra_drive_args", "aio=threads"),
                    ("extra_netdev_args", "net=10.9.0.0/24"),
                    ("extra_qemu_args", "-s"),
                    ("vnc", "127.0.0.1:7"),
                ],
                &plain(),
                "tcg",
                Size::default(),
            ),
            vec![
                "-machine pc-i440fx-10.0,usb=off",
                "-cpu Nehalem",
                "-smp cpus=4,cores=2",
                "-vnc 127.0.0.1:7",
                "-device VGA",
                "-device virtio-scsi-pci,id=scsi0",
                "-device scsi-hd,bus=scsi0.0,scsi-id=0,drive=drive0,bootindex=1",
                "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=udp::5353-:53,net=10.9.0.0/24",
                "-s",
            ],
        ),
    ] {
        for line in wanted {
            assert!(
                lines.iter().any(|got| got == line),
                "{what}: no `{line}` in {lines:#?}"
            );
        }
    }
}

#[test]
fn disks_beside_the_boxs() {
    let disk = |name: &str| Disk {
        name: name.to_owned(),
        bytes: Some(1 << 30),
        ..Disk::default()
    };
    let with = |name: &str, options: &[(&str, &str)]| {
        let text = |text: &str| Value::String(text.to_owned());
        let members = options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)));
        Disk {
            options: vec![("qemu".to_owned(), Value::Map(members.collect()))],
            ..disk(name)
        }
    };
    let image = |name: &str, kind| Disk {
        kind,
        file: Some(format!("/i,so/{name}").into()),
        ..disk(name)
    };
    let primary = Disk {
        primary: true,
        ..disk("vagrant_primary")
    };
    let on = |controller| MadeFor {
        controller,
        ..MadeFor::plain()
    };
    let many = |count: usize| (0..count).map(|n| disk(&format!("d{n}"))).collect();
    let tail = ",if=none,id=more0,node-name=extra0,format=qcow2,cache=writeback,discard=unmap";
    for (what, made_for, disks, wanted) in [
        (
            "virtio, as the box's",
            MadeFor::plain(),
            vec![primary, disk("a-name-of-more-than-20-letters"), disk("b")],
            vec![
                format!("-drive file=/lab,,1/data-a-name-of-more-than-20-letters.qcow2{tail}"),
                "-device virtio-blk-pci,drive=more0,serial=a-name-of-more-than-".to_owned(),
                "-drive file=/lab,,1/data-b.qcow2,if=none,id=more1,node-name=extra1,format=qcow2,cache=writeback,discard=unmap".to_owned(),
                "-device virtio-blk-pci,drive=more1,serial=b".to_owned(),
            ],
        ),
        (
            "SATA, and virtio where its six places are taken",
            on(Controller::Sata),
            many(6),
            vec![
                "-device ide-hd,bus=sata0.1,drive=more0,serial=d0".to_owned(),
                "-device ide-hd,bus=sata0.5,drive=more4,serial=d4".to_owned(),
                "-device virtio-blk-pci,drive=more5,serial=d5".to_owned(),
            ],
        ),
        (
            "IDE, with a place for the DVD",
            on(Controller::Ide),
            vec![disk("a"), image("x", DiskKind::Dvd), disk("b"), disk("c")],
            vec![
                "-device ide-hd,bus=ide.0,unit=1,drive=more0,serial=a".to_owned(),
                "-device ide-hd,bus=ide.1,unit=0,drive=more2,serial=b".to_owned(),
                "-device virtio-blk-pci,drive=more3,serial=c".to_owned(),
                "-drive file=/i,,so/x,if=none,id=more1,node-name=extra1,format=raw,media=cdrom,readonly=on".to_owned(),
                "-device ide-cd,drive=more1".to_owned(),
            ],
        ),
        (
            "SCSI",
            on(Controller::LsiSas),
            vec![disk("a")],
            vec!["-device scsi-hd,bus=scsi0.0,scsi-id=1,drive=more0,serial=a".to_owned()],
        ),
        (
            "what the Vagrantfile says",
            on(Controller::Sata),
            vec![
                with("a", &[("interface", "scsi"), ("cache", "none")]),
                with("b", &[("interface", "nvme")]),
                with("c", &[("interface", "virtio")]),
            ],
            vec![
                "-drive file=/lab,,1/data-a.qcow2,if=none,id=more0,node-name=extra0,format=qcow2,cache=none,discard=unmap".to_owned(),
                "-device virtio-scsi-pci,id=scsi1".to_owned(),
                "-device scsi-hd,bus=scsi1.0,scsi-id=0,drive=more0,serial=a".to_owned(),
                "-device nvme,drive=more1,serial=b".to_owned(),
                "-device virtio-blk-pci,drive=more2,serial=c".to_owned(),
            ],
        ),
        (
            "floppies",
            MadeFor::plain(),
            vec![image("f", DiskKind::Floppy)],
            vec!["-drive if=floppy,index=0,format=raw,readonly=on,file=/i,,so/f".to_owned()],
        ),
    ] {
        let lines = with_disks(&[], &made_for, "tcg", Size::default(), disks);
        for line in wanted {
            assert!(lines.contains(&line), "{what}: no `{line}` in {lines:#?}");
        }
    }
}

#[test]
fn ports_of_a_recorded_list_are_replaced_and_nothing_else() {
    let words = |port: u16, extra: &str| {
        let ports = [forward("ssh", "127.0.0.1", port, 22, Protocol::Tcp)];
        let extra = Some(extra).filter(|extra| !extra.is_empty());
        vec![
            "-m".to_owned(),
            "1M".to_owned(),
            "-netdev".to_owned(),
            netdev(&ports, extra),
        ]
    };
    let ports = [forward("ssh", "127.0.0.1", 2200, 22, Protocol::Tcp)];
    for extra in ["", "net=10.9.0.0/24,dns=10.9.0.3"] {
        assert_eq!(
            with_forwards(&words(2222, extra), &ports),
            words(2200, extra)
        );
        assert!(same_hardware(&words(2222, extra), &words(2200, extra)));
    }
    assert!(!same_hardware(
        &words(2222, ""),
        &words(2222, "net=10.9.0.0/24")
    ));
}

#[test]
fn arguments_follow_a_folder_that_was_moved() {
    let words = |dir: &str| -> Vec<String> {
        format!("-drive file={dir}/disk.qcow2,if=none -chardev file,path={dir}/console.log -pidfile /run/x/pid")
            .split(' ')
            .map(str::to_owned)
            .collect()
    };
    for (before, now, escaped) in [
        ("/lab", "/other lab", "/other\u{a0}lab"),
        ("/a,,b", "/a,c", "/a,,c"),
        ("/lab", "/lab", "/lab"),
    ] {
        let dir = now.replace(' ', "\u{a0}");
        assert_eq!(in_folder(&words(before), Path::new(&dir)), words(escaped));
    }
}

/// Kernels made for clouds have no driver for SATA; others may have none for virtio.
#[test]
fn the_seed_hangs_where_the_boxs_disk_does() {
    let seed = [extra::seed(Path::new("/lab,1/seed.iso"))];
    for (bus, device) in [
        ("virtio", "virtio-blk-pci,drive=more0,serial=cidata"),
        ("sata", "ide-cd,drive=more0,serial=cidata"),
        ("scsi", "scsi-cd,bus=scsi0.0,drive=more0,serial=cidata"),
    ] {
        let settings = [("drive_interface", bus)];
        let lines = with_extras(&settings, &MadeFor::plain(), "tcg", Size::default(), &seed);
        let drive =
            "-drive file=/lab,,1/seed.iso,if=none,id=more0,node-name=extra0,format=raw,readonly=on";
        assert!(lines.contains(&drive.to_owned()), "{lines:?}");
        assert!(lines.contains(&format!("-device {device}")), "{lines:?}");
    }
}
