//! `rove log`: what runs did, from the log that each leaves.

use crate::support::{Lab, labs};

#[test]
fn there_is_no_log_yet() {
    let lab = Lab::with(labs::ONE);
    insta::assert_snapshot!(lab.rove(&["log"]), @"
    $ rove log
    --- stderr
    error: there is no log of a run in `[WORK]/.rove/log`
    hint: commands that act on machines, such as `rove up`, leave one each
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["log", "--list"]), @"
    $ rove log --list
    There is no log of a run here.
    => 0
    ");
    let _ = lab.rove(&["status"]);
    assert!(
        !lab.work().join(".rove").exists(),
        "a question leaves no log"
    );
}

#[test]
fn the_last_failure_is_found_behind_later_runs() {
    let mut lab = Lab::with(labs::ONE);
    lab.set("ROVE_OFFLINE", "1");
    let failed = lab.rove(&["up"]);
    assert_eq!(failed.code, Some(1), "{failed}");
    let _ = lab.rove(&["halt"]).succeeds();
    let _ = lab.rove(&["gc", "--dry-run"]).succeeds();
    let list = lab.rove(&["log", "--list"]).succeeds();
    let endings: Vec<&str> = list
        .lines()
        .map(|line| line.split_once("rove ").unwrap().1)
        .collect();
    assert_eq!(
        endings,
        [
            "gc --dry-run (ended well)",
            "halt (ended well)",
            "up (exit code 1)"
        ]
    );
    let shown = lab.rove(&["log", "--last-error"]).succeeds();
    let error = failed
        .stderr
        .lines()
        .find(|line| line.starts_with("error: "));
    assert!(shown.contains(error.unwrap()), "{shown}");
    assert_eq!(
        lab.rove(&["log", "2"]).succeeds().lines().next(),
        Some("rove halt: ended well")
    );
    assert_eq!(lab.rove(&["log", "4"]).code, Some(1));
    let answer = lab.rove(&["log", "--last-error", "--json"]).succeeds();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["command"], "up");
    let records = answer["records"].as_array().unwrap();
    assert!(records.iter().any(|record| record["event"] == "failed"));
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let lab = Lab::with(labs::ONE);
    lab.write(".rove", "a file where the folder should be");
    assert_eq!(lab.rove(&["gc", "--dry-run"]).code, Some(0));
}
