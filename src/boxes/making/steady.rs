//! `qemu-img` writes random identifiers into VMDK and VHDX images. Here they become
//! ones that depend on the content alone: the same input gives the same bytes.
//!
//! Sources: VMware's "Virtual Disk Format 5.0", \[MS-VHDX\].

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crc::{CRC_32_ISCSI, Crc};

use crate::error::Result;
use crate::host::FileError;

/// Puts identifiers made of `digest` into an image of this format.
pub(super) fn steady(image: &Path, format: &str, digest: u64) -> Result<()> {
    let open = || OpenOptions::new().read(true).write(true).open(image);
    let done = match format {
        "vmdk" => open().and_then(|mut file| vmdk(&mut file, digest)),
        "vhdx" => open().and_then(|mut file| vhdx(&mut file, digest)),
        _ => Ok(()),
    };
    done.map_err(|error| FileError::new("write", image, error).into())
}

/// The content identifier is in the description, whose place and room the header
/// tells. It is written without leading zeros, so that what follows moves with it.
fn vmdk(file: &mut File, digest: u64) -> io::Result<()> {
    const SECTOR: u64 = 512;
    let mut header = vec![0; SECTOR as usize];
    read_up_to(file, 0, &mut header)?;
    let place = little(&header[28..36]).saturating_mul(SECTOR);
    let room = little(&header[36..44]).saturating_mul(SECTOR);
    if !header.starts_with(b"KDMV") || room == 0 || room > 1 << 20 {
        return Ok(());
    }
    let mut description = vec![0; room as usize];
    read_up_to(file, place, &mut description)?;
    let Some(at) = find(&description, b"\nCID=") else {
        return Ok(());
    };
    let start = at + b"\nCID=".len();
    let length = description[start..]
        .iter()
        .take_while(|byte| **byte != b'\n');
    let end = start + length.count();
    let id = format!("{:08x}", digest as u32 | 1 << 31);
    description.splice(start..end, id.into_bytes());
    // Behind the text is nothing but zeros.
    description.resize(room as usize, 0);
    put(file, place, &description)
}

/// Two headers with their identifiers, the log that is empty now, and the
/// identifier of SCSI page 83h.
fn vhdx(file: &mut File, digest: u64) -> io::Result<()> {
    const HEADERS: [u64; 2] = [64 << 10, 128 << 10];
    const PAGE_83: [u8; 16] = [
        0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45, 0x93, 0xef, 0xc3, 0x09, 0xe0, 0x00, 0xc7,
        0x46,
    ];
    const METADATA: [u8; 16] = [
        0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88,
        0x6e,
    ];
    let crc = Crc::<u32>::new(&CRC_32_ISCSI);
    let mut log = None;
    for (index, place) in HEADERS.into_iter().enumerate() {
        let mut header = vec![0; 4096];
        read_up_to(file, place, &mut header)?;
        if !header.starts_with(b"head") {
            continue;
        }
        header[8..16].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        header[16..32].copy_from_slice(&guid(digest, 1));
        header[32..48].copy_from_slice(&guid(digest, 2));
        // No log: nothing is to be replayed.
        header[48..64].fill(0);
        log = Some((little(&header[72..80]), little(&header[68..72])));
        header[4..8].fill(0);
        let sum = crc.checksum(&header);
        header[4..8].copy_from_slice(&sum.to_le_bytes());
        put(file, place, &header)?;
    }
    if let Some((start, length)) = log {
        // Entries that were replayed long ago hold identifiers too.
        zero(file, start, length.min(64 << 20))?;
    }
    let mut regions = vec![0; 64 << 10];
    read_up_to(file, 192 << 10, &mut regions)?;
    let Some(at) = find(&regions, &METADATA) else {
        return Ok(());
    };
    let start = little(&regions[at + 16..at + 24]);
    let mut table = vec![0; 64 << 10];
    read_up_to(file, start, &mut table)?;
    if let Some(at) = find(&table, &PAGE_83) {
        let place = little(&table[at + 16..at + 20]);
        put(file, start + place, &guid(digest, 3))?;
    }
    Ok(())
}

/// RFC 9562, version 8, as Windows writes it.
fn guid(digest: u64, salt: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&digest.wrapping_add(salt).to_le_bytes());
    bytes[8..].copy_from_slice(&digest.rotate_left(29).wrapping_add(salt).to_be_bytes());
    bytes[7] = bytes[7] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

fn read_up_to(file: &mut File, at: u64, into: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    let mut filled = 0;
    while filled < into.len() {
        match file.read(&mut into[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn put(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

fn zero(file: &mut File, at: u64, length: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    io::copy(&mut io::repeat(0).take(length), file).map(drop)
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|part| part == word)
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `qemu-img` writes `CID=%x`: one in sixteen is shorter than the others.
    #[test]
    fn identifiers_of_any_length_become_the_same() {
        let image = |id: &str| {
            let mut bytes = vec![0; 4 << 10];
            bytes[..4].copy_from_slice(b"KDMV");
            bytes[28] = 1;
            bytes[36] = 4;
            let text = format!("# Disk DescriptorFile\nversion=1\nCID={id}\nparentCID=ffffffff\n");
            bytes[512..512 + text.len()].copy_from_slice(text.as_bytes());
            bytes[3000..3010].copy_from_slice(b"grain data");
            bytes
        };
        let made = |id: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.vmdk");
            crate::host::files::write_atomic(&path, &image(id)).unwrap();
            steady(&path, "vmdk", 7).unwrap();
            crate::host::files::read(&path).unwrap()
        };
        let wanted = image("80000007");
        for id in ["1f2e3d4c", "f2e3d4c", "0", "ffffffff"] {
            assert!(made(id) == wanted, "{id}");
        }
    }
}
