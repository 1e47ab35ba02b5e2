//! Host ports for a machine that is about to start: chosen and promised before
//! the plan is made, and chosen anew where another program was faster. The rules
//! of collisions are in `network/ports.rs`.

use std::path::Path;

use crate::config::{ForwardedPort, MachineConfig, Protocol};
use crate::error::Result;
use crate::event::Level;
use crate::host::{Host, PortTest, files, test_port};
use crate::network::ports::{self, Obstacle, Solved};
use crate::providers::{MachineSpec, PortTaken};
use crate::source::Span;
use crate::state::{Leases, MachineFolder, MachineIndex, layout};

use super::Work;

/// How often ports are chosen anew. Each time, somebody took a port in the
/// moment between rove's look and the start.
const ATTEMPTS: u32 = 5;

/// Which ports a machine wants, and what is known of them.
pub struct PortRequest<'a> {
    /// Index key of the machine.
    pub id: &'a str,
    /// What the Vagrantfile says.
    pub config: &'a MachineConfig,
    /// Folder of the Vagrantfile.
    pub root: &'a Path,
    /// Ports that the machine itself listens on.
    pub current: &'a [ForwardedPort],
    /// A port that was just refused, though nobody seems to listen on it.
    pub refused: Option<u16>,
    /// Keep other roves from choosing the same.
    pub promise: bool,
}

impl PortRequest<'_> {
    /// Returns the ports that the machine gets.
    pub fn choose(&self, host: &Host) -> Result<Solved> {
        let config = self.config;
        let wanted: Vec<(ForwardedPort, Option<Span>)> = config
            .networks
            .iter()
            .filter_map(|network| Some((network.forwarded_port()?, network.span.clone())))
            .collect();
        let mut leases = Leases::lock(host)?;
        let solved = ports::solve(
            &config.name,
            &wanted,
            config.usable_port_range,
            &mut |ip, port, protocol| self.obstacle(host, &leases, ip, port, protocol),
        )?;
        if self.promise {
            let label = format!("machine `{}` of `{}`", config.name, self.root.display());
            leases.promise(self.id, &label, &solved.forwards)?;
        }
        Ok(solved)
    }

    fn obstacle(
        &self,
        host: &Host,
        leases: &Leases,
        ip: &str,
        port: u16,
        protocol: Protocol,
    ) -> Option<Obstacle> {
        if self.refused == Some(port) {
            return Some(Obstacle::InUse(holder(host, self.id, port, protocol)));
        }
        let own = self.current.iter().any(|forward| {
            forward.host == port
                && forward.protocol == protocol
                && ports::overlap(&forward.host_ip, ip)
        });
        if own {
            return None;
        }
        let lease = leases.of_others(self.id).find(|lease| {
            lease.port == port && lease.protocol == protocol && ports::overlap(&lease.host_ip, ip)
        });
        if let Some(lease) = lease {
            return Some(Obstacle::InUse(Some(lease.machine.clone())));
        }
        match test_port(ip, port, protocol == Protocol::Udp) {
            PortTest::Free => None,
            PortTest::Denied => Some(Obstacle::Denied),
            PortTest::NoAddress => Some(Obstacle::NoAddress),
            PortTest::Taken => Some(Obstacle::InUse(holder(host, self.id, port, protocol))),
        }
    }
}

/// Starts a machine by `start`. Where the provider finds a port taken, ports are
/// chosen anew by the same rules: one that may not move is an error at its line.
pub(super) fn with_ports(
    work: &Work<'_>,
    mut start: impl FnMut(&MachineSpec) -> Result<()>,
) -> Result<()> {
    let mut spec = work.spec.clone();
    let mut attempt = 1;
    loop {
        work.folder.set_forwards(&spec.forwards)?;
        let failure = match start(&spec) {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        let Some(taken) = failure.downcast_ref::<PortTaken>() else {
            return Err(failure);
        };
        if attempt == ATTEMPTS {
            return Err(failure);
        }
        attempt += 1;
        let request = PortRequest {
            id: &spec.id,
            config: work.config,
            root: work.root,
            current: &[],
            refused: Some(taken.port),
            promise: true,
        };
        let solved = request.choose(work.host)?;
        for moved in solved
            .forwards
            .iter()
            .zip(&spec.forwards)
            .filter(|(now, before)| now.host != before.host)
        {
            let (now, before) = moved;
            work.host.say(
                Some(work.name()),
                Level::Warn,
                format!(
                    "port {} of this host is in use; port {} of the guest is at {} instead",
                    before.host, now.guest, now.host
                ),
            );
        }
        spec.forwards = solved.forwards;
    }
}

/// Returns which machine of the user listens on a port, as its records say.
fn holder(host: &Host, id: &str, port: u16, protocol: Protocol) -> Option<String> {
    MachineIndex::new(host)
        .entries()
        .into_iter()
        .filter(|entry| entry.id != id)
        .find(|entry| {
            let folder = MachineFolder::new(&entry.local_data_path, &entry.name, &entry.provider);
            let forwards: Vec<ForwardedPort> =
                files::read_text_if_exists(&folder.file(layout::FORWARDS))
                    .ok()
                    .flatten()
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default();
            forwards
                .iter()
                .any(|forward| forward.host == port && forward.protocol == protocol)
        })
        .map(|entry| {
            format!(
                "machine `{}` of `{}`",
                entry.name,
                entry.vagrantfile_path.display()
            )
        })
}
