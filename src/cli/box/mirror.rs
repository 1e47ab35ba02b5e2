//! `rove box mirror`: copies of boxes, with catalogs, in a folder of one's own.

use std::path::PathBuf;

use serde_json::json;

use crate::boxes::{self, Mirror, Mirrored, Store};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;
use crate::lab;

use super::connection::ConnectionFlags;
use super::du::size;

/// Arguments of `rove box mirror`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// `org/name`, or `org/name@CONSTRAINT`; those of the lab if there is none
    #[arg(value_name = "BOX")]
    names: Vec<String>,
    /// Folder to copy to
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Address that the folder has on a web server: with it Vagrant can read the catalogs
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Providers whose boxes are copied (may be repeated); all if not given
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<String>,
    /// Architectures that are copied (may be repeated); all if not given
    #[arg(short, long, value_name = "ARCH")]
    architecture: Vec<String>,
    /// Every version that fits, not the highest only
    #[arg(long)]
    all_versions: bool,
    /// Pack boxes of the store anew, for those whose origin is gone
    #[arg(long)]
    installed: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionFlags,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let mirror = Mirror {
        to: host.cwd.join(&args.to),
        base_url: args.base_url.clone(),
        architectures: args.architecture.clone(),
        all_versions: args.all_versions,
    };
    let done = if args.installed {
        installed(context, args, &mirror)?
    } else {
        fetched(context, args, &mirror)?
    };
    context.ui.settle();
    if args.json {
        let list: Vec<_> = done.iter().map(as_json).collect();
        let text = serde_json::to_string_pretty(&list).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
        return Ok(0);
    }
    for one in &done {
        context.ui.say(None, Level::Output, &told(one));
    }
    let text = format!(
        "`{}` holds these boxes; a source names it: `place = {:?}`.",
        args.to.display(),
        mirror
            .base_url
            .as_deref()
            .unwrap_or(&mirror.to.to_string_lossy())
    );
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}

fn fetched(context: &Context, args: &Args, mirror: &Mirror) -> Result<Vec<Mirrored>> {
    let host = &context.host;
    let mut wanted = Vec::new();
    for typed in &args.names {
        let (name, constraint) = typed.split_once('@').unwrap_or((typed, ""));
        let mut request = args.connection.request(host, name);
        if !constraint.is_empty() {
            request.constraint = constraint.parse()?;
        }
        wanted.push(request);
    }
    if args.names.is_empty() {
        for machine in lab::machine_boxes(host, &[])? {
            let mut request = machine.request;
            args.connection.apply(host, &mut request);
            wanted.push(request);
        }
    }
    let mut done: Vec<Mirrored> = Vec::new();
    for mut request in wanted {
        // All providers: the next who needs the box may have another one.
        request.providers.clone_from(&args.provider);
        let name = request.name.clone().unwrap_or_default();
        for one in boxes::mirror(host, mirror, &request, &name)? {
            let same = |old: &Mirrored| {
                (&old.name, &old.version, &old.provider, &old.architecture)
                    == (&one.name, &one.version, &one.provider, &one.architecture)
            };
            if !done.iter().any(same) {
                done.push(one);
            }
        }
    }
    Ok(done)
}

fn installed(context: &Context, args: &Args, mirror: &Mirror) -> Result<Vec<Mirrored>> {
    let host = &context.host;
    let fits = |list: &[String], word: &str| list.is_empty() || list.iter().any(|it| it == word);
    let names: Vec<String> = if args.names.is_empty() {
        let machines = lab::machine_boxes(host, &[])?.into_iter();
        machines
            .filter_map(|machine| machine.request.name)
            .collect()
    } else {
        args.names.clone()
    };
    let mut done = Vec::new();
    for typed in names {
        let (name, constraint) = typed.split_once('@').unwrap_or((&typed, ""));
        let constraint: boxes::Constraint = match constraint {
            "" => boxes::Constraint::any(),
            text => text.parse()?,
        };
        let mut found: Vec<_> = Store::open(host)
            .list()?
            .into_iter()
            .filter(|it| it.name == name && fits(&args.provider, &it.provider))
            .filter(|it| {
                it.version
                    .parse()
                    .is_ok_and(|version| constraint.matches(&version))
            })
            .collect();
        if !args.all_versions
            && let Some(last) = found.last().map(|it| it.version.clone())
        {
            found.retain(|it| it.version == last);
        }
        if found.is_empty() {
            return Err(boxes::BoxError::NotInstalled {
                name: name.to_owned(),
                version: None,
                provider: args.provider.first().cloned(),
            }
            .into());
        }
        for one in found {
            done.push(boxes::mirror_installed(host, mirror, &one)?);
        }
    }
    Ok(done)
}

fn told(one: &Mirrored) -> String {
    let architecture = one.architecture.as_ref();
    let architecture = architecture.map(|it| format!(", {it}")).unwrap_or_default();
    let what = if one.before {
        "there already"
    } else {
        "copied"
    };
    format!(
        "{} {} ({}{architecture}): {what}, {}",
        one.name,
        one.version,
        one.provider,
        size(one.length)
    )
}

fn as_json(one: &Mirrored) -> serde_json::Value {
    json!({
        "name": one.name,
        "version": one.version,
        "provider": one.provider,
        "architecture": one.architecture,
        "length": one.length,
        "before": one.before,
    })
}
