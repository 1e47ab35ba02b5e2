//! `rove box update`: fetches newer boxes; the old ones stay.

use crate::boxes::{self, BoxError, Constraint, Freshness, Installed, Request, Store, freshness};
use crate::cli::Context;
use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::lab;

use super::connection::ConnectionFlags;

/// Arguments of `rove box update`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// This box, whatever lab uses it
    #[arg(long = "box", value_name = "NAME")]
    name: Option<String>,
    /// Only for this provider
    #[arg(long, value_name = "PROVIDER", requires = "name")]
    provider: Option<String>,
    /// Only for this architecture
    #[arg(long, value_name = "ARCH", requires = "name")]
    architecture: Option<String>,
    /// Replace the new version if it is there
    #[arg(short, long)]
    force: bool,
    #[command(flatten)]
    connection: ConnectionFlags,
    /// Names of machines; all of the lab if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
}

/// Why a box cannot be updated.
#[derive(Debug, thiserror::Error)]
enum UpdateError {
    #[error("the box `{name}` is there for several {what}: {}", known.join(", "))]
    Several {
        name: String,
        what: &'static str,
        flag: &'static str,
        known: Vec<String>,
    },
    #[error("the box `{name}` is not there for {wanted}; it is for {}", known.join(", "))]
    NotFor {
        name: String,
        wanted: String,
        known: Vec<String>,
    },
    #[error("the box `{name}` was not added from a catalog, so there is nothing to update it from")]
    NoCatalog { name: String },
}

impl Explain for UpdateError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Several { flag, known, .. } => {
                let first = known.first().cloned().unwrap_or_default();
                vec![format!("name one: `{flag} {first}`")]
            }
            Self::NotFor { .. } => vec!["`rove box list` shows those that are there".to_owned()],
            Self::NoCatalog { name } => vec![format!(
                "add the new file under a new name, or with `rove box add --force {name} FILE`"
            )],
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Several { .. } => "Vagrant::Errors::BoxUpdateMultiProvider",
            Self::NotFor { .. } => "Vagrant::Errors::BoxNotFoundWithProvider",
            Self::NoCatalog { .. } => "Vagrant::Errors::BoxUpdateNoMetadata",
        })
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    if let Some(name) = &args.name {
        let installed = newest(args, name, Store::open(host).list()?)?;
        let request = args.connection.request(host, name);
        update(
            context,
            None,
            &installed,
            &Constraint::any(),
            &request,
            args,
        )?;
        return Ok(0);
    }
    for mut wanted in lab::machine_boxes(host, &args.machines)? {
        args.connection.apply(host, &mut wanted.request);
        let machine = Some(wanted.machine.as_str());
        let Some(installed) = &wanted.installed else {
            let name = wanted.request.name.clone().unwrap_or_default();
            let text = format!("the box `{name}` is not here yet; `rove up` fetches it");
            context.ui.say(machine, Level::Warn, &text);
            continue;
        };
        if installed.metadata_url().is_none() {
            let text = format!(
                "the box `{}` was not added from a catalog and is left as it is",
                installed.name
            );
            context.ui.say(machine, Level::Warn, &text);
            continue;
        }
        let constraint = wanted.request.constraint.clone();
        update(
            context,
            machine,
            installed,
            &constraint,
            &wanted.request,
            args,
        )?;
    }
    Ok(0)
}

/// Returns the newest box of a name; of several providers or architectures one
/// has to be named.
fn newest(args: &Args, name: &str, mut boxes: Vec<Installed>) -> Result<Installed> {
    boxes.retain(|installed| installed.name == name);
    if boxes.is_empty() {
        return Err(BoxError::NotInstalled {
            name: name.to_owned(),
            version: None,
            provider: None,
        }
        .into());
    }
    let provider = |installed: &Installed| installed.provider.clone();
    let architecture = |installed: &Installed| installed.architecture.clone().unwrap_or_default();
    narrow(
        name,
        &mut boxes,
        args.provider.as_ref(),
        provider,
        "providers",
        "--provider",
    )?;
    narrow(
        name,
        &mut boxes,
        args.architecture.as_ref(),
        architecture,
        "architectures",
        "--architecture",
    )?;
    // The list is in the order of versions.
    Ok(boxes.pop().expect("at least one is left"))
}

fn narrow(
    name: &str,
    boxes: &mut Vec<Installed>,
    wanted: Option<&String>,
    of: impl Fn(&Installed) -> String,
    what: &'static str,
    flag: &'static str,
) -> Result<()> {
    let mut known: Vec<String> = boxes.iter().map(&of).collect();
    known.sort();
    known.dedup();
    let name = name.to_owned();
    match wanted {
        Some(wanted) if !known.contains(wanted) => Err(UpdateError::NotFor {
            name,
            wanted: wanted.clone(),
            known,
        }
        .into()),
        Some(wanted) => {
            boxes.retain(|installed| of(installed) == *wanted);
            Ok(())
        }
        None if known.len() > 1 => Err(UpdateError::Several {
            name,
            what,
            flag,
            known,
        }
        .into()),
        None => Ok(()),
    }
}

fn update(
    context: &Context,
    machine: Option<&str>,
    installed: &Installed,
    constraint: &Constraint,
    template: &Request,
    args: &Args,
) -> Result<()> {
    let host = &context.host;
    let (found, mut request) = freshness(host, installed, constraint, template)?;
    let named = format!("`{}` for {}", installed.name, installed.provider);
    let text = match found {
        Freshness::NoCatalog => {
            let name = installed.name.clone();
            return Err(UpdateError::NoCatalog { name }.into());
        }
        Freshness::Newest => format!("{named} ({}) is the newest", installed.version),
        Freshness::Older(newer) => {
            request.force = args.force;
            let candidate = boxes::resolve(host, &request)?;
            boxes::add_candidate(host, &request, &candidate)?;
            context.ui.settle();
            format!(
                "{named} is now here as {newer} too; machines made from {} keep it until they are made anew",
                installed.version
            )
        }
    };
    context.ui.say(machine, Level::Success, &text);
    Ok(())
}
