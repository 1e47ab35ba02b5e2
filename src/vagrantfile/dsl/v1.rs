//! The old form, `Vagrant::Config.run` and `Vagrant.configure("1")`: every call
//! is said to the new configuration in its own words. Boxes still carry such files.

use crate::ruby::{Args, Interp, Native, Outcome, Value};

use super::{Config, Root};
use crate::vagrantfile::schema::{is_sym, options, positional, text};

/// `config` of the old form, in front of a new one.
pub(in crate::vagrantfile) struct OldRoot {
    root: Value,
}

/// `config.vm` of the old form.
struct OldVm {
    root: Value,
}

/// A section of which some settings have no successor.
struct OldSection {
    section: Value,
    dropped: &'static [&'static str],
}

impl Native for OldSection {
    fn class_name(&self) -> String {
        "Vagrant::Config::V1::Section".to_owned()
    }

    fn call(&self, interp: &mut Interp, _: &Value, name: &str, args: &Args) -> Outcome {
        if self.dropped.contains(&name) {
            return Ok(args.get(0));
        }
        interp.call_method_with(&self.section, name, args.clone())
    }

    fn responds(&self, _: &str) -> bool {
        false
    }
}

impl OldRoot {
    /// Returns an old configuration that says everything to `root`.
    pub(in crate::vagrantfile) fn new(root: Value) -> Self {
        Self { root }
    }
}

impl Native for OldRoot {
    fn class_name(&self) -> String {
        "Vagrant::Config::V1::Root".to_owned()
    }

    fn call(&self, interp: &mut Interp, _: &Value, name: &str, args: &Args) -> Outcome {
        if name == "vm" {
            return Ok(Value::native(OldVm {
                root: self.root.clone(),
            }));
        }
        let root = self.root.clone();
        let dropped: &'static [&'static str] = match name {
            "ssh" => &["max_tries=", "timeout=", "password="],
            // Vagrant forgets the host, too, when it moves an old file on.
            "vagrant" => &["dotfile_name=", "host="],
            _ => &[],
        };
        if !dropped.is_empty() {
            let section = interp.call_method(&root, name, &[])?;
            return Ok(Value::native(OldSection { section, dropped }));
        }
        match root.as_native::<Root>() {
            Some(native) => native.call(interp, &root, name, args),
            None => Ok(Value::Nil),
        }
    }

    fn responds(&self, _: &str) -> bool {
        false
    }
}

impl Native for OldVm {
    fn class_name(&self) -> String {
        "VagrantPlugins::Kernel_V1::VMConfig".to_owned()
    }

    fn call(&self, interp: &mut Interp, _: &Value, name: &str, args: &Args) -> Outcome {
        let vm = interp.call_method(&self.root, "vm", &[])?;
        let list = positional(args);
        let at = |index: usize| list.get(index).cloned().unwrap_or_default();
        let mut given = options(args);
        let call =
            |interp: &mut Interp, method: &str, list: Vec<Value>, given: Vec<(Value, Value)>| {
                let Value::Hash(keywords) = Value::hash(given) else {
                    return Ok(Value::Nil);
                };
                let new = Args {
                    list,
                    keywords: Some(keywords),
                    block: args.block.clone(),
                    site: args.site.clone(),
                };
                interp.call_method_with(&vm, method, new)
            };
        match name {
            "forward_port" => {
                let option = |name: &str| {
                    let found = given.iter().find(|(key, _)| is_sym(key, name));
                    found.map(|(_, value)| value.clone()).unwrap_or_default()
                };
                // Other options (`auto`) were dropped when files moved on.
                let new = vec![
                    (Value::sym("virtualbox__adapter"), option("adapter")),
                    (Value::sym("virtualbox__protocol"), option("protocol")),
                    (Value::sym("guest"), at(0)),
                    (Value::sym("host"), at(1)),
                ];
                call(interp, "network", vec![Value::sym("forwarded_port")], new)
            }
            "share_folder" => {
                let mut all: Vec<(Value, Value)> = ["create", "nfs", "transient"]
                    .map(|name| (Value::sym(name), Value::Bool(false)))
                    .into();
                all.append(&mut given);
                // The folder of the project had another name once.
                let id = match at(0) {
                    name if text(&name) == "v-root" => Value::str("vagrant-root"),
                    name => name,
                };
                all.push((Value::sym("id"), id));
                call(interp, "synced_folder", vec![at(2), at(1)], all)
            }
            "network" => {
                let kind = match text(&at(0)).as_str() {
                    "hostonly" => "private_network",
                    "bridged" => "public_network",
                    _ => return Ok(Value::Nil),
                };
                if kind == "private_network" {
                    given.push((Value::sym("ip"), at(1)));
                }
                call(interp, "network", vec![Value::sym(kind)], given)
            }
            // A block was the form of versions before the first.
            "customize" if list.is_empty() => Ok(Value::Nil),
            "customize" => {
                let command = args.folded();
                let block = interp.host_proc(2, move |interp, _, args| {
                    let block = args.get(0);
                    interp.call_method(&block, "customize", &command)
                });
                let new = Args {
                    list: vec![Value::sym("virtualbox")],
                    block: Some(block),
                    site: args.site.clone(),
                    ..Args::default()
                };
                interp.call_method_with(&vm, "provider", new)
            }
            "define" => {
                given.push((Value::sym("config_version"), Value::str("1")));
                call(interp, "define", list.clone(), given)
            }
            "auto_port_range=" => call(interp, "usable_port_range=", list.clone(), Vec::new()),
            "boot_mode=" => {
                let gui = text(&at(0)) == "gui";
                let block = interp.host_proc(2, move |interp, _, args| {
                    let block = args.get(0);
                    interp.call_method(&block, "gui=", &[Value::Bool(gui)])
                });
                let new = Args {
                    list: vec![Value::sym("virtualbox")],
                    block: Some(block),
                    site: args.site.clone(),
                    ..Args::default()
                };
                interp.call_method_with(&vm, "provider", new)
            }
            _ => match vm.as_native::<Config>() {
                Some(native) => native.call(interp, &vm, name, args),
                None => Ok(Value::Nil),
            },
        }
    }

    fn responds(&self, _: &str) -> bool {
        false
    }
}
