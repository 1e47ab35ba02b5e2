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

#[path = "../../../tests/support/http.rs"]
mod http;

mod ahead;
mod archives;
mod broken_off;
mod fetching;
mod images;
mod network;
mod old_boxes;

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
            signature: None,
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
