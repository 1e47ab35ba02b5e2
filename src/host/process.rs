//! Processes that outlive rove, such as a machine's QEMU. A pid alone proves
//! nothing, since it may be reused; a pid with its start time does.

use serde::{Deserialize, Serialize};

/// Identifies one process for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// When it started, in the system's own unit (Linux: clock ticks since
    /// boot, field 22 of proc_pid_stat(5)).
    pub started: u64,
    /// Which boot of the host that was, where the system tells.
    #[serde(default)]
    pub boot: String,
}

impl Identity {
    /// Returns the identity of a running process.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self {
            pid,
            started: start_time(pid)?,
            boot: boot_id(),
        })
    }

    /// Returns whether that very process still runs.
    pub fn is_alive(&self) -> bool {
        (self.boot.is_empty() || self.boot == boot_id())
            && start_time(self.pid) == Some(self.started)
    }

    /// Asks the process to end (SIGTERM), if it still runs.
    pub fn terminate(&self) {
        self.signal(false);
    }

    /// Ends the process at once (SIGKILL), if it still runs.
    pub fn kill(&self) {
        self.signal(true);
    }

    #[cfg(unix)]
    fn signal(&self, hard: bool) {
        use rustix::process::{Pid, Signal, kill_process};
        if self.is_alive()
            && let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, if hard { Signal::KILL } else { Signal::TERM });
        }
    }

    #[cfg(not(unix))]
    fn signal(&self, hard: bool) {
        let _ = hard;
        if self.is_alive() {
            let _ = std::process::Command::new("taskkill")
                .args(["/F", "/PID", &self.pid.to_string()])
                .output();
        }
    }
}

/// What a process has used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Seconds since it started.
    pub uptime_seconds: u64,
    /// Memory of the host that it holds.
    pub memory_bytes: u64,
    /// Seconds of processor time.
    pub cpu_seconds: u64,
}

/// Returns what a process has used; `None` if it is gone or the system has no `/proc`.
pub fn usage(identity: &Identity) -> Option<Usage> {
    // Clock ticks of `/proc` are 1/100 s and pages 4 KiB on every architecture
    // that we run on (proc_pid_stat(5), sysconf(3)).
    const TICKS: u64 = 100;
    const PAGE: u64 = 4096;
    if !identity.is_alive() {
        return None;
    }
    let read = |name: &str| std::fs::read_to_string(name).ok();
    let uptime: f64 = read("/proc/uptime")?.split(' ').next()?.parse().ok()?;
    let stat = read(&format!("/proc/{}/stat", identity.pid))?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let field = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Usage {
        uptime_seconds: (uptime as u64).saturating_sub(identity.started / TICKS),
        memory_bytes: field(21)? * PAGE,
        cpu_seconds: (field(11)? + field(12)?) / TICKS,
    })
}

/// Returns the memory that this process holds; `None` where the system has no `/proc`.
pub fn own_memory() -> Option<u64> {
    const PAGE: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// Returns how many processors this process may use.
pub fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Returns the name of this host; empty where the system has none.
pub fn host_name() -> String {
    #[cfg(unix)]
    return rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Returns the id of this process.
pub fn own_id() -> u32 {
    std::process::id()
}

/// Returns the id of the user that rove runs as, where users have numbers.
pub fn user_id() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    None
}

/// Returns the id of this boot of the host; empty where the system has none.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

/// Returns the command line of a process, word by word; `None` where it cannot
/// be told (no such process, another user's, a system without `/proc`).
pub fn command_line(pid: u32) -> Option<Vec<String>> {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words = bytes.split(|byte| *byte == 0);
    Some(
        words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
    )
}

/// What the system puts after the name of an open file that was deleted.
pub const DELETED: &str = " (deleted)";

/// Returns the names of the files that a process may write to; empty where that
/// cannot be told (see [`command_line`]).
pub fn files_written(pid: u32) -> Vec<String> {
    // Octal, of open(2): O_RDONLY is 0 in the last two bits (proc_pid_fdinfo(5)).
    let may_write = |descriptor: &std::ffi::OsStr| {
        let path = std::path::Path::new("/proc")
            .join(pid.to_string())
            .join("fdinfo");
        let text = std::fs::read_to_string(path.join(descriptor)).unwrap_or_default();
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        flags.is_some_and(|flags| flags & 3 != 0)
    };
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let entries = entries.into_iter().flatten().flatten();
    entries
        .filter(|entry| may_write(&entry.file_name()))
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// Returns the ids of all processes; empty on a system without `/proc`.
pub fn all() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// Returns when a process started; `None` if there is none, or only its zombie.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    fields.get(19)?.parse().ok()
}

/// Returns when a process started, as the text of `ps` in a number.
#[cfg(all(unix, not(target_os = "linux")))]
fn start_time(pid: u32) -> Option<u64> {
    use std::hash::{Hash, Hasher};
    let output = std::process::Command::new("ps")
        .args(["-o", "lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    if text.trim().is_empty() {
        return None;
    }
    let mut hasher = std::hash::DefaultHasher::new();
    text.trim().hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(windows)]
fn start_time(pid: u32) -> Option<u64> {
    let filter = format!("PID eq {pid}");
    let output = std::process::Command::new("tasklist")
        .args(["/NH", "/FO", "CSV", "/FI", &filter])
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stdout)
        .contains(&format!("\"{pid}\""))
        .then_some(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_reused_pid_is_another_process() {
        let me = Identity::of(std::process::id()).unwrap();
        assert!(me.is_alive());
        assert!(
            !Identity {
                started: me.started + 1,
                ..me.clone()
            }
            .is_alive()
        );
        assert!(
            !Identity {
                boot: "another boot".to_owned(),
                ..me
            }
            .is_alive()
        );
    }
}
