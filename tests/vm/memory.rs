//! Suspend, resume and snapshots of a guest that runs.

use std::time::Duration;

use rove::providers::{Power, Snapshot};

use crate::support::{Vm, free_port, say};

/// Starts something whose progress shows whether memory came along.
const COUNTER: &str = "(trap '' HUP; i=0; while :; do i=$((i+1)); echo $i > /tmp/next; mv /tmp/next /tmp/count; sleep 0.2; done) > /dev/null 2>&1 < /dev/null & for i in $(seq 100); do [ -s /tmp/count ] && break; sleep 0.1; done; cat /tmp/count";

#[test]
fn a_suspended_machine_goes_on_where_it_stopped() {
    let mut vm = Vm::tiny("web");
    vm.up();
    let before: u64 = vm.guest(COUNTER).parse().unwrap();
    vm.with(|machine, _| machine.suspend().unwrap().suspend().unwrap());
    assert_eq!(vm.power(), Power::Suspended);
    assert!(vm.processes().is_empty());
    let error = vm.with(|machine, spec| machine.start(spec).unwrap_err());
    assert!(error.to_string().contains("is suspended"), "{error}");

    // Another port than before: the old one may be taken by now.
    vm.spec.forwards[0].host = free_port();
    vm.with(|machine, spec| machine.suspend().unwrap().resume(spec).unwrap());
    assert_eq!(vm.power(), Power::Running);
    let after: u64 = vm.guest("cat /tmp/count").parse().unwrap();
    assert!(after >= before, "{before} then {after}");
    assert!(!vm.dir().join("memory.state").exists());

    vm.with(|machine, _| machine.suspend().unwrap().suspend().unwrap());
    vm.with(|machine, _| machine.suspend().unwrap().discard().unwrap());
    assert_eq!(vm.power(), Power::Off);
    assert!(!vm.dir().join("memory.state").exists());
    let error = vm.with(|machine, spec| machine.suspend().unwrap().resume(spec).unwrap_err());
    assert!(error.to_string().contains("not suspended"), "{error}");
}

#[test]
fn a_damaged_memory_file_is_an_error_and_the_machine_stays_suspended() {
    let vm = Vm::tiny("web");
    vm.up();
    vm.with(|machine, _| machine.suspend().unwrap().suspend().unwrap());
    std::fs::write(vm.dir().join("memory.state"), "nothing").unwrap();
    let error = vm.with(|machine, spec| machine.suspend().unwrap().resume(spec).unwrap_err());
    assert!(error.explain().detail().is_some(), "{error}");
    assert_eq!(vm.power(), Power::Suspended);
    assert!(vm.processes().is_empty());
    vm.with(|machine, spec| {
        machine.suspend().unwrap().discard().unwrap();
        machine.start(spec).unwrap();
    });
    assert_eq!(vm.power(), Power::Running);
}

#[test]
fn snapshots_bring_memory_and_disk_back() {
    let mut vm = Vm::tiny("web");
    vm.up();
    let mut ssh = vm.ssh();
    say(
        &mut ssh,
        "echo before > /home/vagrant/file; echo before > /dev/shm/file; sync",
    );
    vm.with(|machine, _| {
        let snapshots = machine.snapshots().unwrap();
        snapshots.save("sauber, 保存 1").unwrap();
        let error = snapshots.save("sauber, 保存 1").unwrap_err();
        assert!(error.to_string().contains("already has"), "{error}");
    });
    assert_eq!(vm.power(), Power::Running);
    say(
        &mut ssh,
        "echo after > /home/vagrant/file; echo after > /dev/shm/file; sync",
    );
    drop(ssh);
    let restore = |vm: &Vm, name: &str| {
        vm.with(|machine, spec| machine.snapshots().unwrap().restore(name, spec).unwrap())
    };
    let files = |vm: &Vm| vm.guest("cat /home/vagrant/file /dev/shm/file");

    // Into the QEMU that runs.
    assert_eq!(restore(&vm, "sauber, 保存 1"), Power::Running);
    assert_eq!(files(&vm), "before\nbefore");

    // Into a new one, with other settings in the file and another port.
    vm.guest("echo after > /home/vagrant/file; echo after > /dev/shm/file; sync");
    if let Some(cpus) = &mut vm.spec.size.cpus {
        cpus.value = 2;
    }
    vm.with(|machine, _| machine.stop(None).unwrap());
    vm.with(|machine, spec| machine.start(spec).unwrap());
    vm.spec.forwards[0].host = free_port();
    assert_eq!(restore(&vm, "sauber, 保存 1"), Power::Running);
    assert_eq!(files(&vm), "before\nbefore");
    assert_eq!(vm.guest("grep -c ^processor /proc/cpuinfo"), "1");

    // Without memory, while it is off.
    vm.with(|machine, spec| {
        machine.stop(Some(Duration::from_secs(60))).unwrap();
        let snapshots = machine.snapshots().unwrap();
        snapshots.save("off").unwrap();
        let names: Vec<(String, bool)> = snapshots
            .list()
            .unwrap()
            .into_iter()
            .map(
                |Snapshot {
                     name, with_memory, ..
                 }| (name, with_memory),
            )
            .collect();
        assert_eq!(
            names,
            [
                ("sauber, 保存 1".to_owned(), true),
                ("off".to_owned(), false)
            ]
        );
        assert_eq!(snapshots.restore("off", spec).unwrap(), Power::Off);
        machine.start(spec).unwrap();
    });
    assert_eq!(vm.guest("cat /home/vagrant/file; ls /dev/shm"), "before");
    assert_eq!(restore(&vm, "off"), Power::Off);
    assert_eq!(vm.power(), Power::Off);

    // Deleting, off and running.
    vm.with(|machine, spec| {
        machine.snapshots().unwrap().delete("off").unwrap();
        machine.start(spec).unwrap();
        let snapshots = machine.snapshots().unwrap();
        snapshots.delete("sauber, 保存 1").unwrap();
        assert!(snapshots.list().unwrap().is_empty());
        let error = snapshots.restore("off", spec).unwrap_err();
        assert!(
            error.to_string().contains("has no snapshot `off`"),
            "{error}"
        );
        machine.stop(None).unwrap();
    });
    let disk = vm.dir().join("disk.qcow2");
    let list = std::process::Command::new("qemu-img")
        .args(["snapshot", "-l"])
        .arg(&disk)
        .output()
        .unwrap();
    assert!(list.stdout.is_empty(), "{list:?}");
}

#[test]
fn a_snapshot_that_is_gone_from_the_disk_does_not_stop_the_guest() {
    let vm = Vm::tiny("web");
    vm.up();
    vm.ssh();
    vm.with(|machine, spec| {
        let snapshots = machine.snapshots().unwrap();
        snapshots.save("a").unwrap();
        machine.stop(None).unwrap();
        let disk = vm.dir().join("disk.qcow2");
        crate::support::run(
            "qemu-img",
            &["snapshot", "-d", "rove-1", disk.to_str().unwrap()],
        );
        machine.start(spec).unwrap();
        let error = machine.snapshots().unwrap().restore("a", spec).unwrap_err();
        assert!(
            error.to_string().contains("could not be restored"),
            "{error}"
        );
        assert_eq!(machine.power().unwrap(), Power::Running);
    });
}

#[test]
fn a_machine_with_uefi_variables_has_snapshots_too() {
    let mut vm = Vm::tiny("web");
    // The tiny box starts by BIOS; the firmware's own shell is guest enough.
    vm.set("firmware", rove::config::Value::String("uefi".to_owned()));
    vm.up();
    vm.with(|machine, spec| {
        machine.snapshots().unwrap().save("a").unwrap();
        assert_eq!(
            machine.snapshots().unwrap().restore("a", spec).unwrap(),
            Power::Running
        );
        machine.stop(None).unwrap();
        assert_eq!(
            machine.snapshots().unwrap().restore("a", spec).unwrap(),
            Power::Running
        );
        machine.suspend().unwrap().suspend().unwrap();
        machine.suspend().unwrap().resume(spec).unwrap();
        assert_eq!(machine.power().unwrap(), Power::Running);
    });
}
