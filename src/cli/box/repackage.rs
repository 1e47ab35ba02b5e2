//! `rove box repackage`: writes an installed box back into a box file.

use std::path::PathBuf;

use crate::boxes::{self, BoxError, Store};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box repackage`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of the box
    #[arg(value_name = "NAME")]
    name: String,
    /// Its provider
    #[arg(value_name = "PROVIDER")]
    provider: String,
    /// Its version
    #[arg(value_name = "VERSION")]
    box_version: String,
    /// Its architecture, where there are several
    #[arg(short, long, value_name = "ARCH")]
    architecture: Option<String>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "package.box")]
    output: PathBuf,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let fits = args.architecture.as_ref();
    let installed = Store::open(host)
        .list()?
        .into_iter()
        .find(|installed| {
            (&installed.name, &installed.provider, &installed.version)
                == (&args.name, &args.provider, &args.box_version)
                && fits.is_none_or(|wanted| installed.architecture.as_ref() == Some(wanted))
        })
        .ok_or_else(|| BoxError::NotInstalled {
            name: args.name.clone(),
            version: Some(args.box_version.clone()),
            provider: Some(args.provider.clone()),
        })?;
    let output = host.cwd.join(&args.output);
    boxes::repackage(host, &installed, &output)?;
    context.ui.settle();
    let text = format!("Wrote the box to `{}`.", args.output.display());
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}
