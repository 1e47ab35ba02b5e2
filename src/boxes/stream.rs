//! The bytes of a box file on their way from a server or a disk to whoever
//! unpacks them: counted, hashed, kept for a later try, shown as progress.
//!
//! One thread reads ([`Producer`]) while another unpacks ([`Pieces`]). When the
//! server cannot go on after a break, reading starts over, and the reader of the
//! pieces is told to do the same ([`Pieces::restarted`]).

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use url::Url;

use crate::error::{Interrupted, Result};
use crate::event::{Event, Unit};
use crate::host::{FileError, Host, files};

use super::BoxError;
use super::digest::{Checksum, ChecksumKind, Hasher};
use super::fetch::{Broke, Client, Reply, Resume, Trouble};
use super::fetch_ahead::{Ahead, STRIPE};
use super::name::without_secrets;
use super::partial::Partial;

/// Size of a piece; with the queue below, 2 MiB are on their way at most.
const PIECE: usize = 128 << 10;
const QUEUE: usize = 16;
/// Tries that may get no further, and their pauses: half a second, doubled.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Times that reading may start over because the server cannot go on.
const RESTARTS: u32 = 3;
/// How often free space is looked at while the length is not known.
const LOOK: u64 = 64 << 20;
/// How long one connection has before its rate counts.
const SETTLED: Duration = Duration::from_secs(2);
/// Several connections are not worth the trouble for a rest that comes sooner.
const WORTH: Duration = Duration::from_secs(5);
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

enum Piece {
    Bytes(Vec<u8>),
    Restart,
    End,
}

/// What is shown while bytes come.
pub(super) struct Shown {
    pub(super) machine: Option<String>,
    pub(super) id: String,
    pub(super) label: String,
}

/// Reads a box file and sends it on.
pub(super) struct Producer<'a> {
    host: &'a Host,
    shown: &'a Shown,
    kinds: Vec<ChecksumKind>,
    hashers: Vec<Hasher>,
    pieces: SyncSender<Piece>,
    spent: Receiver<Vec<u8>>,
    done: u64,
    total: Option<u64>,
    told: Option<Duration>,
    restarts: u32,
    /// More connections than one did not help.
    alone: bool,
}

/// What a whole box file hashes to, and how long it is.
pub(super) struct Got {
    pub(super) sums: Vec<Checksum>,
    pub(super) length: u64,
}

/// Takes the bytes in order, on another thread.
pub(super) struct Pieces {
    queue: Receiver<Piece>,
    spent: SyncSender<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    Restarted,
    Cut,
}

/// Returns both ends of a stream that is hashed in the given ways.
pub(super) fn stream<'a>(
    host: &'a Host,
    shown: &'a Shown,
    kinds: Vec<ChecksumKind>,
) -> (Producer<'a>, Pieces) {
    let (pieces, receiver) = sync_channel(QUEUE);
    // Buffers come back to be filled again: no memory is taken for each piece.
    let (spent_sender, spent) = sync_channel(QUEUE + 2);
    let producer = Producer {
        host,
        shown,
        hashers: kinds.iter().copied().map(Hasher::new).collect(),
        kinds,
        pieces,
        spent,
        done: 0,
        total: None,
        told: None,
        restarts: 0,
        alone: false,
    };
    let consumer = Pieces {
        queue: receiver,
        spent: spent_sender,
        current: Vec::new(),
        at: 0,
        state: State::Open,
    };
    (producer, consumer)
}

impl Producer<'_> {
    /// Reads a file on this machine. Returns its checksums.
    pub(super) fn read_file(mut self, path: &Path, stop: &AtomicBool) -> Result<Got> {
        let failed = |error: io::Error| FileError::new("read", path, error);
        let mut file = File::open(path).map_err(failed)?;
        self.total = file.metadata().ok().map(|meta| meta.len());
        loop {
            self.host.cancel.check()?;
            if stop.load(Ordering::Relaxed) {
                return Err(Interrupted.into());
            }
            let mut buffer = self.buffer();
            let read = (&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut buffer)
                .map_err(failed)?;
            if read == 0 {
                return self.finish();
            }
            self.send(buffer)?;
        }
    }

    /// Reads an address, with as many tries as make sense. `room` is asked once
    /// the length is known. Returns the checksums.
    pub(super) fn read_url(
        mut self,
        client: &Client,
        url: &Url,
        partial: &mut Partial,
        room: impl Fn(u64, u64) -> Result<bool>,
    ) -> Result<Got> {
        let mut tries = 0;
        loop {
            let before = self.done;
            let broke = match self.attempt(client, url, partial, &room) {
                Ok(Attempt::Complete) => return self.finish(),
                Ok(Attempt::StartOver) => Broke {
                    reason: "the server cannot go on after a break".to_owned(),
                    unreachable: None,
                },
                Err(Trouble::Broke(broke)) if self.done == 0 && broke.unreachable.is_some() => {
                    // Nobody was there at all: more tries only hide the cause.
                    return Err(Trouble::Broke(broke).give_up(url));
                }
                Err(Trouble::Broke(broke)) => broke,
                Err(Trouble::Final(failure)) => return Err(failure),
            };
            tries = if self.done > before { 1 } else { tries + 1 };
            if tries > TRIES || self.restarts > RESTARTS {
                return Err(BoxError::Broken {
                    url: without_secrets(url),
                    done: self.done,
                    total: self.total,
                    tries: tries.max(self.restarts),
                    reason: broke.reason,
                    anew: self.restarts > 0,
                }
                .into());
            }
            let pause = FIRST_PAUSE * (1 << (tries - 1).min(4));
            client.wait_told(pause, &format!("the connection broke: {}", broke.reason))?;
        }
    }

    /// One request, from where the bytes end so far.
    fn attempt(
        &mut self,
        client: &Client,
        url: &Url,
        partial: &mut Partial,
        room: &impl Fn(u64, u64) -> Result<bool>,
    ) -> Result<Attempt, Trouble> {
        let from = self.done.max(partial.length());
        let validator = partial.note.validator.clone();
        let resume = Resume {
            from,
            validator: validator.as_deref(),
        };
        let reply = client.get(url, "*/*", (from > 0).then_some(&resume))?;
        let (first, total) = reply.range();
        let same = agree(total, partial.note.total) && agree(reply.validator(), validator.clone());
        match reply.status() {
            206 if first == Some(from) && same => {}
            // All there is has come already.
            416 if total == Some(from) && from > 0 => {
                self.replay(partial)?;
                return Ok(Attempt::Complete);
            }
            // The content is another one now, or the server knows no ranges.
            200 => {
                self.restart()?;
                partial.reset(reply.validator(), reply.length())?;
            }
            _ => {
                self.restart()?;
                partial.reset(None, None)?;
                return Ok(Attempt::StartOver);
            }
        }
        self.total = partial.note.total;
        if let Some(total) = self.total
            && !room(total, partial.length())?
        {
            partial.give_up();
        }
        self.replay(partial)?;
        self.body(reply, partial, room)
    }

    fn body(
        &mut self,
        reply: Reply<'_>,
        partial: &mut Partial,
        room: &impl Fn(u64, u64) -> Result<bool>,
    ) -> Result<Attempt, Trouble> {
        let mut looked = self.done;
        let (began, first) = (self.host.clock.now(), self.done);
        let mut source = Source::One(reply);
        loop {
            if let Some(ahead) = self.ahead(&source, began, first) {
                source = Source::Several(ahead);
            }
            // A stream of unknown length may have no end.
            if self.total.is_none() && self.done >= looked + LOOK {
                looked = self.done;
                if !room(LOOK, 0)? {
                    partial.give_up();
                }
            }
            let mut buffer = self.buffer();
            let more = match &mut source {
                Source::One(reply) => reply.read(&mut buffer, PIECE),
                Source::Several(ahead) => {
                    let more = ahead.read(&mut buffer, PIECE);
                    self.alone = more.is_err();
                    more
                }
            };
            // What came before a break counts.
            if !buffer.is_empty() {
                partial.append(&buffer);
                self.send(buffer)?;
            }
            if !more? {
                break;
            }
        }
        match self.total {
            Some(total) if self.done < total => Err(Trouble::Broke(Broke {
                reason: "the server closed it too early".to_owned(),
                unreachable: None,
            })),
            _ => Ok(Attempt::Complete),
        }
    }

    /// Returns the rest of the file over several connections, if the one that there is
    /// has shown that it takes its time. `began`, `first`: when it was at which byte.
    fn ahead<'c>(&self, source: &Source<'c>, began: Duration, first: u64) -> Option<Ahead<'c>> {
        let Source::One(reply) = source else {
            return None;
        };
        let left = self.total?.saturating_sub(self.done);
        let took = self.host.clock.now().saturating_sub(began);
        if self.alone || took < SETTLED || left < 2 * STRIPE || reply.client.connections() < 2 {
            return None;
        }
        let rate = (self.done - first) as f64 / took.as_secs_f64();
        let is_slow = left as f64 > rate * WORTH.as_secs_f64();
        (is_slow && reply.takes_ranges())
            .then(|| Ahead::start(reply, self.done, self.done + left))
            .flatten()
    }

    /// Sends what an earlier run kept.
    fn replay(&mut self, partial: &mut Partial) -> Result<()> {
        if self.done > 0 || partial.length() == 0 {
            return Ok(());
        }
        partial.replay(PIECE, |buffer| {
            let mut next = self.buffer();
            std::mem::swap(buffer, &mut next);
            self.host.cancel.check()?;
            self.send(next)
        })
    }

    /// Starts over, if anything was sent.
    fn restart(&mut self) -> Result<()> {
        if self.done > 0 {
            self.done = 0;
            self.restarts += 1;
            self.hashers = self.kinds.iter().copied().map(Hasher::new).collect();
            self.pieces.send(Piece::Restart).map_err(|_| Interrupted)?;
        }
        Ok(())
    }

    fn buffer(&self) -> Vec<u8> {
        let mut buffer = self.spent.try_recv().unwrap_or_default();
        buffer.clear();
        buffer.reserve(PIECE);
        buffer
    }

    fn send(&mut self, bytes: Vec<u8>) -> Result<()> {
        for hasher in &mut self.hashers {
            hasher.update(&bytes);
        }
        self.done += bytes.len() as u64;
        // A closed channel means that the other end has failed and will say why.
        self.pieces
            .send(Piece::Bytes(bytes))
            .map_err(|_| Interrupted)?;
        let now = self.host.clock.now();
        if self.told.is_none_or(|told| now >= told + PROGRESS_EVERY) {
            self.told = Some(now);
            self.tell(false);
        }
        Ok(())
    }

    fn tell(&self, finished: bool) {
        self.host.listener.event(Event::Progress {
            machine: self.shown.machine.clone(),
            id: self.shown.id.clone(),
            label: self.shown.label.clone(),
            done: self.done,
            total: self.total,
            unit: Unit::Bytes,
            finished,
        });
    }

    fn finish(mut self) -> Result<Got> {
        self.pieces.send(Piece::End).map_err(|_| Interrupted)?;
        let hashers = std::mem::take(&mut self.hashers);
        Ok(Got {
            sums: hashers.into_iter().map(Hasher::finish).collect(),
            length: self.done,
        })
    }
}

impl Drop for Producer<'_> {
    /// Whatever the end is, the progress line goes.
    fn drop(&mut self) {
        self.tell(true);
    }
}

/// Whether two things are equal as far as both are known.
fn agree<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// Where the bytes come from.
enum Source<'a> {
    One(Reply<'a>),
    Several(Ahead<'a>),
}

enum Attempt {
    Complete,
    StartOver,
}

impl Pieces {
    /// Returns whether reading ended because it starts over; if so, the next
    /// read begins with the first byte again.
    pub(super) fn restarted(&mut self) -> bool {
        let restarted = self.state == State::Restarted;
        if restarted {
            self.state = State::Open;
        }
        restarted
    }

    /// Returns whether reading ended because the other end failed.
    pub(super) fn was_cut(&self) -> bool {
        self.state == State::Cut
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.current.len() && self.state == State::Open {
            match self.queue.recv() {
                Ok(Piece::Bytes(bytes)) => {
                    let spent = std::mem::replace(&mut self.current, bytes);
                    let _ = self.spent.try_send(spent);
                    self.at = 0;
                }
                Ok(Piece::Restart) => self.state = State::Restarted,
                Ok(Piece::End) => self.state = State::Ended,
                Err(_) => self.state = State::Cut,
            }
        }
        match self.state {
            State::Restarted | State::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
            State::Open | State::Ended => Ok(&self.current[self.at..]),
        }
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.current.len());
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Returns the bytes of a file up to `limit`, for a look at what it is.
pub(super) fn head(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |error: io::Error| FileError::new("read", path, error);
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Returns an error when `needed` bytes do not fit, and whether there is room to
/// keep the download as well.
pub(super) fn room(place: &str, dir: &Path, needed: u64, kept: u64) -> Result<bool> {
    let Some(free) = files::free_space(dir) else {
        return Ok(true);
    };
    if free < needed {
        return Err(BoxError::NoSpace {
            place: place.to_owned(),
            dir: dir.to_owned(),
            needed,
            free,
        }
        .into());
    }
    // A box unpacks to two or three times its size, as a rule.
    Ok(free + kept >= needed.saturating_mul(3))
}
