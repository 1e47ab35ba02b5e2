//! `halt`, `suspend`, `destroy`: commands that end with machines that do not run.
//! They need neither boxes nor a faultless Vagrantfile.

use crate::error::Result;
use crate::host::Host;
use crate::plan;
use crate::state::Leases;

use super::Outcome;
use super::act::{Command, act};
use super::observe::Ports;
use super::open::{Opened, Wish, open_for};
use super::resolve::Boxes;

/// What `halt` was asked.
#[derive(Clone, Debug, Default)]
pub struct HaltRequest {
    /// Machines; all when empty.
    pub targets: Vec<String>,
    /// Pull the plug.
    pub force: bool,
}

/// What `destroy` was asked.
#[derive(Clone, Debug, Default)]
pub struct DestroyRequest {
    /// Machines; all when empty.
    pub targets: Vec<String>,
    /// Do not ask.
    pub force: bool,
    /// Shut the guest down first.
    pub graceful: bool,
    /// Work on machines side by side.
    pub parallel: bool,
}

/// What became of the machines of `destroy`.
#[derive(Debug, Default)]
pub struct DestroyOutcome {
    /// Machines that were to go.
    pub outcome: Outcome,
    /// Machines that the user wants to keep.
    pub declined: Vec<String>,
}

fn stop(
    host: &Host,
    opened: &Opened,
    name: &'static str,
    machines: &[String],
    parallel: bool,
    broken_too: bool,
    planner: super::act::Planner<'_>,
) -> Result<Outcome> {
    act(
        host,
        opened,
        &Boxes::new(),
        &Command {
            name,
            machines,
            parallel,
            ports: Ports::Ignore,
            snapshots: false,
            destroy_on_error: false,
            broken_too,
            planner,
        },
    )
}

/// Powers machines off, the last one first.
pub fn halt(host: &Host, request: &HaltRequest) -> Result<Outcome> {
    let (opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let machines = opened.several(&targets, true)?;
    stop(
        host,
        &opened,
        "halt",
        &machines,
        false,
        false,
        &|config, seen, _| plan::halt(config, seen, request.force),
    )
}

/// Saves the memory of machines and stops them.
pub fn suspend(host: &Host, targets: &[String]) -> Result<Outcome> {
    let (opened, targets) = open_for(host, targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    stop(
        host,
        &opened,
        "suspend",
        &machines,
        false,
        false,
        &plan::suspend,
    )
}

/// Removes machines, the last one first. `confirm` is asked for each that
/// exists, unless forced.
pub fn destroy(
    host: &Host,
    request: &DestroyRequest,
    confirm: &mut dyn FnMut(&str) -> Result<bool>,
) -> Result<DestroyOutcome> {
    let (opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let mut machines = opened.several(&targets, true)?;
    let mut declined = Vec::new();
    if !request.force {
        let mut wanted = Vec::new();
        for name in machines {
            let exists = opened
                .machine(&name)
                .is_some_and(|config| opened.folder(config).id().is_some());
            if !exists || confirm(&name)? {
                wanted.push(name);
            } else {
                declined.push(name);
            }
        }
        machines = wanted;
    }
    let outcome = stop(
        host,
        &opened,
        "destroy",
        &machines,
        request.parallel,
        true,
        &|config, seen, _| plan::destroy(config, seen, request.graceful),
    )?;
    // What a killed command had promised is free again already; here its note goes too.
    if Leases::stale(host) > 0 {
        Leases::lock(host)?.clean()?;
    }
    Ok(DestroyOutcome { outcome, declined })
}
