//! `rove snapshot delete`.

use crate::cli::Context;
use crate::error::Result;
use crate::lab;

use super::Named;

/// Arguments of `rove snapshot delete`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    named: Named,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("snapshot_delete");
    let (machine, name) = args.named.split();
    let outcome = lab::snapshot_delete(&context.host, machine, name)?;
    Ok(context.finish(&outcome))
}
