//! `rove reload`: off and on again, with the settings the Vagrantfile has now.

use crate::error::Result;
use crate::lab::{self, ReloadRequest};

use super::Context;
use super::start_options::StartOptions;

/// Arguments of `rove reload`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    #[command(flatten)]
    start: StartOptions,
    /// Pull the plug instead of asking the guest
    #[arg(short, long)]
    force: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("reload");
    let request = ReloadRequest {
        targets: args.machines.clone(),
        provision: args.start.choice(),
        force: args.force,
    };
    Ok(context.finish(&lab::reload(&context.host, &request)?))
}
