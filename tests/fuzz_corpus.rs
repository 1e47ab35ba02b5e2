//! The corpus of `tests/fuzz`: files that broke something once, or might have. Each
//! loads, or it is said why not.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "fuzz/support/mod.rs"]
mod support;

#[test]
fn every_file_of_the_corpus_has_an_answer() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|ending| ending == "yml") {
            support::load(support::MACHINES_OF_YAML, &[("nodes.yml", &content)]);
        } else {
            support::load(&content, &[]);
        }
        count += 1;
    }
    assert!(count >= 4, "{count}");
}
