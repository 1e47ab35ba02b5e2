//! Boxes on disk, in the layout of Vagrant's own `boxes` folder:
//!
//! ```text
//! boxes/<name>/metadata_url                        where its catalog is
//! boxes/<name>/<version>/[<architecture>/]<provider>/metadata.json and the rest
//! boxes/.adding-<key>/                             a box that is being unpacked
//! boxes/.removing-<key>/                           a box that is being removed
//! ```
//!
//! Rove's own store can be written; Vagrant's and those of `ROVE_BOX_PATH` (the
//! boxes of a classroom, say) are only read, in this order: own, shared, Vagrant's. A folder is a box if
//! `metadata.json` is a file in it; names with a dot in front are never boxes.
//! Knows nothing about networks; see `add` for how a box gets here.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Result;
use crate::host::{Host, files, variables};

use super::digest::{Checksum, short};
use super::name::{dir_name, from_dir_name};
use super::receipt::Receipt;
use super::version::{Constraint, Version};
use super::{Architecture, BoxError, tree};

/// Beginning of the folder that a box is unpacked into.
pub(super) const ADDING: &str = ".adding-";
/// Beginning of the folder that a box is moved to before it is deleted.
pub(super) const REMOVING: &str = ".removing-";

/// The boxes of this user.
#[derive(Clone, Debug)]
pub struct Store {
    roots: Vec<Root>,
}

#[derive(Clone, Debug)]
struct Root {
    dir: PathBuf,
    read_only: bool,
}

/// A box that lies in a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version, as the folder is named.
    pub version: String,
    /// Its provider.
    pub provider: String,
    /// Its architecture, where it was added with one.
    pub architecture: Option<String>,
    /// Its folder.
    pub dir: PathBuf,
    /// Whether the folder belongs to Vagrant or to a shared store.
    pub read_only: bool,
}

impl Installed {
    /// Returns `metadata.json`; a box whose metadata cannot be read is no error
    /// until somebody asks.
    pub fn metadata(&self) -> Result<Value> {
        let path = self.dir.join("metadata.json");
        let text = files::read_text(&path)?;
        serde_json::from_str(&text).map_err(|error| {
            BoxError::NotABox {
                place: path.display().to_string(),
                reason: error.to_string(),
            }
            .into()
        })
    }

    /// Returns the Vagrantfile of the box, which is the lowest layer of the
    /// configuration of its machines.
    pub fn vagrantfile(&self) -> Option<PathBuf> {
        Some(self.dir.join("Vagrantfile")).filter(|path| path.is_file())
    }

    /// Returns the flat texts of `info.json`, for `box list --box-info`.
    pub fn info(&self) -> Vec<(String, String)> {
        let text = files::read_text_if_exists(&self.dir.join("info.json"));
        let json: Option<Value> = text
            .ok()
            .flatten()
            .and_then(|text| serde_json::from_str(&text).ok());
        let Some(Value::Object(members)) = json else {
            return Vec::new();
        };
        members
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(text) => (key, text),
                other => (key, other.to_string()),
            })
            .collect()
    }

    /// Returns what was noted when the box was added.
    pub fn receipt(&self) -> Option<Receipt> {
        Receipt::read(&self.dir)
    }

    /// Notes the digest of the unpacked box in its receipt, so that it need not
    /// be computed again.
    pub fn note_tree(&self, tree: &str) {
        if let Some(mut receipt) = self.receipt().filter(|_| !self.read_only) {
            receipt.tree = Some(tree.to_owned());
            receipt.write(&self.dir);
        }
    }

    /// Returns the digest of what lies in the box's folder now.
    pub fn tree_digest(&self, host: &Host) -> Result<Checksum> {
        tree::digest(host, &self.dir)
    }

    /// Returns where the catalog of the box was, if it came from one.
    pub fn metadata_url(&self) -> Option<String> {
        let name_dir = self
            .dir
            .ancestors()
            .nth(if self.architecture.is_some() { 3 } else { 2 })?;
        files::read_text_if_exists(&name_dir.join("metadata_url"))
            .ok()
            .flatten()
            .map(|url| url.trim().to_owned())
            .filter(|url| !url.is_empty())
    }
}

impl Store {
    /// Returns the stores of this user; makes no folder.
    pub fn open(host: &Host) -> Self {
        let own = host.dirs.home.join("boxes");
        let vagrant = host
            .dirs
            .vagrant_home
            .as_ref()
            .map(|home| home.join("boxes"));
        let mut roots = vec![Root {
            dir: own.clone(),
            read_only: false,
        }];
        let shared = host.env.get_os(variables::ROVE_BOX_PATH);
        let shared = shared.into_iter().flat_map(std::env::split_paths);
        // An entry is a folder of boxes, or a home with one in it.
        let shared = shared
            .filter(|dir| !dir.as_os_str().is_empty())
            .map(|dir| host.cwd.join(dir))
            .map(|dir| match dir.join("boxes") {
                inner if inner.is_dir() => inner,
                _ => dir,
            });
        for dir in shared.chain(vagrant) {
            if roots.iter().all(|root| root.dir != dir) {
                roots.push(Root {
                    dir,
                    read_only: true,
                });
            }
        }
        Self { roots }
    }

    /// Returns the store that can be written: the folder `boxes` itself.
    pub fn dir(&self) -> &Path {
        &self.roots[0].dir
    }

    /// Returns the box to use: of the highest version that meets `constraint`,
    /// for the first of `providers` that is there, in rove's store or Vagrant's.
    pub fn find(
        &self,
        name: &str,
        constraint: &Constraint,
        providers: &[String],
        architecture: &Architecture,
    ) -> Result<Option<Installed>> {
        let mut versions: Vec<(Version, String, &Root)> = Vec::new();
        for root in &self.roots {
            for text in visible(&root.dir.join(dir_name(name)))? {
                if let Ok(version) = text.parse::<Version>()
                    && constraint.matches(&version)
                {
                    versions.push((version, text, root));
                }
            }
        }
        // Stable: of equal versions rove's own comes first.
        versions.sort_by(|a, b| b.0.cmp(&a.0));
        Ok(versions.into_iter().find_map(|(_, version, root)| {
            let version_dir = root.dir.join(dir_name(name)).join(&version);
            providers.iter().find_map(|provider| {
                let folders = architecture.folders();
                let found = folders.into_iter().find(|folder| {
                    let dir = in_folder(&version_dir, folder.as_deref(), provider);
                    is_box(&dir) && (folder.is_some() || fits(&dir, architecture))
                })?;
                Some(Installed {
                    name: name.to_owned(),
                    version: version.clone(),
                    provider: provider.clone(),
                    dir: in_folder(&version_dir, found.as_deref(), provider),
                    architecture: found,
                    read_only: root.read_only,
                })
            })
        }))
    }

    /// Returns all boxes, by name, provider, version and architecture.
    pub fn list(&self) -> Result<Vec<Installed>> {
        let mut found: Vec<(Version, Installed)> = Vec::new();
        for root in &self.roots {
            for name_dir in visible(&root.dir)? {
                for version_text in visible(&root.dir.join(&name_dir))? {
                    let Ok(version) = version_text.parse::<Version>() else {
                        continue;
                    };
                    let version_dir = root.dir.join(&name_dir).join(&version_text);
                    for (architecture, provider) in kinds(&version_dir)? {
                        let installed = Installed {
                            name: from_dir_name(&name_dir),
                            version: version_text.clone(),
                            dir: in_folder(&version_dir, architecture.as_deref(), &provider),
                            provider,
                            architecture,
                            read_only: root.read_only,
                        };
                        let twin = found.iter().any(|(_, other)| {
                            (
                                &other.name,
                                &other.version,
                                &other.provider,
                                &other.architecture,
                            ) == (
                                &installed.name,
                                &installed.version,
                                &installed.provider,
                                &installed.architecture,
                            )
                        });
                        if !twin {
                            found.push((version.clone(), installed));
                        }
                    }
                }
            }
        }
        found.sort_by(|(a_version, a), (b_version, b)| {
            (&a.name, &a.provider, a_version, &a.architecture).cmp(&(
                &b.name,
                &b.provider,
                b_version,
                &b.architecture,
            ))
        });
        Ok(found.into_iter().map(|(_, installed)| installed).collect())
    }

    /// Removes a box; the folder of the name goes with its last version. Whether
    /// a machine still uses the box is for the caller to ask.
    pub fn remove(&self, installed: &Installed) -> Result<()> {
        if installed.read_only {
            return Err(BoxError::ReadOnly {
                name: installed.name.clone(),
                dir: installed.dir.clone(),
            }
            .into());
        }
        self.discard(&installed.dir)?;
        let name_dir = self.dir().join(dir_name(&installed.name));
        for version in visible(&name_dir)? {
            if !kinds(&name_dir.join(version))?.is_empty() {
                return Ok(());
            }
        }
        files::remove_dir_all(&name_dir)
    }

    /// Deletes a folder of the store so that a kill in the middle leaves no half
    /// box behind: it is moved out of sight first.
    pub(super) fn discard(&self, dir: &Path) -> Result<()> {
        let key = short(&format!("{}{}", dir.display(), std::process::id()));
        let away = self.dir().join(format!("{REMOVING}{key}"));
        files::remove_dir_all(&away)?;
        files::rename(dir, &away)?;
        files::remove_dir_all(&away)
    }

    /// Returns the folder of a box in rove's own store, there or not.
    pub(super) fn place(
        &self,
        name: &str,
        version: &str,
        architecture: Option<&str>,
        provider: &str,
    ) -> PathBuf {
        in_folder(
            &self.dir().join(dir_name(name)).join(version),
            architecture,
            provider,
        )
    }

    /// Writes where the catalog of `name` is.
    pub(super) fn set_metadata_url(&self, name: &str, url: &str) -> Result<()> {
        let path = self.dir().join(dir_name(name)).join("metadata_url");
        files::write_atomic(&path, url.as_bytes())
    }
}

fn in_folder(version_dir: &Path, architecture: Option<&str>, provider: &str) -> PathBuf {
    match architecture {
        Some(architecture) => version_dir.join(architecture).join(provider),
        None => version_dir.join(provider),
    }
}

pub(super) fn is_box(dir: &Path) -> bool {
    dir.join("metadata.json").is_file()
}

/// Returns whether a box without an architecture folder may be used for a named
/// architecture: unless its own metadata says another one.
fn fits(dir: &Path, architecture: &Architecture) -> bool {
    let Architecture::Named(wanted) = architecture else {
        return true;
    };
    let text = files::read_text_if_exists(&dir.join("metadata.json"))
        .ok()
        .flatten();
    let json: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    match json.as_ref().and_then(|json| json["architecture"].as_str()) {
        Some(told) => told == wanted,
        None => true,
    }
}

/// Returns architecture and provider of the boxes of one version.
fn kinds(version_dir: &Path) -> Result<Vec<(Option<String>, String)>> {
    let mut found = Vec::new();
    for outer in visible(version_dir)? {
        if is_box(&version_dir.join(&outer)) {
            found.push((None, outer));
            continue;
        }
        for inner in visible(&version_dir.join(&outer))? {
            if is_box(&version_dir.join(&outer).join(&inner)) {
                found.push((Some(outer.clone()), inner));
            }
        }
    }
    Ok(found)
}

/// Returns the names in a folder that are not hidden.
fn visible(dir: &Path) -> Result<Vec<String>> {
    let mut names = files::list_dir(dir)?;
    names.retain(|name| !name.starts_with('.'));
    Ok(names)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test builds a store by hand")]
mod tests {
    use super::*;

    fn store(boxes: &[&str]) -> (tempfile::TempDir, Store) {
        let root = tempfile::tempdir().unwrap();
        for dir in boxes {
            let dir = root.path().join(dir);
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::write(dir.join("metadata.json"), r#"{"provider":"x"}"#).unwrap();
        }
        let roots = ["own", "vagrant"].map(|name| Root {
            dir: root.path().join(name),
            read_only: name == "vagrant",
        });
        let store = Store {
            roots: roots.to_vec(),
        };
        (root, store)
    }

    fn found(store: &Store, providers: &[&str], architecture: &Architecture) -> Option<String> {
        let providers: Vec<String> = providers.iter().map(ToString::to_string).collect();
        store
            .find("a/b", &Constraint::any(), &providers, architecture)
            .unwrap()
            .map(|installed| {
                let root = store.dir().parent().unwrap();
                installed
                    .dir
                    .strip_prefix(root)
                    .unwrap()
                    .display()
                    .to_string()
            })
    }

    #[test]
    fn both_stores_are_searched_and_ours_comes_first() {
        let (_root, store) = store(&[
            "own/a-VAGRANTSLASH-b/1.0/libvirt",
            "own/a-VAGRANTSLASH-b/2.0/libvirt",
            "vagrant/a-VAGRANTSLASH-b/2.0/libvirt",
            "vagrant/a-VAGRANTSLASH-b/3.0/virtualbox",
        ]);
        let host = Architecture::Host("amd64".to_owned());
        let find = |providers: &[&str]| found(&store, providers, &host);
        assert_eq!(
            find(&["libvirt"]).unwrap(),
            "own/a-VAGRANTSLASH-b/2.0/libvirt"
        );
        assert_eq!(
            find(&["libvirt", "virtualbox"]).unwrap(),
            "vagrant/a-VAGRANTSLASH-b/3.0/virtualbox",
            "the version counts more than the order of providers"
        );
        assert_eq!(find(&["qemu"]), None);
        assert_eq!(
            store.list().unwrap().len(),
            3,
            "a box in both stores is one"
        );
        let theirs = store
            .list()
            .unwrap()
            .into_iter()
            .find(|b| b.read_only)
            .unwrap();
        assert!(store.remove(&theirs).is_err());
    }

    #[test]
    fn an_architecture_folder_is_found_before_the_old_place() {
        let (_root, store) = store(&[
            "own/a-VAGRANTSLASH-b/1.0/amd64/libvirt",
            "own/a-VAGRANTSLASH-b/1.0/libvirt",
            "own/a-VAGRANTSLASH-b/1.0/arm64/virtualbox",
        ]);
        let of =
            |architecture: &Architecture, provider: &str| found(&store, &[provider], architecture);
        let amd64 = Architecture::Host("amd64".to_owned());
        let old = "own/a-VAGRANTSLASH-b/1.0/libvirt";
        let new = "own/a-VAGRANTSLASH-b/1.0/amd64/libvirt";
        assert_eq!(of(&amd64, "libvirt").unwrap(), new);
        assert_eq!(of(&Architecture::Default, "libvirt").unwrap(), old);
        assert_eq!(
            of(&Architecture::Named("i386".into()), "libvirt").unwrap(),
            old
        );
        assert_eq!(of(&amd64, "virtualbox"), None);
        let listed = store.list().unwrap();
        assert_eq!(listed.len(), 3);
        assert_eq!(listed[1].architecture.as_deref(), Some("amd64"));
    }
}
