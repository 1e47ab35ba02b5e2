//! `rove validate`: everything that is wrong with the Vagrantfile, at once.

use crate::config::Severity;
use crate::error::Result;
use crate::event::Level;
use crate::lab::{self, InvalidConfig};

use super::Context;

/// Arguments of `rove validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask whether a provider can be used here
    #[arg(short = 'p', long)]
    ignore_provider: bool,
}

pub(super) fn run(context: &Context, _: &Args) -> Result<i32> {
    let lab = lab::config(&context.host, &[])?;
    let (errors, warnings): (Vec<_>, Vec<_>) = lab
        .diagnostics
        .iter()
        .cloned()
        .partition(|diagnostic| diagnostic.severity == Severity::Error);
    context.ui.diagnostics(&warnings, Some(&context.host.cwd));
    if !errors.is_empty() {
        return Err(InvalidConfig {
            diagnostics: errors,
        }
        .into());
    }
    let machines = match lab.machines.len() {
        1 => "one machine".to_owned(),
        count => format!("{count} machines"),
    };
    context.ui.say(
        None,
        Level::Success,
        &format!("The Vagrantfile is in order: {machines}."),
    );
    Ok(0)
}
