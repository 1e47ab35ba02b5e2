//! Sessions of Vagrant 2.3.4 (`tests/golden/*.json`) replayed against rove, which
//! stands in for it here. They hold facts and no sentence of Vagrant's: exit codes,
//! which stream speaks, the data that a command prints, flags in help, the names
//! that a message mentions, and the files left in the project. `KNOWN` is a
//! ratchet: a session leaves it when it agrees, none may join without a reason.
//!
//! `ROVE_GOLDEN=04_box/add-noargs cargo test --test golden` shows one session whole.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test reads its own data and runs its own program"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fancy_regex::Regex;
use serde_json::{Value, json};

#[path = "support/http.rs"]
mod http;

use http::Server;

/// Sessions that differ, each with the reason.
const KNOWN: &[(&str, &str)] = &[
    (
        "04_box/add-missing-file",
        "the failure names the file that is not there, not the box",
    ),
    (
        "04_box/add-noargs",
        "the parser names the argument that is missing, without Vagrant's usage text",
    ),
    (
        "04_box/add-shorthand-offline",
        "the failure names the address that does not answer, not the box",
    ),
    (
        "04_box/checksum-bad-sha256",
        "the failure names the file and both sums, not the box",
    ),
    (
        "04_box/checksum-bad-sha384",
        "the failure names the file and both sums, not the box",
    ),
    (
        "04_box/checksum-bad-sha512",
        "the failure names the file and both sums, not the box",
    ),
    (
        "04_box/checksum-notype",
        "Vagrant ignores a checksum without a type; a checksum is never ignored here",
    ),
    (
        "04_box/checksum-empty",
        "Vagrant crashes on an empty checksum; here it stands for none",
    ),
    (
        "04_box/meta-multi-choose",
        "where nobody can be asked, the provider that can be used is taken",
    ),
    (
        "04_box/meta-url404",
        "the failure names the address that is not there, not the box",
    ),
];

/// Sessions are short waits for a process each: a few more than cores.
const WORKERS: usize = 6;

struct Session {
    name: String,
    facts: Value,
}

fn sessions() -> Vec<Session> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let group = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let Value::Array(cases) = serde_json::from_str(&text).unwrap() else {
            panic!("{group} is no list");
        };
        for facts in cases {
            let name = format!("{group}/{}", facts["id"].as_str().unwrap());
            all.push(Session { name, facts });
        }
    }
    all
}

#[test]
fn the_sessions_of_vagrant_agree() {
    let wanted = std::env::var("ROVE_GOLDEN").ok();
    let sessions: Vec<Session> = sessions()
        .into_iter()
        .filter(|session| wanted.as_ref().is_none_or(|name| session.name == *name))
        .collect();
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(session) = sessions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let differences = Replay::new(&session.facts).run(wanted.is_some());
                    if !differences.is_empty() {
                        let mut failed = failed.lock().unwrap();
                        failed.push((session.name.clone(), differences));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    println!(
        "{} of {} sessions agree",
        sessions.len() - failed.len(),
        sessions.len()
    );

    let mut wrong = String::new();
    for (name, differences) in &failed {
        if !KNOWN.iter().any(|(known, _)| known == name) {
            for difference in differences {
                let _ = writeln!(wrong, "{name} {difference}");
            }
        }
    }
    let agreeing = KNOWN.iter().filter(|(known, _)| {
        sessions.iter().any(|session| session.name == *known)
            && !failed.iter().any(|(name, _)| name == known)
    });
    for (name, _) in agreeing {
        let _ = writeln!(wrong, "{name} agrees now: take it off the list KNOWN");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn known_differences_have_a_reason_and_a_session() {
    let names: BTreeSet<String> = sessions().into_iter().map(|session| session.name).collect();
    for (name, reason) in KNOWN {
        assert!(names.contains(*name), "{name} is no session");
        assert!(!reason.is_empty(), "{name} needs a reason");
    }
    assert!(
        KNOWN.len() * 20 <= names.len(),
        "at least 95 of 100 sessions have to agree"
    );
}

/// One session with folders and a web server of its own.
struct Replay<'a> {
    facts: &'a Value,
    root: tempfile::TempDir,
    server: Server,
}

/// What a command did.
struct Answer {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

impl<'a> Replay<'a> {
    fn new(facts: &'a Value) -> Self {
        let root = tempfile::Builder::new()
            .prefix("rove-golden-")
            .tempdir()
            .unwrap();
        for name in ["work", "home"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let replay = Self {
            facts,
            root,
            server: Server::start(),
        };
        replay.put("work", &facts["files"]);
        replay.put("home", &facts["home_files"]);
        replay.serve(&facts["http_files"]);
        replay
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn run(&self, verbose: bool) -> Vec<String> {
        let mut differences = Vec::new();
        for (index, step) in self.facts["steps"].as_array().unwrap().iter().enumerate() {
            self.put("work", &step["put"]);
            self.serve(&step["put_http"]);
            for path in list(&step["rm"]) {
                let path = self.folder("work").join(path);
                if path.is_dir() {
                    std::fs::remove_dir_all(path).unwrap();
                } else if path.exists() {
                    std::fs::remove_file(path).unwrap();
                }
            }
            if step["argv"].is_null() {
                continue;
            }
            let argv = list(&step["argv"]);
            let answer = self.answer(step, &argv);
            if verbose {
                println!("$ rove {}", argv.join(" "));
                println!(
                    "{}--- stderr\n{}=> {:?}",
                    answer.stdout, answer.stderr, answer.exit
                );
            }
            for difference in judge(step, &argv, &answer) {
                differences.push(format!("step {index} {argv:?}: {difference}"));
            }
        }
        let expected: Vec<String> = list(&self.facts["after"]["work"]);
        let found = self.left();
        if expected != found {
            differences.push(format!("left: expected {expected:?}, got {found:?}"));
        }
        differences
    }

    fn answer(&self, step: &Value, argv: &[String]) -> Answer {
        let home = self.folder("home").display().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rove"));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", &home)
            .env("VAGRANT_HOME", &home)
            .env("LANG", "C.UTF-8")
            .env("TERM", "dumb")
            .env("VAGRANT_CHECKPOINT_DISABLE", "1")
            .env("TMPDIR", self.root.path())
            .env("ROVE_COMPAT", "1")
            .env("ROVE_PROVIDERS", "")
            .env("ROVE_PLUGINS", "")
            .env("ROVE_TRUST", "1")
            .args(argv.iter().map(|word| self.filled(word)));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.filled(value.as_str().unwrap()));
        }
        let dir = step["cwd"].as_str().unwrap_or_default();
        let mut child = command
            .current_dir(self.folder("work").join(dir))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read is no fault.
        let _ = child
            .stdin
            .take()
            .unwrap()
            .write_all(step["stdin"].as_str().unwrap_or_default().as_bytes());
        let output = child.wait_with_output().unwrap();
        Answer {
            exit: output.status.code(),
            stdout: self.stable(&output.stdout),
            stderr: self.stable(&output.stderr),
        }
    }

    /// Fills in what is known only when the session runs.
    fn filled(&self, text: &str) -> String {
        text.replace("{{HTTP}}", self.server.url("").trim_end_matches('/'))
            .replace("{{WORK}}", &self.folder("work").display().to_string())
            .replace("{{HOME}}", &self.folder("home").display().to_string())
    }

    /// Replaces what differs from run to run.
    fn stable(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text)
            .replace(self.server.url("").trim_end_matches('/'), "{{HTTP}}")
            .replace(&self.folder("work").display().to_string(), "{{WORK}}")
            .replace(&self.folder("home").display().to_string(), "{{HOME}}");
        pattern(r"(?m)^[0-9a-f]{7}(?=  )")
            .replace_all(&text, "{{ID7}}")
            .into_owned()
    }

    fn put(&self, folder: &str, files: &Value) {
        for (name, content) in files.as_object().into_iter().flatten() {
            let path = self.folder(folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if content["dir"] == true {
                std::fs::create_dir_all(path).unwrap();
            } else {
                std::fs::write(path, self.bytes(content)).unwrap();
            }
        }
    }

    fn serve(&self, files: &Value) {
        for (name, content) in files.as_object().into_iter().flatten() {
            let bytes = self.bytes(content);
            if Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                self.server
                    .json(&format!("/{name}"), &String::from_utf8(bytes).unwrap());
            } else {
                self.server.file(&format!("/{name}"), bytes);
            }
        }
    }

    fn bytes(&self, content: &Value) -> Vec<u8> {
        match content {
            Value::String(text) => self.filled(text).into_bytes(),
            _ => archive(&content["box"]),
        }
    }

    /// Returns the names of the files in the project, but for locks and logs.
    fn left(&self) -> Vec<String> {
        fn walk(root: &Path, dir: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    walk(root, &path, found);
                } else {
                    let name = path
                        .strip_prefix(root)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned();
                    found.push(name);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.folder("work"), &self.folder("work"), &mut found);
        found.retain(|name| {
            !pattern(r"\.lock$|^\.(rove|vagrant)/log/")
                .is_match(name)
                .unwrap()
        });
        found.sort();
        found
    }
}

/// Returns a box file: a tar archive, compressed unless it says otherwise.
fn archive(content: &Value) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in content["files"].as_object().unwrap() {
        let text = text.as_str().unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_600_000_000);
        archive
            .append_data(&mut header, name, text.as_bytes())
            .unwrap();
    }
    let plain = archive.into_inner().unwrap();
    if content["gz"] == false {
        return plain;
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    gzip.finish().unwrap()
}

/// Returns in what one command differs.
fn judge(step: &Value, argv: &[String], answer: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    if step["exit"] == "failure" {
        if answer.exit == Some(0) {
            differences.push("exit: expected a failure, got 0".to_owned());
        }
        return differences;
    }
    let mut expect = |what: &str, expected: &Value, found: Value| {
        if *expected != found {
            differences.push(format!("{what}: expected {expected}, got {found}"));
        }
    };
    expect("exit", &step["exit"], json!(answer.exit));
    if is_help(argv) {
        let known = flags(&answer.stdout);
        let missing: Vec<String> = list(&step["flags"])
            .into_iter()
            .filter(|flag| !known.contains(flag))
            .collect();
        expect("missing flags", &json!([]), json!(missing));
    } else {
        let expected = match &step["data"] {
            Value::Null => json!([]),
            data => data.clone(),
        };
        expect("data", &expected, Value::Array(data(argv, answer)));
    }
    if step["exit"] != 0 {
        if let Some(stream) = step["stream"].as_str() {
            let found = if answer.stderr.trim().is_empty() {
                "stdout"
            } else {
                "stderr"
            };
            expect("stream", &json!(stream), json!(found));
        }
        let said = format!("{}{}", answer.stdout, answer.stderr).replace("\\n", "\n");
        let missing: Vec<String> = list(&step["names"])
            .into_iter()
            .filter(|name| !said.contains(name))
            .collect();
        expect("names not mentioned", &json!([]), json!(missing));
    }
    differences
}

/// Groups, whose subcommand belongs to the name of a command.
const GROUPS: &[&str] = &["autocomplete", "box", "cloud", "plugin", "snapshot"];

/// Returns the command's name and, for a group, its subcommand.
fn words(argv: &[String]) -> (&str, &str) {
    let mut plain = argv.iter().filter(|word| !word.starts_with('-'));
    let first = plain.next().map_or("", String::as_str);
    let second = plain.next().map_or("", String::as_str);
    (first, if GROUPS.contains(&first) { second } else { "" })
}

fn is_help(argv: &[String]) -> bool {
    argv.iter().any(|word| word == "-h" || word == "--help") || words(argv).0 == "help"
}

fn flags(help: &str) -> BTreeSet<String> {
    pattern(r"(?<![\w-])--(?:\[no-\])?[a-z][a-z0-9-]+")
        .find_iter(help)
        .map(|found| found.unwrap().as_str().to_owned())
        .collect()
}

/// Returns the part of an output that is data.
fn data(argv: &[String], answer: &Answer) -> Vec<Value> {
    let text = &answer.stdout;
    if argv.iter().any(|word| word == "--machine-readable") {
        return text.lines().filter_map(record).collect();
    }
    if answer.exit != Some(0) {
        return Vec::new();
    }
    let lines = || {
        text.lines()
            .map(str::trim_end)
            .filter(|line| !line.trim().is_empty())
    };
    let matching = |expression: &str| -> Vec<Value> {
        let expression = pattern(expression);
        let found = text.lines().filter_map(|line| {
            let captures = expression.captures(line).unwrap()?;
            let groups: Vec<&str> = captures
                .iter()
                .skip(1)
                .flatten()
                .map(|group| group.as_str())
                .collect();
            Some(match groups[..] {
                [only] => json!(only),
                _ => json!(groups),
            })
        });
        found.collect()
    };
    match words(argv) {
        ("", _) => text
            .lines()
            .any(|line| pattern(r"^Vagrant \d+\.\d+\.\d+").is_match(line).unwrap())
            .then(|| json!("version"))
            .into_iter()
            .collect(),
        ("ssh-config", _) => lines().map(|line| json!(line)).collect(),
        ("box", "list") => lines()
            .filter(|line| pattern(r"^\S+ +\(").is_match(line).unwrap())
            .map(|line| json!(line))
            .collect(),
        ("snapshot", "list") => lines()
            .filter(|line| !line.starts_with("==>") && !line.starts_with("    default:"))
            .map(|line| json!(line.trim()))
            .collect(),
        ("status", _) => matching(r"^(\S+) {2,}(.+ \(\S+\))$"),
        ("port", _) => {
            let pairs = matching(r"(\d+ \(guest\) => \d+ \(host\))");
            if pairs.is_empty() {
                matching(r"^ *(\d+)$")
            } else {
                pairs
            }
        }
        ("global-status", _) => lines()
            .filter(|line| line.starts_with("{{ID7}} "))
            .map(|line| json!(line.split_whitespace().collect::<Vec<_>>()))
            .collect(),
        ("init", _) => lines()
            .filter(|line| {
                pattern(r"^\s*(Vagrant\.configure|config\.|end\b)")
                    .is_match(line)
                    .unwrap()
            })
            .map(|line| json!(line.trim()))
            .collect(),
        ("list-commands", _) => matching(r"^([a-z][a-z-]+) {2,}"),
        _ => Vec::new(),
    }
}

/// Returns a machine-readable line as target, type and data, without sentences;
/// `None` for one that is a sentence only.
fn record(line: &str) -> Option<Value> {
    let cells: Vec<&str> = line.split(',').collect();
    let [_, target, kind, data @ ..] = &cells[..] else {
        let version = pattern(r"\d+\.\d+\.\d+").replace_all(line, "X.Y.Z");
        return Some(json!(version));
    };
    Some(match *kind {
        "ui" if data.first() == Some(&"error") => json!([target, kind, "error"]),
        "ui" => return None,
        "error-exit" | "state-human-short" | "provider-name" => json!([target, kind, data[..1]]),
        "action" | "state-human-long" | "cli-command" | "version-installed" => {
            json!([target, kind, []])
        }
        _ => json!([target, kind, data]),
    })
}

fn list(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// Returns a compiled expression. They are few, and compiled once per thread.
fn pattern(expression: &str) -> Regex {
    thread_local! {
        static COMPILED: std::cell::RefCell<std::collections::HashMap<String, Regex>> =
            std::cell::RefCell::default();
    }
    COMPILED.with_borrow_mut(|known| {
        known
            .entry(expression.to_owned())
            .or_insert_with(|| Regex::new(expression).unwrap())
            .clone()
    })
}
