//! The system's own file operations and facts, with `io::Error`s as they come:
//! what a Ruby program expects to see. Everything else in rove uses
//! [`super::files`], whose errors name the path.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Facts about a path.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Kind of file.
    pub file_type: fs::FileType,
    /// Size in bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Last change, in nanoseconds since 1970.
    pub modified_ns: i128,
}

/// Who runs this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Numeric user id; 0 where there is none.
    pub uid: u32,
    /// Numeric group id; 0 where there is none.
    pub gid: u32,
}

/// Reads a whole file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    fs::read(path)
}

/// Writes a whole file, or adds to its end.
pub fn write(path: &Path, bytes: &[u8], append: bool) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .append(append)
        .truncate(!append)
        .open(path)?;
    file.write_all(bytes)
}

/// Returns facts about a path.
pub fn facts(path: &Path, follow_links: bool) -> io::Result<Facts> {
    let meta = if follow_links {
        fs::metadata(path)?
    } else {
        fs::symlink_metadata(path)?
    };
    let modified_ns = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos() as i128);
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt;
        meta.permissions().mode()
    };
    #[cfg(not(unix))]
    let mode = if meta.permissions().readonly() {
        0o555
    } else {
        0o755
    };
    Ok(Facts {
        file_type: meta.file_type(),
        size: meta.len(),
        mode,
        modified_ns,
    })
}

/// Returns the names in a folder, sorted.
pub fn list(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Creates one folder.
pub fn create_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Removes a file or link.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Removes an empty folder.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    fs::remove_dir(path)
}

/// Renames a path.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Makes a symbolic link at `link` that holds `target`.
pub fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(target, link)
    }
    #[cfg(not(unix))]
    {
        let _ = (target, link);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Returns what a symbolic link holds.
pub fn read_link(path: &Path) -> io::Result<PathBuf> {
    fs::read_link(path)
}

/// Sets the permission bits, where there are any.
pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o7777))
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

/// Reads a line of standard input with its line end; `None` at its end.
pub fn stdin_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line),
    }
}

/// Returns the host's name.
pub fn host_name() -> String {
    #[cfg(unix)]
    {
        let names = rustix::system::uname();
        names.nodename().to_string_lossy().into_owned()
    }
    #[cfg(not(unix))]
    {
        std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".to_owned())
    }
}

/// Returns who runs this process.
pub fn user() -> User {
    #[cfg(unix)]
    {
        User {
            uid: rustix::process::getuid().as_raw(),
            gid: rustix::process::getgid().as_raw(),
        }
    }
    #[cfg(not(unix))]
    {
        User { uid: 0, gid: 0 }
    }
}

/// Fills `bytes` with random ones.
pub fn random(bytes: &mut [u8]) {
    super::random::fill(bytes);
}
