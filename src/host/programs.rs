//! Finding programs, and saying which package has one that is missing.

use std::path::{Path, PathBuf};

use crate::error::{Explain, Kind, Result};

use super::Host;

/// Where a program comes from, per package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// Program name.
    pub program: &'static str,
    /// Package on Debian and Ubuntu.
    pub debian: &'static str,
    /// Package on Fedora and its kin.
    pub fedora: &'static str,
    /// Formula of Homebrew.
    pub homebrew: &'static str,
}

/// A program that is needed is not installed.
#[derive(Debug, thiserror::Error)]
#[error("the program `{program}` is needed {purpose} and is not installed")]
pub struct MissingProgram {
    /// Its name.
    pub program: String,
    /// What for, as a clause that starts with "to" or "for".
    pub purpose: String,
    /// How to install it here.
    pub install: Vec<String>,
}

impl Explain for MissingProgram {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        self.install.clone()
    }
}

/// Returns the path of a program on PATH, or of `name` itself if it is a path.
pub fn find_program(host: &Host, name: &str) -> Option<PathBuf> {
    if name.contains(std::path::MAIN_SEPARATOR) {
        let path = host.cwd.join(name);
        return is_executable(&path).then_some(path);
    }
    let path = host.env.get_os("PATH")?;
    // An ordinary user's PATH on Debian lacks the sbin folders, where some tools lie.
    let extra = if cfg!(unix) {
        vec![PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")]
    } else {
        Vec::new()
    };
    std::env::split_paths(path)
        .filter(|dir| !dir.as_os_str().is_empty())
        .chain(extra)
        .flat_map(|dir| {
            let suffixes: &[&str] = if cfg!(windows) {
                &[".exe", ".cmd", ".bat", ""]
            } else {
                &[""]
            };
            suffixes
                .iter()
                .map(move |suffix| dir.join(format!("{name}{suffix}")))
                .collect::<Vec<_>>()
        })
        .find(|candidate| is_executable(candidate))
}

/// Returns the path of a program, or an error that says how to install it.
pub fn require_program(host: &Host, package: &Package, purpose: &str) -> Result<PathBuf> {
    find_program(host, package.program).ok_or_else(|| {
        let install = install_hint(host, package);
        MissingProgram {
            program: package.program.to_owned(),
            purpose: purpose.to_owned(),
            install,
        }
        .into()
    })
}

/// The interpreter a script of the user's is given to, `None` for one that the system
/// starts itself: `text` is what the file holds.
///
/// Where scripts name their interpreter in their first line, one without is for `sh`;
/// Windows knows no such line.
#[must_use]
pub fn script_interpreter(text: &[u8]) -> Option<&'static str> {
    if cfg!(windows) {
        Some("powershell")
    } else if text.starts_with(b"#!") {
        None
    } else {
        Some("sh")
    }
}

fn install_hint(host: &Host, package: &Package) -> Vec<String> {
    let sudo = if is_root() { "" } else { "sudo " };
    let known = [
        (
            "apt-get",
            format!("{sudo}apt-get install {}", package.debian),
        ),
        ("dnf", format!("{sudo}dnf install {}", package.fedora)),
        ("brew", format!("brew install {}", package.homebrew)),
    ];
    let found: Vec<String> = known
        .iter()
        .filter(|(manager, _)| find_program(host, manager).is_some())
        .map(|(_, hint)| format!("install it: `{hint}`"))
        .collect();
    if found.is_empty() {
        vec![format!(
            "install the package `{}` (its name on Debian)",
            package.debian
        )]
    } else {
        found
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    true
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
