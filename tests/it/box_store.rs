//! Looking after boxes: `box outdated`, `update`, `prune`, `repackage`,
//! `verify`, `gc`, `du`, `import-from-vagrant`, and shared stores.

use crate::support::{Lab, Server, box_file};

fn sample(provider: &str, disk: &str) -> Vec<u8> {
    box_file(&[
        ("metadata.json", &format!(r#"{{"provider":"{provider}"}}"#)),
        ("box.img", disk),
    ])
}

/// A server whose catalog of `org/box` has versions 0.5 and 0.7 for two providers.
fn served() -> (Server, Lab) {
    let server = Server::start();
    let mut versions = Vec::new();
    for version in ["0.5", "0.7"] {
        let mut offers = Vec::new();
        for provider in ["libvirt", "docker"] {
            let path = format!("/{version}-{provider}.box");
            server.file(&path, sample(provider, version));
            offers.push(format!(
                r#"{{"name":"{provider}","url":"{}"}}"#,
                server.url(&path)
            ));
        }
        versions.push(format!(
            r#"{{"version":"{version}","providers":[{}]}}"#,
            offers.join(",")
        ));
    }
    let catalog = format!(
        r#"{{"name":"org/box","versions":[{}]}}"#,
        versions.join(",")
    );
    server.catalog("org/box", &catalog);
    let mut lab = Lab::new();
    lab.set("VAGRANT_SERVER_URL", server.root());
    (server, lab)
}

fn add(lab: &Lab, version: &str, provider: &str) {
    lab.rove(&[
        "box",
        "add",
        "org/box",
        "--box-version",
        version,
        "--provider",
        provider,
    ])
    .succeeds();
}

#[test]
fn catalogs_are_asked_for_newer_versions() {
    let (server, lab) = served();
    insta::assert_snapshot!(lab.rove(&["box", "outdated", "--global"]), @"
    $ rove box outdated --global
    => 0
    ");
    add(&lab, "0.5", "libvirt");
    lab.write("plain.box", sample("libvirt", "plain"));
    lab.rove(&["box", "add", "plain", "plain.box"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["box", "outdated", "--global"]), @"
    $ rove box outdated --global
    `plain` for libvirt was not added from a catalog: nothing tells of newer versions
    `org/box` for libvirt is outdated: 0.5 is here, 0.7 can be had (`rove box update`)
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "outdated", "--global", "--machine-readable"]), @"
    $ rove box outdated --global --machine-readable
    [SECONDS],,ui,output,`plain` for libvirt was not added from a catalog: nothing tells of newer versions
    [SECONDS],,ui,warn,`org/box` for libvirt is outdated: 0.5 is here%!(VAGRANT_COMMA) 0.7 can be had (`rove box update`)
    => 0
    ");
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') { |c| c.vm.box = 'org/box'; c.vm.box_version = '< 0.6' }\n",
    );
    insta::assert_snapshot!(lab.rove(&["box", "outdated"]), @"
    $ rove box outdated
    ==> default: `org/box` for libvirt (0.5) is the newest
    => 0
    ");
    server.catalog("org/box", "{");
    let run = lab.rove(&["box", "outdated", "--global"]);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_newer_version_is_fetched_beside_the_old_one() {
    let (_server, lab) = served();
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "org/box"]), @"
    $ rove box update --box org/box
    --- stderr
    error: the box `org/box` is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    add(&lab, "0.5", "libvirt");
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "org/box"]), @"
    $ rove box update --box org/box
    fetch org/box 0.7: 3.1 kB in [TIME] ([RATE])
    `org/box` for libvirt is now here as 0.7 too; machines made from 0.5 keep it until they are made anew
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "org/box"]), @"
    $ rove box update --box org/box
    `org/box` for libvirt (0.7) is the newest
    => 0
    ");
    add(&lab, "0.5", "docker");
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "org/box"]), @"
    $ rove box update --box org/box
    --- stderr
    error: the box `org/box` is there for several providers: docker, libvirt
    hint: name one: `--provider docker`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "org/box", "--provider", "zz"]), @"
    $ rove box update --box org/box --provider zz
    --- stderr
    error: the box `org/box` is not there for zz; it is for docker, libvirt
    hint: `rove box list` shows those that are there
    => 1
    ");
    lab.write("plain.box", sample("libvirt", "plain"));
    lab.rove(&["box", "add", "plain", "plain.box"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["box", "update", "--box", "plain"]), @"
    $ rove box update --box plain
    --- stderr
    error: the box `plain` was not added from a catalog, so there is nothing to update it from
    hint: add the new file under a new name, or with `rove box add --force plain FILE`
    => 1
    ");
}

#[test]
fn the_box_of_a_lab_is_updated_within_its_constraint() {
    let (_server, lab) = served();
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') { |c| c.vm.box = 'org/box'; c.vm.box_version = '< 0.6' }\n",
    );
    insta::assert_snapshot!(lab.rove(&["box", "update"]), @"
    $ rove box update
    ==> default: the box `org/box` is not here yet; `rove up` fetches it
    => 0
    ");
    add(&lab, "0.5", "libvirt");
    insta::assert_snapshot!(lab.rove(&["box", "update"]), @"
    $ rove box update
    ==> default: `org/box` for libvirt (0.5) is the newest
    => 0
    ");
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') { |c| c.vm.box = 'org/box' }\n",
    );
    lab.rove(&["box", "update"]).succeeds();
    assert!(lab.rove(&["box", "list"]).stdout.contains("0.7"));
}

#[test]
fn old_versions_are_pruned() {
    let (_server, lab) = served();
    insta::assert_snapshot!(lab.rove(&["box", "prune"]), @"
    $ rove box prune
    There are no boxes.
    => 0
    ");
    add(&lab, "0.5", "libvirt");
    add(&lab, "0.7", "libvirt");
    add(&lab, "0.5", "docker");
    insta::assert_snapshot!(lab.rove(&["box", "prune", "-n"]), @"
    $ rove box prune -n
    These boxes are kept:
      org/box (docker, 0.5)
      org/box (libvirt, 0.7)
    Would remove `org/box` 0.5 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "prune", "-p", "docker"]), @"
    $ rove box prune -p docker
    These boxes are kept:
      org/box (docker, 0.5)
    There are no old versions to remove.
    => 0
    ");
    in_use(&lab, "0.5", "libvirt");
    insta::assert_snapshot!(lab.rove(&["box", "prune"]), @"
    $ rove box prune
    These boxes are kept:
      org/box (docker, 0.5)
      org/box (libvirt, 0.7)
    --- stderr
    error: there is no terminal to answer on: The box `org/box` 0.5 is used by `web` in [WORK]. Remove it all the same?
    hint: destroy these machines first, or add `--force`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "prune", "-f", "-k"]), @"
    $ rove box prune -f -k
    These boxes are kept:
      org/box (docker, 0.5)
      org/box (libvirt, 0.7)
    Kept `org/box` 0.5 for libvirt: a machine uses it.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "prune", "-f", "--name", "org/box", "--machine-readable"]), @"
    $ rove box prune -f --name org/box --machine-readable
    [SECONDS],,ui,info,These boxes are kept:
    [SECONDS],,ui,info,  org/box (docker%!(VAGRANT_COMMA) 0.5)
    [SECONDS],,box-name,org/box
    [SECONDS],,box-provider,docker
    [SECONDS],,box-version,0.5
    [SECONDS],,ui,info,  org/box (libvirt%!(VAGRANT_COMMA) 0.7)
    [SECONDS],,box-name,org/box
    [SECONDS],,box-provider,libvirt
    [SECONDS],,box-version,0.7
    [SECONDS],,ui,info,Removed the box `org/box` 0.5 for libvirt.
    => 0
    ");
}

/// Notes in the index that a machine uses a box.
fn in_use(lab: &Lab, version: &str, provider: &str) {
    let index = format!(
        r#"{{"version":1,"machines":{{"0123456789abcdef0123456789abcdef":{{"local_data_path":"{0}/.rove","name":"web",
        "provider":"qemu","state":"running","vagrantfile_name":null,"vagrantfile_path":"{0}","updated_at":null,
        "extra_data":{{"box":{{"name":"org/box","provider":"{provider}","version":"{version}"}}}}}}}}}}"#,
        lab.work().display()
    );
    let dir = lab.rove_home().join("data/machine-index");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("index"), index).unwrap();
}

#[test]
fn a_box_is_written_back_and_added_again() {
    let (_server, lab) = served();
    add(&lab, "0.7", "libvirt");
    insta::assert_snapshot!(lab.rove(&["box", "repackage", "org/box", "libvirt", "0.7"]), @"
    $ rove box repackage org/box libvirt 0.7
    pack org/box 0.7: 25 B in [TIME] ([RATE])
    Wrote the box to `package.box`.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "repackage", "org/box", "libvirt", "0.7"]), @"
    $ rove box repackage org/box libvirt 0.7
    --- stderr
    error: `[WORK]/package.box` is there already
    hint: remove it, or give another name with `--output`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "repackage", "org/box", "libvirt", "9"]), @"
    $ rove box repackage org/box libvirt 9
    --- stderr
    error: the box `org/box` 9 for libvirt is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    assert_eq!(lab.rove(&["box", "repackage", "org/box"]).code, Some(1));
    lab.rove(&[
        "box",
        "repackage",
        "org/box",
        "libvirt",
        "0.7",
        "--output",
        "again.box",
    ])
    .succeeds();
    let bytes = |name: &str| std::fs::read(lab.work().join(name)).unwrap();
    assert!(
        bytes("package.box") == bytes("again.box"),
        "same input, same bytes"
    );
    lab.rove(&["box", "add", "copy", "package.box"]).succeeds();
    let img = "boxes/copy/0/libvirt/box.img";
    assert_eq!(
        std::fs::read_to_string(lab.rove_home().join(img)).unwrap(),
        "0.7"
    );
}

#[test]
fn a_changed_store_is_noticed() {
    let (_server, lab) = served();
    add(&lab, "0.7", "libvirt");
    insta::assert_snapshot!(lab.rove(&["box", "verify"]), @"
    $ rove box verify
    `org/box` 0.7 for libvirt is as it was added
    => 0
    ");
    let dir = lab
        .rove_home()
        .join("boxes/org-VAGRANTSLASH-box/0.7/libvirt");
    std::fs::write(dir.join("box.img"), "7.0").unwrap();
    insta::assert_snapshot!(lab.rove(&["box", "verify"]), @"
    $ rove box verify
    Fetch a damaged box anew: `rove box add --force NAME`.
    --- stderr
    `org/box` 0.7 for libvirt: its content is sha256:88dee932df2dd1e71253db8bdca91385bdc39ae699d268fd49c9c794563d4fa9, added was sha256:1a8699d213b1bef57e624705eba56da02ebf98a5637e02998a2772cf69b311e5
    => 1
    ");
    std::fs::write(dir.join("box.img"), "0.7").unwrap();
    assert_eq!(lab.rove(&["box", "verify", "org/box"]).code, Some(0));
    std::fs::remove_file(dir.join(".rove-box.json")).unwrap();
    insta::assert_snapshot!(lab.rove(&["box", "verify"]), @"
    $ rove box verify
    `org/box` 0.7 for libvirt looks well; nothing was noted when it was added
    => 0
    ");
    assert_eq!(lab.rove(&["box", "verify", "none"]).code, Some(1));
}

#[test]
fn equal_disks_are_stored_once() {
    let lab = Lab::new();
    let disk = "x".repeat(3 << 20);
    lab.write("a.box", sample("libvirt", &disk));
    lab.rove(&["box", "add", "a", "a.box"]).succeeds();
    lab.rove(&["box", "add", "b", "a.box"]).succeeds();
    let used = || -> Vec<(u64, u64)> {
        let text = lab.rove(&["box", "du", "--json"]).succeeds();
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let figures = list.as_array().unwrap().iter();
        figures
            .map(|one| {
                (
                    one["length"].as_u64().unwrap(),
                    one["shared"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    let figures = used();
    assert!(figures.iter().all(|(length, _)| *length > 3 << 20));
    // Copy-on-write sharing is not seen; hard links are.
    let is_linked = figures[1].1 >= 3 << 20;
    lab.rove(&["box", "verify"]).succeeds();
    let text = lab.rove(&["box", "gc"]).succeeds();
    assert!(
        !is_linked || text.contains("no file was there twice"),
        "{text}"
    );
    lab.rove(&["box", "du"]).succeeds();
    lab.rove(&["box", "remove", "a"]).succeeds();
    lab.rove(&["box", "verify", "b"]).succeeds();
    assert_eq!(used().len(), 1);
}

#[test]
fn what_a_killed_command_left_is_cleared() {
    let lab = Lab::new();
    let left = lab.rove_home().join("boxes/.removing-0123456789abcdef");
    std::fs::create_dir_all(left.join("1.0/libvirt")).unwrap();
    lab.rove(&["box", "gc"]).succeeds();
    assert!(!left.exists());
}

#[test]
fn vagrants_boxes_become_roves_own() {
    let mut lab = Lab::new();
    let dir = "vagrant/boxes/org-VAGRANTSLASH-a/1.0.0/amd64/libvirt";
    lab.write(&format!("{dir}/metadata.json"), r#"{"provider":"libvirt"}"#);
    lab.write(&format!("{dir}/box.img"), "disk");
    lab.write(
        "vagrant/boxes/org-VAGRANTSLASH-a/metadata_url",
        "http://127.0.0.1:1/a",
    );
    lab.set(
        "VAGRANT_HOME",
        lab.work().join("vagrant").display().to_string(),
    );
    insta::assert_snapshot!(lab.rove(&["box", "import-from-vagrant", "org/b"]), @"
    $ rove box import-from-vagrant org/b
    --- stderr
    error: the box `org/b` is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "import-from-vagrant"]), @"
    $ rove box import-from-vagrant
    import org/a 1.0.0: 26 B in [TIME] ([RATE])
    `org/a` 1.0.0 for libvirt is rove's own now; Vagrant keeps its own.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "import-from-vagrant"]), @"
    $ rove box import-from-vagrant
    There is no box in `[WORK]/vagrant/boxes` that rove does not have.
    => 0
    ");
    std::fs::remove_dir_all(lab.work().join("vagrant")).unwrap();
    insta::assert_snapshot!(lab.rove(&["box", "list", "--json"]), @r#"
    $ rove box list --json
    [
      {
        "name": "org/a",
        "provider": "libvirt",
        "version": "1.0.0",
        "architecture": "amd64",
        "directory": "[ROVE]/boxes/org-VAGRANTSLASH-a/1.0.0/amd64/libvirt",
        "read_only": false,
        "catalog": "http://127.0.0.1:[PORT]/a",
        "url": null,
        "checksum": null,
        "info": {}
      }
    ]
    => 0
    "#);
    lab.rove(&["box", "verify"]).succeeds();
}

#[test]
fn a_shared_store_is_read_and_never_written() {
    let mut lab = Lab::new();
    lab.write(
        "shared/x/1.0/libvirt/metadata.json",
        r#"{"provider":"libvirt"}"#,
    );
    lab.write(
        "home/boxes/y/1.0/libvirt/metadata.json",
        r#"{"provider":"libvirt"}"#,
    );
    let path = |name: &str| lab.work().join(name).display().to_string();
    lab.set(
        "ROVE_BOX_PATH",
        format!("{}:{}", path("shared"), path("home")),
    );
    insta::assert_snapshot!(lab.rove(&["box", "list"]), @"
    $ rove box list
    x (libvirt, 1.0)
    y (libvirt, 1.0)
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "remove", "x"]), @"
    $ rove box remove x
    --- stderr
    error: the box `x` lies in `[WORK]/shared/x/1.0/libvirt`, which rove only reads
    hint: if the folder is Vagrant's: `vagrant box remove x`
    hint: boxes of `ROVE_BOX_PATH` are looked after by whoever shares them
    => 1
    ");
}
