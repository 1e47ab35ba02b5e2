//! `rove snapshot push`.

use crate::cli::Context;
use crate::error::Result;
use crate::lab;

/// Arguments of `rove snapshot push`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of a machine; all if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("snapshot_save");
    let outcome = lab::snapshot_push(&context.host, args.machine.as_deref())?;
    Ok(context.finish(&outcome))
}
