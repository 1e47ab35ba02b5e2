//! One command over one channel: input and output at the same time, so that
//! neither side can wait for the other for ever.

use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg, Sig};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{interval, sleep_until};

use super::super::{Lost, Stream};
use crate::error::{Interrupted, Result};
use crate::host::Cancel;

/// After the exit status, output may still come: what was in the pipe, or what
/// a background process writes that keeps the stream open. This much silence
/// ends it…
const QUIET: Duration = Duration::from_millis(300);
/// …and this much time in any case.
const AFTERWARDS: Duration = Duration::from_secs(3);
/// How often Ctrl-C is looked for.
const CANCEL_CHECK: Duration = Duration::from_millis(100);

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a status; 128 and more for a signal, as shells say it.
    Status(i32),
    /// The server refused to run it.
    Refused,
}

/// Lets a plain reader feed a channel. It may block shortly: files of this
/// host, and a thread that packs a folder.
pub(super) struct Input {
    reader: Box<dyn Read + Send>,
    failure: ReadFailure,
}

/// Where a failed read of the input is kept for whoever started the command.
pub(super) type ReadFailure = Arc<Mutex<Option<std::io::Error>>>;

impl Input {
    /// Returns an input that reads `reader` to its end.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self {
            reader,
            failure: ReadFailure::default(),
        }
    }

    /// Returns the place where a failed read will be.
    pub(super) fn failure(&self) -> ReadFailure {
        Arc::clone(&self.failure)
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.reader.read(buffer.initialize_unfilled()) {
            Ok(count) => {
                buffer.advance(count);
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                let kind = error.kind();
                if let Ok(mut failure) = self.failure.lock() {
                    *failure = Some(error);
                }
                Poll::Ready(Err(kind.into()))
            }
        }
    }
}

fn lost(reason: impl ToString) -> Lost {
    Lost {
        reason: reason.to_string(),
    }
}

/// What a command is run with.
#[derive(Clone, Copy, Debug)]
pub(super) struct With {
    /// A terminal.
    pub(super) pty: bool,
    /// The user's agent.
    pub(super) agent: bool,
}

/// Runs `command`, feeds it `input` and hands out what it prints, raw. When `cancel`
/// is set, `end` is awaited before the command is told anything: as long as its first
/// process lives, all that it started can be found.
pub(super) async fn run(
    channel: Channel<Msg>,
    command: &str,
    with: With,
    input: Input,
    cancel: &Cancel,
    end: impl Future<Output = ()>,
    output: &mut dyn FnMut(Stream, &[u8]) -> Result<()>,
) -> Result<Ended> {
    if with.agent {
        channel.agent_forward(false).await.map_err(lost)?;
    }
    if with.pty {
        channel
            .request_pty(false, "vt100", 80, 24, 0, 0, &[])
            .await
            .map_err(lost)?;
    }
    channel.exec(true, command).await.map_err(lost)?;
    let (mut incoming, outgoing) = channel.split();
    let mut status = None;
    let mut fed = false;
    let mut check = interval(CANCEL_CHECK);
    let unread = input.failure();
    let feeding = async {
        outgoing.data(input).await.map_err(lost)?;
        if !with.pty {
            outgoing.eof().await.map_err(lost)?;
        }
        Ok::<(), Lost>(())
    };
    tokio::pin!(feeding);
    let now = tokio::time::Instant::now();
    let mut quiet_end = now;
    let mut last_end = now;
    loop {
        tokio::select! {
            biased;
            message = incoming.wait() => {
                match message {
                    Some(ChannelMsg::Data { data }) => output(Stream::Stdout, &data)?,
                    Some(ChannelMsg::ExtendedData { data, .. }) => output(Stream::Stderr, &data)?,
                    Some(ChannelMsg::Failure) => return Ok(Ended::Refused),
                    Some(ChannelMsg::ExitStatus { exit_status }) => {
                        status = Some(exit_status as i32);
                        last_end = tokio::time::Instant::now() + AFTERWARDS;
                    }
                    Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                        status = Some(128 + signal_number(&signal_name));
                        last_end = tokio::time::Instant::now() + AFTERWARDS;
                    }
                    // OpenSSH ends the output before it tells the status, dropbear after.
                    Some(ChannelMsg::Eof) if status.is_some() => break,
                    Some(ChannelMsg::Close) | None => break,
                    Some(_) => {}
                }
                quiet_end = tokio::time::Instant::now() + QUIET;
            }
            result = &mut feeding, if !fed => {
                fed = true;
                // No end of input is sent after a failed read: the command must
                // not take the half for the whole. But a command that ends
                // before it has read everything is no error.
                if let Err(error) = result
                    && unread.lock().is_ok_and(|failure| failure.is_some())
                {
                    let _ = outgoing.close().await;
                    return Err(error.into());
                }
            }
            () = sleep_until(quiet_end.min(last_end)), if status.is_some() => break,
            _ = check.tick() => {
                if cancel.is_set() {
                    // What nobody reads any more would hold the connection up.
                    drop(incoming);
                    end.await;
                    let _ = outgoing.signal(Sig::TERM).await;
                    let _ = outgoing.close().await;
                    return Err(Interrupted.into());
                }
            }
        }
    }
    let _ = outgoing.close().await;
    match status {
        Some(status) => Ok(Ended::Status(status)),
        None => Err(lost("the server closed the connection").into()),
    }
}

fn signal_number(signal: &Sig) -> i32 {
    match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::USR1 => 10,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        _ => 15,
    }
}

/// Cuts a stream of bytes into lines.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// A line without an end is handed out at this length.
    const LONGEST: usize = 1 << 20;

    /// Takes bytes; each line that is complete goes to `line`.
    pub(super) fn feed(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(part);
            if part.ends_with(b"\n") || self.0.len() >= Self::LONGEST {
                self.hand_out(line);
            }
        }
    }

    /// Hands out what is left when the stream has ended.
    pub(super) fn finish(&mut self, line: &mut dyn FnMut(&str)) {
        if !self.0.is_empty() {
            self.hand_out(line);
        }
    }

    /// A carriage return goes back to the start of the line: only what a
    /// terminal would show in the end is handed out (progress bars, CRLF).
    fn hand_out(&mut self, line: &mut dyn FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.0);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.trim_end_matches('\r');
        line(text.rsplit('\r').next().unwrap_or(text));
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for part in ["one\ntw", "o\r\n", "10%\r50%\r100%\n", "日本", "語\n\nrest"] {
            lines.feed(part.as_bytes(), &mut |line| seen.push(line.to_owned()));
        }
        lines.finish(&mut |line| seen.push(line.to_owned()));
        assert_eq!(seen, ["one", "two", "100%", "日本語", "", "rest"]);
    }
}
