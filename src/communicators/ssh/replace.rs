//! The insecure key goes, a key of the machine's own comes. Each step can be
//! the last one before a `kill -9`: the next run gets in and goes on.
//!
//! 1. The new private key is written beside its final name (`private_key.new`).
//! 2. Its public line is added in the guest.
//! 3. A login with the new key alone is tried.
//! 4. The insecure lines are removed in the guest.
//! 5. The file gets its final name, which says that all this is done.
//!
//! Before 2 the insecure keys open the guest, after 4 only the new one does,
//! and in between both do; [`key_files`] lists all that may be right.

use std::path::{Path, PathBuf};

use super::super::run;
use super::failure::SshError;
use super::keys::{self, KeyKind};
use super::{Login, Ssh};
use crate::config;
use crate::error::Result;
use crate::host::{Dirs, files};
use crate::op::Script;

/// What became of the insecure key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The machine now has the key in this file.
    With(PathBuf),
    /// The login was not by an insecure key: nothing was done.
    NotInsecure,
}

/// Returns where a new key lies until it is in force.
pub fn pending_key(key_file: &Path) -> PathBuf {
    key_file.with_file_name("private_key.new")
}

/// Returns the private keys to try for a machine, in order. Paths in the
/// configuration count from `root`, `~` is the user's home; where it names
/// none: the machine's own (`key_file`), one that was not finished, and
/// the insecure keys.
pub fn key_files(
    ssh: &config::Ssh,
    root: &Path,
    key_file: &Path,
    dirs: &Dirs,
) -> Result<Vec<PathBuf>> {
    // A box that names its key still gets one of its own.
    let mut paths: Vec<PathBuf> = [key_file.to_path_buf(), pending_key(key_file)]
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    if ssh.private_key_paths.is_empty() {
        // A finished key stands alone: the insecure ones are gone from the guest.
        if !key_file.is_file() && ssh.password.is_none() {
            paths.extend(keys::insecure_key_files(dirs)?);
        }
        return Ok(paths);
    }
    paths.extend(ssh.private_key_paths.iter().map(|path| {
        match (path.strip_prefix("~"), &dirs.user) {
            (Ok(below), Some(home)) => home.join(below),
            _ => root.join(path),
        }
    }));
    // The system's ssh refuses keys that others may read, and a key from a box
    // or a repository usually is one.
    for path in &paths {
        files::keep_private(path);
    }
    Ok(paths)
}

/// Puts a fresh key in place of an insecure one (or of a bare password), if
/// that is what opened the door. `insert` and `remove` are the guest's scripts
/// for a public line, `key_file` is the machine's `private_key`.
pub fn replace_insecure_key(
    ssh: &mut Ssh,
    machine: &str,
    key_file: &Path,
    insert: &dyn Fn(&str) -> Script,
    remove: &dyn Fn(&str) -> Script,
) -> Result<Replaced> {
    let pending = pending_key(key_file);
    let insecure = match ssh.login() {
        Some(Login::Key(path)) => *path == pending || keys::is_insecure(&files::read_text(path)?),
        Some(Login::Password) => {
            let paths = &ssh.connection().ssh.private_key_paths;
            paths.iter().all(|path| *path == pending)
        }
        Some(Login::Open | Login::Agent(_)) | None => false,
    };
    if !insecure {
        return Ok(Replaced::NotInsecure);
    }
    let trial = match install(ssh, machine, &pending, KeyKind::Ed25519, insert) {
        Err(failure) if is_refusal(&failure) => {
            // A server too old for the kind. Its line does no harm, but is litter.
            let line = keys::public_line(&pending)?;
            files::remove_file(&pending)?;
            run(
                ssh,
                &remove(&line),
                machine,
                "remove a refused key",
                &mut |_, _| {},
            )?;
            install(ssh, machine, &pending, KeyKind::Rsa, insert)
        }
        other => other,
    }?;
    // The trial's session goes on as ours: a login is slow in a slow guest.
    ssh.take_session(trial);
    let lines = keys::insecure_public_lines();
    let script = in_one(lines.iter().map(|line| remove(line)));
    run(
        ssh,
        &script,
        machine,
        "remove the insecure keys",
        &mut |_, _| {},
    )?;
    files::rename(&pending, key_file)?;
    ssh.settle_on(key_file);
    Ok(Replaced::With(key_file.to_path_buf()))
}

/// Joins scripts, each in a shell of its own; the first that fails ends it.
fn in_one(scripts: impl Iterator<Item = Script>) -> Script {
    let mut joined = Script::default();
    for script in scripts {
        let text = script.text;
        joined.privileged |= script.privileged;
        joined.text.push_str("(\n");
        joined.text.push_str(&text);
        joined.text.push_str("\n) || exit\n");
    }
    joined
}

/// Makes a key (or takes the one of an earlier, broken run), adds it in the
/// guest and logs in with it. Returns who logged in.
fn install(
    ssh: &mut Ssh,
    machine: &str,
    pending: &Path,
    kind: KeyKind,
    insert: &dyn Fn(&str) -> Script,
) -> Result<Ssh> {
    let kept = keys::public_line(pending).ok();
    let public = if let Some(public) = kept {
        public
    } else {
        let pair = keys::generate(kind)?;
        files::write_atomic_mode(pending, pair.private.as_bytes(), Some(0o600))?;
        pair.public
    };
    run(ssh, &insert(&public), machine, "add a key", &mut |_, _| {})?;
    let mut connection = ssh.connection().clone();
    connection.ssh.private_key_paths = vec![pending.to_path_buf()];
    connection.ssh.password = None;
    let mut trial = Ssh::new(connection, &ssh.host)?;
    trial.connect()?;
    Ok(trial)
}

fn is_refusal(failure: &crate::error::Failure) -> bool {
    matches!(failure.downcast_ref(), Some(SshError::Refused { .. }))
}
