//! Talking to a guest. One trait; `ssh/` is the first that speaks it.
//!
//! Reading order: [`Communicator`], then `failure` (how a guest lets us down),
//! `restart` (leaving and coming back), then a folder per protocol.

use std::path::Path;
use std::time::Duration;

use crate::error::Result;
use crate::op::{Content, Script};

mod failure;
mod restart;
pub mod ssh;

pub use failure::{CommandFailed, Lost, NotReady, Tail, is_lost, run};
pub use restart::{reboot, run_and_leave};

/// How far a guest has come on its way to answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing answers yet.
    Connect,
    /// A server greets.
    Banner,
    /// The login is going on.
    Authenticate,
    /// Commands can be run.
    Ready,
}

/// One stream of a guest's command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A way into one machine. Connects when it is first needed and again after
/// the connection was lost.
pub trait Communicator: Send {
    /// Waits until commands can be run. `watch` is called with the stage
    /// reached at least every 200 ms; its error ends the wait, which is how
    /// Ctrl-C, a dead machine and the time limit get in. A refused login is an
    /// error only when it can't get better by waiting. When `limit` is over
    /// the error is a [`NotReady`].
    fn wait_ready(
        &mut self,
        limit: Duration,
        watch: &mut dyn FnMut(Stage) -> Result<()>,
    ) -> Result<()>;

    /// Runs a script with the configured shell, and with the configured sudo
    /// command where it is privileged. Output comes line by line. Returns the
    /// exit status, whatever it is; the caller knows which are fine. The error
    /// is a [`Lost`] when the connection broke before the status was known.
    fn exec(&mut self, script: &Script, line: &mut dyn FnMut(Stream, &str)) -> Result<i32>;

    /// Copies bytes, a file or a folder to `to`, as the login user. Folders
    /// above `to` are made. A file goes into `to` if that is a folder; of a
    /// folder the content goes there. `~` at the start is the user's home.
    fn upload(&mut self, content: &Content, to: &str, mode: Option<u32>) -> Result<()>;

    /// Copies a file of the guest to `to`.
    fn download(&mut self, from: &str, to: &Path) -> Result<()>;

    /// Drops the connection; the next call makes a new one.
    fn reset(&mut self);
}
