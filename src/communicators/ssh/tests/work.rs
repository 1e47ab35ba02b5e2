//! Running and copying.

use std::io::Write as _;

use super::*;

#[test]
fn status_and_streams_come_through() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let (status, out, err) = pair.sh("echo out; echo err >&2; printf end; exit 7");
    assert_eq!((status, out.as_str()), (7, "out\nend\n"));
    assert!(err.contains("err\n"), "{err}");
    let (status, out, _) =
        pair.sh("set -e\nif true; then\n  x='a b'\n  echo \"$x\"\nfi\nfalse\necho no");
    assert_eq!((status, out.as_str()), (1, "a b\n"));
    assert_eq!(pair.sh("kill -9 $$").0, 137);
    assert_eq!(pair.sh("").0, 0);
}

#[test]
fn a_command_that_reads_does_not_eat_the_script() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let (status, out, _) = pair.sh("cat\nread line\necho \"[$line]\"");
    assert_eq!((status, out.as_str()), (0, "[]\n"));
}

#[test]
fn the_end_of_the_login_shell_does_not_count() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    // Debian's own fails without a terminal; under `set -e` that would be the status.
    let home = pair.server.path("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(
        home.join(".bash_logout"),
        "[ -x /bin/false ] && /bin/false\n",
    )
    .unwrap();
    pair.ssh.connection.ssh.shell = format!("env HOME={} bash -l", home.display());
    let (status, out, _) = pair.sh("set -e; echo in");
    assert_eq!((status, out.as_str()), (0, "in\n"));
    assert_eq!(pair.sh("set -e; exit 9").0, 9);
}

#[test]
fn much_output_and_long_scripts() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let mut count = 0;
    let script = Script::user("seq 1 400000; seq 1 400000 >&2");
    let status = pair.ssh.exec(&script, &mut |_, _| count += 1).unwrap();
    assert_eq!(status, 0);
    assert!(count >= 800_000, "{count}");
    let long = format!("x='{}'\necho ${{#x}}", "y".repeat(300_000));
    assert_eq!(pair.sh(&long).1, "300000\n");
}

#[test]
fn a_background_process_does_not_hold_the_command() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let start = Instant::now();
    let (status, out, _) = pair.sh("sleep 20 & echo started $!");
    assert_eq!(status, 0);
    assert!(start.elapsed() < Duration::from_secs(5));
    let pid = out.trim().strip_prefix("started ").unwrap().to_owned();
    pair.sh(&format!("kill {pid}"));
}

#[test]
fn an_interrupt_ends_a_command() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let cancel = pair.host.cancel.clone();
    let start = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        cancel.set();
    });
    let error = pair
        .ssh
        .exec(&Script::user("sleep 30"), &mut |_, _| {})
        .unwrap_err();
    thread.join().unwrap();
    assert_eq!(error.kind(), crate::error::Kind::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn nothing_of_an_interrupted_command_goes_on_in_the_guest() {
    for trap in ["", "trap '' TERM; "] {
        let Some(mut pair) = Pair::start() else {
            return;
        };
        let cancel = pair.host.cancel.clone();
        let text = format!("{trap}sleep 31 & echo $! $$; while :; do sleep 1; done");
        let mut said = String::new();
        let error = pair
            .ssh
            .exec(&Script::user(text), &mut |_, line| {
                said.push_str(line);
                cancel.set();
            })
            .unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Interrupted);
        assert_eq!(said.split_whitespace().count(), 2, "{said}");
        for pid in said.split_whitespace() {
            let mut stat = String::new();
            // A signal takes its time where the machine is busy. One that has ended and
            // is not yet waited for is over, too.
            let over = (0..1000).any(|_| {
                stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                let over = stat.is_empty() || stat.contains(") Z ");
                if !over {
                    std::thread::sleep(Duration::from_millis(10));
                }
                over
            });
            assert!(over, "{stat}");
        }
    }
}

#[test]
fn a_lost_connection_is_told_and_made_again() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let kill = "p=$$; while ! grep -q '^sshd' /proc/$p/comm; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done; kill -9 $p; sleep 5";
    let error = pair
        .ssh
        .exec(&Script::user(kill), &mut |_, _| {})
        .unwrap_err();
    assert!(super::super::super::is_lost(&error), "{error}");
    assert_eq!(pair.sh("echo back").1, "back\n");
    pair.ssh.reset();
    assert_eq!(pair.sh("echo again").1, "again\n");
}

#[test]
fn sudo_and_bash_are_done_without_where_they_are_missing() {
    let Some(mut pair) = Pair::start_with(|ssh| ssh.sudo_command = "no-such-sudo %c".to_owned())
    else {
        return;
    };
    if user() != "root" || Path::new("/usr/bin/sudo").exists() {
        return;
    }
    let mut out = String::new();
    let status = pair
        .ssh
        .exec(&Script::privileged("id -u"), &mut |_, line| {
            out.push_str(line);
        })
        .unwrap();
    assert_eq!(status, 0);
    assert!(out.ends_with('0'), "{out}");
}

#[test]
fn with_a_terminal() {
    if user() != "root" {
        // Only root may give a terminal its owner, which sshd insists on.
        return;
    }
    let Some(mut pair) = Pair::start_with(|ssh| ssh.pty = true) else {
        return;
    };
    let (status, out, _) = pair.sh("tty >/dev/null && echo yes; exit 3");
    assert_eq!((status, out.as_str()), (3, "yes\n"));
}

#[test]
fn variables_of_this_host_are_forwarded() {
    let Some(mut pair) = Pair::start_with(|ssh| ssh.forward_env = vec!["PATH".to_owned()]) else {
        return;
    };
    let path = pair.host.env.get("PATH").unwrap().to_owned();
    assert_eq!(pair.sh("echo \"$PATH\"").1.trim(), path);
}

#[test]
fn files_go_up_and_down() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let target = pair.server.path("deep/er/it's here");
    let to = target.to_str().unwrap().to_owned();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let content = Content::Bytes(bytes.clone());
    pair.ssh.upload(&content, &to, Some(0o751)).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), bytes);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
    }
    let back = pair.server.path("back");
    pair.ssh.download(&to, &back).unwrap();
    assert_eq!(std::fs::read(&back).unwrap(), bytes);
    let empty = Content::Bytes(Vec::new());
    pair.ssh.upload(&empty, &to, None).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), b"");

    let error = pair.ssh.download("/no/such", &back).unwrap_err();
    assert!(error.explain().detail().unwrap().contains("/no/such"));
    let error = pair.ssh.upload(&empty, "/proc/no/file", None).unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(SshError::Transfer { .. })),
        "{error}"
    );
}

#[test]
fn a_file_goes_into_a_folder_and_a_folder_as_its_content() {
    let Some(mut pair) = Pair::start() else {
        return;
    };
    let from = pair.server.path("from");
    std::fs::create_dir_all(from.join("sub")).unwrap();
    let mut file = std::fs::File::create(from.join("sub/a b")).unwrap();
    file.write_all(&vec![7; 100_000]).unwrap();
    std::fs::write(from.join(".hidden"), "h").unwrap();
    let to = pair.server.path("to");
    pair.ssh
        .upload(&Content::Path(from.clone()), to.to_str().unwrap(), None)
        .unwrap();
    assert_eq!(std::fs::read(to.join("sub/a b")).unwrap(), vec![7; 100_000]);
    assert_eq!(std::fs::read(to.join(".hidden")).unwrap(), b"h");
    let one = Content::Path(from.join(".hidden"));
    pair.ssh
        .upload(&one, to.join("sub").to_str().unwrap(), None)
        .unwrap();
    assert_eq!(std::fs::read(to.join("sub/.hidden")).unwrap(), b"h");
    let missing = Content::Path(pair.server.path("missing"));
    let error = pair.ssh.upload(&missing, "/tmp/x", None).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}
