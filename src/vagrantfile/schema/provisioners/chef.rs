//! Options of the four Chef provisioners.

use std::path::Path;

use crate::ruby::{Args, Outcome, Value};
use crate::vagrantfile::dsl::Config;
use crate::vagrantfile::schema::{
    Attr, Class, Lit, Method, State, attr, held, join_lists, merge_hashes, text, to_list, to_sym,
};

use Lit::{Bool, Int, List, Map, Nil, Str, Sym};

const CHEF_BASE: &[Attr] = &[
    attr("binary_env", Nil),
    attr("binary_path", Nil),
    attr("channel", Str("stable")),
    attr("install", Bool(true)),
    attr("installer_download_path", Nil),
    attr("log_level", Sym("info")),
    attr("omnibus_url", Str("https://omnitruck.chef.io")),
    attr("product", Str("chef")),
    attr("version", Sym("latest")),
];

const CHEF_RUNNER: &[Attr] = &[
    attr("arguments", Nil),
    attr("attempts", Int(1)),
    attr("custom_config_path", Nil),
    attr("enable_reporting", Bool(true)),
    attr("encrypted_data_bag_secret_key_path", Nil),
    attr("environment", Nil),
    attr("file_backup_path", Nil),
    attr("file_cache_path", Nil),
    attr("formatter", Nil),
    attr("http_proxy", Nil),
    attr("http_proxy_pass", Nil),
    attr("http_proxy_user", Nil),
    attr("https_proxy", Nil),
    attr("https_proxy_pass", Nil),
    attr("https_proxy_user", Nil),
    held("json", Map),
    attr("no_proxy", Nil),
    attr("node_name", Nil),
    attr("provisioning_path", Nil),
    held("run_list", List),
    attr("verbose_logging", Bool(false)),
];

const CHEF_FOLDERS: &[Attr] = &[
    attr("cookbooks_path", Nil),
    attr("data_bags_path", List),
    attr("environments_path", List),
    attr("nodes_path", List),
    attr("roles_path", List),
    attr("synced_folder_type", Nil),
];

const RUN_LIST: &[(&str, Method)] = &[
    ("add_recipe", |_, config, args| {
        add_to_run_list(config, args, "recipe")
    }),
    ("add_role", |_, config, args| {
        add_to_run_list(config, args, "role")
    }),
];

fn add_to_run_list(config: &Config, args: &Args, kind: &str) -> Outcome {
    let name = text(&args.get(0));
    let entry = if name.starts_with(&format!("{kind}[")) {
        name
    } else {
        format!("{kind}[{name}]")
    };
    config.change(|state| {
        let all = join_lists(
            &state.get("run_list"),
            &Value::array(vec![Value::str(entry)]),
        );
        state.set_at("run_list", all, args.name_span());
    });
    Ok(Value::Nil)
}

fn merge_chef(outer: &State, inner: &State, result: &mut State) {
    result.set("json", merge_hashes(&outer.get("json"), &inner.get("json")));
    let run_list = join_lists(&outer.get("run_list"), &inner.get("run_list"));
    result.set("run_list", run_list);
}

const FOLDERS: [&str; 5] = [
    "cookbooks_path",
    "data_bags_path",
    "environments_path",
    "nodes_path",
    "roles_path",
];

/// Makes the paths of `chef_zero` absolute; alone of the four it does that,
/// from the working directory.
pub(in crate::vagrantfile::schema) fn expand_paths(config: &Config, cwd: &Path) {
    let expand = |value: &Value| match value {
        Value::Str(path) => Value::str(cwd.join(path.text()).to_string_lossy()),
        other => other.clone(),
    };
    config.change(|state| {
        for name in FOLDERS {
            let value = match state.get(name) {
                Value::Nil => continue,
                Value::Array(items) => {
                    Value::array(items.to_vec().iter().map(expand).collect::<Vec<_>>())
                }
                other => expand(&other),
            };
            state.set(name, value);
        }
    });
}

fn finalize_chef(state: &mut State) {
    let has_folders = state.class.attr("cookbooks_path").is_some();
    if has_folders && state.is_unset("cookbooks_path") {
        let place = |kind: &str| Value::array(vec![Value::sym(kind), Value::str("cookbooks")]);
        let mut paths = Vec::new();
        if !state.get("recipe_url").truthy() {
            paths.push(place("host"));
        }
        paths.push(place("vm"));
        state.set("cookbooks_path", Value::array(paths));
    }
    state.fill_defaults();
    for name in ["install", "version", "log_level"] {
        let value = to_sym(&state.get(name));
        state.set(name, value);
    }
    if !has_folders {
        return;
    }
    for name in FOLDERS {
        let given = state.get(name);
        let single = match &given {
            Value::Array(items) => matches!(items.get(0), Some(Value::Sym(_))),
            _ => true,
        };
        let list = if single { vec![given] } else { to_list(&given) };
        let placed: Vec<Value> = list
            .into_iter()
            .filter(Value::truthy)
            .map(|path| match path {
                Value::Array(_) => path,
                path => Value::array(vec![Value::sym("host"), path]),
            })
            .collect();
        state.set(name, Value::array(placed));
    }
}

pub(super) static CHEF_SOLO: Class = Class {
    key: "chef_solo",
    ruby: "VagrantPlugins::Chef::Config::ChefSolo",
    section: "chef solo provisioner",
    attrs: &[
        CHEF_BASE,
        CHEF_RUNNER,
        CHEF_FOLDERS,
        &[attr("recipe_url", Nil), attr("legacy_mode", Bool(false))],
    ],
    methods: RUN_LIST,
    merge: merge_chef,
    finalize: finalize_chef,
};

pub(super) static CHEF_ZERO: Class = Class {
    key: "chef_zero",
    ruby: "VagrantPlugins::Chef::Config::ChefZero",
    section: "chef zero provisioner",
    attrs: &[CHEF_BASE, CHEF_RUNNER, CHEF_FOLDERS],
    methods: RUN_LIST,
    merge: merge_chef,
    finalize: finalize_chef,
};

pub(super) static CHEF_CLIENT: Class = Class {
    key: "chef_client",
    ruby: "VagrantPlugins::Chef::Config::ChefClient",
    section: "chef client provisioner",
    attrs: &[
        CHEF_BASE,
        CHEF_RUNNER,
        &[
            attr("chef_server_url", Nil),
            attr("client_key_path", Nil),
            attr("delete_client", Bool(false)),
            attr("delete_node", Bool(false)),
            attr("validation_client_name", Str("chef-validator")),
            attr("validation_key_path", Nil),
        ],
    ],
    methods: RUN_LIST,
    merge: merge_chef,
    finalize: finalize_chef,
};

pub(super) static CHEF_APPLY: Class = Class {
    key: "chef_apply",
    ruby: "VagrantPlugins::Chef::Config::ChefApply",
    section: "chef apply provisioner",
    attrs: &[
        CHEF_BASE,
        &[
            attr("recipe", Nil),
            attr("upload_path", Str("/tmp/vagrant-chef-apply")),
        ],
    ],
    finalize: finalize_chef,
    ..Class::PLAIN
};
