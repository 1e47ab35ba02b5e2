//! Makes, grows and keeps the disks that the Vagrantfile asks for (`extra`).
//!
//! A new one is made under another name and renamed: a crash leaves a file that
//! the next start replaces. One that the file no longer names is detached and
//! kept until the machine is destroyed, since snapshots may need it.

use std::path::Path;

use super::error::QemuError;
use super::extra::{self, Extra, Media};
use super::image::header;
use super::img::{self, Img};
use super::machine::{self, QemuMachine};
use super::record::Record;
use super::settings::{DiskSize, Settings};
use super::{hardware, layout};
use crate::config::{Disk, show_bytes};
use crate::error::Result;
use crate::event::Level;
use crate::host::files;
use crate::providers::{Detail, MachineSpec};

/// Returns an error if an image is gone.
pub(super) fn require(dir: &Path, machine: &str, extras: &[Extra]) -> Result<()> {
    let gone = extras.iter().find(|extra| !dir.join(&extra.path).exists());
    match gone {
        Some(extra) => Err(QemuError::DiskGone {
            name: extra.name.clone(),
            image: dir.join(&extra.path),
            machine: machine.to_owned(),
        }
        .into()),
        None => Ok(()),
    }
}

/// Room that a machine made from a distribution's image gets: those images are as
/// small as can be, made to be grown by whoever starts them. Takes no room of the
/// host until it is written to.
const ROOMY: u64 = 20 << 30;

/// Returns the size of the first disk that is asked for, and where. The block
/// of the provider is more particular than `config.vm.disk`. `base`: size of the
/// box's disk.
fn first_size(
    spec: &MachineSpec,
    settings: &Settings,
    base: Option<u64>,
) -> Option<(DiskSize, String)> {
    if let Some(size) = settings.disk_size {
        let setting = spec.block.setting("disk_size");
        let setting = setting.or_else(|| spec.block.setting("disk_resize"));
        let disk = Disk {
            span: setting.and_then(|setting| setting.span.clone()),
            ..Disk::default()
        };
        return Some((size, disk.place()));
    }
    let primary = spec.disks.iter().find(|disk| disk.primary);
    if let Some((disk, bytes)) = primary.and_then(|disk| Some((disk, disk.bytes?))) {
        return Some((DiskSize::Bytes(bytes), disk.place()));
    }
    let is_bare = spec.seed.as_ref().is_some_and(|seed| seed.makes_user);
    let is_small = is_bare && base.is_some_and(|base| base < ROOMY);
    is_small.then(|| (DiskSize::Bytes(ROOMY), "a bare image".to_owned()))
}

/// Puts the place before a sentence.
fn at(place: &str, text: String) -> String {
    if place.is_empty() {
        text
    } else {
        format!("{place}: {text}")
    }
}

/// Returns where a disk stands in the Vagrantfile.
fn place(spec: &MachineSpec, name: &str) -> String {
    let disk = spec.disks.iter().find(|disk| disk.name == name);
    disk.map(Disk::place).unwrap_or_default()
}

impl QemuMachine<'_> {
    /// Makes the disks of a machine that is about to start from power off what
    /// the Vagrantfile wants them to be, and tells what it does not do.
    pub(super) fn prepare_disks(
        &self,
        record: &Record,
        spec: &MachineSpec,
        settings: &Settings,
        extras: &[Extra],
    ) -> Result<()> {
        let machine = Some(record.name.as_str());
        let base = record.bases.first();
        let wanted = first_size(spec, settings, base.map(|base| base.virtual_bytes));
        if let (Some((size, place)), Some(base)) = (wanted, base) {
            let wanted = size.bytes(base.virtual_bytes);
            let image = self.dir.join(layout::disk(0));
            let grows = spec.seed.as_ref().is_some_and(|seed| seed.makes_user);
            let what = "the disk";
            self.grow(machine, &image, (wanted, grows), what, &place)?;
        }
        for extra in extras.iter().filter(|extra| extra.is_own()) {
            let image = self.dir.join(&extra.path);
            let Some(bytes) = extra.bytes else { continue };
            let what = format!("the disk `{}`", extra.name);
            if image.exists() {
                let place = place(spec, &extra.name);
                self.grow(machine, &image, (bytes, false), &what, &place)?;
                continue;
            }
            let partial = self.partial(&layout::extra(&extra.name))?;
            Img::find(self.host)?.create(&partial, bytes)?;
            files::rename(&partial, &image)?;
            let text = format!("{what} is made, {}", show_bytes(bytes));
            self.host.say(machine, Level::Info, text);
        }
        for extra in detached(record, extras) {
            let text = format!("the disk `{}` {}", extra.name, self.whereabouts(extra));
            self.host.say(machine, Level::Warn, text);
        }
        Ok(())
    }

    /// Makes a disk larger. `by_guest`: the guest grows its file system by itself.
    fn grow(
        &self,
        machine: Option<&str>,
        image: &Path,
        (wanted, by_guest): (u64, bool),
        what: &str,
        place: &str,
    ) -> Result<()> {
        let now = img::virtual_bytes(image)?.unwrap_or(0);
        if wanted > now {
            Img::find(self.host)?.resize(image, wanted)?;
            let rest = if by_guest {
                "its root file system grows by itself"
            } else {
                "partitions and file systems in the guest keep their size until it grows them"
            };
            let text = format!("{what} now has {}; {rest}", show_bytes(wanted));
            self.host.say(machine, Level::Info, text);
        } else if wanted < now {
            let text = format!("{what} has {} and is not made smaller", show_bytes(now));
            self.host.say(machine, Level::Warn, at(place, text));
        }
        Ok(())
    }

    /// Says that a disk is detached, and where its data is.
    fn whereabouts(&self, extra: &Extra) -> String {
        let image = self.dir.join(&extra.path);
        let until = if extra.is_own() {
            " until the machine is destroyed"
        } else {
            ""
        };
        format!(
            "is no longer in the Vagrantfile: it is detached, its data stays in `{}`{until}",
            image.display()
        )
    }

    /// Takes the machine's snapshots out of images that are the user's. Nobody
    /// could go back to them when the machine is gone.
    pub(super) fn leave_images(&self, record: &Record) {
        let theirs = |extra: &&Extra| !extra.is_own() && extra.has_snapshots();
        let tags = self.tags();
        let Some(img) = Img::find(self.host).ok().filter(|_| !tags.is_empty()) else {
            return;
        };
        for extra in record.extras.iter().filter(theirs) {
            for tag in img.tags(&extra.path).unwrap_or_default() {
                if tags.contains(&tag) {
                    // One that stays takes room and does no harm.
                    let _ = img.snapshot("-d", &tag, &extra.path);
                }
            }
        }
    }

    /// Returns the disks that the Vagrantfile asks for, with what the next start
    /// will do about them.
    pub(super) fn disk_details(&self, spec: &MachineSpec) -> Result<Vec<Detail>> {
        let settings = Settings::read(&spec.block);
        // What cannot be read is told by whoever needs it.
        let record = Record::load(self.dir).ok().flatten();
        let record = record.filter(|record| record.created);
        let mut details = Vec::new();
        let base = match record.as_ref().and_then(|record| record.bases.first()) {
            Some(base) => Some(base.virtual_bytes),
            None => machine::box_disks(self.host, spec, &settings)
                .ok()
                .and_then(|found| header::read(found.disks.first()?).ok()?.virtual_bytes),
        };
        if let Some((size, place)) = first_size(spec, &settings, base) {
            details.push(self.first_detail(base, record.is_some(), size, &place));
        }
        let extras = extra::wanted(&spec.disks, &hardware::arch(&settings))?;
        for extra in &extras {
            details.push(self.extra_detail(spec, extra)?);
        }
        for extra in record.iter().flat_map(|record| detached(record, &extras)) {
            let note = self.whereabouts(extra);
            details.push(Detail::because("disk", &extra.name, note));
        }
        Ok(details)
    }

    fn first_detail(
        &self,
        base: Option<u64>,
        is_made: bool,
        size: DiskSize,
        place: &str,
    ) -> Detail {
        let image = self.dir.join(layout::disk(0));
        let now = if is_made {
            img::virtual_bytes(&image).ok().flatten()
        } else {
            base
        };
        let shown = match (size, base) {
            (DiskSize::More(more), None) => format!("{} more than the box's", show_bytes(more)),
            (size, base) => show_bytes(size.bytes(base.unwrap_or(0))),
        };
        let wanted = size.bytes(base.unwrap_or(0));
        let will = match now {
            Some(now) if wanted > now => format!("grows from {}", show_bytes(now)),
            Some(now) if wanted < now => {
                format!(
                    "warning: it has {} and is not made smaller",
                    show_bytes(now)
                )
            }
            _ => String::new(),
        };
        Detail::because("primary disk", shown, joined(place, &will))
    }

    fn extra_detail(&self, spec: &MachineSpec, extra: &Extra) -> Result<Detail> {
        let place = place(spec, &extra.name);
        let image = self.dir.join(&extra.path);
        let file = || {
            let name = image.file_name().unwrap_or_default();
            format!("{}: {}", extra.name, name.to_string_lossy())
        };
        Ok(match extra.media {
            Media::Dvd => Detail::because("dvd", file(), joined(&place, "read-only")),
            Media::Floppy => Detail::because("floppy", file(), joined(&place, "read-only")),
            Media::Seed => Detail::because("seed", file(), "read-only"),
            Media::Disk if !extra.is_own() => {
                let note = format!("{}, yours: written to where it lies", extra.format);
                Detail::because("disk", file(), joined(&place, &note))
            }
            Media::Disk => {
                let wanted = extra.bytes.unwrap_or(0);
                let will = if image.exists() {
                    match img::virtual_bytes(&image)?.unwrap_or(0) {
                        now if now < wanted => format!("grows from {}", show_bytes(now)),
                        now if now > wanted => format!(
                            "warning: it has {} and is not made smaller",
                            show_bytes(now)
                        ),
                        _ => "there already".to_owned(),
                    }
                } else {
                    "new, qcow2".to_owned()
                };
                let value = format!("{}: {}", extra.name, show_bytes(wanted));
                Detail::because("disk", value, joined(&place, &will))
            }
        })
    }
}

fn joined(place: &str, note: &str) -> String {
    let parts: Vec<&str> = [place, note]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// Returns the disks that are attached and no longer wanted.
fn detached<'a>(record: &'a Record, wanted: &[Extra]) -> Vec<&'a Extra> {
    let gone = |extra: &&Extra| {
        let same = |other: &Extra| other.path == extra.path;
        extra.attached && extra.media != Media::Seed && !wanted.iter().any(same)
    };
    record.extras.iter().filter(gone).collect()
}
