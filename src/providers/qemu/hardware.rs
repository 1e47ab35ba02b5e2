//! Chooses a machine's hardware: what the Vagrantfile says, else what the box
//! was built for, else rove's defaults. The choices become arguments in `argv`
//! and details for `rove plan` here.

use std::path::{Path, PathBuf};

use super::extra::Extra;
use super::firmware;
use super::image::{Controller, MadeFor};
use super::probe::{self, Accelerator, Program};
use super::settings::{Screen, Settings};
use crate::config::{ForwardedPort, Size};
use crate::error::Result;
use crate::host::{Host, files};
use crate::providers::{Detail, MachineSpec};

/// Memory where neither the Vagrantfile nor the box says a figure, MiB.
const DEFAULT_MEMORY_MIB: u64 = 1024;
/// Processors where neither says, if the host has as many.
const DEFAULT_CPUS: u32 = 2;

/// Everything that QEMU is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hardware {
    /// Name for windows and process lists.
    pub(super) title: String,
    pub(super) uuid: Option<String>,
    pub(super) program: PathBuf,
    /// Machine type with its version, and options.
    pub(super) machine: String,
    pub(super) accelerator: String,
    pub(super) cpu: String,
    pub(super) smp: String,
    /// What the guest's hardware has.
    pub(super) memory_mib: u64,
    /// What it starts with, where that is less.
    pub(super) balloon_mib: Option<u64>,
    pub(super) screen: Screen,
    pub(super) video: Option<String>,
    pub(super) other_default: Option<Vec<String>>,
    /// UEFI code and the template of its variables.
    pub(super) uefi_code: Option<PathBuf>,
    pub(super) uefi_variables: Option<PathBuf>,
    pub(super) controller: Controller,
    pub(super) disks: usize,
    /// Disks beside the box's.
    pub(super) extras: Vec<Extra>,
    pub(super) extra_drive: Option<String>,
    pub(super) nic: String,
    pub(super) mac: String,
    pub(super) forwards: Vec<ForwardedPort>,
    pub(super) extra_netdev: Option<String>,
    pub(super) extra_args: Vec<String>,
}

/// What the choice depends on beside the spec.
pub(super) struct Ground<'a> {
    pub(super) settings: &'a Settings,
    pub(super) made_for: &'a MadeFor,
    pub(super) arch: &'a str,
    pub(super) program: &'a Path,
    pub(super) qemu: &'a Program,
    pub(super) accelerator: &'a Accelerator,
    pub(super) host_cpus: u32,
    /// Versioned machine types that this machine has been started with.
    pub(super) machine_types: &'a std::collections::BTreeMap<String, String>,
    pub(super) disks: usize,
    pub(super) extras: Vec<Extra>,
}

/// Memory figures, MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// At the start.
    pub(super) start: u64,
    /// The ceiling, where there is one above the start.
    pub(super) max: Option<u64>,
}

/// Returns the memory of a machine.
pub(super) fn memory(size: &Size, made_for: &MadeFor) -> Memory {
    let given = size.memory_mib.as_ref().map(|memory| memory.value);
    let max = size.max_memory_mib.as_ref().map(|max| max.value);
    let usual = made_for.memory_mib.unwrap_or(DEFAULT_MEMORY_MIB);
    let start = match (given, max) {
        (Some(given), _) => given,
        (None, Some(max)) => usual.min(max),
        (None, None) => usual,
    };
    Memory {
        start,
        max: max.filter(|max| *max > start),
    }
}

/// Returns the number of processors.
pub(super) fn cpus(size: &Size, made_for: &MadeFor, host_cpus: u32) -> u32 {
    size.cpus
        .as_ref()
        .map(|cpus| cpus.value)
        .or(made_for.cpus)
        .unwrap_or_else(|| DEFAULT_CPUS.min(host_cpus))
        .max(1)
}

/// Returns the hardware of a machine. Whether it starts by UEFI is decided
/// before (`made_for.uefi`), and so is where the firmware lies.
pub(super) fn choose(
    spec: &MachineSpec,
    ground: &Ground<'_>,
    uefi: Option<&firmware::Uefi>,
) -> Hardware {
    let settings = ground.settings;
    let controller = controller(settings, ground.made_for);
    let nested = spec.size.nested.as_ref().is_some_and(|nested| nested.value);
    let memory = memory(&spec.size, ground.made_for);
    let machine = match &settings.machine {
        Some(machine) => machine.clone(),
        None => default_machine(ground.arch, controller).to_owned(),
    };
    Hardware {
        title: format!("{}/{}", spec.lab, spec.name),
        uuid: uuid(&spec.id),
        program: ground.program.to_owned(),
        machine: versioned(&machine, ground),
        accelerator: ground.accelerator.name.clone(),
        cpu: cpu(settings, ground, nested),
        smp: settings
            .topology
            .clone()
            .unwrap_or_else(|| cpus(&spec.size, ground.made_for, ground.host_cpus).to_string()),
        memory_mib: memory.max.unwrap_or(memory.start),
        balloon_mib: memory.max.map(|_| memory.start),
        video: video(settings, ground),
        screen: settings.screen.clone(),
        other_default: settings.other_default.clone(),
        uefi_code: uefi.map(|uefi| uefi.code.clone()),
        uefi_variables: uefi.map(|uefi| uefi.variables.clone()),
        controller,
        disks: ground.disks,
        extras: ground.extras.clone(),
        extra_drive: settings.extra_drive.clone(),
        nic: nic(settings, ground),
        mac: mac(spec.base_mac.as_deref(), &spec.id),
        forwards: spec.forwards.clone(),
        extra_netdev: settings.extra_netdev.clone(),
        extra_args: settings.extra_args.clone(),
    }
}

/// Returns the machine type that is used unless the Vagrantfile names one. The
/// PIIX controller of old boxes exists on the older PC alone.
pub(super) fn default_machine(arch: &str, controller: Controller) -> &'static str {
    match (arch, controller) {
        ("aarch64", _) => "virt",
        (_, Controller::Ide) => "pc",
        _ => "q35",
    }
}

/// Returns the plain name of a machine type with options.
pub(super) fn plain_type(machine: &str) -> &str {
    machine.split(',').next().unwrap_or(machine)
}

/// Puts the versioned type in place of the plain name: the one this machine
/// has had before if QEMU still knows it, else today's.
fn versioned(machine: &str, ground: &Ground<'_>) -> String {
    let name = plain_type(machine);
    let full = ground
        .machine_types
        .get(name)
        .filter(|full| ground.qemu.has_type(full))
        .or_else(|| ground.qemu.aliases.get(name));
    match full {
        Some(full) => format!("{full}{}", &machine[name.len()..]),
        None => machine.to_owned(),
    }
}

/// Returns the disk controller.
pub(super) fn controller(settings: &Settings, made_for: &MadeFor) -> Controller {
    match settings.drive_interface.as_deref() {
        Some("virtio" | "virtio-blk") => Controller::Virtio,
        Some("scsi" | "virtio-scsi") => Controller::VirtioScsi,
        Some("sata" | "ahci") => Controller::Sata,
        Some("ide") => Controller::Ide,
        Some("pvscsi") => Controller::Pvscsi,
        Some("lsisas") => Controller::LsiSas,
        Some("nvme") => Controller::Nvme,
        Some("none") => Controller::None,
        _ => made_for.controller,
    }
}

fn nic(settings: &Settings, ground: &Ground<'_>) -> String {
    match settings.net_device.as_deref() {
        // The plugin's default is for boards without PCI; a PC has no such bus.
        Some("virtio-net-device") if ground.arch == "x86_64" => "virtio-net-pci".to_owned(),
        Some(name) => name.to_owned(),
        None => ground.made_for.nic.clone(),
    }
}

fn cpu(settings: &Settings, ground: &Ground<'_>, nested: bool) -> String {
    if let Some(cpu) = &settings.cpu {
        return cpu.clone();
    }
    let model = if ground.accelerator.name == "kvm" || ground.accelerator.name == "hvf" {
        "host"
    } else {
        "max"
    };
    // `max` and `host` offer virtualization to the guest unless it is turned off.
    // TCG has AMD's kind only. Its five-level page tables serve nobody, and crash
    // Linux guests up to QEMU 7.2 (seen: init of a 6.1 kernel dies of SIGSEGV).
    match (ground.arch, nested, ground.accelerator.name.as_str()) {
        ("x86_64", false, "tcg") => format!("{model},la57=off,svm=off"),
        ("x86_64", true, "tcg") => format!("{model},la57=off"),
        ("x86_64", false, _) => format!("{model},svm=off,vmx=off"),
        _ => model.to_owned(),
    }
}

fn video(settings: &Settings, ground: &Ground<'_>) -> Option<String> {
    let usual = if ground.arch == "aarch64" {
        "virtio-gpu-pci"
    } else {
        "VGA"
    };
    match settings.video.as_deref() {
        Some("none") => None,
        Some("std" | "vga") => Some("VGA".to_owned()),
        Some("cirrus") => Some("cirrus-vga".to_owned()),
        Some("qxl") => Some("qxl-vga".to_owned()),
        Some("virtio") if ground.arch == "aarch64" => Some("virtio-gpu-pci".to_owned()),
        Some("virtio") => Some("virtio-vga".to_owned()),
        Some(device) => Some(device.to_owned()),
        // Boot loaders of other hypervisors' boxes may insist on a screen.
        None if settings.screen != Screen::Hidden || !ground.made_for.is_native() => {
            Some(usual.to_owned())
        }
        None => None,
    }
}

/// Returns the id as a UUID, if it is 32 hex digits.
fn uuid(id: &str) -> Option<String> {
    let hex = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-"))
}

/// Returns the first card's address: the box's, where it has one (some guests
/// remember it), else one of QEMU's range made from the machine's id.
pub(super) fn mac(base: Option<&str>, id: &str) -> String {
    let digits: String = base
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect();
    let digits = if digits.len() == 12 {
        digits.to_ascii_lowercase()
    } else {
        let tail: String = id.chars().filter(char::is_ascii_hexdigit).take(6).collect();
        format!("525400{tail:0>6}").to_ascii_lowercase()
    };
    (0..6)
        .map(|index| &digits[index * 2..index * 2 + 2])
        .collect::<Vec<_>>()
        .join(":")
}

impl Hardware {
    /// Returns whether it is a PC: with the controllers that PCs always had.
    pub(super) fn is_pc(&self) -> bool {
        !self.machine.starts_with("virt")
    }

    /// Returns the value of `-accel`. Accelerator options are not taken inside
    /// `-machine`.
    pub(super) fn accelerator_argument(&self) -> String {
        if self.accelerator != "tcg" {
            return self.accelerator.clone();
        }
        // The default translation buffer of 1 GiB is a waste for small guests.
        let buffer_mib = match self.memory_mib {
            0..=512 => 64,
            513..=2048 => 128,
            _ => 256,
        };
        format!("tcg,thread=multi,tb-size={buffer_mib}")
    }

    /// Returns what it chose beyond the size that was given, for `rove plan`.
    pub(super) fn details(&self, spec: &MachineSpec, ground: &Ground<'_>) -> Vec<Detail> {
        let unsaid = |built_with: bool| {
            if built_with {
                "as the box was built"
            } else {
                "rove's default"
            }
        };
        let mut details = Vec::new();
        // What somebody said is in the size already.
        if spec.size.cpus.is_none() || ground.settings.topology.is_some() {
            details.push(Detail::because(
                "cpus",
                &self.smp,
                match &ground.settings.topology {
                    Some(_) => "",
                    None => unsaid(ground.made_for.cpus.is_some()),
                },
            ));
        }
        if spec.size.memory_mib.is_none() {
            let start = self.balloon_mib.unwrap_or(self.memory_mib);
            let by_ceiling = spec
                .size
                .max_memory_mib
                .as_ref()
                .is_some_and(|max| max.value == start);
            details.push(Detail::because(
                "memory",
                format!("{start} MiB"),
                if by_ceiling {
                    "all that it may have"
                } else {
                    unsaid(ground.made_for.memory_mib.is_some())
                },
            ));
        }
        details.push(Detail::because(
            "accelerator",
            &self.accelerator,
            ground.accelerator.because.as_str(),
        ));
        let firmware = if self.uefi_code.is_some() {
            "UEFI"
        } else {
            "BIOS"
        };
        details.push(Detail::new("firmware", firmware));
        details.push(Detail::new("chipset", &self.machine));
        details.push(Detail::new("cpu model", &self.cpu));
        let built_for = if ground.made_for.is_native() {
            String::new()
        } else {
            format!("the box was built for {}", ground.made_for.provider)
        };
        details.push(Detail::because(
            "controller",
            controller_name(self.controller),
            &built_for,
        ));
        details.push(Detail::because("network card", &self.nic, &built_for));
        if let Some(video) = &self.video {
            details.push(Detail::new("video", video));
        }
        if let Screen::Vnc(address) = &self.screen {
            details.push(Detail::new("screen", format!("VNC at {address}")));
        }
        details
    }
}

fn controller_name(controller: Controller) -> &'static str {
    match controller {
        Controller::Virtio => "virtio",
        Controller::VirtioScsi => "virtio SCSI",
        Controller::Sata => "SATA (AHCI)",
        Controller::Ide => "IDE",
        Controller::Pvscsi => "VMware paravirtual SCSI",
        Controller::LsiSas => "LSI SAS",
        Controller::Nvme => "NVMe",
        Controller::None => "attached by extra arguments",
    }
}

/// Returns warnings if the machine is larger than this host.
pub(super) fn strain(size: &Size, made_for: &MadeFor) -> Vec<Detail> {
    let memory = memory(size, made_for);
    let cpus = cpus(size, made_for, host_cpus());
    let turns = (cpus > host_cpus()).then(|| {
        let host = host_cpus();
        format!("{cpus} processors share the {host} of this host")
    });
    let warnings = too_much(memory.max.unwrap_or(memory.start));
    let warnings = warnings.into_iter().chain(turns);
    warnings
        .map(|warning| Detail::new("warning", warning))
        .collect()
}

/// Returns a warning if the guest may use more memory than this host has.
pub(super) fn too_much(memory_mib: u64) -> Option<String> {
    let text = files::read_text_if_exists(Path::new("/proc/meminfo"))
        .ok()
        .flatten()?;
    let figure = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    };
    let total = figure("MemTotal:")?;
    let available = figure("MemAvailable:")?;
    if memory_mib > total {
        Some(format!(
            "the machine may use {memory_mib} MiB of memory, and this host has {total} MiB: it may swap or end"
        ))
    } else if memory_mib > available {
        Some(format!(
            "the machine may use {memory_mib} MiB of memory, and {available} MiB are free on this host now"
        ))
    } else {
        None
    }
}

/// Returns the number of processors of this host.
pub(super) fn host_cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |count| count.get() as u32)
}

/// Returns the architecture of a machine: what the Vagrantfile says, else the
/// host's where rove can run it, else a PC's.
pub(super) fn arch(settings: &Settings) -> String {
    match (&settings.arch, probe::host_arch()) {
        (Some(arch), _) => arch.clone(),
        (None, "aarch64") => "aarch64".to_owned(),
        (None, _) => "x86_64".to_owned(),
    }
}

/// Returns the firmware files if the machine starts by UEFI.
pub(super) fn uefi(
    host: &Host,
    settings: &Settings,
    made_for: &MadeFor,
    arch: &str,
    program: &Path,
) -> Result<Option<firmware::Uefi>> {
    let wanted = settings
        .uefi
        .or(made_for.uefi)
        .unwrap_or(false)
        // QEMU's `virt` board has no BIOS.
        || arch == "aarch64";
    if !wanted {
        return Ok(None);
    }
    firmware::find(host, arch, program, settings.qemu_dir.as_deref()).map(Some)
}
