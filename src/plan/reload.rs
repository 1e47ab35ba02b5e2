//! `reload`: off and on again, with what the Vagrantfile says now.

use crate::config::MachineConfig;
use crate::error::Result;
use crate::providers::{Capabilities, Power};

use super::provision::provisioners;
use super::{Observed, Plan, ProvisionChoice, halt, up};

/// Plans `reload`.
pub fn reload(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    choice: &ProvisionChoice,
    force: bool,
) -> Result<Plan> {
    if seen.power == Power::Absent {
        return Ok(Plan::nothing("it does not exist; `rove up` makes it"));
    }
    let mut plan = Plan {
        steps: halt::off(seen, force),
        ..Plan::default()
    };
    up::start(&mut plan, config, seen, capabilities);
    provisioners(&mut plan, config, seen.provisioned, choice);
    Ok(plan)
}
