//! `rove list-commands`: every command, a line each. Where rove stands in for
//! Vagrant, the lines that start at the margin are Vagrant's commands only,
//! because scripts read them.

use std::fmt::Write as _;

use clap::CommandFactory;
use serde_json::json;

use crate::error::Result;

use super::{Context, Tree, help};

/// Arguments of `rove list-commands`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let tree = Tree::command();
    if args.json {
        let commands = tree.get_subcommands().map(|command| {
            json!({
                "name": command.get_name(),
                "about": command.get_about().map(ToString::to_string),
                "vagrant": help::is_vagrants(command.get_name()),
            })
        });
        let answer = json!({ "format": 1, "commands": commands.collect::<Vec<_>>() });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    let compat = context.host.env.is_compat();
    let mut text = String::new();
    let mut own = String::new();
    for command in tree.get_subcommands() {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        if compat && !help::is_vagrants(name) {
            let _ = writeln!(own, "  {name:20} {about}");
        } else {
            context.ui.record(None, "cli-command", &[name]);
            let _ = writeln!(text, "{name:15} {about}");
        }
    }
    if !own.is_empty() {
        let _ = write!(text, "\nOnly rove has:\n{own}");
    }
    context.ui.print(&text);
    Ok(0)
}
