//! Options of the provisioners that Vagrant brings along. Any other is recorded
//! without a class.

mod ansible;
mod chef;
mod containers;
mod puppet;

use super::{Class, Lit, State, attr, reader, text, to_sym};
use crate::ruby::Value;

use ansible::{ANSIBLE, ANSIBLE_LOCAL};
pub(super) use chef::expand_paths;
use chef::{CHEF_APPLY, CHEF_CLIENT, CHEF_SOLO, CHEF_ZERO};
use containers::{DOCKER, PODMAN};
use puppet::{PUPPET, PUPPET_SERVER};

use Lit::{Bool, Map, Nil, Str, Sym};

/// Returns the class of a provisioner.
pub(in crate::vagrantfile) fn class(kind: &str) -> Option<&'static Class> {
    ALL.iter().copied().find(|class| class.key == kind)
}

/// Every provisioner with a class.
pub(in crate::vagrantfile) static ALL: &[&Class] = &[
    &SHELL,
    &FILE,
    &ANSIBLE,
    &ANSIBLE_LOCAL,
    &PUPPET,
    &PUPPET_SERVER,
    &CHEF_SOLO,
    &CHEF_ZERO,
    &CHEF_CLIENT,
    &CHEF_APPLY,
    &SALT,
    &DOCKER,
    &PODMAN,
    &CFENGINE,
];

pub(in crate::vagrantfile) static SHELL: Class = Class {
    key: "shell",
    ruby: "VagrantPlugins::Shell::Config",
    section: "shell provisioner",
    attrs: &[&[
        attr("args", Nil),
        attr("binary", Bool(false)),
        attr("env", Map),
        attr("inline", Nil),
        attr("keep_color", Bool(false)),
        attr("md5", Nil),
        attr("name", Nil),
        attr("path", Nil),
        attr("powershell_args", Str("-ExecutionPolicy Bypass")),
        attr("powershell_elevated_interactive", Bool(false)),
        attr("privileged", Bool(true)),
        attr("reboot", Bool(false)),
        attr("reset", Bool(false)),
        attr("sensitive", Bool(false)),
        attr("sha1", Nil),
        attr("sha256", Nil),
        attr("sha384", Nil),
        attr("sha512", Nil),
        attr("upload_path", Nil),
    ]],
    finalize: finalize_args,
    ..Class::PLAIN
};

/// Tells whether `args` is what a script can be given.
pub(in crate::vagrantfile) fn args_are_valid(args: &Value) -> bool {
    let word = |value: &Value| matches!(value, Value::Str(_) | Value::Int(_) | Value::Big(_));
    match args {
        Value::Nil | Value::Bool(false) => true,
        Value::Array(items) => items.to_vec().iter().all(word),
        other => word(other),
    }
}

/// Makes texts of `args`, a list of texts of a list.
pub(in crate::vagrantfile) fn finalize_args(state: &mut State) {
    state.fill_defaults();
    let args = state.get("args");
    if !args.truthy() || !args_are_valid(&args) {
        return;
    }
    let args = match args {
        Value::Array(items) => Value::array(
            items
                .to_vec()
                .iter()
                .map(|item| Value::str(text(item)))
                .collect::<Vec<_>>(),
        ),
        other => Value::str(text(&other)),
    };
    state.set("args", args);
}

static FILE: Class = Class {
    key: "file",
    ruby: "VagrantPlugins::FileUpload::Config",
    section: "File provisioner",
    attrs: &[&[attr("source", Nil), attr("destination", Nil)]],
    ..Class::PLAIN
};

static SALT: Class = Class {
    key: "salt",
    ruby: "VagrantPlugins::Salt::Config",
    section: "salt provisioner",
    attrs: &[&[
        attr("always_install", Nil),
        attr("bootstrap_options", Nil),
        attr("bootstrap_script", Nil),
        attr("colorize", Nil),
        attr("grains_config", Nil),
        attr("install_args", Nil),
        attr("install_command", Nil),
        attr("install_master", Nil),
        attr("install_syndic", Nil),
        attr("install_type", Nil),
        attr("log_level", Nil),
        attr("master_config", Nil),
        attr("master_id", Nil),
        attr("master_json_config", Nil),
        attr("master_key", Nil),
        attr("master_pub", Nil),
        attr("masterless", Bool(false)),
        attr("minion_config", Nil),
        attr("minion_id", Nil),
        attr("minion_json_config", Nil),
        attr("minion_key", Nil),
        attr("minion_pub", Nil),
        attr("no_minion", Nil),
        attr("orchestrations", Nil),
        reader("pillar_data", Map),
        attr("python_version", Nil),
        attr("run_highstate", Nil),
        attr("run_overstate", Nil),
        attr("run_service", Nil),
        attr("salt_args", Nil),
        attr("salt_call_args", Nil),
        attr("seed_master", Nil),
        attr("temp_config_dir", Nil),
        attr("verbose", Nil),
        attr("version", Nil),
    ]],
    methods: &[("pillar", |_, config, args| {
        let data = args.folded().first().cloned().unwrap_or_default();
        config.change(|state| {
            let all = deep_merge(&state.get("pillar_data"), &data);
            state.set_at("pillar_data", all, args.name_span());
        });
        Ok(Value::Nil)
    })],
    ..Class::PLAIN
};

fn deep_merge(outer: &Value, inner: &Value) -> Value {
    let (Value::Hash(old), Value::Hash(new)) = (outer, inner) else {
        return inner.clone();
    };
    let result = old.copy();
    for (key, value) in new.pairs() {
        let merged = match result.get(&key) {
            Some(known) => deep_merge(&known, &value),
            None => value,
        };
        result.insert(key, merged);
    }
    Value::Hash(std::rc::Rc::new(result))
}

static CFENGINE: Class = Class {
    key: "cfengine",
    ruby: "VagrantPlugins::CFEngine::Config",
    section: "CFEngine",
    attrs: &[&[
        attr("am_policy_hub", Bool(false)),
        attr("classes", Nil),
        attr(
            "deb_repo_file",
            Str("/etc/apt/sources.list.d/cfengine-community.list"),
        ),
        attr(
            "deb_repo_line",
            Str("deb https://cfengine.com/pub/apt/packages stable main"),
        ),
        attr("extra_agent_args", Nil),
        attr("files_path", Nil),
        attr("force_bootstrap", Bool(false)),
        attr("install", Bool(true)),
        attr("mode", Sym("bootstrap")),
        attr("package_name", Str("cfengine-community")),
        attr("policy_server_address", Nil),
        attr("repo_gpg_key_url", Str("https://cfengine.com/pub/gpg.key")),
        attr("run_file", Nil),
        attr("upload_path", Str("/tmp/vagrant-cfengine-file")),
        attr(
            "yum_repo_file",
            Str("/etc/yum.repos.d/cfengine-community.repo"),
        ),
        attr(
            "yum_repo_url",
            Str("https://cfengine.com/pub/yum/$basearch"),
        ),
    ]],
    finalize: |state| {
        state.fill_defaults();
        for name in ["install", "mode"] {
            let value = to_sym(&state.get(name));
            state.set(name, value);
        }
    },
    ..Class::PLAIN
};
