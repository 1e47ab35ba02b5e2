//! `rove config`: the merged, finalized configuration, as data.

use serde_json::Value;

use crate::error::{Bug, Result};
use crate::{lab, vagrantfile};

use super::Context;

/// Arguments of `rove config`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "yaml")]
    json: bool,
    /// Print YAML; the default
    #[arg(long)]
    yaml: bool,
    /// Show where each value that is set came from
    #[arg(long, conflicts_with = "yaml")]
    explain: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.explain {
        return super::explain::show(context, None, &args.machines, args.json);
    }
    let view = match lab::config(&context.host, &args.machines) {
        Ok(lab) => vagrantfile::view(&lab),
        Err(failure) => {
            // Programs get the reason as data too.
            if let Some(view) = vagrantfile::view_of_error(&failure) {
                show(context, args, &view)?;
            }
            return Err(failure);
        }
    };
    show(context, args, &view)?;
    Ok(0)
}

fn show(context: &Context, args: &Args, view: &Value) -> Result<()> {
    let text = if args.json {
        format!("{view:#}\n")
    } else {
        serde_yaml::to_string(view).map_err(|error| Bug {
            what: format!("the configuration cannot be written as YAML: {error}"),
        })?
    };
    context.ui.print_data(&text);
    Ok(())
}
