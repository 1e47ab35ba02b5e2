//! Where the values of a machine's configuration came from: every setting that
//! users know by a name, with who said something of it.

use super::layers::{Machine, ProviderState};
use super::lower::{plain, recorded};
use super::schema::vm::ProvisionerOptions;
use super::schema::{Field, State};
use crate::config::{Explained, Layer, Source, Value};
use crate::ruby::Value as Ruby;
use crate::source::Span;

/// Returns every setting of a machine, in the order of `rove config`.
pub(super) fn machine(machine: &Machine) -> Vec<Explained> {
    let mut all = Vec::new();
    for state in &machine.root.sections {
        attributes(&mut all, state.class.key, state);
    }
    for (name, state) in &machine.providers {
        let prefix = format!("provider.{name}");
        match state {
            ProviderState::Known(state) => {
                methods(&mut all, &prefix, state);
                attributes(&mut all, &prefix, state);
            }
            ProviderState::Unknown(record) => {
                for (name, field) in record.all() {
                    all.push(explained(format!("{prefix}.{name}"), &field));
                }
            }
        }
    }
    if let Some(vm) = machine.root.section("vm").and_then(State::vm) {
        for (index, network) in vm.networks.iter().enumerate() {
            let name = network.id.clone().unwrap_or_else(|| index.to_string());
            let options = plain(&Ruby::Hash(network.options.clone()));
            let value = Value::Map(vec![
                ("type".to_owned(), Value::String(network.kind.clone())),
                ("options".to_owned(), options),
            ]);
            let setting = format!("network.{name}");
            all.push(entry(setting, value, network.span.as_ref(), network.layer));
        }
        for folder in &vm.folders {
            let setting = format!("synced_folder.{}", plain(&folder.key).to_text());
            let value = plain(&Ruby::Hash(folder.options.clone()));
            all.push(entry(setting, value, folder.span.as_ref(), folder.layer));
        }
        for (index, provisioner) in vm.provisioners.iter().enumerate() {
            let name = provisioner
                .name
                .clone()
                .unwrap_or_else(|| index.to_string());
            let setting = format!("provisioner.{name}");
            let kind = Value::String(provisioner.kind.clone());
            let (span, layer) = (provisioner.span.as_ref(), provisioner.layer);
            all.push(entry(setting.clone(), kind, span, layer));
            match &provisioner.options {
                ProvisionerOptions::Known(state) => attributes(&mut all, &setting, state),
                ProvisionerOptions::Unknown(record) => {
                    for (name, field) in record.all() {
                        all.push(explained(format!("{setting}.{name}"), &field));
                    }
                }
            }
        }
        for disk in &vm.disks {
            let name = plain(&disk.get("name")).to_text();
            attributes(&mut all, &format!("disk.{name}"), disk);
        }
    }
    for section in &machine.root.unknown {
        let value = recorded(&section.record);
        let span = section.span.as_ref();
        all.push(entry(section.name.clone(), value, span, None));
        for (name, field) in section.record.all() {
            all.push(explained(format!("{}.{name}", section.name), &field));
        }
    }
    all
}

fn attributes(all: &mut Vec<Explained>, prefix: &str, state: &State) {
    for attr in state.class.attrs() {
        if let Some(field) = state.field(attr.name) {
            all.push(explained(format!("{prefix}.{}", attr.name), field));
        }
    }
}

/// Adds settings that are kept as something else: VirtualBox's `memory=` becomes
/// an argument of its program.
fn methods(all: &mut Vec<Explained>, prefix: &str, state: &State) {
    for (method, _) in state.class.methods {
        let Some(name) = method.strip_suffix('=') else {
            continue;
        };
        let said = state
            .calls
            .iter()
            .rev()
            .filter(|call| call.method == *method);
        let sources: Vec<Source> = said
            .map(|call| Source {
                value: call.arguments.first().map(plain).unwrap_or_default(),
                span: call.span.clone(),
                layer: call.layer,
            })
            .collect();
        if let Some(last) = sources.first() {
            all.push(Explained {
                setting: format!("{prefix}.{name}"),
                value: last.value.clone(),
                is_default: false,
                sources,
            });
        }
    }
}

fn explained(setting: String, field: &Field) -> Explained {
    let value = plain(&field.value);
    let mut sources = Vec::new();
    if field.span.is_some() {
        sources.push(Source {
            value: value.clone(),
            span: field.span.clone(),
            layer: field.layer,
        });
    }
    sources.extend(field.earlier.iter().map(|earlier| Source {
        value: plain(&earlier.value),
        span: earlier.span.clone(),
        layer: earlier.layer,
    }));
    Explained {
        setting,
        value,
        is_default: field.span.is_none(),
        sources,
    }
}

/// Returns something that is said as a whole.
fn entry(setting: String, value: Value, span: Option<&Span>, layer: Option<Layer>) -> Explained {
    let source = span.map(|span| Source {
        value: value.clone(),
        span: Some(span.clone()),
        layer,
    });
    Explained {
        setting,
        value,
        is_default: source.is_none(),
        sources: source.into_iter().collect(),
    }
}
