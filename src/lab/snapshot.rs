//! `snapshot`: save, restore, delete, list, push, pop.

use crate::error::Result;
use crate::host::{Host, random_hex};
use crate::plan::{self, PlanError, ProvisionChoice, Restore};
use crate::providers::{Power, Snapshot};

use super::act::{Command, Planner, Subject, act};
use super::observe::Ports;
use super::open::{Opened, Wish, open_for};
use super::provisioners::require_known;
use super::resolve::{Boxes, Effort, resolve};
use super::{LabError, Outcome};

/// Beginning of the names that `push` gives; Vagrant's.
const PUSHED: &str = "push_";

/// What `snapshot restore` and `pop` were asked.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// Machine; all when `None`.
    pub target: Option<String>,
    /// Snapshot; `pop` finds its own.
    pub snapshot: String,
    /// Provisioners.
    pub provision: ProvisionChoice,
    /// Start the machine afterwards (not `--no-start`).
    pub start: bool,
    /// Delete the snapshot afterwards (`pop` without `--no-delete`).
    pub delete: bool,
}

impl Default for RestoreRequest {
    fn default() -> Self {
        Self {
            target: None,
            snapshot: String::new(),
            provision: ProvisionChoice::default(),
            start: true,
            delete: false,
        }
    }
}

/// The snapshots of one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotList {
    /// Machine.
    pub machine: String,
    /// Oldest first; `None` when the machine does not exist.
    pub snapshots: Option<Vec<Snapshot>>,
}

fn opened(host: &Host, target: Option<&str>) -> Result<(Opened, Vec<String>)> {
    let targets: Vec<String> = target.map(str::to_owned).into_iter().collect();
    let (opened, targets) = open_for(host, &targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    Ok((opened, machines))
}

fn work(
    host: &Host,
    opened: &Opened,
    boxes: &Boxes,
    name: &'static str,
    machines: &[String],
    ports: Ports,
    planner: Planner<'_>,
) -> Result<Outcome> {
    act(
        host,
        opened,
        boxes,
        &Command {
            name,
            machines,
            parallel: false,
            ports,
            snapshots: true,
            destroy_on_error: false,
            broken_too: false,
            planner,
        },
    )
}

/// Saves a snapshot of a machine, or of all.
pub fn snapshot_save(
    host: &Host,
    target: Option<&str>,
    name: &str,
    force: bool,
) -> Result<Outcome> {
    let (opened, machines) = opened(host, target)?;
    work(
        host,
        &opened,
        &Boxes::new(),
        "snapshot save",
        &machines,
        Ports::Ignore,
        &|config, seen, capabilities| plan::snapshot_save(config, seen, capabilities, name, force),
    )
}

/// Saves a snapshot under a name that says when.
pub fn snapshot_push(host: &Host, target: Option<&str>) -> Result<Outcome> {
    let name = format!("{PUSHED}{}_{}", host.clock.unix_seconds(), random_hex(2));
    snapshot_save(host, target, &name, false)
}

/// Takes a machine, or all, back to a snapshot.
pub fn snapshot_restore(host: &Host, request: &RestoreRequest) -> Result<Outcome> {
    restore(host, request, |_| Ok(request.snapshot.clone()))
}

/// Takes a machine, or all, back to the last snapshot that was pushed.
pub fn snapshot_pop(host: &Host, request: &RestoreRequest) -> Result<Outcome> {
    restore(host, request, |(machine, snapshots)| {
        snapshots
            .iter()
            .rev()
            .find(|snapshot| snapshot.name.starts_with(PUSHED))
            .map(|snapshot| snapshot.name.clone())
            .ok_or_else(|| {
                LabError::NothingPushed {
                    machine: machine.to_owned(),
                }
                .into()
            })
    })
}

fn restore(
    host: &Host,
    request: &RestoreRequest,
    choose: impl Fn((&str, &[Snapshot])) -> Result<String> + Sync,
) -> Result<Outcome> {
    let (mut opened, machines) = opened(host, request.target.as_deref())?;
    require_known(&opened, &machines, &request.provision)?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Look)?;
    opened.require_valid(host, &machines)?;
    work(
        host,
        &opened,
        &boxes,
        "snapshot restore",
        &machines,
        Ports::Promise,
        &|config, seen, capabilities| {
            if seen.power == Power::Absent {
                return Err(PlanError::NotCreated {
                    machine: config.name.clone(),
                }
                .into());
            }
            let asked = Restore {
                name: choose((&config.name, &seen.snapshots))?,
                start: request.start,
                delete: request.delete,
                provision: request.provision.clone(),
            };
            plan::snapshot_restore(config, seen, capabilities, &asked)
        },
    )
}

/// Deletes a snapshot of a machine, or of all.
pub fn snapshot_delete(host: &Host, target: Option<&str>, name: &str) -> Result<Outcome> {
    let (opened, machines) = opened(host, target)?;
    work(
        host,
        &opened,
        &Boxes::new(),
        "snapshot delete",
        &machines,
        Ports::Ignore,
        &|config, seen, capabilities| plan::snapshot_delete(config, seen, capabilities, name),
    )
}

/// Returns the snapshots of a machine, or of all.
pub fn snapshot_list(host: &Host, target: Option<&str>) -> Result<Vec<SnapshotList>> {
    let (opened, machines) = opened(host, target)?;
    let mut lists = Vec::new();
    for name in machines {
        let Some(config) = opened.machine(&name) else {
            continue;
        };
        let subject = Subject::of(host, &opened, config, &Boxes::new())?;
        let mut machine = subject.provider.open(subject.folder.path(), host)?;
        let snapshots = if machine.power()? == Power::Absent {
            None
        } else {
            let ability = machine.snapshots().ok_or_else(|| PlanError::Unsupported {
                machine: name.clone(),
                provider: config.provider.clone(),
                ability: "snapshots",
            })?;
            Some(ability.list()?)
        };
        lists.push(SnapshotList {
            machine: name,
            snapshots,
        });
    }
    Ok(lists)
}
