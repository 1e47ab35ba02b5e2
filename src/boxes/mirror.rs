//! Copies of boxes with their catalogs, in a folder that any web server can hand
//! out, and that sources (see `sources`) and Vagrant can read:
//!
//! ```text
//! org/name.json                      the catalog
//! org/name/VERSION/PROVIDER.box      its boxes; PROVIDER-ARCH.box where it says which
//! ```
//!
//! A box is named by the catalog only when its file is whole, verified and synced, so
//! whatever breaks a run leaves a catalog that is right, and the next run goes on.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::error::Result;
use crate::event::Level;
use crate::host::{FileError, FileLock, Host, files};

use super::digest::short;
use super::fetch::Client;
use super::name::{fault_of, is_box_name};
use super::partial::Partial;
use super::resolve::{catalog_of, check_part};
use super::stream::{Got, Pieces, Producer, Shown, room, stream};
use super::{
    Architecture, BoxError, Catalog, Checksum, ChecksumKind, Installed, Offer, Release, Request,
    Version, name::Place, repackage,
};

/// What is to be copied, and where to.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Folder.
    pub to: PathBuf,
    /// Address that the folder will have on a web server. Without it the addresses in
    /// the catalogs are relative, which rove reads, and Vagrant does not.
    pub base_url: Option<String>,
    /// Architectures; empty: all.
    pub architectures: Vec<String>,
    /// Every version that meets the constraint, not the highest only.
    pub all_versions: bool,
}

/// What became of one box of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its provider.
    pub provider: String,
    /// Its architecture, where the catalog tells.
    pub architecture: Option<String>,
    /// Length of its file in bytes.
    pub length: u64,
    /// Whether it was there already.
    pub before: bool,
}

/// Copies what `request` means of the box `name`. Providers of the request that are
/// named are taken, or else all.
///
/// # Errors
/// Whatever keeps a catalog or a box from being read, verified or written; and a box
/// whose bytes are others than those that were mirrored under its version.
pub fn mirror(
    host: &Host,
    mirror: &Mirror,
    request: &Request,
    name: &str,
) -> Result<Vec<Mirrored>> {
    let (place, catalog) = catalog_of(host, request, name, &|catalog, place| {
        if !chosen(catalog, mirror, request).is_empty() {
            return Ok(());
        }
        // Says which versions and providers there are.
        let (constraint, providers) = (&request.constraint, &request.providers);
        catalog.require(name, constraint, providers, &request.architecture)?;
        let place = place.to_string();
        let name = name.to_owned();
        Err(BoxError::NothingToMirror { name, place }.into())
    })?;
    let _lock = lock(host, mirror)?;
    // An address or a path says where, not what.
    let own = catalog.name.as_deref().filter(|_| !is_box_name(name));
    let name = own.unwrap_or(name);
    let mut target = Target::open(mirror, name, catalog.description.as_deref())?;
    let mut done = Vec::new();
    for release in chosen(&catalog, mirror, request) {
        for offer in offers(release, mirror, request) {
            done.push(one(
                host,
                mirror,
                request,
                &mut target,
                &place,
                release,
                offer,
            )?);
        }
    }
    Ok(done)
}

/// Writes a box of the store to the mirror: for boxes whose origin is gone. Its file
/// is packed anew, so its checksum is not that of the original, and the catalog says so.
pub fn mirror_installed(host: &Host, mirror: &Mirror, installed: &Installed) -> Result<Mirrored> {
    let _lock = lock(host, mirror)?;
    let mut target = Target::open(mirror, &installed.name, None)?;
    let version = &installed.version;
    let offer = Offer {
        provider: installed.provider.clone(),
        architecture: installed.architecture.clone(),
        default_architecture: installed.architecture.is_none(),
        ..Offer::default()
    };
    if let Some(there) = target.complete(version, &offer) {
        return Ok(told(&installed.name, version, &offer, there, true));
    }
    let file = target.file(version, &offer);
    make_parent(&file)?;
    let staging = file.with_extension("part");
    files::remove_file(&staging)?;
    repackage(host, installed, &staging)?;
    let shown = Shown {
        machine: None,
        id: installed.name.clone(),
        label: format!("verify {} {version}", installed.name),
    };
    let (producer, pieces) = stream(host, &shown, vec![ChecksumKind::Sha256]);
    let stop = AtomicBool::new(false);
    let got = drain(producer, pieces, &stop, None, |producer| {
        producer.read_file(&staging, &stop)
    })?;
    publish(&staging, &file)?;
    target.add(version, &offer, &got, true)?;
    Ok(told(&installed.name, version, &offer, got.length, false))
}

/// A box file to be published.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The file.
    pub file: PathBuf,
    /// Name that the box gets, `org/name`.
    pub name: String,
    /// Version that it gets.
    pub version: String,
    /// Architecture that the catalog tells, if any.
    pub architecture: Option<String>,
    /// A sentence about the box, for a catalog that is new.
    pub description: Option<String>,
}

/// Adds a box file to the mirror as one more version, or for one more provider. The
/// file is unpacked on trial first: what is no box is not published.
///
/// # Errors
/// A file that is no box; a version that is there already with other bytes; whatever
/// keeps the mirror from being written.
pub fn publish_box(host: &Host, mirror: &Mirror, request: &Publish) -> Result<Mirrored> {
    let version = &request.version;
    let place = Place::File(request.file.clone());
    version.parse::<Version>()?;
    check_part(&place, "version", version)?;
    if let Some(architecture) = &request.architecture {
        check_part(&place, "architecture", architecture)?;
    }
    let _lock = lock(host, mirror)?;
    let provider = provider_on_trial(host, mirror, request)?;
    let mut target = Target::open(mirror, &request.name, request.description.as_deref())?;
    let offer = Offer {
        provider,
        architecture: request.architecture.clone(),
        default_architecture: false,
        ..Offer::default()
    };
    let file = target.file(version, &offer);
    make_parent(&file)?;
    let staging = file.with_extension("part");
    let plain = Request::new(&request.name, &[], Architecture::Default);
    let got = copy(host, mirror, &plain, &place, &staging, None, &request.name);
    if got.is_err() {
        let _ = files::remove_file(&staging);
    }
    let got = got?;
    let before = target.complete(version, &offer).is_some();
    if before {
        let same = target.compare(&place, version, &offer, got.sums.first());
        let _ = files::remove_file(&staging);
        same?;
        return Ok(told(&request.name, version, &offer, got.length, true));
    }
    publish(&staging, &file)?;
    target.add(version, &offer, &got, false)?;
    Ok(told(&request.name, version, &offer, got.length, false))
}

/// Returns the provider of a box file, which is unpacked for it into a folder that is
/// then removed.
fn provider_on_trial(host: &Host, mirror: &Mirror, request: &Publish) -> Result<String> {
    let trial = mirror.to.join(".trial");
    files::remove_dir_all(&trial)?;
    let mut dirs = host.dirs.clone();
    dirs.home.clone_from(&trial);
    dirs.vagrant_home = None;
    let alone = Host {
        dirs,
        ..host.clone()
    };
    let mut wanted = Request::new(&request.name, &[], Architecture::Default);
    wanted.urls = vec![request.file.to_string_lossy().into_owned()];
    let added = super::add(&alone, &wanted);
    let removed = files::remove_dir_all(&trial);
    let provider = added?.provider;
    removed?;
    Ok(provider)
}

fn told(name: &str, version: &str, offer: &Offer, length: u64, before: bool) -> Mirrored {
    Mirrored {
        name: name.to_owned(),
        version: version.to_owned(),
        provider: offer.provider.clone(),
        architecture: offer.folder_architecture().map(str::to_owned),
        length,
        before,
    }
}

/// Two runs into one folder would take each other's entries out of the catalogs.
fn lock(host: &Host, mirror: &Mirror) -> Result<FileLock> {
    files::create_dir_all(&mirror.to)?;
    let real = files::real_path(&mirror.to).unwrap_or_else(|| mirror.to.clone());
    let key = short(&real.to_string_lossy());
    let path = host
        .dirs
        .home
        .join("locks")
        .join(format!("mirror-{key}.lock"));
    FileLock::take(host, &path, |owner| {
        let text = format!(
            "another rove ({owner}) writes to {}; waiting",
            mirror.to.display()
        );
        host.say(None, Level::Info, text);
    })
}

fn chosen<'a>(catalog: &'a Catalog, mirror: &Mirror, request: &Request) -> Vec<&'a Release> {
    let fitting = catalog.releases.iter().rev().filter(|release| {
        request.constraint.matches(&release.version) && !offers(release, mirror, request).is_empty()
    });
    fitting
        .take(if mirror.all_versions { usize::MAX } else { 1 })
        .collect()
}

fn offers<'a>(release: &'a Release, mirror: &Mirror, request: &Request) -> Vec<&'a Offer> {
    let wanted = |list: &[String], word: Option<&str>| {
        list.is_empty() || word.is_some_and(|word| list.iter().any(|wanted| wanted == word))
    };
    let fitting = release.offers.iter().filter(|offer| {
        offer.url.is_some()
            && wanted(&request.providers, Some(&offer.provider))
            && (wanted(&mirror.architectures, offer.architecture.as_deref())
                || offer.folder_architecture().is_none())
    });
    fitting.collect()
}

fn one(
    host: &Host,
    mirror: &Mirror,
    request: &Request,
    target: &mut Target,
    place: &Place,
    release: &Release,
    offer: &Offer,
) -> Result<Mirrored> {
    let version = &release.text;
    check_part(place, "version", version)?;
    check_part(place, "provider", &offer.provider)?;
    if let Some(architecture) = offer.folder_architecture() {
        check_part(place, "architecture", architecture)?;
    }
    let expected = Checksum::read(offer.checksum_type.as_deref(), offer.checksum.as_deref())?;
    if let Some(length) = target.complete(version, offer) {
        target.compare(place, version, offer, expected.as_ref())?;
        return Ok(told(&target.name, version, offer, length, true));
    }
    let from = place.beside(offer.url.as_deref().unwrap_or_default())?;
    let file = target.file(version, offer);
    make_parent(&file)?;
    let staging = file.with_extension("part");
    let got = copy(
        host,
        mirror,
        request,
        &from,
        &staging,
        expected.as_ref(),
        &target.name,
    );
    if got.is_err() {
        let _ = files::remove_file(&staging);
    }
    let got = got?;
    publish(&staging, &file)?;
    target.add(version, offer, &got, false)?;
    Ok(told(&target.name, version, offer, got.length, false))
}

/// Brings the bytes at `from` into the file `staging`, verified and synced.
fn copy(
    host: &Host,
    mirror: &Mirror,
    request: &Request,
    from: &Place,
    staging: &Path,
    expected: Option<&Checksum>,
    name: &str,
) -> Result<Got> {
    let shown = Shown {
        machine: None,
        id: name.to_owned(),
        label: format!("mirror {name}"),
    };
    // The first is the catalog's, to be compared; the mirror's own is always sha256.
    let mut kinds = vec![ChecksumKind::Sha256];
    if let Some(expected) = expected.filter(|sum| sum.kind != ChecksumKind::Sha256) {
        kinds.push(expected.kind);
    }
    let (producer, pieces) = stream(host, &shown, kinds);
    let file = File::create(staging).map_err(|error| FileError::new("write", staging, error))?;
    let out = Some((file, staging));
    let mut kept = None;
    let got = match from {
        Place::File(path) => {
            let length = files::size(path).unwrap_or_default();
            room(&from.to_string(), &mirror.to, length, 0)?;
            let stop = AtomicBool::new(false);
            drain(producer, pieces, &stop, out, |producer| {
                producer.read_file(path, &stop)
            })?
        }
        Place::Url(url) => {
            let client = Client::new(host, request)?;
            let mut partial = Partial::open(host, url.as_str(), |owner| {
                let text = format!("{from} is being fetched by another rove ({owner}); waiting");
                host.say(None, Level::Info, text);
            })?;
            // As when a box is added: nobody could tell whether the rest fits.
            if partial.note.validator.is_none() && expected.is_none() {
                partial.give_up();
                partial.reset(None, None)?;
            }
            let stop = client.stop();
            let space = |total: u64, kept: u64| room(&from.to_string(), &mirror.to, total, kept);
            let got = drain(producer, pieces, &stop, out, |producer| {
                producer.read_url(&client, url, &mut partial, space)
            })?;
            kept = Some(partial);
            got
        }
    };
    let found = expected.and_then(|expected| got.sums.iter().find(|sum| sum.kind == expected.kind));
    let differs = match (expected, found) {
        (Some(expected), Some(found)) if expected != found => Some(BoxError::ChecksumDiffers {
            place: from.to_string(),
            expected: expected.clone(),
            found: found.clone(),
        }),
        _ => None,
    };
    if let Some(mut partial) = kept {
        partial.give_up();
    }
    match differs {
        Some(error) => Err(error.into()),
        None => Ok(got),
    }
}

/// Runs `read` and writes what it sends into `out`, if there is one.
fn drain(
    producer: Producer<'_>,
    mut pieces: Pieces,
    stop: &AtomicBool,
    mut out: Option<(File, &Path)>,
    read: impl FnOnce(Producer<'_>) -> Result<Got> + Send,
) -> Result<Got> {
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(producer));
        let written = loop {
            let written = match &mut out {
                Some((file, _)) => rewind(file)
                    .and_then(|()| io::copy(&mut pieces, file))
                    .and_then(|_| file.sync_all()),
                None => io::copy(&mut pieces, &mut io::sink()).map(drop),
            };
            if !pieces.restarted() {
                break written;
            }
        };
        let cut = pieces.was_cut();
        stop.store(true, Ordering::Relaxed);
        drop(pieces);
        let got = reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (written, out) {
            (Err(error), Some((_, path))) if !cut => {
                Err(FileError::new("write", path, error).into())
            }
            _ => got,
        }
    })
}

fn rewind(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()
}

/// Removes what a killed run left of a catalog: nobody else writes here now.
fn sweep(folder: &Path) {
    for name in files::list_dir(folder).unwrap_or_default() {
        if name.starts_with(files::TEMPORARY) {
            let _ = files::remove_file(&folder.join(name));
        }
    }
}

fn make_parent(file: &Path) -> Result<()> {
    file.parent().map_or(Ok(()), files::create_dir_all)
}

fn publish(staging: &Path, file: &Path) -> Result<()> {
    files::rename(staging, file)?;
    if let Some(folder) = file.parent() {
        files::sync_dir(folder);
    }
    Ok(())
}

/// The catalog of one box in the mirror.
struct Target {
    name: String,
    /// The mirror's folder.
    root: PathBuf,
    /// Start of the addresses of the boxes.
    base: String,
    catalog: Value,
}

impl Target {
    fn open(mirror: &Mirror, name: &str, description: Option<&str>) -> Result<Self> {
        let up = name.split('/').any(|part| part.is_empty() || part == "..");
        let reason = fault_of(name).or(up.then_some("it leads out of the folder"));
        if let Some(reason) = reason {
            let name = name.to_owned();
            return Err(BoxError::NameMalformed { name, reason }.into());
        }
        let path = mirror.to.join(format!("{name}.json"));
        if let Some(folder) = path.parent() {
            sweep(folder);
        }
        let catalog = match files::read_if_exists(&path)? {
            Some(text) => {
                let place = path.display().to_string();
                Catalog::parse(&text, &place)?;
                serde_json::from_slice(&text).map_err(|error| BoxError::CatalogMalformed {
                    place,
                    reason: error.to_string(),
                })?
            }
            None => json!({"name": name, "description": description, "versions": []}),
        };
        let base = match &mirror.base_url {
            Some(base) => format!("{}/{name}", base.trim_end_matches('/')),
            // Beside the catalog, which lies one folder up.
            None => name.rsplit('/').next().unwrap_or(name).to_owned(),
        };
        Ok(Self {
            name: name.to_owned(),
            root: mirror.to.clone(),
            base,
            catalog,
        })
    }

    fn file(&self, version: &str, offer: &Offer) -> PathBuf {
        self.root
            .join(&self.name)
            .join(version)
            .join(file_name(offer))
    }

    fn entry(&self, version: &str, offer: &Offer) -> Option<&Value> {
        let versions = self.catalog["versions"].as_array()?;
        let release = versions.iter().find(|it| it["version"] == version)?;
        release["providers"].as_array()?.iter().find(|it| {
            it["name"] == offer.provider.as_str()
                && it["architecture"].as_str() == offer.architecture.as_deref()
        })
    }

    /// Returns the length of a box that is there, named and whole.
    fn complete(&self, version: &str, offer: &Offer) -> Option<u64> {
        let noted = self.entry(version, offer)?["size"].as_u64()?;
        let found = files::size(&self.file(version, offer))?;
        (noted == found).then_some(noted)
    }

    /// Returns an error when the mirrored box has other bytes than its origin says.
    fn compare(
        &self,
        place: &Place,
        version: &str,
        offer: &Offer,
        expected: Option<&Checksum>,
    ) -> Result<()> {
        let entry = self.entry(version, offer);
        let text = |key: &str| entry.and_then(|entry| entry[key].as_str());
        let ours = Checksum::read(text("checksum_type"), text("checksum"))?;
        match (ours, expected) {
            (Some(ours), Some(expected)) if ours.kind == expected.kind && ours != *expected => {
                Err(BoxError::MirrorDiffers {
                    name: self.name.clone(),
                    version: version.to_owned(),
                    place: place.to_string(),
                    mirrored: ours,
                    offered: expected.clone(),
                }
                .into())
            }
            _ => Ok(()),
        }
    }

    /// Names a box whose file is in its place.
    fn add(&mut self, version: &str, offer: &Offer, got: &Got, repacked: bool) -> Result<()> {
        let sum = got.sums.iter().find(|sum| sum.kind == ChecksumKind::Sha256);
        let mut entry = json!({
            "name": offer.provider,
            "url": format!("{}/{version}/{}", self.base, file_name(offer)),
            "checksum_type": "sha256",
            "checksum": sum.map(|sum| sum.hex.clone()),
            "size": got.length,
        });
        if let Some(architecture) = &offer.architecture {
            entry["architecture"] = json!(architecture);
            entry["default_architecture"] = json!(offer.default_architecture);
        }
        if repacked {
            entry["repacked"] = json!(true);
        }
        if !self.catalog["versions"].is_array() {
            self.catalog["versions"] = json!([]);
        }
        let versions = self.catalog["versions"].as_array_mut().expect("it is one");
        let at = versions.iter().position(|it| it["version"] == version);
        let at = at.unwrap_or_else(|| {
            versions.push(json!({"version": version, "providers": []}));
            versions.len() - 1
        });
        if !versions[at]["providers"].is_array() {
            versions[at]["providers"] = json!([]);
        }
        let providers = versions[at]["providers"].as_array_mut().expect("it is one");
        providers.retain(|it| {
            it["name"] != entry["name"] || it["architecture"] != entry["architecture"]
        });
        providers.push(entry);
        let text = serde_json::to_string_pretty(&self.catalog).expect("plain data becomes JSON");
        let path = self.root.join(format!("{}.json", self.name));
        make_parent(&path)?;
        files::write_atomic(&path, (text + "\n").as_bytes())
    }
}

fn file_name(offer: &Offer) -> String {
    match offer.folder_architecture() {
        Some(architecture) => format!("{}-{architecture}.box", offer.provider),
        None => format!("{}.box", offer.provider),
    }
}
