//! Looks into the headers of disk images for files that they would make the
//! hypervisor open: a box must not reach for what is not in it.
//!
//! Format: "qcow2 Image File Format", <https://www.qemu.org/docs/master/interop/qcow2.html>.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const MAGIC: &[u8] = b"QFI\xfb";
/// Longest name of a backing file that QEMU takes.
const MAX_NAME: u32 = 1023;
/// Incompatible feature: the data lies in another file.
const EXTERNAL_DATA: u64 = 1 << 2;

/// What an image refers to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Nothing.
    None,
    /// A backing file of this name.
    Backing(String),
    /// Data in another file, or a header that makes no sense.
    Other,
}

/// Returns what the disk image at `path` refers to. A file that is none refers
/// to nothing.
pub(super) fn reference(path: &Path) -> io::Result<Reference> {
    read(&mut File::open(path)?)
}

fn read(image: &mut (impl Read + Seek)) -> io::Result<Reference> {
    let mut header = Vec::new();
    image.by_ref().take(80).read_to_end(&mut header)?;
    if !header.starts_with(MAGIC) {
        return Ok(Reference::None);
    }
    let word = |at: usize| -> Option<[u8; 4]> { header.get(at..at + 4)?.try_into().ok() };
    let double = |at: usize| -> Option<[u8; 8]> { header.get(at..at + 8)?.try_into().ok() };
    let (Some(version), Some(offset), Some(length)) = (word(4), double(8), word(16)) else {
        return Ok(Reference::Other);
    };
    let features = if u32::from_be_bytes(version) >= 3 {
        double(72).map_or(0, u64::from_be_bytes)
    } else {
        0
    };
    if features & EXTERNAL_DATA != 0 {
        return Ok(Reference::Other);
    }
    let (offset, length) = (u64::from_be_bytes(offset), u32::from_be_bytes(length));
    if offset == 0 {
        return Ok(Reference::None);
    }
    if length == 0 || length > MAX_NAME {
        return Ok(Reference::Other);
    }
    image.seek(SeekFrom::Start(offset))?;
    let mut name = Vec::new();
    image.take(length.into()).read_to_end(&mut name)?;
    Ok(String::from_utf8(name)
        .ok()
        .filter(|name| name.len() == length as usize)
        .map_or(Reference::Other, Reference::Backing))
}

/// Returns the beginning of a qcow2 image.
#[cfg(test)]
pub(super) fn qcow2(features: u64, backing: &str) -> Vec<u8> {
    let mut bytes = vec![0; 112];
    bytes[..4].copy_from_slice(MAGIC);
    bytes[4..8].copy_from_slice(&3_u32.to_be_bytes());
    if !backing.is_empty() {
        bytes[8..16].copy_from_slice(&112_u64.to_be_bytes());
        bytes[16..20].copy_from_slice(&(backing.len() as u32).to_be_bytes());
    }
    bytes[72..80].copy_from_slice(&features.to_be_bytes());
    bytes.extend_from_slice(backing.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_image_refers_to_is_found() {
        let of = |bytes: &[u8]| read(&mut io::Cursor::new(bytes)).unwrap();
        assert_eq!(of(b"raw"), Reference::None);
        assert_eq!(of(&qcow2(0, "")), Reference::None);
        assert_eq!(
            of(&qcow2(0, "/etc/shadow")),
            Reference::Backing("/etc/shadow".to_owned())
        );
        assert_eq!(of(&qcow2(EXTERNAL_DATA, "")), Reference::Other);
        assert_eq!(of(&qcow2(0, "base")[..114]), Reference::Other, "cut");
        assert_eq!(of(MAGIC), Reference::Other);
    }
}
