//! The way into a guest: a communicator, and the exchange of its key. A trait,
//! so that the whole loop is tested without a guest.

use std::path::Path;

use crate::communicators::{Communicator, ssh};
use crate::config::{Connection, Endpoint, MachineConfig};
use crate::error::Result;
use crate::guests::Guest;
use crate::host::Host;
use crate::op::Script;
use crate::state::{MachineFolder, layout};

/// A way into one guest.
pub trait Access {
    /// Returns the communicator.
    fn guest(&mut self) -> &mut dyn Communicator;

    /// Puts a fresh key, saved as `key_file`, in place of an insecure one.
    /// Returns whether it did: nothing is done where the login was by another key.
    fn replace_insecure_key(
        &mut self,
        machine: &str,
        key_file: &Path,
        family: &'static Guest,
    ) -> Result<bool>;
}

/// Opens a way into a guest.
pub type Opener = fn(Connection, &Host) -> Result<Box<dyn Access>>;

/// SSH.
pub struct SshAccess(ssh::Ssh);

/// Returns a way in by SSH. Connects when it is first used.
pub fn open_ssh(connection: Connection, host: &Host) -> Result<Box<dyn Access>> {
    Ok(Box::new(SshAccess(ssh::Ssh::new(connection, host)?)))
}

impl Access for SshAccess {
    fn guest(&mut self) -> &mut dyn Communicator {
        &mut self.0
    }

    fn replace_insecure_key(
        &mut self,
        machine: &str,
        key_file: &Path,
        family: &'static Guest,
    ) -> Result<bool> {
        let (Some(insert), Some(remove)) = (
            family.find(|guest| guest.insert_key),
            family.find(|guest| guest.remove_key),
        ) else {
            return Ok(false);
        };
        let insert = |line: &str| -> Script { insert(line) };
        let remove = |line: &str| -> Script { remove(line) };
        let replaced = ssh::replace_insecure_key(&mut self.0, machine, key_file, &insert, &remove)?;
        Ok(matches!(replaced, ssh::Replaced::With(_)))
    }
}

/// Returns how a machine that runs is reached: `config.ssh.host` and `port` win
/// over what the provider says, keys are absolute paths.
pub fn connection(
    host: &Host,
    config: &MachineConfig,
    root: &Path,
    folder: &MachineFolder,
    endpoint: Endpoint,
) -> Result<Connection> {
    let mut settings = config.ssh.clone();
    settings.private_key_paths = ssh::key_files(
        &config.ssh,
        root,
        &folder.file(layout::PRIVATE_KEY),
        &host.dirs,
    )?;
    Ok(Connection {
        endpoint: Endpoint {
            host: config.ssh.host.clone().unwrap_or(endpoint.host),
            port: config.ssh.port.unwrap_or(endpoint.port),
        },
        ssh: settings,
    })
}
