//! Starts QEMU and stops it. The record is written before and after each act,
//! so that a rove that dies at any moment leaves something the next one finds:
//!
//! 1. an intent (`run` without a process) before QEMU is spawned,
//! 2. the process's identity right after,
//! 3. `run` taken out once the process has ended.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::QemuError;
use super::qmp::Qmp;
use super::record::{Launch, Record, Run};
use super::{argv, layout};
use crate::config::ForwardedPort;
use crate::error::{Failure, Result};
use crate::host::process::Identity;
use crate::host::{Cancel, Host, files};
use crate::op::Cmd;
use crate::providers::PortTaken;

/// How long QEMU may take until its control socket answers. It takes a tenth
/// of a second; the limit is for a host that is short of memory.
const READY: Duration = Duration::from_secs(60);
/// How long a connection attempt may take while QEMU starts or works.
pub(super) const CONNECT: Duration = Duration::from_secs(10);
/// How often a guest that has not powered off is asked again: a request that
/// comes before the guest's handler runs is lost.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// Pause between looks at a process.
const PAUSE: Duration = Duration::from_millis(20);

/// Where a machine starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Power on.
    Cold,
    /// Saved memory, by the argument of `-incoming`.
    Memory(String),
    /// Nowhere yet: the guest stands still until memory is loaded into it.
    Standing,
}

impl From {
    fn args(&self) -> Vec<String> {
        match self {
            Self::Cold => Vec::new(),
            Self::Memory(uri) => vec!["-incoming".to_owned(), uri.clone()],
            Self::Standing => vec!["-S".to_owned()],
        }
    }
}

/// Starts QEMU and returns a connection to it once it is ready.
pub(super) fn start(
    host: &Host,
    dir: &Path,
    record: &mut Record,
    launch: Launch,
    forwards: &[ForwardedPort],
    from: &From,
) -> Result<Qmp> {
    let runtime = runtime(host, record)?;
    if *from == From::Cold {
        files::remove_file(&dir.join(layout::CONSOLE))?;
    }
    files::remove_file(&dir.join(layout::LOG))?;
    let cmd = Cmd::new(&launch.program).args(launch.args.iter().cloned().chain(from.args()));
    record.run = Some(Run {
        launch,
        runtime: runtime.clone(),
        process: None,
        forwards: forwards.to_vec(),
        incoming: matches!(from, From::Memory(_)),
    });
    record.save(dir)?;
    let pid = host.runner.spawn(&cmd, &dir.join(layout::LOG));
    let process = match pid {
        // One that is gone already gets an identity that is not alive.
        Ok(pid) => Identity::of(pid).unwrap_or(Identity {
            pid,
            started: 0,
            boot: "ended".to_owned(),
        }),
        Err(error) => {
            record.run = None;
            record.save(dir)?;
            return Err(error);
        }
    };
    if let Some(run) = &mut record.run {
        run.process = Some(process.clone());
    }
    let ready = record
        .save(dir)
        .and_then(|()| wait_ready(host, dir, record, &process));
    if ready.is_err() {
        process.kill();
        // Even Ctrl-C leaves nothing behind: no `?` before the record is right.
        gone(host, &process, Duration::from_secs(5));
        ended(record, dir)?;
    }
    ready
}

/// Makes the folder for sockets, empty.
fn runtime(host: &Host, record: &Record) -> Result<PathBuf> {
    let runtime = layout::runtime(host, &record.id);
    let socket = layout::qmp_socket(&runtime);
    // sun_path of unix(7), with its closing zero.
    if socket.as_os_str().len() >= 108 {
        return Err(QemuError::LongPath { path: socket }.into());
    }
    files::create_private_dir(&host.dirs.runtime)?;
    files::remove_dir_all(&runtime)?;
    files::create_private_dir(&runtime)?;
    #[cfg(not(unix))]
    {
        let failed = |error| crate::host::FileError::new("find a free port for", &socket, error);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(failed)?
            .port();
        files::write_atomic(&socket, port.to_string().as_bytes())?;
    }
    Ok(runtime)
}

/// Waits until QEMU answers, or says why it ended.
fn wait_ready(host: &Host, dir: &Path, record: &Record, process: &Identity) -> Result<Qmp> {
    let socket = layout::qmp_socket(&layout::runtime(host, &record.id));
    let end = host.clock.now() + READY;
    loop {
        if !process.is_alive() {
            return Err(why_ended(dir, record));
        }
        if socket.exists()
            && let Ok(mut qmp) = Qmp::connect(&socket, Duration::from_secs(2))
            // Commands are run by QEMU's main loop, which begins when all
            // devices are made: only an answer proves that.
            && qmp.status().is_ok()
        {
            return Ok(qmp);
        }
        if host.clock.now() > end {
            return Err(QemuError::NoAnswer {
                machine: record.name.clone(),
                output: output(dir),
            }
            .into());
        }
        host.clock.sleep(PAUSE)?;
    }
}

/// Returns the error for a QEMU that has ended by itself.
pub(super) fn why_ended(dir: &Path, record: &Record) -> Failure {
    let output = output(dir);
    match port_in_use(&output) {
        Some(port) => PortTaken {
            port,
            machine: record.name.clone(),
        }
        .into(),
        None => QemuError::Ended {
            machine: record.name.clone(),
            output,
        }
        .into(),
    }
}

fn output(dir: &Path) -> String {
    let text = files::read(&dir.join(layout::LOG)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

/// `Could not set up host forwarding rule 'tcp:127.0.0.1:2222-:22'`
fn port_in_use(output: &str) -> Option<u16> {
    let (_, rule) = output.split_once("host forwarding rule '")?;
    rule.split('-').next()?.rsplit(':').next()?.parse().ok()
}

/// Stops the machine: asks the guest and waits up to `timeout`, then ends QEMU;
/// at once if `timeout` is `None`.
pub(super) fn stop(
    host: &Host,
    dir: &Path,
    record: &mut Record,
    timeout: Option<Duration>,
) -> Result<()> {
    if let Some(process) = record.process() {
        let socket = socket(record);
        let asked = timeout.is_some_and(|timeout| !timeout.is_zero());
        let off = asked && ask_guest(host, &process, &socket, timeout.unwrap_or_default())?;
        if !off {
            end(host, &process, &socket);
        }
    }
    ended(record, dir)
}

fn socket(record: &Record) -> PathBuf {
    record
        .run
        .as_ref()
        .map(|run| layout::qmp_socket(&run.runtime))
        .unwrap_or_default()
}

/// Presses the power button until the guest is off or time is up.
fn ask_guest(host: &Host, process: &Identity, socket: &Path, timeout: Duration) -> Result<bool> {
    let end = host.clock.now() + timeout;
    let mut next = Duration::ZERO;
    while host.clock.now() < end {
        if !process.is_alive() {
            return Ok(true);
        }
        if host.clock.now() >= next {
            next = host.clock.now() + ASK_AGAIN;
            if let Ok(mut qmp) = Qmp::connect(socket, CONNECT) {
                // A guest that stands still cannot hear.
                if qmp.status().is_ok_and(|status| status != "running") {
                    let _ = qmp.execute("cont", &serde_json::Value::Null);
                }
                let _ = qmp.execute("system_powerdown", &serde_json::Value::Null);
            }
        }
        host.clock.sleep(PAUSE)?;
    }
    Ok(!process.is_alive())
}

/// Ends QEMU: `quit` lets it close its images; signals if it does not listen.
pub(super) fn end(host: &Host, process: &Identity, socket: &Path) {
    if let Ok(qmp) = Qmp::connect(socket, Duration::from_secs(2)) {
        qmp.quit();
        if gone(host, process, Duration::from_secs(5)) {
            return;
        }
    }
    process.terminate();
    if gone(host, process, Duration::from_secs(3)) {
        return;
    }
    process.kill();
    gone(host, process, Duration::from_secs(5));
}

/// Waits for the end of a process. An interrupt does not shorten it: whoever
/// asked to stop wants a machine that is off.
pub(super) fn gone(host: &Host, process: &Identity, limit: Duration) -> bool {
    let deaf = host.clock.with_cancel(&Cancel::new());
    let clock = deaf.as_ref().unwrap_or(&host.clock);
    let end = clock.now() + limit;
    while process.is_alive() {
        if clock.now() > end || clock.sleep(PAUSE).is_err() {
            return false;
        }
    }
    true
}

/// Notes that no QEMU runs any more. A process that is gone says so by itself:
/// on a full disk the note is left out.
pub(super) fn ended(record: &mut Record, dir: &Path) -> Result<()> {
    if let Some(run) = record.run.take() {
        files::remove_dir_all(&run.runtime)?;
        match record.save(dir) {
            Err(failure) if files::is_full(&failure) => {}
            saved => saved?,
        }
    }
    Ok(())
}

/// Connects to the machine's QEMU.
pub(super) fn connect(record: &Record) -> Result<Qmp> {
    Qmp::connect(&socket(record), CONNECT).map_err(|_| {
        QemuError::NoAnswer {
            machine: record.name.clone(),
            output: String::new(),
        }
        .into()
    })
}

/// Returns the recorded arguments with ports as they are to be now, and in the folder
/// where the machine is now.
pub(super) fn relaunch(launch: &Launch, forwards: &[ForwardedPort], dir: &Path) -> Launch {
    Launch {
        args: argv::with_forwards(&argv::in_folder(&launch.args, dir), forwards),
        ..launch.clone()
    }
}

/// Ends every QEMU that has the machine's disk open, recorded or not.
pub(super) fn end_strays(host: &Host, dir: &Path) {
    let disk = dir
        .join(layout::disk(0))
        .to_string_lossy()
        .replace(',', ",,");
    let opens = format!("file={disk},if=");
    for pid in crate::host::process::all() {
        let words = crate::host::process::command_line(pid).unwrap_or_default();
        if !words.iter().any(|word| word.starts_with(&opens)) {
            continue;
        }
        if let Some(process) = Identity::of(pid) {
            process.kill();
            gone(host, &process, Duration::from_secs(5));
        }
        // The folder of its sockets, which no record may tell any more.
        let runtime = words
            .iter()
            .position(|word| word == "-pidfile")
            .and_then(|at| Path::new(words.get(at + 1)?).parent())
            .filter(|runtime| runtime.starts_with(&host.dirs.runtime));
        if let Some(runtime) = runtime {
            // One that stays is empty of processes, and in a folder for such things.
            let _ = files::remove_dir_all(runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_taken_port_is_read_from_qemus_message() {
        let line = "qemu-system-x86_64: -netdev user,id=net0,hostfwd=tcp:127.0.0.1:22011-:22: Could not set up host forwarding rule 'tcp:127.0.0.1:22011-:22'";
        assert_eq!(port_in_use(line), Some(22011));
        assert_eq!(
            port_in_use("Could not set up host forwarding rule 'udp::53-:53'"),
            Some(53)
        );
        assert_eq!(port_in_use("another error"), None);
    }
}
