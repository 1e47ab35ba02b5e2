//! `rove package`: writes a machine into a box file.

use std::path::{Component, Path, PathBuf};

use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::lab::{self, PackageRequest};

use super::Context;

/// Arguments of `rove package`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the machine; the primary one if not given
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// A machine of VirtualBox that no Vagrantfile made
    #[arg(long, value_name = "NAME")]
    base: Option<String>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "package.box")]
    output: PathBuf,
    /// Further files for the box (with commas)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    include: Vec<PathBuf>,
    /// JSON file that `box list --box-info` shows
    #[arg(long, value_name = "FILE")]
    info: Option<PathBuf>,
    /// Vagrantfile for the box
    #[arg(long, value_name = "FILE")]
    vagrantfile: Option<PathBuf>,
}

/// `--base` names a machine of a provider that rove does not have.
#[derive(Debug, thiserror::Error)]
#[error("`--base` takes machines of VirtualBox, which no provider of rove can export")]
struct NoBase;

impl Explain for NoBase {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        vec!["make a box from its disk: `rove box create DISK`".to_owned()]
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.base.is_some() {
        return Err(NoBase.into());
    }
    let cwd = &context.host.cwd;
    let request = PackageRequest {
        target: args.machine.clone(),
        output: cwd.join(&args.output),
        include: args
            .include
            .iter()
            .map(|path| (name_in_box(path), cwd.join(path)))
            .collect(),
        vagrantfile: args.vagrantfile.as_ref().map(|path| cwd.join(path)),
        info: args.info.as_ref().map(|path| cwd.join(path)),
    };
    lab::package(&context.host, &request)?;
    context.ui.settle();
    let output = args.output.display();
    let text = format!("Wrote the box `{output}`; `rove box add --name NAME {output}` adds it.");
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}

/// Returns the name of a file below `include/`: its path where that stays below
/// the working directory, else its last part.
fn name_in_box(path: &Path) -> String {
    let below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let name: PathBuf = if below {
        path.components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect()
    } else {
        path.file_name().map(PathBuf::from).unwrap_or_default()
    };
    name.to_string_lossy().replace('\\', "/")
}
