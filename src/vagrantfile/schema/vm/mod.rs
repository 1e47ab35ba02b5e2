//! `config.vm`: settings, and the methods that add machines, networks, folders,
//! providers and provisioners.

mod merge;
mod methods;

use std::rc::Rc;

use super::{Attr, Class, Lit, State, attr, is_sym, text, to_sym};
use crate::config::Layer;
use crate::ruby::{Proc, RHash, Value};
use crate::source::Span;
use crate::vagrantfile::dsl::Record;

use merge::{finalize, merge};
use methods::{
    cloud_init, define, defined_vm_keys, defined_vms, disk, host_name, known_provisioners, network,
    networks, provider, provision, states, synced_folder, synced_folders,
};

use Lit::{Bool, Int, Map, Nil, Str, Sym};

const ATTRS: &[Attr] = &[
    attr("allow_fstab_modification", Nil),
    attr("allow_hosts_modification", Bool(true)),
    attr("allowed_synced_folder_types", Nil),
    attr("base_address", Nil),
    attr("base_mac", Nil),
    attr("boot_timeout", Int(300)),
    attr("box", Nil),
    // Not in Vagrant 2.3.4; later ones have it.
    attr("box_architecture", Sym("auto")),
    attr("box_check_update", Bool(true)),
    attr("box_download_ca_cert", Nil),
    attr("box_download_ca_path", Nil),
    attr("box_download_checksum", Nil),
    attr("box_download_checksum_type", Nil),
    attr("box_download_client_cert", Nil),
    attr("box_download_insecure", Bool(false)),
    attr("box_download_location_trusted", Bool(false)),
    attr("box_download_options", Map),
    attr("box_url", Nil),
    attr("box_version", Nil),
    attr("clone", Nil),
    attr("communicator", Nil),
    attr("graceful_halt_timeout", Int(60)),
    attr("guest", Nil),
    attr("hostname", Nil),
    attr("ignore_box_vagrantfile", Bool(false)),
    attr("post_up_message", Str("")),
    attr("usable_port_range", Nil),
];

/// `config.vm`
pub(in crate::vagrantfile) static VM: Class = Class {
    key: "vm",
    ruby: "VagrantPlugins::Kernel_V2::VMConfig",
    section: "vm",
    attrs: &[ATTRS],
    methods: &[
        ("host_name=", host_name),
        ("network", network),
        ("synced_folder", synced_folder),
        ("provider", provider),
        ("provision", provision),
        ("define", define),
        ("disk", disk),
        ("cloud_init", cloud_init),
        ("networks", networks),
        ("synced_folders", synced_folders),
        ("provisioners", known_provisioners),
        ("disks", |_, config, _| {
            Ok(states(config, |vm| vm.disks.clone()))
        }),
        ("cloud_init_configs", |_, config, _| {
            Ok(states(config, |vm| vm.cloud_inits.clone()))
        }),
        ("defined_vms", defined_vms),
        ("defined_vm_keys", defined_vm_keys),
        ("__providers", |_, config, _| {
            let names = config.read(|state| state.vm().map(|vm| vm.provider_order.clone()));
            let names = names.unwrap_or_default();
            Ok(Value::array(
                names
                    .iter()
                    .map(|name| Value::sym(name))
                    .collect::<Vec<_>>(),
            ))
        }),
    ],
    merge,
    finalize,
};

/// `config.vm.disk`
pub(in crate::vagrantfile) static DISK: Class = Class {
    key: "disk",
    ruby: "VagrantPlugins::Kernel_V2::VagrantConfigDisk",
    section: "vm",
    attrs: &[&[
        attr("name", Nil),
        attr("type", Sym("disk")),
        attr("disk_ext", Nil),
        attr("size", Nil),
        attr("file", Nil),
        attr("primary", Bool(false)),
        super::held("provider_config", Map),
    ]],
    finalize: |state| {
        let primary = state.get("primary").truthy();
        match state.get("name") {
            Value::Str(name) => {
                // The name becomes a file's.
                let clean: String = name
                    .text()
                    .chars()
                    .map(|c| {
                        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                            c
                        } else {
                            '_'
                        }
                    })
                    .collect();
                state.set("name", Value::str(clean));
            }
            Value::Nil if primary && state.is_unset("name") => {
                state.set("name", Value::str("vagrant_primary"));
            }
            _ => {}
        }
        state.fill_defaults();
    },
    ..Class::PLAIN
};

/// `config.vm.cloud_init`
pub(in crate::vagrantfile) static CLOUD_INIT: Class = Class {
    key: "cloud_init",
    ruby: "VagrantPlugins::Kernel_V2::VagrantConfigCloudInit",
    section: "vm",
    attrs: &[&[
        attr("type", Sym("user_data")),
        attr("content_type", Nil),
        attr("content_disposition_filename", Nil),
        attr("path", Nil),
        attr("inline", Nil),
    ]],
    finalize: |state| {
        let kind = to_sym(&state.get("type"));
        state.set("type", kind);
        if state.get("type").is_nil() {
            state.set("type", Value::sym("user_data"));
        }
        state.fill_defaults();
    },
    ..Class::PLAIN
};

/// A network, before it is typed.
#[derive(Clone)]
pub(in crate::vagrantfile) struct NetworkEntry {
    pub(in crate::vagrantfile) kind: String,
    /// Id as text; `None` when it is random.
    pub(in crate::vagrantfile) id: Option<String>,
    pub(in crate::vagrantfile) options: Rc<RHash>,
    pub(in crate::vagrantfile) span: Option<Span>,
    pub(in crate::vagrantfile) layer: Option<Layer>,
}

/// A synced folder, before it is typed.
#[derive(Clone)]
pub(in crate::vagrantfile) struct FolderEntry {
    pub(in crate::vagrantfile) key: Value,
    pub(in crate::vagrantfile) options: Rc<RHash>,
    pub(in crate::vagrantfile) span: Option<Span>,
    pub(in crate::vagrantfile) layer: Option<Layer>,
}

/// What a provisioner was told.
#[derive(Clone)]
pub(in crate::vagrantfile) enum ProvisionerOptions {
    /// Its type is known.
    Known(State),
    /// It is not.
    Unknown(Record),
}

/// A provisioner, before it is typed.
#[derive(Clone)]
pub(in crate::vagrantfile) struct ProvisionerEntry {
    pub(in crate::vagrantfile) name: Option<String>,
    pub(in crate::vagrantfile) kind: String,
    pub(in crate::vagrantfile) run: Value,
    pub(in crate::vagrantfile) before: Value,
    pub(in crate::vagrantfile) after: Value,
    pub(in crate::vagrantfile) preserve_order: bool,
    pub(in crate::vagrantfile) communicator_required: Value,
    pub(in crate::vagrantfile) options: ProvisionerOptions,
    pub(in crate::vagrantfile) span: Option<Span>,
    pub(in crate::vagrantfile) layer: Option<Layer>,
}

/// A machine that was defined.
#[derive(Clone)]
pub(in crate::vagrantfile) struct Defined {
    pub(in crate::vagrantfile) name: String,
    pub(in crate::vagrantfile) options: Vec<(Value, Value)>,
    pub(in crate::vagrantfile) blocks: Vec<(String, Rc<Proc>)>,
    pub(in crate::vagrantfile) span: Option<Span>,
}

/// What `config.vm` keeps beside its settings.
#[derive(Clone, Default)]
pub(in crate::vagrantfile) struct Parts {
    pub(in crate::vagrantfile) networks: Vec<NetworkEntry>,
    pub(in crate::vagrantfile) folders: Vec<FolderEntry>,
    /// Providers named, in order of first mention.
    pub(in crate::vagrantfile) provider_order: Vec<String>,
    pub(in crate::vagrantfile) provider_blocks: Vec<(String, Rc<Proc>)>,
    pub(in crate::vagrantfile) provisioners: Vec<ProvisionerEntry>,
    pub(in crate::vagrantfile) defined: Vec<Defined>,
    pub(in crate::vagrantfile) disks: Vec<State>,
    pub(in crate::vagrantfile) cloud_inits: Vec<State>,
}

/// Tells whether two keys are equal strings or symbols.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.text() == b.text(),
        (Value::Sym(a), Value::Sym(b)) => a == b,
        (Value::Nil, Value::Nil) => true,
        _ => false,
    }
}

impl Parts {
    /// Notes the layer of everything that a block has said.
    pub(in crate::vagrantfile) fn tag(&mut self, layer: Layer) {
        for network in &mut self.networks {
            network.layer.get_or_insert(layer);
        }
        for folder in &mut self.folders {
            folder.layer.get_or_insert(layer);
        }
        for entry in &mut self.provisioners {
            entry.layer.get_or_insert(layer);
            match &mut entry.options {
                ProvisionerOptions::Known(state) => state.tag(layer),
                ProvisionerOptions::Unknown(record) => record.tag(layer),
            }
        }
        for part in self.disks.iter_mut().chain(&mut self.cloud_inits) {
            part.tag(layer);
        }
    }

    /// Adds a machine, or more to say about one.
    pub(in crate::vagrantfile) fn define(
        &mut self,
        name: &str,
        options: Vec<(Value, Value)>,
        block: Option<(String, Rc<Proc>)>,
        span: Option<Span>,
    ) {
        match self.defined.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.options.extend(options);
                known.blocks.extend(block);
            }
            None => self.defined.push(Defined {
                name: name.to_owned(),
                options,
                blocks: block.into_iter().collect(),
                span,
            }),
        }
    }
}

impl Defined {
    /// Returns an option; the last one said counts.
    pub(in crate::vagrantfile) fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .rev()
            .find(|(key, _)| is_sym(key, name))
            .map(|(_, value)| value)
    }
}

impl Parts {
    /// Adds a network, merged with the one of the same type and id.
    pub(in crate::vagrantfile) fn add_network(
        &mut self,
        kind: &str,
        given: &Value,
        span: Option<Span>,
    ) {
        let Value::Hash(given) = given else { return };
        let options = given.copy();
        if !options
            .get_named("protocol")
            .is_some_and(|value| value.truthy())
        {
            options.insert(Value::sym("protocol"), Value::str("tcp"));
        }
        let mut id = options
            .get(&Value::sym("id"))
            .filter(Value::truthy)
            .map(|id| text(&id));
        if id.is_none() && kind == "forwarded_port" {
            let part = |name: &str| text(&options.get(&Value::sym(name)).unwrap_or_default());
            let made = format!("{}{}{}", part("host_ip"), part("protocol"), part("host"));
            options.insert(Value::sym("id"), Value::str(&made));
            id = Some(made);
        }
        let known = self
            .networks
            .iter_mut()
            .find(|known| known.kind == kind && known.id.is_some() && known.id == id);
        match known {
            Some(known) => {
                let merged = known.options.copy();
                for (key, value) in options.pairs() {
                    merged.insert(key, value);
                }
                known.options = Rc::new(merged);
                known.span = span.or(known.span.take());
            }
            None => self.networks.push(NetworkEntry {
                kind: kind.to_owned(),
                id,
                options: Rc::new(options),
                span,
                layer: None,
            }),
        }
    }

    /// Adds a synced folder.
    pub(in crate::vagrantfile) fn add_folder(
        &mut self,
        host: Value,
        guest: Value,
        given: &[(Value, Value)],
        span: Option<Span>,
    ) {
        let options = RHash::default();
        for (key, value) in given {
            options.insert(key.clone(), value.clone());
        }
        let sym = Value::sym;
        if options.get(&sym("nfs")).is_some_and(|value| value.truthy()) {
            options.insert(sym("type"), sym("nfs"));
            options.remove(&sym("nfs"));
        }
        let key = match options.get(&sym("name")) {
            Some(name) => {
                options.remove(&sym("name"));
                name
            }
            None => guest.clone(),
        };
        if guest.truthy() {
            let path = text(&guest);
            let path = path.strip_suffix('/').unwrap_or(&path);
            options.insert(sym("guestpath"), Value::str(path));
        }
        options.insert(sym("hostpath"), host);
        if options.get(&sym("disabled")).is_none() {
            options.insert(sym("disabled"), Value::Bool(false));
        }
        // What the same scope said of this guest path goes on to count.
        let path = options.get(&sym("guestpath")).unwrap_or_default();
        let merged = match self.folders.iter().find(|folder| same(&folder.key, &path)) {
            Some(folder) => folder.options.copy(),
            None => RHash::default(),
        };
        for (key, value) in options.pairs() {
            merged.insert(key, value);
        }
        if let Some(kind) = merged.get(&sym("type")).filter(Value::truthy) {
            merged.insert(sym("type"), to_sym(&kind));
        }
        let entry = FolderEntry {
            key,
            options: Rc::new(merged),
            span,
            layer: None,
        };
        match self
            .folders
            .iter_mut()
            .find(|folder| same(&folder.key, &entry.key))
        {
            Some(folder) => *folder = entry,
            None => self.folders.push(entry),
        }
    }
}
