//! Writes the files of a box on a thread of its own, so that inflating and
//! writing overlap, and takes the digests of the box on the way: what was just
//! written need not be read again. Knows nothing about archives; see `unpack`
//! for those, `holes` for files with holes, `tree` for the digests.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::error::{Failure, Result};
use crate::host::{FileError, files};

use super::BoxError;
use super::flush::Flusher;
use super::holes::{Part, Target};
use super::tree::{Leaf, PieceHasher};

/// Size of a buffer; with the queue, 4 MiB are on their way at most.
const BUFFER: usize = 256 << 10;
const QUEUE: usize = 14;
/// How often free space is looked at, in bytes written.
const LOOK: u64 = 64 << 20;
/// What is left free, for whoever else writes there.
const RESERVE: u64 = 64 << 20;

enum Work {
    /// A new file.
    Open(PathBuf),
    /// Bytes that come next.
    Bytes(Vec<u8>),
    /// The next bytes go here; between is a hole.
    Skip(u64),
    /// The file ends, at this length; whether it can be executed.
    Close(u64, bool),
    /// A further name for a file that is there.
    Link(PathBuf, PathBuf),
}

/// The sending end.
pub(super) struct Writer {
    work: Option<SyncSender<Work>>,
    spent: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<Result<Vec<Leaf>>>>,
}

impl Writer {
    /// Starts to write below `root`. `place` names the box in errors.
    pub(super) fn start(root: &Path, place: &str) -> Self {
        let (work, queue) = sync_channel(QUEUE);
        let (spent_sender, spent) = sync_channel(QUEUE + 2);
        let mut thread = Thread {
            root: root.to_owned(),
            place: place.to_owned(),
            flusher: Flusher::start(),
            spent: spent_sender,
            leaves: Vec::new(),
            until_look: 0,
        };
        Self {
            work: Some(work),
            spent,
            thread: Some(std::thread::spawn(move || {
                thread.run(queue)?;
                thread.flusher.finish()?;
                Ok(thread.leaves)
            })),
        }
    }

    /// Returns a buffer to fill: zeros or old bytes, of the full size.
    pub(super) fn buffer(&self) -> Vec<u8> {
        let mut buffer = self.spent.try_recv().unwrap_or_default();
        buffer.resize(BUFFER, 0);
        buffer
    }

    /// Begins a new file, named relative to the root.
    pub(super) fn open(&mut self, path: &Path) -> Result<()> {
        self.send(Work::Open(path.to_owned()))
    }

    /// Adds bytes to the file.
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) -> Result<()> {
        self.send(Work::Bytes(bytes))
    }

    /// Leaves a hole up to `at`.
    pub(super) fn skip(&mut self, at: u64) -> Result<()> {
        self.send(Work::Skip(at))
    }

    /// Ends the file.
    pub(super) fn close(&mut self, length: u64, executable: bool) -> Result<()> {
        self.send(Work::Close(length, executable))
    }

    /// Gives a file that is there a further name.
    pub(super) fn link(&mut self, original: &Path, path: &Path) -> Result<()> {
        self.send(Work::Link(original.to_owned(), path.to_owned()))
    }

    fn send(&mut self, work: Work) -> Result<()> {
        let sent = self.work.as_ref().is_some_and(|to| to.send(work).is_ok());
        if sent {
            return Ok(());
        }
        // The thread has ended, and says why.
        self.finish().map(drop)
    }

    /// Waits until all is on disk. Returns the files.
    pub(super) fn finish(&mut self) -> Result<Vec<Leaf>> {
        self.work = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(Vec::new()),
        }
    }
}

impl Drop for Writer {
    /// An unpack that failed must not leave a thread at work on its files.
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Thread {
    root: PathBuf,
    place: String,
    flusher: Flusher,
    spent: SyncSender<Vec<u8>>,
    leaves: Vec<Leaf>,
    until_look: u64,
}

/// A file on its way.
struct Current {
    path: PathBuf,
    target: Target,
    hasher: PieceHasher,
    told: u64,
}

impl Thread {
    fn run(&mut self, queue: Receiver<Work>) -> Result<()> {
        let mut current: Option<Current> = None;
        for work in queue {
            match (work, &mut current) {
                (Work::Open(path), _) => {
                    let at = self.root.join(&path);
                    let file = File::create_new(&at).map_err(|e| self.failed(&path, e))?;
                    current = Some(Current {
                        path,
                        target: Target::new(file),
                        hasher: PieceHasher::new(),
                        told: 0,
                    });
                }
                (Work::Bytes(bytes), Some(file)) => self.bytes(file, bytes)?,
                (Work::Skip(at), Some(file)) => {
                    file.hasher.zeros(at.saturating_sub(file.target.at));
                    file.target.at = file.target.at.max(at);
                }
                (Work::Close(length, executable), file) => {
                    if let Some(file) = file.take() {
                        self.close(file, length, executable)?;
                    }
                }
                (Work::Link(original, path), _) => self.link(&original, path)?,
                (Work::Bytes(_) | Work::Skip(_), None) => {}
            }
        }
        Ok(())
    }

    fn failed(&self, path: &Path, error: std::io::Error) -> Failure {
        FileError::new("write", self.root.join(path), error).into()
    }

    fn bytes(&mut self, file: &mut Current, bytes: Vec<u8>) -> Result<()> {
        let before = file.target.written;
        let hasher = &mut file.hasher;
        file.target
            .put(&bytes, |part| match part {
                Part::Data(bytes) => hasher.data(bytes),
                Part::Zeros(count) => hasher.zeros(count),
            })
            .map_err(|error| self.failed(&file.path, error))?;
        let _ = self.spent.try_send(bytes);
        self.look(file.target.written - before)?;
        self.flusher
            .grown(&file.target.file, file.target.written, &mut file.told);
        Ok(())
    }

    /// Stops before the disk is full: a box can grow a thousandfold.
    fn look(&mut self, written: u64) -> Result<()> {
        self.until_look += written;
        if self.until_look < LOOK {
            return Ok(());
        }
        self.until_look = 0;
        match files::free_space(&self.root) {
            Some(free) if free < RESERVE => Err(BoxError::NoSpace {
                place: self.place.clone(),
                dir: self.root.clone(),
                needed: RESERVE,
                free,
            }
            .into()),
            _ => Ok(()),
        }
    }

    fn close(&mut self, file: Current, length: u64, executable: bool) -> Result<()> {
        let Current {
            path,
            target,
            mut hasher,
            ..
        } = file;
        target
            .file
            .set_len(length)
            .map_err(|error| self.failed(&path, error))?;
        hasher.zeros(length.saturating_sub(target.at));
        let at = self.root.join(&path);
        files::set_mode(&at, if executable { 0o755 } else { 0o644 })?;
        let meta = target
            .file
            .metadata()
            .map_err(|error| self.failed(&path, error))?;
        self.flusher.done(at, target.file);
        self.leaves.push(Leaf {
            path,
            length,
            executable: files::is_executable(&meta),
            digest: hasher.finish(),
        });
        Ok(())
    }

    fn link(&mut self, original: &Path, path: PathBuf) -> Result<()> {
        let (from, to) = (self.root.join(original), self.root.join(&path));
        std::fs::hard_link(from, &to).map_err(|error| FileError::new("link", to, error))?;
        if let Some(leaf) = self.leaves.iter().find(|leaf| leaf.path == original) {
            let leaf = Leaf {
                path,
                ..leaf.clone()
            };
            self.leaves.push(leaf);
        }
        Ok(())
    }
}
