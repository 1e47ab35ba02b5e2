//! Steps to mechanics: what each step means as a list of ops. Provisioners,
//! synced folders and guests say their part; nothing is done here.

use crate::error::Result;
use crate::event::Level;
use crate::guests::Facts;
use crate::op::{Mark, Op, Verb};
use crate::{provision, sync};

use super::{PlanError, PlannedShare, Step};

/// Returns the ops of a step. `facts` are known once the guest has answered.
pub fn lower(step: &Step, facts: Option<&Facts>) -> Result<Vec<Op>> {
    let guest = || facts.ok_or_else(|| PlanError::NoGuest { step: step.name() });
    Ok(match step {
        // Done before there is a machine to act on; see `lab/resolve.rs`.
        Step::FetchBox { .. } => Vec::new(),
        Step::Create => vec![Op::Provider(Verb::Create)],
        Step::Start => vec![Op::Provider(Verb::Start)],
        Step::Seed => vec![Op::WriteSeed],
        Step::WaitCloudInit => vec![Op::WaitCloudInit],
        Step::WaitReady => vec![Op::WaitReady],
        Step::ReplaceKey => vec![Op::ReplaceInsecureKey],
        Step::SetClock => vec![Op::SetGuestClock],
        Step::SetHostname(name) => {
            let guest = guest()?.guest;
            match guest.find(|family| family.set_hostname) {
                Some(script) => vec![Op::Guest(script(name))],
                None => vec![Op::Say(
                    Level::Warn,
                    format!("rove cannot set the host name of a `{}` guest", guest.name),
                )],
            }
        }
        Step::Shares(shares) => {
            let facts = guest()?;
            let mut ops = Vec::new();
            for planned in shares {
                ops.extend(sync::lower(&planned.kind, &planned.share, facts)?);
            }
            ops.push(Op::Record(Mark::SyncedFolders(record(shares))));
            ops
        }
        Step::Provision(provisioner) => provision::lower(provisioner, guest()?)?,
        Step::MarkProvisioned => vec![Op::Record(Mark::Provisioned)],
        Step::Halt { force } => vec![Op::Provider(Verb::Stop { force: *force })],
        Step::DiscardSaved => vec![Op::Provider(Verb::Discard)],
        Step::Suspend => vec![Op::Provider(Verb::Suspend)],
        Step::Resume => vec![Op::Provider(Verb::Resume)],
        Step::SaveSnapshot(name) => vec![Op::Provider(Verb::SnapshotSave(name.clone()))],
        Step::RestoreSnapshot(name) => vec![Op::Provider(Verb::SnapshotRestore(name.clone()))],
        Step::DeleteSnapshot(name) => vec![Op::Provider(Verb::SnapshotDelete(name.clone()))],
        Step::Destroy => vec![Op::Provider(Verb::Destroy)],
        Step::Forget => vec![Op::Record(Mark::Destroyed)],
    })
}

/// Returns the content of `synced_folders`: by kind, then by key.
fn record(shares: &[PlannedShare]) -> String {
    let mut kinds = serde_json::Map::new();
    for planned in shares {
        let share = &planned.share;
        let kind = kinds
            .entry(planned.kind.clone())
            .or_insert_with(|| serde_json::json!({}));
        kind[&share.key] = serde_json::json!({
            "guestpath": share.guest_path,
            "hostpath": share.host_path,
            "disabled": false,
            "__vagrantfile": true,
        });
    }
    serde_json::Value::Object(kinds).to_string()
}
