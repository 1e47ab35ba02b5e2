//! Finding, fetching and verifying: what servers do, and what is kept.

use super::*;

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
fn a_name_without_its_first_half_is_helped() {
    let lab = Lab::new();
    let bytes = lab.serve();
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes));
    lab.server.catalog("org/x", &text);
    add(
        &lab.host,
        &Request::new("org/x", &["libvirt"], Architecture::Default),
    )
    .unwrap();
    let request = Request::new("x", &["libvirt"], Architecture::Default);
    let hints = error(add(&lab.host, &request)).explain().hints();
    assert_eq!(hints, ["did you mean the box `org/x`? It is here already"]);
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
