//! What a Vagrantfile may do: it is somebody else's program. Reading what a lab
//! plausibly needs is free; whatever can do harm or carry secrets away needs the
//! user's trust, which is kept with a digest of the files that were read.
//!
//! Must not know Ruby: [`Guard`] is asked by `world` before each act. Reading
//! order: [`Guard`] here, `places` (which paths are free), `secrets` (which
//! variables are not), `state/trust.rs` (where answers are kept).

mod places;
mod secrets;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::boxes::{Checksum, ChecksumKind};
use crate::error::Result;
use crate::host::{Host, variables};
use crate::state::{OWN, TrustRecord};

use places::Places;
pub(super) use secrets::is_secret;

/// How far a file is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// The user's own: what it may not do by itself, the user is asked about.
    Own,
    /// Somebody else's, such as a box's: configuration, and nothing more ever.
    Foreign,
}

/// Something that needs trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Running a command.
    Run(String),
    /// Writing or creating a file or folder, or changing its permissions.
    Write(PathBuf),
    /// Removing a file or folder.
    Remove(PathBuf),
    /// Reading a file outside of the project.
    Read(PathBuf),
    /// Listing a folder outside of the project.
    List(PathBuf),
    /// Reading a variable that holds a secret.
    Secret(String),
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(command) => match command.trim().split_once('\n') {
                Some((first, _)) => write!(f, "run `{first} …`"),
                None => write!(f, "run `{}`", command.trim()),
            },
            Self::Write(path) => write!(f, "write `{}`", path.display()),
            Self::Remove(path) => write!(f, "delete `{}`", path.display()),
            Self::Read(path) => write!(f, "read `{}`", path.display()),
            Self::List(path) => write!(f, "list the folder `{}`", path.display()),
            Self::Secret(name) => write!(f, "read the variable `{name}`"),
        }
    }
}

/// Decides what the files of one load may do.
pub(super) struct Guard {
    trust: Trust,
    places: Places,
    /// `ROVE_TRUST`: everything is allowed.
    everything: bool,
    record: Option<TrustRecord>,
    /// Digest of every file that was read and counts.
    seen: RefCell<BTreeMap<PathBuf, String>>,
    written: RefCell<BTreeSet<PathBuf>>,
    /// Something was allowed that needed trust.
    used: Cell<bool>,
    refused: RefCell<Option<Act>>,
}

impl Guard {
    /// Returns the guard of the user's own files, of the lab of `vagrantfile`.
    pub(super) fn own(host: &Host, vagrantfile: &Path) -> Self {
        let root = vagrantfile.parent().unwrap_or(Path::new("/"));
        let everything = host.env.is_on(variables::ROVE_TRUST);
        Self {
            trust: Trust::Own,
            places: Places::of_project(host, root),
            everything,
            record: TrustRecord::read(host, vagrantfile).filter(|_| !everything),
            seen: RefCell::default(),
            written: RefCell::default(),
            used: Cell::new(false),
            refused: RefCell::default(),
        }
    }

    /// Returns the guard of boxes' files.
    pub(super) fn foreign(host: &Host, vagrantfile: &Path) -> Self {
        Self {
            trust: Trust::Foreign,
            places: Places::of_boxes(host),
            everything: false,
            record: None,
            ..Self::own(host, vagrantfile)
        }
    }

    /// Adds a file whose folder is free to read.
    pub(super) fn add_file(&self, path: &Path) {
        if let Some(folder) = path.parent() {
            self.places.add(folder);
        }
    }

    /// Tells whether `act` is allowed. If it is not and the user can be asked,
    /// the load has to end.
    pub(super) fn allows(&self, act: Act) -> bool {
        if self.everything {
            return true;
        }
        if self.trust == Trust::Foreign {
            return false;
        }
        let trusted = self
            .record
            .as_ref()
            .is_some_and(|record| record.uncovered(&self.seen.borrow()).is_empty());
        if trusted {
            self.used.set(true);
        } else if self.refused.borrow().is_none() {
            *self.refused.borrow_mut() = Some(act);
        }
        trusted
    }

    /// Tells whether a file may be read.
    pub(super) fn may_read(&self, path: &Path) -> bool {
        self.everything || self.places.is_free(path) || self.allows(Act::Read(places::shown(path)))
    }

    /// Tells whether a folder may be listed.
    pub(super) fn may_list(&self, path: &Path) -> bool {
        self.everything
            || self.places.is_free_to_list(path)
            || self.allows(Act::List(places::shown(path)))
    }

    /// Tells whether a variable may be read by its name.
    pub(super) fn may_know(&self, name: &str) -> bool {
        self.everything || !is_secret(name) || self.allows(Act::Secret(name.to_owned()))
    }

    /// Tells whether variables with secrets are among all variables. Nobody is
    /// asked: programs look through all of them for one or two.
    pub(super) fn knows_secrets(&self) -> bool {
        self.everything || self.used.get()
    }

    /// Notes what was read.
    pub(super) fn note_read(&self, path: &Path, bytes: &[u8]) {
        if self.trust == Trust::Foreign || self.everything || self.places.is_fleeting(path) {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        if !self.written.borrow().contains(path) {
            let digest = Checksum::of(ChecksumKind::Sha256, bytes).hex;
            seen.insert(path.to_owned(), digest);
        }
    }

    /// Notes what the program wrote: the content is its own doing.
    pub(super) fn note_written(&self, path: &Path) {
        if !self.everything {
            self.written.borrow_mut().insert(path.to_owned());
        }
    }

    /// Tells whether the load has to end.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.borrow().is_some()
    }

    /// Returns what ended the load.
    pub(super) fn refused(&self) -> Option<Act> {
        self.refused.borrow().clone()
    }

    /// Returns the record that allows what this load did, and the files that
    /// changed since trust was given.
    pub(super) fn wanted(&self, vagrantfile: &Path) -> (TrustRecord, Vec<PathBuf>) {
        let seen = self.seen.borrow();
        let mut files = self
            .record
            .as_ref()
            .map(|record| record.files.clone())
            .unwrap_or_default();
        let changed = seen
            .iter()
            .filter(|(path, digest)| files.get(*path).is_some_and(|known| known != *digest))
            .map(|(path, _)| path.clone())
            .collect();
        files.extend(seen.clone());
        let record = TrustRecord {
            vagrantfile: vagrantfile.to_owned(),
            files,
            open: true,
        };
        (record, changed)
    }

    /// Ends the load: a record that was open now has all files.
    pub(super) fn close(&self, host: &Host) -> Result<()> {
        let Some(record) = self.record.as_ref().filter(|_| self.used.get()) else {
            return Ok(());
        };
        let mut record = record.clone();
        if record.open {
            record.files.extend(self.seen.borrow().clone());
        }
        for path in self.written.borrow().iter() {
            // Programs that are loaded are never taken on trust unseen.
            if path.extension().is_none_or(|ending| ending != "rb") {
                record.files.insert(path.clone(), OWN.to_owned());
            }
        }
        record.open = false;
        if Some(&record) == self.record.as_ref() {
            return Ok(());
        }
        record.write(host)
    }
}
