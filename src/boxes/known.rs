//! Images that distributions publish themselves (`boxes/images.toml`): what can be
//! offered where a box is gone, or was never made. Never taken without being asked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::sources::matched;

/// The table.
const TABLE: &str = include_str!("../../boxes/images.toml");
/// Where the publisher's word for the architecture goes.
const ARCH: &str = "{arch}";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    image: Vec<KnownImage>,
}

/// An image that a distribution publishes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownImage {
    /// What `rove init` knows it by.
    pub name: String,
    /// System and version.
    pub title: String,
    /// Names of boxes of the same system; patterns.
    instead_of: Vec<String>,
    url: String,
    checksums: Option<String>,
    /// The user that it would make by itself.
    pub user: String,
    architectures: BTreeMap<String, String>,
}

impl KnownImage {
    /// Returns all of them.
    pub fn all() -> Vec<Self> {
        // A test reads it: it is never empty.
        let table: Result<Table, _> = toml::from_str(TABLE);
        table.map(|table| table.image).unwrap_or_default()
    }

    /// Returns the one of this name.
    pub fn named(name: &str) -> Option<Self> {
        // Most names are not: they are not worth reading the table.
        if !TABLE.contains(&format!("name = \"{name}\"")) {
            return None;
        }
        Self::all().into_iter().find(|image| image.name == name)
    }

    /// Returns one with the same system as the box `name`.
    pub fn like(name: &str) -> Option<Self> {
        let fits = |pattern: &String| matched(pattern, name).is_some();
        Self::all()
            .into_iter()
            .find(|image| image.name == name || image.instead_of.iter().any(fits))
    }

    /// Returns its address for an architecture (`amd64`, `arm64`), if there is one.
    pub fn url(&self, architecture: &str) -> Option<String> {
        let word = self.architectures.get(architecture)?;
        Some(self.url.replace(ARCH, word))
    }

    /// Returns the architectures that it is published for.
    pub fn architectures(&self) -> impl Iterator<Item = &str> {
        self.architectures.keys().map(String::as_str)
    }

    /// Returns the file with the checksum of the image at `url`, where it is not found
    /// by its name.
    pub(super) fn checksums_of(url: &str) -> Option<String> {
        if !TABLE.contains(url.split_once("://")?.1.split('/').next()?) {
            return None;
        }
        Self::all().into_iter().find_map(|image| {
            let mut words = image.architectures.values();
            let word = words.find(|word| image.url.replace(ARCH, word) == url)?;
            Some(image.checksums?.replace(ARCH, word))
        })
    }

    /// Returns what to type to use it in place of a box that is gone.
    pub(super) fn hint(&self) -> String {
        format!(
            "{} is published as an image for clouds, which is not the same as the box: `rove init {} --output -` shows how to use it",
            self.title, self.name
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let all = KnownImage::all();
        let families: std::collections::BTreeSet<&str> = all
            .iter()
            .filter_map(|image| image.name.split('/').next())
            .collect();
        assert!(families.len() >= 10, "{families:?}");
        for image in &all {
            assert!(!image.user.is_empty() && !image.title.is_empty());
            for architecture in image.architectures() {
                let url = image.url(architecture).unwrap();
                assert!(url.starts_with("https://") && !url.contains('{'), "{url}");
                let file = url.rsplit('/').next().unwrap();
                assert!(super::super::sums::is_image(file), "{url}");
                let sums = KnownImage::checksums_of(&url);
                assert_eq!(sums.is_some(), image.checksums.is_some(), "{url}");
                assert!(!sums.unwrap_or_default().contains('{'));
            }
            assert!(image.architectures().any(|name| name == "amd64"));
        }
        let mut names: Vec<&str> = all.iter().map(|image| image.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn boxes_that_are_gone_have_an_image_like_them() {
        for (name, wanted) in [
            ("generic/ubuntu1604", Some("ubuntu/16.04")),
            ("generic-x64/debian12", Some("debian/12")),
            ("debian/bookworm64", Some("debian/12")),
            ("bento/ubuntu-24.04", Some("ubuntu/24.04")),
            ("hashicorp/bionic64", Some("ubuntu/18.04")),
            ("almalinux/9", Some("alma/9")),
            ("opensuse/Leap-15.6.x86_64", Some("opensuse/leap-15.6")),
            ("fedora/42-cloud-base", Some("fedora/42")),
            ("generic/alpine319", Some("alpine/3.22")),
            ("debian/12", Some("debian/12")),
            ("school/web", None),
            ("generic/debian123", None),
        ] {
            let found = KnownImage::like(name).map(|image| image.name);
            assert_eq!(found.as_deref(), wanted, "{name}");
        }
        assert!(KnownImage::named("debian/12").is_some());
        assert!(KnownImage::named("generic/ubuntu1604").is_none());
    }
}
