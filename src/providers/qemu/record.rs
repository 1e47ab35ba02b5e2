//! `machine.json`: what is known of a machine between two runs of rove. Written
//! atomically, before each act that a crash could cut short; the order of the
//! writes is explained where they are done (`machine`, `suspend`).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::QemuError;
use super::extra::Extra;
use super::{argv, layout};
use crate::config::ForwardedPort;
use crate::error::Result;
use crate::host::files;
use crate::host::process::{self, Identity};

/// Version of the file's format.
const FORMAT: u32 = 1;

/// One machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Version of the format.
    pub(super) format: u32,
    /// Name in the Vagrantfile.
    pub(super) name: String,
    /// Id of the machine.
    pub(super) id: String,
    /// All its files are made. Set last by `create`.
    pub(super) created: bool,
    /// The disks that the overlays lie on.
    pub(super) bases: Vec<Base>,
    /// What the box was built for, and what it wants of the hardware.
    pub(super) made_for: super::image::MadeFor,
    /// The machine type with its version, such as `pc-q35-10.0`, for each type
    /// used. The plain name moves with QEMU's version, and saved memory only
    /// loads into the very type that it came from.
    #[serde(default)]
    pub(super) machine_types: std::collections::BTreeMap<String, String>,
    /// Disks beside the box's, attached or once attached.
    #[serde(default)]
    pub(super) extras: Vec<Extra>,
    /// The QEMU that runs it, or was being started.
    pub(super) run: Option<Run>,
    /// Memory saved by `suspend`.
    pub(super) suspended: Option<Launch>,
}

/// A disk that an overlay lies on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Base {
    /// The image, absolute.
    pub(super) path: PathBuf,
    /// Its format, as QEMU names it.
    pub(super) format: String,
    /// Its size as the guest sees it.
    pub(super) virtual_bytes: u64,
    /// What it looked like when the overlay was made; see `convert::fingerprint`.
    #[serde(default)]
    pub(super) fingerprint: Option<String>,
}

/// How a QEMU was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Launch {
    /// The program.
    pub(super) program: PathBuf,
    /// Its arguments, without those that only tell it where to start from
    /// (`-incoming`, `-S`).
    pub(super) args: Vec<String>,
    /// Balloon target after the start, MiB.
    pub(super) balloon_mib: Option<u64>,
    /// Whether UEFI variables are a drive of their own.
    pub(super) variables: bool,
    /// Number of the box's disks.
    pub(super) disks: usize,
    /// Disks beside them. The place in the list is part of a disk's node name.
    #[serde(default)]
    pub(super) extras: Vec<Extra>,
}

/// A QEMU that runs or is being started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    /// How it was started.
    pub(super) launch: Launch,
    /// Folder of its sockets.
    pub(super) runtime: PathBuf,
    /// The process; `None` is an intent: rove was about to start it.
    pub(super) process: Option<Identity>,
    /// Ports in force.
    pub(super) forwards: Vec<ForwardedPort>,
    /// It was started to take over saved memory, which still counts: the guest
    /// has not run yet.
    #[serde(default)]
    pub(super) incoming: bool,
}

impl Record {
    /// Returns the record of a machine that is about to be made.
    pub(super) fn new(name: &str, id: &str, made_for: super::image::MadeFor) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            id: id.to_owned(),
            created: false,
            bases: Vec::new(),
            made_for,
            machine_types: std::collections::BTreeMap::new(),
            extras: Vec::new(),
            run: None,
            suspended: None,
        }
    }

    /// Returns the record in a machine's folder, if there is one.
    pub(super) fn load(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(layout::RECORD);
        let Some(bytes) = files::read_if_exists(&path)? else {
            return Ok(None);
        };
        let bad = |reason: String| QemuError::BadRecord {
            path: path.clone(),
            reason,
        };
        let record: Self =
            serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if record.format > FORMAT {
            return Err(bad("a newer rove wrote it".to_owned()).into());
        }
        Ok(Some(record))
    }

    /// Writes the record.
    pub(super) fn save(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| crate::error::Bug {
            what: format!("a machine's record cannot be written: {error}"),
        })?;
        files::write_atomic(&dir.join(layout::RECORD), &text)
    }

    /// Notes which disks are attached now. Those that were before are kept: they
    /// have data, and snapshots.
    pub(super) fn attach(&mut self, now: &[Extra]) {
        for known in &mut self.extras {
            known.attached = false;
        }
        for extra in now {
            self.extras.retain(|known| known.path != extra.path);
            self.extras.push(Extra {
                attached: true,
                ..extra.clone()
            });
        }
    }

    /// Returns the process of the machine if it runs. An intent is followed up:
    /// rove may have died between starting QEMU and noting its pid.
    pub(super) fn process(&self) -> Option<Identity> {
        let run = self.run.as_ref()?;
        match &run.process {
            Some(process) => process.is_alive().then(|| process.clone()),
            None => run.orphan(),
        }
    }
}

impl Run {
    /// Looks for a QEMU that was started with this run's socket.
    fn orphan(&self) -> Option<Identity> {
        let socket = argv::qmp_argument(&layout::qmp_socket(&self.runtime));
        let of = |pid: u32| {
            let identity = Identity::of(pid)?;
            let words = process::command_line(pid)?;
            words.contains(&socket).then_some(identity)
        };
        let noted = files::read_text_if_exists(&layout::pid_file(&self.runtime))
            .ok()
            .flatten()
            .and_then(|text| text.trim().parse().ok())
            .and_then(of);
        // QEMU writes its pid file some time after its start; until then only
        // the process list tells.
        noted.or_else(|| process::all().into_iter().find_map(of))
    }
}
