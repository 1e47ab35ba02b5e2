//! `rove gc`: left-overs go, whatever a command holds stays.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use rove::host::FileLock;

use crate::support::{Lab, labs};

/// Writes a file that was changed `days` ago.
fn write(path: &PathBuf, content: &str, days: u64) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let time = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
    file.set_modified(time).unwrap();
}

#[test]
fn nothing_was_left_behind() {
    let lab = Lab::with(labs::ONE);
    insta::assert_snapshot!(lab.rove(&["gc"]), @"
    $ rove gc
    Nothing was left behind.
    => 0
    ");
}

#[test]
fn downloads_that_nobody_goes_on_with() {
    let lab = Lab::new();
    let tmp = lab.rove_home().join("tmp");
    let note = r#"{"url":"http://example.org/a.box","validator":null,"total":9}"#;
    for (name, part, days) in [
        ("empty", "", 0),
        ("old", "abc", 2),
        ("fresh", "abc", 0),
        ("held", "", 2),
    ] {
        write(&tmp.join(format!("box-{name}.part")), part, days);
        write(&tmp.join(format!("box-{name}.part.json")), note, days);
        write(&tmp.join(format!("box-{name}.lock")), "", days);
    }
    write(&tmp.join("box-alone.lock"), "", 0);
    write(&tmp.join(".tmp-old"), "", 2);
    write(&tmp.join(".tmp-new"), "", 0);
    let held = FileLock::try_take(&tmp.join("box-held.lock"), "test").unwrap();
    let preview = lab.rove(&["gc", "--dry-run"]);
    insta::assert_snapshot!(preview, @"
    $ rove gc --dry-run
    would be removed: left-over of a download: `[ROVE]/tmp/.tmp-old`
    would be removed: left-over of a download: `[ROVE]/tmp/box-alone.lock`
    would be removed: left-over of a download: `[ROVE]/tmp/box-empty.part`
    would be removed: broken-off download of `http://example.org/a.box`, 1 MiB: `[ROVE]/tmp/box-old.part`
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["gc"]), @"
    $ rove gc
    removed: left-over of a download: `[ROVE]/tmp/.tmp-old`
    removed: left-over of a download: `[ROVE]/tmp/box-alone.lock`
    removed: left-over of a download: `[ROVE]/tmp/box-empty.part`
    removed: broken-off download of `http://example.org/a.box`, 1 MiB: `[ROVE]/tmp/box-old.part`
    => 0
    ");
    let mut left: Vec<String> = std::fs::read_dir(&tmp)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            ".tmp-new",
            "box-fresh.lock",
            "box-fresh.part",
            "box-fresh.part.json",
            "box-held.lock",
            "box-held.part",
            "box-held.part.json",
        ]
    );
    drop(held);
    assert!(lab.rove(&["gc"]).succeeds().contains("box-held"));
}

#[test]
fn leases_entries_and_folders_without_a_machine() {
    let lab = Lab::with(labs::ONE);
    let data = lab.rove_home().join("data");
    write(
        &data.join("machine-index/index"),
        r#"{"version":1,"machines":{"aaaa":{"name":"web","provider":"qemu","state":"running",
           "vagrantfile_path":"/nowhere/at/all","local_data_path":"/nowhere/at/all/.rove"}}}"#,
        0,
    );
    write(
        &data.join("port-leases.json"),
        r#"[{"host_ip":"127.0.0.1","port":2222,"protocol":"tcp","machine_id":"a","machine":"web",
           "owner":{"pid":4000000,"started":1,"boot":""}}]"#,
        0,
    );
    lab.write(".rove/machines/left/qemu/console.log", "");
    // A machine whose id was damaged, and one whose id was lost with disks there.
    lab.write(".rove/machines/damaged/qemu/id", [0xff, 0xfe]);
    lab.write(".rove/machines/lost/qemu/machine.json", "{");
    insta::assert_snapshot!(lab.rove(&["gc"]), @"
    $ rove gc
    removed: folder without a machine: `[WORK]/.rove/machines/left/qemu`
    removed: 1 port promised to commands that are gone
    removed: entry of `web` of `/nowhere/at/all`, which is gone
    => 0
    ");
    let machines = lab.work().join(".rove/machines");
    assert!(!machines.join("left").exists());
    assert!(machines.join("damaged/qemu/id").exists());
    assert!(machines.join("lost/qemu/machine.json").exists());
    assert!(!data.join("port-leases.json").exists());
    let answer = lab.rove(&["gc", "--json"]).succeeds();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["found"], serde_json::json!([]));
}

/// Starts what looks like the QEMU of a machine: it holds the disk open.
fn stand_in(lab: &Lab, disk: &str) -> Child {
    let socket = lab.rove_home().join("rove/0123456789ab/qmp");
    lab.write(disk, "");
    let child = Command::new("/bin/sh")
        .args([
            "-c",
            "exec 3<>\"$1\"; echo; read wait",
            "sh",
            &lab.work().join(disk).display().to_string(),
            "-qmp",
            &format!("unix:{},server=on,wait=off", socket.display()),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let mut ready = [0];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    child
}

#[test]
fn a_hypervisor_whose_disk_was_deleted_ends() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let lab = Lab::with(labs::ONE);
    let mut lives = stand_in(&lab, ".rove/machines/web/qemu/disk.qcow2");
    let mut lost = stand_in(&lab, ".rove/machines/db/qemu/disk.qcow2");
    std::fs::remove_file(lab.work().join(".rove/machines/db/qemu/disk.qcow2")).unwrap();
    lab.write(".rove/machines/web/qemu/id", "a");
    lab.write(".rove/machines/db/qemu/id", "b");
    let preview = lab.rove(&["gc", "--dry-run"]).succeeds();
    assert!(
        preview.contains("db/qemu/disk.qcow2` was deleted"),
        "{preview}"
    );
    assert!(!preview.contains("web"), "{preview}");
    assert!(lost.try_wait().unwrap().is_none());
    let _ = lab.rove(&["gc"]).succeeds();
    assert!(!lost.wait().unwrap().success());
    assert!(lives.try_wait().unwrap().is_none());
    drop(lives.stdin.take());
    lives.wait().unwrap();
}
