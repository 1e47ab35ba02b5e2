//! Files and folders. Errors name the path; writing replaces atomically.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Explain, Kind, Result};

/// A file operation failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} `{}`", path.display())]
pub struct FileError {
    /// What was tried: "read", "write", "create".
    pub verb: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// Returns the error for a failed `verb` on `path`.
    pub fn new(verb: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self {
            verb,
            path: path.into(),
            source,
        }
    }
}

impl Explain for FileError {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        match self.source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                vec!["free some space there and run the command again; `ROVE_HOME` moves rove's own files to another disk, `VAGRANT_DOTFILE_PATH` those of this lab".to_owned()]
            }
            io::ErrorKind::PermissionDenied => {
                vec!["check who owns the path; rove needs no root for its own files".to_owned()]
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                vec!["`ROVE_HOME` moves rove's own files to another place, `VAGRANT_DOTFILE_PATH` those of this lab".to_owned()]
            }
            _ if self.verb == WORKING_DIRECTORY => {
                vec![
                    "the folder you are in was removed or renamed: `cd` to one that is there"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }
}

/// What cannot be done in a folder that is gone.
const WORKING_DIRECTORY: &str = "find the working directory";

/// Returns whether a failure says that a disk is full.
pub fn is_full(failure: &crate::error::Failure) -> bool {
    failure.downcast_ref::<FileError>().is_some_and(|error| {
        matches!(
            error.source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    })
}

fn with<T>(verb: &'static str, path: &Path, result: io::Result<T>) -> Result<T> {
    result.map_err(|source| FileError::new(verb, path, source).into())
}

/// Returns the working directory.
pub fn current_dir() -> Result<PathBuf> {
    with(WORKING_DIRECTORY, Path::new("."), std::env::current_dir())
}

/// Returns the content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    with("read", path, fs::read(path))
}

/// Returns the content of a file, or `None` if there is none.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => with("read", path, result).map(Some),
    }
}

/// Returns the content of a file that must be UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    with("read", path, fs::read_to_string(path))
}

/// Returns the content of a file, or `None` if there is none.
pub fn read_text_if_exists(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(FileError::new("read", path, error).into()),
    }
}

/// Makes a folder and those above it; fine if it is there.
pub fn create_dir_all(path: &Path) -> Result<()> {
    with("create the folder", path, fs::create_dir_all(path))
}

/// Makes a folder that only this user may enter; fine if it is there.
pub fn create_private_dir(path: &Path) -> Result<()> {
    create_dir_all(path)?;
    set_mode(path, 0o700)
}

/// What the names of files begin with that are not in their place yet.
pub const TEMPORARY: &str = ".tmp-";

/// Replaces the content of `path` so that a reader, or the next boot after a
/// crash, sees the old or the new content and nothing else.
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<()> {
    write_atomic_mode(path, content, None)
}

/// Like [`write_atomic`], with permission bits (Unix) for a new secret file.
pub fn write_atomic_mode(path: &Path, content: &[u8], mode: Option<u32>) -> Result<()> {
    let dir = path
        .parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    create_dir_all(dir)?;
    let write = || -> io::Result<()> {
        let mut temporary = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(dir)?;
        temporary.write_all(content)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            temporary
                .as_file()
                .set_permissions(fs::Permissions::from_mode(mode.unwrap_or(0o644)))?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|error| error.error)?;
        sync_dir(dir);
        Ok(())
    };
    with("write", path, write())
}

/// A file that several threads append whole lines to, such as a log. Not forced
/// to disk; what cannot be written is dropped.
#[derive(Debug)]
pub struct Appender(std::sync::Mutex<fs::File>);

impl Appender {
    /// Makes the file, which only this user may read.
    pub fn create(path: &Path) -> Result<Self> {
        let mut options = fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = with("make", path, options.open(path))?;
        Ok(Self(std::sync::Mutex::new(file)))
    }

    /// Appends to it.
    pub fn append(&self, content: &[u8]) {
        if let Ok(mut file) = self.0.lock() {
            let _ = file.write_all(content);
        }
    }
}

/// Appends `content` to a file and forces it to disk; makes the file if needed.
pub fn append_synced(path: &Path, content: &[u8]) -> Result<()> {
    let append = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?;
        file.write_all(content)?;
        file.sync_data()
    };
    with("append to", path, append())
}

/// Returns the size of a file, if there is one.
pub fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|meta| meta.len())
}

/// Returns the size of a file and its time of change in nanoseconds, to tell
/// whether it changed; zeros where it cannot be looked at.
pub fn stamp(path: &Path) -> (u64, u128) {
    let Ok(meta) = fs::metadata(path) else {
        return (0, 0);
    };
    let changed = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    (meta.len(), changed.map_or(0, |time| time.as_nanos()))
}

/// Returns the last bytes of a file, at most `count`.
pub fn read_end(path: &Path, count: u64) -> Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let start = file.metadata()?.len().saturating_sub(count);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    with("read", path, read())
}

/// Returns up to `blocks` blocks of 4 KiB that are spread evenly over a file, the
/// last one at its end, and the file's size.
pub fn sample(path: &Path, blocks: u64) -> Result<(Vec<u8>, u64)> {
    use std::io::{Read, Seek, SeekFrom};
    const BLOCK: u64 = 4096;
    let read = || -> io::Result<(Vec<u8>, u64)> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        for index in 1..=blocks {
            // In 128 bits: a size may be any.
            let end = u128::from(size) * u128::from(index) / u128::from(blocks);
            let start = u64::try_from(end).unwrap_or(size).saturating_sub(BLOCK);
            file.seek(SeekFrom::Start(start))?;
            (&mut file).take(BLOCK).read_to_end(&mut bytes)?;
        }
        Ok((bytes, size))
    };
    with("read", path, read())
}

/// Makes a rename in `dir` survive a power loss, where the system can.
pub fn sync_dir(dir: &Path) {
    #[cfg(unix)]
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
    #[cfg(not(unix))]
    let _ = dir;
}

/// Removes a file; fine if there is none.
pub fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::new("remove", path, error).into())
        }
        _ => Ok(()),
    }
}

/// Waits until a file's bytes are on the disk.
pub fn sync_file(path: &Path) -> Result<()> {
    File::options()
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| FileError::new("write", path, error).into())
}

/// Returns a path without links in it, if it leads somewhere.
pub fn real_path(path: &Path) -> Option<std::path::PathBuf> {
    fs::canonicalize(path).ok()
}

/// Removes a folder unless there is something in it. Returns whether it is gone.
pub fn remove_empty_dir(path: &Path) -> Result<bool> {
    match fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(true),
            // rmdir(2): POSIX allows either for a folder that is not empty.
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => Ok(false),
            _ => Err(FileError::new("remove", path, error).into()),
        },
    }
}

/// Removes a folder and all in it; fine if there is none. Folders without write
/// permission (a box may hold some) are made writable first.
pub fn remove_dir_all(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    if fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    make_writable(path);
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::new("remove", path, error).into())
        }
        _ => Ok(()),
    }
}

fn make_writable(path: &Path) {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return;
    };
    if !meta.is_dir() {
        return;
    }
    let _ = set_mode(path, 0o700);
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        make_writable(&entry.path());
    }
}

/// Renames a file or folder, and syncs the folder it comes to lie in.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    with("move", to, fs::rename(from, to))?;
    if let Some(dir) = to.parent() {
        sync_dir(dir);
    }
    Ok(())
}

/// Makes a symbolic link to a file (on Windows a folder would need another call).
pub fn symlink(target: &Path, at: &Path) -> Result<()> {
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(target, at);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_file(target, at);
    with("make the link", at, made)
}

/// Returns whether the owner may run the file; where there are no such bits, no.
pub fn is_executable(meta: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        meta.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        false
    }
}

/// Sets permission bits; does nothing where there are none.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        with(
            "set the permissions of",
            path,
            fs::set_permissions(path, fs::Permissions::from_mode(mode)),
        )
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

/// Takes a file of this user's from everybody else. That it cannot be done, or
/// that the file is another's, is no failure.
pub fn keep_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = rustix::process::geteuid().as_raw();
        let open = |meta: &fs::Metadata| meta.uid() == own && meta.mode() & 0o077 != 0;
        if fs::metadata(path).is_ok_and(|meta| open(&meta)) {
            let _ = set_mode(path, 0o600);
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Returns the names in a folder, sorted; empty if there is no such folder.
pub fn list_dir(path: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(FileError::new("list", path, error).into()),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// Returns whether this user may write to a file or folder, or into a device.
pub fn is_writable(path: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    fs::metadata(path).is_ok_and(|meta| !meta.permissions().readonly())
}

/// Returns the bytes that a folder with everything in it takes on the disk; holes
/// in files take none. What cannot be read counts as nothing.
pub fn space_used(path: &Path) -> u64 {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return 0;
    };
    if meta.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        return entries.map(|entry| space_used(&entry.path())).sum();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        meta.blocks() * 512
    }
    #[cfg(not(unix))]
    meta.len()
}

/// Returns the bytes that are free for this user on the file system of `path`
/// (or of the nearest folder above that exists); `None` where it cannot be told.
pub fn free_space(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let existing = path.ancestors().find(|dir| dir.exists())?;
        let stat = rustix::fs::statvfs(existing).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}
