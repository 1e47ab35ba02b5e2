//! Sources of boxes: a name is found wherever it lives now.

use crate::support::{Lab, Server, box_file};

fn catalog(name: &str, version: &str) -> String {
    format!(
        r#"{{"name":"{name}","versions":[{{"version":"{version}","providers":[{{"name":"libvirt","url":"{version}.box"}}]}}]}}"#
    )
}

fn a_box() -> Vec<u8> {
    box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "disk"),
    ])
}

/// A lab whose server knows no box, and which has a folder of boxes.
fn lab() -> (Server, Lab) {
    let server = Server::start();
    let mut lab = Lab::with("Vagrant.configure('2') { |c| c.vm.box = 'org/box' }\n");
    lab.set("VAGRANT_SERVER_URL", server.root());
    lab.write("mirror/org/box.json", catalog("org/box", "1.0.0"));
    lab.write("mirror/org/1.0.0.box", a_box());
    (server, lab)
}

#[test]
fn a_box_comes_from_the_source_that_has_it() {
    let (_server, lab) = lab();
    lab.write(
        ".rove/sources.toml",
        "[[source]]\nplace = 'gone'\n\n[[source]]\nplace = 'mirror'\nboxes = ['org/*']\n",
    );
    insta::assert_snapshot!(lab.rove(&["box", "where", "org/box"]), @"
    $ rove box where org/box
    org/box
      1. gone ([WORK]/.rove/sources.toml)
         there is no box or catalog `[WORK]/gone/org/box.json`
      2. mirror ([WORK]/.rove/sources.toml)
         version 1.0.0 for libvirt, [WORK]/mirror/org/1.0.0.box, without a checksum
      3. http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL)
         not asked: an earlier place has it
      not in the store
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box"]), @"
    $ rove box add org/box
    `org/box` is not at gone: there is no box or catalog `[WORK]/gone/org/box.json`
    `org/box` is at [WORK]/mirror/org/box.json
    fetch org/box 1.0.0: 3.1 kB in [TIME] ([RATE])
    Added the box `org/box` 1.0.0 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "where", "org/box", "--box-version", "2.0"]), @"
    $ rove box where org/box --box-version 2.0
    org/box
      1. gone ([WORK]/.rove/sources.toml)
         there is no box or catalog `[WORK]/gone/org/box.json`
      2. mirror ([WORK]/.rove/sources.toml)
         no version of `org/box` meets `= 2.0`; there are 1.0.0
      3. http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL)
         the box `org/box` is not on http://127.0.0.1:[PORT]
      in the store: 1.0.0 for libvirt
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/none"]), @"
    $ rove box add org/none
    --- stderr
    error: the box `org/none` is at none of its 3 sources
        gone: there is no box or catalog `[WORK]/gone/org/none.json`
        mirror: there is no box or catalog `[WORK]/mirror/org/none.json`
        http://127.0.0.1:[PORT]: the box `org/none` is not on http://127.0.0.1:[PORT]
    hint: `rove box where org/none` shows how the places are chosen
    => 1
    ");
    let text = lab.rove(&["box", "where", "org/box", "--json"]).succeeds();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["found"], true);
    assert_eq!(value["here"][0], "1.0.0 for libvirt");
    assert_eq!(value["sources"][1]["version"], "1.0.0");
    assert_eq!(value["sources"][2]["error"], serde_json::Value::Null);
}

#[test]
fn a_name_can_be_another_there() {
    let (server, mut lab) = lab();
    let home = lab.rove_home().join("sources.toml");
    std::fs::create_dir_all(lab.rove_home()).unwrap();
    std::fs::write(
        &home,
        format!(
            "[[source]]\nplace = {:?}\nrename = {{ 'old/*' = 'org/*' }}\n",
            lab.work().join("mirror").to_str().unwrap()
        ),
    )
    .unwrap();
    insta::assert_snapshot!(lab.rove(&["box", "add", "old/box"]), @"
    $ rove box add old/box
    fetch old/box 1.0.0: 3.1 kB in [TIME] ([RATE])
    Added the box `old/box` 1.0.0 for libvirt.
    => 0
    ");
    // A server in Vagrant Cloud's scheme, from the variable, before the default one.
    server.catalog("new/box", &catalog("new/box", "3.0.0"));
    lab.set("ROVE_SOURCES", format!("new/*=server+{}", server.root()));
    lab.set("VAGRANT_SERVER_URL", "http://127.0.0.1:9");
    insta::assert_snapshot!(lab.rove(&["box", "where", "new/box"]), @"
    $ rove box where new/box
    new/box
      1. [WORK]/mirror ([ROVE]/sources.toml)
         there is no box or catalog `[WORK]/mirror/new/box.json`
      2. http://127.0.0.1:[PORT] (ROVE_SOURCES)
         version 3.0.0 for libvirt, http://127.0.0.1:[PORT]/api/v2/vagrant/new/3.0.0.box, without a checksum
      3. http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL)
         not asked: an earlier place has it
      not in the store
    => 0
    ");
}

#[test]
fn a_list_that_is_no_list_is_told_of() {
    let (_server, lab) = lab();
    lab.write(
        ".rove/sources.toml",
        "[[source]]\nplace = 'a'\nkinds = 'b'\n",
    );
    insta::assert_snapshot!(lab.rove(&["box", "where", "org/box"]), @"
    $ rove box where org/box
    --- stderr
    error: cannot use the sources of boxes in `[WORK]/.rove/sources.toml`
        TOML parse error at line 3, column 1
          |
        3 | kinds = 'b'
          | ^^^^^
        unknown field `kinds`, expected one of `place`, `kind`, `boxes`, `rename`, `key`
    hint: its form is `[[source]]` with `place`, `kind`, `boxes`, `rename` and `key`; see docs/sources.md
    => 1
    ");
}

#[test]
fn a_source_with_other_bytes_is_passed_over() {
    let (server, mut lab) = lab();
    let right = a_box();
    let sum = rove::boxes::Checksum::of(rove::boxes::ChecksumKind::Sha256, &right);
    let offer = |sum: &str| {
        format!(
            r#"{{"name":"org/box","versions":[{{"version":"1.0.0","providers":[{{"name":"libvirt","url":"1.0.0.box","checksum_type":"sha256","checksum":"{sum}"}}]}}]}}"#
        )
    };
    // Locked with the right bytes; then the first source publishes others.
    lab.write("mirror/org/box.json", offer(&sum.hex));
    lab.set("ROVE_SOURCES", "mirror");
    lab.rove(&["box", "add", "org/box"]).succeeds();
    lab.rove(&["lock"]).succeeds();
    lab.rove(&["box", "remove", "org/box"]).succeeds();
    lab.write("mirror/org/box.json", offer(&"0".repeat(64)));
    lab.write("mirror/org/1.0.0.box", box_file(&[("metadata.json", "{}")]));
    let run = lab.rove(&["fetch"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains(&"0".repeat(64)), "{run}");
    assert!(run.stderr.contains(&sum.hex), "{run}");
    // The next one has what was locked.
    lab.write("second/org/box.json", offer(&sum.hex));
    lab.write("second/org/1.0.0.box", &right);
    lab.set("ROVE_SOURCES", "mirror second");
    let run = lab.rove(&["fetch"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("other bytes are offered"), "{run}");
    drop(server);
}
