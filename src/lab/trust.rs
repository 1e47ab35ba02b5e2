//! `rove trust` and `rove untrust`: what the Vagrantfile may do beside configuring.

use std::path::{Path, PathBuf};

use crate::error::{Failure, Result};
use crate::host::Host;
use crate::state::TrustRecord;
use crate::vagrantfile::{self, LoadError, Untrusted};

use super::open::{Wish, open_for};

/// Rounds after which a program that reads something new each time is given up.
const ROUNDS: usize = 16;

/// What `trust` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The Vagrantfile.
    pub vagrantfile: PathBuf,
    /// Files whose content the trust depends on; none where none was needed.
    pub files: Vec<PathBuf>,
    /// What it wanted to do first, and where, since the last time.
    pub acts: Vec<String>,
}

/// Allows the Vagrantfile whatever it does, until one of its files changes, and
/// loads it to know these files.
pub fn trust(host: &Host) -> Result<Trusted> {
    let vagrantfile = vagrantfile::find(host, &host.cwd)?;
    let mut acts = Vec::new();
    while let Err(failure) = open_for(host, &[], &Wish::default()) {
        match untrusted(&failure) {
            Some(untrusted) if acts.len() < ROUNDS => {
                acts.push(described(untrusted));
                allow(host, untrusted)?;
            }
            _ => return Err(failure),
        }
    }
    let record = TrustRecord::read(host, &vagrantfile);
    Ok(Trusted {
        files: record
            .map(|record| record.files.into_keys().collect())
            .unwrap_or_default(),
        vagrantfile,
        acts,
    })
}

/// Takes back what was allowed; returns the Vagrantfile, and whether anything was.
pub fn untrust(host: &Host) -> Result<(PathBuf, bool)> {
    let vagrantfile = vagrantfile::find(host, &host.cwd)?;
    let was = TrustRecord::remove(host, &vagrantfile)?;
    Ok((vagrantfile, was))
}

/// Returns what a Vagrantfile wanted that ended its load, if that is why.
pub fn untrusted(failure: &Failure) -> Option<&Untrusted> {
    match failure.downcast_ref::<LoadError>() {
        Some(LoadError::Untrusted(untrusted)) => Some(untrusted),
        _ => None,
    }
}

/// Keeps the user's yes.
pub fn allow(host: &Host, untrusted: &Untrusted) -> Result<()> {
    untrusted.record.write(host)
}

fn described(untrusted: &Untrusted) -> String {
    let root = untrusted
        .record
        .vagrantfile
        .parent()
        .unwrap_or(Path::new("/"));
    match &untrusted.span {
        Some(span) => {
            let path = span.path().strip_prefix(root).unwrap_or(span.path());
            format!("{} ({}:{})", untrusted.act, path.display(), span.line())
        }
        None => untrusted.act.to_string(),
    }
}
