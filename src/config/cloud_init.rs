//! `config.vm.cloud_init`: what cloud-init in the guest is told.

use std::path::PathBuf;

/// One `config.vm.cloud_init`: a part of the user data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudInit {
    /// `content_type`, such as `text/cloud-config`.
    pub content_type: String,
    /// The text, or where it is.
    pub content: CloudInitContent,
}

/// Where a part of the user data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudInitContent {
    /// `inline`
    Inline(String),
    /// `path`, absolute.
    File(PathBuf),
}
