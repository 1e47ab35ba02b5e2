//! `rove snapshot save`.

use crate::cli::Context;
use crate::error::Result;
use crate::lab;

use super::Named;

/// Arguments of `rove snapshot save`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
    /// Replace a snapshot of this name
    #[arg(short, long)]
    force: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("snapshot_save");
    let (machine, name) = args.named.split();
    let outcome = lab::snapshot_save(&context.host, machine, name, args.force)?;
    Ok(context.finish(&outcome))
}
