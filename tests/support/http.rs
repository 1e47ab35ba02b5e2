//! A real HTTP server on loopback for tests: serves files and catalogs, and can
//! be told to fail in all the ways that servers do. Every request is recorded.
//!
//! ```text
//! let server = Server::start();
//! server.file("/x.box", bytes);
//! server.fail("/x.box", Fault::Cut(1000));          // the next request only
//! server.always("/x.box", Fault::NoRanges);         // all requests
//! server.catalog("org/name", &json);                // both address schemes
//! assert_eq!(server.requests("/x.box").len(), 2);
//! ```

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "shared by test binaries that each use a part"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// One way to fail.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Close the connection after so many bytes of the body.
    Cut(u64),
    /// Answer as if ranges did not exist.
    NoRanges,
    /// Answer this status with a short text.
    Status(u16),
    /// Answer 429 with `retry-after`.
    TooMany(u64),
    /// Answer 429 with this date in `retry-after`.
    TooManyUntil(&'static str),
    /// Answer 200 with a web page.
    Html,
    /// Answer 302 to this address.
    Redirect(String),
    /// Send so many bytes, a pause, and so on.
    Slow(usize, Duration),
    /// Send so many bytes and then nothing, until the server ends.
    Stall(u64),
    /// Send no length: the end of the connection is the end of the body.
    NoLength,
    /// Close the connection without an answer.
    Hangup,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    /// Bytes of the body that were sent.
    pub(crate) sent: u64,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

#[derive(Clone)]
enum Body {
    Bytes(Arc<Vec<u8>>),
    File(PathBuf),
}

#[derive(Clone)]
struct Route {
    body: Body,
    kind: String,
    etag: Option<String>,
}

#[derive(Default)]
struct State {
    routes: HashMap<String, Route>,
    once: HashMap<String, Vec<Fault>>,
    always: HashMap<String, Vec<Fault>>,
    requests: Vec<Request>,
}

/// A server that ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let ended = Arc::new(AtomicBool::new(false));
        let (shared, flag) = (Arc::clone(&state), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if flag.load(Ordering::SeqCst) {
                    break;
                }
                let (shared, flag) = (Arc::clone(&shared), Arc::clone(&flag));
                if let Ok(stream) = stream {
                    // A client that goes away is part of the tests.
                    std::thread::spawn(move || drop(answer(stream, &shared, &flag)));
                }
            }
        });
        Self {
            address,
            state,
            ended,
            thread: Some(thread),
        }
    }

    /// Returns the address of a path: `http://127.0.0.1:PORT/path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns the address without a path, for `VAGRANT_SERVER_URL`.
    pub(crate) fn root(&self) -> String {
        self.url("")
    }

    /// Serves bytes at a path, with an entity tag of their content.
    pub(crate) fn file(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        let etag = Some(format!("\"{:x}-{}\"", sum(&bytes), bytes.len()));
        self.route(
            path,
            Body::Bytes(Arc::new(bytes)),
            "application/octet-stream",
            etag,
        );
    }

    /// Serves a file on disk at a path.
    pub(crate) fn file_on_disk(&self, path: &str, file: impl Into<PathBuf>) {
        let etag = Some("\"on-disk\"".to_owned());
        self.route(
            path,
            Body::File(file.into()),
            "application/octet-stream",
            etag,
        );
    }

    /// Serves JSON at a path.
    pub(crate) fn json(&self, path: &str, text: &str) {
        let bytes = text.as_bytes().to_vec();
        let etag = Some(format!("\"{:x}\"", sum(&bytes)));
        let bytes = Body::Bytes(Arc::new(bytes));
        self.route(path, bytes, "application/json", etag);
    }

    /// Serves a catalog where clients of Vagrant Cloud ask for it.
    pub(crate) fn catalog(&self, name: &str, text: &str) {
        self.json(&format!("/api/v2/vagrant/{name}"), text);
        self.json(&format!("/{name}"), text);
    }

    /// Takes the entity tag of a path away.
    pub(crate) fn without_etag(&self, path: &str) {
        self.state
            .lock()
            .unwrap()
            .routes
            .get_mut(path)
            .unwrap()
            .etag = None;
    }

    /// Fails the next request for a path; called again, the one after it.
    pub(crate) fn fail(&self, path: &str, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.once.entry(path.to_owned()).or_default().push(fault);
    }

    /// Fails every request for a path, also in the ways of earlier calls.
    pub(crate) fn always(&self, path: &str, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.always.entry(path.to_owned()).or_default().push(fault);
    }

    /// Ends what `always` began.
    pub(crate) fn recover(&self, path: &str) {
        self.state.lock().unwrap().always.remove(path);
    }

    /// Returns the requests for a path so far.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request> {
        let state = self.state.lock().unwrap();
        let all = state.requests.iter();
        all.filter(|request| request.path == path)
            .cloned()
            .collect()
    }

    /// Returns how many requests came in all.
    pub(crate) fn count(&self) -> usize {
        self.state.lock().unwrap().requests.len()
    }

    /// Returns all bodies' bytes sent for a path so far.
    pub(crate) fn bytes(&self, path: &str) -> u64 {
        self.requests(path).iter().map(|request| request.sent).sum()
    }

    fn route(&self, path: &str, body: Body, kind: &str, etag: Option<String>) {
        let kind = kind.to_owned();
        let route = Route { body, kind, etag };
        self.state
            .lock()
            .unwrap()
            .routes
            .insert(path.to_owned(), route);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves requests until the client or a fault ends the connection.
fn answer(stream: TcpStream, state: &Mutex<State>, ended: &AtomicBool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    // A proxy is asked for whole addresses.
    let target = target
        .strip_prefix("http://")
        .and_then(|rest| rest.find('/').map(|at| &rest[at..]))
        .unwrap_or(target);
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let request = Request {
        method,
        path,
        headers,
        sent: 0,
    };
    let (route, faults, index) = {
        let mut state = state.lock().unwrap();
        let mut faults = state.always.get(&request.path).cloned().unwrap_or_default();
        if let Some(once) = state
            .once
            .get_mut(&request.path)
            .filter(|once| !once.is_empty())
        {
            faults.push(once.remove(0));
        }
        state.requests.push(request.clone());
        let route = state.routes.get(&request.path).cloned();
        (route, faults, state.requests.len() - 1)
    };
    let mut sent = 0;
    let result = respond(stream, &request, route, &faults, ended, &mut sent);
    state.lock().unwrap().requests[index].sent = sent;
    result
}

fn respond(
    mut stream: TcpStream,
    request: &Request,
    route: Option<Route>,
    faults: &[Fault],
    ended: &AtomicBool,
    sent: &mut u64,
) -> std::io::Result<()> {
    let mut simple = |status: u16, extra: &str, kind: &str, body: &str| {
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{extra}Connection: close\r\n\r\n{body}"
        )
    };
    for fault in faults {
        match fault {
            Fault::Status(status) => return simple(*status, "", "text/plain", "no\n"),
            Fault::TooMany(seconds) => {
                let extra = format!("Retry-After: {seconds}\r\n");
                return simple(429, &extra, "text/plain", "later\n");
            }
            Fault::TooManyUntil(date) => {
                let extra = format!("Retry-After: {date}\r\n");
                return simple(429, &extra, "text/plain", "later\n");
            }
            Fault::Html => return simple(200, "", "text/html", "<!doctype html><p>Sign in</p>\n"),
            Fault::Redirect(to) => {
                let extra = format!("Location: {to}\r\n");
                return simple(302, &extra, "text/plain", "");
            }
            Fault::Hangup => return Ok(()),
            _ => {}
        }
    }
    let Some(route) = route else {
        return simple(404, "", "text/plain", "not found\n");
    };
    if let Some(etag) = &route.etag
        && request.header("if-none-match") == Some(etag)
    {
        return simple(304, &format!("ETag: {etag}\r\n"), &route.kind, "");
    }
    let total = match &route.body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::File(path) => std::fs::metadata(path)?.len(),
    };
    let ranges = !faults.iter().any(|fault| matches!(fault, Fault::NoRanges));
    let unchanged = match (request.header("if-range"), &route.etag) {
        (Some(wanted), Some(etag)) => wanted == etag,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let asked = request
        .header("range")
        .filter(|_| ranges && unchanged)
        .and_then(|range| {
            let (from, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((from.parse::<u64>().ok()?, last.parse::<u64>().ok()))
        });
    let from = asked.map(|(from, _)| from);
    if from.is_some_and(|from| from >= total) {
        let extra = format!("Content-Range: bytes */{total}\r\n");
        return simple(416, &extra, "text/plain", "");
    }
    let start = from.unwrap_or(0);
    let last = asked.and_then(|(_, last)| last);
    let end = last.map_or(total, |last| (last + 1).min(total));
    let mut head = format!("HTTP/1.1 {} X\r\n", if from.is_some() { 206 } else { 200 });
    head += &format!("Content-Type: {}\r\nConnection: close\r\n", route.kind);
    if !faults.iter().any(|fault| matches!(fault, Fault::NoLength)) {
        head += &format!("Content-Length: {}\r\n", end - start);
    }
    if from.is_some() {
        head += &format!("Content-Range: bytes {start}-{}/{total}\r\n", end - 1);
    }
    if ranges {
        head += "Accept-Ranges: bytes\r\n";
    }
    if let Some(etag) = &route.etag {
        head += &format!("ETag: {etag}\r\n");
    }
    write!(stream, "{head}\r\n")?;
    if request.method == "HEAD" {
        return Ok(());
    }
    let mut limit = end - start;
    let mut pace = None;
    let mut stall = false;
    for fault in faults {
        match fault {
            Fault::Cut(bytes) => limit = limit.min(*bytes),
            Fault::Stall(bytes) => {
                limit = limit.min(*bytes);
                stall = true;
            }
            Fault::Slow(bytes, pause) => pace = Some((*bytes, *pause)),
            _ => {}
        }
    }
    let mut body: Box<dyn Read> = match route.body {
        Body::Bytes(bytes) => {
            let start = usize::try_from(start).unwrap();
            Box::new(std::io::Cursor::new(bytes[start..].to_vec()))
        }
        Body::File(path) => {
            let mut file = std::fs::File::open(path)?;
            file.seek(SeekFrom::Start(start))?;
            Box::new(file)
        }
    };
    let mut buffer = vec![0; pace.map_or(256 << 10, |(bytes, _)| bytes)];
    while *sent < limit && !ended.load(Ordering::SeqCst) {
        let wanted = buffer.len().min(usize::try_from(limit - *sent).unwrap());
        let count = body.read(&mut buffer[..wanted])?;
        if count == 0 {
            break;
        }
        stream.write_all(&buffer[..count])?;
        *sent += count as u64;
        if let Some((_, pause)) = pace {
            std::thread::sleep(pause);
        }
    }
    while stall && !ended.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A checksum good enough for an entity tag (FNV-1a).
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
