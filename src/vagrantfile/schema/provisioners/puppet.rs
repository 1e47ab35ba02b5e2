//! Options of `puppet` and `puppet_server`.

use crate::ruby::Value;
use crate::vagrantfile::schema::{Class, Lit, State, attr, held, merge_hashes, to_sym};

use Lit::{List, Map, Nil, Str};

pub(super) static PUPPET: Class = Class {
    key: "puppet",
    ruby: "VagrantPlugins::Puppet::Config::Puppet",
    section: "puppet provisioner",
    attrs: &[&[
        attr("binary_path", Nil),
        attr("environment", Nil),
        attr("environment_path", Nil),
        attr("environment_variables", Map),
        held("facter", Map),
        attr("hiera_config_path", Nil),
        attr("manifest_file", Nil),
        attr("manifests_path", Nil),
        attr("module_path", Nil),
        held("options", List),
        attr("structured_facts", Nil),
        attr("synced_folder_type", Nil),
        attr("synced_folder_args", Nil),
        attr("temp_dir", Str("/tmp/vagrant-puppet")),
        attr("working_directory", Nil),
    ]],
    methods: &[("nfs=", |_, config, args| {
        let kind = if args.get(0).truthy() {
            Value::str("nfs")
        } else {
            Value::Nil
        };
        config.change(|state| state.set_at("synced_folder_type", kind, args.name_span()));
        Ok(args.get(0))
    })],
    merge: merge_facter,
    finalize: finalize_puppet,
};

fn merge_facter(outer: &State, inner: &State, result: &mut State) {
    result.set(
        "facter",
        merge_hashes(&outer.get("facter"), &inner.get("facter")),
    );
}

/// Paths become `[where, path]`; an environment path takes the place of manifests.
fn finalize_puppet(state: &mut State) {
    let placed = |state: &State, name: &str| match state.get(name) {
        Value::Array(items) => {
            let mut items = items.to_vec();
            if let Some(first) = items.first_mut() {
                *first = to_sym(first);
            }
            Value::array(items)
        }
        other => Value::array(vec![Value::sym("host"), other]),
    };
    if state.is_unset("environment_path") {
        if state.is_unset("manifests_path") {
            state.set("manifests_path", Value::str("manifests"));
        }
        if state.is_unset("manifest_file") {
            state.set("manifest_file", Value::str("default.pp"));
        }
    } else {
        let path = placed(state, "environment_path");
        state.set("environment_path", path);
        if state.is_unset("environment") {
            state.set("environment", Value::str("production"));
        }
    }
    if !state.is_unset("manifests_path") {
        let path = placed(state, "manifests_path");
        state.set("manifests_path", path);
        if state.is_unset("manifest_file") && state.is_unset("environment_path") {
            state.set("manifest_file", Value::str("default.pp"));
        }
    }
    if state.is_unset("environment") {
        state.set("environment", Value::str(""));
    }
    state.fill_defaults();
}

pub(super) static PUPPET_SERVER: Class = Class {
    key: "puppet_server",
    ruby: "VagrantPlugins::Puppet::Config::PuppetServer",
    section: "puppet server provisioner",
    attrs: &[&[
        attr("binary_path", Nil),
        attr("client_cert_path", Nil),
        attr("client_private_key_path", Nil),
        held("facter", Map),
        held("options", List),
        attr("puppet_node", Nil),
        attr("puppet_server", Str("puppet")),
    ]],
    merge: merge_facter,
    ..Class::PLAIN
};
