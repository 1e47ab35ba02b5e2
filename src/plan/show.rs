//! A plan for people and for programs: what `up` would do, with which size, box,
//! ports, and where each of these came from.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::config::{ForwardedPort, MachineConfig, Origin, Run, Sourced};
use crate::event::Level;
use crate::providers::{Detail, Power};

use super::{BoxState, Observed, Plan, Step};

/// A plan with everything it was made from.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Configuration for the chosen provider.
    pub config: MachineConfig,
    /// Why this provider: a clause.
    pub provider_reason: String,
    /// What was observed.
    pub seen: Observed,
    /// What the provider will choose.
    pub described: Vec<Detail>,
    /// The plan.
    pub plan: Plan,
}

/// Returns whether a command would do nothing at all.
pub fn is_empty(machines: &[Planned]) -> bool {
    machines.iter().all(|machine| machine.plan.is_empty())
}

/// Returns the plans as text.
pub fn text(machines: &[Planned]) -> String {
    let blocks: Vec<String> = machines.iter().map(machine_text).collect();
    blocks.join("\n")
}

/// Widest value that the column of the notes makes room for.
const VALUE_COLUMN: usize = 44;

/// The table of a machine: what, which, and where that came from.
#[derive(Default)]
struct Table(Vec<[String; 3]>);

impl Table {
    fn row(&mut self, label: &str, value: impl Into<String>, note: impl Into<String>) {
        self.0.push([label.to_owned(), value.into(), note.into()]);
    }

    fn text(&self) -> String {
        let length = |text: &String| text.chars().count();
        let fits = |width: &usize| *width <= VALUE_COLUMN;
        // Ports differ from host to host, and few of them have a note.
        let noted = self
            .0
            .iter()
            .filter(|[label, _, note]| label != "port" && !note.is_empty());
        let width = noted
            .map(|[_, value, _]| length(value))
            .filter(fits)
            .max()
            .unwrap_or(0);
        let mut text = String::new();
        for [label, value, note] in &self.0 {
            let line = format!("  {label:<14}{value:<width$}  {note}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

fn machine_text(machine: &Planned) -> String {
    let config = &machine.config;
    let seen = &machine.seen;
    let mut table = Table::default();
    table.row("provider", &config.provider, &machine.provider_reason);
    let (box_line, box_note) = box_lines(config, &seen.box_state);
    table.row("box", box_line, box_note);
    let size = size_rows(config, &seen.box_state)
        .into_iter()
        .map(|(label, value, origin)| [label.to_owned(), value, origin]);
    let details = machine.described.iter().cloned();
    let details = details.map(|detail| [detail.label, detail.value, detail.note]);
    let mut hardware: Vec<[String; 3]> = size.chain(details).collect();
    // What nobody said stands where it would stand if somebody had.
    hardware.sort_by_key(|[label, ..]| {
        let first = ["cpus", "memory", "memory up to", "nested"];
        first
            .iter()
            .position(|name| name == label)
            .unwrap_or(first.len())
    });
    table.0.extend(hardware);
    for forward in &seen.forwards {
        let moved = seen
            .corrections
            .iter()
            .find(|correction| {
                correction.given == forward.host && correction.guest == forward.guest
            })
            .map_or_else(String::new, |correction| {
                format!("{} is in use", correction.wanted)
            });
        table.row("port", port_line(forward), moved);
    }
    for share in config.shares.iter().filter(|share| !share.disabled) {
        table.row(
            "folder",
            format!("{} -> {}", share.host_path, share.guest_path),
            share.kind.as_deref().unwrap_or_default(),
        );
    }
    for provisioner in &config.provisioners {
        table.row(
            "provisioner",
            provisioner.label(),
            run_word(provisioner.run),
        );
    }
    let mut text = format!(
        "{} ({})\n{}",
        config.name,
        seen.state().short(),
        table.text()
    );
    if machine.plan.is_empty() {
        let _ = writeln!(text, "  nothing to do");
    } else {
        let _ = writeln!(text, "  steps");
        let shown = machine.plan.steps.iter().filter(|step| !step.is_silent());
        for (index, step) in shown.enumerate() {
            let _ = writeln!(text, "    {}. {}", index + 1, step.title());
        }
    }
    for note in &machine.plan.notes {
        let mark = if note.level == Level::Warn {
            "warning"
        } else {
            "note"
        };
        let _ = writeln!(text, "  {mark}: {}", note.text);
    }
    text
}

fn run_word(run: Run) -> &'static str {
    match run {
        Run::Once => "once",
        Run::Always => "always",
        Run::Never => "never",
    }
}

fn box_lines(config: &MachineConfig, state: &BoxState) -> (String, String) {
    match state {
        BoxState::None => ("none".to_owned(), String::new()),
        BoxState::Here {
            name,
            version,
            provider,
            dir,
        } => {
            let how = if *provider == config.provider {
                format!("for {provider}")
            } else {
                format!("made for {provider}")
            };
            (
                format!("{name} {version}"),
                format!("{how}, in {}", dir.display()),
            )
        }
        BoxState::ToFetch {
            name,
            version,
            providers,
            urls,
        } => {
            let version = if version.is_empty() {
                "newest version"
            } else {
                version
            };
            let place = if urls.is_empty() {
                "to be fetched".to_owned()
            } else {
                format!("to be fetched from {}", urls.join(", "))
            };
            (
                format!("{name} ({version})"),
                format!("{place}, made for {}", one_of(providers)),
            )
        }
    }
}

/// Returns `a, b or c`.
fn one_of(names: &[String]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => names.join(", "),
    }
}

fn size_rows(config: &MachineConfig, state: &BoxState) -> Vec<(&'static str, String, String)> {
    fn row<T>(
        label: &'static str,
        value: Option<&Sourced<T>>,
        state: &BoxState,
        show: impl Fn(&T) -> String,
    ) -> Option<(&'static str, String, String)> {
        value.map(|sourced| {
            let origin = origin(&sourced.origin, state);
            (label, show(&sourced.value), origin)
        })
    }
    let size = &config.size;
    let mib = |value: &u64| format!("{value} MiB");
    [
        row("cpus", size.cpus.as_ref(), state, u32::to_string),
        row("memory", size.memory_mib.as_ref(), state, mib),
        row("memory up to", size.max_memory_mib.as_ref(), state, mib),
        row("nested", size.nested.as_ref(), state, |on| {
            if *on { "on" } else { "off" }.to_owned()
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns where a figure came from: `Vagrantfile:4 (hyperv block: cpus)`. A box
/// has a Vagrantfile too.
fn origin(origin: &Origin, state: &BoxState) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Block {
            provider,
            setting,
            span,
        } => {
            let place = span.as_ref().map_or_else(String::new, |span| {
                let file = span.path().file_name().unwrap_or_default();
                let whose = match state {
                    BoxState::Here { dir, .. } if span.path().starts_with(dir) => "the box's ",
                    _ => "",
                };
                format!("{whose}{}:{} ", file.to_string_lossy(), span.line())
            });
            format!("{place}({provider} block: {setting})")
        }
    }
}

fn port_line(forward: &ForwardedPort) -> String {
    let address = if forward.host_ip.is_empty() {
        "*"
    } else {
        &forward.host_ip
    };
    format!(
        "{address}:{} -> {} ({})",
        forward.host,
        forward.guest,
        forward.protocol.name()
    )
}

/// Returns the plans as JSON: a list with an object per machine.
pub fn json(machines: &[Planned]) -> Value {
    machines.iter().map(machine_json).collect()
}

fn machine_json(machine: &Planned) -> Value {
    let config = &machine.config;
    let seen = &machine.seen;
    json!({
        "machine": config.name,
        "state": seen.state().id(),
        "exists": seen.power != Power::Absent,
        "provider": {"name": config.provider, "reason": machine.provider_reason},
        "box": match &seen.box_state {
            BoxState::None => Value::Null,
            BoxState::Here { name, version, provider, dir } => json!({
                "name": name, "version": version, "provider": provider,
                "directory": dir, "installed": true,
            }),
            BoxState::ToFetch { name, version, providers, urls } => json!({
                "name": name, "version": version, "providers": providers,
                "urls": urls, "installed": false,
            }),
        },
        "size": size_json(config, &seen.box_state),
        "ports": seen.forwards,
        "moved_ports": seen.corrections.iter().map(|correction| json!({
            "guest": correction.guest, "wanted": correction.wanted, "given": correction.given,
        })).collect::<Value>(),
        "folders": config.shares.iter().filter(|share| !share.disabled).map(|share| json!({
            "host": share.host_path, "guest": share.guest_path, "type": share.kind,
        })).collect::<Value>(),
        "provisioners": config.provisioners.iter().map(|provisioner| json!({
            "name": provisioner.name, "type": provisioner.kind, "run": run_word(provisioner.run),
        })).collect::<Value>(),
        "provider_details": machine.described,
        "steps": machine.plan.steps.iter().filter(|step| !step.is_silent()).map(step_json).collect::<Value>(),
        "notes": machine.plan.notes.iter().map(|note| note.text.clone()).collect::<Value>(),
    })
}

fn size_json(config: &MachineConfig, state: &BoxState) -> Value {
    fn figure<T: serde::Serialize>(value: Option<&Sourced<T>>, state: &BoxState) -> Value {
        value.map_or(Value::Null, |sourced| {
            let mut object =
                json!({"value": sourced.value, "origin": origin(&sourced.origin, state)});
            if let Origin::Block {
                provider,
                setting,
                span,
            } = &sourced.origin
            {
                object["provider"] = json!(provider);
                object["setting"] = json!(setting);
                if let Some(span) = span {
                    object["file"] = json!(span.path());
                    object["line"] = json!(span.line());
                }
            }
            object
        })
    }
    let size = &config.size;
    json!({
        "cpus": figure(size.cpus.as_ref(), state),
        "memory_mib": figure(size.memory_mib.as_ref(), state),
        "max_memory_mib": figure(size.max_memory_mib.as_ref(), state),
        "nested": figure(size.nested.as_ref(), state),
    })
}

fn step_json(step: &Step) -> Value {
    json!({"step": step.name(), "title": step.title()})
}
