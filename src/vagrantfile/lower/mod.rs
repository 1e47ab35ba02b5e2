//! From finalized state to [`MachineConfig`]: typed fields for whoever acts,
//! and `sections` with everything as it is, for `rove config`.

mod cloud_init;
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
    let expand = |path: &str| super::check::expand(root, home, path);
    config.disks = disks::all(machine, expand);
    config.cloud_init = cloud_init::all(machine, expand);
    config.sections = sections::all(machine, findings);
    config
}
