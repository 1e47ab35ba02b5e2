//! `rove box add`, and its faults: each with one clear error and a next step.

use crate::support::{Fault, Lab, Server, box_file, closed_port};

fn sample_box() -> Vec<u8> {
    box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "disk"),
    ])
}

/// A catalog that offers one version, at `url`.
fn catalog(url: &str, providers: &[&str]) -> String {
    let offers: Vec<String> = providers
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","url":"{url}"}}"#))
        .collect();
    format!(
        r#"{{"name":"org/box","versions":[{{"version":"1.2.0","providers":[{}]}}]}}"#,
        offers.join(",")
    )
}

/// A catalog server with `org/box` for these providers, and a lab that asks it.
fn served(providers: &[&str]) -> (Server, Lab) {
    let server = Server::start();
    server.file("/small.box", sample_box());
    server.catalog("org/box", &catalog(&server.url("/small.box"), providers));
    let mut lab = Lab::new();
    lab.set("VAGRANT_SERVER_URL", server.root());
    (server, lab)
}

#[test]
fn a_file_becomes_a_box() {
    let lab = Lab::new();
    lab.write("small.box", sample_box());
    insta::assert_snapshot!(lab.rove(&["box", "add", "small", "small.box"]), @"
    $ rove box add small small.box
    fetch small 0: 3.1 kB in [TIME] ([RATE])
    Added the box `small` 0 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "small", "small.box"]), @"
    $ rove box add small small.box
    fetch small 0: 3.1 kB in [TIME] ([RATE])
    --- stderr
    error: the box `small` 0 for libvirt is already there
    hint: to fetch it again: `rove box add --force`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "list"]), @"
    $ rove box list
    small (libvirt, 0)
    => 0
    ");
}

#[test]
fn a_name_is_looked_up_on_the_catalog_server() {
    let (_server, lab) = served(&["libvirt"]);
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box"]), @"
    $ rove box add org/box
    fetch org/box 1.2.0: 3.1 kB in [TIME] ([RATE])
    Added the box `org/box` 1.2.0 for libvirt.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box", "--box-version", "~> 2.0"]), @"
    $ rove box add org/box --box-version ~> 2.0
    --- stderr
    error: no version of `org/box` meets `~> 2.0`; there are 1.2.0
    hint: change `config.vm.box_version` or `--box-version`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box", "--provider", "hyperv"]), @"
    $ rove box add org/box --provider hyperv
    --- stderr
    error: `org/box` 1.2.0 is not made for hyperv; it is made for libvirt
    hint: to take it nevertheless: `--provider libvirt`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/other"]), @"
    $ rove box add org/other
    --- stderr
    error: the box `org/other` is not on http://127.0.0.1:[PORT]
    hint: check the spelling; for a catalog elsewhere: `rove box add --name org/other ADDRESS`, or set `config.vm.box_url`
    hint: for another server set `VAGRANT_SERVER_URL`, for a private box `VAGRANT_CLOUD_TOKEN`
    => 1
    ");
}

#[test]
fn of_several_providers_one_that_rove_has_is_taken() {
    let (_server, lab) = served(&["docker", "libvirt"]);
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box"]), @"
    $ rove box add org/box
    fetch org/box 1.2.0: 3.1 kB in [TIME] ([RATE])
    Added the box `org/box` 1.2.0 for libvirt.
    => 0
    ");
}

#[test]
fn a_server_that_fails() {
    let (server, lab) = served(&["libvirt"]);
    let refused = |fault| {
        server.always("/small.box", fault);
        let run = lab.rove(&["box", "add", "org/box"]);
        server.recover("/small.box");
        run
    };
    insta::assert_snapshot!(refused(Fault::Status(404)), @"
    $ rove box add org/box
    --- stderr
    error: there is nothing at http://127.0.0.1:[PORT]/small.box (404)
    hint: check the address, or choose another version with `--box-version`
    => 1
    ");
    insta::assert_snapshot!(refused(Fault::Html), @"
    $ rove box add org/box
    fetch org/box 1.2.0: 30 B in [TIME] ([RATE])
    --- stderr
    error: http://127.0.0.1:[PORT]/small.box is a web page, not a box or a catalog
    hint: open the address in a browser: a login page or a moved file is the usual cause
    => 1
    ");
    assert!(!lab.rove_home().join("boxes/org-VAGRANTSLASH-box").exists());
}

#[test]
fn a_server_that_does_not_answer() {
    let mut lab = Lab::new();
    lab.set(
        "VAGRANT_SERVER_URL",
        format!("http://127.0.0.1:{}", closed_port()),
    );
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box"]), @"
    $ rove box add org/box
    --- stderr
    error: cannot reach 127.0.0.1:[PORT]: Connection refused (os error 111)
    hint: check the network and the proxy variables `http_proxy`, `https_proxy`, `no_proxy`
    => 1
    ");
}

#[test]
fn a_file_that_is_not_there_or_no_box() {
    let lab = Lab::new();
    lab.write("text.box", "this is no archive\n");
    lab.write("empty.box", box_file(&[("readme", "nothing")]));
    insta::assert_snapshot!(lab.rove(&["box", "add", "x", "nope.box"]), @"
    $ rove box add x nope.box
    --- stderr
    error: there is no box or catalog `[WORK]/nope.box`
    hint: check the path; a box of a catalog server is named `org/name`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "x", "text.box"]), @"
    $ rove box add x text.box
    fetch x 0: 19 B in [TIME] ([RATE])
    --- stderr
    error: [WORK]/text.box is not a box: it is no archive
    hint: a box is a tar archive with `metadata.json` in it
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "x", "empty.box"]), @"
    $ rove box add x empty.box
    fetch x 0: 2.0 kB in [TIME] ([RATE])
    --- stderr
    error: [WORK]/empty.box is not a box: there is no `metadata.json` in it
    hint: a box is a tar archive with `metadata.json` in it
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add", "text.box"]), @"
    $ rove box add text.box
    --- stderr
    error: [WORK]/text.box is a box file without a catalog, and no name was given for it
    hint: `rove box add --name NAME [WORK]/text.box`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "add"]), @"
    $ rove box add
    --- stderr
    error: `rove box add` needs BOX
    hint: `rove box add --help` shows what it takes
    => 1
    ");
}

#[test]
fn a_name_leads_out_of_no_store() {
    let lab = Lab::new();
    lab.write("tiny.box", sample_box());
    for name in ["", " ", ".", "..", ".hidden", "a\\..\\b", "two\nlines"] {
        let run = lab.rove(&["box", "add", "--name", name, "tiny.box"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("can be no name of a box"), "{run}");
    }
    insta::assert_snapshot!(lab.rove(&["box", "add", "--name", "..", "tiny.box"]), @"
    $ rove box add --name .. tiny.box
    --- stderr
    error: `..` can be no name of a box: it begins with a dot
    hint: boxes are named `org/name`
    => 1
    ");
    // A catalog is a stranger's.
    lab.write(
        "evil.json",
        r#"{"name":"..","versions":[{"version":"1","providers":[{"name":"libvirt","url":"tiny.box"}]}]}"#,
    );
    let run = lab.rove(&["box", "add", "evil.json"]);
    assert!(run.stderr.contains("`..` can be no name of a box"), "{run}");
    let run = lab.rove(&["box", "mirror", "evil.json", "--to", "mirror"]);
    assert_eq!(run.code, Some(1), "{run}");
    let outside = ["0", "1", "boxes/0", "boxes/1"].map(|name| lab.rove_home().join(name));
    assert!(outside.iter().all(|path| !path.exists()));
    assert!(!lab.work().join("...json").exists());
}

#[test]
fn a_wrong_checksum_keeps_nothing() {
    let lab = Lab::new();
    lab.write("small.box", sample_box());
    let zeros = "0".repeat(64);
    insta::assert_snapshot!(
        lab.rove(&["box", "add", "x", "small.box", "--checksum", &zeros, "--checksum-type", "sha256"]),
        @"
        $ rove box add x small.box --checksum 0000000000000000000000000000000000000000000000000000000000000000 --checksum-type sha256
        fetch x 0: 3.1 kB in [TIME] ([RATE])
        --- stderr
        error: [WORK]/small.box is not what it should be: its sha256 is 93b805e5a297251521e35a6dde9c4a7fb5b2461d30dcd4c994beb567a3b5746c, expected is 0000000000000000000000000000000000000000000000000000000000000000
        hint: nothing was kept; ask who publishes the box which checksum is right
        => 1
        "
    );
    insta::assert_snapshot!(lab.rove(&["box", "add", "x", "small.box", "--checksum", "0", "--checksum-type", "crc"]), @"
    $ rove box add x small.box --checksum 0 --checksum-type crc
    --- stderr
    error: `0` is no crc checksum
    hint: the kinds are md5, sha1, sha256, sha384 and sha512, the value is hex digits
    => 1
    ");
    assert!(
        lab.rove(&["box", "list"])
            .stdout
            .starts_with("There are no boxes")
    );
    assert!(!lab.rove_home().join("boxes/x").exists());
}

#[test]
fn a_proxy_is_asked_instead_of_the_host() {
    let proxy = Server::start();
    proxy.file("/small.box", sample_box());
    let address = format!("http://127.0.0.1:{}/small.box", closed_port());
    let mut lab = Lab::new();
    lab.set("http_proxy", proxy.root());
    lab.set("no_proxy", "127.0.0.1");
    let direct = lab.rove(&["box", "add", "x", &address]);
    assert!(direct.stderr.contains("cannot reach 127.0.0.1"), "{direct}");
    assert_eq!(proxy.count(), 0);
    lab.set("no_proxy", "");
    let through = lab.rove(&["box", "add", "x", &address]);
    assert!(through.stdout.contains("Added the box `x`"), "{through}");
    assert_eq!(proxy.requests("/small.box").len(), 2);
}

#[test]
fn offline_nothing_is_asked() {
    let (server, lab) = served(&["libvirt"]);
    insta::assert_snapshot!(lab.rove(&["--offline", "box", "add", "org/box"]), @"
    $ rove --offline box add org/box
    --- stderr
    error: `org/box` is not here, and rove is offline
    hint: run it once without `--offline` and `ROVE_OFFLINE`; before class: `rove fetch`
    => 1
    ");
    assert_eq!(server.count(), 0);
    assert_eq!(lab.rove(&["box", "add", "org/box"]).code, Some(0));
    let before = server.count();
    insta::assert_snapshot!(lab.rove(&["box", "add", "org/box", "--offline", "--force"]), @"
    $ rove box add org/box --offline --force
    offline: the catalog http://127.0.0.1:[PORT]/api/v2/vagrant/org/box is from just now
    --- stderr
    error: `org/box` is not here, and rove is offline
    hint: run it once without `--offline` and `ROVE_OFFLINE`; before class: `rove fetch`
    => 1
    ");
    assert_eq!(server.count(), before);
}
