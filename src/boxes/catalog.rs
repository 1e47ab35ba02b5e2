//! The catalog of a box: which versions there are, for which providers and
//! architectures, and where their files lie. Reads and chooses; asks nobody.
//!
//! Choosing follows Vagrant 2.4: the highest version that meets the constraint
//! and is made for a wanted provider on a fitting architecture.

use serde_json::Value;

use super::version::{Constraint, Version};
use super::{Architecture, BoxError};

/// A catalog.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Name of the box.
    pub name: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// Its versions, ascending; of equal texts the last one.
    pub releases: Vec<Release>,
}

/// One version of a box.
#[derive(Clone, Debug)]
pub struct Release {
    /// The version as the catalog writes it; names the folder in the store.
    pub text: String,
    /// The version as a value.
    pub version: Version,
    /// The files of this version, in catalog order.
    pub offers: Vec<Offer>,
}

/// One file of one version.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Provider it is made for.
    pub provider: String,
    /// Where it lies; may be relative to the catalog.
    pub url: Option<String>,
    /// Kind of the checksum, as written.
    pub checksum_type: Option<String>,
    /// Checksum, as written.
    pub checksum: Option<String>,
    /// Architecture it is made for; `None` where the catalog does not tell.
    pub architecture: Option<String>,
    /// Whether it is the one for whoever does not name an architecture.
    pub default_architecture: bool,
}

impl Catalog {
    /// Reads a catalog. What is missing is empty; what has a wrong type is an
    /// error, as is text that is no JSON. Versions that are none are left out.
    pub fn parse(text: &[u8], place: &str) -> Result<Self, BoxError> {
        let malformed = |reason: String| BoxError::CatalogMalformed {
            place: place.to_owned(),
            reason,
        };
        // Some catalogs are written by PowerShell, with a byte order mark.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let json: Value =
            serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))?;
        if json.is_array() {
            return Err(malformed("it is a list".to_owned()));
        }
        let mut catalog = Self {
            name: string(&json["name"]),
            description: string(&json["description"]),
            releases: Vec::new(),
        };
        for entry in
            list(&json["versions"]).ok_or_else(|| malformed("`versions` is no list".to_owned()))?
        {
            let text = string(&entry["version"]).unwrap_or_default();
            let Ok(version) = text.parse::<Version>() else {
                continue;
            };
            let offers = list(&entry["providers"])
                .ok_or_else(|| malformed(format!("`providers` of version {text} is no list")))?
                .iter()
                .map(Offer::read)
                .collect();
            let release = Release {
                text,
                version,
                offers,
            };
            match catalog
                .releases
                .iter_mut()
                .find(|old| old.text == release.text)
            {
                Some(old) => *old = release,
                None => catalog.releases.push(release),
            }
        }
        catalog.releases.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(catalog)
    }

    /// Returns the versions that are made for `provider`, ascending.
    pub fn versions_for(&self, provider: &str) -> Vec<&str> {
        self.releases
            .iter()
            .filter(|release| {
                release
                    .offers
                    .iter()
                    .any(|offer| offer.provider == provider)
            })
            .map(|release| release.text.as_str())
            .collect()
    }

    /// Returns the highest version that meets `constraint` and has a file for
    /// one of `providers` (most wanted first; none: any) on `architecture`, with
    /// that file. The file is `None` only for a version without files.
    pub fn choose(
        &self,
        constraint: &Constraint,
        providers: &[String],
        architecture: &Architecture,
    ) -> Option<(&Release, Option<&Offer>)> {
        self.meeting(constraint).find_map(|release| {
            if providers.is_empty() && release.offers.is_empty() {
                return Some((release, None));
            }
            let offer = release.offer(providers, architecture)?;
            Some((release, Some(offer)))
        })
    }

    /// Like [`Catalog::choose`], and says why when there is none.
    pub fn require(
        &self,
        name: &str,
        constraint: &Constraint,
        providers: &[String],
        architecture: &Architecture,
    ) -> Result<(&Release, &Offer), BoxError> {
        if let Some((release, Some(offer))) = self.choose(constraint, providers, architecture) {
            return Ok((release, offer));
        }
        let name = name.to_owned();
        let Some(newest) = self.meeting(constraint).next() else {
            return Err(BoxError::NoVersion {
                name,
                constraint: constraint.to_string(),
                versions: self
                    .releases
                    .iter()
                    .rev()
                    .map(|release| release.text.clone())
                    .collect(),
            });
        };
        // The version whose provider fits says more than the newest one.
        let wanted = |offer: &&Offer| providers.is_empty() || providers.contains(&offer.provider);
        let near = self
            .meeting(constraint)
            .find(|release| release.offers.iter().any(|offer| wanted(&offer)));
        Err(match near {
            Some(release) => BoxError::NoArchitecture {
                name,
                version: release.text.clone(),
                wanted: architecture.to_string(),
                offered: unique(
                    release
                        .offers
                        .iter()
                        .filter(wanted)
                        .filter_map(|offer| offer.architecture.clone()),
                ),
            },
            None => BoxError::NoProvider {
                name,
                version: newest.text.clone(),
                wanted: providers.to_vec(),
                offered: newest.providers(),
            },
        })
    }

    /// Returns the versions that meet `constraint`, highest first.
    fn meeting(&self, constraint: &Constraint) -> impl Iterator<Item = &Release> {
        self.releases
            .iter()
            .rev()
            .filter(move |release| constraint.matches(&release.version))
    }
}

impl Release {
    /// Returns the providers this version is made for, each once.
    pub fn providers(&self) -> Vec<String> {
        unique(self.offers.iter().map(|offer| offer.provider.clone()))
    }

    fn offer(&self, providers: &[String], architecture: &Architecture) -> Option<&Offer> {
        let offered = self.providers();
        let wanted = if providers.is_empty() {
            &offered
        } else {
            providers
        };
        wanted.iter().find_map(|provider| {
            let named = || {
                // Of equal ones the last counts, as in a hash built in order.
                self.offers
                    .iter()
                    .rev()
                    .filter(|offer| offer.provider == *provider)
            };
            let made_for =
                |name: &str| named().find(|offer| offer.architecture.as_deref() == Some(name));
            let default = || named().find(|offer| offer.default_architecture);
            let untold = || named().find(|offer| offer.architecture.is_none());
            match architecture {
                Architecture::Host(host) => made_for(host)
                    .or_else(|| made_for("unknown").filter(|offer| offer.default_architecture)),
                Architecture::Default => default(),
                Architecture::Named(name) => made_for(name),
            }
            .or_else(untold)
        })
    }
}

impl Offer {
    fn read(entry: &Value) -> Self {
        let text = |key: &str| string(&entry[key]);
        Self {
            provider: text("name").unwrap_or_default(),
            url: text("url"),
            checksum_type: text("checksum_type"),
            checksum: text("checksum"),
            architecture: text("architecture").filter(|name| !name.is_empty()),
            default_architecture: entry["default_architecture"] == Value::Bool(true),
        }
    }

    /// Returns the architecture that gets a folder in the store: none for the
    /// default of an unknown one, which lies where older Vagrants look.
    pub fn folder_architecture(&self) -> Option<&str> {
        self.architecture
            .as_deref()
            .filter(|name| !(*name == "unknown" && self.default_architecture))
    }
}

fn string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Null => Some(&[]),
        Value::Array(items) => Some(items),
        _ => None,
    }
}

fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    names.fold(Vec::new(), |mut seen, name| {
        if !seen.contains(&name) {
            seen.push(name);
        }
        seen
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOG: &str = r#"{"name": "o/n", "versions": [
        {"version": "1.0", "providers": [{"name": "virtualbox", "url": "v1"}]},
        {"version": "2.0", "providers": [
            {"name": "libvirt", "url": "amd", "architecture": "amd64", "default_architecture": false},
            {"name": "libvirt", "url": "arm", "architecture": "arm64", "default_architecture": true},
            {"name": "hyperv", "url": "any", "architecture": "unknown", "default_architecture": true}
        ]}
    ]}"#;

    fn chosen(
        constraint: &str,
        providers: &[&str],
        architecture: &Architecture,
    ) -> Result<String, BoxError> {
        let catalog = Catalog::parse(CATALOG.as_bytes(), "here").unwrap();
        let providers: Vec<String> = providers.iter().map(ToString::to_string).collect();
        let constraint = constraint.parse().unwrap();
        catalog
            .require("o/n", &constraint, &providers, architecture)
            .map(|(_, offer)| offer.url.clone().unwrap())
    }

    #[test]
    fn the_highest_version_with_a_fitting_file_is_chosen() {
        let host = |name: &str| Architecture::Host(name.to_owned());
        let named = |name: &str| Architecture::Named(name.to_owned());
        let ok = |constraint, providers: &[&str], architecture: &Architecture| {
            chosen(constraint, providers, architecture).unwrap()
        };
        assert_eq!(ok(">= 0", &["libvirt"], &host("amd64")), "amd");
        assert_eq!(ok(">= 0", &["libvirt"], &Architecture::Default), "arm");
        assert_eq!(ok(">= 0", &["hyperv"], &host("amd64")), "any");
        assert_eq!(
            ok(">= 0", &["virtualbox"], &named("arm64")),
            "v1",
            "not told"
        );
        assert_eq!(ok(">= 0", &["virtualbox", "hyperv"], &host("arm64")), "any");
        assert_eq!(ok("1.0", &[], &host("arm64")), "v1");
    }

    #[test]
    fn the_reason_for_no_choice_names_what_there_is() {
        let host = Architecture::Host("i386".to_owned());
        let text = |constraint, providers| {
            chosen(constraint, providers, &host)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            text("> 2", &[]),
            "no version of `o/n` meets `> 2`; there are 2.0, 1.0"
        );
        assert_eq!(
            text(">= 0", &["docker"]),
            "`o/n` 2.0 is not made for docker; it is made for libvirt, hyperv"
        );
        assert_eq!(
            text(">= 0", &["libvirt"]),
            "`o/n` 2.0 is not made for i386 machines; it is made for amd64, arm64"
        );
    }
}
