//! Where the Vagrantfile is.

use std::path::{Path, PathBuf};

use super::LoadError;
use crate::error::Result;
use crate::host::{Host, variables};

/// Returns the Vagrantfile of the folder `start` or of the nearest one above
/// it. `VAGRANT_CWD` names another folder to start from, `VAGRANT_VAGRANTFILE`
/// another file name.
pub fn find(host: &Host, start: &Path) -> Result<PathBuf> {
    let start = match host.env.path(variables::VAGRANT_CWD) {
        Some(folder) => start.join(folder),
        None => start.to_path_buf(),
    };
    let names: Vec<String> = match host.env.get(variables::VAGRANT_VAGRANTFILE) {
        Some(name) => vec![name.to_owned()],
        None => vec!["Vagrantfile".to_owned(), "vagrantfile".to_owned()],
    };
    start
        .ancestors()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| LoadError::NotFound { names, start }.into())
}

/// Returns the Vagrantfiles of the user's own, lowest layer first: rove's and Vagrant's.
pub(super) fn home_files(host: &Host) -> Vec<PathBuf> {
    let folders = host.dirs.vagrant_home.iter().chain([&host.dirs.home]);
    let mut files: Vec<PathBuf> = folders
        .map(|folder| folder.join("Vagrantfile"))
        .filter(|path| path.is_file())
        .collect();
    files.dedup();
    files
}
