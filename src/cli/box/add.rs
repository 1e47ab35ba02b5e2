//! `rove box add`: fetches a box from a file, an address or a catalog.

use std::path::PathBuf;

use crate::boxes::{self, Added, Architecture, BoxError, Candidate, Checksum, Constraint, Request};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;
use crate::providers::{self, Provider};

/// Arguments of `rove box add`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// `org/name`, an address or a file; or a name, followed by an address or file
    #[arg(value_name = "BOX", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// Taken for Vagrant's sake: what a break leaves behind is checked and gone on with
    #[arg(short, long)]
    clean: bool,
    /// Replace a box that is there
    #[arg(short, long)]
    force: bool,
    /// Send the token to hosts that the server redirects to as well
    #[arg(long)]
    location_trusted: bool,
    /// Architecture of the box; the host's if not given
    #[arg(short, long, value_name = "ARCH")]
    architecture: Option<String>,
    /// Take any certificate of the server
    #[arg(long)]
    insecure: bool,
    /// Further certificates to trust (PEM)
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Folder of further certificates to trust (PEM)
    #[arg(long, value_name = "DIR")]
    capath: Option<PathBuf>,
    /// Certificate to show the server (PEM, with its key)
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Providers whose boxes will do (may be repeated)
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<String>,
    /// Versions that will do, such as `~> 1.2`
    #[arg(long, value_name = "VERSION")]
    box_version: Option<String>,
    /// Checksum of a plain box file
    #[arg(long, value_name = "HEX")]
    checksum: Option<String>,
    /// md5, sha1, sha256, sha384 or sha512
    #[arg(long, value_name = "TYPE")]
    checksum_type: Option<String>,
    /// Name for a plain box file
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let mut request = request(context, args)?;
    let candidate = candidate(context, &mut request)?;
    let installed = match boxes::add_candidate(&context.host, &request, &candidate)? {
        (installed, Added::Before) => {
            return Err(BoxError::AlreadyThere {
                name: installed.name,
                version: installed.version,
                provider: installed.provider,
            }
            .into());
        }
        (installed, Added::Now | Added::Meanwhile) => installed,
    };
    let architecture = installed
        .architecture
        .as_ref()
        .map(|name| format!(" ({name})"))
        .unwrap_or_default();
    context.ui.say(
        None,
        Level::Success,
        &format!(
            "Added the box `{}` {} for {}{architecture}.",
            installed.name, installed.version, installed.provider
        ),
    );
    Ok(0)
}

/// Returns the file to fetch. Where no provider was named and a catalog has
/// several, it is one that can run here.
fn candidate(context: &Context, request: &mut Request) -> Result<Candidate> {
    if !request.providers.is_empty() {
        return boxes::resolve(&context.host, request);
    }
    let runs_here = |provider: &&dyn Provider| provider.capabilities().box_providers;
    let mut providers: Vec<String> = Vec::new();
    for name in providers::list::all().iter().flat_map(runs_here) {
        if !providers.iter().any(|known| known == name) {
            providers.push((*name).to_owned());
        }
    }
    let preferred = Request {
        providers,
        ..request.clone()
    };
    let candidate = match boxes::resolve(&context.host, &preferred) {
        Err(failure)
            if matches!(
                failure.downcast_ref::<BoxError>(),
                Some(BoxError::NoProvider { .. })
            ) =>
        {
            boxes::resolve(&context.host, request)?
        }
        other => other?,
    };
    request.providers = candidate.provider.iter().cloned().collect();
    Ok(candidate)
}

fn request(context: &Context, args: &Args) -> Result<Request> {
    let (name, urls) = match args.words.as_slice() {
        [name, place, ..] => (Some(name.clone()), vec![place.clone()]),
        [place] => (args.name.clone(), vec![place.clone()]),
        [] => (None, Vec::new()),
    };
    let host = &context.host;
    Ok(Request {
        name,
        urls,
        constraint: match &args.box_version {
            Some(text) => text.parse::<Constraint>()?,
            None => Constraint::any(),
        },
        providers: args.provider.clone(),
        architecture: match &args.architecture {
            Some(name) => Architecture::Named(name.clone()),
            None => Architecture::host(&host.env),
        },
        checksum: Checksum::read(args.checksum_type.as_deref(), args.checksum.as_deref())?,
        force: args.force,
        in_use: super::in_use::all(context),
        location_trusted: args.location_trusted,
        insecure: args.insecure,
        ca_cert: args.cacert.as_ref().map(|path| host.cwd.join(path)),
        ca_path: args.capath.as_ref().map(|path| host.cwd.join(path)),
        client_cert: args.cert.as_ref().map(|path| host.cwd.join(path)),
        machine: None,
    })
}
