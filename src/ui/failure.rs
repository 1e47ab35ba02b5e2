//! Failures and remarks as text: heading, chain of causes, the place in the
//! source, details, hints. The only place that maps a kind of failure to its
//! heading and exit code.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use serde_json::json;

use crate::config::{Diagnostic, Severity};
use crate::error::{Failure, Kind};
use crate::event::Level;
use crate::lab::InvalidConfig;
use crate::ruby;
use crate::source::Span;
use crate::vagrantfile::LoadError;

use super::{Json, Stream, Ui, events, snippet};

/// Where a defect of rove is reported.
const REPORT: &str = env!("CARGO_PKG_REPOSITORY");

/// How a kind of failure shows itself.
struct Manner {
    heading: &'static str,
    exit_code: i32,
}

/// Returns the heading and exit code of a kind. Every code is 1, because
/// scripts that wrap Vagrant know no other.
fn manner(kind: Kind) -> Manner {
    let heading = match kind {
        Kind::User | Kind::Config | Kind::Environment | Kind::External => "error",
        Kind::Interrupted => "stopped",
        Kind::Bug => "defect in rove",
    };
    Manner {
        heading,
        exit_code: 1,
    }
}

/// One thing to say, whatever it came from.
struct Remark<'a> {
    heading: &'a str,
    level: Level,
    message: String,
    causes: Vec<String>,
    at: Option<&'a Span>,
    detail: Option<String>,
    hints: Vec<String>,
}

impl Remark<'_> {
    /// Returns the text, coloured if `color`.
    fn text(&self, color: bool, cwd: Option<&Path>) -> String {
        let paint = |code: &str, text: &str| {
            if color {
                format!("\u{1b}[{code}m{text}\u{1b}[0m")
            } else {
                text.to_owned()
            }
        };
        let strong = if self.level == Level::Warn {
            "1;33"
        } else {
            "1;31"
        };
        let mut text = format!(
            "{} {}\n",
            paint(strong, &format!("{}:", self.heading)),
            self.message
        );
        for cause in &self.causes {
            let _ = writeln!(text, "  because: {}", cause.replace('\n', "\n    "));
        }
        if let Some(span) = self.at {
            text.push_str(&snippet::draw(span, cwd));
        }
        if let Some(detail) = &self.detail {
            for line in detail.trim_end().lines() {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        }
        for hint in &self.hints {
            let _ = writeln!(text, "{} {hint}", paint("1;36", "hint:"));
        }
        text
    }
}

/// Returns a failure as text without colour; `machine` is named in the heading.
pub fn text(failure: &Failure, machine: Option<&str>, cwd: Option<&Path>) -> String {
    remark(failure, machine).text(false, cwd)
}

fn remark<'a>(failure: &'a Failure, machine: Option<&str>) -> Remark<'a> {
    let explain = failure.explain();
    let mut hints = explain.hints();
    if failure.kind() == Kind::Bug {
        hints.push(format!(
            "please report this with the command you typed: {REPORT}/issues"
        ));
    }
    let message = failure.to_string();
    Remark {
        heading: manner(failure.kind()).heading,
        level: Level::Error,
        message: match machine {
            Some(machine) if !message.contains(&format!("`{machine}`")) => {
                format!("machine `{machine}`: {message}")
            }
            _ => message.clone(),
        },
        // An error that is shown as its own source would be said twice.
        causes: failure
            .causes()
            .into_iter()
            .filter(|cause| *cause != message)
            .collect(),
        at: explain.at(),
        detail: explain.detail(),
        hints,
    }
}

fn remark_of_diagnostic(diagnostic: &Diagnostic) -> Remark<'_> {
    let (heading, level) = match diagnostic.severity {
        Severity::Error => ("error", Level::Error),
        Severity::Warning => ("warning", Level::Warn),
    };
    Remark {
        heading,
        level,
        message: match &diagnostic.machine {
            Some(machine) if !diagnostic.message.contains(&format!("`{machine}`")) => {
                format!("machine `{machine}`: {}", diagnostic.message)
            }
            _ => diagnostic.message.clone(),
        },
        causes: Vec::new(),
        at: diagnostic.span.as_ref(),
        detail: None,
        hints: diagnostic.hint.iter().cloned().collect(),
    }
}

/// Returns the status that a Vagrantfile's own `exit` or `abort` asks for, which
/// is no failure of the lab's. Its message was printed when it ran.
fn asked_exit(failure: &Failure) -> Option<i32> {
    match failure.downcast_ref::<LoadError>() {
        Some(LoadError::Ruby(stopped)) => match stopped.error {
            ruby::Error::Exit { status, .. } => Some(status),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a file ends a command before Vagrant has read the command line.
fn is_early(error: &LoadError) -> bool {
    matches!(error, LoadError::Ruby(_))
}

impl Ui {
    /// Shows a failure that ends the command, and returns the exit code.
    pub fn failure(&self, failure: &Failure, cwd: Option<&Path>) -> i32 {
        self.machine_failure(failure, None, cwd)
    }

    /// Shows the failure of one machine, and returns the exit code it stands for.
    pub fn machine_failure(
        &self,
        failure: &Failure,
        machine: Option<&str>,
        cwd: Option<&Path>,
    ) -> i32 {
        self.settle();
        self.log(events::of_failure_event(failure, machine));
        if let Some(status) = asked_exit(failure) {
            return status;
        }
        match self.0.options.json {
            Json::Events => {
                self.object(events::of_failure_event(failure, machine));
                return manner(failure.kind()).exit_code;
            }
            Json::Answer if !self.0.answered.swap(true, Ordering::Relaxed) => {
                let error = events::of_failure(failure);
                let answer = json!({ "format": 1, "ok": false, "error": error });
                self.write(Stream::Stdout, &format!("{answer:#}\n"));
            }
            _ => {}
        }
        if self.0.options.compat
            && self.is_machine_readable()
            && failure.downcast_ref::<LoadError>().is_some_and(is_early)
        {
            // Vagrant loads the file before it knows how to speak to programs.
            let text = remark(failure, machine).text(false, cwd);
            self.write(Stream::Stderr, &text);
            return manner(failure.kind()).exit_code;
        }
        match failure.downcast_ref::<InvalidConfig>() {
            // Its warnings were said when the file was loaded.
            Some(invalid) => {
                let errors = invalid
                    .diagnostics
                    .iter()
                    .filter(|diagnostic| diagnostic.severity == Severity::Error);
                for error in errors {
                    self.remark(&remark_of_diagnostic(error), error.machine.as_deref(), cwd);
                }
            }
            None => self.remark(&remark(failure, machine), machine, cwd),
        }
        let class = failure
            .explain()
            .vagrant_class()
            .unwrap_or("Vagrant::Errors::VagrantError");
        self.record(None, "error-exit", &[class, &failure.to_string()]);
        manner(failure.kind()).exit_code
    }

    /// Shows remarks on a Vagrantfile: warnings on standard output, errors on
    /// standard error.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], cwd: Option<&Path>) {
        for diagnostic in diagnostics {
            let line = events::of_diagnostic(diagnostic);
            self.log(line.clone());
            self.object(line);
            self.remark(
                &remark_of_diagnostic(diagnostic),
                diagnostic.machine.as_deref(),
                cwd,
            );
        }
    }

    fn remark(&self, remark: &Remark<'_>, machine: Option<&str>, cwd: Option<&Path>) {
        if self.0.options.json == Json::Events {
            return;
        }
        if self.is_machine_readable() {
            let level = super::machine_readable::level_name(remark.level);
            let text = remark.text(false, cwd);
            self.record(machine, "ui", &[level, text.trim_end()]);
            return;
        }
        let stream = if remark.level == Level::Error || self.0.options.json == Json::Answer {
            Stream::Stderr
        } else {
            Stream::Stdout
        };
        self.write(stream, &remark.text(self.is_colored(), cwd));
    }
}
