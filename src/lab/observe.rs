//! Looking at a machine before a command is planned: its records, what its
//! hypervisor says, the ports of the host.

use crate::boxes::is_image_address;
use crate::error::Result;
use crate::exec::PortRequest;
use crate::plan::{BoxState, CloudInitRole, Observed};
use crate::providers::Power;
use crate::state::{Record, layout};

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

/// Returns what cloud-init is to a machine. Its box may be gone meanwhile.
fn cloud_init_role(subject: &Subject<'_>) -> Result<CloudInitRole> {
    let files = subject.boxed.files()?;
    let will_be = match &subject.boxed.state {
        // As much as its address tells.
        BoxState::ToFetch { urls, .. } => urls.iter().any(|url| is_image_address(url)),
        _ => false,
    };
    let is_bare = will_be || files.is_some_and(|files| files.is_for_clouds());
    let has_seed = || subject.folder.file(layout::SEED).is_file();
    Ok(if is_bare {
        CloudInitRole::User
    } else if !subject.config.cloud_init.is_empty() || has_seed() {
        CloudInitRole::Parts
    } else {
        CloudInitRole::None
    })
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
        cloud_init: cloud_init_role(subject)?,
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
            let want_ports = PortRequest {
                id,
                config: subject.config,
                root: subject.root,
                current: &current,
                refused: None,
                promise: want != Ports::Ask,
            };
            let solved = want_ports.choose(host)?;
            seen.forwards = solved.forwards;
            seen.corrections = solved.corrections;
        }
    }
    Ok(seen)
}
