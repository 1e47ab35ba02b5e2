//! `rove box where`: how a name becomes a place.

use std::fmt::Write as _;

use serde_json::json;

use crate::boxes::{Asked, Candidate, Constraint, SourceKind, Store, found_where, name};
use crate::cli::Context;
use crate::error::Result;

use super::connection::ConnectionFlags;

/// Arguments of `rove box where`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// `org/name`
    #[arg(value_name = "BOX")]
    name: String,
    /// Versions that will do, such as `~> 1.2`
    #[arg(long, value_name = "VERSION")]
    box_version: Option<String>,
    /// Providers whose boxes will do (may be repeated)
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionFlags,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    if !name::is_box_name(&args.name) {
        return Err(crate::boxes::BoxError::AddressMalformed {
            address: args.name.clone(),
        }
        .into());
    }
    let mut request = args.connection.request(host, &args.name);
    request.providers.clone_from(&args.provider);
    request.constraint = match &args.box_version {
        Some(version) => version.parse()?,
        None => Constraint::any(),
    };
    let steps = found_where(host, &request, &args.name)?;
    let here: Vec<String> = Store::open(host)
        .list()?
        .into_iter()
        .filter(|installed| installed.name == args.name)
        .map(|installed| format!("{} for {}", installed.version, installed.provider))
        .collect();
    let is_found = steps.iter().any(|step| matches!(step.answer, Some(Ok(_))));
    if args.json {
        let value = json!({
            "name": args.name,
            "found": is_found,
            "here": here,
            "sources": steps.iter().map(as_json).collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&value).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
    } else {
        context.ui.print(&as_text(&args.name, &steps, &here));
    }
    Ok(i32::from(!is_found))
}

fn as_text(name: &str, steps: &[Asked], here: &[String]) -> String {
    let mut text = format!("{name}\n");
    for (index, step) in steps.iter().enumerate() {
        let source = &step.way.source;
        let _ = writeln!(
            text,
            "{:>3}. {} ({})",
            index + 1,
            source.place,
            source.said_by
        );
        let _ = writeln!(text, "     {}", told(step, name));
    }
    let here = match here {
        [] => "not in the store".to_owned(),
        here => format!("in the store: {}", here.join(", ")),
    };
    let _ = writeln!(text, "  {here}");
    text
}

fn told(step: &Asked, name: &str) -> String {
    let renamed = match &step.way.name {
        Some(there) if there != name => format!("as {there}: "),
        _ => String::new(),
    };
    match (&step.way.name, &step.answer) {
        (None, _) => format!(
            "not for this name: only {}",
            step.way.source.boxes.join(", ")
        ),
        (_, None) => format!("{renamed}not asked: an earlier place has it"),
        (_, Some(Err(failure))) => format!("{renamed}{failure}"),
        (_, Some(Ok(candidate))) => format!("{renamed}{}", offered(candidate)),
    }
}

fn offered(candidate: &Candidate) -> String {
    let mut text = format!("version {}", candidate.version);
    if let Some(provider) = &candidate.provider {
        let _ = write!(text, " for {provider}");
    }
    if let Some(architecture) = &candidate.architecture {
        let _ = write!(text, " ({architecture})");
    }
    for place in &candidate.places {
        let _ = write!(text, ", {place}");
    }
    if candidate.checksums.is_empty() {
        text.push_str(", without a checksum");
    }
    text
}

fn as_json(step: &Asked) -> serde_json::Value {
    let source = &step.way.source;
    let candidate = step.answer.as_ref().and_then(|answer| answer.as_ref().ok());
    let failure = step
        .answer
        .as_ref()
        .and_then(|answer| answer.as_ref().err());
    json!({
        "place": source.place,
        "kind": match source.kind {
            SourceKind::Catalog => "catalog",
            SourceKind::Server => "server",
        },
        "said_by": source.said_by,
        "boxes": source.boxes,
        "name_there": step.way.name,
        "error": failure.map(ToString::to_string),
        "version": candidate.map(|found| &found.version),
        "provider": candidate.and_then(|found| found.provider.as_ref()),
        "architecture": candidate.and_then(|found| found.architecture.as_ref()),
        "urls": candidate.map(|found| found.places.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "checksums": candidate.map(|found| found.checksums.iter().map(ToString::to_string).collect::<Vec<_>>()),
    })
}
