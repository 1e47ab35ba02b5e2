//! The only door to the operating system: programs, clock, environment, files,
//! locks, processes. Everything else takes a [`Host`] and stays testable.
//!
//! Reading order: [`Host`] here, then `runner`, `files`, `lock`, `process`.
//! Platform differences (`cfg`) live here and in `providers/`, nowhere else.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the module that the bans lead to"
)]

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Result;
use crate::event::{Event, Level, Listener, Silent};

mod agent;
mod cancel;
mod clock;
mod dirs;
mod env;
pub mod files;
mod hash;
mod lock;
pub mod plain;
mod ports;
pub mod process;
mod programs;
mod random;
mod runner;
pub mod sparse;
mod terminal;

pub use agent::{ReadWrite, connect_agent};
pub use cancel::Cancel;
pub use clock::{Clock, FakeClock, SystemClock};
pub use dirs::Dirs;
pub use env::{Env, variables};
pub use files::FileError;
pub use hash::short_hash;
pub use lock::{FileLock, LockError};
pub use ports::{PortTest, test_port};
pub use programs::{MissingProgram, Package, find_program, require_program, script_interpreter};
pub use random::random_hex;
pub use runner::{Conversation, Exit, Output, Runner, RunnerError, SystemRunner};
pub use terminal::Terminal;

/// Everything that rove may touch outside its own memory. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    /// Runs programs.
    pub runner: Arc<dyn Runner>,
    /// Tells and passes time.
    pub clock: Arc<dyn Clock>,
    /// Set by Ctrl-C; checked between operations and inside waits.
    pub cancel: Cancel,
    /// Environment variables, as they were at the start.
    pub env: Arc<Env>,
    /// Working directory at the start.
    pub cwd: PathBuf,
    /// Where rove's own files are.
    pub dirs: Dirs,
    /// Is told what happens.
    pub listener: Arc<dyn Listener>,
}

impl Host {
    /// Returns a host over the real system. Events go nowhere until
    /// [`Host::with_listener`].
    pub fn system() -> Result<Self> {
        Self::with_env(Env::system())
    }

    /// Returns a host over the real system, with other variables.
    pub fn with_env(env: Env) -> Result<Self> {
        let env = Arc::new(env);
        let cwd = files::current_dir()?;
        let dirs = Dirs::from_env(&env, &cwd);
        let cancel = Cancel::new();
        Ok(Self {
            runner: Arc::new(SystemRunner::new(cancel.clone())),
            clock: Arc::new(SystemClock::new(cancel.clone())),
            cancel,
            env,
            cwd,
            dirs,
            listener: Arc::new(Silent),
        })
    }

    /// Returns the same host with another listener.
    #[must_use]
    pub fn with_listener(mut self, listener: Arc<dyn Listener>) -> Self {
        self.listener = listener;
        self
    }

    /// Returns a host for cleaning up after an interrupt: the same, but a Ctrl-C
    /// that came before does not stop what is done with it.
    #[must_use]
    pub fn for_cleanup(&self) -> Self {
        let cancel = Cancel::new();
        Self {
            runner: self
                .runner
                .with_cancel(&cancel)
                .unwrap_or_else(|| Arc::clone(&self.runner)),
            clock: self
                .clock
                .with_cancel(&cancel)
                .unwrap_or_else(|| Arc::clone(&self.clock)),
            cancel,
            ..self.clone()
        }
    }

    /// Tells the listener a line about `machine`.
    pub fn say(&self, machine: Option<&str>, level: Level, text: impl Into<String>) {
        self.listener.event(Event::line(machine, level, text));
    }
}
