//! `rove snapshot pop`.

use crate::cli::Context;
use crate::cli::start_options::StartOptions;
use crate::error::Result;
use crate::lab::{self, RestoreRequest};

/// Arguments of `rove snapshot pop`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of a machine; all if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    #[command(flatten)]
    start: StartOptions,
    /// Keep the snapshot
    #[arg(long)]
    no_delete: bool,
    /// Leave the machine off
    #[arg(long)]
    no_start: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("snapshot_restore");
    let request = RestoreRequest {
        target: args.machine.clone(),
        snapshot: String::new(),
        provision: args.start.choice(),
        start: !args.no_start,
        delete: !args.no_delete,
    };
    let outcome = lab::snapshot_pop(&context.host, &request)?;
    Ok(context.finish(&outcome))
}
