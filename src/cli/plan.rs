//! `rove plan`: what `up` would do, and why. Changes nothing. Exit code 0 if
//! there is nothing to do, 2 if there is.

use crate::error::Result;
use crate::{lab, plan};

use super::{Context, up};

/// Arguments of `rove plan`.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_help = "Exit code: 0 nothing to do, 2 something to do, 1 an error.")]
pub(super) struct Args {
    #[command(flatten)]
    up: up::Args,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let planned = lab::plan(&context.host, &args.up.request())?;
    if args.json {
        context
            .ui
            .print_data(&format!("{:#}\n", plan::show::json(&planned)));
    } else {
        context.ui.print(&plan::show::text(&planned));
    }
    Ok(if plan::show::is_empty(&planned) { 0 } else { 2 })
}
