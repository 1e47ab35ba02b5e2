//! From a Vagrantfile to a [`Lab`]: finds the file, evaluates it in Vagrant's
//! order, merges the layers, finalizes, checks, and lowers the result to plain
//! data. Must not know providers, plans or the terminal.
//!
//! Reading order: [`load`] here, `loader` (one load, step by step), `layers` (order and precedence), `schema/` (what
//! a configuration consists of), `dsl/` (the objects a file talks to), `check/`,
//! `lower/`, `view`.

mod boxed;
mod check;
mod dsl;
mod error;
mod explain;
mod find;
mod layers;
mod loader;
mod lower;
mod output;
mod plugins;
mod provider;
mod schema;
mod trust;
mod view;
mod world;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The version of Vagrant that rove does the work of: `Vagrant::VERSION`.
pub const VAGRANT_VERSION: &str = dsl::VERSION;

pub use error::{LoadError, Stopped, Untrusted};
pub use find::find;
pub use loader::Loader;
pub use provider::{NATIVE, ProviderInputs, choose};
pub use trust::Act;
pub use view::{view, view_of_error};

use crate::config::{Explained, Lab};
use crate::error::Result;
use crate::host::Host;

/// Name of the machine of a file that defines none.
pub const DEFAULT_MACHINE: &str = "default";

/// What to load, and what the choice of providers depends on.
#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// Folder to start looking for the Vagrantfile from.
    pub start: PathBuf,
    /// `--provider`.
    pub provider: Option<String>,
    /// Providers that machines were made with.
    pub made_with: BTreeMap<String, String>,
    /// Providers that can be used here, in order of preference.
    /// `ROVE_PROVIDERS` takes the place of it.
    pub usable: Vec<String>,
    /// Vagrantfiles of the machines' boxes, the lowest layer.
    pub box_vagrantfiles: BTreeMap<String, PathBuf>,
    /// Also say where each value came from.
    pub explain: bool,
    /// What the user typed after the program's name, as `ARGV`.
    pub arguments: Vec<String>,
}

/// A lab with what the load touched.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The lab.
    pub lab: Lab,
    /// Where the values of each machine came from, if that was asked.
    pub explained: Vec<(String, Vec<Explained>)>,
    /// Every file that was read, for trust and for knowing when to load again.
    pub files: Vec<PathBuf>,
}

/// Loads the Vagrantfile that `request` leads to.
///
/// Faults of the configuration are in [`Lab::diagnostics`]; an error means that
/// there is no configuration to speak of.
pub fn load(host: &Host, request: &LoadRequest) -> Result<Loaded> {
    Ok(Loader::open(host, request)?.1)
}
