//! What people and programs see. The core emits events; here they become lines
//! and bars on a screen, plain lines in a log, or Vagrant's machine-readable
//! records. Nothing else in rove writes to a standard stream.
//!
//! Reading order: [`Ui`], `lines` (how a line looks), `progress` (bars),
//! `machine_readable`, `failure` (errors with source and hints), `prompt`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::event::{Event, Level, Listener};
use crate::host::{Clock, Env, Terminal, variables};

mod events;
pub mod failure;
pub mod lines;
pub mod machine_readable;
mod periodic;
mod progress;
mod prompt;
mod run_log;
pub mod snippet;
pub mod timing;
mod trace;
mod writer;

pub use prompt::NoTerminal;
pub use run_log::logs;
pub use trace::TracingRunner;
pub use writer::{Captured, Stream};

use events::Thinned;
use periodic::Periodic;
use progress::Progress;
use run_log::RunLog;
use writer::Writer;

/// What `--json` means to the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Json {
    /// It was not asked for.
    #[default]
    No,
    /// The command answers with one object of its own; a failure is one too.
    Answer,
    /// Everything that happens is an object, one a line.
    Events,
}

/// What was asked for on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--machine-readable`.
    pub machine_readable: bool,
    /// `--json`.
    pub json: Json,
    /// `--color` or `--no-color`.
    pub color: Option<bool>,
    /// `--no-tty`: draw nothing that moves and ask nothing.
    pub no_tty: bool,
    /// `--timestamp`, and with `--debug-timestamp`.
    pub timestamp: bool,
    /// `--debug`: also say which programs run.
    pub debug: bool,
    /// `--quiet`: only warnings, errors and answers.
    pub quiet: bool,
    /// Rove stands in for Vagrant.
    pub compat: bool,
}

/// The one way to the user. Cheap to clone; all clones share one screen.
#[derive(Clone)]
pub struct Ui(Arc<Inner>);

struct Inner {
    writer: Writer,
    clock: Arc<dyn Clock>,
    options: Options,
    color: bool,
    interactive: bool,
    /// Bars at the bottom of the screen, where it is one.
    progress: Option<Progress>,
    /// What replaces them elsewhere.
    periodic: Mutex<Periodic>,
    /// Vagrant's name of what is being done to the machines, for `action` records.
    action: Mutex<Option<String>>,
    /// Of what is told again and again: what goes to programs, and to the log.
    thinned: Mutex<Thinned>,
    /// The log of this run, where it has one.
    log: OnceLock<RunLog>,
    /// Something was answered as data.
    answered: AtomicBool,
}

impl Ui {
    /// Returns a ui on the process's standard streams.
    pub fn new(options: Options, env: &Env, terminal: Terminal, clock: Arc<dyn Clock>) -> Self {
        let color = wants_color(options, env, terminal.stdout);
        let moving = terminal.stdout
            && terminal.stderr
            && !options.no_tty
            && !options.machine_readable
            && options.json == Json::No
            && !options.debug
            && !options.quiet
            && env.get("TERM") != Some("dumb");
        let interactive = terminal.stdin
            && !options.no_tty
            && !options.machine_readable
            && options.json == Json::No;
        Self::with(
            Writer::system(),
            options,
            color,
            interactive,
            moving.then(|| Progress::on_screen(color)),
            clock,
        )
    }

    /// Returns a ui that keeps what it is given, for tests.
    pub fn captured(options: Options, clock: Arc<dyn Clock>) -> (Self, Captured) {
        let (writer, captured) = Writer::captured();
        let color = options.color == Some(true);
        let ui = Self::with(writer, options, color, false, None, clock);
        (ui, captured)
    }

    fn with(
        writer: Writer,
        options: Options,
        color: bool,
        interactive: bool,
        progress: Option<Progress>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Inner {
            writer,
            clock,
            options,
            color,
            interactive,
            progress,
            periodic: Mutex::default(),
            action: Mutex::default(),
            thinned: Mutex::default(),
            log: OnceLock::new(),
            answered: AtomicBool::new(false),
        }))
    }

    /// Returns whether records are written instead of sentences.
    pub fn is_machine_readable(&self) -> bool {
        self.0.options.machine_readable
    }

    /// Returns whether text may be coloured.
    pub fn is_colored(&self) -> bool {
        self.0.color
    }

    /// Returns whether there is somebody who sees a screen and can answer.
    pub fn has_terminal(&self) -> bool {
        self.0.interactive
    }

    /// Begins the log of this run in `folder`: everything that happens from here
    /// on, whatever is shown.
    pub fn begin_log(&self, folder: &Path, command: &str, words: &[String]) {
        let begun = RunLog::begin(folder, command, self.since_1970());
        if begun.is_some_and(|log| self.0.log.set(log).is_ok()) {
            self.log(json!({
                "event": "started", "format": 1, "command": command, "arguments": words,
                "version": env!("CARGO_PKG_VERSION"),
            }));
        }
    }

    /// Returns whether this run has a log.
    pub fn has_log(&self) -> bool {
        self.0.log.get().is_some()
    }

    /// Notes how the run ended, for programs and in the log.
    pub fn ended(&self, exit_code: i32) {
        let record = json!({ "event": "ended", "exit_code": exit_code });
        self.log(record.clone());
        self.object(record);
    }

    /// Notes what rove does itself: in the log, and on standard error for those
    /// who asked (`--debug`).
    pub(super) fn trace(&self, text: &str) {
        self.log(json!({ "event": "trace", "text": text }));
        if self.0.options.debug {
            self.write(Stream::Stderr, &format!("debug: {text}\n"));
        }
    }

    /// Writes an object to the log.
    fn log(&self, mut record: Value) {
        if let Some(log) = self.0.log.get() {
            record["time"] = json!(self.time());
            log.write(&record);
        }
    }

    /// Writes an object for a program that wants events.
    fn object(&self, mut record: Value) {
        if self.0.options.json == Json::Events {
            record["time"] = json!(self.time());
            self.0.writer.write(Stream::Stdout, &format!("{record}\n"));
        }
    }

    /// Returns the time in seconds since 1970, to the millisecond.
    fn time(&self) -> f64 {
        self.since_1970().as_millis() as f64 / 1000.0
    }

    fn since_1970(&self) -> std::time::Duration {
        let wall = self.0.clock.wall();
        wall.duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
    }

    /// Says a line about `machine`, or about no machine.
    pub fn say(&self, machine: Option<&str>, level: Level, text: &str) {
        let line = events::of_event(&Event::line(machine, level, text));
        self.log(line.clone());
        self.object(line);
        self.show(machine, level, text);
    }

    /// Shows a line to people, or to programs as Vagrant does.
    fn show(&self, machine: Option<&str>, level: Level, text: &str) {
        if self.0.options.json == Json::Events {
            return;
        }
        if self.is_machine_readable() {
            let shown = lines::prefixed(level, machine, text);
            self.record(
                machine,
                "ui",
                &[machine_readable::level_name(level), &shown],
            );
            return;
        }
        let quiet = self.0.options.quiet || self.0.options.json == Json::Answer;
        if quiet && !matches!(level, Level::Warn | Level::Error | Level::Output) {
            return;
        }
        // Standard output is the answer's alone.
        let stream = if level == Level::Error || self.0.options.json == Json::Answer {
            Stream::Stderr
        } else {
            Stream::Stdout
        };
        self.write(stream, &lines::render(level, machine, text, self.0.color));
    }

    /// Prints the answer of a command, such as a table, as it stands.
    pub fn print(&self, text: &str) {
        self.object(json!({ "event": "output", "text": text }));
        if self.0.options.json == Json::Events {
            return;
        }
        if self.is_machine_readable() {
            self.record(None, "ui", &["output", text]);
        } else {
            self.write_raw(text);
        }
    }

    /// Prints text that is meant for files and pipes in every mode: help,
    /// completions, JSON.
    pub fn print_data(&self, text: &str) {
        self.0.answered.store(true, Ordering::Relaxed);
        if self.0.options.json == Json::Events {
            self.object(json!({ "event": "output", "text": text }));
        } else {
            self.write_raw(text);
        }
    }

    /// Writes a machine-readable record; nothing for people.
    pub fn record(&self, target: Option<&str>, kind: &str, data: &[&str]) {
        if self.is_machine_readable() {
            let seconds = self.0.clock.unix_seconds();
            let line = machine_readable::line(seconds, target, kind, data);
            self.0.writer.write(Stream::Stdout, &line);
        }
    }

    /// Names what is done to machines from here on, as Vagrant calls it (`up`,
    /// `halt`): programs get an `action` record at its start and end for each.
    pub fn begin_action(&self, action: &str) {
        *lock(&self.0.action) = Some(action.to_owned());
    }

    /// Returns the exit code of a run, which is a failure if standard output could
    /// not be written: a file that it went to lacks something.
    pub fn code_of_output(&self, code: i32) -> i32 {
        match self.0.writer.fault() {
            Some(reason) if code == 0 => {
                let text = format!("error: cannot write to standard output: {reason}\n");
                self.write(Stream::Stderr, &text);
                1
            }
            _ => code,
        }
    }

    /// Takes moving parts off the screen. Called when a command is over.
    pub fn settle(&self) {
        if let Some(progress) = &self.0.progress {
            progress.clear();
        }
    }

    /// Writes to a stream without any change, above the moving parts.
    pub fn write(&self, stream: Stream, text: &str) {
        let stamped;
        let text = if self.0.options.timestamp && !self.is_machine_readable() {
            stamped = timing::stamped(text, self.0.clock.unix_seconds());
            &stamped
        } else {
            text
        };
        match &self.0.progress {
            Some(progress) => progress.above(|| self.0.writer.write(stream, text)),
            None => self.0.writer.write(stream, text),
        }
    }

    fn write_raw(&self, text: &str) {
        if text.is_empty() || text.ends_with('\n') {
            self.write(Stream::Stdout, text);
        } else {
            self.write(Stream::Stdout, &format!("{text}\n"));
        }
    }

    fn step(&self, machine: &str, index: usize, title: &str) {
        if index == 1
            && let Some(action) = &*lock(&self.0.action)
        {
            self.record(Some(machine), "action", &[action, "start"]);
        }
        self.show(Some(machine), Level::Info, &lines::sentence(title));
    }
}

impl Listener for Ui {
    fn event(&self, event: Event) {
        let now = self.0.clock.now();
        if lock(&self.0.thinned).lets_pass(&event, now) {
            let record = events::of_event(&event);
            self.log(record.clone());
            self.object(record);
        }
        if self.0.options.json == Json::Events {
            return;
        }
        let note = match &self.0.progress {
            Some(progress) => progress.event(&event),
            None if self.is_machine_readable() => None,
            None => lock(&self.0.periodic).event(&event, now),
        };
        if let Some((machine, text)) = note {
            self.show(machine.as_deref(), Level::Detail, &text);
        }
        match event {
            // What a guest or a program prints is what Vagrant calls detail.
            Event::Line {
                machine,
                level: Level::Output,
                text,
            } => self.show(machine.as_deref(), Level::Detail, &text),
            // What a Vagrantfile says before it ends the command.
            Event::Line {
                machine: None,
                level: Level::Error,
                text,
            } if self.0.options.compat && self.is_machine_readable() => {
                self.write(Stream::Stderr, &format!("{}\n", text.trim_end()));
            }
            Event::Line {
                machine,
                level,
                text,
            } => self.show(machine.as_deref(), level, &text),
            Event::StepStarted {
                machine,
                index,
                title,
                ..
            } => self.step(&machine, index, &title),
            Event::StepDone {
                machine, elapsed, ..
            } => {
                if elapsed >= timing::WORTH_SAYING {
                    let text = format!("done in {}", timing::elapsed(elapsed));
                    self.show(Some(&machine), Level::Detail, &text);
                }
            }
            Event::MachineDone { machine } => {
                if let Some(action) = &*lock(&self.0.action) {
                    self.record(Some(&machine), "action", &[action, "end"]);
                }
            }
            Event::Waiting { .. } | Event::Progress { .. } => {}
        }
    }
}

/// Returns the content of a lock, also after a panic elsewhere: what the ui
/// keeps is never half-written.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wants_color(options: Options, env: &Env, screen: bool) -> bool {
    if let Some(color) = options.color {
        return color && !options.machine_readable;
    }
    if options.machine_readable {
        return false;
    }
    if env.get(variables::VAGRANT_NO_COLOR).is_some() || env.get(variables::NO_COLOR).is_some() {
        return false;
    }
    screen || env.get(variables::VAGRANT_FORCE_COLOR).is_some()
}

#[cfg(test)]
mod tests;
