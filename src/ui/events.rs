//! Events and failures as JSON objects: what `--json` prints for long commands,
//! one a line, and what the log of a run holds. `docs/schema/event.schema.json`
//! describes them; a member may be added, none may change its meaning.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::{Diagnostic, Severity};
use crate::error::{Failure, Kind};
use crate::event::{Event, Unit};
use crate::lab::InvalidConfig;
use crate::source::Span;

use super::machine_readable::level_name;

/// Progress and waits are told again and again; programs want them this often.
const EVERY: Duration = Duration::from_millis(500);

/// Returns an event as an object, without its time.
pub(super) fn of_event(event: &Event) -> Value {
    match event {
        Event::Line {
            machine,
            level,
            text,
        } => json!({
            "event": "line", "machine": machine, "level": level_name(*level), "text": text,
        }),
        Event::StepStarted {
            machine,
            index,
            total,
            title,
        } => json!({
            "event": "step_started", "machine": machine,
            "index": index, "total": total, "title": title,
        }),
        Event::StepDone {
            machine,
            title,
            elapsed,
        } => json!({
            "event": "step_done", "machine": machine, "title": title,
            "elapsed_seconds": seconds(*elapsed),
        }),
        Event::Waiting {
            machine,
            stage,
            elapsed,
        } => json!({
            "event": "waiting", "machine": machine, "stage": stage,
            "elapsed_seconds": seconds(*elapsed),
        }),
        Event::Progress {
            machine,
            id,
            label,
            done,
            total,
            unit,
            finished,
        } => json!({
            "event": "progress", "machine": machine, "id": id, "label": label,
            "done": done, "total": total, "unit": match unit {
                Unit::Bytes => "bytes",
                Unit::Percent => "percent",
            },
            "finished": finished,
        }),
        Event::MachineDone { machine } => json!({ "event": "machine_done", "machine": machine }),
    }
}

/// Returns a failure as an object.
pub(super) fn of_failure(failure: &Failure) -> Value {
    let explain = failure.explain();
    json!({
        "kind": match failure.kind() {
            Kind::User => "user",
            Kind::Config => "config",
            Kind::Environment => "environment",
            Kind::External => "external",
            Kind::Interrupted => "interrupted",
            Kind::Bug => "bug",
        },
        "message": failure.to_string(),
        "causes": failure.causes(),
        "at": explain.at().map(place),
        "detail": explain.detail(),
        "hints": explain.hints(),
    })
}

/// Returns a failure that ends the work on a machine, or the run, as an event.
/// What is wrong with a configuration is listed: its own text only counts it.
pub(super) fn of_failure_event(failure: &Failure, machine: Option<&str>) -> Value {
    let problems = failure.downcast_ref::<InvalidConfig>().map(|invalid| {
        invalid
            .diagnostics
            .iter()
            .map(of_diagnostic)
            .collect::<Vec<_>>()
    });
    let mut record = json!({ "event": "failed", "machine": machine, "error": of_failure(failure) });
    if let Some(problems) = problems {
        record["problems"] = Value::Array(problems);
    }
    record
}

/// Returns a remark on a Vagrantfile as a line.
pub(super) fn of_diagnostic(diagnostic: &Diagnostic) -> Value {
    json!({
        "event": "line", "machine": diagnostic.machine,
        "level": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warn",
        },
        "text": diagnostic.message,
        "at": diagnostic.span.as_ref().map(place),
        "hints": diagnostic.hint.iter().collect::<Vec<_>>(),
    })
}

fn place(span: &Span) -> Value {
    json!({ "file": span.path(), "line": span.line(), "column": span.column() })
}

/// Milliseconds are all that a person or program can use.
fn seconds(elapsed: Duration) -> f64 {
    elapsed.as_millis() as f64 / 1000.0
}

/// Leaves out most of what is told again and again.
#[derive(Default)]
pub(super) struct Thinned(HashMap<String, (String, Duration)>);

impl Thinned {
    /// Returns whether `event` is worth telling at the time `now`.
    pub(super) fn lets_pass(&mut self, event: &Event, now: Duration) -> bool {
        let (key, stage) = match event {
            Event::Waiting { machine, stage, .. } => (format!("wait {machine}"), stage),
            Event::Progress {
                id, finished: true, ..
            } => {
                self.0.remove(&format!("work {id}"));
                return true;
            }
            Event::Progress { id, label, .. } => (format!("work {id}"), label),
            _ => return true,
        };
        match self.0.get(&key) {
            Some((before, told)) if before == stage && now < *told + EVERY => false,
            _ => {
                self.0.insert(key, (stage.clone(), now));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_now_and_then_and_every_change_of_stage() {
        let mut thinned = Thinned::default();
        let mut at = |stage: &str, millis| {
            let event = Event::Waiting {
                machine: "web".to_owned(),
                stage: stage.to_owned(),
                elapsed: Duration::ZERO,
            };
            thinned.lets_pass(&event, Duration::from_millis(millis))
        };
        assert!(at("power", 0));
        assert!(!at("power", 100));
        assert!(at("ssh", 200));
        assert!(at("ssh", 700));
    }
}
