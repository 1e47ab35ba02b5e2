//! `type: "shell"`: a script, inline or from a file, is put into the guest and run.

use super::ProvisionError;
use crate::config::{Provisioner, Value};
use crate::error::Result;
use crate::event::Level;
use crate::guests::Facts;
use crate::host::files;
use crate::op::{Content, Op, Script, quote};

/// Where the script lies in the guest unless `upload_path` says otherwise.
const UPLOAD_PATH: &str = "/tmp/vagrant-shell";

/// Returns the ops of a shell provisioner.
pub(super) fn lower(provisioner: &Provisioner, facts: &Facts) -> Result<Vec<Op>> {
    let mut ops = Vec::new();
    if let Some((content, title)) = source(provisioner, facts)? {
        ops.extend(run(provisioner, facts, content, &title));
    }
    if is_on(provisioner, "reboot", false) {
        let reboot =
            facts
                .guest
                .find(|guest| guest.reboot)
                .ok_or_else(|| ProvisionError::NoReboot {
                    label: provisioner.label().to_owned(),
                    guest: facts.guest.name,
                    span: provisioner.span.clone(),
                })?;
        ops.push(Op::Reboot(reboot()));
    } else if is_on(provisioner, "reset", false) {
        ops.push(Op::ResetConnection);
    }
    Ok(ops)
}

/// Returns the script's bytes and how it is called; `None` where there is none,
/// which is right with `reboot` and `reset`.
fn source(provisioner: &Provisioner, facts: &Facts) -> Result<Option<(Vec<u8>, String)>> {
    let name = provisioner
        .option("name")
        .map(|name| format!("script {}", name.to_text()));
    let (bytes, title) = if let Some(path) = provisioner.option("path") {
        let path = path.to_text();
        let label = provisioner.label().to_owned();
        let span = provisioner.span.clone();
        if path.contains("://") {
            return Err(ProvisionError::RemoteScript {
                label,
                url: path,
                span,
            }
            .into());
        }
        let file = super::file::expand(&path, facts);
        if !file.is_file() {
            return Err(ProvisionError::FileMissing {
                label,
                path: file,
                span,
            }
            .into());
        }
        (files::read(&file)?, path)
    } else if let Some(inline) = provisioner.option("inline") {
        (inline.to_text().into_bytes(), "an inline script".to_owned())
    } else {
        return Ok(None);
    };
    let bytes = if is_on(provisioner, "binary", false) {
        bytes
    } else {
        unix_line_ends(&bytes)
    };
    Ok(Some((bytes, name.unwrap_or(title))))
}

/// Returns the ops that run a script.
fn run(provisioner: &Provisioner, facts: &Facts, content: Vec<u8>, title: &str) -> Vec<Op> {
    let path = provisioner
        .option("upload_path")
        .map(Value::to_text)
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| UPLOAD_PATH.to_owned());
    let quoted = quote(&path);
    let mut command = format!("chmod +x '{}' &&", path.replace('\'', r"'\''"));
    let env = provisioner.option("env");
    for (name, value) in env.iter().flat_map(|env| members(env)) {
        command.push(' ');
        command.push_str(name);
        command.push('=');
        command.push_str(&double_quote(&value.to_text()));
    }
    command.push(' ');
    command.push_str(&quoted);
    match provisioner.option("args") {
        Some(Value::List(args)) => {
            for arg in args {
                command.push(' ');
                command.push_str(&double_quote(&arg.to_text()));
            }
        }
        Some(args) => {
            command.push(' ');
            command.push_str(&args.to_text());
        }
        None => {}
    }
    let secrets = if is_on(provisioner, "sensitive", false) {
        env.iter()
            .flat_map(|env| members(env))
            .map(|(_, value)| value.to_text())
            .collect()
    } else {
        Vec::new()
    };
    let user = &facts.connection.ssh.username;
    vec![
        Op::Upload {
            content: Content::Bytes(content),
            to: path,
            mode: None,
        },
        // A script that an earlier run left may belong to root.
        Op::Guest(Script {
            accept: (0..=255).collect(),
            ..Script::privileged(format!("chown -R {} {quoted}", quote(user)))
        }),
        Op::Say(Level::Detail, format!("running {title}")),
        Op::Guest(Script {
            text: command,
            privileged: is_on(provisioner, "privileged", true),
            show_output: true,
            accept: Vec::new(),
            secrets,
            keep_color: is_on(provisioner, "keep_color", false),
        }),
    ]
}

fn members(map: &Value) -> &[(String, Value)] {
    match map {
        Value::Map(members) => members,
        _ => &[],
    }
}

fn is_on(provisioner: &Provisioner, name: &str, default: bool) -> bool {
    provisioner.option(name).map_or(default, Value::is_truthy)
}

/// Returns an argument in double quotes. What a shell expands in them is
/// expanded, as Vagrantfiles rely on (`$HOME`); a double quote is kept by
/// leaving the quotes for it.
fn double_quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\\\"\""))
}

/// Returns a script with the line ends that a Unix shell wants: files edited on
/// Windows come with CRLF.
fn unix_line_ends(bytes: &[u8]) -> Vec<u8> {
    let mut unix = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            unix.push(*byte);
        }
    }
    unix
}
