//! What a file system knows of a file beyond its bytes: where it has holes, and
//! how to store the same bytes once. Where the system cannot tell or share, the
//! answer is the plain one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::error::Result;

use super::files::{self, FileError};

/// Returns start and end of the next piece of data of `file` at or after
/// `from`; `None` when only a hole is left before `length`.
pub fn next_data(file: &File, from: u64, length: u64) -> Option<(u64, u64)> {
    if from >= length {
        return None;
    }
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
    {
        use rustix::fs::{SeekFrom, seek};
        use rustix::io::Errno;
        match seek(file, SeekFrom::Data(from)) {
            Ok(start) if start >= length => None,
            Ok(start) => {
                let end = seek(file, SeekFrom::Hole(start)).unwrap_or(length);
                Some((start, end.min(length)))
            }
            // lseek(2): nothing but a hole up to the end.
            Err(Errno::NXIO) => None,
            Err(_) => Some((from, length)),
        }
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd")))]
    {
        let _ = file;
        Some((from, length))
    }
}

/// How two names came to share their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Copy on write: each may be changed without the other.
    Reflink,
    /// One file with two names.
    HardLink,
}

/// Puts the bytes of `from` in the place of `to`, which has the same ones, so
/// that they are stored once. Returns `None` where the file system cannot.
pub fn share(from: &Path, to: &Path) -> Result<Option<Shared>> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".shared");
    let beside = Path::new(&beside);
    files::remove_file(beside)?;
    let permissions = |path: &Path| fs::metadata(path).map(|meta| meta.permissions());
    let reading = |error| FileError::new("read", to, error);
    let wanted = permissions(to).map_err(reading)?;
    let how = if reflink(from, beside) {
        fs::set_permissions(beside, wanted).map_err(reading)?;
        Shared::Reflink
    } else {
        files::remove_file(beside)?;
        // One file has one set of permissions.
        if permissions(from).ok() != Some(wanted) || fs::hard_link(from, beside).is_err() {
            return Ok(None);
        }
        Shared::HardLink
    };
    files::rename(beside, to)?;
    Ok(Some(how))
}

/// Copies a file: by sharing its blocks where the file system can, else piece
/// by piece, holes left out. `tick` is called with the bytes done and may end it.
pub fn copy(from: &Path, to: &Path, mut tick: impl FnMut(u64) -> Result<()>) -> Result<()> {
    if reflink(from, to) {
        return Ok(());
    }
    let reading = |error: io::Error| FileError::new("read", from, error);
    let writing = |error: io::Error| FileError::new("write", to, error);
    let source = File::open(from).map_err(reading)?;
    let length = source.metadata().map_err(reading)?.len();
    let mut target = File::create(to).map_err(writing)?;
    let mut at = 0;
    let mut buffer = vec![0; 1 << 20];
    while let Some((start, end)) = next_data(&source, at, length) {
        use std::io::{Read, Seek, SeekFrom, Write};
        (&source).seek(SeekFrom::Start(start)).map_err(reading)?;
        target.seek(SeekFrom::Start(start)).map_err(writing)?;
        at = start;
        while at < end {
            let wanted = (end - at).min(buffer.len() as u64) as usize;
            let got = (&source).read(&mut buffer[..wanted]).map_err(reading)?;
            if got == 0 {
                break;
            }
            target.write_all(&buffer[..got]).map_err(writing)?;
            at += got as u64;
            tick(at)?;
        }
        at = end;
    }
    target.set_len(length).map_err(writing)?;
    target.sync_all().map_err(writing)?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn reflink(from: &Path, to: &Path) -> bool {
    let Ok(source) = File::open(from) else {
        return false;
    };
    let Ok(target) = File::create(to) else {
        return false;
    };
    rustix::fs::ioctl_ficlone(&target, &source).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn reflink(_: &Path, _: &Path) -> bool {
    false
}

/// Returns the bytes that a file takes up on disk, and what tells it from
/// others: two names with the same token are one file.
pub fn used(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((meta.blocks() * 512, meta.ino() ^ meta.dev().rotate_left(32)))
    }
    #[cfg(not(unix))]
    {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        Some((meta.len(), hasher.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_shares_have_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let file = File::create(path("a")).unwrap();
        file.set_len(3 << 20).unwrap();
        {
            use std::os::unix::fs::FileExt;
            file.write_all_at(b"in the middle", 2 << 20).unwrap();
        }
        copy(&path("a"), &path("b"), |_| Ok(())).unwrap();
        assert_eq!(
            files::read(&path("a")).unwrap(),
            files::read(&path("b")).unwrap()
        );
        if share(&path("a"), &path("b")).unwrap() == Some(Shared::HardLink) {
            assert_eq!(used(&path("a")), used(&path("b")));
        }
        assert_eq!(files::size(&path("b")), Some(3 << 20));
        assert_eq!(next_data(&file, 3 << 20, 3 << 20), None);
    }
}
