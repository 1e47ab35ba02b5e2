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
