//! Which provisioners run.

use crate::config::{MachineConfig, Provisioner, Run};
use crate::error::Result;
use crate::event::Level;
use crate::providers::Capabilities;
use crate::provision;
use crate::source::nearest;

use super::{Observed, Plan, Step, up};

/// What the command line says: `--provision`, `--no-provision`, `--provision-with`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvisionChoice {
    /// `--provision` or `--no-provision`, where given.
    pub enabled: Option<bool>,
    /// Names or types of `--provision-with`.
    pub with: Vec<String>,
}

impl ProvisionChoice {
    /// Returns whether provisioners run although they have run before.
    fn forces(&self) -> bool {
        self.enabled == Some(true) || !self.with.is_empty()
    }
}

/// Plans `provision`: all provisioners, or the named ones, on a machine that runs.
pub fn provision(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    with: &[String],
) -> Result<Plan> {
    up::require_running(config, seen)?;
    let choice = ProvisionChoice {
        enabled: Some(true),
        with: with.to_vec(),
    };
    let mut plan = Plan::default();
    // Broken off before, the guest may lack its key or its folders.
    up::finish(&mut plan, config, seen, capabilities);
    up::ready(&mut plan);
    provisioners(&mut plan, config, seen.provisioned, &choice);
    Ok(plan)
}

/// Adds the steps of the provisioners that run.
pub(super) fn provisioners(
    plan: &mut Plan,
    config: &MachineConfig,
    provisioned: bool,
    choice: &ProvisionChoice,
) {
    if choice.enabled == Some(false) && choice.with.is_empty() {
        if !config.provisioners.is_empty() {
            plan.note(Level::Info, "provisioners are left out (`--no-provision`)");
        }
        return;
    }
    let fresh = !provisioned || choice.forces();
    let runs = |provisioner: &&Provisioner| {
        let named = provisioner
            .name
            .as_ref()
            .is_some_and(|name| choice.with.contains(name));
        match provisioner.run {
            // Vagrant: by its name only, never by its type.
            Run::Never => named,
            _ if !choice.with.is_empty() => named || choice.with.contains(&provisioner.kind),
            Run::Always => true,
            Run::Once => fresh,
        }
    };
    let chosen: Vec<&Provisioner> = config.provisioners.iter().filter(runs).collect();
    let left_out = config
        .provisioners
        .iter()
        .any(|provisioner| provisioner.run == Run::Once);
    if !fresh && left_out {
        plan.note(
            Level::Info,
            "it is provisioned already; `--provision` or `rove provision` runs the provisioners again",
        );
    }
    for name in &choice.with {
        let known = config.provisioners.iter().any(|provisioner| {
            provisioner.name.as_ref() == Some(name) || provisioner.kind == *name
        });
        if !known {
            let known = config
                .provisioners
                .iter()
                .map(|provisioner| provisioner.name.as_ref().unwrap_or(&provisioner.kind));
            let near = nearest(name, known.map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            plan.note(
                Level::Warn,
                format!("`{}` has no provisioner `{name}`{near}", config.name),
            );
        }
    }
    // Told before the first step: a boot is long, and the fault is known now.
    for provisioner in chosen.iter().filter(|one| !provision::is_known(&one.kind)) {
        let place = provisioner.span.as_ref().map_or_else(String::new, |span| {
            let file = span.path().file_name().unwrap_or_default();
            format!("{}:{}: ", file.to_string_lossy(), span.line())
        });
        plan.note(
            Level::Warn,
            format!(
                "{place}the provisioner `{}` will fail: rove does not run type `{}` yet (`--no-provision` leaves all of them out)",
                provisioner.label(),
                provisioner.kind
            ),
        );
    }
    plan.steps.extend(
        chosen
            .into_iter()
            .map(|provisioner| Step::Provision(Box::new(provisioner.clone()))),
    );
    if !provisioned {
        plan.steps.push(Step::MarkProvisioned);
    }
}
