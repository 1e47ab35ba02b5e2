//! Families of the box side: versions, names, catalogs, installed boxes.

use std::path::Path;

use rove::boxes::{
    Architecture, BoxError, Catalog, Checksum, ChecksumKind, Constraint, Installed, Segment, Store,
    Version, name,
};
use rove::error::Explain;
use rove::host::{Dirs, Host};
use serde_json::{Value, json};

use super::{Answer, Difference};

/// Two files for one provider, told apart by their architecture.
const ARCHITECTURES: &str = "2.3.4 knew no architectures and took the last file; \
     we follow 2.4, which takes the one for this machine";

pub(crate) const CATALOG_DIFFERENCES: &[Difference] = &[
    Difference {
        case: 128,
        reason: ARCHITECTURES,
    },
    Difference {
        case: 137,
        reason: ARCHITECTURES,
    },
    Difference {
        case: 141,
        reason: ARCHITECTURES,
    },
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(|item| text(item).to_owned()).collect(),
        one => vec![text(one).to_owned()],
    }
}

/// Returns the class that Vagrant has for our error.
fn class(error: &BoxError) -> String {
    let class = error.vagrant_class().unwrap_or_default();
    class.rsplit("::").next().unwrap_or(class).to_owned()
}

fn version(text: &str) -> Result<Version, String> {
    text.parse().map_err(|_| "ArgumentError".to_owned())
}

fn constraint(text: &str) -> Result<Constraint, String> {
    text.parse()
        .map_err(|_| "Gem::Requirement::BadRequirementError".to_owned())
}

pub(crate) fn versions(family: &str, input: &Value) -> Option<Answer> {
    let satisfied = || -> Answer {
        let constraint = constraint(text(&input["constraint"]))?;
        let mut satisfied = texts(&input["versions"]);
        satisfied.retain(|text| version(text).is_ok_and(|version| constraint.matches(&version)));
        Ok(json!({ "satisfied": satisfied }))
    };
    let parsed = || -> Answer {
        let version = version(text(&input["version"]))?;
        let segments: Vec<Value> = version
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Number(number) => json!(u64::try_from(*number).unwrap()),
                Segment::Word(word) => json!(word),
            })
            .collect();
        Ok(json!({
            "text": version.as_str(),
            "prerelease": version.is_prerelease(),
            "segments": segments,
            "release": version.release().as_str(),
        }))
    };
    let sorted = || -> Answer {
        let mut texts = texts(&input["versions"]);
        texts.sort_by_key(|text| version(text).unwrap());
        Ok(json!(texts))
    };
    let compared = || -> Answer {
        let order = version(text(&input["a"]))?.cmp(&version(text(&input["b"]))?);
        Ok(json!(order as i8))
    };
    let required = || -> Answer {
        let requirements = texts(&input["requirements"]);
        let all = Constraint::all(requirements.iter().map(String::as_str)).unwrap();
        if all.matches(&version(text(&input["vagrant_version"]))?) {
            Ok(json!(true))
        } else {
            Err("VagrantVersionBad".to_owned())
        }
    };
    Some(match family {
        "version_satisfies" => satisfied(),
        "constraint_parse" => constraint(text(&input["constraint"])).map(|it| json!(it.parts())),
        "version_parse" => parsed(),
        "version_sort" => sorted(),
        "version_compare" => compared(),
        "require_version" => required(),
        _ => return None,
    })
}

pub(crate) fn names(family: &str, input: &Value) -> Option<Answer> {
    Some(match family {
        "box_dir_name" => Ok(json!(name::dir_name(text(&input["name"])))),
        "box_undir_name" => Ok(json!(name::from_dir_name(text(&input["dir"])))),
        _ => return None,
    })
}

pub(crate) fn catalog(family: &str, input: &Value) -> Option<Answer> {
    let raw = input["raw"]
        .as_str()
        .map_or_else(|| input["catalog"].to_string(), str::to_owned);
    let catalog = match Catalog::parse(raw.as_bytes(), "the vector") {
        Ok(catalog) => catalog,
        Err(error) => return Some(Err(class(&error))),
    };
    let versions: Vec<&str> = catalog.releases.iter().map(|it| it.text.as_str()).collect();
    Some(Ok(match family {
        "catalog_choose" => {
            let constraint = constraint(text(&input["constraint"])).unwrap();
            let host = Architecture::Host("amd64".to_owned());
            match catalog.choose(&constraint, &texts(&input["provider"]), &host) {
                None => Value::Null,
                Some((release, offer)) => json!({
                    "version": release.text,
                    "version_providers": release.providers(),
                    "provider": offer.map(|offer| json!({
                        "name": offer.provider,
                        "url": offer.url,
                        "checksum": offer.checksum,
                        "checksum_type": offer.checksum_type,
                    })),
                }),
            }
        }
        "catalog_versions" => json!({
            "name": catalog.name,
            "description": catalog.description,
            "versions": versions,
        }),
        "catalog_versions_for" => json!(catalog.versions_for(text(&input["provider"]))),
        "catalog_raw" => json!({ "name": catalog.name, "versions": versions }),
        _ => return None,
    }))
}

pub(crate) fn collection(family: &str, input: &Value) -> Option<Answer> {
    let root = tempfile::tempdir().unwrap();
    let mut host = Host::system().unwrap();
    host.dirs = Dirs::below(root.path());
    let boxes = host.dirs.home.join("boxes");
    for installed in input["installed"].as_array().unwrap() {
        let name_dir = boxes.join(name::dir_name(text(&installed["name"])));
        let dir = name_dir
            .join(text(&installed["version"]))
            .join(text(&installed["provider"]));
        std::fs::create_dir_all(&dir).unwrap();
        let metadata = json!({ "provider": installed["provider"] });
        std::fs::write(dir.join("metadata.json"), metadata.to_string()).unwrap();
        if let Some(url) = installed["metadata_url"].as_str() {
            std::fs::write(name_dir.join("metadata_url"), url).unwrap();
        }
    }
    let store = Store::open(&host);
    let listed = store.list().unwrap();
    Some(match family {
        "collection_all" => Ok(listed
            .iter()
            .map(|it| json!([it.name, it.version, it.provider]))
            .collect()),
        "collection_find" => find(&store, input),
        "collection_remove" => {
            let wanted = texts(&input["remove"]);
            let gone = |it: &&Installed| {
                [&it.name, &it.version, &it.provider] == [&wanted[0], &wanted[1], &wanted[2]]
            };
            store.remove(listed.iter().find(gone).unwrap()).unwrap();
            let mut left = Vec::new();
            folders(&boxes, "", &mut left);
            left.sort();
            Ok(json!(left))
        }
        _ => return None,
    })
}

fn find(store: &Store, input: &Value) -> Answer {
    let constraint: Constraint = text(&input["constraint"])
        .parse()
        .map_err(|error| class(&error))?;
    let host = Architecture::Host("amd64".to_owned());
    let found = store
        .find(
            text(&input["name"]),
            &constraint,
            &texts(&input["providers"]),
            &host,
        )
        .unwrap();
    Ok(found.map_or(Value::Null, |it| {
        json!({
            "name": it.name,
            "version": it.version,
            "provider": it.provider,
            "metadata_url": it.metadata_url(),
        })
    }))
}

fn folders(dir: &Path, path: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            let path = format!("{path}{}/", entry.file_name().to_str().unwrap());
            folders(&entry.path(), &path, found);
            found.push(path);
        }
    }
}

pub(crate) fn checksums(family: &str, input: &Value) -> Option<Answer> {
    if family != "file_checksum" {
        return None;
    }
    let content = text(&input["content"]).as_bytes();
    // A checksum as it stands in a catalog, of a kind that may not exist.
    let read = Checksum::read(input["type"].as_str(), Some("00"));
    Some(match ChecksumKind::named(text(&input["type"])) {
        Some(kind) => Ok(json!(Checksum::of(kind, content).hex)),
        None => Err(class(&read.unwrap_err())),
    })
}
