//! A Linux root file system on ext4: which system it is, its kernels, the drivers
//! they start with, and who may log in.

use std::path::Path;

use ext4_view::{Ext4, Ext4Error, Ext4Read};

use super::{Driver, Finding, initramfs};

/// Files that are larger are not read into memory.
const MAX_TEXT: u64 = 4 << 20;
const MAX_INITRAMFS: u64 = 512 << 20;

/// A part of an image, as the file system's reader wants it.
struct Part {
    file: std::fs::File,
    start: u64,
}

impl Ext4Read for Part {
    fn read(
        &mut self,
        at: u64,
        into: &mut [u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        self.file.seek(SeekFrom::Start(self.start + at))?;
        self.file.read_exact(into)?;
        Ok(())
    }
}

/// Returns what the file system at `start` says, if it is a Linux root.
pub(super) fn look(image: &Path, start: u64, drivers: &[Driver]) -> Option<Vec<Finding>> {
    let file = std::fs::File::open(image).ok()?;
    let root = Root(Ext4::load(Box::new(Part { file, start })).ok()?);
    let release = root
        .text("/etc/os-release")
        .or_else(|| root.text("/usr/lib/os-release"));
    if release.is_none() && !root.has("/etc/passwd") {
        return None;
    }
    let mut findings = vec![Finding::good("system", name(release.as_deref()))];
    findings.extend(kernel(&root, drivers));
    findings.extend(people(&root));
    findings.extend(names_of_disks(&root));
    Some(findings)
}

struct Root(Ext4);

impl Root {
    fn has(&self, path: &str) -> bool {
        self.0.exists(path).unwrap_or(false)
    }

    fn bytes(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        let length = self.0.metadata(path).ok()?.len();
        (length <= limit).then(|| self.0.read(path).ok()).flatten()
    }

    fn text(&self, path: &str) -> Option<String> {
        let bytes = self.bytes(path, MAX_TEXT)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn names(&self, path: &str) -> Vec<String> {
        let read = || -> Result<Vec<String>, Ext4Error> {
            let mut names = Vec::new();
            for entry in self.0.read_dir(path)? {
                names.push(entry?.file_name().display().to_string());
            }
            Ok(names)
        };
        let mut names = read().unwrap_or_default();
        names.retain(|name| name != "." && name != "..");
        names.sort();
        names
    }
}

/// os-release(5).
fn name(release: Option<&str>) -> String {
    let line = release.and_then(|text| {
        text.lines()
            .find_map(|line| line.strip_prefix("PRETTY_NAME="))
    });
    line.map_or_else(
        || "a Linux that does not tell its name".to_owned(),
        |name| name.trim_matches(['"', '\'']).to_owned(),
    )
}

/// Where a driver is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    BuiltIn,
    AtStart,
    OnDisk,
    No,
}

fn kernel(root: &Root, drivers: &[Driver]) -> Vec<Finding> {
    let folder = if root.has("/usr/lib/modules") {
        "/usr/lib/modules"
    } else {
        "/lib/modules"
    };
    let versions = root.names(folder);
    let Some(version) = versions.last() else {
        return vec![Finding::warning(
            "kernel",
            "no modules in /lib/modules; the kernel may lie on another partition",
        )];
    };
    let builtin = root.text(&format!("{folder}/{version}/modules.builtin"));
    let modules = root.text(&format!("{folder}/{version}/modules.dep"));
    let ramdisk = [
        format!("/boot/initrd.img-{version}"),
        format!("/boot/initramfs-{version}.img"),
        format!("/boot/initrd-{version}"),
    ]
    .into_iter()
    .find(|path| root.has(path));
    let start = ramdisk.as_deref().map(|path| {
        let bytes = root.bytes(path, MAX_INITRAMFS);
        bytes.and_then(|bytes| initramfs::names(&bytes))
    });
    let mut findings = vec![Finding::good("kernel", version)];
    for driver in drivers {
        let in_list = |list: Option<&str>| list.is_some_and(|text| holds(text.lines(), driver));
        let has = if in_list(builtin.as_deref()) {
            Has::BuiltIn
        } else if let Some(Some(names)) = &start
            && holds(names.iter().map(String::as_str), driver)
        {
            Has::AtStart
        } else if in_list(modules.as_deref()) {
            Has::OnDisk
        } else {
            Has::No
        };
        findings.push(told(driver, has, start.as_ref().map(Option::is_some)));
    }
    findings
}

/// `read` says whether there is an initramfs, and whether it could be read.
fn told(driver: &Driver, has: Has, read: Option<bool>) -> Finding {
    let Driver { module, hardware } = driver;
    match (has, read) {
        (Has::BuiltIn, _) => Finding::good(
            "driver",
            format!("{module} ({hardware}): part of the kernel"),
        ),
        (Has::AtStart, _) => {
            Finding::good("driver", format!("{module} ({hardware}): in the initramfs"))
        }
        // Network cards can wait until the root file system is there.
        (Has::OnDisk, _) if driver.hardware.contains("network") => Finding::good(
            "driver",
            format!("{module} ({hardware}): on the root file system"),
        ),
        (Has::OnDisk, Some(true)) => Finding::warning(
            "driver",
            format!(
                "{module} ({hardware}) is not in the initramfs: the guest will not find its disk; add it there first (`update-initramfs`, `dracut --add-drivers`)"
            ),
        ),
        (Has::OnDisk, _) => Finding::good(
            "driver",
            format!("{module} ({hardware}): there; whether it is in the initramfs cannot be told"),
        ),
        (Has::No, _) => Finding::warning(
            "driver",
            format!("{module} ({hardware}): the newest kernel has none"),
        ),
    }
}

/// Returns whether a list of module files names the driver. Module names take `-`
/// and `_` as the same.
fn holds<'a>(mut lines: impl Iterator<Item = &'a str>, driver: &Driver) -> bool {
    lines.any(|line| {
        let path = line.split(':').next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let stem = file.split(".ko").next().unwrap_or_default();
        file.contains(".ko") && stem.replace('-', "_") == driver.module
    })
}

fn people(root: &Root) -> Vec<Finding> {
    let passwd = root.text("/etc/passwd").unwrap_or_default();
    let cloud_init = root.has("/usr/bin/cloud-init");
    let mut findings = Vec::new();
    if passwd.lines().any(|line| line.starts_with("vagrant:")) {
        findings.push(Finding::good("login", "there is a user `vagrant`"));
    } else if cloud_init {
        findings.push(Finding::good(
            "login",
            "no user `vagrant`; cloud-init can make one",
        ));
    } else {
        findings.push(Finding::warning(
            "login",
            "no user `vagrant`: set `config.ssh.username`, and a key or password that the guest knows",
        ));
    }
    let server = ["/usr/sbin/sshd", "/usr/sbin/dropbear"]
        .iter()
        .find(|path| root.has(path));
    findings.push(match server {
        Some(path) => Finding::good("SSH server", *path),
        None => Finding::warning("SSH server", "none: rove could not log in"),
    });
    if !root.has("/usr/bin/sudo") {
        findings.push(Finding::warning(
            "sudo",
            "not there: provisioners that are privileged need it",
        ));
    }
    findings
}

/// Another machine gives its disks other names.
fn names_of_disks(root: &Root) -> Option<Finding> {
    let table = root.text("/etc/fstab")?;
    let devices: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|device| {
            ["/dev/sd", "/dev/vd", "/dev/hd", "/dev/nvme", "/dev/xvd"]
                .iter()
                .any(|kind| device.starts_with(kind))
        })
        .collect();
    (!devices.is_empty()).then(|| {
        Finding::warning(
            "/etc/fstab",
            format!(
                "names {}: disks have other names in another machine; use UUID= or LABEL=",
                devices.join(", ")
            ),
        )
    })
}
