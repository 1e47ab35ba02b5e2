//! Checksum files as distributions publish them beside their disk images:
//! `SHA256SUMS` (coreutils), `CHECKSUM` (BSD style, often inside a signed message),
//! and files of one sum named after the image.

use super::digest::Checksum;

/// Endings of disk images, as distributions publish them.
const IMAGES: [&str; 7] = ["qcow2", "img", "raw", "vmdk", "vhd", "vhdx", "vdi"];
const PACKED: [&str; 3] = ["xz", "zst", "gz"];

/// A checksum file is a few kilobytes.
pub(super) const MAX_SUMS: u64 = 4 << 20;

/// Returns whether a file of this name is a disk image, packed or not.
pub(super) fn is_image(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = PACKED
        .iter()
        .find_map(|ending| name.strip_suffix(&format!(".{ending}")))
        .unwrap_or(&name);
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| IMAGES.contains(&ending))
}

/// Returns whether there is a disk image at an address, as far as its name tells.
pub fn is_image_address(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    is_image(path.rsplit('/').next().unwrap_or_default())
}

/// Returns the names of checksum files that may lie beside the image `name`, the
/// strongest and most usual first.
pub(super) fn names(name: &str) -> Vec<String> {
    let common = ["SHA512SUMS", "SHA256SUMS", "CHECKSUM"].map(str::to_owned);
    let own = ["sha512", "sha256", "SHA256", "CHECKSUM", "SHA256SUM"];
    common
        .into_iter()
        .chain(own.map(|ending| format!("{name}.{ending}")))
        .collect()
}

/// Returns the sum of the file `name` that a checksum file has. `own`: the file is
/// about that one file, so that a bare sum is of it.
pub(super) fn find(text: &str, name: &str, own: bool) -> Option<Checksum> {
    let of = |hex: &str| Checksum::read(None, Some(hex)).ok().flatten();
    let mut bare = None;
    for line in text.lines().map(str::trim) {
        // `SHA256 (name) = sum`
        if let Some((head, hex)) = line.rsplit_once(" = ")
            && let Some((kind, file)) = head.split_once(" (")
            && file.strip_suffix(')') == Some(name)
        {
            return Checksum::read(Some(kind), Some(hex)).ok().flatten();
        }
        let mut words = line.split_whitespace();
        let (Some(hex), file) = (words.next(), words.next()) else {
            continue;
        };
        match file {
            // `sum  name`, `sum *name`, `sum  ./name`
            Some(file) => {
                let file = file.strip_prefix('*').unwrap_or(file);
                if file.strip_prefix("./").unwrap_or(file) == name {
                    return of(hex);
                }
            }
            None => bare = bare.or_else(|| of(hex)),
        }
    }
    bare.filter(|_| own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_their_names() {
        for name in [
            "debian-12-genericcloud-amd64.qcow2",
            "noble-server-cloudimg-amd64.img",
            "FreeBSD-14.1-RELEASE-amd64.qcow2.xz",
            "disk.RAW.zst",
            "x.vhdx",
        ] {
            assert!(is_image(name), "{name}");
        }
        for name in ["tiny.box", "catalog.json", "img", "package.tar.gz", ""] {
            assert!(!is_image(name), "{name}");
        }
    }

    #[test]
    fn addresses_of_images_are_told_by_their_last_part() {
        for (address, wanted) in [
            ("https://h/12/latest/d-amd64.qcow2", true),
            ("https://h/d.img?token=x#y", true),
            ("/srv/d.raw.xz", true),
            ("d.vmdk", true),
            ("https://h/qcow2/box.box", false),
            ("org/box", false),
        ] {
            assert_eq!(is_image_address(address), wanted, "{address}");
        }
    }

    #[test]
    fn sums_of_every_style() {
        let sha256 = "93b805e5a297251521e35a6dde9c4a7fb5b2461d30dcd4c994beb567a3b5746c";
        let sha512 = sha256.repeat(2);
        let gnu = format!("{sha512}  other.qcow2\n{sha512}  a.qcow2\n");
        let binary = format!("{sha256} *a.qcow2\n");
        let dotted = format!("{sha256}  ./a.qcow2\n");
        let bsd = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# a.qcow2: 123 bytes\nSHA256 (a.qcow2) = {sha256}\n-----BEGIN PGP SIGNATURE-----\niQ\n"
        );
        for (text, own, wanted) in [
            (gnu.as_str(), false, Some(format!("sha512:{sha512}"))),
            (&binary, false, Some(format!("sha256:{sha256}"))),
            (&dotted, false, Some(format!("sha256:{sha256}"))),
            (&bsd, false, Some(format!("sha256:{sha256}"))),
            (sha256, true, Some(format!("sha256:{sha256}"))),
            // A lone sum in a common file is of nobody knows what.
            (sha256, false, None),
            ("<html>404</html>", true, None),
            ("", true, None),
        ] {
            let found = find(text, "a.qcow2", own).map(|sum| sum.to_string());
            assert_eq!(found, wanted, "{text}");
        }
    }
}
