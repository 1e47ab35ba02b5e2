//! Moving parts at the bottom of a screen: a line per machine with its step,
//! the time it has taken and what is waited for, and a bar per download.
//! The only user of `indicatif`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::event::{Event, Unit};

use super::periodic::closing;
use super::{lock, timing};

/// How often lines are drawn anew while nothing happens.
const TICK: Duration = Duration::from_millis(125);

pub(super) struct Progress {
    screen: MultiProgress,
    color: bool,
    machines: Mutex<HashMap<String, MachineLine>>,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

struct MachineLine {
    bar: ProgressBar,
    step: String,
}

impl Progress {
    pub(super) fn on_screen(color: bool) -> Self {
        Self {
            screen: MultiProgress::with_draw_target(ProgressDrawTarget::stdout_with_hz(12)),
            color,
            machines: Mutex::default(),
            bars: Mutex::default(),
        }
    }

    /// Runs `write` with the moving parts out of the way.
    pub(super) fn above<R>(&self, write: impl FnOnce() -> R) -> R {
        self.screen.suspend(write)
    }

    /// Takes everything off the screen.
    pub(super) fn clear(&self) {
        for (_, line) in lock(&self.machines).drain() {
            line.bar.finish_and_clear();
        }
        for (_, bar) in lock(&self.bars).drain() {
            bar.finish_and_clear();
        }
    }

    /// Draws what `event` says. Returns a line that is worth keeping, with its
    /// machine, when a download is over.
    pub(super) fn event(&self, event: &Event) -> Option<(Option<String>, String)> {
        match event {
            Event::StepStarted {
                machine,
                index,
                total,
                title,
            } => self.step(machine, format!("[{index}/{total}] {title}")),
            Event::Waiting { machine, stage, .. } => {
                if let Some(line) = lock(&self.machines).get(machine) {
                    line.bar
                        .set_message(format!("{} … waiting for {stage}", line.step));
                }
            }
            Event::MachineDone { machine } => {
                if let Some(line) = lock(&self.machines).remove(machine) {
                    line.bar.finish_and_clear();
                    self.screen.remove(&line.bar);
                }
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
                let mut bars = lock(&self.bars);
                if *finished {
                    let bar = bars.remove(id)?;
                    let took = bar.elapsed();
                    bar.finish_and_clear();
                    self.screen.remove(&bar);
                    return closing(label, *done, *total, *unit, took)
                        .map(|text| (machine.clone(), text));
                }
                let bar = bars
                    .entry(id.clone())
                    .or_insert_with(|| self.bar(machine.as_deref(), label, *total, *unit));
                if let Some(total) = total {
                    bar.set_length(*total);
                }
                bar.set_position(*done);
            }
            Event::Line { .. } | Event::StepDone { .. } => {}
        }
        None
    }

    fn step(&self, machine: &str, step: String) {
        let mut machines = lock(&self.machines);
        let line = machines
            .entry(machine.to_owned())
            .or_insert_with(|| MachineLine {
                bar: self.machine_line(machine),
                step: String::new(),
            });
        line.bar.reset_elapsed();
        line.bar.set_message(step.clone());
        line.step = step;
    }

    fn machine_line(&self, machine: &str) -> ProgressBar {
        let name = if self.color {
            "{prefix:.bold}"
        } else {
            "{prefix}"
        };
        let style = style(&format!("{{spinner}} {name}: {{wide_msg}} {{since}}")).with_key(
            "since",
            |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{:>8}", timing::running(state.elapsed()));
            },
        );
        let bar = self.screen.add(ProgressBar::new_spinner());
        bar.set_style(style);
        bar.set_prefix(machine.to_owned());
        bar.enable_steady_tick(TICK);
        bar
    }

    fn bar(
        &self,
        machine: Option<&str>,
        label: &str,
        total: Option<u64>,
        unit: Unit,
    ) -> ProgressBar {
        let template = match (unit, total) {
            (Unit::Percent, _) => "  {prefix}{msg} [{wide_bar}] {percent:>3} %",
            (Unit::Bytes, Some(_)) => "  {prefix}{msg} [{wide_bar}] {sizes}, {pace}",
            (Unit::Bytes, None) => "  {prefix}{msg} {spinner} {sizes}, {pace}",
        };
        let style = style(template)
            .progress_chars("=> ")
            .with_key(
                "sizes",
                |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    let done = timing::bytes(state.pos());
                    let _ = match state.len() {
                        Some(total) => write!(text, "{done} of {}", timing::bytes(total)),
                        None => write!(text, "{done}"),
                    };
                },
            )
            .with_key(
                "pace",
                |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    let _ = write!(text, "{}", pace(state));
                },
            );
        let bar = self.screen.add(match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        });
        bar.set_style(style);
        if let Some(machine) = machine {
            bar.set_prefix(format!("{machine}: "));
        }
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(TICK);
        bar
    }
}

fn pace(state: &ProgressState) -> String {
    let mut text = format!("{}/s", timing::bytes(state.per_sec() as u64));
    if state.len().is_some() && state.pos() > 0 {
        let _ = write!(text, ", {} left", timing::running(state.eta()));
    }
    text
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates in this file are well-formed")
}
