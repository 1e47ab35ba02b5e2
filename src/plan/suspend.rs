//! `suspend` and `resume`.

use crate::config::MachineConfig;
use crate::error::Result;
use crate::providers::{Capabilities, Power};

use super::{Observed, Plan, PlanError, ProvisionChoice, Step, up};

/// Plans `suspend`.
pub fn suspend(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
) -> Result<Plan> {
    Ok(match seen.power {
        Power::Absent => Plan::nothing("it does not exist"),
        Power::Off => Plan::nothing("it is off"),
        Power::Suspended => Plan::nothing("its memory is saved already"),
        Power::Running | Power::Paused => {
            require(config, capabilities)?;
            Plan {
                steps: vec![Step::Suspend],
                ..Plan::default()
            }
        }
    })
}

/// Plans `resume`.
pub fn resume(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    choice: &ProvisionChoice,
) -> Result<Plan> {
    Ok(match seen.power {
        Power::Absent => Plan::nothing("it does not exist; `rove up` makes it"),
        Power::Off => Plan::nothing("it is off; `rove up` starts it"),
        Power::Running => Plan::nothing("it runs already"),
        Power::Suspended | Power::Paused => {
            require(config, capabilities)?;
            let mut plan = Plan::default();
            up::resumed(&mut plan, config, seen, capabilities, choice);
            plan
        }
    })
}

fn require(config: &MachineConfig, capabilities: &Capabilities) -> Result<()> {
    if capabilities.suspend {
        return Ok(());
    }
    Err(PlanError::Unsupported {
        machine: config.name.clone(),
        provider: config.provider.clone(),
        ability: "suspend and resume",
    }
    .into())
}
