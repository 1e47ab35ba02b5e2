//! Turns the disks of a box into images that overlays can lie on. qcow2 and raw
//! serve as they are; others are converted once and kept.

use std::path::{Path, PathBuf};

use super::{BoxDisks, header};
use crate::boxes::forms::CONVERTED;
use crate::boxes::making::inside::is_uefi_only;
use crate::error::Result;
use crate::event::{Event, Unit};
use crate::host::{FileLock, Host, files, short_hash};
use crate::providers::BoxFiles;
use crate::providers::qemu::img::Img;
use crate::providers::qemu::layout;
use crate::providers::qemu::record::Base;

/// Returns the images to lay overlays on, converting what has to be.
/// `machine` is whom the progress is for.
pub(in crate::providers::qemu) fn bases(
    host: &Host,
    machine: &str,
    files: Option<&BoxFiles>,
    found: &BoxDisks,
) -> Result<Vec<Base>> {
    found
        .disks
        .iter()
        .enumerate()
        .map(|(index, disk)| base(host, machine, files, index, disk))
        .collect()
}

fn base(
    host: &Host,
    machine: &str,
    files: Option<&BoxFiles>,
    index: usize,
    disk: &Path,
) -> Result<Base> {
    // A box is a stranger's, an image named in the Vagrantfile is the user's own.
    let image = match files {
        Some(_) => header::read_own(disk)?,
        None => header::read(disk)?,
    };
    if let ("qcow2" | "raw", Some(virtual_bytes)) = (image.format, image.virtual_bytes) {
        return Ok(Base {
            path: disk.to_owned(),
            format: image.format.to_owned(),
            virtual_bytes,
            fingerprint: fingerprint(disk)?,
        });
    }
    let target = target(host, files, index, disk)?;
    let label = format!(
        "convert {} from {}",
        files.map_or_else(|| disk.display().to_string(), |files| files.name.clone()),
        image.format
    );
    let path = converted(host, machine, &label, image.format, disk, &target)?;
    let virtual_bytes = header::read(&path)?.virtual_bytes.unwrap_or(0);
    Ok(Base {
        fingerprint: fingerprint(&path)?,
        path,
        format: "qcow2".to_owned(),
        virtual_bytes,
    })
}

/// Returns what tells an image from another that was put in its place: its size
/// and some blocks of it. Not its time, which a copy or a backup changes.
pub(in crate::providers::qemu) fn fingerprint(image: &Path) -> Result<Option<String>> {
    const BLOCKS: u64 = 64;
    let (bytes, size) = files::sample(image, BLOCKS)?;
    Ok(Some(format!("{size}-{:016x}", short_hash(&bytes))))
}

/// Returns where the converted disk belongs: beside the box's files where its folder
/// may be written to, so that it goes away with the box.
fn target(host: &Host, files: Option<&BoxFiles>, index: usize, disk: &Path) -> Result<PathBuf> {
    if let Some(files) = files
        && !files.read_only
    {
        return Ok(files.dir.join(format!("{CONVERTED}{index}.qcow2")));
    }
    let failed = |error| crate::host::FileError::new("read", disk, error);
    let meta = disk.metadata().map_err(failed)?;
    let changed = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::SystemTime::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_millis());
    let stem: String = disk
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    // The same path with another size or date is another disk.
    let key = short_hash(format!("{} {} {changed}", disk.display(), meta.len()).as_bytes());
    Ok(layout::converted(host).join(format!("{stem}-{key:016x}.qcow2")))
}

/// Converts unless that was done before. Only one process does it; the others wait.
fn converted(
    host: &Host,
    machine: &str,
    label: &str,
    format: &str,
    disk: &Path,
    target: &Path,
) -> Result<PathBuf> {
    if target.exists() {
        return Ok(target.to_owned());
    }
    let img = Img::find(host)?;
    let lock = layout::converted(host).join(format!(
        "{:016x}.lock",
        short_hash(target.as_os_str().as_encoded_bytes())
    ));
    let _lock = FileLock::take(host, &lock, |owner| {
        let text = format!("waiting for another rove ({owner}) to convert the box's disk");
        host.say(Some(machine), crate::event::Level::Info, text);
    })?;
    if target.exists() {
        return Ok(target.to_owned());
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(layout::PARTIAL);
    let partial = PathBuf::from(partial);
    files::remove_file(&partial)?;
    let report = |done: u64, finished: bool| {
        host.listener.event(Event::Progress {
            machine: Some(machine.to_owned()),
            id: target.display().to_string(),
            label: label.to_owned(),
            done,
            total: Some(100),
            unit: Unit::Percent,
            finished,
        });
    };
    let mut last = u64::MAX;
    let result = img.convert(format, disk, &partial, &mut |percent| {
        if percent != last {
            last = percent;
            report(percent, false);
        }
    });
    report(100, true);
    if let Err(error) = result {
        files::remove_file(&partial)?;
        return Err(error);
    }
    // Its name says for ever that it is whole, also after a power cut.
    files::sync_file(&partial)?;
    files::rename(&partial, target)?;
    Ok(target.to_owned())
}

/// Returns whether a disk can only be started by UEFI: it has an EFI system
/// partition, and nothing that a BIOS could start from.
pub(in crate::providers::qemu) fn wants_uefi(
    host: &Host,
    base: &Base,
    scratch: &Path,
) -> Result<bool> {
    files::remove_file(scratch)?;
    Img::find(host)?.head(base, scratch, 34)?;
    let head = files::read(scratch)?;
    files::remove_file(scratch)?;
    Ok(is_uefi_only(&head))
}
