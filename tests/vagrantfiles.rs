//! Vagrantfiles of every kind with the configuration that Vagrant 2.3.4 makes
//! of them (`tests/vagrantfiles/`), loaded in process and compared member by
//! member. `KNOWN` is a ratchet: a case leaves it when it agrees, none may join
//! without a reason.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test reads its own data"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[path = "support/schema.rs"]
mod schema;
#[path = "support/vagrantfiles.rs"]
mod support;

use rove::vagrantfile::{self, LoadRequest};
use schema::Schema;
use serde_json::{Map, Value};
use support::{copy, host};

/// Cases that differ, each with the reason.
const KNOWN: &[(&str, &str)] = &[];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vagrantfiles")
}

/// Loads a case in a folder of its own and returns the view.
fn actual(case: &Path) -> Value {
    let temporary = tempfile::tempdir().unwrap();
    let base = temporary.path().canonicalize().unwrap();
    // Named as in the recording: some files use the name of their folder.
    let (project, home) = (base.join(case.file_name().unwrap()), base.join("home"));
    copy(case, &project);
    std::fs::create_dir_all(home.join(".ssh")).unwrap();
    let host = host(&project, &home);
    let request = LoadRequest {
        start: project.clone(),
        arguments: vec!["status".to_owned()],
        ..LoadRequest::default()
    };
    let view = match vagrantfile::load(&host, &request) {
        Ok(loaded) => vagrantfile::view(&loaded.lab),
        Err(failure) => vagrantfile::view_of_error(&failure).unwrap(),
    };
    let text = serde_json::to_string(&view)
        .unwrap()
        .replace(&*project.to_string_lossy(), "{{PROJECT}}")
        .replace(&*home.to_string_lossy(), "{{HOME}}");
    serde_json::from_str(&text).unwrap()
}

/// Gathers differences as `path: expected …, got …`.
#[derive(Default)]
struct Compare {
    found: Vec<String>,
}

impl Compare {
    fn note(&mut self, path: &str, expected: &Value, actual: &Value) {
        let short = |value: &Value| {
            let text = value.to_string();
            let end = text
                .char_indices()
                .nth(160)
                .map_or(text.len(), |(at, _)| at);
            text[..end].to_owned()
        };
        self.found.push(format!(
            "{path}: expected {}, got {}",
            short(expected),
            short(actual)
        ));
    }

    /// Null and absent are equal; 1 and 1.0 are not, nor are "1" and 1.
    fn same(&mut self, path: &str, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(e), Value::Object(a)) => {
                for key in keys(e, a) {
                    self.same(&format!("{path}/{key}"), member(e, &key), member(a, &key));
                }
            }
            (Value::Array(e), Value::Array(a)) => {
                for index in 0..e.len().max(a.len()) {
                    self.same(&format!("{path}/{index}"), item(e, index), item(a, index));
                }
            }
            _ if expected == actual => {}
            _ => self.note(path, expected, actual),
        }
    }

    /// What the reference lists must be there; more may be.
    fn covers(&mut self, path: &str, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(e), Value::Object(a)) => {
                for (key, value) in e {
                    self.covers(&format!("{path}/{key}"), value, member(a, key));
                }
            }
            _ => self.same(path, expected, actual),
        }
    }

    fn view(&mut self, expected: &Value, actual: &Value) {
        self.same("/ok", &expected["ok"], &actual["ok"]);
        if expected["ok"] != Value::Bool(true) || actual["ok"] != Value::Bool(true) {
            let (e, a) = (&expected["error"], &actual["error"]);
            if expected["ok"] == Value::Bool(true) {
                self.note("/error", &Value::Null, a);
                return;
            }
            self.same("/error/kind", &e["kind"], &a["kind"]);
            if e["kind"] == "exit" {
                self.same("/error/status", &e["status"], &a["status"]);
            }
            if e["kind"] == "exit" || !e["message"].is_null() {
                self.same("/error/message", &e["message"], &a["message"]);
            }
            return;
        }
        self.same("/primary", &expected["primary"], &actual["primary"]);
        let (e, a) = (list(&expected["machines"]), list(&actual["machines"]));
        let names = |machines: &[Value]| -> Vec<Value> {
            machines
                .iter()
                .map(|machine| machine["name"].clone())
                .collect()
        };
        self.same("/machine_order", &names(e).into(), &names(a).into());
        for machine in e {
            if let Some(other) = a.iter().find(|other| other["name"] == machine["name"]) {
                self.machine(
                    &format!("/{}", machine["name"].as_str().unwrap()),
                    machine,
                    other,
                );
            }
        }
    }

    fn machine(&mut self, path: &str, expected: &Value, actual: &Value) {
        // The members of the recorded view; ours has more.
        let expected = expected.as_object().unwrap();
        let actual = actual.as_object().unwrap();
        for (key, e) in expected {
            let (a, path) = (member(actual, key), format!("{path}/{key}"));
            match key.as_str() {
                "provider_settings" => self.providers(&path, e, a),
                "provisioners" => self.provisioners(&path, e, a),
                "validation" => {
                    let (e, a) = (counts(e), counts(a));
                    let sections: BTreeSet<&String> = e.keys().chain(a.keys()).collect();
                    for section in sections {
                        let count = |of: &BTreeMap<String, usize>| {
                            Value::from(of.get(section).copied().unwrap_or(0))
                        };
                        self.same(&format!("{path}/{section}/count"), &count(&e), &count(&a));
                    }
                }
                "config_errors" => {
                    self.same(&path, &list(e).len().into(), &list(a).len().into());
                }
                _ => self.same(&path, e, a),
            }
        }
    }

    fn providers(&mut self, path: &str, expected: &Value, actual: &Value) {
        let (e, a) = (expected.as_object().unwrap(), actual.as_object().unwrap());
        for name in keys(e, a) {
            let (e, a) = (member(e, &name), member(a, &name));
            let path = format!("{path}/{name}/settings");
            if e["known"] == Value::Bool(false) && a.is_object() {
                self.covers(&path, &e["settings"], &a["settings"]);
            } else {
                self.same(&path, &e["settings"], &a["settings"]);
            }
        }
    }

    fn provisioners(&mut self, path: &str, expected: &Value, actual: &Value) {
        let (e, a) = (list(expected), list(actual));
        for index in 0..e.len().max(a.len()) {
            let (e, a, path) = (item(e, index), item(a, index), format!("{path}/{index}"));
            if e["known"] == Value::Bool(false) && a.is_object() {
                let (e, a) = (e.as_object().unwrap(), a.as_object().unwrap());
                for key in keys(e, a) {
                    let path = format!("{path}/{key}");
                    match key.as_str() {
                        "known" => {}
                        "options" => self.covers(&path, member(e, &key), member(a, &key)),
                        _ => self.same(&path, member(e, &key), member(a, &key)),
                    }
                }
            } else {
                self.same(&path, e, a);
            }
        }
    }
}

fn keys(a: &Map<String, Value>, b: &Map<String, Value>) -> BTreeSet<String> {
    a.keys().chain(b.keys()).cloned().collect()
}

fn member<'a>(map: &'a Map<String, Value>, key: &str) -> &'a Value {
    map.get(key).unwrap_or(&Value::Null)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn item(list: &[Value], index: usize) -> &Value {
    list.get(index).unwrap_or(&Value::Null)
}

fn counts(messages: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for message in list(messages) {
        *counts
            .entry(message["section"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    counts
}

/// Returns the published schema of what `rove config --json` prints.
fn schema() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/config.schema.json");
    Schema::new(&std::fs::read_to_string(path).unwrap())
}

#[test]
fn the_schema_says_what_is_wrong() {
    let schema = schema();
    let view = |machine: Value| serde_json::json!({ "format": 1, "ok": true, "primary": null, "machines": [machine] });
    assert!(
        !schema
            .faults(&view(serde_json::json!({ "name": 5 })))
            .is_empty()
    );
    assert!(
        schema
            .faults(
                &serde_json::json!({ "format": 1, "ok": true, "primary": null, "machines": [] })
            )
            .is_empty()
    );
    let error =
        serde_json::json!({ "format": 1, "ok": false, "error": { "kind": "nope", "message": "" } });
    assert_eq!(
        schema.faults(&error),
        [r#"/error/kind: "nope" is not listed"#]
    );
}

#[test]
fn vagrantfiles_mean_what_they_mean_in_vagrant() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    // A part of a case's name, to look at one alone.
    let only = std::env::var("CASE").ok();
    let mut wrong = Vec::new();
    let mut agree = 0;
    let schema = schema();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let text = std::fs::read_to_string(case.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        let mut compare = Compare::default();
        let actual = actual(case);
        compare.view(&expected, &actual);
        for fault in schema.faults(&actual) {
            wrong.push(format!("{name} against the schema: {fault}"));
        }
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        match (compare.found.is_empty(), known) {
            (true, None) => agree += 1,
            (false, Some(_)) => {}
            (true, Some(_)) => wrong.push(format!("{name} agrees now: take it out of KNOWN")),
            (false, None) => {
                let shown = if only.is_some() { 100 } else { 3 };
                wrong.push(format!("{name}: {} differences", compare.found.len()));
                wrong.extend(
                    compare
                        .found
                        .iter()
                        .take(shown)
                        .map(|line| format!("    {line}")),
                );
            }
        }
    }
    println!("{agree} of {} agree", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the Ruby blocks of a document that configure something, with their lines.
fn blocks(document: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut current: Option<(usize, String)> = None;
    for (index, line) in document.lines().enumerate() {
        match &mut current {
            Some(_) if line.trim() == "```" => blocks.extend(current.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.trim() == "```ruby" => current = Some((index + 1, String::new())),
            None => {}
        }
    }
    blocks.retain(|(_, text)| text.contains("Vagrant.configure"));
    blocks
}

#[test]
fn examples_in_documents_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut examples = Vec::new();
    let mut documents = vec![root.join("README.md")];
    for folder in ["docs", "boxes"] {
        for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten() {
            documents.push(entry.unwrap().path());
        }
    }
    for document in documents {
        if document
            .extension()
            .is_some_and(|extension| extension == "md")
        {
            let text = std::fs::read_to_string(&document).unwrap();
            let name = document.display();
            examples.extend(
                blocks(&text)
                    .into_iter()
                    .map(|(line, text)| (format!("{name}:{line}"), text)),
            );
        }
    }
    let example = root.join("Vagrantfile.example");
    examples.push((
        example.display().to_string(),
        std::fs::read_to_string(&example).unwrap(),
    ));
    for (name, text) in examples {
        let temporary = tempfile::tempdir().unwrap();
        let project = temporary.path().join("project");
        std::fs::create_dir_all(&project).unwrap();
        std::fs::write(project.join("Vagrantfile"), text).unwrap();
        let host = host(&project, &temporary.path().join("home"));
        let request = LoadRequest {
            start: project.clone(),
            ..LoadRequest::default()
        };
        if let Err(failure) = vagrantfile::load(&host, &request) {
            panic!("{name}: {failure}");
        }
    }
}
