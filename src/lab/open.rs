//! Finding and loading the lab.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{Diagnostic, Explained, Lab, MachineConfig, Severity};
use crate::error::{Failure, Result};
use crate::event::Level;
use crate::host::Host;
use crate::providers::{Provider, list};
use crate::state::{IndexEntry, MachineFolder, MachineIndex, layout};
use crate::vagrantfile::{self, LoadRequest, Loader};

use super::error::describe;
use super::lock::LockPolicy;
use super::{InvalidConfig, LabError, select};

/// A lab that was loaded.
pub(super) struct Opened {
    /// What its Vagrantfile says.
    pub(super) lab: Lab,
    /// Where the values of each machine came from, if that was wished.
    pub(super) explained: Vec<(String, Vec<Explained>)>,
    /// Folder for machine state.
    pub(super) dotfile: PathBuf,
    /// What the lock file means to this command.
    pub(super) policy: LockPolicy,
    loader: Loader,
    /// The providers of machines that exist, by machine.
    made_with: BTreeMap<String, String>,
    /// `ROVE_PROVIDERS`, where set.
    allowed: Option<Vec<String>>,
}

/// What matters for loading, beside where.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    /// `--provider`.
    pub(super) provider: Option<String>,
    /// Find out which providers can be used; else all of rove's are taken as usable.
    pub(super) probe: bool,
    /// Also find out where each value came from.
    pub(super) explain: bool,
}

/// Loads the lab that the working directory is in; of a target that is the id
/// of a machine elsewhere, or the beginning of it, the lab of that machine.
/// Returns the targets by name.
pub(super) fn open_for(
    host: &Host,
    targets: &[String],
    wish: &Wish,
) -> Result<(Opened, Vec<String>)> {
    let mut here = None;
    if let Some((entry, names)) = elsewhere(host, targets, wish, &mut here)? {
        if !entry.vagrantfile_path.is_dir() {
            return Err(LabError::LabGone {
                machine: entry.name,
                id: entry.id,
                path: entry.vagrantfile_path,
            }
            .into());
        }
        let made_with = (entry.name.clone(), entry.provider.clone());
        let opened = open_with(host, &entry.vagrantfile_path, wish, Some(made_with));
        let opened = opened.map_err(|failure| {
            if super::is_no_lab(&failure) {
                LabError::VagrantfileGone {
                    machine: entry.name,
                    provider: entry.provider,
                    path: entry.vagrantfile_path,
                }
                .into()
            } else {
                failure
            }
        })?;
        return Ok((opened, names));
    }
    let opened = match here {
        Some(opened) => opened,
        None => open(host, &host.cwd, wish)?,
    };
    Ok((opened, targets.to_vec()))
}

/// Returns the index entry that the targets mean by its id, and the names of the
/// machines meant; `None` if they are names of the lab here. That lab is left in
/// `here` if it had to be loaded: a file that prints is not run twice.
fn elsewhere(
    host: &Host,
    targets: &[String],
    wish: &Wish,
    here: &mut Option<Opened>,
) -> Result<Option<(IndexEntry, Vec<String>)>> {
    let is_id = |target: &String| {
        !target.is_empty() && target.len() <= 32 && target.bytes().all(|b| b.is_ascii_hexdigit())
    };
    if targets.is_empty() || !targets.iter().all(is_id) {
        return Ok(None);
    }
    let entries = MachineIndex::new(host).entries();
    let mut found: Vec<&IndexEntry> = Vec::new();
    for target in targets {
        let matching: Vec<&IndexEntry> = entries
            .iter()
            .filter(|entry| entry.id.starts_with(target.as_str()))
            .collect();
        match matching[..] {
            [] => return Ok(None),
            [entry] => found.push(entry),
            [..] => {
                // `a1` may be the name of a machine here as well.
                if named_here(host, target, wish, here) {
                    return Ok(None);
                }
                return Err(LabError::IdAmbiguous {
                    id: target.clone(),
                    known: matching
                        .iter()
                        .map(|entry| format!("{} ({})", entry.short_id(), entry.name))
                        .collect(),
                }
                .into());
            }
        }
    }
    // Vagrant shows seven digits; what is shorter is a name where there is one.
    let short = targets.iter().find(|target| target.len() < 7);
    if short.is_some_and(|target| named_here(host, target, wish, here)) {
        return Ok(None);
    }
    let first = found[0];
    let apart = |entry: &&&IndexEntry| entry.vagrantfile_path != first.vagrantfile_path;
    if let Some(other) = found.iter().find(apart) {
        return Err(LabError::SeveralLabs {
            first: first.vagrantfile_path.clone(),
            other: other.vagrantfile_path.clone(),
        }
        .into());
    }
    let names = found.iter().map(|entry| entry.name.clone()).collect();
    Ok(Some((first.clone(), names)))
}

fn named_here(host: &Host, target: &str, wish: &Wish, here: &mut Option<Opened>) -> bool {
    if here.is_none() {
        *here = open(host, &host.cwd, wish).ok();
    }
    here.as_ref()
        .is_some_and(|opened| opened.machine(target).is_some())
}

fn open(host: &Host, start: &Path, wish: &Wish) -> Result<Opened> {
    open_with(host, start, wish, None)
}

/// Loads a lab; `known` is what the index says a machine was made with.
fn open_with(
    host: &Host,
    start: &Path,
    wish: &Wish,
    known: Option<(String, String)>,
) -> Result<Opened> {
    let file = vagrantfile::find(host, start)?;
    let root = file.parent().unwrap_or(Path::new("/")).to_owned();
    if root.to_str().is_none() {
        return Err(LabError::FolderName { path: root }.into());
    }
    let dotfile = layout::dotfile_dir(&host.env, &root);
    let made_with: BTreeMap<String, String> = MachineFolder::names(&dotfile)
        .into_iter()
        .filter_map(|name| {
            let provider = MachineFolder::provider_in_use(&dotfile, &name)?;
            Some((name, provider))
        })
        .collect();
    let mut by_index = made_with.clone();
    by_index.extend(known);
    let request = LoadRequest {
        start: start.to_owned(),
        provider: wish.provider.clone(),
        made_with: by_index,
        usable: usable(host, wish.probe),
        box_vagrantfiles: BTreeMap::new(),
        explain: wish.explain,
        arguments: typed(host),
    };
    let (loader, loaded) = Loader::open(host, &request)?;
    Ok(Opened {
        lab: loaded.lab,
        explained: loaded.explained,
        dotfile,
        policy: LockPolicy::default(),
        loader,
        made_with,
        allowed: host.env.allowed_providers(),
    })
}

/// Returns what the user typed, for the file's `ARGV`; rove's own flags, which
/// Vagrant's users cannot type, are left out.
fn typed(host: &Host) -> Vec<String> {
    let words = host.env.arguments().iter();
    words
        .filter(|word| !matches!(word.as_str(), "--trust" | "--json"))
        .cloned()
        .collect()
}

fn usable(host: &Host, probe: bool) -> Vec<String> {
    list::all()
        .iter()
        .filter(|provider| !probe || provider.probe(host).is_ok())
        .map(|provider| provider.name().to_owned())
        .collect()
}

impl Opened {
    /// Loads again with the Vagrantfiles of boxes as the lowest layer. Returns
    /// whether that was necessary.
    pub(super) fn reload(&mut self, box_vagrantfiles: BTreeMap<String, PathBuf>) -> Result<bool> {
        if *self.loader.box_vagrantfiles() == box_vagrantfiles {
            return Ok(false);
        }
        let loaded = self.loader.with_boxes(box_vagrantfiles)?;
        (self.lab, self.explained) = (loaded.lab, loaded.explained);
        Ok(true)
    }

    /// Returns the machines that `targets` mean, in order; all when there are none.
    pub(super) fn several(&self, targets: &[String], reverse: bool) -> Result<Vec<String>> {
        self.with_providers(select::several(&self.lab, targets, reverse)?)
    }

    /// Returns the machines that `up` without names means: those that start by themselves.
    pub(super) fn autostart(&self, targets: &[String]) -> Result<Vec<String>> {
        self.with_providers(select::autostart(&self.lab, targets)?)
    }

    /// Returns the one machine that a command for one machine means.
    pub(super) fn one(&self, target: Option<&str>) -> Result<String> {
        let name = select::one(&self.lab, target)?;
        self.with_providers(vec![name.clone()])?;
        Ok(name)
    }

    /// Ends a command on a machine that does not exist yet and has no provider:
    /// rove does not have the one that was chosen, or it may not be used.
    fn with_providers(&self, names: Vec<String>) -> Result<Vec<String>> {
        for config in names.iter().filter_map(|name| self.machine(name)) {
            if self.made_with.contains_key(&config.name) {
                continue;
            }
            let provider = provider_of(config)?;
            if let Some(allowed) = &self.allowed {
                require_allowed(config, provider.name(), allowed)?;
            }
        }
        Ok(names)
    }

    /// Returns whether the provider of every machine could be used at all; see
    /// [`Opened::with_providers`].
    pub(super) fn require_providers(&self) -> Result<()> {
        self.several(&[], false).map(drop)
    }

    /// Returns the configuration of a machine.
    pub(super) fn machine(&self, name: &str) -> Option<&MachineConfig> {
        self.lab
            .machines
            .iter()
            .find(|machine| machine.name == name)
    }

    /// Returns the folder of a machine under its provider.
    pub(super) fn folder(&self, config: &MachineConfig) -> MachineFolder {
        MachineFolder::new(&self.dotfile, &config.name, &config.provider)
    }

    /// Adds what providers say of their settings to the diagnostics.
    pub(super) fn check_providers(&mut self) {
        for machine in &self.lab.machines {
            if let Some(provider) = list::by_name(&machine.provider) {
                let found = provider.check(machine);
                for diagnostic in found {
                    if !self.lab.diagnostics.contains(&diagnostic) {
                        self.lab.diagnostics.push(diagnostic);
                    }
                }
            }
        }
    }

    /// Ends a command that acts if the configuration of one of its machines is
    /// faulty; else tells the warnings.
    pub(super) fn require_valid(&mut self, host: &Host, names: &[String]) -> Result<()> {
        self.require_faultless(names)?;
        for diagnostic in self.concerning(names) {
            host.say(None, Level::Warn, describe(&diagnostic));
        }
        Ok(())
    }

    /// Ends a command that acts if the configuration of one of its machines is
    /// faulty. Asked before boxes are fetched: nobody waits for gigabytes to
    /// hear of a slip.
    pub(super) fn require_faultless(&mut self, names: &[String]) -> Result<()> {
        self.check_providers();
        let diagnostics = self.concerning(names);
        let faulty = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if diagnostics.iter().any(faulty) {
            return Err(InvalidConfig { diagnostics }.into());
        }
        Ok(())
    }

    fn concerning(&self, names: &[String]) -> Vec<Diagnostic> {
        let concerned = |diagnostic: &&Diagnostic| {
            let machine = diagnostic.machine.as_ref();
            machine.is_none_or(|machine| names.contains(machine))
        };
        self.lab
            .diagnostics
            .iter()
            .filter(concerned)
            .cloned()
            .collect()
    }
}

/// Returns the provider of a machine.
pub(super) fn provider_of(config: &MachineConfig) -> Result<&'static dyn Provider> {
    list::by_name(&config.provider).ok_or_else(|| unknown_provider(config))
}

/// Returns the error for a machine whose provider rove does not have.
pub(super) fn unknown_provider(config: &MachineConfig) -> Failure {
    LabError::ProviderUnknown {
        machine: config.name.clone(),
        provider: config.provider.clone(),
        known: list::names().into_iter().map(str::to_owned).collect(),
    }
    .into()
}

/// Returns the provider of a machine that is to be made or started: it has to be
/// usable on this host.
pub(super) fn usable_provider_of(
    host: &Host,
    config: &MachineConfig,
) -> Result<&'static dyn Provider> {
    let provider = provider_of(config)?;
    if let Some(allowed) = host.env.allowed_providers() {
        require_allowed(config, provider.name(), &allowed)?;
    }
    provider.probe(host)?;
    Ok(provider)
}

fn require_allowed(config: &MachineConfig, provider: &str, allowed: &[String]) -> Result<()> {
    if allowed.iter().any(|name| name == provider) {
        return Ok(());
    }
    Err(LabError::ProviderLeftOut {
        machine: config.name.clone(),
        provider: provider.to_owned(),
    }
    .into())
}
