//! `rove box sign`: signatures beside catalogs and boxes.

use std::path::PathBuf;

use crate::boxes::sign;
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box sign`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Catalogs, or boxes that are handed out without one
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Private SSH key to sign with [default: the first of ~/.ssh/id_ed25519, id_ecdsa, id_rsa]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    for file in &args.files {
        let (beside, key) = sign(host, &host.cwd.join(file), args.key.as_deref())?;
        let text = format!("Signed by {key}: `{}`.", beside.display());
        context.ui.say(None, Level::Success, &text);
    }
    Ok(0)
}
