//! `rove box outdated`: whether catalogs have newer boxes.

use crate::boxes::{Constraint, Freshness, Installed, Request, Store, freshness};
use crate::cli::Context;
use crate::error::{Kind, Result};
use crate::event::Level;
use crate::lab;

use super::connection::ConnectionFlags;

/// Arguments of `rove box outdated`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Look at all boxes, not only those of this lab
    #[arg(long)]
    global: bool,
    /// Taken for Vagrant's sake: the catalog is always asked
    #[arg(short, long)]
    force: bool,
    #[command(flatten)]
    connection: ConnectionFlags,
    /// Names of machines; all of the lab if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    if args.global {
        for installed in Store::open(host).list()?.into_iter().rev() {
            let request = args.connection.request(host, &installed.name);
            one(context, None, &installed, &Constraint::any(), &request)?;
        }
        return Ok(0);
    }
    for mut wanted in lab::machine_boxes(host, &args.machines)? {
        args.connection.apply(host, &mut wanted.request);
        let Some(installed) = &wanted.installed else {
            let name = wanted.request.name.clone().unwrap_or_default();
            let text = format!("the box `{name}` is not here yet; `rove up` fetches it");
            context.ui.say(Some(&wanted.machine), Level::Info, &text);
            continue;
        };
        let constraint = &wanted.request.constraint;
        let machine = Some(wanted.machine.as_str());
        one(context, machine, installed, constraint, &wanted.request)?;
        if let Some(version) = wanted.lives_on.filter(|old| *old != installed.version) {
            let text = format!(
                "the machine was made from version {version}; {} is here: destroy it and bring it up again to use that",
                installed.version
            );
            context.ui.say(machine, Level::Warn, &text);
        }
    }
    Ok(0)
}

/// Tells of one box. A server that cannot be asked is told of and no failure; a
/// catalog that cannot be read is one, as with Vagrant.
fn one(
    context: &Context,
    machine: Option<&str>,
    installed: &Installed,
    constraint: &Constraint,
    template: &Request,
) -> Result<()> {
    let named = format!("`{}` for {}", installed.name, installed.provider);
    let (level, text) = match freshness(&context.host, installed, constraint, template) {
        Ok((Freshness::NoCatalog, _)) => (
            Level::Output,
            format!("{named} was not added from a catalog: nothing tells of newer versions"),
        ),
        Ok((Freshness::Newest, _)) => (
            Level::Success,
            format!("{named} ({}) is the newest", installed.version),
        ),
        Ok((Freshness::Older(newer), _)) => (
            Level::Warn,
            format!(
                "{named} is outdated: {} is here, {newer} can be had (`rove box update`)",
                installed.version
            ),
        ),
        Err(failure) if is_malformed(&failure) || failure.kind() == Kind::Interrupted => {
            return Err(failure);
        }
        Err(failure) => (Level::Error, format!("{named}: {failure}")),
    };
    context.ui.say(machine, level, &text);
    Ok(())
}

fn is_malformed(failure: &crate::error::Failure) -> bool {
    use crate::boxes::BoxError;
    matches!(
        failure.downcast_ref(),
        Some(BoxError::CatalogMalformed { .. })
    )
}
