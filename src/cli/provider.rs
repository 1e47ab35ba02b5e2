//! `rove provider`: which provider a machine has, and whether it can be used.

use serde_json::json;

use crate::error::Result;
use crate::lab;

use super::Context;
use super::later::Missing;

/// Arguments of `rove provider`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Install what the provider needs
    #[arg(long)]
    install: bool,
    /// End with 0 if the provider can be used here, with 1 if not
    #[arg(long)]
    usable: bool,
    /// Print JSON
    #[arg(long, conflicts_with_all = ["install", "usable"])]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let chosen = lab::chosen(&context.host, args.machine.as_deref(), None)?;
    context
        .ui
        .record(Some(&chosen.machine), "provider-name", &[&chosen.provider]);
    if args.json {
        let answer = json!({
            "format": 1, "machine": chosen.machine, "provider": chosen.provider,
            "usable": chosen.fault.is_none(),
            "reason": chosen.fault.as_ref().map(ToString::to_string),
        });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    if args.install {
        return match chosen.fault {
            None => Ok(0),
            Some(failure) => Err(Missing {
                command: "provider --install".to_owned(),
                reason: format!("rove installs no packages, and {failure}"),
                instead: failure.explain().hints(),
            }
            .into()),
        };
    }
    context.ui.print(&chosen.provider);
    Ok(i32::from(args.usable && chosen.fault.is_some()))
}
