//! `destroy`.

use crate::config::MachineConfig;
use crate::error::Result;
use crate::providers::Power;

use super::{Observed, Plan, Step};

/// Plans `destroy`: the machine, its disks and its records go. A machine that
/// was only half made, or lost, is removed too.
pub fn destroy(_: &MachineConfig, seen: &Observed, graceful: bool) -> Result<Plan> {
    if seen.power == Power::Absent && !seen.known {
        return Ok(Plan::nothing("it does not exist"));
    }
    let mut plan = Plan::default();
    match seen.power {
        Power::Running => plan.steps.push(Step::Halt { force: !graceful }),
        Power::Paused => plan.steps.push(Step::Halt { force: true }),
        // Saved memory goes with the disks.
        Power::Absent | Power::Off | Power::Suspended => {}
    }
    plan.steps.extend([Step::Destroy, Step::Forget]);
    Ok(plan)
}
