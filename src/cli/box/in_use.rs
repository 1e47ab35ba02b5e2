//! Which machines use a box, so that none loses it unasked.

use crate::boxes::Installed;
use crate::cli::Context;
use crate::error::Result;
use crate::state::MachineIndex;

/// Returns the machines that use a box, with their folders, for people.
pub(super) fn users(context: &Context, installed: &Installed) -> Vec<String> {
    MachineIndex::new(&context.host)
        .entries()
        .into_iter()
        .filter(|entry| {
            entry.box_used.as_ref().is_some_and(|used| {
                (&used.name, &used.version, &used.provider)
                    == (&installed.name, &installed.version, &installed.provider)
            })
        })
        .map(|entry| format!("`{}` in {}", entry.name, entry.vagrantfile_path.display()))
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
