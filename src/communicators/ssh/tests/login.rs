//! Waiting, logging in, and the replacement of the insecure key.

use std::cell::RefCell;

use super::*;
use crate::op::quote;

fn write_key(server: &Server, name: &str, text: &str) -> PathBuf {
    let path = server.path(name);
    files::write_atomic_mode(&path, text.as_bytes(), Some(0o600)).unwrap();
    path
}

#[test]
fn a_server_that_comes_late_is_waited_for() {
    let pair = keys::generate(KeyKind::Ed25519).unwrap();
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    files::write_atomic_mode(&key, pair.private.as_bytes(), Some(0o600)).unwrap();
    let starter = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1200));
        Server::start_on(port, &[pair.public], "")
    });
    let mut host = Host::system().unwrap();
    host.dirs = Dirs::below(folder.path());
    let mut ssh = Ssh::new(connection(port, vec![key]), &host).unwrap();
    let mut stages = Vec::new();
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    let result = ssh.wait_ready(Duration::from_secs(6), &mut |stage| {
        longest = longest.max(last.elapsed());
        last = Instant::now();
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
        Ok(())
    });
    if starter.join().unwrap().is_none() {
        return;
    }
    result.unwrap();
    assert_eq!(stages.first(), Some(&Stage::Connect));
    assert_eq!(stages.last(), Some(&Stage::Ready));
    assert!(longest < Duration::from_secs(1), "{longest:?}");
}

#[test]
fn an_open_port_that_does_not_greet_is_no_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut ssh = Ssh::new(connection(port, Vec::new()), &Host::system().unwrap()).unwrap();
    let start = Instant::now();
    let error = ssh
        .wait_ready(Duration::from_millis(1500), &mut |_| Ok(()))
        .unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(4));
    let not_ready: &NotReady = error.downcast_ref().unwrap();
    assert_eq!(not_ready.stage, Stage::Connect);
    assert_eq!(not_ready.address, format!("127.0.0.1:{port}"));
    let error = ssh
        .wait_ready(Duration::from_secs(60), &mut |_| {
            Err(crate::error::Interrupted.into())
        })
        .unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Interrupted);
}

#[test]
fn a_refusal_is_told_at_once_or_waited_out() {
    let wrong = keys::generate(KeyKind::Ed25519).unwrap();
    let Some(server) = Server::start(&[], "") else {
        return;
    };
    let key = write_key(&server, "wrong", &wrong.private);
    let mut ssh = Ssh::new(server.connection(vec![key]), &server.host()).unwrap();
    let error = ssh.exec(&Script::user("true"), &mut |_, _| {}).unwrap_err();
    let Some(SshError::Refused { tried, .. }) = error.downcast_ref() else {
        panic!("{error}");
    };
    assert_eq!(tried.len(), 1);
    let error = ssh
        .wait_ready(Duration::from_secs(3), &mut |_| Ok(()))
        .unwrap_err();
    let not_ready: &NotReady = error.downcast_ref().unwrap();
    assert_eq!(not_ready.stage, Stage::Authenticate);
}

#[test]
fn both_insecure_keys_log_in_to_new_and_old_servers() {
    let old = "KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes256-cbc\nMACs hmac-sha1";
    for settings in ["", old] {
        let Some(server) = Server::start(&keys::insecure_public_lines(), settings) else {
            return;
        };
        let host = server.host();
        for key in keys::insecure_key_files(&host.dirs).unwrap() {
            let mut ssh = Ssh::new(server.connection(vec![key.clone()]), &host).unwrap();
            ssh.wait_ready(Duration::from_secs(20), &mut |_| Ok(()))
                .unwrap();
            assert_eq!(ssh.login(), Some(&Login::Key(key)));
        }
    }
}

#[test]
fn keys_are_tried_in_order() {
    let right = keys::generate(KeyKind::Ed25519).unwrap();
    let wrong = keys::generate(KeyKind::Ed25519).unwrap();
    let Some(server) = Server::start(std::slice::from_ref(&right.public), "") else {
        return;
    };
    let paths = vec![
        write_key(&server, "wrong", &wrong.private),
        write_key(&server, "right", &right.private),
    ];
    let mut ssh = Ssh::new(server.connection(paths.clone()), &server.host()).unwrap();
    ssh.exec(&Script::user("true"), &mut |_, _| {}).unwrap();
    assert_eq!(ssh.login(), Some(&Login::Key(paths[1].clone())));
    let missing = server.path("missing");
    let mut ssh = Ssh::new(server.connection(vec![missing]), &server.host()).unwrap();
    let error = ssh
        .wait_ready(Duration::from_secs(60), &mut |_| Ok(()))
        .unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn an_unknown_host_key_is_refused_where_that_is_wanted() {
    let pair = keys::generate(KeyKind::Ed25519).unwrap();
    let Some(server) = Server::start(std::slice::from_ref(&pair.public), "") else {
        return;
    };
    let key = write_key(&server, "key", &pair.private);
    let host = server.host();
    let mut connection = server.connection(vec![key]);
    connection.ssh.verify_host_key = config::Value::String("always".to_owned());
    let mut ssh = Ssh::new(connection.clone(), &host).unwrap();
    let error = ssh
        .wait_ready(Duration::from_secs(20), &mut |_| Ok(()))
        .unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(SshError::HostKey { .. })),
        "{error}"
    );
    // Accepted and learnt once, it is known from then on.
    for policy in ["accept_new", "always"] {
        connection.ssh.verify_host_key = config::Value::String(policy.to_owned());
        let mut ssh = Ssh::new(connection.clone(), &host).unwrap();
        ssh.wait_ready(Duration::from_secs(20), &mut |_| Ok(()))
            .unwrap();
    }
}

/// Scripts over the server's own file instead of `~/.ssh/authorized_keys`.
fn insert(file: &Path, line: &str) -> Script {
    let file = file.display();
    Script::user(format!(
        "grep -qxF {0} {file} || echo {0} >> {file}",
        quote(line)
    ))
}

fn remove(file: &Path, line: &str) -> Script {
    let file = file.display();
    Script::user(format!(
        "grep -vxF {} {file} > {file}.new; mv {file}.new {file}",
        quote(line)
    ))
}

/// Logs in with whatever a fresh run would try and replaces the insecure key.
fn replace_run(server: &Server, breaks: Option<&str>) -> Result<(Replaced, Ssh)> {
    let host = server.host();
    let authorized = server.path("authorized");
    let key_file = server.path("machine/private_key");
    std::fs::create_dir_all(server.path("machine")).unwrap();
    let empty = config::Ssh::default();
    let keys = key_files(&empty, Path::new("/"), &key_file, &host.dirs)?;
    let mut ssh = Ssh::new(server.connection(keys), &host)?;
    ssh.wait_ready(Duration::from_secs(10), &mut |_| Ok(()))?;
    let count = RefCell::new(0);
    let broken = |name: &str, script: Script| {
        *count.borrow_mut() += 1;
        if breaks == Some(&format!("{name}{}", count.borrow())) {
            Script::user("exit 66")
        } else {
            script
        }
    };
    let replaced = replace_insecure_key(
        &mut ssh,
        "web",
        &key_file,
        &|line| broken("insert", insert(&authorized, line)),
        &|line| broken("remove", remove(&authorized, line)),
    )?;
    Ok((replaced, ssh))
}

#[test]
fn the_insecure_key_is_replaced_whatever_happens_on_the_way() {
    // Nothing breaks; the new line is not added; the first or the second
    // insecure line is not removed: the run after that finishes.
    for breaks in [None, Some("insert1"), Some("remove2"), Some("remove3")] {
        let Some(server) = Server::start(&keys::insecure_public_lines(), "") else {
            return;
        };
        let key_file = server.path("machine/private_key");
        if breaks.is_some() {
            replace_run(&server, breaks).map(|_| ()).unwrap_err();
            assert!(!key_file.exists());
        }
        let (replaced, mut ssh) = replace_run(&server, None).unwrap();
        assert_eq!(replaced, Replaced::With(key_file.clone()), "{breaks:?}");
        assert!(!pending_key(&key_file).exists());
        assert_eq!(ssh.exec(&Script::user("true"), &mut |_, _| {}).unwrap(), 0);
        let lines = std::fs::read_to_string(server.path("authorized")).unwrap();
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines, [keys::public_line(&key_file).unwrap()], "{breaks:?}");
        // A further run finds nothing to do.
        let (replaced, _) = replace_run(&server, None).unwrap();
        assert_eq!(replaced, Replaced::NotInsecure);
    }
}

#[test]
fn an_old_server_gets_a_kind_of_key_that_it_knows() {
    let settings = "PubkeyAcceptedAlgorithms rsa-sha2-512,rsa-sha2-256";
    let Some(server) = Server::start(&keys::insecure_public_lines(), settings) else {
        return;
    };
    replace_run(&server, None).unwrap();
    let line = keys::public_line(&server.path("machine/private_key")).unwrap();
    assert!(line.starts_with("ssh-rsa "), "{line}");
}

/// An agent of our own, ended when dropped.
struct AgentProcess(Child);

impl AgentProcess {
    fn start(socket: &Path) -> Option<Self> {
        let child = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(socket)
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        for _ in 0..100 {
            if socket.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self(child))
    }
}

impl Drop for AgentProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn an_agent_signs_for_a_key_with_a_passphrase() {
    let pair = keys::generate(KeyKind::Ed25519).unwrap();
    let Some(server) = Server::start(std::slice::from_ref(&pair.public), "") else {
        return;
    };
    let key = write_key(&server, "key", &pair.private);
    let mut connection = server.connection(vec![key.clone()]);
    let socket = server.path("agent");
    let Some(_agent) = AgentProcess::start(&socket) else {
        return;
    };
    let added = Command::new("ssh-add")
        .arg(&key)
        .env("SSH_AUTH_SOCK", &socket)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(added.success());
    let sealed = Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "secret", "-f"])
        .arg(&key)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(sealed.success());
    let mut host = server.host();
    let try_login = |connection: &Connection, host: &Host| {
        let mut ssh = Ssh::new(connection.clone(), host).unwrap();
        ssh.wait_ready(Duration::from_secs(20), &mut |_| Ok(()))
            .map(|()| ssh.login().cloned().unwrap())
    };
    host.env = std::sync::Arc::new(crate::host::Env::of([]));
    let error = try_login(&connection, &host).unwrap_err();
    let hints = error.explain().hints();
    assert!(hints[0].contains("ssh-add"), "{error} {hints:?}");
    host.env = std::sync::Arc::new(crate::host::Env::of([(
        "SSH_AUTH_SOCK",
        socket.to_str().unwrap(),
    )]));
    assert_eq!(try_login(&connection, &host).unwrap(), Login::Key(key));
    connection.ssh.private_key_paths.clear();
    connection.ssh.keys_only = false;
    let login = try_login(&connection, &host).unwrap();
    assert!(matches!(login, Login::Agent(_)), "{login:?}");
    for forwarded in [true, false] {
        connection.ssh.forward_agent = forwarded;
        let mut ssh = Ssh::new(connection.clone(), &host).unwrap();
        let status = ssh
            .exec(&Script::user("ssh-add -l"), &mut |_, _| {})
            .unwrap();
        // 2: there is no agent.
        assert_eq!(status, if forwarded { 0 } else { 2 });
    }
}

#[test]
fn a_program_can_be_the_connection() {
    let Some(mut pair) = Pair::start_with(|ssh| {
        // bash(1), REDIRECTION: /dev/tcp.
        let carry = "exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill %%1";
        ssh.proxy_command = Some(format!("bash -c '{carry}'"));
    }) else {
        return;
    };
    let mut lines = Vec::new();
    let script = Script::user("echo through; head -c 300000 /dev/zero | tr '\\0' x; echo; exit 3");
    let status = pair
        .ssh
        .exec(&script, &mut |_, line| lines.push(line.to_owned()))
        .unwrap();
    assert_eq!(
        (status, lines[0].as_str(), lines[1].len()),
        (3, "through", 300_000)
    );
    pair.ssh.reset();
    assert_eq!(
        pair.ssh
            .exec(&Script::user("true"), &mut |_, _| {})
            .unwrap(),
        0
    );
}

#[test]
fn a_program_that_gives_no_connection_is_told_of() {
    for (command, wanted) in [
        (
            "echo no route to %h >&2; exit 7",
            "said: no route to 127.0.0.1",
        ),
        ("exit 7", "failed with status 7"),
        ("exec sleep 60", "no greeting came"),
    ] {
        let mut connection = connection(9, Vec::new());
        connection.ssh.proxy_command = Some(command.to_owned());
        connection.ssh.connect_timeout = Duration::from_millis(300);
        let mut ssh = Ssh::new(connection, &Host::system().unwrap()).unwrap();
        let error = ssh
            .wait_ready(Duration::from_millis(900), &mut |_| Ok(()))
            .unwrap_err();
        let error = error.downcast_ref::<NotReady>().unwrap();
        assert!(error.reason.contains(wanted), "{}", error.reason);
    }
}
