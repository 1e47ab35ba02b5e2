//! `rove snapshot list`: names, one a line, below the machine's.

use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;
use crate::lab;

/// Arguments of `rove snapshot list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of a machine; all if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    for list in lab::snapshot_list(&context.host, args.machine.as_deref())? {
        let machine = Some(list.machine.as_str());
        let text = match &list.snapshots {
            None => "There is no machine yet. `rove up` makes it.",
            Some(none) if none.is_empty() => {
                "No snapshots yet. `rove snapshot save NAME` makes one."
            }
            Some(_) => "Snapshots, oldest first:",
        };
        context.ui.say(machine, Level::Info, text);
        for snapshot in list.snapshots.iter().flatten() {
            context.ui.print(&snapshot.name);
        }
    }
    Ok(0)
}
