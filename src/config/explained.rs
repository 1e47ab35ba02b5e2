//! Where the values of a configuration came from. Made by the loader on
//! request, read by `rove explain`.

use super::Value;
use crate::source::Span;

/// A layer of the configuration, from the lowest to the one that wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The Vagrantfile in the box.
    Box,
    /// The user's Vagrantfile for all labs.
    Home,
    /// The project's Vagrantfile.
    Project,
    /// The block of the machine.
    Machine,
    /// The override of the provider.
    Override,
}

impl Layer {
    /// Returns the layer in one word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Home => "home",
            Self::Project => "project",
            Self::Machine => "machine",
            Self::Override => "override",
        }
    }
}

/// One place that said something of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What it said.
    pub value: Value,
    /// Where.
    pub span: Option<Span>,
    /// In which layer.
    pub layer: Option<Layer>,
}

/// A setting with its value and everybody who said something of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Path of the setting: `vm.box`, `provider.libvirt.memory`, `network.web`.
    pub setting: String,
    /// The value in force.
    pub value: Value,
    /// The default counts, because nobody said anything.
    pub is_default: bool,
    /// Who said something: the one that counts first, then those before it.
    pub sources: Vec<Source>,
}
