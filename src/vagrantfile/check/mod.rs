//! What is wrong with a machine's configuration: Vagrant's own rules, counted
//! as Vagrant counts them, and rove's about names that do not exist.
//!
//! Reading order: [`machine`] here, `vm`, then a file per family of sections.

mod names;
mod providers;
mod provisioners;
mod sections;
mod values;
mod vm;

use std::path::{Path, PathBuf};

use super::layers::{Machine, ProviderState};
use super::schema::State;
use crate::config::{Diagnostic, Severity};
use crate::source::Span;

/// Something wrong in a machine's configuration.
pub(super) struct Finding {
    pub(super) section: String,
    pub(super) message: String,
    pub(super) span: Option<Span>,
    pub(super) hint: Option<String>,
    pub(super) severity: Severity,
    /// Whether Vagrant counts it, in one message with this section.
    pub(super) counted: bool,
    /// Whether users see it; what Vagrant sums up in one message is shown one by one.
    pub(super) shown: bool,
}

impl Finding {
    fn error(section: &str, message: impl Into<String>, span: Option<Span>) -> Self {
        Self {
            section: section.to_owned(),
            message: message.into(),
            span,
            hint: None,
            severity: Severity::Error,
            counted: true,
            shown: true,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What the rules look at.
struct Context<'a> {
    machine: &'a Machine,
    all: &'a [Machine],
    root: &'a Path,
    home: Option<&'a Path>,
    findings: Vec<Finding>,
}

impl Context<'_> {
    fn error(&mut self, section: &str, message: impl Into<String>, span: Option<Span>) {
        self.findings.push(Finding::error(section, message, span));
    }

    /// Returns a path as Vagrant expands it: from the Vagrantfile's folder, `~` for home.
    fn expand(&self, path: &str) -> PathBuf {
        expand(self.root, self.home, path)
    }

    fn is_file(&self, path: &str) -> bool {
        self.expand(path).is_file()
    }

    fn is_dir(&self, path: &str) -> bool {
        self.expand(path).is_dir()
    }
}

/// Returns a path as Vagrant expands it: from `root`, `~` for `home`.
pub(super) fn expand(root: &Path, home: Option<&Path>, path: &str) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => root.join(path),
    }
}

/// Returns everything that is wrong with a machine.
pub(super) fn machine(
    machine: &Machine,
    all: &[Machine],
    root: &Path,
    home: Option<&Path>,
) -> Vec<Finding> {
    let mut context = Context {
        machine,
        all,
        root,
        home,
        findings: Vec::new(),
    };
    vm::check(&mut context);
    for (name, state) in &machine.providers {
        match state {
            ProviderState::Known(state) if *name == machine.provider => {
                names::unknown(&mut context, state.class.section, state);
                providers::check(&mut context, state);
            }
            ProviderState::Known(state) => names::unknown_elsewhere(&mut context, state),
            ProviderState::Unknown(_) => names::provider(&mut context, name),
        }
    }
    provisioners::check(&mut context);
    sections::check(&mut context);
    names::sections(&mut context);
    context.findings
}

/// Makes everything an error that is one in Vagrant.
pub(super) fn as_strict_as_vagrant(findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.counted) {
        finding.severity = Severity::Error;
    }
}

/// Returns the diagnostics of a machine.
pub(super) fn diagnostics(
    machine: &str,
    findings: Vec<Finding>,
    sizes: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = findings
        .into_iter()
        .filter(|finding| finding.shown)
        .map(|finding| Diagnostic {
            severity: finding.severity,
            machine: Some(machine.to_owned()),
            section: finding.section,
            message: finding.message,
            span: finding.span,
            hint: finding.hint,
        })
        .collect();
    diagnostics.extend(sizes.into_iter().map(|fault| Diagnostic {
        machine: Some(machine.to_owned()),
        ..fault
    }));
    diagnostics
}

/// Keeps what every one of several machines says about the same place once, for
/// the whole file.
pub(super) fn once(diagnostics: &mut Vec<Diagnostic>, machines: usize) {
    let same = |a: &Diagnostic, b: &Diagnostic| {
        a.span.is_some() && a.span == b.span && a.message == b.message && a.section == b.section
    };
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics.iter() {
        if kept.iter().any(|known| same(known, diagnostic)) {
            continue;
        }
        let mut diagnostic = diagnostic.clone();
        let repeats = diagnostics
            .iter()
            .filter(|other| same(other, &diagnostic))
            .count();
        if repeats > 1 || machines == 1 {
            diagnostic.machine = None;
        }
        kept.push(diagnostic);
    }
    *diagnostics = kept;
}

/// Returns the text of a setting that is set.
fn said(state: &State, name: &str) -> Option<String> {
    let value = state.get(name);
    value.truthy().then(|| super::schema::text(&value))
}
