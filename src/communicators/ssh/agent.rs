//! The user's SSH agent: signs for keys that have a passphrase, and for those
//! it holds itself where `config.ssh.keys_only` is false.

use std::pin::Pin;
use std::task::{Context, Poll};

use russh::keys::PublicKey;
use russh::keys::agent::client::AgentClient;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::host::{Env, ReadWrite, connect_agent};

/// A blocking stream in the clothes that the client library wants. The agent is
/// a local program that answers at once, or asks its user, who is the one that waits.
pub(super) struct Stream(Box<dyn ReadWrite>);

/// The agent and the keys it holds.
pub(super) struct Agent {
    pub(super) client: AgentClient<Stream>,
    pub(super) keys: Vec<PublicKey>,
}

/// Returns the agent, if there is one that works.
pub(super) async fn open(env: &Env) -> Option<Agent> {
    let mut client = AgentClient::connect(Stream(connect_agent(env)?));
    let keys = client.request_identities().await.ok()?;
    Some(Agent { client, keys })
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let count = self.0.read(buffer.initialize_unfilled())?;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
