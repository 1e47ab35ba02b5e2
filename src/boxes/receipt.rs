//! What is remembered of a box when it is added: where its file came from, what
//! that hashed to and how long it was. It lies in the box's folder and comes
//! and goes with it; boxes of Vagrant's have none.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::files;

use super::digest::Checksum;
use super::name::Place;

/// Name of the file, in the box's folder.
pub(super) const RECEIPT: &str = ".rove-box.json";

/// Where a box came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Address or path of the box file; secrets left out.
    pub url: String,
    /// What the file hashed to, as `sha256:…`.
    pub checksum: String,
    /// Length of the file.
    pub size: u64,
    /// Digest of the unpacked box (see `tree`), once it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
}

impl Receipt {
    /// Returns the receipt in the folder of a box. One that cannot be read is none.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let text = files::read_text_if_exists(&dir.join(RECEIPT)).ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Puts it into the folder of a box. That it cannot be is no failure: it
    /// saves work, and nothing rests on it alone.
    pub(super) fn write(&self, dir: &Path) {
        let text = serde_json::to_string(self).expect("plain data always becomes JSON");
        let _ = files::write_atomic(&dir.join(RECEIPT), text.as_bytes());
    }

    /// Notes what was fetched from `place`; `sums` has its SHA-256.
    pub(super) fn note(dir: &Path, place: &Place, sums: &[Checksum], size: u64) {
        let Some(sum) = sums
            .iter()
            .find(|sum| sum.kind == super::ChecksumKind::Sha256)
        else {
            return;
        };
        let receipt = Self {
            url: place.to_string(),
            checksum: sum.to_string(),
            size,
            tree: None,
        };
        receipt.write(dir);
    }
}
