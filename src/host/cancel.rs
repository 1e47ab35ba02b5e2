//! One flag that says "stop as soon as that is safe".

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Interrupted, Result};

/// A flag shared by all threads; set once, by Ctrl-C or SIGTERM.
#[derive(Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Returns a flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Returns whether it is set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Returns an error if it is set.
    pub fn check(&self) -> Result<()> {
        if self.is_set() {
            Err(Interrupted.into())
        } else {
            Ok(())
        }
    }

    /// Lets SIGINT and SIGTERM set the flag. A second signal ends the process
    /// at once, so that a hung program can always be left.
    pub fn on_signals(&self) {
        #[cfg(unix)]
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            // First the "second time" action, then the flag: the order of registration is the order of running.
            let _ =
                signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&self.0));
            let _ = signal_hook::flag::register(signal, Arc::clone(&self.0));
        }
    }
}
