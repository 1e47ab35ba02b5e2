//! Methods of `config.vm`: each notes what is said, in Vagrant's order and shape.

use super::{CLOUD_INIT, DISK, Defined, Parts, ProvisionerEntry, ProvisionerOptions};
use crate::ruby::{Args, Interp, Outcome, Value};
use crate::vagrantfile::dsl::{Config, Record, Recorder};
use crate::vagrantfile::schema::{
    State, check_count, is_sym, nested, options, positional, provisioners, text, to_sym,
};

fn change_vm<T: Default>(config: &Config, f: impl FnOnce(&mut Parts) -> T) -> T {
    config.change(|state| state.vm_mut().map(f).unwrap_or_default())
}

pub(super) fn states(config: &Config, f: impl FnOnce(&Parts) -> Vec<State>) -> Value {
    let states = config.read(|state| state.vm().map(f).unwrap_or_default());
    Value::array(states.into_iter().map(nested).collect::<Vec<_>>())
}

pub(super) fn host_name(_: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let value = args.get(0);
    config.change(|state| state.set_at("hostname", value.clone(), args.name_span()));
    Ok(value)
}

/// `network TYPE, option: …`; a hash is taken as well as keywords.
pub(super) fn network(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let list = positional(args);
    let Some(kind) = list.first().and_then(Value::as_name) else {
        check_count(interp, args, 1, 2)?;
        let first = args.get(0);
        return Err(interp.no_method(&first, "to_sym"));
    };
    let given = Value::hash(options(args));
    change_vm(config, |vm| {
        vm.add_network(&kind, &given, args.name_span());
    });
    Ok(Value::Nil)
}

/// `synced_folder HOST, GUEST, option: …`; the guest path may be missing.
pub(super) fn synced_folder(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let list = positional(args);
    let given = list.len() + usize::from(args.options().is_some());
    if list.is_empty() || list.len() > 2 || given < 2 {
        check_count(interp, args, 2, 3)?;
    }
    let host = list.first().cloned().unwrap_or_default();
    let guest = list.get(1).cloned().unwrap_or_default();
    let given = options(args);
    change_vm(config, |vm| {
        vm.add_folder(host, guest, &given, args.name_span());
    });
    Ok(Value::Nil)
}

/// `provider NAME do |settings, override| … end`; the block runs at finalize.
pub(super) fn provider(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let Some(name) = args.get(0).as_name() else {
        check_count(interp, args, 1, 1)?;
        let first = args.get(0);
        return Err(interp.no_method(&first, "to_sym"));
    };
    check_count(interp, &Args::new(args.folded()), 1, 1)?;
    let block = args.block.clone();
    change_vm(config, |vm| {
        if !vm.provider_order.contains(&name) {
            vm.provider_order.push(name.clone());
        }
        if let Some(block) = block {
            vm.provider_blocks.push((name, block));
        }
    });
    Ok(Value::Nil)
}

/// `provision NAME, type: TYPE, option: … do |options| … end`
pub(super) fn provision(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let Some(first) = positional(args).first().and_then(Value::as_name) else {
        check_count(interp, args, 1, 2)?;
        let first = args.get(0);
        return Err(interp.no_method(&first, "to_sym"));
    };
    let mut given = options(args);
    let mut take = |name: &str| -> Option<Value> {
        let at = given.iter().position(|(key, _)| is_sym(key, name))?;
        Some(given.remove(at).1)
    };
    let (name, kind) = match take("type") {
        Some(kind) => (Some(first), text(&kind)),
        None => (None, first),
    };
    let known = config.read(|state| {
        let vm = state.vm()?;
        let entry = vm
            .provisioners
            .iter()
            .position(|known| name.is_some() && known.name == name)?;
        vm.provisioners
            .get(entry)
            .cloned()
            .map(|found| (entry, found))
    });
    let (at, mut entry) = match known {
        Some((at, entry)) => (Some(at), entry),
        None => (
            None,
            ProvisionerEntry {
                name,
                options: match provisioners::class(&kind) {
                    Some(class) => ProvisionerOptions::Known(State::new(class)),
                    None => ProvisionerOptions::Unknown(Record::default()),
                },
                kind,
                run: Value::Nil,
                before: take("before").unwrap_or_default(),
                after: take("after").unwrap_or_default(),
                preserve_order: false,
                communicator_required: Value::Bool(true),
                span: args.name_span(),
                layer: None,
            },
        ),
    };
    if let Some(value) = take("preserve_order") {
        entry.preserve_order = value.truthy();
    }
    if let Some(run) = take("run") {
        entry.run = run;
    }
    if let Some(required) = take("communicator_required") {
        entry.communicator_required = required;
    }
    let scope = Args {
        site: args.site.clone(),
        ..Args::default()
    };
    match &mut entry.options {
        ProvisionerOptions::Known(state) => {
            let live = Value::native(Config::new(state.class));
            if let Some(config) = live.as_native::<Config>() {
                config.set_options(interp, &given, &scope)?;
                if let Some(block) = &args.block {
                    interp.call_block(block, std::slice::from_ref(&live))?;
                }
                if state.class.key == "chef_zero" {
                    provisioners::expand_paths(config, &interp.world.cwd());
                }
                let said = config.state();
                *state = if at.is_some() {
                    state.merge(&said)
                } else {
                    said
                };
            }
        }
        ProvisionerOptions::Unknown(record) => {
            for (key, value) in &given {
                record.set(&text(key), value.clone(), args.name_span());
            }
            if let Some(block) = &args.block {
                let live = Value::native(Recorder::default());
                interp.call_block(block, std::slice::from_ref(&live))?;
                if let Some(recorder) = live.as_native::<Recorder>() {
                    record.add(&recorder.record());
                }
            }
        }
    }
    change_vm(config, |vm| {
        match at.and_then(|at| vm.provisioners.get_mut(at)) {
            Some(known) => *known = entry,
            None => vm.provisioners.push(entry),
        }
    });
    Ok(Value::Nil)
}

/// `define NAME, primary: …, autostart: … do |machine| … end`; the block runs
/// when the machine is made.
pub(super) fn define(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let list = positional(args);
    let Some(name) = list.first().and_then(Value::as_name) else {
        check_count(interp, args, 1, 2)?;
        let first = args.get(0);
        return Err(interp.no_method(&first, "to_sym"));
    };
    let given = options(args);
    let version = given
        .iter()
        .find(|(key, _)| is_sym(key, "config_version"))
        .map_or_else(|| "2".to_owned(), |(_, value)| text(value));
    let block = args.block.clone().map(|block| (version, block));
    change_vm(config, |vm| {
        vm.define(&name, given, block, args.arg_span(0));
    });
    Ok(Value::Nil)
}

/// Tells whether disks and cloud-init are switched off. They are on otherwise, as
/// in Vagrant since 2.4; 2.3 wanted `VAGRANT_EXPERIMENTAL` to name them.
fn is_dropped(interp: &Interp) -> bool {
    interp.world.env("VAGRANT_EXPERIMENTAL").as_deref() == Some("0")
}

/// `disk TYPE, name: …, size: …, PROVIDER__OPTION: …`
pub(super) fn disk(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let live = Config::new(&DISK);
    let kind = positional(args).first().cloned().unwrap_or_default();
    live.change(|state| state.set_at("type", kind, args.name_span()));
    let (scoped, plain): (Vec<_>, Vec<_>) = options(args)
        .into_iter()
        .partition(|(key, value)| matches!(value, Value::Hash(_)) || text(key).contains("__"));
    live.set_options(interp, &plain, args)?;
    let provider_config = scoped.into_iter().filter_map(|(key, value)| {
        let name = text(&key);
        match name.split_once("__") {
            Some((provider, option)) if !option.contains("__") => Some((
                Value::sym(provider),
                Value::hash([(Value::sym(option), value)]),
            )),
            _ if matches!(value, Value::Hash(_)) => Some((key, value)),
            _ => None,
        }
    });
    let provider_config = Value::hash(provider_config);
    live.change(|state| state.set("provider_config", provider_config));
    if is_dropped(interp) {
        return Ok(Value::Nil);
    }
    let state = live.state();
    change_vm(config, |vm| vm.disks.push(state));
    Ok(Value::Nil)
}

/// `cloud_init TYPE, content_type: …, inline: …`
pub(super) fn cloud_init(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let live = Value::native(Config::new(&CLOUD_INIT));
    let Some(inner) = live.as_native::<Config>() else {
        return Ok(Value::Nil);
    };
    if let Some(kind) = positional(args).first() {
        inner.change(|state| state.set_at("type", to_sym(kind), args.name_span()));
    }
    match &args.block {
        Some(block) => {
            interp.call_block(block, &[live.clone(), Value::Nil])?;
        }
        None => inner.set_options(interp, &options(args), args)?,
    }
    if is_dropped(interp) {
        return Ok(Value::Nil);
    }
    let state = inner.state();
    change_vm(config, |vm| vm.cloud_inits.push(state));
    Ok(Value::Nil)
}

pub(super) fn networks(_: &mut Interp, config: &Config, _: &Args) -> Outcome {
    let entries = config.read(|state| state.vm().map(|vm| vm.networks.clone()));
    let list = entries
        .unwrap_or_default()
        .into_iter()
        .map(|entry| Value::array(vec![Value::sym(&entry.kind), Value::Hash(entry.options)]));
    Ok(Value::array(list.collect::<Vec<_>>()))
}

pub(super) fn synced_folders(_: &mut Interp, config: &Config, _: &Args) -> Outcome {
    let entries = config.read(|state| state.vm().map(|vm| vm.folders.clone()));
    let pairs = entries.unwrap_or_default().into_iter();
    Ok(Value::hash(
        pairs.map(|entry| (entry.key, Value::Hash(entry.options))),
    ))
}

pub(super) fn known_provisioners(_: &mut Interp, config: &Config, _: &Args) -> Outcome {
    let entries = config.read(|state| state.vm().map(|vm| vm.provisioners.clone()));
    let list = entries.unwrap_or_default().into_iter().map(|entry| {
        let name = entry.name.map_or(Value::Nil, |name| Value::sym(&name));
        let options = match entry.options {
            ProvisionerOptions::Known(state) => nested(state),
            ProvisionerOptions::Unknown(_) => Value::Nil,
        };
        Value::hash([
            (Value::sym("name"), name),
            (Value::sym("type"), Value::sym(&entry.kind)),
            (Value::sym("config"), options),
        ])
    });
    Ok(Value::array(list.collect::<Vec<_>>()))
}

pub(super) fn defined_vm_keys(_: &mut Interp, config: &Config, _: &Args) -> Outcome {
    let names = config.read(|state| {
        let vm = state.vm()?;
        Some(
            vm.defined
                .iter()
                .map(|one| Value::sym(&one.name))
                .collect::<Vec<_>>(),
        )
    });
    Ok(Value::array(names.unwrap_or_default()))
}

pub(super) fn defined_vms(_: &mut Interp, config: &Config, _: &Args) -> Outcome {
    let pairs = config.read(|state| {
        let vm = state.vm()?;
        let pair = |one: &Defined| {
            let options = Value::hash(one.options.clone());
            let inner = Value::hash([(Value::sym("options"), options)]);
            (Value::sym(&one.name), inner)
        };
        Some(vm.defined.iter().map(pair).collect::<Vec<_>>())
    });
    Ok(Value::hash(pairs.unwrap_or_default()))
}
