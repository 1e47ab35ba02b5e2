//! SSH, spoken by rove itself. The only home of russh and of the async runtime
//! it needs: one runtime of the calling thread, inside; a blocking interface outside.
//!
//! Reading order: [`Ssh`] here, then `connect` (waiting for a server), `auth`
//! and `agent` (logging in), `command` (what the shell is fed), `channel` (running it),
//! `transfer` (copying), `keys` and `replace` (the insecure key goes),
//! `proxy` (connections through a program),
//! `program` (the system's own `ssh`, for people).

use std::cell::Cell;
use std::future::Future;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use russh::Disconnect;
use russh::client::{Handle, Msg};
use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::{Communicator, Lost, NotReady, Stage, Stream};
use crate::config::{self, Connection};
use crate::error::{Failure, Result};
use crate::host::{Cancel, FileError, Host, files};
use crate::op::{Content, Script};

mod agent;
mod auth;
mod channel;
mod command;
mod connect;
mod failure;
mod keys;
mod program;
mod proxy;
mod replace;
mod transfer;

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests;

pub use auth::Login;
pub use failure::SshError;
pub use keys::{
    KeyKind, KeyPair, generate, insecure_key_files, insecure_public_lines, is_insecure, public_line,
};
pub use program::{ProgramOptions, command_arguments, config_text, program, require_keys};
pub use replace::{Replaced, key_files, pending_key, replace_insecure_key};

use channel::{Ended, Input, Lines};
use command::Missing;
use connect::Answers;
use proxy::{Link, Proxy};

/// How long a server that greeted may take to let us in.
const LOGIN_LIMIT: Duration = Duration::from_secs(30);
/// How long ending an interrupted command may take.
const END_LIMIT: Duration = Duration::from_secs(5);
/// How often the watcher of a wait is called.
const WATCH: Duration = Duration::from_millis(100);

struct Session {
    handle: Handle<Answers>,
    login: Login,
    /// What carries the connection, if that is a program.
    proxy: Option<Proxy>,
}

/// A way into one machine by SSH.
pub struct Ssh {
    connection: Connection,
    host: Host,
    runtime: Runtime,
    session: Option<Session>,
    missing: Option<Missing>,
}

impl Ssh {
    /// Returns a communicator; nothing is connected yet.
    pub fn new(connection: Connection, host: &Host) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|source| SshError::Runtime { source })?;
        Ok(Self {
            connection,
            host: host.clone(),
            runtime,
            session: None,
            missing: None,
        })
    }

    /// Returns how the machine is reached.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns what opened the door, while a session is open.
    pub fn login(&self) -> Option<&Login> {
        self.session.as_ref().map(|session| &session.login)
    }

    /// Goes on with the session of `other`, which is connected to the same machine.
    fn take_session(&mut self, mut other: Self) {
        self.reset();
        std::mem::swap(&mut self.runtime, &mut other.runtime);
        self.session = other.session.take();
    }

    /// Notes that the machine's key now lies in `key_file` and that no other opens it.
    fn settle_on(&mut self, key_file: &Path) {
        self.connection.ssh.private_key_paths = vec![key_file.to_path_buf()];
        if let Some(session) = &mut self.session {
            session.login = Login::Key(key_file.to_path_buf());
        }
    }

    /// Connects, unless a session is open.
    fn connect(&mut self) -> Result<()> {
        let limit = self.connection.ssh.connect_timeout.max(LOGIN_LIMIT);
        let cancel = self.host.cancel.clone();
        self.establish(limit, false, &mut |_| cancel.check())
    }

    /// Connects, unless a session is open. `watch` and `limit` are those of
    /// [`Communicator::wait_ready`]; with `patient` a refused login is tried again.
    fn establish(
        &mut self,
        limit: Duration,
        patient: bool,
        watch: &mut dyn FnMut(Stage) -> Result<()>,
    ) -> Result<()> {
        if let Some(session) = &self.session {
            if !session.handle.is_closed() {
                return watch(Stage::Ready);
            }
            self.session = None;
        }
        let keys = self
            .connection
            .ssh
            .private_key_paths
            .iter()
            .map(|path| Ok((path.clone(), keys::load(path)?)))
            .collect::<Result<Vec<_>>>()?;
        let attempt = Attempt {
            connection: &self.connection,
            host: &self.host,
            keys: &keys,
            stage: Cell::new(Stage::Connect),
            furthest: Cell::new(Stage::Connect),
            reason: Cell::new("nothing greeted".to_owned()),
        };
        let session = self.runtime.block_on(async {
            let work = async {
                tokio::time::timeout(limit, attempt.until_in(patient))
                    .await
                    .unwrap_or_else(|_| Err(attempt.not_ready(limit)))
            };
            tokio::pin!(work);
            loop {
                tokio::select! {
                    result = &mut work => return result,
                    () = sleep(WATCH) => watch(attempt.stage.get())?,
                }
            }
        })?;
        self.session = Some(session);
        watch(Stage::Ready)
    }

    /// Opens a channel; a session that went away meanwhile is replaced once.
    fn channel(&mut self) -> Result<russh::Channel<Msg>> {
        let mut reason = String::new();
        for _ in 0..2 {
            self.connect()?;
            let Some(session) = &self.session else {
                continue;
            };
            let opened = self.runtime.block_on(async {
                timeout(LOGIN_LIMIT, session.handle.channel_open_session()).await
            });
            match opened {
                Ok(Ok(channel)) => return Ok(channel),
                Ok(Err(error)) => reason = error.to_string(),
                Err(_) => "the server does not answer".clone_into(&mut reason),
            }
            if let Some(complaint) = session.proxy.as_ref().and_then(Proxy::complaint) {
                reason = complaint;
            }
            self.reset();
        }
        Err(Lost { reason }.into())
    }

    /// Runs a command as it is and hands out its output as it comes.
    fn run_raw(
        &mut self,
        command: &str,
        pty: bool,
        input: Input,
        output: &mut dyn FnMut(Stream, &[u8]) -> Result<()>,
    ) -> Result<Ended> {
        let channel = self.channel()?;
        let cancel = self.host.cancel.clone();
        let with = channel::With {
            pty,
            agent: self.connection.ssh.forward_agent,
        };
        let end = self.end_commands();
        let work = channel::run(channel, command, with, input, &cancel, end, output);
        let ended = self.runtime.block_on(work);
        if ended.is_err() {
            // A session in an unknown state is not worth keeping.
            self.reset();
        }
        ended
    }

    /// Ends what an interrupted command still runs in the guest, so that the next
    /// command does not find two of it. A guest that does not let us keeps it.
    async fn end_commands(&self) {
        let Some(session) = &self.session else {
            return;
        };
        let script = Script::privileged(command::END_COMMANDS);
        let ssh = config::Ssh {
            pty: false,
            ..self.connection.ssh.clone()
        };
        let with = channel::With {
            pty: false,
            agent: false,
        };
        // The flag that ended the command would end this one too.
        let cancel = Cancel::new();
        let work = async {
            // As the administrator; where that is not to be had, as the user.
            let plain = Missing {
                bash: true,
                sudo: true,
            };
            for missing in [self.missing.unwrap_or_default(), plain] {
                let wrapped = command::wrap(&ssh, missing, &script, &[]);
                let Ok(channel) = session.handle.channel_open_session().await else {
                    return;
                };
                let input = Input::new(Box::new(Cursor::new(wrapped.stdin)));
                let nothing = &mut |_, _: &[u8]| Ok(());
                let end = std::future::ready(());
                let run = channel::run(
                    channel,
                    &wrapped.command,
                    with,
                    input,
                    &cancel,
                    end,
                    nothing,
                )
                .await;
                if matches!(run, Ok(Ended::Status(0)) | Err(_)) {
                    return;
                }
            }
        };
        let _ = timeout(END_LIMIT, work).await;
    }

    /// Runs a script with the programs that the guest is known to have.
    fn run_script(
        &mut self,
        script: &Script,
        line: &mut dyn FnMut(Stream, &str),
    ) -> Result<(Ended, bool)> {
        let ssh = &self.connection.ssh;
        let forwarded: Vec<(String, String)> = ssh
            .forward_env
            .iter()
            .filter_map(|name| Some((name.clone(), self.host.env.get(name)?.to_owned())))
            .collect();
        let wrapped = command::wrap(ssh, self.missing.unwrap_or_default(), script, &forwarded);
        let pty = ssh.pty;
        let (mut stdout, mut stderr) = (Lines::default(), Lines::default());
        let mut printed = false;
        let ended = self.run_raw(
            &wrapped.command,
            pty,
            Input::new(Box::new(Cursor::new(wrapped.stdin))),
            &mut |stream, bytes| {
                match stream {
                    Stream::Stdout => {
                        printed = true;
                        stdout.feed(bytes, &mut |text| line(stream, text));
                    }
                    Stream::Stderr => stderr.feed(bytes, &mut |text| line(stream, text)),
                }
                Ok(())
            },
        );
        stdout.finish(&mut |text| line(Stream::Stdout, text));
        stderr.finish(&mut |text| line(Stream::Stderr, text));
        Ok((ended?, printed))
    }

    /// Asks the guest which programs of the configuration it lacks.
    fn probe_missing(&mut self) -> Result<Missing> {
        let mut missing = Missing::default();
        let mut output = Vec::new();
        let input = Input::new(Box::new(Cursor::new(command::MISSING_PROBE)));
        self.run_raw("sh", false, input, &mut |stream, bytes| {
            if stream == Stream::Stdout {
                output.extend_from_slice(bytes);
            }
            Ok(())
        })?;
        for name in String::from_utf8_lossy(&output).lines() {
            match name {
                "bash" => missing.bash = true,
                "sudo" => missing.sudo = true,
                _ => {}
            }
        }
        Ok(missing)
    }

    /// Sends something; `what` is said in the error.
    fn send(
        &mut self,
        what: &str,
        outgoing: transfer::Outgoing,
        from: Option<&Path>,
    ) -> Result<()> {
        let input = Input::new(outgoing.input);
        let unread = input.failure();
        let mut said = Vec::new();
        let ended = self.run_raw(&outgoing.command, false, input, &mut |_, bytes| {
            said.extend_from_slice(bytes);
            Ok(())
        });
        if let Some(source) = unread.lock().ok().and_then(|mut failure| failure.take()) {
            return Err(FileError::new("read", from.unwrap_or(Path::new("")), source).into());
        }
        Self::check_transfer(what, ended?, &said)
    }

    fn check_transfer(what: &str, ended: Ended, said: &[u8]) -> Result<()> {
        if ended == Ended::Status(0) {
            return Ok(());
        }
        Err(SshError::Transfer {
            what: what.to_owned(),
            said: String::from_utf8_lossy(said).trim().to_owned(),
        }
        .into())
    }
}

/// One way from nothing to a session.
struct Attempt<'a> {
    connection: &'a Connection,
    host: &'a Host,
    keys: &'a [(PathBuf, keys::LoadedKey)],
    stage: Cell<Stage>,
    furthest: Cell<Stage>,
    reason: Cell<String>,
}

impl Attempt<'_> {
    fn reach(&self, stage: Stage) {
        self.stage.set(stage);
        self.furthest.set(self.furthest.get().max(stage));
    }

    async fn until_in(&self, patient: bool) -> Result<Session> {
        loop {
            self.reach(Stage::Connect);
            let result = match &self.connection.ssh.proxy_command {
                Some(command) => self.enter(self.connect_through(command)).await,
                None => self.enter_directly().await,
            };
            match result {
                Ok(session) => return Ok(session),
                Err(error) if error.is_final() || (!patient && is_refused(&error)) => {
                    return Err(error.into());
                }
                Err(error) => self.reason.set(error.to_string()),
            }
            // A server that is just starting, or a user that the guest's first
            // boot has yet to make.
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn enter_directly(&self) -> Result<Session, SshError> {
        let mut note = |reason| self.reason.set(reason);
        let stream = connect::first_banner(&self.connection.endpoint, &mut note).await;
        // The connection that greeted, then a fresh one: the first may be
        // one of those that the guest's network has half lost.
        let result = self.enter(std::future::ready(Ok((stream, None)))).await;
        if result
            .as_ref()
            .is_err_and(|error| !error.is_final() && !is_refused(error))
        {
            self.reach(Stage::Connect);
            return self.enter(self.connect_freshly()).await;
        }
        result
    }

    async fn connect_freshly(&self) -> Result<(TcpStream, Option<Proxy>), SshError> {
        let endpoint = &self.connection.endpoint;
        TcpStream::connect((endpoint.host.as_str(), endpoint.port))
            .await
            .map(|stream| (stream, None))
            .map_err(|error| self.cannot_connect(error.to_string()))
    }

    async fn connect_through(
        &self,
        command: &str,
    ) -> Result<(DuplexStream, Option<Proxy>), SshError> {
        let limit = self.connection.ssh.connect_timeout;
        let (stream, proxy) = proxy::connect(command, self.connection, self.host, limit).await?;
        Ok((stream, Some(proxy)))
    }

    fn cannot_connect(&self, reason: String) -> SshError {
        SshError::Connect {
            address: connect::address(&self.connection.endpoint),
            reason,
        }
    }

    async fn enter<L: Link + 'static>(
        &self,
        stream: impl Future<Output = Result<(L, Option<Proxy>), SshError>>,
    ) -> Result<Session, SshError> {
        let work = async {
            let (stream, proxy) = stream.await?;
            self.reach(Stage::Banner);
            let answers = Answers::of(self.connection, self.host);
            let mut handle = connect::handshake(self.connection, stream, answers).await?;
            self.reach(Stage::Authenticate);
            let login =
                auth::login(&mut handle, self.connection, self.keys, &self.host.env).await?;
            Ok(Session {
                handle,
                login,
                proxy,
            })
        };
        timeout(LOGIN_LIMIT, work).await.unwrap_or_else(|_| {
            Err(self.cannot_connect(format!("no login within {} s", LOGIN_LIMIT.as_secs())))
        })
    }

    fn not_ready(&self, limit: Duration) -> Failure {
        NotReady {
            stage: self.furthest.get(),
            limit,
            address: connect::address(&self.connection.endpoint),
            user: self.connection.ssh.username.clone(),
            reason: self.reason.take(),
        }
        .into()
    }
}

fn is_refused(error: &SshError) -> bool {
    matches!(error, SshError::Refused { .. })
}

impl Communicator for Ssh {
    fn wait_ready(
        &mut self,
        limit: Duration,
        watch: &mut dyn FnMut(Stage) -> Result<()>,
    ) -> Result<()> {
        self.establish(limit, true, watch)
    }

    fn exec(&mut self, script: &Script, line: &mut dyn FnMut(Stream, &str)) -> Result<i32> {
        let (mut ended, printed) = self.run_script(script, line)?;
        // 127 is a shell's "not found". When it was said of the configured shell
        // or of sudo nothing has run yet, and there is another way.
        if ended == Ended::Status(127) && !printed && self.missing.is_none() {
            let missing = self.probe_missing()?;
            self.missing = Some(missing);
            if missing != Missing::default() {
                ended = self.run_script(script, line)?.0;
            }
        }
        match ended {
            Ended::Status(status) => Ok(status),
            Ended::Refused => Err(Lost {
                reason: "the server refused to run a command".to_owned(),
            }
            .into()),
        }
    }

    fn upload(&mut self, content: &Content, to: &str, mode: Option<u32>) -> Result<()> {
        match content {
            Content::Bytes(bytes) => {
                let input = Box::new(Cursor::new(bytes.clone()));
                let what = format!("{} bytes to `{to}` in the guest", bytes.len());
                self.send(&what, transfer::file(input, None, to, mode), None)
            }
            Content::Path(path) => {
                let what = format!("`{}` to `{to}` in the guest", path.display());
                let outgoing = if path.is_dir() {
                    transfer::folder(path, to)
                } else {
                    let name = path.file_name().map(|name| name.to_string_lossy());
                    transfer::file(transfer::open(path)?, name.as_deref(), to, mode)
                };
                self.send(&what, outgoing, Some(path))
            }
        }
    }

    fn download(&mut self, from: &str, to: &Path) -> Result<()> {
        let (mut content, mut said) = (Vec::new(), Vec::new());
        let input = Input::new(Box::new(std::io::empty()));
        let ended = self.run_raw(
            &transfer::read_command(from),
            false,
            input,
            &mut |stream, bytes| {
                match stream {
                    Stream::Stdout => content.extend_from_slice(bytes),
                    Stream::Stderr => said.extend_from_slice(bytes),
                }
                Ok(())
            },
        )?;
        let what = format!("`{from}` of the guest to `{}`", to.display());
        Self::check_transfer(&what, ended, &said)?;
        files::write_atomic(to, &content)
    }

    fn reset(&mut self) {
        if let Some(session) = self.session.take() {
            self.runtime.block_on(async {
                // Said politely, but not waited for: the other side may be gone.
                let farewell = session
                    .handle
                    .disconnect(Disconnect::ByApplication, "", "en");
                let _ = timeout(Duration::from_millis(200), farewell).await;
            });
        }
    }
}

impl Drop for Ssh {
    fn drop(&mut self) {
        self.reset();
    }
}
