//! `rove box signers`: whose signature is wanted where.

use crate::boxes::{forget_signer, signers};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box signers`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Take whatever signature, or none, there is at this address next time
    #[arg(long, value_name = "ADDRESS")]
    forget: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    if let Some(address) = &args.forget {
        let was_there = forget_signer(host, address)?;
        let (level, text) = if was_there {
            (
                Level::Success,
                format!("The signer of {address} is forgotten."),
            )
        } else {
            (
                Level::Warn,
                format!("no signer is remembered for {address}"),
            )
        };
        context.ui.say(None, level, &text);
        return Ok(i32::from(!was_there));
    }
    let known = signers(host);
    if known.is_empty() {
        let text = "No catalog or box that was signed has been seen yet.";
        context.ui.say(None, Level::Info, text);
    }
    for (address, key) in known {
        context.ui.print(&format!("{key}  {address}\n"));
    }
    Ok(0)
}
