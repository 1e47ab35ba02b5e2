//! `rove resume`: goes on with machines whose memory was saved.

use crate::error::Result;
use crate::lab::{self, ResumeRequest};

use super::Context;
use super::start_options::StartOptions;

/// Arguments of `rove resume`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    #[command(flatten)]
    start: StartOptions,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("resume");
    let request = ResumeRequest {
        targets: args.machines.clone(),
        provision: args.start.choice(),
    };
    Ok(context.finish(&lab::resume(&context.host, &request)?))
}
