//! HTTP: the only home of the client library, of TLS and of its runtime, which
//! exists only once something is asked for. A request here is one question with
//! its redirects, waits and retries; going on after a break is `stream`'s.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, LOCATION, RANGE, RETRY_AFTER,
};
use url::Url;

use crate::error::{Failure, Interrupted, Result};
use crate::event::Level;
use crate::host::{Host, files, variables};

use super::name::without_secrets;
use super::{BoxError, Request};

/// Where boxes without an address come from.
const DEFAULT_SERVER: &str = "https://vagrantcloud.com";
/// Hosts that are one service under several names; a token for one is for all.
pub(super) const DEFAULT_SERVER_HOSTS: [&str; 3] = [
    "vagrantcloud.com",
    "app.vagrantup.com",
    "atlas.hashicorp.com",
];
/// As many as Vagrant follows.
const MAX_REDIRECTS: usize = 10;
/// Tries at a server that answers 5xx.
const SERVER_FAULTS: u32 = 3;
/// Times that a 429 is waited for.
const MAX_WAITS: u32 = 5;
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// A server that asks for no wait at all, or for one that is over, gets this one.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// What is waited when a server says "later" without saying when.
const USUAL_WAIT: Duration = Duration::from_secs(10);
/// A connection without a byte for so long is broken.
const IDLE: Duration = Duration::from_secs(60);
/// How often Ctrl-C and the end of the work are looked at.
const TICK: Duration = Duration::from_millis(200);
/// HCP's own form of `retry-after`: seconds since 1970.
const HCP_RETRY_AFTER: HeaderName = HeaderName::from_static("x-hcp-vagrant-limit-retry-after");

/// Returns the address of the catalog server.
pub(super) fn server(host: &Host) -> &str {
    host.env
        .get(variables::VAGRANT_SERVER_URL)
        .unwrap_or(DEFAULT_SERVER)
}

/// Whether rove must keep off the network.
pub(super) fn offline(host: &Host) -> bool {
    host.env.is_on(variables::ROVE_OFFLINE)
}

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Asking again would not help.
    Final(Failure),
    /// The connection could not be made or broke: asking again may help.
    Broke(Broke),
}

/// A connection that could not be made or broke.
#[derive(Debug)]
pub(super) struct Broke {
    pub(super) reason: String,
    /// Where no connection came about: host and port.
    pub(super) unreachable: Option<String>,
}

impl From<BoxError> for Trouble {
    fn from(error: BoxError) -> Self {
        Self::Final(error.into())
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

impl Trouble {
    /// Returns the failure for the user when there is no further try.
    pub(super) fn give_up(self, url: &Url) -> Failure {
        match self {
            Self::Final(failure) => failure,
            Self::Broke(Broke {
                reason,
                unreachable: Some(host),
            }) => BoxError::Unreachable { host, reason }.into(),
            Self::Broke(Broke { reason, .. }) => BoxError::Broken {
                url: without_secrets(url),
                done: 0,
                total: None,
                tries: 1,
                reason,
                anew: false,
            }
            .into(),
        }
    }
}

/// From where on an address is read again.
pub(super) struct Resume<'a> {
    /// First byte that is wanted.
    pub(super) from: u64,
    /// What the server called the content when it began.
    pub(super) validator: Option<&'a str>,
}

/// Asks servers.
pub(super) struct Client {
    pub(super) host: Host,
    machine: Option<String>,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) http: reqwest::Client,
    server: Option<Url>,
    pub(super) token: Option<String>,
    location_trusted: bool,
    stop: Arc<AtomicBool>,
    pub(super) idle: Duration,
}

impl Client {
    /// Returns a client. Trusts the platform's certificates; proxies are those of
    /// the environment. Offline there is none: this is the one way to the network.
    pub(super) fn new(host: &Host, request: &Request) -> Result<Self> {
        let failed = |error: &dyn std::error::Error| BoxError::Client {
            reason: innermost(error),
        };
        if offline(host) {
            let place = request.name.clone().or(request.urls.first().cloned());
            return Err(BoxError::Offline {
                place: place.unwrap_or_default(),
            }
            .into());
        }
        // Ring instead of the default provider needs no C++ compiler and no CMake.
        // An error here only says that it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!(
                "rove/",
                env!("CARGO_PKG_VERSION"),
                " (+",
                env!("CARGO_PKG_REPOSITORY"),
                ")"
            ))
            // A download gains nothing from HTTP/2, whose windows slow it down; where several
            // connections help (`fetch_ahead`), they have to be several.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(20))
            .danger_accept_invalid_certs(request.insecure);
        if !has_proxy(host) {
            builder = builder.no_proxy();
        }
        for certificate in authorities(host, request)? {
            builder = builder.add_root_certificate(certificate);
        }
        if let Some(path) = &request.client_cert {
            let pem = files::read(path)?;
            let identity = reqwest::Identity::from_pem(&pem).map_err(|error| failed(&error))?;
            builder = builder.identity(identity);
        }
        let env = &host.env;
        let token = env
            .get(variables::VAGRANT_CLOUD_TOKEN)
            .or_else(|| env.get(variables::ATLAS_TOKEN));
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| failed(&error))?,
            http: builder.build().map_err(|error| failed(&error))?,
            server: Url::parse(server(host)).ok(),
            token: token.map(str::to_owned),
            location_trusted: request.location_trusted,
            machine: request.machine.clone(),
            host: host.clone(),
            stop: Arc::default(),
            idle: IDLE,
        })
    }

    /// Returns a flag that ends what the client waits for.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Asks for an address. Follows redirects, waits when there are too many
    /// requests, asks again when the server is at fault. The answer has status
    /// 200, 206 or 416; every other one is an error.
    pub(super) fn get(
        &self,
        url: &Url,
        accept: &'static str,
        resume: Option<&Resume<'_>>,
    ) -> Result<Reply<'_>, Trouble> {
        let mut headers = HeaderMap::new();
        if let Some(resume) = resume {
            set(&mut headers, RANGE, &format!("bytes={}-", resume.from));
            if let Some(validator) = resume.validator {
                set(&mut headers, IF_RANGE, validator);
            }
        }
        self.ask(url, accept, &headers)
    }

    /// Returns what lies at an address where there need not be anything: whatever else is
    /// answered, it is not asked again.
    pub(super) fn glance(&self, url: &Url) -> Option<Reply<'_>> {
        let (response, _) = self.follow(url, "*/*", &HeaderMap::new()).ok()?;
        (response.status().as_u16() == 200).then(|| Reply::new(self, response))
    }

    /// Asks for the first byte: whether there is something. Not every server, nor every
    /// signed address, takes HEAD.
    pub(super) fn touch(&self, url: &Url) -> Result<(), Trouble> {
        let mut headers = HeaderMap::new();
        set(&mut headers, RANGE, "bytes=0-0");
        self.ask(url, "*/*", &headers).map(drop)
    }

    /// Like [`Client::get`], for content that is here already under this entity
    /// tag or date: the answer has status 304 if it is still so.
    pub(super) fn get_changed(
        &self,
        url: &Url,
        accept: &'static str,
        etag: Option<&str>,
        modified: Option<&str>,
    ) -> Result<Reply<'_>, Trouble> {
        let mut headers = HeaderMap::new();
        // The tag says more than the date, which has whole seconds.
        match (etag, modified) {
            (Some(etag), _) => set(&mut headers, IF_NONE_MATCH, etag),
            (None, Some(modified)) => set(&mut headers, IF_MODIFIED_SINCE, modified),
            (None, None) => {}
        }
        self.ask(url, accept, &headers)
    }

    fn ask(
        &self,
        url: &Url,
        accept: &'static str,
        headers: &HeaderMap,
    ) -> Result<Reply<'_>, Trouble> {
        let (mut waits, mut faults) = (0, 0);
        loop {
            let (response, last) = self.follow(url, accept, headers)?;
            let status = response.status().as_u16();
            let shown = without_secrets(&last);
            match status {
                200 | 206 | 304 | 416 => return Ok(Reply::new(self, response)),
                401 | 403 => {
                    return Err(BoxError::Forbidden { url: shown, status }.into());
                }
                404 | 410 => return Err(BoxError::Gone { url: shown, status }.into()),
                429 => {
                    waits += 1;
                    let wait = self
                        .retry_after(response.headers())
                        .unwrap_or(USUAL_WAIT * waits)
                        .max(SHORTEST_WAIT);
                    let host = authority(&last);
                    if waits > MAX_WAITS || wait > LONGEST_WAIT {
                        return Err(BoxError::TooManyRequests { host, wait }.into());
                    }
                    self.wait_told(wait, &format!("{host} has too many requests"))?;
                }
                500..=599 => {
                    faults += 1;
                    if faults > SERVER_FAULTS {
                        return Err(BoxError::Refused { url: shown, status }.into());
                    }
                    let wait = self
                        .retry_after(response.headers())
                        .filter(|wait| *wait <= LONGEST_WAIT)
                        .unwrap_or(Duration::from_secs(1 << (faults - 1)));
                    self.wait_told(wait, &format!("{} answers {status}", authority(&last)))?;
                }
                _ => return Err(BoxError::Refused { url: shown, status }.into()),
            }
        }
    }

    /// Sends one request and those that redirects lead to.
    fn follow(
        &self,
        url: &Url,
        accept: &'static str,
        headers: &HeaderMap,
    ) -> Result<(reqwest::Response, Url), Trouble> {
        let mut next = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self
                .http
                .get(next.clone())
                .headers(headers.clone())
                .header(ACCEPT, accept);
            if let Some(token) = &self.token
                && (self.is_server(&next) || self.location_trusted && self.is_server(url))
            {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = self
                .wait(request.send())?
                .map_err(|error| broke(&error, &next))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((response, next));
            }
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok())
                .and_then(|location| next.join(location).ok())
                .filter(|target| matches!(target.scheme(), "http" | "https"));
            match target {
                Some(target) => next = target,
                None => break,
            }
        }
        let url = without_secrets(url);
        Err(BoxError::Redirects { url }.into())
    }

    /// Whether an address belongs to the catalog server: the only one that may
    /// see the token.
    pub(super) fn is_server(&self, url: &Url) -> bool {
        let Some(server) = &self.server else {
            return false;
        };
        let same =
            |host: Option<&str>| host.is_some_and(|host| DEFAULT_SERVER_HOSTS.contains(&host));
        url.scheme() == server.scheme()
            && url.port_or_known_default() == server.port_or_known_default()
            && (url.host_str() == server.host_str()
                || same(url.host_str()) && same(server.host_str()))
    }

    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
        let until = |seconds: u64| seconds.saturating_sub(self.host.clock.unix_seconds());
        text(RETRY_AFTER)
            .and_then(|text| text.parse().ok().or_else(|| date(text).map(until)))
            .or_else(|| text(HCP_RETRY_AFTER)?.parse().ok().map(until))
            .map(Duration::from_secs)
    }

    /// Waits, and says why and how long.
    pub(super) fn wait_told(&self, wait: Duration, why: &str) -> Result<()> {
        let text = format!("{why}; trying again in {} s", wait.as_secs_f32().ceil());
        self.host.say(self.machine.as_deref(), Level::Warn, text);
        self.host.clock.sleep(wait)
    }

    /// Runs a piece of network work, and leaves it on Ctrl-C, when nobody wants
    /// it any more, or when nothing happens for too long.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Trouble> {
        self.runtime.block_on(async {
            tokio::pin!(work);
            let mut waited = Duration::ZERO;
            loop {
                if let Ok(done) = tokio::time::timeout(TICK, &mut work).await {
                    return Ok(done);
                }
                if self.host.cancel.is_set() || self.stop.load(Ordering::Relaxed) {
                    return Err(Trouble::Final(Interrupted.into()));
                }
                waited += TICK;
                if waited >= self.idle {
                    return Err(Trouble::Broke(Broke {
                        reason: format!("nothing came for {} s", self.idle.as_secs()),
                        unreachable: None,
                    }));
                }
            }
        })
    }
}

/// An answer whose body is read piece by piece.
pub(super) struct Reply<'a> {
    pub(super) client: &'a Client,
    pub(super) response: reqwest::Response,
}

impl<'a> Reply<'a> {
    fn new(client: &'a Client, response: reqwest::Response) -> Self {
        Self { client, response }
    }

    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Returns the media type without its parameters.
    pub(super) fn content_type(&self) -> Option<String> {
        let full = self.header(&CONTENT_TYPE)?;
        Some(full.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// Returns the entity tag, weak ones too, and the date of the last change. A
    /// date as young as the answer is left out: another change in the same second
    /// would have the same date (RFC 9110, 8.8.2.2).
    pub(super) fn version(&self) -> (Option<String>, Option<String>) {
        let text = |name| self.header(name).map(str::to_owned);
        let seconds = |name| self.header(name).and_then(|text| date(text.trim()));
        let is_old = match (seconds(&LAST_MODIFIED), seconds(&DATE)) {
            (Some(changed), Some(answered)) => changed + 1 < answered,
            _ => false,
        };
        (text(&ETAG), text(&LAST_MODIFIED).filter(|_| is_old))
    }

    /// Returns the length of the body.
    pub(super) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Returns the first byte of a partial body and the length of the whole.
    pub(super) fn range(&self) -> (Option<u64>, Option<u64>) {
        let Some((range, total)) = self
            .header(&CONTENT_RANGE)
            .and_then(|range| range.trim().strip_prefix("bytes"))
            .and_then(|range| range.trim().split_once('/'))
        else {
            return (None, None);
        };
        let first = range
            .split_once('-')
            .and_then(|(first, _)| first.trim().parse().ok());
        (first, total.trim().parse().ok())
    }

    /// Returns what the server calls this content: a strong entity tag or a date.
    pub(super) fn validator(&self) -> Option<String> {
        self.header(&ETAG)
            .filter(|tag| !tag.starts_with("W/"))
            .or_else(|| self.header(&LAST_MODIFIED))
            .map(str::to_owned)
    }

    /// Adds bytes of the body to `buffer` until it holds `wanted` or the body
    /// ends. Returns whether more may come. What came before a break stays.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, Trouble> {
        while buffer.len() < wanted {
            let url = self.response.url().clone();
            let next = self.client.wait(self.response.chunk())?;
            match next.map_err(|error| broke(&error, &url))? {
                Some(bytes) => buffer.extend_from_slice(&bytes),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // What a server once sent and cannot be sent back is left out.
    if let Ok(value) = value.parse() {
        headers.insert(name, value);
    }
}

/// Returns the certificates to trust beside the platform's: those that were
/// asked for, else those of the variables that curl and OpenSSL read.
fn authorities(host: &Host, request: &Request) -> Result<Vec<reqwest::Certificate>> {
    let from_env = || {
        let names = [variables::CURL_CA_BUNDLE, variables::SSL_CERT_FILE];
        names.into_iter().find_map(|name| host.env.path(name))
    };
    let mut found = Vec::new();
    let file = request.ca_cert.clone().or_else(from_env);
    if let Some(path) = file.map(|path| host.cwd.join(path)) {
        found = reqwest::Certificate::from_pem_bundle(&files::read(&path)?).unwrap_or_default();
        if found.is_empty() {
            return Err(BoxError::NoCertificate { path }.into());
        }
    }
    if let Some(folder) = &request.ca_path {
        let before = found.len();
        // Revocation lists may lie beside the certificates.
        for name in files::list_dir(folder)? {
            let pem = files::read(&folder.join(name)).unwrap_or_default();
            found.extend(reqwest::Certificate::from_pem_bundle(&pem).unwrap_or_default());
        }
        if found.len() == before {
            let path = folder.clone();
            return Err(BoxError::NoCertificate { path }.into());
        }
    }
    Ok(found)
}

fn broke(error: &reqwest::Error, url: &Url) -> Trouble {
    Trouble::Broke(Broke {
        reason: innermost(error),
        unreachable: error.is_connect().then(|| authority(url)),
    })
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The innermost cause is the one that tells something: "connection refused".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Whether the environment names a proxy; the library then reads the details.
fn has_proxy(host: &Host) -> bool {
    ["http_proxy", "https_proxy", "all_proxy"]
        .into_iter()
        .any(|name| {
            host.env.get(name).is_some() || host.env.get(&name.to_ascii_uppercase()).is_some()
        })
}

/// Returns a date of a header in seconds since 1970.
fn date(text: &str) -> Option<u64> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    u64::try_from(parser.parse_timestamp(text).ok()?.as_second()).ok()
}
