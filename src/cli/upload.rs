//! `rove upload`: copies a file or folder into a machine.

use std::path::{Path, PathBuf};

use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{Package, files, require_program};
use crate::lab::{self, Packed, UploadRequest};
use crate::op::Cmd;

use super::Context;

/// Arguments of `rove upload`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File or folder of this computer
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Path in the machine; the name of the source in the home folder if there is none
    #[arg(value_name = "DESTINATION")]
    destination: Option<String>,
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Copy it to a new path below /tmp
    #[arg(short, long)]
    temporary: bool,
    /// Pack it for the way
    #[arg(short, long)]
    compress: bool,
    /// How it is packed: tgz or zip
    #[arg(short = 'C', long, value_name = "TYPE", value_parser = ["tgz", "zip"])]
    compression_type: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot copy `{path}`: there is no such file or folder")]
struct SourceMissing {
    path: String,
}

impl Explain for SourceMissing {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::UploadSourceMissing")
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let source = context.host.cwd.join(&args.source);
    if !source.exists() {
        return Err(SourceMissing {
            path: args.source.clone(),
        }
        .into());
    }
    let packing = args.compress || args.compression_type.is_some();
    let packed = packing.then(|| pack(context, &source, args)).transpose()?;
    let request = UploadRequest {
        target: args.machine.clone(),
        source,
        destination: args.destination.clone(),
        temporary: args.temporary,
        packed: packed.clone(),
    };
    let done = lab::upload(&context.host, &request);
    if let Some(packed) = &packed {
        files::remove_file(&packed.archive)?;
    }
    let (machine, path) = done?;
    context.ui.say(
        Some(&machine),
        Level::Info,
        &format!("Copied `{}` to `{path}`.", args.source),
    );
    Ok(0)
}

const TAR: Package = Package {
    program: "tar",
    debian: "tar",
    fedora: "tar",
    homebrew: "gnu-tar",
};

const ZIP: Package = Package {
    program: "zip",
    debian: "zip",
    fedora: "zip",
    homebrew: "zip",
};

/// Packs the source beside rove's own files: of a folder the content, of a file
/// the file alone.
fn pack(context: &Context, source: &Path, args: &Args) -> Result<Packed> {
    let zip = args.compression_type.as_deref() == Some("zip");
    let host = &context.host;
    let ending = if zip { "zip" } else { "tgz" };
    let archive: PathBuf = host
        .dirs
        .runtime
        .join(format!("upload-{}.{ending}", crate::host::random_hex(6)));
    files::create_private_dir(&host.dirs.runtime)?;
    let (folder, what) = if source.is_dir() {
        (source.to_owned(), ".".into())
    } else {
        let parent = source.parent().unwrap_or(Path::new("/")).to_owned();
        (parent, source.file_name().unwrap_or_default().to_owned())
    };
    let package = if zip { &ZIP } else { &TAR };
    let program = require_program(host, package, "to pack what is uploaded")?;
    let cmd = if zip {
        Cmd::new(program)
            .args(["-q", "-r"])
            .arg(&archive)
            .arg(what)
            .cwd(folder)
    } else {
        Cmd::new(program)
            .arg("-czf")
            .arg(&archive)
            .arg("-C")
            .arg(folder)
            .arg("--")
            .arg(what)
    };
    host.runner.run(&cmd, None)?.check(&cmd)?;
    Ok(Packed { archive, zip })
}
