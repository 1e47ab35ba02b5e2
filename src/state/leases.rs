//! Ports promised to commands that are under way. Between choosing a host port
//! and the hypervisor listening on it, another rove must not choose the same.
//! A lease lives as long as the process that took it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::{ForwardedPort, Protocol};
use crate::error::Result;
use crate::host::process::Identity;
use crate::host::{FileLock, Host, files};

use super::layout;

/// One port, promised to one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Address of the host; all when empty.
    pub host_ip: String,
    /// Port.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// Index key of the machine.
    pub machine_id: String,
    /// The machine, for people: `web of /home/me/lab`.
    pub machine: String,
    /// The command under way.
    pub owner: Identity,
}

/// The leases, locked: nobody else chooses ports while this lives.
#[derive(Debug)]
pub struct Leases {
    path: PathBuf,
    promised: Vec<Lease>,
    /// Leases of dead commands are still in the file.
    stale: bool,
    _lock: FileLock,
}

impl Leases {
    /// Waits for the lock and returns the leases of live commands.
    pub fn lock(host: &Host) -> Result<Self> {
        let data = host.dirs.home.join(layout::DATA);
        let lock = FileLock::take(host, &data.join(layout::LEASES_LOCK), |_| {})?;
        let path = data.join(layout::LEASES);
        // A damaged file costs nothing: whatever is in use still answers.
        let mut leases: Vec<Lease> = files::read_text_if_exists(&path)?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let before = leases.len();
        leases.retain(|lease| lease.owner.is_alive());
        Ok(Self {
            stale: leases.len() < before,
            path,
            promised: leases,
            _lock: lock,
        })
    }

    /// Returns how many leases of dead commands are in the file. Takes no lock.
    pub fn stale(host: &Host) -> usize {
        let path = host.dirs.home.join(layout::DATA).join(layout::LEASES);
        let text = files::read_text_if_exists(&path).ok().flatten();
        let leases: Vec<Lease> = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        leases
            .iter()
            .filter(|lease| !lease.owner.is_alive())
            .count()
    }

    /// Writes the file without the leases of dead commands.
    pub fn clean(&self) -> Result<()> {
        self.save()
    }

    /// Returns the leases of other machines.
    pub fn of_others(&self, machine_id: &str) -> impl Iterator<Item = &Lease> {
        self.promised
            .iter()
            .filter(move |lease| lease.machine_id != machine_id)
    }

    /// Promises ports to a machine, in place of what it had.
    pub fn promise(
        &mut self,
        machine_id: &str,
        machine: &str,
        forwards: &[ForwardedPort],
    ) -> Result<()> {
        let Some(owner) = Identity::of(std::process::id()) else {
            return Ok(());
        };
        self.promised.retain(|lease| lease.machine_id != machine_id);
        self.promised.extend(forwards.iter().map(|forward| Lease {
            host_ip: forward.host_ip.clone(),
            port: forward.host,
            protocol: forward.protocol,
            machine_id: machine_id.to_owned(),
            machine: machine.to_owned(),
            owner: owner.clone(),
        }));
        self.save()
    }

    /// Ends the promises to a machine: it listens itself now, or never will.
    pub fn release(&mut self, machine_id: &str) -> Result<()> {
        let before = self.promised.len();
        self.promised.retain(|lease| lease.machine_id != machine_id);
        if self.promised.len() == before && !self.stale {
            return Ok(());
        }
        self.save()
    }

    fn save(&self) -> Result<()> {
        if self.promised.is_empty() {
            return files::remove_file(&self.path);
        }
        let text = serde_json::to_string(&self.promised).expect("plain data always becomes JSON");
        files::write_atomic(&self.path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Dirs;

    #[test]
    fn a_lease_ends_with_its_command() {
        let dir = tempfile::tempdir().unwrap();
        let mut host = Host::system().unwrap();
        host.dirs = Dirs::below(dir.path());
        let port = ForwardedPort {
            id: "ssh".into(),
            guest: 22,
            host: 2222,
            host_ip: "127.0.0.1".into(),
            guest_ip: String::new(),
            protocol: Protocol::Tcp,
            auto_correct: true,
        };
        let mut leases = Leases::lock(&host).unwrap();
        leases
            .promise("m1", "web", std::slice::from_ref(&port))
            .unwrap();
        assert_eq!(leases.of_others("m1").count(), 0);
        drop(leases);
        let mut leases = Leases::lock(&host).unwrap();
        assert_eq!(leases.of_others("m2").count(), 1);
        leases.promised[0].owner.started += 1;
        leases.save().unwrap();
        drop(leases);
        let mut leases = Leases::lock(&host).unwrap();
        assert_eq!(leases.of_others("m2").count(), 0);
        leases.promise("m1", "web", &[port]).unwrap();
        leases.release("m1").unwrap();
        assert!(!leases.path.exists());
    }
}
