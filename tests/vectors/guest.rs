//! Families of the guest side: `ssh`, `ssh-config`, rsync, the shell provisioner.
//!
//! The data of rsync leaves out Vagrant's options for a shared connection,
//! which outlives the command; ours makes none.

use std::path::{Path, PathBuf};

use rove::communicators::ssh::{ProgramOptions, config_text, program};
use rove::config::{self, Connection, Endpoint, Provisioner, Share, Ssh};
use rove::guests::{Facts, Guest, by_name};
use rove::op::{Cmd, Content, Op};
use rove::{provision, sync};
use serde_json::{Value, json};

use super::{Answer, Difference};

pub(crate) const SHELL_DIFFERENCES: &[Difference] = &[
    Difference {
        case: 7,
        reason: CRLF,
    },
    Difference {
        case: 9,
        reason: CRLF,
    },
    Difference {
        case: 10,
        reason: CRLF,
    },
    Difference {
        case: 17,
        reason: "an upload path with a blank works here",
    },
];

pub(crate) const RSYNC_DIFFERENCES: &[Difference] = &[
    Difference {
        case: 2,
        reason: "a guest path with a blank works here, whatever the version of rsync",
    },
    Difference {
        case: 26,
        reason: "no setting changes the log level of rsync's connection",
    },
];

const CRLF: &str = "CRLF becomes one line feed, not two";

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        other => vec![other.as_str().unwrap().to_owned()],
    }
}

fn plain(value: &Value) -> config::Value {
    match value {
        Value::Null => config::Value::Null,
        Value::Bool(value) => config::Value::Bool(*value),
        Value::Number(value) => config::Value::Int(value.as_i64().unwrap()),
        Value::String(text) => config::Value::String(text.clone()),
        Value::Array(items) => config::Value::List(items.iter().map(plain).collect()),
        Value::Object(members) => config::Value::Map(options(members)),
    }
}

fn options(members: &serde_json::Map<String, Value>) -> Vec<(String, config::Value)> {
    members
        .iter()
        .map(|(key, value)| (key.clone(), plain(value)))
        .collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// What is absent is `nil` to Vagrant's functions, not the setting's default.
fn connection(info: &Value) -> Connection {
    let on = |key: &str| info[key].as_bool().unwrap_or(false);
    Connection {
        endpoint: Endpoint {
            host: text(&info["host"]).unwrap(),
            port: info["port"].as_u64().unwrap() as u16,
        },
        ssh: Ssh {
            username: text(&info["username"]).unwrap(),
            private_key_paths: words(&info["private_key_path"])
                .into_iter()
                .map(PathBuf::from)
                .collect(),
            keys_only: on("keys_only"),
            verify_host_key: plain(&info["verify_host_key"]),
            compression: on("compression"),
            dsa_authentication: on("dsa_authentication"),
            forward_agent: on("forward_agent"),
            forward_x11: on("forward_x11"),
            forward_env: words(&info["forward_env"]),
            proxy_command: text(&info["proxy_command"]),
            config_file: text(&info["config"]),
            extra_args: words(&info["extra_args"]),
            ssh_command: text(&info["ssh_command"]),
            ..Ssh::default()
        },
    }
}

fn argv(cmd: &Cmd) -> Vec<String> {
    std::iter::once(&cmd.program)
        .chain(&cmd.args)
        .map(|word| word.to_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn ssh(family: &str, input: &Value) -> Option<Answer> {
    let connection = connection(&input["ssh_info"]);
    let log_level = text(&input["ssh_info"]["log_level"]);
    Some(Ok(match family {
        "ssh_exec_argv" => {
            let options = ProgramOptions {
                plain: input["opts"]["plain_mode"].as_bool().unwrap_or(false),
                extra: words(&input["opts"]["extra_args"]),
                log_level,
            };
            json!(argv(&program(
                &connection,
                Path::new("/usr/bin/ssh"),
                &options
            )))
        }
        "ssh_config_text" => {
            let machine = input["machine"].as_str().unwrap();
            let name = input["host_flag"].as_str().unwrap_or(machine);
            json!(config_text(&connection, name, log_level.as_deref()))
        }
        _ => return None,
    }))
}

fn facts(connection: Connection, guest: &'static Guest, root: &str) -> Facts {
    Facts {
        machine: "default".to_owned(),
        guest,
        connection,
        root: PathBuf::from(root),
        home: None,
        runtime: PathBuf::from("/run/rove"),
    }
}

pub(crate) fn rsync(family: &str, input: &Value) -> Option<Answer> {
    if family != "rsync_command" {
        return None;
    }
    let command = text(&input["guest_capabilities"]["rsync_command"]);
    let guest = Guest {
        rsync_command: command.map(|command| &*command.leak()),
        ..*by_name("linux").unwrap()
    };
    let facts = facts(
        connection(&input["ssh_info"]),
        Box::leak(Box::new(guest)),
        input["root_path"].as_str().unwrap(),
    );
    let folder = &input["folder"];
    let share = Share {
        host_path: text(&folder["hostpath"]).unwrap(),
        guest_path: text(&folder["guestpath"]).unwrap(),
        owner: text(&folder["owner"]),
        group: text(&folder["group"]),
        options: options(folder.as_object().unwrap()),
        ..Share::default()
    };
    let mut argv = argv(&sync::rsync::command(&share, &facts));
    // Ours leaves its own folder out as well.
    let ours = argv.iter().position(|word| word == ".rove/").unwrap();
    argv.drain(ours - 1..=ours);
    Some(Ok(json!(argv)))
}

pub(crate) fn shell(family: &str, input: &Value) -> Option<Answer> {
    if family != "shell_provision" {
        return None;
    }
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("s.sh"), "#!/bin/sh\r\necho hi\r\n").unwrap();
    let connection = Connection {
        endpoint: Endpoint {
            host: "127.0.0.1".to_owned(),
            port: 2222,
        },
        ssh: Ssh {
            username: text(&input["ssh_username"]).unwrap(),
            ..Ssh::default()
        },
    };
    let facts = facts(
        connection,
        by_name("linux").unwrap(),
        root.path().to_str().unwrap(),
    );
    let provisioner = Provisioner {
        kind: "shell".to_owned(),
        options: options(input["config"].as_object().unwrap()),
        ..Provisioner::default()
    };
    let ops = match provision::lower(&provisioner, &facts) {
        Ok(ops) => ops,
        Err(failure) => return Some(Err(failure.to_string())),
    };
    let calls: Vec<Value> = ops
        .iter()
        .filter_map(|op| match op {
            Op::Upload {
                content: Content::Bytes(bytes),
                to,
                ..
            } => Some(json!(["upload", String::from_utf8_lossy(bytes), to])),
            Op::Guest(script) if script.privileged => Some(json!(["sudo", script.text])),
            Op::Guest(script) => Some(json!(["execute", script.text])),
            Op::ResetConnection => Some(json!(["reset"])),
            Op::Reboot(_) => Some(json!(["reboot"])),
            _ => None,
        })
        .collect();
    Some(Ok(json!(calls)))
}
