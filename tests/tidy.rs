//! House rules as tests: who imports whom, file sizes, names, leftovers,
//! documents. Each failure lists every place and the rule it breaks.

#![allow(
    clippy::disallowed_methods,
    clippy::case_sensitive_file_extension_comparisons
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The import table: a module imports only from rows above its own.
/// `docs/architecture.md` explains it.
const ROWS: &[&[&str]] = &[
    &["source"],
    &["error"],
    &["config", "event"],
    &["op"],
    &["host", "ruby"],
    &[
        "boxes",
        "state",
        "network",
        "communicators",
        "guests",
        "seed",
    ],
    &["vagrantfile", "provision", "sync", "providers"],
    &["plan"],
    &["exec"],
    &["lab"],
    &["ui"],
    &["cli"],
];

/// Pairs that the rows would allow and the house does not.
const NEVER: &[(&str, &str, &str)] = &[
    ("plan", "host", "planning is a pure function"),
    ("plan", "boxes", "planning is a pure function"),
    ("config", "host", "configuration is plain data"),
    ("ruby", "config", "it is a language, not our DSL"),
    ("ruby", "vagrantfile", "it is a language, not our DSL"),
];

/// Third-party crates with one home, as paths below `src`.
const HOMES: &[(&str, &[&str])] = &[
    ("ruby_prism", &["ruby/parse"]),
    ("crc", &["boxes/making/"]),
    ("ext4_view", &["boxes/making/"]),
    ("fancy_regex", &["ruby/"]),
    ("ssh_key", &["boxes/signing.rs"]),
    ("signature", &["boxes/signing.rs"]),
    ("reqwest", &["boxes/fetch", "boxes/http"]),
    ("rustls", &["boxes/fetch", "boxes/http"]),
    ("tar", &["boxes/", "communicators/ssh/"]),
    ("flate2", &["boxes/"]),
    ("lzma_rust2", &["boxes/"]),
    ("zip", &["boxes/"]),
    ("zstd", &["boxes/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("indicatif", &["ui/"]),
    ("russh", &["communicators/ssh/"]),
    ("tokio", &["boxes/fetch", "communicators/ssh/"]),
    ("toml", &["boxes/sources.rs", "boxes/known.rs"]),
    ("signal_hook", &["host/cancel.rs"]),
    ("strsim", &["source.rs"]),
    ("rustix", &["host/", "providers/"]),
    ("jiff", &["ruby/", "boxes/fetch.rs"]),
    ("quick_xml", &["boxes/forms/"]),
];

/// Files that may be longer than the limit, because they are uniform tables.
const LONG_TABLES: &[&str] = &[];

const SOURCE_LIMIT: usize = 700;
const TEST_LIMIT: usize = 700;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below `dir` (relative to the repository) with this extension, sorted.
fn files(dir: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" && name != "data" && name != "node_modules" {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(dir), &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let relative = path
                .strip_prefix(root())
                .ok()?
                .to_string_lossy()
                .replace('\\', "/");
            Some((relative, text))
        })
        .collect()
}

fn source_files() -> Vec<(String, String)> {
    files("src", "rs")
}

/// Returns the top module of a file below `src`.
fn module(path: &str) -> &str {
    let below = path.trim_start_matches("src/");
    below
        .split('/')
        .next()
        .unwrap_or(below)
        .trim_end_matches(".rs")
}

/// Returns the text without its trailing test module.
fn without_tests(text: &str) -> &str {
    [
        "\n#[cfg(test)]\nmod tests {",
        "\n#[cfg(all(test, unix))]\nmod tests {",
        "\n#[cfg(all(test, target_os = \"linux\"))]\nmod tests {",
    ]
    .iter()
    .filter_map(|mark| text.find(mark))
    .min()
    .map_or(text, |end| &text[..end])
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Returns the lines that are code, with their numbers.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn report(rule: &str, places: &[String]) {
    assert!(places.is_empty(), "{rule}:\n  {}", places.join("\n  "));
}

#[test]
fn a_module_imports_only_from_rows_above() {
    let row: BTreeMap<&str, usize> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, names)| names.iter().map(move |name| (*name, row)))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in source_files() {
        let own = module(&path);
        if matches!(own, "lib" | "main") || is_test_file(&path) {
            continue;
        }
        let Some(own_row) = row.get(own) else {
            wrong.push(format!("{path}: `{own}` has no row in the import table"));
            continue;
        };
        for (number, line) in code_lines(without_tests(&text)) {
            for (start, _) in line.match_indices("crate::") {
                let rest = &line[start + "crate::".len()..];
                let names: Vec<&str> = if let Some(group) = rest.strip_prefix('{') {
                    group
                        .split(['}', ';'])
                        .next()
                        .unwrap_or("")
                        .split(',')
                        .map(|part| part.trim().split("::").next().unwrap_or(""))
                        .collect()
                } else {
                    vec![
                        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                            .next()
                            .unwrap_or(""),
                    ]
                };
                for name in names
                    .into_iter()
                    .filter(|name| !name.is_empty() && *name != own)
                {
                    match row.get(name) {
                        Some(other) if other < own_row => {}
                        Some(_) => {
                            wrong
                                .push(format!("{path}:{number}: `{own}` must not import `{name}`"));
                        }
                        None => wrong.push(format!(
                            "{path}:{number}: `{name}` has no row in the import table"
                        )),
                    }
                    if let Some((_, _, why)) = NEVER
                        .iter()
                        .find(|(from, to, _)| *from == own && *to == name)
                    {
                        wrong.push(format!(
                            "{path}:{number}: `{own}` never imports `{name}`: {why}"
                        ));
                    }
                }
            }
        }
    }
    report("imports against the table in docs/architecture.md", &wrong);
}

#[test]
fn only_the_list_names_a_provider() {
    let folders: Vec<String> = std::fs::read_dir(root().join("src/providers"))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in source_files() {
        if path == "src/providers/list.rs" || is_test_file(&path) {
            continue;
        }
        for folder in &folders {
            if path.starts_with(&format!("src/providers/{folder}/")) {
                continue;
            }
            for (number, line) in code_lines(without_tests(&text)) {
                let named = line.contains(&format!("providers::{folder}"))
                    || (path.starts_with("src/providers/")
                        && line.contains(&format!("{folder}::")));
                if named && !line.trim_start().starts_with("mod ") {
                    wrong.push(format!("{path}:{number}: names the provider `{folder}`"));
                }
            }
        }
    }
    report("only `providers/list.rs` names a provider's folder", &wrong);
}

#[test]
fn platforms_differ_in_host_and_providers_alone() {
    let mut wrong = Vec::new();
    for (path, text) in source_files() {
        if matches!(module(&path), "host" | "providers") || is_test_file(&path) {
            continue;
        }
        for (number, line) in code_lines(without_tests(&text)) {
            let asks =
                line.contains("cfg!(") || line.contains("#[cfg(") || line.contains("cfg_attr");
            if asks && !line.contains("#[cfg(test)]") || line.contains("std::os::") {
                wrong.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    report(
        "`cfg` for a platform outside `host` and `providers`",
        &wrong,
    );
}

#[test]
fn third_party_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for (path, text) in source_files() {
        let below = path.trim_start_matches("src/");
        for (crate_name, homes) in HOMES {
            if homes.iter().any(|home| below.starts_with(home)) {
                continue;
            }
            let uses = [
                format!("use {crate_name}::"),
                format!("use {crate_name};"),
                format!(" {crate_name}::"),
                format!("({crate_name}::"),
                format!("<{crate_name}::"),
            ];
            for (number, line) in code_lines(&text) {
                if uses.iter().any(|used| line.contains(used.as_str())) {
                    wrong.push(format!(
                        "{path}:{number}: `{crate_name}` belongs in {homes:?}"
                    ));
                }
            }
        }
    }
    report("one third-party crate has one home", &wrong);
}

#[test]
fn files_are_not_too_long() {
    let mut wrong = Vec::new();
    for (path, text) in source_files().into_iter().chain(files("tests", "rs")) {
        if LONG_TABLES.contains(&path.as_str()) {
            continue;
        }
        let (lines, limit) = if is_test_file(&path) {
            (text.lines().count(), TEST_LIMIT)
        } else {
            (without_tests(&text).lines().count(), SOURCE_LIMIT)
        };
        if lines > limit {
            wrong.push(format!("{path}: {lines} lines, the limit is {limit}"));
        }
    }
    report("split long files by meaning", &wrong);
}

#[test]
fn every_file_says_what_it_is_for() {
    let wrong: Vec<String> = source_files()
        .into_iter()
        .chain(files("tests", "rs"))
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    report("a file opens with `//!`: what it is for", &wrong);
}

#[test]
fn names_say_what_is_inside() {
    const EMPTY_WORDS: &[&str] = &[
        "util", "utils", "common", "helper", "helpers", "misc", "types", "manager",
    ];
    let mut wrong = Vec::new();
    for (path, _) in source_files() {
        for part in path.trim_end_matches(".rs").split('/') {
            if EMPTY_WORDS.contains(&part) {
                wrong.push(format!("{path}: `{part}` says nothing"));
            }
        }
    }
    report("no file or folder is called by an empty word", &wrong);
}

#[test]
fn folders_have_a_mod_file() {
    let mut folders = BTreeSet::new();
    for (path, _) in source_files() {
        let mut dir = Path::new(&path).parent();
        while let Some(folder) = dir.filter(|dir| *dir != Path::new("src") && *dir != Path::new(""))
        {
            folders.insert(folder.to_path_buf());
            dir = folder.parent();
        }
    }
    let wrong: Vec<String> = folders
        .iter()
        .filter(|dir| !root().join(dir).join("mod.rs").is_file())
        .map(|dir| dir.display().to_string())
        .collect();
    report(
        "a folder of `src` holds a `mod.rs` with its contract",
        &wrong,
    );
}

#[test]
fn nothing_is_left_over() {
    // Split, so that this file does not find itself.
    let leftovers: Vec<String> = [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("dbg", "!("),
        ("FIX", "ME"),
        ("#[ign", "ore"),
    ]
    .iter()
    .map(|(a, b)| format!("{a}{b}"))
    .collect();
    let mut wrong = Vec::new();
    for (path, text) in source_files().into_iter().chain(files("tests", "rs")) {
        for (index, line) in text.lines().enumerate() {
            for word in &leftovers {
                if line.contains(word.as_str()) {
                    wrong.push(format!("{path}:{}: `{word}`", index + 1));
                }
            }
        }
    }
    report("finish it or file an issue", &wrong);
}

#[test]
fn every_test_file_is_listed() {
    let mut wrong = Vec::new();
    for suite in ["tests/it", "tests/vm"] {
        let Ok(list) = std::fs::read_to_string(root().join(suite).join("main.rs")) else {
            continue;
        };
        for entry in std::fs::read_dir(root().join(suite))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            let stem = name.trim_end_matches(".rs");
            let is_module = name.ends_with(".rs") || entry.path().join("mod.rs").is_file();
            if is_module && stem != "main" && !list.contains(&format!("mod {stem};")) {
                wrong.push(format!("{suite}/{name} is not in {suite}/main.rs"));
            }
        }
    }
    report("a test that is not listed never runs", &wrong);
}

#[test]
fn every_dependency_has_a_row() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let document = std::fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let rows: BTreeSet<&str> = document
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('|').nth(1).unwrap_or("").split(','))
        .map(str::trim)
        .collect();
    let mut wrong = Vec::new();
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies]");
        } else if in_dependencies && let Some((name, _)) = line.split_once('=') {
            let name = name.trim();
            if !name.is_empty() && !rows.contains(name) {
                wrong.push(format!("`{name}` has no row in docs/dependencies.md"));
            }
        }
    }
    report("each direct dependency earns its row", &wrong);
}

#[test]
fn documents_link_to_what_exists() {
    let mut wrong = Vec::new();
    let top = std::fs::read_dir(root())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let documents = top
        .filter(|name| name.ends_with(".md"))
        .filter_map(|name| {
            Some((
                name.clone(),
                std::fs::read_to_string(root().join(&name)).ok()?,
            ))
        })
        .chain(files("docs", "md"))
        .chain(files("boxes", "md"))
        .chain(files("tests", "md"));
    for (path, text) in documents {
        if text
            .lines()
            .filter(|line| line.trim_start().starts_with("```"))
            .count()
            % 2
            == 1
        {
            wrong.push(format!("{path}: a code fence is not closed"));
        }
        let dir = root()
            .join(&path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        for (start, _) in text.match_indices("](") {
            let target = text[start + 2..].split(')').next().unwrap_or("");
            let file = target.split('#').next().unwrap_or("");
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !dir.join(file).exists() {
                wrong.push(format!("{path}: link to `{target}`"));
            }
        }
    }
    report("links in documents", &wrong);
}

#[test]
fn the_top_level_is_clean() {
    const ALLOWED: &[&str] = &[
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "boxes",
        "Vagrantfile.example",
        "tests",
        "docs",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "Makefile",
        "target",
    ];
    let mut wrong = String::new();
    for entry in std::fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !ALLOWED.contains(&name.as_str()) {
            let _ = write!(wrong, " {name}");
        }
    }
    assert!(wrong.is_empty(), "not expected at the top level:{wrong}");
}
