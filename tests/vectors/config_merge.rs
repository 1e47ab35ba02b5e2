//! Layers of Vagrantfiles and the configuration that they make together. The
//! recordings were normalized: random ids are out, a provisioner runs `once`
//! unless told otherwise, and what only repeats another member is out.

use std::path::Path;
use std::sync::Arc;

use rove::config::{Lab, MachineConfig};
use rove::event::Silent;
use rove::host::{Cancel, Dirs, Env, Host, SystemClock, SystemRunner};
use rove::vagrantfile::{self, LoadRequest};
use serde_json::{Map, Value, json};

use super::{Answer, Difference};

pub(crate) const DIFFERENCES: &[Difference] = &[Difference {
    case: 54,
    reason: "`before:` was still switched off in the recording",
}];

/// Answers every family: all of them load layers and show sections.
pub(crate) fn answer(_: &str, input: &Value) -> Option<Answer> {
    let temporary = tempfile::tempdir().unwrap();
    let base = temporary.path();
    let layers = &input["layers"];
    let write = |below: &str, text: &Value| {
        if let Some(text) = text.as_str() {
            let path = base.join(below);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    };
    write("lab/Vagrantfile", &layers["project"]);
    write("home/Vagrantfile", &layers["home"]);
    let mut request = LoadRequest {
        start: base.join("lab"),
        provider: input["provider"].as_str().map(str::to_owned),
        ..LoadRequest::default()
    };
    let loaded = load(base, &request);
    let mut lab = match loaded {
        Ok(lab) => lab,
        Err(class) => return Some(Err(class)),
    };
    // What the box brings may name another box, whose file then counts instead.
    for _ in 0..3 {
        let before = request.box_vagrantfiles.clone();
        for machine in &lab.machines {
            let name = machine
                .box_request
                .as_ref()
                .map(|wanted| wanted.name.clone());
            let Some(name) = name else { continue };
            let below = format!("boxes/{name}/Vagrantfile");
            write(&below, &layers["boxes"][&name]);
            if base.join(&below).is_file() {
                request
                    .box_vagrantfiles
                    .insert(machine.name.clone(), base.join(&below));
            }
        }
        if request.box_vagrantfiles == before {
            break;
        }
        lab = match load(base, &request) {
            Ok(lab) => lab,
            Err(class) => return Some(Err(class)),
        };
    }
    let wanted = input["machine"].as_str().unwrap();
    let machine = lab.machines.iter().find(|machine| machine.name == wanted);
    let sections: Vec<&str> = input["sections"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if machine.is_none() && sections != ["machines"] {
        return Some(Err("MachineNotFound".to_owned()));
    }
    if sections == ["machines"] {
        let names: Vec<&str> = lab.machines.iter().map(|one| one.name.as_str()).collect();
        return Some(Ok(json!({ "machines": names, "primary": lab.primary })));
    }
    let machine = machine?;
    let shown: Map<String, Value> = sections
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                section(name, machine, &input["provider"]),
            )
        })
        .collect();
    Some(Ok(Value::Object(shown)))
}

fn load(base: &Path, request: &LoadRequest) -> Result<Lab, String> {
    let cancel = Cancel::new();
    let host = Host {
        runner: Arc::new(SystemRunner::new(cancel.clone())),
        clock: Arc::new(SystemClock::new(cancel.clone())),
        cancel,
        env: Arc::new(Env::of([("HOME", "/nonexistent"), ("ROVE_PLUGINS", "")])),
        cwd: base.join("lab"),
        dirs: Dirs::below(base),
        listener: Arc::new(Silent),
    };
    match vagrantfile::load(&host, request) {
        Ok(loaded) => Ok(loaded.lab),
        Err(failure) => {
            let class = failure.explain().vagrant_class().unwrap_or("Bug");
            Err(class.rsplit("::").next().unwrap().to_owned())
        }
    }
}

/// Returns a section in the shape of the recording.
fn section(name: &str, machine: &MachineConfig, provider: &Value) -> Value {
    let all: Map<String, Value> = machine
        .sections
        .iter()
        .map(|(name, value)| (name.clone(), ranges(serde_json::to_value(value).unwrap())))
        .collect();
    let vm = |name: &str| all["vm"][name].clone();
    match name {
        "hostname" => vm("hostname"),
        "box" => {
            json!({ "box": vm("box"), "box_version": vm("box_version"), "box_url": vm("box_url") })
        }
        "provider" => all["provider_settings"][provider.as_str().unwrap()]["settings"].clone(),
        "provider_order" => json!(machine.providers),
        "synced_folders" => {
            let folders = all["synced_folders"].as_object().unwrap().iter();
            folders
                .map(|(key, options)| json!({ "key": key, "options": options }))
                .collect()
        }
        "provisioners" => {
            let entries = all["provisioners"].as_array().unwrap().iter();
            entries.map(provisioner).collect()
        }
        "triggers" => {
            let mut triggers = all["triggers"].clone();
            for place in ["before", "after"] {
                for trigger in triggers[place].as_array_mut().unwrap() {
                    let block = !trigger["ruby_block"].is_null();
                    trigger["ruby_block"] = if block {
                        json!({ "proc": true })
                    } else {
                        Value::Null
                    };
                }
            }
            triggers
        }
        "vm" => {
            let mut settings = all["vm"].clone();
            // The recording leaves out what is newer, and adds what it makes of the options.
            settings.as_object_mut().unwrap().remove("box_architecture");
            settings["box_extra_download_options"] =
                download_options(&settings["box_download_options"]);
            settings
        }
        "ssh" => {
            let mut ssh = all["ssh"].clone();
            older(&mut ssh);
            older(&mut ssh["default"]);
            ssh
        }
        other => all[other].clone(),
    }
}

/// Takes out settings that Vagrant 2.3.4 did not have.
fn older(ssh: &mut Value) {
    for name in [
        "key_type",
        "connect_retries",
        "connect_retry_delay",
        "disable_deprecated_algorithms",
    ] {
        ssh.as_object_mut().unwrap().remove(name);
    }
}

fn download_options(options: &Value) -> Value {
    let mut words = Vec::new();
    for (key, value) in options.as_object().into_iter().flatten() {
        match value {
            Value::Bool(true) => words.push(format!("--{key}")),
            Value::String(value) => words.extend([format!("--{key}"), value.clone()]),
            _ => {}
        }
    }
    json!(words)
}

fn provisioner(entry: &Value) -> Value {
    let known = entry["known"].as_bool().unwrap();
    json!({
        "name": entry["name"], "type": entry["type"], "run": entry["run"],
        "preserve_order": entry["preserve_order"],
        "before": entry["before"], "after": entry["after"],
        "invalid": !known,
        "config": if known { entry["options"].clone() } else { Value::Null },
    })
}

/// Writes ranges as the recordings do.
fn ranges(value: Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 3 && map.contains_key("exclusive") => {
            json!({ "range": [map["from"], map["to"]] })
        }
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, ranges(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(ranges).collect(),
        other => other,
    }
}
