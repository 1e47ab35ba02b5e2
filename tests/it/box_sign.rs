//! Signed catalogs and boxes.

use std::process::Command;

use crate::support::{Lab, Run, Server, box_file};

fn key(lab: &Lab, name: &str) -> String {
    let path = lab.work().join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&path)
        .status();
    assert!(made.unwrap().success());
    lab.read(&format!("{name}.pub")).trim().to_owned()
}

/// Puts what is in the lab's folder where it can be fetched.
fn serve(server: &Server, lab: &Lab, name: &str) {
    let path = lab.work().join(name);
    server.file(&format!("/{name}"), std::fs::read(path).unwrap());
}

/// The output of two keys has the same length everywhere; their names do not matter.
fn plain(run: &Run) -> String {
    let text = run.to_string();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("SHA256:") {
        out.push_str(before);
        out.push_str("[KEY]");
        let is_digit = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
        rest = after.trim_start_matches(is_digit);
    }
    out + rest
}

#[test]
fn a_signed_catalog_stays_signed() {
    let lab = Lab::new();
    let server = Server::start();
    key(&lab, "mine");
    key(&lab, "theirs");
    let boxed = box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "disk"),
    ]);
    server.file("/small.box", boxed);
    let catalog = |version: &str| {
        format!(
            r#"{{"name":"org/box","versions":[{{"version":"{version}","providers":[{{"name":"libvirt","url":"{}"}}]}}]}}"#,
            server.url("/small.box")
        )
    };
    lab.write("box.json", catalog("1.0.0"));
    insta::assert_snapshot!(plain(&lab.rove(&["box", "sign", "--key", "mine", "box.json"])), @"
    $ rove box sign --key mine box.json
    Signed by [KEY]: `[WORK]/box.json.sig`.
    => 0
    ");
    serve(&server, &lab, "box.json");
    serve(&server, &lab, "box.json.sig");
    let address = server.url("/box.json");
    let shown = |run: Run| plain(&run).replace(&server.root(), "http://127.0.0.1:[PORT]");
    insta::assert_snapshot!(shown(lab.rove(&["box", "add", &address])), @"
    $ rove box add http://127.0.0.1:[PORT]/box.json
    http://127.0.0.1:[PORT]/box.json is signed by [KEY]; from now on it has to be
    fetch org/box 1.0.0: 3.1 kB in [TIME] ([RATE])
    Added the box `org/box` 1.0.0 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(plain(&lab.rove(&["box", "signers"])), @"
    $ rove box signers
    [KEY]  http://127.0.0.1:[PORT]/box.json
    => 0
    ");
    // Somebody has the server, and not the key.
    lab.write("box.json", catalog("2.0.0"));
    serve(&server, &lab, "box.json");
    insta::assert_snapshot!(plain(&lab.rove(&["box", "update", "--box", "org/box"])), @"
    $ rove box update --box org/box
    --- stderr
    error: the signature beside http://127.0.0.1:[PORT]/box.json does not fit: http://127.0.0.1:[PORT]/box.json was changed, or its signature is of another file
    hint: nothing of it was taken; ask whoever publishes it, or try another source
    => 1
    ");
    lab.rove(&["box", "sign", "--key", "theirs", "box.json"])
        .succeeds();
    serve(&server, &lab, "box.json.sig");
    insta::assert_snapshot!(shown(lab.rove(&["box", "add", &address])), @"
    $ rove box add http://127.0.0.1:[PORT]/box.json
    --- stderr
    error: http://127.0.0.1:[PORT]/box.json is signed by [KEY], and has to be by [KEY]
    hint: if whoever publishes it says that this is right: `rove box signers --forget http://127.0.0.1:[PORT]/box.json`, or another `key` in the list of sources that names one
    => 1
    ");
    // The publisher has a new key, and says so.
    lab.rove(&["box", "signers", "--forget", &address])
        .succeeds();
    lab.rove(&["box", "add", &address]).succeeds();
    assert!(lab.rove(&["box", "list"]).stdout.contains("2.0.0"));
}

#[test]
fn a_source_may_name_its_key_beforehand() {
    let lab = Lab::with("Vagrant.configure('2') { |c| c.vm.box = 'org/box' }");
    let line = key(&lab, "mine");
    lab.write(
        ".rove/sources.toml",
        format!("[[source]]\nplace = \"mirror\"\nkey = \"{line}\"\n"),
    );
    let boxed = box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "disk"),
    ]);
    lab.write("mirror/org/1.box", boxed);
    lab.write(
        "mirror/org/box.json",
        r#"{"name":"org/box","versions":[{"version":"1","providers":[{"name":"libvirt","url":"1.box"}]}]}"#,
    );
    let refused = lab.rove(&["box", "add", "org/box"]);
    assert!(
        refused.stderr.contains("is not signed, and has to be by"),
        "{refused}"
    );
    lab.rove(&["box", "sign", "--key", "mine", "mirror/org/box.json"])
        .succeeds();
    lab.rove(&["box", "add", "org/box"]).succeeds();
    lab.write(
        ".rove/sources.toml",
        "[[source]]\nplace = \"mirror\"\nkey = \"mine\"\n",
    );
    let refused = lab.rove(&["box", "add", "org/box", "--force"]);
    assert!(
        refused.stderr.contains("`key` is no public SSH key"),
        "{refused}"
    );
}

#[test]
fn a_box_without_a_catalog_can_be_signed_too() {
    let lab = Lab::new();
    key(&lab, "mine");
    let boxed = |disk| {
        box_file(&[
            ("metadata.json", r#"{"provider":"libvirt"}"#),
            ("box.img", disk),
        ])
    };
    lab.write("small.box", boxed("disk"));
    lab.rove(&["box", "sign", "--key", "mine", "small.box"])
        .succeeds();
    let added = lab.rove(&["box", "add", "--name", "small", "small.box"]);
    assert!(
        added.to_string().contains("is signed by SHA256:"),
        "{added}"
    );
    lab.write("small.box", boxed("other"));
    let refused = lab.rove(&["box", "add", "--force", "--name", "small", "small.box"]);
    assert!(refused.stderr.contains("does not fit"), "{refused}");
    // A key with a passphrase: OpenSSH's own program signs with it.
    let sealed = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "secret", "-f"])
        .arg(lab.work().join("sealed"))
        .status();
    assert!(sealed.unwrap().success());
    let refused = lab.rove(&["box", "sign", "--key", "sealed", "small.box"]);
    assert!(
        refused.stderr.contains("ssh-keygen -Y sign -n rove"),
        "{refused}"
    );
    let none = lab.rove(&["box", "sign", "small.box"]);
    assert!(none.stderr.contains("there is no SSH key"), "{none}");
}
