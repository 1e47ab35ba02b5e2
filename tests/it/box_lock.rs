//! `Vagrantfile.lock`: written, obeyed, checked.

use crate::support::{Fault, Lab, Server, box_file};

fn sample(disk: &str) -> Vec<u8> {
    box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", disk),
    ])
}

fn publish(server: &Server, versions: &[(&str, &str)]) {
    let offers: Vec<String> = versions
        .iter()
        .map(|(version, file)| {
            format!(
                r#"{{"version":"{version}","providers":[{{"name":"libvirt","url":"{}"}}]}}"#,
                server.url(file)
            )
        })
        .collect();
    let catalog = format!(r#"{{"name":"org/box","versions":[{}]}}"#, offers.join(","));
    server.catalog("org/box", &catalog);
}

/// A server with version 1.0 of `org/box`, and a lab of one machine with it.
fn served() -> (Server, Lab) {
    let server = Server::start();
    server.file("/1.box", sample("one"));
    server.file("/2.box", sample("two"));
    publish(&server, &[("1.0", "/1.box")]);
    let mut lab =
        Lab::with("Vagrant.configure('2') do |config|\n  config.vm.box = 'org/box'\nend\n");
    lab.set("VAGRANT_SERVER_URL", server.root());
    (server, lab)
}

#[test]
fn a_lab_is_locked_and_stays_with_its_boxes() {
    let (server, lab) = served();
    insta::assert_snapshot!(lab.rove(&["lock"]), @"
    $ rove lock
        default: fetch org/box 1.0: 3.1 kB in [TIME] ([RATE])
    `org/box` 1.0 for libvirt (new)
    `[WORK]/Vagrantfile.lock` names the boxes of this lab.
    => 0
    ");
    let locked = lab.read("Vagrantfile.lock");
    insta::assert_snapshot!(locked.replace(&server.root(), "[SERVER]"), @r#"
    {
      "version": 1,
      "boxes": [
        {
          "name": "org/box",
          "version": "1.0",
          "provider": "libvirt",
          "architecture": null,
          "url": "[SERVER]/1.box",
          "checksum": "sha256:67a6134dc3f0d29549038e4e7dd4faf567cd9a411c3c5b2dde2a4df4b978aa46",
          "size": 3072,
          "tree": "sha256:745088a905dc23ffabd972f2a38dfad718d6e20ec25bfe62a867257d2aa6a742"
        }
      ]
    }
    "#);
    // The same again, and on another machine: the same text.
    lab.rove(&["lock"]).succeeds();
    assert_eq!(lab.read("Vagrantfile.lock"), locked);
    publish(&server, &[("1.0", "/1.box"), ("2.0", "/2.box")]);
    lab.rove(&["box", "remove", "org/box", "--force"])
        .succeeds();
    insta::assert_snapshot!(lab.rove(&["fetch"]), @"
    $ rove fetch
        default: fetch org/box 1.0: 3.1 kB in [TIME] ([RATE])
    `org/box` 1.0 for libvirt is here.
    => 0
    ");
    assert_eq!(lab.read("Vagrantfile.lock"), locked);
    insta::assert_snapshot!(lab.rove(&["lock", "--check"]), @"
    $ rove lock --check
    Lock file, Vagrantfile and boxes agree.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["lock", "--upgrade", "org/bxo"]), @"
    $ rove lock --upgrade org/bxo
    --- stderr
    error: no machine of this lab uses the box `org/bxo`
    hint: there are: org/box
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["lock", "--upgrade"]), @"
    $ rove lock --upgrade
        default: fetch org/box 2.0: 3.1 kB in [TIME] ([RATE])
    `org/box` 2.0 for libvirt (new)
    `[WORK]/Vagrantfile.lock` names the boxes of this lab.
    => 0
    ");
    assert!(
        lab.read("Vagrantfile.lock")
            .contains("\"version\": \"2.0\"")
    );
}

#[test]
fn other_bytes_under_the_same_version_are_refused_with_both_digests() {
    let (server, lab) = served();
    lab.rove(&["lock"]).succeeds();
    server.file("/1.box", sample("other"));
    // The box that is here is the locked one.
    lab.rove(&["fetch"]).succeeds();
    lab.rove(&["box", "remove", "org/box"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["fetch"]), @"
    $ rove fetch
        default: fetch org/box 1.0: 3.1 kB in [TIME] ([RATE])
    --- stderr
    error: the box `org/box` 1.0 is not the one that was locked: its box file is sha256:71321276862140af3f499aa97e5837d1345c00068dc1e63b1ab014198987db45, locked is sha256:67a6134dc3f0d29549038e4e7dd4faf567cd9a411c3c5b2dde2a4df4b978aa46
    hint: somebody published other bytes under the same version; ask who publishes the box
    hint: to take the new bytes: `rove lock --upgrade org/box`
    => 1
    ");
    assert_eq!(
        lab.rove(&["box", "list"]).stdout.matches("org/box").count(),
        0
    );
    // Added by hand all the same: not the locked one.
    lab.rove(&["box", "add", "org/box"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["fetch"]), @"
    $ rove fetch
    --- stderr
    error: the box `org/box` 1.0 is not the one that was locked: its box file is sha256:71321276862140af3f499aa97e5837d1345c00068dc1e63b1ab014198987db45, locked is sha256:67a6134dc3f0d29549038e4e7dd4faf567cd9a411c3c5b2dde2a4df4b978aa46
    hint: somebody published other bytes under the same version; ask who publishes the box
    hint: to take the new bytes: `rove lock --upgrade org/box`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["lock", "--check"]), @"
    $ rove lock --check
    the box `org/box` 1.0 is not the one that was locked: its box file is sha256:71321276862140af3f499aa97e5837d1345c00068dc1e63b1ab014198987db45, locked is sha256:67a6134dc3f0d29549038e4e7dd4faf567cd9a411c3c5b2dde2a4df4b978aa46
    `rove lock` writes the lock file anew.
    => 2
    ");
}

#[test]
fn a_check_tells_every_disagreement_by_its_exit_code() {
    let (_server, lab) = served();
    insta::assert_snapshot!(lab.rove(&["lock", "--check"]), @"
    $ rove lock --check
    there is no `[WORK]/Vagrantfile.lock`
    `rove lock` writes the lock file anew.
    => 2
    ");
    lab.rove(&["lock"]).succeeds();
    assert_eq!(lab.rove(&["lock", "--check"]).code, Some(0));
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') do |config|\n  config.vm.box = 'org/box'\n  config.vm.box_version = '> 1'\nend\n",
    );
    insta::assert_snapshot!(lab.rove(&["lock", "--check"]), @"
    $ rove lock --check
    `org/box` > 1 of machine `default` is not locked
    `org/box` 1.0 for libvirt is locked and no machine asks for it
    `rove lock` writes the lock file anew.
    => 2
    ");
    lab.write("Vagrantfile.lock", "<<<<<<< HEAD");
    insta::assert_snapshot!(lab.rove(&["fetch"]), @"
    $ rove fetch
    --- stderr
    error: the lock file `[WORK]/Vagrantfile.lock` cannot be used: expected value at line 1 column 1
    hint: restore it from version control, or remove it and run `rove lock`
    => 1
    ");
    // What does not need boxes does not need the file.
    lab.rove(&["status"]).succeeds();
}

#[test]
fn a_dead_catalog_does_not_matter_to_a_locked_lab() {
    let (server, lab) = served();
    lab.rove(&["lock"]).succeeds();
    lab.rove(&["box", "remove", "org/box"]).succeeds();
    server.catalog("org/box", "{");
    let asked = server.requests("/api/v2/vagrant/org/box").len();
    let run = lab.rove(&["fetch"]);
    assert_eq!(run.code, Some(0), "{run}");
    // The bytes that were locked lie where they did: nobody else has to be asked.
    assert_eq!(
        server.requests("/api/v2/vagrant/org/box").len(),
        asked,
        "{run}"
    );
    // They lie elsewhere now, and the name leads there.
    lab.rove(&["box", "remove", "org/box"]).succeeds();
    publish(&server, &[("1.0", "/moved.box")]);
    server.file("/moved.box", sample("one"));
    server.always("/1.box", Fault::Status(410));
    let run = lab.rove(&["fetch"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.to_string().contains("asking the sources for org/box"),
        "{run}"
    );
}

#[test]
fn up_locked_takes_nothing_else() {
    let (_server, mut lab) = served();
    if !["qemu-system-x86_64", "qemu-img"]
        .iter()
        .all(|program| lab.install(program))
    {
        return;
    }
    insta::assert_snapshot!(lab.rove(&["up", "--locked"]), @"
    $ rove up --locked
    --- stderr
    error: the box `org/box` of `default` is not in `[WORK]/Vagrantfile.lock` as the Vagrantfile asks for it
    hint: write it: `rove lock`; see what differs: `rove lock --check`
    hint: or leave out `--locked` and `ROVE_LOCKED`
    => 1
    ");
    lab.set("ROVE_LOCKED", "1");
    let run = lab.rove(&["up"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr.contains("is not in `[WORK]/Vagrantfile.lock`"),
        "{run}"
    );
}
