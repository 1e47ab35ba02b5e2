//! What every command needs, and the commands themselves as functions: find the
//! lab, load it, choose machines, get their boxes, look at them, plan, execute.
//! Never prints and never reads a terminal: events go to the host's listener,
//! questions through a closure.
//!
//! Reading order: [`up`] (in `start`), then what it is made of: `open`, `select`,
//! `resolve`, `observe`, `act`. The other commands are made of the same.

mod act;
mod boxes;
mod chosen;
mod clean;
mod doctor;
mod error;
mod global;
mod inspect;
mod lock;
mod names;
mod observe;
mod open;
mod outlook;
mod package;
mod provisioners;
mod repair;
mod resolve;
mod root;
mod select;
mod snapshot;
mod start;
mod status;
mod stop;
mod transfer;
mod trust;

pub use boxes::{MachineBox, figures_in_box, machine_boxes};
pub use chosen::{Chosen, Push, chosen, pushes};
pub use clean::{Rubbish, remove_rubbish, rubbish};
pub use doctor::{Check, Verdict, doctor};
pub use error::{InvalidConfig, LabError};
pub use global::{IndexDamaged, KnownMachine, Pruned, global_status, prune_index, suspend_all};
pub use inspect::{
    PortList, SshInfo, config, explain, plan, ports, require_providers, ssh_info, ssh_infos,
    validate,
};
pub use lock::{Disagreement, LockUseError, LockedBox, UpgradeRequest, fetch, lock, lock_check};
pub use names::{machine_ids, machine_names, snapshot_words};
pub use outlook::{BoxOutlook, Outlook, PlaceOutlook, outlook};
pub use package::{PackageError, PackageRequest, package};
pub use provisioners::UnknownProvisioner;
pub use repair::{Repaired, repair};
pub use root::log_folder;
pub use snapshot::{
    RestoreRequest, SnapshotList, snapshot_delete, snapshot_list, snapshot_pop, snapshot_push,
    snapshot_restore, snapshot_save,
};
pub use start::{ReloadRequest, ResumeRequest, UpRequest, provision, reload, resume, up};
pub use status::{MachineDetail, MachineStatus, detail, status};
pub use stop::{DestroyOutcome, DestroyRequest, HaltRequest, destroy, halt, suspend};
pub use transfer::{Packed, RsyncRequest, UploadRequest, rsync, rsync_auto, upload};
pub use trust::{Trusted, allow, trust, untrust, untrusted};

pub use crate::plan::show::Planned as PlannedMachine;
pub use crate::plan::{ProvisionChoice, State};
pub use crate::vagrantfile::Untrusted;

use crate::error::{Failure, Result};

/// What became of each machine of a command.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In the order in which they were worked on.
    pub machines: Vec<MachineOutcome>,
}

/// What became of one machine.
#[derive(Debug)]
pub struct MachineOutcome {
    /// Name.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// Whether it went well.
    pub result: Result<()>,
    /// `config.vm.post_up_message`; empty where unset.
    pub post_up_message: String,
}

/// Returns whether a command failed because there is no Vagrantfile here.
pub fn is_no_lab(failure: &Failure) -> bool {
    matches!(
        failure.downcast_ref::<crate::vagrantfile::LoadError>(),
        Some(crate::vagrantfile::LoadError::NotFound { .. })
    )
}

impl Outcome {
    /// Returns the machines that failed, with why.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.machines.iter().filter_map(|machine| {
            let failure = machine.result.as_ref().err()?;
            Some((machine.name.as_str(), failure))
        })
    }

    /// Returns whether all went well.
    pub fn is_success(&self) -> bool {
        self.failures().next().is_none()
    }
}
