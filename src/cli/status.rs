//! `rove status`: a table of machines and their states.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::config::Protocol;
use crate::error::Result;
use crate::lab::{self, MachineDetail, MachineStatus};
use crate::ui;

use super::Context;

/// Arguments of `rove status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Print JSON, with more than the table has
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.json {
        let machines = lab::detail(&context.host, &args.machines)?;
        let logs = ui::logs(&lab::log_folder(&context.host));
        let machines: Vec<Value> = machines.iter().map(|it| object(it, &logs)).collect();
        let answer = json!({ "format": 1, "machines": machines });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
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

/// Returns all that is known of a machine; `docs/schema/status.schema.json` says
/// what the members mean.
fn object(machine: &MachineDetail, logs: &[PathBuf]) -> Value {
    let record = &machine.record;
    // What is wrong with the records is told one by one.
    let unknown = machine.status.state == lab::State::Unknown;
    let fault = machine.status.fault.iter().filter(|_| unknown);
    let ports = machine.forwards.iter().map(|forward| {
        json!({
            "guest": forward.guest,
            "host": forward.host,
            "host_ip": forward.host_ip,
            "protocol": match forward.protocol {
                Protocol::Tcp => "tcp",
                Protocol::Udp => "udp",
            },
        })
    });
    json!({
        "name": machine.status.name,
        "provider": machine.status.provider,
        "state": machine.status.state.id(),
        "state_short": machine.status.state.short(),
        "state_long": machine.status.state.long(),
        "faults": fault.chain(&record.faults).collect::<Vec<_>>(),
        "id": record.id,
        "index_uuid": record.index_uuid,
        "directory": machine.folder,
        "box": record.box_meta.as_ref().map(|used| json!({
            "name": used.name, "version": used.version, "provider": used.provider,
        })),
        "provisioned": record.provisioned,
        "ssh": machine.endpoint.as_ref().map(|at| json!({ "host": at.host, "port": at.port })),
        "ports": ports.collect::<Vec<_>>(),
        "cpus": machine.cpus,
        "memory_mib": machine.memory_mib,
        "pid": machine.pid,
        "uptime_seconds": machine.usage.map(|usage| usage.uptime_seconds),
        "memory_used_bytes": machine.usage.map(|usage| usage.memory_bytes),
        "cpu_seconds": machine.usage.map(|usage| usage.cpu_seconds),
        "disk_used_bytes": machine.disk_bytes,
        "locked_by": machine.locked_by,
        "unfinished": record.unfinished.as_ref().map(|left| json!({
            "command": left.command, "step": left.step, "killed": left.killed,
        })),
        "last_error": super::log::last_error(logs, &machine.status.name),
    })
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
