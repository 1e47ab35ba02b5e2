//! The course's file, unchanged, from a server in Vagrant Cloud's address scheme
//! that offers the box for Hyper-V only; and a download that is killed.

use std::time::Duration;

use crate::http::{Fault, Server};
use crate::support::lab::Lab;
use crate::support::{boxes, run, unpack};

/// As the course hands it out, comments included.
const COURSE: &str = r#"Vagrant.configure("2") do |config|
  config.vm.box = "generic/ubuntu1604"    #仮想イメージ:ubuntu16.04
  config.vm.provider "hyperv" do |h|      #プロバイダ:Hyper-V
    h.cpus = "2"                          #仮想CPU:2
    h.maxmemory="4096"                    #最大メモリ:4096M
    h.enable_virtualization_extensions=true #仮想化支援機能:有効
  end
end
"#;

fn sha256(path: &std::path::Path) -> String {
    use sha2::{Digest as _, Sha256};
    format!("{:x}", Sha256::digest(std::fs::read(path).unwrap()))
}

fn catalog(name: &str, provider: &str, url: &str, sha256: &str) -> String {
    format!(
        r#"{{"name": "{name}", "versions": [{{"version": "4.3.12", "providers": [
            {{"name": "{provider}", "url": "{url}", "checksum_type": "sha256", "checksum": "{sha256}"}}]}}]}}"#
    )
}

#[test]
fn the_courses_file_comes_up_from_a_hyperv_box() {
    let mut lab = Lab::empty();
    let made = lab.root.path().join("hyperv");
    unpack("debian12", &made);
    let disks = made.join("Virtual Hard Disks");
    std::fs::create_dir_all(&disks).unwrap();
    std::fs::create_dir_all(made.join("Virtual Machines")).unwrap();
    let (image, vhdx) = (made.join("box.img"), disks.join("ubuntu1604.vhdx"));
    let (image, vhdx) = (image.to_str().unwrap(), vhdx.to_str().unwrap());
    run("qemu-img", &["convert", "-O", "vhdx", image, vhdx]);
    for file in ["box.img", "Vagrantfile"] {
        std::fs::remove_file(made.join(file)).unwrap();
    }
    std::fs::write(made.join("metadata.json"), r#"{"provider": "hyperv"}"#).unwrap();
    std::fs::write(made.join("Virtual Machines/box.vmcx"), "").unwrap();
    let file = lab.root.path().join("hyperv.box");
    let (folder, path) = (made.to_str().unwrap(), file.to_str().unwrap());
    run("tar", &["-C", folder, "-czf", path, "."]);
    std::fs::remove_dir_all(&made).unwrap();

    let server = Server::start();
    server.file_on_disk("/hyperv.box", &file);
    let text = catalog(
        "generic/ubuntu1604",
        "hyperv",
        &server.url("/hyperv.box"),
        &sha256(&file),
    );
    server.catalog("generic/ubuntu1604", &text);
    lab.variables = vec![("VAGRANT_SERVER_URL".to_owned(), server.root())];
    std::fs::write(lab.dir().join("Vagrantfile"), COURSE).unwrap();

    let output = lab.try_rove(&["plan"]);
    assert_eq!(output.status.code(), Some(2), "there is something to do");
    let plan = String::from_utf8_lossy(&output.stdout);
    for said in [
        "Vagrantfile:4 (hyperv block: cpus)",
        "Vagrantfile:5 (hyperv block: maxmemory)",
        "Vagrantfile:6 (hyperv block: enable_virtualization_extensions)",
        "generic/ubuntu1604",
        "qemu",
    ] {
        assert!(plan.contains(said), "`{said}` is not in\n{plan}");
    }
    assert!(
        server.requests("/hyperv.box").is_empty(),
        "plan fetches nothing"
    );

    let up = lab.rove(&["up"]);
    assert!(up.contains("from vhdx"), "{up}");
    let guest = lab.rove(&["ssh", "-c", "nproc; awk '/^MemTotal/{print $2}' /proc/meminfo; grep -c -w svm /proc/cpuinfo; lsblk -dno NAME | grep -c sda; ls /vagrant"]);
    let lines: Vec<&str> = guest.lines().map(str::trim).collect();
    assert_eq!(lines[0], "2", "{guest}");
    let memory_kib: u64 = lines[1].parse().unwrap();
    assert!((3_500_000..=4_194_304).contains(&memory_kib), "{guest}");
    assert_ne!(lines[2], "0", "nested: {guest}");
    assert_eq!((lines[3], lines[4]), ("1", "Vagrantfile"), "{guest}");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn a_download_that_is_killed_goes_on_where_it_was() {
    let mut lab = Lab::empty();
    let file = boxes().join("tiny.box");
    let server = Server::start();
    server.file_on_disk("/tiny.box", &file);
    let text = catalog(
        "org/tiny",
        "libvirt",
        &server.url("/tiny.box"),
        &sha256(&file),
    );
    server.catalog("org/tiny", &text);
    // Slow enough to be caught in the middle: 21 MB in some ten seconds over one
    // connection.
    server.fail(
        "/tiny.box",
        Fault::Slow(128 << 10, Duration::from_millis(60)),
    );
    lab.variables = vec![
        ("VAGRANT_SERVER_URL".to_owned(), server.root()),
        ("ROVE_CONNECTIONS".to_owned(), "1".to_owned()),
    ];
    let small = "Vagrant.configure('2') { |c| c.vm.box = 'org/tiny'; c.vm.provider('qemu') { |q| q.memory = 128; q.cpus = 1 } }";
    std::fs::write(lab.dir().join("Vagrantfile"), small).unwrap();
    lab.kill_at(&["up"], " % of ");
    assert!(
        !lab.rove(&["box", "list"]).contains("org/tiny"),
        "a half box shows"
    );
    lab.rove(&["up"]);
    let requests = server.requests("/tiny.box");
    let last = requests.last().unwrap();
    assert!(
        last.header("range").is_some(),
        "from the start again: {requests:?}"
    );
    assert_eq!(lab.rove(&["ssh", "-c", "echo up"]).trim(), "up");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
