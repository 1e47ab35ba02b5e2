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
    seed(&mut args, hardware, dir);
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

/// Attaches what cloud-init reads. Kernels made for clouds often have drivers for
/// paravirtual disks alone, so that it hangs where the box's disk does.
fn seed(args: &mut Args, hardware: &Hardware, dir: &Path) {
    let all = hardware.extras.iter().enumerate();
    for (index, extra) in all.filter(|(_, extra)| extra.media == Media::Seed) {
        args.two(
            "-drive",
            &format!(
                "file={},if=none,id=more{index},node-name={},format=raw,readonly=on",
                file(&dir.join(&extra.path)),
                extra::node(index)
            ),
        );
        let device = match hardware.controller {
            Controller::Sata | Controller::Ide if hardware.is_pc() => "ide-cd",
            Controller::VirtioScsi | Controller::Pvscsi | Controller::LsiSas => {
                "scsi-cd,bus=scsi0.0"
            }
            _ => "virtio-blk-pci",
        };
        let serial = &extra.serial;
        args.two(
            "-device",
            &format!("{device},drive=more{index},serial={serial}"),
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
mod tests;
