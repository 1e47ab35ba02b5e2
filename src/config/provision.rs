//! `config.vm.provision`.

use super::Value;
use crate::source::Span;

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// On the first `up` only.
    #[default]
    Once,
    /// On every `up`, `reload` and `provision`.
    Always,
    /// Only when named by `--provision-with`.
    Never,
}

/// One provisioner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provisioner {
    /// Name, where given.
    pub name: Option<String>,
    /// Type: `shell`, `file`, ….
    pub kind: String,
    /// When it runs.
    pub run: Run,
    /// Runs before this one (a name, `each` or `all`).
    pub before: Option<String>,
    /// Runs after this one (a name, `each` or `all`).
    pub after: Option<String>,
    /// Options of the type, finalized.
    pub options: Vec<(String, Value)>,
    /// Where it stands.
    pub span: Option<Span>,
}

impl Provisioner {
    /// Returns an option that is set.
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    /// Returns how users call it: its name, else its type.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.kind)
    }
}
