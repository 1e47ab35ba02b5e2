//! Tables on the disks of a Vagrantfile.

use super::*;
use crate::config::{ProviderBlock, Setting};
use crate::host::files;

fn disk(name: &str) -> Disk {
    Disk {
        name: name.to_owned(),
        bytes: Some(10 << 30),
        ..Disk::default()
    }
}

fn with_options(name: &str, options: &[(&str, &str)]) -> Disk {
    let member =
        |(name, value): &(&str, &str)| ((*name).to_owned(), Value::String((*value).to_owned()));
    let members = options.iter().map(member).collect();
    Disk {
        options: vec![
            (
                "virtualbox".to_owned(),
                Value::Map(vec![("variant".to_owned(), Value::Null)]),
            ),
            ("qemu".to_owned(), Value::Map(members)),
        ],
        ..disk(name)
    }
}

/// Returns what is said of disks: `E` or `W`, the message, `-> ` and the hint.
fn said(disks: Vec<Disk>, settings: &[(&str, &str)]) -> Vec<String> {
    let setting = |(name, value): &(&str, &str)| Setting {
        name: (*name).to_owned(),
        value: Value::String((*value).to_owned()),
        span: None,
    };
    let config = MachineConfig {
        name: "web".to_owned(),
        provider: "qemu".to_owned(),
        provider_blocks: vec![ProviderBlock {
            provider: "qemu".to_owned(),
            settings: settings.iter().map(setting).collect(),
            calls: Vec::new(),
        }],
        disks,
        ..MachineConfig::default()
    };
    let line = |one: Diagnostic| {
        let mark = if one.severity == Severity::Error {
            "E"
        } else {
            "W"
        };
        let hint = one
            .hint
            .map_or_else(String::new, |hint| format!(" -> {hint}"));
        format!("{mark} {}{hint}", one.message)
    };
    check(&config).into_iter().map(line).collect()
}

#[test]
fn what_is_said_of_disks() {
    let many = |kind, count| {
        let one = |n| Disk {
            kind,
            file: (kind != DiskKind::Disk).then(|| "/no/such.iso".into()),
            ..disk(&format!("d{n}"))
        };
        (0..count).map(one).collect::<Vec<_>>()
    };
    let primary = |disk: Disk| Disk {
        primary: true,
        ..disk
    };
    for (disks, settings, wanted) in [
        (vec![disk("data"), primary(disk("p"))], &[][..], vec![]),
        (many(DiskKind::Disk, 20), &[], vec![]),
        (
            many(DiskKind::Disk, 22),
            &[],
            vec!["E a QEMU machine has at most 20 disks"],
        ),
        (
            many(DiskKind::Dvd, 4),
            &[],
            vec!["E a QEMU machine has at most 3 DVDs"],
        ),
        (
            many(DiskKind::Floppy, 3),
            &[],
            vec!["W the floppy `d2` is left out: a PC has two"],
        ),
        (
            many(DiskKind::Floppy, 1),
            &[("arch", "aarch64")],
            vec!["W the floppy `d0` is left out: such a machine has no drive for it"],
        ),
        (
            vec![Disk {
                kind: DiskKind::Floppy,
                ..disk("f")
            }],
            &[],
            vec!["W the floppy `f` is left out: it has no `file`"],
        ),
        (
            vec![Disk {
                bytes: Some(20),
                ..disk("data")
            }],
            &[],
            vec![
                "E the disk `data` would be smaller than 1 MiB -> a number without a unit means bytes: write `size: \"10GB\"`",
            ],
        ),
        (
            vec![Disk {
                extension: Some("vmdk".to_owned()),
                ..disk("data")
            }],
            &[],
            vec![
                "W `disk_ext` of the disk `data` has no effect: QEMU gets a qcow2 image, no `vmdk` file",
            ],
        ),
        (
            vec![with_options(
                "data",
                &[("cache", "none"), ("interface", "nvme")],
            )],
            &[],
            vec![],
        ),
        (
            vec![with_options(
                "data",
                &[("cahce", "none"), ("interface", "usb")],
            )],
            &[],
            vec![
                "E unknown option `qemu__cahce` of the disk `data` -> did you mean `qemu__cache`?",
                "E `qemu__interface` of the disk `data` cannot be `usb` -> write one of `virtio`, `scsi`, `nvme`",
            ],
        ),
        (
            vec![primary(with_options("p", &[("cache", "none")]))],
            &[("disk_size", "20G")],
            vec![
                "W `qemu__cache` has no effect on the primary disk -> use `extra_drive_args` or `drive_interface` of the `qemu` provider",
                "W the size of the primary disk has no effect: the `qemu` provider block says one too -> take one of them out",
            ],
        ),
    ] {
        assert_eq!(said(disks, settings), wanted);
    }
}

#[test]
fn an_image_of_the_users() {
    let dir = tempfile::tempdir().unwrap();
    let mut qcow2 = vec![0; 1024];
    qcow2[..4].copy_from_slice(b"QFI\xfb");
    qcow2[7] = 3;
    qcow2[24..32].copy_from_slice(&(1_u64 << 30).to_be_bytes());
    let mut reaching = qcow2.clone();
    reaching[8..16].copy_from_slice(&512_u64.to_be_bytes());
    reaching[16..20].copy_from_slice(&4_u32.to_be_bytes());
    reaching[512..516].copy_from_slice(b"/x/y");
    let path = |name: &str| dir.path().join(name);
    for (name, bytes) in [
        ("a.qcow2", &qcow2),
        ("a.img", &qcow2),
        ("overlay.qcow2", &reaching),
        ("guest-wrote-it.img", &reaching),
        ("raw.img", &vec![0; 1024]),
    ] {
        files::write_atomic(&path(name), bytes).unwrap();
    }
    for (name, bytes, wanted) in [
        ("a.qcow2", Some(1 << 30), ""),
        ("a.img", None, ""),
        ("overlay.qcow2", None, ""),
        (
            "a.qcow2",
            Some(2 << 30),
            "W the size of the disk `data` has no effect: its image has 1 GiB",
        ),
        (
            "raw.img",
            None,
            "W the disk `data` is not in snapshots: its format raw has none",
        ),
        (
            "guest-wrote-it.img",
            None,
            "E the image `FILE` refers to `/x/y`, and its name does not say that it is such an image",
        ),
        ("is-not-there.img", None, ""),
    ] {
        let one = Disk {
            file: Some(path(name)),
            bytes,
            ..disk("data")
        };
        let said = said(vec![one], &[]).join("\n");
        let message = said.split(" -> ").next().unwrap_or_default();
        let message = message.replace(path(name).to_str().unwrap(), "FILE");
        assert_eq!(message, wanted, "{name}");
    }
}

#[test]
fn what_is_attached() {
    let dvd = |file: Option<&str>| Disk {
        kind: DiskKind::Dvd,
        file: file.map(PathBuf::from),
        ..disk("tools")
    };
    let primary = Disk {
        primary: true,
        ..disk("p")
    };
    let found = wanted(
        &[primary, disk("data"), dvd(Some("/a.iso")), dvd(None)],
        "x86_64",
    )
    .unwrap();
    let shown: Vec<(&str, Media, bool, bool, Option<u64>)> = found
        .iter()
        .map(|extra| {
            let name = extra.path.to_str().unwrap();
            (
                name,
                extra.media,
                extra.is_own(),
                extra.has_snapshots(),
                extra.bytes,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("data-data.qcow2", Media::Disk, true, true, Some(10 << 30)),
            ("/a.iso", Media::Dvd, false, false, None),
        ]
    );
}
