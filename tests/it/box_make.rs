//! `rove box create` and `convert`: disks become boxes, and boxes those of another
//! hypervisor. The disks are real, small ones with a Linux root of a few files.

use std::path::Path;
use std::process::Command;

use crate::support::{Lab, box_file};

/// A lab with `qemu-img`, and a disk `disk.raw` of 24 MiB with one ext4 partition.
fn lab_with_disk(files: &[(&str, &str)]) -> Lab {
    let lab = Lab::new();
    assert!(lab.install("qemu-img"), "qemu-utils is needed");
    for (name, text) in files {
        lab.write(&format!("root/{name}"), text);
    }
    let image = lab.work().join("disk.raw");
    let file = std::fs::File::create(&image).unwrap();
    file.set_len(24 << 20).unwrap();
    let made = Command::new("/usr/sbin/mke2fs")
        .args(["-q", "-F", "-t", "ext4", "-E", "offset=1048576", "-d"])
        .arg(lab.work().join("root"))
        .arg(&image)
        .arg("22m")
        .status();
    assert!(made.unwrap().success());
    // One partition of Linux from the first mebibyte on, and a boot loader's name.
    let mut head = vec![0; 512];
    head[..4].copy_from_slice(b"GRUB");
    head[446 + 4] = 0x83;
    head[454..458].copy_from_slice(&2048_u32.to_le_bytes());
    head[458..462].copy_from_slice(&45056_u32.to_le_bytes());
    head[510..].copy_from_slice(&[0x55, 0xaa]);
    let file = std::fs::OpenOptions::new().write(true).open(&image);
    std::os::unix::fs::FileExt::write_all_at(&file.unwrap(), &head, 0).unwrap();
    std::fs::remove_dir_all(lab.work().join("root")).unwrap();
    lab
}

const LINUX: &[(&str, &str)] = &[
    ("etc/os-release", "NAME=x\nPRETTY_NAME=\"Course Linux 1\"\n"),
    (
        "etc/passwd",
        "root:x:0:0::/root:/bin/sh\nvagrant:x:1000:1000::/:/bin/sh\n",
    ),
    ("usr/sbin/sshd", ""),
    ("usr/bin/sudo", ""),
    (
        "lib/modules/6.1.0/modules.builtin",
        "kernel/drivers/block/virtio_blk.ko\nkernel/drivers/ata/ahci.ko\n",
    ),
    (
        "lib/modules/6.1.0/modules.dep",
        "kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz\nkernel/drivers/scsi/hv_storvsc.ko:\n",
    ),
];

/// Unpacks a box file and returns its folder.
fn unpacked(lab: &Lab, file: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let bytes = std::fs::File::open(lab.work().join(file)).unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(bytes))
        .unpack(dir.path())
        .unwrap();
    dir
}

/// Returns the bytes of an image as a guest sees them.
fn content(image: &Path) -> Vec<u8> {
    let raw = tempfile::NamedTempFile::new().unwrap();
    let done = Command::new("qemu-img")
        .args(["convert", "-O", "raw"])
        .arg(image)
        .arg(raw.path())
        .status();
    assert!(done.unwrap().success());
    std::fs::read(raw.path()).unwrap()
}

/// Returns the Vagrantfile of a box, without the address that is made of its disk.
fn vagrantfile(dir: &tempfile::TempDir) -> String {
    let text = std::fs::read_to_string(dir.path().join("Vagrantfile")).unwrap();
    let rest = text.lines().filter(|line| !line.contains("base_mac"));
    rest.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_disk_becomes_a_box_and_is_looked_into() {
    let lab = lab_with_disk(LINUX);
    insta::assert_snapshot!(lab.rove(&["box", "create", "disk.raw"]), @"
    $ rove box create disk.raw
    read disk.raw: 25.2 MB in [TIME] ([RATE])
    write box.img: done in [TIME]
    pack the box: 852.1 kB in [TIME] ([RATE])
      disk             box.img, 24.0 MiB
      partition table  MBR, 1 partition
      boot loader      GRUB for BIOS
      file systems     ext4 on partition 1
      system           Course Linux 1
      kernel           6.1.0
      driver           virtio_blk (virtio disks): part of the kernel
      driver           virtio_net (its network card): on the root file system
      login            there is a user `vagrant`
      SSH server       /usr/sbin/sshd
    Wrote a box for libvirt to `disk.box`; `rove box add disk.box --name NAME` takes it.
    => 0
    ");
    let dir = unpacked(&lab, "disk.box");
    let metadata = std::fs::read_to_string(dir.path().join("metadata.json")).unwrap();
    assert_eq!(
        metadata,
        r#"{"provider":"libvirt","format":"qcow2","virtual_size":1}"#
    );
    let disk = std::fs::read(lab.work().join("disk.raw")).unwrap();
    assert!(content(&dir.path().join("box.img")) == disk);
    lab.rove(&["box", "add", "--name", "mine", "disk.box"])
        .succeeds();
    assert!(!lab.work().join(".disk.box.work").exists());
}

#[test]
fn what_the_guest_will_lack_is_told() {
    let lab = lab_with_disk(&[
        ("etc/os-release", "PRETTY_NAME='Bare'\n"),
        ("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
        (
            "etc/fstab",
            "/dev/sda1 / ext4 defaults 0 1\nUUID=1 /x ext4 defaults 0 1\n",
        ),
        (
            "lib/modules/5.0/modules.dep",
            "kernel/drivers/block/virtio_blk.ko:\n",
        ),
        ("boot/initrd.img-5.0", "07070"),
    ]);
    insta::assert_snapshot!(lab.rove(&["box", "create", "disk.raw", "--cpus", "2", "--memory", "768", "-o", "b.box"]), @"
    $ rove box create disk.raw --cpus 2 --memory 768 -o b.box
    read disk.raw: 25.2 MB in [TIME] ([RATE])
    write box.img: done in [TIME]
    pack the box: 852.3 kB in [TIME] ([RATE])
      disk             box.img, 24.0 MiB
      partition table  MBR, 1 partition
      boot loader      GRUB for BIOS
      file systems     ext4 on partition 1
      system           Bare
      kernel           5.0
      driver           virtio_blk (virtio disks): there; whether it is in the initramfs cannot be told
    ! driver           virtio_net (its network card): the newest kernel has none
    ! login            no user `vagrant`: set `config.ssh.username`, and a key or password that the guest knows
    ! SSH server       none: rove could not log in
    ! sudo             not there: provisioners that are privileged need it
    ! /etc/fstab       names /dev/sda1: disks have other names in another machine; use UUID= or LABEL=
    Wrote a box for libvirt to `b.box`; `rove box add b.box --name NAME` takes it.
    => 0
    ");
    let dir = unpacked(&lab, "b.box");
    insta::assert_snapshot!(vagrantfile(&dir), @r#"
    Vagrant.configure("2") do |config|
      config.vm.provider "libvirt" do |machine|
        machine.cpus = 2
        machine.memory = 768
      end
      config.vm.provider "qemu" do |machine|
        machine.cpus = 2
        machine.memory = 768
      end
    end
    "#);
}

#[test]
fn a_box_goes_round_all_hypervisors_and_comes_back_the_same() {
    let lab = lab_with_disk(LINUX);
    lab.rove(&[
        "box",
        "create",
        "disk.raw",
        "--cpus",
        "2",
        "--memory",
        "768",
        "-o",
        "libvirt.box",
    ])
    .succeeds();
    let disk = std::fs::read(lab.work().join("disk.raw")).unwrap();
    let mut from = "libvirt.box";
    for (provider, to, disk_name) in [
        ("virtualbox", "virtualbox.box", "box-disk001.vmdk"),
        ("hyperv", "hyperv.box", "Virtual Hard Disks/disk1.vhdx"),
        ("vmware_desktop", "vmware.box", "disk1.vmdk"),
        ("libvirt", "again.box", "box.img"),
    ] {
        lab.rove(&["box", "convert", from, "--provider", provider, "-o", to])
            .succeeds();
        let dir = unpacked(&lab, to);
        assert!(content(&dir.path().join(disk_name)) == disk, "{provider}");
        let checked = Command::new("qemu-img")
            .args(["check", "-q"])
            .arg(dir.path().join(disk_name))
            .status();
        assert!(checked.unwrap().success(), "{provider}");
        // The same input gives the same bytes.
        let twice = format!("twice-{to}");
        lab.rove(&["box", "convert", from, "--provider", provider, "-o", &twice])
            .succeeds();
        let bytes = |name: &str| std::fs::read(lab.work().join(name)).unwrap();
        assert!(bytes(to) == bytes(&twice), "{provider}");
        lab.rove(&["box", "add", "--name", "round", to]).succeeds();
        from = to;
    }
    let dir = unpacked(&lab, "again.box");
    let text = std::fs::read_to_string(dir.path().join("Vagrantfile")).unwrap();
    assert!(
        text.contains("machine.cpus = 2\n    machine.memory = 768"),
        "{text}"
    );
    // Of several boxes of a name, the one that is meant.
    let shown = lab.rove(&[
        "box",
        "convert",
        "round",
        "--provider",
        "libvirt",
        "--from-provider",
        "hyperv",
        "-o",
        "h.box",
    ]);
    assert!(shown.succeeds().contains("Wrote a box for libvirt"));
}

#[test]
fn a_whole_machine_in_an_ova_keeps_its_size() {
    let lab = lab_with_disk(LINUX);
    lab.rove(&[
        "box",
        "create",
        "disk.raw",
        "--provider",
        "virtualbox",
        "--cpus",
        "3",
        "--memory",
        "640",
        "-o",
        "v.box",
    ])
    .succeeds();
    let dir = unpacked(&lab, "v.box");
    let ova = std::fs::File::create(lab.work().join("machine.ova")).unwrap();
    let mut archive = tar::Builder::new(ova);
    for name in ["box.ovf", "box-disk001.vmdk"] {
        archive
            .append_path_with_name(dir.path().join(name), name)
            .unwrap();
    }
    archive.finish().unwrap();
    lab.rove(&["box", "create", "machine.ova"]).succeeds();
    let made = unpacked(&lab, "machine.box");
    insta::assert_snapshot!(vagrantfile(&made), @r#"
    Vagrant.configure("2") do |config|
      config.vm.provider "libvirt" do |machine|
        machine.disk_bus = "sata"
        machine.cpus = 3
        machine.memory = 640
      end
      config.vm.provider "qemu" do |machine|
        machine.drive_interface = "sata"
        machine.cpus = 3
        machine.memory = 640
      end
    end
    "#);
    let disk = std::fs::read(lab.work().join("disk.raw")).unwrap();
    assert!(content(&made.path().join("box.img")) == disk);
    // The description alone, with its disk beside it, is the same machine.
    std::fs::copy(dir.path().join("box.ovf"), lab.work().join("box.ovf")).unwrap();
    let disk = "box-disk001.vmdk";
    std::fs::copy(dir.path().join(disk), lab.work().join(disk)).unwrap();
    lab.rove(&["box", "create", "box.ovf"]).succeeds();
    insta::assert_snapshot!(lab.rove(&["box", "create", "box.ovf", "disk.raw", "-o", "n.box"]), @"
    $ rove box create box.ovf disk.raw -o n.box
    --- stderr
    error: `[WORK]/box.ovf` describes a whole machine, and further disks are given
    hint: give the OVF or OVA alone
    => 1
    ");
}

#[test]
fn what_is_no_disk_is_refused() {
    let lab = Lab::new();
    lab.write("empty", "");
    lab.write("folder/x", "");
    lab.write("text", "hello");
    lab.write("there.box", "");
    insta::assert_snapshot!(lab.rove(&["box", "create", "gone.img"]), @"
    $ rove box create gone.img
    --- stderr
    error: there is no disk `[WORK]/gone.img`
    hint: paths count from the folder that you are in
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "create", "folder"]), @"
    $ rove box create folder
    --- stderr
    error: `[WORK]/folder` is no disk: it is a folder
    hint: rove reads qcow2, raw, VMDK, VHD, VHDX, VDI, OVA and OVF, and block devices such as `/dev/sdb`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "create", "empty"]), @"
    $ rove box create empty
    --- stderr
    error: `[WORK]/empty` is no disk: it is empty
    hint: rove reads qcow2, raw, VMDK, VHD, VHDX, VDI, OVA and OVF, and block devices such as `/dev/sdb`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "create", "text"]), @"
    $ rove box create text
    --- stderr
    error: disk `[WORK]/text` cannot be used: it is neither of a known format nor a whole number of sectors
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "create", "text", "-o", "there.box"]), @"
    $ rove box create text -o there.box
    --- stderr
    error: `[WORK]/there.box` is there already
    hint: remove it, or give another name with `--output`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "create", "text", "--provider", "docker"]), @"
    $ rove box create text --provider docker
    --- stderr
    error: boxes for `docker` cannot be converted
    hint: rove converts among libvirt, virtualbox, hyperv, vmware_desktop
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "convert", "no/box", "--provider", "hyperv"]), @"
    $ rove box convert no/box --provider hyperv
    --- stderr
    error: the box `no/box` is not installed
    hint: `rove box list` shows those that are
    => 1
    ");
    lab.write(
        "d.box",
        box_file(&[("metadata.json", r#"{"provider":"docker"}"#)]),
    );
    insta::assert_snapshot!(lab.rove(&["box", "convert", "d.box", "--provider", "hyperv"]), @"
    $ rove box convert d.box --provider hyperv
    --- stderr
    error: boxes for `docker` cannot be converted
    hint: rove converts among libvirt, virtualbox, hyperv, vmware_desktop
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["box", "build", "debian12"]), @"
    $ rove box build debian12
    --- stderr
    error: there are no recipes in `boxes`
    hint: rove's source has them in `boxes/`; `--recipes FOLDER` says where they are
    => 1
    ");
    let left: Vec<_> = std::fs::read_dir(lab.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_strange_machine_reaches_nothing_outside() {
    let lab = Lab::new();
    assert!(lab.install("qemu-img"), "qemu-utils is needed");
    let secret = lab.work().join("secret.img");
    lab.write("secret.img", vec![7; 4096]);
    let ovf = |disk: &str| {
        format!(
            r#"<Envelope xmlns:o="o" xmlns:r="r"><File o:id="f" o:href="{disk}"/><Disk o:diskId="d" o:fileRef="f"/>
<Item><r:HostResource>/disk/d</r:HostResource><r:ResourceType>17</r:ResourceType></Item></Envelope>"#
        )
    };
    let extent = format!(
        "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"{}\" 0\n",
        secret.display()
    );
    let path = secret.display().to_string();
    for (name, ovf, vmdk) in [
        ("path.ova", ovf(&path), "x"),
        ("up.ova", ovf("../../secret.img"), "x"),
        ("extent.ova", ovf("disk.vmdk"), extent.as_str()),
    ] {
        let file = std::fs::File::create(lab.work().join(name)).unwrap();
        let mut archive = tar::Builder::new(file);
        for (name, text) in [("m.ovf", ovf.as_str()), ("disk.vmdk", vmdk)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, name, text.as_bytes())
                .unwrap();
        }
        archive.finish().unwrap();
        let run = lab.rove(&["box", "create", name]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(
            run.stderr.contains("outside") || run.stderr.contains("not in the box"),
            "{run}"
        );
    }
}
