//! Every program that rove runs, as a line that can be pasted into a shell: shown
//! with `--debug`, and in the log of the run.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::host::{Conversation, Exit, Output, Runner};
use crate::op::Cmd;

use super::Ui;

/// Runs programs through another runner and tells about them.
pub struct TracingRunner {
    inner: Arc<dyn Runner>,
    ui: Ui,
}

impl TracingRunner {
    /// Returns a runner over `inner` that tells `ui`.
    pub fn new(inner: Arc<dyn Runner>, ui: Ui) -> Self {
        Self { inner, ui }
    }

    fn tell(&self, verb: &str, cmd: &Cmd) {
        self.ui.trace(&format!("{verb}: {}", cmd.show()));
    }

    fn ended(&self, cmd: &Cmd, exit: Exit) {
        let program = cmd.program.to_string_lossy();
        self.ui.trace(&format!("{program} ended: {exit:?}"));
    }
}

impl Runner for TracingRunner {
    fn run(&self, cmd: &Cmd, time_limit: Option<Duration>) -> Result<Output> {
        self.tell("run", cmd);
        let output = self.inner.run(cmd, time_limit)?;
        self.ended(cmd, output.exit);
        Ok(output)
    }

    fn run_lines(&self, cmd: &Cmd, line: &mut dyn FnMut(bool, &str)) -> Result<Exit> {
        self.tell("run", cmd);
        let exit = self.inner.run_lines(cmd, line)?;
        self.ended(cmd, exit);
        Ok(exit)
    }

    fn run_attached(&self, cmd: &Cmd) -> Result<Exit> {
        self.tell("run here", cmd);
        self.inner.run_attached(cmd)
    }

    fn spawn(&self, cmd: &Cmd, log: &Path) -> Result<u32> {
        self.tell("start", cmd);
        self.inner.spawn(cmd, log)
    }

    fn converse(&self, cmd: &Cmd) -> Result<Conversation> {
        self.tell("talk to", cmd);
        self.inner.converse(cmd)
    }
}
