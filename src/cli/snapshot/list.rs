//! `rove snapshot list`: names, one a line, below the machine's.

use serde_json::json;

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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.json {
        let lists = lab::snapshot_list(&context.host, args.machine.as_deref())?;
        let machines = lists.iter().map(|list| {
            let snapshots = list.snapshots.iter().flatten().map(|snapshot| {
                json!({
                    "name": snapshot.name, "taken": snapshot.taken,
                    "with_memory": snapshot.with_memory,
                })
            });
            json!({
                "machine": list.machine,
                "created": list.snapshots.is_some(),
                "snapshots": snapshots.collect::<Vec<_>>(),
            })
        });
        let answer = json!({ "format": 1, "machines": machines.collect::<Vec<_>>() });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
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
