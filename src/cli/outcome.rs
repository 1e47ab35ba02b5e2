//! Showing what became of each machine, and the exit code for all of them.

use crate::error::{Explain, Kind};
use crate::event::Level;
use crate::lab::Outcome;

use super::Context;

impl Context {
    /// Names what is done to machines, for programs that read along.
    pub(super) fn begin(&self, action: &str) {
        self.ui.begin_action(action);
    }

    /// Shows the failures of an outcome and returns the exit code: 0 if there
    /// are none.
    pub(super) fn finish(&self, outcome: &Outcome) -> i32 {
        self.ui.settle();
        let mut code = 0;
        // The name says something only where there are several machines.
        let several = outcome.machines.len() > 1;
        let mut stopped = false;
        for (machine, failure) in outcome.failures() {
            let interrupted = failure.kind() == Kind::Interrupted;
            if interrupted && std::mem::replace(&mut stopped, true) {
                // One Ctrl-C stops them all and is told once.
                continue;
            }
            let named = (several && !interrupted).then_some(machine);
            code = self
                .ui
                .machine_failure(failure, named, Some(&self.host.cwd));
        }
        code
    }

    /// Shows the messages that machines have for after an `up`.
    pub(super) fn post_up_messages(&self, outcome: &Outcome) {
        for machine in &outcome.machines {
            let message = machine.post_up_message.trim_end();
            if machine.result.is_ok() && !message.is_empty() {
                self.ui.say(Some(&machine.name), Level::Success, message);
            }
        }
    }
}

/// The guest's command ended with a status that says nothing of its own.
#[derive(Debug, thiserror::Error)]
#[error("`{program}` was ended by signal {signal}")]
pub(super) struct EndedBySignal {
    /// Program.
    pub program: String,
    /// Signal.
    pub signal: i32,
}

impl Explain for EndedBySignal {
    fn kind(&self) -> Kind {
        Kind::External
    }
}
