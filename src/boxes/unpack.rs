//! A box archive becomes a folder, in one pass over its bytes. The archive comes
//! from strangers: whatever would reach outside the folder, or is nothing that a
//! box holds, ends the work with a reason. Who calls removes the folder then.
//!
//! A bare disk image, as distributions publish them for clouds, becomes a box of one
//! disk, with metadata of ours.
//!
//! Links are made last, when all files lie, so that nothing is ever written
//! through one; then each must lead to something inside.

use std::collections::HashMap;
use std::io::{self, BufRead, Read, Seek};
use std::path::{Component, Path, PathBuf};

use serde_json::json;
use tar::{Archive, Entry, EntryType};

use crate::error::{Failure, Result};
use crate::host::{FileError, files};

use super::BoxError;
use super::compression::{Format, Meter, format_of, inflated};
use super::holes::{CopyError, Holes, Sink, copy};
use super::image::{Image, Unreadable};
use super::receipt::RECEIPT;
use super::tree::Leaves;
use super::write::Writer;
use super::zipped;

/// What lies between the end of the archive and the end of its stream: tar pads
/// with zeros to its blocking factor, which is far less than this.
const MAX_PADDING: u64 = 64 << 20;
/// A box has a handful of entries; these bounds only stop the absurd.
const MAX_ENTRIES: usize = 100_000;
const MAX_DEPTH: usize = 32;
/// Headers of one entry, extended ones included.
const MAX_HEADERS: u64 = 4 << 20;
/// 16 TiB: the largest file of ext4, and more than a disk of any box.
const MAX_FILE: u64 = 1 << 44;

/// As much as tells what a file is.
const HEAD: u64 = 512;
/// Name of the disk of a bare image, as boxes of libvirt have it.
const BARE_DISK: &str = "box.img";

/// What a path in the box is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    Link,
}

/// Unpacks what `source` gives into the folder `into`, which is there and empty.
/// `place` names the box in errors. Returns what the box consists of.
pub(super) fn unpack(source: impl BufRead, into: &Path, place: &str) -> Result<Leaves> {
    let mut source = source;
    let mut unpacker = Unpacker {
        into,
        place,
        seen: HashMap::new(),
        links: Vec::new(),
        entries: 0,
        is_bare: false,
        writer: Writer::start(into, place),
    };
    let broken = |error: io::Error| not_a_box(place, &error);
    let format = format_of(&first_bytes(&mut source).map_err(broken)?);
    match format {
        Format::Gzip | Format::Zstd | Format::Xz => {
            if let Some(mut inflated) = inflated(format, &mut source).map_err(broken)? {
                let mut head = Vec::new();
                (&mut inflated)
                    .take(HEAD)
                    .read_to_end(&mut head)
                    .map_err(broken)?;
                let inner = format_of(&head);
                let mut inflated = io::Cursor::new(head).chain(inflated);
                if let Format::Image(format) = inner {
                    unpacker.image(&mut inflated, format)?;
                } else {
                    unpacker.entries(&mut inflated)?;
                }
                unpacker.rest(&mut inflated)?;
            }
        }
        Format::Tar => unpacker.entries(&mut source)?,
        Format::Image(format) => unpacker.image(&mut source, format)?,
        Format::Zip => zipped::unpack(&mut source, &mut unpacker)?,
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
    unpacker.rest(&mut source)?;
    unpacker.finish()
}

/// Returns whether an image is that of a CD (ECMA-119); many start from a disk as well.
fn is_cd(image: &Path) -> bool {
    let mut mark = [0; 5];
    let read = std::fs::File::open(image).and_then(|mut file| {
        file.seek(io::SeekFrom::Start(0x8001))?;
        file.read_exact(&mut mark)
    });
    read.is_ok() && mark == *b"CD001"
}

/// Returns what the stream has at hand, at least the first byte; takes nothing.
fn first_bytes(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let head = source.fill_buf()?;
    Ok(head[..head.len().min(HEAD as usize)].to_vec())
}

pub(super) fn not_a_box(place: &str, error: &io::Error) -> Failure {
    // The archive reader has a text of its own for an early end.
    let reason = match error.to_string() {
        _ if error.kind() == io::ErrorKind::UnexpectedEof => "it ends in the middle".to_owned(),
        text if text.contains("EOF") => "it ends in the middle".to_owned(),
        text => text,
    };
    let place = place.to_owned();
    BoxError::NotABox { place, reason }.into()
}

pub(super) struct Unpacker<'a> {
    pub(super) into: &'a Path,
    pub(super) place: &'a str,
    seen: HashMap<PathBuf, Kind>,
    links: Vec<(PathBuf, PathBuf)>,
    entries: usize,
    /// It is a disk image and no archive.
    is_bare: bool,
    writer: Writer,
}

impl Unpacker<'_> {
    pub(super) fn broken(&self, error: &io::Error) -> Failure {
        not_a_box(self.place, error)
    }

    pub(super) fn refuse(&self, entry: &Path, reason: &'static str) -> Failure {
        BoxError::Hostile {
            place: self.place.to_owned(),
            entry: entry.display().to_string(),
            reason,
        }
        .into()
    }

    fn entries(&mut self, source: &mut impl Read) -> Result<()> {
        let (metered, left) = Meter::new(source);
        let mut archive = Archive::new(metered);
        let mut entries = archive.entries().map_err(|error| self.broken(&error))?;
        loop {
            left.set(MAX_HEADERS);
            let Some(entry) = entries.next() else {
                return Ok(());
            };
            let mut entry = entry.map_err(|error| self.broken(&error))?;
            left.set(u64::MAX);
            self.entry(&mut entry)?;
        }
    }

    /// Takes a bare disk image. Its metadata says that there is nobody in it yet to
    /// log in as: cloud-init makes the user at the first start.
    fn image(&mut self, source: &mut impl Read, format: &'static str) -> Result<()> {
        self.is_bare = true;
        self.regular(source, Path::new(BARE_DISK), None, 0o644, None)?;
        let metadata = json!({"provider": "libvirt", "format": format, "cloud_init": true});
        let text = metadata.to_string();
        let mut text = text.as_bytes();
        let (path, length) = (Path::new("metadata.json"), text.len() as u64);
        self.regular(&mut text, path, Some(length), 0o644, None)
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
        let Some(path) = self.begin(&raw, kind.is_dir())? else {
            return Ok(());
        };
        match kind {
            EntryType::Directory => self.folder(&path),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let size = holes.is_none().then(|| entry.size());
                let mode = entry.header().mode().unwrap_or(0o644);
                self.regular(entry, &path, size, mode, holes)
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                self.symlink(path, &target)
            }
            EntryType::Link => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                let target = self.inside(&target)?;
                if self.seen.get(&target) != Some(&Kind::File) {
                    return Err(self.refuse(&path, "is a link to something that is not in the box"));
                }
                self.claim(&path, Kind::File)?;
                self.writer.link(&target, &path)
            }
            EntryType::Char | EntryType::Block => Err(self.refuse(&path, "is a device")),
            EntryType::Fifo => Err(self.refuse(&path, "is a pipe")),
            _ => Err(self.refuse(&path, "is of a kind that boxes do not hold")),
        }
    }

    /// Takes the name of an entry and makes the folders above it. Returns `None`
    /// for the folder of the box itself, `./`.
    pub(super) fn begin(&mut self, raw: &[u8], is_folder: bool) -> Result<Option<PathBuf>> {
        let path = self.inside(raw)?;
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(self.refuse(&path, "is one of too many"));
        }
        if path.as_os_str().is_empty() {
            return if is_folder {
                Ok(None)
            } else {
                Err(self.refuse(&path, "has no name"))
            };
        }
        // Converted disks lie beside the box's own and are trusted: see `tree`.
        let reserved = path.to_str().is_some_and(|name| {
            name.eq_ignore_ascii_case(RECEIPT)
                || name.to_ascii_lowercase().starts_with("rove-disk-")
        });
        if reserved {
            return Err(self.refuse(&path, "has a name that rove keeps for itself"));
        }
        self.parents(&path)?;
        Ok(Some(path))
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
    pub(super) fn folder(&mut self, path: &Path) -> Result<()> {
        match self.seen.get(path) {
            Some(Kind::Folder) => Ok(()),
            Some(_) => Err(self.refuse(path, "is there twice")),
            None => {
                files::create_dir_all(&self.into.join(path))?;
                self.claim(path, Kind::Folder)
            }
        }
    }

    /// Writes a file. `size` is what the archive says of its length.
    pub(super) fn regular(
        &mut self,
        from: &mut impl Read,
        path: &Path,
        size: Option<u64>,
        mode: u32,
        holes: Option<Holes>,
    ) -> Result<()> {
        self.claim(path, Kind::File)?;
        if mode & 0o6000 != 0 {
            return Err(self.refuse(path, "is setuid or setgid"));
        }
        let told = size.or(holes.as_ref().map(Holes::length));
        if told.is_some_and(|told| told > MAX_FILE) {
            return Err(self.refuse(path, "is larger than any disk"));
        }
        self.writer.open(path)?;
        let copied = match holes {
            Some(holes) => holes.copy(from, &mut self.writer),
            None => copy(from, &mut self.writer),
        };
        let length = copied.map_err(|error| match error {
            CopyError::Source(error) => self.broken(&error),
            CopyError::Sink(failure) => failure,
        })?;
        if size.is_some_and(|size| size != length) {
            return Err(self.broken(&io::ErrorKind::UnexpectedEof.into()));
        }
        self.writer.close(length, mode & 0o100 != 0)
    }

    /// Takes a link, to be made when all files lie.
    pub(super) fn symlink(&mut self, path: PathBuf, target: &[u8]) -> Result<()> {
        let target = std::str::from_utf8(target)
            .ok()
            .filter(|target| !target.is_empty() && !target.contains('\0'))
            .map(PathBuf::from)
            .ok_or_else(|| self.refuse(&path, "is a link to nothing"))?;
        self.claim(&path, Kind::Link)?;
        self.links.push((path, target));
        Ok(())
    }

    /// Reads what follows the archive, inside its compression and after it, so
    /// that the checksums are of all of it. An endless stream ends here.
    fn rest(&mut self, source: &mut impl Read) -> Result<()> {
        let mut left = MAX_PADDING;
        let mut buffer = self.writer.buffer();
        loop {
            match source.read(&mut buffer) {
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
            if self.is_bare && path == Path::new(BARE_DISK) && is_cd(&at) {
                let place = self.place.to_owned();
                let reason = "it is the image of an installation CD; what is wanted is a disk with a system on it".to_owned();
                return Err(BoxError::NotABox { place, reason }.into());
            }
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
    fn finish(mut self) -> Result<Leaves> {
        // All files lie before the first link is made.
        let files = self.writer.finish()?;
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
        for (path, kind) in &self.seen {
            if *kind == Kind::Folder {
                files::sync_dir(&self.into.join(path));
            }
        }
        files::sync_dir(self.into);
        Ok(Leaves {
            files,
            links: self.links,
        })
    }
}

impl Sink for Writer {
    fn buffer(&self) -> Vec<u8> {
        Writer::buffer(self)
    }

    fn bytes(&mut self, bytes: Vec<u8>) -> Result<()> {
        Writer::bytes(self, bytes)
    }

    fn skip(&mut self, at: u64) -> Result<()> {
        Writer::skip(self, at)
    }
}
