//! Boxes of each kind, made of empty files.

use super::*;
use serde_json::json;

fn make(
    provider: &str,
    metadata: serde_json::Value,
    names: &[(&str, &str)],
) -> (tempfile::TempDir, BoxFiles) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in names {
        files::write_atomic(&dir.path().join(name), text.as_bytes()).unwrap();
    }
    let files = BoxFiles {
        name: "org/box".to_owned(),
        version: "1".to_owned(),
        provider: provider.to_owned(),
        dir: dir.path().to_owned(),
        metadata,
        read_only: false,
    };
    (dir, files)
}

fn found(
    provider: &str,
    metadata: serde_json::Value,
    names: &[(&str, &str)],
) -> Result<(Vec<String>, MadeFor)> {
    let (dir, files) = make(provider, metadata, names);
    let found = discover(&files)?;
    let disks = found
        .disks
        .iter()
        .map(|disk| disk.strip_prefix(dir.path()).unwrap().display().to_string())
        .collect();
    Ok((disks, found.made_for))
}

const OVF: &str = r#"<Envelope xmlns:o="o" xmlns:r="r"><File o:id="f" o:href="box-disk001.vmdk"/><Disk o:diskId="d" o:fileRef="f"/>
<Item><r:InstanceID>3</r:InstanceID><r:ResourceType>5</r:ResourceType></Item>
<Item><r:HostResource>/disk/d</r:HostResource><r:Parent>3</r:Parent><r:ResourceType>17</r:ResourceType></Item></Envelope>"#;

#[test]
fn each_kind_of_box_has_its_disks_somewhere_else() {
    for (provider, metadata, names, disks, controller, nic, uefi) in [
        (
            "libvirt",
            json!({"provider": "libvirt", "format": "qcow2", "virtual_size": 1}),
            vec![("box.img", ""), ("Vagrantfile", "")],
            vec!["box.img"],
            Controller::Virtio,
            "virtio-net-pci",
            None,
        ),
        (
            "libvirt",
            json!({"disks": [{"path": "b.img"}, {"path": "a.img", "name": "data"}]}),
            vec![("a.img", ""), ("b.img", "")],
            vec!["b.img", "a.img"],
            Controller::Virtio,
            "virtio-net-pci",
            None,
        ),
        (
            "qemu",
            json!({}),
            vec![("disk.qcow2", "")],
            vec!["disk.qcow2"],
            Controller::Virtio,
            "virtio-net-pci",
            None,
        ),
        (
            "virtualbox",
            json!({}),
            vec![("box.ovf", OVF), ("box-disk001.vmdk", "")],
            vec!["box-disk001.vmdk"],
            Controller::Ide,
            "e1000",
            Some(false),
        ),
        (
            "hyperv",
            json!({}),
            vec![
                ("Virtual Hard Disks/disk.vhdx", ""),
                ("Virtual Machines/A.vmcx", ""),
            ],
            vec!["Virtual Hard Disks/disk.vhdx"],
            Controller::Ide,
            "e1000",
            None,
        ),
        (
            "hyperv",
            json!({}),
            vec![
                ("Virtual Hard Disks/disk.vhdx", ""),
                (
                    "Virtual Machines/A.xml",
                    "<subtype type=\"integer\">1</subtype>",
                ),
            ],
            vec!["Virtual Hard Disks/disk.vhdx"],
            Controller::Sata,
            "e1000",
            Some(true),
        ),
        (
            "hyperv",
            json!({}),
            vec![("Virtual Hard Disks/disk.vhd", "")],
            vec!["Virtual Hard Disks/disk.vhd"],
            Controller::Ide,
            "e1000",
            Some(false),
        ),
        (
            "vmware_desktop",
            json!({}),
            vec![("b.vmx", "sata0:0.fileName = \"d.vmdk\"\n"), ("d.vmdk", "")],
            vec!["d.vmdk"],
            Controller::Sata,
            "e1000",
            Some(false),
        ),
    ] {
        let (found, made_for) = found(provider, metadata, &names).unwrap();
        assert_eq!(found, disks, "{provider}");
        assert_eq!(
            (made_for.controller, made_for.nic.as_str(), made_for.uefi),
            (controller, nic, uefi),
            "{provider} {names:?}"
        );
    }
}

#[test]
fn a_box_without_a_disk_says_what_was_looked_for() {
    for (provider, names, reason) in [
        ("libvirt", vec![], "no `box.img`"),
        (
            "libvirt",
            vec![("a.img", ""), ("b.img", "")],
            "no `box.img`",
        ),
        ("virtualbox", vec![("box.vmdk", "")], "no OVF description"),
        (
            "virtualbox",
            vec![("box.ovf", "<Envelope/>")],
            "names no disk",
        ),
        ("hyperv", vec![("metadata.json", "")], "no VHDX or VHD"),
        ("vmware_desktop", vec![("x.vmdk", "")], "no VMX description"),
    ] {
        let error = found(provider, json!({}), &names).unwrap_err().to_string();
        assert!(error.contains(reason), "{provider}: {error}");
    }
}

#[test]
fn a_disk_outside_of_the_box_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    files::write_atomic(&outside.path().join("x.img"), b"").unwrap();
    let path = outside.path().join("x.img");
    let listed = json!({"disks": [{"path": path.to_str().unwrap()}]});
    let error = found("libvirt", listed, &[("box.img", "")]).unwrap_err();
    assert!(error.to_string().contains("outside its box"), "{error}");

    #[cfg(unix)]
    {
        let (dir, files) = make("libvirt", json!({}), &[]);
        std::os::unix::fs::symlink(&path, dir.path().join("box.img")).unwrap();
        assert!(discover(&files).is_err());
    }
}
