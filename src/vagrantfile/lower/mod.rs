//! From finalized state to [`MachineConfig`]: typed fields for whoever acts,
//! and `sections` with everything as it is, for `rove config`.

mod disks;
mod plain;
mod sections;
mod typed;

pub(super) use plain::plain;
pub(super) use sections::recorded;

use std::path::Path;

use super::check::Finding;
use super::layers::Machine;
use crate::config::MachineConfig;

/// Returns a machine's configuration. Its size is derived by the caller. Paths
/// count from `root`, `~` is `home`.
pub(super) fn machine(
    machine: &Machine,
    findings: &[Finding],
    root: &Path,
    home: Option<&Path>,
) -> MachineConfig {
    let mut config = typed::machine(machine);
    config.disks = disks::all(machine, |path| super::check::expand(root, home, path));
    config.sections = sections::all(machine, findings);
    config
}
