//! What QEMU and this host can do, found out once and remembered: QEMU's
//! version and machine types per program file, accelerators per boot of the host.
//!
//! An accelerator counts as working when guest code ran under it. Nothing less
//! proves it: `/dev/kvm` may exist, open and take every ioctl, and QEMU may
//! start, while no guest ever gets anywhere (nested and para-virtual hosts).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::QemuError;
use super::layout;
use crate::error::Result;
use crate::host::process::boot_id;
use crate::host::{Exit, FileLock, Host, Package, files, require_program};
use crate::op::Cmd;

/// The oldest QEMU that rove drives: the first with all of `snapshot-save`,
/// `-netdev` as used here, and in every distribution still maintained.
pub(super) const OLDEST: (u32, u32) = (6, 2);
/// From here on memory is saved to `file:` (8.2); before, through a shell.
pub(super) const FILE_MIGRATION: (u32, u32) = (8, 2);
/// Guest code under a working accelerator ends in a quarter of a second; a
/// nested one that limps takes four and more, and is then slower than none.
const LIMIT: Duration = Duration::from_millis(1500);

/// What is remembered.
#[derive(Default, Serialize, Deserialize)]
struct Facts {
    programs: BTreeMap<PathBuf, Program>,
}

/// One QEMU program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Program {
    /// Size and date of the file: another build is asked again.
    stamp: String,
    /// Major and minor version.
    pub(super) version: (u32, u32),
    /// Versioned machine type per plain name.
    pub(super) aliases: BTreeMap<String, String>,
    /// All machine types.
    types: Vec<String>,
    #[serde(default)]
    accelerators: BTreeMap<String, Tried>,
}

/// How an accelerator did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tried {
    boot: String,
    /// What the device file said; a user who joins the group `kvm` is probed anew.
    access: String,
    /// Why it does not work; `None` if it does.
    reason: Option<String>,
}

/// The accelerator to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accelerator {
    /// QEMU's name.
    pub(super) name: String,
    /// Why not a faster one; empty if it is the fastest.
    pub(super) because: String,
}

/// Returns the package with the system emulator for `arch`.
fn package(arch: &str) -> Package {
    match arch {
        "aarch64" => Package {
            program: "qemu-system-aarch64",
            debian: "qemu-system-arm qemu-utils",
            fedora: "qemu-system-aarch64-core qemu-img",
            homebrew: "qemu",
        },
        _ => Package {
            program: "qemu-system-x86_64",
            debian: "qemu-system-x86 qemu-utils",
            fedora: "qemu-system-x86-core qemu-img",
            homebrew: "qemu",
        },
    }
}

/// Returns the architecture of this host, as QEMU names it.
pub(super) fn host_arch() -> &'static str {
    std::env::consts::ARCH
}

/// Returns the QEMU for `arch`: the one that was named, or the one on PATH.
pub(super) fn program(host: &Host, arch: &str, named: Option<&str>) -> Result<PathBuf> {
    if let Some(path) = named.and_then(|name| crate::host::find_program(host, name)) {
        return Ok(path);
    }
    require_program(host, &package(arch), "to run machines")
}

fn stamp(program: &Path) -> String {
    let Ok(meta) = program.metadata() else {
        return String::new();
    };
    let changed = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::SystemTime::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_secs());
    format!("{} {changed}", meta.len())
}

fn load(host: &Host) -> Facts {
    // A damaged file only means asking again.
    files::read_text_if_exists(&layout::facts(host))
        .ok()
        .flatten()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Returns what is remembered of the program, if it is still the same file.
fn known(host: &Host, program: &Path) -> Option<Program> {
    load(host)
        .programs
        .remove(program)
        .filter(|known| known.stamp == stamp(program))
}

fn remember(host: &Host, program: &Path, known: &Program) -> Result<()> {
    let mut facts = load(host);
    facts.programs.insert(program.to_owned(), known.clone());
    let text = serde_json::to_vec_pretty(&facts).map_err(|error| crate::error::Bug {
        what: format!("facts about QEMU cannot be written: {error}"),
    })?;
    files::write_atomic(&layout::facts(host), &text)
}

/// One process asks at a time: probes side by side slow each other down until
/// they look like failures.
fn lock(host: &Host) -> Result<FileLock> {
    FileLock::take(host, &layout::facts(host).with_extension("lock"), |_| {})
}

/// Returns the program's version and machine types; an error if it is too old.
pub(super) fn describe(host: &Host, program: &Path) -> Result<Program> {
    let found = if let Some(found) = known(host, program) {
        found
    } else {
        let _lock = lock(host)?;
        let found = ask(host, program)?;
        remember(host, program, &found)?;
        found
    };
    if found.version < OLDEST {
        let show = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        return Err(QemuError::TooOld {
            program: program.to_owned(),
            found: show(found.version),
            needed: show(OLDEST),
        }
        .into());
    }
    Ok(found)
}

fn ask(host: &Host, program: &Path) -> Result<Program> {
    let run = |words: &[&str]| {
        let cmd = Cmd::new(program).args(words.iter().copied());
        let output = host.runner.run(&cmd, Some(Duration::from_secs(20)))?;
        Ok::<String, crate::error::Failure>(output.check(&cmd)?.stdout_text())
    };
    let text = run(&["--version"])?;
    let version = version(&text).ok_or_else(|| QemuError::NoVersion {
        program: program.to_owned(),
        output: text.trim().to_owned(),
    })?;
    let (aliases, types) = machines(&run(&["-machine", "help"])?);
    Ok(Program {
        stamp: stamp(program),
        version,
        aliases,
        types,
        accelerators: BTreeMap::new(),
    })
}

/// `QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)`
fn version(text: &str) -> Option<(u32, u32)> {
    let (_, rest) = text.split_once("version ")?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// `q35   Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-10.0)`
fn machines(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut aliases = BTreeMap::new();
    let mut types = Vec::new();
    for line in text.lines().skip(1) {
        let Some(name) = line.split_whitespace().next() else {
            continue;
        };
        types.push(name.to_owned());
        if let Some((_, rest)) = line.split_once("(alias of ")
            && let Some((target, _)) = rest.split_once(')')
        {
            aliases.insert(name.to_owned(), target.to_owned());
        }
    }
    (aliases, types)
}

impl Program {
    /// Returns whether it has a machine type.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|known| known == name)
    }

    /// Returns a program of some version, for tests.
    #[cfg(test)]
    pub(super) fn fake(version: (u32, u32)) -> Self {
        Self {
            stamp: String::new(),
            version,
            aliases: BTreeMap::from([
                ("q35".to_owned(), "pc-q35-10.0".to_owned()),
                ("pc".to_owned(), "pc-i440fx-10.0".to_owned()),
            ]),
            types: ["q35", "pc", "pc-q35-10.0", "pc-q35-9.2", "pc-i440fx-10.0"]
                .map(str::to_owned)
                .to_vec(),
            accelerators: BTreeMap::new(),
        }
    }
}

/// Returns the accelerator to use: the one asked for if it works, else the
/// fastest that does.
pub(super) fn accelerator(
    host: &Host,
    program: &Path,
    arch: &str,
    asked: Option<&str>,
) -> Result<Accelerator> {
    let tcg = |because: String| Accelerator {
        name: "tcg".to_owned(),
        because,
    };
    if asked == Some("tcg") {
        return Ok(tcg("the Vagrantfile asks for it".to_owned()));
    }
    if arch != host_arch() {
        return match asked {
            None => Ok(tcg(format!(
                "a guest of another architecture than this host's {}",
                host_arch()
            ))),
            Some(name) => Err(QemuError::Accelerator {
                name: name.to_owned(),
                reason: format!("it cannot run {arch} guests on {}", host_arch()),
            }
            .into()),
        };
    }
    let fast = match std::env::consts::OS {
        "macos" => "hvf",
        "windows" => "whpx",
        _ => "kvm",
    };
    let name = asked.unwrap_or(fast);
    match (tried(host, program, arch, name)?, asked) {
        (None, _) => Ok(Accelerator {
            name: name.to_owned(),
            because: String::new(),
        }),
        (Some(reason), None) => Ok(tcg(format!("{name}: {reason}"))),
        (Some(reason), Some(name)) => Err(QemuError::Accelerator {
            name: name.to_owned(),
            reason,
        }
        .into()),
    }
}

/// Returns why the accelerator does not work, if so.
fn tried(host: &Host, program: &Path, arch: &str, name: &str) -> Result<Option<String>> {
    let access = access(name);
    if let Some(refused) = access.strip_prefix('!') {
        return Ok(Some(refused.to_owned()));
    }
    let boot = boot_id();
    let remembered = || {
        known(host, program)?
            .accelerators
            .remove(name)
            .filter(|tried| tried.boot == boot && tried.access == access)
    };
    if let Some(tried) = remembered() {
        return Ok(tried.reason);
    }
    let mut facts = describe(host, program)?;
    let _lock = lock(host)?;
    if let Some(tried) = remembered() {
        return Ok(tried.reason);
    }
    let reason = run_guest_code(host, program, arch, name, LIMIT)?;
    let tried = Tried {
        boot,
        access,
        reason: reason.clone(),
    };
    facts.accelerators.insert(name.to_owned(), tried);
    remember(host, program, &facts)?;
    Ok(reason)
}

/// Returns what can be told without starting anything; a `!` starts a refusal.
fn access(name: &str) -> String {
    if name != "kvm" {
        return String::new();
    }
    let device = Path::new("/dev/kvm");
    match std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(device)
    {
        Ok(_) => "open".to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            "!no permission for `/dev/kvm` (it takes a member of the group `kvm`)".to_owned()
        }
        Err(_) => "!there is no `/dev/kvm`".to_owned(),
    }
}

/// Starts a guest of a few instructions. Returns why they did not run, if so.
fn run_guest_code(
    host: &Host,
    program: &Path,
    arch: &str,
    accelerator: &str,
    limit: Duration,
) -> Result<Option<String>> {
    let image = layout::facts(host).with_file_name(format!("probe-{arch}.img"));
    files::write_atomic(&image, &guest_code(arch))?;
    let cmd = Cmd::new(program)
        .args(probe_args(arch, accelerator, &image))
        .ending_with_rove();
    let output = host.runner.run(&cmd, Some(limit))?;
    files::remove_file(&image)?;
    let end = if arch == "aarch64" { 0 } else { 33 };
    let ran = output.exit == Exit::Code(end) && output.stdout_text().contains("OK");
    Ok(match output.exit {
        _ if ran => None,
        Exit::TimedOut => Some(format!(
            "guest code did not run within {} ms",
            limit.as_millis()
        )),
        _ => {
            let text = output.stderr_text();
            let line = text.lines().last().unwrap_or("QEMU ended without a word");
            // Debian's QEMU prefixes each line with its path.
            Some(
                line.rsplit(": ")
                    .take(2)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect::<Vec<_>>()
                    .join(": "),
            )
        }
    })
}

fn probe_args(arch: &str, accelerator: &str, image: &Path) -> Vec<String> {
    let image = image.to_string_lossy().replace(',', ",,");
    let mut args: Vec<String> = [
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-net",
        "none",
        "-monitor",
        "none",
        "-serial",
        "stdio",
        "-no-reboot",
        "-accel",
        accelerator,
    ]
    .map(str::to_owned)
    .to_vec();
    let rest: Vec<String> = if arch == "aarch64" {
        let cpu = if accelerator == "tcg" { "max" } else { "host" };
        [
            "-machine", "virt", "-cpu", cpu, "-m", "64", "-kernel", &image,
        ]
        .map(str::to_owned)
        .to_vec()
    } else {
        let drive = format!("file={image},if=floppy,format=raw,readonly=on");
        [
            "-machine",
            "pc",
            "-m",
            "16",
            "-boot",
            "a",
            "-drive",
            &drive,
            "-device",
            "isa-debug-exit,iobase=0x501,iosize=1",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    args.extend(rest);
    args
}

/// Returns a program that writes `OK` to the serial port and powers off.
fn guest_code(arch: &str) -> Vec<u8> {
    if arch == "aarch64" {
        // For QEMU's `virt`: PL011 at 0x0900_0000, power off by PSCI.
        let words: [u32; 11] = [
            0xd2a1_2001, // movz x1, #0x900, lsl 16
            0x5280_09e0, // movz w0, 'O'
            0xb900_0020, // str w0, [x1]
            0x5280_0960, // movz w0, 'K'
            0xb900_0020, // str w0, [x1]
            0x5280_0140, // movz w0, '\n'
            0xb900_0020, // str w0, [x1]
            0x5280_0100, // movz w0, #8
            0x72b0_8000, // movk w0, #0x8400, lsl 16   (SYSTEM_OFF)
            0xd400_0002, // hvc #0
            0x1400_0000, // b .
        ];
        return words.iter().flat_map(|word| word.to_le_bytes()).collect();
    }
    // A boot sector: COM1 at 0x3f8; isa-debug-exit at 0x501 ends QEMU with
    // status (value << 1) | 1, so 0x10 gives 33, which nothing else does.
    let mut sector = vec![
        0xfa, // cli
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xb0, 0x4f, 0xee, // 'O'
        0xb0, 0x4b, 0xee, // 'K'
        0xb0, 0x0a, 0xee, // '\n'
        0xba, 0x01, 0x05, // mov dx, 0x501
        0xb0, 0x10, 0xee, // out dx, 0x10
        0xf4, // hlt
        0xeb, 0xfd, // jmp to it
    ];
    sector.resize(510, 0);
    sector.extend([0x55, 0xaa]);
    sector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_machine_types_are_read_from_qemus_own_words() {
        for (text, wanted) in [
            (
                "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\nCopyright",
                Some((10, 0)),
            ),
            ("QEMU emulator version 6.2.0", Some((6, 2))),
            ("bash: nothing", None),
        ] {
            assert_eq!(version(text), wanted, "{text}");
        }
        let (aliases, types) = machines(
            "Supported machines are:\nmicrovm              microvm (i386)\npc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-10.0)\npc-i440fx-10.0       Standard PC (i440FX + PIIX, 1996) (default)\n",
        );
        assert_eq!(aliases["pc"], "pc-i440fx-10.0");
        assert_eq!(types, ["microvm", "pc", "pc-i440fx-10.0"]);
    }

    #[test]
    fn the_boot_sector_is_one() {
        let sector = guest_code("x86_64");
        assert_eq!((sector.len(), &sector[510..]), (512, &[0x55, 0xaa][..]));
        assert_eq!(guest_code("aarch64").len() % 4, 0);
    }
}
