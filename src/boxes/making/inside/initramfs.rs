//! Names of the modules in an initial RAM file system: one or more cpio archives of
//! the "newc" kind one after the other, the last one compressed (the kernel's
//! `Documentation/driver-api/early-userspace/buffer-format.rst`).

use std::io::{BufReader, Read};

use crate::boxes::compression::{Format, format_of, inflated};

/// As much as is inflated: the largest are a few hundred MiB.
const MAX_BYTES: u64 = 1 << 30;
const HEADER: usize = 110;

/// Returns the names of all files, or `None` if the archive cannot be read.
pub(super) fn names(bytes: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = bytes;
    loop {
        let padding = rest.iter().take_while(|byte| **byte == 0).count();
        rest = &rest[padding..];
        if rest.is_empty() {
            return Some(names);
        }
        if !rest.starts_with(b"07070") {
            break;
        }
        let taken = archive(&mut &rest[..], &mut names)?;
        rest = &rest[taken..];
    }
    let format = format_of(&rest[..rest.len().min(512)]);
    if !matches!(format, Format::Gzip | Format::Zstd | Format::Xz) {
        return None;
    }
    let mut source = rest;
    let inflated = inflated(format, &mut source).ok()??;
    let mut inside = BufReader::with_capacity(64 << 10, inflated.take(MAX_BYTES));
    archive(&mut inside, &mut names)?;
    Some(names)
}

/// Reads one archive up to its trailer, and returns its length.
fn archive(source: &mut impl Read, names: &mut Vec<String>) -> Option<usize> {
    let mut at = 0;
    loop {
        let mut header = [0; HEADER];
        source.read_exact(&mut header).ok()?;
        if !header.starts_with(b"07070") {
            return None;
        }
        let field = |index: usize| {
            let text = std::str::from_utf8(&header[6 + index * 8..][..8]).ok()?;
            usize::from_str_radix(text, 16).ok()
        };
        let (size, length) = (field(6)?, field(11)?);
        if length > 4096 {
            return None;
        }
        let mut name = vec![0; (HEADER + length).next_multiple_of(4) - HEADER];
        source.read_exact(&mut name).ok()?;
        name.truncate(length.saturating_sub(1));
        let padded = size.next_multiple_of(4);
        let skipped = std::io::copy(&mut source.take(padded as u64), &mut std::io::sink()).ok()?;
        at += (HEADER + length).next_multiple_of(4) + padded;
        if name == b"TRAILER!!!" {
            return Some(at);
        }
        if skipped < padded as u64 {
            return None;
        }
        names.push(String::from_utf8_lossy(&name).into_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn cpio(files: &[(&str, usize)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, size) in files.iter().chain([&("TRAILER!!!", 0)]) {
            let mut fields = [0; 13];
            fields[6] = *size;
            fields[11] = name.len() + 1;
            bytes.extend_from_slice(b"070701");
            for field in fields {
                write!(bytes, "{field:08X}").unwrap();
            }
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes.resize(bytes.len() + size.next_multiple_of(4), 7);
        }
        bytes
    }

    #[test]
    fn archives_one_after_the_other_are_read() {
        let mut bytes = cpio(&[("kernel/x86/microcode/GenuineIntel.bin", 5)]);
        bytes.resize(bytes.len() + 300, 0);
        let inner = cpio(&[("usr/lib/modules/6.1/virtio_blk.ko", 6), ("init", 0)]);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&inner).unwrap();
        bytes.extend(gzip.finish().unwrap());
        assert_eq!(
            names(&bytes).unwrap(),
            [
                "kernel/x86/microcode/GenuineIntel.bin",
                "usr/lib/modules/6.1/virtio_blk.ko",
                "init"
            ]
        );
    }

    #[test]
    fn what_is_no_archive_is_told() {
        assert_eq!(names(b"hello"), None);
        assert_eq!(names(b"07070"), None);
        assert_eq!(names(&cpio(&[("a", 100)])[..120]), None);
        assert_eq!(names(&[0; 64]), Some(Vec::new()));
    }
}
