//! `qemu-img`: argument lists as data, one function per use.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::image::header;
use super::record::Base;
use crate::boxes::{QEMU_IMG, QemuImg, Target};
use crate::error::Result;
use crate::host::{Host, require_program};
use crate::op::Cmd;

/// `qemu-img` of this host.
pub(super) struct Img<'a> {
    host: &'a Host,
    program: PathBuf,
}

impl<'a> Img<'a> {
    /// Finds the program.
    pub(super) fn find(host: &'a Host) -> Result<Self> {
        let program = require_program(host, &QEMU_IMG, "to make and convert disks")?;
        Ok(Self { host, program })
    }

    fn run(&self, words: Vec<OsString>) -> Result<()> {
        let cmd = Cmd::new(&self.program).args(words);
        self.host.runner.run(&cmd, None)?.check(&cmd)?;
        Ok(())
    }

    /// Makes an overlay on `base`.
    pub(super) fn overlay(&self, base: &Base, overlay: &Path, options: Option<&str>) -> Result<()> {
        self.run(overlay_args(base, overlay, options))
    }

    /// Makes an empty image.
    pub(super) fn create(&self, image: &Path, bytes: u64) -> Result<()> {
        let size = bytes.to_string();
        let list = words(["create", "-q", "-f", "qcow2"], image, [size.as_str()]);
        // The next rove makes the same file: this one must not write to it then.
        let cmd = Cmd::new(&self.program).args(list).ending_with_rove();
        self.host.runner.run(&cmd, None)?.check(&cmd)?;
        Ok(())
    }

    /// Copies an image into a qcow2 one. `progress` is told per cents.
    pub(super) fn convert(
        &self,
        format: &str,
        from: &Path,
        to: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let to = Target {
            format: "qcow2",
            options: "",
            path: to,
        };
        QemuImg::find(self.host)?.convert(format, from, to, progress)
    }

    /// Makes an image larger. It must not be in use.
    pub(super) fn resize(&self, image: &Path, bytes: u64) -> Result<()> {
        let size = bytes.to_string();
        self.run(words(
            ["resize", "-q", "-f", "qcow2"],
            image,
            [size.as_str()],
        ))
    }

    /// Copies the first `sectors` of an image to a file, as the guest sees them.
    pub(super) fn head(&self, base: &Base, to: &Path, sectors: u32) -> Result<()> {
        let mut input = OsString::from("if=");
        input.push(&base.path);
        let mut output = OsString::from("of=");
        output.push(to);
        self.run(
            ["dd", "-f", &base.format, "-O", "raw", "bs=512"]
                .map(OsString::from)
                .into_iter()
                .chain([format!("count={sectors}").into(), input, output])
                .collect(),
        )
    }

    /// Saves (`-c`), goes back to (`-a`) or deletes (`-d`) a snapshot. The image
    /// must not be in use.
    pub(super) fn snapshot(&self, verb: &str, tag: &str, image: &Path) -> Result<()> {
        self.run(words(["snapshot", verb, tag], image, []))
    }

    /// Returns the tags of an image's snapshots. The image must not be in use.
    pub(super) fn tags(&self, image: &Path) -> Result<Vec<String>> {
        let cmd = Cmd::new(&self.program).args(words(
            ["info", "--output=json", "-f", "qcow2"],
            image,
            [],
        ));
        let output = self.host.runner.run(&cmd, None)?.check(&cmd)?;
        let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Ok(info["snapshots"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|snapshot| Some(snapshot["name"].as_str()?.to_owned()))
            .collect())
    }
}

/// Returns an image's size as the guest sees it.
pub(super) fn virtual_bytes(image: &Path) -> Result<Option<u64>> {
    Ok(header::read(image)?.virtual_bytes)
}

fn words<const A: usize, const B: usize>(
    before: [&str; A],
    path: &Path,
    after: [&str; B],
) -> Vec<OsString> {
    before
        .into_iter()
        .map(OsString::from)
        .chain([path.as_os_str().to_owned()])
        .chain(after.into_iter().map(OsString::from))
        .collect()
}

fn overlay_args(base: &Base, overlay: &Path, options: Option<&str>) -> Vec<OsString> {
    // -F is obligatory: without it QEMU would have to guess the base's format.
    let mut list = words(
        ["create", "-q", "-f", "qcow2", "-F", &base.format, "-b"],
        &base.path,
        [],
    );
    list.extend(
        options
            .into_iter()
            .flat_map(str::split_whitespace)
            .map(OsString::from),
    );
    list.push(overlay.into());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argument_lists() {
        let base = Base {
            path: "/b/box.img".into(),
            format: "raw".to_owned(),
            virtual_bytes: 1 << 30,
            fingerprint: None,
        };
        let overlay = Path::new("/m/disk.qcow2");
        let create = "create -q -f qcow2 -F raw -b /b/box.img";
        for (list, wanted) in [
            (
                overlay_args(&base, overlay, None),
                format!("{create} /m/disk.qcow2"),
            ),
            (
                overlay_args(&base, overlay, Some("-o cluster_size=2M")),
                format!("{create} -o cluster_size=2M /m/disk.qcow2"),
            ),
            (
                words(["snapshot", "-c", "t1"], overlay, []),
                "snapshot -c t1 /m/disk.qcow2".to_owned(),
            ),
        ] {
            let shown: Vec<_> = list.iter().map(|word| word.to_string_lossy()).collect();
            assert_eq!(shown.join(" "), wanted);
        }
    }
}
