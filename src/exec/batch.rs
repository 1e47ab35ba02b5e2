//! Several machines, side by side where their providers can. A failure of one
//! does not stop the others.

use std::thread;

use crate::error::{Bug, Result};
use crate::host::Host;

/// The work on one machine.
pub struct Job<'a, T> {
    /// Machine.
    pub name: String,
    /// What to do; runs in a thread of its own.
    pub run: Box<dyn FnOnce() -> Result<T> + Send + 'a>,
}

/// Runs all jobs and returns what became of each, in their order.
pub fn batch<'a, T: Send + 'a>(
    host: &Host,
    jobs: Vec<Job<'a, T>>,
    parallel: bool,
) -> Vec<(String, Result<T>)> {
    if !parallel || jobs.len() < 2 {
        return jobs
            .into_iter()
            .map(|job| {
                let result = host.cancel.check().and_then(|()| (job.run)());
                (job.name, result)
            })
            .collect();
    }
    thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| (job.name, scope.spawn(job.run)))
            .collect();
        threads
            .into_iter()
            .map(|(name, thread)| {
                let result = thread.join().unwrap_or_else(|panic| {
                    let said = panic
                        .downcast_ref::<String>()
                        .map(String::as_str)
                        .or_else(|| panic.downcast_ref::<&str>().copied())
                        .unwrap_or("without a word");
                    Err(Bug {
                        what: format!("the work on `{name}` broke down: {said}"),
                    }
                    .into())
                });
                (name, result)
            })
            .collect()
    })
}
