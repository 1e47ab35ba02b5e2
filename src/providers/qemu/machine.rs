//! One QEMU machine: its life from box to nothing. Reads the record and the
//! process table each time; starting and stopping are in `launch`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::error::QemuError;
use super::hardware::{self, Ground, Hardware};
use super::image::{self, BoxDisks, MadeFor, convert, header};
use super::img::Img;
use super::launch::{self, From};
use super::probe::{self, Accelerator, Program};
use super::qmp::Qmp;
use super::record::{Launch, Record};
use super::settings::{Screen, Settings};
use super::{argv, disks, extra, layout};
use crate::config::{Endpoint, ForwardedPort, Protocol};
use crate::error::Result;
use crate::event::Level;
use crate::host::process::Identity;
use crate::host::{Host, files};
use crate::providers::{Detail, Export, Machine, MachineSpec, Power, Snapshots, Suspend};

/// How long `power` may wait for QEMU's word on whether it is paused.
const GLANCE: Duration = Duration::from_millis(200);

/// A machine by its folder.
pub(super) struct QemuMachine<'a> {
    pub(super) dir: &'a Path,
    pub(super) host: &'a Host,
}

/// What a machine would be started with, and what that was chosen from.
pub(super) struct Choice {
    pub(super) hardware: Hardware,
    /// What it chose beyond the size that was given, for `rove plan`.
    pub(super) details: Vec<Detail>,
    settings: Settings,
}

impl QemuMachine<'_> {
    /// Returns the record of a machine that is whole.
    pub(super) fn record(&self) -> Result<Record> {
        match Record::load(self.dir)? {
            Some(record) if record.created => Ok(record),
            _ => Err(QemuError::Absent {
                machine: self.folder_name(),
            }
            .into()),
        }
    }

    /// The folder is `machines/<name>/qemu`.
    fn folder_name(&self) -> String {
        let parent = self.dir.parent().and_then(Path::file_name);
        parent.unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Starts with `launch`, and puts the balloon where it belongs.
    pub(super) fn run(
        &self,
        record: &mut Record,
        launch: Launch,
        forwards: &[ForwardedPort],
        from: &From,
    ) -> Result<Qmp> {
        if let Some(base) = record.bases.iter().find(|base| !base.path.exists()) {
            return Err(QemuError::BaseGone {
                image: base.path.clone(),
                machine: record.name.clone(),
            }
            .into());
        }
        for base in &record.bases {
            // An overlay on another disk is no file system, but rubbish.
            if base.fingerprint.is_some() && convert::fingerprint(&base.path)? != base.fingerprint {
                return Err(QemuError::BaseChanged {
                    image: base.path.clone(),
                    machine: record.name.clone(),
                }
                .into());
            }
        }
        disks::require(self.dir, &record.name, &launch.extras)?;
        record.attach(&launch.extras);
        let balloon_mib = launch.balloon_mib;
        let mut qmp = launch::start(self.host, self.dir, record, launch, forwards, from)?;
        // QEMU keeps the target until the guest's driver loads. Memory that was
        // saved has its balloon in it.
        if let (From::Cold, Some(mib)) = (from, balloon_mib) {
            qmp.execute("balloon", &serde_json::json!({ "value": mib << 20 }))?;
        }
        Ok(qmp)
    }

    fn remove_files(&self) -> Result<()> {
        let names = files::list_dir(self.dir)?;
        // The record goes last: as long as it is there, something is left to remove.
        let (records, others): (Vec<String>, Vec<String>) = names
            .into_iter()
            .filter(|name| layout::is_ours(name))
            .partition(|name| name == layout::RECORD);
        for name in others.iter().chain(&records) {
            files::remove_file(&self.dir.join(name))?;
        }
        Ok(())
    }

    fn make_variables(&self, hardware: &Hardware) -> Result<()> {
        let path = self.dir.join(layout::VARIABLES);
        let Some(template) = hardware.uefi_variables.as_ref().filter(|_| !path.exists()) else {
            return Ok(());
        };
        let partial = self.partial(layout::VARIABLES)?;
        Img::find(self.host)?.convert("raw", template, &partial, &mut |_| {})?;
        files::rename(&partial, &path)
    }

    /// Returns the path for a file that is being made, with no left-over there.
    pub(super) fn partial(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.join(format!("{name}{}", layout::PARTIAL));
        files::remove_file(&path)?;
        Ok(path)
    }

    /// Tells what the user should know about the machine that has started.
    fn after_start(&self, spec: &MachineSpec, choice: &Choice, qmp: &mut Qmp) {
        let machine = Some(spec.name.as_str());
        if let Some(warning) = hardware::too_much(choice.hardware.memory_mib) {
            self.host.say(machine, Level::Warn, warning);
        }
        for network in &spec.networks {
            let text = format!(
                "the {} {} is not made: the guest has its NAT card alone",
                network.kind.name(),
                network
                    .option("ip")
                    .map(crate::config::Value::to_text)
                    .unwrap_or_default()
            );
            self.host.say(machine, Level::Warn, text);
        }
        if let (Screen::Vnc(_), Ok(vnc)) = (
            &choice.settings.screen,
            qmp.execute("query-vnc", &Value::Null),
        ) {
            let word = |key: &str| vnc[key].as_str().unwrap_or("?").to_owned();
            let text = format!(
                "its screen is on VNC at {}:{}",
                word("host"),
                word("service")
            );
            self.host.say(machine, Level::Info, text);
        }
    }
}

impl Machine for QemuMachine<'_> {
    fn power(&self) -> Result<Power> {
        let Some(record) = Record::load(self.dir)?.filter(|record| record.created) else {
            return Ok(Power::Absent);
        };
        let suspended = record.suspended.is_some();
        let (Some(_), Some(run)) = (record.process(), &record.run) else {
            return Ok(if suspended {
                Power::Suspended
            } else {
                Power::Off
            });
        };
        if suspended {
            // Saved, and QEMU was about to end; or QEMU has not yet taken the
            // memory over. Either way the saved memory is what counts.
            return Ok(Power::Suspended);
        }
        let status = Qmp::glance(&layout::qmp_socket(&run.runtime), GLANCE);
        Ok(match status.as_deref() {
            // Busy with another client, or short of time: it runs.
            Err(_) | Ok("running" | "save-vm" | "finish-migrate" | "shutdown") => Power::Running,
            Ok(_) => Power::Paused,
        })
    }

    fn create(&mut self, spec: &MachineSpec) -> Result<()> {
        if Record::load(self.dir)?.is_some_and(|record| record.created) {
            return Ok(());
        }
        if self.dir.join(layout::disk(0)).exists() {
            // The record was lost, and its QEMU may run on.
            launch::end_strays(self.host, self.dir);
        }
        self.remove_files()?;
        files::create_dir_all(self.dir)?;
        let settings = Settings::read(&spec.block);
        let arch = hardware::arch(&settings);
        let program = probe::program(self.host, &arch, settings.qemu_bin.as_deref())?;
        probe::describe(self.host, &program)?;
        let img = Img::find(self.host)?;
        let found = box_disks(self.host, spec, &settings)?;
        let bases = convert::bases(self.host, &spec.name, spec.box_files.as_ref(), &found)?;
        let mut record = Record::new(&spec.name, &spec.id, found.made_for);
        record.bases = bases;
        record.save(self.dir)?;
        if let (None, Some(base)) = (record.made_for.uefi, record.bases.first()) {
            let scratch = self.partial(layout::VARIABLES)?;
            record
                .made_for
                .set_uefi(convert::wants_uefi(self.host, base, &scratch)?);
        }
        for (index, base) in record.bases.iter().enumerate() {
            let name = layout::disk(index);
            let partial = self.partial(&name)?;
            img.overlay(base, &partial, settings.extra_image.as_deref())?;
            files::rename(&partial, &self.dir.join(&name))?;
        }
        record.created = true;
        record.save(self.dir)
    }

    fn start(&mut self, spec: &MachineSpec) -> Result<()> {
        let mut record = self.record()?;
        let machine = || record.name.clone();
        if record.process().is_some() {
            return Err(QemuError::AlreadyRunning { machine: machine() }.into());
        }
        if record.suspended.is_some() {
            return Err(QemuError::Suspended { machine: machine() }.into());
        }
        // Left by a resume that was cut short after the guest had gone on.
        files::remove_file(&self.dir.join(layout::MEMORY))?;
        let choice = choose(self.host, spec, Some(&record), &record.made_for)?;
        self.prepare_disks(&record, spec, &choice.settings, &choice.hardware.extras)?;
        self.make_variables(&choice.hardware)?;
        let full = hardware::plain_type(&choice.hardware.machine).to_owned();
        record.machine_types.insert(choice.machine_name(), full);
        let runtime = layout::runtime(self.host, &record.id);
        let launch = Launch {
            program: choice.hardware.program.clone(),
            args: argv::machine(&choice.hardware, self.dir, &runtime),
            balloon_mib: choice.hardware.balloon_mib,
            variables: choice.hardware.uefi_code.is_some(),
            disks: choice.hardware.disks,
            extras: choice.hardware.extras.clone(),
        };
        let mut qmp = self.run(&mut record, launch, &spec.forwards, &From::Cold)?;
        self.after_start(spec, &choice, &mut qmp);
        Ok(())
    }

    fn stop(&mut self, timeout: Option<Duration>) -> Result<()> {
        let Some(mut record) = Record::load(self.dir)? else {
            return Ok(());
        };
        // A guest whose memory is saved already must not run on.
        let timeout = timeout.filter(|_| record.suspended.is_none());
        launch::stop(self.host, self.dir, &mut record, timeout)
    }

    fn destroy(&mut self) -> Result<()> {
        // A record that cannot be read does not keep its machine alive.
        if let Ok(Some(mut record)) = Record::load(self.dir) {
            let stopped = launch::stop(self.host, self.dir, &mut record, None);
            // That it ended cannot be written on a full disk, and need not be.
            if record.process().is_some() {
                stopped?;
            }
            files::remove_dir_all(&layout::runtime(self.host, &record.id))?;
            self.leave_images(&record);
        }
        launch::end_strays(self.host, self.dir);
        self.remove_files()
    }

    fn process(&self) -> Option<Identity> {
        Record::load(self.dir).ok()??.process()
    }

    fn endpoint(&self) -> Result<Option<Endpoint>> {
        let forwards = self.forwards()?;
        let ssh = forwards
            .iter()
            .find(|forward| forward.id == "ssh")
            .or_else(|| {
                forwards
                    .iter()
                    .find(|forward| forward.guest == 22 && forward.protocol == Protocol::Tcp)
            });
        Ok(ssh.map(|forward| Endpoint {
            host: match forward.host_ip.as_str() {
                "" | "*" | "0.0.0.0" => "127.0.0.1".to_owned(),
                address => address.to_owned(),
            },
            port: forward.host,
        }))
    }

    fn forwards(&self) -> Result<Vec<ForwardedPort>> {
        let record = Record::load(self.dir)?.filter(|record| record.created);
        Ok(record
            .filter(|record| record.process().is_some())
            .and_then(|record| record.run)
            .map(|run| run.forwards)
            .unwrap_or_default())
    }

    fn disks(&self, spec: &MachineSpec) -> Result<Vec<Detail>> {
        self.disk_details(spec)
    }

    fn console(&self) -> Option<PathBuf> {
        Some(self.dir.join(layout::CONSOLE))
    }

    fn snapshots(&mut self) -> Option<&mut dyn Snapshots> {
        Some(self)
    }

    fn suspend(&mut self) -> Option<&mut dyn Suspend> {
        Some(self)
    }

    fn export(&mut self) -> Option<&mut dyn Export> {
        Some(self)
    }
}

/// Returns the disks to start from: the box's, or the images that the
/// Vagrantfile names instead.
pub(super) fn box_disks(host: &Host, spec: &MachineSpec, settings: &Settings) -> Result<BoxDisks> {
    if !settings.image_paths.is_empty() {
        let disks = settings.image_paths.iter().map(|path| host.cwd.join(path));
        return Ok(BoxDisks {
            made_for: MadeFor::plain(),
            disks: disks.collect(),
        });
    }
    match &spec.box_files {
        Some(files) => image::discover(files),
        None => Err(QemuError::NoBox {
            machine: spec.name.clone(),
        }
        .into()),
    }
}

/// Chooses the hardware. `record` is the machine's, once there is one.
pub(super) fn choose(
    host: &Host,
    spec: &MachineSpec,
    record: Option<&Record>,
    made_for: &MadeFor,
) -> Result<Choice> {
    let settings = Settings::read(&spec.block);
    let arch = hardware::arch(&settings);
    let program = probe::program(host, &arch, settings.qemu_bin.as_deref())?;
    let qemu: Program = probe::describe(host, &program)?;
    let asked = settings.accelerator.as_deref();
    let accelerator: Accelerator = probe::accelerator(host, &program, &arch, asked)?;
    let uefi = hardware::uefi(host, &settings, made_for, &arch, &program)?;
    let mut extras = extra::wanted(&spec.disks, &arch)?;
    // Last, so that the others keep their names in the guest.
    extras.extend(spec.seed.as_ref().map(|seed| extra::seed(&seed.path)));
    let none = std::collections::BTreeMap::new();
    let ground = Ground {
        settings: &settings,
        made_for,
        arch: &arch,
        program: &program,
        qemu: &qemu,
        accelerator: &accelerator,
        host_cpus: hardware::host_cpus(),
        machine_types: record.map_or(&none, |record| &record.machine_types),
        disks: record.map_or(1, |record| record.bases.len()),
        extras,
    };
    let hardware = hardware::choose(spec, &ground, uefi.as_ref());
    let details = hardware.details(spec, &ground);
    Ok(Choice {
        hardware,
        details,
        settings,
    })
}

impl Choice {
    /// Returns the plain machine type that was asked for.
    fn machine_name(&self) -> String {
        let arch = hardware::arch(&self.settings);
        let usual = hardware::default_machine(&arch, self.hardware.controller);
        let machine = self.settings.machine.as_deref();
        hardware::plain_type(machine.unwrap_or(usual)).to_owned()
    }
}

/// Returns what becomes of the box's disks, for `rove plan`, without converting any.
pub(super) fn disk_details(found: &BoxDisks) -> Result<Vec<Detail>> {
    let mut details = Vec::new();
    for disk in &found.disks {
        let image = header::read(disk)?;
        let name = disk.file_name().unwrap_or_default().to_string_lossy();
        let note = match image.format {
            "qcow2" | "raw" => format!("overlay on the box's, which is {}", image.format),
            format => format!("{format}, converted to qcow2 once"),
        };
        details.push(Detail::because("disk", name, note));
    }
    Ok(details)
}
