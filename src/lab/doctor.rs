//! `doctor`: what of this computer matters to labs. Every check is a value with a
//! remark; none fails as a whole, none changes anything.

use std::path::Path;

use crate::host::{Host, Package, files, find_program, process, require_program};
use crate::providers::list;
use crate::state::MachineIndex;

use super::clean::rubbish;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Something that is good to know.
    Note,
    /// Labs work, but not as well as they could.
    Warning,
    /// Something does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which part of the computer.
    pub section: &'static str,
    /// What was found.
    pub found: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What to do about it.
    pub hints: Vec<String>,
}

/// Less free disk than this is filled by one box with a machine on it.
const ENOUGH_DISK: u64 = 10 << 30;
/// A lab of two small machines wants this much.
const ENOUGH_MEMORY: u64 = 2 << 30;
/// 2025-01-01: a clock before that makes certificates of servers not valid yet.
const RECENT: u64 = 1_735_689_600;

/// Programs that commands need, with what for.
const PROGRAMS: &[(Package, &str)] = &[
    (
        Package {
            program: "ssh",
            debian: "openssh-client",
            fedora: "openssh-clients",
            homebrew: "openssh",
        },
        "for `rove ssh`",
    ),
    (
        Package {
            program: "rsync",
            debian: "rsync",
            fedora: "rsync",
            homebrew: "rsync",
        },
        "for folders that are copied by rsync",
    ),
];

/// Hypervisors that rove looks for beside those it drives: program, name, kernel module.
const OTHERS: &[(&str, &str, &str)] = &[
    ("VBoxManage", "VirtualBox", "vboxdrv"),
    ("vmrun", "VMware", "vmmon"),
    ("prlctl", "Parallels", ""),
    ("virsh", "libvirt", ""),
    ("docker", "Docker", ""),
];

/// Looks at everything.
pub fn doctor(host: &Host) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |section, verdict, found: String, hints: Vec<String>| {
        checks.push(Check {
            section,
            found,
            verdict,
            hints,
        });
    };
    system(host, &mut add);
    virtualization(&mut add);
    providers(host, &mut add);
    programs(host, &mut add);
    room(host, &mut add);
    state(host, &mut add);
    checks
}

type Add<'a> = dyn FnMut(&'static str, Verdict, String, Vec<String>) + 'a;

fn system(host: &Host, add: &mut Add<'_>) {
    let cpus = process::cpu_count();
    let name = process::host_name();
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let found = format!("{os} on {arch}, {cpus} processors, host name `{name}`");
    add("system", Verdict::Good, found, Vec::new());
    let now = host.clock.unix_seconds();
    let newest = files::stamp(MachineIndex::new(host).path()).1 / 1_000_000_000;
    if now < RECENT {
        let hint = "set it, since servers' certificates are not valid yet: \
                    `sudo timedatectl set-ntp true`"
            .to_owned();
        add(
            "system",
            Verdict::Bad,
            "the clock is years behind".to_owned(),
            vec![hint],
        );
    } else if newest > u128::from(now) + 60 {
        let found = "the clock went back since the last command".to_owned();
        add(
            "system",
            Verdict::Warning,
            found,
            vec!["set it: `sudo timedatectl set-ntp true`".to_owned()],
        );
    } else {
        add(
            "system",
            Verdict::Good,
            "the clock is plausible".to_owned(),
            Vec::new(),
        );
    }
}

/// Linux alone tells these; elsewhere the providers say what they can use.
fn virtualization(add: &mut Add<'_>) {
    let Ok(cpu) = files::read_text(Path::new("/proc/cpuinfo")) else {
        return;
    };
    let flags = cpu.lines().find(|line| line.starts_with("flags"));
    let has = |flag: &str| flags.is_some_and(|line| line.split(' ').any(|word| word == flag));
    let section = "virtualization";
    if has("hypervisor") {
        let found = "this computer is a virtual machine itself".to_owned();
        add(section, Verdict::Note, found, Vec::new());
    }
    if has("vmx") || has("svm") {
        let name = if has("vmx") { "VT-x" } else { "AMD-V" };
        let found = format!("the processor has {name}");
        add(section, Verdict::Good, found, Vec::new());
    } else if std::env::consts::ARCH == "x86_64" {
        let hint = "turn virtualization on in the firmware, or nested virtualization on the host";
        let found = "the processor shows no virtualization: machines are emulated, and slow";
        add(
            section,
            Verdict::Warning,
            found.to_owned(),
            vec![hint.to_owned()],
        );
    }
    let kvm = Path::new("/dev/kvm");
    if !kvm.exists() && (has("vmx") || has("svm")) {
        let module = if has("vmx") { "kvm_intel" } else { "kvm_amd" };
        let hint = format!("load its module: `sudo modprobe {module}`");
        let found = "there is no `/dev/kvm`: machines are emulated, and slow".to_owned();
        // Machines work without it, emulated.
        add(section, Verdict::Warning, found, vec![hint]);
    }
    if kvm.exists() {
        if files::is_writable(kvm) {
            add(
                section,
                Verdict::Good,
                "`/dev/kvm` may be used".to_owned(),
                Vec::new(),
            );
        } else {
            let hint = "join its group and log in again: `sudo usermod -aG kvm $USER`".to_owned();
            let found = "`/dev/kvm` may not be used by this user".to_owned();
            // Machines work without it, emulated.
            add(section, Verdict::Warning, found, vec![hint]);
        }
    }
    let modules = files::read_text(Path::new("/proc/modules")).unwrap_or_default();
    for (_, name, module) in OTHERS {
        let users = modules.lines().find_map(|line| {
            let mut words = line.split(' ');
            (!module.is_empty() && words.next() == Some(module))
                .then(|| words.nth(1)?.parse::<u32>().ok())?
        });
        if users.is_some_and(|users| users > 0) {
            let hint = format!("power its machines off while rove's run, or unload `{module}`");
            let found = format!("{name} may hold the processor's virtualization");
            add(section, Verdict::Warning, found, vec![hint]);
        }
    }
}

fn providers(host: &Host, add: &mut Add<'_>) {
    let section = "providers";
    for provider in list::all() {
        let name = provider.name();
        match provider.probe(host).and_then(|()| provider.health(host)) {
            Ok(health) => {
                let found = format!("`{name}` can be used: {}", health.lines.join("; "));
                if health.is_slow {
                    let hint = "machines work, and take minutes to boot; the remarks on \
                                virtualization above say what may help";
                    add(section, Verdict::Warning, found, vec![hint.to_owned()]);
                } else {
                    add(section, Verdict::Good, found, Vec::new());
                }
            }
            Err(failure) => {
                let found = format!("`{name}` cannot be used: {failure}");
                add(section, Verdict::Bad, found, failure.explain().hints());
            }
        }
    }
    for (program, name, _) in OTHERS {
        let driven = list::all()
            .iter()
            .any(|it| it.name().eq_ignore_ascii_case(name));
        if let Some(path) = find_program(host, program).filter(|_| !driven) {
            let found = format!(
                "{name} is here (`{}`); rove does not drive it",
                path.display()
            );
            add(section, Verdict::Note, found, Vec::new());
        }
    }
}

fn programs(host: &Host, add: &mut Add<'_>) {
    for (package, purpose) in PROGRAMS {
        match require_program(host, package, purpose) {
            Ok(path) => {
                let found = format!("`{}` {purpose}", path.display());
                add("programs", Verdict::Good, found, Vec::new());
            }
            Err(failure) => {
                let hints = failure.explain().hints();
                add("programs", Verdict::Warning, failure.to_string(), hints);
            }
        }
    }
}

fn room(host: &Host, add: &mut Add<'_>) {
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let folders = [
        ("boxes in `ROVE_HOME`", &host.dirs.home),
        ("machines of this folder", &host.cwd),
    ];
    for (what, dir) in folders {
        let there = dir.ancestors().find(|dir| dir.is_dir()).unwrap_or(dir);
        let Some(free) = files::free_space(there) else {
            continue;
        };
        let found = format!("{} free for {what}, `{}`", gib(free), dir.display());
        if free < ENOUGH_DISK {
            let hint = "make room: `rove box prune`, `rove box gc`, `rove gc`".to_owned();
            add("disk", Verdict::Warning, found, vec![hint]);
        } else {
            add("disk", Verdict::Good, found, Vec::new());
        }
        if !files::is_writable(there) {
            let hint = if dir == &host.dirs.home {
                "set another folder: `export ROVE_HOME=/a/folder/of/yours`"
            } else {
                "give it to this user: `sudo chown -R $USER .`"
            };
            let found = format!("`{}` cannot be written to", there.display());
            add("disk", Verdict::Bad, found, vec![hint.to_owned()]);
        }
    }
    let memory = files::read_text(Path::new("/proc/meminfo")).unwrap_or_default();
    let figure = |name: &str| -> Option<u64> {
        let line = memory.lines().find(|line| line.starts_with(name))?;
        Some(line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    if let (Some(total), Some(free)) = (figure("MemTotal:"), figure("MemAvailable:")) {
        let found = format!("{} of {} free", gib(free), gib(total));
        if free < ENOUGH_MEMORY {
            let hint = "suspend machines that are not needed: `rove suspend --all-global`";
            add("memory", Verdict::Warning, found, vec![hint.to_owned()]);
        } else {
            add("memory", Verdict::Good, found, Vec::new());
        }
    }
}

fn state(host: &Host, add: &mut Add<'_>) {
    let index = MachineIndex::new(host);
    match index.is_damaged() {
        Ok(false) => {
            let found = match index.entries().len() {
                1 => "one machine is known".to_owned(),
                count => format!("{count} machines are known"),
            };
            add("state", Verdict::Good, found, Vec::new());
        }
        Ok(true) => {
            let found = format!("the machine index `{}` is damaged", index.path().display());
            let hint = "build it anew: `rove repair`".to_owned();
            add("state", Verdict::Bad, found, vec![hint]);
        }
        Err(failure) => {
            let found = format!("the machine index cannot be read: {failure}");
            add("state", Verdict::Bad, found, failure.explain().hints());
        }
    }
    if let Ok(found) = rubbish(host)
        && !found.is_empty()
    {
        let text = match found.len() {
            1 => "one thing was left behind by lost labs or broken-off commands".to_owned(),
            count => format!("{count} things were left behind by lost labs or broken-off commands"),
        };
        add(
            "state",
            Verdict::Note,
            text,
            vec!["see and remove them: `rove gc`".to_owned()],
        );
    }
}
