//! QEMU, native: rove starts `qemu-system-*` itself and talks QMP to it. No
//! daemon, no root, nothing left when a machine is destroyed.
//!
//! Reading order: [`Qemu`] here; `machine` (what the verbs do) with `launch`,
//! `suspend` and `snapshots`; `settings`, `image` and `hardware` (what is
//! chosen), `argv` (how QEMU is told), `extra` and `disks` (what the Vagrantfile
//! asks for beside the box's disks); `record` and `layout` (what is on disk);
//! `probe`, `firmware`, `img` and `qmp` (the outside).

use std::path::Path;

use crate::config::{Diagnostic, MachineConfig, Severity};
use crate::error::Result;
use crate::host::Host;
use crate::providers::{Capabilities, Detail, Health, Machine, MachineSpec, Orphan, Provider};

mod argv;
mod disks;
mod error;
mod export;
mod extra;
mod firmware;
mod hardware;
mod image;
mod img;
mod launch;
mod layout;
mod machine;
mod orphans;
mod probe;
mod qmp;
mod record;
mod settings;
mod snapshots;
mod suspend;

pub use error::QemuError;

/// The provider.
pub struct Qemu;

static CAPABILITIES: Capabilities = Capabilities {
    box_providers: &["qemu", "libvirt", "virtualbox", "hyperv", "vmware_desktop"],
    share_kinds: &["rsync"],
    forwarded_ports: true,
    snapshots: true,
    suspend: true,
    parallel: true,
    box_optional: true,
    seeds: true,
};

impl Provider for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn probe(&self, host: &Host) -> Result<()> {
        let arch = hardware::arch(&settings::Settings::default());
        let program = probe::program(host, &arch, None)?;
        img::Img::find(host)?;
        probe::describe(host, &program).map(drop)
    }

    fn check(&self, config: &MachineConfig) -> Vec<Diagnostic> {
        let mut found = settings::check(config);
        found.extend(extra::check(config));
        let has_image = config
            .provider_block()
            .is_some_and(|block| block.value("image_path").is_some());
        if config.box_request.is_none() && !has_image {
            found.push(Diagnostic {
                severity: Severity::Error,
                machine: Some(config.name.clone()),
                section: "vm".to_owned(),
                message: "no box is named".to_owned(),
                span: None,
                hint: Some(
                    "set `config.vm.box`, or `image_path` of the `qemu` provider".to_owned(),
                ),
            });
        }
        found
    }

    fn describe(&self, host: &Host, spec: &MachineSpec) -> Result<Vec<Detail>> {
        let settings = settings::Settings::read(&spec.block);
        if spec.box_files.is_none() && settings.image_paths.is_empty() {
            // What is chosen depends on the box.
            return Ok(hardware::strain(&spec.size, &image::MadeFor::plain()));
        }
        let found = machine::box_disks(host, spec, &settings)?;
        let mut details = machine::disk_details(&found)?;
        details.extend(machine::choose(host, spec, None, &found.made_for)?.details);
        details.extend(hardware::strain(&spec.size, &found.made_for));
        Ok(details)
    }

    fn health(&self, host: &Host) -> Result<Health> {
        let arch = probe::host_arch();
        let program = probe::program(host, arch, None)?;
        let found = probe::describe(host, &program)?;
        let (major, minor) = found.version;
        let chosen = probe::accelerator(host, &program, arch, None)?;
        let because = if chosen.because.is_empty() {
            String::new()
        } else {
            format!(" ({})", chosen.because)
        };
        Ok(Health {
            lines: vec![
                format!("QEMU {major}.{minor} at `{}`", program.display()),
                format!("accelerator: {}{because}", chosen.name),
            ],
            is_slow: chosen.name == "tcg",
        })
    }

    fn orphans(&self, host: &Host) -> Vec<Orphan> {
        orphans::find(host)
    }

    fn open<'a>(&'a self, dir: &'a Path, host: &'a Host) -> Result<Box<dyn Machine + 'a>> {
        Ok(Box::new(machine::QemuMachine { dir, host }))
    }
}
