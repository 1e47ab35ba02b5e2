//! How a box gets into the store: fetched, hashed and unpacked at once into a
//! hidden folder, verified, synced, and only then renamed to where it is found.
//! A kill at any moment leaves a hidden folder and a partial download; the next
//! add removes the one and goes on with the other.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::error::{Failure, Result};
use crate::event::Level;
use crate::host::{FileLock, Host, files};

use super::dedupe::dedupe;
use super::digest::{Checksum, ChecksumKind, short};
use super::fetch::Client;
use super::name::Place;
use super::partial::{self, Partial};
use super::receipt::Receipt;
use super::resolve::{check_part, resolve};
use super::signing::{self, Detached};
use super::store::{ADDING, Installed, REMOVING, Store, is_box};
use super::stream::{Got, Pieces, Producer, Shown, room, stream};
use super::tree::Leaves;
use super::unpack::unpack;
use super::{BoxError, Candidate, Request};

/// A box's metadata is a handful of lines; it is read as a whole, often.
const MAX_METADATA: u64 = 1 << 20;

/// Returns the box that `request` means, fetched now if it is not there.
pub fn ensure(host: &Host, request: &Request) -> Result<Installed> {
    let store = Store::open(host);
    if !request.force
        && let Some(name) = &request.name
        && let Some(found) = store.find(
            name,
            &request.constraint,
            &request.providers,
            &request.architecture,
        )?
    {
        return Ok(found);
    }
    let candidate = resolve(host, request)?;
    add_candidate(host, request, &candidate).map(|(installed, _)| installed)
}

/// Fetches the box that `request` means. One that is there already is an error,
/// unless it is to be replaced, or another process added it meanwhile.
pub fn add(host: &Host, request: &Request) -> Result<Installed> {
    let candidate = resolve(host, request)?;
    match add_candidate(host, request, &candidate)? {
        (installed, Added::Before) => Err(BoxError::AlreadyThere {
            name: installed.name,
            version: installed.version,
            provider: installed.provider,
        }
        .into()),
        (installed, Added::Now | Added::Meanwhile) => Ok(installed),
    }
}

/// When a box came into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was there.
    Before,
    /// Another process added it while this one waited for it.
    Meanwhile,
    /// By this call.
    Now,
}

/// Fetches one chosen file, unless the box is there.
pub fn add_candidate(
    host: &Host,
    request: &Request,
    candidate: &Candidate,
) -> Result<(Installed, Added)> {
    let store = Store::open(host);
    let adder = Adder {
        host,
        request,
        candidate,
        store: &store,
    };
    let mut waited = false;
    let _lock = FileLock::take(host, &lock_path(host, &candidate.name), |owner| {
        waited = true;
        let text = format!(
            "the box `{}` is being added by another rove ({owner}); waiting for it",
            candidate.name
        );
        host.say(request.machine.as_deref(), Level::Info, text);
    })?;
    sweep(host, &store);
    if let Some(there) = adder.there()
        && (waited || !request.force)
    {
        for place in &candidate.places {
            if let Place::Url(url) = place {
                partial::forget(host, url.as_str());
            }
        }
        let when = if waited {
            Added::Meanwhile
        } else {
            Added::Before
        };
        return Ok((there, when));
    }
    let installed = adder.add()?;
    // Equal disks are stored once; that it cannot be done is no failure.
    let _ = dedupe(host, &store, Some(&installed));
    Ok((installed, Added::Now))
}

pub(super) fn lock_path(host: &Host, name: &str) -> PathBuf {
    locks(host).join(format!("{}.lock", short(name)))
}

fn locks(host: &Host) -> PathBuf {
    host.dirs.home.join("locks").join("boxes")
}

/// Removes what interrupted adds and removals left. Nothing here is worth an
/// error: it is tried again the next time.
pub(super) fn sweep(host: &Host, store: &Store) {
    for name in files::list_dir(store.dir()).unwrap_or_default() {
        let path = store.dir().join(&name);
        if let Some(key) = name.strip_prefix(ADDING) {
            // The lock of our own box is held by us, so this leaves its folder alone.
            let lock = locks(host).join(format!("{key}.lock"));
            if let Ok(_lock) = FileLock::try_take(&lock, &name) {
                let _ = files::remove_dir_all(&path);
            }
        } else if name.starts_with(REMOVING) {
            let _ = files::remove_dir_all(&path);
        }
    }
    partial::sweep(host);
}

struct Adder<'a> {
    host: &'a Host,
    request: &'a Request,
    candidate: &'a Candidate,
    store: &'a Store,
}

/// What went wrong with one place, and whether another try may help.
enum Fault {
    /// The bytes that an earlier run kept do not fit the rest: fetch all anew.
    Stale,
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Adder<'_> {
    fn say(&self, level: Level, text: String) {
        self.host.say(self.request.machine.as_deref(), level, text);
    }

    /// Returns the chosen box if it lies in our store. A plain box file tells its
    /// provider only when it is unpacked; until then any wanted one will do.
    fn there(&self) -> Option<Installed> {
        let candidate = self.candidate;
        let providers = match &candidate.provider {
            Some(provider) => std::slice::from_ref(provider),
            None => &self.request.providers,
        };
        providers.iter().find_map(|provider| {
            let installed = self.installed(provider);
            is_box(&installed.dir).then_some(installed)
        })
    }

    fn installed(&self, provider: &str) -> Installed {
        let candidate = self.candidate;
        let architecture = candidate.architecture.as_deref();
        Installed {
            name: candidate.name.clone(),
            version: candidate.version.clone(),
            provider: provider.to_owned(),
            architecture: candidate.architecture.clone(),
            dir: self
                .store
                .place(&candidate.name, &candidate.version, architecture, provider),
            read_only: false,
        }
    }

    /// Tries the mirrors in turn.
    fn add(&self) -> Result<Installed> {
        for sum in self
            .candidate
            .checksums
            .iter()
            .filter(|sum| sum.kind.is_weak())
        {
            let text = format!(
                "the {} checksum of `{}` shows damage, but no forgery; sha256 shows both",
                sum.kind, self.candidate.name
            );
            self.say(Level::Warn, text);
        }
        let mut last = None;
        for (index, place) in self.candidate.places.iter().enumerate() {
            if index > 0
                && let Some(failure) = &last
            {
                self.say(Level::Warn, format!("{failure}; trying {place}"));
            }
            match self.try_place(place) {
                Err(failure) if elsewhere(&failure) => last = Some(failure),
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| {
            let address = self.candidate.name.clone();
            BoxError::AddressMalformed { address }.into()
        }))
    }

    fn try_place(&self, place: &Place) -> Result<Installed> {
        let staging = self
            .store
            .dir()
            .join(format!("{ADDING}{}", short(&self.candidate.name)));
        let mut fetched = self.fetch(place, &staging);
        if matches!(fetched, Err(Fault::Stale)) {
            let text = format!("what was kept of {place} is of no use; fetching all of it");
            self.say(Level::Warn, text);
            fetched = self.fetch(place, &staging);
        }
        let result = match fetched {
            Ok(partial) => {
                let published = self.publish(place, &staging);
                // Only now: until the box is visible its bytes may be needed again,
                // as when a folder could not be made.
                let of_use = published
                    .as_ref()
                    .is_err_and(|failure| failure.downcast_ref::<BoxError>().is_none());
                if let Some(mut partial) = partial
                    && !of_use
                {
                    partial.give_up();
                }
                published
            }
            Err(Fault::Stale) => Err(BoxError::NotABox {
                place: place.to_string(),
                reason: "its bytes change from try to try".to_owned(),
            }
            .into()),
            Err(Fault::Failed(failure)) => Err(failure),
        };
        if result.is_err() {
            let _ = files::remove_dir_all(&staging);
        }
        result
    }

    /// Brings the content of the box into `staging`, verified. Returns the
    /// download that was kept for a next run.
    fn fetch(&self, place: &Place, staging: &Path) -> Result<Option<Partial>, Fault> {
        let candidate = self.candidate;
        let shown = Shown {
            machine: self.request.machine.clone(),
            id: candidate.name.clone(),
            label: format!("fetch {} {}", candidate.name, candidate.version),
        };
        let mut kinds: Vec<_> = candidate.checksums.iter().map(|sum| sum.kind).collect();
        kinds.extend(candidate.signature.as_ref().map(Detached::kind));
        // For the receipt, which the lock file is made from.
        if !kinds.contains(&ChecksumKind::Sha256) {
            kinds.push(ChecksumKind::Sha256);
        }
        let (producer, pieces) = stream(self.host, &shown, kinds);
        match place {
            Place::File(path) => {
                let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
                room(&place.to_string(), self.store.dir(), length, 0)?;
                let stop = AtomicBool::new(false);
                let read = |producer: Producer<'_>| producer.read_file(path, &stop);
                let (got, unpacked) = both(producer, pieces, read, &stop, staging, place);
                let leaves = unpacked?;
                let got = got?;
                self.verify(place, &got.sums)?;
                Receipt::note(staging, place, &got, &leaves.digest());
                Ok(None)
            }
            Place::Url(url) => {
                let client = Client::new(self.host, self.request)?;
                let mut partial = Partial::open(self.host, url.as_str(), |owner| {
                    let text =
                        format!("{place} is being fetched by another rove ({owner}); waiting");
                    self.say(Level::Info, text);
                })?;
                // Without a validator and without a checksum nobody could tell
                // whether the rest belongs to what was kept.
                if partial.note.validator.is_none() && candidate.checksums.is_empty() {
                    partial.give_up();
                    partial.reset(None, None)?;
                }
                let kept = partial.length();
                let stop = client.stop();
                let space =
                    |total: u64, kept: u64| room(&place.to_string(), self.store.dir(), total, kept);
                let read =
                    |producer: Producer<'_>| producer.read_url(&client, url, &mut partial, space);
                let (got, unpacked) = both(producer, pieces, read, &stop, staging, place);
                let verified = unpacked.and_then(|leaves| {
                    let got = got?;
                    self.verify(place, &got.sums).map(|()| (got, leaves))
                });
                match verified {
                    Ok((got, leaves)) => {
                        Receipt::note(staging, place, &got, &leaves.digest());
                        Ok(Some(partial))
                    }
                    Err(failure) if is_about_bytes(&failure) => {
                        partial.give_up();
                        let stale = matches!(
                            failure.downcast_ref(),
                            Some(BoxError::ChecksumDiffers { .. } | BoxError::NotABox { .. })
                        );
                        if kept > 0 && stale {
                            Err(Fault::Stale)
                        } else {
                            Err(failure.into())
                        }
                    }
                    Err(failure) => Err(failure.into()),
                }
            }
        }
    }

    fn verify(&self, place: &Place, found: &[Checksum]) -> Result<()> {
        // A catalog has a signature of its own, and a checksum vouches for the bytes.
        let vouched = self.candidate.signature.is_none() && !self.candidate.checksums.is_empty();
        if self.candidate.catalog.is_none() && !vouched {
            let sum = |kind| found.iter().find(|sum| sum.kind == kind).cloned();
            let machine = self.request.machine.as_deref();
            let signature = self.candidate.signature.as_ref();
            signing::judge(self.host, machine, place, None, signature, sum)?;
        }
        let pairs = self.candidate.checksums.iter().zip(found);
        for (expected, found) in pairs {
            if expected != found {
                return Err(BoxError::ChecksumDiffers {
                    place: place.to_string(),
                    expected: expected.clone(),
                    found: found.clone(),
                }
                .into());
            }
        }
        Ok(())
    }

    /// Returns whether the box that is there is not replaced: machines use it, and it
    /// is the same as the new one. If it is another one, that is an error, since their
    /// disks hold only what differs from the box.
    fn must_stay(&self, installed: &Installed, staging: &Path) -> Result<bool> {
        let machines: Vec<String> = self
            .request
            .in_use
            .iter()
            .filter(|used| {
                (&used.name, &used.version, &used.provider)
                    == (&installed.name, &installed.version, &installed.provider)
            })
            .map(|used| used.machine.clone())
            .collect();
        if machines.is_empty() {
            return Ok(false);
        }
        let tree = |dir: &Path| Receipt::read(dir).and_then(|receipt| receipt.tree);
        if tree(&installed.dir).is_some_and(|old| tree(staging) == Some(old)) {
            return Ok(true);
        }
        Err(BoxError::Used {
            name: installed.name.clone(),
            version: installed.version.clone(),
            provider: installed.provider.clone(),
            machines,
        }
        .into())
    }

    /// Makes what lies in `staging` a box that is found.
    fn publish(&self, place: &Place, staging: &Path) -> Result<Installed> {
        let provider = self.provider_of(place, staging)?;
        let candidate = self.candidate;
        match &candidate.provider {
            Some(expected) if *expected != provider => {
                return Err(BoxError::ProviderDiffers {
                    place: place.to_string(),
                    expected: expected.clone(),
                    found: provider,
                }
                .into());
            }
            None if !self.request.providers.is_empty()
                && !self.request.providers.contains(&provider) =>
            {
                return Err(BoxError::NoProvider {
                    name: candidate.name.clone(),
                    version: candidate.version.clone(),
                    wanted: self.request.providers.clone(),
                    offered: vec![provider],
                }
                .into());
            }
            _ => {}
        }
        let installed = self.installed(&provider);
        if is_box(&installed.dir) && !self.request.force {
            return Err(BoxError::AlreadyThere {
                name: installed.name,
                version: installed.version,
                provider,
            }
            .into());
        }
        if let Some(parent) = installed.dir.parent() {
            files::create_dir_all(parent)?;
        }
        if let Some(catalog) = &candidate.catalog {
            let url = match catalog {
                Place::File(path) => path.display().to_string(),
                Place::Url(url) => url.to_string(),
            };
            self.store.set_metadata_url(&candidate.name, &url)?;
        }
        if installed.dir.exists() {
            if self.must_stay(&installed, staging)? {
                files::remove_dir_all(staging)?;
                return Ok(installed);
            }
            self.store.discard(&installed.dir)?;
        }
        files::rename(staging, &installed.dir)?;
        Ok(installed)
    }
}

/// Reads on one thread and unpacks on this one. Returns how both ended.
fn both(
    producer: Producer<'_>,
    mut pieces: Pieces,
    read: impl FnOnce(Producer<'_>) -> Result<Got> + Send,
    stop: &AtomicBool,
    staging: &Path,
    place: &Place,
) -> (Result<Got>, Result<Leaves>) {
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(producer));
        let place = place.to_string();
        let unpacked = loop {
            let fresh =
                files::remove_dir_all(staging).and_then(|()| files::create_dir_all(staging));
            let unpacked = fresh.and_then(|()| unpack(&mut pieces, staging, &place));
            if !pieces.restarted() {
                break unpacked;
            }
        };
        let cut = pieces.was_cut();
        stop.store(true, Ordering::Relaxed);
        drop(pieces);
        let sums = reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match sums {
            // The unpacker saw the stream end because the reader failed.
            Err(failure) if cut => {
                let nothing = Got {
                    sums: Vec::new(),
                    length: 0,
                };
                (Ok(nothing), Err(failure))
            }
            sums => (sums, unpacked),
        }
    })
}

/// Whether the failure says that the bytes are wrong, so that none is kept.
fn is_about_bytes(failure: &Failure) -> bool {
    matches!(
        failure.downcast_ref(),
        Some(
            BoxError::ChecksumDiffers { .. }
                | BoxError::NotABox { .. }
                | BoxError::FormatUnknown { .. }
                | BoxError::Hostile { .. }
                | BoxError::WebPage { .. }
        )
    )
}

/// Whether another mirror may do better.
fn elsewhere(failure: &Failure) -> bool {
    matches!(
        failure.downcast_ref(),
        Some(
            BoxError::Gone { .. }
                | BoxError::Forbidden { .. }
                | BoxError::Refused { .. }
                | BoxError::Unreachable { .. }
                | BoxError::Broken { .. }
                | BoxError::TooManyRequests { .. }
                | BoxError::Redirects { .. }
                | BoxError::WebPage { .. }
                | BoxError::ChecksumDiffers { .. }
        )
    )
}

impl Adder<'_> {
    /// Returns the provider a box is made for. The oldest boxes are bare exports of
    /// VirtualBox without metadata; they get some.
    fn provider_of(&self, place: &Place, dir: &Path) -> Result<String> {
        let not_a_box = |reason: String| BoxError::NotABox {
            place: place.to_string(),
            reason,
        };
        let path = dir.join("metadata.json");
        if !path.exists() && dir.join("box.ovf").exists() {
            files::write_atomic(
                &path,
                json!({"provider": "virtualbox"}).to_string().as_bytes(),
            )?;
            Receipt::seal(self.host, dir)?;
        }
        if !path.is_file() {
            return Err(not_a_box("there is no `metadata.json` in it".to_owned()).into());
        }
        if files::size(&path).is_none_or(|size| size > MAX_METADATA) {
            return Err(not_a_box("its `metadata.json` is too long".to_owned()).into());
        }
        let metadata: Value = serde_json::from_slice(&files::read(&path)?)
            .map_err(|error| not_a_box(format!("its `metadata.json` is no JSON: {error}")))?;
        let Some(provider) = metadata["provider"].as_str() else {
            return Err(not_a_box("its `metadata.json` names no provider".to_owned()).into());
        };
        check_part(place, "provider", provider)?;
        Ok(provider.to_owned())
    }
}
