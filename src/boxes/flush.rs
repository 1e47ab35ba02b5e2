//! Gets what was unpacked onto the disk while the rest is still coming, on a
//! thread of its own: at the end there is little left to wait for.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::error::Result;
use crate::host::FileError;

/// So many bytes are worth a call.
const STEP: u64 = 64 << 20;

enum Work {
    /// Write what there is so far.
    Hint(File),
    /// The file is complete: its content and length must be on disk.
    Done(PathBuf, File),
}

/// Syncs files in the order they come.
pub(super) struct Flusher {
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<std::result::Result<(), FileError>>>,
}

impl Flusher {
    pub(super) fn start() -> Self {
        let (work, receiver) = channel();
        let thread = std::thread::spawn(move || {
            let mut first = Ok(());
            for work in receiver {
                match work {
                    // A failure comes again when the file is done.
                    Work::Hint(file) => drop(file.sync_data()),
                    Work::Done(path, file) => {
                        let synced = file.sync_all();
                        first = first.and(synced.map_err(|e| FileError::new("write", path, e)));
                    }
                }
            }
            first
        });
        Self {
            work: Some(work),
            thread: Some(thread),
        }
    }

    /// Lets a long file be written early, each time it has grown enough since
    /// `told`.
    pub(super) fn grown(&self, file: &File, length: u64, told: &mut u64) {
        if length >= *told + STEP
            && let Ok(file) = file.try_clone()
        {
            *told = length;
            self.send(Work::Hint(file));
        }
    }

    /// Takes a file that is complete.
    pub(super) fn done(&self, path: PathBuf, file: File) {
        self.send(Work::Done(path, file));
    }

    fn send(&self, work: Work) {
        if let Some(sender) = &self.work {
            let _ = sender.send(work);
        }
    }

    /// Waits until all is on disk.
    pub(super) fn finish(mut self) -> Result<()> {
        self.work = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => Ok(result?),
            _ => Ok(()),
        }
    }
}

impl Drop for Flusher {
    /// An unpack that failed must not leave a thread at work on its files.
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
