//! `rove box list`.

use crate::support::{Lab, box_file};

#[test]
fn boxes_are_listed_in_vagrants_form() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.rove(&["box", "list"]), @"
    $ rove box list
    There are no boxes yet. `rove box add NAME` fetches one; `rove up` does so by itself.
    => 0
    ");
    let metadata = ("metadata.json", r#"{"provider":"libvirt"}"#);
    lab.write(
        "a.box",
        box_file(&[metadata, ("info.json", r#"{"author":"me, myself"}"#)]),
    );
    lab.write("b.box", box_file(&[metadata]));
    lab.rove(&["box", "add", "org/a", "a.box"]).succeeds();
    lab.rove(&["box", "add", "longer/name", "b.box"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["box", "list", "-i"]), @"
    $ rove box list -i
    longer/name (libvirt, 0)
    org/a       (libvirt, 0)
      - author: me, myself
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "list", "-i", "--machine-readable"]), @"
    $ rove box list -i --machine-readable
    [SECONDS],,box-name,longer/name
    [SECONDS],,box-provider,libvirt
    [SECONDS],,box-version,0
    [SECONDS],,box-name,org/a
    [SECONDS],,box-provider,libvirt
    [SECONDS],,box-version,0
    [SECONDS],,box-info,author,me%!(VAGRANT_COMMA) myself
    => 0
    ");
}

#[test]
fn vagrants_own_boxes_are_found() {
    let mut lab = Lab::new();
    lab.write(
        "vagrant/boxes/org-VAGRANTSLASH-a/1.0.0/amd64/libvirt/metadata.json",
        r#"{"provider":"libvirt"}"#,
    );
    lab.set(
        "VAGRANT_HOME",
        lab.work().join("vagrant").display().to_string(),
    );
    insta::assert_snapshot!(lab.rove(&["box", "list"]), @"
    $ rove box list
    org/a (libvirt, 1.0.0, (amd64))
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/a"]), @"
    $ rove box remove org/a
    --- stderr
    error: the box `org/a` lies in `[WORK]/vagrant/boxes/org-VAGRANTSLASH-a/1.0.0/amd64/libvirt`, which rove only reads
    hint: if the folder is Vagrant's: `vagrant box remove org/a`
    hint: boxes of `ROVE_BOX_PATH` are looked after by whoever shares them
    => 1
    ");
}
