//! `config.vm.disk` as typed data, and what the plugin `vagrant-disksize` says
//! of the first disk.

use std::path::PathBuf;

use crate::config::{Disk, DiskKind, Value, disk_bytes};

use super::plain::plain;
use crate::vagrantfile::layers::Machine;
use crate::vagrantfile::schema::State;

/// Returns the disks of a machine; those that `check` has something against are
/// left out or without what is wrong in them. `expand` makes paths absolute.
pub(super) fn all(machine: &Machine, expand: impl Fn(&str) -> PathBuf) -> Vec<Disk> {
    let parts = machine.root.section("vm").and_then(State::vm);
    let said = parts.map_or(&[][..], |parts| &parts.disks);
    let mut disks: Vec<Disk> = said
        .iter()
        .filter_map(|state| disk(state, &expand))
        .collect();
    if !disks.iter().any(|disk| disk.primary) {
        disks.extend(by_plugin(machine));
    }
    disks
}

fn disk(state: &State, expand: &impl Fn(&str) -> PathBuf) -> Option<Disk> {
    let value = |name: &str| plain(&state.get(name));
    let text = |name: &str| value(name).as_str().map(str::to_owned);
    let kind = match text("type")?.as_str() {
        "disk" => DiskKind::Disk,
        "dvd" => DiskKind::Dvd,
        "floppy" => DiskKind::Floppy,
        _ => return None,
    };
    Some(Disk {
        name: text("name").filter(|name| !name.is_empty())?,
        kind,
        primary: kind == DiskKind::Disk && value("primary").is_truthy(),
        bytes: disk_bytes(&value("size")),
        file: text("file").map(|path| expand(&path)),
        extension: text("disk_ext").map(|text| text.to_ascii_lowercase()),
        options: match value("provider_config") {
            Value::Map(members) => members,
            _ => Vec::new(),
        },
        span: state.span("type").or_else(|| state.span("name")),
    })
}

/// `config.disksize.size = "40GB"`
fn by_plugin(machine: &Machine) -> Option<Disk> {
    if !machine.plugins.has_section("disksize") {
        return None;
    }
    let mut sections = machine.root.unknown.iter();
    let section = sections.find(|section| section.name == "disksize")?;
    let said = section.record.all();
    let (_, field) = said.iter().find(|(name, _)| name == "size")?;
    Some(Disk {
        name: "vagrant_primary".to_owned(),
        primary: true,
        bytes: Some(disk_bytes(&plain(&field.value))?),
        span: field.span.clone(),
        ..Disk::default()
    })
}
