//! Where names of boxes live: an ordered list of sources, each for some names. A
//! name is not an address; who moves a box changes a source, not the Vagrantfiles.
//!
//! Says where to ask, asks nobody: `resolve` does.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Result;
use crate::host::{Host, files, variables};

use super::BoxError;
use super::fetch::server;
use super::name::Place;
use super::signing::public_key;

/// File of a lab, below its folder; of the user, below rove's home; of the system,
/// below `/etc/rove`.
const FILE: &str = "sources.toml";

/// What a source's place holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Catalogs as files: that of `org/name` is `org/name.json` below the place.
    #[default]
    Catalog,
    /// A server in Vagrant Cloud's address scheme.
    Server,
}

/// Somewhere boxes are looked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Folder or address.
    pub place: String,
    /// What is there.
    pub kind: Kind,
    /// Names that it has; empty: any.
    pub boxes: Vec<String>,
    /// Names that are others there: pattern and template.
    pub rename: Vec<(String, String)>,
    /// Public key that has to sign its catalogs, as a line of `authorized_keys`.
    pub key: Option<String>,
    /// Who says so, for people: a file, or a variable.
    pub said_by: String,
    /// Relative places count from here.
    base: PathBuf,
}

/// One place of the decision about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The source.
    pub source: Source,
    /// What the box is called there; `None` where the source is not for this name.
    pub name: Option<String>,
    /// What to ask there, in order.
    pub places: Vec<Place>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    source: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    place: String,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    boxes: Vec<String>,
    #[serde(default)]
    rename: std::collections::BTreeMap<String, String>,
    key: Option<String>,
}

/// Returns where `name` is looked for, in order: sources of the lab, of the user, of
/// the system and of `ROVE_SOURCES`, at last the catalog server.
pub fn ways(host: &Host, name: &str) -> Result<Vec<Way>> {
    let mut ways = Vec::new();
    for source in all(host)? {
        let there = source.name_of(name);
        let places = match &there {
            Some(there) => source.places(there)?,
            None => Vec::new(),
        };
        ways.push(Way {
            source,
            name: there,
            places,
        });
    }
    Ok(ways)
}

fn all(host: &Host) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    if let Some(lab) = lab_folder(&host.cwd) {
        read(&lab.join(".rove").join(FILE), lab, &mut sources)?;
    }
    let home = &host.dirs.home;
    read(&home.join(FILE), home, &mut sources)?;
    if std::env::consts::FAMILY == "unix" {
        let system = Path::new("/etc/rove");
        read(&system.join(FILE), system, &mut sources)?;
    }
    let given = host.env.get(variables::ROVE_SOURCES).unwrap_or_default();
    for one in given.split_whitespace() {
        sources.push(Source::of_variable(one, &host.cwd));
    }
    sources.push(Source {
        place: server(host).to_owned(),
        kind: Kind::Server,
        boxes: Vec::new(),
        rename: Vec::new(),
        key: None,
        said_by: match host.env.get(variables::VAGRANT_SERVER_URL) {
            Some(_) => variables::VAGRANT_SERVER_URL.to_owned(),
            None => "the default".to_owned(),
        },
        base: host.cwd.clone(),
    });
    Ok(sources)
}

/// Returns the nearest folder upwards that is a lab's.
fn lab_folder(start: &Path) -> Option<&Path> {
    let is_lab = |dir: &&Path| dir.join("Vagrantfile").is_file() || dir.join(".rove").is_dir();
    start.ancestors().find(is_lab)
}

fn read(path: &Path, base: &Path, sources: &mut Vec<Source>) -> Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    let text = files::read_text(path)?;
    let file: File = toml::from_str(&text).map_err(|error| BoxError::SourcesMalformed {
        path: path.to_path_buf(),
        reason: error.to_string().trim_end().to_owned(),
    })?;
    let keys = file.source.iter().filter_map(|entry| entry.key.as_deref());
    if let Some(line) = keys.clone().find(|line| public_key(line).is_none()) {
        return Err(BoxError::SourcesMalformed {
            path: path.to_path_buf(),
            reason: format!("`key` is no public SSH key: `{line}`"),
        }
        .into());
    }
    sources.extend(file.source.into_iter().map(|entry| Source {
        place: entry.place,
        kind: entry.kind,
        boxes: entry.boxes,
        rename: entry.rename.into_iter().collect(),
        key: entry.key,
        said_by: path.display().to_string(),
        base: base.to_path_buf(),
    }));
    Ok(())
}

impl Source {
    /// Reads `PLACE`, `PATTERN=PLACE`, or either with `server+` before the place.
    fn of_variable(text: &str, cwd: &Path) -> Self {
        // An address may hold `=` too, but not before its scheme.
        let pattern = text
            .split_once('=')
            .filter(|(pattern, _)| !pattern.contains(':'));
        let (boxes, place) = match pattern {
            Some((pattern, place)) => (vec![pattern.to_owned()], place),
            None => (Vec::new(), text),
        };
        let (kind, place) = match place.strip_prefix("server+") {
            Some(place) => (Kind::Server, place),
            None => (Kind::Catalog, place),
        };
        Self {
            place: place.to_owned(),
            kind,
            boxes,
            rename: Vec::new(),
            key: None,
            said_by: variables::ROVE_SOURCES.to_owned(),
            base: cwd.to_path_buf(),
        }
    }

    /// Returns what the box `name` is called here; `None` if the source is not for it.
    fn name_of(&self, name: &str) -> Option<String> {
        let fits = |pattern: &String| matched(pattern, name).is_some();
        if !self.boxes.is_empty() && !self.boxes.iter().any(fits) {
            return None;
        }
        for (pattern, template) in &self.rename {
            if let Some(parts) = matched(pattern, name) {
                let mut parts = parts.into_iter();
                let mut renamed = String::new();
                for char in template.chars() {
                    match char {
                        '*' => renamed.push_str(parts.next().unwrap_or_default()),
                        other => renamed.push(other),
                    }
                }
                return Some(renamed);
            }
        }
        Some(name.to_owned())
    }

    fn places(&self, name: &str) -> Result<Vec<Place>, BoxError> {
        let root = self.place.trim_end_matches('/');
        let here = Place::File(self.base.join(FILE));
        let asked = match self.kind {
            Kind::Catalog => vec![format!("{root}/{name}.json")],
            Kind::Server => vec![
                format!("{root}/api/v2/vagrant/{name}"),
                format!("{root}/{name}"),
            ],
        };
        asked.iter().map(|address| here.beside(address)).collect()
    }
}

/// Returns what the stars of `pattern` stand for in `name`, if it fits. A star is any
/// text without `/`; the pattern `*` alone fits every name.
pub(super) fn matched<'a>(pattern: &str, name: &'a str) -> Option<Vec<&'a str>> {
    if pattern == "*" {
        return Some(vec![name]);
    }
    let Some((start, rest)) = pattern.split_once('*') else {
        return (pattern == name).then(Vec::new);
    };
    let name = name.strip_prefix(start)?;
    let end = name.find('/').unwrap_or(name.len());
    // The longest first, as shells do.
    (0..=end).rev().find_map(|length| {
        let (part, left) = (name.get(..length)?, name.get(length..)?);
        let mut parts = matched_rest(rest, left)?;
        parts.insert(0, part);
        Some(parts)
    })
}

fn matched_rest<'a>(rest: &str, name: &'a str) -> Option<Vec<&'a str>> {
    if rest == "*" {
        return (!name.contains('/')).then(|| vec![name]);
    }
    matched(rest, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit() {
        for (pattern, name, wanted) in [
            ("*", "a/b", Some(vec!["a/b"])),
            ("generic/*", "generic/ubuntu1604", Some(vec!["ubuntu1604"])),
            ("bento/ubuntu-*", "bento/ubuntu-24.04", Some(vec!["24.04"])),
            ("bento/ubuntu-*", "bento/debian-12", None),
            ("*/debian*", "org/debian12", Some(vec!["org", "12"])),
            ("*/*", "a/b", Some(vec!["a", "b"])),
            ("*/*", "a/b/c", None),
            ("a/b", "a/b", Some(vec![])),
            ("a/b", "a/bc", None),
            ("", "a/b", None),
        ] {
            assert_eq!(matched(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn names_and_addresses_of_sources() {
        let base = Path::new("/lab");
        for (text, name, wanted) in [
            (
                "https://x.example/b",
                "o/n",
                Some("https://x.example/b/o/n.json"),
            ),
            (
                "o/*=https://x.example/b/",
                "o/n",
                Some("https://x.example/b/o/n.json"),
            ),
            ("o/*=https://x.example/b", "p/n", None),
            (
                "server+https://h",
                "o/n",
                Some("https://h/api/v2/vagrant/o/n"),
            ),
            ("mirror", "o/n", Some("/lab/mirror/o/n.json")),
            ("/srv/boxes", "o/n", Some("/srv/boxes/o/n.json")),
        ] {
            let source = Source::of_variable(text, base);
            let name = source.name_of(name);
            let places = name.map(|name| source.places(&name).unwrap());
            let first = places.map(|places| places[0].to_string());
            assert_eq!(first.as_deref(), wanted, "{text}");
        }
        let source = Source {
            rename: vec![("generic/*".to_owned(), "old/generic-*".to_owned())],
            ..Source::of_variable("https://h", base)
        };
        assert_eq!(source.name_of("generic/a").unwrap(), "old/generic-a");
        assert_eq!(source.name_of("other/a").unwrap(), "other/a");
    }
}
