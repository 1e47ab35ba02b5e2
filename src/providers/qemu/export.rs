//! A machine's disks as files of a box: flattened, in format 1 of vagrant-libvirt
//! (one `box.img`) or, of several disks, in its format 2. QEMU, libvirt and
//! Vagrant's plugins for both take such boxes.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::extra::{Extra, Media};
use super::hardware;
use super::image::{Controller, header};
use super::img::Img;
use super::layout;
use super::machine::QemuMachine;
use super::settings::Settings;
use crate::boxes::forms::hardware_settings;
use crate::error::Result;
use crate::event::{Event, Unit};
use crate::providers::{Export, Exported, Machine, MachineSpec, Power};

impl Export for QemuMachine<'_> {
    fn export(&mut self, spec: &MachineSpec, into: &Path) -> Result<Exported> {
        let record = self.record()?;
        if self.power()? != Power::Off {
            return Err(super::QemuError::AlreadyRunning {
                machine: record.name,
            }
            .into());
        }
        let img = Img::find(self.host)?;
        let boxed = (0..record.bases.len()).map(|index| (layout::disk(index), "qcow2"));
        let mut disks: Vec<(PathBuf, &str)> = boxed
            .map(|(name, format)| (self.dir.join(name), format))
            .collect();
        let attached = |extra: &&Extra| extra.attached && extra.media == Media::Disk;
        for extra in record.extras.iter().filter(attached) {
            let image = self.dir.join(&extra.path);
            disks.push((image, &extra.format));
        }
        let mut files = Vec::new();
        let mut largest = 0;
        for (index, (disk, format)) in disks.iter().enumerate() {
            let name = match disks.len() {
                1 => "box.img".to_owned(),
                _ => format!("box_{}.img", index + 1),
            };
            let to = into.join(&name);
            self.flatten(&img, &record.name, index, (disk, format), &to)?;
            largest = largest.max(header::read(disk)?.virtual_bytes.unwrap_or(0));
            files.push(name);
        }
        let metadata = match files.as_slice() {
            // Format 1 gives the size in whole GiB, rounded up.
            [_] => json!({
                "provider": "libvirt",
                "format": "qcow2",
                "virtual_size": largest.div_ceil(1 << 30),
            }),
            several => json!({
                "provider": "libvirt",
                "disks": several
                    .iter()
                    .map(|name| json!({"path": name, "format": "qcow2"}))
                    .collect::<Vec<_>>(),
            }),
        };
        let settings = Settings::read(&spec.block);
        let made_for = &record.made_for;
        let nic = settings.net_device.as_deref().unwrap_or(&made_for.nic);
        Ok(Exported {
            metadata,
            files,
            mac: hardware::mac(spec.base_mac.as_deref(), &record.id)
                .replace(':', "")
                .to_ascii_uppercase(),
            blocks: blocks(hardware::controller(&settings, made_for), nic),
        })
    }
}

impl QemuMachine<'_> {
    fn flatten(
        &self,
        img: &Img<'_>,
        machine: &str,
        index: usize,
        (disk, format): (&Path, &str),
        to: &Path,
    ) -> Result<()> {
        let report = |done: u64, finished: bool| {
            self.host.listener.event(Event::Progress {
                machine: Some(machine.to_owned()),
                id: to.display().to_string(),
                label: format!("flatten disk {}", index + 1),
                done,
                total: Some(100),
                unit: Unit::Percent,
                finished,
            });
        };
        let mut last = u64::MAX;
        let result = img.convert(format, disk, to, &mut |percent| {
            if percent != last {
                last = percent;
                report(percent, false);
            }
        });
        report(100, true);
        result
    }
}

/// Returns provider blocks for the box's Vagrantfile: what the guest expects
/// where that is not what such boxes have anyway. The settings are those that
/// Vagrant's plugins know too.
fn blocks(controller: Controller, nic: &str) -> Vec<(&'static str, Vec<String>)> {
    let (libvirt, qemu) = hardware_settings(controller, nic);
    [("libvirt", libvirt), ("qemu", qemu)]
        .into_iter()
        .filter(|(_, settings)| !settings.is_empty())
        .collect()
}
