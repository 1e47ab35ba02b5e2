//! Options of `docker` and `podman`.

use crate::ruby::{Args, Interp, Outcome, Value};
use crate::vagrantfile::dsl::Config;
use crate::vagrantfile::schema::{
    Attr, Class, Lit, Method, State, attr, held, is_sym, join_lists, merge_hashes, options,
    positional, reader, text, to_list, vm,
};

use Lit::{Bool, List, Map, Nil};

const CONTAINER_ATTRS: &[Attr] = &[
    held("images", List),
    reader("build_images", List),
    reader("containers", Map),
    reader("post_install_provisioner", Nil),
];

const CONTAINER_METHODS: &[(&str, Method)] = &[
    ("images=", |_, config, args| {
        let images = unique(to_list(&args.get(0)));
        config.change(|state| state.set_at("images", images, args.name_span()));
        Ok(args.get(0))
    }),
    ("pull_images", |_, config, args| {
        let names: Vec<Value> = args
            .list
            .iter()
            .map(|name| Value::str(text(name)))
            .collect();
        config.change(|state| {
            let all = unique(to_list(&join_lists(
                &state.get("images"),
                &Value::array(names),
            )));
            state.set_at("images", all, args.name_span());
        });
        Ok(Value::Nil)
    }),
    ("build_image", |_, config, args| {
        let path = positional(args).first().cloned().unwrap_or_default();
        let image = Value::array(vec![path, Value::hash(options(args))]);
        config.change(|state| {
            let all = join_lists(&state.get("build_images"), &Value::array(vec![image]));
            state.set_at("build_images", all, args.name_span());
        });
        Ok(Value::Nil)
    }),
    ("run", |_, config, args| {
        let name = positional(args).first().map(text).unwrap_or_default();
        let container = Value::hash([(Value::str(name), Value::hash(options(args)))]);
        config.change(|state| {
            let all = merge_hashes(&state.get("containers"), &container);
            state.set_at("containers", all, args.name_span());
        });
        Ok(Value::Nil)
    }),
    ("post_install_provision", post_install_provision),
];

fn unique(items: Vec<Value>) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|known| text(known) == text(&item)) {
            kept.push(item);
        }
    }
    Value::array(kept)
}

/// A provisioner inside: noted as it was given, without defaults.
fn post_install_provision(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let vm = Value::native(Config::new(&vm::VM));
    interp.call_method_with(&vm, "provision", args.clone())?;
    let entry = vm
        .as_native::<Config>()
        .and_then(|vm| vm.read(|state| state.vm().and_then(|vm| vm.provisioners.first().cloned())));
    let Some(entry) = entry else {
        return Ok(Value::Nil);
    };
    let said: Vec<(Value, Value)> = match &entry.options {
        vm::ProvisionerOptions::Known(state) => state
            .fields
            .iter()
            .map(|(name, field)| (Value::sym(name), field.value.clone()))
            .collect(),
        vm::ProvisionerOptions::Unknown(record) => record
            .all()
            .into_iter()
            .map(|(name, field)| (Value::str(name), field.value))
            .collect(),
    };
    let run = if entry.run.truthy() {
        entry.run
    } else {
        Value::sym("once")
    };
    let inner = Value::hash([
        (Value::sym("type"), Value::sym(&entry.kind)),
        (
            Value::sym("name"),
            entry.name.map_or(Value::Nil, |name| Value::sym(&name)),
        ),
        (Value::sym("run"), run),
        (Value::sym("options"), Value::hash(said)),
    ]);
    config.change(|state| state.set_at("post_install_provisioner", inner, args.name_span()));
    Ok(Value::Nil)
}

fn merge_containers(outer: &State, inner: &State, result: &mut State) {
    // The inner scope's images come first.
    let images = join_lists(&inner.get("images"), &outer.get("images"));
    result.set("images", unique(to_list(&images)));
    let builds = join_lists(&outer.get("build_images"), &inner.get("build_images"));
    result.set("build_images", builds);
    let containers = super::deep_merge(&outer.get("containers"), &inner.get("containers"));
    result.set("containers", containers);
}

fn finalize_containers(state: &mut State) {
    state.fill_defaults();
    let containers = state.get("containers").as_hash().unwrap_or_default();
    let complete = containers.into_iter().map(|(name, given)| {
        let mut given = given.as_hash().unwrap_or_default();
        let image = given.iter().position(|(key, _)| is_sym(key, "image"));
        match image.and_then(|at| given.get_mut(at)) {
            Some((_, value)) if value.truthy() => {}
            Some((_, value)) => *value = name.clone(),
            None => given.push((Value::sym("image"), name.clone())),
        }
        for (option, default) in [
            ("auto_assign_name", Value::Bool(true)),
            ("daemonize", Value::Bool(true)),
            ("restart", Value::str("always")),
        ] {
            if !given.iter().any(|(key, _)| is_sym(key, option)) {
                given.push((Value::sym(option), default));
            }
        }
        (name, Value::hash(given))
    });
    let complete = Value::hash(complete.collect::<Vec<_>>());
    state.set("containers", complete);
}

pub(super) static DOCKER: Class = Class {
    key: "docker",
    ruby: "VagrantPlugins::DockerProvisioner::Config",
    section: "docker provisioner",
    attrs: &[CONTAINER_ATTRS],
    methods: CONTAINER_METHODS,
    merge: merge_containers,
    finalize: finalize_containers,
};

pub(super) static PODMAN: Class = Class {
    key: "podman",
    ruby: "VagrantPlugins::PodmanProvisioner::Config",
    section: "podman provisioner",
    attrs: &[CONTAINER_ATTRS, &[attr("kubic", Bool(false))]],
    methods: CONTAINER_METHODS,
    merge: merge_containers,
    finalize: finalize_containers,
};
