//! From an address to a server that greets, and from there to a session.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle, Msg};
use russh::keys::{PublicKey, known_hosts};
use russh::{Channel, Preferred, cipher, kex};
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::agent;
use super::failure::SshError;
use crate::config::{Connection, Endpoint, Ssh};
use crate::host::{Env, Host};

/// A new connection this often. A guest under user networking loses the first
/// packet of a connection that is made before it has its address, and the
/// repetition comes seconds later: a fresh one is sooner through.
const NEW_CONNECTION: Duration = Duration::from_millis(800);
/// Each is given up after this long.
const CONNECTION_LIFE: Duration = Duration::from_secs(5);
/// More would starve a slow server, which answers each with a process.
const CONNECTIONS: usize = 6;

/// Returns "host:port" for people.
pub(super) fn address(endpoint: &Endpoint) -> String {
    if endpoint.host.contains(':') {
        format!("[{}]:{}", endpoint.host, endpoint.port)
    } else {
        format!("{}:{}", endpoint.host, endpoint.port)
    }
}

/// Waits until a server greets with an SSH banner and returns that connection,
/// the banner still unread. Never gives up; `last` is told each failure.
pub(super) async fn first_banner(endpoint: &Endpoint, last: &mut dyn FnMut(String)) -> TcpStream {
    let mut attempts: JoinSet<Result<TcpStream, String>> = JoinSet::new();
    let mut handles: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        handles.retain(|handle| !handle.is_finished());
        if handles.len() >= CONNECTIONS
            && let Some(oldest) = handles.pop_front()
        {
            oldest.abort();
        }
        let endpoint = endpoint.clone();
        handles.push_back(attempts.spawn(async move {
            timeout(CONNECTION_LIFE, greet(&endpoint))
                .await
                .unwrap_or_else(|_| Err("no greeting came".to_owned()))
        }));
        let pause = sleep(NEW_CONNECTION);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(ended) = attempts.join_next() => match ended {
                    Ok(Ok(stream)) => return stream,
                    Ok(Err(reason)) => last(reason),
                    Err(_) => {}
                },
            }
        }
    }
}

/// Connects once and waits for the banner.
async fn greet(endpoint: &Endpoint) -> Result<TcpStream, String> {
    let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|error| error.to_string())?;
    // Latency, not throughput: scripts are small packets to and fro.
    let _ = stream.set_nodelay(true);
    let mut start = [0; 255];
    loop {
        let count = stream
            .peek(&mut start)
            .await
            .map_err(|error| error.to_string())?;
        let seen = &start[..count];
        // RFC 4253, 4.2: other lines may come before the banner.
        if seen.starts_with(b"SSH-") || seen.windows(5).any(|part| part == b"\nSSH-") {
            return Ok(stream);
        }
        if count == 0 {
            return Err("the connection was closed before a greeting".to_owned());
        }
        if count == start.len() {
            return Err("something that is not an SSH server answers".to_owned());
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Answers what a server asks of us: to be trusted, and to reach the user's agent.
pub(super) struct Answers {
    policy: Policy,
    host: String,
    port: u16,
    known_hosts: Option<PathBuf>,
    /// Where the agent is found, if the server may have it.
    agent: Option<Arc<Env>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    Never,
    AcceptNew,
    Always,
}

impl Answers {
    /// Returns the answers of `config.ssh.verify_host_key` and `forward_agent`.
    pub(super) fn of(connection: &Connection, host_system: &Host) -> Self {
        let value = &connection.ssh.verify_host_key;
        let host = connection.endpoint.host.clone();
        // The names are those of Ruby's Net::SSH, which Vagrantfiles use.
        let policy = match value.as_str() {
            Some("never") => Policy::Never,
            Some("accept_new" | "very") => Policy::AcceptNew,
            Some("always" | "secure") => Policy::Always,
            _ if !value.is_truthy() => Policy::Never,
            // `true`, `accept_new_or_local_tunnel`: a forwarded port of this
            // host is a different machine every day.
            _ if matches!(host.as_str(), "127.0.0.1" | "localhost" | "::1") => Policy::Never,
            _ => Policy::AcceptNew,
        };
        Self {
            policy,
            host,
            port: connection.endpoint.port,
            known_hosts: host_system
                .dirs
                .user
                .as_ref()
                .map(|home| home.join(".ssh/known_hosts")),
            agent: connection
                .ssh
                .forward_agent
                .then(|| Arc::clone(&host_system.env)),
        }
    }
}

impl client::Handler for Answers {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, Self::Error> {
        if self.policy == Policy::Never {
            return Ok(true);
        }
        let Some(file) = &self.known_hosts else {
            return Ok(false);
        };
        let known = known_hosts::check_known_hosts_path(&self.host, self.port, key, file);
        Ok(match known {
            Ok(true) => true,
            Ok(false) if self.policy == Policy::AcceptNew => {
                known_hosts::learn_known_hosts_path(&self.host, self.port, key, file).is_ok()
            }
            _ => false,
        })
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        if let Some(env) = self.agent.clone() {
            tokio::spawn(async move {
                // Its end, good or bad, is the guest's to tell.
                let _ = agent::serve(channel, &env).await;
            });
        }
        Ok(())
    }
}

fn client_config(ssh: &Ssh) -> client::Config {
    let mut preferred = Preferred::DEFAULT;
    if ssh.disable_deprecated_algorithms {
        let sound = |key: &russh::keys::Algorithm| {
            !matches!(key, russh::keys::Algorithm::Rsa { hash: None })
        };
        preferred.key = preferred
            .key
            .iter()
            .filter(|key| sound(key))
            .cloned()
            .collect();
    } else {
        // Last resort for guests of the age of CentOS 6 and Ubuntu 12.04.
        // They go before the pseudo-algorithms that only tell of extensions: a
        // server that knows those too would otherwise agree on one of them.
        let mut exchanges = preferred.kex.to_vec();
        let end = exchanges
            .iter()
            .position(|name| *name == kex::EXTENSION_SUPPORT_AS_CLIENT)
            .unwrap_or(exchanges.len());
        let old = [kex::DH_GEX_SHA1, kex::DH_G14_SHA1, kex::DH_G1_SHA1];
        exchanges.splice(end..end, old);
        preferred.kex = exchanges.into();
        let mut ciphers = preferred.cipher.to_vec();
        ciphers.extend([
            cipher::AES_256_CBC,
            cipher::AES_192_CBC,
            cipher::AES_128_CBC,
        ]);
        preferred.cipher = ciphers.into();
    }
    client::Config {
        preferred,
        // A guest under load may be silent for long; one that is gone is
        // noticed after two minutes at the latest.
        keepalive_interval: ssh.keep_alive.then_some(Duration::from_secs(30)),
        keepalive_max: 4,
        nodelay: true,
        ..client::Config::default()
    }
}

/// Agrees on ciphers with a server that greeted. No login yet.
pub(super) async fn handshake(
    connection: &Connection,
    stream: impl super::proxy::Link + 'static,
    answers: Answers,
) -> Result<Handle<Answers>, SshError> {
    let config = Arc::new(client_config(&connection.ssh));
    client::connect_stream(config, stream, answers)
        .await
        .map_err(|error| match error {
            russh::Error::UnknownKey => SshError::HostKey {
                address: address(&connection.endpoint),
            },
            other => SshError::Connect {
                address: address(&connection.endpoint),
                reason: other.to_string(),
            },
        })
}
