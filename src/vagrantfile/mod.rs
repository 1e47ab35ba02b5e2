//! From a Vagrantfile to a [`Lab`]: finds the file, evaluates it in Vagrant's
//! order, merges the layers, finalizes, checks, and lowers the result to plain
//! data. Must not know providers, plans or the terminal.
//!
//! Reading order: [`load`] here, `layers` (order and precedence), `schema/` (what
//! a configuration consists of), `dsl/` (the objects a file talks to), `check/`,
//! `lower/`, `view`.

mod check;
mod dsl;
mod error;
mod explain;
mod find;
mod layers;
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
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The version of Vagrant that rove does the work of: `Vagrant::VERSION`.
pub const VAGRANT_VERSION: &str = dsl::VERSION;

pub use error::{LoadError, Stopped, Untrusted};
pub use find::find;
pub use provider::{NATIVE, ProviderInputs, choose};
pub use trust::Act;
pub use view::{view, view_of_error};

use crate::boxes::Constraint;
use crate::config::{Explained, Lab, Layer, Size};
use crate::error::Result;
use crate::host::{Host, variables};

use dsl::{Facts, RootState};
use layers::{Machine, Session};
use plugins::Plugins;
use schema::{State, text, vm};

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
    let path = find(host, &request.start)?;
    let facts = Facts {
        plugins: Rc::new(Plugins::of(host)),
        data_dir: host.dirs.home.to_string_lossy().into_owned(),
        architecture: architecture(host),
    };
    let root = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut session = Session::new(host, &path, &request.arguments, facts);
    let loaded = load_in(&mut session, host, request, &path, root);
    // What the file prints must be seen even where it fails.
    let ended = session.end();
    session.keep_trust()?;
    let (lab, explained) = loaded?;
    ended?;
    let mut files = session.read.borrow().clone();
    files.sort();
    files.dedup();
    Ok(Loaded {
        lab,
        explained,
        files,
    })
}

/// Returns the host's architecture as boxes name it.
fn architecture(host: &Host) -> String {
    let here = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "i386",
        other => other,
    };
    host.env
        .get(variables::VAGRANT_HOST_ARCHITECTURE)
        .unwrap_or(here)
        .to_owned()
}

fn split(names: &str) -> impl Iterator<Item = String> {
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}

/// Where the values of each machine came from.
type Explanations = Vec<(String, Vec<Explained>)>;

/// Returns the machines, each with the file of its box where there is one.
fn make_machines(
    session: &mut Session,
    request: &LoadRequest,
    defined: &[vm::Defined],
    said: &RootState,
    inputs: &ProviderInputs,
) -> Result<Vec<Machine>, LoadError> {
    let mut machines = Vec::new();
    for one in defined {
        let mut machine = session.machine(one, said, inputs)?;
        // Any layer may say that the box's file is to be left out.
        if let Some(file) = request.box_vagrantfiles.get(&one.name)
            && !ignores_box_file(&machine.root)
        {
            let below = session.box_file(file)?;
            machine = session.machine(one, &below.merge(said), inputs)?;
        }
        check_box_version(&machine)?;
        machines.push(machine);
    }
    Ok(machines)
}

fn load_in(
    session: &mut Session,
    host: &Host,
    request: &LoadRequest,
    path: &Path,
    root: PathBuf,
) -> Result<(Lab, Explanations), LoadError> {
    // Vagrant runs this file, too, before any Vagrantfile.
    let plugins = root.join(".vagrantplugins");
    let mut blocks = Vec::new();
    if plugins.is_file() {
        blocks.extend(session.read_file(&plugins, Layer::Project)?);
    }
    for file in find::home_files(host) {
        blocks.extend(session.read_file(&file, Layer::Home)?);
    }
    blocks.extend(session.read_file(path, Layer::Project)?);

    let said = session.evaluate_all(&blocks)?;
    let mut defined = said
        .section("vm")
        .and_then(State::vm)
        .map(|vm| vm.defined.clone())
        .unwrap_or_default();
    if defined.is_empty() {
        defined.push(vm::Defined {
            name: DEFAULT_MACHINE.to_owned(),
            options: Vec::new(),
            blocks: Vec::new(),
            span: None,
        });
    }
    let inputs = provider_inputs(session, host, request);
    let mut lab = Lab {
        root,
        vagrantfile: path.to_path_buf(),
        ..Lab::default()
    };
    let mut machines = make_machines(session, request, &defined, &said, &inputs)?;
    // A machine's block, or a provider's, that writes to the outer `config`
    // changes all machines: Vagrant makes each of them more than once.
    if session.has_late_words() {
        let said = session.evaluate_all(&blocks)?;
        machines = make_machines(session, request, &defined, &said, &inputs)?;
    }
    if let [only] = &mut machines[..] {
        only.primary = true;
    }
    lab.primary = machines
        .iter()
        .find(|machine| machine.primary)
        .map(|machine| machine.name.clone());
    // The first one counts.
    for machine in &mut machines {
        machine.primary = lab.primary.as_ref() == Some(&machine.name);
    }
    let home = session.env("HOME").map(PathBuf::from);
    let mut explained = Vec::new();
    for machine in &machines {
        if request.explain {
            explained.push((machine.name.clone(), explain::machine(machine)));
        }
        let mut checked = check::machine(machine, &machines, &lab.root, home.as_deref());
        if host.env.is_on(variables::ROVE_COMPAT) {
            check::as_strict_as_vagrant(&mut checked);
        }
        let mut config = lower::machine(machine, &checked, &lab.root, home.as_deref());
        let blocks = &config.provider_blocks;
        let (size, faults) = match request.box_vagrantfiles.get(&config.name) {
            Some(file) => Size::derive_over_box(&config.provider, blocks, file),
            None => Size::derive(&config.provider, blocks),
        };
        config.size = size;
        lab.diagnostics
            .extend(check::diagnostics(&machine.name, checked, faults));
        lab.machines.push(config);
    }
    check::once(&mut lab.diagnostics, lab.machines.len());
    Ok((lab, explained))
}

fn ignores_box_file(said: &RootState) -> bool {
    said.section("vm")
        .is_some_and(|vm| vm.get("ignore_box_vagrantfile").truthy())
}

fn provider_inputs(session: &Session, host: &Host, request: &LoadRequest) -> ProviderInputs {
    // Set but empty means that nothing is usable.
    let given = host
        .env
        .all()
        .find(|(name, _)| *name == variables::ROVE_PROVIDERS)
        .map(|(_, value)| split(value).collect());
    ProviderInputs {
        asked: request.provider.clone(),
        made_with: request.made_with.clone(),
        default: session.env(variables::VAGRANT_DEFAULT_PROVIDER),
        preferred: session
            .env(variables::VAGRANT_PREFERRED_PROVIDERS)
            .map(|names| split(&names).collect())
            .unwrap_or_default(),
        usable: given.unwrap_or_else(|| request.usable.clone()),
    }
}

/// Vagrant looks for the box while it loads, so a version that is none ends the load.
fn check_box_version(machine: &layers::Machine) -> Result<(), LoadError> {
    let Some(vm) = machine.root.section("vm") else {
        return Ok(());
    };
    let version = text(&vm.get("box_version"));
    if version.is_empty() || version.parse::<Constraint>().is_ok() {
        return Ok(());
    }
    Err(LoadError::BoxVersion {
        version,
        span: vm.span("box_version"),
    })
}
