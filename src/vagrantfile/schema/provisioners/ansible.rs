//! Options of `ansible` and `ansible_local`.

use crate::ruby::{Args, Outcome, Value};
use crate::vagrantfile::dsl::Config;
use crate::vagrantfile::schema::{Attr, Class, Lit, Method, State, attr, held, text};

use Lit::{Bool, Map, Nil, Str, Sym};

const GALAXY: &str =
    "ansible-galaxy install --role-file=%{role_file} --roles-path=%{roles_path} --force";

const ANSIBLE_ATTRS: &[Attr] = &[
    attr("become", Bool(false)),
    attr("become_user", Nil),
    held("compatibility_mode", Str("auto")),
    attr("config_file", Nil),
    attr("extra_vars", Nil),
    attr("galaxy_command", Str(GALAXY)),
    attr("galaxy_role_file", Nil),
    attr("galaxy_roles_path", Nil),
    attr("groups", Map),
    attr("host_vars", Map),
    attr("inventory_path", Nil),
    attr("limit", Nil),
    attr("playbook", Nil),
    attr("playbook_command", Str("ansible-playbook")),
    attr("raw_arguments", Nil),
    attr("skip_tags", Nil),
    attr("start_at_task", Nil),
    attr("tags", Nil),
    attr("vault_password_file", Nil),
    attr("verbose", Bool(false)),
    attr("version", Str("")),
];

const ANSIBLE_OLD_NAMES: &[(&str, Method)] = &[
    ("sudo", |_, config, _| {
        Ok(config.read(|state| state.get("become")))
    }),
    ("sudo_user", |_, config, _| {
        Ok(config.read(|state| state.get("become_user")))
    }),
    ("sudo=", |_, config, args| rename(config, args, "become")),
    ("sudo_user=", |_, config, args| {
        rename(config, args, "become_user")
    }),
    ("ask_sudo_pass=", |_, config, args| {
        rename(config, args, "ask_become_pass")
    }),
];

fn rename(config: &Config, args: &Args, name: &'static str) -> Outcome {
    let value = args.get(0);
    config.change(|state| state.set_at(name, value.clone(), args.name_span()));
    Ok(value)
}

pub(super) static ANSIBLE: Class = Class {
    key: "ansible",
    ruby: "VagrantPlugins::Ansible::Config::Host",
    section: "ansible remote provisioner",
    attrs: &[
        ANSIBLE_ATTRS,
        &[
            held("ask_become_pass", Bool(false)),
            held("ask_vault_pass", Bool(false)),
            held("force_remote_user", Bool(true)),
            held("host_key_checking", Bool(false)),
            attr("raw_ssh_args", Nil),
        ],
    ],
    methods: ANSIBLE_OLD_NAMES,
    finalize: finalize_ansible,
    ..Class::PLAIN
};

pub(super) static ANSIBLE_LOCAL: Class = Class {
    key: "ansible_local",
    ruby: "VagrantPlugins::Ansible::Config::Guest",
    section: "ansible local provisioner",
    attrs: &[
        ANSIBLE_ATTRS,
        &[
            attr("install", Bool(true)),
            attr("install_mode", Sym("default")),
            attr("pip_args", Str("")),
            attr("pip_install_cmd", Str("")),
            attr("provisioning_path", Str("/vagrant")),
            attr("tmp_path", Str("/tmp/vagrant-ansible")),
        ],
    ],
    methods: ANSIBLE_OLD_NAMES,
    finalize: finalize_ansible,
    ..Class::PLAIN
};

fn finalize_ansible(state: &mut State) {
    state.fill_defaults();
    let is = |state: &State, name, wanted| matches!(state.get(name), Value::Bool(value) if value == wanted);
    let become_other = is(state, "become", true);
    state.set("become", Value::Bool(become_other));
    let mode = text(&state.get("compatibility_mode"));
    if !["auto", "1.8", "2.0"].contains(&mode.as_str()) {
        state.set("compatibility_mode", Value::Nil);
    }
    for name in ["ask_become_pass", "ask_vault_pass", "host_key_checking"] {
        if state.class.attr(name).is_some() {
            let on = is(state, name, true);
            state.set(name, Value::Bool(on));
        }
    }
    if state.class.attr("force_remote_user").is_some() {
        let off = is(state, "force_remote_user", false);
        state.set("force_remote_user", Value::Bool(!off));
    }
}
