//! A box goes from hypervisor to hypervisor: each form of it starts, with the disk
//! controller and the network card that it would have there.

use crate::support::{boxes, lab::Lab};

fn lab_of(name: &str) -> Lab {
    let lab = Lab::empty();
    let text = format!(
        "Vagrant.configure('2') do |config|
  config.vm.box = '{name}'
  config.vm.synced_folder '.', '/vagrant', disabled: true
  config.vm.provider('qemu') {{ |q| q.cpus = 1; q.memory = 160 }}
end
"
    );
    std::fs::write(lab.dir().join("Vagrantfile"), text).unwrap();
    lab
}

#[test]
fn every_form_of_a_box_starts_and_the_way_back_too() {
    let lab = lab_of("round");
    let original = boxes().join("tiny-generic.box");
    let mut from = original.to_str().unwrap().to_owned();
    for (provider, sees) in [
        ("virtualbox", "sda"),
        ("hyperv", "sda"),
        ("vmware_desktop", "sda"),
        ("libvirt", "sda"),
    ] {
        let to = format!("{provider}.box");
        lab.rove(&["box", "convert", &from, "--provider", provider, "-o", &to]);
        lab.rove(&["box", "add", "--name", "round", &to]);
        lab.rove(&["up"]);
        let seen = lab.rove(&["ssh", "-c", "ls /sys/block | grep -v -E 'loop|sr|ram|fd'"]);
        assert_eq!(seen.trim(), sees, "{provider}");
        lab.rove(&["destroy", "-f"]);
        lab.rove(&["box", "remove", "round", "--all"]);
        // The next box of the name is another one.
        std::fs::remove_file(lab.dir().join("Vagrantfile.lock")).unwrap();
        from = to;
    }
    lab.nothing_is_left();
}

#[test]
fn a_disk_of_a_machine_becomes_a_box() {
    let lab = lab_of("mine");
    let unpacked = std::process::Command::new("tar")
        .arg("-xzf")
        .arg(boxes().join("tiny.box"))
        .arg("-C")
        .arg(lab.dir())
        .arg("box.img")
        .status();
    assert!(unpacked.unwrap().success());
    let made = lab.rove(&["box", "create", "box.img", "-o", "mine.box"]);
    assert!(made.contains("there is a user `vagrant`"), "{made}");
    lab.rove(&["box", "add", "--name", "mine", "mine.box"]);
    lab.rove(&["up"]);
    assert_eq!(lab.rove(&["ssh", "-c", "echo in"]).trim(), "in");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
