//! `status`: as quick as it can be. Reads the Vagrantfile and a few small files;
//! looks for no box, starts no program, takes no lock.

use std::path::PathBuf;

use crate::config::{Endpoint, ForwardedPort, MachineConfig};
use crate::error::Result;
use crate::host::process::{self, Usage};
use crate::host::{FileLock, Host, files};
use crate::plan::State;
use crate::providers::list;
use crate::state::{Record, layout};

use super::open::{Opened, Wish, open_for};

/// The state of one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineStatus {
    /// Name.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// State.
    pub state: State,
    /// What could not be read, if anything.
    pub fault: Option<String>,
}

/// All that can be told of a machine without asking the guest.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineDetail {
    /// Its state.
    pub status: MachineStatus,
    /// What lies in its folder: id, box, a command that was broken off, faults.
    pub record: Record,
    /// Its folder.
    pub folder: PathBuf,
    /// Where its SSH server answers, while it runs.
    pub endpoint: Option<Endpoint>,
    /// Forwarded ports in force, while it runs.
    pub forwards: Vec<ForwardedPort>,
    /// What its process has used, while it runs in one.
    pub usage: Option<Usage>,
    /// Its process.
    pub pid: Option<u32>,
    /// Bytes that its folder takes on the disk.
    pub disk_bytes: u64,
    /// Processors, where a block says.
    pub cpus: Option<u32>,
    /// Memory in MiB, where a block says.
    pub memory_mib: Option<u64>,
    /// The command that works on it now.
    pub locked_by: Option<String>,
}

/// Returns the state of machines; of all when `targets` is empty.
pub fn status(host: &Host, targets: &[String]) -> Result<Vec<MachineStatus>> {
    let (opened, targets) = open_for(host, targets, &Wish::default())?;
    let names = opened.several(&targets, false)?;
    let configs = names.iter().filter_map(|name| opened.machine(name));
    Ok(configs.map(|config| of(host, &opened, config)).collect())
}

/// Returns all there is to tell of machines; of all when `targets` is empty.
pub fn detail(host: &Host, targets: &[String]) -> Result<Vec<MachineDetail>> {
    let (opened, targets) = open_for(host, targets, &Wish::default())?;
    let names = opened.several(&targets, false)?;
    let configs = names.iter().filter_map(|name| opened.machine(name));
    Ok(configs
        .map(|config| detail_of(host, &opened, config))
        .collect())
}

fn of(host: &Host, opened: &Opened, config: &MachineConfig) -> MachineStatus {
    let folder = opened.folder(config);
    let state = if folder.id().is_some() {
        match list::by_name(&config.provider) {
            Some(provider) => provider
                .open(folder.path(), host)
                .and_then(|machine| machine.power())
                .map(|power| State::of(power, true)),
            None => Err(super::open::unknown_provider(config)),
        }
    } else {
        Ok(State::NotCreated)
    };
    let (state, fault) = match state {
        Ok(state) => {
            let faults = match state {
                State::NotCreated => Vec::new(),
                _ => folder.read().faults,
            };
            let text = (!faults.is_empty())
                .then(|| format!("{}; `rove repair` makes it whole", faults.join("; ")));
            (state, text)
        }
        Err(failure) => (State::Unknown, Some(failure.to_string())),
    };
    MachineStatus {
        name: config.name.clone(),
        provider: config.provider.clone(),
        state,
        fault,
    }
}

fn detail_of(host: &Host, opened: &Opened, config: &MachineConfig) -> MachineDetail {
    let folder = opened.folder(config);
    let status = of(host, opened, config);
    let lock = layout::machine_lock(&host.dirs.home, folder.dotfile(), &config.name);
    // What cannot be told is left out: the fault is in `status` already.
    let machine = (status.state == State::Running)
        .then(|| {
            list::by_name(&config.provider)?
                .open(folder.path(), host)
                .ok()
        })
        .flatten();
    let process = machine.as_ref().and_then(|machine| machine.process());
    MachineDetail {
        endpoint: machine.as_ref().and_then(|it| it.endpoint().ok()?),
        forwards: machine
            .as_ref()
            .and_then(|it| it.forwards().ok())
            .unwrap_or_default(),
        usage: process.as_ref().and_then(process::usage),
        pid: process.map(|process| process.pid),
        disk_bytes: files::space_used(folder.path()),
        cpus: config.size.cpus.as_ref().map(|cpus| cpus.value),
        memory_mib: config.size.memory_mib.as_ref().map(|memory| memory.value),
        locked_by: FileLock::owner(&lock),
        record: folder.read(),
        folder: folder.path().to_owned(),
        status,
    }
}
