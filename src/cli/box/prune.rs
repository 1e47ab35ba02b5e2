//! `rove box prune`: removes old versions of boxes; the newest of each stays.

use crate::boxes::{Installed, Store, Version};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

use super::in_use::{may_go, users};

/// Arguments of `rove box prune`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only for this provider
    #[arg(short, long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// Only say what would go
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Only this box
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Remove boxes even if a machine uses them
    #[arg(short, long)]
    force: bool,
    /// Keep boxes that a machine uses, without asking
    #[arg(short, long)]
    keep_active_boxes: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let store = Store::open(&context.host);
    let say = |text: &str| context.ui.say(None, Level::Info, text);
    let boxes = store.list()?;
    if boxes.is_empty() {
        say("There are no boxes.");
        return Ok(0);
    }
    let boxes: Vec<Installed> = boxes
        .into_iter()
        .filter(|installed| {
            let name = args.name.as_ref();
            let provider = args.provider.as_ref();
            name.is_none_or(|name| *name == installed.name)
                && provider.is_none_or(|provider| *provider == installed.provider)
        })
        .collect();
    let newest = newest(&boxes);
    say("These boxes are kept:");
    for installed in &newest {
        say(&format!(
            "  {} ({}, {})",
            installed.name, installed.provider, installed.version
        ));
        let record = |kind, data: &str| context.ui.record(None, kind, &[data]);
        record("box-name", &installed.name);
        record("box-provider", &installed.provider);
        record("box-version", &installed.version);
    }
    let mut removed = false;
    for installed in boxes.iter().filter(|installed| !newest.contains(installed)) {
        let shown = format!(
            "`{}` {} for {}",
            installed.name, installed.version, installed.provider
        );
        if installed.read_only {
            continue;
        }
        let used = args.keep_active_boxes && !users(context, installed).is_empty();
        if used {
            say(&format!("Kept {shown}: a machine uses it."));
        } else if args.dry_run {
            say(&format!("Would remove {shown}."));
        } else if args.force || may_go(context, installed)? {
            store.remove(installed)?;
            say(&format!("Removed the box {shown}."));
        }
        removed = true;
    }
    if !removed {
        say("There are no old versions to remove.");
    }
    Ok(0)
}

/// Returns the newest box of each name, provider and architecture.
fn newest(boxes: &[Installed]) -> Vec<Installed> {
    let version = |installed: &Installed| installed.version.parse::<Version>().ok();
    let mut found: Vec<Installed> = Vec::new();
    for installed in boxes {
        let twin = found.iter_mut().find(|other| {
            (&other.name, &other.provider, &other.architecture)
                == (
                    &installed.name,
                    &installed.provider,
                    &installed.architecture,
                )
        });
        match twin {
            Some(other) if version(installed) > version(other) => *other = installed.clone(),
            Some(_) => {}
            None => found.push(installed.clone()),
        }
    }
    found
}
