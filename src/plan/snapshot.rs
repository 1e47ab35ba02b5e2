//! `snapshot save`, `restore` and `delete`; `push` and `pop` are made of them.

use crate::config::MachineConfig;
use crate::error::Result;
use crate::providers::{Capabilities, Power, Snapshot};

use super::provision::provisioners;
use super::{Observed, Plan, PlanError, ProvisionChoice, Step, up};

/// What `snapshot restore` and `pop` were asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// Snapshot.
    pub name: String,
    /// Start the machine afterwards (not `--no-start`).
    pub start: bool,
    /// Delete the snapshot afterwards (`pop` without `--no-delete`).
    pub delete: bool,
    /// Provisioners.
    pub provision: ProvisionChoice,
}

/// Plans `snapshot save`.
pub fn snapshot_save(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    name: &str,
    force: bool,
) -> Result<Plan> {
    require(config, capabilities)?;
    if seen.power == Power::Absent {
        return Ok(Plan::nothing("it does not exist"));
    }
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        let name = name.to_owned();
        return Err(PlanError::SnapshotName { name }.into());
    }
    let mut plan = Plan::default();
    if find(seen, name).is_some() {
        if !force {
            return Err(PlanError::SnapshotTaken {
                machine: config.name.clone(),
                name: name.to_owned(),
            }
            .into());
        }
        plan.steps.push(Step::DeleteSnapshot(name.to_owned()));
    }
    plan.steps.push(Step::SaveSnapshot(name.to_owned()));
    Ok(plan)
}

/// Plans `snapshot restore`: whatever the machine does now is dropped.
pub fn snapshot_restore(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    asked: &Restore,
) -> Result<Plan> {
    let snapshot = known(config, seen, capabilities, &asked.name)?;
    let mut plan = Plan::default();
    plan.steps
        .push(Step::RestoreSnapshot(snapshot.name.clone()));
    if asked.delete {
        plan.steps.push(Step::DeleteSnapshot(snapshot.name.clone()));
    }
    match (snapshot.with_memory, asked.start) {
        // Vagrant runs only the provisioners that always run (its change 10490).
        (true, true) => {
            plan.steps.extend([Step::WaitReady, Step::SetClock]);
            provisioners(&mut plan, config, true, &asked.provision);
        }
        (true, false) if capabilities.suspend => plan.steps.push(Step::Suspend),
        (true, false) => plan.steps.push(Step::Halt { force: true }),
        (false, true) => {
            up::start(&mut plan, config, seen, capabilities);
            provisioners(&mut plan, config, true, &asked.provision);
        }
        (false, false) => {}
    }
    Ok(plan)
}

/// Plans `snapshot delete`.
pub fn snapshot_delete(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    name: &str,
) -> Result<Plan> {
    let snapshot = known(config, seen, capabilities, name)?;
    Ok(Plan {
        steps: vec![Step::DeleteSnapshot(snapshot.name.clone())],
        ..Plan::default()
    })
}

fn find<'a>(seen: &'a Observed, name: &str) -> Option<&'a Snapshot> {
    seen.snapshots.iter().find(|snapshot| snapshot.name == name)
}

fn known<'a>(
    config: &MachineConfig,
    seen: &'a Observed,
    capabilities: &Capabilities,
    name: &str,
) -> Result<&'a Snapshot> {
    require(config, capabilities)?;
    if seen.power == Power::Absent {
        return Err(PlanError::NotCreated {
            machine: config.name.clone(),
        }
        .into());
    }
    find(seen, name).ok_or_else(|| {
        PlanError::SnapshotUnknown {
            machine: config.name.clone(),
            name: name.to_owned(),
            known: seen
                .snapshots
                .iter()
                .map(|snapshot| snapshot.name.clone())
                .collect(),
        }
        .into()
    })
}

fn require(config: &MachineConfig, capabilities: &Capabilities) -> Result<()> {
    if capabilities.snapshots {
        return Ok(());
    }
    Err(PlanError::Unsupported {
        machine: config.name.clone(),
        provider: config.provider.clone(),
        ability: "snapshots",
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_has_a_name_that_can_be_typed_again() {
        let config = MachineConfig::default();
        let capabilities = Capabilities {
            snapshots: true,
            ..Capabilities::default()
        };
        let seen = Observed {
            power: Power::Off,
            ..Observed::default()
        };
        let save = |name| snapshot_save(&config, &seen, &capabilities, name, false);
        for name in ["", "  ", "two\nlines"] {
            let error = save(name).unwrap_err().to_string();
            assert!(error.contains("can be no name of a snapshot"), "{error}");
        }
        assert!(save("before class, 2").is_ok());
    }
}
