//! `rove gc`: removes what lost labs and broken-off commands left behind, such as
//! a QEMU whose disk is gone. Boxes have a `gc` of their own. Exit code 1 if
//! something could not be removed.

use serde_json::json;

use crate::error::Result;
use crate::event::Level;
use crate::lab;

use super::Context;

/// Arguments of `rove gc`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Boxes have a command of their own: `rove box gc`.\nExit code: 0 all is clear, 1 something could not be removed."
)]
pub(super) struct Args {
    /// Show what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let mut done = Vec::new();
    let mut code = 0;
    for rubbish in lab::rubbish(&context.host)? {
        let what = &rubbish.what;
        let mut removed = false;
        let mut error = None;
        if args.dry_run {
            let text = format!("would be removed: {what}");
            context.ui.say(None, Level::Info, &text);
        } else {
            match lab::remove_rubbish(&context.host, &rubbish) {
                Ok(true) => {
                    removed = true;
                    let text = format!("removed: {what}");
                    context.ui.say(None, Level::Info, &text);
                }
                Ok(false) => {
                    let text = format!("left, because it is in use again: {what}");
                    context.ui.say(None, Level::Info, &text);
                }
                Err(failure) => {
                    code = 1;
                    error = Some(failure.to_string());
                    let text = format!("not removed: {what} ({failure})");
                    context.ui.say(None, Level::Error, &text);
                }
            }
        }
        done.push(json!({
            "kind": rubbish.kind, "what": what, "removed": removed, "error": error,
        }));
    }
    if args.json {
        let answer = json!({
            "format": 1, "ok": code == 0, "dry_run": args.dry_run, "found": done,
        });
        context.ui.print_data(&format!("{answer:#}\n"));
    } else if done.is_empty() {
        let text = "Nothing was left behind.";
        context.ui.say(None, Level::Success, text);
    }
    Ok(code)
}
