//! `up`, `reload`, `resume`, `provision`: commands that end with machines that
//! run and are set up.

use crate::config::{ForwardedPort, Network};
use crate::error::Result;
use crate::host::{Host, variables};
use crate::network::ports;
use crate::plan::{self, ProvisionChoice};
use crate::providers::Power;

use super::act::{Command, Subject, act};
use super::lock;
use super::observe::{Ports, observe};
use super::open::{Opened, Wish, open_for, usable_provider_of};
use super::provisioners::require_known;
use super::resolve::{Boxes, Effort, resolve};
use super::{LabError, Outcome};

/// What `up` was asked.
#[derive(Clone, Debug)]
pub struct UpRequest {
    /// Machines; those that start by themselves when empty.
    pub targets: Vec<String>,
    /// `--provider`.
    pub provider: Option<String>,
    /// Provisioners.
    pub provision: ProvisionChoice,
    /// Remove a machine that was just made if rove itself fails.
    pub destroy_on_error: bool,
    /// Work on machines side by side.
    pub parallel: bool,
    /// Take no box but those of the lock file.
    pub locked: bool,
}

impl Default for UpRequest {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            provider: None,
            provision: ProvisionChoice::default(),
            destroy_on_error: true,
            parallel: true,
            locked: false,
        }
    }
}

/// What `reload` was asked.
#[derive(Clone, Debug, Default)]
pub struct ReloadRequest {
    /// Machines; all when empty.
    pub targets: Vec<String>,
    /// Provisioners.
    pub provision: ProvisionChoice,
    /// Pull the plug.
    pub force: bool,
}

/// What `resume` was asked.
#[derive(Clone, Debug, Default)]
pub struct ResumeRequest {
    /// Machines; all when empty.
    pub targets: Vec<String>,
    /// Provisioners.
    pub provision: ProvisionChoice,
}

/// Makes and starts machines.
pub fn up(host: &Host, request: &UpRequest) -> Result<Outcome> {
    let wish = Wish {
        provider: request.provider.clone(),
        probe: true,
        ..Wish::default()
    };
    let (mut opened, targets) = open_for(host, &request.targets, &wish)?;
    let machines = opened.autostart(&targets)?;
    require_known(&opened, &machines, &request.provision)?;
    same_provider(&opened, &machines, request.provider.as_deref())?;
    for name in &machines {
        if let Some(config) = opened.machine(name)
            && opened.folder(config).id().is_none()
        {
            usable_provider_of(host, config)?;
        }
    }
    opened.require_faultless(&machines)?;
    opened.policy.require = request.locked || host.env.is_on(variables::ROVE_LOCKED);
    require_ports(host, &opened, &machines)?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Fetch)?;
    opened.require_valid(host, &machines)?;
    require_ports(host, &opened, &machines)?;
    lock::note(host, &opened, &boxes)?;
    act(
        host,
        &opened,
        &boxes,
        &Command {
            name: "up",
            machines: &machines,
            parallel: request.parallel,
            ports: Ports::Promise,
            snapshots: false,
            destroy_on_error: request.destroy_on_error,
            broken_too: false,
            planner: &|config, seen, capabilities| {
                plan::up(config, seen, capabilities, &request.provision)
            },
        },
    )
}

/// Fails if a port that may not move is in use, or wanted by two of the machines:
/// it is told before a box is fetched or a machine is made, which is why it is
/// asked again when the boxes have added theirs.
fn require_ports(host: &Host, opened: &Opened, machines: &[String]) -> Result<()> {
    let mut fixed: Vec<(&str, ForwardedPort)> = Vec::new();
    for config in machines.iter().filter_map(|name| opened.machine(name)) {
        let subject = Subject::of(host, opened, config, &Boxes::new())?;
        let record = subject.folder.read();
        let id = record.id.clone().unwrap_or_default();
        let seen = observe(&subject, &record, &id, Ports::Ask, false)?;
        if seen.power == Power::Running {
            continue;
        }
        ports::require_apart(config, &fixed)?;
        let wanted = config.networks.iter().filter_map(Network::forwarded_port);
        let stays = wanted.filter(|forward| !forward.auto_correct);
        fixed.extend(stays.map(|forward| (config.name.as_str(), forward)));
    }
    Ok(())
}

/// Ends a command that asks for another provider than a machine was made with.
pub(super) fn same_provider(
    opened: &Opened,
    machines: &[String],
    asked: Option<&str>,
) -> Result<()> {
    let Some(asked) = asked else { return Ok(()) };
    for name in machines {
        if let Some(config) = opened.machine(name)
            && config.provider != asked
            && opened.folder(config).id().is_some()
        {
            return Err(LabError::MadeWithAnother {
                machine: name.clone(),
                current: config.provider.clone(),
                asked: asked.to_owned(),
            }
            .into());
        }
    }
    Ok(())
}

/// Powers machines off and on again, with what the Vagrantfile says now.
pub fn reload(host: &Host, request: &ReloadRequest) -> Result<Outcome> {
    let (mut opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    require_known(&opened, &machines, &request.provision)?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Look)?;
    opened.require_valid(host, &machines)?;
    act(
        host,
        &opened,
        &boxes,
        &Command {
            name: "reload",
            machines: &machines,
            parallel: false,
            ports: Ports::PromiseAnew,
            snapshots: false,
            destroy_on_error: false,
            broken_too: false,
            planner: &|config, seen, capabilities| {
                plan::reload(
                    config,
                    seen,
                    capabilities,
                    &request.provision,
                    request.force,
                )
            },
        },
    )
}

/// Lets machines go on from saved memory.
pub fn resume(host: &Host, request: &ResumeRequest) -> Result<Outcome> {
    let (mut opened, targets) = open_for(host, &request.targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    require_known(&opened, &machines, &request.provision)?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Look)?;
    opened.require_valid(host, &machines)?;
    act(
        host,
        &opened,
        &boxes,
        &Command {
            name: "resume",
            machines: &machines,
            parallel: false,
            ports: Ports::Promise,
            snapshots: false,
            destroy_on_error: false,
            broken_too: false,
            planner: &|config, seen, capabilities| {
                plan::resume(config, seen, capabilities, &request.provision)
            },
        },
    )
}

/// Runs provisioners; all when `with` is empty.
pub fn provision(host: &Host, targets: &[String], with: &[String]) -> Result<Outcome> {
    let (mut opened, targets) = open_for(host, targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Look)?;
    opened.require_valid(host, &machines)?;
    act(
        host,
        &opened,
        &boxes,
        &Command {
            name: "provision",
            machines: &machines,
            parallel: false,
            ports: Ports::Ignore,
            snapshots: false,
            destroy_on_error: false,
            broken_too: false,
            planner: &|config, seen, capabilities| {
                plan::provision(config, seen, capabilities, with)
            },
        },
    )
}
