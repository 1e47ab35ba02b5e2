//! What `Vagrantfile.lock` means: which boxes a lab may use, when the file is
//! written, and whether it still says what the Vagrantfile says.
//!
//! `up` takes the locked version where the Vagrantfile allows it, and locks what
//! is not locked yet. `up --locked` takes nothing else. Only `lock` removes.

use std::path::{Path, PathBuf};

use crate::boxes::lock::{LockError, LockFile, Locked, path_for};
use crate::boxes::{self, BoxError, Candidate, Checksum, Installed, Request, Store, name};
use crate::error::{Explain, Failure, Kind, Result};
use crate::event::Level;
use crate::host::Host;
use crate::state::BoxMeta;

use super::open::{Opened, Wish, open_for, provider_of};
use super::resolve::{Boxes, Effort, request, resolve};
use super::select;

/// What the lock file means to a command.
#[derive(Clone, Debug, Default)]
pub(super) struct LockPolicy {
    /// Take nothing but what it names.
    pub(super) require: bool,
    /// Go by the Vagrantfile, whatever machines live on.
    pub(super) by_file_alone: bool,
    /// Boxes to lock anew.
    pub(super) upgrade: Option<UpgradeRequest>,
}

/// Which boxes `lock --upgrade` is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeRequest {
    /// All of the lab.
    All,
    /// Those of this name.
    Named(String),
}

/// Why the lock file keeps a command from going on.
#[derive(Debug, thiserror::Error)]
pub enum LockUseError {
    /// The box of a machine is not locked.
    #[error("the box `{name}` of `{machine}` is not in `{}` as the Vagrantfile asks for it", path.display())]
    NotLocked {
        /// Machine.
        machine: String,
        /// Box.
        name: String,
        /// The lock file.
        path: PathBuf,
    },
    /// A machine that lives was made from another box.
    #[error("machine `{machine}` was made from `{name}` {version}, which is not the locked box")]
    MadeFromAnother {
        /// Machine.
        machine: String,
        /// Its box.
        name: String,
        /// Its version.
        version: String,
    },
    /// `--upgrade` names a box that the lab does not use.
    #[error("no machine of this lab uses the box `{name}`")]
    NotUsed {
        /// Box.
        name: String,
        /// The boxes that are used.
        known: Vec<String>,
    },
}

impl Explain for LockUseError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotLocked { .. } => Kind::Config,
            _ => Kind::User,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotLocked { .. } => vec![
                "write it: `rove lock`; see what differs: `rove lock --check`".to_owned(),
                "or leave out `--locked` and `ROVE_LOCKED`".to_owned(),
            ],
            Self::MadeFromAnother { machine, .. } => {
                vec![format!(
                    "make it anew: `rove destroy {machine}`, `rove up {machine} --locked`"
                )]
            }
            Self::NotUsed { known, .. } => vec![format!("there are: {}", known.join(", "))],
        }
    }
}

/// The lock file of a lab, as a command sees it.
pub(super) struct Lock {
    path: PathBuf,
    file: Option<LockFile>,
    policy: LockPolicy,
}

impl Lock {
    /// Returns the lab's lock. A damaged file ends only commands that get boxes.
    pub(super) fn of(opened: &Opened, effort: Effort) -> Result<Self> {
        let path = path_for(&opened.lab.vagrantfile);
        let file = match LockFile::read(&path) {
            Ok(file) => file,
            Err(_) if effort == Effort::Look => None,
            Err(failure) => return Err(failure),
        };
        Ok(Self {
            path,
            file,
            policy: opened.policy.clone(),
        })
    }

    /// Returns the locked box that `request` means; none is an error where it must be one.
    pub(super) fn find(&self, machine: &str, request: &Request) -> Result<Option<&Locked>> {
        let name = request.name.as_deref().unwrap_or_default();
        if self.is_renewed(name) {
            return Ok(None);
        }
        let found = self.file.as_ref().and_then(|file| file.find(request));
        if found.is_none() && self.policy.require {
            return Err(LockUseError::NotLocked {
                machine: machine.to_owned(),
                name: name.to_owned(),
                path: self.path.clone(),
            }
            .into());
        }
        Ok(found)
    }

    /// Returns whether the box is to be locked anew.
    pub(super) fn is_renewed(&self, name: &str) -> bool {
        match &self.policy.upgrade {
            None => false,
            Some(UpgradeRequest::All) => true,
            Some(UpgradeRequest::Named(one)) => one == name,
        }
    }
}

/// Ends a command that takes locked boxes only on a machine made from another.
pub(super) fn require_same(machine: &str, meta: &BoxMeta, locked: Option<&Locked>) -> Result<()> {
    let same = locked.is_some_and(|locked| {
        (&locked.name, &locked.version, &locked.provider)
            == (&meta.name, &meta.version, &meta.provider)
    });
    if same {
        return Ok(());
    }
    Err(LockUseError::MadeFromAnother {
        machine: machine.to_owned(),
        name: meta.name.clone(),
        version: meta.version.clone(),
    }
    .into())
}

/// Fetches the locked box: from the address that was locked, or, if that has it no
/// longer, from wherever its name leads to those bytes.
pub(super) fn fetch_locked(host: &Host, request: &Request, locked: &Locked) -> Result<Installed> {
    let expected = locked.checksum.as_deref().map(Checksum::written);
    let expected = expected.transpose()?;
    let first = match (&expected, candidate(host, request, locked)?) {
        // Without a checksum nothing tells whether the bytes there are still the same.
        (Some(_), Some(candidate)) => match boxes::add_candidate(host, request, &candidate) {
            Ok((installed, _)) => return Ok(installed),
            Err(failure) if failure.downcast_ref::<BoxError>().is_none() => return Err(failure),
            Err(failure) => Some(failure),
        },
        _ => None,
    };
    let found = boxes::resolve(host, request);
    let candidate = match (found, first) {
        (Ok(candidate), None) => candidate,
        // They lead to where it was tried already.
        (Ok(candidate), Some(failure)) if is_at(&candidate, locked) => {
            return Err(of_lock(locked, failure));
        }
        (Ok(candidate), Some(failure)) => {
            let text = format!("{failure}; asking the sources for {}", locked.name);
            host.say(request.machine.as_deref(), Level::Warn, text);
            candidate
        }
        (Err(failure), _) if failure.downcast_ref::<BoxError>().is_none() => return Err(failure),
        (Err(failure), Some(first)) => {
            let text = format!("{first}; {}", with_reasons(&failure));
            host.say(request.machine.as_deref(), Level::Warn, text);
            return Err(of_lock(locked, worse(first, failure)));
        }
        (Err(failure), None) => {
            let Some(candidate) = candidate(host, request, locked)? else {
                return Err(of_lock(locked, failure));
            };
            let reasons = with_reasons(&failure);
            let text = format!("{reasons}; taking the address in the lock file");
            host.say(request.machine.as_deref(), Level::Warn, text);
            candidate
        }
    };
    // Known before the first byte of a box is fetched.
    if let Some(expected) = &expected {
        let other = candidate
            .checksums
            .iter()
            .find(|sum| sum.kind == expected.kind && *sum != expected);
        if let Some(other) = other {
            return Err(differs(locked, "box file", other, expected));
        }
    }
    match boxes::add_candidate(host, request, &candidate) {
        Ok((installed, _)) => Ok(installed),
        Err(failure) => Err(of_lock(locked, failure)),
    }
}

/// Returns whether the address in the lock is where a box is found.
fn is_at(candidate: &Candidate, locked: &Locked) -> bool {
    let url = locked.url.as_deref();
    let mut places = candidate.places.iter();
    places.all(|place| Some(place.to_string().as_str()) == url)
}

/// Returns a failure with what it says in detail, in one line.
fn with_reasons(failure: &Failure) -> String {
    let reasons = failure.explain().detail();
    let reasons = reasons.map_or_else(String::new, |reasons| format!(" ({reasons})"));
    format!("{failure}{}", reasons.replace('\n', "; "))
}

/// Returns the failure that says more: that other bytes are there, or where they are not.
fn worse(first: Failure, then: Failure) -> Failure {
    match first.downcast_ref() {
        Some(BoxError::ChecksumDiffers { .. } | BoxError::OtherBytes { .. }) => first,
        _ => then,
    }
}

/// Returns a failure about bytes as one about the lock, with both digests.
fn of_lock(locked: &Locked, failure: Failure) -> Failure {
    match failure.downcast_ref() {
        Some(BoxError::ChecksumDiffers {
            expected, found, ..
        }) if Some(expected.to_string()) == locked.checksum => {
            differs(locked, "box file", found, expected)
        }
        Some(BoxError::OtherBytes {
            offered, expected, ..
        }) => differs(locked, "box file", offered, expected),
        _ => failure,
    }
}

/// Returns the file that the lock names, if its address is known.
fn candidate(host: &Host, request: &Request, locked: &Locked) -> Result<Option<Candidate>> {
    let Some(url) = &locked.url else {
        return Ok(None);
    };
    let seen = name::Seen {
        cwd: &host.cwd,
        is_file: !name::is_address(url) && host.cwd.join(url).is_file(),
        server: "",
    };
    if !name::is_address(url) && !seen.is_file {
        return Ok(None);
    }
    Ok(Some(Candidate {
        name: locked.name.clone(),
        version: locked.version.clone(),
        provider: Some(locked.provider.clone()),
        architecture: locked.architecture.clone(),
        places: name::places(url, seen)?,
        checksums: request.checksum.clone().into_iter().collect(),
        signature: None,
        catalog: None,
    }))
}

/// Fetches the newest box that `request` allows, whatever is in the store.
pub(super) fn fetch_newest(host: &Host, request: &Request) -> Result<Installed> {
    let candidate = boxes::resolve(host, request)?;
    let (installed, _) = boxes::add_candidate(host, request, &candidate)?;
    Ok(installed)
}

fn differs(
    locked: &Locked,
    what: &'static str,
    found: impl ToString,
    expected: impl ToString,
) -> crate::error::Failure {
    LockError::Differs {
        name: locked.name.clone(),
        version: locked.version.clone(),
        what,
        found: found.to_string(),
        locked: expected.to_string(),
    }
    .into()
}

/// Ends a command if the box that is here is not the locked one. What was noted
/// when it was added is believed; a box without such a note is hashed where
/// `thorough`.
pub(super) fn require_locked(
    host: &Host,
    installed: &Installed,
    locked: &Locked,
    thorough: bool,
) -> Result<()> {
    let receipt = installed.receipt();
    let found = receipt.and_then(|receipt| receipt.checksum);
    if let (Some(found), Some(expected)) = (found, &locked.checksum) {
        if found == *expected {
            return Ok(());
        }
        return Err(differs(locked, "box file", found, expected));
    }
    if thorough {
        let found = tree(host, installed)?;
        if found != locked.tree {
            return Err(differs(locked, "unpacked content", found, &locked.tree));
        }
    }
    Ok(())
}

/// Returns the digest of an unpacked box, from its receipt if it is there.
fn tree(host: &Host, installed: &Installed) -> Result<String> {
    if let Some(tree) = installed.receipt().and_then(|receipt| receipt.tree) {
        return Ok(tree);
    }
    let tree = installed.tree_digest(host)?.to_string();
    installed.note_tree(&tree);
    Ok(tree)
}

/// Returns the entry for a box that is here.
fn entry(host: &Host, installed: &Installed) -> Result<Locked> {
    let receipt = installed.receipt().unwrap_or_default();
    Ok(Locked {
        name: installed.name.clone(),
        version: installed.version.clone(),
        provider: installed.provider.clone(),
        architecture: installed.architecture.clone(),
        url: receipt.url,
        checksum: receipt.checksum,
        size: receipt.size,
        tree: tree(host, installed)?,
    })
}

/// Locks the boxes of `up` that are not locked yet. That the file cannot be
/// written is said and no more: the machines do not depend on it.
pub(super) fn note(host: &Host, opened: &Opened, boxes: &Boxes) -> Result<()> {
    let new: Vec<&Installed> = boxes
        .values()
        .filter(|boxed| boxed.to_lock)
        .filter_map(|boxed| boxed.installed.as_ref())
        .collect();
    if new.is_empty() || opened.policy.require {
        return Ok(());
    }
    let path = path_for(&opened.lab.vagrantfile);
    let mut file = LockFile::read(&path)?.unwrap_or_default();
    for installed in new {
        file.set(entry(host, installed)?);
    }
    if let Err(failure) = file.write(&path) {
        let text = format!("the boxes are not locked: {failure}");
        host.say(None, Level::Warn, text);
    }
    Ok(())
}

/// A box of the lock file, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedBox {
    /// The box.
    pub locked: Locked,
    /// Whether the lock file had it before, just so.
    pub before: bool,
}

/// Writes the lock file: the boxes of all machines as the Vagrantfile asks for
/// them, fetched if need be. Returns its path and content.
pub fn lock(host: &Host, upgrade: Option<UpgradeRequest>) -> Result<(PathBuf, Vec<LockedBox>)> {
    let (mut opened, _) = open_for(host, &[], &Wish::default())?;
    let machines = select::several(&opened.lab, &[], false)?;
    opened.require_faultless(&machines)?;
    if let Some(UpgradeRequest::Named(name)) = &upgrade {
        let mut known: Vec<String> = Vec::new();
        for machine in &opened.lab.machines {
            known.extend(machine.box_request.iter().map(|asked| asked.name.clone()));
        }
        known.dedup();
        if !known.contains(name) {
            let name = name.clone();
            return Err(LockUseError::NotUsed { name, known }.into());
        }
    }
    opened.policy.by_file_alone = true;
    opened.policy.upgrade = upgrade;
    let boxes = resolve(host, &mut opened, &machines, Effort::Fetch)?;
    let path = path_for(&opened.lab.vagrantfile);
    let before = LockFile::read(&path)?.unwrap_or_default();
    let mut file = LockFile::default();
    for installed in boxes.values().filter_map(|boxed| boxed.installed.as_ref()) {
        file.set(entry(host, installed)?);
    }
    file.write(&path)?;
    let shown = |locked: &Locked| LockedBox {
        before: before.boxes().contains(locked),
        locked: locked.clone(),
    };
    let shown = file.boxes().iter().map(shown).collect();
    Ok((path, shown))
}

/// Fetches every box that the lock file names, or, without one, every box of
/// the lab. Returns them.
pub fn fetch(host: &Host) -> Result<Vec<Installed>> {
    let (mut opened, _) = open_for(host, &[], &Wish::default())?;
    let machines = select::several(&opened.lab, &[], false)?;
    opened.policy.by_file_alone = true;
    let boxes = resolve(host, &mut opened, &machines, Effort::Fetch)?;
    let mut found: Vec<Installed> = Vec::new();
    for installed in boxes.into_values().filter_map(|boxed| boxed.installed) {
        if !found.contains(&installed) {
            found.push(installed);
        }
    }
    let path = path_for(&opened.lab.vagrantfile);
    for locked in LockFile::read(&path)?.unwrap_or_default().boxes() {
        let there = |installed: &Installed| is_of(installed, locked);
        if !found.iter().any(there) {
            found.push(fetch_stray(host, &opened.lab.root, locked)?);
        }
    }
    Ok(found)
}

fn is_of(installed: &Installed, locked: &Locked) -> bool {
    (&installed.name, &installed.version, &installed.provider)
        == (&locked.name, &locked.version, &locked.provider)
}

/// Fetches a box of the lock file that no machine asks for as things stand,
/// such as that of a provider which is not used here.
fn fetch_stray(host: &Host, root: &Path, locked: &Locked) -> Result<Installed> {
    let host = Host {
        cwd: root.to_owned(),
        ..host.clone()
    };
    let architecture = match &locked.architecture {
        Some(name) => boxes::Architecture::Named(name.clone()),
        None => boxes::Architecture::Default,
    };
    let request = Request::new(&locked.name, &[&locked.provider], architecture);
    let request = locked.narrow(&request)?;
    let found = Store::open(&host).find(
        &locked.name,
        &request.constraint,
        &request.providers,
        &request.architecture,
    )?;
    let installed = match found {
        Some(installed) => installed,
        None => fetch_locked(&host, &request, locked)?,
    };
    require_locked(&host, &installed, locked, false)?;
    Ok(installed)
}

/// A point in which lock file and Vagrantfile, or lock file and store, disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// There is no lock file.
    NoLockFile(PathBuf),
    /// The box of a machine is not locked as the Vagrantfile asks for it.
    NotLocked {
        /// Machine.
        machine: String,
        /// Box and constraint.
        asked: String,
    },
    /// A locked box that no machine uses.
    NotUsed {
        /// Box, version and provider.
        locked: String,
    },
    /// A box in the store has other bytes.
    Differs {
        /// What is wrong, with both digests.
        text: String,
    },
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoLockFile(path) => write!(f, "there is no `{}`", path.display()),
            Self::NotLocked { machine, asked } => {
                write!(f, "{asked} of machine `{machine}` is not locked")
            }
            Self::NotUsed { locked } => {
                write!(f, "{locked} is locked and no machine asks for it")
            }
            Self::Differs { text } => f.write_str(text),
        }
    }
}

/// Returns where lock file, Vagrantfile and the boxes in the store disagree.
/// Fetches nothing; boxes that are here are hashed.
pub fn lock_check(host: &Host) -> Result<Vec<Disagreement>> {
    let (mut opened, _) = open_for(host, &[], &Wish::default())?;
    let machines = select::several(&opened.lab, &[], false)?;
    opened.policy.by_file_alone = true;
    // With the Vagrantfiles of the boxes that are here.
    resolve(host, &mut opened, &machines, Effort::Look)?;
    let path = path_for(&opened.lab.vagrantfile);
    let Some(file) = LockFile::read(&path)? else {
        return Ok(vec![Disagreement::NoLockFile(path)]);
    };
    let mut found = Vec::new();
    let mut used: Vec<&Locked> = Vec::new();
    for config in machines.iter().filter_map(|name| opened.machine(name)) {
        let Some(asked) = &config.box_request else {
            continue;
        };
        let providers = provider_of(config)?.capabilities().box_providers;
        let request = request(host, config, asked, providers)?;
        match file.find(&request) {
            Some(locked) => used.push(locked),
            None => found.push(Disagreement::NotLocked {
                machine: config.name.clone(),
                asked: format!("`{}` {}", asked.name, asked.version)
                    .trim()
                    .to_owned(),
            }),
        }
    }
    let store = Store::open(host);
    let installed = store.list()?;
    for locked in file.boxes() {
        if !used.contains(&locked) {
            let locked = format!(
                "`{}` {} for {}",
                locked.name, locked.version, locked.provider
            );
            found.push(Disagreement::NotUsed { locked });
        }
        let there = |installed: &&Installed| {
            is_of(installed, locked) && installed.architecture == locked.architecture
        };
        if let Some(installed) = installed.iter().find(there) {
            let checked = require_locked(host, installed, locked, false).and_then(|()| {
                let now = installed.tree_digest(host)?.to_string();
                if now == locked.tree {
                    return Ok(());
                }
                Err(differs(locked, "unpacked content", now, &locked.tree))
            });
            if let Err(failure) = checked {
                let text = failure.to_string();
                found.push(Disagreement::Differs { text });
            }
        }
    }
    Ok(found)
}
