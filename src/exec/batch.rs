//! Several machines, side by side where their providers can. A failure of one
//! does not stop the others.

use std::thread;

use crate::error::{Bug, Kind, Result};
use crate::event::Level;
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
    let several = jobs.len() > 1;
    // The whole error comes at the end, when nothing scrolls it away; that there
    // is one is worth knowing at once.
    let told = |name: &str, result: Result<T>| {
        if let Err(failure) = &result
            && several
            && failure.kind() != Kind::Interrupted
        {
            host.say(Some(name), Level::Error, format!("failed: {failure}"));
        }
        result
    };
    if !parallel || !several {
        return jobs
            .into_iter()
            .map(|job| {
                let result = host.cancel.check().and_then(|()| (job.run)());
                let result = told(&job.name, result);
                (job.name, result)
            })
            .collect();
    }
    thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                let (name, told) = (job.name.clone(), &told);
                (job.name, scope.spawn(move || told(&name, (job.run)())))
            })
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
