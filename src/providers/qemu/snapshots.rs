//! Snapshots inside the machine's own disk images, with memory if it runs.
//!
//! `snapshots.json` keeps what the images do not: the user's names (any text),
//! and how QEMU was started when memory was saved, which it must be again. An
//! entry is written before the snapshot is taken and marked whole after, so
//! that one which was cut short is known and cleaned up.
//!
//! The guest's clock is old after a restore with memory; setting it is the
//! caller's.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::QemuError;
use super::extra::{self, Extra};
use super::img::Img;
use super::launch::{self, From};
use super::machine::QemuMachine;
use super::qmp::Qmp;
use super::record::{Launch, Record};
use super::{argv, disks, layout};
use crate::error::Result;
use crate::event::Level;
use crate::host::{files, random_hex};
use crate::providers::{MachineSpec, Power, Snapshot, Snapshots};

/// Pause between looks at a job.
const PAUSE: Duration = Duration::from_millis(20);

/// What the names of rove's jobs begin with.
const JOBS: &str = "rove-";

/// One snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    /// The user's name.
    name: String,
    /// Its name inside the images.
    tag: String,
    /// Unix seconds.
    taken: u64,
    /// How QEMU was started, if memory is in it.
    launch: Option<Launch>,
    /// It was taken to the end.
    whole: bool,
}

impl Snapshots for QemuMachine<'_> {
    fn save(&mut self, name: &str) -> Result<()> {
        let record = self.record()?;
        if record.suspended.is_some() {
            return Err(QemuError::Suspended {
                machine: record.name,
            }
            .into());
        }
        let mut entries = self.entries()?;
        let mut disks = Disks::of(self, &record)?;
        // Before the torn ones are dropped: the images may still have their tags.
        let number = |entry: &Entry| entry.tag.strip_prefix("rove-")?.parse::<u64>().ok();
        let next = entries.iter().filter_map(number).max().unwrap_or(0) + 1;
        for torn in entries.extract_if(.., |entry| !entry.whole) {
            // It may not have come into being at all.
            let _ = disks.delete(&torn);
        }
        if entries.iter().any(|entry| entry.name == name) {
            return Err(QemuError::SnapshotExists {
                name: name.to_owned(),
                machine: record.name,
            }
            .into());
        }
        entries.push(Entry {
            name: name.to_owned(),
            tag: format!("rove-{next}"),
            taken: self.host.clock.unix_seconds(),
            launch: disks.launch(&record),
            whole: false,
        });
        self.write(&entries)?;
        let last = entries.last().expect("it was pushed just now").clone();
        if let Err(error) = disks.save(&last) {
            entries.pop();
            let _ = disks.delete(&last);
            self.write(&entries)?;
            return Err(error);
        }
        if let Some(last) = entries.last_mut() {
            last.whole = true;
        }
        self.write(&entries)
    }

    fn restore(&mut self, name: &str, spec: &MachineSpec) -> Result<Power> {
        let mut record = self.record()?;
        let entry = self.find(&record, name)?;
        if record.suspended.is_some() {
            Disks::of(self, &record)?.require(&entry)?;
            // Going back throws the present away, and with it the saved memory.
            crate::providers::Suspend::discard(self)?;
            record = self.record()?;
        }
        let Some(launch) = &entry.launch else {
            launch::stop(self.host, self.dir, &mut record, None)?;
            Disks::of(self, &record)?.restore(&entry)?;
            return Ok(Power::Off);
        };
        let running = record.process().and(record.run.as_ref());
        if running.is_some_and(|run| {
            let there = argv::in_folder(&launch.args, self.dir);
            argv::same_hardware(&run.launch.args, &there)
        }) {
            let mut disks = Disks::of(self, &record)?;
            let restored = disks.restore(&entry);
            if restored.is_err() && !disks.run() {
                // Half set back: nothing of it may be written to the disks.
                launch::stop(self.host, self.dir, &mut record, None)?;
            }
            return restored.map(|()| Power::Running);
        }
        // Memory only fits into the hardware that it was saved from.
        disks::require(self.dir, &record.name, &launch.extras)?;
        launch::stop(self.host, self.dir, &mut record, None)?;
        Disks::of(self, &record)?.require(&entry)?;
        let launch = launch::relaunch(launch, &spec.forwards, self.dir);
        // Not by `-loadvm`: that looks for memory in the first drive that can
        // hold any, which is the firmware's variables where there are some.
        self.run(&mut record, launch, &spec.forwards, &From::Standing)?;
        let restored = Disks::of(self, &record).and_then(|mut disks| disks.restore(&entry));
        if restored.is_err() {
            // It has a memory that nobody saved.
            launch::stop(self.host, self.dir, &mut record, None)?;
        }
        restored.map(|()| Power::Running)
    }

    fn delete(&mut self, name: &str) -> Result<()> {
        let record = self.record()?;
        let entry = self.find(&record, name)?;
        let mut entries = self.entries()?;
        Disks::of(self, &record)?.delete(&entry)?;
        entries.retain(|other| other.tag != entry.tag);
        self.write(&entries)
    }

    fn list(&self) -> Result<Vec<Snapshot>> {
        let of = |entry: Entry| Snapshot {
            name: entry.name,
            taken: entry.taken,
            with_memory: entry.launch.is_some(),
        };
        let whole = self.entries()?.into_iter().filter(|entry| entry.whole);
        Ok(whole.map(of).collect())
    }
}

impl QemuMachine<'_> {
    /// Returns the names of the snapshots inside the images.
    pub(super) fn tags(&self) -> Vec<String> {
        let entries = self.entries().unwrap_or_default();
        entries.into_iter().map(|entry| entry.tag).collect()
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let path = self.dir.join(layout::SNAPSHOTS);
        let Some(text) = files::read_text_if_exists(&path)? else {
            return Ok(Vec::new());
        };
        serde_json::from_str(&text).map_err(|error| {
            QemuError::BadRecord {
                path,
                reason: error.to_string(),
            }
            .into()
        })
    }

    fn write(&self, entries: &[Entry]) -> Result<()> {
        let text = serde_json::to_vec_pretty(entries).map_err(|error| crate::error::Bug {
            what: format!("the list of snapshots cannot be written: {error}"),
        })?;
        files::write_atomic(&self.dir.join(layout::SNAPSHOTS), &text)
    }

    fn find(&self, record: &Record, name: &str) -> Result<Entry> {
        let whole: Vec<Entry> = self
            .entries()?
            .into_iter()
            .filter(|entry| entry.whole)
            .collect();
        let found = whole.iter().find(|entry| entry.name == name).cloned();
        found.ok_or_else(|| {
            QemuError::NoSnapshot {
                name: name.to_owned(),
                machine: record.name.clone(),
                known: whole.into_iter().map(|entry| entry.name).collect(),
            }
            .into()
        })
    }
}

/// The images of a machine, through QEMU while it has them open, else directly.
enum Disks<'a> {
    Open {
        machine: &'a QemuMachine<'a>,
        qmp: Qmp,
        nodes: Vec<String>,
        /// Images that it has not.
        aside: Vec<PathBuf>,
    },
    Closed {
        img: Img<'a>,
        images: Vec<PathBuf>,
        /// Images of disks that are detached.
        aside: Vec<PathBuf>,
    },
}

impl<'a> Disks<'a> {
    fn of(machine: &'a QemuMachine<'_>, record: &Record) -> Result<Self> {
        let (attached, aside): (Vec<_>, Vec<_>) = record
            .extras
            .iter()
            .filter(|extra| extra.has_snapshots() && machine.dir.join(&extra.path).exists())
            .partition(|extra| extra.attached);
        let paths = |extras: Vec<&Extra>| -> Vec<PathBuf> {
            let paths = extras
                .into_iter()
                .map(|extra| machine.dir.join(&extra.path));
            paths.collect()
        };
        let (attached, aside) = (paths(attached), paths(aside));
        if let (Some(_), Some(run)) = (record.process(), &record.run) {
            let mut nodes: Vec<String> = (0..run.launch.disks)
                .map(|index| format!("disk{index}"))
                .collect();
            nodes.extend(run.launch.variables.then(|| "vars0".to_owned()));
            let extras = run.launch.extras.iter().enumerate();
            let with_snapshots = extras.filter(|(_, extra)| extra.has_snapshots());
            nodes.extend(with_snapshots.map(|(index, _)| extra::node(index)));
            let mut qmp = launch::connect(record)?;
            qmp.be_patient();
            settle(machine, &record.name, &mut qmp)?;
            return Ok(Self::Open {
                machine,
                qmp,
                nodes,
                aside,
            });
        }
        let variables = machine.dir.join(layout::VARIABLES);
        let images = (0..record.bases.len())
            .map(|index| machine.dir.join(layout::disk(index)))
            .chain(variables.exists().then_some(variables))
            .chain(attached)
            .collect();
        Ok(Self::Closed {
            img: Img::find(machine.host)?,
            images,
            aside,
        })
    }

    /// Returns how QEMU was started, if it runs.
    fn launch(&self, record: &Record) -> Option<Launch> {
        match self {
            Self::Open { .. } => record.run.as_ref().map(|run| run.launch.clone()),
            Self::Closed { .. } => None,
        }
    }

    fn save(&mut self, entry: &Entry) -> Result<()> {
        match self {
            Self::Open {
                machine,
                qmp,
                nodes,
                ..
            } => {
                let memory = nodes.first().cloned();
                let result = job(machine, qmp, "snapshot-save", "saved", entry, nodes, memory);
                go_on(qmp)?;
                result
            }
            Self::Closed { img, images, .. } => {
                for image in images {
                    img.snapshot("-c", &entry.tag, image)?;
                }
                Ok(())
            }
        }
    }

    fn restore(&mut self, entry: &Entry) -> Result<()> {
        self.require(entry)?;
        match self {
            Self::Open {
                machine,
                qmp,
                nodes,
                ..
            } => {
                let memory = nodes.first().cloned();
                let result = job(
                    machine,
                    qmp,
                    "snapshot-load",
                    "restored",
                    entry,
                    nodes,
                    memory,
                );
                // After a load that failed, disk and memory may not fit together:
                // QEMU leaves the guest standing still, and so it stays.
                if result.is_ok() {
                    go_on(qmp)?;
                }
                result
            }
            Self::Closed { img, images, .. } => {
                for image in images {
                    // A disk that came later has no part in the snapshot.
                    if img.tags(image)?.contains(&entry.tag) {
                        img.snapshot("-a", &entry.tag, image)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn delete(&mut self, entry: &Entry) -> Result<()> {
        match self {
            Self::Open {
                machine,
                qmp,
                nodes,
                aside,
            } => {
                let command = "snapshot-delete";
                job(machine, qmp, command, "deleted", entry, nodes, None)?;
                if aside.is_empty() {
                    return Ok(());
                }
                delete_from(&Img::find(machine.host)?, aside, entry)
            }
            Self::Closed { img, images, aside } => {
                delete_from(img, images, entry)?;
                delete_from(img, aside, entry)
            }
        }
    }

    /// Returns whether a guest runs on them, so that nothing has to be done after a
    /// restore that failed.
    fn run(&mut self) -> bool {
        match self {
            Self::Open { qmp, .. } => qmp.status().is_ok_and(|status| status == "running"),
            Self::Closed { .. } => false,
        }
    }

    /// Returns an error unless the images have the snapshot; of a machine that is off,
    /// the first one, since a disk may have come later. Looked at first: a load that
    /// fails has stopped the guest already, and may have set some disks back.
    fn require(&mut self, entry: &Entry) -> Result<()> {
        let all = match self {
            Self::Open { qmp, nodes, .. } => {
                let known = qmp.execute("query-named-block-nodes", &Value::Null)?;
                nodes
                    .iter()
                    .all(|node| has_snapshot(&known, node, &entry.tag))
            }
            Self::Closed { img, images, .. } => img.tags(&images[0])?.contains(&entry.tag),
        };
        if all {
            return Ok(());
        }
        Err(QemuError::Snapshot {
            name: entry.name.clone(),
            verb: "restored",
            reason: "it is no longer in the disk image".to_owned(),
        }
        .into())
    }
}

/// Returns whether a node of `query-named-block-nodes` has a snapshot.
fn has_snapshot(nodes: &Value, name: &str, tag: &str) -> bool {
    let nodes = nodes.as_array().into_iter().flatten();
    nodes
        .filter(|node| node["node-name"] == name)
        .flat_map(|node| node["image"]["snapshots"].as_array().into_iter().flatten())
        .any(|snapshot| snapshot["name"] == tag)
}

/// Deletes a snapshot from images that may have it.
fn delete_from(img: &Img<'_>, images: &[PathBuf], entry: &Entry) -> Result<()> {
    for image in images {
        if img.tags(image)?.contains(&entry.tag) {
            img.snapshot("-d", &entry.tag, image)?;
        }
    }
    Ok(())
}

/// Lets the guest run if a job left it stopped.
fn go_on(qmp: &mut Qmp) -> Result<()> {
    if qmp.status()? != "running" {
        qmp.execute("cont", &Value::Null)?;
    }
    Ok(())
}

/// Returns the jobs of rove's.
fn jobs(qmp: &mut Qmp) -> Result<Vec<Value>> {
    let jobs = qmp.execute("query-jobs", &Value::Null)?;
    let jobs = jobs.as_array().cloned().unwrap_or_default();
    let ours = |job: &Value| job["id"].as_str().is_some_and(|id| id.starts_with(JOBS));
    Ok(jobs.into_iter().filter(ours).collect())
}

/// Waits for the end of jobs of an earlier rove, which did not live to see it.
/// They hold the disks, and cannot be called off half-way.
fn settle(machine: &QemuMachine<'_>, name: &str, qmp: &mut Qmp) -> Result<()> {
    let mut waited = false;
    loop {
        let jobs = jobs(qmp)?;
        if jobs.is_empty() {
            return Ok(());
        }
        for job in &jobs {
            if job["status"] == "concluded" {
                // Gone already is as good.
                let _ = qmp.execute("job-dismiss", &json!({ "id": job["id"] }));
            } else if !waited {
                let text = "waiting for the end of a snapshot that was broken off";
                machine.host.say(Some(name), Level::Info, text);
                waited = true;
            }
        }
        machine.host.clock.sleep(PAUSE)?;
    }
}

/// Runs a snapshot job to its end. Its errors are in the job, not in the reply.
fn job(
    machine: &QemuMachine<'_>,
    qmp: &mut Qmp,
    command: &str,
    verb: &'static str,
    entry: &Entry,
    nodes: &[String],
    memory: Option<String>,
) -> Result<()> {
    // A name of its own: nobody dismisses the job of somebody else.
    let id = format!("{JOBS}{command}-{}", random_hex(8));
    let mut arguments = json!({ "job-id": id, "tag": entry.tag, "devices": nodes });
    if let Some(memory) = memory {
        arguments["vmstate"] = Value::String(memory);
    }
    qmp.execute(command, &arguments)?;
    loop {
        let job = jobs(qmp)?.into_iter().find(|job| job["id"] == id.as_str());
        match job {
            Some(job) if job["status"] != "concluded" => machine.host.clock.sleep(PAUSE)?,
            Some(job) => {
                let error = job["error"].as_str().map(str::to_owned);
                qmp.execute("job-dismiss", &json!({ "id": id }))?;
                return match error {
                    None => Ok(()),
                    Some(reason) => Err(QemuError::Snapshot {
                        name: entry.name.clone(),
                        verb,
                        reason,
                    }
                    .into()),
                };
            }
            None => {
                return Err(QemuError::Snapshot {
                    name: entry.name.clone(),
                    verb,
                    reason: "QEMU lost the job".to_owned(),
                }
                .into());
            }
        }
    }
}
