//! Rove or QEMU dies at a bad moment; the next command copes.

use std::time::Duration;

use rove::host::process::Identity;
use rove::providers::Power;
use serde_json::Value;

use crate::support::Vm;

/// Changes the record on disk, as if rove had died before writing the rest.
fn edit(vm: &Vm, change: impl FnOnce(&mut Value)) {
    let path = vm.dir().join("machine.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut record);
    std::fs::write(&path, record.to_string()).unwrap();
}

fn wait_gone(process: &Identity) {
    for _ in 0..200 {
        if !process.is_alive() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{process:?} lives on");
}

#[test]
fn a_qemu_that_was_killed_leaves_a_machine_that_is_off() {
    let vm = Vm::tiny("web");
    vm.up();
    let process = Identity::of(vm.processes()[0]).unwrap();
    process.kill();
    wait_gone(&process);
    assert_eq!(vm.power(), Power::Off);
    vm.with(|machine, spec| machine.start(spec).unwrap());
    assert_eq!(vm.power(), Power::Running);
    assert_eq!(vm.guest("echo up"), "up");
}

#[test]
fn a_qemu_whose_pid_was_never_noted_is_found() {
    let vm = Vm::tiny("web");
    vm.up();
    let started = vm.processes();
    for pid_file in [true, false] {
        edit(&vm, |record| record["run"]["process"] = Value::Null);
        if !pid_file {
            let runtime = std::fs::read_dir(&vm.host.dirs.runtime).unwrap().next();
            std::fs::remove_file(runtime.unwrap().unwrap().path().join("pid")).unwrap();
        }
        assert_eq!(vm.power(), Power::Running);
        let error = vm.with(|machine, spec| machine.start(spec).unwrap_err());
        assert!(error.to_string().contains("already running"), "{error}");
    }
    assert_eq!(vm.processes(), started);
    vm.with(|machine, _| machine.stop(None).unwrap());
    assert_eq!(vm.power(), Power::Off);
    assert!(vm.processes().is_empty());
}

#[test]
fn an_intent_without_a_qemu_is_off() {
    let vm = Vm::tiny("web");
    vm.up();
    vm.with(|machine, _| machine.stop(None).unwrap());
    vm.with(|machine, spec| machine.start(spec).unwrap());
    let process = Identity::of(vm.processes()[0]).unwrap();
    edit(&vm, |record| record["run"]["process"] = Value::Null);
    process.kill();
    wait_gone(&process);
    assert_eq!(vm.power(), Power::Off);
    vm.with(|machine, spec| machine.start(spec).unwrap());
    assert_eq!(vm.power(), Power::Running);
}

#[test]
fn a_pid_that_belongs_to_someone_else_is_left_alone() {
    let vm = Vm::tiny("web");
    vm.up();
    vm.with(|machine, _| machine.stop(None).unwrap());
    vm.with(|machine, spec| machine.start(spec).unwrap());
    let qemu = Identity::of(vm.processes()[0]).unwrap();
    qemu.kill();
    wait_gone(&qemu);
    // The pid now is this test's own process, started at another time.
    edit(&vm, |record| {
        record["run"]["process"]["pid"] = std::process::id().into();
    });
    assert_eq!(vm.power(), Power::Off);
    vm.with(|machine, _| machine.stop(None).unwrap());
    assert_eq!(vm.power(), Power::Off);
}

#[test]
fn half_made_machines_are_made_anew_or_removed() {
    let vm = Vm::tiny("web");
    vm.with(|machine, spec| machine.create(spec).unwrap());
    edit(&vm, |record| record["created"] = false.into());
    std::fs::write(vm.dir().join("disk.qcow2"), "torn").unwrap();
    std::fs::write(vm.dir().join("disk.qcow2.partial"), "torn").unwrap();
    std::fs::write(vm.dir().join("private_key"), "not ours").unwrap();
    assert_eq!(vm.power(), Power::Absent);
    vm.with(|machine, spec| {
        machine.create(spec).unwrap();
        assert_eq!(machine.power().unwrap(), Power::Off);
        machine.start(spec).unwrap();
    });
    // A record that cannot be read does not keep the machine alive.
    std::fs::write(vm.dir().join("machine.json"), "{").unwrap();
    let error = vm.with(|machine, _| machine.power().unwrap_err());
    assert!(error.to_string().contains("is damaged"), "{error}");
    vm.with(|machine, _| machine.destroy().unwrap());
    assert!(vm.processes().is_empty());
    let left: Vec<_> = std::fs::read_dir(vm.dir()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_suspend_or_resume_that_was_cut_short_loses_nothing() {
    let vm = Vm::tiny("web");
    vm.up();
    vm.guest("echo here > /dev/shm/file");
    // Memory saved and noted, QEMU still there.
    let launch = {
        let path = vm.dir().join("machine.json");
        let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        record["run"].clone()
    };
    vm.with(|machine, _| machine.suspend().unwrap().suspend().unwrap());
    // A QEMU that waits for the memory, and a rove that died beside it.
    edit(&vm, |record| {
        record["run"] = launch;
        record["run"]["process"] = Value::Null;
        record["run"]["incoming"] = true.into();
    });
    assert_eq!(vm.power(), Power::Suspended);
    vm.with(|machine, spec| machine.suspend().unwrap().resume(spec).unwrap());
    assert_eq!(vm.guest("cat /dev/shm/file"), "here");

    // Stopped for saving, and never saved: the guest goes on.
    let socket = std::fs::read_dir(&vm.host.dirs.runtime).unwrap().next();
    let socket = socket.unwrap().unwrap().path().join("qmp");
    qmp(&socket, &["stop"]);
    std::fs::write(vm.dir().join("memory.state.partial"), "torn").unwrap();
    assert_eq!(vm.power(), Power::Paused);
    vm.with(|machine, spec| machine.suspend().unwrap().resume(spec).unwrap());
    assert_eq!(vm.power(), Power::Running);
    assert_eq!(vm.guest("cat /dev/shm/file"), "here");
    assert!(!vm.dir().join("memory.state.partial").exists());
}

/// Sends commands to QEMU behind rove's back.
fn qmp(socket: &std::path::Path, commands: &[&str]) {
    use std::io::{BufRead, BufReader, Write};
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    for command in ["qmp_capabilities"].iter().chain(commands) {
        writeln!(stream, "{{\"execute\": \"{command}\"}}").unwrap();
        loop {
            line.clear();
            lines.read_line(&mut line).unwrap();
            if line.contains("\"return\"") {
                break;
            }
        }
    }
}

#[test]
fn a_snapshot_whose_rove_died_is_waited_for() {
    use std::io::{BufRead, BufReader, Write};
    let vm = Vm::tiny("web");
    vm.up();
    vm.ssh();
    // What rove had done when it died: the entry was written and the job begun.
    vm.with(|machine, _| machine.snapshots().unwrap().save("whole").unwrap());
    let path = vm.dir().join("snapshots.json");
    let mut entries: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut torn = entries[0].clone();
    (torn["name"], torn["tag"], torn["whole"]) = ("torn".into(), "rove-2".into(), false.into());
    entries.as_array_mut().unwrap().push(torn);
    std::fs::write(&path, entries.to_string()).unwrap();
    let runtime = std::fs::read_dir(&vm.host.dirs.runtime).unwrap().next();
    let socket = runtime.unwrap().unwrap().path().join("qmp");
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap()).lines();
    let save = serde_json::json!({ "execute": "snapshot-save", "arguments": {
        "job-id": "rove-snapshot-save", "tag": "rove-2", "devices": ["disk0"], "vmstate": "disk0",
    }});
    let negotiate = serde_json::json!({ "execute": "qmp_capabilities" });
    writeln!(stream, "{negotiate}\n{save}").unwrap();
    // The job is known when the second command has its answer.
    let answers = replies.by_ref().map(Result::unwrap);
    assert_eq!(
        answers
            .filter(|line| line.contains("\"return\""))
            .take(2)
            .count(),
        2
    );
    drop((stream, replies));

    vm.with(|machine, spec| {
        let snapshots = machine.snapshots().unwrap();
        snapshots.save("next").unwrap();
        let names: Vec<String> = snapshots
            .list()
            .unwrap()
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(names, ["whole", "next"]);
        assert_eq!(snapshots.restore("next", spec).unwrap(), Power::Running);
    });
    assert_eq!(vm.guest("echo up"), "up");
    let tags = std::process::Command::new("qemu-img")
        .args(["snapshot", "-l", "-U"])
        .arg(vm.dir().join("disk.qcow2"))
        .output()
        .unwrap();
    let tags = String::from_utf8_lossy(&tags.stdout).into_owned();
    assert!(
        tags.contains("rove-1") && !tags.contains(" rove-2 "),
        "{tags}"
    );
}

#[test]
fn a_machine_does_not_start_on_another_disk_than_its_own() {
    let vm = Vm::tiny("web");
    vm.with(|machine, spec| machine.create(spec).unwrap());
    let path = vm.dir().join("machine.json");
    let record: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let base = std::path::PathBuf::from(record["bases"][0]["path"].as_str().unwrap());
    // The same bytes in another file are the same disk; a rebuilt box is another.
    let other = vm.dir().join("other-base");
    std::fs::copy(&base, &other).unwrap();
    let replace = |change: bool| {
        if change {
            let mut bytes = std::fs::read(&other).unwrap();
            bytes.extend(std::iter::repeat_n(1, 65_536));
            std::fs::write(&other, bytes).unwrap();
        }
        edit(&vm, |record| {
            record["bases"][0]["path"] = other.to_str().unwrap().into();
        });
    };
    replace(false);
    vm.with(|machine, spec| machine.start(spec).unwrap());
    vm.with(|machine, _| machine.stop(None).unwrap());
    replace(true);
    let error = vm.with(|machine, spec| machine.start(spec).unwrap_err());
    assert!(
        error.to_string().contains("is not the disk any more"),
        "{error}"
    );
    assert_eq!(vm.power(), Power::Off);
    assert!(vm.processes().is_empty());
}
