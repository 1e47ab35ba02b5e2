//! Disk images looked at before they are used. Hypervisors trust the names in an
//! image's header, so a box could reach any file of the user; rove looks before
//! each use, since a store can be changed.

use std::path::Path;

use super::FormError;
use crate::boxes::{Image, Unreadable};
use crate::error::Result;
use crate::host::FileError;

/// Returns what the image says.
pub fn read(path: &Path) -> Result<Image> {
    let bad = |reason: String| FormError::BadImage {
        image: path.to_owned(),
        reason,
    };
    match Image::read(path) {
        Ok(Image {
            format: "raw",
            virtual_bytes: Some(bytes),
            ..
        }) if bytes == 0 || !bytes.is_multiple_of(512) => {
            let reason = "it is neither of a known format nor a whole number of sectors";
            Err(bad(reason.to_owned()).into())
        }
        Ok(image) => Ok(image),
        Err(Unreadable::File(error)) => Err(FileError::new("read", path, error).into()),
        Err(Unreadable::Header(reason)) => Err(bad(reason).into()),
    }
}

/// Returns what the image says, or an error if it names any other file that
/// does not lie beside it.
pub fn read_own(path: &Path) -> Result<Image> {
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
            return Err(FormError::Escapes {
                image: path.to_owned(),
                target: target.clone(),
            }
            .into());
        }
        if let Some(beside) = beside.filter(|beside| beside != path && beside.exists()) {
            if depth == 0 {
                return Err(FormError::BadImage {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A qcow2 header, version 3, with a backing file.
    fn qcow2(backing: &str) -> Vec<u8> {
        let mut head = vec![0; 1024];
        head[..4].copy_from_slice(b"QFI\xfb");
        head[7] = 3;
        head[8..16].copy_from_slice(&512_u64.to_be_bytes());
        head[16..20].copy_from_slice(&(backing.len() as u32).to_be_bytes());
        head[512..512 + backing.len()].copy_from_slice(backing.as_bytes());
        head
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
            crate::host::files::write_atomic(&image, &qcow2(target)).unwrap();
            assert_eq!(read_own(&image).is_ok(), good, "{target}");
        }
        // Through a file beside it, too.
        crate::host::files::write_atomic(&image, &qcow2("base.img")).unwrap();
        crate::host::files::write_atomic(&dir.path().join("base.img"), &qcow2("/etc/shadow"))
            .unwrap();
        let error = read_own(&image).unwrap_err().to_string();
        assert!(
            error.contains("base.img` refers to `/etc/shadow`"),
            "{error}"
        );
    }

    #[test]
    fn other_formats_are_looked_into_at_use_too() {
        let dir = tempfile::tempdir().unwrap();
        let image = dir.path().join("box.vmdk");
        let text = b"# Disk DescriptorFile\nversion=1\nRW 9 FLAT \"/dev/sda\" 0\n";
        crate::host::files::write_atomic(&image, text).unwrap();
        let error = read_own(&image).unwrap_err().to_string();
        assert!(error.contains("refers to `/dev/sda`"), "{error}");
        crate::host::files::write_atomic(&image, b"hello").unwrap();
        assert!(read_own(&image).is_err());
    }
}
