//! `rove suspend`: saves the memory of machines to disk and powers them off.

use crate::error::Result;
use crate::lab;

use super::Context;

/// Arguments of `rove suspend`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("suspend");
    Ok(context.finish(&lab::suspend(&context.host, &args.machines)?))
}
