//! Logging in: keys in their order, the agent's, then the password.

use std::path::PathBuf;
use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKey};

use super::agent::{self, Agent};
use super::connect::{Answers, address};
use super::failure::SshError;
use super::keys::LoadedKey;
use crate::config::Connection;
use crate::host::Env;

/// What opened the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The private key in this file.
    Key(PathBuf),
    /// A key of the agent, with its comment.
    Agent(String),
    /// `config.ssh.password`.
    Password,
    /// Nothing was asked for.
    Open,
}

/// Logs in; the session of the handle can be used afterwards.
pub(super) async fn login(
    handle: &mut Handle<Answers>,
    connection: &Connection,
    keys: &[(PathBuf, LoadedKey)],
    env: &Env,
) -> Result<Login, SshError> {
    let mut door = Door {
        handle,
        connection,
        tried: Vec::new(),
        rsa: None,
    };
    let ssh = &connection.ssh;
    let sealed = |(_, key): &(PathBuf, LoadedKey)| matches!(key, LoadedKey::Sealed(_));
    let mut agent = if !ssh.keys_only || keys.iter().any(sealed) {
        agent::open(env).await
    } else {
        None
    };
    let mut passphrase = None;
    for (path, key) in keys {
        let opened = match (key, &mut agent) {
            (LoadedKey::Open(key), _) => door.by_key(key).await?,
            (LoadedKey::Sealed(public), Some(agent)) if holds(agent, public) => {
                door.by_agent(agent, public).await?
            }
            (LoadedKey::Sealed(_), _) => {
                passphrase.get_or_insert_with(|| path.clone());
                continue;
            }
        };
        if opened {
            return Ok(Login::Key(path.clone()));
        }
        door.tried.push(format!("the key `{}`", path.display()));
    }
    if let Some(agent) = agent.as_mut().filter(|_| !ssh.keys_only) {
        for public in agent.keys.clone() {
            if door.by_agent(agent, &public).await? {
                return Ok(Login::Agent(public.comment().to_owned()));
            }
        }
        door.tried.push("the keys of the agent".to_owned());
    }
    if let Some(password) = &ssh.password {
        if door.by_password(password).await? {
            return Ok(Login::Password);
        }
        door.tried.push("the password".to_owned());
    } else if keys.is_empty() && door.by_nothing().await? {
        return Ok(Login::Open);
    }
    if let Some(path) = passphrase {
        return Err(SshError::Passphrase { path });
    }
    Err(SshError::Refused {
        address: address(&connection.endpoint),
        user: ssh.username.clone(),
        tried: door.tried,
    })
}

fn holds(agent: &Agent, public: &PublicKey) -> bool {
    let same = |held: &PublicKey| held.key_data() == public.key_data();
    agent.keys.iter().any(same)
}

/// A server that waits for our credentials.
struct Door<'a> {
    handle: &'a mut Handle<Answers>,
    connection: &'a Connection,
    tried: Vec<String>,
    rsa: Option<Vec<Option<HashAlg>>>,
}

impl Door<'_> {
    fn user(&self) -> &str {
        &self.connection.ssh.username
    }

    fn broken(&self, reason: impl ToString) -> SshError {
        SshError::Connect {
            address: address(&self.connection.endpoint),
            reason: reason.to_string(),
        }
    }

    async fn by_key(&mut self, key: &Arc<russh::keys::PrivateKey>) -> Result<bool, SshError> {
        for signature in self.signatures(key.public_key()).await {
            let key = PrivateKeyWithHashAlg::new(Arc::clone(key), signature);
            let user = self.user().to_owned();
            let result = self.handle.authenticate_publickey(user, key).await;
            if result.map_err(|error| self.broken(error))?.success() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn by_agent(&mut self, agent: &mut Agent, key: &PublicKey) -> Result<bool, SshError> {
        for signature in self.signatures(key).await {
            let user = self.user().to_owned();
            let result = self
                .handle
                .authenticate_publickey_with(user, key.clone(), signature, &mut agent.client)
                .await;
            if result.map_err(|error| self.broken(error))?.success() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn by_nothing(&mut self) -> Result<bool, SshError> {
        let user = self.user().to_owned();
        let result = self.handle.authenticate_none(user).await;
        Ok(result.map_err(|error| self.broken(error))?.success())
    }

    async fn by_password(&mut self, password: &str) -> Result<bool, SshError> {
        let user = self.user().to_owned();
        let result = self.handle.authenticate_password(user, password).await;
        let refused = match result.map_err(|error| self.broken(error))? {
            AuthResult::Success => return Ok(true),
            AuthResult::Failure {
                remaining_methods, ..
            } => remaining_methods,
        };
        // Many servers offer passwords as questions only.
        if !refused.contains(&russh::MethodKind::KeyboardInteractive) {
            return Ok(false);
        }
        let asked = self.by_questions(password).await;
        asked.map_err(|error| self.broken(error))
    }

    /// Answers every question of `keyboard-interactive` with the password.
    async fn by_questions(&mut self, password: &str) -> Result<bool, russh::Error> {
        let user = self.user().to_owned();
        let mut response = self
            .handle
            .authenticate_keyboard_interactive_start(user, None)
            .await?;
        // One round asks; further ones are information or a loop.
        for _ in 0..4 {
            match response {
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                    let answers = prompts.iter().map(|_| password.to_owned()).collect();
                    response = self
                        .handle
                        .authenticate_keyboard_interactive_respond(answers)
                        .await?;
                }
            }
        }
        Ok(false)
    }

    /// Returns the signatures to offer for a key, best first. RSA has several:
    /// servers older than OpenSSH 7.2 name none and know SHA-1 alone (RFC 8308, 8332).
    async fn signatures(&mut self, key: &PublicKey) -> Vec<Option<HashAlg>> {
        if !key.algorithm().is_rsa() {
            return vec![None];
        }
        if let Some(known) = &self.rsa {
            return known.clone();
        }
        let mut signatures = match self.handle.best_supported_rsa_hash().await {
            Ok(Some(best)) => vec![best],
            _ => vec![None, Some(HashAlg::Sha256)],
        };
        if self.connection.ssh.disable_deprecated_algorithms {
            signatures.retain(Option::is_some);
        }
        self.rsa = Some(signatures.clone());
        signatures
    }
}
