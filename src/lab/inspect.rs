//! Commands that only tell: `plan`, `config`, `ssh-config`, `port`, and what
//! `ssh` needs to know.

use std::path::PathBuf;

use crate::config::{self, Connection, ForwardedPort, MachineConfig};
use crate::error::Result;
use crate::exec;
use crate::host::Host;
use crate::plan::{self, Observed};
use crate::providers::Power;

use super::act::Subject;
use super::observe::{Ports, observe};
use super::open::{Opened, Wish, open_for};
use super::resolve::{Boxes, Effort, resolve};
use super::start::same_provider;
use super::{PlannedMachine, UpRequest, select};

/// How to log in to a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct SshInfo {
    /// Machine.
    pub machine: String,
    /// Address, user, keys.
    pub connection: Connection,
    /// Folder of the Vagrantfile.
    pub root: PathBuf,
}

/// The forwarded ports of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortList {
    /// Machine.
    pub machine: String,
    /// Ports in force.
    pub ports: Vec<ForwardedPort>,
}

/// Returns what `up` would do and why. Changes nothing, fetches nothing.
pub fn plan(host: &Host, request: &UpRequest) -> Result<Vec<PlannedMachine>> {
    let wish = Wish {
        provider: request.provider.clone(),
        probe: true,
        ..Wish::default()
    };
    let (mut opened, targets) = open_for(host, &request.targets, &wish)?;
    let machines = opened.autostart(&targets)?;
    same_provider(&opened, &machines, request.provider.as_deref())?;
    let boxes = resolve(host, &mut opened, &machines, Effort::Look)?;
    opened.require_valid(host, &machines)?;
    machines
        .iter()
        .filter_map(|name| opened.machine(name))
        .map(|config| planned(host, &opened, config, &boxes, request))
        .collect()
}

fn planned(
    host: &Host,
    opened: &Opened,
    config: &MachineConfig,
    boxes: &Boxes,
    request: &UpRequest,
) -> Result<PlannedMachine> {
    let subject = Subject::of(host, opened, config, boxes)?;
    let record = subject.folder.read();
    let id = record.id.clone().unwrap_or_else(|| "0".repeat(32));
    let seen = observe(&subject, &record, &id, Ports::Ask, false)?;
    let spec = subject.spec(&id, &seen)?;
    let mut described = subject.provider.describe(host, &spec)?;
    let machine = subject.provider.open(subject.folder.path(), host)?;
    described.extend(machine.disks(&spec)?);
    Ok(PlannedMachine {
        provider_reason: reason(host, config, &seen, request),
        described,
        plan: plan::up(
            config,
            &seen,
            subject.provider.capabilities(),
            &request.provision,
        )?,
        seen,
        config: config.clone(),
    })
}

/// Returns why a machine has its provider, in the order of the rules by which
/// it was chosen.
fn reason(host: &Host, config: &MachineConfig, seen: &Observed, request: &UpRequest) -> String {
    let provider = &config.provider;
    if seen.known {
        return "the machine was made with it".to_owned();
    }
    if request.provider.as_ref() == Some(provider) {
        return "`--provider`".to_owned();
    }
    let variable = crate::host::variables::VAGRANT_DEFAULT_PROVIDER;
    if host.env.get(variable) == Some(provider) {
        return format!("`{variable}`");
    }
    if config.providers.contains(provider) {
        return "the Vagrantfile names it, and it can be used here".to_owned();
    }
    match config.providers.as_slice() {
        [only] => format!("{only} cannot be used here; its size and boxes are taken"),
        [most @ .., last] => format!(
            "{} and {last} cannot be used here; their sizes and boxes are taken",
            most.join(", ")
        ),
        [] => "the Vagrantfile names none, and this one can be used here".to_owned(),
    }
}

/// Returns how to log in to the one machine that a command for one machine means.
pub fn ssh_info(host: &Host, target: Option<&str>) -> Result<SshInfo> {
    let targets: Vec<String> = target.map(str::to_owned).into_iter().collect();
    let (mut opened, targets) = open_for(host, &targets, &Wish::default())?;
    ssh_info_in(host, &mut opened, targets.first().map(String::as_str))
}

/// Returns how to log in to a machine of a lab, to the primary one when `target`
/// is `None`.
pub(super) fn ssh_info_in(
    host: &Host,
    opened: &mut Opened,
    target: Option<&str>,
) -> Result<SshInfo> {
    let name = opened.one(target)?;
    let mut found = infos(host, opened, std::slice::from_ref(&name))?;
    found.pop().ok_or_else(|| lost(&name))
}

/// Returns how to log in to machines; to all when `targets` is empty.
pub fn ssh_infos(host: &Host, targets: &[String]) -> Result<Vec<SshInfo>> {
    let (mut opened, targets) = open_for(host, targets, &Wish::default())?;
    let names = opened.several(&targets, false)?;
    infos(host, &mut opened, &names)
}

fn infos(host: &Host, opened: &mut Opened, names: &[String]) -> Result<Vec<SshInfo>> {
    let boxes = resolve(host, opened, names, Effort::Look)?;
    let mut found = Vec::new();
    for config in names.iter().filter_map(|name| opened.machine(name)) {
        let subject = Subject::of(host, opened, config, &boxes)?;
        let (_, machine) = running(&subject)?;
        let endpoint = machine.endpoint()?.ok_or_else(|| crate::error::Bug {
            what: format!("machine `{}` runs and has no address", config.name),
        })?;
        found.push(SshInfo {
            machine: config.name.clone(),
            connection: exec::connection(host, config, subject.root, &subject.folder, endpoint)?,
            root: subject.root.to_owned(),
        });
    }
    Ok(found)
}

/// A machine that was selected from the lab is not in it.
pub(super) fn lost(name: &str) -> crate::error::Failure {
    crate::error::Bug {
        what: format!("machine `{name}` was selected and is not in the lab"),
    }
    .into()
}

fn running<'a>(
    subject: &'a Subject<'a>,
) -> Result<(Power, Box<dyn crate::providers::Machine + 'a>)> {
    let machine = subject.provider.open(subject.folder.path(), subject.host)?;
    let power = machine.power()?;
    let seen = Observed {
        power,
        known: subject.folder.id().is_some(),
        ..Observed::default()
    };
    plan::require_running(subject.config, &seen)?;
    Ok((power, machine))
}

/// Returns the forwarded ports of the one machine that a command for one
/// machine means.
pub fn ports(host: &Host, target: Option<&str>) -> Result<PortList> {
    let targets: Vec<String> = target.map(str::to_owned).into_iter().collect();
    let (opened, targets) = open_for(host, &targets, &Wish::default())?;
    let name = opened.one(targets.first().map(String::as_str))?;
    let config = opened.machine(&name).ok_or_else(|| lost(&name))?;
    let subject = Subject::of(host, &opened, config, &Boxes::new())?;
    let (_, machine) = running(&subject)?;
    Ok(PortList {
        machine: name,
        ports: machine.forwards()?,
    })
}

/// Fails if a machine that does not exist yet has no provider that may be used.
pub fn require_providers(host: &Host) -> Result<()> {
    let (opened, _) = open_for(host, &[], &Wish::default())?;
    opened.require_providers()
}

/// Returns the lab with everything there is to say about it. Unless
/// `any_provider`, it fails if a machine has no provider that may be used.
pub fn validate(host: &Host, any_provider: bool) -> Result<config::Lab> {
    let opened = configured(host, &[], &Wish::default())?;
    if !any_provider {
        opened.require_providers()?;
    }
    Ok(opened.lab)
}

/// Returns the lab as it is configured, with everything there is to say about it.
/// Boxes that are in the store count, none is fetched.
pub fn config(host: &Host, targets: &[String]) -> Result<config::Lab> {
    Ok(configured(host, targets, &Wish::default())?.lab)
}

/// Returns every setting of machines, with who said something of it.
pub fn explain(host: &Host, targets: &[String]) -> Result<Vec<(String, Vec<config::Explained>)>> {
    let wish = Wish {
        explain: true,
        ..Wish::default()
    };
    let opened = configured(host, targets, &wish)?;
    let names: Vec<&String> = opened
        .lab
        .machines
        .iter()
        .map(|machine| &machine.name)
        .collect();
    let mut explained = opened.explained.clone();
    explained.retain(|(name, _)| names.contains(&name));
    Ok(explained)
}

fn configured(host: &Host, targets: &[String], wish: &Wish) -> Result<Opened> {
    let (mut opened, targets) = open_for(host, targets, wish)?;
    let names = select::several(&opened.lab, &targets, false)?;
    let known: Vec<String> = names
        .iter()
        .filter(|name| {
            opened
                .machine(name)
                .is_some_and(|config| crate::providers::list::by_name(&config.provider).is_some())
        })
        .cloned()
        .collect();
    resolve(host, &mut opened, &known, Effort::Look)?;
    opened.check_providers();
    opened
        .lab
        .machines
        .retain(|machine| names.contains(&machine.name));
    Ok(opened)
}
