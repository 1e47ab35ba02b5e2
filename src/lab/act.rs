//! What commands that act on machines have in common: for each machine the
//! lock, the look, the plan, the work.

use std::path::Path;

use crate::config::MachineConfig;
use crate::error::{Kind, Result};
use crate::event::Level;
use crate::exec::{self, Job, Work};
use crate::host::{FileLock, Host, files, random_hex, variables};
use crate::plan::{CloudInitRole, Observed, Plan};
use crate::providers::{Capabilities, MachineSpec, Power, Provider, SeedDisk};
use crate::state::{Leases, MachineFolder, layout};

use super::observe::{Ports, observe};
use super::open::{Opened, provider_of, usable_provider_of};
use super::resolve::{Boxed, Boxes};
use super::{LabError, MachineOutcome, Outcome};

/// A command, as far as it is the same for all its machines.
pub(super) struct Command<'a> {
    /// Its name, for journals.
    pub(super) name: &'static str,
    /// The machines, in the order of the work.
    pub(super) machines: &'a [String],
    /// Work on them side by side, if their providers can.
    pub(super) parallel: bool,
    /// Whether it starts machines, and so needs ports.
    pub(super) ports: Ports,
    /// Whether it has to know the snapshots.
    pub(super) snapshots: bool,
    /// Remove a machine that was just made if rove itself fails.
    pub(super) destroy_on_error: bool,
    /// Go on with a machine whose provider cannot tell its state.
    pub(super) broken_too: bool,
    /// Plans it.
    pub(super) planner: Planner<'a>,
}

/// Plans a command for one machine.
pub(super) type Planner<'a> =
    &'a (dyn Fn(&MachineConfig, &Observed, &Capabilities) -> Result<Plan> + Sync);

/// One machine with what is known of it before it is looked at.
pub(super) struct Subject<'a> {
    pub(super) host: &'a Host,
    pub(super) config: &'a MachineConfig,
    pub(super) root: &'a Path,
    pub(super) folder: MachineFolder,
    pub(super) provider: &'static dyn Provider,
    pub(super) boxed: Boxed,
}

impl<'a> Subject<'a> {
    /// Returns a machine of the lab.
    pub(super) fn of(
        host: &'a Host,
        opened: &'a Opened,
        config: &'a MachineConfig,
        boxes: &Boxes,
    ) -> Result<Self> {
        let folder = opened.folder(config);
        require_no_copy(host, config, &opened.lab.root, &folder)?;
        Ok(Self {
            host,
            config,
            root: &opened.lab.root,
            folder,
            provider: provider_of(config)?,
            boxed: boxes.get(&config.name).cloned().unwrap_or_default(),
        })
    }

    /// Returns what the provider is told of the machine.
    pub(super) fn spec(&self, id: &str, seen: &Observed) -> Result<MachineSpec> {
        let lab = self.root.file_name().map_or_else(
            || "lab".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let files = self.boxed.files()?;
        let forwards = seen.forwards.clone();
        let mut spec = MachineSpec::of(self.config, &lab, id, files, forwards);
        spec.seed = (seen.cloud_init != CloudInitRole::None).then(|| SeedDisk {
            path: self.folder.file(layout::SEED),
            makes_user: seen.cloud_init == CloudInitRole::User,
        });
        Ok(spec)
    }

    /// Takes the machine's lock, which nobody waits for: two commands on one
    /// machine are a mistake.
    pub(super) fn lock(&self) -> Result<FileLock> {
        let path = layout::machine_lock(
            &self.host.dirs.home,
            self.folder.dotfile(),
            &self.config.name,
        );
        FileLock::try_take(&path, &format!("machine `{}`", self.config.name))
    }
}

/// Fails if the machine's folder is a copy of one that is still there: disks, process
/// and ports are those of the original.
fn require_no_copy(
    host: &Host,
    config: &MachineConfig,
    root: &Path,
    folder: &MachineFolder,
) -> Result<()> {
    let record = folder.read();
    let (Some(id), Some(before)) = (record.id, record.vagrant_cwd) else {
        return Ok(());
    };
    let dotfile = layout::dotfile_dir(&host.env, &before);
    let same = |one: &Path, other: &Path| files::real_path(one) == files::real_path(other);
    if before == root || same(&before, root) || same(&dotfile, folder.dotfile()) {
        return Ok(());
    }
    let original = MachineFolder::new(&dotfile, &config.name, &config.provider);
    if original.id().as_ref() != Some(&id) {
        return Ok(());
    }
    Err(LabError::Copied {
        machine: config.name.clone(),
        original: before,
        dotfile: folder.dotfile().to_owned(),
    }
    .into())
}

/// Carries out a command on its machines.
pub(super) fn act(
    host: &Host,
    opened: &Opened,
    boxes: &Boxes,
    command: &Command<'_>,
) -> Result<Outcome> {
    let mut subjects = Vec::new();
    for name in command.machines {
        if let Some(config) = opened.machine(name) {
            subjects.push(Subject::of(host, opened, config, boxes)?);
        }
    }
    let parallel = command.parallel
        && !host.env.is_on(variables::VAGRANT_NO_PARALLEL)
        && subjects
            .iter()
            .all(|subject| subject.provider.capabilities().parallel);
    // One after the other, so that ports are given in the order of the
    // Vagrantfile; only the work itself is done side by side.
    let jobs = subjects
        .iter()
        .map(|subject| {
            let ready = prepare(subject, command);
            Job {
                name: subject.config.name.clone(),
                run: Box::new(move || {
                    let ready = ready?;
                    exec::run(&ready.plan, &ready.work)
                }),
            }
        })
        .collect();
    let results = exec::batch(host, jobs, parallel);
    let machines = subjects
        .iter()
        .zip(results)
        .map(|(subject, (name, result))| MachineOutcome {
            name,
            provider: subject.config.provider.clone(),
            result,
            post_up_message: subject.config.post_up_message.clone(),
        })
        .collect();
    Ok(Outcome { machines })
}

/// A machine that is locked and planned.
struct Ready<'a> {
    plan: Plan,
    work: Work<'a>,
    _promise: Option<Promise<'a>>,
    _lock: FileLock,
}

/// Ports that are promised to a machine; the promise ends when the command is through
/// with it, whether or not it came to a start.
struct Promise<'a> {
    host: &'a Host,
    id: String,
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        // A lease that stays is harmless: it dies with this process.
        if let Ok(mut leases) = Leases::lock(&self.host.for_cleanup()) {
            let _ = leases.release(&self.id);
        }
    }
}

fn prepare<'a>(subject: &'a Subject<'a>, command: &Command<'_>) -> Result<Ready<'a>> {
    let lock = subject.lock()?;
    let record = subject.folder.read();
    let id = record.id.clone().unwrap_or_else(|| random_hex(16));
    if let Some(before) = record.vagrant_cwd.as_deref()
        && record.id.is_some()
        && before != subject.root
    {
        let text = format!(
            "the lab was in `{}` before; its machine goes on here",
            before.display()
        );
        subject
            .host
            .say(Some(&subject.config.name), Level::Warn, text);
    }
    let promises = matches!(command.ports, Ports::Promise | Ports::PromiseAnew);
    let promise = promises.then(|| Promise {
        host: subject.host,
        id: id.clone(),
    });
    let seen = match observe(subject, &record, &id, command.ports, command.snapshots) {
        Err(failure) if command.broken_too && failure.kind() != Kind::Interrupted => {
            let text = format!("{failure}; it is removed all the same");
            subject
                .host
                .say(Some(&subject.config.name), Level::Warn, text);
            Observed {
                // As much as there may be to remove.
                power: Power::Off,
                known: record.id.is_some(),
                ..Observed::default()
            }
        }
        seen => seen?,
    };
    if command.ports != Ports::Ignore && seen.power != Power::Running {
        usable_provider_of(subject.host, subject.config)?;
    }
    let plan = (command.planner)(subject.config, &seen, subject.provider.capabilities())?;
    let work = Work {
        host: subject.host,
        command: command.name,
        config: subject.config,
        root: subject.root,
        folder: subject.folder.clone(),
        provider: subject.provider,
        spec: subject.spec(&id, &seen)?,
        box_meta: subject.boxed.meta(),
        destroy_on_error: command.destroy_on_error,
        opener: exec::open_ssh,
    };
    Ok(Ready {
        plan,
        work,
        _promise: promise,
        _lock: lock,
    })
}
