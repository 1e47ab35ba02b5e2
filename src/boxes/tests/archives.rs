//! What is inside the archive: hostile, odd, damaged, and every compression.

use super::*;

#[test]
fn what_is_no_box_is_said_to_be_none() {
    let whole = big_box();
    let no_metadata = tar_of(&[file("box.img", b"x")]);
    let no_provider = tar_of(&[file("metadata.json", b"{}")]);
    let long_metadata = {
        let padded = [METADATA, &vec![b' '; 2 << 20][..]].concat();
        gzip(&tar_of(&[file("metadata.json", &padded)]))
    };
    let cut = &gzip(&whole)[..5000];
    let mut damaged = gzip(&whole);
    let end = damaged.len() - 6;
    damaged[end] ^= 0xff;
    for (bytes, expected) in [
        (&b""[..], "it is empty"),
        (b"just text", "it is no archive"),
        (b"PK\x03\x04zip", "invalid Zip archive"),
        (b"\x28\xb5\x2f\xfdzstd", "is not a box"),
        (b"\xfd7zXZ\0xz", "is not a box"),
        (b"BZh9", "packed as bzip2"),
        (cut, "it ends in the middle"),
        (&whole[..700_000], "it ends in the middle"),
        (&damaged, "is not a box"),
        (&no_metadata, "there is no `metadata.json` in it"),
        (&no_provider, "names no provider"),
        (&long_metadata, "`metadata.json` is too long"),
    ] {
        let lab = Lab::new();
        lab.server.file("/x.box", bytes.to_vec());
        lab.server.always("/x.box", Fault::NoLength);
        let text = error(lab.add()).to_string();
        assert!(text.contains(expected), "{text}");
        lab.assert_nothing_hidden();
        assert!(lab.kept().is_empty());
    }
}

#[test]
fn hostile_boxes_are_refused_and_leave_nothing() {
    let symlink = |name, target| link(EntryType::Symlink, name, target);
    let hard = |name, target| link(EntryType::Link, name, target);
    let of_kind = |kind| link(kind, "node", "");
    let setuid = Item {
        mode: 0o4755,
        ..file("su", b"")
    };
    let latin = Item {
        name: b"caf\xe9",
        ..file("", b"")
    };
    let deep = "d/".repeat(40) + "x";
    let outside = image::tests::qcow2("../../base.img", None);
    let layered = image::tests::qcow2("base.img", None);
    let data = image::tests::qcow2("", Some("/etc/shadow"));
    let mut unnamed = image::tests::qcow2("", None);
    unnamed[79] = 4;
    let split = b"# Disk DescriptorFile\nversion=1\nRW 9 FLAT \"/dev/sda\" 0\n".to_vec();
    let child = image::tests::sparse_vmdk(8, 4096, "parentFileNameHint=\"/p.vmdk\"\n");
    let vhdx = image::tests::vhdx(Some("C:\\base.vhdx"));
    let vhd = image::tests::vhd(Some("..\\base.vhd"));
    let vdi = image::tests::vdi(4);
    let network = image::tests::qcow2("nbd://host/disk", None);
    for (items, expected) in [
        (vec![file("/etc/evil", b"")], "is an absolute path"),
        (vec![file("C:\\evil", b"")], "is an absolute path"),
        (vec![file("../evil", b"")], "leads out of the box"),
        (vec![file("a/../../evil", b"")], "leads out of the box"),
        (vec![file("a\\..\\..\\evil", b"")], "leads out of the box"),
        (
            vec![symlink("l", "/etc/passwd")],
            "is a link out of the box",
        ),
        (vec![symlink("l", "../../..")], "is a link out of the box"),
        (vec![symlink("l", "nowhere")], "is not in the box"),
        (vec![symlink("l", "l")], "is not in the box"),
        (
            // Each is harmless alone; the second climbs out of where the first leads.
            vec![
                symlink("a/b/c/top", "../../.."),
                symlink("out", "a/b/c/top/.."),
            ],
            "is a link out of the box",
        ),
        (
            vec![symlink("d", "/tmp"), file("d/evil", b"")],
            "is there twice",
        ),
        (vec![hard("h", "/etc/passwd")], "is an absolute path"),
        (vec![hard("h", "../x")], "leads out of the box"),
        (
            vec![symlink("l", "metadata.json"), hard("h", "l")],
            "is not in the box",
        ),
        (vec![of_kind(EntryType::Char)], "is a device"),
        (vec![of_kind(EntryType::Block)], "is a device"),
        (vec![of_kind(EntryType::Fifo)], "is a pipe"),
        (vec![setuid], "is setuid or setgid"),
        (vec![latin], "is no UTF-8"),
        (vec![file("x", b""), file("./x", b"")], "is there twice"),
        (vec![file("x", b""), file("x/y", b"")], "is there twice"),
        (vec![file(&deep, b"")], "lies too deep"),
        (vec![file("box.img", &outside)], "is a disk with parts"),
        (vec![file("box.img", &network)], "is a disk with parts"),
        (vec![file("box.img", &data)], "is a disk with parts"),
        (vec![file("box.img", &unnamed)], "header makes no sense"),
        (vec![file("box.vmdk", &split)], "is a disk with parts"),
        (vec![file("box.vmdk", &child)], "is a disk with parts"),
        (vec![file("box.vhdx", &vhdx)], "is a disk with parts"),
        (vec![file("box.vhd", &vhd)], "is a disk with parts"),
        (vec![file("box.vdi", &vdi)], "is a disk with parts"),
        (
            vec![
                file("box.img", &layered),
                symlink("base.img", "metadata.json"),
            ],
            "is a disk with parts",
        ),
        (
            vec![file("rove-disk-0.qcow2", b"")],
            "rove keeps for itself",
        ),
        (vec![file(".rove-box.json", b"{}")], "rove keeps for itself"),
    ] {
        let lab = Lab::new();
        let mut all = vec![file("metadata.json", METADATA)];
        all.extend(items);
        lab.server.file("/x.box", gzip(&tar_of(&all)));
        let text = error(lab.add()).to_string();
        assert!(text.contains(expected), "{text}");
        lab.assert_nothing_hidden();
        assert!(lab.kept().is_empty());
        assert!(!lab.root.path().join("evil").exists());
        assert!(!Path::new("/tmp/evil").exists());
    }
}

/// The digest that was taken on the way in is that of the folder.
fn assert_tree_is_noted(lab: &Lab, installed: &Installed) {
    let noted = installed.receipt().unwrap().tree.unwrap();
    let again = installed.tree_digest(&lab.host).unwrap();
    assert_eq!(noted, again.to_string());
}

#[test]
fn odd_but_honest_boxes_are_taken() {
    let lab = Lab::new();
    let read_only = Item {
        mode: 0o400,
        ..file("read-only", b"r")
    };
    let script = Item {
        mode: 0o755,
        ..file("dir\\script", b"s")
    };
    let layered = image::tests::qcow2("base.img", None);
    let first = tar_of(&[
        link(EntryType::Directory, "./", ""),
        link(EntryType::Directory, "dir/", ""),
        script,
        read_only,
        link(EntryType::Symlink, "dir/link", "../read-only"),
        link(EntryType::Link, "hard", "read-only"),
        file("./metadata.json", METADATA),
        file("box.img", &layered),
        file("base.img", b"raw"),
    ]);
    // Two members of gzip, as parallel packers write, and something after them.
    let (a, b) = first.split_at(1000);
    let mut bytes = [gzip(a), gzip(b)].concat();
    bytes.extend_from_slice(&[0; 100]);
    lab.server.file("/x.box", bytes);
    let installed = lab.add().unwrap();
    assert_tree_is_noted(&lab, &installed);
    let dir = installed.dir;
    assert_eq!(std::fs::read(dir.join("dir/link")).unwrap(), b"r");
    assert_eq!(std::fs::read(dir.join("hard")).unwrap(), b"r");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| dir.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("read-only"), mode("dir/script")), (0o644, 0o755));
    }
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    // Boxes are only read, so the encoder is not built in: LZMA2 has chunks that
    // are stored as they are.
    let mut block = vec![2, 0, 0x21, 1, 22, 0, 0, 0];
    block.extend(crc32(&block).to_le_bytes());
    let header = block.len();
    for (index, chunk) in bytes.chunks(1 << 16).enumerate() {
        block.push(if index == 0 { 1 } else { 2 });
        block.extend(((chunk.len() - 1) as u16).to_be_bytes());
        block.extend_from_slice(chunk);
    }
    block.push(0);
    let unpadded = block.len() as u64;
    assert!(header == 12);
    block.resize(block.len().next_multiple_of(4), 0);
    let variable = |mut number: u64| {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    let mut index = vec![0, 1];
    index.extend(variable(unpadded));
    index.extend(variable(bytes.len() as u64));
    index.resize(index.len().next_multiple_of(4), 0);
    index.extend(crc32(&index).to_le_bytes());
    let flags = [0, 0];
    let mut out = b"\xfd7zXZ\0".to_vec();
    out.extend(flags);
    out.extend(crc32(&flags).to_le_bytes());
    out.extend(block);
    let backward = ((index.len() / 4 - 1) as u32).to_le_bytes();
    out.extend(index);
    out.extend(crc32(&[&backward[..], &flags].concat()).to_le_bytes());
    out.extend(backward);
    out.extend(flags);
    out.extend(b"YZ");
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Writes a zip archive: names, Unix modes and contents.
fn zip_of(items: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, mode, data) in items {
        let packed = {
            let mut encoder =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        };
        let mut shared = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        shared.extend(crc32(data).to_le_bytes());
        shared.extend((packed.len() as u32).to_le_bytes());
        shared.extend((data.len() as u32).to_le_bytes());
        shared.extend((name.len() as u16).to_le_bytes());
        shared.extend([0, 0]);
        list.extend(b"PK\x01\x02\x14\x03");
        list.extend(&shared);
        list.extend([0; 6]);
        list.extend((mode << 16).to_le_bytes());
        list.extend((out.len() as u32).to_le_bytes());
        list.extend(name.bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(name.bytes());
        out.extend(packed);
    }
    let count = (items.len() as u16).to_le_bytes();
    let start = (out.len() as u32).to_le_bytes();
    let size = (list.len() as u32).to_le_bytes();
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend([size, start].concat());
    out.extend([0, 0]);
    out
}

#[test]
fn every_compression_gives_the_same_box() {
    let plain = big_box();
    let (a, b) = plain.split_at(300_000);
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    let disk = noise(1 << 20);
    let zip = zip_of(&[
        ("metadata.json", 0, METADATA),
        ("Vagrantfile", 0, b"Vagrant.configure('2') { }\n"),
        ("box.img", 0o100_644, &disk),
    ]);
    for (format, bytes) in [
        ("tar", plain.clone()),
        ("gzip", gzip(&plain)),
        ("gzip, two members", [gzip(a), gzip(b)].concat()),
        ("zstd", zstd(&plain)),
        ("zstd, two frames", [zstd(a), zstd(b)].concat()),
        ("xz", xz(&plain)),
        ("xz, two streams", [xz(a), xz(b)].concat()),
        ("zip", zip),
    ] {
        let lab = Lab::new();
        lab.server.file("/x.box", bytes);
        let installed = lab
            .add()
            .unwrap_or_else(|failure| panic!("{format}: {failure}"));
        assert!(
            std::fs::read(installed.dir.join("box.img")).unwrap() == disk,
            "{format}"
        );
        assert_tree_is_noted(&lab, &installed);
        lab.assert_nothing_hidden();
    }
}

#[test]
fn zip_boxes_are_looked_at_as_closely() {
    for (entry, expected) in [
        (("../evil", 0, &b""[..]), "leads out of the box"),
        (("/evil", 0, b""), "is an absolute path"),
        (("c:\\evil", 0, b""), "is an absolute path"),
        (("l", 0o120_777, b"/etc/passwd"), "is a link out of the box"),
        (("p", 0o010_644, b""), "is of a kind that boxes do not hold"),
        // Such bits do not get through the library, nor ever onto the disk.
        (("su", 0o104_755, b""), ""),
        (("METADATA.json/x", 0, b""), ""),
        (("./metadata.json", 0, b""), "is there twice"),
        (("metadata.json/x", 0, b""), "is there twice"),
    ] {
        let lab = Lab::new();
        lab.server
            .file("/x.box", zip_of(&[("metadata.json", 0, METADATA), entry]));
        match lab.add() {
            Ok(_) => assert_eq!(expected, "", "{entry:?}"),
            Err(failure) => {
                let text = failure.to_string();
                assert!(!expected.is_empty() && text.contains(expected), "{text}");
                assert!(!lab.root.path().join("home/boxes/x").exists());
            }
        }
        lab.assert_nothing_hidden();
    }
}

#[test]
fn bombs_and_endless_archives_end() {
    let long_name = |size: u64| {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
        header.set_entry_type(EntryType::GNULongName);
        header.set_mode(0o644);
        header.set_size(size);
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    let huge = {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..4].copy_from_slice(b"disk");
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(1 << 50);
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    let metadata = tar_of(&[file("metadata.json", METADATA)]);
    let start = &metadata[..1024];
    let many: Vec<u8> = {
        let mut bytes = start.to_vec();
        let folder = &tar_of(&[link(EntryType::Directory, "d/", "")])[..512];
        bytes.extend(folder.repeat(100_001));
        bytes
    };
    for (bytes, expected) in [
        (
            [start, &long_name(1 << 40), &vec![b'a'; 5 << 20]].concat(),
            "its headers are too long",
        ),
        (
            [start, &huge, &[0; 512][..]].concat(),
            "is larger than any disk",
        ),
        (many, "is one of too many"),
        (
            [&metadata[..], &vec![0; 70 << 20]].concat(),
            "it goes on after its end",
        ),
    ] {
        let lab = Lab::new();
        lab.server.file("/x.box", gzip(&bytes));
        let text = error(lab.add()).to_string();
        assert!(text.contains(expected), "{text}");
        lab.assert_nothing_hidden();
        assert!(lab.kept().is_empty());
    }
}

/// Whatever bytes come, the answer is a box or an error, and nothing else of
/// them stays: archives with a few bytes changed, cut and moved around.
#[test]
fn damaged_archives_end_with_an_answer() {
    let whole = tar_of(&[
        file("metadata.json", METADATA),
        file("box.img", &noise(3000)),
        link(EntryType::Directory, "dir/", ""),
        link(EntryType::Symlink, "dir/link", "../box.img"),
        link(EntryType::Link, "hard", "box.img"),
    ]);
    let zstd = zstd::encode_all(&whole[..], 1).unwrap();
    let zip = zip_of(&[
        ("metadata.json", 0, METADATA),
        ("dir/link", 0o120_777, b"../metadata.json"),
    ]);
    let samples = [&whole, &gzip(&whole), &zstd, &xz(&whole), &zip];
    let root = tempfile::tempdir().unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for round in 0..250 {
        let mut bytes = samples[round % samples.len()].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes.truncate(at),
                1 => bytes.extend_from_within(at..),
                2 => bytes[at] = random(256) as u8,
                _ => bytes[at] ^= 1 << random(8),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let into = root.path().join("in/box");
        std::fs::create_dir_all(&into).unwrap();
        let _ = unpack::unpack(&bytes[..], &into, "here");
        let around = std::fs::read_dir(root.path()).unwrap().count()
            + std::fs::read_dir(root.path().join("in")).unwrap().count();
        assert_eq!(around, 2, "round {round} wrote beside its folder");
        std::fs::remove_dir_all(&into).unwrap();
    }
}

/// The same for catalogs.
#[test]
fn damaged_catalogs_end_with_an_answer() {
    let whole = catalog("http://x/x.box", &"0".repeat(64));
    let words = [
        "null", "[]", "{}", "-1e999", "\"\"", "\u{fffd}", "[[[[", "\"1.0\"",
    ];
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below.max(1)
    };
    for _ in 0..3000 {
        let mut bytes = whole.clone().into_bytes();
        for _ in 0..=random(3) {
            let (a, b) = (random(bytes.len()), random(bytes.len()));
            let word = words[random(words.len())].bytes();
            bytes.splice(a.min(b)..a.max(b).min(a.min(b) + 12), word);
        }
        if let Ok(found) = Catalog::parse(&bytes, "here") {
            let _ = found.require(
                "org/x",
                &Constraint::any(),
                &[],
                &Architecture::Host("amd64".to_owned()),
            );
        }
    }
}

#[test]
fn long_names_and_old_sparse_entries_are_taken() {
    let deep = format!("{}/disk.img", "long-folder-name".repeat(9));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_mode(0o600);
    header.set_size(3);
    builder
        .append_data(&mut header, &deep, &b"abc"[..])
        .unwrap();
    // GNU's old way: the pieces stand in the header itself.
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..6].copy_from_slice(b"sparse");
    header.set_entry_type(EntryType::GNUSparse);
    header.set_mode(0o644);
    header.set_size(512);
    {
        let gnu = header.as_gnu_mut().unwrap();
        let octal = |field: &mut [u8; 12], value: u64| {
            field.copy_from_slice(format!("{value:011o}\0").as_bytes());
        };
        octal(&mut gnu.sparse[0].offset, 4096);
        octal(&mut gnu.sparse[0].numbytes, 512);
        octal(&mut gnu.sparse[1].offset, 9000);
        octal(&mut gnu.sparse[1].numbytes, 0);
        octal(&mut gnu.realsize, 9000);
    }
    header.set_cksum();
    builder.append(&header, &[7; 512][..]).unwrap();
    let mut bytes = builder.into_inner().unwrap();
    bytes.truncate(bytes.len() - 1024);
    // And the metadata last.
    bytes.extend(tar_of(&[file("metadata.json", METADATA)]));
    let lab = Lab::new();
    lab.server.file("/x.box", gzip(&bytes));
    let installed = lab.add().unwrap();
    assert_eq!(std::fs::read(installed.dir.join(deep)).unwrap(), b"abc");
    let sparse = std::fs::read(installed.dir.join("sparse")).unwrap();
    assert_eq!(sparse.len(), 9000);
    assert!(sparse[4096..4608].iter().all(|byte| *byte == 7));
    assert_eq!(sparse.iter().filter(|byte| **byte != 0).count(), 512);
    assert_tree_is_noted(&lab, &installed);
}

#[test]
fn holes_of_both_pax_formats_are_filled_in() {
    let listed = |count: &str, data: &[u8]| {
        let mut bytes = format!("{count}\n").into_bytes();
        bytes.resize(512, 0);
        [&bytes, data].concat()
    };
    for (extensions, data, good) in [
        (
            vec![("major", "1"), ("minor", "0"), ("realsize", "20000")],
            listed("2\n0\n4\n9000\n3", b"datamid"),
            true,
        ),
        (
            vec![("size", "20000"), ("map", "0,4,9000,3")],
            b"datamid".to_vec(),
            true,
        ),
        (
            vec![("size", "20000"), ("map", "0,4,9000,3")],
            b"data".to_vec(),
            false,
        ),
        (
            vec![("size", "100"), ("map", "0,4,9000,3")],
            b"datamid".to_vec(),
            false,
        ),
    ] {
        let mut builder = tar::Builder::new(Vec::new());
        let extensions: Vec<(String, &str)> = extensions
            .into_iter()
            .chain([("name", "box.img")])
            .map(|(key, value)| (format!("GNU.sparse.{key}"), value))
            .collect();
        let pairs = extensions
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_bytes()));
        builder.append_pax_extensions(pairs).unwrap();
        let mut header = Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, "GNUSparseFile.0/box.img", &*data)
            .unwrap();
        let mut bytes = builder.into_inner().unwrap();
        bytes.truncate(bytes.len() - 1024);
        bytes.extend(tar_of(&[file("metadata.json", METADATA)]));
        let lab = Lab::new();
        lab.server.file("/x.box", bytes);
        let added = lab.add();
        if good {
            let mut expected = vec![0; 20_000];
            expected[..4].copy_from_slice(b"data");
            expected[9000..9003].copy_from_slice(b"mid");
            let installed = added.unwrap();
            assert!(std::fs::read(installed.dir.join("box.img")).unwrap() == expected);
            assert_tree_is_noted(&lab, &installed);
        } else {
            let text = error(added).to_string();
            assert!(text.contains("is not a box"), "{text}");
        }
    }
}
