//! QEMU's argument list, made from a machine's hardware: pure, so that tests
//! compare lists. Where each choice comes from: `hardware`.

use std::path::Path;

use super::extra::{self, Interface, Media};
use super::hardware::Hardware;
use super::image::Controller;
use super::layout;
use super::settings::Screen;
use crate::config::ForwardedPort;

/// Returns the arguments that start `hardware` with its files in `dir` and its
/// sockets in `runtime`.
pub(super) fn machine(hardware: &Hardware, dir: &Path, runtime: &Path) -> Vec<String> {
    let mut args = Args(Vec::new());
    args.two("-name", &escape(&hardware.title));
    if let Some(uuid) = &hardware.uuid {
        args.two("-uuid", uuid);
    }
    // Nothing that was not asked for: QEMU's own defaults differ by version and build.
    args.one("-nodefaults");
    args.one("-no-user-config");
    args.two("-machine", &hardware.machine);
    args.two("-accel", &hardware.accelerator_argument());
    args.two("-cpu", &hardware.cpu);
    args.two("-smp", &hardware.smp);
    args.two("-m", &format!("{}M", hardware.memory_mib));
    screen(&mut args, hardware);
    firmware(&mut args, hardware, dir);
    disks(&mut args, hardware, dir);
    extras(&mut args, hardware, dir);
    args.two(
        "-netdev",
        &netdev(&hardware.forwards, hardware.extra_netdev.as_deref()),
    );
    let mut card = format!("{},netdev=net0,mac={}", hardware.nic, hardware.mac);
    if !hardware.nic.ends_with("-device") {
        // Without network boot no boot ROM is needed, nor the package that has it.
        card.push_str(",romfile=");
    }
    args.two("-device", &card);
    // A guest without entropy waits for it in its first seconds.
    args.two("-device", "virtio-rng-pci");
    if hardware.balloon_mib.is_some() {
        // deflate-on-oom: a guest that needs more than `memory` simply gets it,
        // up to `maxmemory`; free-page-reporting gives back what it freed.
        args.two(
            "-device",
            "virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on",
        );
    }
    args.two(
        "-chardev",
        &format!(
            "file,id=console0,path={},append=on",
            file(&dir.join(layout::CONSOLE))
        ),
    );
    args.two("-serial", "chardev:console0");
    args.two("-qmp", &qmp_argument(&layout::qmp_socket(runtime)));
    args.two("-pidfile", &layout::pid_file(runtime).to_string_lossy());
    args.0.extend(hardware.extra_args.iter().cloned());
    args.0
}

struct Args(Vec<String>);

impl Args {
    fn one(&mut self, word: &str) {
        self.0.push(word.to_owned());
    }

    fn two(&mut self, word: &str, value: &str) {
        self.0.extend([word.to_owned(), value.to_owned()]);
    }
}

fn screen(args: &mut Args, hardware: &Hardware) {
    if let Some(words) = &hardware.other_default {
        args.0.extend(words.iter().cloned());
        return;
    }
    match &hardware.screen {
        Screen::Hidden => args.two("-display", "none"),
        Screen::Window => args.two(
            "-display",
            if cfg!(target_os = "macos") {
                "cocoa"
            } else {
                "gtk"
            },
        ),
        Screen::Vnc(address) => {
            args.two("-display", "none");
            args.two("-vnc", address);
        }
    }
    if let Some(video) = &hardware.video {
        args.two("-device", video);
    }
}

fn firmware(args: &mut Args, hardware: &Hardware, dir: &Path) {
    let Some(code) = &hardware.uefi_code else {
        return;
    };
    args.two(
        "-drive",
        &format!(
            "if=pflash,unit=0,format=raw,readonly=on,file={}",
            file(code)
        ),
    );
    // qcow2, although the variables are a few kilobytes: snapshots of a running
    // machine need a place for them in every writable drive.
    args.two(
        "-drive",
        &format!(
            "if=pflash,unit=1,node-name=vars0,format=qcow2,file={}",
            file(&dir.join(layout::VARIABLES))
        ),
    );
}

fn disks(args: &mut Args, hardware: &Hardware, dir: &Path) {
    let controller = match hardware.controller {
        Controller::Sata => Some("ich9-ahci,id=sata0"),
        Controller::VirtioScsi => Some("virtio-scsi-pci,id=scsi0"),
        Controller::Pvscsi => Some("pvscsi,id=scsi0"),
        Controller::LsiSas => Some("mptsas1068,id=scsi0"),
        Controller::Virtio | Controller::Ide | Controller::Nvme | Controller::None => None,
    };
    if let Some(controller) = controller {
        args.two("-device", controller);
    }
    for index in 0..hardware.disks {
        // A node name of its own: QEMU's generated ones change at every start,
        // and snapshot commands need it.
        let mut drive = format!(
            "file={},if=none,id=drive{index},node-name=disk{index},format=qcow2,cache=writeback,discard=unmap",
            file(&dir.join(layout::disk(index)))
        );
        if let (0, Some(extra)) = (index, &hardware.extra_drive) {
            drive.push(',');
            drive.push_str(extra);
        }
        args.two("-drive", &drive);
        let device = match hardware.controller {
            Controller::Virtio => "virtio-blk-pci".to_owned(),
            Controller::Sata => format!("ide-hd,bus=sata0.{index}"),
            Controller::Ide => format!("ide-hd,bus=ide.{},unit={}", index / 2, index % 2),
            Controller::VirtioScsi | Controller::Pvscsi | Controller::LsiSas => {
                format!("scsi-hd,bus=scsi0.0,scsi-id={index}")
            }
            Controller::Nvme => format!("nvme,serial=rove{index}"),
            Controller::None => continue,
        };
        args.two(
            "-device",
            &format!("{device},drive=drive{index},bootindex={}", index + 1),
        );
    }
}

/// Attaches the disks that the Vagrantfile asks for.
fn extras(args: &mut Args, hardware: &Hardware, dir: &Path) {
    let of = |media| {
        let all = hardware.extras.iter().enumerate();
        all.filter(move |(_, extra)| extra.media == media)
    };
    let dvds = of(Media::Dvd).count();
    // The place on the box's controller, behind its own disks. SCSI's id 7 is
    // the adapter's own by custom.
    let mut place = hardware.disks;
    let last = match hardware.controller {
        Controller::Sata => 6,
        Controller::Ide => 4_usize.saturating_sub(dvds),
        Controller::VirtioScsi | Controller::Pvscsi | Controller::LsiSas => 7,
        Controller::Virtio | Controller::Nvme | Controller::None => 0,
    };
    let mut scsi = 0;
    for (index, extra) in of(Media::Disk) {
        args.two(
            "-drive",
            &format!(
                "file={},if=none,id=more{index},node-name={},format={},cache={},discard=unmap",
                file(&dir.join(&extra.path)),
                extra::node(index),
                extra.format,
                extra.cache
            ),
        );
        let serial = &extra.serial;
        let device = match extra.interface {
            Some(Interface::Nvme) => "nvme".to_owned(),
            Some(Interface::Scsi) => {
                if scsi == 0 {
                    args.two("-device", "virtio-scsi-pci,id=scsi1");
                }
                scsi += 1;
                format!("scsi-hd,bus=scsi1.0,scsi-id={}", scsi - 1)
            }
            // As the box's own, so that the guest has the names that the
            // Vagrantfile's author saw: sdb after sda.
            None if hardware.controller == Controller::Nvme => "nvme".to_owned(),
            None if place < last => {
                place += 1;
                match hardware.controller {
                    Controller::Sata => format!("ide-hd,bus=sata0.{}", place - 1),
                    Controller::Ide => {
                        format!(
                            "ide-hd,bus=ide.{},unit={}",
                            (place - 1) / 2,
                            (place - 1) % 2
                        )
                    }
                    _ => format!("scsi-hd,bus=scsi0.0,scsi-id={}", place - 1),
                }
            }
            Some(Interface::Virtio) | None => "virtio-blk-pci".to_owned(),
        };
        args.two(
            "-device",
            &format!("{device},drive=more{index},serial={serial}"),
        );
    }
    let is_arm = !hardware.is_pc();
    if is_arm && dvds > 0 {
        args.two("-device", "virtio-scsi-pci,id=dvds");
    }
    // After the disks: they take whatever place on the chipset's own controller is left.
    for (index, extra) in of(Media::Dvd) {
        args.two(
            "-drive",
            &format!(
                "file={},if=none,id=more{index},node-name={},format=raw,media=cdrom,readonly=on",
                file(&dir.join(&extra.path)),
                extra::node(index)
            ),
        );
        let device = if is_arm {
            "scsi-cd,bus=dvds.0"
        } else {
            "ide-cd"
        };
        args.two("-device", &format!("{device},drive=more{index}"));
    }
    for (unit, (_, extra)) in of(Media::Floppy).enumerate() {
        args.two(
            "-drive",
            &format!(
                "if=floppy,index={unit},format=raw,readonly=on,file={}",
                file(&dir.join(&extra.path))
            ),
        );
    }
}

/// Returns the value of `-netdev` for the first network card: NAT in user mode.
pub(super) fn netdev(forwards: &[ForwardedPort], extra: Option<&str>) -> String {
    let mut value = "user,id=net0".to_owned();
    for forward in forwards {
        let host_ip = if forward.host_ip == "*" {
            ""
        } else {
            &forward.host_ip
        };
        let (protocol, host) = (forward.protocol.name(), forward.host);
        let (guest_ip, guest) = (&forward.guest_ip, forward.guest);
        let rule = format!(",hostfwd={protocol}:{host_ip}:{host}-{guest_ip}:{guest}");
        value.push_str(&rule);
    }
    if let Some(extra) = extra {
        value.push(',');
        value.push_str(extra);
    }
    value
}

/// Returns a recorded argument list with other forwarded ports: they are no
/// part of a machine's state, and may be taken by someone else meanwhile.
pub(super) fn with_forwards(args: &[String], forwards: &[ForwardedPort]) -> Vec<String> {
    let mut args = args.to_vec();
    for index in 1..args.len() {
        if args[index - 1] == "-netdev" && args[index].starts_with("user,id=net0") {
            let extra: Vec<&str> = args[index]
                .split(',')
                .skip(2)
                .filter(|part| !part.starts_with("hostfwd="))
                .collect();
            let extra = Some(extra.join(",")).filter(|extra| !extra.is_empty());
            args[index] = netdev(forwards, extra.as_deref());
        }
    }
    args
}

/// Returns whether two argument lists start the same hardware: they may differ
/// in forwarded ports.
pub(super) fn same_hardware(one: &[String], other: &[String]) -> bool {
    with_forwards(one, &[]) == with_forwards(other, &[])
}

/// Returns the value of `-qmp` for a socket. It is unique to the machine.
#[cfg(unix)]
pub(super) fn qmp_argument(socket: &Path) -> String {
    format!("unix:{},server=on,wait=off", file(socket))
}

/// Returns the value of `-qmp`; the socket's file holds the port (see `qmp`).
#[cfg(not(unix))]
pub(super) fn qmp_argument(socket: &Path) -> String {
    let port = crate::host::files::read_text(socket).unwrap_or_default();
    format!("tcp:127.0.0.1:{},server=on,wait=off", port.trim())
}

/// Returns the arguments of a machine whose folder was moved to `dir` since.
pub(super) fn in_folder(args: &[String], dir: &Path) -> Vec<String> {
    let disk = format!("/{},", layout::disk(0));
    let before = args.iter().find_map(|word| {
        let path = word.strip_prefix("file=")?;
        Some(&path[..path.find(&disk)?])
    });
    let now = file(dir);
    match before {
        Some(before) if before != now => args
            .iter()
            .map(|word| word.replace(&format!("{before}/"), &format!("{now}/")))
            .collect(),
        _ => args.to_vec(),
    }
}

/// Returns a path as it is written inside an option list.
fn file(path: &Path) -> String {
    escape(&path.to_string_lossy())
}

/// A comma inside a value is doubled (QEMU's manual, "-drive file").
fn escape(text: &str) -> String {
    text.replace(',', ",,")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::config::{
        Disk, DiskKind, Origin, Protocol, ProviderBlock, Setting, Size, Sourced, Value,
    };
    use crate::providers::MachineSpec;
    use crate::providers::qemu::firmware::Uefi;
    use crate::providers::qemu::hardware::{self, Ground};
    use crate::providers::qemu::image::MadeFor;
    use crate::providers::qemu::probe::{Accelerator, Program};
    use crate::providers::qemu::settings::Settings;

    fn forward(
        id: &str,
        host_ip: &str,
        host: u16,
        guest: u16,
        protocol: Protocol,
    ) -> ForwardedPort {
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
            disks,
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
            extras: extra::wanted(&spec.disks, "x86_64").expect("no image is looked into"),
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
}
