//! What is remembered of a box when it is added: where its file came from, what
//! that hashed to and how long it was. It lies in the box's folder and comes
//! and goes with it; boxes of Vagrant's have none.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::{Host, files};

use super::digest::Checksum;
use super::name::Place;
use super::stream::Got;
use super::tree;

/// Name of the file, in the box's folder.
pub(super) const RECEIPT: &str = ".rove-box.json";

/// Where a box came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    /// Address or path of the box file; secrets left out.
    pub url: Option<String>,
    /// What the file hashed to, as `sha256:…`.
    pub checksum: Option<String>,
    /// Length of the file.
    pub size: Option<u64>,
    /// Digest of the unpacked box (see `tree`).
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

    /// Notes what was fetched from `place` and unpacked; `got` has its SHA-256.
    pub(super) fn note(dir: &Path, place: &Place, got: &Got, tree: &Checksum) {
        let Some(sum) = got
            .sums
            .iter()
            .find(|sum| sum.kind == super::ChecksumKind::Sha256)
        else {
            return;
        };
        let receipt = Self {
            url: Some(place.to_string()),
            checksum: Some(sum.to_string()),
            size: Some(got.length),
            tree: Some(tree.to_string()),
        };
        receipt.write(dir);
    }

    /// Takes the digest anew of a box that was made or changed here, before it
    /// becomes visible.
    pub(super) fn seal(host: &Host, dir: &Path) -> Result<()> {
        let mut receipt = Self::read(dir).unwrap_or_default();
        receipt.tree = Some(tree::digest(host, dir)?.to_string());
        receipt.write(dir);
        Ok(())
    }
}
