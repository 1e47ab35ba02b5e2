//! What happened, for whoever listens. The core emits events and never prints;
//! `ui/` draws them for people or writes them for machines.

use std::time::Duration;

/// How a line of text is meant. The names are those of Vagrant's `ui` lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The start of something.
    Info,
    /// Something about what is going on.
    Detail,
    /// Output of a program or a guest.
    Output,
    /// Something the user should look at.
    Warn,
    /// A failure.
    Error,
    /// A good end.
    Success,
}

/// What a progress figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Per cent of 100.
    Percent,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A line for the user. `machine` is its prefix.
    Line {
        /// Machine the line is about.
        machine: Option<String>,
        /// How it is meant.
        level: Level,
        /// The text; may hold line feeds.
        text: String,
    },
    /// A step of a plan begins (`index` counts from 1).
    StepStarted {
        /// Machine.
        machine: String,
        /// Which of `total`.
        index: usize,
        /// Number of steps in the machine's plan.
        total: usize,
        /// What it does, as a clause: "start the machine".
        title: String,
    },
    /// A step ended well.
    StepDone {
        /// Machine.
        machine: String,
        /// What it did.
        title: String,
        /// How long it took.
        elapsed: Duration,
    },
    /// Something is waited for. Sent again as time goes by.
    Waiting {
        /// Machine.
        machine: String,
        /// What for: "SSH banner".
        stage: String,
        /// Since the wait began.
        elapsed: Duration,
    },
    /// Progress of a long piece of work, identified by `id` until `finished`.
    Progress {
        /// Machine, where it is for one.
        machine: Option<String>,
        /// Distinguishes several at once.
        id: String,
        /// What is going on: "fetch generic/ubuntu1604 4.3.12".
        label: String,
        /// How far.
        done: u64,
        /// Of how much, where that is known.
        total: Option<u64>,
        /// What the figures count.
        unit: Unit,
        /// The last event of this `id`.
        finished: bool,
    },
    /// All steps of a machine's plan ended well.
    MachineDone {
        /// Machine.
        machine: String,
    },
}

impl Event {
    /// Returns a line about `machine`.
    pub fn line(machine: Option<&str>, level: Level, text: impl Into<String>) -> Self {
        Self::Line {
            machine: machine.map(str::to_owned),
            level,
            text: text.into(),
        }
    }
}

/// Takes events, from any thread.
pub trait Listener: Send + Sync {
    /// Called for each event, in order per thread. Must not block for long.
    fn event(&self, event: Event);
}

/// Drops every event.
pub struct Silent;

impl Listener for Silent {
    fn event(&self, _: Event) {}
}

/// Keeps every event, for tests.
#[derive(Default)]
pub struct Recorder(std::sync::Mutex<Vec<Event>>);

impl Recorder {
    /// Returns what came in so far.
    pub fn events(&self) -> Vec<Event> {
        self.0
            .lock()
            .map(|events| events.clone())
            .unwrap_or_default()
    }
}

impl Listener for Recorder {
    fn event(&self, event: Event) {
        if let Ok(mut events) = self.0.lock() {
            events.push(event);
        }
    }
}
