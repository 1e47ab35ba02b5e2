//! `rove global-status`: all machines of this user, whatever folder they live in.

use std::fmt::Write as _;

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::error::Result;
use crate::event::Level;
use crate::lab::{self, KnownMachine};

use super::Context;

/// Arguments of `rove global-status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Forget machines that are not there any more
    #[arg(long)]
    prune: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Further words are ignored, as Vagrant does.
    #[arg(hide = true)]
    ignored: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let machines = if args.prune {
        let pruned = lab::prune_index(&context.host)?;
        for machine in &pruned.gone {
            let text = format!(
                "`{}` of `{}` is gone; its entry is removed",
                machine.name,
                machine.folder.display()
            );
            context.ui.say(None, Level::Info, &text);
        }
        pruned.kept
    } else {
        lab::global_status(&context.host)?
    };
    if args.json {
        let machines = machines.iter().map(|machine| {
            json!({
                "id": machine.id, "name": machine.name, "provider": machine.provider,
                "state": machine.state, "directory": machine.folder, "gone": machine.is_gone,
            })
        });
        let answer = json!({ "format": 1, "machines": machines.collect::<Vec<_>>() });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    let count = machines.len().to_string();
    context
        .ui
        .record(None, "metadata", &["machine-count", &count]);
    for machine in &machines {
        let record = |kind, data: &[&str]| context.ui.record(None, kind, data);
        record("machine-id", &[machine.short_id()]);
        record("provider-name", &[&machine.provider]);
        record("machine-home", &[&machine.folder.to_string_lossy()]);
        record("state", &[&machine.state]);
    }
    context.ui.print(&text(&machines));
    Ok(0)
}

fn text(machines: &[KnownMachine]) -> String {
    if machines.is_empty() {
        return "There are no machines. `rove up` in the folder of a Vagrantfile makes some.\n"
            .to_owned();
    }
    let rows: Vec<[String; 5]> = machines
        .iter()
        .map(|machine| {
            [
                machine.short_id().to_owned(),
                machine.name.clone(),
                machine.provider.clone(),
                machine.state.clone(),
                machine.folder.display().to_string(),
            ]
        })
        .collect();
    let heads = ["id", "name", "provider", "state", "directory"].map(str::to_owned);
    let mut widths = heads.each_ref().map(|head| head.width());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    // Vagrant's rows have two blanks after the id.
    widths[0] += 1;
    let mut text = String::new();
    row(&mut text, &heads, &widths);
    let _ = writeln!(text, "{}", "-".repeat(widths.iter().sum::<usize>() + 4));
    for cells in &rows {
        row(&mut text, cells, &widths);
    }
    text.push_str("\nThe states are those of the last command on each machine.\n");
    text.push_str(
        "The beginning of an id stands for its machine, in any folder: `rove halt ID`.\n",
    );
    let gone = machines.iter().filter(|machine| machine.is_gone).count();
    if gone > 0 {
        let _ = writeln!(
            text,
            "Of {} the folder is not there any more: `rove global-status --prune` forgets them.",
            if gone == 1 {
                "one".to_owned()
            } else {
                gone.to_string()
            }
        );
    }
    text
}

fn row(text: &mut String, cells: &[String; 5], widths: &[usize; 5]) {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let pad = " ".repeat(width.saturating_sub(cell.width()) + 1);
        line.push_str(cell);
        line.push_str(&pad);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}
