//! `rove snapshot restore`.

use crate::cli::Context;
use crate::cli::start_options::StartOptions;
use crate::error::Result;
use crate::lab::{self, RestoreRequest};

use super::Named;

/// Arguments of `rove snapshot restore`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    start: StartOptions,
    /// Leave the machine off
    #[arg(long)]
    no_start: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("snapshot_restore");
    let (machine, name) = args.named.split();
    let request = RestoreRequest {
        target: machine.map(str::to_owned),
        snapshot: name.to_owned(),
        provision: args.start.choice(),
        start: !args.no_start,
        delete: false,
    };
    let outcome = lab::snapshot_restore(&context.host, &request)?;
    Ok(context.finish(&outcome))
}
