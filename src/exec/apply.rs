//! One op becomes a deed. The only place where machines, guests and rove's
//! records of them are changed.

use crate::communicators::{self, Communicator, Stream};
use crate::error::Result;
use crate::event::Level;
use crate::guests::{self, Facts, Guest};
use crate::host::{Exit, Host, RunnerError, files};
use crate::op::{Cmd, Mark, Op, Script, Verb};
use crate::plan::{PlanError, State, Step};
use crate::provision::ScriptFailed;
use crate::state::{Leases, MachineIndex, layout};

use super::ports::with_ports;
use super::{Session, Work, cloud_init, wait};

/// Does one op of `step`.
pub(super) fn apply(op: &Op, step: &Step, session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    match op {
        Op::Provider(verb) => provider(verb, session),
        Op::WriteSeed => cloud_init::write_seed(work),
        Op::WaitCloudInit => cloud_init::wait(session),
        Op::WaitReady => wait::wait_ready(session),
        Op::ReplaceInsecureKey => replace_key(session),
        Op::ResetConnection => {
            session.access()?.guest().reset();
            Ok(())
        }
        Op::Reboot(script) => reboot(script, session),
        Op::SetGuestClock => set_clock(session),
        Op::Guest(script) => guest_script(script, step, session),
        Op::Host(cmd) => host_command(cmd, work),
        Op::Upload { content, to, mode } => session.access()?.guest().upload(content, to, *mode),
        Op::Say(level, text) => {
            work.host.say(Some(work.name()), *level, text.clone());
            Ok(())
        }
        Op::Record(mark) => record(mark, work),
    }
}

fn provider(verb: &Verb, session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let spec = &work.spec;
    let machine = &mut session.machine;
    let unsupported = |ability| PlanError::Unsupported {
        machine: work.name().to_owned(),
        provider: work.provider.name().to_owned(),
        ability,
    };
    let snapshots = || unsupported("snapshots");
    let suspend = || unsupported("suspend and resume");
    match verb {
        Verb::Create => machine.create(spec)?,
        Verb::Start => {
            work.folder.set_root(work.root)?;
            with_ports(work, |spec| machine.start(spec))?;
        }
        Verb::Stop { force } => {
            machine.stop((!force).then_some(spec.graceful_halt_timeout))?;
        }
        Verb::Suspend => machine.suspend().ok_or_else(suspend)?.suspend()?,
        Verb::Resume => {
            with_ports(work, |spec| {
                machine.suspend().ok_or_else(suspend)?.resume(spec)
            })?;
        }
        Verb::Discard => machine.suspend().ok_or_else(suspend)?.discard()?,
        Verb::Destroy => machine.destroy()?,
        Verb::SnapshotSave(name) => machine.snapshots().ok_or_else(snapshots)?.save(name)?,
        Verb::SnapshotRestore(name) => {
            with_ports(work, |spec| {
                let snapshots = machine.snapshots().ok_or_else(snapshots)?;
                snapshots.restore(name, spec).map(|_| ())
            })?;
        }
        Verb::SnapshotDelete(name) => machine.snapshots().ok_or_else(snapshots)?.delete(name)?,
    }
    // Whoever was in the guest before is out of it now.
    session.close();
    let state = State::of(session.machine.power()?, true);
    let index = MachineIndex::new(work.host);
    match verb {
        Verb::Destroy => {}
        // The whole entry: the index may have been lost, or the lab moved.
        Verb::Create | Verb::Start | Verb::Resume => index.set(&work.index_entry(state.short()))?,
        _ => index.set_state(&spec.id, state.short())?,
    }
    if state == State::Running {
        // It listens itself now.
        release_ports(work);
    }
    Ok(())
}

fn replace_key(session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let key = work.folder.file(layout::PRIVATE_KEY);
    let family = session.learn_facts()?.guest;
    let replaced = session
        .access()?
        .replace_insecure_key(work.name(), &key, family)?;
    if replaced && let Some(facts) = &mut session.facts {
        // The way in stays open; what connects by itself, as rsync does, needs the new key.
        facts.connection.ssh.private_key_paths = vec![key];
    }
    Ok(())
}

fn reboot(script: &Script, session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    session.access()?;
    let Session {
        machine, access, ..
    } = session;
    let access = access.as_mut().expect("it was just made");
    let mut watch = wait::watcher(work, machine.as_ref());
    communicators::reboot(
        work.host,
        access.guest(),
        script,
        work.config.boot_timeout,
        &mut watch,
    )
    .map_err(|failure| wait::explain(work.name(), machine.as_ref(), failure))
}

/// Sets the guest's clock; a guest that does not let us keeps its own.
fn set_clock(session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let script = Script::privileged(format!(
        "date -u -s @{} >/dev/null",
        work.host.clock.unix_seconds()
    ));
    let status = session.access()?.guest().exec(&script, &mut |_, _| {})?;
    if status != 0 {
        work.host.say(
            Some(work.name()),
            Level::Warn,
            "the guest's clock could not be set; it may lag",
        );
    }
    Ok(())
}

fn guest_script(script: &Script, step: &Step, session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let show = script.show_output;
    let mask = |text: &str| {
        script
            .secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| {
                text.replace(secret, "*****")
            })
    };
    let guest = session.access()?.guest();
    let result = communicators::run(
        guest,
        script,
        work.name(),
        &step.purpose(),
        &mut |_, text| {
            if show {
                work.host.say(Some(work.name()), Level::Output, mask(text));
            }
        },
    );
    match result {
        Ok(_) => Ok(()),
        Err(failure) => Err(match (step, failure.downcast_ref()) {
            (Step::Provision(provisioner), Some(failed)) => {
                ScriptFailed::of(provisioner, failed).into()
            }
            _ => failure,
        }),
    }
}

fn host_command(cmd: &Cmd, work: &Work<'_>) -> Result<()> {
    let mut errors = String::new();
    let exit = work.host.runner.run_lines(cmd, &mut |is_error, text| {
        if is_error {
            errors.push_str(text);
            errors.push('\n');
        }
        if cmd.show_output {
            work.host.say(Some(work.name()), Level::Detail, text);
        }
    })?;
    if exit == Exit::Code(0) {
        return Ok(());
    }
    Err(RunnerError::Failed {
        command: cmd.show(),
        exit,
        stderr: errors,
    }
    .into())
}

fn record(mark: &Mark, work: &Work<'_>) -> Result<()> {
    match mark {
        Mark::Provisioned => work.folder.set_provisioned(&work.spec.id),
        Mark::SyncedFolders(json) => work.folder.set_synced_folders(json),
        Mark::Destroyed => forget(work.host, work),
    }
}

/// Removes everything that rove remembers of a machine. The folder goes last:
/// as long as it is there, the next `destroy` finds the machine.
pub(super) fn forget(host: &Host, work: &Work<'_>) -> Result<()> {
    MachineIndex::new(host).remove(&work.spec.id)?;
    Leases::lock(host)?.release(&work.spec.id)?;
    files::remove_dir_all(&runtime(host, &work.spec.id))?;
    work.folder.clear()
}

/// Ends the promise of host ports to the machine.
pub(super) fn release_ports(work: &Work<'_>) {
    // A lease that stays is harmless: it dies with this process.
    let release = || Leases::lock(&work.host.for_cleanup())?.release(&work.spec.id);
    if let Err(failure) = release() {
        work.host.say(
            Some(work.name()),
            Level::Warn,
            format!("ports stay reserved until this command ends: {failure}"),
        );
    }
}

/// Returns the folder for sockets of a machine. Short: see `Dirs::runtime`.
pub(super) fn runtime(host: &Host, id: &str) -> std::path::PathBuf {
    host.dirs.runtime.join("ssh").join(&id[..id.len().min(12)])
}

/// Asks the guest which family it belongs to.
fn detect(work: &Work<'_>, guest: &mut dyn Communicator) -> Result<&'static Guest> {
    let mut printed = String::new();
    guest.exec(&guests::detect_script(), &mut |stream, line| {
        if stream == Stream::Stdout {
            printed.push_str(line);
            printed.push('\n');
        }
    })?;
    guests::family(work.name(), &printed)
}

impl Session<'_> {
    /// Finds out what the guest is, once per session.
    pub(super) fn learn_facts(&mut self) -> Result<&Facts> {
        if self.facts.is_none() {
            let work = self.work;
            let endpoint = self.machine.endpoint()?;
            let guest = match &work.config.guest {
                Some(name) => guests::by_name(name)?,
                None => detect(work, self.access()?.guest())?,
            };
            let runtime = runtime(work.host, &work.spec.id);
            files::create_private_dir(&runtime)?;
            let endpoint = endpoint.ok_or_else(|| crate::error::Bug {
                what: format!("machine `{}` answers, and does not run", work.name()),
            })?;
            self.facts = Some(Facts {
                machine: work.name().to_owned(),
                guest,
                connection: super::connection(
                    work.host,
                    work.config,
                    work.root,
                    &work.folder,
                    endpoint,
                )?,
                root: work.root.to_owned(),
                home: work.host.dirs.user.clone(),
                runtime,
            });
        }
        Ok(self.facts.as_ref().expect("they were just made"))
    }
}
