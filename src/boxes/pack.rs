//! Writes box files: a gzip tar archive with `metadata.json` first. The same
//! input gives the same bytes, on every host and at any time: names are sorted,
//! owners and times fixed (`SOURCE_DATE_EPOCH` sets the time).

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::error::{Explain, Kind, Result};
use crate::event::{Event, Unit};
use crate::host::{FileError, Host, files};

use super::store::Installed;
use super::tree::{self, Entry};

/// 1980-01-01: the first day that every archive format knows.
const EPOCH: u64 = 315_532_800;

/// What goes into a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The content of this file.
    File(PathBuf),
    /// A link to this.
    Link(PathBuf),
}

/// Why a box file is not written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Something of this name is there.
    #[error("`{}` is there already", path.display())]
    OutputExists {
        /// The file.
        path: PathBuf,
    },
    /// The folder to write into is not there.
    #[error("there is no folder `{}` to write the box into", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
}

impl Explain for PackError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::OutputExists { .. } => {
                vec!["remove it, or give another name with `--output`".to_owned()]
            }
            Self::NoFolder { .. } => {
                vec!["make it, or give another path with `--output`".to_owned()]
            }
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::OutputExists { .. } => "Vagrant::Errors::PackageOutputExists",
            Self::NoFolder { .. } => "Vagrant::Errors::PackageOutputDirectory",
        })
    }
}

/// Says, before any work, whether a box can be written to `output`.
pub fn may_write(output: &Path) -> Result<(), PackError> {
    if output.exists() {
        let path = output.to_owned();
        return Err(PackError::OutputExists { path });
    }
    let parent = output.parent().filter(|dir| !dir.as_os_str().is_empty());
    match parent {
        Some(dir) if !dir.is_dir() => Err(PackError::NoFolder {
            path: dir.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Writes the box file `output`. `label` is shown with the progress.
pub fn pack(
    host: &Host,
    machine: Option<&str>,
    label: &str,
    mut items: Vec<(String, Item)>,
    output: &Path,
) -> Result<()> {
    may_write(output)?;
    items.sort_by(|a, b| rank(&a.0).cmp(&rank(&b.0)).then_with(|| a.0.cmp(&b.0)));
    let mut partial = output.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    files::remove_file(&partial)?;
    let mut packer = Packer {
        host,
        machine,
        label,
        output,
        done: 0,
        total: items.iter().map(|(_, item)| length(item)).sum(),
    };
    let written = packer.write(&items, &partial);
    packer.report(true);
    if let Err(failure) = written {
        let _ = files::remove_file(&partial);
        return Err(failure);
    }
    files::rename(&partial, output)
}

/// Small files that say what the box is come first: a reader of the stream then
/// knows it before the disk comes.
fn rank(name: &str) -> usize {
    const FIRST: [&str; 3] = ["metadata.json", "info.json", "Vagrantfile"];
    FIRST.iter().position(|first| *first == name).unwrap_or(3)
}

fn length(item: &Item) -> u64 {
    match item {
        Item::Bytes(bytes) => bytes.len() as u64,
        Item::File(path) => files::size(path).unwrap_or(0),
        Item::Link(_) => 0,
    }
}

struct Packer<'a> {
    host: &'a Host,
    machine: Option<&'a str>,
    label: &'a str,
    output: &'a Path,
    done: u64,
    total: u64,
}

impl Packer<'_> {
    fn report(&self, finished: bool) {
        self.host.listener.event(Event::Progress {
            machine: self.machine.map(str::to_owned),
            id: self.output.display().to_string(),
            label: self.label.to_owned(),
            done: self.done,
            total: Some(self.total),
            unit: Unit::Bytes,
            finished,
        });
    }

    fn write(&mut self, items: &[(String, Item)], partial: &Path) -> Result<()> {
        let writing = |error: io::Error| FileError::new("write", partial, error);
        let mtime = self.host.env.get("SOURCE_DATE_EPOCH");
        let mtime = mtime.and_then(|text| text.parse().ok()).unwrap_or(EPOCH);
        let file = File::create(partial).map_err(writing)?;
        let gzip = GzBuilder::new().write(io::BufWriter::new(file), Compression::new(6));
        let mut archive = Builder::new(gzip);
        for (name, item) in items {
            let mut header = Header::new_gnu();
            header.set_mtime(mtime);
            // The system's ssh refuses keys that others may read.
            header.set_mode(if name.ends_with("private_key") {
                0o600
            } else {
                0o644
            });
            header.set_size(length(item));
            match item {
                Item::Bytes(bytes) => {
                    archive
                        .append_data(&mut header, name, bytes.as_slice())
                        .map_err(writing)?;
                    self.done += bytes.len() as u64;
                }
                Item::Link(target) => {
                    header.set_entry_type(EntryType::Symlink);
                    archive
                        .append_link(&mut header, name, target)
                        .map_err(writing)?;
                }
                Item::File(path) => {
                    let source = File::open(path)
                        .map_err(|error| FileError::new("read", path.as_path(), error))?;
                    let counted = Counted {
                        source: source.take(length(item)),
                        packer: self,
                        told: 0,
                    };
                    let appended = archive.append_data(&mut header, name, counted);
                    self.host.cancel.check()?;
                    appended.map_err(|error| FileError::new("pack", path.as_path(), error))?;
                }
            }
        }
        let gzip = archive.into_inner().map_err(writing)?;
        let mut buffer = gzip.finish().map_err(writing)?;
        buffer.flush().map_err(writing)?;
        buffer.get_ref().sync_all().map_err(writing)?;
        Ok(())
    }
}

/// Counts bytes on their way, and ends them on Ctrl-C.
struct Counted<'a, 'b> {
    source: io::Take<File>,
    packer: &'a mut Packer<'b>,
    told: u64,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.packer.host.cancel.check().is_err() {
            // Not `Interrupted`, which readers take as a wish to try again.
            return Err(io::Error::other("stopped"));
        }
        let count = self.source.read(buffer)?;
        self.packer.done += count as u64;
        if self.packer.done - self.told >= 4 << 20 {
            self.told = self.packer.done;
            self.packer.report(false);
        }
        Ok(count)
    }
}

/// Adds a file, or a folder with all that is in it, under `name`.
pub fn add_tree(items: &mut Vec<(String, Item)>, name: &str, path: &Path) -> Result<()> {
    if !path.is_dir() {
        items.push((name.to_owned(), Item::File(path.to_owned())));
        return Ok(());
    }
    for entry in files::list_dir(path)? {
        add_tree(items, &format!("{name}/{entry}"), &path.join(&entry))?;
    }
    Ok(())
}

/// Returns what a box said of its machines, to be put into one that is made from it:
/// a user name and a key, for example, which the new box still has.
pub fn carried(dir: &Path) -> Result<Vec<(String, Item)>> {
    let mut items = Vec::new();
    for name in ["Vagrantfile", "vagrant_private_key", "include", "base"] {
        let path = dir.join(name);
        if path.exists() {
            add_tree(&mut items, &format!("base/{name}"), &path)?;
        }
    }
    Ok(items)
}

/// Writes an installed box back into a box file.
pub fn repackage(host: &Host, installed: &Installed, output: &Path) -> Result<()> {
    let items = tree::entries(&installed.dir)?
        .into_iter()
        .map(|(name, entry)| {
            let item = match entry {
                Entry::File(..) => Item::File(installed.dir.join(&name)),
                Entry::Link(target) => Item::Link(target),
            };
            (name, item)
        })
        .collect();
    let label = format!("pack {} {}", installed.name, installed.version);
    pack(host, None, &label, items, output)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test looks at files")]
mod tests {
    use super::*;

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let host = Host::system().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("disk"), vec![7; 100_000]).unwrap();
        let mut items = vec![
            ("box.img".to_owned(), Item::File(path("disk"))),
            ("a.txt".to_owned(), Item::Bytes(b"a".to_vec())),
            ("metadata.json".to_owned(), Item::Bytes(b"{}".to_vec())),
        ];
        pack(&host, None, "x", items.clone(), &path("one.box")).unwrap();
        items.reverse();
        std::fs::write(path("disk"), vec![7; 100_000]).unwrap();
        pack(&host, None, "x", items.clone(), &path("two.box")).unwrap();
        let bytes = std::fs::read(path("one.box")).unwrap();
        assert_eq!(bytes, std::fs::read(path("two.box")).unwrap());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let names: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["metadata.json", "a.txt", "box.img"]);
        let again = pack(&host, None, "x", items, &path("one.box"));
        assert!(again.unwrap_err().to_string().contains("there already"));
    }
}
