//! `rove provision`: runs provisioners on machines that run.

use crate::error::Result;
use crate::lab;

use super::Context;

/// Arguments of `rove provision`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Run only these provisioners (names or types, with commas)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    provision_with: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("provision");
    let outcome = lab::provision(&context.host, &args.machines, &args.provision_with)?;
    Ok(context.finish(&outcome))
}
