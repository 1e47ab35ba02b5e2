//! Progress where nothing can be redrawn (a log file, a CI job): a calm line
//! now and then, and one at the end with the figures.

use std::collections::HashMap;
use std::time::Duration;

use crate::event::{Event, Unit};

use super::timing;

/// Shorter work gets its closing line only.
const FIRST_AFTER: Duration = Duration::from_secs(3);
const THEN_EVERY: Duration = Duration::from_secs(10);

/// What was said last, by machine and piece of work.
#[derive(Default)]
pub(super) struct Periodic(HashMap<String, Seen>);

struct Seen {
    begun: Duration,
    next: Duration,
}

impl Periodic {
    /// Returns the line that `event` is worth at the time `now`, with its machine.
    pub(super) fn event(
        &mut self,
        event: &Event,
        now: Duration,
    ) -> Option<(Option<String>, String)> {
        match event {
            Event::Waiting {
                machine,
                stage,
                elapsed,
            } => {
                let key = format!("wait {machine}");
                self.is_due(&key, now).then(|| {
                    let text = format!("waiting for {stage}, {}", timing::running(*elapsed));
                    (Some(machine.clone()), text)
                })
            }
            Event::StepStarted { machine, .. } | Event::MachineDone { machine } => {
                self.0.remove(&format!("wait {machine}"));
                None
            }
            Event::Progress {
                machine,
                id,
                label,
                done,
                total,
                unit,
                finished,
            } => {
                let key = format!("work {id}");
                let due = self.is_due(&key, now);
                let took = now.saturating_sub(self.0.get(&key)?.begun);
                if *finished {
                    self.0.remove(&key);
                    return closing(label, *done, *total, *unit, took)
                        .map(|text| (machine.clone(), text));
                }
                due.then(|| {
                    let text = so_far(label, *done, *total, *unit, took);
                    (machine.clone(), text)
                })
            }
            Event::Line { .. } | Event::StepDone { .. } => None,
        }
    }

    fn is_due(&mut self, key: &str, now: Duration) -> bool {
        let seen = self.0.entry(key.to_owned()).or_insert(Seen {
            begun: now,
            next: now + FIRST_AFTER,
        });
        let due = now >= seen.next;
        if due {
            seen.next = now + THEN_EVERY;
        }
        due
    }
}

/// Returns the line for a piece of work that ended; none if it was broken off,
/// which an error tells better.
pub(super) fn closing(
    label: &str,
    done: u64,
    total: Option<u64>,
    unit: Unit,
    took: Duration,
) -> Option<String> {
    if done == 0 || total.is_some_and(|total| done < total) {
        return None;
    }
    let time = timing::elapsed(took);
    Some(match unit {
        Unit::Bytes => format!(
            "{label}: {} in {time} ({})",
            timing::bytes(done),
            timing::rate(done, took)
        ),
        Unit::Percent => format!("{label}: done in {time}"),
    })
}

fn so_far(label: &str, done: u64, total: Option<u64>, unit: Unit, took: Duration) -> String {
    let rate = timing::rate(done, took);
    match (unit, total.filter(|total| *total > 0)) {
        (Unit::Percent, _) => format!("{label}: {done} %, {}", timing::running(took)),
        (Unit::Bytes, None) => format!("{label}: {}, {rate}", timing::bytes(done)),
        (Unit::Bytes, Some(total)) => {
            let left = timing::left(done, total, took)
                .map(|left| format!(", {} left", timing::running(left)))
                .unwrap_or_default();
            format!(
                "{label}: {} % of {}, {rate}{left}",
                done.min(total) * 100 / total,
                timing::bytes(total)
            )
        }
    }
}
