//! Power cuts: rove is killed at each call by which it changes a file or a folder, and
//! the store is looked at after each. `strace(1)` does the killing, so the program
//! under test is the real one; where there is none these tests say so and pass.
//! `make test` gets one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, Server, box_file};

/// System calls that change what is on a disk. Each is counted by itself, so every
/// number of every call is a point of its own.
const CALLS: &[&str] = &[
    "write",
    "pwrite64",
    "copy_file_range",
    "ftruncate",
    "fsync",
    "fdatasync",
    "mkdir",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "utimensat",
];

/// A later point than this means that the count does not end.
const MOST: usize = 400;

#[allow(clippy::print_stderr, reason = "who runs the tests is to know")]
fn strace() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join("strace"))
        .find(|file| file.is_file());
    let Some(found) = found else {
        eprintln!("skipped: there is no `strace`");
        return None;
    };
    let tried = Command::new(&found)
        .args(["-qq", "-o", "/dev/null", "true"])
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: `strace` may not trace here (ptrace(2))");
        return None;
    }
    Some(found)
}

/// Kills `command` at each point, in a lab from `prepare` each time; `check` looks at
/// what is left, with the point for its messages. Returns how many points there were.
fn kill_everywhere(
    prepare: &dyn Fn() -> Lab,
    command: &[&str],
    check: &dyn Fn(&Lab, &str),
) -> usize {
    let Some(strace) = strace() else {
        return usize::MAX;
    };
    let mut points = 0;
    for call in CALLS {
        for number in 1..=MOST {
            let lab = prepare();
            let inject = format!("inject={call}:signal=KILL:when={number}");
            let run = lab.rove_under(
                &strace,
                &["-f", "-qq", "-o", "/dev/null", "-e", &inject],
                command,
            );
            if run.code == Some(0) {
                break;
            }
            let point = format!("killed at {call} number {number}");
            assert!(run.code.is_none(), "{point}: {run}");
            assert!(number < MOST, "{point}");
            points += 1;
            check(&lab, &point);
        }
    }
    points
}

fn content(text: &str) -> Vec<u8> {
    box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("Vagrantfile", "Vagrant.configure('2') { |c| }\n"),
        ("box.img", text),
    ])
}

fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|it| it.file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// The store holds whole boxes only; returns the list.
fn whole(lab: &Lab, point: &str) -> String {
    let list = lab.rove(&["box", "list"]);
    assert_eq!(list.code, Some(0), "{point}: {list}");
    if list.stdout.contains('(') {
        let verified = lab.rove(&["box", "verify"]);
        assert_eq!(verified.code, Some(0), "{point}: {verified}");
    }
    list.stdout
}

/// Nothing half-made is left.
fn clean(lab: &Lab, point: &str) {
    let hidden: Vec<String> = names(&lab.rove_home().join("boxes"))
        .into_iter()
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(hidden.is_empty(), "{point}: {hidden:?}");
    let kept: Vec<String> = names(&lab.rove_home().join("tmp"))
        .into_iter()
        // A note that was being written may be another rove's: `rove gc` takes it a day later.
        .filter(|name| !name.contains(".lock") && !name.starts_with(".tmp-"))
        .collect();
    assert!(kept.is_empty(), "{point}: {kept:?}");
}

/// The same command again ends well, or finds that the killed one had ended it.
fn again(lab: &Lab, command: &[&str], done: &str, point: &str) {
    let run = lab.rove(command);
    let is_done = run.code == Some(0) || run.stderr.contains(done);
    assert!(is_done, "{point}: {run}");
    whole(lab, point);
    clean(lab, point);
}

#[test]
fn an_add_of_a_file_is_whole_or_not_there() {
    let command = ["box", "add", "x", "x.box"];
    let prepare = || {
        let lab = Lab::new();
        lab.write("x.box", content("disk"));
        lab
    };
    let points = kill_everywhere(&prepare, &command, &|lab, point| {
        whole(lab, point);
        again(lab, &command, "is already there", point);
        assert!(whole(lab, point).contains("x (libvirt, 0)"), "{point}");
    });
    assert!(points >= 25, "{points}");
}

#[test]
fn an_add_from_a_catalog_is_whole_or_not_there() {
    let server = Server::start();
    server.file("/x.box", content("disk"));
    let url = server.url("/x.box");
    server.catalog(
        "org/x",
        &format!(
            r#"{{"name":"org/x","versions":[{{"version":"1.0","providers":[{{"name":"libvirt","url":"{url}"}}]}}]}}"#
        ),
    );
    let command = ["box", "add", "org/x"];
    let prepare = || {
        let mut lab = Lab::new();
        lab.set("VAGRANT_SERVER_URL", server.root());
        lab
    };
    let points = kill_everywhere(&prepare, &command, &|lab, point| {
        whole(lab, point);
        again(lab, &command, "is already there", point);
        assert!(
            whole(lab, point).contains("org/x (libvirt, 1.0)"),
            "{point}"
        );
    });
    assert!(points >= 30, "{points}");
}

#[test]
fn a_replaced_box_is_the_old_or_the_new_one() {
    let command = ["box", "add", "--force", "x", "new.box"];
    let prepare = || {
        let lab = Lab::new();
        lab.write("old.box", content("old"));
        lab.write("new.box", content("new"));
        lab.rove(&["box", "add", "x", "old.box"]).succeeds();
        lab
    };
    let disk = |lab: &Lab| {
        let dir = lab.rove_home().join("boxes/x/0/libvirt/box.img");
        std::fs::read_to_string(dir).ok()
    };
    let points = kill_everywhere(&prepare, &command, &|lab, point| {
        whole(lab, point);
        let now = disk(lab);
        let is_one = matches!(now.as_deref(), None | Some("old" | "new"));
        assert!(is_one, "{point}: {now:?}");
        again(lab, &command, "", point);
        assert_eq!(disk(lab).as_deref(), Some("new"), "{point}");
    });
    assert!(points >= 25, "{points}");
}

#[test]
fn a_removal_is_done_or_not() {
    let command = ["box", "remove", "x"];
    let prepare = || {
        let lab = Lab::new();
        lab.write("x.box", content("disk"));
        lab.rove(&["box", "add", "x", "x.box"]).succeeds();
        lab
    };
    let points = kill_everywhere(&prepare, &command, &|lab, point| {
        whole(lab, point);
        let run = lab.rove(&command);
        let is_done = run.code == Some(0) || run.stderr.contains("is not installed");
        assert!(is_done, "{point}: {run}");
        assert!(!whole(lab, point).contains("x (libvirt"), "{point}");
        // What a killed removal left goes with the next thing that is added.
        lab.rove(&["box", "add", "y", "x.box"]).succeeds();
        clean(lab, point);
    });
    assert!(points >= 5, "{points}");
}

#[test]
fn a_mirror_names_whole_boxes_only() {
    let server = Server::start();
    server.file("/x.box", content("disk"));
    let url = server.url("/x.box");
    server.catalog(
        "org/x",
        &format!(
            r#"{{"name":"org/x","versions":[{{"version":"1.0","providers":[{{"name":"libvirt","url":"{url}"}}]}}]}}"#
        ),
    );
    let command = ["box", "mirror", "--to", "m", "org/x"];
    let prepare = || {
        let mut lab = Lab::new();
        lab.set("VAGRANT_SERVER_URL", server.root());
        lab
    };
    let points = kill_everywhere(&prepare, &command, &|lab, point| {
        if let Ok(text) = std::fs::read(lab.work().join("m/org/x.json")) {
            let catalog: serde_json::Value = serde_json::from_slice(&text).expect(point);
            assert_eq!(catalog["versions"][0]["version"], "1.0", "{point}");
            let file = std::fs::read(lab.work().join("m/org/x/1.0/libvirt.box"));
            assert_eq!(file.expect(point), content("disk"), "{point}");
        }
        lab.rove(&command).succeeds();
        clean(lab, point);
        let mut left = names(&lab.work().join("m/org"));
        left.sort();
        assert_eq!(left, ["x", "x.json"], "{point}");
        let left = names(&lab.work().join("m/org/x/1.0"));
        assert_eq!(left, ["libvirt.box"], "{point}");
    });
    assert!(points >= 20, "{points}");
}
