//! Where the lab is, for what has to be known before it is loaded.

use std::path::PathBuf;

use crate::host::Host;
use crate::state::layout;
use crate::vagrantfile;

/// Returns the folder that the logs of runs here are in: beside the Vagrantfile,
/// or in rove's home where there is none.
pub fn log_folder(host: &Host) -> PathBuf {
    let root = vagrantfile::find(host, &host.cwd)
        .ok()
        .and_then(|file| file.parent().map(std::path::Path::to_owned));
    match root {
        Some(root) => layout::log_dir(&host.env, &root),
        None => host.dirs.home.join(layout::LOG),
    }
}
