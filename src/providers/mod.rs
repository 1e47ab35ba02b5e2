//! Hypervisors behind two small traits. The core never names one; `list` does.
//!
//! Reading order: [`Provider`], [`Machine`], [`MachineSpec`], then a folder per
//! provider: `mod` (Provider), `machine` (Machine), `settings` (its typed block).

mod error;
pub mod list;
pub mod qemu;

use std::path::{Path, PathBuf};

use crate::config::{Disk, Endpoint, ForwardedPort, MachineConfig, Network, ProviderBlock, Size};
use crate::error::Result;
use crate::host::Host;

pub use crate::boxes::forms::BoxFiles;
pub use error::PortTaken;

/// What a provider can do; plain data, read by `plan`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Box providers it takes, best first.
    pub box_providers: &'static [&'static str],
    /// Synced folder types it takes, best first.
    pub share_kinds: &'static [&'static str],
    /// Forwards ports from the host.
    pub forwarded_ports: bool,
    /// Snapshots.
    pub snapshots: bool,
    /// Suspend and resume.
    pub suspend: bool,
    /// Several machines may be worked on at once.
    pub parallel: bool,
    /// A machine needs no box.
    pub box_optional: bool,
    /// Attaches a seed for cloud-init.
    pub seeds: bool,
}

/// State of a machine, as its hypervisor tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// There is none.
    Absent,
    /// It exists and is off.
    Off,
    /// It runs.
    Running,
    /// It is stopped in memory (paused from outside, for example).
    Paused,
    /// Its memory is saved on disk.
    Suspended,
}

/// Everything a provider needs to make or start a machine.
#[derive(Clone, Debug)]
pub struct MachineSpec {
    /// Name in the Vagrantfile.
    pub name: String,
    /// Name of the lab: its folder's name.
    pub lab: String,
    /// Stable id of the machine (32 hex digits), made at the first `up`.
    pub id: String,
    /// The box; `None` for a provider that needs none.
    pub box_files: Option<BoxFiles>,
    /// Size; figures that nobody gave are the provider's to choose.
    pub size: Size,
    /// The chosen provider's settings.
    pub block: ProviderBlock,
    /// Networks other than forwarded ports.
    pub networks: Vec<Network>,
    /// Forwarded ports, collisions solved.
    pub forwards: Vec<ForwardedPort>,
    /// Disks.
    pub disks: Vec<Disk>,
    /// The seed for cloud-init, where the machine gets one.
    pub seed: Option<SeedDisk>,
    /// `config.vm.base_mac`.
    pub base_mac: Option<String>,
    /// How long a graceful stop may take.
    pub graceful_halt_timeout: std::time::Duration,
}

/// A small read-only disk with what cloud-init in the guest reads (see `seed`). It is
/// there from before the first start, in the machine's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedDisk {
    /// The image.
    pub path: PathBuf,
    /// The box is a bare image with nobody to log in as: the seed makes the user, and
    /// cloud-init grows the root file system.
    pub makes_user: bool,
}

/// Something that a provider chooses for a machine.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Detail {
    /// Of what, a word or two.
    pub label: String,
    /// What.
    pub value: String,
    /// Why, where there is a reason to tell.
    pub note: String,
}

impl Detail {
    /// Returns a detail without a reason.
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self::because(label, value, "")
    }

    /// Returns a detail with its reason.
    pub fn because(label: &str, value: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            note: note.into(),
        }
    }
}

/// Something that a machine left behind whose files are gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphan {
    /// What it is, for people.
    pub what: String,
    /// How it is got rid of.
    pub left: Left,
    /// The folder that the machine had, where that is known.
    pub folder: Option<PathBuf>,
}

/// What was left behind.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// A process, to be killed.
    Process(crate::host::process::Identity),
    /// A folder, to be removed.
    Folder(PathBuf),
}

/// How well a provider works on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// What it has found: its version, what makes it fast or slow.
    pub lines: Vec<String>,
    /// Machines are emulated: they work, and take many times as long.
    pub is_slow: bool,
}

/// A hypervisor. Stateless; one static value each.
pub trait Provider: Send + Sync {
    /// Returns the name as Vagrantfiles write it; it is also a folder's name on disk.
    fn name(&self) -> &'static str;

    /// Returns what it can do.
    fn capabilities(&self) -> &Capabilities;

    /// Returns an error that says what to install, unless it can be used here.
    /// Must be quick and start no machine.
    fn probe(&self, host: &Host) -> Result<()>;

    /// Returns what is wrong in its settings: unknown names, wrong kinds.
    fn check(&self, config: &MachineConfig) -> Vec<crate::config::Diagnostic>;

    /// Returns what it will choose for this machine and why (accelerator, firmware,
    /// NIC and disk models), for `plan`: nothing that the machine's size says already.
    /// Of a box that is not here yet, what does not depend on it.
    /// Must change nothing.
    fn describe(&self, host: &Host, spec: &MachineSpec) -> Result<Vec<Detail>>;

    /// Returns how well it works on this host, for `doctor`. May take seconds.
    fn health(&self, _: &Host) -> Result<Health> {
        Ok(Health::default())
    }

    /// Returns what machines of lost labs left behind.
    fn orphans(&self, _: &Host) -> Vec<Orphan> {
        Vec::new()
    }

    /// Opens the machine whose files are in `dir`, whether it exists or not.
    fn open<'a>(&'a self, dir: &'a Path, host: &'a Host) -> Result<Box<dyn Machine + 'a>>;
}

/// One machine. Asks the hypervisor each time, caches nothing.
pub trait Machine {
    /// Returns its state. Cheap: no program may be started for it where the
    /// state can be told from files and processes.
    fn power(&self) -> Result<Power>;

    /// Makes the machine, off. May be called again after a crash: it goes on
    /// or starts over, and never leaves a half-made machine that looks whole.
    fn create(&mut self, spec: &MachineSpec) -> Result<()>;

    /// Powers it on with the settings of `spec`. It was off. A host port that
    /// somebody else took meanwhile is a [`PortTaken`], and the machine still off.
    fn start(&mut self, spec: &MachineSpec) -> Result<()>;

    /// Powers it off: asks the guest and waits up to `timeout`, then pulls the
    /// plug; at once if `timeout` is `None`. Off already: `Ok`.
    fn stop(&mut self, timeout: Option<std::time::Duration>) -> Result<()>;

    /// Removes it with all its files. Absent already: `Ok`.
    fn destroy(&mut self) -> Result<()>;

    /// Returns where its SSH server answers; `None` while it is not running.
    fn endpoint(&self) -> Result<Option<Endpoint>>;

    /// Returns the forwarded ports in force; empty while it is not running.
    fn forwards(&self) -> Result<Vec<ForwardedPort>>;

    /// Returns the disks that the Vagrantfile asks for, with what the next start
    /// will do about them, for `plan`. Must change nothing.
    fn disks(&self, spec: &MachineSpec) -> Result<Vec<Detail>> {
        let _ = spec;
        Ok(Vec::new())
    }

    /// Returns the file that its serial console is written to.
    fn console(&self) -> Option<PathBuf> {
        None
    }

    /// Returns the process of the host that it runs in, where it has one.
    fn process(&self) -> Option<crate::host::process::Identity> {
        None
    }

    /// Returns the snapshots ability, if it has one.
    fn snapshots(&mut self) -> Option<&mut dyn Snapshots> {
        None
    }

    /// Returns the suspend ability, if it has one.
    fn suspend(&mut self) -> Option<&mut dyn Suspend> {
        None
    }

    /// Returns the ability to become a box, if it has it.
    fn export(&mut self) -> Option<&mut dyn Export> {
        None
    }
}

/// A saved state of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Name.
    pub name: String,
    /// Unix seconds.
    pub taken: u64,
    /// Whether memory is in it.
    pub with_memory: bool,
}

/// Saving and restoring. Works on machines that are off and that run.
pub trait Snapshots {
    /// Saves the disk, and memory if it runs. The name is not taken yet.
    fn save(&mut self, name: &str) -> Result<()>;

    /// Goes back to a snapshot and returns the state the machine is then in:
    /// running if memory was saved. `spec` is what to start it with.
    fn restore(&mut self, name: &str, spec: &MachineSpec) -> Result<Power>;

    /// Deletes a snapshot.
    fn delete(&mut self, name: &str) -> Result<()>;

    /// Returns the snapshots, oldest first.
    fn list(&self) -> Result<Vec<Snapshot>>;
}

/// Saving memory to disk and going on from it.
pub trait Suspend {
    /// Saves memory to disk and powers off.
    fn suspend(&mut self) -> Result<()>;

    /// Goes on where it stopped.
    fn resume(&mut self, spec: &MachineSpec) -> Result<()>;

    /// Throws the saved memory away; the machine is then off.
    fn discard(&mut self) -> Result<()>;
}

/// A machine as the files of a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Content of `metadata.json`.
    pub metadata: serde_json::Value,
    /// Names of the files that were written.
    pub files: Vec<String>,
    /// Address of its first network card: twelve hex digits, as `base_mac` takes.
    pub mac: String,
    /// Provider blocks for the box's Vagrantfile: provider, then each setting, such
    /// as `disk_bus = "sata"`.
    pub blocks: Vec<(&'static str, Vec<String>)>,
}

/// Becoming a box.
pub trait Export {
    /// Writes the disks of a machine that is off, flattened, into the folder
    /// `into`, which is there and empty. The machine stays as it is.
    fn export(&mut self, spec: &MachineSpec, into: &Path) -> Result<Exported>;
}

impl MachineSpec {
    /// Returns a spec with everything that `config` says.
    pub fn of(
        config: &MachineConfig,
        lab: &str,
        id: &str,
        box_files: Option<BoxFiles>,
        forwards: Vec<ForwardedPort>,
    ) -> Self {
        let block = config
            .provider_block()
            .cloned()
            .unwrap_or_else(|| ProviderBlock {
                provider: config.provider.clone(),
                ..ProviderBlock::default()
            });
        let forwarded =
            |network: &&Network| network.kind != crate::config::NetworkKind::ForwardedPort;
        Self {
            name: config.name.clone(),
            lab: lab.to_owned(),
            id: id.to_owned(),
            box_files,
            size: config.size.clone(),
            block,
            networks: config.networks.iter().filter(forwarded).cloned().collect(),
            forwards,
            disks: config.disks.clone(),
            seed: None,
            base_mac: config.base_mac.clone(),
            graceful_halt_timeout: config.graceful_halt_timeout,
        }
    }
}
