//! `up`, and the parts of it that other commands are made of.

use crate::config::{MachineConfig, Share};
use crate::error::Result;
use crate::event::Level;
use crate::providers::{Capabilities, Power};

use super::provision::provisioners;
use super::{
    BoxState, CloudInitRole, Observed, Plan, PlanError, PlannedShare, ProvisionChoice, Step,
};

/// Commands that end with a machine set up; broken off, the next one finishes them.
const SETTING_UP: &[&str] = &["up", "reload", "resume", "provision", "snapshot restore"];

/// Plans `up`: whatever state the machine is in, it runs and is set up at the end.
pub fn up(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    choice: &ProvisionChoice,
) -> Result<Plan> {
    let mut plan = Plan::default();
    match seen.power {
        Power::Absent => {
            if seen.known {
                plan.note(
                    Level::Info,
                    "making it was broken off, or it was lost; it is made anew",
                );
            }
            if let BoxState::ToFetch { name, version, .. } = &seen.box_state {
                plan.steps.push(Step::FetchBox {
                    name: name.clone(),
                    version: version.clone(),
                });
            }
            plan.steps.push(Step::Create);
            // A machine made anew has nothing of what the old one had.
            let nothing = Observed {
                has_key: false,
                provisioned: false,
                ..seen.clone()
            };
            start(&mut plan, config, &nothing, capabilities);
            provisioners(&mut plan, config, false, choice);
        }
        Power::Off => {
            start(&mut plan, config, seen, capabilities);
            provisioners(&mut plan, config, seen.provisioned, choice);
        }
        Power::Running if is_going_down(seen) => {
            plan.note(
                Level::Info,
                "its shutdown was broken off, and it may be going down; it is shut down and started again",
            );
            plan.steps.push(Step::Halt { force: false });
            start(&mut plan, config, seen, capabilities);
            provisioners(&mut plan, config, seen.provisioned, choice);
        }
        Power::Running => {
            let before = plan.steps.len();
            finish(&mut plan, config, seen, capabilities);
            if plan.steps.len() == before {
                plan.note(Level::Info, "it runs already");
            }
            provisioners(&mut plan, config, seen.provisioned, choice);
            if !plan.steps.iter().all(Step::is_silent) {
                ready(&mut plan);
            }
        }
        Power::Paused | Power::Suspended => {
            resumed(&mut plan, config, seen, capabilities, choice);
        }
    }
    Ok(plan)
}

/// Tells whether the guest was asked to shut down by a command that did not see it off.
fn is_going_down(seen: &Observed) -> bool {
    let step = seen.unfinished.as_ref().and_then(|last| last.step.as_ref());
    step.is_some_and(|step| *step == Step::Halt { force: false }.name())
}

/// Adds the steps from off to set up.
pub(super) fn start(
    plan: &mut Plan,
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
) {
    for correction in &seen.corrections {
        plan.note(
            Level::Warn,
            format!(
                "port {} of this host is in use; port {} of the guest is at {} instead",
                correction.wanted, correction.guest, correction.given
            ),
        );
    }
    if seen.cloud_init != CloudInitRole::None {
        if capabilities.seeds {
            plan.steps.push(Step::Seed);
        } else {
            let text =
                "this provider tells cloud-init nothing: `config.vm.cloud_init` has no effect";
            plan.note(Level::Warn, text);
        }
    }
    plan.steps.push(Step::Start);
    plan.steps.push(Step::WaitReady);
    let steps = set_up(plan, config, seen, capabilities);
    plan.steps.extend(steps);
}

/// Adds the steps from stopped in the middle to running again.
pub(super) fn resumed(
    plan: &mut Plan,
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    choice: &ProvisionChoice,
) {
    plan.steps
        .extend([Step::Resume, Step::WaitReady, Step::SetClock]);
    finish(plan, config, seen, capabilities);
    provisioners(plan, config, seen.provisioned, choice);
}

/// Adds what a command that was broken off on a running machine left to do.
pub(super) fn finish(
    plan: &mut Plan,
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
) {
    let Some(unfinished) = &seen.unfinished else {
        return;
    };
    if !SETTING_UP.contains(&unfinished.command.as_str()) {
        return;
    }
    plan.note(
        Level::Info,
        format!(
            "the last `{}` was broken off{}; it is finished now",
            unfinished.command,
            unfinished
                .step
                .as_ref()
                .map_or_else(String::new, |step| format!(" at `{step}`"))
        ),
    );
    let done = |step: &Step| unfinished.done.contains(&step.name());
    let steps = set_up(plan, config, seen, capabilities);
    let steps: Vec<Step> = steps.into_iter().filter(|step| !done(step)).collect();
    // A guest that did not answer then has to answer now, whatever else is to do.
    if !done(&Step::WaitReady) {
        ready(plan);
    }
    plan.steps.extend(steps);
}

/// Makes the wait for the guest the first step, if it is in none yet.
pub(super) fn ready(plan: &mut Plan) {
    if !plan.steps.contains(&Step::WaitReady) {
        plan.steps.insert(0, Step::WaitReady);
    }
}

/// Returns the steps that set up a guest which answers.
fn set_up(
    plan: &mut Plan,
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
) -> Vec<Step> {
    let mut steps = Vec::new();
    if seen.cloud_init != CloudInitRole::None && capabilities.seeds {
        steps.push(Step::WaitCloudInit);
    }
    // Whether the key that opens the door is the insecure one is only known then.
    let may_be_insecure = seen.cloud_init != CloudInitRole::User;
    if config.ssh.insert_key && !seen.has_key && may_be_insecure {
        steps.push(Step::ReplaceKey);
    }
    if let Some(hostname) = &config.hostname {
        steps.push(Step::SetHostname(hostname.clone()));
    }
    let shares: Vec<PlannedShare> = config
        .shares
        .iter()
        .filter(|share| !share.disabled)
        .filter_map(|share| planned_share(plan, share, capabilities))
        .collect();
    if !shares.is_empty() {
        steps.push(Step::Shares(shares));
    }
    steps
}

pub(super) fn planned_share(
    plan: &mut Plan,
    share: &Share,
    capabilities: &Capabilities,
) -> Option<PlannedShare> {
    let best = capabilities.share_kinds.first();
    let kind = match (&share.kind, best) {
        (Some(kind), _) if capabilities.share_kinds.contains(&kind.as_str()) => kind.as_str(),
        (None, Some(best)) => best,
        (Some(kind), Some(best)) => {
            // The file may be written for another hypervisor: a lab that comes
            // up with another kind of folder is worth more than an error.
            plan.note(
                Level::Warn,
                format!(
                    "this provider has no `{kind}` folders; {} is synced by `{best}`",
                    share.guest_path
                ),
            );
            best
        }
        (_, None) => {
            plan.note(
                Level::Warn,
                format!(
                    "this provider has no synced folders; {} is left out",
                    share.guest_path
                ),
            );
            return None;
        }
    };
    Some(PlannedShare {
        share: share.clone(),
        kind: kind.to_owned(),
    })
}

/// Returns an error unless the machine runs.
pub fn require_running(config: &MachineConfig, seen: &Observed) -> Result<()> {
    let machine = config.name.clone();
    match seen.power {
        Power::Running => Ok(()),
        Power::Absent => Err(PlanError::NotCreated { machine }.into()),
        Power::Off => Err(PlanError::NotRunning {
            machine,
            state: seen.state().short().to_owned(),
            remedy: "up",
        }
        .into()),
        Power::Paused | Power::Suspended => Err(PlanError::NotRunning {
            machine,
            state: seen.state().short().to_owned(),
            remedy: "resume",
        }
        .into()),
    }
}
