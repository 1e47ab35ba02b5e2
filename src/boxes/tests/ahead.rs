//! One file over several connections.

use super::*;
use crate::host::{Cancel, SystemClock};

/// A box that takes its time on the first connection: some 2 MB a second.
fn slow(megabytes: usize) -> (Lab, Vec<u8>) {
    let mut lab = Lab::new();
    lab.host.clock = Arc::new(SystemClock::new(Cancel::new()));
    let bytes = tar_of(&[
        file("metadata.json", METADATA),
        file("box.img", &noise(megabytes << 20)),
    ]);
    lab.server.file("/x.box", bytes.clone());
    let pace = Fault::Slow(64 << 10, Duration::from_millis(30));
    lab.server.fail("/x.box", pace);
    (lab, bytes)
}

fn ranges(lab: &Lab) -> Vec<String> {
    let requests = lab.server.requests("/x.box");
    let range = |request: &http::Request| request.header("range").map(str::to_owned);
    requests.iter().filter_map(range).collect()
}

#[test]
fn a_slow_connection_gets_company() {
    let (lab, bytes) = slow(24);
    let sum = Checksum::read(Some("sha256"), Some(&sha256(&bytes))).unwrap();
    let installed = lab.fetch_with(sum).unwrap();
    assert!(installed.dir.join("box.img").is_file());
    let ranges = ranges(&lab);
    assert!(ranges.len() >= 3, "{ranges:?}");
    // Each byte once: the parts begin where the first connection was left.
    let mut ends: Vec<(u64, u64)> = ranges
        .iter()
        .map(|range| {
            let (from, last) = range
                .strip_prefix("bytes=")
                .unwrap()
                .split_once('-')
                .unwrap();
            (from.parse().unwrap(), last.parse().unwrap())
        })
        .collect();
    ends.sort_unstable();
    assert!(ends[0].0 > 0);
    assert!(
        ends.windows(2).all(|two| two[0].1 + 1 == two[1].0),
        "{ends:?}"
    );
    assert_eq!(ends.last().unwrap().1 + 1, bytes.len() as u64);
    assert!(lab.kept().is_empty());
}

#[test]
fn a_server_that_wants_one_connection_gets_one() {
    let (lab, bytes) = slow(18);
    for _ in 0..4 {
        lab.server.fail("/x.box", Fault::Status(503));
    }
    let sum = Checksum::read(Some("sha256"), Some(&sha256(&bytes))).unwrap();
    lab.fetch_with(sum).unwrap();
    let said = "the server takes no further connections (503)";
    let lines = lab.lines();
    assert!(lines.iter().any(|line| line.contains(said)), "{lines:?}");
    // The rest comes over one, from where the bytes end.
    let ranges = ranges(&lab);
    let open = ranges.iter().filter(|range| range.ends_with('-')).count();
    assert_eq!((ranges.len(), open), (5, 1), "{ranges:?}");
}

#[test]
fn who_wants_one_connection_gets_one() {
    let (mut lab, _) = slow(18);
    Arc::make_mut(&mut lab.host.env).set("ROVE_CONNECTIONS", "1");
    lab.fetch().unwrap();
    assert_eq!(lab.server.requests("/x.box").len(), 1);
}
