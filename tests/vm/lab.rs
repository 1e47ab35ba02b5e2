//! The binary against real guests: whole labs, from a Vagrantfile to nothing left.

use crate::support::lab::Lab;

const SMALL: &str = "  config.vm.provider(\"qemu\") { |q| q.cpus = 1; q.memory = 128 }";

#[test]
fn three_machines_come_up_side_by_side_and_go() {
    let lab = Lab::new(&format!(
        "{SMALL}\n  [\"a\", \"b\", \"c\"].each {{ |n| config.vm.define(n) {{ |m| m.vm.hostname = n }} }}\n  config.vm.provision \"shell\", inline: \"echo made $(hostname)\""
    ));
    let text = lab.rove(&["up"]);
    for name in ["a", "b", "c"] {
        assert!(text.contains(&format!("made {name}")), "{text}");
        let hostname = lab.rove(&["ssh", name, "-c", "hostname"]);
        assert_eq!(hostname.trim(), name);
    }
    assert_eq!(lab.states(), ["a running", "b running", "c running"]);
    let text = lab.rove(&["halt"]);
    let at = |name: &str| text.find(&format!("{name}: ")).unwrap();
    assert!(at("c") < at("b") && at("b") < at("a"), "{text}");
    assert_eq!(lab.states(), ["a poweroff", "b poweroff", "c poweroff"]);
    let text = lab.rove(&["up"]);
    assert!(!text.contains("made"), "provisioned twice:\n{text}");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn snapshots_and_suspend_bring_back_what_was() {
    let lab = Lab::new(SMALL);
    lab.rove(&["up"]);
    let ssh = |command: &str| lab.rove(&["ssh", "-c", command]).trim().to_owned();
    ssh("echo before > note");
    lab.rove(&["snapshot", "save", "base"]);
    ssh("echo after > note; sync");
    assert!(lab.rove(&["snapshot", "list"]).contains("base"));
    lab.rove(&["snapshot", "restore", "base"]);
    assert_eq!(ssh("cat note"), "before");
    lab.rove(&["suspend"]);
    assert_eq!(lab.states(), ["default saved"]);
    lab.rove(&["resume"]);
    assert_eq!(ssh("cat note"), "before");
    let guest: i64 = ssh("date +%s").parse().unwrap();
    let host = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64;
    assert!(
        (guest - host).abs() < 60,
        "the guest's clock: {guest}, {host}"
    );
    lab.rove(&["snapshot", "delete", "base"]);
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn after_a_kill_destroy_leaves_nothing() {
    let lab = Lab::new(SMALL);
    for mark in ["Make the machine", "Start it", "Wait until it answers"] {
        lab.kill_at(&["up"], mark);
        lab.rove(&["destroy", "-f"]);
        lab.nothing_is_left();
    }
}

#[test]
fn after_a_kill_up_finishes() {
    let lab = Lab::new(&format!(
        "{SMALL}\n  config.vm.hostname = \"killed\"\n  config.vm.provision \"shell\", inline: \"echo first-half; sleep 4; echo two > /done\""
    ));
    lab.kill_at(&["up"], "Make the machine");
    lab.kill_at(&["up"], "Wait until it answers");
    lab.kill_at(&["up"], "default: first-half");
    let text = lab.rove(&["up"]);
    assert!(text.contains("broken off"), "{text}");
    let done = lab.rove(&["ssh", "-c", "cat /done; hostname"]);
    assert_eq!(done.trim(), "two\nkilled");
    assert!(!lab.rove(&["up"]).contains("first-half"));
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn a_damaged_record_is_told_and_destroy_removes_the_machine_all_the_same() {
    let lab = Lab::new(SMALL);
    for damage in ["{\"format\":1}".as_bytes(), b"\xff{"] {
        lab.rove(&["up", "--no-provision"]);
        let record = lab.dir().join(".rove/machines/default/qemu/machine.json");
        std::fs::write(record, damage).unwrap();
        let output = lab.try_rove(&["up"]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{text}");
        assert!(
            text.contains("is damaged") && text.contains("`rove destroy -f`"),
            "{text}"
        );
        lab.rove(&["destroy", "-f"]);
        lab.nothing_is_left();
    }
}

#[test]
fn a_lost_record_is_a_machine_made_anew() {
    let lab = Lab::new(SMALL);
    lab.rove(&["up"]);
    std::fs::remove_file(lab.dir().join(".rove/machines/default/qemu/machine.json")).unwrap();
    lab.rove(&["up"]);
    assert_eq!(lab.rove(&["ssh", "-c", "echo in"]).trim(), "in");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn a_moved_lab_keeps_its_memory() {
    let lab = Lab::new(SMALL);
    lab.rove(&["up"]);
    lab.rove(&["ssh", "-c", "echo before > /dev/shm/state"]);
    lab.rove(&["snapshot", "save", "there"]);
    lab.rove(&["ssh", "-c", "echo after > /dev/shm/state"]);
    lab.rove(&["suspend"]);
    let moved = lab.dir().with_file_name("lab, elsewhere");
    std::fs::rename(lab.dir(), &moved).unwrap();
    let rove = |args: &[&str]| {
        let output = lab.command(args).current_dir(&moved).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "rove {args:?}:\n{text}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    rove(&["resume"]);
    assert_eq!(rove(&["ssh", "-c", "cat /dev/shm/state"]), "after");
    rove(&["snapshot", "restore", "there"]);
    assert_eq!(rove(&["ssh", "-c", "cat /dev/shm/state"]), "before");
    rove(&["destroy", "-f"]);
    std::fs::rename(&moved, lab.dir()).unwrap();
    lab.nothing_is_left();
}
