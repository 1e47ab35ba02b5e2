//! From finalized state to [`MachineConfig`]: typed fields for whoever acts,
//! and `sections` with everything as it is, for `rove config`.

mod plain;
mod sections;
mod typed;

pub(super) use plain::plain;
pub(super) use sections::recorded;

use super::check::Finding;
use super::layers::Machine;
use crate::config::MachineConfig;

/// Returns a machine's configuration. Its size is derived by the caller.
pub(super) fn machine(machine: &Machine, findings: &[Finding]) -> MachineConfig {
    let mut config = typed::machine(machine);
    config.sections = sections::all(machine, findings);
    config
}
