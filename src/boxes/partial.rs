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

/// Removes what is kept of `url`, whose box is in the store: rove was killed between
/// the two. Another process that fetches it has its lock and is left alone.
pub(super) fn forget(host: &Host, url: &str) {
    let path = folder(host).join(format!("box-{}.part", short(url)));
    let note = path.with_extension("part.json");
    if (path.is_file() || note.is_file())
        && let Ok(_lock) = FileLock::try_take(&path.with_extension("lock"), "download")
    {
        let _ = files::remove_file(&path);
        let _ = files::remove_file(&note);
    }
}

/// Something in the folder of downloads that is of no use: the files of one
/// download, or one that was being written at a kill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// How much of it had come.
    pub bytes: u64,
    /// Where they came from, if that is known.
    pub url: Option<String>,
}

/// A download that was broken off is gone on with by the next `box add`; one that
/// nobody went on with for a day is given up by whoever clears up by hand.
const FRESH: Duration = Duration::from_secs(24 * 3600);

/// Returns what is of no use in the folder of downloads: bytes that nobody will go
/// on with, and locks that nobody holds.
pub fn abandoned(host: &Host) -> Vec<Abandoned> {
    let folder = folder(host);
    let mut found = Vec::new();
    let mut stems = std::collections::BTreeSet::new();
    for name in files::list_dir(&folder).unwrap_or_default() {
        let path = folder.join(&name);
        if let Some(stem) = stem(&name) {
            stems.insert(folder.join(stem));
        } else if is_scratch(host, &path) {
            found.push(Abandoned {
                bytes: files::size(&path).unwrap_or(0),
                paths: vec![path],
                url: None,
            });
        }
    }
    for stem in stems {
        if FileLock::owner(&with_ending(&stem, LOCK)).is_some() || is_of_use(host, &stem) {
            continue;
        }
        let paths = [PART, NOTE, LOCK].map(|ending| with_ending(&stem, ending));
        let paths: Vec<PathBuf> = paths.into_iter().filter(|path| path.is_file()).collect();
        found.push(Abandoned {
            bytes: files::size(&with_ending(&stem, PART)).unwrap_or(0),
            url: note_of(&stem).map(|note| note.url),
            paths,
        });
    }
    found
}

/// Removes it. Returns false if somebody uses it again.
pub fn remove_abandoned(host: &Host, abandoned: &Abandoned) -> Result<bool> {
    for path in &abandoned.paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(stem) = stem(&name).map(|stem| path.with_file_name(stem)) else {
            if !is_scratch(host, path) {
                return Ok(false);
            }
            files::remove_file(path)?;
            continue;
        };
        let Ok(lock) = FileLock::try_take(&with_ending(&stem, LOCK), "download") else {
            return Ok(false);
        };
        if is_of_use(host, &stem) {
            return Ok(false);
        }
        files::remove_file(&with_ending(&stem, PART))?;
        files::remove_file(&with_ending(&stem, NOTE))?;
        return lock.remove().map(|()| true);
    }
    Ok(true)
}

const PART: &str = ".part";
const NOTE: &str = ".part.json";
const LOCK: &str = ".lock";

/// Returns what the names of all files of a download begin with.
fn stem(name: &str) -> Option<&str> {
    let mut endings = [NOTE, PART, LOCK].into_iter();
    endings.find_map(|ending| name.strip_suffix(ending))
}

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Returns whether the next `box add` can go on with the bytes. Those without a
/// note are anybody's, and fetched again.
fn is_of_use(host: &Host, stem: &Path) -> bool {
    let part = with_ending(stem, PART);
    files::size(&part).is_some_and(|bytes| bytes > 0)
        && note_of(stem).is_some()
        && age(host, &part).is_some_and(|age| age <= FRESH)
}

/// Returns whether a file was being written, some time ago (see `write_atomic`).
fn is_scratch(host: &Host, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(files::TEMPORARY) && age(host, path).is_some_and(|age| age > FRESH)
}

fn note_of(stem: &Path) -> Option<Note> {
    let text = files::read_text_if_exists(&with_ending(stem, NOTE)).ok()??;
    serde_json::from_str(&text).ok()
}

/// Returns the time since a file was changed; none for one of the future.
fn age(host: &Host, path: &Path) -> Option<Duration> {
    let changed = std::fs::metadata(path)
        .and_then(|meta| meta.modified())
        .ok()?;
    Some(
        host.clock
            .wall()
            .duration_since(changed)
            .unwrap_or_default(),
    )
}

/// Removes old unfinished downloads that nobody holds.
pub(super) fn sweep(host: &Host) {
    let folder = folder(host);
    for name in files::list_dir(&folder).unwrap_or_default() {
        let path = folder.join(&name);
        let is_part = name.starts_with("box-") && path.extension().is_some_and(|end| end == "part");
        if is_part
            && age(host, &path).is_some_and(|age| age > KEPT)
            && let Ok(_lock) = FileLock::try_take(&path.with_extension("lock"), &name)
        {
            let _ = files::remove_file(&path);
            let _ = files::remove_file(&path.with_extension("part.json"));
        }
    }
}
