//! Disk images as distributions publish them, without a box around them.

use serde_json::Value;

use super::archives::xz;
use super::*;

/// A disk with a boot record.
fn raw() -> Vec<u8> {
    let mut bytes = vec![0; 2 << 20];
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes[1 << 20..(1 << 20) + 4096].copy_from_slice(&noise(4096));
    bytes
}

fn add_at(lab: &Lab, path: &str) -> Result<Installed> {
    add(&lab.host, &request_for("debian", &lab.server.url(path)))
}

#[test]
fn images_of_every_form_become_boxes() {
    let qcow2 = image::tests::qcow2("", None);
    let raw = raw();
    for (name, bytes, disk, format) in [
        ("/d.qcow2", qcow2.clone(), &qcow2, "qcow2"),
        ("/d.img", qcow2.clone(), &qcow2, "qcow2"),
        ("/d.qcow2.gz", gzip(&qcow2), &qcow2, "qcow2"),
        ("/d.raw", raw.clone(), &raw, "raw"),
        ("/d.raw.xz", xz(&raw), &raw, "raw"),
        ("/d.img.gz", gzip(&raw), &raw, "raw"),
    ] {
        let lab = Lab::new();
        lab.server.file(name, bytes);
        let installed = add_at(&lab, name).unwrap();
        assert_eq!(installed.provider, "libvirt");
        let text = std::fs::read(installed.dir.join("metadata.json")).unwrap();
        let metadata: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(metadata["format"], format, "{name}");
        assert_eq!(metadata["cloud_init"], true, "{name}");
        let written = std::fs::read(installed.dir.join("box.img")).unwrap();
        assert!(&written == disk, "{name}");
        let noted = installed.receipt().unwrap().tree.unwrap();
        let again = installed.tree_digest(&lab.host).unwrap();
        assert_eq!(noted, again.to_string(), "{name}");
    }
}

#[test]
fn what_is_no_disk_with_a_system_is_refused() {
    let backed = image::tests::qcow2("/etc/shadow", None);
    let mut cd = raw();
    cd[0x8001..0x8006].copy_from_slice(b"CD001");
    for (bytes, expected) in [
        (backed.clone(), "is a disk with parts"),
        (gzip(&backed), "is a disk with parts"),
        (cd, "the image of an installation CD"),
        (vec![0; 4096], "it is no archive"),
    ] {
        let lab = Lab::new();
        lab.server.file("/d.qcow2", bytes);
        let text = error(add_at(&lab, "/d.qcow2")).to_string();
        assert!(text.contains(expected), "{text}");
        lab.assert_nothing_hidden();
        assert!(lab.kept().is_empty());
    }
}

#[test]
fn the_sum_beside_an_image_is_what_it_must_hash_to() {
    let bytes = image::tests::qcow2("", None);
    let sum = sha256(&bytes);
    for (name, text) in [
        ("/12/SHA256SUMS", format!("{sum}  d.qcow2\n")),
        (
            "/12/CHECKSUM",
            format!("# d.qcow2: 1 bytes\nSHA256 (d.qcow2) = {sum}\n"),
        ),
        ("/12/d.qcow2.sha256", sum.clone()),
    ] {
        let lab = Lab::new();
        lab.server.file("/12/d.qcow2", bytes.clone());
        lab.server.file(name, text.clone().into_bytes());
        add_at(&lab, "/12/d.qcow2").unwrap();
        let lines = lab.lines();
        let said = format!("{} says what d.qcow2 must hash to", lab.server.url(name));
        assert!(lines.contains(&said), "{lines:?}");

        let lab = Lab::new();
        let mut other = bytes.clone();
        *other.last_mut().unwrap() ^= 1;
        lab.server.file("/12/d.qcow2", other);
        lab.server.file(name, text.into_bytes());
        let failure = error(add_at(&lab, "/12/d.qcow2")).to_string();
        assert!(failure.contains(&sum), "{failure}");
        lab.assert_nothing_hidden();
    }
}

#[test]
fn an_image_that_nobody_vouches_for_is_told() {
    let lab = Lab::new();
    lab.server.file("/d.qcow2", image::tests::qcow2("", None));
    lab.server.file("/SHA256SUMS", b"0  other.qcow2\n".to_vec());
    add_at(&lab, "/d.qcow2").unwrap();
    let lines = lab.lines();
    assert!(
        lines.iter().any(|line| line.contains("no checksum file")),
        "{lines:?}"
    );
    // A sum that was given is enough: nothing else is asked for.
    let lab = Lab::new();
    let bytes = image::tests::qcow2("", None);
    lab.server.file("/d.qcow2", bytes.clone());
    let mut request = request_for("debian", &lab.server.url("/d.qcow2"));
    request.checksum = Checksum::read(Some("sha256"), Some(&sha256(&bytes))).unwrap();
    add(&lab.host, &request).unwrap();
    assert!(lab.server.requests("/SHA256SUMS").is_empty());
}

/// Nobody waits for what need not be there.
#[test]
fn a_server_that_fails_beside_the_image_is_not_asked_twice() {
    let lab = Lab::new();
    lab.server.file("/d.qcow2", image::tests::qcow2("", None));
    for name in ["/SHA512SUMS", "/d.qcow2.sig"] {
        lab.server.always(name, Fault::Status(503));
    }
    lab.server.always("/SHA256SUMS", Fault::TooMany(60));
    add_at(&lab, "/d.qcow2").unwrap();
    for name in ["/SHA512SUMS", "/SHA256SUMS", "/d.qcow2.sig"] {
        assert_eq!(lab.server.requests(name).len(), 1, "{name}");
    }
}

#[test]
fn images_on_this_machine_have_their_sums_beside_them() {
    let lab = Lab::new();
    let bytes = image::tests::qcow2("", None);
    let at = lab.root.path().join("d.qcow2");
    std::fs::write(&at, &bytes).unwrap();
    let wrong = sha256(b"other");
    std::fs::write(
        lab.root.path().join("SHA256SUMS"),
        format!("{wrong}  d.qcow2\n"),
    )
    .unwrap();
    let request = request_for("debian", "d.qcow2");
    let failure = error(add(&lab.host, &request)).to_string();
    assert!(failure.contains(&wrong), "{failure}");
}
