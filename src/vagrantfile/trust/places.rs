//! Which paths a Vagrantfile reads without anybody being asked. The list is in
//! `docs/vagrantfile.md` too.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use crate::host::Host;

/// Files of the system that say what kind of host this is.
const FILES: &[&str] = &[
    "/etc/alpine-release",
    "/etc/arch-release",
    "/etc/centos-release",
    "/etc/debian_version",
    "/etc/fedora-release",
    "/etc/gentoo-release",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/issue",
    "/etc/localtime",
    "/etc/lsb-release",
    "/etc/os-release",
    "/etc/redhat-release",
    "/etc/resolv.conf",
    "/etc/system-release",
    "/etc/timezone",
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/uptime",
    "/proc/version",
    "/sys/class/dmi/id/product_name",
    "/sys/class/dmi/id/sys_vendor",
    "/usr/lib/os-release",
    "/dev/null",
    "/dev/random",
    "/dev/stdin",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
];

/// Folders of the system, with everything below.
const FOLDERS: &[&str] = &[
    "/proc/sys/kernel",
    "/run/systemd/resolve",
    "/sys/class/net",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/usr/share/zoneinfo",
    "/var/db/timezone",
];

/// Folders of the system that may be listed.
const LISTS: &[&str] = &["/dev", "/sys/class/net", "/sys/devices/system/cpu"];

/// Marks of a working copy of a version control system.
const MARKS: &[&str] = &[".git", ".hg", ".svn", ".jj"];

/// The places that are free.
pub(super) struct Places {
    /// Folders with everything below, resolved.
    roots: RefCell<Vec<PathBuf>>,
    /// The user's home, resolved.
    home: Option<PathBuf>,
    /// Folder of Vagrant's own files.
    vagrant: Option<PathBuf>,
    /// Public keys of the user may be read.
    keys: bool,
}

/// Returns the path as the system follows it; `None` where there is nothing.
fn resolved(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Returns a path as users should see it: where a link really leads.
pub(super) fn shown(path: &Path) -> PathBuf {
    resolved(path).unwrap_or_else(|| path.to_owned())
}

impl Places {
    /// Returns what the project in `root` may read: its folder and, where it is
    /// part of a working copy, all of that.
    pub(super) fn of_project(host: &Host, root: &Path) -> Self {
        let home = host.dirs.user.as_deref().and_then(resolved);
        let places = Self {
            roots: RefCell::default(),
            home,
            vagrant: host.dirs.vagrant_home.as_deref().and_then(resolved),
            keys: true,
        };
        places.add(root);
        if let Some(root) = resolved(root)
            && let Some(copy) = root
                .ancestors()
                .find(|folder| MARKS.iter().any(|mark| folder.join(mark).exists()))
            && !places.holds_home(copy)
        {
            places.add(copy);
        }
        for folder in [host.dirs.vagrant_home.as_ref(), Some(&host.dirs.home)] {
            // The user's own Vagrantfiles.
            let file = folder.map(|folder| folder.join("Vagrantfile"));
            if let Some(file) = file.as_deref().and_then(resolved) {
                places.roots.borrow_mut().push(file);
            }
        }
        places
    }

    /// Returns what boxes may read, beside their own folders.
    pub(super) fn of_boxes(host: &Host) -> Self {
        Self {
            roots: RefCell::default(),
            home: host.dirs.user.as_deref().and_then(resolved),
            vagrant: None,
            keys: false,
        }
    }

    /// Adds a folder.
    pub(super) fn add(&self, folder: &Path) {
        if let Some(folder) = resolved(folder) {
            self.roots.borrow_mut().push(folder);
        }
    }

    /// Tells whether the home folder is in `folder`, or is it.
    fn holds_home(&self, folder: &Path) -> bool {
        self.home
            .as_ref()
            .is_some_and(|home| home.starts_with(folder))
    }

    fn is_in_root(&self, path: &Path) -> bool {
        self.roots.borrow().iter().any(|root| {
            path.starts_with(root) && !(self.holds_home(root) && self.is_hidden_at_home(path))
        })
    }

    /// Tells whether a path is below a hidden entry of the home folder: keys and
    /// tokens lie there, also where the home folder itself is the project.
    fn is_hidden_at_home(&self, path: &Path) -> bool {
        let below = self
            .home
            .as_ref()
            .and_then(|home| path.strip_prefix(home).ok());
        let first = below.and_then(|below| below.components().next());
        matches!(first, Some(Component::Normal(name)) if {
            let name = name.to_string_lossy();
            name.starts_with('.') && !matches!(&*name, ".rove" | ".vagrant" | ".vagrantplugins" | ".env")
        })
    }

    /// Tells whether a file may be read. What is not there may: the program
    /// learns just that.
    pub(super) fn is_free(&self, path: &Path) -> bool {
        if Self::is_of_system(path) {
            return true;
        }
        let Some(real) = resolved(path) else {
            return true;
        };
        self.is_in_root(&real)
            || Self::is_of_system(&real)
            || (self.keys && (self.is_public_key(&real) || self.is_known_key(&real)))
    }

    /// Tells whether a folder may be listed.
    pub(super) fn is_free_to_list(&self, path: &Path) -> bool {
        let Some(real) = resolved(path) else {
            return true;
        };
        let ssh = self.home.as_ref().map(|home| home.join(".ssh"));
        self.is_in_root(&real)
            || LISTS.iter().any(|folder| real == Path::new(folder))
            || FOLDERS.iter().any(|folder| real.starts_with(folder))
            || (self.keys && (Some(&real) == ssh.as_ref() || self.is_of_boxes(&real)))
    }

    /// Tells whether a file's content says nothing about the program: facts of
    /// the host, and what rove itself writes beside the Vagrantfile.
    pub(super) fn is_fleeting(&self, path: &Path) -> bool {
        let is_state =
            |part: Component<'_>| matches!(part.as_os_str().to_str(), Some(".rove" | ".vagrant"));
        let program = path.extension().is_some_and(|ending| ending == "rb");
        if Self::is_of_system(path) || (!program && path.components().any(is_state)) {
            return true;
        }
        resolved(path).is_some_and(|real| Self::is_of_system(&real) || self.is_public_key(&real))
    }

    fn is_of_system(path: &Path) -> bool {
        let Some(text) = path.to_str() else {
            return false;
        };
        // `..` could lead out of the folder.
        FILES.contains(&text)
            || (!text.contains("..") && FOLDERS.iter().any(|folder| path.starts_with(folder)))
    }

    /// `~/.ssh/*.pub`
    fn is_public_key(&self, path: &Path) -> bool {
        let Some(home) = &self.home else { return false };
        path.parent() == Some(&home.join(".ssh"))
            && path.extension().is_some_and(|ending| ending == "pub")
    }

    /// Keys that everybody knows, and the version of the file layout.
    fn is_known_key(&self, path: &Path) -> bool {
        let Some(vagrant) = &self.vagrant else {
            return false;
        };
        path.strip_prefix(vagrant).is_ok_and(|below| {
            below.starts_with("insecure_private_keys")
                || [
                    Path::new("insecure_private_key"),
                    Path::new("setup_version"),
                ]
                .contains(&below)
        })
    }

    /// Vagrant's boxes: files look whether one is there.
    fn is_of_boxes(&self, path: &Path) -> bool {
        self.vagrant
            .as_ref()
            .is_some_and(|vagrant| path.starts_with(vagrant.join("boxes")))
    }
}
