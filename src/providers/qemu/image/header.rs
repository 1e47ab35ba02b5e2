//! What an image file says of itself, read without any program: its format,
//! its size, and other files that it would make QEMU open. QEMU trusts these
//! names, so a box could reach any file of the user; rove looks first.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Result;
use crate::host::FileError;
use crate::providers::qemu::error::QemuError;

/// How much of a file is looked at: enough for every header.
const HEAD: usize = 64 * 1024;

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::providers::qemu) struct Image {
    /// Format, as QEMU names it.
    pub(in crate::providers::qemu) format: &'static str,
    /// Size as the guest sees it, where the header tells.
    pub(in crate::providers::qemu) virtual_bytes: Option<u64>,
    /// Other files that it names.
    pub(in crate::providers::qemu) refers_to: Vec<String>,
}

/// Returns what the image says.
pub(in crate::providers::qemu) fn read(path: &Path) -> Result<Image> {
    let failed = |error| FileError::new("read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut head = Vec::new();
    file.by_ref()
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(failed)?;
    // A fixed VHD has its header at the very end.
    let mut tail = Vec::new();
    if length >= 512 {
        file.seek(SeekFrom::End(-512)).map_err(failed)?;
        file.take(512).read_to_end(&mut tail).map_err(failed)?;
    }
    parse(&head, &tail, length).map_err(|reason| {
        QemuError::BadImage {
            image: path.to_owned(),
            reason,
        }
        .into()
    })
}

/// Returns what the image says, or an error if it names any other file that
/// does not lie beside it.
pub(in crate::providers::qemu) fn read_own(path: &Path) -> Result<Image> {
    read_chain(path, 8)
}

/// `depth` ends a chain that bites its own tail.
fn read_chain(path: &Path, depth: u32) -> Result<Image> {
    let image = read(path)?;
    for target in &image.refers_to {
        // A plain name without protocol (`nbd:`, `json:`) stays in the folder.
        let plain = !target.contains(['/', '\\', ':']) && target != "..";
        let beside = path.parent().map(|dir| dir.join(target));
        let is_link = beside.as_ref().is_some_and(|file| file.is_symlink());
        if !plain || is_link {
            return Err(QemuError::Escapes {
                image: path.to_owned(),
                target: target.clone(),
            }
            .into());
        }
        if let Some(beside) = beside.filter(|beside| beside != path && beside.exists()) {
            if depth == 0 {
                return Err(QemuError::BadImage {
                    image: path.to_owned(),
                    reason: "it lies on too many other images".to_owned(),
                }
                .into());
            }
            read_chain(&beside, depth - 1)?;
        }
    }
    Ok(image)
}

fn parse(head: &[u8], tail: &[u8], length: u64) -> Result<Image, String> {
    let of = |format, virtual_bytes| Image {
        format,
        virtual_bytes,
        refers_to: Vec::new(),
    };
    if head.starts_with(b"QFI\xfb") {
        return qcow(head);
    }
    if head.starts_with(b"KDMV") {
        // VMDK 5.0: capacity in sectors at 12, place and size of the embedded
        // description in sectors at 28 and 36.
        let mut image = of("vmdk", little(head, 12).map(|sectors| sectors * 512));
        let start = little(head, 28).unwrap_or(0) as usize * 512;
        let end = start + little(head, 36).unwrap_or(0) as usize * 512;
        if start > 0 {
            let text = head.get(start..end.min(head.len())).unwrap_or_default();
            let text = String::from_utf8_lossy(text);
            image.refers_to = vmdk_parent(&text);
            // Its extent is this very file, unless it has no capacity: then
            // QEMU goes by the description.
            if image.virtual_bytes == Some(0) {
                image.refers_to.extend(vmdk_extents(&text));
            }
        }
        return Ok(image);
    }
    if head.starts_with(b"# Disk DescriptorFile") {
        let text = String::from_utf8_lossy(head);
        let mut image = of("vmdk", None);
        image.refers_to = vmdk_parent(&text);
        image.refers_to.extend(vmdk_extents(&text));
        return Ok(image);
    }
    if head.starts_with(b"vhdxfile") {
        return Ok(of("vhdx", None));
    }
    for block in [head, tail] {
        if block.starts_with(b"conectix") {
            return Ok(of("vpc", big(block, 48)));
        }
    }
    if head.get(64..68) == Some(&[0x7f, 0x10, 0xda, 0xbe]) {
        return Ok(of("vdi", little(head, 368)));
    }
    if length == 0 || !length.is_multiple_of(512) {
        return Err("it is neither of a known format nor a whole number of sectors".to_owned());
    }
    Ok(of("raw", Some(length)))
}

/// qcow2, as QEMU's docs/interop/qcow2.txt describes it.
fn qcow(head: &[u8]) -> Result<Image, String> {
    let version = big32(head, 4).unwrap_or(0);
    if !(2..=3).contains(&version) {
        return Err(format!("qcow version {version} is not supported"));
    }
    let mut image = Image {
        format: "qcow2",
        virtual_bytes: big(head, 24),
        refers_to: Vec::new(),
    };
    let (offset, size) = (big(head, 8).unwrap_or(0), big32(head, 16).unwrap_or(0));
    let text_at = |offset: usize, size: usize| {
        let bytes = head.get(offset..offset.checked_add(size)?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    if offset != 0 {
        let name = text_at(offset as usize, size as usize).ok_or("its header is broken")?;
        image.refers_to.push(name);
    }
    let incompatible = if version == 3 {
        big(head, 72).unwrap_or(0)
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

fn vmdk_parent(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("parentFileNameHint"))
        .map(|rest| {
            rest.trim_start_matches([' ', '='])
                .trim_matches('"')
                .to_owned()
        })
        .collect()
}

/// Lines such as `RW 4192256 SPARSE "disk-s001.vmdk"`.
fn vmdk_extents(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| {
            ["RW ", "RDONLY ", "NOACCESS "]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

fn big(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(field.try_into().ok()?))
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(field.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(field.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A qcow2 header, version 3, with a backing file name and a data file.
    fn qcow2(backing: &str, data: Option<&str>) -> Vec<u8> {
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

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let fixed_vhd = {
            let mut tail = vec![0; 512];
            tail[..8].copy_from_slice(b"conectix");
            tail[48..56].copy_from_slice(&(1_u64 << 30).to_be_bytes());
            tail
        };
        let vdi = {
            let mut head = vec![0; 512];
            head[64..68].copy_from_slice(&[0x7f, 0x10, 0xda, 0xbe]);
            head[368..376].copy_from_slice(&(1_u64 << 30).to_le_bytes());
            head
        };
        for (head, tail, format, size) in [
            (qcow2("", None), vec![], "qcow2", Some(1 << 30)),
            (b"vhdxfile....".to_vec(), vec![], "vhdx", None),
            (vec![0; 512], fixed_vhd, "vpc", Some(1 << 30)),
            (vdi, vec![], "vdi", Some(1 << 30)),
            (
                b"# Disk DescriptorFile\nversion=1\n".to_vec(),
                vec![],
                "vmdk",
                None,
            ),
            (vec![0; 512], vec![0; 512], "raw", Some(1024)),
        ] {
            let image = parse(&head, &tail, 1024).unwrap();
            assert_eq!((image.format, image.virtual_bytes), (format, size));
        }
        assert!(parse(b"hello", b"", 5).is_err());
    }

    #[test]
    fn other_files_are_found() {
        for (head, wanted) in [
            (qcow2("", None), vec![]),
            (qcow2("/etc/shadow", None), vec!["/etc/shadow"]),
            (qcow2("base.img", Some("data.raw")), vec!["base.img", "data.raw"]),
            (
                b"# Disk DescriptorFile\nparentFileNameHint=\"p.vmdk\"\nRW 9 FLAT \"/dev/sda\" 0\nRW 9 SPARSE \"a.vmdk\"\n".to_vec(),
                vec!["p.vmdk", "/dev/sda", "a.vmdk"],
            ),
        ] {
            assert_eq!(parse(&head, &[], 1024).unwrap().refers_to, wanted);
        }
    }

    #[test]
    fn an_image_that_reaches_outside_its_box_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let image = dir.path().join("box.img");
        for (target, good) in [
            ("base.img", true),
            ("/etc/shadow", false),
            ("../other/box.img", false),
            ("json:{}", false),
            ("nbd://host", false),
        ] {
            crate::host::files::write_atomic(&image, &qcow2(target, None)).unwrap();
            assert_eq!(read_own(&image).is_ok(), good, "{target}");
        }
        // Through a file beside it, too.
        crate::host::files::write_atomic(&image, &qcow2("base.img", None)).unwrap();
        crate::host::files::write_atomic(&dir.path().join("base.img"), &qcow2("/etc/shadow", None))
            .unwrap();
        let error = read_own(&image).unwrap_err().to_string();
        assert!(
            error.contains("base.img` refers to `/etc/shadow`"),
            "{error}"
        );
    }

    #[test]
    fn broken_headers_are_errors() {
        let mut head = qcow2("", None);
        head[7] = 9;
        assert!(parse(&head, &[], 1024).is_err());
        let mut head = qcow2("base.img", None);
        head[8..16].copy_from_slice(&u64::MAX.to_be_bytes());
        assert!(parse(&head, &[], 1024).is_err());
    }
}
