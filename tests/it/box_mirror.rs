//! `rove box mirror`: boxes outlive the place they came from.

use crate::support::{Fault, Lab, Server, box_file};

fn a_box(provider: &str) -> Vec<u8> {
    box_file(&[
        ("metadata.json", &format!(r#"{{"provider":"{provider}"}}"#)),
        ("box.img", "disk"),
    ])
}

/// A server with two versions of `org/box`, and a lab that asks it.
fn served() -> (Server, Lab) {
    let server = Server::start();
    for provider in ["libvirt", "virtualbox"] {
        server.file(&format!("/{provider}.box"), a_box(provider));
    }
    let offer = |name: &str, more: &str| {
        let url = server.url(&format!("/{name}.box"));
        format!(r#"{{"name":"{name}","url":"{url}"{more}}}"#)
    };
    let arch = r#","architecture":"amd64","default_architecture":true"#;
    let text = format!(
        r#"{{"name":"org/box","description":"A box","versions":[
            {{"version":"1.0.0","providers":[{}]}},
            {{"version":"1.1.0","providers":[{},{}]}}]}}"#,
        offer("libvirt", ""),
        offer("libvirt", arch),
        offer("virtualbox", "")
    );
    server.catalog("org/box", &text);
    let mut lab = Lab::with("Vagrant.configure('2') { |c| c.vm.box = 'org/box' }\n");
    lab.set("VAGRANT_SERVER_URL", server.root());
    (server, lab)
}

#[test]
fn a_mirrored_box_needs_its_server_no_more() {
    let (server, mut lab) = served();
    insta::assert_snapshot!(lab.rove(&["box", "mirror", "--to", "mirror"]), @r#"
    $ rove box mirror --to mirror
    mirror org/box: 3.1 kB in [TIME] ([RATE])
    mirror org/box: 3.1 kB in [TIME] ([RATE])
    org/box 1.1.0 (libvirt, amd64): copied, 3.0 KiB
    org/box 1.1.0 (virtualbox): copied, 3.0 KiB
    `mirror` holds these boxes; a source names it: `place = "[WORK]/mirror"`.
    => 0
    "#);
    let moved = server.bytes("/libvirt.box");
    insta::assert_snapshot!(lab.rove(&["box", "mirror", "--to", "mirror", "org/box"]), @r#"
    $ rove box mirror --to mirror org/box
    org/box 1.1.0 (libvirt, amd64): there already, 3.0 KiB
    org/box 1.1.0 (virtualbox): there already, 3.0 KiB
    `mirror` holds these boxes; a source names it: `place = "[WORK]/mirror"`.
    => 0
    "#);
    assert_eq!(server.bytes("/libvirt.box"), moved);
    insta::assert_snapshot!(lab.read("mirror/org/box.json"), @r#"
    {
      "name": "org/box",
      "description": "A box",
      "versions": [
        {
          "version": "1.1.0",
          "providers": [
            {
              "name": "libvirt",
              "url": "box/1.1.0/libvirt-amd64.box",
              "checksum_type": "sha256",
              "checksum": "93b805e5a297251521e35a6dde9c4a7fb5b2461d30dcd4c994beb567a3b5746c",
              "size": 3072,
              "architecture": "amd64",
              "default_architecture": true
            },
            {
              "name": "virtualbox",
              "url": "box/1.1.0/virtualbox.box",
              "checksum_type": "sha256",
              "checksum": "8874d7ab1efd746451a58d7bc0e0c3338911de0f943b95b82810c3fdcc24ee0e",
              "size": 3072
            }
          ]
        }
      ]
    }
    "#);
    drop(server);
    lab.set("VAGRANT_SERVER_URL", "http://127.0.0.1:9");
    lab.set("ROVE_SOURCES", "mirror");
    let added = lab.rove(&["box", "add", "org/box", "--provider", "libvirt"]);
    assert!(added.succeeds().contains("`org/box` 1.1.0 for libvirt"));
    let verified = lab.rove(&["box", "where", "org/box"]).succeeds();
    assert!(!verified.contains("without a checksum"), "{verified}");
}

#[test]
fn versions_providers_and_architectures_are_chosen() {
    let (_server, lab) = served();
    for (arguments, files) in [
        (vec!["org/box@1.0.0"], vec!["1.0.0/libvirt.box"]),
        (
            vec!["org/box", "--provider", "virtualbox"],
            vec!["1.1.0/virtualbox.box"],
        ),
        (
            vec!["org/box@~> 1.0", "--all-versions", "--provider", "libvirt"],
            vec!["1.0.0/libvirt.box", "1.1.0/libvirt-amd64.box"],
        ),
        (
            vec![
                "org/box",
                "--architecture",
                "amd64",
                "--provider",
                "libvirt",
            ],
            vec!["1.1.0/libvirt-amd64.box"],
        ),
    ] {
        let _ = std::fs::remove_dir_all(lab.work().join("m"));
        let command = [vec!["box", "mirror", "--to", "m"], arguments].concat();
        lab.rove(&command).succeeds();
        let root = lab.work().join("m/org/box");
        let mut found: Vec<String> = files_below(&root);
        found.sort();
        assert_eq!(found, files, "{command:?}");
    }
    insta::assert_snapshot!(lab.rove(&["box", "mirror", "--to", "m", "org/box", "--provider", "hyperv"]), @"
    $ rove box mirror --to m org/box --provider hyperv
    --- stderr
    error: `org/box` 1.1.0 is not made for hyperv; it is made for libvirt, virtualbox
    hint: to take it nevertheless: `--provider libvirt`
    => 1
    ");
}

fn files_below(root: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for version in std::fs::read_dir(root).unwrap().flatten() {
        for file in std::fs::read_dir(version.path()).unwrap().flatten() {
            let path = file.path();
            found.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    found
}

#[test]
fn breaks_are_gone_on_with_and_wrong_bytes_are_no_mirror() {
    let (server, lab) = served();
    let command = [
        "box",
        "mirror",
        "--to",
        "m",
        "org/box",
        "--provider",
        "libvirt",
    ];
    server.fail("/libvirt.box", Fault::Cut(1000));
    lab.rove(&command).succeeds();
    let ranges: Vec<_> = server
        .requests("/libvirt.box")
        .iter()
        .filter_map(|request| request.header("range").map(str::to_owned))
        .collect();
    assert_eq!(ranges, ["bytes=1000-"]);
    assert_eq!(
        std::fs::read(lab.work().join("m/org/box/1.1.0/libvirt-amd64.box")).unwrap(),
        a_box("libvirt")
    );
    let zeros = "0".repeat(64);
    let catalog = |checksum: &str| {
        let url = server.url("/libvirt.box");
        format!(
            r#"{{"name":"org/box","versions":[{{"version":"1.1.0","providers":[{{"name":"libvirt","architecture":"amd64","url":"{url}","checksum_type":"sha256","checksum":"{checksum}"}}]}}]}}"#
        )
    };
    server.catalog("org/box", &catalog(&zeros));
    let run = lab.rove(&command);
    assert!(run.stderr.contains("other bytes"), "{run}");
    assert!(run.stderr.contains(&zeros), "{run}");
    std::fs::remove_dir_all(lab.work().join("m")).unwrap();
    let run = lab.rove(&command);
    assert_eq!(run.code, Some(1));
    assert!(!lab.work().join("m/org/box.json").exists());
    let left = files_below(&lab.work().join("m/org/box"));
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn boxes_of_the_store_can_be_given_back() {
    let (server, mut lab) = served();
    lab.rove(&["box", "add", "org/box", "--provider", "libvirt"])
        .succeeds();
    drop(server);
    let base = ["--base-url", "https://boxes.example/m/"];
    let command = ["box", "mirror", "--installed", "--to", "m", "org/box"];
    let command = [&command[..], &base[..]].concat();
    insta::assert_snapshot!(lab.rove(&command), @r#"
    $ rove box mirror --installed --to m org/box --base-url https://boxes.example/m/
    pack org/box 1.1.0: 26 B in [TIME] ([RATE])
    verify org/box 1.1.0: 151 B in [TIME] ([RATE])
    org/box 1.1.0 (libvirt, amd64): copied, 151 B
    `m` holds these boxes; a source names it: `place = "https://boxes.example/m/"`.
    => 0
    "#);
    let catalog: serde_json::Value = serde_json::from_str(&lab.read("m/org/box.json")).unwrap();
    let offer = &catalog["versions"][0]["providers"][0];
    assert_eq!(
        offer["url"],
        "https://boxes.example/m/org/box/1.1.0/libvirt-amd64.box"
    );
    assert_eq!(offer["repacked"], true);
    // The very file is a box.
    lab.set("VAGRANT_SERVER_URL", "http://127.0.0.1:9");
    lab.rove(&["box", "remove", "org/box", "--force"])
        .succeeds();
    let none = lab.rove(&["box", "mirror", "--installed", "--to", "m", "none/box"]);
    assert_eq!(none.code, Some(1));
    let file = "m/org/box/1.1.0/libvirt-amd64.box";
    lab.rove(&["box", "add", "again", file]).succeeds();
}

#[test]
fn a_box_of_ones_own_is_published_once() {
    let lab = Lab::new();
    lab.write("own.box", a_box("libvirt"));
    lab.write("other.box", a_box("virtualbox"));
    lab.write("no.box", "no box at all");
    let push = |file: &str, version: &str| {
        let named = ["--name", "school/vm", "--version", version, "--to", "m"];
        lab.rove(&[&["box", "push", file], &named[..]].concat())
    };
    insta::assert_snapshot!(push("own.box", "1.0.0"), @"
    $ rove box push own.box --name school/vm --version 1.0.0 --to m
    fetch school/vm 0: 3.1 kB in [TIME] ([RATE])
    mirror school/vm: 3.1 kB in [TIME] ([RATE])
    `school/vm` 1.0.0 for libvirt is published in `m`.
    => 0
    ");
    insta::assert_snapshot!(push("own.box", "1.0.0"), @"
    $ rove box push own.box --name school/vm --version 1.0.0 --to m
    fetch school/vm 0: 3.1 kB in [TIME] ([RATE])
    mirror school/vm: 3.1 kB in [TIME] ([RATE])
    `school/vm` 1.0.0 for libvirt is there already in `m`.
    => 0
    ");
    push("other.box", "1.0.0").succeeds();
    push("own.box", "1.1.0").succeeds();
    let mut left = files_below(&lab.work().join("m/school/vm"));
    left.sort();
    assert_eq!(
        left,
        [
            "1.0.0/libvirt.box",
            "1.0.0/virtualbox.box",
            "1.1.0/libvirt.box"
        ]
    );
    // The same version never has two contents.
    lab.write(
        "own.box",
        box_file(&[
            ("metadata.json", r#"{"provider":"libvirt"}"#),
            ("box.img", "new"),
        ]),
    );
    let run = push("own.box", "1.0.0");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("other bytes"), "{run}");
    insta::assert_snapshot!(push("no.box", "2.0.0"), @"
    $ rove box push no.box --name school/vm --version 2.0.0 --to m
    fetch school/vm 0: 13 B in [TIME] ([RATE])
    --- stderr
    error: [WORK]/no.box is not a box: it is no archive
    hint: a box is a tar archive with `metadata.json` in it
    => 1
    ");
    insta::assert_snapshot!(push("own.box", "two"), @"
    $ rove box push own.box --name school/vm --version two --to m
    --- stderr
    error: `two` is no version
    hint: a version is numbers with dots, such as `1.2.0`
    => 1
    ");
    let mut names: Vec<_> = std::fs::read_dir(lab.work().join("m"))
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["school"]);
}
