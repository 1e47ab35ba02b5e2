//! A machine becomes a box, and the box a machine again.

use std::os::unix::fs::PermissionsExt;

use crate::support::lab::Lab;

const SMALL: &str = "  config.vm.provider(\"qemu\") { |q| q.cpus = 1; q.memory = 128 }";

#[test]
fn a_machine_becomes_a_box_and_that_a_machine() {
    let lab = Lab::new(SMALL);
    lab.rove(&["up"]);
    assert!(lab.dir().join("Vagrantfile.lock").is_file());
    lab.rove(&["ssh", "-c", "echo kept > note; sync"]);
    std::fs::write(lab.dir().join("motd.txt"), "welcome").unwrap();
    std::fs::write(lab.dir().join("info.json"), r#"{"author":"me"}"#).unwrap();
    std::fs::write(
        lab.dir().join("Extra"),
        "Vagrant.configure('2') { |c| c.vm.hostname = 'fromthebox' }\n",
    )
    .unwrap();
    let package = |output: &str| {
        lab.rove(&[
            "package",
            "--output",
            output,
            "--include",
            "motd.txt",
            "--info",
            "info.json",
            "--vagrantfile",
            "Extra",
        ])
    };
    package("mine.box");
    assert_eq!(lab.states(), ["default poweroff"]);
    package("again.box");
    let bytes = |name: &str| std::fs::read(lab.dir().join(name)).unwrap();
    assert!(
        bytes("mine.box") == bytes("again.box"),
        "same input, same bytes"
    );
    let left: Vec<_> = std::fs::read_dir(lab.dir())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".mine") || name.ends_with(".partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // The machine itself is as it was.
    lab.rove(&["up", "--locked"]);
    assert_eq!(lab.rove(&["ssh", "-c", "cat note"]).trim(), "kept");
    lab.rove(&["destroy", "-f"]);

    lab.rove(&["box", "add", "--name", "mine", "mine.box"]);
    assert!(lab.rove(&["box", "list", "-i"]).contains("author: me"));
    std::fs::write(
        lab.dir().join("Vagrantfile"),
        "Vagrant.configure('2') do |config|\n  config.vm.box = 'mine'\n  config.vm.synced_folder '.', '/vagrant', disabled: true\nend\n",
    )
    .unwrap();
    lab.rove(&["up"]);
    let seen = lab.rove(&[
        "ssh",
        "-c",
        "cat note; hostname; cat /proc/meminfo | head -1",
    ]);
    let words: Vec<&str> = seen.split_whitespace().collect();
    assert_eq!(words[..2], ["kept", "fromthebox"], "{seen}");
    // The memory that the first box's Vagrantfile gives, 96 MiB.
    assert!(words[3].parse::<u64>().unwrap() < 100_000, "{seen}");
    let folder = lab.home().join("boxes/mine/0/libvirt");
    let key = folder.join("vagrant_private_key");
    let mode = std::fs::metadata(key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_to_string(folder.join("include/motd.txt")).unwrap(),
        "welcome"
    );
    // A second machine of the box costs next to nothing: its disk is an overlay.
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
