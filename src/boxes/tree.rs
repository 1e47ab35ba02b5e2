//! The digest of an unpacked box: one value for its names, kinds and bytes, the
//! same on every host. Files are hashed in pieces of a mebibyte, so that holes
//! cost nothing and large disks are hashed on all processors.
//!
//! ```text
//! tree  = sha256 of a line per entry, sorted by name:
//!         "f <x or -> <length> <file> <name>\n"   a file; x: executable
//!         "l <target> <name>\n"                   a link
//! file  = sha256 of the sha256 of each piece, in order
//! ```
//!
//! What rove or Vagrant add to a box later does not count.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::host::{FileError, Host, files, sparse};

use super::digest::{Checksum, ChecksumKind, hex};
use super::receipt::RECEIPT;

const PIECE: u64 = 1 << 20;

/// Returns whether a file at the top of a box was added after it was unpacked:
/// our receipt and converted disks, Vagrant's marks.
pub(super) fn is_extra(name: &str) -> bool {
    name == RECEIPT
        || name.starts_with("rove-disk-")
        || matches!(name, "box_update_check" | "master_id")
}

/// An entry of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A file: length and whether it can be executed.
    File(u64, bool),
    /// A link to this.
    Link(PathBuf),
}

/// Returns the files and links of a box, by name with `/`, sorted.
pub(super) fn entries(dir: &Path) -> Result<Vec<(String, Entry)>> {
    fn walk(dir: &Path, prefix: &str, found: &mut Vec<(String, Entry)>) -> Result<()> {
        for name in files::list_dir(dir)? {
            if prefix.is_empty() && is_extra(&name) {
                continue;
            }
            let path = dir.join(&name);
            let name = format!("{prefix}{name}");
            let failed = |error| FileError::new("read", &path, error);
            let meta = std::fs::symlink_metadata(&path).map_err(failed)?;
            if meta.is_dir() {
                walk(&path, &format!("{name}/"), found)?;
            } else if meta.is_symlink() {
                let target = std::fs::read_link(&path).map_err(failed)?;
                found.push((name, Entry::Link(target)));
            } else {
                found.push((name, Entry::File(meta.len(), files::is_executable(&meta))));
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(dir, "", &mut found)?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// A file of a box that was just written, with its digest.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) path: PathBuf,
    pub(super) length: u64,
    pub(super) executable: bool,
    pub(super) digest: String,
}

/// What a box consists of, as it was unpacked.
#[derive(Debug)]
pub(super) struct Leaves {
    pub(super) files: Vec<Leaf>,
    /// Links and their targets.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
}

impl Leaves {
    /// Returns the digest of the box, which [`digest`] would return for its folder.
    pub(super) fn digest(&self) -> Checksum {
        let name = |path: &Path| path.to_string_lossy().replace('\\', "/");
        let files = self.files.iter().map(|leaf| {
            let line = file_line(
                &name(&leaf.path),
                leaf.length,
                leaf.executable,
                &leaf.digest,
            );
            (name(&leaf.path), line)
        });
        let links = self
            .links
            .iter()
            .map(|(path, target)| (name(path), link_line(&name(path), target)));
        let mut lines: Vec<_> = files
            .chain(links)
            .filter(|(name, _)| !is_extra(name))
            .collect();
        lines.sort();
        let mut whole = Sha256::new();
        for (_, line) in lines {
            whole.update(line.as_bytes());
        }
        Checksum {
            kind: ChecksumKind::Sha256,
            hex: hex(&whole.finalize()),
        }
    }
}

fn file_line(name: &str, length: u64, executable: bool, digest: &str) -> String {
    let mark = if executable { 'x' } else { '-' };
    format!("f {mark} {length} {digest} {name}\n")
}

fn link_line(name: &str, target: &Path) -> String {
    format!("l {} {name}\n", target.display())
}

/// Takes the bytes of a file in order and ends in its digest.
pub(super) struct PieceHasher {
    whole: Sha256,
    piece: Sha256,
    /// Bytes of the piece so far, those in `zeros` included.
    filled: u64,
    /// Zeros at the end of the piece that are not hashed yet: a piece with
    /// nothing else costs nothing.
    zeros: u64,
    empty: [u8; 32],
}

impl PieceHasher {
    pub(super) fn new() -> Self {
        // Hashed once and for all: most pieces of most disks are this one.
        static EMPTY: std::sync::OnceLock<[u8; 32]> = std::sync::OnceLock::new();
        Self {
            whole: Sha256::new(),
            piece: Sha256::new(),
            filled: 0,
            zeros: 0,
            empty: *EMPTY.get_or_init(|| piece_of_zeros(PIECE)),
        }
    }

    pub(super) fn data(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min((PIECE - self.filled) as usize));
            self.pending();
            self.piece.update(now);
            self.filled += now.len() as u64;
            self.full();
            bytes = rest;
        }
    }

    pub(super) fn zeros(&mut self, mut count: u64) {
        while count > 0 {
            let now = count.min(PIECE - self.filled);
            self.zeros += now;
            self.filled += now;
            self.full();
            count -= now;
        }
    }

    fn pending(&mut self) {
        const ZEROS: [u8; 4096] = [0; 4096];
        while self.zeros > 0 {
            let now = self.zeros.min(ZEROS.len() as u64);
            self.piece.update(&ZEROS[..now as usize]);
            self.zeros -= now;
        }
    }

    fn full(&mut self) {
        if self.filled == PIECE {
            self.end_piece();
        }
    }

    fn end_piece(&mut self) {
        if self.zeros == PIECE {
            self.whole.update(self.empty);
        } else {
            self.pending();
            self.whole.update(self.piece.finalize_reset());
        }
        self.filled = 0;
        self.zeros = 0;
    }

    pub(super) fn finish(mut self) -> String {
        if self.filled > 0 {
            self.end_piece();
        }
        hex(&self.whole.finalize())
    }
}

/// Returns the digest of the box in `dir`.
pub(super) fn digest(host: &Host, dir: &Path) -> Result<Checksum> {
    let mut whole = Sha256::new();
    for (name, entry) in entries(dir)? {
        let line = match entry {
            Entry::File(length, executable) => {
                let file = file(host, &dir.join(&name))?;
                file_line(&name, length, executable, &file)
            }
            Entry::Link(target) => link_line(&name, &target),
        };
        whole.update(line.as_bytes());
    }
    Ok(Checksum {
        kind: ChecksumKind::Sha256,
        hex: hex(&whole.finalize()),
    })
}

/// Returns the digest of one file, in hex digits.
pub(super) fn file(host: &Host, path: &Path) -> Result<String> {
    let failed = |error| FileError::new("read", path, error);
    let source = File::open(path).map_err(failed)?;
    let length = source.metadata().map_err(failed)?.len();
    let count = length.div_ceil(PIECE) as usize;
    let zeros = piece_of_zeros(PIECE);
    let mut pieces = vec![zeros; count];
    if !length.is_multiple_of(PIECE)
        && let Some(last) = pieces.last_mut()
    {
        *last = piece_of_zeros(length % PIECE);
    }
    let wanted = with_data(&source, length);
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    let results = std::thread::scope(|scope| {
        let work = || -> Result<Vec<(usize, [u8; 32])>> {
            let mut own = File::open(path).map_err(failed)?;
            let mut buffer = vec![0; PIECE as usize];
            let mut done = Vec::new();
            while let Some(index) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                host.cancel.check()?;
                let start = *index as u64 * PIECE;
                let size = (length - start).min(PIECE) as usize;
                own.seek(SeekFrom::Start(start)).map_err(failed)?;
                own.read_exact(&mut buffer[..size]).map_err(failed)?;
                done.push((*index, Sha256::digest(&buffer[..size]).into()));
            }
            Ok(done)
        };
        let threads: Vec<_> = (0..workers.min(wanted.len()))
            .map(|_| scope.spawn(work))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect::<Vec<_>>()
    });
    for result in results {
        for (index, sum) in result? {
            pieces[index] = sum;
        }
    }
    let mut whole = Sha256::new();
    for piece in &pieces {
        whole.update(piece);
    }
    Ok(hex(&whole.finalize()))
}

fn piece_of_zeros(length: u64) -> [u8; 32] {
    Sha256::digest(vec![0; length as usize]).into()
}

/// Returns the pieces that hold data, in order.
fn with_data(file: &File, length: u64) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = sparse::next_data(file, at, length) {
        let first = (start / PIECE) as usize;
        let first = found.last().map_or(first, |last| first.max(last + 1));
        found.extend(first..end.div_ceil(PIECE) as usize);
        at = end.max(at + 1);
    }
    found
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test makes a box by hand")]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn holes_and_zeros_are_the_same_and_everything_else_counts() {
        let host = Host::system().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let mut bytes = vec![0; 5 << 20];
        bytes[3 << 20] = 7;
        bytes.push(1);
        std::fs::write(path("disk"), &bytes).unwrap();
        let written = file(&host, &path("disk")).unwrap();
        let mut sparse = File::create(path("disk")).unwrap();
        sparse.set_len(bytes.len() as u64).unwrap();
        for (at, byte) in [(3 << 20, 7), (5 << 20, 1)] {
            sparse.seek(SeekFrom::Start(at)).unwrap();
            sparse.write_all(&[byte]).unwrap();
        }
        assert_eq!(file(&host, &path("disk")).unwrap(), written);
        let before = digest(&host, dir.path()).unwrap();
        for extra in ["rove-disk-0.qcow2", RECEIPT, "master_id"] {
            std::fs::write(path(extra), "later").unwrap();
        }
        assert_eq!(digest(&host, dir.path()).unwrap(), before);
        std::fs::create_dir(path("include")).unwrap();
        std::fs::write(path("include/x"), "").unwrap();
        let with_file = digest(&host, dir.path()).unwrap();
        assert_ne!(with_file, before);
        std::fs::rename(path("include/x"), path("include/y")).unwrap();
        assert_ne!(digest(&host, dir.path()).unwrap(), with_file);
    }
}
