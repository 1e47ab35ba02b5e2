//! `rove init`.

use crate::support::Lab;

#[test]
fn a_file_is_written_once() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.rove(&["init", "-m", "generic/debian12"]), @"
    $ rove init -m generic/debian12
    Wrote `Vagrantfile`. Look it over, then type `rove up`.
    => 0
    ");
    insta::assert_snapshot!(lab.read("Vagrantfile"), @r#"
    # -*- mode: ruby -*-
    # vi: set ft=ruby :

    Vagrant.configure("2") do |config|
      config.vm.box = "generic/debian12"
    end
    "#);
    insta::assert_snapshot!(lab.rove(&["init", "other"]), @"
    $ rove init other
    --- stderr
    error: cannot write `[WORK]/Vagrantfile`: it is there already
    hint: add `--force` to replace it
    => 1
    ");
    assert!(lab.read("Vagrantfile").contains("generic/debian12"));
    lab.rove(&["init", "-f", "other"]).succeeds();
    assert!(
        lab.read("Vagrantfile")
            .contains("config.vm.box = \"other\"")
    );
}

#[test]
fn output_goes_to_another_file_or_to_the_screen() {
    let lab = Lab::new();
    lab.rove(&["init", "--output", "vf", "a/b", "http://h/x.json"])
        .succeeds();
    assert!(
        lab.read("vf")
            .contains("config.vm.box_url = \"http://h/x.json\"")
    );
    insta::assert_snapshot!(lab.rove(&["init", "-m", "--output", "-", "--box-version", ">= 1", "x"]), @r#"
    $ rove init -m --output - --box-version >= 1 x
    # -*- mode: ruby -*-
    # vi: set ft=ruby :

    Vagrant.configure("2") do |config|
      config.vm.box = "x"
      config.vm.box_version = ">= 1"
    end
    => 0
    "#);
    insta::assert_snapshot!(lab.rove(&["init", "--output", "no/such/file"]), @"
    $ rove init --output no/such/file
    --- stderr
    error: cannot write `[WORK]/no/such/file`: its folder is not there
    hint: make the folder first
    => 1
    ");
}
