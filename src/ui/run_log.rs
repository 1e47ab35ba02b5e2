//! The log of one run: everything that happened, whatever the screen showed, as
//! one JSON object a line (`events`), beside the Vagrantfile. A log that cannot be
//! written, as on a full disk, is no failure: the run goes on without it.
//!
//! ```text
//! <lab>/.rove/log/2026-01-31T09-30-00.125Z-up-4711.ndjson
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::host::files;

use super::timing;

/// How many runs are kept beside one Vagrantfile.
const KEPT: usize = 30;

/// Ending of the names of logs.
const ENDING: &str = ".ndjson";

pub(super) struct RunLog {
    file: files::Appender,
}

impl RunLog {
    /// Begins a log in `folder` and removes the oldest ones there.
    pub(super) fn begin(folder: &Path, command: &str, since_1970: Duration) -> Option<Self> {
        let kept = logs(folder);
        let surplus = (kept.len() + 1).saturating_sub(KEPT);
        for old in &kept[..surplus] {
            let _ = files::remove_file(old);
        }
        // To the millisecond: the names alone say which run was the last one.
        let time = timing::utc(since_1970.as_secs()).replace(':', "-");
        let time = time.replace('Z', &format!(".{:03}Z", since_1970.subsec_millis()));
        let name = format!(
            "{time}-{command}-{}{ENDING}",
            crate::host::process::own_id()
        );
        files::create_private_dir(folder).ok()?;
        let file = files::Appender::create(&folder.join(name)).ok()?;
        Some(Self { file })
    }

    pub(super) fn write(&self, record: &Value) {
        self.file.append(format!("{record}\n").as_bytes());
    }
}

/// Returns the logs in a folder, oldest first.
pub fn logs(folder: &Path) -> Vec<PathBuf> {
    let mut names = files::list_dir(folder).unwrap_or_default();
    names.retain(|name| name.ends_with(ENDING));
    // Names begin with the time.
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}
