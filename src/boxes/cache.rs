//! Catalogs as servers last gave them: asked for again only if they changed, and
//! all there is when rove may not use the network.
//!
//! ```text
//! cache/catalogs/<key>.json    address, entity tag, date, time of the answer, text
//! ```
//!
//! What cannot be kept is not: a cache is never worth an error.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::host::{Host, files};

use super::digest::short;

/// A catalog and when it was so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cached {
    url: String,
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
    /// Seconds since 1970 at which the server last said that it is so.
    seen: u64,
    pub(super) text: String,
}

fn path(host: &Host, url: &Url) -> PathBuf {
    let name = format!("{}.json", short(url.as_str()));
    host.dirs.home.join("cache").join("catalogs").join(name)
}

impl Cached {
    /// Returns what was kept of the catalog at `url`.
    pub(super) fn open(host: &Host, url: &Url) -> Option<Self> {
        let text = files::read_text_if_exists(&path(host, url)).ok()??;
        let cached: Self = serde_json::from_str(&text).ok()?;
        // Two addresses could share a key.
        (cached.url == url.as_str()).then_some(cached)
    }

    /// Keeps a catalog for later. Only the user may read it: it may have needed a token.
    pub(super) fn keep(
        host: &Host,
        url: &Url,
        etag: Option<String>,
        modified: Option<String>,
        text: &[u8],
    ) {
        if let Ok(text) = std::str::from_utf8(text) {
            let cached = Self {
                url: url.as_str().to_owned(),
                etag,
                modified,
                seen: 0,
                text: text.to_owned(),
            };
            cached.confirm(host, url);
        }
    }

    /// Keeps it no longer.
    pub(super) fn forget(host: &Host, url: &Url) {
        let _ = files::remove_file(&path(host, url));
    }

    /// Notes that it is still so.
    pub(super) fn confirm(mut self, host: &Host, url: &Url) {
        self.seen = host.clock.unix_seconds();
        let path = path(host, url);
        let made = path.parent().map(files::create_private_dir);
        if let (Some(Ok(())), Ok(json)) = (made, serde_json::to_vec(&self)) {
            let _ = files::write_atomic_mode(&path, &json, Some(0o600));
        }
    }

    /// Returns how old it is, in words.
    pub(super) fn age(&self, host: &Host) -> String {
        let seconds = host.clock.unix_seconds().saturating_sub(self.seen);
        let (count, unit) = match seconds {
            0..120 => return "from just now".to_owned(),
            120..7200 => (seconds / 60, "minutes"),
            7200..172_800 => (seconds / 3600, "hours"),
            _ => (seconds / 86_400, "days"),
        };
        format!("{count} {unit} old")
    }
}
