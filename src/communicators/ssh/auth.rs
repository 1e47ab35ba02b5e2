//! Logging in: keys in their order, then the password.

use std::path::PathBuf;
use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg};

use super::connect::{HostKeys, address};
use super::failure::SshError;
use crate::config::Connection;

/// What opened the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The private key in this file.
    Key(PathBuf),
    /// `config.ssh.password`.
    Password,
    /// Nothing was asked for.
    Open,
}

/// A private key with its file.
pub(super) type LoadedKey = (PathBuf, Arc<PrivateKey>);

/// Logs in; the session of the handle can be used afterwards.
pub(super) async fn login(
    handle: &mut Handle<HostKeys>,
    connection: &Connection,
    keys: &[LoadedKey],
) -> Result<Login, SshError> {
    let ssh = &connection.ssh;
    let user = &ssh.username;
    let broken = |error: russh::Error| SshError::Connect {
        address: address(&connection.endpoint),
        reason: error.to_string(),
    };
    let mut tried = Vec::new();
    let mut rsa = None;
    for (path, key) in keys {
        let signatures = if key.algorithm().is_rsa() {
            if rsa.is_none() {
                rsa = Some(rsa_signatures(handle, ssh.disable_deprecated_algorithms).await);
            }
            rsa.clone().unwrap_or_default()
        } else {
            vec![None]
        };
        for signature in signatures {
            let key = PrivateKeyWithHashAlg::new(Arc::clone(key), signature);
            let result = handle
                .authenticate_publickey(user, key)
                .await
                .map_err(broken)?;
            if result.success() {
                return Ok(Login::Key(path.clone()));
            }
        }
        tried.push(format!("the key `{}`", path.display()));
    }
    if let Some(password) = &ssh.password {
        let result = handle
            .authenticate_password(user, password)
            .await
            .map_err(broken)?;
        if result.success()
            || by_questions(handle, user, password, &result)
                .await
                .map_err(broken)?
        {
            return Ok(Login::Password);
        }
        tried.push("the password".to_owned());
    }
    if keys.is_empty() && ssh.password.is_none() {
        let result = handle.authenticate_none(user).await.map_err(broken)?;
        if result.success() {
            return Ok(Login::Open);
        }
    }
    Err(SshError::Refused {
        address: address(&connection.endpoint),
        user: user.clone(),
        tried,
    })
}

/// Returns the signatures to offer for an RSA key, best first. Servers older
/// than OpenSSH 7.2 name none and know SHA-1 alone (RFC 8308, 8332).
async fn rsa_signatures(handle: &Handle<HostKeys>, no_sha1: bool) -> Vec<Option<HashAlg>> {
    let mut signatures = match handle.best_supported_rsa_hash().await {
        Ok(Some(best)) => vec![best],
        _ => vec![None, Some(HashAlg::Sha256)],
    };
    if no_sha1 {
        signatures.retain(Option::is_some);
    }
    signatures
}

/// Answers every question of `keyboard-interactive` with the password: many
/// servers offer passwords in that way only.
async fn by_questions(
    handle: &mut Handle<HostKeys>,
    user: &str,
    password: &str,
    refused: &AuthResult,
) -> Result<bool, russh::Error> {
    let offered = matches!(refused, AuthResult::Failure { remaining_methods, .. }
        if remaining_methods.contains(&russh::MethodKind::KeyboardInteractive));
    if !offered {
        return Ok(false);
    }
    let mut response = handle
        .authenticate_keyboard_interactive_start(user, None)
        .await?;
    // One round asks; further ones are information or a loop.
    for _ in 0..4 {
        match response {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = prompts.iter().map(|_| password.to_owned()).collect();
                response = handle
                    .authenticate_keyboard_interactive_respond(answers)
                    .await?;
            }
        }
    }
    Ok(false)
}
