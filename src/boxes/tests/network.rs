//! Boxes when the network is absent, slow to answer, or behind certificates.

use super::*;

#[path = "../../../tests/support/tls.rs"]
mod tls;

use tls::TlsFront;

fn served(lab: &Lab) -> Request {
    let bytes = lab.serve();
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes));
    lab.server.catalog("org/x", &text);
    Request::new("org/x", &["libvirt"], Architecture::Default)
}

fn go_offline(lab: &mut Lab) {
    let server = lab.server.root();
    lab.host.env = Arc::new(Env::of([
        ("VAGRANT_SERVER_URL", &server),
        ("ROVE_OFFLINE", "1"),
    ]));
}

#[test]
fn offline_what_is_here_is_used_and_the_network_is_not() {
    let mut lab = Lab::new();
    let request = served(&lab);
    let installed = ensure(&lab.host, &request).unwrap();
    let before = lab.server.count();
    go_offline(&mut lab);
    lab.host
        .clock
        .sleep(Duration::from_secs(3 * 86_400))
        .unwrap();

    assert_eq!(ensure(&lab.host, &request).unwrap(), installed);
    assert_eq!(resolve(&lab.host, &request).unwrap().version, "1.2");
    let line = lab.lines().pop().unwrap();
    assert!(line.starts_with("offline: the catalog http://"), "{line}");
    assert!(line.ends_with(" is 3 days old"), "{line}");

    let other = Request::new("org/none", &[], Architecture::Default);
    let plain = request_for("y", &lab.server.url("/x.box"));
    let mut again = request.clone();
    again.force = true;
    for (request, named) in [(&other, "org/none"), (&plain, "/x.box"), (&again, "org/x")] {
        let failure = error(ensure(&lab.host, request));
        let offline = matches!(failure.downcast_ref(), Some(BoxError::Offline { .. }));
        assert!(offline && failure.to_string().contains(named), "{failure}");
        assert!(!failure.explain().hints().is_empty());
    }
    // All requests are made by a client, and there is none.
    assert!(fetch::Client::new(&lab.host, &request).is_err());
    assert_eq!(lab.server.count(), before);
    lab.assert_nothing_hidden();
}

#[test]
fn a_catalog_is_read_again_only_if_it_changed() {
    let lab = Lab::new();
    let request = served(&lab);
    let path = "/api/v2/vagrant/org/x";
    for _ in 0..2 {
        assert_eq!(resolve(&lab.host, &request).unwrap().version, "1.2");
    }
    let requests = lab.server.requests(path);
    assert_eq!(requests[0].header("if-none-match"), None);
    assert!(requests[0].sent > 0);
    assert!(requests[1].header("if-none-match").is_some());
    assert_eq!(requests[1].sent, 0);
    let text = catalog(&lab.server.url("/x.box"), "").replace("1.2", "1.3");
    lab.server.catalog("org/x", &text);
    assert_eq!(resolve(&lab.host, &request).unwrap().version, "1.3");
    // Half a catalog is not kept, nor does a damaged cache matter.
    lab.server.json(path, "{");
    assert!(resolve(&lab.host, &request).is_err());
    lab.server.catalog("org/x", &text);
    let cache = lab.host.dirs.home.join("cache/catalogs");
    for entry in std::fs::read_dir(cache).unwrap().flatten() {
        std::fs::write(entry.path(), "{").unwrap();
    }
    assert_eq!(resolve(&lab.host, &request).unwrap().version, "1.3");
}

#[test]
fn a_server_may_name_the_date_to_wait_for() {
    let lab = Lab::new();
    lab.serve();
    let before = lab.host.clock.now();
    // The clock of tests begins at 22:13:20.
    for (date, wait) in [
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 1),
        ("whenever", 10),
    ] {
        lab.server.fail("/x.box", Fault::TooManyUntil(date));
        let start = lab.host.clock.now();
        let mut request = request_for("x", &lab.server.url("/x.box"));
        request.force = true;
        add(&lab.host, &request).unwrap();
        assert_eq!(lab.host.clock.now(), start + Duration::from_secs(wait));
    }
    let lines = lab.lines().join("\n");
    assert!(lines.contains("trying again in 30 s"), "{lines}");
    lab.server.fail(
        "/x.box",
        Fault::TooManyUntil("Tue, 14 Nov 2028 22:00:00 GMT"),
    );
    let failure = error(lab.fetch_again());
    assert!(
        matches!(
            failure.downcast_ref(),
            Some(BoxError::TooManyRequests { .. })
        ),
        "{failure}"
    );
    assert!(lab.host.clock.now() < before + Duration::from_secs(60));
}

impl Lab {
    fn fetch_again(&self) -> Result<Installed> {
        let mut request = request_for("x", &self.server.url("/x.box"));
        request.force = true;
        add(&self.host, &request)
    }
}

#[test]
fn a_weak_checksum_is_said_to_be_weak() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.fetch_with(Some(Checksum::of(ChecksumKind::Md5, &bytes)))
        .unwrap();
    let lines = lab.lines().join("\n");
    assert!(
        lines.contains("the md5 checksum of `x` shows damage, but no forgery"),
        "{lines}"
    );
}

#[test]
fn a_server_is_trusted_by_the_certificates_that_were_named() {
    let mut lab = Lab::new();
    lab.serve();
    let front = TlsFront::start(&lab.server.root(), false);
    let root = lab.root.path().to_owned();
    let file = root.join("authority.pem");
    std::fs::write(&file, &front.authority).unwrap();
    let folder = root.join("authorities");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("0123.0"), &front.authority).unwrap();
    std::fs::write(folder.join("list.crl"), "no certificate").unwrap();
    let mut plain = request_for("x", &front.url("/x.box"));
    plain.force = true;

    let failure = error(add(&lab.host, &plain));
    assert!(failure.to_string().contains("certificate"), "{failure}");
    assert!(failure.explain().hints().join("").contains("--cacert"));
    assert_eq!(lab.server.count(), 0);

    let changes: [&dyn Fn(&mut Request); 3] = [
        &|request| request.ca_cert = Some(file.clone()),
        &|request| request.ca_path = Some(folder.clone()),
        &|request| request.insecure = true,
    ];
    for change in changes {
        let mut request = plain.clone();
        change(&mut request);
        add(&lab.host, &request).unwrap();
    }
    for name in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
        lab.host.env = Arc::new(Env::of([(name, file.to_str().unwrap())]));
        add(&lab.host, &plain).unwrap();
    }
    let empty = root.join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let mut request = plain.clone();
    request.ca_cert = Some(empty);
    assert!(matches!(
        error(add(&lab.host, &request)).downcast_ref(),
        Some(BoxError::NoCertificate { .. })
    ));
}

#[test]
fn a_client_shows_its_certificate() {
    let lab = Lab::new();
    lab.serve();
    let front = TlsFront::start(&lab.server.root(), true);
    let authority = lab.root.path().join("authority.pem");
    std::fs::write(&authority, &front.authority).unwrap();
    let client = lab.root.path().join("client.pem");
    std::fs::write(&client, &front.client).unwrap();
    let mut request = request_for("x", &front.url("/x.box"));
    request.ca_cert = Some(authority);
    error(add(&lab.host, &request));
    assert_eq!(lab.server.count(), 0);
    request.client_cert = Some(client);
    add(&lab.host, &request).unwrap();
}
