//! Runs recorded answers of Vagrant 2.3.4 (`tests/vectors/*.json`) against our
//! functions. Each file is a list of `{family, input, expected}`; `expected` is
//! `{"ok": value}` or `{"error": class}` (`*`: any failure will do). A family is
//! mapped to one function in its module below.
//!
//! To add a file: put it into `tests/vectors/`, write a module with an `answer`
//! function, list it in `all_vectors_agree`. Differences that are meant are
//! listed with their reason, and a difference that is gone must leave the list.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test reads its own data"
)]

use std::path::Path;

use serde_json::Value;

#[path = "vectors/boxes.rs"]
mod boxes;
#[path = "vectors/config_merge.rs"]
mod config_merge;
#[path = "vectors/guest.rs"]
mod guest;

/// What one of our functions answers: a value, or the class of Vagrant's error.
type Answer = Result<Value, String>;

/// A case in which we differ on purpose.
struct Difference {
    /// Position in the file, from 0.
    case: usize,
    /// Why.
    reason: &'static str,
}

fn load(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Runs a file; returns what is wrong, a line each.
fn run(
    file: &str,
    known: &[Difference],
    answer: impl Fn(&str, &Value) -> Option<Answer>,
) -> Vec<String> {
    let cases = load(file);
    let mut agree = 0;
    let mut wrong = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let family = case["family"].as_str().unwrap();
        let Some(ours) = answer(family, &case["input"]) else {
            wrong.push(format!("{file} {index}: no function for `{family}`"));
            continue;
        };
        let expected = &case["expected"];
        let same = match (&ours, expected.get("ok"), expected["error"].as_str()) {
            (Ok(ours), Some(theirs), _) => same(ours, theirs),
            (Err(_), None, Some("*")) => true,
            (Err(ours), None, Some(theirs)) => ours == theirs,
            _ => false,
        };
        let known = known.iter().find(|difference| difference.case == index);
        match (same, known) {
            (true, None) => agree += 1,
            (false, None) => wrong.push(format!(
                "{file} {index} {family} {}\n  ours:   {ours:?}\n  theirs: {expected}",
                case["input"]
            )),
            (true, Some(_)) => wrong.push(format!("{file} {index}: no longer a difference")),
            (false, Some(_)) => {}
        }
    }
    println!("{file}: {agree} of {} agree", cases.len());
    for difference in known {
        println!("  case {}: {}", difference.case, difference.reason);
    }
    wrong
}

/// Equal, with absent members like null and numbers by value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a.keys().chain(b.keys()).all(|key| {
            same(
                a.get(key).unwrap_or(&Value::Null),
                b.get(key).unwrap_or(&Value::Null),
            )
        }),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

#[test]
fn all_vectors_agree() {
    let mut wrong = Vec::new();
    wrong.extend(run("01_version_constraints.json", &[], boxes::versions));
    wrong.extend(run("02_box_names.json", &[], boxes::names));
    wrong.extend(run(
        "03_box_catalog.json",
        boxes::CATALOG_DIFFERENCES,
        boxes::catalog,
    ));
    wrong.extend(run("04_box_collection.json", &[], boxes::collection));
    wrong.extend(run("05_ssh_config.json", &[], guest::ssh));
    wrong.extend(run("11_rsync.json", guest::RSYNC_DIFFERENCES, guest::rsync));
    wrong.extend(run("12_ssh_argv.json", &[], guest::ssh));
    wrong.extend(run("14_shell.json", guest::SHELL_DIFFERENCES, guest::shell));
    wrong.extend(run("16_file_checksum.json", &[], boxes::checksums));
    wrong.extend(run(
        "07_config_merge.json",
        config_merge::DIFFERENCES,
        config_merge::answer,
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
