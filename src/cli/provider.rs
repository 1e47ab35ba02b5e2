//! `rove provider`: which provider a machine has, and whether it can be used.

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
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let chosen = lab::chosen(&context.host, args.machine.as_deref(), None)?;
    context
        .ui
        .record(Some(&chosen.machine), "provider-name", &[&chosen.provider]);
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
