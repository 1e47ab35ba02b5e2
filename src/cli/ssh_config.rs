//! `rove ssh-config`: blocks for `~/.ssh/config`.

use serde_json::json;

use crate::communicators::ssh as system_ssh;
use crate::error::Result;
use crate::lab;

use super::Context;

/// Arguments of `rove ssh-config`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Name of the block instead of the machine's
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.json {
        let machines = lab::ssh_infos(&context.host, &args.machines)?;
        let machines = machines.iter().map(|info| {
            let ssh = &info.connection.ssh;
            json!({
                "machine": info.machine,
                "host": info.connection.endpoint.host,
                "port": info.connection.endpoint.port,
                "user": ssh.username,
                "private_keys": ssh.private_key_paths,
                "keys_only": ssh.keys_only,
                "forward_agent": ssh.forward_agent,
                "proxy_command": ssh.proxy_command,
            })
        });
        let answer = json!({ "format": 1, "machines": machines.collect::<Vec<_>>() });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    for info in lab::ssh_infos(&context.host, &args.machines)? {
        let name = args.host.as_ref().unwrap_or(&info.machine);
        let text = system_ssh::config_text(&info.connection, name, None);
        let record = text.trim_end();
        context
            .ui
            .record(Some(&info.machine), "ssh-config", &[record]);
        context.ui.print(&format!("{record}\n\n"));
    }
    Ok(0)
}
