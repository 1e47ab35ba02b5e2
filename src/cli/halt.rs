//! `rove halt`: powers machines off and keeps their disks.

use crate::error::Result;
use crate::lab::{self, HaltRequest};

use super::Context;

/// Arguments of `rove halt`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Pull the plug instead of asking the guest
    #[arg(short, long)]
    force: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("halt");
    let request = HaltRequest {
        targets: args.machines.clone(),
        force: args.force,
    };
    Ok(context.finish(&lab::halt(&context.host, &request)?))
}
