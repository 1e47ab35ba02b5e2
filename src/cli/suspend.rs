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
    /// Suspend all machines of this user that run, whatever lab they are of
    #[arg(short, long, conflicts_with = "machines")]
    all_global: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("suspend");
    let outcome = if args.all_global {
        lab::suspend_all(&context.host)?
    } else {
        lab::suspend(&context.host, &args.machines)?
    };
    Ok(context.finish(&outcome))
}
