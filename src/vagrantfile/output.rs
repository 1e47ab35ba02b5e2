//! What files print. It is held back until it is certain that the load is not
//! begun again after the user was asked for trust: nobody wants to read it twice.

use std::cell::RefCell;

use crate::event::Level;
use crate::host::Host;

/// Standard output and standard error of all files of a load.
pub(super) struct Output {
    host: Host,
    /// Lines that nobody saw yet; `None` once they may be seen at once.
    held: RefCell<Option<Vec<(Level, String)>>>,
    out: RefCell<Vec<u8>>,
    err: RefCell<Vec<u8>>,
}

impl Output {
    /// Returns an output that holds everything back.
    pub(super) fn new(host: &Host) -> Self {
        Self {
            host: host.clone(),
            held: RefCell::new(Some(Vec::new())),
            out: RefCell::default(),
            err: RefCell::default(),
        }
    }

    /// Adds to one of the streams; whole lines are told.
    pub(super) fn print(&self, level: Level, bytes: &[u8]) {
        let mut pending = self.stream(level).borrow_mut();
        pending.extend_from_slice(bytes);
        let Some(end) = pending.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        let lines: Vec<u8> = pending.drain(..=end).collect();
        drop(pending);
        let text = String::from_utf8_lossy(&lines);
        self.tell(level, text.strip_suffix('\n').unwrap_or(&text));
    }

    /// Tells everything so far, also what has no line end.
    pub(super) fn flush(&self) {
        let held = self.held.borrow_mut().take();
        for (level, text) in held.into_iter().flatten() {
            self.host.say(None, level, text);
        }
        for level in [Level::Output, Level::Error] {
            let rest = std::mem::take(&mut *self.stream(level).borrow_mut());
            if !rest.is_empty() {
                self.host.say(None, level, String::from_utf8_lossy(&rest));
            }
        }
    }

    fn stream(&self, level: Level) -> &RefCell<Vec<u8>> {
        match level {
            Level::Error => &self.err,
            _ => &self.out,
        }
    }

    fn tell(&self, level: Level, text: &str) {
        match &mut *self.held.borrow_mut() {
            Some(held) => held.push((level, text.to_owned())),
            None => self.host.say(None, level, text),
        }
    }
}
