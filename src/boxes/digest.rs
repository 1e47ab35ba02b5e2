//! Checksums of boxes, of the five kinds that catalogs use.

use std::fmt;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::BoxError;

/// A kind of checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumKind {
    /// MD5; proves nothing against an attacker.
    Md5,
    /// SHA-1; proves little against an attacker.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Names, kinds and lengths in hex digits.
const KINDS: [(&str, ChecksumKind, usize); 5] = [
    ("md5", ChecksumKind::Md5, 32),
    ("sha1", ChecksumKind::Sha1, 40),
    ("sha256", ChecksumKind::Sha256, 64),
    ("sha384", ChecksumKind::Sha384, 96),
    ("sha512", ChecksumKind::Sha512, 128),
];

impl ChecksumKind {
    /// Returns the kind of this name, in any case, `SHA-256` included.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.replace('-', "");
        let named = |(known, _, _): &&(&str, Self, usize)| name.eq_ignore_ascii_case(known);
        KINDS.iter().find(named).map(|(_, kind, _)| *kind)
    }

    /// Returns whether other bytes with the same checksum can be made.
    pub fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    /// Returns the name that catalogs use.
    pub fn name(self) -> &'static str {
        KINDS
            .iter()
            .find(|(_, kind, _)| *kind == self)
            .map_or("sha256", |(name, _, _)| name)
    }
}

impl fmt::Display for ChecksumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the bytes of a box must hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// Which kind.
    pub kind: ChecksumKind,
    /// Lower-case hex digits.
    pub hex: String,
}

impl Checksum {
    /// Returns the checksum of `bytes`.
    pub fn of(kind: ChecksumKind, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(kind);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Reads what [`Display`](fmt::Display) writes: `sha256:…`.
    pub fn written(text: &str) -> Result<Self, BoxError> {
        let (kind, hex) = text.split_once(':').unwrap_or(("", text));
        Self::read(Some(kind).filter(|kind| !kind.is_empty()), Some(hex))?.ok_or_else(|| {
            BoxError::ChecksumMalformed {
                kind: kind.to_owned(),
                value: hex.to_owned(),
            }
        })
    }

    /// Reads a checksum and the name of its kind. No value is no checksum. A
    /// value without a kind is taken by its length: it is never skipped.
    pub fn read(kind: Option<&str>, hex: Option<&str>) -> Result<Option<Self>, BoxError> {
        let kind = kind.map(str::trim).filter(|kind| !kind.is_empty());
        let hex = hex.map(str::trim).filter(|hex| !hex.is_empty());
        let malformed = || BoxError::ChecksumMalformed {
            kind: kind.unwrap_or_default().to_owned(),
            value: hex.unwrap_or_default().to_owned(),
        };
        let Some(hex) = hex else {
            return Ok(None);
        };
        let found = match kind {
            Some(kind) => ChecksumKind::named(kind)
                .and_then(|kind| KINDS.iter().find(|(_, known, _)| *known == kind)),
            None => KINDS.iter().find(|(_, _, digits)| hex.len() == *digits),
        };
        let (_, kind, digits) = found.ok_or_else(malformed)?;
        if hex.len() != *digits || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        Ok(Some(Self {
            kind: *kind,
            hex: hex.to_ascii_lowercase(),
        }))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.hex)
    }
}

/// Takes bytes and ends in a checksum.
pub(super) enum Hasher {
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    pub(super) fn new(kind: ChecksumKind) -> Self {
        match kind {
            ChecksumKind::Md5 => Self::Md5(Md5::new()),
            ChecksumKind::Sha1 => Self::Sha1(Sha1::new()),
            ChecksumKind::Sha256 => Self::Sha256(Sha256::new()),
            ChecksumKind::Sha384 => Self::Sha384(Sha384::new()),
            ChecksumKind::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha384(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Checksum {
        let (kind, hex) = match self {
            Self::Md5(hasher) => (ChecksumKind::Md5, hex(&hasher.finalize())),
            Self::Sha1(hasher) => (ChecksumKind::Sha1, hex(&hasher.finalize())),
            Self::Sha256(hasher) => (ChecksumKind::Sha256, hex(&hasher.finalize())),
            Self::Sha384(hasher) => (ChecksumKind::Sha384, hex(&hasher.finalize())),
            Self::Sha512(hasher) => (ChecksumKind::Sha512, hex(&hasher.finalize())),
        };
        Checksum { kind, hex }
    }
}

/// Returns lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns a short name for a file that belongs to `key`: 16 hex digits.
pub(super) fn short(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_digest() {
        let of = |kind| Checksum::of(kind, b"abc").to_string();
        assert_eq!(
            of(ChecksumKind::Md5),
            "md5:900150983cd24fb0d6963f7d28e17f72"
        );
        assert_eq!(
            of(ChecksumKind::Sha1),
            "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            of(ChecksumKind::Sha256),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(of(ChecksumKind::Sha384).len(), 7 + 96);
        assert_eq!(of(ChecksumKind::Sha512).len(), 7 + 128);
    }

    #[test]
    fn a_checksum_is_read_or_refused_but_never_skipped() {
        let digits = "AB".repeat(32);
        let read = |kind, hex| Checksum::read(kind, hex);
        let wanted = format!("sha256:{}", digits.to_lowercase());
        for kind in [Some("sha256"), Some("SHA-256"), None] {
            let checksum = read(kind, Some(&digits)).unwrap().unwrap();
            assert_eq!(checksum.to_string(), wanted);
        }
        assert!(read(None, None).unwrap().is_none());
        assert!(read(Some("sha256"), Some("")).unwrap().is_none());
        for (kind, hex) in [
            (Some("crc32"), digits.as_str()),
            (Some("md5"), digits.as_str()),
            (None, "abc"),
            (Some("sha256"), "zz"),
        ] {
            assert!(read(kind, Some(hex)).is_err(), "{kind:?} {hex}");
        }
    }
}
