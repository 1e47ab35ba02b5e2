//! `rove repair`: makes damaged files of machines whole and builds the index of all
//! machines anew from the labs. Exit code 1 if something stays damaged.

use serde_json::json;

use crate::error::Result;
use crate::event::Level;
use crate::lab::{self, Repaired};

use super::Context;

/// Arguments of `rove repair`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 all is whole, 1 something stays damaged.")]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let repaired = lab::repair(&context.host)?;
    let code = i32::from(!repaired.faults.is_empty());
    for (machine, folder) in &repaired.entries {
        let text = format!("`{machine}` of `{}` is in the index", folder.display());
        context.ui.say(None, Level::Info, &text);
    }
    for (machine, text) in &repaired.mended {
        context.ui.say(Some(machine), Level::Info, text);
    }
    for (machine, fault) in &repaired.faults {
        let text = format!("{fault}; `rove destroy {machine}` removes the machine");
        context.ui.say(Some(machine), Level::Warn, &text);
    }
    if args.json {
        let entries = repaired
            .entries
            .iter()
            .map(|(machine, folder)| json!({ "machine": machine, "directory": folder }));
        let mended = repaired
            .mended
            .iter()
            .map(|(machine, what)| json!({ "machine": machine, "what": what }));
        let faults = repaired
            .faults
            .iter()
            .map(|(machine, fault)| json!({ "machine": machine, "fault": fault }));
        let answer = json!({
            "format": 1, "ok": code == 0, "set_aside": repaired.set_aside,
            "entries": entries.collect::<Vec<_>>(), "mended": mended.collect::<Vec<_>>(), "faults": faults.collect::<Vec<_>>(),
        });
        context.ui.print_data(&format!("{answer:#}\n"));
    } else if repaired == Repaired::default() {
        context.ui.say(None, Level::Success, "All is whole.");
    }
    Ok(code)
}
