//! What the Vagrantfile of a box may not say. It is a stranger's and is never
//! asked about, so it may describe the guest, but not run programs of this
//! computer, nor hand its files to the guest. What is left out is told.
//!
//! Must not know how a file is evaluated: `layers` hands the state over.

use std::path::{Component, Path};
use std::rc::Rc;

use super::dsl::Record;
use super::schema::vm::{FolderEntry, Parts, ProvisionerEntry, ProvisionerOptions};
use super::schema::{State, text};
use crate::config::{Diagnostic, Severity};
use crate::ruby::Value;
use crate::source::Span;

/// Sections whose whole purpose is this computer.
const SECTIONS: &[&str] = &["push", "trigger"];

/// Settings of `config.ssh` and `config.winssh` that name a program, or arguments
/// or a file for one, or hand variables of this computer to the guest.
const SSH: &[&str] = &["config", "extra_args", "forward_env", "proxy_command"];

/// Settings of providers of the same kind. `qemu`: programs, files to be disks,
/// and arguments, which can name both. `libvirt`: what reaches another host.
const PROVIDERS: &[(&str, &[&str])] = &[
    (
        "qemu",
        &[
            "extra_drive_args",
            "extra_image_opts",
            "extra_netdev_args",
            "extra_qemu_args",
            "image_path",
            "other_default",
            "qemu_bin",
            "qemu_dir",
        ],
    ),
    (
        "libvirt",
        &[
            "connect_via_ssh",
            "host",
            "id_ssh_key_file",
            "proxy_command",
            "uri",
        ],
    ),
];

/// Takes out of `sections`, which a box's file has said, what it may not say.
pub(super) fn settle(sections: &mut Vec<State>, left_out: &mut Vec<Diagnostic>) {
    sections.retain(|state| {
        let stays = !SECTIONS.contains(&state.class.key);
        if !stays {
            for call in &state.calls {
                let what = format!("`config.{}` of the box's Vagrantfile", state.class.key);
                left_out.push(told(state.class.section, &what, call.span.as_ref()));
            }
        }
        stays
    });
    for state in sections {
        match state.class.key {
            "ssh" | "winssh" => fields(state, SSH, left_out),
            "vm" => {
                if let Some(parts) = state.vm_mut() {
                    vm(parts, left_out);
                }
            }
            _ => {}
        }
    }
}

/// Does the same with what it said to a provider.
pub(super) fn settle_provider(name: &str, state: &mut State, left_out: &mut Vec<Diagnostic>) {
    fields(state, of_provider(name), left_out);
}

/// And with what it said to a provider without a class.
pub(super) fn settle_record(name: &str, record: &mut Record, left_out: &mut Vec<Diagnostic>) {
    for (setting, span) in record.take_out(of_provider(name)) {
        let what = format!("`{setting}` of the box's Vagrantfile");
        left_out.push(told(&format!("{name} provider"), &what, span.as_ref()));
    }
}

fn of_provider(name: &str) -> &'static [&'static str] {
    let found = PROVIDERS.iter().find(|(known, _)| *known == name);
    found.map_or(&[], |(_, settings)| settings)
}

fn fields(state: &mut State, names: &[&str], left_out: &mut Vec<Diagnostic>) {
    let class = state.class;
    state.fields.retain(|(name, field)| {
        let stays = !names.contains(name) || !field.value.truthy() || field.span.is_none();
        if !stays {
            let what = format!("`{name}` of the box's Vagrantfile");
            left_out.push(told(class.section, &what, field.span.as_ref()));
        }
        stays
    });
}

fn vm(parts: &mut Parts, left_out: &mut Vec<Diagnostic>) {
    parts.folders.retain(|folder| {
        let stays = is_of_project(folder);
        if !stays {
            let what = format!(
                "the synced folder `{}` of the box's Vagrantfile",
                text(&folder.key)
            );
            left_out.push(told("vm", &what, folder.span.as_ref()));
        }
        stays
    });
    for folder in &mut parts.folders {
        // They can name a program: rsync(1), `--rsh`.
        let options = folder.options.copy();
        if options.remove(&Value::sym("rsync__args")).is_some() {
            let what = "`rsync__args` of the box's Vagrantfile";
            left_out.push(told("vm", what, folder.span.as_ref()));
            folder.options = Rc::new(options);
        }
    }
    parts.provisioners.retain(|entry| {
        let stays = is_of_guest(entry);
        if !stays {
            let what = format!("the `{}` provisioner of the box's Vagrantfile", entry.kind);
            left_out.push(told("vm", &what, entry.span.as_ref()));
        }
        stays
    });
    for (states, setting, what) in [
        (&mut parts.disks, "file", "the disk"),
        (&mut parts.cloud_inits, "path", "the cloud-init data"),
    ] {
        states.retain(|state| {
            let stays = !state.get(setting).truthy();
            if !stays {
                let what = format!("{what} of the box's Vagrantfile");
                left_out.push(told("vm", &what, state.span(setting).as_ref()));
            }
            stays
        });
    }
}

/// Tells whether the folder of this computer lies in the project.
fn is_of_project(folder: &FolderEntry) -> bool {
    let path = folder.options.get(&Value::sym("hostpath"));
    let path = path.map(|path| text(&path)).unwrap_or_default();
    let inside = |part: Component<'_>| matches!(part, Component::CurDir | Component::Normal(_));
    !path.starts_with('~') && Path::new(&path).components().all(inside)
}

/// Tells whether a provisioner is the guest's business alone: a script that the
/// file holds itself.
fn is_of_guest(entry: &ProvisionerEntry) -> bool {
    match &entry.options {
        ProvisionerOptions::Known(state) => entry.kind == "shell" && !state.get("path").truthy(),
        ProvisionerOptions::Unknown(_) => false,
    }
}

fn told(section: &str, what: &str, span: Option<&Span>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        machine: None,
        section: section.to_owned(),
        message: format!("{what} is left out: a box may not reach what is on this computer"),
        span: span.cloned(),
        hint: Some("set it in your own Vagrantfile if it is what you want".to_owned()),
    }
}
