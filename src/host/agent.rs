//! The user's SSH agent, as a stream of bytes.

use std::io::{Read, Write};

use super::Env;

/// A stream that is read and written; blocking.
pub trait ReadWrite: Read + Write + Send {}

impl<T: Read + Write + Send> ReadWrite for T {}

/// Connects to the agent, if there is one: `SSH_AUTH_SOCK` names its socket, on
/// Windows its pipe, which has a fixed name there.
pub fn connect_agent(env: &Env) -> Option<Box<dyn ReadWrite>> {
    let named = env.path(super::variables::SSH_AUTH_SOCK);
    #[cfg(unix)]
    {
        let stream = std::os::unix::net::UnixStream::connect(named?).ok()?;
        Some(Box::new(stream))
    }
    #[cfg(not(unix))]
    {
        let pipe = named.unwrap_or_else(|| r"\\.\pipe\openssh-ssh-agent".into());
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(pipe)
            .ok()?;
        Some(Box::new(file))
    }
}
