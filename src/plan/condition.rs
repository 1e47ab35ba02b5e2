//! The state of a machine in Vagrant's words: for `status`, for the machine
//! index, for scripts.

use crate::providers::Power;

/// State of a machine as users and scripts see it. The ids are Vagrant's, with
/// VirtualBox's words for the states that every hypervisor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no such machine.
    NotCreated,
    /// It was being made when rove stopped.
    Preparing,
    /// It exists and is off.
    Off,
    /// It runs.
    Running,
    /// It is stopped in memory.
    Paused,
    /// Its memory is saved on disk.
    Saved,
    /// The provider could not tell.
    Unknown,
}

impl State {
    /// Returns the state for what the hypervisor says of a machine that rove
    /// has (`known`) or has not begun to make.
    pub fn of(power: Power, known: bool) -> Self {
        match power {
            Power::Absent if known => Self::Preparing,
            Power::Absent => Self::NotCreated,
            Power::Off => Self::Off,
            Power::Running => Self::Running,
            Power::Paused => Self::Paused,
            Power::Suspended => Self::Saved,
        }
    }

    /// Returns the id that `--machine-readable` prints.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotCreated => "not_created",
            Self::Preparing => "preparing",
            Self::Off => "poweroff",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Saved => "saved",
            Self::Unknown => "unknown",
        }
    }

    /// Returns a word or two for a table.
    pub fn short(self) -> &'static str {
        match self {
            Self::NotCreated => "not created",
            Self::Preparing => "half made",
            other => other.id(),
        }
    }

    /// Returns a sentence with what to do next.
    pub fn long(self) -> &'static str {
        match self {
            Self::NotCreated => "There is no machine yet. `rove up` makes it.",
            Self::Preparing => {
                "Making the machine was broken off. `rove up` finishes it, `rove destroy` removes it."
            }
            Self::Off => "The machine is off. `rove up` starts it.",
            Self::Running => {
                "The machine runs. `rove halt` powers it off, `rove suspend` saves its memory, `rove destroy` removes it."
            }
            Self::Paused => "The machine is paused. `rove resume` lets it go on.",
            Self::Saved => "The machine's memory is saved on disk. `rove resume` lets it go on.",
            Self::Unknown => "The provider could not tell. Run the command again with `--debug`.",
        }
    }
}
