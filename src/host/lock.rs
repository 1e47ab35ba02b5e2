//! Locks between processes: an advisory lock on a file, freed by the system
//! when its owner dies, with the owner's name in it for whoever waits.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Explain, Kind, Result};

use super::process::Identity;
use super::{FileError, Host, files};

/// Said of an owner whose name is not in the file.
const UNKNOWN: &str = "unknown process";

/// Another process holds the lock.
#[derive(Debug, thiserror::Error)]
#[error("{what} is in use by another rove ({owner})")]
pub struct LockError {
    /// What the lock is for, such as "machine `web`".
    pub what: String,
    /// What its owner wrote: pid and command.
    pub owner: String,
}

impl Explain for LockError {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        vec!["wait until that command has ended, then run this one again".to_owned()]
    }
}

/// What the holder of a lock writes into it: a line for people, then who it is
/// for good, since its pid may be another's by the time somebody reads it.
struct Note(String);

impl Note {
    fn of_us() -> Self {
        let pid = std::process::id();
        let words: Vec<String> = std::env::args_os()
            .skip(1)
            .take(3)
            .map(|word| word.to_string_lossy().replace(['\n', '`'], " "))
            // Others read this: an address may hold a password, a flag a token.
            .take_while(|word| !word.contains("://") && !word.starts_with('-'))
            .collect();
        let command = format!("rove {}", words.join(" "));
        let host = super::process::host_name();
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seconds = wall.unwrap_or_default().as_secs() % 86_400;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let since = format!("{hour:02}:{minute:02}:{second:02} UTC");
        let first = format!(
            "pid {pid} on {host}, `{}`, since {since}",
            command.trim_end()
        );
        let second = Identity::of(pid).and_then(|identity| serde_json::to_string(&identity).ok());
        Self(format!("{first}\n{}", second.unwrap_or_default()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    path: PathBuf,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Still locked: whoever takes it next writes after this.
        let _ = self.file.set_len(0);
    }
}

impl FileLock {
    /// Takes the lock, or says who has it.
    pub fn try_take(path: &Path, what: &str) -> Result<Self> {
        let mut tries = 0;
        loop {
            match Self::attempt(path)? {
                Ok(lock) => return Ok(lock),
                // An owner that has just taken the lock has not written its name yet,
                // and one that gives it back has wiped it.
                Err(owner) if owner == UNKNOWN && tries < 20 => {
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(owner) => {
                    let what = what.to_owned();
                    return Err(LockError { what, owner }.into());
                }
            }
        }
    }

    /// Takes the lock, waiting as long as needed. `waiting` is called once with
    /// the owner's description when there is a wait.
    pub fn take(host: &Host, path: &Path, waiting: impl FnOnce(&str)) -> Result<Self> {
        let mut waiting = Some(waiting);
        let mut tries = 0;
        loop {
            match Self::attempt(path)? {
                Ok(lock) => return Ok(lock),
                Err(owner) => {
                    tries += 1;
                    // An owner that has just taken the lock has not written its name yet.
                    if (owner != UNKNOWN || tries > 3)
                        && let Some(tell) = waiting.take()
                    {
                        tell(&owner);
                    }
                    host.clock.sleep(Duration::from_millis(100))?;
                }
            }
        }
    }

    /// Takes the file away with the lock. Whoever waits for it opens a new one.
    pub fn remove(self) -> Result<()> {
        // Elsewhere an open file cannot be removed for good; it stays, empty.
        if cfg!(unix) {
            files::remove_file(&self.path)?;
        }
        Ok(())
    }

    fn attempt(path: &Path) -> Result<std::result::Result<Self, String>> {
        loop {
            let attempt = Self::attempt_once(path)?;
            match attempt {
                // `remove` came between opening the file and locking it: that lock
                // keeps nobody out.
                Ok(lock) if !is_at(&lock.file, path) => {}
                attempt => return Ok(attempt),
            }
        }
    }

    fn attempt_once(path: &Path) -> Result<std::result::Result<Self, String>> {
        if let Some(dir) = path.parent() {
            files::create_dir_all(dir)?;
        }
        let failed = |error| FileError::new("open the lock", path, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                let _ = file.set_len(0);
                let _ = file.rewind();
                let _ = file.write_all(Note::of_us().text().as_bytes());
                let _ = file.flush();
                Ok(Ok(Self {
                    file,
                    path: path.to_owned(),
                }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                Ok(Err(match owner.lines().next() {
                    Some(first) if !first.is_empty() => first.to_owned(),
                    _ => UNKNOWN.to_owned(),
                }))
            }
            Err(TryLockError::Error(error)) => Err(FileError::new("lock", path, error).into()),
        }
    }

    /// Returns who holds the lock at `path`, without touching it; `None` if nobody
    /// does, or only a process that is gone.
    pub fn owner(path: &Path) -> Option<String> {
        let text = files::read_text_if_exists(path).ok()??;
        let (first, second) = text.split_once('\n')?;
        let owner: Identity = serde_json::from_str(second).ok()?;
        owner.is_alive().then(|| first.to_owned())
    }

    /// Returns the path of the lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Returns whether `path` names that very file.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        match (file.metadata(), std::fs::metadata(path)) {
            (Ok(ours), Ok(there)) => ours.dev() == there.dev() && ours.ino() == there.ino(),
            (_, Err(error)) => error.kind() != std::io::ErrorKind::NotFound,
            (Err(_), Ok(_)) => true,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_removed_keeps_nobody_out() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.lock");
        let lock = FileLock::try_take(&path, "x").unwrap();
        assert!(FileLock::try_take(&path, "x").is_err());
        let open = OpenOptions::new().read(true).open(&path).unwrap();
        lock.remove().unwrap();
        let again = FileLock::try_take(&path, "x").unwrap();
        assert_eq!(is_at(&open, &path), !cfg!(unix));
        assert!(is_at(&again.file, &path));
    }
}
