//! Which file a request means: asks catalogs, downloads nothing.

use crate::error::{Failure, Result};
use crate::event::Level;
use crate::host::{FileError, Host, files};
use crate::source::nearest;

use super::cache::Cached;
use super::fetch::{Client, Trouble, offline, server};
use super::name::{Place, Seen, fault_of, is_address, is_box_name, places};
use super::signing::{self, Detached, SignatureError};
use super::sources::{self, Way};
use super::stream::head;
use super::sums;
use super::version::Version;
use super::{BoxError, Candidate, Catalog, Checksum, KnownImage, Request, Store};

/// A longer text is no catalog (Vagrant's limit too).
const MAX_CATALOG: u64 = 20 << 20;
/// Catalogs are asked for; a server that has but a box file gives that.
const ACCEPT: &str = "application/json, */*;q=0.5";

/// What lies at a place.
enum Found {
    Catalog(Vec<u8>),
    BoxFile,
}

/// Returns the one file that `request` means.
pub fn resolve(host: &Host, request: &Request) -> Result<Candidate> {
    let typed: Vec<&str> = if request.urls.is_empty() {
        request.name.as_deref().into_iter().collect()
    } else {
        request.urls.iter().map(String::as_str).collect()
    };
    if let [name] = typed[..]
        && is_box_name(name)
        && !seen(host, name).is_file
    {
        return by_name(host, request, name);
    }
    let mut asker = Asker {
        host,
        request,
        client: None,
        key: None,
    };
    let mut mirrors = Vec::new();
    let mut last = None;
    for address in &typed {
        let places = places_of(host, address)?;
        match asker.first(address, &places) {
            Ok((place, Found::Catalog(text))) => {
                if typed.len() > 1 {
                    let place = place.to_string();
                    return Err(BoxError::SeveralCatalogs { place }.into());
                }
                return from_catalog(request, place, &text);
            }
            Ok((place, Found::BoxFile)) => mirrors.push(place),
            Err(failure) if typed.len() > 1 && failure.downcast_ref::<BoxError>().is_some() => {
                let machine = request.machine.as_deref();
                host.say(
                    machine,
                    Level::Warn,
                    format!("{failure}; trying the next address"),
                );
                last = Some(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    match (mirrors.first(), last) {
        (Some(_), _) => asker.plain(mirrors),
        (None, Some(failure)) => Err(failure),
        (None, None) => Err(BoxError::AddressMalformed {
            address: String::new(),
        }
        .into()),
    }
}

/// One step of the search for a box by its name.
#[derive(Debug)]
pub struct Asked {
    /// The source.
    pub way: Way,
    /// What it answered; `None` where it was not asked.
    pub answer: Option<Result<Candidate>>,
}

/// Asks the sources of the box `name` one after the other until one has what
/// `request` wants, and returns all of them.
pub fn found_where(host: &Host, request: &Request, name: &str) -> Result<Vec<Asked>> {
    asked(host, request, name, false)
}

/// Like [`found_where`], and asks also those that come after one that has it.
pub fn found_everywhere(host: &Host, request: &Request, name: &str) -> Result<Vec<Asked>> {
    asked(host, request, name, true)
}

/// Fails if there is no file at an address now. Takes nothing of it.
pub fn there(host: &Host, request: &Request, address: &str) -> Result<()> {
    match places_of(host, address)?.first() {
        Some(Place::Url(url)) => {
            let client = Client::new(host, request)?;
            client.touch(url).map_err(|it| it.give_up(url))
        }
        Some(Place::File(path)) if !path.is_file() => {
            let (path, near) = (path.clone(), None);
            Err(BoxError::NoSuchFile { path, near }.into())
        }
        _ => Ok(()),
    }
}

fn asked(host: &Host, request: &Request, name: &str, all: bool) -> Result<Vec<Asked>> {
    let mut request = request.clone();
    if request.name.is_none() {
        // What a source calls it is no concern of the store.
        request.name = Some(name.to_owned());
        request.urls.clear();
    }
    let mut asker = Asker {
        host,
        request: &request,
        client: None,
        key: None,
    };
    let mut found = false;
    let mut steps = Vec::new();
    for way in sources::ways(host, name)? {
        let answer = if found && !all || way.name.is_none() {
            None
        } else {
            let answer = asker.ask(&way);
            found |= answer.is_ok();
            match answer {
                Err(failure) if !is_an_answer(&failure) => return Err(failure),
                answer => Some(answer),
            }
        };
        steps.push(Asked { way, answer });
    }
    Ok(steps)
}

fn by_name(host: &Host, request: &Request, name: &str) -> Result<Candidate> {
    let mut failures: Vec<(String, Failure)> = Vec::new();
    for step in found_where(host, request, name)? {
        match step.answer {
            Some(Ok(candidate)) => {
                for (place, failure) in &failures {
                    let text = format!("`{name}` is not at {place}: {failure}");
                    host.say(request.machine.as_deref(), Level::Warn, text);
                }
                if let (false, Some(catalog)) = (failures.is_empty(), &candidate.catalog) {
                    let text = format!("`{name}` is at {catalog}");
                    host.say(request.machine.as_deref(), Level::Info, text);
                }
                return Ok(candidate);
            }
            Some(Err(failure)) => failures.push((step.way.source.place, failure)),
            None => {}
        }
    }
    Err(nowhere(name, failures))
}

/// Returns the catalog of the box `name`, and where it is: at the address of `request`,
/// else at the first source whose catalog `accept` takes.
pub(super) fn catalog_of(
    host: &Host,
    request: &Request,
    name: &str,
    accept: &dyn Fn(&Catalog, &Place) -> Result<()>,
) -> Result<(Place, Catalog)> {
    let mut asker = Asker {
        host,
        request,
        client: None,
        key: None,
    };
    if let Some(address) = request.urls.first() {
        return asker.catalog(address, &places_of(host, address)?, accept);
    }
    if !is_box_name(name) {
        return asker.catalog(name, &places_of(host, name)?, accept);
    }
    let mut failures = Vec::new();
    for way in sources::ways(host, name)? {
        let Some(there) = &way.name else {
            continue;
        };
        match asker.catalog(there, &way.places, accept) {
            Ok(found) => return Ok(found),
            Err(failure) if is_an_answer(&failure) => failures.push((way.source.place, failure)),
            Err(failure) => return Err(failure),
        }
    }
    Err(nowhere(name, failures))
}

/// Returns whether a failure is about one place, and another may do better.
fn is_an_answer(failure: &Failure) -> bool {
    failure.downcast_ref::<BoxError>().is_some()
        || failure.downcast_ref::<FileError>().is_some()
        || failure.downcast_ref::<SignatureError>().is_some()
}

fn nowhere(name: &str, mut failures: Vec<(String, Failure)>) -> Failure {
    // With what to take instead, where a whole server is gone.
    let says_the_name = |failure: &Failure| {
        let reason = failure.downcast_ref();
        !matches!(
            reason,
            Some(BoxError::Unreachable { .. } | BoxError::Gone { .. })
        )
    };
    if failures.len() == 1 && (says_the_name(&failures[0].1) || KnownImage::like(name).is_none()) {
        return failures.remove(0).1;
    }
    let said = |(place, failure): (String, Failure)| (place, failure.to_string());
    BoxError::Nowhere {
        name: name.to_owned(),
        tried: failures.into_iter().map(said).collect(),
    }
    .into()
}

/// Returns the catalog at the one address of `request`; `None` if a box file
/// lies there.
pub(super) fn catalog(host: &Host, request: &Request) -> Result<Option<Catalog>> {
    let Some(address) = request.urls.first() else {
        return Ok(None);
    };
    let mut asker = Asker {
        host,
        request,
        client: None,
        key: None,
    };
    match asker.first(address, &places_of(host, address)?)? {
        (place, Found::Catalog(text)) => Ok(Some(Catalog::parse(&text, &place.to_string())?)),
        (_, Found::BoxFile) => Ok(None),
    }
}

fn places_of(host: &Host, address: &str) -> Result<Vec<Place>> {
    places(address, seen(host, address)).map_err(|error| match error {
        BoxError::NoSuchFile { path, .. } => {
            let near = near(host, address);
            BoxError::NoSuchFile { path, near }.into()
        }
        other => other.into(),
    })
}

/// Returns the box of the store that someone who typed `name` may mean: beginners
/// leave the first half out.
fn near(host: &Host, name: &str) -> Option<String> {
    let boxes = Store::open(host).list().ok()?;
    let half = |whole: &str| whole.split_once('/').is_some_and(|(_, last)| last == name);
    let names = || boxes.iter().map(|installed| installed.name.as_str());
    let found = names().find(|whole| half(whole));
    found.or_else(|| nearest(name, names())).map(str::to_owned)
}

fn seen<'a>(host: &'a Host, address: &str) -> Seen<'a> {
    Seen {
        cwd: &host.cwd,
        is_file: !is_address(address) && host.cwd.join(address).is_file(),
        server: server(host),
    }
}

struct Asker<'a> {
    host: &'a Host,
    request: &'a Request,
    client: Option<Client>,
    /// The key that has to sign what comes now, where its source names one.
    key: Option<String>,
}

impl Asker<'_> {
    fn ask(&mut self, way: &Way) -> Result<Candidate> {
        let name = way.name.as_deref().unwrap_or_default();
        self.key.clone_from(&way.source.key);
        let candidate = match self.first(name, &way.places)? {
            (place, Found::Catalog(text)) => from_catalog(self.request, place, &text)?,
            (place, Found::BoxFile) => self.plain(vec![place])?,
        };
        // Known before the first byte: another source may have what is wanted.
        if let Some(expected) = &self.request.checksum
            && let Some(offered) = candidate
                .checksums
                .iter()
                .find(|sum| sum.kind == expected.kind && *sum != expected)
        {
            return Err(BoxError::OtherBytes {
                name: candidate.name.clone(),
                version: candidate.version.clone(),
                offered: offered.clone(),
                expected: expected.clone(),
            }
            .into());
        }
        Ok(candidate)
    }

    /// Returns the box of a file without a catalog. Distributions publish checksum
    /// files beside their images.
    fn plain(&mut self, places: Vec<Place>) -> Result<Candidate> {
        let mut candidate = plain(self.request, places)?;
        if !offline(self.host) || matches!(candidate.places[0], Place::File(_)) {
            candidate.signature = self.signature_of(&candidate.places[0])?;
        }
        let place = &candidate.places[0];
        let name = place.file_name();
        if !candidate.checksums.is_empty() || !sums::is_image(&name) || offline(self.host) {
            return Ok(candidate);
        }
        let machine = self.request.machine.as_deref();
        let known = match place {
            Place::Url(url) => KnownImage::checksums_of(url.as_str()),
            Place::File(_) => None,
        };
        for beside in known.into_iter().chain(sums::names(&name)) {
            let at = place.beside(&beside)?;
            let own = beside.starts_with(&name);
            let sum = self
                .text_at(&at, sums::MAX_SUMS)
                .and_then(|text| sums::find(&text, &name, own));
            if let Some(sum) = sum {
                let text = format!("{at} says what {name} must hash to");
                self.host.say(machine, Level::Info, text);
                candidate.checksums.push(sum);
                return Ok(candidate);
            }
        }
        let text = format!(
            "no checksum file lies beside {place}: its bytes cannot be verified, give their sum with `--checksum` or `config.vm.box_download_checksum`"
        );
        self.host.say(machine, Level::Warn, text);
        Ok(candidate)
    }

    /// Fails unless a catalog is signed as it has to be.
    fn signed(&mut self, place: &Place, text: &[u8]) -> Result<()> {
        if matches!(place, Place::Url(_)) && offline(self.host) {
            // What is kept was verified when it came.
            return Ok(());
        }
        let signature = self.signature_of(place)?;
        let machine = self.request.machine.as_deref();
        let sum = |kind| Some(Checksum::of(kind, text));
        let key = self.key.as_deref();
        let judged = signing::judge(self.host, machine, place, key, signature.as_ref(), sum);
        if let (Err(_), Place::Url(url)) = (&judged, place) {
            Cached::forget(self.host, url);
        }
        judged
    }

    /// Returns the signature that lies beside a file.
    fn signature_of(&mut self, place: &Place) -> Result<Option<Detached>> {
        let name = place.file_name();
        // A server in Vagrant Cloud's scheme has none, and would be asked in vain.
        let is_file = matches!(place, Place::File(_)) || name.contains('.');
        if name.is_empty() || !is_file && self.key.is_none() {
            return Ok(None);
        }
        let beside = place.beside(&format!("{name}{}", signing::ENDING))?;
        let text = self.text_at(&beside, signing::MAX_SIGNATURE);
        Ok(text.and_then(|text| Detached::read(&text)))
    }

    /// Returns a short text, if there is one.
    fn text_at(&mut self, place: &Place, limit: u64) -> Option<String> {
        let url = match place {
            Place::File(path) => {
                let short = files::size(path).is_some_and(|size| size <= limit);
                return short.then(|| files::read_text(path).ok()).flatten();
            }
            Place::Url(url) => url,
        };
        if self.client.is_none() {
            self.client = Client::new(self.host, self.request).ok();
        }
        let mut reply = self.client.as_ref()?.glance(url)?;
        let mut text = Vec::new();
        loop {
            let wanted = text.len() + (64 << 10);
            if !reply.read(&mut text, wanted).ok()? {
                break;
            }
            if text.len() as u64 > limit {
                return None;
            }
        }
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn catalog(
        &mut self,
        address: &str,
        places: &[Place],
        accept: &dyn Fn(&Catalog, &Place) -> Result<()>,
    ) -> Result<(Place, Catalog)> {
        let (place, found) = self.first(address, places)?;
        let Found::Catalog(text) = found else {
            let place = place.to_string();
            let reason = "it is a box file".to_owned();
            return Err(BoxError::CatalogMalformed { place, reason }.into());
        };
        let catalog = Catalog::parse(&text, &place.to_string())?;
        accept(&catalog, &place)?;
        Ok((place, catalog))
    }

    /// Returns the first of `places` where there is something.
    fn first(&mut self, address: &str, places: &[Place]) -> Result<(Place, Found)> {
        let mut answer = None;
        for place in places {
            match self.look(place) {
                Ok(found) => {
                    if let Found::Catalog(text) = &found {
                        self.signed(place, text)?;
                    }
                    return Ok((place.clone(), found));
                }
                Err(failure) => {
                    let elsewhere = matches!(
                        failure.downcast_ref(),
                        Some(BoxError::Gone { .. } | BoxError::Offline { .. })
                    );
                    if !elsewhere {
                        return Err(failure);
                    }
                    answer = Some(failure);
                }
            }
        }
        if places.len() > 1 && offline(self.host) {
            let place = address.to_owned();
            return Err(BoxError::Offline { place }.into());
        }
        if places.len() > 1 {
            return Err(BoxError::NotFound {
                name: address.to_owned(),
                server: root_of(&places[places.len() - 1], address),
            }
            .into());
        }
        Err(answer.unwrap_or_else(|| {
            let address = address.to_owned();
            BoxError::AddressMalformed { address }.into()
        }))
    }

    fn look(&mut self, place: &Place) -> Result<Found> {
        let url = match place {
            Place::File(path) if !path.exists() => {
                return Err(BoxError::NoSuchFile {
                    path: path.clone(),
                    near: None,
                }
                .into());
            }
            Place::File(path) => {
                let is_text = head(path, 512)?.trim_ascii_start().starts_with(b"{");
                let length = std::fs::metadata(path)
                    .map_err(|error| FileError::new("read", path, error))?
                    .len();
                return if is_text && length <= MAX_CATALOG {
                    Ok(Found::Catalog(files::read(path)?))
                } else {
                    Ok(Found::BoxFile)
                };
            }
            Place::Url(url) => url,
        };
        let cached = Cached::open(self.host, url);
        if offline(self.host) {
            let Some(cached) = cached else {
                let place = place.to_string();
                return Err(BoxError::Offline { place }.into());
            };
            let text = format!("offline: the catalog {place} is {}", cached.age(self.host));
            let machine = self.request.machine.as_deref();
            self.host.say(machine, Level::Info, text);
            return Ok(Found::Catalog(cached.text.into_bytes()));
        }
        if self.client.is_none() {
            self.client = Some(Client::new(self.host, self.request)?);
        }
        let client = self.client.as_ref().expect("it was made just now");
        let mut tries = 0;
        loop {
            match catalog_at(self.host, client, url, cached.clone()) {
                Ok(Some(text)) => return Ok(Found::Catalog(text)),
                Ok(None) => return Ok(Found::BoxFile),
                Err(Trouble::Broke(broke)) if broke.unreachable.is_none() && tries < 2 => {
                    tries += 1;
                    let why = format!("the connection broke: {}", broke.reason);
                    client.wait_told(std::time::Duration::from_secs(tries), &why)?;
                }
                Err(trouble) => return Err(trouble.give_up(url)),
            }
        }
    }
}

/// Returns the server that `place` of the box `name` belongs to, for people.
fn root_of(place: &Place, name: &str) -> String {
    let text = place.to_string();
    let root = text.strip_suffix(name).unwrap_or(&text);
    root.trim_end_matches('/').to_owned()
}

/// Returns the text at an address if it is a catalog. Of a box file only the
/// beginning is read: the connection is then dropped.
fn catalog_at(
    host: &Host,
    client: &Client,
    url: &url::Url,
    cached: Option<Cached>,
) -> Result<Option<Vec<u8>>, Trouble> {
    let (etag, modified) = cached.as_ref().map_or((None, None), |it| {
        (it.etag.as_deref(), it.modified.as_deref())
    });
    let mut reply = client.get_changed(url, ACCEPT, etag, modified)?;
    if let (304, Some(cached)) = (reply.status(), cached) {
        let text = cached.text.clone().into_bytes();
        cached.confirm(host, url);
        return Ok(Some(text));
    }
    let (etag, modified) = reply.version();
    let kind = reply.content_type().unwrap_or_default();
    let says_json = kind == "application/json" || kind.ends_with("+json");
    let mut text = Vec::new();
    let mut more = reply.read(&mut text, 1)?;
    let start = text.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if start.starts_with(b"<") || kind == "text/html" {
        let url = super::name::without_secrets(url);
        return Err(BoxError::WebPage { url }.into());
    }
    if !says_json && !start.starts_with(b"{") {
        return Ok(None);
    }
    while more && text.len() as u64 <= MAX_CATALOG {
        let wanted = text.len() + (64 << 10);
        more = reply.read(&mut text, wanted)?;
    }
    if text.len() as u64 > MAX_CATALOG {
        return Err(BoxError::CatalogMalformed {
            place: super::name::without_secrets(url),
            reason: "it is too long".to_owned(),
        }
        .into());
    }
    // Only what can be read is worth keeping.
    if Catalog::parse(&text, "").is_ok() {
        Cached::keep(host, url, etag, modified, &text);
    }
    Ok(Some(text))
}

fn from_catalog(request: &Request, place: Place, text: &[u8]) -> Result<Candidate> {
    let catalog = Catalog::parse(text, &place.to_string())?;
    let malformed = |reason: String| BoxError::CatalogMalformed {
        place: place.to_string(),
        reason,
    };
    let name = match (&request.name, &catalog.name) {
        // A name that is an address or a path says where, not what.
        (Some(wanted), Some(found)) if wanted != found && !request.urls.is_empty() => {
            return Err(BoxError::NameDiffers {
                place: place.to_string(),
                wanted: wanted.clone(),
                found: found.clone(),
            }
            .into());
        }
        (Some(wanted), _) => wanted.clone(),
        (None, Some(found)) => found.clone(),
        (None, None) => return Err(malformed("it has no `name`".to_owned()).into()),
    };
    let (release, offer) = catalog.require(
        &name,
        &request.constraint,
        &request.providers,
        &request.architecture,
    )?;
    let Some(url) = &offer.url else {
        let reason = format!("{} for {} has no `url`", release.text, offer.provider);
        return Err(malformed(reason).into());
    };
    check_part(&place, "version", &release.text)?;
    check_part(&place, "provider", &offer.provider)?;
    let own = Checksum::read(offer.checksum_type.as_deref(), offer.checksum.as_deref())?;
    let architecture = offer.folder_architecture().map(str::to_owned);
    if let Some(architecture) = &architecture {
        check_part(&place, "architecture", architecture)?;
    }
    Ok(Candidate {
        places: vec![place.beside(url)?],
        version: release.text.clone(),
        provider: Some(offer.provider.clone()),
        architecture,
        checksums: own.into_iter().chain(request.checksum.clone()).collect(),
        signature: None,
        catalog: Some(place),
        name: checked(name)?,
    })
}

/// Returns a name that a box can have.
fn checked(name: String) -> Result<String, BoxError> {
    match fault_of(&name) {
        Some(reason) => Err(BoxError::NameMalformed { name, reason }),
        None => Ok(name),
    }
}

/// Names from a catalog become folders: nothing else may come of them.
pub(super) fn check_part(place: &Place, what: &str, text: &str) -> Result<(), BoxError> {
    if text.is_empty() || text.starts_with('.') || text.contains(['/', '\\', '\0', ':']) {
        return Err(BoxError::CatalogMalformed {
            place: place.to_string(),
            reason: format!("`{text}` is no {what}"),
        });
    }
    Ok(())
}

/// A box file without a catalog has version 0.
fn plain(request: &Request, places: Vec<Place>) -> Result<Candidate> {
    let place = places[0].to_string();
    let Some(name) = request.name.clone() else {
        return Err(BoxError::NameNeeded { place }.into());
    };
    let zero: Version = "0".parse()?;
    if !request.constraint.matches(&zero) {
        let constraint = request.constraint.to_string();
        return Err(BoxError::VersionNotChoosable { place, constraint }.into());
    }
    Ok(Candidate {
        name: checked(name)?,
        version: "0".to_owned(),
        provider: None,
        architecture: None,
        places,
        checksums: request.checksum.clone().into_iter().collect(),
        signature: None,
        catalog: None,
    })
}
