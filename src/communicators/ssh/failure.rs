//! What can go wrong with SSH that is not the guest's slowness or a lost line.

use std::path::{Path, PathBuf};

use crate::error::{Explain, Kind, full_guest};

/// An SSH operation failed.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// A private key cannot be used.
    #[error("cannot use the private key `{}`: {reason}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The key has a passphrase.
    #[error("the private key `{}` has a passphrase", path.display())]
    Passphrase {
        /// Its file.
        path: PathBuf,
    },
    /// A key could not be made.
    #[error("cannot make a key pair: {reason}")]
    Generate {
        /// Why.
        reason: String,
    },
    /// `config.ssh.verify_host_key` forbids this server.
    #[error("the host key of {address} is not the known one")]
    HostKey {
        /// Address and port.
        address: String,
    },
    /// The server refused every key and password.
    #[error("{address} refused the login of `{user}`")]
    Refused {
        /// Address and port.
        address: String,
        /// User.
        user: String,
        /// What was tried, in order.
        tried: Vec<String>,
    },
    /// No connection, or the protocol broke.
    #[error("cannot connect to {address}: {reason}")]
    Connect {
        /// Address and port.
        address: String,
        /// What the system or the server said.
        reason: String,
    },
    /// A file could not be copied.
    #[error("cannot copy {what}")]
    Transfer {
        /// From where to where.
        what: String,
        /// What the guest said.
        said: String,
    },
    /// The runtime of the client could not be made.
    #[error("cannot start the SSH client")]
    Runtime {
        /// Reason.
        source: std::io::Error,
    },
}

impl SshError {
    /// Returns whether waiting can't make it better.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Key { .. }
                | Self::Passphrase { .. }
                | Self::HostKey { .. }
                | Self::Runtime { .. }
        )
    }
}

/// Tells whether a key lies where rove keeps the key of a machine:
/// `machines/NAME/PROVIDER/private_key`.
fn is_machines_own(path: &Path) -> bool {
    path.ends_with("private_key")
        && path
            .ancestors()
            .nth(3)
            .is_some_and(|dir| dir.ends_with("machines"))
}

impl Explain for SshError {
    fn kind(&self) -> Kind {
        match self {
            Self::Key { .. } | Self::Passphrase { .. } => Kind::Config,
            Self::Generate { .. } | Self::Runtime { .. } => Kind::Environment,
            _ => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            // Rove made it, and the guest knows no other.
            Self::Key { path, .. } if is_machines_own(path) => vec![
                "put the file back from a backup; without it nobody gets into this guest"
                    .to_owned(),
                "`rove destroy` and `rove up` make the machine anew".to_owned(),
            ],
            Self::Key { .. } => {
                vec!["set `config.ssh.private_key_path` to a readable private key in OpenSSH or PEM form".to_owned()]
            }
            Self::Passphrase { path } => vec![
                "set `config.ssh.keys_only = false` and add the key to an SSH agent with `ssh-add`"
                    .to_owned(),
                format!(
                    "or take the passphrase off a copy of it: `ssh-keygen -p -N '' -f COPY` (now {})",
                    path.display()
                ),
            ],
            Self::HostKey { .. } => vec![
                "set `config.ssh.verify_host_key = :never` for machines that are made anew"
                    .to_owned(),
            ],
            Self::Refused { user, tried, .. } => {
                let tried = if tried.is_empty() {
                    "no key and no password to offer".to_owned()
                } else {
                    format!("tried {}", tried.join(", "))
                };
                vec![format!(
                    "{tried}; check `config.ssh.username` (now `{user}`), `config.ssh.private_key_path` and `config.ssh.password`"
                )]
            }
            Self::Transfer { said, .. } => full_guest(said).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Transfer { said, .. } => Some(said.clone()).filter(|said| !said.is_empty()),
            _ => None,
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Key { .. } => "Vagrant::Errors::SSHKeyBadPermissions",
            Self::Passphrase { .. } => "Vagrant::Errors::SSHKeyTypeNotSupported",
            Self::Refused { .. } => "Vagrant::Errors::SSHAuthenticationFailed",
            Self::Transfer { .. } => "Vagrant::Errors::SCPPermissionDenied",
            Self::Connect { .. } => "Vagrant::Errors::SSHConnectionRefused",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_fits_the_key() {
        for (path, wanted) in [
            ("/lab/.rove/machines/web/qemu/private_key", "`rove destroy`"),
            ("/home/ana/.ssh/id_rsa", "private_key_path"),
            ("/home/ana/private_key", "private_key_path"),
        ] {
            let error = SshError::Key {
                path: path.into(),
                reason: "x".to_owned(),
            };
            let hints = error.hints().join("; ");
            assert!(hints.contains(wanted), "{path}: {hints}");
        }
    }
}
