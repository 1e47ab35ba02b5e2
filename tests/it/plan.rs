//! `rove plan`: tells, changes nothing.

use crate::support::{Lab, labs};

#[test]
fn a_missing_program_is_named_with_its_package() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["plan"]), @"
    $ rove plan
    default (not created)
      provider      qemu                      the Vagrantfile names none, and this one can be used here
      box           org/box (newest version)  to be fetched, made for qemu, libvirt, virtualbox, hyperv or vmware_desktop
      port          127.0.0.1:[PORT] -> 22 (tcp)
      folder        . -> /vagrant
      steps
        1. fetch the box org/box
        2. make the machine
        3. start it
        4. wait until it answers
        5. replace the insecure key
        6. sync /vagrant
    => 2
    ");
}

#[test]
fn an_image_for_clouds_is_planned_before_it_is_here() {
    let lab = Lab::with(
        "Vagrant.configure('2') do |c|
  c.vm.box = 'debian/12'
  c.vm.box_url = 'https://images.example/debian-12-genericcloud-amd64.qcow2'
  c.vm.synced_folder '.', '/vagrant', disabled: true
end
",
    );
    if !["qemu-system-x86_64", "qemu-img"]
        .iter()
        .all(|program| lab.install(program))
    {
        return;
    }
    let plan = lab.rove(&["plan", "--provider", "qemu"]);
    for step in [
        "write what cloud-init reads",
        "wait until cloud-init is done",
    ] {
        assert!(plan.stdout.contains(step), "{plan}");
    }
    assert!(!plan.stdout.contains("insecure key"), "{plan}");
}
