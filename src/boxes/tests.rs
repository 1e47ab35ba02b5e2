//! Boxes from a real server on loopback, with all the faults that servers have.

#![allow(
    clippy::disallowed_methods,
    reason = "tests look at files and make hostile ones"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::*;
use crate::error::{Failure, Result};
use crate::event::{Event, Recorder};
use crate::host::{Dirs, FakeClock, Host};

#[path = "../../tests/support/http.rs"]
mod http;

#[path = "tests_network.rs"]
mod network;

use http::{Fault, Server};

/// A server, an empty home, and a clock that never really waits.
struct Lab {
    root: tempfile::TempDir,
    server: Server,
    host: Host,
    told: Arc<Recorder>,
}

impl Lab {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let server = Server::start();
        let told = Arc::new(Recorder::default());
        let mut host = Host::system().unwrap().with_listener(told.clone());
        host.env = Arc::new(Env::of([("VAGRANT_SERVER_URL", &server.root())]));
        host.dirs = Dirs::below(root.path());
        host.cwd = root.path().to_owned();
        host.clock = Arc::new(FakeClock::default());
        Self {
            root,
            server,
            host,
            told,
        }
    }

    /// Adds the plain box file at `/x.box` as `x`.
    fn add(&self) -> Result<Installed> {
        add(&self.host, &request_for("x", &self.server.url("/x.box")))
    }

    /// Fetches the same file as something that a catalog has chosen: `/x.box` is
    /// asked for its bytes only.
    fn fetch(&self) -> Result<Installed> {
        self.fetch_with(None)
    }

    fn fetch_with(&self, checksum: Option<Checksum>) -> Result<Installed> {
        let url = self.server.url("/x.box");
        let candidate = Candidate {
            name: "x".to_owned(),
            version: "0".to_owned(),
            provider: None,
            architecture: None,
            places: vec![name::Place::Url(url::Url::parse(&url).unwrap())],
            checksums: checksum.into_iter().collect(),
            catalog: None,
        };
        add_candidate(&self.host, &request_for("x", &url), &candidate).map(|(it, _)| it)
    }

    /// Leaves 600,000 bytes behind, as a run that was killed does.
    fn break_off(&self) {
        self.server.fail("/x.box", Fault::Cut(600_000));
        for _ in 0..5 {
            self.server.fail("/x.box", Fault::Hangup);
        }
        let failure = error(self.fetch());
        assert!(
            matches!(
                failure.downcast_ref(),
                Some(BoxError::Broken { done: 600_000, .. })
            ),
            "{failure}"
        );
        self.assert_nothing_hidden();
        assert_eq!(self.kept()[0].metadata().unwrap().len(), 600_000);
        assert_eq!(self.server.requests("/x.box").len(), 6);
    }

    /// Serves a box at `/x.box` and returns its bytes.
    fn serve(&self) -> Vec<u8> {
        let bytes = gzip(&big_box());
        self.server.file("/x.box", bytes.clone());
        bytes
    }

    fn lines(&self) -> Vec<String> {
        let events = self.told.events();
        let text = |event: &Event| match event {
            Event::Line { text, .. } => Some(text.clone()),
            _ => None,
        };
        events.iter().filter_map(text).collect()
    }

    /// Nothing of a failed or finished add may lie around.
    fn assert_nothing_hidden(&self) {
        let boxes = self.host.dirs.home.join("boxes");
        for entry in std::fs::read_dir(boxes).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap();
            assert!(!name.starts_with('.'), "{name}");
        }
    }

    fn kept(&self) -> Vec<PathBuf> {
        let tmp = self.host.dirs.home.join("tmp");
        let entries = std::fs::read_dir(tmp).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "part"))
            .filter(|path| path.metadata().unwrap().len() > 0)
            .collect()
    }
}

/// Returns a request for the plain box file at `url`.
fn request_for(name: &str, url: &str) -> Request {
    let mut request = Request::new(name, &[], Architecture::Host("amd64".to_owned()));
    request.urls = vec![url.to_owned()];
    request
}

fn error(result: Result<Installed>) -> Failure {
    result.expect_err("this must fail")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that do not compress, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..length.div_ceil(8))
        .flat_map(|_| next())
        .take(length)
        .collect()
}

const METADATA: &[u8] = br#"{"provider":"libvirt","format":"qcow2"}"#;

struct Item<'a> {
    kind: EntryType,
    name: &'a [u8],
    link: &'a str,
    mode: u32,
    data: &'a [u8],
}

fn file<'a>(name: &'a str, data: &'a [u8]) -> Item<'a> {
    Item {
        kind: EntryType::Regular,
        name: name.as_bytes(),
        link: "",
        mode: 0o644,
        data,
    }
}

fn link<'a>(kind: EntryType, name: &'a str, link: &'a str) -> Item<'a> {
    Item {
        kind,
        link,
        ..file(name, b"")
    }
}

/// Writes headers as they are asked for: the builder of the crate refuses what a
/// hostile packer would write.
fn tar_of(items: &[Item<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..item.name.len()].copy_from_slice(item.name);
        header.as_old_mut().linkname[..item.link.len()].copy_from_slice(item.link.as_bytes());
        header.set_entry_type(item.kind);
        header.set_mode(item.mode);
        header.set_size(item.data.len() as u64);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(item.data);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn big_box() -> Vec<u8> {
    tar_of(&[
        file("./metadata.json", METADATA),
        file("./Vagrantfile", b"Vagrant.configure('2') { }\n"),
        file("./box.img", &noise(1 << 20)),
    ])
}

fn sha256(bytes: &[u8]) -> String {
    digest::hex(&Sha256::digest(bytes))
}

fn catalog(url: &str, checksum: &str) -> String {
    serde_json::json!({"name": "org/x", "versions": [
        {"version": "1.0", "providers": [{"name": "libvirt", "url": "gone.box"}]},
        {"version": "1.2", "providers": [
            {"name": "hyperv", "url": "other.box"},
            {"name": "libvirt", "url": url, "checksum_type": "sha256", "checksum": checksum}
        ]},
        {"version": "2.0", "providers": [{"name": "hyperv", "url": "other.box"}]}
    ]})
    .to_string()
}

#[test]
fn a_box_of_the_catalog_server_is_found_verified_and_stored() {
    let lab = Lab::new();
    let bytes = lab.serve();
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes).to_uppercase());
    lab.server.catalog("org/x", &text);
    let mut request = Request::new("org/x", &["qemu", "libvirt"], Architecture::Default);
    request.constraint = "~> 1.0".parse().unwrap();

    let candidate = resolve(&lab.host, &request).unwrap();
    assert_eq!(candidate.version, "1.2");
    assert!(
        lab.server.requests("/x.box").is_empty(),
        "resolving fetches no box"
    );

    let installed = ensure(&lab.host, &request).unwrap();
    assert_eq!(
        (installed.version.as_str(), installed.provider.as_str()),
        ("1.2", "libvirt")
    );
    let image = std::fs::read(installed.dir.join("box.img")).unwrap();
    assert!(image == noise(1 << 20));
    assert_eq!(installed.metadata().unwrap()["format"], "qcow2");
    assert!(installed.vagrantfile().is_some());
    assert_eq!(
        installed.metadata_url().unwrap(),
        lab.server.url("/api/v2/vagrant/org/x")
    );
    assert_eq!(lab.server.bytes("/x.box"), bytes.len() as u64, "one pass");
    lab.assert_nothing_hidden();
    assert!(lab.kept().is_empty());
    let last = lab
        .told
        .events()
        .into_iter()
        .rfind(|event| matches!(event, Event::Progress { .. }));
    let Some(Event::Progress {
        label,
        done,
        total,
        finished,
        ..
    }) = last
    else {
        panic!("progress is told");
    };
    assert_eq!(label, "fetch org/x 1.2");
    assert_eq!(
        (done, total, finished),
        (bytes.len() as u64, Some(done), true)
    );

    assert_eq!(
        ensure(&lab.host, &request).unwrap(),
        installed,
        "and is found again"
    );
    assert_eq!(lab.server.requests("/x.box").len(), 1);
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::AlreadyThere { .. })
    ));
    request.force = true;
    add(&lab.host, &request).unwrap();
    assert_eq!(lab.server.requests("/x.box").len(), 2);
    lab.assert_nothing_hidden();
}

#[test]
fn a_box_that_machines_use_is_not_replaced_by_another() {
    let lab = Lab::new();
    lab.serve();
    let installed = add(&lab.host, &request_for("x", &lab.server.url("/x.box"))).unwrap();
    let mut request = request_for("x", &lab.server.url("/x.box"));
    request.force = true;
    request.in_use = vec![InUse {
        name: installed.name.clone(),
        version: installed.version.clone(),
        provider: installed.provider.clone(),
        machine: "`web` in /lab".to_owned(),
    }];
    let mark = installed.dir.join("converted");
    std::fs::write(&mark, "of the box").unwrap();
    add(&lab.host, &request).unwrap();
    assert!(mark.exists(), "the same box is left as it is");

    let receipt = installed.dir.join(".rove-box.json");
    let text = std::fs::read_to_string(&receipt).unwrap();
    let mut other: serde_json::Value = serde_json::from_str(&text).unwrap();
    other["tree"] = "sha256:00".into();
    std::fs::write(&receipt, other.to_string()).unwrap();
    let failure = error(add(&lab.host, &request));
    assert!(
        failure.to_string().contains("is used by `web` in /lab"),
        "{failure}"
    );
    assert!(mark.exists());
    lab.assert_nothing_hidden();
}

#[test]
fn a_break_is_gone_on_with_by_range() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.fail("/x.box", Fault::Status(500));
    lab.server.fail("/x.box", Fault::Cut(300_000));
    lab.server.fail("/x.box", Fault::Cut(400_000));
    lab.server.fail("/x.box", Fault::Hangup);
    lab.fetch().unwrap();
    let ranges: Vec<Option<String>> = lab
        .server
        .requests("/x.box")
        .iter()
        .map(|request| request.header("range").map(str::to_owned))
        .collect();
    let tail = &ranges[ranges.len() - 3..];
    assert_eq!(tail[0].as_deref(), Some("bytes=300000-"));
    assert_eq!(tail[1].as_deref(), Some("bytes=700000-"));
    assert_eq!(tail[2].as_deref(), Some("bytes=700000-"));
    let last = lab.server.requests("/x.box").pop().unwrap();
    assert!(last.header("if-range").unwrap().starts_with('"'));
    assert_eq!(last.sent, bytes.len() as u64 - 700_000);
    assert!(
        lab.lines()
            .iter()
            .any(|line| line.contains("the connection broke"))
    );
}

#[test]
fn a_server_without_ranges_is_read_from_the_start_again() {
    let lab = Lab::new();
    lab.serve();
    lab.server.always("/x.box", Fault::NoRanges);
    lab.server.fail("/x.box", Fault::Cut(900_000));
    let installed = lab.fetch().unwrap();
    let image = std::fs::read(installed.dir.join("box.img")).unwrap();
    assert!(image == noise(1 << 20));
    assert_eq!(lab.server.requests("/x.box").len(), 2);
}

#[test]
fn a_server_that_never_gets_far_is_given_up() {
    for endless in [Fault::NoRanges, Fault::Cut(0)] {
        let lab = Lab::new();
        lab.serve();
        lab.server.always("/x.box", endless);
        lab.server.always("/x.box", Fault::Cut(500_000));
        let failure = error(lab.fetch());
        assert!(
            matches!(failure.downcast_ref(), Some(BoxError::Broken { .. })),
            "{failure}"
        );
        lab.assert_nothing_hidden();
    }
}

#[test]
fn content_that_changes_under_way_is_read_from_the_start() {
    let lab = Lab::new();
    lab.serve();
    lab.break_off();
    let other = gzip(&tar_of(&[
        file("metadata.json", METADATA),
        file("new", b"1"),
    ]));
    lab.server.file("/x.box", other);
    let installed = lab.fetch().unwrap();
    assert!(installed.dir.join("new").exists());
    assert_eq!(lab.server.requests("/x.box").len(), 7);
}

#[test]
fn the_next_run_goes_on_from_what_was_kept() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.break_off();
    let installed = lab.fetch().unwrap();
    assert!(std::fs::read(installed.dir.join("box.img")).unwrap() == noise(1 << 20));
    let last = lab.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.header("range"), Some("bytes=600000-"));
    assert_eq!(
        lab.server.bytes("/x.box"),
        bytes.len() as u64,
        "no byte comes twice"
    );
    assert!(lab.kept().is_empty());
}

#[test]
fn kept_bytes_that_nobody_can_vouch_for_are_not_used() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.without_etag("/x.box");
    lab.break_off();
    lab.fetch().unwrap();
    let last = lab.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.header("range"), None);
    assert_eq!(last.sent, bytes.len() as u64);
}

#[test]
fn kept_bytes_that_went_wrong_are_fetched_anew() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.break_off();
    // As after a power loss: the length is right, the content is not.
    std::fs::write(&lab.kept()[0], vec![0x55; 600_000]).unwrap();
    let checksum = Checksum::read(Some("sha256"), Some(&sha256(&bytes))).unwrap();
    let installed = lab.fetch_with(checksum).unwrap();
    assert!(std::fs::read(installed.dir.join("box.img")).unwrap() == noise(1 << 20));
    assert_eq!(
        lab.server.requests("/x.box").pop().unwrap().header("range"),
        None
    );
}

#[test]
fn a_wrong_checksum_shows_both_and_keeps_nothing() {
    let lab = Lab::new();
    let bytes = lab.serve();
    let wrong = "00".repeat(32);
    lab.server
        .catalog("org/x", &catalog(&lab.server.url("/x.box"), &wrong));
    let request = Request::new("org/x", &["libvirt"], Architecture::Default);
    let text = error(ensure(&lab.host, &request)).to_string();
    assert!(
        text.contains(&wrong) && text.contains(&sha256(&bytes)),
        "{text}"
    );
    lab.assert_nothing_hidden();
    assert!(lab.kept().is_empty());
    assert!(Store::open(&lab.host).list().unwrap().is_empty());
}

#[test]
fn all_kinds_of_checksum_are_verified() {
    let lab = Lab::new();
    let bytes = lab.serve();
    for (kind, name) in [
        (ChecksumKind::Md5, "md5"),
        (ChecksumKind::Sha1, "sha1"),
        (ChecksumKind::Sha384, "sha384"),
        (ChecksumKind::Sha512, "sha512"),
    ] {
        let right = Checksum::of(kind, &bytes);
        let mut request = request_for("x", &lab.server.url("/x.box"));
        request.force = true;
        request.checksum = Checksum::read(Some(name), Some(&right.hex)).unwrap();
        add(&lab.host, &request).unwrap();
        let wrong = right.hex.replace('a', "b");
        request.checksum = Checksum::read(Some(name), Some(&wrong)).unwrap();
        assert!(matches!(
            error(add(&lab.host, &request)).downcast_ref(),
            Some(BoxError::ChecksumDiffers { .. })
        ));
    }
}

#[test]
fn servers_that_refuse_are_told_of() {
    let check = |fault: Fault, expected: &str| {
        let lab = Lab::new();
        lab.serve();
        lab.server.always("/x.box", fault);
        let failure = error(lab.add());
        let text = failure.to_string().replace(&lab.server.root(), "HOST");
        assert!(text.contains(expected), "{text}");
        assert!(!failure.explain().hints().is_empty());
        lab.assert_nothing_hidden();
        lab
    };
    check(Fault::Status(404), "there is nothing at HOST/x.box (404)");
    check(Fault::Status(410), "there is nothing at HOST/x.box (410)");
    check(Fault::Status(401), "HOST/x.box may not be read (401)");
    check(Fault::Status(418), "HOST/x.box answers 418");
    check(Fault::Html, "HOST/x.box is a web page");
    check(
        Fault::Redirect("/x.box".to_owned()),
        "HOST/x.box redirects without end",
    );
    check(Fault::Hangup, "fetching HOST/x.box broke off at 0 bytes");
    let lab = check(Fault::Status(503), "HOST/x.box answers 503");
    assert_eq!(lab.server.requests("/x.box").len(), 4, "tried again first");
    let lab = check(
        Fault::TooMany(3600),
        "takes no more requests for 60 minutes",
    );
    assert_eq!(lab.server.requests("/x.box").len(), 1);
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let lab = Lab::new();
    lab.serve();
    lab.server.fail("/x.box", Fault::TooMany(30));
    lab.server.fail("/x.box", Fault::Status(500));
    let before = lab.host.clock.now();
    lab.add().unwrap();
    assert_eq!(lab.host.clock.now(), before + Duration::from_secs(31));
    let lines = lab.lines().join("\n");
    assert!(
        lines.contains("has too many requests; trying again in 30 s"),
        "{lines}"
    );
    assert!(
        lines.contains("answers 500; trying again in 1 s"),
        "{lines}"
    );
}

#[test]
fn a_silent_server_is_left() {
    let lab = Lab::new();
    lab.serve();
    lab.server.always("/x.box", Fault::Stall(0));
    let request = request_for("x", &lab.server.url("/x.box"));
    let mut client = fetch::Client::new(&lab.host, &request).unwrap();
    client.idle = Duration::from_millis(400);
    let url = url::Url::parse(&lab.server.url("/x.box")).unwrap();
    let mut reply = client.get(&url, "*/*", None).ok().unwrap();
    let trouble = reply.read(&mut Vec::new(), 1).unwrap_err();
    assert!(matches!(trouble, fetch::Trouble::Broke(_)));
    lab.host.cancel.set();
    let mut reply = client.get(&url, "*/*", None).ok();
    let trouble = reply.as_mut().map(|reply| reply.read(&mut Vec::new(), 1));
    assert!(!matches!(trouble, Some(Ok(_))), "Ctrl-C ends the wait");
}

#[test]
fn a_host_that_is_not_there_is_named() {
    let lab = Lab::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let failure = error(add(
        &lab.host,
        &request_for("x", &format!("http://{address}/x")),
    ));
    assert!(
        failure
            .to_string()
            .starts_with(&format!("cannot reach {address}: ")),
        "{failure}"
    );
}

#[test]
fn a_name_nobody_knows_is_not_found() {
    let lab = Lab::new();
    let request = Request::new("org/none", &[], Architecture::Default);
    let failure = error(ensure(&lab.host, &request));
    assert!(
        failure
            .to_string()
            .contains("`org/none` is not on http://127"),
        "{failure}"
    );
    assert_eq!(lab.server.requests("/api/v2/vagrant/org/none").len(), 1);
    assert_eq!(lab.server.requests("/org/none").len(), 1);
}

#[test]
fn the_token_goes_to_the_catalog_server_only() {
    let mut lab = Lab::new();
    lab.serve();
    let other = Server::start();
    other.file("/x.box", gzip(&big_box()));
    let env = [
        ("VAGRANT_SERVER_URL", lab.server.root()),
        ("VAGRANT_CLOUD_TOKEN", "secret".to_owned()),
    ];
    lab.host.env = Arc::new(Env::of(
        env.each_ref().map(|(name, value)| (*name, value.as_str())),
    ));
    lab.server
        .always("/x.box", Fault::Redirect(other.url("/x.box")));
    let mut request = request_for("x", &lab.server.url("/x.box"));
    add(&lab.host, &request).unwrap();
    let authorization = |server: &Server| {
        let requests = server.requests("/x.box");
        let last = requests.last().unwrap();
        last.header("authorization").map(str::to_owned)
    };
    assert_eq!(authorization(&lab.server).as_deref(), Some("Bearer secret"));
    assert_eq!(authorization(&other), None);
    request.force = true;
    request.location_trusted = true;
    add(&lab.host, &request).unwrap();
    assert_eq!(authorization(&other).as_deref(), Some("Bearer secret"));
    assert!(
        other.requests("/x.box")[0]
            .header("user-agent")
            .unwrap()
            .starts_with("rove/")
    );
}

#[test]
fn catalogs_and_boxes_are_taken_from_files_too() {
    let lab = Lab::new();
    let bytes = gzip(&big_box());
    std::fs::write(lab.root.path().join("x.box"), &bytes).unwrap();
    std::fs::write(
        lab.root.path().join("catalog.json"),
        catalog("x.box", &sha256(&bytes)),
    )
    .unwrap();
    let mut request = request_for("org/x", "catalog.json");
    request.name = None;
    request.providers = vec!["libvirt".to_owned()];
    let installed = add(&lab.host, &request).unwrap();
    assert_eq!(
        (installed.name.as_str(), installed.version.as_str()),
        ("org/x", "1.2")
    );

    let installed = add(&lab.host, &request_for("mine", "x.box")).unwrap();
    assert_eq!(
        (installed.name.as_str(), installed.version.as_str()),
        ("mine", "0")
    );

    request.urls = vec!["x.box".to_owned()];
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::NameNeeded { .. })
    ));
    request.name = Some("other/name".to_owned());
    request.constraint = "> 1".parse().unwrap();
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::VersionNotChoosable { .. })
    ));
    request.urls = vec!["catalog.json".to_owned()];
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::NameDiffers { .. })
    ));
}

#[test]
fn mirrors_are_tried_in_turn() {
    let lab = Lab::new();
    lab.serve();
    let mut request = request_for("x", &lab.server.url("/gone.box"));
    request.urls.push(lab.server.url("/x.box"));
    add(&lab.host, &request).unwrap();
    lab.server.file("/bad.box", b"not a box".to_vec());
    lab.server.catalog("org/x", "{}");
    request.urls[0] = lab.server.url("/org/x");
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::SeveralCatalogs { .. })
    ));
}

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

fn xz(bytes: &[u8]) -> Vec<u8> {
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

#[test]
fn the_oldest_boxes_get_metadata() {
    let lab = Lab::new();
    lab.server
        .file("/x.box", tar_of(&[file("box.ovf", b"<Envelope/>")]));
    assert_eq!(lab.add().unwrap().provider, "virtualbox");
}

#[test]
fn a_box_for_another_provider_than_promised_is_refused() {
    let lab = Lab::new();
    let bytes = lab.serve();
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes)).replace("libvirt", "qemu");
    lab.server.catalog("org/x", &text);
    let request = Request::new("org/x", &["qemu"], Architecture::Default);
    assert!(matches!(
        error(ensure(&lab.host, &request)).downcast_ref(),
        Some(BoxError::ProviderDiffers { .. })
    ));
    let mut request = request_for("x", &lab.server.url("/x.box"));
    request.providers = vec!["docker".to_owned()];
    assert!(matches!(
        error(ensure(&lab.host, &request)).downcast_ref(),
        Some(BoxError::NoProvider { .. })
    ));
    lab.assert_nothing_hidden();
}

/// Presses Ctrl-C once something has come.
struct Impatient(crate::host::Cancel);

impl crate::event::Listener for Impatient {
    fn event(&self, event: Event) {
        if matches!(event, Event::Progress { .. }) {
            self.0.set();
        }
    }
}

#[test]
fn an_interrupt_keeps_the_download_and_nothing_else() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.fail("/x.box", Fault::Stall(400_000));
    let mut impatient = Lab {
        host: lab.host.clone(),
        ..lab
    };
    let cancel = crate::host::Cancel::new();
    impatient.host.cancel = cancel.clone();
    impatient.host.listener = Arc::new(Impatient(cancel));
    let failure = error(impatient.fetch());
    assert_eq!(failure.kind(), crate::error::Kind::Interrupted);
    impatient.assert_nothing_hidden();
    let kept = impatient.kept()[0].metadata().unwrap().len();
    impatient.host.cancel = crate::host::Cancel::new();
    impatient.host.listener = Arc::new(crate::event::Silent);
    impatient.fetch().unwrap();
    let last = impatient.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.sent, bytes.len() as u64 - kept);
}

#[cfg(unix)]
#[test]
fn too_little_room_is_known_before_the_first_byte() {
    let lab = Lab::new();
    let huge = lab.root.path().join("huge");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(1 << 43)
        .unwrap();
    lab.server.file_on_disk("/x.box", &huge);
    let failure = error(lab.add());
    assert!(
        matches!(failure.downcast_ref(), Some(BoxError::NoSpace { .. })),
        "{failure}"
    );
    lab.assert_nothing_hidden();
}

#[test]
fn what_an_interrupted_add_left_is_cleaned() {
    let lab = Lab::new();
    lab.serve();
    let boxes = lab.host.dirs.home.join("boxes");
    for left in [".adding-0123456789abcdef", ".removing-0123456789abcdef"] {
        std::fs::create_dir_all(boxes.join(left).join("dir")).unwrap();
    }
    let own = boxes.join(format!(".adding-{}", digest::short("x")));
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("metadata.json"), "half").unwrap();
    assert!(
        Store::open(&lab.host).list().unwrap().is_empty(),
        "and invisible"
    );
    lab.add().unwrap();
    lab.assert_nothing_hidden();
}

#[test]
fn two_that_want_the_same_box_fetch_it_once() {
    let mut lab = Lab::new();
    lab.host.clock = Host::system().unwrap().clock;
    let bytes = lab.serve();
    let pause = Duration::from_millis(40);
    lab.server.always("/x.box", Fault::Slow(64 << 10, pause));
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes));
    lab.server.catalog("org/x", &text);
    let request = Request::new("org/x", &["libvirt"], Architecture::Default);
    let dirs: Vec<PathBuf> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| ensure(&lab.host, &request)));
        both.map(|thread| thread.join().unwrap().unwrap().dir)
            .to_vec()
    });
    assert_eq!(dirs[0], dirs[1]);
    assert_eq!(lab.server.requests("/x.box").len(), 1);
    let lines = lab.lines().join("\n");
    assert!(
        lines.contains("is being added by another rove (pid "),
        "{lines}"
    );
}

/// Runs in a process of its own, to be killed; does nothing in the others. See
/// the next test.
#[test]
fn child_that_adds() {
    let Some(home) = std::env::var_os("ROVE_TEST_HOME") else {
        return;
    };
    let mut host = Host::system().unwrap();
    host.dirs = Dirs::below(Path::new(&home));
    host.env = Arc::new(Env::default());
    let mut request = Request::new("x", &[], Architecture::Default);
    request.urls = vec![std::env::var("ROVE_TEST_URL").unwrap()];
    let _ = add(&host, &request);
}

#[test]
fn a_killed_run_is_gone_on_with_by_the_next_one() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.always("/x.box", Fault::Stall(800_000));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "boxes::tests::child_that_adds"])
        .env("ROVE_TEST_HOME", lab.root.path())
        .env("ROVE_TEST_URL", lab.server.url("/x.box"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = std::time::Instant::now();
    // A piece that was on its way is lost, no more.
    let least = 800_000 - (256 << 10);
    let kept = || {
        lab.kept()
            .first()
            .map_or(0, |path| path.metadata().unwrap().len())
    };
    while kept() < least && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = kept();
    assert!(kept >= least, "{kept}");
    assert!(Store::open(&lab.host).list().unwrap().is_empty());
    lab.server.recover("/x.box");
    let installed = lab.add().unwrap();
    assert!(std::fs::read(installed.dir.join("box.img")).unwrap() == noise(1 << 20));
    let last = lab.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.sent, bytes.len() as u64 - kept);
    lab.assert_nothing_hidden();
}
