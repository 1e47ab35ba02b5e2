//! The compressions that boxes come in, behind one reader, and a meter that
//! keeps an archive's headers from filling the memory. Knows nothing about
//! archives; see `unpack`.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::gzip::Members;

/// Memory for the window of xz, in KiB: what `xz -9` needs, and a little more.
const XZ_MEMORY_KIB: u32 = 80 << 10;
/// The largest window of zstd that `zstd -d` takes too without being told.
const ZSTD_WINDOW_LOG: u32 = 27;

/// What the first bytes of a box say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Zstd,
    Xz,
    Tar,
    Zip,
    /// A bare disk image, in this format as QEMU names it.
    Image(&'static str),
    /// A format that rove does not read.
    Other(&'static str),
    /// No archive, and what it is instead.
    No(&'static str),
    Page,
}

/// Returns what the first bytes say, up to 512 of them.
pub(super) fn format_of(head: &[u8]) -> Format {
    const MAGICS: [(&[u8], Format); 8] = [
        (&[0x1f, 0x8b], Format::Gzip),
        (b"\x28\xb5\x2f\xfd", Format::Zstd),
        (b"\xfd7zXZ\0", Format::Xz),
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::No("it is an empty zip archive")),
        (b"BZh", Format::Other("bzip2")),
        (b"7z\xbc\xaf\x27\x1c", Format::Other("7-Zip")),
        (b"Rar!", Format::Other("RAR")),
    ];
    const IMAGES: [(&[u8], &str); 6] = [
        (b"QFI\xfb", "qcow2"),
        (b"KDMV", "vmdk"),
        (b"# Disk DescriptorFile", "vmdk"),
        (b"vhdxfile", "vhdx"),
        (b"conectix", "vpc"),
        (b"<<< Oracle VM VirtualBox Disk Image >>>", "vdi"),
    ];
    let text = head.trim_ascii_start();
    if let Some((_, format)) = IMAGES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Format::Image(format);
    }
    if let Some((_, format)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        *format
    } else if head.is_empty() {
        Format::No("it is empty")
    } else if head.get(257..262) == Some(b"ustar") || has_tar_checksum(head) {
        Format::Tar
    } else if text.starts_with(b"<") {
        Format::Page
    } else if text.starts_with(b"{") {
        Format::No("it is JSON, such as a catalog")
    } else if head.get(510..512) == Some(&[0x55, 0xaa]) {
        // A boot record: the disk of a PC, with or without a partition table.
        Format::Image("raw")
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

/// Returns a reader of what a compressed stream has; none for the other
/// formats. Several streams one after the other, as parallel packers write
/// them, are one.
pub(super) fn inflated<'a>(
    format: Format,
    source: &'a mut impl BufRead,
) -> io::Result<Option<Box<dyn Read + 'a>>> {
    Ok(Some(match format {
        Format::Gzip => Box::new(Members::new(source)),
        Format::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(source)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        Format::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(
            source,
            true,
            XZ_MEMORY_KIB,
        )),
        _ => return Ok(None),
    }))
}

/// Lets through what is allowed, and then fails. The archive reader takes whole
/// extended headers into memory, however long they say they are.
pub(super) struct Meter<R> {
    source: R,
    left: Rc<Cell<u64>>,
}

impl<R> Meter<R> {
    /// Returns the reader and what it may still read.
    pub(super) fn new(source: R) -> (Self, Rc<Cell<u64>>) {
        let left = Rc::new(Cell::new(0));
        let meter = Self {
            source,
            left: Rc::clone(&left),
        };
        (meter, left)
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("its headers are too long"));
        }
        let allowed = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = self.source.read(&mut buffer[..allowed])?;
        self.left.set(left - count as u64);
        Ok(count)
    }
}
