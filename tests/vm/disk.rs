//! The disks that a Vagrantfile asks for, seen from inside.

use crate::support::lab::Lab;

const SMALL: &str = "  config.vm.provider(\"qemu\") { |q| q.cpus = 1; q.memory = 128 }";

/// Returns a Vagrantfile's lines: a primary disk of 3 GiB, and others.
fn with(disks: &str) -> String {
    format!("{SMALL}\n  config.vm.disk :disk, primary: true, size: \"3GB\"\n{disks}")
}

/// Returns the plan; its exit code says that there is something to do.
fn plan_of(lab: &Lab) -> String {
    String::from_utf8(lab.try_rove(&["plan"]).stdout).unwrap()
}

#[test]
fn disks_are_made_grown_kept_and_told() {
    let lab = Lab::new(&with(
        "  config.vm.disk :disk, name: \"data\", size: \"64MB\"\n  config.vm.disk :dvd, name: \"tools\", file: \"tools.iso\"\n  config.vm.disk :floppy, name: \"drivers\", file: \"drivers.img\"\n  config.vm.disk :disk, name: \"mine\", file: \"mine.img\", size: \"1MB\"",
    ));
    std::fs::write(lab.dir().join("tools.iso"), vec![0; 65536]).unwrap();
    std::fs::write(lab.dir().join("drivers.img"), vec![0; 1_474_560]).unwrap();
    std::fs::write(lab.dir().join("mine.img"), vec![0; 1 << 20]).unwrap();
    let ssh = |command: &str| lab.rove(&["ssh", "-c", command]).trim().to_owned();
    let plan = plan_of(&lab);
    for line in [
        "data: 64 MiB",
        "Vagrantfile:7, new, qcow2",
        "tools: tools.iso",
    ] {
        assert!(plan.contains(line), "no `{line}` in\n{plan}");
    }

    // Killed while it makes them, it finishes.
    lab.kill_at(&["up"], "Start it");
    let text = lab.rove(&["up"]);
    assert!(
        text.contains("Vagrantfile:10: the disk `mine` is not in snapshots"),
        "{text}"
    );
    let sizes =
        "cat /sys/block/vda/size /sys/block/vdb/size /sys/block/vdc/size /sys/block/vdb/serial";
    assert_eq!(ssh(sizes), "6291456\n131072\n2048\ndata");
    ssh("echo written | sudo dd of=/dev/vdb conv=notrunc 2>/dev/null; sync");
    ssh("echo mine too | sudo dd of=/dev/vdc conv=notrunc 2>/dev/null; sync");
    let read = "sudo head -c 7 /dev/vdb";

    // A snapshot of the running machine has them, and one of the machine that is off.
    lab.rove(&["snapshot", "save", "running"]);
    ssh("echo changed | sudo dd of=/dev/vdb conv=notrunc 2>/dev/null; sync");
    lab.rove(&["snapshot", "restore", "running"]);
    assert_eq!(ssh(read), "written");
    lab.rove(&["suspend"]);
    lab.rove(&["resume"]);
    lab.rove(&["halt"]);
    lab.rove(&["snapshot", "save", "off"]);
    assert!(
        std::fs::read(lab.dir().join("mine.img"))
            .unwrap()
            .starts_with(b"mine too")
    );

    // Larger, without the user's, and one that would have to shrink.
    lab.write(
        &with("  config.vm.disk :disk, name: \"data\", size: \"96MB\"").replace("3GB", "1GB"),
    );
    let plan = plan_of(&lab);
    for line in ["grows from 64 MiB", "warning: it has 3 GiB", "is detached"] {
        assert!(plan.contains(line), "no `{line}` in\n{plan}");
    }
    let text = lab.rove(&["up"]);
    for line in [
        "Vagrantfile:6: the disk has 3 GiB and is not made smaller",
        "the disk `data` now has 96 MiB",
        "the disk `mine` is no longer in the Vagrantfile: it is detached",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    assert_eq!(
        ssh("cat /sys/block/vdb/size; ls /sys/block | grep -c vdc; true"),
        "196608\n0"
    );
    assert_eq!(ssh(read), "written");
    ssh("echo changed | sudo dd of=/dev/vdb conv=notrunc 2>/dev/null; sync");

    // Back to disks of other sizes, and to a machine that had one more.
    lab.rove(&["snapshot", "restore", "off"]);
    assert_eq!(ssh(read), "written");
    ssh("echo changed | sudo dd of=/dev/vdb conv=notrunc 2>/dev/null; sync");
    lab.rove(&["snapshot", "restore", "running"]);
    assert_eq!(ssh(read), "written");
    assert_eq!(ssh("sudo head -c 8 /dev/vdc"), "mine too");

    // A box of it has the disk too.
    lab.rove(&["package", "--output", "two.box"]);
    let list = std::process::Command::new("tar")
        .args(["-tf", "two.box"])
        .current_dir(lab.dir())
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(
        list.contains("box_1.img") && list.contains("box_2.img"),
        "{list}"
    );
    lab.rove(&["snapshot", "delete", "running"]);
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
    assert!(lab.dir().join("mine.img").exists());
}

#[test]
fn a_guest_whose_disk_is_full_is_told() {
    let lab = Lab::new(
        "  config.vm.provision 'shell', path: 'large.sh'
  config.vm.provider('qemu') { |q| q.cpus = 1; q.memory = 128 }",
    );
    let script = format!("#!/bin/sh\n# {}\necho ran\n", "x".repeat(200_000));
    std::fs::write(lab.dir().join("large.sh"), script).unwrap();
    lab.rove(&["up", "--no-provision"]);
    lab.rove(&[
        "ssh",
        "-c",
        "sudo mount -t tmpfs -o size=64k,mode=1777 none /tmp",
    ]);
    let failed = lab.try_rove(&["provision"]);
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(!failed.status.success(), "{said}");
    assert!(said.contains("a disk of the guest is full"), "{said}");
    lab.rove(&["ssh", "-c", "sudo umount /tmp"]);
    assert!(lab.rove(&["provision"]).contains("ran"));
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
