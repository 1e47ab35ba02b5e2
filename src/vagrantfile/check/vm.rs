//! Rules of `config.vm`.

use super::{Context, said};
use crate::boxes::Constraint;
use crate::config::disk_bytes;
use crate::ruby::{RHash, Value};
use crate::source::nearest;
use crate::vagrantfile::lower;
use crate::vagrantfile::schema::vm::{DISK, NetworkEntry, Parts};
use crate::vagrantfile::schema::{State, is_sym, text};

use super::{names, values};

/// Providers whose machines need no box.
const BOX_OPTIONAL: &[&str] = &["docker", "libvirt", "lxc", "qemu"];

/// Types of synced folders that files use.
const FOLDER_TYPES: &[&str] = &[
    "rsync",
    "nfs",
    "smb",
    "virtualbox",
    "docker",
    "9p",
    "virtiofs",
    "sshfs",
    "vmware",
    "parallels",
    "hyperv",
    "lxc",
];

pub(super) fn check(context: &mut Context<'_>) {
    let machine = context.machine;
    let Some(state) = machine.root.section("vm") else {
        return;
    };
    let empty = Parts::default();
    let parts = state.vm().unwrap_or(&empty);
    names::unknown(context, "vm", state);
    check_box(context, state);
    check_downloads(context, state);
    check_folders(context, parts);
    check_networks(context, parts);
    check_disks(context, parts);
    check_cloud_init(context, parts);
    values::check(context, state, parts);
    for name in ["allow_fstab_modification", "allow_hosts_modification"] {
        if !matches!(state.get(name), Value::Bool(_)) {
            context.error(
                "vm",
                format!("`{name}` must be true or false"),
                state.span(name),
            );
        }
    }
    let bad = |name: &str| name.contains(['[', ']', '{', '}', '/']);
    let wrong: Vec<_> = context
        .all
        .iter()
        .filter(|other| bad(&other.name))
        .map(|other| (other.name.clone(), other.span.clone()))
        .collect();
    for (name, span) in wrong {
        context.error(
            "vm",
            format!("the machine name `{name}` may not hold any of `[ ] {{ }} /`"),
            span,
        );
    }
}

fn check_box(context: &mut Context<'_>, state: &State) {
    let machine = context.machine;
    let (name, clone) = (state.get("box"), state.get("clone"));
    if !name.truthy() && !clone.truthy() && !BOX_OPTIONAL.contains(&machine.provider.as_str()) {
        let finding = super::Finding::error(
            "vm",
            format!("the machine `{}` has no box", machine.name),
            machine.span.clone(),
        );
        context.findings.push(finding.hint("set `config.vm.box`"));
    }
    if name.truthy() && clone.truthy() {
        context.error(
            "vm",
            "`box` and `clone` cannot both be set",
            state.span("clone"),
        );
    }
    if name.as_string().is_some_and(|name| name.is_empty()) {
        context.error("vm", "the name of the box is empty", state.span("box"));
    }
    if let Some(hostname) = said(state, "hostname")
        && !is_hostname(&hostname)
    {
        let finding = super::Finding::error(
            "vm",
            format!("`{hostname}` is no host name"),
            state.span("hostname"),
        );
        context.findings.push(
            finding.hint("use letters, digits, hyphens and dots, and begin with a letter or digit"),
        );
    }
    if let Some(version) = said(state, "box_version") {
        for part in version.split(',') {
            if part.trim().parse::<Constraint>().is_err() {
                context.error(
                    "vm",
                    format!("`{}` is no version of a box", part.trim()),
                    state.span("box_version"),
                );
            }
        }
    }
}

fn is_hostname(name: &str) -> bool {
    // One line is enough for Vagrant's rule.
    name.lines().any(|line| {
        line.starts_with(|c: char| c.is_ascii_alphanumeric())
            && line
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
    })
}

fn check_downloads(context: &mut Context<'_>, state: &State) {
    if let Some(path) = said(state, "box_download_ca_cert")
        && !context.is_file(&path)
    {
        context.error(
            "vm",
            format!("there is no file `{path}` for `box_download_ca_cert`"),
            state.span("box_download_ca_cert"),
        );
    }
    if let Some(path) = said(state, "box_download_ca_path")
        && !context.is_dir(&path)
    {
        context.error(
            "vm",
            format!("there is no folder `{path}` for `box_download_ca_path`"),
            state.span("box_download_ca_path"),
        );
    }
    let blank = text(&state.get("box_download_checksum")).is_empty();
    let typed = state.get("box_download_checksum_type").truthy();
    if typed && blank {
        context.error(
            "vm",
            "`box_download_checksum_type` is set, but `box_download_checksum` is not",
            state.span("box_download_checksum_type"),
        );
    }
    if !typed && !blank {
        context.error(
            "vm",
            "`box_download_checksum` is set, but `box_download_checksum_type` is not",
            state.span("box_download_checksum"),
        );
    }
    match state.get("box_download_options") {
        Value::Hash(options) => {
            for (key, value) in options.pairs() {
                let fits = matches!(value, Value::Bool(_) | Value::Str(_) | Value::Nil);
                if !fits {
                    context.error(
                        "vm",
                        format!("the option `{}` of `box_download_options` must be a string, true or false", text(&key)),
                        state.span("box_download_options"),
                    );
                }
            }
        }
        _ => context.error(
            "vm",
            "`box_download_options` must be a hash",
            state.span("box_download_options"),
        ),
    }
}

fn option(options: &RHash, name: &str) -> Value {
    options.get(&Value::sym(name)).unwrap_or_default()
}

fn check_folders(context: &mut Context<'_>, parts: &Parts) {
    let mut used: Vec<String> = Vec::new();
    for folder in &parts.folders {
        let of = |name: &str| option(&folder.options, name);
        if of("disabled").truthy() {
            continue;
        }
        let span = || folder.span.clone();
        let (host, guest) = (text(&of("hostpath")), text(&of("guestpath")));
        if guest.is_empty() && text(&folder.key).is_empty() {
            context.error(
                "vm",
                format!("the synced folder `{host}` needs a guest path or a name"),
                span(),
            );
        } else if !guest.is_empty() {
            if !guest.starts_with('/') && !is_drive(&guest) {
                context.error(
                    "vm",
                    format!("the guest path `{guest}` of a synced folder must be absolute"),
                    span(),
                );
            } else {
                if used.contains(&guest) {
                    context.error(
                        "vm",
                        format!("two synced folders have the guest path `{guest}`"),
                        span(),
                    );
                }
                used.push(guest);
            }
        }
        if !context.is_dir(&host) && !of("create").truthy() {
            let finding = super::Finding::error(
                "vm",
                format!("there is no folder `{host}` to share"),
                span(),
            );
            context
                .findings
                .push(finding.hint("make it, or say `create: true`"));
        }
        let nfs = is_sym(&of("type"), "nfs");
        if nfs && !of("nfs__quiet").truthy() && (of("owner").truthy() || of("group").truthy()) {
            context.error(
                "vm",
                format!("`owner` and `group` have no effect on the NFS folder `{host}`"),
                span(),
            );
        }
        if of("mount_options").truthy() && !matches!(of("mount_options"), Value::Array(_)) {
            context.error("vm", "`mount_options` must be a list", span());
        }
        let kind = of("type");
        // A type that a plugin brings is there as far as the plugin is.
        let brought = match text(&kind).as_str() {
            "sshfs" => context.machine.plugins.has("vagrant-sshfs", None),
            "9p" | "virtiofs" => context.machine.plugins.has("vagrant-libvirt", None),
            "lxc" => context.machine.plugins.has("vagrant-lxc", None),
            _ => true,
        };
        if kind.truthy() && !(brought && FOLDER_TYPES.contains(&text(&kind).as_str())) {
            let kind = text(&kind);
            let mut finding = super::Finding::error(
                "vm",
                format!("unknown type `{kind}` of a synced folder"),
                span(),
            );
            finding.hint = nearest(&kind, FOLDER_TYPES.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            context.findings.push(finding);
        }
    }
}

/// Tells whether a path begins with a drive letter.
fn is_drive(path: &str) -> bool {
    path.split_once(':').is_some_and(|(drive, _)| {
        !drive.is_empty() && drive.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

const NETWORK_TYPES: &[&str] = &["forwarded_port", "private_network", "public_network"];

fn check_networks(context: &mut Context<'_>, parts: &Parts) {
    let mut incomplete = false;
    let mut used: Vec<String> = Vec::new();
    let mut named = false;
    for network in &parts.networks {
        let of = |name: &str| option(&network.options, name);
        let span = || network.span.clone();
        if of("hostname").truthy() {
            if named {
                context.error("vm", "only one network may say `hostname`", span());
            }
            if of("ip").is_nil() {
                context.error("vm", "a network that says `hostname` needs `ip`", span());
            }
            named = true;
        }
        match network.kind.as_str() {
            "forwarded_port" => check_port(context, network, &mut incomplete, &mut used),
            "private_network" => {
                let kind = of("type");
                if kind.truthy() && text(&kind) != "dhcp" && !of("ip").truthy() {
                    context.error("vm", "a private network without DHCP needs `ip`", span());
                }
            }
            "public_network" => {}
            kind => {
                let mut finding =
                    super::Finding::error("vm", format!("unknown network type `{kind}`"), span());
                finding.hint = nearest(kind, NETWORK_TYPES.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"))
                    .or_else(|| Some(format!("the types are {}", NETWORK_TYPES.join(", "))));
                context.findings.push(finding);
            }
        }
    }
}

fn check_port(
    context: &mut Context<'_>,
    network: &NetworkEntry,
    incomplete: &mut bool,
    used: &mut Vec<String>,
) {
    let of = |name: &str| option(&network.options, name);
    let span = || network.span.clone();
    let (guest, host) = (of("guest"), of("host"));
    if !*incomplete && (!guest.truthy() || !host.truthy()) {
        context.error("vm", "a forwarded port needs `guest` and `host`", span());
        *incomplete = true;
    }
    if host.truthy() {
        let key = format!(
            "{} {} {}",
            text(&of("host_ip")),
            text(&of("protocol")),
            text(&host)
        );
        if used.contains(&key) {
            context.error(
                "vm",
                format!(
                    "the host port `{}` is forwarded twice for `{}`",
                    text(&host),
                    text(&of("protocol"))
                ),
                span(),
            );
        }
        used.push(key);
    }
    let is_port = |port: &Value| {
        port.as_int()
            .is_some_and(|port| (1..=65535).contains(&port))
    };
    if !is_port(&host) || !is_port(&guest) {
        context.error("vm", "a forwarded port must be from 1 to 65535", span());
    }
}

const DISK_TYPES: &[&str] = &["disk", "dvd", "floppy"];

fn check_disks(context: &mut Context<'_>, parts: &Parts) {
    let disks = &parts.disks;
    let is = |disk: &State, kind: &str| is_sym(&disk.get("type"), kind);
    let primary = disks
        .iter()
        .filter(|disk| disk.get("primary").truthy() && is(disk, "disk"));
    if primary.count() > 1 {
        context.error("vm", "only one disk may be `primary`", None);
    }
    for (attribute, what) in [("name", "name"), ("file", "file")] {
        let all: Vec<String> = disks
            .iter()
            .filter_map(|disk| said(disk, attribute))
            .collect();
        let mut twice: Vec<&String> = all
            .iter()
            .filter(|one| all.iter().filter(|other| other == one).count() > 1)
            .collect();
        twice.dedup();
        // A missing name counts as one that repeats.
        let unnamed = attribute == "name"
            && disks
                .iter()
                .filter(|disk| disk.get("name").is_nil())
                .count()
                > 1;
        if !twice.is_empty() || unnamed {
            let names: Vec<String> = twice.iter().map(|one| format!("`{one}`")).collect();
            context.error(
                "vm",
                format!("several disks have the {what} {}", names.join(", ")),
                None,
            );
        }
    }
    for disk in disks {
        check_disk(context, disk);
    }
}

fn check_disk(context: &mut Context<'_>, disk: &State) {
    names::unknown(context, DISK.section, disk);
    let span = || disk.span("type");
    let kind = text(&disk.get("type"));
    let name = said(disk, "name");
    let label = name.clone().unwrap_or_default();
    if !DISK_TYPES.contains(&kind.as_str()) || disk.get("type").as_symbol().is_none() {
        context.error(
            "vm",
            format!(
                "unknown disk type `{kind}`; the types are {}",
                DISK_TYPES.join(", ")
            ),
            span(),
        );
    }
    if let Some(extension) = said(disk, "disk_ext") {
        let known: &[&str] = match context.machine.provider.as_str() {
            "virtualbox" => &["vdi", "vmdk", "vhd"],
            "hyperv" => &["vhd", "vhdx"],
            _ => &[],
        };
        if !known.is_empty() && !known.contains(&extension.to_lowercase().as_str()) {
            context.error(
                "vm",
                format!("the disk `{label}` cannot be a `{extension}` file"),
                span(),
            );
        }
    }
    let size = lower::plain(&disk.get("size"));
    if disk_bytes(&size).is_none() && kind == "disk" {
        let mut finding = super::Finding::error(
            "vm",
            format!("the disk `{label}` has no size that can be read"),
            span(),
        );
        // An image that is there has a size of its own. Vagrant wants one all the same.
        finding.shown = size.is_truthy() || !disk.get("file").truthy();
        context
            .findings
            .push(finding.hint("write `size: \"10GB\"`"));
    }
    if kind == "dvd" && !disk.get("file").truthy() {
        context.error("vm", format!("the DVD `{label}` needs `file`"), span());
    }
    if kind == "dvd" && disk.get("primary").truthy() {
        context.error(
            "vm",
            format!("the DVD `{label}` cannot be `primary`"),
            span(),
        );
    }
    match disk.get("file") {
        Value::Nil | Value::Bool(false) => {}
        Value::Str(file) => {
            if !context.is_file(&file.text()) {
                context.error(
                    "vm",
                    format!("there is no file `{}` for the disk `{label}`", file.text()),
                    span(),
                );
            }
        }
        _ => context.error(
            "vm",
            format!("`file` of the disk `{label}` must be a path"),
            span(),
        ),
    }
    if name.is_none() {
        context.error("vm", "a disk needs `name`", span());
    }
}

const CONTENT_TYPES: &[&str] = &[
    "text/cloud-boothook",
    "text/cloud-config",
    "text/cloud-config-archive",
    "text/jinja2",
    "text/part-handler",
    "text/upstart-job",
    "text/x-include-once-url",
    "text/x-include-url",
    "text/x-shellscript",
];

fn check_cloud_init(context: &mut Context<'_>, parts: &Parts) {
    for part in &parts.cloud_inits {
        names::unknown(context, "vm", part);
        let span = || part.span("content_type").or_else(|| part.span("type"));
        let kind = text(&part.get("type"));
        if kind != "user_data" {
            context.error(
                "vm",
                format!("unknown kind `{kind}` of cloud-init data; there is `user_data`"),
                span(),
            );
        }
        match said(part, "content_type") {
            None => context.error("vm", "cloud-init data needs `content_type`", span()),
            Some(given) if !CONTENT_TYPES.contains(&given.as_str()) => {
                let mut finding = super::Finding::error(
                    "vm",
                    format!("unknown content type `{given}` of cloud-init data"),
                    span(),
                );
                finding.hint = nearest(&given, CONTENT_TYPES.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                context.findings.push(finding);
            }
            Some(_) => {}
        }
        let (path, inline) = (part.get("path"), part.get("inline"));
        if path.truthy() && inline.truthy() {
            context.error(
                "vm",
                "cloud-init data has `path` and `inline`; say one of them",
                span(),
            );
        }
        match &path {
            Value::Str(path) if !context.is_file(&path.text()) => {
                context.error(
                    "vm",
                    format!("there is no file `{}` with cloud-init data", path.text()),
                    span(),
                );
            }
            Value::Str(_) | Value::Nil | Value::Bool(false) => {}
            _ => context.error("vm", "`path` of cloud-init data must be a path", span()),
        }
        if inline.truthy() && !matches!(inline, Value::Str(_)) {
            context.error("vm", "`inline` of cloud-init data must be a string", span());
        }
    }
}
