//! Bytes of a download that is not done, kept so that the next try, or the next
//! run after a kill, goes on from there.
//!
//! ```text
//! tmp/box-<key>.part        the bytes from the first one on
//! tmp/box-<key>.part.json   whose they are: address, validator, length
//! ```
//!
//! The bytes are not synced: after a power loss they may be wrong, which the
//! checksum shows, and then they are fetched anew (see `add`).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::{FileError, FileLock, Host, files};

use super::digest::short;

/// Whose bytes they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) url: String,
    pub(super) validator: Option<String>,
    pub(super) total: Option<u64>,
}

/// The kept bytes of one address; held under a lock.
pub(super) struct Partial {
    path: PathBuf,
    note_path: PathBuf,
    pub(super) note: Note,
    file: Option<File>,
    length: u64,
    _lock: FileLock,
}

/// Unfinished downloads that nobody went on with for so long are removed.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

fn folder(host: &Host) -> PathBuf {
    host.dirs.home.join("tmp")
}

impl Partial {
    /// Opens what there is of `url`. Waits while another process fetches it.
    pub(super) fn open(host: &Host, url: &str, waiting: impl FnOnce(&str)) -> Result<Self> {
        let folder = folder(host);
        let path = folder.join(format!("box-{}.part", short(url)));
        let lock = FileLock::take(host, &path.with_extension("lock"), waiting)?;
        let note_path = path.with_extension("part.json");
        let note = files::read_text_if_exists(&note_path)?
            .and_then(|text| serde_json::from_str::<Note>(&text).ok())
            .filter(|note| note.url == url);
        let file = open(&path, note.is_none())?;
        let length = file
            .metadata()
            .map_err(|error| FileError::new("read", &path, error))?
            .len();
        Ok(Self {
            path,
            note_path,
            note: note.unwrap_or_else(|| Note {
                url: url.to_owned(),
                ..Note::default()
            }),
            file: Some(file),
            length,
            _lock: lock,
        })
    }

    /// Returns how many bytes there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Forgets the bytes, and says whose the next ones are.
    pub(super) fn reset(&mut self, validator: Option<String>, total: Option<u64>) -> Result<()> {
        self.file = Some(open(&self.path, true)?);
        self.length = 0;
        self.note.validator = validator;
        self.note.total = total;
        let note = serde_json::to_vec(&self.note).unwrap_or_default();
        if files::write_atomic(&self.note_path, &note).is_err() {
            self.give_up();
        }
        Ok(())
    }

    /// Keeps bytes. When that cannot be done (a full disk, mostly) nothing is
    /// kept any more: the download itself goes on.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        if let Some(file) = &mut self.file {
            match file.write_all(bytes) {
                Ok(()) => self.length += bytes.len() as u64,
                Err(_) => self.give_up(),
            }
        }
    }

    /// Keeps nothing from here on.
    pub(super) fn give_up(&mut self) {
        self.file = None;
        self.length = 0;
        let _ = files::remove_file(&self.path);
        let _ = files::remove_file(&self.note_path);
    }

    /// Calls `each` with the kept bytes, in pieces of `size`, and leaves the file
    /// ready for more.
    pub(super) fn replay(
        &mut self,
        size: usize,
        mut each: impl FnMut(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let failed = |error: io::Error| FileError::new("read", &self.path, error);
        file.rewind().map_err(failed)?;
        let mut left = self.length;
        let mut buffer = Vec::with_capacity(size);
        while left > 0 {
            buffer.clear();
            let read = file
                .take(left.min(size as u64))
                .read_to_end(&mut buffer)
                .map_err(failed)?;
            if read == 0 {
                return Err(failed(io::ErrorKind::UnexpectedEof.into()).into());
            }
            left -= read as u64;
            each(&mut buffer)?;
        }
        Ok(())
    }
}

fn open(path: &Path, empty: bool) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).create(true);
    if empty {
        options.write(true).truncate(true);
    } else {
        options.append(true);
    }
    Ok(options
        .open(path)
        .map_err(|error| FileError::new("write", path, error))?)
}

/// Removes old unfinished downloads that nobody holds.
pub(super) fn sweep(host: &Host) {
    let folder = folder(host);
    for name in files::list_dir(&folder).unwrap_or_default() {
        let path = folder.join(&name);
        let is_part = name.starts_with("box-") && path.extension().is_some_and(|end| end == "part");
        let old = || {
            let changed = std::fs::metadata(&path)
                .and_then(|meta| meta.modified())
                .ok()?;
            host.clock.wall().duration_since(changed).ok()
        };
        if is_part
            && old().is_some_and(|age| age > KEPT)
            && let Ok(_lock) = FileLock::try_take(&path.with_extension("lock"), &name)
        {
            let _ = files::remove_file(&path);
            let _ = files::remove_file(&path.with_extension("part.json"));
        }
    }
}
