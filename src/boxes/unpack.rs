//! A box archive becomes a folder, in one pass over its bytes. The archive comes
//! from strangers: whatever would reach outside the folder, or is nothing that a
//! box holds, ends the work with a reason. Who calls removes the folder then.
//!
//! Links are made last, when all files lie, so that nothing is ever written
//! through one; then each must lead to something inside.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Entry, EntryType};

use crate::error::{Failure, Result};
use crate::host::{FileError, files};

use super::BoxError;
use super::flush::Flusher;
use super::gzip::Members;
use super::holes::{Holes, Target, copy};
use super::image::{Image, Unreadable};

/// What lies between the end of the archive and the end of its stream: tar pads
/// with zeros to its blocking factor, which is far less than this.
const MAX_PADDING: u64 = 64 << 20;
/// A box has a handful of entries; these bounds only stop the absurd.
const MAX_ENTRIES: usize = 100_000;
const MAX_DEPTH: usize = 32;

/// What a path in the box is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    Link,
}

/// Unpacks what `source` gives into the folder `into`, which is there and empty.
/// `place` names the box in errors.
pub(super) fn unpack(source: impl BufRead, into: &Path, place: &str) -> Result<()> {
    let mut source = source;
    let mut unpacker = Unpacker {
        into,
        place,
        seen: HashMap::new(),
        links: Vec::new(),
        entries: 0,
        flusher: Flusher::start(),
        buffer: vec![0; 256 << 10],
    };
    match format_of(&first_bytes(&mut source).map_err(|error| not_a_box(place, &error))?) {
        Format::Gzip => {
            let mut inflated = Members::new(&mut source);
            unpacker.entries(&mut inflated)?;
            unpacker.padding(&mut inflated)?;
        }
        Format::Tar => {
            unpacker.entries(&mut source)?;
        }
        Format::Other(format) => {
            let place = place.to_owned();
            return Err(BoxError::FormatUnknown { place, format }.into());
        }
        Format::No(reason) => {
            let place = place.to_owned();
            let reason = reason.to_owned();
            return Err(BoxError::NotABox { place, reason }.into());
        }
        Format::Page => {
            let url = place.to_owned();
            return Err(BoxError::WebPage { url }.into());
        }
    }
    // The rest counts for the checksum.
    drain(&mut source).map_err(|error| not_a_box(place, &error))?;
    unpacker.finish()
}

/// What the first bytes say.
enum Format {
    Gzip,
    Tar,
    Other(&'static str),
    No(&'static str),
    Page,
}

fn format_of(head: &[u8]) -> Format {
    const OTHERS: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "zip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    ];
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Format::Other(name);
    }
    let text = head.trim_ascii_start();
    if head.starts_with(&[0x1f, 0x8b]) {
        Format::Gzip
    } else if head.is_empty() {
        Format::No("it is empty")
    } else if head.get(257..262) == Some(b"ustar") || has_tar_checksum(head) {
        Format::Tar
    } else if text.starts_with(b"<") {
        Format::Page
    } else if text.starts_with(b"{") {
        Format::No("it is JSON, such as a catalog")
    } else {
        Format::No("it is no archive")
    }
}

/// Archives older than POSIX have no magic word, but they have a checksum.
fn has_tar_checksum(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else {
        return false;
    };
    let sum: u32 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            u32::from(if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            })
        })
        .sum();
    let told = std::str::from_utf8(&header[148..156]).ok();
    told.and_then(|told| u32::from_str_radix(told.trim_matches(['\0', ' ']), 8).ok()) == Some(sum)
}

/// Returns what the stream has at hand, at least the first byte; takes nothing.
fn first_bytes(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let head = source.fill_buf()?;
    Ok(head[..head.len().min(512)].to_vec())
}

fn drain(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let length = source.fill_buf()?.len();
        if length == 0 {
            return Ok(());
        }
        source.consume(length);
    }
}

fn not_a_box(place: &str, error: &io::Error) -> Failure {
    // The archive reader has a text of its own for an early end.
    let reason = match error.to_string() {
        _ if error.kind() == io::ErrorKind::UnexpectedEof => "it ends in the middle".to_owned(),
        text if text.contains("EOF") => "it ends in the middle".to_owned(),
        text => text,
    };
    let place = place.to_owned();
    BoxError::NotABox { place, reason }.into()
}

struct Unpacker<'a> {
    into: &'a Path,
    place: &'a str,
    seen: HashMap<PathBuf, Kind>,
    links: Vec<(PathBuf, PathBuf)>,
    entries: usize,
    flusher: Flusher,
    buffer: Vec<u8>,
}

impl Unpacker<'_> {
    fn broken(&self, error: &io::Error) -> Failure {
        not_a_box(self.place, error)
    }

    fn refuse(&self, entry: &Path, reason: &'static str) -> Failure {
        BoxError::Hostile {
            place: self.place.to_owned(),
            entry: entry.display().to_string(),
            reason,
        }
        .into()
    }

    fn entries(&mut self, source: &mut impl Read) -> Result<()> {
        let mut archive = Archive::new(source);
        for entry in archive.entries().map_err(|error| self.broken(&error))? {
            let mut entry = entry.map_err(|error| self.broken(&error))?;
            self.entry(&mut entry)?;
        }
        Ok(())
    }

    fn entry<R: Read>(&mut self, entry: &mut Entry<'_, R>) -> Result<()> {
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            return Ok(());
        }
        let holes = Holes::read(entry).map_err(|error| self.broken(&error))?;
        let raw = match holes.as_ref().and_then(|holes| holes.name.clone()) {
            Some(name) => name.into_bytes(),
            None => entry.path_bytes().into_owned(),
        };
        let path = self.inside(&raw)?;
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(self.refuse(&path, "is one of too many"));
        }
        if path.as_os_str().is_empty() {
            // The folder of the box itself, `./`.
            return if kind.is_dir() {
                Ok(())
            } else {
                Err(self.refuse(&path, "has no name"))
            };
        }
        self.parents(&path)?;
        match kind {
            EntryType::Directory => self.folder(&path),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                self.claim(&path, Kind::File)?;
                self.file(entry, &path, holes)
            }
            EntryType::Symlink => {
                let target = self.target(entry, &path)?;
                self.claim(&path, Kind::Link)?;
                self.links.push((path, target));
                Ok(())
            }
            EntryType::Link => {
                let target = self.target(entry, &path)?;
                let target = self.inside(target.as_os_str().as_encoded_bytes())?;
                if self.seen.get(&target) != Some(&Kind::File) {
                    return Err(self.refuse(&path, "is a link to something that is not in the box"));
                }
                self.claim(&path, Kind::File)?;
                let at = self.into.join(&path);
                std::fs::hard_link(self.into.join(target), &at)
                    .map_err(|error| FileError::new("link", at, error).into())
            }
            EntryType::Char | EntryType::Block => Err(self.refuse(&path, "is a device")),
            EntryType::Fifo => Err(self.refuse(&path, "is a pipe")),
            _ => Err(self.refuse(&path, "is of a kind that boxes do not hold")),
        }
    }

    /// Returns the name as a path below the folder. Some boxes were packed on
    /// Windows, with backslashes.
    fn inside(&self, raw: &[u8]) -> Result<PathBuf> {
        let shown = || PathBuf::from(String::from_utf8_lossy(raw).into_owned());
        let name = std::str::from_utf8(raw)
            .map_err(|_| self.refuse(&shown(), "is no UTF-8"))?
            .replace('\\', "/");
        if name.contains('\0') {
            return Err(self.refuse(&shown(), "holds a zero byte"));
        }
        let drive =
            name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
        if name.starts_with('/') || drive {
            return Err(self.refuse(&shown(), "is an absolute path"));
        }
        let mut path = PathBuf::new();
        for component in Path::new(&name).components() {
            match component {
                Component::CurDir => {}
                Component::Normal(part) => path.push(part),
                Component::ParentDir => {
                    return Err(self.refuse(&shown(), "leads out of the box"));
                }
                Component::RootDir | Component::Prefix(_) => {
                    return Err(self.refuse(&shown(), "is an absolute path"));
                }
            }
        }
        if path.components().count() > MAX_DEPTH {
            return Err(self.refuse(&shown(), "lies too deep"));
        }
        Ok(path)
    }

    /// Takes a name that must be free.
    fn claim(&mut self, path: &Path, kind: Kind) -> Result<()> {
        if self.seen.insert(path.to_owned(), kind).is_some() {
            return Err(self.refuse(path, "is there twice"));
        }
        Ok(())
    }

    /// Makes the folders above `path`.
    fn parents(&mut self, path: &Path) -> Result<()> {
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.pop();
        for folder in above.into_iter().rev() {
            self.folder(folder)?;
        }
        Ok(())
    }

    /// A folder may come again: tar names it once for itself and some packers
    /// once more.
    fn folder(&mut self, path: &Path) -> Result<()> {
        match self.seen.get(path) {
            Some(Kind::Folder) => Ok(()),
            Some(_) => Err(self.refuse(path, "is there twice")),
            None => {
                files::create_dir_all(&self.into.join(path))?;
                self.claim(path, Kind::Folder)
            }
        }
    }

    fn file<R: Read>(
        &mut self,
        entry: &mut Entry<'_, R>,
        path: &Path,
        holes: Option<Holes>,
    ) -> Result<()> {
        let mode = entry.header().mode().unwrap_or(0o644);
        if mode & 0o6000 != 0 {
            return Err(self.refuse(path, "is setuid or setgid"));
        }
        let at = self.into.join(path);
        let failed = |error: io::Error| Failure::from(FileError::new("write", &at, error));
        let mut target = Target::new(File::create_new(&at).map_err(failed)?);
        let flusher = &self.flusher;
        let mut told = 0;
        let told_length = holes.is_none();
        let grown = |target: &Target, length| flusher.grown(&target.file, length, &mut told);
        let copied = match holes {
            Some(holes) => holes.copy(entry, &mut target, &mut self.buffer, grown),
            None => copy(entry, &mut target, &mut self.buffer, grown),
        };
        if let Some(error) = target.failure.take() {
            return Err(failed(error));
        }
        let length = copied.map_err(|error| self.broken(&error))?;
        if length != entry.size() && told_length {
            return Err(self.broken(&io::ErrorKind::UnexpectedEof.into()));
        }
        files::set_mode(&at, if mode & 0o100 == 0 { 0o644 } else { 0o755 })?;
        self.flusher.done(at, target.file);
        Ok(())
    }

    fn target<R: Read>(&self, entry: &Entry<'_, R>, path: &Path) -> Result<PathBuf> {
        let target = entry.link_name_bytes().unwrap_or_default();
        std::str::from_utf8(&target)
            .ok()
            .filter(|target| !target.is_empty())
            .map(PathBuf::from)
            .ok_or_else(|| self.refuse(path, "is a link to nothing"))
    }

    /// Reads what follows the archive inside the compression, so that the
    /// compression's own checksum is looked at.
    fn padding(&mut self, inflated: &mut impl Read) -> Result<()> {
        let mut left = MAX_PADDING;
        loop {
            match inflated.read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(count) if count as u64 <= left => left -= count as u64,
                Ok(_) => return Err(self.broken(&io::Error::other("it goes on after its end"))),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    /// Refuses disks that would make the hypervisor open something that is not
    /// in the box.
    fn disks(&self) -> Result<()> {
        let files = self.seen.iter().filter(|(_, kind)| **kind == Kind::File);
        for (path, _) in files {
            let at = self.into.join(path);
            let image = match Image::read(&at) {
                Ok(image) => image,
                Err(Unreadable::File(error)) => {
                    return Err(FileError::new("read", at, error).into());
                }
                Err(Unreadable::Header(_)) => {
                    return Err(self.refuse(path, "is a disk whose header makes no sense"));
                }
            };
            let folder = path.parent().unwrap_or(Path::new(""));
            // A colon would name a protocol of QEMU: `nbd://host`, `json:{…}`.
            let inside = image.refers_to.iter().all(|name| {
                !name.contains(':') && self.seen.get(&folder.join(name)) == Some(&Kind::File)
            });
            if !inside {
                return Err(self.refuse(path, "is a disk with parts that are not in the box"));
            }
        }
        Ok(())
    }

    /// Makes the links, looks where they lead, and waits until all is on disk.
    fn finish(mut self) -> Result<()> {
        for (path, target) in std::mem::take(&mut self.links) {
            let at = self.into.join(&path);
            if target.is_absolute() {
                return Err(self.refuse(&path, "is a link out of the box"));
            }
            files::symlink(&target, &at)?;
            self.links.push((path, target));
        }
        let real = |path: &Path| {
            path.canonicalize()
                .map_err(|error| FileError::new("resolve", path, error))
        };
        let root = real(self.into)?;
        for (path, _) in &self.links {
            match real(&self.into.join(path)) {
                Ok(target) if target.starts_with(&root) => {}
                Ok(_) => return Err(self.refuse(path, "is a link out of the box")),
                Err(_) => {
                    return Err(self.refuse(path, "is a link to something that is not in the box"));
                }
            }
        }
        self.disks()?;
        self.flusher.finish()?;
        for (path, kind) in &self.seen {
            if *kind == Kind::Folder {
                files::sync_dir(&self.into.join(path));
            }
        }
        files::sync_dir(self.into);
        Ok(())
    }
}
