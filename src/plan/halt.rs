//! `halt`.

use crate::config::MachineConfig;
use crate::error::Result;
use crate::providers::Power;

use super::{Observed, Plan, Step};

/// Plans `halt`: the guest is asked to shut down, unless `force`.
pub fn halt(_: &MachineConfig, seen: &Observed, force: bool) -> Result<Plan> {
    Ok(match seen.power {
        Power::Absent => Plan::nothing("it does not exist"),
        Power::Off => Plan::nothing("it is off already"),
        _ => Plan {
            steps: off(seen, force),
            ..Plan::default()
        },
    })
}

/// Returns the steps that power a machine off, none if it is.
pub(super) fn off(seen: &Observed, force: bool) -> Vec<Step> {
    match seen.power {
        Power::Absent | Power::Off => Vec::new(),
        // A guest that does not run cannot hear.
        Power::Paused => vec![Step::Halt { force: true }],
        Power::Running => vec![Step::Halt { force }],
        Power::Suspended => vec![Step::DiscardSaved],
    }
}
