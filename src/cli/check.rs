//! `rove check`: whether the boxes of a lab will still be there next term.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::error::Result;
use crate::event::Level;
use crate::lab::{self, BoxOutlook, Outlook};

use super::Context;

/// Version of the object that `--json` prints.
const FORMAT: u32 = 1;

/// Arguments of `rove check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Exit code: 0 if every box is safe, 2 if there is something to do.
pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let boxes = lab::outlook(&context.host)?;
    let is_safe = boxes.iter().all(|one| one.outlook() == Outlook::Safe);
    let code = if is_safe { 0 } else { 2 };
    if args.json {
        let value = json!({
            "format": FORMAT,
            "ok": is_safe,
            "boxes": boxes.iter().map(as_json).collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&value).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
        return Ok(code);
    }
    for one in &boxes {
        context.ui.print(&as_text(one));
    }
    if boxes.is_empty() {
        let text = "No machine of this lab has a box.";
        context.ui.say(None, Level::Info, text);
    } else if is_safe {
        let text = "Every box is locked, and somewhere that stays.";
        context.ui.say(None, Level::Success, text);
    }
    Ok(code)
}

fn as_text(one: &BoxOutlook) -> String {
    let mut text = one.name.clone();
    if !one.constraint.is_empty() {
        let _ = write!(text, " {}", one.constraint);
    }
    let _ = writeln!(text, " ({})", one.machines.join(", "));
    for place in &one.places {
        let answer = match &place.answer {
            Ok(version) => format!("has {version}"),
            Err(reason) => format!("does not have it: {reason}"),
        };
        let _ = write!(text, "  {} ({}) {answer}", place.place, place.said_by);
        match place.ends {
            Some(day) if place.answer.is_ok() => {
                let _ = writeln!(text, "; ends on {day}");
            }
            _ => text.push('\n'),
        }
    }
    let locked = match &one.locked {
        Some(locked) => format!("locked to {}", locked.version),
        None => "not locked".to_owned(),
    };
    let here = match &one.installed {
        Some(version) => format!("{version} is in the store"),
        None => "not in the store".to_owned(),
    };
    let _ = writeln!(text, "  {locked}; {here}");
    let verdict = match one.outlook() {
        Outlook::Safe => "safe",
        Outlook::NotLocked => "whatever is published under its version is taken",
        Outlook::Ending => "nowhere that stays",
        Outlook::HereOnly => "nowhere but on this computer",
        Outlook::Gone => "nowhere",
    };
    let _ = writeln!(text, "  => {verdict}");
    for command in one.commands() {
        let _ = writeln!(text, "     {command}");
    }
    text
}

fn as_json(one: &BoxOutlook) -> Value {
    let places: Vec<Value> = one
        .places
        .iter()
        .map(|place| {
            json!({
                "place": place.place,
                "said_by": place.said_by,
                "version": place.answer.as_ref().ok(),
                "error": place.answer.as_ref().err(),
                "ends": place.ends,
            })
        })
        .collect();
    json!({
        "name": one.name,
        "constraint": one.constraint,
        "machines": one.machines,
        "installed": one.installed,
        "locked": one.locked,
        "places": places,
        "outlook": one.outlook().word(),
        "commands": one.commands(),
    })
}
