//! Settings of vagrant-libvirt (0.11), which many files for Linux hosts use.
//! What they mean is read by whoever starts machines; here they get the same
//! shape that the plugin gives them.

use std::fmt::Write as _;

use super::{Attr, Class, Lit, State, attr, held, is_sym, join_lists, merge_hashes, options, text};
use crate::ruby::{Args, Interp, Outcome, Value};
use crate::vagrantfile::dsl::Config;

use Lit::{Bool, Int, List, Map, Nil, Str, Strings};

const ATTRS: &[Attr] = &[
    attr("autostart", Bool(false)),
    held("boot_order", List),
    held("cdroms", List),
    attr("channels", List),
    attr("clock_absolute", Nil),
    attr("clock_adjustment", Nil),
    attr("clock_basis", Nil),
    attr("clock_offset", Str("utc")),
    attr("clock_timers", List),
    attr("clock_timezone", Nil),
    attr("cmd_line", Str("")),
    attr("connect_via_ssh", Nil),
    attr("cpu_affinity", Map),
    attr("cpu_fallback", Str("allow")),
    attr("cpu_features", List),
    attr("cpu_mode", Str("host-model")),
    attr("cpu_model", Str("")),
    attr("cpu_topology", Map),
    attr("cpus", Int(1)),
    attr("cpuset", Nil),
    attr("default_prefix", Nil),
    attr("description", Str("")),
    attr("disk_address_type", Nil),
    attr("disk_bus", Str("virtio")),
    attr("disk_controller_model", Nil),
    attr("disk_device", Nil),
    attr("disk_driver_opts", Map),
    held("disks", List),
    attr("driver", Str("kvm")),
    attr("dtb", Nil),
    attr("emulator_path", Nil),
    attr("features", Strings(&["acpi", "apic", "pae"])),
    attr("features_hyperv", List),
    held("floppies", List),
    attr("forward_ssh_port", Bool(false)),
    attr("graphics_autoport", Nil),
    attr("graphics_gl", Bool(false)),
    attr("graphics_ip", Nil),
    attr("graphics_passwd", Nil),
    attr("graphics_port", Nil),
    attr("graphics_type", Str("vnc")),
    attr("graphics_websocket", Nil),
    attr("host", Nil),
    attr("host_device_exclude_prefixes", Nil),
    attr("id_ssh_key_file", Nil),
    attr("initrd", Nil),
    attr("inputs", List),
    attr("kernel", Nil),
    attr("keymap", Str("en-us")),
    attr("kvm_hidden", Bool(false)),
    attr("launchsecurity_data", Nil),
    attr("loader", Nil),
    attr("machine_arch", Nil),
    attr("machine_type", Nil),
    attr("machine_virtual_size", Nil),
    attr("management_network_address", Str("192.168.121.0/24")),
    attr("management_network_autostart", Bool(false)),
    attr("management_network_device", Str("virbr0")),
    attr("management_network_domain", Nil),
    attr("management_network_driver_iommu", Bool(false)),
    attr("management_network_guest_ipv6", Str("yes")),
    attr("management_network_iface_name", Nil),
    attr("management_network_keep", Bool(false)),
    attr("management_network_mac", Nil),
    attr("management_network_mode", Str("nat")),
    attr("management_network_model_type", Nil),
    attr("management_network_mtu", Nil),
    attr("management_network_name", Str("vagrant-libvirt")),
    attr("management_network_pci_bus", Nil),
    attr("management_network_pci_slot", Nil),
    attr("memballoon_enabled", Nil),
    attr("memballoon_model", Str("virtio")),
    attr("memballoon_pci_bus", Str("0x00")),
    attr("memballoon_pci_slot", Str("0x0f")),
    attr("memory", Int(512)),
    attr("memory_backing", List),
    attr("memtunes", Map),
    attr("mgmt_attach", Bool(true)),
    attr("nested", Bool(false)),
    attr("nic_adapter_count", Int(8)),
    attr("nic_model_type", Nil),
    attr("nodeset", Nil),
    attr("numa_nodes", Nil),
    attr("nvram", Nil),
    attr("password", Nil),
    attr("pcis", List),
    attr("port", Nil),
    attr("proxy_command", Nil),
    attr("qemu_args", List),
    attr("qemu_env", Map),
    attr("qemu_use_agent", Bool(false)),
    attr("qemu_use_session", Nil),
    attr("random_hostname", Bool(false)),
    attr("redirdevs", List),
    attr("redirfilters", List),
    attr("rng", Map),
    attr("serials", List),
    attr("shares", Nil),
    attr("smartcard_dev", Map),
    attr("snapshot_pool_name", Nil),
    attr("socket", Nil),
    attr("sound_type", Nil),
    attr("storage_pool_name", Str("default")),
    attr("storage_pool_path", Nil),
    attr("suspend_mode", Str("pause")),
    attr("sysinfo", Map),
    attr("system_uri", Nil),
    attr("title", Str("")),
    attr("tpm_model", Str("tpm-tis")),
    attr("tpm_path", Nil),
    attr("tpm_type", Str("passthrough")),
    attr("tpm_version", Nil),
    attr("uri", Nil),
    attr("usbctl_dev", Map),
    attr("usbs", List),
    attr("username", Nil),
    attr("uuid", Str("")),
    attr("video_accel3d", Bool(false)),
    attr("video_type", Str("cirrus")),
    attr("video_vram", Int(16384)),
    attr("volume_cache", Nil),
    attr("watchdog_dev", Map),
];

/// The provider's settings.
pub(super) static LIBVIRT: Class = Class {
    key: "libvirt",
    ruby: "VagrantPlugins::ProviderLibvirt::Config",
    section: "Libvirt Provider",
    attrs: &[ATTRS],
    methods: &[
        ("storage", storage),
        ("disk_driver", |_, config, args| {
            let known = ["cache", "io", "copy_on_read", "discard", "detect_zeroes"];
            let given = options(args).into_iter();
            let given = given.filter(|(key, _)| known.iter().any(|name| is_sym(key, name)));
            let value = Value::hash(given);
            config.change(|state| state.set_at("disk_driver_opts", value, args.name_span()));
            Ok(Value::Nil)
        }),
        ("boot", |_, config, args| {
            let device = args.folded().first().cloned().unwrap_or_default();
            push(config, args, "boot_order", device)
        }),
        ("input", |_, config, args| {
            push_options(config, args, "inputs", &["type", "bus"])
        }),
        ("channel", |_, config, args| {
            let keys = [
                "type",
                "source_mode",
                "source_path",
                "target_address",
                "target_name",
                "target_port",
                "target_type",
                "disabled",
            ];
            push_options(config, args, "channels", &keys)
        }),
        ("random", |_, config, args| {
            put_options(config, args, "rng", &["model"])
        }),
        ("watchdog", |_, config, args| {
            let model = option(args, "model");
            let action = Some(option(args, "action"))
                .filter(Value::truthy)
                .unwrap_or_else(|| Value::str("reset"));
            put(
                config,
                args,
                "watchdog_dev",
                [("model", model), ("action", action)],
            )
        }),
        ("usb_controller", |_, config, args| {
            put_given(config, args, "usbctl_dev")
        }),
        ("smartcard", |_, config, args| {
            put_given(config, args, "smartcard_dev")
        }),
        ("launchsecurity", |_, config, args| {
            put_given(config, args, "launchsecurity_data")
        }),
        ("sysinfo", |_, config, args| {
            put_given(config, args, "sysinfo")
        }),
        ("usb", |_, config, args| push_given(config, args, "usbs")),
        ("redirdev", |_, config, args| {
            push_options(config, args, "redirdevs", &["type"])
        }),
        ("redirfilter", |_, config, args| {
            push_given(config, args, "redirfilters")
        }),
        ("pci", |_, config, args| {
            push_options(
                config,
                args,
                "pcis",
                &[
                    "domain",
                    "bus",
                    "slot",
                    "function",
                    "guest_domain",
                    "guest_bus",
                    "guest_slot",
                    "guest_function",
                ],
            )
        }),
        ("serial", |_, config, args| {
            let kind = Some(option(args, "type"))
                .filter(Value::truthy)
                .unwrap_or_else(|| Value::str("pty"));
            let serial = Value::hash([
                (Value::sym("type"), kind),
                (Value::sym("source"), option(args, "source")),
            ]);
            push(config, args, "serials", serial)
        }),
        ("qemuargs", |_, config, args| {
            push_options(config, args, "qemu_args", &["value"])
        }),
        ("qemuenv", |_, config, args| {
            let given = Value::hash(options(args));
            config.change(|state| {
                let all = merge_hashes(&state.get("qemu_env"), &given);
                state.set_at("qemu_env", all, args.name_span());
            });
            Ok(Value::Nil)
        }),
        ("clock_timer", |_, config, args| {
            push_given(config, args, "clock_timers")
        }),
        ("cpu_feature", |_, config, args| {
            push_options(config, args, "cpu_features", &["name", "policy"])
        }),
        ("hyperv_feature", |_, config, args| {
            push_given(config, args, "features_hyperv")
        }),
        ("cputopology", |_, config, args| {
            put_options(
                config,
                args,
                "cpu_topology",
                &["sockets", "cores", "threads"],
            )
        }),
        // The plugin's own spelling.
        ("cpuaffinitiy", |_, config, args| {
            put_given(config, args, "cpu_affinity")
        }),
        ("memorybacking", |_, config, args| {
            let backing = Value::hash([
                (Value::sym("name"), args.get(0)),
                (Value::sym("config"), Value::hash(options(args))),
            ]);
            push(config, args, "memory_backing", backing)
        }),
        ("memtune", |_, config, args| {
            let kind = Some(option(args, "type"))
                .filter(Value::truthy)
                .unwrap_or_else(|| Value::str("hard_limit"));
            let tune = Value::hash([(
                kind,
                Value::hash([
                    (Value::sym("unit"), option(args, "unit")),
                    (Value::sym("value"), option(args, "value")),
                ]),
            )]);
            config.change(|state| {
                let all = merge_hashes(&state.get("memtunes"), &tune);
                state.set_at("memtunes", all, args.name_span());
            });
            Ok(Value::Nil)
        }),
    ],
    merge,
    finalize,
};

fn option(args: &Args, name: &str) -> Value {
    let found = options(args).into_iter().find(|(key, _)| is_sym(key, name));
    found.map(|(_, value)| value).unwrap_or_default()
}

fn push(config: &Config, args: &Args, name: &'static str, value: Value) -> Outcome {
    config.change(|state| {
        let all = join_lists(&state.get(name), &Value::array(vec![value]));
        state.set_at(name, all, args.name_span());
    });
    Ok(Value::Nil)
}

fn chosen(args: &Args, keys: &[&str]) -> Value {
    Value::hash(keys.iter().map(|key| (Value::sym(key), option(args, key))))
}

fn push_options(config: &Config, args: &Args, name: &'static str, keys: &[&str]) -> Outcome {
    push(config, args, name, chosen(args, keys))
}

fn push_given(config: &Config, args: &Args, name: &'static str) -> Outcome {
    push(config, args, name, Value::hash(options(args)))
}

fn put<const N: usize>(
    config: &Config,
    args: &Args,
    name: &'static str,
    pairs: [(&str, Value); N],
) -> Outcome {
    let value = Value::hash(pairs.map(|(key, value)| (Value::sym(key), value)));
    config.change(|state| state.set_at(name, value, args.name_span()));
    Ok(Value::Nil)
}

fn put_options(config: &Config, args: &Args, name: &'static str, keys: &[&str]) -> Outcome {
    let value = chosen(args, keys);
    config.change(|state| state.set_at(name, value, args.name_span()));
    Ok(Value::Nil)
}

fn put_given(config: &Config, args: &Args, name: &'static str) -> Outcome {
    let value = Value::hash(options(args));
    config.change(|state| state.set_at(name, value, args.name_span()));
    Ok(Value::Nil)
}

/// `storage :file, size: …, device: :cdrom …`
fn storage(_: &mut Interp, config: &Config, args: &Args) -> Outcome {
    if !is_sym(&args.get(0), "file") {
        return Ok(Value::Nil);
    }
    let or = |name: &str, default: &str| {
        Some(option(args, name))
            .filter(Value::truthy)
            .unwrap_or_else(|| Value::str(default))
    };
    let device = option(args, "device");
    for (kind, list, prefix, bus) in [
        ("cdrom", "cdroms", "hd", "ide"),
        ("floppy", "floppies", "fd", "fdc"),
    ] {
        if !is_sym(&device, kind) {
            continue;
        }
        let count = config.read(|state| super::to_list(&state.get(list)).len());
        let letter = char::from(b'a' + u8::try_from(count.min(25)).unwrap_or(0));
        let drive = Value::hash([
            (Value::sym("type"), Value::str("raw")),
            (Value::sym("dev"), or("dev", &format!("{prefix}{letter}"))),
            (Value::sym("bus"), or("bus", bus)),
            (Value::sym("path"), option(args, "path")),
        ]);
        return push(config, args, list, drive);
    }
    let mut disk = vec![
        (Value::sym("type"), or("type", "qcow2")),
        (Value::sym("size"), or("size", "10G")),
        (Value::sym("bus"), or("bus", "virtio")),
        (Value::sym("cache"), or("cache", "default")),
    ];
    for name in [
        "device",
        "path",
        "allow_existing",
        "shareable",
        "serial",
        "io",
        "copy_on_read",
        "discard",
        "detect_zeroes",
        "address_type",
        "pool",
        "wwn",
    ] {
        disk.push((Value::sym(name), option(args, name)));
    }
    push(config, args, "disks", Value::hash(disk))
}

fn merge(outer: &State, inner: &State, result: &mut State) {
    for name in ["disks", "cdroms", "floppies", "clock_timers", "boot_order"] {
        if !(outer.is_unset(name) && inner.is_unset(name)) {
            let all = join_lists(&outer.get(name), &inner.get(name));
            result.set(name, all);
        }
    }
    for name in ["qemu_env", "disk_driver_opts"] {
        if !(outer.is_unset(name) && inner.is_unset(name)) {
            let all = merge_hashes(&outer.get(name), &inner.get(name));
            result.set(name, all);
        }
    }
}

/// The parts of a libvirt URI that the plugin reads.
struct Uri {
    scheme: String,
    user: Option<String>,
    host: String,
    port: Option<i64>,
    path: String,
    query: Option<String>,
}

fn parse_uri(uri: &str) -> Option<Uri> {
    let (scheme, rest) = uri.split_once("://")?;
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query.to_owned())),
        None => (rest, None),
    };
    let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, place) = match place.split_once('@') {
        Some((user, place)) => (Some(user.to_owned()), place),
        None => (None, place),
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (place, None),
    };
    Some(Uri {
        scheme: scheme.to_owned(),
        user,
        host: host.to_owned(),
        port,
        path: path.to_owned(),
        query,
    })
}

/// Puts a URI together from driver, host and user, where the file gives none.
fn make_uri(state: &State) -> String {
    let driver = Some(text(&state.get("driver"))).filter(|driver| !driver.is_empty());
    let driver = driver.unwrap_or_else(|| "kvm".to_owned());
    let path = match driver.as_str() {
        "qemu" | "kvm" if state.get("qemu_use_session").truthy() => "/session",
        "vbox" | "vmwarews" | "hyperv" => "/session",
        "xen" | "esx" => "/",
        _ => "/system",
    };
    let scheme = if driver == "kvm" { "qemu" } else { &driver };
    let host = text(&state.get("host"));
    let ssh = state.get("connect_via_ssh").truthy()
        || (state.is_unset("connect_via_ssh") && state.get("id_ssh_key_file").truthy());
    let mut uri = scheme.to_owned();
    let mut query = Vec::new();
    if ssh {
        uri += "+ssh://";
        let user = text(&state.get("username"));
        if !user.is_empty() {
            uri += &user;
            uri.push('@');
        }
        uri += if host.is_empty() { "localhost" } else { &host };
        query.push("no_verify=1".to_owned());
        let key = text(&state.get("id_ssh_key_file"));
        if !key.is_empty() {
            query.push(format!("keyfile={key}"));
        }
    } else {
        uri += "://";
        uri += &host;
    }
    uri += path;
    let socket = text(&state.get("socket"));
    if !socket.is_empty() {
        query.push(format!("socket={socket}"));
    }
    if !query.is_empty() {
        uri.push('?');
        uri += &query.join("&");
    }
    uri
}

fn finalize_connection(state: &mut State) {
    if !state.get("uri").truthy() {
        let uri = make_uri(state);
        state.set("uri", Value::str(uri));
    }
    let uri = text(&state.get("uri"));
    let Some(parts) = parse_uri(&uri) else { return };
    let ssh = match state.field("connect_via_ssh") {
        Some(field) => field.value.truthy(),
        None => parts.scheme.contains("ssh"),
    };
    state.set("connect_via_ssh", Value::Bool(ssh));
    if state.is_unset("qemu_use_session") {
        let session = parts.scheme.starts_with("qemu") && parts.path.contains("session");
        state.set("qemu_use_session", Value::Bool(session));
    }
    if state.is_unset("system_uri") {
        let user = parts
            .user
            .as_ref()
            .map(|user| format!("{user}@"))
            .unwrap_or_default();
        let port = parts
            .port
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let query = parts
            .query
            .as_ref()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let system = format!(
            "{}://{user}{}{port}/system{query}",
            parts.scheme, parts.host
        );
        state.set("system_uri", Value::str(system));
    }
    state.set("host", Value::str(&parts.host));
    state.set("port", parts.port.map_or(Value::Nil, Value::Int));
    if let Some(user) = &parts.user {
        state.set("username", Value::str(user));
    }
    if ssh && state.is_unset("proxy_command") {
        let mut command = format!("ssh '{}' ", parts.host);
        if let Some(port) = parts.port {
            let _ = write!(command, "-p {port} ");
        }
        let user = text(&state.get("username"));
        if !user.is_empty() {
            let _ = write!(command, "-l '{user}' ");
        }
        let key = text(&state.get("id_ssh_key_file"));
        if !key.is_empty() {
            let _ = write!(command, "-i '{key}' ");
        }
        command += "-W %h:%p";
        state.set("proxy_command", Value::str(command));
    }
}

fn finalize(state: &mut State) {
    finalize_connection(state);
    let spice = text(&state.get("graphics_type")) == "spice";
    if !spice && state.is_unset("graphics_port") {
        state.set("graphics_autoport", Value::str("yes"));
    }
    let unless_spice = |value: Value| if spice { Value::Nil } else { value };
    for (name, value) in [
        ("graphics_port", unless_spice(Value::Int(-1))),
        ("graphics_websocket", unless_spice(Value::Int(-1))),
        ("graphics_ip", unless_spice(Value::str("127.0.0.1"))),
    ] {
        if state.is_unset(name) {
            state.set(name, value);
        }
    }
    if state.is_unset("disk_device") {
        let scsi = !state.is_unset("disk_bus") && text(&state.get("disk_bus")) == "scsi";
        let device = if scsi { "sda" } else { "vda" };
        state.set("disk_device", Value::str(device));
    }
    if state.is_unset("disk_bus") && text(&state.get("disk_device")).starts_with("sd") {
        state.set("disk_bus", Value::str("scsi"));
    }
    if state.is_unset("disk_controller_model") && text(&state.get("disk_bus")) == "scsi" {
        state.set("disk_controller_model", Value::str("virtio-scsi"));
    }
    if state.is_unset("snapshot_pool_name") {
        let pool = Some(state.get("storage_pool_name")).filter(Value::truthy);
        state.set(
            "snapshot_pool_name",
            pool.unwrap_or_else(|| Value::str("default")),
        );
    }
    if state.is_unset("inputs") {
        let mouse = Value::hash([
            (Value::sym("type"), Value::str("mouse")),
            (Value::sym("bus"), Value::str("ps2")),
        ]);
        state.set("inputs", Value::array(vec![mouse]));
    }
    if state.is_unset("serials") {
        let serial = Value::hash([
            (Value::sym("type"), Value::str("pty")),
            (Value::sym("source"), Value::Nil),
        ]);
        state.set("serials", Value::array(vec![serial]));
    }
    let mut wanted = Vec::new();
    if spice && state.is_unset("channels") {
        wanted.push(("spicevmc", "com.redhat.spice.0"));
    }
    let agent = "org.qemu.guest_agent.0";
    let has_agent = super::to_list(&state.get("channels"))
        .iter()
        .any(|channel| {
            let members = channel.as_hash().unwrap_or_default();
            members
                .iter()
                .any(|(key, value)| is_sym(key, "target_name") && text(value) == agent)
        });
    if state.get("qemu_use_agent").truthy() && !has_agent {
        wanted.push(("unix", agent));
    }
    for (kind, target) in wanted {
        let channel = Value::hash([
            (Value::sym("type"), Value::str(kind)),
            (Value::sym("target_name"), Value::str(target)),
            (Value::sym("target_type"), Value::str("virtio")),
        ]);
        let all = join_lists(&state.get("channels"), &Value::array(vec![channel]));
        state.set("channels", all);
    }
    if let Value::Array(nodes) = state.get("numa_nodes") {
        // libvirt wants KiB.
        let nodes: Vec<Value> = nodes.to_vec().iter().map(numa_node).collect();
        state.set("numa_nodes", Value::array(nodes));
    }
    state.fill_defaults();
}

fn numa_node(node: &Value) -> Value {
    let members = node.as_hash().unwrap_or_default().into_iter();
    Value::hash(members.map(|(key, value)| {
        let value = match (is_sym(&key, "memory"), value.as_int()) {
            (true, Some(mib)) => Value::Int(mib.saturating_mul(1024)),
            _ => value,
        };
        (key, value)
    }))
}
