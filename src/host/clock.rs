//! Time, behind a trait: a 300 second boot time-out is tested in no time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::error::Result;

use super::Cancel;

/// Tells and passes time.
pub trait Clock: Send + Sync {
    /// Returns the time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Returns the time of day.
    fn wall(&self) -> SystemTime;

    /// Waits. Returns early with an error when rove is interrupted.
    fn sleep(&self, duration: Duration) -> Result<()>;

    /// Returns a clock like this one whose sleeps obey another flag; `None` if
    /// they obey none.
    fn with_cancel(&self, _: &Cancel) -> Option<Arc<dyn Clock>> {
        None
    }

    /// Returns seconds since 1970-01-01 UTC.
    fn unix_seconds(&self) -> u64 {
        self.wall()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }
}

/// The real clock.
pub struct SystemClock {
    start: Instant,
    cancel: Cancel,
}

impl SystemClock {
    /// Returns a clock whose sleeps end when `cancel` is set.
    pub fn new(cancel: Cancel) -> Self {
        Self {
            start: Instant::now(),
            cancel,
        }
    }
}

impl Clock for SystemClock {
    fn with_cancel(&self, cancel: &Cancel) -> Option<Arc<dyn Clock>> {
        Some(Arc::new(Self {
            start: self.start,
            cancel: cancel.clone(),
        }))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Result<()> {
        // Short slices: std's sleep goes on after a signal.
        const SLICE: Duration = Duration::from_millis(50);
        let end = Instant::now() + duration;
        loop {
            self.cancel.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

/// A clock for tests: sleeping only moves its hands.
#[derive(Default)]
pub struct FakeClock(Mutex<Duration>);

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        self.0.lock().map(|now| *now).unwrap_or_default()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.now()
    }

    fn sleep(&self, duration: Duration) -> Result<()> {
        if let Ok(mut now) = self.0.lock() {
            *now += duration;
        }
        Ok(())
    }
}
