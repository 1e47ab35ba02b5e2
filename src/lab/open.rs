//! Finding and loading the lab.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{Diagnostic, Explained, Lab, MachineConfig, Severity};
use crate::error::Result;
use crate::event::Level;
use crate::host::{Host, variables};
use crate::providers::{Provider, list};
use crate::state::{MachineFolder, MachineIndex, layout};
use crate::vagrantfile::{self, LoadRequest};

use super::error::describe;
use super::lock::LockPolicy;
use super::{InvalidConfig, LabError};

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
    request: LoadRequest,
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
/// of a machine elsewhere, the lab of that machine. Returns the targets by name.
pub(super) fn open_for(
    host: &Host,
    targets: &[String],
    wish: &Wish,
) -> Result<(Opened, Vec<String>)> {
    if let [target] = targets
        && let Some(entry) = elsewhere(host, target)
        && entry.vagrantfile_path.is_dir()
    {
        let opened = open(host, &entry.vagrantfile_path, wish)?;
        return Ok((opened, vec![entry.name]));
    }
    Ok((open(host, &host.cwd, wish)?, targets.to_vec()))
}

/// Returns the index entry that `target` is the id of, or the beginning of it.
fn elsewhere(host: &Host, target: &str) -> Option<crate::state::IndexEntry> {
    // Shorter ones are names; Vagrant shows seven digits.
    let is_id = target.len() >= 7 && target.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return None;
    }
    MachineIndex::new(host).find(target)
}

fn open(host: &Host, start: &Path, wish: &Wish) -> Result<Opened> {
    let file = vagrantfile::find(host, start)?;
    let root = file.parent().unwrap_or(Path::new("/")).to_owned();
    let dotfile = layout::dotfile_dir(&host.env, &root);
    let made_with = MachineFolder::names(&dotfile)
        .into_iter()
        .filter_map(|name| {
            let provider = MachineFolder::provider_in_use(&dotfile, &name)?;
            Some((name, provider))
        })
        .collect();
    let request = LoadRequest {
        start: start.to_owned(),
        provider: wish.provider.clone(),
        made_with,
        usable: usable(host, wish.probe),
        box_vagrantfiles: BTreeMap::new(),
        explain: wish.explain,
        arguments: typed(host),
    };
    let loaded = vagrantfile::load(host, &request)?;
    Ok(Opened {
        lab: loaded.lab,
        explained: loaded.explained,
        dotfile,
        policy: LockPolicy::default(),
        request,
    })
}

/// Returns what the user typed, for the file's `ARGV`; rove's own flags, which
/// Vagrant's users cannot type, are left out.
fn typed(host: &Host) -> Vec<String> {
    let words = host.env.arguments().iter();
    words.filter(|word| *word != "--trust").cloned().collect()
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
    pub(super) fn reload(
        &mut self,
        host: &Host,
        box_vagrantfiles: BTreeMap<String, PathBuf>,
    ) -> Result<bool> {
        if self.request.box_vagrantfiles == box_vagrantfiles {
            return Ok(false);
        }
        self.request.box_vagrantfiles = box_vagrantfiles;
        let loaded = vagrantfile::load(host, &self.request)?;
        (self.lab, self.explained) = (loaded.lab, loaded.explained);
        Ok(true)
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
    list::by_name(&config.provider).ok_or_else(|| {
        LabError::ProviderUnknown {
            machine: config.name.clone(),
            provider: config.provider.clone(),
            known: list::names().into_iter().map(str::to_owned).collect(),
        }
        .into()
    })
}

/// Returns the provider of a machine that is to be made or started: it has to be
/// usable on this host.
pub(super) fn usable_provider_of(
    host: &Host,
    config: &MachineConfig,
) -> Result<&'static dyn Provider> {
    let provider = provider_of(config)?;
    let allowed = host
        .env
        .all()
        .find(|(name, _)| *name == variables::ROVE_PROVIDERS)
        .map(|(_, value)| value.to_owned());
    if let Some(allowed) = allowed
        && !allowed
            .split(',')
            .any(|name| name.trim() == provider.name())
    {
        return Err(LabError::ProviderLeftOut {
            machine: config.name.clone(),
            provider: provider.name().to_owned(),
        }
        .into());
    }
    provider.probe(host)?;
    Ok(provider)
}
