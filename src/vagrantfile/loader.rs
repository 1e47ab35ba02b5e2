//! One load of a lab. The files run once and give blocks, the blocks run once;
//! what depends on the boxes can be made again when more of them are here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::boxes::Constraint;
use crate::config::{Explained, Lab, Layer, Size};
use crate::error::Result;
use crate::host::{Host, variables};

use super::dsl::{Block, Facts, RootState};
use super::layers::{Machine, Session};
use super::plugins::{Plugins, split};
use super::schema::{State, text, vm};
use super::{
    DEFAULT_MACHINE, LoadError, LoadRequest, Loaded, ProviderInputs, check, explain, find, lower,
};

/// Where the values of each machine came from.
type Explanations = Vec<(String, Vec<Explained>)>;

/// A lab whose files were evaluated.
pub struct Loader {
    host: Host,
    request: LoadRequest,
    path: PathBuf,
    root: PathBuf,
    session: Session,
    blocks: Vec<Block>,
    /// What the blocks of files said; `None` before they ran.
    said: Option<RootState>,
}

impl Loader {
    /// Evaluates the Vagrantfile that `request` leads to, and loads its lab.
    pub fn open(host: &Host, request: &LoadRequest) -> Result<(Self, Loaded)> {
        let path = find::find(host, &request.start)?;
        let facts = Facts {
            plugins: Rc::new(Plugins::of(host)),
            data_dir: host.dirs.home.to_string_lossy().into_owned(),
            architecture: architecture(host),
        };
        let mut loader = Self {
            host: host.clone(),
            request: request.clone(),
            root: path.parent().map(Path::to_path_buf).unwrap_or_default(),
            session: Session::new(host, &path, &request.arguments, facts),
            path,
            blocks: Vec::new(),
            said: None,
        };
        let lab = loader.first();
        // What the file prints must be seen even where it fails.
        let ended = loader.session.end();
        loader.session.keep_trust()?;
        let lab = lab?;
        ended?;
        let loaded = loader.loaded(lab);
        Ok((loader, loaded))
    }

    /// Returns the Vagrantfiles of boxes that the lab was loaded with, by machine.
    pub fn box_vagrantfiles(&self) -> &BTreeMap<String, PathBuf> {
        &self.request.box_vagrantfiles
    }

    /// Loads the lab with other Vagrantfiles of boxes. Only the blocks of
    /// providers run again, as in Vagrant; what the files print and do beside
    /// happens once.
    pub fn with_boxes(&mut self, box_vagrantfiles: BTreeMap<String, PathBuf>) -> Result<Loaded> {
        self.request.box_vagrantfiles = box_vagrantfiles;
        let lab = self.lab();
        self.session.flush();
        self.session.keep_trust()?;
        let lab = lab?;
        Ok(self.loaded(lab))
    }

    fn loaded(&self, (lab, explained): (Lab, Explanations)) -> Loaded {
        let mut files = self.session.read.borrow().clone();
        files.sort();
        files.dedup();
        Loaded {
            lab,
            explained,
            files,
        }
    }

    fn first(&mut self) -> Result<(Lab, Explanations), LoadError> {
        // Vagrant runs this file, too, before any Vagrantfile.
        let plugins = self.root.join(".vagrantplugins");
        if plugins.is_file() {
            let blocks = self.session.read_file(&plugins, Layer::Project)?;
            self.blocks.extend(blocks);
        }
        for file in find::home_files(&self.host) {
            self.blocks
                .extend(self.session.read_file(&file, Layer::Home)?);
        }
        let blocks = self.session.read_file(&self.path, Layer::Project)?;
        self.blocks.extend(blocks);
        self.lab()
    }

    /// Returns the machines, finalized.
    fn machines(&mut self) -> Result<Vec<Machine>, LoadError> {
        let inputs = provider_inputs(&self.session, &self.host, &self.request);
        if let Some(said) = &self.said {
            return make_machines(&mut self.session, &self.request, said, &inputs);
        }
        let mut said = self.session.evaluate_all(&self.blocks)?;
        let mut machines = make_machines(&mut self.session, &self.request, &said, &inputs)?;
        // A machine's block, or a provider's, that writes to the outer `config`
        // changes all machines: Vagrant makes each of them more than once.
        if self.session.takes_late_words() {
            said = self.session.evaluate_all(&self.blocks)?;
            machines = make_machines(&mut self.session, &self.request, &said, &inputs)?;
        }
        self.said = Some(said);
        Ok(machines)
    }

    fn lab(&mut self) -> Result<(Lab, Explanations), LoadError> {
        let mut lab = Lab {
            root: self.root.clone(),
            vagrantfile: self.path.clone(),
            ..Lab::default()
        };
        let mut machines = self.machines()?;
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
        let home = self.session.env("HOME").map(PathBuf::from);
        let mut explained = Vec::new();
        for machine in &machines {
            if self.request.explain {
                explained.push((machine.name.clone(), explain::machine(machine)));
            }
            let mut checked = check::machine(machine, &machines, &lab.root, home.as_deref());
            if self.host.env.is_on(variables::ROVE_COMPAT) {
                check::as_strict_as_vagrant(&mut checked);
            }
            let mut config = lower::machine(machine, &checked, &lab.root, home.as_deref());
            let blocks = &config.provider_blocks;
            let (size, faults) = match self.request.box_vagrantfiles.get(&config.name) {
                Some(file) => Size::derive_over_box(&config.provider, blocks, file),
                None => Size::derive(&config.provider, blocks),
            };
            config.size = size;
            lab.diagnostics
                .extend(check::diagnostics(&machine.name, checked, faults));
            lab.machines.push(config);
        }
        lab.diagnostics.extend(self.session.take_left_out());
        check::once(&mut lab.diagnostics, lab.machines.len());
        Ok((lab, explained))
    }
}

/// Returns the machines, each with the file of its box where there is one.
fn make_machines(
    session: &mut Session,
    request: &LoadRequest,
    said: &RootState,
    inputs: &ProviderInputs,
) -> Result<Vec<Machine>, LoadError> {
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
    let mut machines = Vec::new();
    for one in &defined {
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
fn check_box_version(machine: &Machine) -> Result<(), LoadError> {
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
