//! `config.ssh.proxy_command`: a program whose standard streams are the
//! connection (`ssh_config(5)`, `ProxyCommand`).
//!
//! Programs are started by the host's one door, whose pipes block; two threads
//! carry the bytes between them and the session.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::failure::SshError;
use crate::config::Connection;
use crate::host::{Conversation, Host};
use crate::op::Cmd;

/// Bytes on their way between the program and the session.
const BUFFER: usize = 64 * 1024;

/// A connection of either kind.
pub(super) trait Link: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Link for T {}

/// The running program; dropping it ends it.
pub(super) struct Proxy {
    program: Conversation,
    said: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Returns the last line that the program has printed as an error, for people.
    pub(super) fn complaint(&self) -> Option<String> {
        let said = self.said.lock().ok()?;
        let text = String::from_utf8_lossy(&said);
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
        Some(format!("`config.ssh.proxy_command` said: {last}"))
    }

    /// Returns why the program gave no connection; `otherwise` when it has not
    /// said it itself.
    pub(super) fn reason(&mut self, otherwise: &str) -> String {
        let ended = self.program.ended();
        match (self.complaint(), ended) {
            (Some(complaint), _) => complaint,
            (None, Some(exit)) => format!("`config.ssh.proxy_command` {exit}"),
            (None, None) => otherwise.to_owned(),
        }
    }
}

/// Returns the command with its tokens replaced: `%h`, `%n`, `%p`, `%r` and `%%`
/// of `ssh_config(5)`; others stay, as Net::SSH leaves them.
pub(super) fn expanded(command: &str, connection: &Connection) -> String {
    let mut text = String::new();
    let mut rest = command.chars();
    while let Some(char) = rest.next() {
        if char != '%' {
            text.push(char);
            continue;
        }
        match rest.next() {
            Some('h' | 'n') => text.push_str(&connection.endpoint.host),
            Some('p') => text.push_str(&connection.endpoint.port.to_string()),
            Some('r') => text.push_str(&connection.ssh.username),
            Some('%') => text.push('%'),
            Some(other) => text.extend(['%', other]),
            None => text.push('%'),
        }
    }
    text
}

/// Starts the program and waits until the server behind it has said something.
pub(super) async fn connect(
    command: &str,
    connection: &Connection,
    host: &Host,
    limit: Duration,
) -> Result<(DuplexStream, Proxy), SshError> {
    let failed = |reason| SshError::Connect {
        address: super::connect::address(&connection.endpoint),
        reason,
    };
    let cmd = Cmd::shell(expanded(command, connection)).ending_with_rove();
    let mut program = host
        .runner
        .converse(&cmd)
        .map_err(|error| failed(error.to_string()))?;
    let said = Arc::new(Mutex::new(Vec::new()));
    let (ours, theirs) = duplex(BUFFER);
    let (from_session, to_session) = split(theirs);
    let runtime = Handle::current();
    let (first, greeted) = oneshot::channel();
    if let Some(output) = program.take_stdout() {
        let runtime = runtime.clone();
        std::thread::spawn(move || incoming(&runtime, output, to_session, first));
    }
    if let Some(input) = program.take_stdin() {
        std::thread::spawn(move || outgoing(&runtime, from_session, input));
    }
    if let Some(errors) = program.take_stderr() {
        let said = Arc::clone(&said);
        std::thread::spawn(move || listen(errors, &said));
    }
    let mut proxy = Proxy { program, said };
    match timeout(limit, greeted).await {
        Ok(Ok(())) => Ok((ours, proxy)),
        Ok(Err(_)) => {
            // The end of the output comes before the end of the program.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let otherwise = "`config.ssh.proxy_command` closed the connection before a greeting";
            Err(failed(proxy.reason(otherwise)))
        }
        Err(_) => Err(failed(proxy.reason("no greeting came"))),
    }
}

fn incoming(
    runtime: &Handle,
    mut output: impl Read,
    mut session: impl AsyncWrite + Unpin,
    first: oneshot::Sender<()>,
) {
    let mut first = Some(first);
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        if let Some(first) = first.take() {
            let _ = first.send(());
        }
        if runtime
            .block_on(session.write_all(&buffer[..count]))
            .is_err()
        {
            return;
        }
    }
    let _ = runtime.block_on(session.shutdown());
}

fn outgoing(runtime: &Handle, mut session: impl AsyncRead + Unpin, mut input: impl Write) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = runtime.block_on(session.read(&mut buffer)) {
        if input.write_all(&buffer[..count]).is_err() || input.flush().is_err() {
            return;
        }
    }
}

/// Keeps the end of what the program complains of.
fn listen(mut errors: impl Read, said: &Mutex<Vec<u8>>) {
    const KEPT: usize = 4096;
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let Ok(mut said) = said.lock() else {
            return;
        };
        said.extend_from_slice(&buffer[..count]);
        let over = said.len().saturating_sub(KEPT);
        said.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Endpoint, Ssh};

    #[test]
    fn tokens_are_replaced() {
        let connection = Connection {
            endpoint: Endpoint {
                host: "10.0.0.7".to_owned(),
                port: 2222,
            },
            ssh: Ssh {
                username: "ana".to_owned(),
                ..Ssh::default()
            },
        };
        for (command, wanted) in [
            ("nc %h %p", "nc 10.0.0.7 2222"),
            ("ssh -W %h:%p %r@hop", "ssh -W 10.0.0.7:2222 ana@hop"),
            ("%n 100%% %d %", "10.0.0.7 100% %d %"),
            ("", ""),
        ] {
            assert_eq!(expanded(command, &connection), wanted);
        }
    }
}
