//! Boxes made of disks: from an image, a whole virtual machine (OVF, OVA), a physical
//! disk, or from a box for another hypervisor. Every disk becomes a raw image first
//! (`raw`), is looked into (`inside`), gets the new form (`forms::form`) with steady
//! identifiers (`steady`), and is packed.

use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{FileError, FileLock, Host, files, short_hash};

use super::digest::short;
use super::forms::{BoxFiles, Form, Machine, MadeFor, WrittenDisk, discover, header, ovf_disks};
use super::pack::{Item, carried, may_write, pack};
use super::qemu_img::Target;
use super::unpack::unpack;

pub mod inside;
mod raw;
mod steady;

use inside::{Finding, Inside};
use raw::{Source, convert, raw};

/// A box to be made of disks.
#[derive(Clone, Debug)]
pub struct Create {
    /// Images, devices, or one OVF or OVA file.
    pub disks: Vec<PathBuf>,
    /// For which provider.
    pub form: Form,
    /// Name of the machine, for hypervisors that show one.
    pub name: String,
    /// Its size; what an OVF says where there is nothing.
    pub figures: Figures,
    /// The file to write.
    pub output: PathBuf,
}

/// The size of a machine, as far as somebody says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Processors.
    pub cpus: Option<u32>,
    /// Memory, MiB.
    pub memory_mib: Option<u64>,
}

/// Returns what the Vagrantfile in the folder of a box says of its machines' size.
pub type InVagrantfile<'a> = &'a dyn Fn(&Path) -> Figures;

/// A box that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What was found in its first disk.
    pub findings: Vec<Finding>,
    /// Its disks, with their sizes as the guest sees them.
    pub disks: Vec<(String, u64)>,
}

/// Why no box is made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// Nothing is there.
    #[error("there is no disk `{}`", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// A folder, a pipe, …
    #[error("`{}` is no disk: {reason}", path.display())]
    NoDisk {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// An OVF beside other disks.
    #[error("`{}` describes a whole machine, and further disks are given", path.display())]
    NotAlone {
        /// The description.
        path: PathBuf,
    },
    /// A box whose provider has no form that rove writes.
    #[error("boxes for `{provider}` cannot be converted")]
    NoForm {
        /// The provider.
        provider: String,
    },
}

impl Explain for MakeError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Missing { .. } => {
                vec!["paths count from the folder that you are in".to_owned()]
            }
            Self::NoDisk { .. } => vec![
                "rove reads qcow2, raw, VMDK, VHD, VHDX, VDI, OVA and OVF, and block devices such as `/dev/sdb`".to_owned(),
            ],
            Self::NotAlone { .. } => vec!["give the OVF or OVA alone".to_owned()],
            Self::NoForm { .. } => {
                let known: Vec<&str> = Form::ALL.iter().map(|form| form.provider()).collect();
                vec![format!("rove converts among {}", known.join(", "))]
            }
        }
    }
}

/// Makes a box of disks.
pub fn create(host: &Host, request: &Create) -> Result<Made> {
    may_write(&request.output)?;
    let job = Job::begin(host, &request.output)?;
    let made = job.create(request);
    job.end(made)
}

/// Makes a box for another provider out of one that lies in a folder.
pub fn convert_box(
    host: &Host,
    from: &BoxFiles,
    form: Form,
    output: &Path,
    said: InVagrantfile<'_>,
) -> Result<Made> {
    may_write(output)?;
    let job = Job::begin(host, output)?;
    let made = job.convert(from, form, said);
    job.end(made)
}

/// Makes a box for another provider out of a box file.
pub fn convert_file(
    host: &Host,
    file: &Path,
    form: Form,
    output: &Path,
    said: InVagrantfile<'_>,
) -> Result<Made> {
    may_write(output)?;
    let job = Job::begin(host, output)?;
    let made = job.unpacked(file).and_then(|dir| {
        let bytes = files::read_if_exists(&dir.join("metadata.json"))?.unwrap_or_default();
        let metadata: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        // The oldest boxes are bare exports of VirtualBox.
        let provider = metadata["provider"].as_str().unwrap_or("virtualbox");
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let from = BoxFiles {
            name: stem.into_owned(),
            version: "0".to_owned(),
            provider: provider.to_owned(),
            dir,
            metadata,
            read_only: false,
        };
        job.convert(&from, form, said)
    });
    job.end(made)
}

/// Everything a box is made of.
struct Parts<'a> {
    name: &'a str,
    made_for: MadeFor,
    sources: Vec<Source>,
    /// Files of the box that it is made from, under `base/`.
    base: Vec<(String, Item)>,
}

/// A box on its way: the folder beside the output where disks are worked on.
struct Job<'a> {
    host: &'a Host,
    output: &'a Path,
    work: PathBuf,
    _lock: FileLock,
}

impl<'a> Job<'a> {
    fn begin(host: &'a Host, output: &'a Path) -> Result<Self> {
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let work = output.with_file_name(format!(".{name}.work"));
        let key = short(&work.to_string_lossy());
        let lock = host
            .dirs
            .home
            .join("locks")
            .join(format!("make-{key}.lock"));
        let lock = FileLock::try_take(&lock, &format!("the box file `{}`", output.display()))?;
        files::create_private_dir(&work)?;
        Ok(Self {
            host,
            output,
            work,
            _lock: lock,
        })
    }

    /// Clears up, unless the next run can go on with what is there.
    fn end(self, made: Result<Made>) -> Result<Made> {
        let keep = made
            .as_ref()
            .is_err_and(|failure| failure.kind() == Kind::Interrupted || files::is_full(failure));
        if keep {
            let text = format!(
                "what was read is kept in `{}`: the same command goes on with it",
                self.work.display()
            );
            self.host.say(None, Level::Info, text);
        } else {
            files::remove_dir_all(&self.work)?;
        }
        made
    }

    fn create(&self, request: &Create) -> Result<Made> {
        for path in &request.disks {
            let missing = || MakeError::Missing { path: path.clone() };
            let meta = path.metadata().map_err(|_| missing())?;
            if meta.is_dir() {
                let path = path.clone();
                let reason = "it is a folder";
                return Err(MakeError::NoDisk { path, reason }.into());
            }
        }
        let whole = request.disks.iter().find(|path| is_machine(path));
        let (mut made_for, sources) = match whole {
            Some(path) if request.disks.len() > 1 => {
                return Err(MakeError::NotAlone { path: path.clone() }.into());
            }
            Some(path) => self.machine(path)?,
            None => {
                let sources = request.disks.iter().map(|path| self.own(path));
                (MadeFor::plain(), sources.collect::<Result<_>>()?)
            }
        };
        made_for.cpus = request.figures.cpus.or(made_for.cpus);
        made_for.memory_mib = request.figures.memory_mib.or(made_for.memory_mib);
        self.make(
            request.form,
            Parts {
                name: &request.name,
                made_for,
                sources,
                base: Vec::new(),
            },
        )
    }

    /// A disk of the user's: it may lie on others.
    fn own(&self, path: &Path) -> Result<Source> {
        let failed = |error| FileError::new("read", path, error);
        let mut file = std::fs::File::open(path).map_err(failed)?;
        // A device has no length but its end.
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        if length == 0 {
            let path = path.to_owned();
            let reason = "it is empty";
            return Err(MakeError::NoDisk { path, reason }.into());
        }
        if is_in_use(path) {
            let text = format!(
                "`{}` is mounted: what is written to it meanwhile may be half in the box; start the computer from another system to be sure",
                path.display()
            );
            self.host.say(None, Level::Warn, text);
        }
        let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
        let format = if is_file {
            header::read(path)?.format
        } else {
            "raw"
        };
        Ok(Source {
            path: path.to_owned(),
            format,
            length,
        })
    }

    /// Reads an OVF with its disks, or the OVA that holds both.
    fn machine(&self, path: &Path) -> Result<(MadeFor, Vec<Source>)> {
        let described = if ends_with(path, "ova") {
            let dir = self.unpacked(path)?;
            let name = files::list_dir(&dir)?
                .into_iter()
                .find(|name| ends_with(Path::new(name), "ovf"));
            let no_description = || MakeError::NoDisk {
                path: path.to_owned(),
                reason: "there is no OVF in it",
            };
            dir.join(name.ok_or_else(no_description)?)
        } else {
            path.to_owned()
        };
        let found = ovf_disks(&described, "")?;
        if found.disks.is_empty() {
            let path = path.to_owned();
            let reason = "its description names no disk";
            return Err(MakeError::NoDisk { path, reason }.into());
        }
        let sources = found.disks.iter().map(|disk| strange(disk));
        Ok((found.made_for, sources.collect::<Result<_>>()?))
    }

    /// Unpacks an archive of somebody else.
    fn unpacked(&self, file: &Path) -> Result<PathBuf> {
        let dir = self.work.join("unpacked");
        files::remove_dir_all(&dir)?;
        files::create_dir_all(&dir)?;
        let failed = |error| FileError::new("read", file, error);
        let archive = std::fs::File::open(file).map_err(failed)?;
        let archive = std::io::BufReader::with_capacity(256 << 10, archive);
        unpack(archive, &dir, &file.display().to_string())?;
        Ok(dir)
    }

    fn convert(&self, from: &BoxFiles, form: Form, said: InVagrantfile<'_>) -> Result<Made> {
        if Form::of(&from.provider).is_none() {
            let provider = from.provider.clone();
            return Err(MakeError::NoForm { provider }.into());
        }
        let mut found = discover(from)?;
        let said = said(&from.dir);
        found.made_for.cpus = said.cpus.or(found.made_for.cpus);
        found.made_for.memory_mib = said.memory_mib.or(found.made_for.memory_mib);
        let sources = found.disks.iter().map(|disk| strange(disk));
        let base = carried(&from.dir)?;
        let has_base = base.iter().any(|(name, _)| name == "base/Vagrantfile");
        self.make(
            form,
            Parts {
                name: &from.name,
                made_for: found.made_for,
                sources: sources.collect::<Result<_>>()?,
                base: if has_base { base } else { Vec::new() },
            },
        )
    }

    fn make(&self, form: Form, parts: Parts<'_>) -> Result<Made> {
        let mut images = Vec::new();
        for (index, source) in parts.sources.iter().enumerate() {
            images.push(raw(self.host, source, &self.work, index)?);
        }
        let mut made_for = parts.made_for;
        let mut inside = Inside::default();
        if let Some(first) = images.first() {
            let uefi_only = inside::look(first, &[])?.uefi_only;
            if made_for.uefi.is_none() {
                made_for.set_uefi(uefi_only);
            }
            made_for = form.hardware(&made_for);
            inside = inside::look(first, &form.drivers(&made_for))?;
        }
        let digest = digest_of(&images)?;
        let (format, options) = form.disk_format();
        let mut disks = Vec::new();
        let mut items = parts.base;
        for (index, image) in images.iter().enumerate() {
            let name = form.disk_name(index, images.len());
            let path = self.work.join(format!("new-{index}.{format}"));
            let target = Target {
                format,
                options,
                path: &path,
            };
            files::remove_file(&path)?;
            let label = format!("write {name}");
            convert(self.host, &label, "raw", image, target)?;
            steady::steady(&path, format, digest.wrapping_add(index as u64))?;
            disks.push(WrittenDisk {
                virtual_bytes: files::size(image).unwrap_or(0),
                file_bytes: files::size(&path).unwrap_or(0),
                name: name.clone(),
            });
            items.push((name, Item::File(path)));
        }
        let machine = Machine {
            name: parts.name.to_owned(),
            made_for,
            disks,
            digest,
        };
        let described = form.describe(&machine).into_iter();
        items.extend(described.map(|(name, bytes)| (name, Item::Bytes(bytes))));
        let has_base = items.iter().any(|(name, _)| name == "base/Vagrantfile");
        let text = form.vagrantfile(&machine, has_base);
        items.push(("Vagrantfile".to_owned(), Item::Bytes(text.into())));
        pack(self.host, None, "pack the box", items, self.output)?;
        let disks = machine.disks.into_iter();
        Ok(Made {
            findings: inside.findings,
            disks: disks.map(|disk| (disk.name, disk.virtual_bytes)).collect(),
        })
    }
}

/// Stands for the content of disks: their sizes and some blocks of each.
fn digest_of(images: &[PathBuf]) -> Result<u64> {
    const BLOCKS: u64 = 1024;
    let mut all = Vec::new();
    for image in images {
        let (bytes, length) = files::sample(image, BLOCKS)?;
        all.extend_from_slice(&length.to_le_bytes());
        all.extend_from_slice(&short_hash(&bytes).to_le_bytes());
    }
    Ok(short_hash(&all))
}

fn ends_with(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn is_machine(path: &Path) -> bool {
    ends_with(path, "ova") || ends_with(path, "ovf")
}

/// Returns whether a device or a part of it is mounted (proc(5)).
fn is_in_use(device: &Path) -> bool {
    let device = device.to_string_lossy();
    let mounts = files::read_text_if_exists(Path::new("/proc/self/mounts"));
    let mounts = mounts.ok().flatten().unwrap_or_default();
    device.starts_with("/dev/") && mounts.lines().any(|line| line.starts_with(&*device))
}

/// A disk of somebody else: it stands alone, or lies on what is beside it.
fn strange(path: &Path) -> Result<Source> {
    let image = header::read_own(path)?;
    Ok(Source {
        path: path.to_owned(),
        format: image.format,
        length: files::size(path).unwrap_or(0),
    })
}
