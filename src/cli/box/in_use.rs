//! Which machines use a box, so that none loses it unasked.

use crate::boxes::{InUse, Installed};
use crate::cli::Context;
use crate::error::Result;
use crate::state::MachineIndex;

/// Returns the boxes that machines use.
pub(super) fn all(context: &Context) -> Vec<InUse> {
    let entries = MachineIndex::new(&context.host).entries().into_iter();
    entries
        .filter_map(|entry| {
            let machine = format!("`{}` in {}", entry.name, entry.vagrantfile_path.display());
            entry.box_used.map(|used| InUse {
                name: used.name,
                version: used.version,
                provider: used.provider,
                machine,
            })
        })
        .collect()
}

/// Returns the machines that use a box, with their folders, for people.
pub(super) fn users(context: &Context, installed: &Installed) -> Vec<String> {
    all(context)
        .into_iter()
        .filter(|used| {
            (&used.name, &used.version, &used.provider)
                == (&installed.name, &installed.version, &installed.provider)
        })
        .map(|used| used.machine)
        .collect()
}

/// Returns whether a box may be removed: no machine uses it, or the user says so.
pub(super) fn may_go(context: &Context, installed: &Installed) -> Result<bool> {
    let users = users(context, installed);
    if users.is_empty() {
        return Ok(true);
    }
    context.ui.confirm(
        None,
        &format!(
            "The box `{}` {} is used by {}. Remove it all the same?",
            installed.name,
            installed.version,
            users.join(" and ")
        ),
        "destroy these machines first, or add `--force`",
    )
}
