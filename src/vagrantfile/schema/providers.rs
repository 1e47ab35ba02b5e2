//! Settings of the providers that Vagrant brings along; vagrant-libvirt's are
//! in `libvirt`. Any other provider is recorded without a class.

use super::{
    Attr, Class, Lit, State, attr, held, join_lists, libvirt, merge_hashes, reader, text, to_list,
    to_sym,
};
use crate::ruby::{Args, Interp, Outcome, Value};
use crate::vagrantfile::dsl::Config;

use Lit::{Bool, Int, List, Map, Nil, Str};

/// Returns the class of a provider.
pub(in crate::vagrantfile) fn class(provider: &str) -> Option<&'static Class> {
    [&VIRTUALBOX, &HYPERV, &DOCKER, &libvirt::LIBVIRT]
        .into_iter()
        .find(|class| class.key == provider)
}

/// Names that files use for providers, to find slips by.
pub(in crate::vagrantfile) const NAMES: &[&str] = &[
    "virtualbox",
    "hyperv",
    "docker",
    "libvirt",
    "qemu",
    "lxc",
    "lxd",
    "aws",
    "azure",
    "google",
    "parallels",
    "vmware_desktop",
    "vmware_fusion",
    "vmware_workstation",
    "vsphere",
    "podman",
    "openstack",
    "digital_ocean",
    "utm",
];

static VIRTUALBOX: Class = Class {
    key: "virtualbox",
    ruby: "VagrantPlugins::ProviderVirtualBox::Config",
    section: "VirtualBox Provider",
    attrs: &[&[
        attr("auto_nat_dns_proxy", Bool(true)),
        attr("check_guest_additions", Bool(true)),
        reader("customizations", List),
        attr("default_nic_type", Nil),
        attr("destroy_unused_network_interfaces", Bool(false)),
        attr("functional_vboxsf", Bool(true)),
        attr("gui", Bool(false)),
        attr("linked_clone", Bool(false)),
        attr("linked_clone_snapshot", Nil),
        attr("name", Nil),
        // The first adapter is NAT unless a file says otherwise.
        reader("network_adapters", Lit::NatAdapter),
    ]],
    methods: &[
        ("customize", |_, config, args| {
            let mut command = args.folded();
            let event = match command.first() {
                Some(Value::Str(_)) => command.remove(0),
                _ => Value::str("pre-boot"),
            };
            let command = command.first().cloned().unwrap_or_default();
            customize(config, args, event, command);
            Ok(Value::Nil)
        }),
        ("network_adapter", |interp, config, args| {
            let list = super::positional(args);
            if list.len() < 2 {
                super::check_count(interp, args, 2, 2)?;
            }
            let adapter = Value::array(vec![
                list.get(1).cloned().unwrap_or_default(),
                Value::hash(super::options(args)),
            ]);
            config.change(|state| {
                let slot = Value::hash([(list.first().cloned().unwrap_or_default(), adapter)]);
                let all = merge_hashes(&state.get("network_adapters"), &slot);
                state.set_at("network_adapters", all, args.name_span());
            });
            Ok(Value::Nil)
        }),
        ("memory=", |_, config, args| {
            let size = Value::str(text(&args.get(0)));
            modify(config, args, "--memory", size);
            Ok(args.get(0))
        }),
        ("cpus=", |_, config, args| {
            let count = Value::Int(to_i(&args.get(0)));
            modify(config, args, "--cpus", count);
            Ok(args.get(0))
        }),
    ],
    merge: |outer, inner, result| {
        let all = join_lists(&outer.get("customizations"), &inner.get("customizations"));
        result.set("customizations", all);
    },
    ..Class::PLAIN
};

fn to_i(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Float(number) => *number as i64,
        other => super::connection::leading_number(&text(other)),
    }
}

fn modify(config: &Config, args: &Args, flag: &str, value: Value) {
    let command = Value::array(vec![
        Value::str("modifyvm"),
        Value::sym("id"),
        Value::str(flag),
        value,
    ]);
    customize(config, args, Value::str("pre-boot"), command);
}

fn customize(config: &Config, args: &Args, event: Value, command: Value) {
    let entry = Value::array(vec![event, command]);
    config.change(|state| {
        let all = join_lists(&state.get("customizations"), &Value::array(vec![entry]));
        state.set_at("customizations", all, args.name_span());
    });
}

static HYPERV: Class = Class {
    key: "hyperv",
    ruby: "VagrantPlugins::HyperV::Config",
    section: "Hyper-V",
    attrs: &[&[
        attr("auto_start_action", Str("Nothing")),
        attr("auto_stop_action", Str("ShutDown")),
        attr("cpus", Nil),
        attr("differencing_disk", Bool(false)),
        attr("enable_automatic_checkpoints", Bool(false)),
        attr("enable_checkpoints", Bool(true)),
        attr("enable_enhanced_session_mode", Bool(false)),
        attr("enable_virtualization_extensions", Bool(false)),
        attr("ip_address_timeout", Int(120)),
        attr("linked_clone", Bool(false)),
        attr("mac", Nil),
        attr("maxmemory", Nil),
        attr("memory", Nil),
        attr("vlan_id", Nil),
        held("vm_integration_services", Map),
        attr("vmname", Nil),
    ]],
    finalize: |state| {
        state.fill_defaults();
        let on = |state: &State, name| state.get(name).truthy();
        let linked = on(state, "linked_clone");
        let differencing = on(state, "differencing_disk");
        if !linked {
            let value = state.get("differencing_disk");
            state.set("linked_clone", value);
        }
        if !differencing {
            let value = state.get("linked_clone");
            state.set("differencing_disk", value);
        }
        let automatic = on(state, "enable_automatic_checkpoints");
        let checkpoints = on(state, "enable_checkpoints") || automatic;
        state.set("enable_automatic_checkpoints", Value::Bool(automatic));
        state.set("enable_checkpoints", Value::Bool(checkpoints));
    },
    ..Class::PLAIN
};

const DOCKER_ATTRS: &[Attr] = &[
    attr("auth_server", Nil),
    held("build_args", List),
    attr("build_dir", Nil),
    attr("cmd", List),
    attr("compose", Bool(false)),
    held("compose_configuration", Map),
    attr("create_args", List),
    attr("dockerfile", Nil),
    attr("email", Str("")),
    held("env", Map),
    held("expose", List),
    attr("force_host_vm", Bool(false)),
    attr("git_repo", Nil),
    attr("has_ssh", Bool(false)),
    attr("host_vm_build_dir_options", Nil),
    attr("image", Nil),
    reader("links", List),
    attr("name", Nil),
    attr("password", Str("")),
    attr("ports", List),
    attr("privileged", Bool(false)),
    attr("pull", Bool(false)),
    attr("remains_running", Bool(true)),
    attr("stop_timeout", Int(1)),
    attr("username", Str("")),
    attr("vagrant_machine", Nil),
    attr("vagrant_vagrantfile", Nil),
    held("volumes", List),
];

static DOCKER: Class = Class {
    key: "docker",
    ruby: "VagrantPlugins::DockerProvider::Config",
    section: "docker provider",
    attrs: &[DOCKER_ATTRS],
    methods: &[("link", link)],
    merge: |outer, inner, result| {
        // What an image is made of comes from the inner scope alone, if it says exactly one.
        let sources = ["image", "build_dir", "git_repo"];
        let said = sources.iter().filter(|name| !inner.is_unset(name)).count();
        if said == 1 {
            for name in sources {
                if inner.is_unset(name) && !outer.is_unset(name) {
                    result.set(name, Value::Nil);
                }
            }
        }
        result.set("env", merge_hashes(&outer.get("env"), &inner.get("env")));
        for name in ["expose", "links"] {
            result.set(name, join_lists(&outer.get(name), &inner.get(name)));
        }
    },
    finalize: |state| {
        state.fill_defaults();
        let machine = state.get("vagrant_machine");
        if machine.truthy() {
            state.set("vagrant_machine", to_sym(&machine));
        }
        let mut seen = Vec::new();
        let mut ports = Vec::new();
        for port in to_list(&state.get("expose")) {
            let key = format!("{port:?}");
            if !seen.contains(&key) {
                seen.push(key);
                ports.push(port);
            }
        }
        state.set("expose", Value::array(ports));
    },
};

fn link(_: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let name = Value::array(vec![args.get(0)]);
    config.change(|state| {
        let all = join_lists(&state.get("links"), &name);
        state.set_at("links", all, args.name_span());
    });
    Ok(Value::Nil)
}
