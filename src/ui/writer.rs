//! The only writer of standard output and standard error. A reader that went
//! away (`rove status | head -1`) is no error: the rest is dropped. Any other
//! fault, such as a full disk behind a redirection, is kept for the end of the run.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the module that writes to the standard streams"
)]

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::lock;

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output: answers and what goes on.
    Stdout,
    /// Standard error: failures.
    Stderr,
}

pub(super) struct Writer {
    target: Target,
    closed: [AtomicBool; 2],
    /// Why standard output does not hold all that was written to it.
    fault: OnceLock<std::io::Error>,
}

enum Target {
    System,
    Memory(Captured),
}

/// What was written to a captured ui, for tests.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<[String; 2]>>);

impl Captured {
    /// Returns all that went to a stream.
    pub fn text(&self, stream: Stream) -> String {
        lock(&self.0)[stream as usize].clone()
    }
}

impl Writer {
    pub(super) fn system() -> Self {
        Self::to(Target::System)
    }

    pub(super) fn captured() -> (Self, Captured) {
        let captured = Captured::default();
        (Self::to(Target::Memory(captured.clone())), captured)
    }

    fn to(target: Target) -> Self {
        Self {
            target,
            closed: [AtomicBool::new(false), AtomicBool::new(false)],
            fault: OnceLock::new(),
        }
    }

    pub(super) fn write(&self, stream: Stream, text: &str) {
        let closed = &self.closed[stream as usize];
        if closed.load(Ordering::Relaxed) {
            return;
        }
        let result = match &self.target {
            Target::Memory(captured) => {
                lock(&captured.0)[stream as usize].push_str(text);
                Ok(())
            }
            Target::System => match stream {
                Stream::Stdout => put(&mut std::io::stdout().lock(), text),
                Stream::Stderr => put(&mut std::io::stderr().lock(), text),
            },
        };
        // A full disk behind a redirection is not worth ending a lab's `up` for: it
        // goes on, and says so in the end.
        match result {
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                closed.store(true, Ordering::Relaxed);
                if stream == Stream::Stdout && error.kind() != ErrorKind::BrokenPipe {
                    let _ = self.fault.set(error);
                }
            }
            _ => {}
        }
    }

    /// Returns why standard output is not whole, unless its reader went away.
    pub(super) fn fault(&self) -> Option<String> {
        self.fault.get().map(ToString::to_string)
    }
}

fn put(stream: &mut impl Write, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
