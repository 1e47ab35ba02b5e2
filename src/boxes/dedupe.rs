//! Equal files of boxes are stored once: a new version of a box often has the
//! disk of the old one, and a converted box that of its source. Files are equal
//! if their digests are; each stays a file of its own box, and goes with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Result;
use crate::host::{Host, sparse};

use super::add::sweep;
use super::store::{Installed, Store};
use super::tree::{self, Entry};

/// Smaller files are not worth the look.
const MIN: u64 = 1 << 20;

/// What was saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Files that now share their bytes with another.
    pub files: usize,
    /// Bytes on disk that became free.
    pub bytes: u64,
}

/// A file of a box.
struct Candidate {
    path: PathBuf,
    token: u64,
    used: u64,
    is_new: bool,
}

/// Stores equal files of rove's own store once; of `only` one box and the
/// others, if given. Boxes in other stores are left alone.
pub(super) fn dedupe(host: &Host, store: &Store, only: Option<&Installed>) -> Result<Saved> {
    let mut by_length: BTreeMap<u64, Vec<Candidate>> = BTreeMap::new();
    for installed in store
        .list()?
        .iter()
        .filter(|installed| !installed.read_only)
    {
        let is_new = only.is_none_or(|only| only.dir == installed.dir);
        for (name, entry) in tree::entries(&installed.dir)? {
            let Entry::File(length, _) = entry else {
                continue;
            };
            let path = installed.dir.join(name);
            if let Some((used, token)) = sparse::used(&path).filter(|_| length >= MIN) {
                by_length.entry(length).or_default().push(Candidate {
                    path,
                    token,
                    used,
                    is_new,
                });
            }
        }
    }
    let mut saved = Saved::default();
    for candidates in by_length.into_values() {
        let first = candidates[0].token;
        let is_one = candidates.iter().all(|other| other.token == first);
        if is_one || candidates.iter().all(|candidate| !candidate.is_new) {
            continue;
        }
        let mut known: BTreeMap<String, (PathBuf, u64)> = BTreeMap::new();
        for candidate in candidates {
            let digest = tree::file(host, &candidate.path)?;
            match known.get(&digest) {
                None => {
                    known.insert(digest, (candidate.path, candidate.token));
                }
                Some((_, token)) if *token == candidate.token => {}
                Some((original, _)) => {
                    if sparse::share(original, &candidate.path)?.is_some() {
                        saved.files += 1;
                        saved.bytes += candidate.used;
                    }
                }
            }
        }
    }
    Ok(saved)
}

/// Clears the store: what interrupted commands left goes, and equal files are
/// stored once. Boxes themselves stay.
pub fn gc(host: &Host) -> Result<Saved> {
    let store = Store::open(host);
    sweep(host, &store);
    dedupe(host, &store, None)
}
