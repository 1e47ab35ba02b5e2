//! A client of QEMU's control socket: one connection, one command at a time.
//! Events are skipped, states are asked for instead. It knows the protocol,
//! not what the commands are for.
//!
//! Protocol: QEMU's "QEMU Machine Protocol Specification". QEMU serves one
//! client per socket; a second one gets no greeting until the first has left,
//! so connections are short and every wait has a limit.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::QemuError;
use crate::error::Result;

/// A connection.
pub(super) struct Qmp {
    reader: BufReader<Stream>,
}

/// How long a command may take unless said otherwise. QEMU answers within
/// milliseconds; the limit is for a host that swaps.
const ANSWER: Duration = Duration::from_secs(30);

#[cfg(unix)]
type Stream = std::os::unix::net::UnixStream;
/// Elsewhere the socket's file holds the port of a loopback connection.
#[cfg(not(unix))]
type Stream = std::net::TcpStream;

#[cfg(unix)]
fn open(path: &Path) -> io::Result<Stream> {
    Stream::connect(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<Stream> {
    let text =
        crate::host::files::read_text(path).map_err(|error| io::Error::other(error.to_string()))?;
    let port: u16 = text.trim().parse().map_err(io::Error::other)?;
    Stream::connect(("127.0.0.1", port))
}

impl Qmp {
    /// Connects and gets ready for commands. Ends within about `limit`.
    pub(super) fn connect(path: &Path, limit: Duration) -> io::Result<Self> {
        let mut qmp = Self::open(path, limit)?;
        let greeting = qmp.read()?;
        if greeting.get("QMP").is_none() {
            return Err(io::Error::other("no QMP greeting"));
        }
        qmp.exchange("qmp_capabilities", &Value::Null)?
            .map_err(io::Error::other)?;
        qmp.reader.get_ref().set_read_timeout(Some(ANSWER))?;
        Ok(qmp)
    }

    fn open(path: &Path, limit: Duration) -> io::Result<Self> {
        // In a thread: `connect` blocks as long as the socket's queue is full,
        // and std has no limit for that on Unix sockets.
        let (sender, receiver) = mpsc::channel();
        let socket: PathBuf = path.to_owned();
        std::thread::spawn(move || {
            let _ = sender.send(open(&socket));
        });
        let stream = receiver
            .recv_timeout(limit)
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        Ok(Self {
            reader: BufReader::new(stream),
        })
    }

    /// Runs a command and returns what it returned. `arguments` is `Null` for none.
    pub(super) fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value> {
        match self.exchange(command, arguments) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(reason)) => Err(QemuError::Refused {
                command: command.to_owned(),
                reason,
            }
            .into()),
            Err(source) => Err(QemuError::Lost {
                command: command.to_owned(),
                source,
            }
            .into()),
        }
    }

    /// Waits long for answers from now on: QEMU answers nothing while it writes
    /// a guest's memory into an image, which takes as long as the disk takes.
    pub(super) fn be_patient(&mut self) {
        let _ = self
            .reader
            .get_ref()
            .set_read_timeout(Some(Duration::from_secs(3600)));
    }

    /// Returns the machine's run state: `running`, `paused`, `inmigrate`, ….
    pub(super) fn status(&mut self) -> Result<String> {
        let answer = self.execute("query-status", &Value::Null)?;
        Ok(answer["status"].as_str().unwrap_or_default().to_owned())
    }

    /// Returns the run state of the QEMU at `path`, if it says it within about
    /// `limit`. All is sent at once: QEMU's main loop may be a while about each
    /// wake-up when guests keep the host busy.
    pub(super) fn glance(path: &Path, limit: Duration) -> io::Result<String> {
        let mut qmp = Self::open(path, limit)?;
        qmp.reader
            .get_mut()
            .write_all(b"{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"query-status\"}\n")?;
        loop {
            // Greeting, empty answer, perhaps events.
            if let Some(status) = qmp.read()?["return"]["status"].as_str() {
                return Ok(status.to_owned());
            }
        }
    }

    /// Sends `quit`. QEMU may be gone before its answer is read.
    pub(super) fn quit(mut self) {
        let _ = self.exchange("quit", &Value::Null);
    }

    /// The outer error is the connection's, the inner one QEMU's.
    fn exchange(&mut self, command: &str, arguments: &Value) -> io::Result<Result<Value, String>> {
        let mut message = json!({ "execute": command });
        if !arguments.is_null() {
            message["arguments"] = arguments.clone();
        }
        let mut line = message.to_string();
        line.push('\n');
        self.reader.get_mut().write_all(line.as_bytes())?;
        loop {
            let mut answer = self.read()?;
            if let Some(value) = answer.get_mut("return") {
                return Ok(Ok(value.take()));
            }
            if let Some(error) = answer.get("error") {
                let reason = error["desc"].as_str().unwrap_or("no reason given");
                return Ok(Err(reason.to_owned()));
            }
        }
    }

    fn read(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        serde_json::from_str(&line).map_err(io::Error::other)
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}"#;

    /// Serves one client: after the greeting, each request is answered by the
    /// next lines of the script. Returns the requests.
    fn server(
        dir: &Path,
        greeting: &'static str,
        script: Vec<&'static str>,
    ) -> (PathBuf, std::thread::JoinHandle<Vec<Value>>) {
        let path = dir.join("qmp");
        let listener = UnixListener::bind(&path).unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            writeln!(stream, "{greeting}").unwrap();
            let mut requests = Vec::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            for answer in script {
                let mut line = String::new();
                if lines.read_line(&mut line).unwrap() == 0 {
                    break;
                }
                requests.push(serde_json::from_str(&line).unwrap());
                writeln!(stream, "{answer}").unwrap();
            }
            requests
        });
        (path, thread)
    }

    #[test]
    fn commands_are_answered_and_events_skipped() {
        let dir = tempfile::tempdir().unwrap();
        let (path, thread) = server(
            dir.path(),
            GREETING,
            vec![
                r#"{"return": {}}"#,
                "{\"event\": \"RESUME\", \"timestamp\": {}}\n{\"return\": {\"status\": \"running\", \"running\": true}}",
                r#"{"error": {"class": "GenericError", "desc": "no such node"}}"#,
            ],
        );
        let mut qmp = Qmp::connect(&path, Duration::from_secs(5)).unwrap();
        assert_eq!(qmp.status().unwrap(), "running");
        let error = qmp
            .execute("snapshot-save", &json!({"tag": "a"}))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "QEMU refused `snapshot-save`: no such node"
        );
        drop(qmp);
        assert_eq!(
            thread.join().unwrap(),
            [
                json!({"execute": "qmp_capabilities"}),
                json!({"execute": "query-status"}),
                json!({"execute": "snapshot-save", "arguments": {"tag": "a"}}),
            ]
        );
    }

    #[test]
    fn a_connection_that_breaks_names_the_command() {
        let dir = tempfile::tempdir().unwrap();
        let (path, thread) = server(dir.path(), GREETING, vec![r#"{"return": {}}"#]);
        let mut qmp = Qmp::connect(&path, Duration::from_secs(5)).unwrap();
        thread.join().unwrap();
        let error = qmp.execute("stop", &Value::Null).unwrap_err();
        assert_eq!(
            error.to_string(),
            "lost the control connection to QEMU during `stop`"
        );
    }

    #[test]
    fn a_socket_without_greeting_ends_at_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("qmp");
        let _listener = UnixListener::bind(&path).unwrap();
        let error = Qmp::connect(&path, Duration::from_millis(30))
            .err()
            .unwrap();
        assert!(
            matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
            ),
            "{error:?}"
        );
        assert!(Qmp::connect(&dir.path().join("none"), Duration::from_secs(1)).is_err());
    }

    #[test]
    fn something_else_on_the_socket_is_not_taken_for_qemu() {
        let dir = tempfile::tempdir().unwrap();
        let (path, thread) = server(dir.path(), r#"{"hello": 1}"#, Vec::new());
        assert!(Qmp::connect(&path, Duration::from_secs(5)).is_err());
        thread.join().unwrap();
    }
}
