//! `rove explain`: where the values of the configuration came from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::{Explained, Layer, Source};
use crate::error::{Explain, Kind, Result};
use crate::lab;
use crate::source::{Span, nearest};

use super::Context;

/// Arguments of `rove explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A setting, as `vm.box`, `memory` or `network.web`, or a section; all that is set if there is none
    #[arg(value_name = "SETTING")]
    setting: Option<String>,
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Nothing has this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no setting `{setting}`")]
struct UnknownSetting {
    setting: String,
    nearest: Option<String>,
}

impl Explain for UnknownSetting {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        let near = self.nearest.iter();
        near.map(|near| format!("did you mean `{near}`?"))
            .chain(["`rove explain` shows every setting that a Vagrantfile sets".to_owned()])
            .collect()
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    show(context, args.setting.as_deref(), &args.machines, args.json)
}

/// Shows who said something of a setting, or of all that are set.
pub(super) fn show(
    context: &Context,
    setting: Option<&str>,
    machines: &[String],
    as_json: bool,
) -> Result<i32> {
    let all = lab::explain(&context.host, machines)?;
    let chosen: Vec<(&str, Vec<&Explained>)> = all
        .iter()
        .map(|(machine, all)| (machine.as_str(), select(all, setting)))
        .collect();
    if let Some(setting) = setting
        && chosen.iter().all(|(_, found)| found.is_empty())
    {
        let nearest = near(setting, all.iter().flat_map(|(_, all)| all));
        let setting = setting.to_owned();
        return Err(UnknownSetting { setting, nearest }.into());
    }
    let cwd = &context.host.cwd;
    let text = if as_json {
        format!("{:#}\n", data(&chosen, cwd))
    } else {
        text(&chosen, cwd)
    };
    context.ui.print_data(&text);
    Ok(0)
}

/// Returns the settings that `wanted` names: one by its path or the end of it,
/// or those of a section that are set; without it all that are set.
fn select<'a>(all: &'a [Explained], wanted: Option<&str>) -> Vec<&'a Explained> {
    let Some(wanted) = wanted else {
        return all.iter().filter(|one| !one.is_default).collect();
    };
    let wanted = wanted.strip_prefix("config.").unwrap_or(wanted);
    let exact: Vec<_> = all.iter().filter(|one| one.setting == wanted).collect();
    if !exact.is_empty() {
        return exact;
    }
    let end = format!(".{wanted}");
    let by_end: Vec<_> = all
        .iter()
        .filter(|one| one.setting.ends_with(&end))
        .collect();
    if !by_end.is_empty() {
        return by_end;
    }
    let section = format!("{wanted}.");
    let below = |one: &&Explained| one.setting.starts_with(&section);
    let set: Vec<_> = all
        .iter()
        .filter(below)
        .filter(|one| !one.is_default)
        .collect();
    if set.is_empty() {
        all.iter().filter(below).collect()
    } else {
        set
    }
}

fn near<'a>(wanted: &str, all: impl Iterator<Item = &'a Explained>) -> Option<String> {
    let wanted = wanted.strip_prefix("config.").unwrap_or(wanted);
    let mut names = BTreeSet::new();
    for one in all {
        names.insert(one.setting.as_str());
        names.extend(one.setting.rsplit('.').next());
    }
    nearest(wanted, names).map(str::to_owned)
}

fn text(chosen: &[(&str, Vec<&Explained>)], cwd: &Path) -> String {
    let mut text = String::new();
    for (machine, found) in chosen {
        if chosen.len() > 1 {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{machine}:");
        }
        for one in found {
            let _ = writeln!(text, "{} = {}", one.setting, shown(&one.value));
            let mut sources = one.sources.iter();
            match sources.next().filter(|_| !one.is_default) {
                Some(source) => {
                    let _ = writeln!(text, "    {}", place(source, cwd));
                }
                None => text.push_str("    the default\n"),
            }
            let before = usize::from(!one.is_default);
            for source in one.sources.iter().skip(before) {
                let value = shown(&source.value);
                let _ = writeln!(text, "    instead of {value}, {}", place(source, cwd));
            }
        }
    }
    text
}

fn shown(value: &crate::config::Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn place(source: &Source, cwd: &Path) -> String {
    let layer = match source.layer {
        Some(Layer::Box) => " (the box's Vagrantfile)",
        Some(Layer::Home) => " (your Vagrantfile for all labs)",
        Some(Layer::Machine) => " (block of the machine)",
        Some(Layer::Override) => " (override of the provider)",
        Some(Layer::Project) | None => "",
    };
    let at = source.span.as_ref().map(|span| at(span, cwd));
    format!("{}{layer}", at.unwrap_or_default())
}

fn at(span: &Span, cwd: &Path) -> String {
    let path = span.path().strip_prefix(cwd).unwrap_or(span.path());
    format!("{}:{}:{}", path.display(), span.line(), span.column())
}

fn data(chosen: &[(&str, Vec<&Explained>)], cwd: &Path) -> Value {
    let source = |source: &Source| {
        json!({
            "value": source.value,
            "layer": source.layer.map(Layer::name),
            "at": source.span.as_ref().map(|span| at(span, cwd)),
        })
    };
    let rows = chosen.iter().flat_map(|(machine, found)| {
        found.iter().map(move |one| {
            json!({
                "machine": machine,
                "setting": one.setting,
                "value": one.value,
                "default": one.is_default,
                "sources": one.sources.iter().map(source).collect::<Vec<_>>(),
            })
        })
    });
    Value::Array(rows.collect())
}
