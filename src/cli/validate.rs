//! `rove validate`: everything that is wrong with the Vagrantfile, at once.

use std::path::Path;

use serde_json::{Value, json};

use crate::config::{Diagnostic, Severity};
use crate::error::{Failure, Result};
use crate::event::Level;
use crate::lab::{self, InvalidConfig};
use crate::ruby;
use crate::source::Span;
use crate::vagrantfile::{self, LoadError};

use super::Context;

/// Arguments of `rove validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask whether a provider can be used here
    #[arg(short = 'p', long)]
    ignore_provider: bool,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let loaded = lab::validate(&context.host, args.ignore_provider);
    let cwd = &context.host.cwd;
    let mut lab = match loaded {
        Ok(lab) => lab,
        Err(failure) => {
            // A question of trust is asked first, where somebody can answer.
            let asks = context.ui.has_terminal() && lab::untrusted(&failure).is_some();
            if !args.json || asks {
                return Err(failure);
            }
            context.ui.print_data(&report(&of_failure(&failure, cwd)));
            return Ok(1);
        }
    };
    if args.ignore_provider {
        lab.diagnostics
            .retain(|diagnostic| !is_about_provider(&diagnostic.section));
    }
    for machine in &lab.machines {
        // Vagrant asks no provider then, and takes the one it likes best.
        let liked = if args.ignore_provider && context.host.env.is_compat() {
            machine
                .providers
                .first()
                .map_or("virtualbox", String::as_str)
        } else {
            &machine.provider
        };
        context
            .ui
            .record(Some(&machine.name), "metadata", &["provider", liked]);
    }
    if args.strict {
        for diagnostic in &mut lab.diagnostics {
            diagnostic.severity = Severity::Error;
        }
    }
    let (errors, warnings): (Vec<_>, Vec<_>) = lab
        .diagnostics
        .iter()
        .cloned()
        .partition(|diagnostic| diagnostic.severity == Severity::Error);
    if args.json {
        let all = errors.iter().chain(&warnings);
        let problems: Vec<Value> = all.map(|one| of_diagnostic(one, cwd)).collect();
        context.ui.print_data(&report(&problems));
        return Ok(i32::from(!errors.is_empty()));
    }
    context.ui.diagnostics(&warnings, Some(cwd));
    if !errors.is_empty() {
        return Err(InvalidConfig {
            diagnostics: errors,
        }
        .into());
    }
    let machines = match lab.machines.len() {
        1 => "one machine".to_owned(),
        count => format!("{count} machines"),
    };
    context.ui.say(
        None,
        Level::Success,
        &format!("The Vagrantfile is in order: {machines}."),
    );
    Ok(0)
}

/// Returns what `--json` prints: whether all is well, and every problem.
fn report(problems: &[Value]) -> String {
    let is_error = |problem: &Value| problem["severity"] == "error";
    let report = json!({
        "format": 1,
        "ok": !problems.iter().any(is_error),
        "problems": problems,
    });
    format!("{report:#}\n")
}

fn of_diagnostic(diagnostic: &Diagnostic, cwd: &Path) -> Value {
    json!({
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": diagnostic.message,
        "section": diagnostic.section,
        "machine": diagnostic.machine,
        "at": diagnostic.span.as_ref().map(|span| place(span, cwd)),
        "hints": diagnostic.hint.iter().collect::<Vec<_>>(),
    })
}

/// Returns why a file does not load: every fault of its syntax, else the one
/// error that ended it, with the calls that led there.
fn of_failure(failure: &Failure, cwd: &Path) -> Vec<Value> {
    let kind = vagrantfile::view_of_error(failure).map(|view| view["error"]["kind"].clone());
    let cause = match failure.downcast_ref::<LoadError>() {
        Some(LoadError::Ruby(stopped)) => Some(&stopped.error),
        _ => None,
    };
    if let Some(ruby::Error::Syntax(problems)) = cause {
        let problems = problems.iter().map(|problem| {
            json!({
                "severity": "error",
                "kind": kind,
                "message": problem.message,
                "at": place(&problem.span, cwd),
                "hints": [],
            })
        });
        return problems.collect();
    }
    let calls: Vec<Value> = match cause {
        Some(ruby::Error::Raised(report)) => report
            .backtrace
            .iter()
            .map(|(label, span)| json!({ "in": label, "at": place(span, cwd) }))
            .collect(),
        _ => Vec::new(),
    };
    let explain = failure.explain();
    vec![json!({
        "severity": "error",
        "kind": kind,
        "message": failure.to_string(),
        "at": explain.at().map(|span| place(span, cwd)),
        "hints": explain.hints(),
        "calls": calls,
    })]
}

fn place(span: &Span, cwd: &Path) -> Value {
    let path = span.path().strip_prefix(cwd).unwrap_or(span.path());
    json!({
        "file": path,
        "line": span.line(),
        "column": span.column(),
        "text": span.text().lines().next().unwrap_or_default(),
    })
}

/// Returns whether a remark is about the settings of one provider.
fn is_about_provider(section: &str) -> bool {
    let section = section.to_lowercase();
    section.ends_with("provider") || section == "hyper-v"
}
