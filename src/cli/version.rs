//! `rove version` and `rove --version`.

use crate::error::Result;
use crate::ui::Ui;

use super::Context;

/// Arguments of `rove version`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    context
        .ui
        .record(None, "version-installed", &[env!("CARGO_PKG_VERSION")]);
    Ok(print(&context.ui))
}

/// Prints the version in one line.
pub(super) fn print(ui: &Ui) -> i32 {
    ui.print(concat!("rove ", env!("CARGO_PKG_VERSION")));
    0
}
