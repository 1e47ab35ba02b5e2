//! `config.vm.provider`: what was said to it, recorded; each provider reads its own.

use super::Value;
use crate::source::Span;

/// An assignment, such as `v.memory = 2048`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// Value after finalization.
    pub value: Value,
    /// Where the name stands.
    pub span: Option<Span>,
}

/// A method call, such as `v.customize ["modifyvm", :id, "--vram", 16]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Method.
    pub method: String,
    /// Arguments; keywords come last, as a map.
    pub arguments: Vec<Value>,
    /// Where the method's name stands.
    pub span: Option<Span>,
}

/// Everything said to one provider, all scopes merged, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderBlock {
    /// Provider's name.
    pub provider: String,
    /// The last assignment of each name.
    pub settings: Vec<Setting>,
    /// Method calls.
    pub calls: Vec<Call>,
}

impl ProviderBlock {
    /// Returns a setting that was made.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// Returns the value of a setting that was made and is not `nil`.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.setting(name)
            .map(|setting| &setting.value)
            .filter(|value| **value != Value::Null)
    }
}
