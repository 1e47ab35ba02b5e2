//! Families of guest systems: what to run in a guest to reach an end. A family
//! inherits from its parent; nothing here acts, everything returns scripts.
//!
//! Reading order: [`Guest`], then `detect`, `linux` (what most inherit), then a
//! file per family.

use crate::config::Connection;
use crate::op::Script;

mod alpine;
mod arch;
mod bsd;
mod debian;
mod detect;
mod gentoo;
mod keys;
mod linux;
mod redhat;
mod suse;

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests;

pub use detect::{DetectError, by_name, detect_script, family, names};

/// A family of guest systems. A missing entry is looked up in the parent.
#[derive(Debug)]
pub struct Guest {
    /// Vagrant's name of the family, such as `debian`.
    pub name: &'static str,
    /// The family it descends from.
    pub parent: Option<&'static Guest>,
    /// Shell test that exits 0 in a guest of this family. It may use
    /// `is NAME` (the system is NAME or says that it is like it) and `kernel`
    /// (what `uname -s` prints).
    pub probe: &'static str,
    /// Powers the guest off.
    pub halt: Option<fn() -> Script>,
    /// Restarts the guest.
    pub reboot: Option<fn() -> Script>,
    /// Sets the host name.
    pub set_hostname: Option<fn(&str) -> Script>,
    /// Adds a public key (an OpenSSH line) to the login user's keys.
    pub insert_key: Option<fn(&str) -> Script>,
    /// Removes a public key (an OpenSSH line) from the login user's keys.
    pub remove_key: Option<fn(&str) -> Script>,
    /// Exits 0 if rsync is installed.
    pub rsync_installed: Option<fn() -> Script>,
    /// Installs rsync.
    pub rsync_install: Option<fn() -> Script>,
    /// How a host's rsync starts the guest's, to reach files of any owner.
    pub rsync_command: Option<&'static str>,
}

impl Guest {
    /// Returns a family that has nothing of its own; entries are put over it.
    const fn of(name: &'static str, parent: Option<&'static Guest>, probe: &'static str) -> Self {
        Self {
            name,
            parent,
            probe,
            halt: None,
            reboot: None,
            set_hostname: None,
            insert_key: None,
            remove_key: None,
            rsync_installed: None,
            rsync_install: None,
            rsync_command: None,
        }
    }

    /// Returns the family and its ancestors, nearest first.
    pub fn chain(&'static self) -> impl Iterator<Item = &'static Guest> {
        std::iter::successors(Some(self), |guest| guest.parent)
    }

    /// Returns the nearest entry that `pick` finds up the chain.
    pub fn find<T>(&'static self, pick: impl Fn(&'static Guest) -> Option<T>) -> Option<T> {
        self.chain().find_map(pick)
    }
}

/// What is known of a machine that answers; provisioners and synced folders
/// lower their intent with it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Machine's name.
    pub machine: String,
    /// Its guest family.
    pub guest: &'static Guest,
    /// How it is reached.
    pub connection: Connection,
    /// Folder of the Vagrantfile: relative host paths count from here.
    pub root: std::path::PathBuf,
    /// The user's home folder, for `~` in host paths.
    pub home: Option<std::path::PathBuf>,
    /// Folder for files of this run, such as an SSH control socket. Short.
    pub runtime: std::path::PathBuf,
}
