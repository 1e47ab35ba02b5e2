//! What a command will do, decided as a value: pure functions from what the
//! Vagrantfile says, what was observed and what was asked to a list of steps.
//! Nothing here asks the system; `exec/` carries plans out and `show` prints them.
//!
//! Reading order: [`Plan`] and [`Observed`] here, `step`, then a file per
//! command (`up` first, the others are made of its parts), `lower`, `show`.

mod condition;
mod destroy;
mod error;
mod halt;
mod lower;
mod provision;
mod reload;
mod rsync;
pub mod show;
mod snapshot;
mod step;
mod suspend;
mod up;

pub use condition::State;
pub use destroy::destroy;
pub use error::PlanError;
pub use halt::halt;
pub use lower::lower;
pub use provision::{ProvisionChoice, provision};
pub use reload::reload;
pub use rsync::rsync;
pub use snapshot::{Restore, snapshot_delete, snapshot_restore, snapshot_save};
pub use step::{PlannedShare, Step};
pub use suspend::{resume, suspend};
pub use up::{require_running, up};

use crate::config::ForwardedPort;
use crate::event::Level;
use crate::network::ports::Correction;
use crate::providers::{Power, Snapshot};
use crate::state::Unfinished;

/// The steps of a command for one machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What will be done, in order.
    pub steps: Vec<Step>,
    /// What the user should know, said before the first step.
    pub notes: Vec<Note>,
}

/// Something to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How it is meant.
    pub level: Level,
    /// A sentence.
    pub text: String,
}

impl Plan {
    /// Returns a plan that only says something.
    fn nothing(text: impl Into<String>) -> Self {
        let mut plan = Self::default();
        plan.note(Level::Info, text);
        plan
    }

    fn note(&mut self, level: Level, text: impl Into<String>) {
        self.notes.push(Note {
            level,
            text: text.into(),
        });
    }

    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The box of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BoxState {
    /// The provider needs none and the Vagrantfile names none.
    #[default]
    None,
    /// It lies in the store.
    Here {
        /// Name.
        name: String,
        /// Version.
        version: String,
        /// Provider it was built for.
        provider: String,
        /// Where it lies.
        dir: std::path::PathBuf,
    },
    /// It has to be fetched first.
    ToFetch {
        /// Name.
        name: String,
        /// Version constraint; any when empty.
        version: String,
        /// Box providers that are taken, best first.
        providers: Vec<String>,
        /// `box_url`, where the Vagrantfile gives it.
        urls: Vec<String>,
    },
}

/// What cloud-init is to a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CloudInitRole {
    /// Rove has nothing to tell it.
    #[default]
    None,
    /// The Vagrantfile has parts for it; the box has a user.
    Parts,
    /// The box is a bare image: it makes the user, and whatever parts there are.
    User,
}

/// What is true of a machine before a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// What its hypervisor says.
    pub power: Power,
    /// Rove has begun to make it, and not destroyed it.
    pub known: bool,
    /// It has a private key of its own.
    pub has_key: bool,
    /// Its provisioners have run.
    pub provisioned: bool,
    /// What cloud-init in it has to do with rove.
    pub cloud_init: CloudInitRole,
    /// A command that was broken off.
    pub unfinished: Option<Unfinished>,
    /// Its box.
    pub box_state: BoxState,
    /// Forwarded ports with collisions solved.
    pub forwards: Vec<ForwardedPort>,
    /// Those that moved.
    pub corrections: Vec<Correction>,
    /// Its snapshots, where the command has to know.
    pub snapshots: Vec<Snapshot>,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            power: Power::Absent,
            known: false,
            has_key: false,
            provisioned: false,
            cloud_init: CloudInitRole::None,
            unfinished: None,
            box_state: BoxState::None,
            forwards: Vec::new(),
            corrections: Vec::new(),
            snapshots: Vec::new(),
        }
    }
}

impl Observed {
    /// Returns the state in Vagrant's words.
    pub fn state(&self) -> State {
        State::of(self.power, self.known)
    }
}
