//! The client against a real OpenSSH server on a loopback port: the one that
//! `ROVE_TEST_SSHD` names, else that of this machine. Where there is none these
//! tests say so and pass; `make test` gets one.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::config;
use crate::host::Dirs;

mod login;
mod work;

/// An `sshd` of our own, ended when dropped.
struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Server {
    /// Starts a server that lets in whoever has one of these public lines;
    /// `None` where there is no `sshd`.
    fn start(authorized: &[String], settings: &str) -> Option<Self> {
        Self::start_on(free_port(), authorized, settings)
    }

    fn start_on(port: u16, authorized: &[String], settings: &str) -> Option<Self> {
        let sshd = std::env::var_os("ROVE_TEST_SSHD")
            .map_or_else(|| PathBuf::from("/usr/sbin/sshd"), PathBuf::from);
        if !sshd.is_file() {
            eprintln!("skipped: no {} (package `openssh-server`)", sshd.display());
            return None;
        }
        // sshd, as root, wants this folder, which its service makes at boot.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let pair = keys::generate(KeyKind::Ed25519).unwrap();
        files::write_atomic_mode(&dir.join("host"), pair.private.as_bytes(), Some(0o600)).unwrap();
        std::fs::write(dir.join("authorized"), authorized.join("\n") + "\n").unwrap();
        let text = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {dir}/host\nPidFile none\nUsePAM no\n\
             StrictModes no\nPermitRootLogin yes\nAuthorizedKeysFile {dir}/authorized\n{settings}\n",
            dir = dir.display(),
        );
        std::fs::write(dir.join("config"), text).unwrap();
        let child = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(dir.join("config"))
            .stdin(Stdio::null())
            .stderr(std::fs::File::create(dir.join("log")).unwrap())
            .spawn()
            .unwrap();
        Some(Self {
            child,
            port,
            folder,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn host(&self) -> Host {
        let mut host = Host::system().unwrap();
        host.dirs = Dirs::below(&self.path("rove"));
        host
    }

    fn connection(&self, keys: Vec<PathBuf>) -> Connection {
        connection(self.port, keys)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connection(port: u16, keys: Vec<PathBuf>) -> Connection {
    Connection {
        endpoint: config::Endpoint {
            host: "127.0.0.1".to_owned(),
            port,
        },
        ssh: config::Ssh {
            username: user(),
            private_key_paths: keys,
            ..config::Ssh::default()
        },
    }
}

/// A server with a client that can log in.
struct Pair {
    server: Server,
    host: Host,
    ssh: Ssh,
}

impl Pair {
    fn start() -> Option<Self> {
        Self::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut config::Ssh)) -> Option<Self> {
        let pair = keys::generate(KeyKind::Ed25519).unwrap();
        let server = Server::start(std::slice::from_ref(&pair.public), "")?;
        let key = server.path("key");
        files::write_atomic_mode(&key, pair.private.as_bytes(), Some(0o600)).unwrap();
        let host = server.host();
        let mut connection = server.connection(vec![key]);
        change(&mut connection.ssh);
        let mut ssh = Ssh::new(connection, &host).unwrap();
        ssh.wait_ready(Duration::from_secs(20), &mut |_| Ok(()))
            .unwrap();
        Some(Self { server, host, ssh })
    }

    /// Runs a script and returns status, standard output and standard error.
    fn sh(&mut self, text: &str) -> (i32, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        let status = self
            .ssh
            .exec(&Script::user(text), &mut |stream, line| {
                let text = match stream {
                    Stream::Stdout => &mut out,
                    Stream::Stderr => &mut err,
                };
                text.push_str(line);
                text.push('\n');
            })
            .unwrap();
        (status, out, err)
    }
}
