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

#[test]
fn images_of_distributions_are_known_by_name() {
    let mut lab = Lab::new();
    lab.set("VAGRANT_HOST_ARCHITECTURE", "amd64");
    let list = lab.rove(&["init", "--images"]);
    for name in ["debian/12", "ubuntu/24.04", "freebsd/15.1"] {
        let row = list.stdout.lines().find(|row| row.starts_with(name));
        assert!(row.is_some_and(|row| row.contains("amd64")), "{list}");
    }
    insta::assert_snapshot!(lab.rove(&["init", "debian/12", "--minimal", "--output", "-"]), @r#"
    $ rove init debian/12 --minimal --output -
    # -*- mode: ruby -*-
    # vi: set ft=ruby :

    Vagrant.configure("2") do |config|
      config.vm.box = "debian/12"
      config.vm.box_url = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"
    end
    => 0
    "#);
    insta::assert_snapshot!(lab.rove(&["init", "debian/12"]), @"
    $ rove init debian/12
    Wrote `Vagrantfile`. Its machine starts from the image of Debian 12 (bookworm). Look it over, then type `rove up`.
    => 0
    ");
    let written = lab.read("Vagrantfile");
    assert!(
        written.contains("the image of Debian 12 (bookworm)"),
        "{written}"
    );
    lab.rove(&["validate"]).succeeds();
    // What has an address of its own is what it says.
    let mine = lab.rove(&[
        "init",
        "debian/12",
        "http://here/x.box",
        "-m",
        "--output",
        "-",
    ]);
    assert!(!mine.stdout.contains("cloud.debian.org"), "{mine}");
    lab.set("VAGRANT_HOST_ARCHITECTURE", "arm64");
    insta::assert_snapshot!(lab.rove(&["init", "arch/latest", "--output", "-"]), @"
    $ rove init arch/latest --output -
    --- stderr
    error: Arch Linux is not published as an image for arm64; it is for amd64
    hint: `rove init --images` lists what there is
    => 1
    ");
}

#[test]
fn a_box_that_is_gone_has_an_image_suggested_and_not_taken() {
    let lab = Lab::with("Vagrant.configure('2') { |c| c.vm.box = 'generic/debian12' }");
    insta::assert_snapshot!(lab.rove(&["box", "add", "generic/debian12"]), @"
    $ rove box add generic/debian12
    --- stderr
    error: the box `generic/debian12` is not at its source
        http://127.0.0.1:[PORT]: cannot reach 127.0.0.1:[PORT]: Connection refused (os error 111)
    hint: check the network and the proxy variables `http_proxy`, `https_proxy`, `no_proxy`
    hint: `rove box where generic/debian12` shows how the places are chosen
    hint: Debian 12 (bookworm) is published as an image for clouds, which is not the same as the box: `rove init debian/12 --output -` shows how to use it
    => 1
    ");
}
