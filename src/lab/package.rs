//! `package`: a machine becomes a box file, with what Vagrant puts into one.
//!
//! ```text
//! metadata.json, box.img      what the provider says the machine is
//! Vagrantfile                 address of its card, its key, what follows
//! vagrant_private_key         the key made for the machine, if one was
//! base/                       Vagrantfile, key and so on of the box it was made from
//! include/_Vagrantfile        the user's, read last
//! include/                    further files of the user
//! info.json                   what `box list --box-info` shows
//! ```

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::boxes::{Item, add_tree, carried, may_write, pack};
use crate::error::{Explain, Kind, Result};
use crate::host::{Host, files};
use crate::plan::PlanError;
use crate::providers::Exported;
use crate::state::layout;

use super::act::Subject;
use super::observe::{Ports, observe};
use super::open::{Wish, open_for};
use super::resolve::{Effort, resolve};
use super::{HaltRequest, halt};

/// What `package` was asked.
#[derive(Clone, Debug, Default)]
pub struct PackageRequest {
    /// The machine.
    pub target: Option<String>,
    /// The file to write, absolute.
    pub output: PathBuf,
    /// Files for `include/`: name there and path.
    pub include: Vec<(String, PathBuf)>,
    /// A Vagrantfile for the box.
    pub vagrantfile: Option<PathBuf>,
    /// A JSON file for `info.json`.
    pub info: Option<PathBuf>,
}

/// Why a machine does not become a box.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file to go into the box is not there.
    #[error("there is no file `{}` to put into the box", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
}

impl Explain for PackageError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        vec!["paths count from the folder that you are in".to_owned()]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::PackageIncludeMissing")
    }
}

/// Writes a machine into a box file. A machine that runs is shut down for it,
/// and stays off.
pub fn package(host: &Host, request: &PackageRequest) -> Result<()> {
    may_write(&request.output)?;
    let typed = request.include.iter().map(|(_, path)| path);
    for path in typed.chain(&request.vagrantfile).chain(&request.info) {
        if !path.exists() {
            let path = path.clone();
            return Err(PackageError::Missing { path }.into());
        }
    }
    let targets: Vec<String> = request.target.iter().cloned().collect();
    let (mut opened, targets) = open_for(host, &targets, &Wish::default())?;
    let name = opened.one(targets.first().map(String::as_str))?;
    let boxes = resolve(host, &mut opened, std::slice::from_ref(&name), Effort::Look)?;
    let absent = || PlanError::NotCreated {
        machine: name.clone(),
    };
    let config = opened.machine(&name).ok_or_else(absent)?;
    if opened.folder(config).id().is_none() {
        return Err(absent().into());
    }
    let stopped = halt(
        host,
        &HaltRequest {
            // A machine of another folder is known by its id only.
            targets: request.target.iter().cloned().collect(),
            force: false,
        },
    );
    for machine in stopped?.machines {
        machine.result?;
    }
    let subject = Subject::of(host, &opened, config, &boxes)?;
    let _lock = subject.lock()?;
    let record = subject.folder.read();
    let id = record.id.clone().ok_or_else(absent)?;
    let seen = observe(&subject, &record, &id, Ports::Ignore, false)?;
    let spec = subject.spec(&id, &seen)?;
    let mut machine = subject.provider.open(subject.folder.path(), host)?;
    let Some(export) = machine.export() else {
        return Err(PlanError::Unsupported {
            machine: name,
            provider: config.provider.clone(),
            ability: "boxes of machines",
        }
        .into());
    };
    let scratch = scratch(&request.output);
    files::remove_dir_all(&scratch)?;
    files::create_dir_all(&scratch)?;
    let written = export.export(&spec, &scratch).and_then(|exported| {
        let base = subject
            .boxed
            .installed
            .as_ref()
            .map(|installed| &installed.dir);
        let key = subject.folder.file(layout::PRIVATE_KEY);
        let key = key.is_file().then_some(key);
        let items = items(
            request,
            &exported,
            &scratch,
            base.map(PathBuf::as_path),
            key,
        )?;
        let label = "pack the box".to_owned();
        pack(host, Some(&config.name), &label, items, &request.output)
    });
    files::remove_dir_all(&scratch)?;
    written
}

/// Returns the folder for disks on their way: beside the box, where there has
/// to be room anyway.
fn scratch(output: &Path) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!(".{name}.disks"))
}

fn items(
    request: &PackageRequest,
    exported: &Exported,
    scratch: &Path,
    base: Option<&Path>,
    key: Option<PathBuf>,
) -> Result<Vec<(String, Item)>> {
    let mut items: Vec<(String, Item)> = exported
        .files
        .iter()
        .map(|name| (name.clone(), Item::File(scratch.join(name))))
        .collect();
    let metadata = exported.metadata.to_string();
    items.push(("metadata.json".to_owned(), Item::Bytes(metadata.into())));
    let base = base.map(carried).transpose()?.unwrap_or_default();
    let has_base = base.iter().any(|(name, _)| name == "base/Vagrantfile");
    if has_base {
        items.extend(base);
    }
    let text = vagrantfile(exported, has_base, key.is_some());
    items.push(("Vagrantfile".to_owned(), Item::Bytes(text.into())));
    if let Some(key) = key {
        items.push(("vagrant_private_key".to_owned(), Item::File(key)));
    }
    if let Some(path) = &request.vagrantfile {
        items.push(("include/_Vagrantfile".to_owned(), Item::File(path.clone())));
    }
    if let Some(path) = &request.info {
        items.push(("info.json".to_owned(), Item::File(path.clone())));
    }
    for (name, path) in &request.include {
        add_tree(&mut items, &format!("include/{name}"), path)?;
    }
    Ok(items)
}

fn vagrantfile(exported: &Exported, has_base: bool, has_key: bool) -> String {
    let mut text = String::new();
    if has_base {
        // First: what is said below wins over it.
        text.push_str("load File.expand_path(\"../base/Vagrantfile\", __FILE__)\n\n");
    }
    text.push_str("Vagrant.configure(\"2\") do |config|\n");
    let _ = writeln!(text, "  config.vm.base_mac = \"{}\"", exported.mac);
    if has_key {
        text.push_str(
            "  config.ssh.private_key_path = File.expand_path(\"../vagrant_private_key\", __FILE__)\n",
        );
    }
    for (provider, settings) in &exported.blocks {
        let _ = writeln!(text, "  config.vm.provider \"{provider}\" do |machine|");
        for setting in settings {
            let _ = writeln!(text, "    machine.{setting}");
        }
        text.push_str("  end\n");
    }
    text.push_str("end\n\n");
    text.push_str("own = File.expand_path(\"../include/_Vagrantfile\", __FILE__)\n");
    text.push_str("load own if File.exist?(own)\n");
    text
}
