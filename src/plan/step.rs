//! One step of a plan. A closed set: whoever reads a plan, or a journal after a
//! crash, knows every step there can be.

use crate::config::{Provisioner, Share};

/// A synced folder with the way it will be synced.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedShare {
    /// The folder.
    pub share: Share,
    /// How: `rsync`, ….
    pub kind: String,
}

/// What can be done to a machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Fetch the box (before all else: its Vagrantfile is a layer of ours).
    FetchBox {
        /// Name.
        name: String,
        /// Version constraint; any when empty.
        version: String,
    },
    /// Make the machine from its box.
    Create,
    /// Write what cloud-init in it reads.
    Seed,
    /// Power it on, with the settings of now.
    Start,
    /// Wait until commands can be run in it.
    WaitReady,
    /// Wait until cloud-init in it is done.
    WaitCloudInit,
    /// Put a fresh key in place of the insecure one.
    ReplaceKey,
    /// Set the guest's clock from the host's.
    SetClock,
    /// Set the host name.
    SetHostname(String),
    /// Bring the synced folders into the guest.
    Shares(Vec<PlannedShare>),
    /// Run a provisioner.
    Provision(Box<Provisioner>),
    /// Note that the provisioners which run once have run.
    MarkProvisioned,
    /// Power it off: ask the guest first unless `force`.
    Halt {
        /// Pull the plug.
        force: bool,
    },
    /// Throw saved memory away; the machine is then off.
    DiscardSaved,
    /// Save memory to disk and power off.
    Suspend,
    /// Go on where it was stopped.
    Resume,
    /// Save a snapshot.
    SaveSnapshot(String),
    /// Go back to a snapshot.
    RestoreSnapshot(String),
    /// Delete a snapshot.
    DeleteSnapshot(String),
    /// Remove the machine with its disks.
    Destroy,
    /// Remove what rove remembers of it.
    Forget,
}

impl Step {
    /// Returns its name in journals and in the table of plans.
    pub fn name(&self) -> String {
        match self {
            Self::FetchBox { .. } => "fetch box".to_owned(),
            Self::Create => "create".to_owned(),
            Self::Seed => "seed".to_owned(),
            Self::Start => "start".to_owned(),
            Self::WaitReady => "wait".to_owned(),
            Self::WaitCloudInit => "cloud-init".to_owned(),
            Self::ReplaceKey => "key".to_owned(),
            Self::SetClock => "clock".to_owned(),
            Self::SetHostname(_) => "hostname".to_owned(),
            Self::Shares(_) => "folders".to_owned(),
            Self::Provision(provisioner) => format!("provision {}", provisioner.label()),
            Self::MarkProvisioned => "note provisioned".to_owned(),
            Self::Halt { force: false } => "halt".to_owned(),
            Self::Halt { force: true } => "power off".to_owned(),
            Self::DiscardSaved => "discard memory".to_owned(),
            Self::Suspend => "suspend".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::SaveSnapshot(name) => format!("save {name}"),
            Self::RestoreSnapshot(name) => format!("restore {name}"),
            Self::DeleteSnapshot(name) => format!("delete {name}"),
            Self::Destroy => "destroy".to_owned(),
            Self::Forget => "forget".to_owned(),
        }
    }

    /// Returns what it does, as a clause.
    pub fn title(&self) -> String {
        match self {
            Self::FetchBox { name, .. } => format!("fetch the box {name}"),
            Self::Create => "make the machine".to_owned(),
            Self::Seed => "write what cloud-init reads".to_owned(),
            Self::Start => "start it".to_owned(),
            Self::WaitReady => "wait until it answers".to_owned(),
            Self::WaitCloudInit => "wait until cloud-init is done".to_owned(),
            Self::ReplaceKey => "replace the insecure key".to_owned(),
            Self::SetClock => "set its clock".to_owned(),
            Self::SetHostname(name) => format!("set the host name {name}"),
            Self::Shares(shares) => {
                let paths: Vec<&str> = shares
                    .iter()
                    .map(|planned| planned.share.guest_path.as_str())
                    .collect();
                format!("sync {}", paths.join(", "))
            }
            Self::Provision(provisioner) => match &provisioner.name {
                Some(name) => format!("provision: {name} ({})", provisioner.kind),
                None => format!("provision: {}", provisioner.kind),
            },
            Self::MarkProvisioned => "note that it is provisioned".to_owned(),
            Self::Halt { force: false } => "shut it down".to_owned(),
            Self::Halt { force: true } => "power it off".to_owned(),
            Self::DiscardSaved => "discard its saved memory".to_owned(),
            Self::Suspend => "save its memory and stop it".to_owned(),
            Self::Resume => "resume it".to_owned(),
            Self::SaveSnapshot(name) => format!("save the snapshot {name}"),
            Self::RestoreSnapshot(name) => format!("restore the snapshot {name}"),
            Self::DeleteSnapshot(name) => format!("delete the snapshot {name}"),
            Self::Destroy => "remove the machine and its disks".to_owned(),
            Self::Forget => "remove its records".to_owned(),
        }
    }

    /// Returns what it is for, as a verb and its object, for "cannot …".
    pub fn purpose(&self) -> String {
        match self {
            Self::Shares(_) => "sync the folders".to_owned(),
            Self::Provision(provisioner) => {
                format!("run the provisioner `{}`", provisioner.label())
            }
            other => other.title(),
        }
    }

    /// Returns whether it is bookkeeping that nobody has to be told of.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::MarkProvisioned | Self::Forget)
    }

    /// Returns whether lowering it takes a guest that answers.
    pub fn needs_guest(&self) -> bool {
        matches!(
            self,
            Self::SetClock | Self::SetHostname(_) | Self::Shares(_) | Self::Provision(_)
        )
    }
}
