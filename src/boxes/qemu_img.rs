//! `qemu-img convert`: one image becomes one of another format.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::{Exit, Host, Package, RunnerError, require_program};
use crate::op::Cmd;

/// Where the program comes from.
pub const QEMU_IMG: Package = Package {
    program: "qemu-img",
    debian: "qemu-utils",
    fedora: "qemu-img",
    homebrew: "qemu",
};

/// A file that a conversion writes.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Format, as QEMU names it.
    pub format: &'a str,
    /// Options of the format (`-o`); none when empty.
    pub options: &'a str,
    /// The file.
    pub path: &'a Path,
}

/// `qemu-img` of this host.
pub struct QemuImg<'a> {
    host: &'a Host,
    program: PathBuf,
}

impl<'a> QemuImg<'a> {
    /// Finds the program, or says which package has it.
    pub fn find(host: &'a Host) -> Result<Self> {
        let program = require_program(host, &QEMU_IMG, "to make and convert disks")?;
        Ok(Self { host, program })
    }

    /// Copies an image of this format into another one; images that it lies on
    /// become part of it. `progress` is told per cents.
    pub fn convert(
        &self,
        format: &str,
        from: &Path,
        to: Target<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let cmd = Cmd::new(&self.program)
            .args(arguments(format, from, to))
            .ending_with_rove();
        let mut errors = String::new();
        let exit = self.host.runner.run_lines(&cmd, &mut |is_error, line| {
            if is_error {
                errors.push_str(line);
                errors.push('\n');
            } else if let Some(percent) = percent(line) {
                progress(percent);
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
}

fn arguments(format: &str, from: &Path, to: Target<'_>) -> Vec<OsString> {
    let mut list: Vec<OsString> = ["convert", "-p", "-f", format, "-O", to.format]
        .map(OsString::from)
        .into();
    if !to.options.is_empty() {
        list.extend(["-o".into(), to.options.into()]);
    }
    list.extend([from.into(), to.path.into()]);
    list
}

/// Returns the figure of a progress line, such as `    (12.34/100%)`.
fn percent(line: &str) -> Option<u64> {
    let (figure, _) = line.trim().strip_prefix('(')?.split_once('/')?;
    figure.parse::<f64>().ok().map(|figure| figure as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argument_lists() {
        for (format, options, wanted) in [
            ("qcow2", "", "convert -p -f raw -O qcow2 a b"),
            (
                "vmdk",
                "subformat=streamOptimized",
                "convert -p -f raw -O vmdk -o subformat=streamOptimized a b",
            ),
        ] {
            let to = Target {
                format,
                options,
                path: Path::new("b"),
            };
            let list = arguments("raw", Path::new("a"), to);
            let shown: Vec<_> = list.iter().map(|word| word.to_string_lossy()).collect();
            assert_eq!(shown.join(" "), wanted);
        }
    }

    #[test]
    fn progress_lines() {
        assert_eq!(percent("    (12.34/100%)"), Some(12));
        assert_eq!(percent("warning"), None);
    }
}
