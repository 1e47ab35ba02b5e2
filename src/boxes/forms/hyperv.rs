//! Hyper-V's exported machines. Since Windows Server 2016 they are in a binary
//! format that nobody has published; the XML of 2012 R2 is what can be written, and
//! what Vagrant and Hyper-V still import.

use std::fmt::Write as _;
use std::path::Path;

use quick_xml::escape::escape;

use super::form::Machine;
use super::{Controller, with_ending};
use crate::error::Result;
use crate::host::files;

/// Returns the generation that an export in XML states. Newer exports (`.vmcx`) do
/// not tell: there the disk has to.
pub(super) fn generation(dir: &Path) -> Result<Option<u32>> {
    Ok(description(dir)?
        .and_then(|text| after(&text, "subtype")?.parse::<u32>().ok())
        .map(|subtype| subtype + 1))
}

/// Returns processors and memory (MiB) that an export in XML states.
pub(super) fn size(dir: &Path) -> Result<(Option<u32>, Option<u64>)> {
    let Some(text) = description(dir)? else {
        return Ok((None, None));
    };
    let processors = text.split_once("<processors").map(|(_, rest)| rest);
    let bank = text.split_once("<bank").map(|(_, rest)| rest);
    Ok((
        processors.and_then(|rest| after(rest, "count")?.parse().ok()),
        bank.and_then(|rest| after(rest, "size")?.parse().ok()),
    ))
}

fn description(dir: &Path) -> Result<Option<String>> {
    let Some(path) = with_ending(&dir.join("Virtual Machines"), &["xml"])?
        .into_iter()
        .next()
    else {
        return Ok(None);
    };
    // Hyper-V writes UTF-16; what is looked for is plain ASCII.
    let bytes = files::read(&path)?.into_iter();
    Ok(Some(
        bytes.filter(|byte| *byte != 0).map(char::from).collect(),
    ))
}

/// Returns the text of the first element of this name.
fn after<'a>(text: &'a str, element: &str) -> Option<&'a str> {
    let rest = text
        .split_once(&format!("<{element}"))?
        .1
        .split_once('>')?
        .1;
    Some(rest.split_once('<')?.0.trim())
}

/// Returns the description of a machine.
pub(super) fn write(machine: &Machine) -> String {
    let made_for = &machine.made_for;
    let uefi = made_for.uefi == Some(true);
    let memory = made_for.memory_mib.unwrap_or(1024);
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<configuration>\n",
    );
    let id = machine.uuid(0).to_uppercase();
    let _ = write!(
        text,
        "  <properties>
    <global_id type=\"string\">{id}</global_id>
    <name type=\"string\">{}</name>
    <subtype type=\"integer\">{}</subtype>
    <type_id type=\"string\">Virtual Machines</type_id>
    <version type=\"integer\">1280</version>
  </properties>
  <settings>
    <processors>
      <count type=\"integer\">{}</count>
    </processors>
    <memory>
      <bank>
        <dynamic_memory_enabled type=\"bool\">False</dynamic_memory_enabled>
        <limit type=\"integer\">{memory}</limit>
        <reservation type=\"integer\">{memory}</reservation>
        <size type=\"integer\">{memory}</size>
      </bank>
    </memory>
  </settings>
",
        escape(&machine.name),
        u32::from(uefi),
        made_for.cpus.unwrap_or(1),
    );
    if uefi {
        // Distributions sign their loaders; what an instructor built may not be.
        text.push_str(
            "  <secure_boot_enabled type=\"bool\">False</secure_boot_enabled>\n  <boot>\n    <device0 type=\"string\">HardDrive</device0>\n  </boot>\n",
        );
    } else {
        text.push_str("  <boot>\n    <device0 type=\"string\">IDE</device0>\n  </boot>\n");
    }
    let is_scsi = made_for.controller != Controller::Ide;
    let _ = writeln!(
        text,
        "  <_{}_>\n    <ChannelInstanceGuid type=\"string\">{{{}}}</ChannelInstanceGuid>\n    <AltSwitchName type=\"string\"></AltSwitchName>\n    <IsConnected type=\"bool\">True</IsConnected>\n    <MacAddress type=\"string\">{}</MacAddress>\n  </_{}_>",
        machine.uuid(1),
        machine.uuid(1),
        machine.mac(super::Form::HyperV),
        machine.uuid(1),
    );
    let _ = writeln!(text, "  <_{}_>", machine.uuid(2));
    if is_scsi {
        let guid = machine.uuid(2);
        let _ = writeln!(
            text,
            "    <ChannelInstanceGuid type=\"string\">{{{guid}}}</ChannelInstanceGuid>"
        );
    }
    // IDE has two places on each of its two controllers.
    let places = if is_scsi { 64 } else { 2 };
    for (controller, disks) in machine.disks.chunks(places).enumerate() {
        let _ = writeln!(text, "    <controller{controller}>");
        for (place, disk) in disks.iter().enumerate() {
            let path = disk.name.replace('/', "\\");
            let _ = writeln!(
                text,
                "      <drive{place}>\n        <pathname type=\"string\">{}</pathname>\n        <type type=\"string\">VHD</type>\n      </drive{place}>",
                escape(&path)
            );
        }
        let _ = writeln!(text, "    </controller{controller}>");
    }
    let _ = writeln!(text, "  </_{}_>\n</configuration>", machine.uuid(2));
    text
}
