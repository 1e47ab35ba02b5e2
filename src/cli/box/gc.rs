//! `rove box gc`: clears the store without removing a box.

use crate::boxes;
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

use super::du::size;

/// Arguments of `rove box gc`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    let saved = boxes::gc(&context.host)?;
    let text = match saved.files {
        0 => "Left-overs are gone; no file was there twice.".to_owned(),
        files => format!(
            "Left-overs are gone; {files} files that were there twice are stored once: {} less.",
            size(saved.bytes)
        ),
    };
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}
