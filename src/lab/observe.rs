//! Looking at a machine before a command is planned: its records, what its
//! hypervisor says, the ports of the host.

use crate::config::{ForwardedPort, Protocol};
use crate::error::Result;
use crate::host::{Host, PortTest, files, test_port};
use crate::network::ports::{self, Obstacle, Solved};
use crate::plan::Observed;
use crate::providers::Power;
use crate::source::Span;
use crate::state::{Leases, MachineFolder, MachineIndex, Record, layout};

use super::act::Subject;

/// What to do about forwarded ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ports {
    /// The command starts nothing.
    Ignore,
    /// Say which ports the machine would get.
    Ask,
    /// Keep those ports for it. A machine that runs has its ports.
    Promise,
    /// Keep ports for it, also for one that runs: it is started anew.
    PromiseAnew,
}

/// Returns what is true of a machine now.
pub(super) fn observe(
    subject: &Subject<'_>,
    record: &Record,
    id: &str,
    want: Ports,
    with_snapshots: bool,
) -> Result<Observed> {
    let host = subject.host;
    let mut machine = subject.provider.open(subject.folder.path(), host)?;
    let power = machine.power()?;
    let mut seen = Observed {
        power,
        known: record.id.is_some(),
        has_key: record.private_key.is_some(),
        provisioned: record.provisioned,
        unfinished: record.unfinished.clone(),
        box_state: subject.boxed.state.clone(),
        ..Observed::default()
    };
    if with_snapshots
        && power != Power::Absent
        && let Some(snapshots) = machine.snapshots()
    {
        seen.snapshots = snapshots.list()?;
    }
    if subject.provider.capabilities().forwarded_ports && want != Ports::Ignore {
        let current = match power {
            // Its process listens, though it stands still.
            Power::Paused => record.forwards.clone(),
            _ => machine.forwards()?,
        };
        if power == Power::Running && want != Ports::PromiseAnew {
            // What the file says now counts at the next start.
            seen.forwards = current;
        } else {
            let solved = solve(subject, id, want, &current)?;
            seen.forwards = solved.forwards;
            seen.corrections = solved.corrections;
        }
    }
    Ok(seen)
}

fn solve(
    subject: &Subject<'_>,
    id: &str,
    want: Ports,
    current: &[ForwardedPort],
) -> Result<Solved> {
    let host = subject.host;
    let config = subject.config;
    let wanted: Vec<(ForwardedPort, Option<Span>)> = config
        .networks
        .iter()
        .filter_map(|network| Some((network.forwarded_port()?, network.span.clone())))
        .collect();
    let mut leases = Leases::lock(host)?;
    let own = |ip: &str, port: u16, protocol: Protocol| {
        current.iter().any(|forward| {
            forward.host == port
                && forward.protocol == protocol
                && ports::overlap(&forward.host_ip, ip)
        })
    };
    let solved = ports::solve(
        &config.name,
        &wanted,
        config.usable_port_range,
        &mut |ip, port, protocol| {
            if own(ip, port, protocol) {
                return None;
            }
            let lease = leases.of_others(id).find(|lease| {
                lease.port == port
                    && lease.protocol == protocol
                    && ports::overlap(&lease.host_ip, ip)
            });
            if let Some(lease) = lease {
                return Some(Obstacle::InUse(Some(lease.machine.clone())));
            }
            match test_port(ip, port, protocol == Protocol::Udp) {
                PortTest::Free => None,
                PortTest::Denied => Some(Obstacle::Denied),
                PortTest::Taken => Some(Obstacle::InUse(holder(host, id, port, protocol))),
            }
        },
    );
    let solved = solved?;
    if want != Ports::Ask {
        let label = format!("machine `{}` of `{}`", config.name, subject.root.display());
        leases.promise(id, &label, &solved.forwards)?;
    }
    Ok(solved)
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
