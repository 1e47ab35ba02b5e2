//! A disk of any kind becomes a raw image with holes: what is looked into, and what
//! every form is made from. Work that was broken off goes on: a device is copied on
//! from where the last run came to, an image that was converted is kept.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::boxes::qemu_img::{QemuImg, Target};
use crate::error::Result;
use crate::event::{Event, Level, Unit};
use crate::host::{FileError, Host, files};

/// What is read at once; blocks of zeros of this size become holes.
const BLOCK: usize = 64 << 10;
/// After how much of the copy it is noted how far it came.
const NOTE_EVERY: u64 = 256 << 20;

/// A disk to be made a box of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The image or device.
    pub(super) path: PathBuf,
    /// Its format, as QEMU names it.
    pub(super) format: &'static str,
    /// Its length, in bytes.
    pub(super) length: u64,
}

impl Source {
    /// Says what is being done with it.
    fn label(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!("read {}", name.to_string_lossy())
    }
}

/// What is noted beside the copy.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    source: PathBuf,
    length: u64,
    /// Size and time of an image; a device has neither.
    stamp: String,
    done: u64,
    whole: bool,
}

/// Makes the raw image `work/disk-N.raw` of `source`, or takes what an earlier run
/// made of it.
pub(super) fn raw(host: &Host, source: &Source, work: &Path, index: usize) -> Result<PathBuf> {
    let image = work.join(format!("disk-{index}.raw"));
    let note_path = work.join(format!("disk-{index}.json"));
    let stamp = match files::stamp(&source.path) {
        (0, _) => String::new(),
        (length, changed) => format!("{length} {changed}"),
    };
    let mut note = Note {
        source: source.path.clone(),
        length: source.length,
        stamp,
        done: 0,
        whole: false,
    };
    let kept: Option<Note> = files::read_if_exists(&note_path)?
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .filter(|kept: &Note| {
            (&kept.source, kept.length, &kept.stamp) == (&note.source, note.length, &note.stamp)
        });
    if let Some(kept) = kept.filter(|_| image.exists()) {
        note = kept;
    }
    if note.whole {
        let text = format!("{} was read before, which counts", source.path.display());
        host.say(None, Level::Info, text);
        return Ok(image);
    }
    let write_note = |note: &Note| {
        let text = serde_json::to_vec(note).map_err(|error| crate::error::Bug {
            what: format!("how far a copy came cannot be noted: {error}"),
        })?;
        files::write_atomic(&note_path, &text)
    };
    if source.format == "raw" {
        if note.done > 0 {
            let text = format!("going on with the copy of {}", source.path.display());
            host.say(None, Level::Info, text);
        }
        copy(host, source, &image, &mut note, &write_note)?;
    } else {
        files::remove_file(&image)?;
        let target = Target {
            format: "raw",
            options: "",
            path: &image,
        };
        convert(host, &source.label(), source.format, &source.path, target)?;
    }
    files::sync_file(&image)?;
    note.whole = true;
    write_note(&note)?;
    Ok(image)
}

/// Converts an image, with progress.
pub(super) fn convert(
    host: &Host,
    label: &str,
    format: &str,
    from: &Path,
    to: Target<'_>,
) -> Result<()> {
    let report = |done: u64, finished: bool| {
        host.listener.event(Event::Progress {
            machine: None,
            id: to.path.display().to_string(),
            label: label.to_owned(),
            done,
            total: Some(100),
            unit: Unit::Percent,
            finished,
        });
    };
    let mut last = u64::MAX;
    let result = QemuImg::find(host)?.convert(format, from, to, &mut |percent| {
        if percent != last {
            last = percent;
            report(percent, false);
        }
    });
    report(100, true);
    result
}

fn copy(
    host: &Host,
    source: &Source,
    image: &Path,
    note: &mut Note,
    write_note: &dyn Fn(&Note) -> Result<()>,
) -> Result<()> {
    let reading = |error: io::Error| FileError::new("read", &source.path, error);
    let writing = |error: io::Error| FileError::new("write", image, error);
    let mut from = File::open(&source.path).map_err(reading)?;
    let mut to = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(image)
        .map_err(writing)?;
    // What lies behind the last note may be torn.
    to.set_len(note.done).map_err(writing)?;
    from.seek(SeekFrom::Start(note.done)).map_err(reading)?;
    let report = |done: u64, finished: bool| {
        host.listener.event(Event::Progress {
            machine: None,
            id: image.display().to_string(),
            label: source.label(),
            done,
            total: Some(source.length),
            unit: Unit::Bytes,
            finished,
        });
    };
    let mut buffer = vec![0; BLOCK];
    let (mut at, mut told) = (note.done, note.done);
    let result = loop {
        if let Err(stopped) = host.cancel.check() {
            break Err(stopped);
        }
        let wanted = (source.length - at).min(BLOCK as u64) as usize;
        if wanted == 0 {
            break Ok(());
        }
        if let Err(error) = from.read_exact(&mut buffer[..wanted]) {
            break Err(reading(error).into());
        }
        if buffer[..wanted].iter().any(|byte| *byte != 0) {
            let written = to
                .seek(SeekFrom::Start(at))
                .and_then(|_| to.write_all(&buffer[..wanted]));
            if let Err(error) = written {
                break Err(writing(error).into());
            }
        }
        at += wanted as u64;
        if at - told >= 4 << 20 {
            told = at;
            report(at, false);
        }
        if at - note.done >= NOTE_EVERY {
            to.sync_data().map_err(writing)?;
            note.done = at;
            write_note(note)?;
        }
    };
    report(at, true);
    if result.is_err() {
        // How far it came counts for the next run.
        if to.sync_data().is_ok() {
            note.done = at;
            let _ = write_note(note);
        }
        return result;
    }
    to.set_len(source.length).map_err(writing)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test makes files")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_broken_off_goes_on() {
        let host = Host::system().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("disk");
        let half = 4 * BLOCK;
        let content: Vec<u8> = (0..2 * half).map(|at| (at / 512 % 255) as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let source = Source {
            path: path.clone(),
            format: "raw",
            length: content.len() as u64,
        };
        let (length, changed) = files::stamp(&path);
        let mut note = Note {
            source: path,
            length: source.length,
            stamp: format!("{length} {changed}"),
            done: half as u64,
            whole: false,
        };
        let note_path = dir.path().join("disk-0.json");
        let kept = [vec![7; half], vec![9; 100]].concat();
        let run = |note: &Note| {
            std::fs::write(&note_path, serde_json::to_vec(note).unwrap()).unwrap();
            let image = dir.path().join("disk-0.raw");
            std::fs::write(&image, &kept).unwrap();
            std::fs::read(raw(&host, &source, dir.path(), 0).unwrap()).unwrap()
        };
        // The first half is not read again, the torn rest is.
        let copied = run(&note);
        assert!(copied[..half] == kept[..half] && copied[half..] == content[half..]);
        // What is whole is taken as it is.
        note.whole = true;
        assert!(run(&note) == kept);
        // Another disk under the same name is read from its beginning.
        note.stamp.push('0');
        assert!(run(&note) == content);
    }
}
