//! `rove version` and `rove --version`.

use serde_json::json;

use crate::error::Result;
use crate::ui::Ui;
use crate::vagrantfile::VAGRANT_VERSION;

use super::Context;

/// Arguments of `rove version`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.json {
        let answer = json!({ "format": 1, "version": OWN, "vagrant_version": VAGRANT_VERSION });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    let compat = context.host.env.is_compat();
    let installed = if compat { VAGRANT_VERSION } else { OWN };
    context.ui.record(None, "version-installed", &[installed]);
    if compat {
        // The label that scripts look for.
        context
            .ui
            .print(&format!("Installed Version: {VAGRANT_VERSION}\nrove {OWN}"));
    } else {
        context.ui.print(&format!("rove {OWN}"));
    }
    Ok(0)
}

/// Prints the version in one line; where rove stands in for Vagrant, the version
/// that it does the work of.
pub(super) fn print(ui: &Ui, compat: bool) -> i32 {
    if compat {
        ui.print_data(&format!("Vagrant {VAGRANT_VERSION}"));
    } else {
        ui.print(&format!("rove {OWN}"));
    }
    0
}

const OWN: &str = env!("CARGO_PKG_VERSION");
