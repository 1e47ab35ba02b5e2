//! Key pairs: making, reading, and the two that everybody knows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair};
use russh::keys::{PrivateKey, PublicKey, decode_secret_key, key};

use super::failure::SshError;
use crate::error::Result;
use crate::host::{Dirs, files};

/// Names and texts of the insecure private keys, best first.
const INSECURE: [(&str, &str); 2] = [
    (
        "vagrant.key.ed25519",
        include_str!("insecure/vagrant.key.ed25519"),
    ),
    ("vagrant.key.rsa", include_str!("insecure/vagrant.key.rsa")),
];

/// Enough for a lab, and made in a second.
const RSA_BITS: usize = 2048;

/// A fresh key pair in the forms that are written to disk and sent to a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// Private key in OpenSSH's format.
    pub private: String,
    /// Line for `authorized_keys`, without a line end.
    pub public: String,
}

/// Kinds of key that rove makes, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Short and quick.
    Ed25519,
    /// For servers older than OpenSSH 6.5.
    Rsa,
}

/// Returns a fresh key pair with the comment `vagrant`, as Vagrant's have.
pub fn generate(kind: KeyKind) -> Result<KeyPair> {
    let make = || -> Result<KeyPair, russh::keys::ssh_key::Error> {
        let random = &mut key::safe_rng();
        let data = match kind {
            KeyKind::Ed25519 => KeypairData::from(Ed25519Keypair::random(random)),
            KeyKind::Rsa => KeypairData::from(RsaKeypair::random(random, RSA_BITS)?),
        };
        let key = PrivateKey::new(data, "vagrant")?;
        Ok(KeyPair {
            private: key.to_openssh(LineEnding::LF)?.to_string(),
            public: key.public_key().to_openssh()?,
        })
    };
    make().map_err(|error| {
        SshError::Generate {
            reason: error.to_string(),
        }
        .into()
    })
}

/// Returns the key in a private key's text.
fn parse(path: &Path, text: &str) -> Result<PrivateKey, SshError> {
    decode_secret_key(text, None).map_err(|error| match error {
        russh::keys::Error::KeyIsEncrypted => SshError::Passphrase {
            path: path.to_path_buf(),
        },
        other => SshError::Key {
            path: path.to_path_buf(),
            reason: other.to_string(),
        },
    })
}

/// A key as its file gives it.
#[derive(Clone, Debug)]
pub(super) enum LoadedKey {
    /// It can sign.
    Open(Arc<PrivateKey>),
    /// It has a passphrase: an agent that holds it can sign.
    Sealed(Box<PublicKey>),
}

/// Returns the key in a file.
pub(super) fn load(path: &Path) -> Result<LoadedKey> {
    let text = files::read_text(path)?;
    match parse(path, &text) {
        Ok(key) => Ok(LoadedKey::Open(Arc::new(key))),
        // Only OpenSSH's own format shows the public half without the passphrase.
        Err(SshError::Passphrase { path }) => match PrivateKey::from_openssh(&text) {
            Ok(key) => Ok(LoadedKey::Sealed(Box::new(key.public_key().clone()))),
            Err(_) => Err(SshError::Passphrase { path }.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Returns the line for `authorized_keys` that belongs to a private key's file.
pub fn public_line(path: &Path) -> Result<String> {
    let public = match load(path)? {
        LoadedKey::Open(key) => key.public_key().clone(),
        LoadedKey::Sealed(public) => *public,
    };
    public.to_openssh().map_err(|error| {
        SshError::Key {
            path: path.to_path_buf(),
            reason: error.to_string(),
        }
        .into()
    })
}

fn insecure_keys() -> impl Iterator<Item = PrivateKey> {
    INSECURE
        .iter()
        .filter_map(|(name, text)| parse(Path::new(name), text).ok())
}

/// Returns the public lines of the insecure keys.
pub fn insecure_public_lines() -> Vec<String> {
    insecure_keys()
        .filter_map(|key| key.public_key().to_openssh().ok())
        .collect()
}

/// Returns whether a key's text (private, or a public line) is one of the
/// insecure keys, whatever its comment and format.
pub fn is_insecure(text: &str) -> bool {
    let public = if text.contains("PRIVATE KEY") {
        parse(Path::new(""), text)
            .ok()
            .map(|key| key.public_key().clone())
    } else {
        PublicKey::from_openssh(text.trim()).ok()
    };
    public.is_some_and(|public| {
        insecure_keys().any(|key| key.public_key().key_data() == public.key_data())
    })
}

/// Returns the files of the insecure private keys, best first, after writing
/// those that are missing or damaged: the system's `ssh` needs files.
pub fn insecure_key_files(dirs: &Dirs) -> Result<Vec<PathBuf>> {
    let dir = dirs.home.join("insecure_private_keys");
    let mut paths = Vec::new();
    for (name, text) in INSECURE {
        let path = dir.join(name);
        if files::read_text_if_exists(&path)?.as_deref() != Some(text) {
            files::create_private_dir(&dir)?;
            files::write_atomic_mode(&path, text.as_bytes(), Some(0o600))?;
        }
        paths.push(path);
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_read_back() {
        let pair = generate(KeyKind::Ed25519).unwrap();
        assert!(pair.public.starts_with("ssh-ed25519 AAAA"));
        assert!(pair.public.ends_with(" vagrant"));
        assert!(
            pair.private
                .starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n")
        );
        assert!(!is_insecure(&pair.private) && !is_insecure(&pair.public));
        let key = parse(Path::new("k"), &pair.private).unwrap();
        assert_eq!(key.public_key().to_openssh().unwrap(), pair.public);
        assert_ne!(generate(KeyKind::Ed25519).unwrap(), pair);
    }

    #[test]
    fn insecure_keys_are_known_in_any_form() {
        for (_, text) in INSECURE {
            assert!(is_insecure(text));
        }
        let shipped = include_str!("../../../boxes/keys/insecure.pub");
        assert_eq!(shipped.lines().count(), 2);
        for line in shipped.lines() {
            assert!(is_insecure(line), "{line}");
        }
        assert!(!is_insecure("ssh-rsa nonsense"));
        assert!(!is_insecure(""));
    }

    #[test]
    fn insecure_files_are_private_and_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::below(folder.path());
        let paths = insecure_key_files(&dirs).unwrap();
        assert_eq!(paths.len(), 2);
        files::write_atomic(&paths[1], b"damaged").unwrap();
        assert_eq!(insecure_key_files(&dirs).unwrap(), paths);
        assert!(is_insecure(&files::read_text(&paths[1]).unwrap()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&paths[1]).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn bad_keys_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        files::write_atomic(&path, b"nothing of the kind").unwrap();
        let error = load(&path).unwrap_err();
        assert!(
            matches!(error.downcast_ref(), Some(SshError::Key { .. })),
            "{error}"
        );
        let mut key = parse(&path, INSECURE[0].1).unwrap();
        key = key.encrypt(&mut key::safe_rng(), "secret").unwrap();
        files::write_atomic(&path, key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
        assert!(matches!(load(&path).unwrap(), LoadedKey::Sealed(_)));
        assert!(is_insecure(&public_line(&path).unwrap()));
    }
}
