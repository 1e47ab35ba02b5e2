//! Locks between processes: an advisory lock on a file, freed by the system
//! when its owner dies, with the owner's name in it for whoever waits.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Explain, Kind, Result};

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

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
    path: PathBuf,
}

impl FileLock {
    /// Takes the lock, or says who has it.
    pub fn try_take(path: &Path, what: &str) -> Result<Self> {
        Self::attempt(path)?.map_err(|owner| {
            LockError {
                what: what.to_owned(),
                owner,
            }
            .into()
        })
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

    fn attempt(path: &Path) -> Result<std::result::Result<Self, String>> {
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
                let _ = write!(file, "pid {}", std::process::id());
                let _ = file.flush();
                Ok(Ok(Self {
                    _file: file,
                    path: path.to_owned(),
                }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                Ok(Err(if owner.is_empty() {
                    UNKNOWN.to_owned()
                } else {
                    owner
                }))
            }
            Err(TryLockError::Error(error)) => Err(FileError::new("lock", path, error).into()),
        }
    }

    /// Returns the path of the lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
