//! `rove box convert`: a box for one provider becomes one for another.

use std::path::{Path, PathBuf};

use crate::boxes::forms::BoxFiles;
use crate::boxes::making;
use crate::boxes::{BoxError, Constraint, Store};
use crate::cli::Context;
use crate::error::Result;
use crate::lab;

use super::create::{form, told};

/// Arguments of `rove box convert`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of a box that is there, or a box file
    #[arg(value_name = "BOX")]
    source: String,
    /// Provider that the new box is for: libvirt (and qemu), virtualbox, hyperv, `vmware_desktop`
    #[arg(long, value_name = "PROVIDER")]
    provider: String,
    /// Provider of the box that is there, where there are several
    #[arg(long, value_name = "PROVIDER")]
    from_provider: Option<String>,
    /// Version of the box that is there; the highest if not given
    #[arg(long, value_name = "VERSION")]
    box_version: Option<String>,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let form = form(&args.provider)?;
    let named = |stem: &str| PathBuf::from(format!("{stem}-{}.box", form.provider()));
    let said = &|dir: &Path| lab::figures_in_box(host, dir);
    let file = host.cwd.join(&args.source);
    let (made, output) = if file.is_file() {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let output = args.output.clone().unwrap_or_else(|| named(&stem));
        let to = host.cwd.join(&output);
        (making::convert_file(host, &file, form, &to, said)?, output)
    } else {
        let files = installed(context, args)?;
        let stem = files.name.replace(['/', '\\'], "-");
        let output = args.output.clone().unwrap_or_else(|| named(&stem));
        let to = host.cwd.join(&output);
        (making::convert_box(host, &files, form, &to, said)?, output)
    };
    told(context, &made, form, &output, args.json);
    Ok(0)
}

/// Returns the box of the store that is meant: the highest version.
fn installed(context: &Context, args: &Args) -> Result<BoxFiles> {
    let constraint: Constraint = match &args.box_version {
        Some(text) => text.parse()?,
        None => Constraint::any(),
    };
    let wanted = args.from_provider.as_ref();
    let fits = Store::open(&context.host)
        .list()?
        .into_iter()
        .filter(|found| found.name == args.source)
        .filter(|found| wanted.is_none_or(|provider| found.provider == *provider))
        .filter_map(|found| Some((found.version.parse().ok()?, found)))
        .filter(|(version, _)| constraint.matches(version))
        .max_by(|(one, _), (other, _)| one.cmp(other));
    let (_, found) = fits.ok_or_else(|| BoxError::NotInstalled {
        name: args.source.clone(),
        version: args.box_version.clone(),
        provider: args.from_provider.clone(),
    })?;
    Ok(BoxFiles {
        metadata: found.metadata()?,
        name: found.name,
        version: found.version,
        provider: found.provider,
        dir: found.dir,
        read_only: found.read_only,
    })
}
