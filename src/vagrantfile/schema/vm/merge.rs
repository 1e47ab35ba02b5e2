//! How two scopes of `config.vm` become one, and what is filled in at the end.

use std::rc::Rc;

use super::{Parts, ProvisionerEntry, ProvisionerOptions, same};
use crate::ruby::Value;
use crate::vagrantfile::schema::{State, connection, is_sym, text, to_list, to_sym};

pub(super) fn merge(outer: &State, inner: &State, result: &mut State) {
    let (Some(outer), Some(inner)) = (outer.vm(), inner.vm()) else {
        return;
    };
    let mut merged = outer.clone();
    for network in &inner.networks {
        let known = merged.networks.iter_mut().find(|known| {
            known.kind == network.kind && known.id.is_some() && known.id == network.id
        });
        match known {
            // A network of an inner scope replaces the one with its id; only
            // within one scope do their options add up.
            Some(known) => *known = network.clone(),
            None => merged.networks.push(network.clone()),
        }
    }
    for folder in &inner.folders {
        match merged
            .folders
            .iter_mut()
            .find(|known| same(&known.key, &folder.key))
        {
            Some(known) => {
                let options = known.options.copy();
                for (key, value) in folder.options.pairs() {
                    options.insert(key, value);
                }
                known.options = Rc::new(options);
                known.span.clone_from(&folder.span);
                known.layer = folder.layer;
            }
            None => merged.folders.push(folder.clone()),
        }
    }
    for name in &inner.provider_order {
        if !merged.provider_order.contains(name) {
            merged.provider_order.push(name.clone());
        }
    }
    merged
        .provider_blocks
        .extend(inner.provider_blocks.iter().cloned());
    for one in &inner.defined {
        merged.define(&one.name, one.options.clone(), None, one.span.clone());
        if let Some(known) = merged
            .defined
            .iter_mut()
            .find(|known| known.name == one.name)
        {
            known.blocks.extend(one.blocks.iter().cloned());
        }
    }
    merged.provisioners = merge_provisioners(&outer.provisioners, &inner.provisioners);
    // Disks and cloud-init parts have random ids: they never merge.
    merged.disks.extend(inner.disks.iter().cloned());
    merged.cloud_inits.extend(inner.cloud_inits.iter().cloned());
    if let Some(parts) = result.vm_mut() {
        *parts = merged;
    }
}

/// Merges by name: one that the inner scope names again moves to the inner
/// scope's place, unless that one preserves the order.
fn merge_provisioners(
    outer: &[ProvisionerEntry],
    inner: &[ProvisionerEntry],
) -> Vec<ProvisionerEntry> {
    let mut rest: Vec<ProvisionerEntry> = inner.to_vec();
    let mut merged = Vec::new();
    for entry in outer {
        let at = rest
            .iter()
            .position(|other| other.name.is_some() && other.name == entry.name);
        let Some(at) = at else {
            merged.push(entry.clone());
            continue;
        };
        let Some(other) = rest.get_mut(at) else {
            continue;
        };
        match (&entry.options, &mut other.options) {
            (ProvisionerOptions::Known(old), ProvisionerOptions::Known(new))
                if std::ptr::eq(old.class, new.class) =>
            {
                *new = old.merge(new);
            }
            (ProvisionerOptions::Unknown(old), ProvisionerOptions::Unknown(new)) => {
                let mut both = old.clone();
                both.add(new);
                *new = both;
            }
            _ => {}
        }
        if !other.run.truthy() {
            other.run = entry.run.clone();
        }
        if other.preserve_order {
            merged.push(rest.remove(at));
        }
    }
    merged.extend(rest);
    merged
}

pub(super) fn finalize(state: &mut State) {
    state.fill_defaults();
    if state.get("usable_port_range").is_nil() {
        let range = Value::range(Value::Int(2200), Value::Int(2250), false);
        state.set("usable_port_range", range);
    }
    if state.get("allow_fstab_modification").is_nil() {
        state.set("allow_fstab_modification", Value::Bool(true));
    }
    let hostname = state.get("hostname");
    if hostname.truthy() {
        state.set("hostname", Value::str(text(&hostname)));
    }
    let types = state.get("allowed_synced_folder_types");
    if types.truthy() {
        let types: Vec<Value> = to_list(&types).iter().map(to_sym).collect();
        state.set("allowed_synced_folder_types", Value::array(types));
    }
    if !state.get("box_download_checksum").truthy() {
        state.set("box_download_checksum", Value::str(""));
    }
    for name in ["box_download_checksum_type", "communicator", "guest"] {
        let value = state.get(name);
        if value.truthy() {
            state.set(name, to_sym(&value));
        }
    }
    let urls = state.get("box_url");
    if urls.truthy() {
        state.set("box_url", Value::array(to_list(&urls)));
    }
    let winrm = is_sym(&state.get("communicator"), "winrm");
    let Some(vm) = state.vm_mut() else { return };
    if winrm {
        vm.add_automatic_port("winrm", 5985, 55985);
        vm.add_automatic_port("winrm-ssl", 5986, 55986);
    }
    vm.add_automatic_port("ssh", 22, 2222);
    for network in vm
        .networks
        .iter_mut()
        .filter(|one| one.kind == "forwarded_port")
    {
        let options = network.options.copy();
        for name in ["guest", "host"] {
            let port = options.get(&Value::sym(name)).unwrap_or_default();
            let number = match &port {
                Value::Str(text) => connection::leading_number(&text.text()),
                Value::Float(number) => *number as i64,
                _ => continue,
            };
            options.insert(Value::sym(name), Value::Int(number));
        }
        network.options = Rc::new(options);
    }
    for provisioner in &mut vm.provisioners {
        if let ProvisionerOptions::Known(state) = &mut provisioner.options {
            state.finalize();
        }
        if provisioner.run.truthy() {
            provisioner.run = to_sym(&provisioner.run);
        }
    }
    for part in vm.disks.iter_mut().chain(&mut vm.cloud_inits) {
        part.finalize();
    }
    let project_shared = vm.folders.iter().any(|folder| {
        let host = folder.options.get(&Value::sym("hostpath"));
        host.and_then(|host| host.as_string())
            .is_some_and(|host| host == ".")
    });
    let taken = vm
        .folders
        .iter()
        .any(|folder| folder.key.as_string().is_some_and(|key| key == "/vagrant"));
    if !project_shared && !taken {
        vm.add_folder(Value::str("."), Value::str("/vagrant"), &[], None);
    }
}

impl Parts {
    fn add_automatic_port(&mut self, id: &str, guest: i64, host: i64) {
        let known = self
            .networks
            .iter()
            .any(|network| network.kind == "forwarded_port" && network.id.as_deref() == Some(id));
        if known {
            return;
        }
        let given = Value::hash([
            (Value::sym("guest"), Value::Int(guest)),
            (Value::sym("host"), Value::Int(host)),
            (Value::sym("host_ip"), Value::str("127.0.0.1")),
            (Value::sym("id"), Value::str(id)),
            (Value::sym("auto_correct"), Value::Bool(true)),
        ]);
        self.add_network("forwarded_port", &given, None);
    }
}
