//! `rove status`: a table of machines and their states.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::error::Result;
use crate::lab::{self, MachineStatus};

use super::Context;

/// Arguments of `rove status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let machines = lab::status(&context.host, &args.machines)?;
    for machine in &machines {
        let record = |kind, data: &[&str]| context.ui.record(Some(&machine.name), kind, data);
        record("metadata", &["provider", &machine.provider]);
        record("provider-name", &[&machine.provider]);
        record("state", &[machine.state.id()]);
        record("state-human-short", &[machine.state.short()]);
        record("state-human-long", &[machine.state.long()]);
    }
    context.ui.print(&table(&machines));
    Ok(0)
}

/// At least as wide as Vagrant's, so that scripts which cut by column go on working.
const NAME_COLUMNS: usize = 25;

fn table(machines: &[MachineStatus]) -> String {
    let width = machines
        .iter()
        .map(|machine| machine.name.width() + 1)
        .fold(NAME_COLUMNS, usize::max);
    let mut text = "Machines of this lab:\n\n".to_owned();
    for machine in machines {
        let pad = " ".repeat(width - machine.name.width());
        let _ = writeln!(
            text,
            "{}{pad} {} ({})",
            machine.name,
            machine.state.short(),
            machine.provider
        );
    }
    for machine in machines {
        if let Some(fault) = &machine.fault {
            let _ = write!(text, "\n{}: {fault}\n", machine.name);
        }
    }
    match machines {
        [only] => {
            let _ = write!(text, "\n{}\n", only.state.long());
        }
        _ => text.push_str("\n`rove status NAME` says more about one of them.\n"),
    }
    text
}
