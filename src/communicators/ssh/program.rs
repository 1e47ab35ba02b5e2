//! The system's own `ssh`, for people: argv of `rove ssh`, text of
//! `rove ssh-config`. Nearly all pure functions; both agree with Vagrant's, option by option.

use std::ffi::OsString;
use std::path::Path;

use super::SshError;
use crate::config::{self, Connection};
use crate::error::Result;
use crate::host::files;
use crate::op::Cmd;

/// How `ssh` is to be started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramOptions {
    /// Leave user and keys to the user's own configuration (`--plain`).
    pub plain: bool,
    /// Further arguments, such as what stands after `--`, and the command.
    pub extra: Vec<String>,
    /// `LogLevel`; `FATAL` when `None`.
    pub log_level: Option<String>,
}

/// Returns whether the host key is not to be looked at, which is the default.
fn trusts_any_host(ssh: &config::Ssh) -> bool {
    !ssh.verify_host_key.is_truthy() || ssh.verify_host_key.as_str() == Some("never")
}

/// Fails if a key's file holds no private key: `ssh` goes on without it, and all it
/// says is `Permission denied`.
pub fn require_keys(ssh: &config::Ssh) -> Result<()> {
    for path in &ssh.private_key_paths {
        // A file that is not there is told by `ssh` itself.
        let text = files::read_text_if_exists(path)?.unwrap_or_else(|| MARK.to_owned());
        if !text.contains(MARK) {
            return Err(SshError::Key {
                path: path.clone(),
                reason: "there is no private key in it".to_owned(),
            }
            .into());
        }
    }
    Ok(())
}

/// What every private key that `ssh` reads has in its first line: OpenSSH's own
/// (PROTOCOL.key) and those of PEM.
const MARK: &str = "PRIVATE KEY-----";

/// Returns the command that logs a person in. `ssh` is the program that was
/// found; `config.ssh.ssh_command` goes before it.
pub fn program(connection: &Connection, found: &Path, options: &ProgramOptions) -> Cmd {
    let ssh = &connection.ssh;
    let endpoint = &connection.endpoint;
    let mut cmd = Cmd::new(match &ssh.ssh_command {
        Some(command) => OsString::from(command),
        None => found.as_os_str().to_owned(),
    });
    let destination = if options.plain {
        endpoint.host.clone()
    } else {
        format!("{}@{}", ssh.username, endpoint.host)
    };
    cmd = cmd.args([destination, "-p".to_owned(), endpoint.port.to_string()]);
    let log_level = options.log_level.as_deref().unwrap_or("FATAL");
    let mut set = |option: String| {
        cmd.args.push("-o".into());
        cmd.args.push(option.into());
    };
    set(format!("LogLevel={log_level}"));
    if ssh.compression {
        set("Compression=yes".to_owned());
    }
    if ssh.dsa_authentication {
        set("DSAAuthentication=yes".to_owned());
    }
    if ssh.keys_only && !options.plain {
        set("IdentitiesOnly=yes".to_owned());
    }
    if trusts_any_host(ssh) {
        set("StrictHostKeyChecking=no".to_owned());
        set("UserKnownHostsFile=/dev/null".to_owned());
    }
    if !options.plain {
        for path in &ssh.private_key_paths {
            let text = path.to_string_lossy();
            // ssh_config(5): `%` starts a token in IdentityFile, and `-i` is one.
            if text.contains('%') {
                cmd = cmd.args([
                    "-o".to_owned(),
                    format!("IdentityFile=\"{}\"", text.replace('%', "%%")),
                ]);
            } else {
                cmd = cmd.arg("-i").arg(path);
            }
        }
    }
    if ssh.forward_x11 {
        cmd = cmd.args(["-o", "ForwardX11=yes", "-o", "ForwardX11Trusted=yes"]);
    }
    if let Some(file) = &ssh.config_file {
        cmd = cmd.args(["-F", file]);
    }
    if ssh.forward_agent {
        cmd = cmd.args(["-o", "ForwardAgent=yes"]);
    }
    if let Some(command) = &ssh.proxy_command {
        cmd = cmd.arg("-o").arg(format!("ProxyCommand={command}"));
    }
    if !ssh.forward_env.is_empty() {
        cmd = cmd
            .arg("-o")
            .arg(format!("SendEnv={}", ssh.forward_env.join(" ")));
    }
    cmd.args(&ssh.extra_args).args(&options.extra)
}

/// Returns the arguments that let [`program`] run one command and end, for
/// [`ProgramOptions::extra`]. `given` are the user's own arguments; a terminal
/// is asked for unless they, or `tty`, say otherwise.
pub fn command_arguments(
    ssh: &config::Ssh,
    given: &[String],
    tty: bool,
    command: &str,
) -> Vec<String> {
    let mut arguments = given.to_vec();
    if tty && !given.iter().any(|given| given == "-t" || given == "-T") {
        arguments.push("-t".to_owned());
    }
    let quoted = command.replace('\'', r"'\''");
    arguments.push(format!("{} -c '{quoted}'", ssh.shell));
    arguments
}

/// Returns a block for `~/.ssh/config`. `name` is the machine's, or what
/// `--host` says.
pub fn config_text(connection: &Connection, name: &str, log_level: Option<&str>) -> String {
    let ssh = &connection.ssh;
    let endpoint = &connection.endpoint;
    let mut text = format!("Host {name}\n");
    let mut line = |key: &str, value: &str| {
        text.push_str("  ");
        text.push_str(key);
        text.push(' ');
        text.push_str(value);
        text.push('\n');
    };
    if let Some(file) = &ssh.config_file {
        line("Include", file);
    }
    line("HostName", &endpoint.host);
    line("User", &ssh.username);
    line("Port", &endpoint.port.to_string());
    if trusts_any_host(ssh) {
        line("UserKnownHostsFile", "/dev/null");
        line("StrictHostKeyChecking", "no");
    }
    line("PasswordAuthentication", "no");
    for path in &ssh.private_key_paths {
        let path = path.to_string_lossy();
        if path.contains(' ') {
            line("IdentityFile", &format!("\"{path}\""));
        } else {
            line("IdentityFile", &path);
        }
    }
    if ssh.keys_only {
        line("IdentitiesOnly", "yes");
    }
    line("LogLevel", log_level.unwrap_or("FATAL"));
    if ssh.forward_agent {
        line("ForwardAgent", "yes");
    }
    if ssh.forward_x11 {
        line("ForwardX11", "yes");
    }
    if let Some(command) = &ssh.proxy_command {
        line("ProxyCommand", command);
    }
    text
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_without_a_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for (text, fits) in [
            (Some("-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"), true),
            (Some("-----BEGIN RSA PRIVATE KEY-----\nx\n"), true),
            (Some("garbage"), false),
            (Some(""), false),
            (None, true),
        ] {
            let path = dir.path().join("private_key");
            let _ = std::fs::remove_file(&path);
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            let ssh = config::Ssh {
                private_key_paths: vec![path],
                ..config::Ssh::default()
            };
            assert_eq!(require_keys(&ssh).is_ok(), fits, "{text:?}");
        }
    }
}
