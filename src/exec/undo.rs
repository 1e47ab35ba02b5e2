//! Taking back what a failed command left half made. A machine whose making was
//! finished is kept: its disk may hold what took hours.

use crate::error::Result;
use crate::event::Level;

use super::{Work, apply};

/// What there is to take back, oldest first.
#[derive(Debug, Default)]
pub(super) struct Undo {
    made: bool,
    making: bool,
}

impl Undo {
    /// Notes that the machine is being made.
    pub(super) fn making(&mut self) {
        self.making = true;
    }

    /// Notes that the machine is whole.
    pub(super) fn made(&mut self) {
        self.made = self.making;
        self.making = false;
    }

    /// Takes a finished machine back too, if this command made it.
    pub(super) fn making_again(&mut self) {
        self.making |= self.made;
    }

    /// Returns whether there is something to take back.
    pub(super) fn has_work(&self) -> bool {
        self.making
    }
}

/// Removes the machine and its records, newest first. What cannot be removed is
/// told and left to the next `destroy`, which still finds the machine's id.
pub(super) fn take_back(work: &Work<'_>) {
    // The command may have been interrupted: this must still be done.
    let host = work.host.for_cleanup();
    host.say(
        Some(work.name()),
        Level::Info,
        "removing what was half made",
    );
    let remove = || -> Result<()> {
        work.provider.open(work.folder.path(), &host)?.destroy()?;
        apply::forget(&host, work)
    };
    if let Err(failure) = remove() {
        host.say(
            Some(work.name()),
            Level::Warn,
            format!(
                "it could not be removed: {failure}; `rove destroy {}` tries again",
                work.name()
            ),
        );
    }
}
