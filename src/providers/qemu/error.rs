//! What can go wrong with a QEMU machine, as typed fields.

use std::path::PathBuf;

use crate::error::{Explain, Kind};

/// A QEMU machine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum QemuError {
    /// The program is older than rove supports.
    #[error("`{}` is version {found}, and rove needs {needed} or newer", program.display())]
    TooOld {
        /// Which program.
        program: PathBuf,
        /// Its version.
        found: String,
        /// The oldest that will do.
        needed: String,
    },
    /// `--version` printed something unexpected.
    #[error("`{}` does not tell its version", program.display())]
    NoVersion {
        /// Which program.
        program: PathBuf,
        /// What it printed.
        output: String,
    },
    /// Neither a box nor an image.
    #[error("machine `{machine}` has no box")]
    NoBox {
        /// Machine.
        machine: String,
    },
    /// An image of the user's names another file, and may have been written by a guest.
    #[error("the image `{}` refers to `{target}`, and its name does not say that it is such an image", image.display())]
    Disguised {
        /// The image.
        image: PathBuf,
        /// What its header names.
        target: String,
    },
    /// The disk that an overlay lies on is gone.
    #[error("the box's disk `{}` is gone, and machine `{machine}` cannot run without it", image.display())]
    BaseGone {
        /// The missing file.
        image: PathBuf,
        /// Machine.
        machine: String,
    },
    /// The disk that an overlay lies on is another one now.
    #[error("`{}` is not the disk any more that machine `{machine}` was made on", image.display())]
    BaseChanged {
        /// The image.
        image: PathBuf,
        /// Machine.
        machine: String,
    },
    /// The image of a disk of the Vagrantfile is gone.
    #[error("the image `{}` of the disk `{name}` is gone, and machine `{machine}` cannot run without it", image.display())]
    DiskGone {
        /// Disk.
        name: String,
        /// The missing file.
        image: PathBuf,
        /// Machine.
        machine: String,
    },
    /// There is no firmware file.
    #[error("no UEFI firmware for `{arch}` is installed")]
    NoFirmware {
        /// Architecture.
        arch: String,
    },
    /// The accelerator that was asked for does not run guests here.
    #[error("accelerator `{name}` does not work here: {reason}")]
    Accelerator {
        /// Which.
        name: String,
        /// What the probe saw.
        reason: String,
    },
    /// The socket's path is longer than the system allows.
    #[error("the path `{}` is too long for a socket", path.display())]
    LongPath {
        /// The path.
        path: PathBuf,
    },
    /// QEMU ended before it was ready.
    #[error("QEMU ended while machine `{machine}` was starting")]
    Ended {
        /// Machine.
        machine: String,
        /// Last lines it printed.
        output: String,
    },
    /// QEMU runs, and its monitor does not answer.
    #[error("QEMU of machine `{machine}` does not answer on its control socket")]
    NoAnswer {
        /// Machine.
        machine: String,
        /// Last lines it printed.
        output: String,
    },
    /// A QMP command was refused.
    #[error("QEMU refused `{command}`: {reason}")]
    Refused {
        /// QMP command.
        command: String,
        /// QEMU's description.
        reason: String,
    },
    /// The control connection broke.
    #[error("lost the control connection to QEMU during `{command}`")]
    Lost {
        /// QMP command.
        command: String,
        /// Reason.
        source: std::io::Error,
    },
    /// A verb that needs a machine, and there is none.
    #[error("machine `{machine}` does not exist")]
    Absent {
        /// Machine.
        machine: String,
    },
    /// A verb that needs a machine that is off.
    #[error("machine `{machine}` is already running")]
    AlreadyRunning {
        /// Machine.
        machine: String,
    },
    /// A verb that needs a running machine.
    #[error("machine `{machine}` is not running")]
    NotRunning {
        /// Machine.
        machine: String,
    },
    /// A verb that a suspended machine cannot do.
    #[error("machine `{machine}` is suspended")]
    Suspended {
        /// Machine.
        machine: String,
    },
    /// Nothing is suspended.
    #[error("machine `{machine}` is not suspended")]
    NotSuspended {
        /// Machine.
        machine: String,
    },
    /// Saving memory failed.
    #[error("the memory of machine `{machine}` could not be saved: {reason}")]
    SaveFailed {
        /// Machine.
        machine: String,
        /// QEMU's description.
        reason: String,
    },
    /// A snapshot job failed.
    #[error("snapshot `{name}` could not be {verb}: {reason}")]
    Snapshot {
        /// Snapshot.
        name: String,
        /// "saved", "restored", "deleted".
        verb: &'static str,
        /// QEMU's description.
        reason: String,
    },
    /// There is no such snapshot.
    #[error("machine `{machine}` has no snapshot `{name}`")]
    NoSnapshot {
        /// Snapshot.
        name: String,
        /// Machine.
        machine: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// The name is taken.
    #[error("machine `{machine}` already has a snapshot `{name}`")]
    SnapshotExists {
        /// Snapshot.
        name: String,
        /// Machine.
        machine: String,
    },
    /// A state file cannot be read.
    #[error("the machine's record `{}` is damaged: {reason}", path.display())]
    BadRecord {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Explain for QemuError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooOld { .. }
            | Self::NoVersion { .. }
            | Self::NoFirmware { .. }
            | Self::LongPath { .. }
            | Self::BaseGone { .. }
            | Self::BaseChanged { .. }
            | Self::DiskGone { .. }
            | Self::Accelerator { .. }
            | Self::BadRecord { .. } => Kind::Environment,
            Self::NoBox { .. } | Self::Disguised { .. } => Kind::Config,
            Self::Ended { .. }
            | Self::NoAnswer { .. }
            | Self::Refused { .. }
            | Self::Lost { .. }
            | Self::SaveFailed { .. }
            | Self::Snapshot { .. } => Kind::External,
            Self::Absent { .. }
            | Self::AlreadyRunning { .. }
            | Self::NotRunning { .. }
            | Self::Suspended { .. }
            | Self::NotSuspended { .. }
            | Self::NoSnapshot { .. }
            | Self::SnapshotExists { .. } => Kind::User,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = |text: &str| vec![text.to_owned()];
        match self {
            Self::TooOld { .. } => hint(
                "install a newer QEMU (on Debian 12: from bookworm-backports), or set `qemu_bin` to one",
            ),
            Self::NoVersion { .. } => hint("check the setting `qemu_bin`"),
            Self::NoBox { .. } => hint("set `config.vm.box`"),
            Self::BaseGone { .. } => hint(
                "add the box again with `rove box add`, or `rove destroy` the machine and bring it up anew",
            ),
            Self::BaseChanged { .. } => hint(
                "bring the former disk back, the same version of the box; or `rove destroy` the machine and bring it up anew",
            ),
            Self::Disguised { .. } => hint(
                "if it is yours, give it the ending of its format, `.qcow2` for example; a guest can write such a header into a raw disk",
            ),
            Self::DiskGone { .. } => hint(
                "bring the file back; where it cannot be, `rove halt` and `rove up` start the machine with the disks of the Vagrantfile",
            ),
            Self::NoFirmware { .. } => hint(
                "install it: the package is `ovmf` on Debian and Ubuntu, `edk2-ovmf` on Fedora; or set `firmware = \"bios\"`",
            ),
            Self::Accelerator { .. } => {
                hint("leave `accelerator` unset: rove then takes the fastest that works")
            }
            Self::LongPath { .. } => hint("set `XDG_RUNTIME_DIR` to a folder with a short path"),
            Self::Absent { .. } => hint("`rove up`"),
            Self::AlreadyRunning { .. } => hint("`rove reload` starts it again with new settings"),
            Self::NotRunning { .. } => hint("`rove up` starts it"),
            Self::Suspended { .. } => {
                hint("`rove resume` goes on, `rove halt` throws the saved memory away")
            }
            Self::NoAnswer { .. } => hint("`rove halt --force` ends it"),
            Self::SaveFailed { .. } => {
                hint("the machine runs on; check that the disk has room for its memory")
            }
            Self::NoSnapshot { known, .. } if known.is_empty() => {
                hint("`rove snapshot save` takes one")
            }
            Self::NoSnapshot { known, .. } => vec![format!("it has: {}", known.join(", "))],
            Self::SnapshotExists { .. } => hint("give another name, or add `--force`"),
            Self::Ended { .. } => vec![
                "QEMU's own words are above; `rove plan` shows what it is started with and where each value comes from".to_owned(),
                "`rove config` shows the settings of the provider block, `extra_qemu_args` among them".to_owned(),
            ],
            Self::BadRecord { .. } => hint("`rove destroy -f` removes what is left of the machine"),
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Ended { output, .. }
            | Self::NoAnswer { output, .. }
            | Self::NoVersion { output, .. } => {
                Some(output.clone()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }
}
