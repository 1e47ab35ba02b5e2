//! Snippets of Ruby by class and construct, `tests/ruby/*.rb`, each with the
//! output that Ruby 3.1 gives, `*.out`.
//!
//! `RUBY_ONLY=name` runs one of them and shows what it prints. `UPDATE_RUBY=1`
//! records the outputs anew with the `ruby` of this machine.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rove::error::Explain as _;
use rove::ruby::{Error, Interp, Memory};
use rove::source::SourceFile;

fn snippets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ruby");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("tests/ruby is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "rb"))
        .collect();
    files.sort();
    files
}

/// Returns what a snippet prints here; an uncaught error is the last line.
fn run(path: &Path) -> String {
    let world = Rc::new(Memory::default());
    let mut interp = Interp::new(world.clone());
    interp.main_script = true;
    let text = fs::read_to_string(path).expect("the snippet can be read");
    let name = path.file_name().unwrap_or_default();
    let result = interp.eval_source(SourceFile::new(name, text));
    let output = world.output();
    match result {
        Ok(_) | Err(Error::Exit { .. }) => {}
        Err(error) => {
            let at = error.at().map_or(0, rove::source::Span::line);
            return format!("{output}uncaught at line {at}: {error}\n");
        }
    }
    output
}

fn record(path: &Path) {
    let output = std::process::Command::new("ruby")
        .args(["--disable-did_you_mean", "--disable-error_highlight", "-W0"])
        .arg(path)
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8")
        .output()
        .expect("UPDATE_RUBY needs a `ruby`");
    assert!(
        output.status.success(),
        "{}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::write(path.with_extension("out"), output.stdout).expect("the output can be written");
}

#[test]
fn snippets_print_what_ruby_prints() {
    let only = std::env::var("RUBY_ONLY").ok();
    let update = std::env::var("UPDATE_RUBY").is_ok();
    let mut lines = 0;
    let mut failures = Vec::new();
    for path in snippets() {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        if update {
            record(&path);
        }
        let wanted = fs::read_to_string(path.with_extension("out")).unwrap_or_default();
        let got = run(&path);
        if only.is_some() {
            println!("{got}");
        }
        lines += wanted.lines().count();
        let differing = wanted
            .lines()
            .zip(got.lines())
            .enumerate()
            .filter(|(_, (wanted, got))| wanted != got)
            .map(|(at, (wanted, got))| format!("{name}:{}: ruby {wanted}\n    rove {got}", at + 1));
        failures.extend(differing.take(8));
        if wanted.lines().count() != got.lines().count() {
            let last = got.lines().last().unwrap_or("");
            failures.push(format!(
                "{name}: {} lines instead of {}; the last is: {last}",
                got.lines().count(),
                wanted.lines().count()
            ));
        }
    }
    println!("{lines} lines compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
