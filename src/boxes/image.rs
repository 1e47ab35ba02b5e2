//! What a disk image says of itself, read without any program: its format, its
//! size, and other files that it would make a hypervisor open. Hypervisors trust
//! these names, so a box could reach any file of the user; rove looks first, when
//! a box is added (`unpack`) and again when a disk is used (the providers).
//!
//! It knows nothing of boxes. Sources: QEMU's `docs/interop/qcow2.rst` and
//! `block/vmdk.c`, Microsoft's \[MS-VHDX\] and "Virtual Hard Disk Image Format
//! Specification", VirtualBox's `VDICore.h`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How much of a file is looked at first: enough for every fixed header.
const HEAD: usize = 64 * 1024;
/// As much of a description as QEMU reads.
const MAX_TEXT: u64 = 1 << 20;
/// Stands for a file that an image needs and does not name. It has a colon, as
/// protocols do, so nothing in a box can be meant by it.
const UNNAMED: &str = "unnamed:";

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Format, as QEMU names it; `raw` for whatever has no header.
    pub format: &'static str,
    /// Size as the guest sees it, where the header tells.
    pub virtual_bytes: Option<u64>,
    /// Other files that it names.
    pub refers_to: Vec<String>,
}

/// Why an image could not be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The file could not.
    File(io::Error),
    /// Its header makes no sense.
    Header(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl Image {
    /// Reads the header of the image at `path`.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        Self::of(&mut file, length)
    }

    /// Reads the header of an image of `length` bytes.
    pub fn of(file: &mut (impl Read + Seek), length: u64) -> Result<Self, Unreadable> {
        let head = at(file, 0, HEAD as u64)?;
        if head.starts_with(b"QFI\xfb") {
            return qcow(&head).map_err(Unreadable::Header);
        }
        if head.starts_with(b"QED\0") {
            // QEMU's qed_read_table: feature 1 is a backing file.
            let mut image = plain("qed", little(&head, 48));
            if little(&head, 16).is_some_and(|features| features & 1 != 0) {
                image.refers_to.push(UNNAMED.to_owned() + "backing file");
            }
            return Ok(image);
        }
        if head.starts_with(b"KDMV") {
            return Ok(vmdk(file, &head)?);
        }
        if head.starts_with(b"COWD") {
            let mut image = plain("vmdk", None);
            // Flag 1: it is a root, and so has no parent.
            if little32(&head, 8).is_none_or(|flags| flags & 1 == 0) {
                image.refers_to.push(UNNAMED.to_owned() + "parent");
            }
            return Ok(image);
        }
        if is_description(&head) {
            let text = at(file, 0, MAX_TEXT)?;
            let text = String::from_utf8_lossy(&text);
            let mut image = plain("vmdk", None);
            image.refers_to = vmdk_parent(&text);
            image.refers_to.extend(vmdk_extents(&text));
            return Ok(image);
        }
        if head.starts_with(b"vhdxfile") {
            return vhdx(file);
        }
        // A fixed VHD has its header at the very end.
        let tail = at(file, length.saturating_sub(512), 512)?;
        for block in [&head, &tail] {
            if block.starts_with(b"conectix") {
                return Ok(vhd(file, block)?);
            }
        }
        if head.get(64..68) == Some(&[0x7f, 0x10, 0xda, 0xbe]) {
            let mut image = plain("vdi", little(&head, 368));
            // Kinds: 1 and 2 stand alone, 3 is undo, 4 a difference.
            if !matches!(little32(&head, 76), Some(1 | 2)) {
                image.refers_to.push(UNNAMED.to_owned() + "parent");
            }
            return Ok(image);
        }
        Ok(plain("raw", Some(length)))
    }
}

fn plain(format: &'static str, virtual_bytes: Option<u64>) -> Image {
    Image {
        format,
        virtual_bytes,
        refers_to: Vec::new(),
    }
}

/// Returns up to `length` bytes from `offset` on.
fn at(file: &mut (impl Read + Seek), offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if i64::try_from(offset).is_ok() {
        file.seek(SeekFrom::Start(offset))?;
        file.take(length).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// qcow, as QEMU's docs/interop/qcow2.rst describes it.
fn qcow(head: &[u8]) -> Result<Image, String> {
    let version = big32(head, 4).unwrap_or(0);
    if !(2..=3).contains(&version) {
        return Err(format!("qcow version {version} is not supported"));
    }
    let mut image = plain("qcow2", big(head, 24));
    let (offset, size) = (big(head, 8).unwrap_or(0), big32(head, 16).unwrap_or(0));
    let text_at = |offset: usize, size: usize| {
        let bytes = head.get(offset..offset.checked_add(size)?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    if offset != 0 {
        let name = text_at(offset as usize, size as usize)
            .filter(|name| !name.is_empty())
            .ok_or("its header is broken")?;
        image.refers_to.push(name);
    }
    let incompatible = if version == 3 {
        big(head, 72).ok_or("its header is broken")?
    } else {
        0
    };
    if incompatible & 4 != 0 {
        // An external data file; its name is in a header extension. Without one
        // the name comes from elsewhere, which no box has a use for.
        let mut at = big32(head, 100).unwrap_or(104) as usize;
        let mut name = None;
        while let (Some(kind), Some(size)) = (big32(head, at), big32(head, at + 4)) {
            if kind == 0 {
                break;
            }
            if kind == 0x4441_5441 {
                name = text_at(at + 8, size as usize);
            }
            at += 8 + (size as usize).next_multiple_of(8);
        }
        image
            .refers_to
            .push(name.ok_or("it keeps its data in a file that it does not name")?);
    }
    Ok(image)
}

/// VMDK 5.0: capacity in sectors at 12, place and size of the embedded
/// description in sectors at 28 and 36.
fn vmdk(file: &mut (impl Read + Seek), head: &[u8]) -> io::Result<Image> {
    let sectors = |place| little(head, place).unwrap_or(0).saturating_mul(512);
    let mut image = plain("vmdk", little(head, 12).map(|_| sectors(12)));
    let start = sectors(28);
    if start > 0 {
        // QEMU reads twenty sectors, whatever size is told.
        let text = at(file, start, sectors(36).clamp(20 * 512, MAX_TEXT))?;
        let text = String::from_utf8_lossy(&text);
        image.refers_to = vmdk_parent(&text);
        // Its extent is this very file, unless it has no capacity: then QEMU
        // goes by the description.
        if image.virtual_bytes == Some(0) {
            image.refers_to.extend(vmdk_extents(&text));
        }
    }
    Ok(image)
}

/// Whether a text describes a disk: QEMU passes over comments and empty lines
/// until it finds a version.
fn is_description(head: &[u8]) -> bool {
    head.starts_with(b"# Disk DescriptorFile")
        || head
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .find(|line| !line.is_empty() && !line.starts_with(b"#"))
            .is_some_and(|line| matches!(line, b"version=1" | b"version=2" | b"version=3"))
}

/// QEMU searches for the word anywhere, not only where a line begins.
fn vmdk_parent(text: &str) -> Vec<String> {
    text.split("parentFileNameHint")
        .skip(1)
        .map(|rest| {
            let line = rest.lines().next().unwrap_or_default();
            line.trim_matches([' ', '\t', '=', '"', '\0']).to_owned()
        })
        .collect()
}

/// Lines such as `RW 4192256 SPARSE "disk-s001.vmdk"`.
fn vmdk_extents(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| {
            let access = line.split_whitespace().next().unwrap_or_default();
            matches!(access, "RW" | "RDONLY" | "NOACCESS")
        })
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

/// A VHD; a differencing one (type 4) names its parent in its dynamic header.
fn vhd(file: &mut (impl Read + Seek), footer: &[u8]) -> io::Result<Image> {
    let mut image = plain("vpc", big(footer, 48));
    if big32(footer, 60) == Some(4) {
        let header = at(file, big(footer, 16).unwrap_or(0), 1024)?;
        let name = header.get(64..576).unwrap_or_default();
        let name = utf16(name, u16::from_be_bytes);
        image.refers_to.push(named(&name));
    }
    Ok(image)
}

/// Place of the two region tables, of which one may be stale: both are read.
const REGION_TABLES: [u64; 2] = [192 << 10, 256 << 10];
// GUIDs as they lie in the file: the first three parts are little-endian.
const METADATA_REGION: [u8; 16] = guid(
    0x8b7c_a206,
    0x4790,
    0x4b9a,
    [0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e],
);
const FILE_PARAMETERS: [u8; 16] = guid(
    0xcaa1_6737,
    0xfa36,
    0x4d43,
    [0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b],
);
const VIRTUAL_DISK_SIZE: [u8; 16] = guid(
    0x2fa5_4224,
    0xcd1b,
    0x4876,
    [0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8],
);
const PARENT_LOCATOR: [u8; 16] = guid(
    0xa8d3_5f2d,
    0xb30b,
    0x454d,
    [0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c],
);

const fn guid(a: u32, b: u16, c: u16, d: [u8; 8]) -> [u8; 16] {
    let (a, b, c) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
    [
        a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6],
        d[7],
    ]
}

/// A VHDX: whether it has a parent is told in its metadata.
fn vhdx(file: &mut (impl Read + Seek)) -> Result<Image, Unreadable> {
    let broken = || Unreadable::Header("its header is broken".to_owned());
    let mut image = plain("vhdx", None);
    let mut found = false;
    for table in REGION_TABLES {
        let regions = at(file, table, 64 << 10)?;
        if !regions.starts_with(b"regi") {
            continue;
        }
        for region in entries(&regions, 16, little32(&regions, 8)) {
            if !region.starts_with(&METADATA_REGION) {
                continue;
            }
            let start = little(region, 16).ok_or_else(broken)?;
            let metadata = at(file, start, MAX_TEXT)?;
            if !metadata.starts_with(b"metadata") {
                return Err(broken());
            }
            found = true;
            let count = little16(&metadata, 10).map(u32::from);
            for item in entries(&metadata, 32, count) {
                let place = little32(item, 16).unwrap_or(0) as usize;
                let length = little32(item, 20).unwrap_or(0) as usize;
                let data = || metadata.get(place..place.checked_add(length)?);
                if item.starts_with(&FILE_PARAMETERS) {
                    // Bit 1: it has a parent, which the locator names.
                    let flags = data().and_then(|data| little32(data, 4));
                    if flags.ok_or_else(broken)? & 2 != 0 {
                        image.refers_to.push(UNNAMED.to_owned() + "parent");
                    }
                } else if item.starts_with(&VIRTUAL_DISK_SIZE) {
                    image.virtual_bytes = data().and_then(|data| little(data, 0));
                } else if item.starts_with(&PARENT_LOCATOR) {
                    image.refers_to.extend(
                        parents(data().ok_or_else(broken)?)
                            .iter()
                            .map(|name| named(name)),
                    );
                }
            }
        }
    }
    if !found {
        return Err(broken());
    }
    image.refers_to.dedup();
    Ok(image)
}

/// Returns the records of 32 bytes that follow a table's header.
fn entries(table: &[u8], header: usize, count: Option<u32>) -> impl Iterator<Item = &[u8]> {
    let records = table.get(header..).unwrap_or_default();
    records.chunks_exact(32).take(count.unwrap_or(0) as usize)
}

/// Returns the paths of a parent locator; other keys hold identifiers.
fn parents(locator: &[u8]) -> Vec<String> {
    let count = little16(locator, 18).unwrap_or(0);
    let records = locator.get(20..).unwrap_or_default();
    let text = |place: Option<u32>, length: Option<u16>| {
        let place = place.unwrap_or(0) as usize;
        let bytes = locator.get(place..place + usize::from(length.unwrap_or(0)));
        utf16(bytes.unwrap_or_default(), u16::from_le_bytes)
    };
    records
        .chunks_exact(12)
        .take(count.into())
        .filter_map(|record| {
            let key = text(little32(record, 0), little16(record, 8));
            let value = text(little32(record, 4), little16(record, 10));
            key.contains("path").then_some(value)
        })
        .collect()
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| read([pair[0], pair[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16_lossy(&units)
}

fn named(name: &str) -> String {
    if name.is_empty() {
        UNNAMED.to_owned() + "parent"
    } else {
        name.to_owned()
    }
}

macro_rules! number {
    ($($name:ident $type:ident $from:ident $size:literal;)*) => {$(
        fn $name(bytes: &[u8], at: usize) -> Option<$type> {
            let field = bytes.get(at..at.checked_add($size)?)?;
            Some($type::$from(field.try_into().ok()?))
        }
    )*};
}

number! {
    big u64 from_be_bytes 8;
    big32 u32 from_be_bytes 4;
    little u64 from_le_bytes 8;
    little32 u32 from_le_bytes 4;
    little16 u16 from_le_bytes 2;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A qcow2 header, version 3, with a backing file name and a data file.
    pub(in crate::boxes) fn qcow2(backing: &str, data: Option<&str>) -> Vec<u8> {
        let mut head = vec![0; 1024];
        head[..4].copy_from_slice(b"QFI\xfb");
        head[7] = 3;
        head[24..32].copy_from_slice(&(1_u64 << 30).to_be_bytes());
        head[103] = 104;
        if !backing.is_empty() {
            head[8..16].copy_from_slice(&512_u64.to_be_bytes());
            head[16..20].copy_from_slice(&(backing.len() as u32).to_be_bytes());
            head[512..512 + backing.len()].copy_from_slice(backing.as_bytes());
        }
        if let Some(data) = data {
            head[79] = 4;
            head[104..108].copy_from_slice(&0x4441_5441_u32.to_be_bytes());
            head[108..112].copy_from_slice(&(data.len() as u32).to_be_bytes());
            head[112..112 + data.len()].copy_from_slice(data.as_bytes());
        }
        head
    }

    /// A sparse VMDK whose description lies `at` this sector.
    pub(in crate::boxes) fn sparse_vmdk(capacity: u64, at: u64, text: &str) -> Vec<u8> {
        let mut bytes = vec![0; at as usize * 512];
        bytes[..4].copy_from_slice(b"KDMV");
        bytes[12..20].copy_from_slice(&capacity.to_le_bytes());
        bytes[28..36].copy_from_slice(&at.to_le_bytes());
        bytes[36..44].copy_from_slice(&1_u64.to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }

    /// A VHDX of one GiB, with the path of a parent.
    pub(in crate::boxes) fn vhdx(parent: Option<&str>) -> Vec<u8> {
        let mut bytes = vec![0; 2 << 20];
        let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
        put(0, b"vhdxfile");
        let (regions, metadata) = (192 << 10, 1 << 20);
        put(regions, b"regi");
        put(regions + 8, &1_u32.to_le_bytes());
        put(regions + 16, &METADATA_REGION);
        put(regions + 32, &(metadata as u64).to_le_bytes());
        put(metadata, b"metadata");
        let mut items = vec![
            (
                FILE_PARAMETERS,
                [
                    (1_u32 << 20).to_le_bytes(),
                    (u32::from(parent.is_some()) * 2).to_le_bytes(),
                ]
                .concat(),
            ),
            (VIRTUAL_DISK_SIZE, (1_u64 << 30).to_le_bytes().to_vec()),
        ];
        if let Some(parent) = parent {
            let text = |text: &str| -> Vec<u8> {
                text.encode_utf16().flat_map(u16::to_le_bytes).collect()
            };
            let (key, value) = (text("absolute_win32_path"), text(parent));
            let mut locator = vec![0; 20];
            locator[18] = 1;
            locator.extend_from_slice(&32_u32.to_le_bytes());
            locator.extend_from_slice(&(32 + key.len() as u32).to_le_bytes());
            locator.extend_from_slice(&(key.len() as u16).to_le_bytes());
            locator.extend_from_slice(&(value.len() as u16).to_le_bytes());
            locator.extend(key);
            locator.extend(value);
            items.push((PARENT_LOCATOR, locator));
        }
        put(metadata + 10, &(items.len() as u16).to_le_bytes());
        let mut place = 64 << 10;
        for (index, (kind, data)) in items.iter().enumerate() {
            let entry = metadata + 32 + index * 32;
            put(entry, kind);
            put(entry + 16, &(place as u32).to_le_bytes());
            put(entry + 20, &(data.len() as u32).to_le_bytes());
            put(metadata + place, data);
            place += data.len();
        }
        bytes
    }

    pub(in crate::boxes) fn vdi(kind: u32) -> Vec<u8> {
        let mut head = vec![0; 512];
        head[64..68].copy_from_slice(&[0x7f, 0x10, 0xda, 0xbe]);
        head[76..80].copy_from_slice(&kind.to_le_bytes());
        head[368..376].copy_from_slice(&(1_u64 << 30).to_le_bytes());
        head
    }

    /// A VHD; with a parent a differencing one.
    pub(in crate::boxes) fn vhd(parent: Option<&str>) -> Vec<u8> {
        let mut bytes = vec![0; 2048];
        bytes[..8].copy_from_slice(b"conectix");
        bytes[16..24].copy_from_slice(&512_u64.to_be_bytes());
        bytes[48..56].copy_from_slice(&(1_u64 << 30).to_be_bytes());
        bytes[63] = if parent.is_some() { 4 } else { 3 };
        let name = parent.unwrap_or_default().encode_utf16();
        for (index, unit) in name.enumerate() {
            let at = 512 + 64 + index * 2;
            bytes[at..at + 2].copy_from_slice(&unit.to_be_bytes());
        }
        bytes
    }

    fn of(bytes: &[u8]) -> Result<Image, Unreadable> {
        Image::of(&mut io::Cursor::new(bytes), bytes.len() as u64)
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let fixed_vhd = [vec![0; 512], vhd(None)[..512].to_vec()].concat();
        for (bytes, format, size) in [
            (qcow2("", None), "qcow2", Some(1 << 30)),
            (vhdx(None), "vhdx", Some(1 << 30)),
            (vhd(None), "vpc", Some(1 << 30)),
            (fixed_vhd, "vpc", Some(1 << 30)),
            (vdi(1), "vdi", Some(1 << 30)),
            (sparse_vmdk(8, 1, ""), "vmdk", Some(4096)),
            (b"# Disk DescriptorFile\nversion=1\n".to_vec(), "vmdk", None),
            (b"COWD\x01\0\0\0\x03\0\0\0".to_vec(), "vmdk", None),
            (vec![0; 1024], "raw", Some(1024)),
            (b"hello".to_vec(), "raw", Some(5)),
            (Vec::new(), "raw", Some(0)),
        ] {
            let image = of(&bytes).unwrap();
            assert_eq!((image.format, image.virtual_bytes), (format, size));
            assert!(image.refers_to.is_empty(), "{image:?}");
        }
    }

    #[test]
    fn other_files_are_found() {
        let described = |text: &str| format!("# Disk DescriptorFile\n{text}\n").into_bytes();
        let far = format!("{}RW 9 FLAT \"/dev/sda\" 0\n", "#\n".repeat(100_000));
        for (bytes, wanted) in [
            (qcow2("/etc/shadow", None), vec!["/etc/shadow"]),
            (
                qcow2("base.img", Some("data.raw")),
                vec!["base.img", "data.raw"],
            ),
            (
                described(
                    "parentFileNameHint=\"p.vmdk\"\nRW 9 FLAT \"/dev/sda\" 0\n\tRW 9 SPARSE \"a.vmdk\"",
                ),
                vec!["p.vmdk", "/dev/sda", "a.vmdk"],
            ),
            (described("xparentFileNameHint=\"p\""), vec!["p"]),
            (described(&far), vec!["/dev/sda"]),
            (b"#\n\nversion=1\nRW 9 FLAT \"x\" 0\n".to_vec(), vec!["x"]),
            (
                sparse_vmdk(8, 1, "parentFileNameHint=\"/p\"\nRW 9 FLAT \"own\"\n"),
                vec!["/p"],
            ),
            (
                sparse_vmdk(8, 4096, "parentFileNameHint=\"/far\"\n"),
                vec!["/far"],
            ),
            (
                sparse_vmdk(0, 1, "RW 9 FLAT \"/dev/sda\"\n"),
                vec!["/dev/sda"],
            ),
            (b"COWD\x01\0\0\0\x02\0\0\0".to_vec(), vec!["unnamed:parent"]),
            (
                vhdx(Some("C:\\base.vhdx")),
                vec!["unnamed:parent", "C:\\base.vhdx"],
            ),
            (vhd(Some("..\\base.vhd")), vec!["..\\base.vhd"]),
            (vhd(Some("")), vec!["unnamed:parent"]),
            (vdi(4), vec!["unnamed:parent"]),
        ] {
            assert_eq!(of(&bytes).unwrap().refers_to, wanted);
        }
    }

    #[test]
    fn broken_headers_are_errors() {
        let mut version = qcow2("", None);
        version[7] = 9;
        let mut offset = qcow2("base.img", None);
        offset[8..16].copy_from_slice(&u64::MAX.to_be_bytes());
        let mut unnamed = qcow2("", None);
        unnamed[79] = 4;
        for bytes in [
            version,
            offset,
            unnamed,
            b"QFI\xfb".to_vec(),
            b"vhdxfile".to_vec(),
            vhdx(None)[..1 << 20].to_vec(),
        ] {
            assert!(matches!(of(&bytes), Err(Unreadable::Header(_))));
        }
    }
}
