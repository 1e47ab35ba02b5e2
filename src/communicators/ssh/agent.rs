//! The user's SSH agent: signs for keys that have a passphrase, for those it
//! holds itself where `config.ssh.keys_only` is false, and for the guest where
//! `config.ssh.forward_agent` says so.

use std::pin::Pin;
use std::task::{Context, Poll};

use russh::Channel;
use russh::client::Msg;
use russh::keys::PublicKey;
use russh::keys::agent::client::AgentClient;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

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

/// The longest message that OpenSSH's agent takes (`AGENT_MAX_LEN` in its ssh-agent.c).
const LONGEST: u32 = 256 * 1024;

/// Lets a guest talk to the agent over `channel` until it closes it. A message
/// is its length in four bytes and its body; each gets one answer
/// (draft-miller-ssh-agent, 3).
pub(super) async fn serve(channel: Channel<Msg>, env: &Env) -> std::io::Result<()> {
    let Some(mut agent) = connect_agent(env) else {
        return Ok(());
    };
    let mut guest = channel.into_stream();
    loop {
        let length = guest.read_u32().await?;
        if length > LONGEST {
            return Ok(());
        }
        let mut message = length.to_be_bytes().to_vec();
        message.resize(4 + length as usize, 0);
        guest.read_exact(&mut message[4..]).await?;
        agent.write_all(&message)?;
        agent.flush()?;
        let mut answer = vec![0; 4];
        agent.read_exact(&mut answer)?;
        let length = u32::from_be_bytes([answer[0], answer[1], answer[2], answer[3]]);
        answer.resize(4 + length.min(LONGEST) as usize, 0);
        agent.read_exact(&mut answer[4..])?;
        guest.write_all(&answer).await?;
        guest.flush().await?;
    }
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
