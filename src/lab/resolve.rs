//! The boxes of the machines: found or fetched, and their Vagrantfiles made the
//! lowest layer of the configuration, which may in turn name another box.

use std::collections::BTreeMap;

use crate::boxes::{self, Architecture, Checksum, Constraint, Installed, Request, Store};
use crate::config::{BoxRequest, MachineConfig};
use crate::error::{Failure, Result};
use crate::host::Host;
use crate::plan::BoxState;
use crate::providers::BoxFiles;
use crate::state::{BoxMeta, Record};

use super::LabError;
use super::lock::{self, Lock};
use super::open::{Opened, provider_of};

/// How far to go for a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Take what is in the store.
    Look,
    /// Fetch what is not.
    Fetch,
}

/// The boxes of some machines, by machine.
pub(super) type Boxes = BTreeMap<String, Boxed>;

/// The box of one machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Boxed {
    /// What a plan needs to know.
    pub(super) state: BoxState,
    /// The box itself, if it is here.
    pub(super) installed: Option<Installed>,
    /// The lock file should name it and does not.
    pub(super) to_lock: bool,
}

impl Boxed {
    /// Returns what a provider needs of the box.
    pub(super) fn files(&self) -> Result<Option<BoxFiles>> {
        self.installed
            .as_ref()
            .map(|installed| {
                Ok(BoxFiles {
                    name: installed.name.clone(),
                    version: installed.version.clone(),
                    provider: installed.provider.clone(),
                    dir: installed.dir.clone(),
                    metadata: installed.metadata()?,
                    read_only: installed.read_only,
                })
            })
            .transpose()
    }

    /// Returns what is noted of the box in the machine's folder.
    pub(super) fn meta(&self) -> Option<BoxMeta> {
        self.installed.as_ref().map(|installed| BoxMeta {
            name: installed.name.clone(),
            version: installed.version.clone(),
            provider: installed.provider.clone(),
            directory: installed.dir.to_string_lossy().into_owned(),
        })
    }
}

/// Finds the boxes of the machines `names` and loads the lab again with their
/// Vagrantfiles, until no box changes any more.
pub(super) fn resolve(
    host: &Host,
    opened: &mut Opened,
    names: &[String],
    effort: Effort,
) -> Result<Boxes> {
    // Each round may change the box of a machine; a file that never settles is
    // taken as it is after some rounds, as Vagrant takes it after one.
    const ROUNDS: usize = 4;
    let mut boxes = Boxes::new();
    let lock = Lock::of(opened, effort)?;
    for _ in 0..ROUNDS {
        boxes = Boxes::new();
        for name in names {
            let Some(config) = opened.machine(name) else {
                continue;
            };
            let record = opened.folder(config).read();
            let boxed = box_of(host, opened, config, &record, effort, &lock)?;
            boxes.insert(name.clone(), boxed);
        }
        let vagrantfiles = boxes
            .iter()
            .filter_map(|(name, boxed)| {
                let file = boxed.installed.as_ref()?.vagrantfile()?;
                Some((name.clone(), file))
            })
            .collect();
        if !opened.reload(vagrantfiles)? {
            break;
        }
    }
    Ok(boxes)
}

fn box_of(
    host: &Host,
    opened: &Opened,
    config: &MachineConfig,
    record: &Record,
    effort: Effort,
    lock: &Lock,
) -> Result<Boxed> {
    let capabilities = provider_of(config)?.capabilities();
    let Some(asked) = &config.box_request else {
        if capabilities.box_optional || effort == Effort::Look {
            return Ok(Boxed::default());
        }
        return Err(LabError::NoBox {
            machine: config.name.clone(),
        }
        .into());
    };
    // Paths in the file count from the lab, wherever rove was started.
    let host = Host {
        cwd: opened.lab.root.clone(),
        ..host.clone()
    };
    let mut request = request(&host, config, asked, capabilities.box_providers)?;
    let lives = record.id.is_some() && !opened.policy.by_file_alone;
    let living = record.box_meta.as_ref().filter(|_| lives);
    let locked = lock.find(&config.name, &request)?;
    if let (Some(meta), true) = (living, opened.policy.require) {
        lock::require_same(&config.name, meta, locked)?;
    }
    if let Some(meta) = living {
        // A machine that lives stays with its box, whatever the file says now.
        request.name = Some(meta.name.clone());
        request.providers = vec![meta.provider.clone()];
        request.constraint = meta
            .version
            .parse()
            .map(|version| Constraint::exactly(&version))?;
    } else if let Some(locked) = locked {
        request = locked.narrow(&request)?;
    }
    let name = request.name.clone().unwrap_or_default();
    let found = if lock.is_renewed(&name) {
        None
    } else {
        Store::open(&host).find(
            &name,
            &request.constraint,
            &request.providers,
            &request.architecture,
        )?
    };
    let locked = locked.filter(|_| living.is_none());
    let installed = match found {
        Some(installed) => installed,
        None if effort == Effort::Fetch => match locked {
            Some(locked) => lock::fetch_locked(&host, &request, locked)?,
            None if lock.is_renewed(&name) => lock::fetch_newest(&host, &request)?,
            None => boxes::ensure(&host, &request).map_err(|failure| unfetched(asked, failure))?,
        },
        None => {
            return Ok(Boxed {
                state: BoxState::ToFetch {
                    name,
                    version: request.constraint.parts().join(", "),
                    providers: request.providers,
                    urls: request.urls,
                },
                ..Boxed::default()
            });
        }
    };
    if let (Some(locked), Effort::Fetch) = (locked, effort) {
        lock::require_locked(&host, &installed, locked, opened.policy.require)?;
    }
    Ok(Boxed {
        state: BoxState::Here {
            name: installed.name.clone(),
            version: installed.version.clone(),
            provider: installed.provider.clone(),
            dir: installed.dir.clone(),
        },
        installed: Some(installed),
        to_lock: living.is_none() && locked.is_none(),
    })
}

/// Says which box it was and where the file names it, if the way to it is barred.
fn unfetched(asked: &BoxRequest, failure: Failure) -> Failure {
    use boxes::BoxError;
    match failure.downcast_ref() {
        Some(
            BoxError::Unreachable { .. }
            | BoxError::Broken { .. }
            | BoxError::Refused { .. }
            | BoxError::Forbidden { .. }
            | BoxError::Gone { .. }
            | BoxError::TooManyRequests { .. },
        ) => LabError::BoxNotFetched {
            name: asked.name.clone(),
            span: asked.span.clone(),
            failure,
        }
        .into(),
        _ => failure,
    }
}

/// Returns what the Vagrantfile asks of the box of a machine.
pub(super) fn request(
    host: &Host,
    config: &MachineConfig,
    asked: &BoxRequest,
    providers: &[&str],
) -> Result<Request> {
    let architecture = asked
        .architecture
        .clone()
        .map_or_else(|| Architecture::host(&host.env), Architecture::Named);
    let mut request = Request::new(&asked.name, providers, architecture);
    request.urls.clone_from(&asked.urls);
    if !asked.version.trim().is_empty() {
        request.constraint = asked.version.parse()?;
    }
    request.checksum = Checksum::read(asked.checksum_type.as_deref(), asked.checksum.as_deref())?;
    request.location_trusted = asked.location_trusted;
    request.insecure = asked.insecure;
    request.ca_cert = asked.ca_cert.as_ref().map(|path| host.cwd.join(path));
    request.ca_path = asked.ca_path.as_ref().map(|path| host.cwd.join(path));
    request.client_cert = asked.client_cert.as_ref().map(|path| host.cwd.join(path));
    request.machine = Some(config.name.clone());
    Ok(request)
}
