//! Plans become deeds. `run` goes through the steps of one machine, `apply` does
//! one op (the only place in rove that changes a machine), `batch` runs machines
//! side by side. What is decided is decided in `plan/`.
//!
//! Reading order: [`Work`] and `Session` here, `run`, `apply`, `wait` (for a
//! guest that boots), `access` (the way into it), `undo`, `batch`.

mod access;
mod apply;
mod batch;
mod cloud_init;
mod ports;
mod run;
#[cfg(test)]
mod tests;
mod undo;
mod wait;

pub use access::{Access, Opener, SshAccess, connection, open_ssh};
pub use batch::{Job, batch};
pub use cloud_init::CloudInitError;
pub use ports::PortRequest;
pub use run::run;
pub use wait::WaitError;

use std::path::Path;

use crate::config::MachineConfig;
use crate::error::{Bug, Result};
use crate::guests::Facts;
use crate::host::Host;
use crate::providers::{Machine, MachineSpec, Provider};
use crate::state::{BoxMeta, IndexEntry, MachineFolder};

/// Everything that is needed to work on one machine; made by `lab/`.
pub struct Work<'a> {
    /// The host.
    pub host: &'a Host,
    /// Command, for the journal: `up`, `snapshot restore`.
    pub command: &'static str,
    /// What the Vagrantfile says.
    pub config: &'a MachineConfig,
    /// Folder of the Vagrantfile.
    pub root: &'a Path,
    /// The machine's folder.
    pub folder: MachineFolder,
    /// Its provider.
    pub provider: &'static dyn Provider,
    /// What the provider is told.
    pub spec: MachineSpec,
    /// The box, as it is noted in the folder.
    pub box_meta: Option<BoxMeta>,
    /// Remove a machine that was made by this command if rove itself fails.
    pub destroy_on_error: bool,
    /// Opens the way into a guest.
    pub opener: Opener,
}

/// Work under way: a machine that is open, and the way into its guest.
struct Session<'a> {
    work: &'a Work<'a>,
    machine: Box<dyn Machine + 'a>,
    access: Option<Box<dyn Access>>,
    facts: Option<Facts>,
}

impl<'a> Session<'a> {
    fn open(work: &'a Work<'a>) -> Result<Self> {
        Ok(Self {
            machine: work.provider.open(work.folder.path(), work.host)?,
            work,
            access: None,
            facts: None,
        })
    }

    /// Returns the way into the guest, which has to run.
    fn access(&mut self) -> Result<&mut Box<dyn Access>> {
        if self.access.is_none() {
            let endpoint = self.machine.endpoint()?.ok_or_else(|| Bug {
                what: format!(
                    "machine `{}` was to be reached, and does not run",
                    self.work.config.name
                ),
            })?;
            let connection = connection(
                self.work.host,
                self.work.config,
                self.work.root,
                &self.work.folder,
                endpoint,
            )?;
            self.access = Some((self.work.opener)(connection, self.work.host)?);
        }
        Ok(self.access.as_mut().expect("it was just made"))
    }

    /// Forgets the way in: the guest was restarted, or its key changed.
    fn close(&mut self) {
        self.access = None;
        self.facts = None;
    }
}

impl Work<'_> {
    fn name(&self) -> &str {
        &self.config.name
    }

    /// Returns the machine's entry in the index of all machines.
    fn index_entry(&self, state: &str) -> IndexEntry {
        IndexEntry {
            id: self.spec.id.clone(),
            name: self.config.name.clone(),
            provider: self.config.provider.clone(),
            state: state.to_owned(),
            vagrantfile_path: self.root.to_owned(),
            local_data_path: self.folder.dotfile().to_owned(),
            box_used: self.box_meta.as_ref().map(|meta| crate::state::IndexBox {
                name: meta.name.clone(),
                version: meta.version.clone(),
                provider: meta.provider.clone(),
            }),
        }
    }
}
