//! `config.vm.synced_folder`.

use super::Value;
use crate::source::Span;

/// One synced folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Share {
    /// `name:`, or the guest path as written: folders of the same key merge.
    pub key: String,
    /// Folder of the host as written; relative to the Vagrantfile.
    pub host_path: String,
    /// Folder in the guest, without a trailing `/`.
    pub guest_path: String,
    /// `type:`; the provider's best when `None`.
    pub kind: Option<String>,
    /// `disabled: true`.
    pub disabled: bool,
    /// `create: true`: make the host's folder.
    pub create: bool,
    /// `owner:` in the guest; the SSH user when `None`.
    pub owner: Option<String>,
    /// `group:` in the guest; the SSH user's when `None`.
    pub group: Option<String>,
    /// All options, those above included.
    pub options: Vec<(String, Value)>,
    /// Where it stands; `None` for the default one.
    pub span: Option<Span>,
}

impl Share {
    /// Returns an option.
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}
