//! `rove up`: the faults that come before a machine runs.

use crate::support::{Fault, Lab, Server, box_file, closed_port, labs};

#[test]
fn a_missing_vagrantfile() {
    insta::assert_snapshot!(Lab::new().rove(&["up"]), @"
    $ rove up
    --- stderr
    error: there is no `Vagrantfile` or `vagrantfile` in `[WORK]` or any folder above it
    hint: `rove init` writes one
    hint: go to the folder of your lab, or set `VAGRANT_CWD` to it
    => 1
    ");
}

#[test]
fn a_missing_hypervisor_is_named_with_its_package() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["up"]), @"
    $ rove up
    --- stderr
    error: the program `qemu-system-x86_64` is needed to run machines and is not installed
    hint: install the package `qemu-system-x86 qemu-utils` (its name on Debian)
    => 1
    ");
    let lab = Lab::with(labs::ONE);
    lab.fake("apt-get", "");
    let run = lab.rove(&["up"]);
    assert!(run.stderr.contains("apt-get install"), "{run}");
}

#[test]
fn an_unknown_provider() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["up", "--provider", "qmeu"]), @"
    $ rove up --provider qmeu
    --- stderr
    error: the provider `qmeu` of `default` is not one that rove has
    hint: did you mean `qemu`?
    hint: rove has: qemu
    hint: leave out `--provider` and `VAGRANT_DEFAULT_PROVIDER`: rove takes the size from any provider's block
    => 1
    ");
}

#[test]
fn an_unknown_machine() {
    insta::assert_snapshot!(Lab::with(labs::THREE).rove(&["up", "wbe"]), @"
    $ rove up wbe
    --- stderr
    error: there is no machine `wbe` in this lab
    hint: did you mean `web`?
    hint: there are: web, db, log
    => 1
    ");
}

/// A host with QEMU; `None` where this one has none.
fn with_qemu(vagrantfile: &str) -> Option<Lab> {
    let lab = Lab::with(vagrantfile);
    let there = ["qemu-system-x86_64", "qemu-img"].map(|program| lab.install(program));
    there.iter().all(|there| *there).then_some(lab)
}

#[test]
fn a_box_that_nobody_has() {
    let server = Server::start();
    let Some(mut lab) = with_qemu(labs::ONE) else {
        return;
    };
    lab.set("VAGRANT_SERVER_URL", server.root());
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    --- stderr
    error: the box `org/box` is not on http://127.0.0.1:[PORT]
    hint: check the spelling; for a catalog elsewhere: `rove box add --name org/box ADDRESS`, or set `config.vm.box_url`
    hint: for another server set `VAGRANT_SERVER_URL`, for a private box `VAGRANT_CLOUD_TOKEN`
    => 1
    ");
    assert!(!lab.work().join(".rove/machines/default/qemu/id").exists());
}

#[test]
fn a_catalog_that_cannot_be_reached() {
    let Some(mut lab) = with_qemu(labs::ONE) else {
        return;
    };
    lab.set(
        "VAGRANT_SERVER_URL",
        format!("http://127.0.0.1:{}", closed_port()),
    );
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    --- stderr
    error: cannot fetch the box `org/box`: cannot reach 127.0.0.1:[PORT]: Connection refused (os error 111)
     --> Vagrantfile:2:13
    2 |   config.vm.box = 'org/box'
      |             ^^^
    hint: check the network and the proxy variables `http_proxy`, `https_proxy`, `no_proxy`
    hint: from a file or another address: `rove box add --name org/box ADDRESS`, or set `config.vm.box_url`
    => 1
    ");
}

#[test]
fn ports_that_two_machines_want_are_told_before_anything_is_fetched() {
    let Some(lab) = with_qemu(
        "Vagrant.configure('2') do |config|
  config.vm.box = 'org/box'
  config.vm.define 'web' do |web|
    web.vm.network 'forwarded_port', guest: 80, host: 18080, host_ip: '127.0.0.1'
  end
  config.vm.define 'db' do |db|
    db.vm.network 'forwarded_port', guest: 5432, host: 18080
  end
end
",
    ) else {
        return;
    };
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    --- stderr
    error: port 18080 of this host, which should lead to port 5432 of `db`, is in use by machine `web` of this lab
     --> Vagrantfile:7:11
    7 |     db.vm.network 'forwarded_port', guest: 5432, host: 18080
      |           ^^^^^^^
    hint: add `auto_correct: true` to the forwarded port 5432, so that rove may move it
    hint: give another `host:` port than 18080, or end what listens there
    => 1
    ");
}

#[test]
fn a_catalog_that_is_overloaded_or_broken() {
    let server = Server::start();
    let Some(mut lab) = with_qemu(labs::ONE) else {
        return;
    };
    lab.set("VAGRANT_SERVER_URL", server.root());
    for path in ["/api/v2/vagrant/org/box", "/org/box"] {
        server.always(path, Fault::Status(500));
    }
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    ==> default: 127.0.0.1:[PORT] answers 500; trying again in 1 s
    ==> default: 127.0.0.1:[PORT] answers 500; trying again in 2 s
    ==> default: 127.0.0.1:[PORT] answers 500; trying again in 4 s
    --- stderr
    error: cannot fetch the box `org/box`: http://127.0.0.1:[PORT]/api/v2/vagrant/org/box answers 500
     --> Vagrantfile:2:13
    2 |   config.vm.box = 'org/box'
      |             ^^^
    hint: try again later; the fault is on the server
    hint: from a file or another address: `rove box add --name org/box ADDRESS`, or set `config.vm.box_url`
    => 1
    ");
}

/// A lab whose box has metadata and these files.
fn with_box(files: &[(&str, &str)]) -> Option<Lab> {
    let lab = with_qemu("Vagrant.configure('2') { |c| c.vm.box = 'x'; c.vm.box_url = 'x.box' }\n")?;
    let metadata = r#"{"provider":"libvirt","format":"qcow2","virtual_size":1}"#;
    let mut all = vec![("metadata.json", metadata)];
    all.extend(files);
    lab.write("x.box", box_file(&all));
    Some(lab)
}

#[test]
fn a_missing_rsync_or_ssh_is_named_before_anything_is_made() {
    let Some(lab) = with_box(&[("box.img", "")]) else {
        return;
    };
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
        default: fetch x 0: 2.6 kB in [TIME] ([RATE])
    --- stderr
    error: the program `rsync` is needed to sync folders into a guest and is not installed
    hint: install the package `rsync` (its name on Debian)
    => 1
    ");
    lab.fake("rsync", "");
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    --- stderr
    error: the program `ssh` is needed to sync folders into a guest and is not installed
    hint: install the package `openssh-client` (its name on Debian)
    => 1
    ");
    assert!(lab.rove(&["status"]).stdout.contains("not created"));
}

#[test]
fn a_box_that_is_broken_leaves_nothing_that_is_in_the_way() {
    for files in [&[][..], &[("box.img", "this is no disk")][..]] {
        let Some(lab) = with_box(files) else { return };
        if !lab.install("rsync") || !lab.install("ssh") {
            return;
        }
        let up = lab.rove(&["up", "--no-tty"]);
        assert_eq!(up.code, Some(1), "{up}");
        if files.is_empty() {
            insta::assert_snapshot!(up, @"
            $ rove up --no-tty
                default: fetch x 0: 2.0 kB in [TIME] ([RATE])
            ==> default: Make the machine
            ==> default: removing what was half made
            --- stderr
            error: box `x` (libvirt) holds no usable disk: no `box.img`, and no `disks` in its `metadata.json`
            hint: `rove box verify` tells whether the box is as it was added
            => 1
            ");
        } else {
            insta::assert_snapshot!(up, @"
            $ rove up --no-tty
                default: fetch x 0: 3.1 kB in [TIME] ([RATE])
            ==> default: Make the machine
            ==> default: removing what was half made
            --- stderr
            error: disk `[ROVE]/boxes/x/0/libvirt/box.img` cannot be used: it is neither of a known format nor a whole number of sectors
            => 1
            ");
        }
        let _ = lab.rove(&["destroy", "-f"]).succeeds();
        assert!(lab.rove(&["status"]).stdout.contains("not created"));
    }
}

#[test]
fn a_port_that_is_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let Some(lab) = with_qemu(&format!(
        "Vagrant.configure('2') do |c|\n  c.vm.box = 'x'\n  c.vm.box_url = 'x.box'\n  c.vm.network 'forwarded_port', guest: 80, host: {port}, host_ip: '127.0.0.1'\nend\n"
    )) else {
        return;
    };
    lab.write(
        "x.box",
        box_file(&[
            (
                "metadata.json",
                r#"{"provider":"libvirt","format":"qcow2","virtual_size":1}"#,
            ),
            ("box.img", ""),
        ]),
    );
    let run = lab.rove(&["up"]).to_string();
    insta::assert_snapshot!(run.replace(&port.to_string(), "[TAKEN]"), @"
    $ rove up
    --- stderr
    error: port [TAKEN] of this host, which should lead to port 80 of `default`, is in use
     --> Vagrantfile:4:8
    4 |   c.vm.network 'forwarded_port', guest: 80, host: [TAKEN], host_ip: '127.0.0.1'
      |        ^^^^^^^
    hint: add `auto_correct: true` to the forwarded port 80, so that rove may move it
    hint: give another `host:` port than [TAKEN], or end what listens there
    => 1
    ");
}
