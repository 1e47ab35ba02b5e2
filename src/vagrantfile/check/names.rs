//! Names that do not exist: settings of a known section, sections, providers.

use super::{Context, Finding};
use crate::config::Severity;
use crate::source::{longer, nearest};
use crate::vagrantfile::schema::{State, providers, sections};

/// Notes the unknown settings of `state`, which Vagrant sums up in one message.
pub(super) fn unknown(context: &mut Context<'_>, section: &str, state: &State) {
    if state.unknown.is_empty() {
        return;
    }
    let names: Vec<&str> = state
        .unknown
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let mut sum = Finding::error(
        section,
        format!("no such settings: {}", names.join(", ")),
        None,
    );
    sum.shown = false;
    context.findings.push(sum);
    each(context, section, state, Severity::Error);
}

/// Notes unknown settings that Vagrant does not look at: of a provider that is
/// not chosen, or of a section that it does not check. A slip of the pen is an
/// error all the same, since rove reads sizes from every provider's block.
pub(super) fn unknown_elsewhere(context: &mut Context<'_>, state: &State) {
    each(context, state.class.section, state, Severity::Warning);
}

fn each(context: &mut Context<'_>, section: &str, state: &State, severity: Severity) {
    let place = place(state);
    for (name, span) in &state.unknown {
        let near = nearest(name, state.class.names());
        context.findings.push(Finding {
            section: section.to_owned(),
            message: format!("unknown setting `{name}` in {place}"),
            span: span.clone(),
            hint: near
                .or_else(|| longer(name, state.class.names()))
                .map(|near| format!("did you mean `{near}`?")),
            severity: if near.is_some() {
                Severity::Error
            } else {
                severity
            },
            counted: false,
            shown: true,
        });
    }
}

/// Returns how users call the place of a state's settings.
fn place(state: &State) -> String {
    let key = state.class.key;
    if sections::class(key).is_some_and(|class| std::ptr::eq(class, state.class)) {
        return format!("`config.{key}`");
    }
    if providers::class(key).is_some_and(|class| std::ptr::eq(class, state.class)) {
        return format!("a `{key}` provider block");
    }
    match key {
        "ssh.default" => "`config.ssh.default`".to_owned(),
        "trigger item" => "a trigger".to_owned(),
        "disk" => "`config.vm.disk`".to_owned(),
        "cloud_init" => "`config.vm.cloud_init`".to_owned(),
        _ if state.class.section.ends_with("push") => format!("a `{key}` push"),
        _ => format!("a `{key}` provisioner"),
    }
}

/// Notes sections that nobody defines: an error where the name is close to a
/// known one, else a plugin that rove does not know.
pub(super) fn sections(context: &mut Context<'_>) {
    let known = sections::SECTIONS.iter().map(|class| class.key);
    let known: Vec<&str> = known.collect();
    let machine = context.machine;
    for section in &machine.root.unknown {
        let name = &section.name;
        if machine.plugins.has_section(name) {
            continue;
        }
        let near = nearest(name, known.iter().copied());
        let (severity, hint) = match near {
            Some(near) => (Severity::Error, format!("did you mean `config.{near}`?")),
            None => (
                Severity::Warning,
                format!(
                    "it belongs to a plugin that rove does not know; `if Vagrant.has_plugin?(…)` around `config.{name}` says that it may be missing"
                ),
            ),
        };
        context.findings.push(Finding {
            section: "Vagrant".to_owned(),
            message: format!("unknown section `config.{name}`"),
            span: section.span.clone(),
            hint: Some(hint),
            severity,
            counted: true,
            shown: true,
        });
    }
}

/// Notes a provider whose name is close to a known one and is none itself.
pub(super) fn provider(context: &mut Context<'_>, name: &str) {
    if providers::NAMES.contains(&name) {
        return;
    }
    let Some(near) = nearest(name, providers::NAMES.iter().copied()) else {
        return;
    };
    context.findings.push(Finding {
        section: "vm".to_owned(),
        message: format!("unknown provider `{name}`"),
        span: None,
        hint: Some(format!("did you mean `{near}`?")),
        severity: Severity::Warning,
        counted: false,
        shown: true,
    });
}
