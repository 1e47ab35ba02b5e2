//! `rove untrust`: takes back what a Vagrantfile may do.

use crate::error::Result;
use crate::event::Level;
use crate::lab;

use super::Context;

/// Arguments of `rove untrust`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    let (vagrantfile, was) = lab::untrust(&context.host)?;
    let path = vagrantfile.display();
    let text = if was {
        format!("`{path}` may only configure from now on, and is asked about what it does more.")
    } else {
        format!("`{path}` was not trusted with anything.")
    };
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}
