//! `rove box push`: a box file of one's own becomes a version in a catalog.

use std::path::PathBuf;

use crate::boxes::{BoxError, Mirror, Publish, name, publish_box};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box push`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The box file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name that the box gets: `org/name`
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Version that it gets; `--version` does the same here
    #[arg(long, value_name = "VERSION")]
    box_version: String,
    /// Folder with catalogs, as `rove box mirror` makes one
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Address that the folder has on a web server: with it Vagrant can read the catalog
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Architecture that the catalog tells
    #[arg(short, long, value_name = "ARCH")]
    architecture: Option<String>,
    /// A sentence about the box, for a catalog that is new
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    if !name::is_box_name(&args.name) {
        return Err(BoxError::AddressMalformed {
            address: args.name.clone(),
        }
        .into());
    }
    let mirror = Mirror {
        to: host.cwd.join(&args.to),
        base_url: args.base_url.clone(),
        architectures: Vec::new(),
        all_versions: false,
    };
    let request = Publish {
        file: host.cwd.join(&args.file),
        name: args.name.clone(),
        version: args.box_version.clone(),
        architecture: args.architecture.clone(),
        description: args.description.clone(),
    };
    let done = publish_box(host, &mirror, &request)?;
    context.ui.settle();
    let what = if done.before {
        "is there already"
    } else {
        "is published"
    };
    let text = format!(
        "`{}` {} for {} {what} in `{}`.",
        done.name,
        done.version,
        done.provider,
        args.to.display()
    );
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}
