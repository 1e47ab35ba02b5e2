//! Synced folders: each kind lowers a folder of the Vagrantfile to ops. Nothing
//! here acts on a guest.
//!
//! Reading order: [`prepare`] (what must be true of this host), [`lower`], then
//! a file per kind.

use std::path::{Path, PathBuf};

use crate::config::Share;
use crate::error::{Explain, Kind, Result};
use crate::guests::Facts;
use crate::host::{Host, files};
use crate::op::Op;
use crate::source::{Span, nearest};

pub mod rsync;

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests;

/// Kinds that work, as `type:` names them.
const KINDS: [&str; 1] = ["rsync"];

/// Kinds that Vagrantfiles name and that do not work yet.
const LATER: [&str; 9] = [
    "nfs",
    "smb",
    "virtualbox",
    "virtiofs",
    "9p",
    "sshfs",
    "vmware",
    "docker",
    "winrm",
];

/// A folder cannot be synced.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The host's folder does not exist.
    #[error("the folder `{}` that is to be synced to `{guest_path}` does not exist", path.display())]
    HostPathMissing {
        /// Host folder.
        path: PathBuf,
        /// Guest folder.
        guest_path: String,
        /// Where the Vagrantfile names it.
        span: Option<Span>,
    },
    /// The kind does not work yet, or there is none of this name.
    #[error("synced folders of type `{kind}` are not available")]
    KindUnavailable {
        /// `type:`.
        kind: String,
        /// Where the Vagrantfile names it.
        span: Option<Span>,
    },
}

impl Explain for SyncError {
    fn kind(&self) -> Kind {
        Kind::Config
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::HostPathMissing { path, .. } => vec![
                format!(
                    "make it: `mkdir -p {}`",
                    crate::op::quote(&path.to_string_lossy())
                ),
                "or let rove make it: add `create: true` to the synced folder".to_owned(),
            ],
            Self::KindUnavailable { kind, .. } => {
                let near = nearest(kind, KINDS.into_iter().chain(LATER))
                    .filter(|_| !LATER.contains(&kind.as_str()));
                vec![match near {
                    Some(near) => format!("did you mean `type: \"{near}\"`?"),
                    None => "set `type: \"rsync\"`: it copies the folder into the guest on `up`, `reload` and `provision`".to_owned(),
                }]
            }
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::HostPathMissing { span, .. } | Self::KindUnavailable { span, .. } => {
                span.as_ref()
            }
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::HostPathMissing { .. } => "Vagrant::Errors::ConfigInvalid",
            Self::KindUnavailable { .. } => "Vagrant::Errors::SyncedFolderUnusable",
        })
    }
}

/// Returns a path of the host as the Vagrantfile means it: `~` is the user's
/// home, anything else counts from the folder of the Vagrantfile.
pub fn host_path(written: &str, root: &Path, home: Option<&Path>) -> PathBuf {
    let path = Path::new(written);
    let joined = match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => root.join(path),
    };
    // By names alone, as `File.expand_path`: `a/..` goes even if `a` is a link.
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Makes sure that this host can sync a folder: the folder is there (or is made,
/// where the Vagrantfile says `create: true`), and so is the program.
pub fn prepare(kind: &str, share: &Share, root: &Path, host: &Host) -> Result<()> {
    require_kind(kind, share)?;
    let path = host_path(&share.host_path, root, host.dirs.user.as_deref());
    if !path.is_dir() {
        if !share.create {
            return Err(SyncError::HostPathMissing {
                path,
                guest_path: share.guest_path.clone(),
                span: share.span.clone(),
            }
            .into());
        }
        files::create_dir_all(&path)?;
    }
    rsync::require(host)
}

/// Returns the ops that bring a folder into a guest.
pub fn lower(kind: &str, share: &Share, facts: &Facts) -> Result<Vec<Op>> {
    require_kind(kind, share)?;
    Ok(rsync::lower(share, facts))
}

fn require_kind(kind: &str, share: &Share) -> Result<()> {
    if KINDS.contains(&kind) {
        return Ok(());
    }
    Err(SyncError::KindUnavailable {
        kind: kind.to_owned(),
        span: share.span.clone(),
    }
    .into())
}
