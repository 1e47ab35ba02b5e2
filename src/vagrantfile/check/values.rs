//! Values and names of options that Vagrant takes without a word and that cannot
//! mean what was written: a slip of the pen is told before anything starts. Vagrant
//! counts none of these. The rules it has itself are in `vm` and `provisioners`.

use std::net::IpAddr;

use super::{Context, Finding};
use crate::config::Severity;
use crate::ruby::{RHash, Value};
use crate::source::{Span, nearest};
use crate::vagrantfile::schema::vm::Parts;
use crate::vagrantfile::schema::{State, text};

/// Options of networks that Vagrant, its providers and their plugins know. Others
/// are handed on to plugins, so only a name close to one of these is a slip.
const NETWORK_OPTIONS: &[&str] = &[
    "adapter",
    "auto_config",
    "auto_correct",
    "bridge",
    "dev",
    "dhcp_enabled",
    "dns",
    "forward_mode",
    "gateway",
    "guest",
    "guest_ip",
    "host",
    "host_ip",
    "hostname",
    "id",
    "ip",
    "ipv6",
    "mac",
    "mode",
    "model_type",
    "mtu",
    "name",
    "netmask",
    "network_name",
    "nic_type",
    "portgroup",
    "protocol",
    "proxy_arp",
    "subnet",
    "switch",
    "type",
    "use_dhcp_assigned_default_route",
    "vlan",
];

/// The same of synced folders.
const FOLDER_OPTIONS: &[&str] = &[
    "accessmode",
    "automount",
    "create",
    "disabled",
    "dmode",
    "fmode",
    "group",
    "guestpath",
    "hostpath",
    "id",
    "linux__nfs_options",
    "bsd__nfs_options",
    "map_gid",
    "map_uid",
    "mount",
    "mount_options",
    "name",
    "nfs",
    "nfs_export",
    "nfs_udp",
    "nfs_version",
    "owner",
    "plugin",
    "rsync__args",
    "rsync__auto",
    "rsync__chown",
    "rsync__exclude",
    "rsync__rsync_ownership",
    "rsync__rsync_path",
    "rsync__verbose",
    "smb_host",
    "smb_id",
    "smb_password",
    "smb_username",
    "ssh_opts_append",
    "transient",
    "type",
];

/// When a provisioner may run.
const RUNS: &[&str] = &["once", "always", "never"];

pub(super) fn check(context: &mut Context<'_>, state: &State, parts: &Parts) {
    seconds(context, state, "boot_timeout");
    seconds(context, state, "graceful_halt_timeout");
    for network in &parts.networks {
        let place = match network.kind.as_str() {
            "forwarded_port" => "a forwarded port",
            "private_network" => "a private network",
            "public_network" => "a public network",
            _ => continue,
        };
        let at = network.span.as_ref();
        names(context, &network.options, NETWORK_OPTIONS, place, at);
        // A port is bound to an address of the host: without one there is no machine.
        let addresses: &[&str] = if network.kind == "forwarded_port" {
            &["host_ip", "guest_ip"]
        } else {
            &["ip"]
        };
        for name in addresses {
            address(context, &network.options, name, place, at);
        }
    }
    for folder in &parts.folders {
        let at = folder.span.as_ref();
        names(
            context,
            &folder.options,
            FOLDER_OPTIONS,
            "a synced folder",
            at,
        );
    }
    for provisioner in &parts.provisioners {
        run(context, &provisioner.run, provisioner.span.as_ref());
    }
    let nameless = context.all.iter().find(|machine| machine.name.is_empty());
    if let Some(span) = nameless.map(|machine| machine.span.clone()) {
        note(
            context,
            Severity::Error,
            "a machine needs a name: this one is empty".to_owned(),
            span,
            None,
        );
    }
}

fn note(
    context: &mut Context<'_>,
    severity: Severity,
    message: String,
    span: Option<Span>,
    hint: Option<String>,
) {
    context.findings.push(Finding {
        section: "vm".to_owned(),
        message,
        span,
        hint,
        severity,
        counted: false,
        shown: true,
    });
}

/// A time must be a number; Vagrant ends with a Ruby error in the middle of `up`.
fn seconds(context: &mut Context<'_>, state: &State, name: &str) {
    let value = state.get(name);
    let fits = match &value {
        Value::Int(_) | Value::Float(_) | Value::Nil => true,
        Value::Str(given) => given.text().trim().parse::<f64>().is_ok(),
        _ => false,
    };
    if !fits {
        note(
            context,
            Severity::Error,
            format!(
                "`{name}` must be a number of seconds, and is `{}`",
                text(&value)
            ),
            state.span(name),
            Some(format!("write `config.vm.{name} = 600`")),
        );
    }
}

fn address(context: &mut Context<'_>, options: &RHash, name: &str, place: &str, at: Option<&Span>) {
    let Some(Value::Str(given)) = options.get(&Value::sym(name)) else {
        return;
    };
    let given = given.text();
    // Files write a prefix length now and then, and `*` or nothing for all addresses.
    let plain = given.split('/').next().unwrap_or_default();
    if matches!(plain, "" | "*" | "localhost") || plain.parse::<IpAddr>().is_ok() {
        return;
    }
    note(
        context,
        Severity::Error,
        format!("`{name}: \"{given}\"` of {place} is no IP address"),
        at.cloned(),
        Some("an IPv4 address is four numbers from 0 to 255, such as `192.168.56.10`".to_owned()),
    );
}

fn names(
    context: &mut Context<'_>,
    options: &RHash,
    known: &[&str],
    place: &str,
    at: Option<&Span>,
) {
    for (key, _) in options.pairs() {
        let name = text(&key);
        if known.contains(&name.as_str()) {
            continue;
        }
        let Some(near) = nearest(&name, known.iter().copied()) else {
            continue;
        };
        note(
            context,
            Severity::Warning,
            format!("unknown option `{name}` of {place}"),
            at.cloned(),
            Some(format!("did you mean `{near}`?")),
        );
    }
}

fn run(context: &mut Context<'_>, value: &Value, at: Option<&Span>) {
    if value.is_nil() {
        return;
    }
    let given = text(value);
    if RUNS.contains(&given.as_str()) {
        return;
    }
    let hint = match nearest(&given, RUNS.iter().copied()) {
        Some(near) => format!("did you mean `run: \"{near}\"`?"),
        None => "`run:` is \"once\", \"always\" or \"never\"".to_owned(),
    };
    note(
        context,
        Severity::Warning,
        format!("`run: \"{given}\"` of a provisioner is unknown: it runs once"),
        at.cloned(),
        Some(hint),
    );
}
