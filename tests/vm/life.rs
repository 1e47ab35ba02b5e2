//! From nothing to a guest that answers, and back to nothing.

use std::time::{Duration, Instant};

use rove::config::{NetworkKind, Value};
use rove::error::Kind;
use rove::providers::Power;

use crate::support::{Vm, free_port, say};

#[test]
fn a_machine_lives_and_leaves_nothing() {
    let vm = Vm::tiny("web");
    assert_eq!(vm.power(), Power::Absent);
    vm.with(|machine, spec| {
        machine.create(spec).unwrap();
        assert_eq!(machine.power().unwrap(), Power::Off);
        assert_eq!(machine.endpoint().unwrap(), None);
        // A second time changes nothing.
        machine.create(spec).unwrap();
        machine.start(spec).unwrap();
        assert_eq!(machine.power().unwrap(), Power::Running);
        assert_eq!(machine.forwards().unwrap(), spec.forwards);
    });
    let cpus = vm.guest("grep -c ^processor /proc/cpuinfo; grep -cw svm /proc/cpuinfo || true");
    assert_eq!(cpus, "1\n0");
    assert!(!vm.console().is_empty());

    // Asking for its state is cheap.
    let begin = Instant::now();
    for _ in 0..10 {
        assert_eq!(vm.power(), Power::Running);
    }
    println!("power: {:?} each", begin.elapsed() / 10);

    let again = vm.with(|machine, spec| machine.start(spec)).unwrap_err();
    assert!(again.to_string().contains("already running"), "{again}");

    vm.with(|machine, _| machine.stop(Some(Duration::from_secs(60))).unwrap());
    assert_eq!(vm.power(), Power::Off);
    assert!(vm.processes().is_empty());

    vm.with(|machine, _| {
        machine.stop(None).unwrap();
        machine.destroy().unwrap();
        machine.destroy().unwrap();
        assert_eq!(machine.power().unwrap(), Power::Absent);
    });
    assert_eq!(std::fs::read_dir(vm.dir()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(&vm.host.dirs.runtime).unwrap().count(), 0);
}

#[test]
fn settings_change_from_one_start_to_the_next() {
    let mut vm = Vm::tiny("web");
    vm.up();
    let mut ssh = vm.ssh();
    say(&mut ssh, "echo kept > /home/vagrant/file; sync");
    vm.with(|machine, _| machine.stop(Some(Duration::from_secs(60))).unwrap());
    if let Some(cpus) = &mut vm.spec.size.cpus {
        cpus.value = 2;
    }
    vm.spec.size.nested.get_or_insert_default().value = true;
    vm.spec.size.max_memory_mib.get_or_insert_default().value = 512;
    vm.set("disk_size", Value::String("3G".to_owned()));
    vm.spec.networks.push(rove::config::Network {
        kind: NetworkKind::Private,
        id: "p".to_owned(),
        options: vec![("ip".to_owned(), Value::String("192.168.56.9".to_owned()))],
        span: None,
    });
    vm.with(|machine, spec| machine.start(spec).unwrap());
    let facts = vm.guest(
        "cat /home/vagrant/file; grep -c ^processor /proc/cpuinfo; grep -cw svm /proc/cpuinfo; cat /sys/block/vda/size; grep MemTotal /proc/meminfo",
    );
    let facts: Vec<&str> = facts.lines().collect();
    assert_eq!(facts[..4], ["kept", "2", "2", "6291456"]);
    let total: u64 = facts[4].split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(
        total > 400 * 1024,
        "the ceiling is what the guest has: {total} KiB"
    );
    let told = vm.told().join("\n");
    assert!(told.contains("the disk now has 3 GiB"), "{told}");
    assert!(
        told.contains("private_network 192.168.56.9 is not made"),
        "{told}"
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let mut vm = Vm::tiny("web");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let free = free_port();
    vm.spec.forwards[0].host = port;
    vm.with(|machine, spec| {
        machine.create(spec).unwrap();
        let error = machine.start(spec).unwrap_err();
        assert_eq!(error.kind(), Kind::Environment);
        assert!(
            error.to_string().contains(&format!("port {port} ")),
            "{error}"
        );
        assert_eq!(machine.power().unwrap(), Power::Off);
    });
    vm.spec.forwards[0].host = free;
    vm.with(|machine, spec| machine.start(spec).unwrap());
    assert_eq!(vm.power(), Power::Running);
}

#[test]
fn qemus_own_words_are_shown_when_it_does_not_start() {
    let mut vm = Vm::tiny("web");
    vm.set("cpu", Value::String("no-such-cpu".to_owned()));
    let error = vm.with(|machine, spec| {
        machine.create(spec).unwrap();
        machine.start(spec).unwrap_err()
    });
    let detail = error.explain().detail().unwrap_or_default();
    assert!(detail.contains("no-such-cpu"), "{error}: {detail}");
    assert_eq!(vm.power(), Power::Off);
}
