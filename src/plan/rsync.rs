//! `rsync`: bring the folders that are copied into the guest up to date.

use crate::config::{MachineConfig, Share, Value};
use crate::error::Result;
use crate::providers::Capabilities;

use super::{Observed, Plan, Step, up};

/// The kind of folder that this is for.
const KIND: &str = "rsync";

/// Plans `rsync` for a machine that runs. `ownership`, where given, says
/// whether rsync itself sets the owner (`--[no-]rsync-chown`).
pub fn rsync(
    config: &MachineConfig,
    seen: &Observed,
    capabilities: &Capabilities,
    ownership: Option<bool>,
) -> Result<Plan> {
    up::require_running(config, seen)?;
    let mut plan = Plan::default();
    let mut shares = Vec::new();
    for share in config.shares.iter().filter(|share| !share.disabled) {
        let mut share = share.clone();
        if let Some(ownership) = ownership {
            set(&mut share, "rsync_ownership", ownership);
        }
        shares.extend(up::planned_share(&mut plan, &share, capabilities));
    }
    // What kind it becomes is a matter of `up`, which says so.
    plan.notes.clear();
    shares.retain(|planned| planned.kind == KIND);
    if shares.is_empty() {
        return Ok(Plan::nothing("it has no folders that are copied by rsync"));
    }
    plan.steps.push(Step::WaitReady);
    plan.steps.push(Step::Shares(shares));
    Ok(plan)
}

fn set(share: &mut Share, name: &str, value: bool) {
    share.options.retain(|(key, _)| key != name);
    share.options.push((name.to_owned(), Value::Bool(value)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Power;

    fn capabilities() -> &'static Capabilities {
        crate::providers::list::all()[0].capabilities()
    }

    #[test]
    fn only_folders_that_are_copied_and_only_while_it_runs() {
        let share = |path: &str, disabled| Share {
            key: path.to_owned(),
            guest_path: path.to_owned(),
            kind: Some("rsync".to_owned()),
            disabled,
            ..Share::default()
        };
        let config = MachineConfig {
            shares: vec![share("/vagrant", false), share("/off", true)],
            ..MachineConfig::default()
        };
        let off = Observed::default();
        assert!(rsync(&config, &off, capabilities(), None).is_err());
        let on = Observed {
            power: Power::Running,
            ..Observed::default()
        };
        let plan = rsync(&config, &on, capabilities(), Some(true)).unwrap();
        let [Step::WaitReady, Step::Shares(shares)] = &plan.steps[..] else {
            panic!("{plan:?}");
        };
        assert_eq!(shares.len(), 1);
        assert_eq!(
            shares[0].share.option("rsync_ownership"),
            Some(&Value::Bool(true))
        );
    }
}
