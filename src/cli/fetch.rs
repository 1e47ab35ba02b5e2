//! `rove fetch`: gets every box of the lab, before class.

use crate::error::Result;
use crate::event::Level;
use crate::lab;

use super::Context;

/// Arguments of `rove fetch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    let boxes = lab::fetch(&context.host)?;
    context.ui.settle();
    for installed in &boxes {
        let text = format!(
            "`{}` {} for {} is here.",
            installed.name, installed.version, installed.provider
        );
        context.ui.say(None, Level::Success, &text);
    }
    Ok(0)
}
