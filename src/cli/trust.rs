//! `rove trust`, and the question that is asked where a Vagrantfile wants to do
//! more than to configure.

use std::fmt::Write as _;

use crate::error::{Failure, Result};
use crate::event::Level;
use crate::lab::{self, Untrusted};
use crate::ui::snippet;

use super::Context;

/// Arguments of `rove trust`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    let trusted = lab::trust(&context.host)?;
    if trusted.files.is_empty() {
        context.ui.say(
            None,
            Level::Success,
            "The Vagrantfile only configures: it needs no trust.",
        );
        return Ok(0);
    }
    let mut text = String::new();
    for act in &trusted.acts {
        let _ = writeln!(text, "It wants to {act}.");
    }
    let _ = writeln!(
        text,
        "`{}` may do what you may, until one of these files changes:",
        trusted.vagrantfile.display()
    );
    for file in &trusted.files {
        let _ = writeln!(text, "    {}", file.display());
    }
    text.push_str("`rove untrust` takes that back.");
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}

/// Asks whether a Vagrantfile may do what its load ended at. True if the user
/// says yes: the command can begin anew, since loading is the first thing that
/// every command does.
pub(super) fn ask(context: &Context, failure: &Failure) -> Result<bool> {
    let Some(untrusted) = lab::untrusted(failure) else {
        return Ok(false);
    };
    if !context.ui.has_terminal() {
        return Ok(false);
    }
    context.ui.settle();
    context.ui.print(&question(context, untrusted));
    let yes = context.ui.confirm(
        None,
        "Allow it this and whatever else it does, until one of its files changes?",
        "to allow it: `rove trust`",
    )?;
    if yes {
        lab::allow(&context.host, untrusted)?;
    }
    Ok(yes)
}

fn question(context: &Context, untrusted: &Untrusted) -> String {
    let mut text = format!("The Vagrantfile wants to {}.\n", untrusted.act);
    if let Some(span) = &untrusted.span {
        text.push_str(&snippet::draw(span, Some(&context.host.cwd)));
    }
    for path in &untrusted.changed {
        let _ = writeln!(text, "{} changed since you trusted it.", path.display());
    }
    text
}
