//! Signatures of catalogs and boxes: those of OpenSSH (PROTOCOL.sshsig), beside the file
//! as `FILE.sig`, in the namespace `rove`. `ssh-keygen -Y sign -n rove` makes them too.
//!
//! The key is remembered with the address when it is first seen, as SSH does with hosts:
//! whoever controls the address later, without the key, is noticed. A source can name
//! its key beforehand.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use signature::{Signer as _, Verifier as _};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{FileError, FileLock, Host, files};

use super::digest::{Checksum, ChecksumKind, Hasher};
use super::name::Place;

/// What OpenSSH calls the purpose of a signature.
const NAMESPACE: &str = "rove";
/// Every signature of OpenSSH begins so.
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
/// A signature is some hundred bytes.
pub(super) const MAX_SIGNATURE: u64 = 64 << 10;
/// Ending of the file with the signature.
pub(super) const ENDING: &str = ".sig";
/// Which key signs for which address, in rove's home.
const PINS: &str = "signers.json";
/// Keys to sign with, best first, in `~/.ssh`.
const OWN_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// A signature is missing, wrong, or of another key; or none could be made.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// It does not fit.
    #[error(
        "the signature beside {place} does not fit: {place} was changed, or its signature is of another file"
    )]
    Wrong {
        /// What was to be verified.
        place: String,
    },
    /// It was signed before.
    #[error("{place} is not signed, and has to be by {pinned}")]
    Missing {
        /// What was to be verified.
        place: String,
        /// Fingerprint of the key.
        pinned: String,
    },
    /// Another key than before.
    #[error("{place} is signed by {found}, and has to be by {pinned}")]
    OtherKey {
        /// What was to be verified.
        place: String,
        /// Fingerprint of the key that is remembered.
        pinned: String,
        /// Fingerprint of the key that signed it.
        found: String,
    },
    /// There is no key to sign with.
    #[error("there is no SSH key to sign with in `{}`", folder.display())]
    NoKey {
        /// Where one was looked for.
        folder: PathBuf,
    },
    /// A private key cannot be used.
    #[error("cannot sign with the key `{}`: {reason}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What was to be signed.
        file: PathBuf,
    },
}

impl Explain for SignatureError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoKey { .. } | Self::Key { .. } => Kind::User,
            _ => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Wrong { .. } => {
                "nothing of it was taken; ask whoever publishes it, or try another source"
                    .to_owned()
            }
            Self::Missing { place, .. } | Self::OtherKey { place, .. } => format!(
                "if whoever publishes it says that this is right: `rove box signers --forget {}`, or another `key` in the list of sources that names one",
                crate::op::quote(place)
            ),
            Self::NoKey { .. } => {
                "`ssh-keygen -t ed25519` makes one; `--key FILE` names another".to_owned()
            }
            Self::Key { path, file, .. } => format!(
                "OpenSSH signs with any key, an agent's too: `ssh-keygen -Y sign -n {NAMESPACE} -f {} {}`",
                crate::op::quote(&path.to_string_lossy()),
                crate::op::quote(&file.to_string_lossy())
            ),
        }]
    }
}

/// A signature that lies beside what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached(SshSig);

impl Detached {
    /// Reads a signature; `None` if it is of another kind, which is none of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_ours = text.trim_start().starts_with(BEGIN);
        let parsed = is_ours.then(|| SshSig::from_pem(text.trim_start()).ok());
        parsed.flatten().map(Self)
    }

    /// Returns how the file has to be hashed.
    pub(super) fn kind(&self) -> ChecksumKind {
        match self.0.hash_alg() {
            HashAlg::Sha256 => ChecksumKind::Sha256,
            _ => ChecksumKind::Sha512,
        }
    }

    /// Returns whether it is that of a file with this checksum.
    fn fits(&self, sum: &Checksum) -> bool {
        let Some(data) = signed_data(self.0.hash_alg(), sum) else {
            return false;
        };
        self.0.namespace() == NAMESPACE
            && self
                .0
                .public_key()
                .verify(&data, self.0.signature())
                .is_ok()
    }
}

/// Returns what is really signed (PROTOCOL.sshsig, "signed data"): the hash of a file
/// and what it is for. The library makes it of whole files only, and boxes are large.
fn signed_data(algorithm: HashAlg, sum: &Checksum) -> Option<Vec<u8>> {
    let digest: Option<Vec<u8>> = (0..sum.hex.len() / 2)
        .map(|at| u8::from_str_radix(sum.hex.get(at * 2..at * 2 + 2)?, 16).ok())
        .collect();
    let mut data = b"SSHSIG".to_vec();
    let parts = [
        NAMESPACE.as_bytes(),
        b"",
        algorithm.as_str().as_bytes(),
        &digest?,
    ];
    for part in parts {
        data.extend_from_slice(&u32::try_from(part.len()).ok()?.to_be_bytes());
        data.extend_from_slice(part);
    }
    Some(data)
}

/// Returns a key in short, as `ssh-keygen -l` shows it.
fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Returns the key of a line as in `authorized_keys`.
pub(super) fn public_key(line: &str) -> Option<KeyData> {
    let key = PublicKey::from_openssh(line.trim()).ok()?;
    Some(key.key_data().clone())
}

/// Decides on something that is, or is not, signed. `required`: the key that its source
/// names. A key that is seen for the first time is remembered.
pub(super) fn judge(
    host: &Host,
    machine: Option<&str>,
    place: &Place,
    required: Option<&str>,
    signature: Option<&Detached>,
    sum: impl FnOnce(ChecksumKind) -> Option<Checksum>,
) -> Result<()> {
    let address = place.to_string();
    let remembered = pins(host).remove(&address);
    let pinned = required.or(remembered.as_deref()).and_then(public_key);
    let Some(signature) = signature else {
        return match pinned {
            None => Ok(()),
            Some(key) => Err(SignatureError::Missing {
                place: address,
                pinned: fingerprint(&key),
            }
            .into()),
        };
    };
    if !sum(signature.kind()).is_some_and(|sum| signature.fits(&sum)) {
        return Err(SignatureError::Wrong { place: address }.into());
    }
    let key = signature.0.public_key();
    match pinned {
        Some(pinned) if pinned == *key => Ok(()),
        Some(pinned) => Err(SignatureError::OtherKey {
            place: address,
            pinned: fingerprint(&pinned),
            found: fingerprint(key),
        }
        .into()),
        None => {
            let text = format!(
                "{address} is signed by {}; from now on it has to be",
                fingerprint(key)
            );
            host.say(machine, Level::Info, text);
            pin(host, &address, key)
        }
    }
}

/// Returns which key has to sign for which address.
fn pins(host: &Host) -> BTreeMap<String, String> {
    let text = files::read_text_if_exists(&host.dirs.home.join(PINS));
    let text = text.ok().flatten().unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Returns the addresses whose signer is remembered, with the key in short.
pub fn signers(host: &Host) -> Vec<(String, String)> {
    let short =
        |line: &str| public_key(line).map_or_else(|| line.to_owned(), |key| fingerprint(&key));
    let pins = pins(host).into_iter();
    pins.map(|(address, line)| (address, short(&line)))
        .collect()
}

/// Forgets the signer of an address. Returns whether there was one.
pub fn forget_signer(host: &Host, address: &str) -> Result<bool> {
    change(host, |pins| pins.remove(address).is_some())
}

fn pin(host: &Host, address: &str, key: &KeyData) -> Result<()> {
    let line = PublicKey::from(key.clone())
        .to_openssh()
        .unwrap_or_default();
    change(host, |pins| {
        pins.insert(address.to_owned(), line);
    })
}

fn change<T>(host: &Host, edit: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> Result<T> {
    let path = host.dirs.home.join(PINS);
    let _lock = FileLock::take(host, &path.with_extension("lock"), |_| {})?;
    let mut pins = pins(host);
    let result = edit(&mut pins);
    let text = serde_json::to_string_pretty(&pins).unwrap_or_default();
    files::write_atomic(&path, text.as_bytes())?;
    Ok(result)
}

/// Signs a file with the SSH key in `key`, or the user's own. Returns where the
/// signature is, and the key in short.
pub fn sign(host: &Host, file: &Path, key: Option<&Path>) -> Result<(PathBuf, String)> {
    let path = match key {
        Some(path) => host.cwd.join(path),
        None => own_key(host)?,
    };
    let bad = |reason: String| SignatureError::Key {
        path: path.clone(),
        reason,
        file: file.to_owned(),
    };
    let key =
        PrivateKey::from_openssh(files::read(&path)?).map_err(|error| bad(error.to_string()))?;
    if key.is_encrypted() {
        return Err(bad("it has a passphrase".to_owned()).into());
    }
    let algorithm = HashAlg::Sha512;
    let sum = checksum(file)?;
    let data = signed_data(algorithm, &sum).unwrap_or_default();
    let make = || -> Result<String, ssh_key::Error> {
        let signature = key.try_sign(&data)?;
        let public = key.public_key().key_data().clone();
        SshSig::new(public, NAMESPACE, algorithm, signature)?.to_pem(LineEnding::LF)
    };
    let text = make().map_err(|error| bad(error.to_string()))?;
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    let beside = PathBuf::from(name);
    files::write_atomic(&beside, text.as_bytes())?;
    Ok((beside, fingerprint(key.public_key().key_data())))
}

fn own_key(host: &Host) -> Result<PathBuf> {
    let folder = host.dirs.user.clone().unwrap_or_default().join(".ssh");
    let found = OWN_KEYS.iter().map(|name| folder.join(name));
    let mut found = found.filter(|path| path.is_file());
    Ok(found.next().ok_or(SignatureError::NoKey { folder })?)
}

fn checksum(file: &Path) -> Result<Checksum> {
    let failed = |error| FileError::new("read", file, error);
    let mut source = std::fs::File::open(file).map_err(failed)?;
    let mut hasher = Hasher::new(ChecksumKind::Sha512);
    let mut buffer = vec![0; 128 << 10];
    loop {
        match source.read(&mut buffer).map_err(failed)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests run ssh-keygen")]
mod tests {
    use super::*;
    use crate::host::Dirs;
    use std::process::{Command, Stdio};

    fn host(dir: &Path) -> Host {
        let mut host = Host::system().unwrap();
        host.dirs = Dirs::below(dir);
        host.cwd = dir.to_owned();
        host
    }

    fn make_key(path: &Path) {
        let status = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(path)
            .status();
        assert!(status.unwrap().success());
    }

    fn judged(host: &Host, file: &Path, required: Option<&str>) -> Result<()> {
        let text = std::fs::read_to_string(file.with_extension("json.sig")).ok();
        let signature = text.and_then(|text| Detached::read(&text));
        let bytes = std::fs::read(file).unwrap();
        let place = Place::File(file.to_owned());
        judge(host, None, &place, required, signature.as_ref(), |kind| {
            Some(Checksum::of(kind, &bytes))
        })
    }

    /// Signatures of ours are OpenSSH's, and the other way round.
    #[test]
    fn openssh_and_rove_take_each_others_signatures() {
        let dir = tempfile::tempdir().unwrap();
        let host = host(dir.path());
        let (key, file) = (dir.path().join("key"), dir.path().join("x.json"));
        make_key(&key);
        std::fs::write(&file, b"{}").unwrap();
        let (beside, short) = sign(&host, &file, Some(&key)).unwrap();
        let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
        std::fs::write(dir.path().join("allowed"), format!("me {public}")).unwrap();
        let verified = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-n", "rove", "-I", "me", "-f"])
            .arg(dir.path().join("allowed"))
            .arg("-s")
            .arg(&beside)
            .stdin(std::fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert!(verified.status.success(), "{verified:?}");
        assert!(String::from_utf8_lossy(&verified.stdout).contains(&short));
        std::fs::remove_file(&beside).unwrap();
        let status = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", "rove", "-f"])
            .args([&key, &file])
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success());
        judged(&host, &file, None).unwrap();
        // For another purpose it is no signature of a box.
        std::fs::remove_file(&beside).unwrap();
        let status = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", "file", "-f"])
            .args([&key, &file])
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success());
        assert!(judged(&host, &file, None).is_err());
    }

    #[test]
    fn a_signer_is_remembered_and_cannot_be_exchanged() {
        let dir = tempfile::tempdir().unwrap();
        let host = host(dir.path());
        let (mine, theirs) = (dir.path().join("mine"), dir.path().join("theirs"));
        make_key(&mine);
        make_key(&theirs);
        let file = dir.path().join("x.json");
        std::fs::write(&file, b"{}").unwrap();
        judged(&host, &file, None).unwrap();
        assert!(
            signers(&host).is_empty(),
            "what is not signed has no signer"
        );
        sign(&host, &file, Some(&mine)).unwrap();
        judged(&host, &file, None).unwrap();
        judged(&host, &file, None).unwrap();
        let address = file.display().to_string();
        assert_eq!(signers(&host)[0].0, address);
        let text = |result: Result<()>| result.unwrap_err().to_string();
        // Other bytes, another key, no signature any more.
        std::fs::write(&file, b"{ }").unwrap();
        assert!(text(judged(&host, &file, None)).contains("does not fit"));
        sign(&host, &file, Some(&theirs)).unwrap();
        assert!(text(judged(&host, &file, None)).contains("has to be by SHA256:"));
        std::fs::remove_file(dir.path().join("x.json.sig")).unwrap();
        assert!(text(judged(&host, &file, None)).contains("is not signed"));
        assert!(forget_signer(&host, &address).unwrap());
        assert!(!forget_signer(&host, &address).unwrap());
        judged(&host, &file, None).unwrap();
        // A source that names its key wants it from the start.
        let line = std::fs::read_to_string(dir.path().join("mine.pub")).unwrap();
        assert!(text(judged(&host, &file, Some(&line))).contains("is not signed"));
        sign(&host, &file, Some(&mine)).unwrap();
        judged(&host, &file, Some(&line)).unwrap();
    }
}
