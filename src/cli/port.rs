//! `rove port`: the forwarded ports of a machine.

use std::fmt::Write as _;

use serde_json::json;

use crate::config::Protocol;
use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::lab;

use super::Context;

/// Arguments of `rove port`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Print only the port of this computer that leads to this one
    #[arg(long, value_name = "PORT")]
    guest: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "guest")]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("no port of this computer leads to port `{port}` of `{machine}`")]
struct NotForwarded {
    port: String,
    machine: String,
}

impl Explain for NotForwarded {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        vec![
            format!(
                "forward it in the Vagrantfile: `config.vm.network \"forwarded_port\", guest: {}, host: PORT`",
                self.port
            ),
            format!("`rove port {}` shows those there are", self.machine),
        ]
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let list = lab::ports(&context.host, args.machine.as_deref())?;
    if let Some(wanted) = &args.guest {
        let found = list
            .ports
            .iter()
            .find(|forward| forward.guest.to_string() == *wanted)
            .ok_or_else(|| NotForwarded {
                port: wanted.clone(),
                machine: list.machine.clone(),
            })?;
        context.ui.print(&found.host.to_string());
        return Ok(0);
    }
    if args.json {
        let ports = list.ports.iter().map(|forward| {
            json!({
                "guest": forward.guest, "host": forward.host, "host_ip": forward.host_ip,
                "protocol": match forward.protocol {
                    Protocol::Tcp => "tcp",
                    Protocol::Udp => "udp",
                },
            })
        });
        let ports: Vec<_> = ports.collect();
        let answer = json!({ "format": 1, "machine": list.machine, "ports": ports });
        context.ui.print_data(&format!("{answer:#}\n"));
        return Ok(0);
    }
    if list.ports.is_empty() {
        let text = format!("No port of this computer leads to `{}`.", list.machine);
        context.ui.say(None, Level::Info, &text);
        return Ok(0);
    }
    let mut text = format!(
        "Ports of this computer that lead to `{}`:\n\n",
        list.machine
    );
    for forward in &list.ports {
        let (guest, host) = (forward.guest.to_string(), forward.host.to_string());
        context
            .ui
            .record(Some(&list.machine), "forwarded_port", &[&guest, &host]);
        let _ = writeln!(text, "{guest:>6} (guest) => {host} (host)");
    }
    context.ui.print(&text);
    Ok(0)
}
