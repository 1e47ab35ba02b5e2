//! `rove box remove`: nothing goes that was not meant.

use crate::support::Lab;

fn lab() -> Lab {
    let lab = Lab::new();
    for (version, provider) in [("1.0", "libvirt"), ("1.1", "libvirt"), ("1.0", "docker")] {
        let dir = lab
            .rove_home()
            .join("boxes/org-VAGRANTSLASH-box")
            .join(version)
            .join(provider);
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("metadata.json"), "{}").unwrap();
    }
    lab
}

#[test]
fn one_of_several_has_to_be_named() {
    let lab = lab();
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box"]), @"
    $ rove box remove org/box
    --- stderr
    error: the box `org/box` is there for several providers: docker, libvirt
    hint: name the one to remove: `--provider docker`
    hint: or remove them all: `--all-providers`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--provider", "libvirt"]), @"
    $ rove box remove org/box --provider libvirt
    --- stderr
    error: the box `org/box` is there for several versions: 1.0, 1.1
    hint: name the one to remove: `--box-version 1.0`
    hint: or remove them all: `--all`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--provider", "hyperv"]), @"
    $ rove box remove org/box --provider hyperv
    --- stderr
    error: the box `org/box` for hyperv is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--provider", "libvirt", "--box-version", "3"]), @"
    $ rove box remove org/box --provider libvirt --box-version 3
    --- stderr
    error: the box `org/box` 3 for libvirt is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
}

#[test]
fn the_named_one_goes() {
    let lab = lab();
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--provider", "docker"]), @"
    $ rove box remove org/box --provider docker
    Removed the box `org/box` 1.0 for docker.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--all"]), @"
    $ rove box remove org/box --all
    Removed the box `org/box` 1.0 for libvirt.
    Removed the box `org/box` 1.1 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box"]), @"
    $ rove box remove org/box
    --- stderr
    error: the box `org/box` is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    assert!(!lab.rove_home().join("boxes/org-VAGRANTSLASH-box").exists());
}

#[test]
fn a_box_in_use_is_asked_about() {
    let lab = lab();
    let index = format!(
        r#"{{"version":1,"machines":{{"0123456789abcdef0123456789abcdef":{{"local_data_path":"{0}/.rove","name":"web",
        "provider":"qemu","state":"running","vagrantfile_name":null,"vagrantfile_path":"{0}","updated_at":null,
        "extra_data":{{"box":{{"name":"org/box","provider":"docker","version":"1.0"}}}}}}}}}}"#,
        lab.work().display()
    );
    let dir = lab.rove_home().join("data/machine-index");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("index"), index).unwrap();
    insta::assert_snapshot!(lab.rove(&["box", "remove", "org/box", "--provider", "docker"]), @"
    $ rove box remove org/box --provider docker
    --- stderr
    error: there is no terminal to answer on: The box `org/box` 1.0 is used by `web` in [WORK]. Remove it all the same?
    hint: destroy these machines first, or add `--force`
    => 1
    ");
    lab.rove(&["box", "remove", "org/box", "--provider", "docker", "-f"])
        .succeeds();
}
