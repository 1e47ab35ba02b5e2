//! `rove lock`: pins the boxes of a lab to the very bytes that are used now.

use crate::error::Result;
use crate::event::Level;
use crate::lab::{self, UpgradeRequest};

use super::Context;

/// Arguments of `rove lock`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Take the newest boxes that the Vagrantfile allows; with a name only that one
    #[arg(long, value_name = "BOX", num_args = 0..=1, default_missing_value = "", conflicts_with = "check")]
    upgrade: Option<String>,
    /// Say where lock file, Vagrantfile and boxes disagree (exit code 2); change nothing
    #[arg(long)]
    check: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.check {
        return check(context);
    }
    let upgrade = args.upgrade.as_deref().map(|name| match name {
        "" => UpgradeRequest::All,
        name => UpgradeRequest::Named(name.to_owned()),
    });
    let (path, boxes) = lab::lock(&context.host, upgrade)?;
    context.ui.settle();
    for locked in &boxes {
        let mark = if locked.before { "" } else { " (new)" };
        let locked = &locked.locked;
        let text = format!(
            "`{}` {} for {}{mark}",
            locked.name, locked.version, locked.provider
        );
        context.ui.say(None, Level::Detail, &text);
    }
    let text = format!("`{}` names the boxes of this lab.", path.display());
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}

fn check(context: &Context) -> Result<i32> {
    let found = lab::lock_check(&context.host)?;
    for disagreement in &found {
        context
            .ui
            .say(None, Level::Warn, &format!("{disagreement}"));
    }
    if found.is_empty() {
        let text = "Lock file, Vagrantfile and boxes agree.";
        context.ui.say(None, Level::Success, text);
        return Ok(0);
    }
    let text = "`rove lock` writes the lock file anew.";
    context.ui.say(None, Level::Info, text);
    Ok(2)
}
