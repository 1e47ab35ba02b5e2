//! What the user allowed the programs of a lab to do: one record per
//! Vagrantfile, in rove's home. It holds a digest of every file that was read,
//! so that a program that changed is asked about again. What needs to be
//! allowed is none of its business (`vagrantfile/trust`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::{Host, files};

use super::layout;

/// Stands for the content of a file that the program wrote itself.
pub const OWN: &str = "own";

/// One Vagrantfile that may do what its user may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustRecord {
    /// The Vagrantfile.
    pub vagrantfile: PathBuf,
    /// Digest of each file that was read when trust was given.
    pub files: BTreeMap<PathBuf, String>,
    /// Trust was just given: files that the next load reads beside these
    /// belong to it, and are added at its end.
    pub open: bool,
}

impl TrustRecord {
    /// Returns the record of a Vagrantfile. One that is damaged counts as none.
    pub fn read(host: &Host, vagrantfile: &Path) -> Option<Self> {
        let path = layout::trust_file(&host.dirs.home, vagrantfile);
        let text = files::read_text_if_exists(&path).ok().flatten()?;
        let record: Self = serde_json::from_str(&text).ok()?;
        // Two paths may share a file name, which is only a short hash.
        (record.vagrantfile == vagrantfile).then_some(record)
    }

    /// Writes the record.
    pub fn write(&self, host: &Host) -> Result<()> {
        let path = layout::trust_file(&host.dirs.home, &self.vagrantfile);
        files::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        files::write_atomic_mode(&path, text.as_bytes(), Some(0o600))
    }

    /// Removes the record of a Vagrantfile; returns whether there was one.
    pub fn remove(host: &Host, vagrantfile: &Path) -> Result<bool> {
        if Self::read(host, vagrantfile).is_none() {
            return Ok(false);
        }
        files::remove_file(&layout::trust_file(&host.dirs.home, vagrantfile))?;
        Ok(true)
    }

    /// Returns the files of `seen` that the record does not cover: changed
    /// ones, and new ones unless it is open.
    pub fn uncovered<'a>(&self, seen: &'a BTreeMap<PathBuf, String>) -> Vec<&'a Path> {
        let covers = |path: &Path, digest: &str| match self.files.get(path) {
            Some(known) => known == digest || known == OWN,
            None => self.open,
        };
        seen.iter()
            .filter(|(path, digest)| !covers(path, digest))
            .map(|(path, _)| path.as_path())
            .collect()
    }
}
