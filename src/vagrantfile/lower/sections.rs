//! `MachineConfig::sections`: everything that was configured, by section, in
//! the shape that `rove config` prints.

use crate::config::Value;
use crate::ruby::Value as Ruby;

use super::plain::{self, plain};
use crate::vagrantfile::check::Finding;
use crate::vagrantfile::dsl::Record;
use crate::vagrantfile::layers::{Machine, ProviderState};
use crate::vagrantfile::schema::State;
use crate::vagrantfile::schema::vm::{Parts, ProvisionerEntry, ProvisionerOptions};

/// Sections that are shown as they are.
const AS_THEY_ARE: &[&str] = &[
    "ssh", "winrm", "winssh", "rdp", "nfs", "smb", "vagrant", "package", "windows",
];

/// Returns all sections of a machine.
pub(super) fn all(machine: &Machine, findings: &[Finding]) -> Vec<(String, Value)> {
    let mut sections = Vec::new();
    let mut add = |name: &str, value: Value| sections.push((name.to_owned(), value));
    let vm_state = machine.root.section("vm");
    if let Some(state) = vm_state {
        let settings = plain::state(state)
            .into_iter()
            .filter(|(name, _)| name != "allow_fstab_modification");
        add("vm", Value::Map(settings.collect()));
    }
    let empty = Parts::default();
    let vm = vm_state.and_then(State::vm).unwrap_or(&empty);
    add("networks", networks(vm));
    add("synced_folders", folders(vm));
    add("disks", list(&vm.disks));
    add("cloud_init", list(&vm.cloud_inits));
    add(
        "provisioners",
        Value::List(
            vm.provisioners
                .iter()
                .map(|entry| provisioner(machine, entry))
                .collect(),
        ),
    );
    add("provider_settings", providers(machine));
    add("triggers", triggers(machine));
    for name in AS_THEY_ARE {
        if let Some(state) = machine.root.section(name) {
            add(name, Value::Map(plain::state(state)));
        }
    }
    add("pushes", pushes(machine));
    let mut unknown: Vec<&str> = machine
        .root
        .unknown
        .iter()
        .map(|section| section.name.as_str())
        .filter(|name| !machine.plugins.has_section(name))
        .collect();
    unknown.sort_unstable();
    add("unknown_sections", texts(unknown));
    add("unknown_settings", texts(unknown_settings(machine)));
    add("config_errors", Value::List(Vec::new()));
    add("validation", validation(findings));
    let plugins = machine
        .root
        .unknown
        .iter()
        .map(|section| (section.name.clone(), recorded(&section.record)));
    add("plugins", Value::Map(plugins.collect()));
    sections
}

fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(
        items
            .into_iter()
            .map(|item| Value::String(item.into()))
            .collect(),
    )
}

fn list(states: &[State]) -> Value {
    let map = |state| Value::Map(plain::state(state));
    Value::List(states.iter().map(map).collect())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.map(|(name, value)| (name.to_owned(), value)).into())
}

fn networks(vm: &Parts) -> Value {
    let networks = vm.networks.iter().map(|network| {
        object([
            ("type", Value::String(network.kind.clone())),
            ("options", plain(&Ruby::Hash(network.options.clone()))),
        ])
    });
    Value::List(networks.collect())
}

fn folders(vm: &Parts) -> Value {
    let folders = vm.folders.iter().map(|folder| {
        let options = plain(&Ruby::Hash(folder.options.clone()));
        (plain(&folder.key).to_text(), options)
    });
    Value::Map(folders.collect())
}

fn provisioner(machine: &Machine, entry: &ProvisionerEntry) -> Value {
    let (known, options) = match &entry.options {
        ProvisionerOptions::Known(state) => (true, Value::Map(plain::state(state))),
        ProvisionerOptions::Unknown(record) => {
            (machine.plugins.is_declared(&entry.kind), recorded(record))
        }
    };
    let run = match plain(&entry.run) {
        run if run.is_truthy() => run,
        _ => Value::String("once".to_owned()),
    };
    object([
        ("type", Value::String(entry.kind.clone())),
        (
            "name",
            entry.name.clone().map_or(Value::Null, Value::String),
        ),
        ("known", Value::Bool(known)),
        ("run", run),
        ("before", plain(&entry.before)),
        ("after", plain(&entry.after)),
        ("preserve_order", Value::Bool(entry.preserve_order)),
        ("communicator_required", plain(&entry.communicator_required)),
        ("options", options),
    ])
}

/// Returns what was said to something unknown.
pub(in crate::vagrantfile) fn recorded(record: &Record) -> Value {
    let said = record.all().into_iter();
    Value::Map(
        said.map(|(name, field)| (name, plain(&field.value)))
            .collect(),
    )
}

fn providers(machine: &Machine) -> Value {
    let providers = machine.providers.iter().map(|(name, state)| {
        let value = match state {
            ProviderState::Known(state) => object([
                ("known", Value::Bool(true)),
                ("settings", Value::Map(plain::state(state))),
            ]),
            ProviderState::Unknown(record) => {
                let calls = record.calls.iter().map(|call| {
                    let arguments = call.arguments.iter().map(plain).collect();
                    Value::List(vec![
                        Value::String(call.method.clone()),
                        Value::List(arguments),
                    ])
                });
                object([
                    ("known", Value::Bool(false)),
                    ("settings", recorded(record)),
                    ("calls", Value::List(calls.collect())),
                ])
            }
        };
        (name.clone(), value)
    });
    Value::Map(providers.collect())
}

fn triggers(machine: &Machine) -> Value {
    let parts = machine.root.section("trigger").and_then(State::triggers);
    let of = |states: Option<&Vec<State>>| {
        Value::List(
            states
                .into_iter()
                .flatten()
                .map(|state| {
                    let members = plain::state(state)
                        .into_iter()
                        // A missing block is left out.
                        .filter(|(name, value)| name != "ruby_block" || value.is_truthy());
                    Value::Map(members.collect())
                })
                .collect(),
        )
    };
    object([
        ("before", of(parts.map(|parts| &parts.before))),
        ("after", of(parts.map(|parts| &parts.after))),
    ])
}

fn pushes(machine: &Machine) -> Value {
    let pushes = machine.pushes.iter().map(|push| {
        let value = object([
            ("strategy", Value::String(push.strategy.clone())),
            ("options", Value::Map(plain::state(&push.state))),
        ]);
        (push.name.clone(), value)
    });
    Value::Map(pushes.collect())
}

/// Returns the settings that do not exist, as `section.setting`, sorted.
fn unknown_settings(machine: &Machine) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |prefix: &str, state: &State| {
        names.extend(
            state
                .unknown
                .iter()
                .map(|(name, _)| format!("{prefix}.{name}")),
        );
    };
    for state in &machine.root.sections {
        add(state.class.key, state);
        if let Some(default) = crate::vagrantfile::schema::connection::default_of(state) {
            add(&format!("{}.default", state.class.key), &default);
        }
    }
    for (name, state) in &machine.providers {
        if let ProviderState::Known(state) = state {
            add(&format!("provider.{name}"), state);
        }
    }
    let vm = machine.root.section("vm").and_then(State::vm);
    for entry in vm.into_iter().flat_map(|vm| &vm.provisioners) {
        if let ProvisionerOptions::Known(state) = &entry.options {
            add(&format!("provisioner.{}", entry.kind), state);
        }
    }
    names.sort();
    names.dedup();
    names
}

fn validation(findings: &[Finding]) -> Value {
    let mut counted: Vec<(&str, &str)> = findings
        .iter()
        .filter(|finding| finding.counted)
        .map(|finding| (finding.section.as_str(), finding.message.as_str()))
        .collect();
    counted.sort_unstable();
    let list = counted.into_iter().map(|(section, message)| {
        object([
            ("section", Value::String(section.to_owned())),
            ("message", Value::String(message.to_owned())),
        ])
    });
    Value::List(list.collect())
}
