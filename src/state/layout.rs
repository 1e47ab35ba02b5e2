//! Every file name that rove puts on disk beside boxes, explained in one place.
//! Names and contents of the machine's folder are Vagrant's, so that tools which
//! look into `.vagrant` find the same here.
//!
//! ```text
//! <lab>/.rove/machines/<machine>/<provider>/   MachineFolder
//! <lab>/.rove/log/                             a file per run
//! ROVE_HOME/data/                              index, leases, locks
//!
//! With ROVE_COMPAT: <lab>/.vagrant/machines/… and VAGRANT_HOME/data/
//! ```

use std::path::{Path, PathBuf};

use crate::host::{Env, files, short_hash, variables};

/// Folder beside the Vagrantfile, unless a variable says otherwise.
pub const DOTFILE_DIR: &str = ".rove";
/// Its name where state is shared with Vagrant.
pub const VAGRANT_DOTFILE_DIR: &str = ".vagrant";
/// Folder in it with a folder per machine, in that a folder per provider.
pub const MACHINES: &str = "machines";

/// The machine's id; it exists from the moment that making it begins until it
/// is destroyed. No line end.
pub const ID: &str = "id";
/// Key of the machine in the index: 32 hex digits, no line end.
pub const INDEX_UUID: &str = "index_uuid";
/// Decimal user id of whoever made the machine.
pub const CREATOR_UID: &str = "creator_uid";
/// Folder of the Vagrantfile at the last command that acted.
pub const VAGRANT_CWD: &str = "vagrant_cwd";
/// JSON: the box that the machine was made from. Read before the Vagrantfile's
/// wish, so that a changed box name does not break a machine that lives.
pub const BOX_META: &str = "box_meta";
/// Private key that replaced the insecure one; mode 0600. Until that is done it
/// lies beside it as `private_key.new` (see `communicators/ssh/replace.rs`).
pub const PRIVATE_KEY: &str = "private_key";
/// ISO 9660: what cloud-init in the guest reads (see `seed`). Rove's own.
pub const SEED: &str = "seed.iso";
/// `1.5:<id>` once provisioners have run.
pub const ACTION_PROVISION: &str = "action_provision";
/// JSON: the synced folders in force.
pub const SYNCED_FOLDERS: &str = "synced_folders";
/// JSON: the forwarded ports in force. Rove's own.
pub const FORWARDS: &str = "forwarded_ports";
/// What the current or last command did, a JSON line per event. Rove's own.
pub const JOURNAL: &str = "journal";

/// Folder of `ROVE_HOME` for everything that is not a box.
pub const DATA: &str = "data";
/// Machine index, in `DATA`; Vagrant's version 1 format.
pub const INDEX: &str = "machine-index/index";
/// Lock on the index, in `DATA`.
pub const INDEX_LOCK: &str = "machine-index/index.lock";
/// Ports promised to commands under way, in `DATA`.
pub const LEASES: &str = "port-leases.json";
/// Lock on choosing ports, in `DATA`.
pub const LEASES_LOCK: &str = "port-leases.lock";
/// Folder of locks on machines, in `DATA`.
pub const LOCKS: &str = "locks";

/// Folder with a file per Vagrantfile that may run commands, in `DATA`.
pub const TRUST: &str = "trust";

/// Folder with a log per run. Rove's own.
pub const LOG: &str = "log";

/// Returns the folder of logs of the lab whose Vagrantfile lies in `root`. Where
/// state is shared with Vagrant it is rove's own folder all the same: scripts look
/// at what is in `.vagrant`.
pub fn log_dir(env: &Env, root: &Path) -> PathBuf {
    if env.is_compat() {
        root.join(DOTFILE_DIR).join(LOG)
    } else {
        dotfile_dir(env, root).join(LOG)
    }
}

/// Returns the folder for machine state of the lab whose Vagrantfile lies in `root`.
pub fn dotfile_dir(env: &Env, root: &Path) -> PathBuf {
    let given = env
        .path(variables::ROVE_DOTFILE_PATH)
        .or_else(|| env.path("VAGRANT_DOTFILE_PATH"));
    let name = if env.is_compat() {
        VAGRANT_DOTFILE_DIR
    } else {
        DOTFILE_DIR
    };
    root.join(given.unwrap_or_else(|| PathBuf::from(name)))
}

/// Returns the folder of one machine.
pub fn machine_dir(dotfile: &Path, machine: &str, provider: &str) -> PathBuf {
    dotfile.join(MACHINES).join(machine).join(provider)
}

/// Returns the file that says what a Vagrantfile may do.
pub fn trust_file(home: &Path, vagrantfile: &Path) -> PathBuf {
    let name = format!("{:016x}.json", hash(vagrantfile));
    home.join(DATA).join(TRUST).join(name)
}

/// Returns a short name for a path: it only has to tell labs apart.
fn hash(path: &Path) -> u64 {
    short_hash(path.to_string_lossy().as_bytes())
}

/// Returns a machine's id for want of a better one: 32 hex digits, the same each
/// time for the same folder.
pub fn stand_in_id(dir: &Path) -> String {
    format!("{:016x}{:016x}", hash(dir), hash(&dir.join(ID)))
}

/// Returns the path of the lock that a command which acts on a machine holds.
/// It lies outside of the machine's folder, which `destroy` removes.
pub fn machine_lock(home: &Path, dotfile: &Path, machine: &str) -> PathBuf {
    // One lab may be reached by several paths; its own folder may not be there yet.
    let real = dotfile.parent().and_then(files::real_path);
    let real = real.map_or_else(
        || dotfile.to_owned(),
        |root| root.join(dotfile.file_name().unwrap_or_default()),
    );
    let hash = hash(&real);
    let mut plain: String = machine
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(100)
        .collect();
    if plain != machine {
        // Names that differ in what was left out are different machines.
        plain = format!("{plain}-{:016x}", self::hash(Path::new(machine)));
    }
    home.join(DATA)
        .join(LOCKS)
        .join(format!("{hash:016x}-{plain}.lock"))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_a_lock_of_its_own_and_only_one() {
        let dir = tempfile::tempdir().unwrap();
        let lab = dir.path().join("lab");
        std::fs::create_dir(&lab).unwrap();
        let lock = |lab: &Path, name: &str| machine_lock(Path::new("/h"), &lab.join(".rove"), name);
        let names = ["web", "ü", "ä", "東京", "大阪", "a b", "a_b", "a-b"];
        let all: std::collections::BTreeSet<PathBuf> =
            names.iter().map(|name| lock(&lab, name)).collect();
        assert_eq!(all.len(), names.len());
        assert!(lock(&lab, "web").to_string_lossy().ends_with("-web.lock"));
    }
}
