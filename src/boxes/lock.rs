//! `Vagrantfile.lock`: the very boxes that a lab was made with, so that forty
//! machines next term have the same bytes. JSON, boxes sorted, a member per
//! line: equal content is equal text, and changes of two people merge.
//!
//! Vagrant never looks at the file. Knows neither labs nor networks; `lab/lock`
//! decides when it is written and what a difference means.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Explain, Kind, Result};
use crate::host::files;

use super::digest::Checksum;
use super::version::{Constraint, Version};
use super::{Architecture, BoxError, Request};

/// Version of the format.
const FORMAT: u32 = 1;

/// What is wrong with a lock file, or with a box that it names.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read.
    #[error("the lock file `{}` cannot be used: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The box that is there has other bytes than the one that was locked.
    #[error(
        "the box `{name}` {version} is not the one that was locked: its {what} is {found}, locked is {locked}"
    )]
    Differs {
        /// Name.
        name: String,
        /// Version.
        version: String,
        /// What was compared: "box file", "unpacked content".
        what: &'static str,
        /// Digest of what is there or offered.
        found: String,
        /// Digest in the lock file.
        locked: String,
    },
}

impl Explain for LockError {
    fn kind(&self) -> Kind {
        match self {
            Self::Malformed { .. } => Kind::Config,
            Self::Differs { .. } => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Malformed { .. } => {
                vec!["restore it from version control, or remove it and run `rove lock`".to_owned()]
            }
            Self::Differs { name, .. } => vec![
                "somebody published other bytes under the same version; ask who publishes the box"
                    .to_owned(),
                format!("to take the new bytes: `rove lock --upgrade {name}`"),
            ],
        }
    }
}

/// One box of a lock file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locked {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Provider it is made for.
    pub provider: String,
    /// Architecture, where it was added with one.
    pub architecture: Option<String>,
    /// Address of the box file; `None` where nobody knows it any more.
    pub url: Option<String>,
    /// What the box file hashes to, as `sha256:…`.
    pub checksum: Option<String>,
    /// Length of the box file.
    pub size: Option<u64>,
    /// Digest of the unpacked box.
    pub tree: String,
}

/// The content of a lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockFile {
    version: u32,
    boxes: Vec<Locked>,
}

impl Default for LockFile {
    fn default() -> Self {
        Self {
            version: FORMAT,
            boxes: Vec::new(),
        }
    }
}

/// Returns where the lock file of a Vagrantfile lies: beside it.
pub fn path_for(vagrantfile: &Path) -> PathBuf {
    let mut name = vagrantfile.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    vagrantfile.with_file_name(name)
}

impl LockFile {
    /// Returns the lock file at `path`, if there is one.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let Some(text) = files::read_text_if_exists(path)? else {
            return Ok(None);
        };
        Self::parse(&text)
            .map(Some)
            .map_err(|reason| {
                let path = path.to_owned();
                LockError::Malformed { path, reason }
            })
            .map_err(Into::into)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if lock.version > FORMAT {
            return Err("a newer rove wrote it".to_owned());
        }
        for locked in &lock.boxes {
            let bad = |error: BoxError| format!("`{}`: {error}", locked.name);
            locked.version.parse::<Version>().map_err(bad)?;
            for sum in locked.checksum.iter().chain([&locked.tree]) {
                Checksum::written(sum).map_err(bad)?;
            }
        }
        Ok(lock)
    }

    /// Writes the file, unless it says the same already.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = self.render();
        if files::read_text_if_exists(path)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        files::write_atomic(path, text.as_bytes())
    }

    fn render(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("plain data always becomes JSON");
        text + "\n"
    }

    /// Returns the boxes, sorted.
    pub fn boxes(&self) -> &[Locked] {
        &self.boxes
    }

    /// Adds a box, in place of one of the same name, version, provider and
    /// architecture.
    pub fn set(&mut self, locked: Locked) {
        self.boxes.retain(|other| other.key() != locked.key());
        self.boxes.push(locked);
        self.boxes.sort();
    }

    /// Keeps the boxes that `keep` says.
    pub fn retain(&mut self, keep: impl FnMut(&Locked) -> bool) {
        self.boxes.retain(keep);
    }

    /// Returns the locked box that `request` means: the highest version that it
    /// allows, for the first of its providers.
    pub fn find(&self, request: &Request) -> Option<&Locked> {
        let name = request.name.as_deref()?;
        let mut fitting: Vec<(Version, usize, &Locked)> = self
            .boxes
            .iter()
            .filter(|locked| locked.name == name && locked.is_for(&request.architecture))
            .filter_map(|locked| {
                let version = locked.version.parse::<Version>().ok()?;
                let rank = request
                    .providers
                    .iter()
                    .position(|provider| *provider == locked.provider)?;
                let allowed = request.constraint.matches(&version);
                allowed.then_some((version, rank, locked))
            })
            .collect();
        fitting.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        fitting.first().map(|(_, _, locked)| *locked)
    }
}

impl Locked {
    fn key(&self) -> (&str, &str, &str, Option<&str>) {
        (
            &self.name,
            &self.version,
            &self.provider,
            self.architecture.as_deref(),
        )
    }

    /// A box without architecture is for all of them.
    fn is_for(&self, wanted: &Architecture) -> bool {
        match (&self.architecture, wanted) {
            (None, _) => true,
            (Some(own), Architecture::Host(wanted) | Architecture::Named(wanted)) => own == wanted,
            (Some(_), Architecture::Default) => true,
        }
    }

    /// Returns `request` for this very box and no other.
    pub fn narrow(&self, request: &Request) -> Result<Request> {
        let version: Version = self.version.parse()?;
        let mut request = request.clone();
        request.constraint = Constraint::exactly(&version);
        request.providers = vec![self.provider.clone()];
        if let Some(sum) = &self.checksum {
            request.checksum = Some(Checksum::written(sum)?);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(name: &str, version: &str, provider: &str) -> Locked {
        Locked {
            name: name.to_owned(),
            version: version.to_owned(),
            provider: provider.to_owned(),
            architecture: None,
            url: Some("https://h/x.box".to_owned()),
            checksum: Some(format!("sha256:{}", "ab".repeat(32))),
            size: Some(7),
            tree: format!("sha256:{}", "cd".repeat(32)),
        }
    }

    #[test]
    fn equal_content_is_equal_text() {
        let boxes = [
            locked("b/b", "1.0", "libvirt"),
            locked("a/a", "2.0", "libvirt"),
            locked("a/a", "1.0", "qemu"),
        ];
        let mut one = LockFile::default();
        let mut other = LockFile::default();
        for (front, back) in boxes.iter().zip(boxes.iter().rev()) {
            one.set(front.clone());
            other.set(back.clone());
        }
        other.set(boxes[0].clone());
        assert_eq!(one.render(), other.render());
        assert_eq!(LockFile::parse(&one.render()).unwrap(), one);
        let names: Vec<_> = one.boxes().iter().map(|each| &each.version).collect();
        assert_eq!(names, ["1.0", "2.0", "1.0"]);
        assert_eq!(
            path_for(Path::new("/lab/Vagrantfile")),
            Path::new("/lab/Vagrantfile.lock")
        );
    }

    #[test]
    fn a_request_finds_its_locked_box() {
        let mut lock = LockFile::default();
        lock.set(locked("a/a", "1.0", "libvirt"));
        lock.set(locked("a/a", "1.5", "qemu"));
        lock.set(locked("a/a", "2.0", "docker"));
        let host = Architecture::Host("amd64".to_owned());
        let mut request = Request::new("a/a", &["qemu", "libvirt"], host);
        let found = |request: &Request| lock.find(request).map(|found| found.version.clone());
        assert_eq!(found(&request).as_deref(), Some("1.5"));
        request.constraint = "< 1.2".parse().unwrap();
        assert_eq!(found(&request).as_deref(), Some("1.0"));
        request.constraint = "> 3".parse().unwrap();
        assert_eq!(found(&request), None);
        request.name = Some("b/b".to_owned());
        assert_eq!(found(&request), None);
        let narrow = lock.boxes()[0].narrow(&request).unwrap();
        assert_eq!(narrow.providers, ["libvirt"]);
        assert!(narrow.checksum.is_some());
    }

    #[test]
    fn what_is_no_lock_file_is_refused() {
        for text in [
            "",
            "{}",
            r#"{"version":2,"boxes":[]}"#,
            r#"{"version":1,"boxes":[{"name":"a","version":"x y","provider":"q","architecture":null,"url":null,"checksum":null,"size":null,"tree":"sha256:aa"}]}"#,
        ] {
            assert!(LockFile::parse(text).is_err(), "{text}");
        }
    }
}
