//! Child processes. The only place that starts any.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use crate::error::{Explain, Interrupted, Kind, Result, full_guest};
use crate::op::Cmd;

use super::{Cancel, FileError, files};

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this status.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It was ended because its time was up.
    TimedOut,
}

/// What a program printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Returns whether it ended with status 0.
    pub fn success(&self) -> bool {
        self.exit == Exit::Code(0)
    }

    /// Returns standard output as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Returns standard error as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Returns itself, or an error with the command and the end of its output.
    pub fn check(self, cmd: &Cmd) -> Result<Self> {
        if self.success() {
            return Ok(self);
        }
        Err(RunnerError::Failed {
            command: cmd.show(),
            exit: self.exit,
            stderr: self.stderr_text(),
        }
        .into())
    }
}

/// A program could not be run, or failed.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The system could not start it.
    #[error("cannot start `{program}`")]
    Start {
        /// Program.
        program: String,
        /// Reason.
        source: std::io::Error,
    },
    /// It ended badly.
    #[error("`{command}` {}", describe(*exit))]
    Failed {
        /// The command line, secrets masked.
        command: String,
        /// How it ended.
        exit: Exit,
        /// Its standard error.
        stderr: String,
    },
}

fn describe(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("failed with status {code}"),
        Exit::Signal(signal) => format!("was ended by signal {signal}"),
        Exit::TimedOut => "took too long and was ended".to_owned(),
    }
}

impl Explain for RunnerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Start { .. } => Kind::Environment,
            Self::Failed { .. } => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            // rsync's words for its other end, in the guest.
            Self::Failed { stderr, .. } if stderr.contains("[receiver]") => {
                full_guest(stderr).into_iter().collect()
            }
            Self::Start { .. } | Self::Failed { .. } => Vec::new(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Start { .. } => None,
            Self::Failed { stderr, .. } => {
                Some(last_lines(stderr, 10)).filter(|text| !text.is_empty())
            }
        }
    }
}

/// Returns the last `count` lines of `text`.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A program that is talked to; dropping it ends it.
pub struct Conversation(Child);

impl Conversation {
    /// Returns what it reads from, once.
    pub fn take_stdin(&mut self) -> Option<impl Write + Send + 'static> {
        self.0.stdin.take()
    }

    /// Returns what it prints, once.
    pub fn take_stdout(&mut self) -> Option<impl Read + Send + 'static> {
        self.0.stdout.take()
    }

    /// Returns what it complains of, once.
    pub fn take_stderr(&mut self) -> Option<impl Read + Send + 'static> {
        self.0.stderr.take()
    }

    /// Returns how it ended, for people; `None` while it runs.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.0.try_wait().ok()??;
        Some(match exit_of(status) {
            Exit::Code(0) => "ended".to_owned(),
            exit => describe(exit),
        })
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs programs.
pub trait Runner: Send + Sync {
    /// Runs to the end and returns all output. A status other than 0 is not an
    /// error here. `time_limit` ends the program when it is over.
    fn run(&self, cmd: &Cmd, time_limit: Option<Duration>) -> Result<Output>;

    /// Runs to the end; each line (of both streams, without its line end) is
    /// handed out as it comes, `true` when it is from standard error.
    fn run_lines(&self, cmd: &Cmd, line: &mut dyn FnMut(bool, &str)) -> Result<Exit>;

    /// Runs on this terminal: standard streams are rove's own.
    fn run_attached(&self, cmd: &Cmd) -> Result<Exit>;

    /// Starts a program that outlives rove, in a session of its own, both
    /// output streams appended to `log`. Returns its pid.
    fn spawn(&self, cmd: &Cmd, log: &Path) -> Result<u32>;

    /// Starts a program that is talked to through its standard streams.
    fn converse(&self, cmd: &Cmd) -> Result<Conversation>;

    /// Returns a runner like this one that obeys another flag; `None` if this
    /// one obeys none.
    fn with_cancel(&self, _: &Cancel) -> Option<Arc<dyn Runner>> {
        None
    }
}

/// Runs real programs.
pub struct SystemRunner {
    cancel: Cancel,
}

impl SystemRunner {
    /// Returns a runner that ends its program when `cancel` is set.
    pub fn new(cancel: Cancel) -> Self {
        Self { cancel }
    }

    fn command(cmd: &Cmd) -> Command {
        let mut command = match cmd.ends_with_rove.then(death_guard).flatten() {
            Some(guard) => {
                let mut command = Command::new(guard);
                command
                    .args(["--pdeathsig", "KILL", "--", "sh", "-c", IF_ROVE_LIVES, "sh"])
                    .arg(std::process::id().to_string())
                    .arg(&cmd.program);
                command
            }
            None => Command::new(&cmd.program),
        };
        command.args(&cmd.args);
        for name in &cmd.env_remove {
            command.env_remove(name);
        }
        command.envs(cmd.env.iter().map(|(name, value)| (name, value)));
        if let Some(cwd) = &cmd.cwd {
            command.current_dir(cwd);
        }
        command
    }

    fn start(cmd: &Cmd, command: &mut Command) -> Result<Child> {
        command.spawn().map_err(|source| {
            RunnerError::Start {
                program: cmd.program.to_string_lossy().into_owned(),
                source,
            }
            .into()
        })
    }

    fn piped(cmd: &Cmd) -> Result<Child> {
        let mut command = Self::command(cmd);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if cmd.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        let mut child = Self::start(cmd, &mut command)?;
        if let (Some(bytes), Some(mut stdin)) = (cmd.stdin.clone(), child.stdin.take()) {
            // In a thread: a program may write much before it reads. One that
            // does not read to the end is no error.
            std::thread::spawn(move || {
                let _ = stdin.write_all(&bytes);
            });
        }
        Ok(child)
    }

    /// Waits for the end; ends the program when time is up or rove is interrupted.
    fn wait(&self, child: &mut Child, end: Option<Instant>) -> Result<Exit> {
        let mut pause = Duration::from_millis(1);
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return self.ended(exit_of(status)),
                Ok(None) => {}
                Err(source) => {
                    return Err(RunnerError::Start {
                        program: format!("process {}", child.id()),
                        source,
                    }
                    .into());
                }
            }
            let over = end.is_some_and(|end| Instant::now() >= end);
            if over || self.cancel.is_set() {
                let _ = child.kill();
                let _ = child.wait();
                return if over {
                    Ok(Exit::TimedOut)
                } else {
                    Err(Interrupted.into())
                };
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Tells a program that was interrupted with rove from one that failed: Ctrl-C
    /// in a terminal reaches both, and the program may be the first to end.
    fn ended(&self, exit: Exit) -> Result<Exit> {
        const SIGINT: i32 = 2;
        if exit == Exit::Signal(SIGINT) {
            for _ in 0..10 {
                if self.cancel.is_set() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        if exit != Exit::Code(0) && self.cancel.is_set() {
            return Err(Interrupted.into());
        }
        Ok(exit)
    }
}

impl Runner for SystemRunner {
    fn run(&self, cmd: &Cmd, time_limit: Option<Duration>) -> Result<Output> {
        let end = time_limit.map(|limit| Instant::now() + limit);
        let mut child = Self::piped(cmd)?;
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let exit = self.wait(&mut child, end)?;
        // A grandchild may hold the pipes open after a killed child: then the
        // readers never end, so they are only waited for after a normal exit.
        let take = |receiver: mpsc::Receiver<Vec<u8>>| match exit {
            Exit::TimedOut => receiver
                .recv_timeout(Duration::from_millis(100))
                .unwrap_or_default(),
            _ => receiver.recv().unwrap_or_default(),
        };
        Ok(Output {
            exit,
            stdout: take(stdout),
            stderr: take(stderr),
        })
    }

    fn run_lines(&self, cmd: &Cmd, line: &mut dyn FnMut(bool, &str)) -> Result<Exit> {
        let mut child = Self::piped(cmd)?;
        let (sender, receiver) = mpsc::channel();
        let streams: [(bool, Option<Box<dyn Read + Send>>); 2] = [
            (
                false,
                child
                    .stdout
                    .take()
                    .map(|s| Box::new(s) as Box<dyn Read + Send>),
            ),
            (
                true,
                child
                    .stderr
                    .take()
                    .map(|s| Box::new(s) as Box<dyn Read + Send>),
            ),
        ];
        for (is_stderr, stream) in streams {
            let Some(stream) = stream else { continue };
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some(line) = next_line(&mut reader) {
                    if sender.send((is_stderr, line)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Looked at each time: a program that never pauses must end as well.
        while !self.cancel.is_set() {
            match receiver.recv_timeout(Duration::from_millis(50)) {
                Ok((is_stderr, text)) => line(is_stderr, &text),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        self.wait(&mut child, None)
    }

    fn run_attached(&self, cmd: &Cmd) -> Result<Exit> {
        let mut command = Self::command(cmd);
        let mut child = Self::start(cmd, &mut command)?;
        // No cancel here: Ctrl-C belongs to the program that has the terminal.
        match child.wait() {
            Ok(status) => Ok(exit_of(status)),
            Err(source) => Err(RunnerError::Start {
                program: cmd.program.to_string_lossy().into_owned(),
                source,
            }
            .into()),
        }
    }

    fn spawn(&self, cmd: &Cmd, log: &Path) -> Result<u32> {
        if let Some(dir) = log.parent() {
            files::create_dir_all(dir)?;
        }
        let open = || {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(log)
                .map_err(|error| FileError::new("open", log, error))
        };
        let mut command = Self::command(cmd);
        command.stdin(Stdio::null()).stdout(open()?).stderr(open()?);
        detach(&mut command);
        let mut child = Self::start(cmd, &mut command)?;
        let pid = child.id();
        // Reap it if it ends while rove still runs, so that no zombie looks alive.
        std::thread::spawn(move || {
            let _ = child.wait();
        });
        Ok(pid)
    }

    fn converse(&self, cmd: &Cmd) -> Result<Conversation> {
        let mut command = Self::command(cmd);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C is rove's to answer: it may have things to say to the other side.
        detach(&mut command);
        Ok(Conversation(Self::start(cmd, &mut command)?))
    }

    fn with_cancel(&self, cancel: &Cancel) -> Option<Arc<dyn Runner>> {
        Some(Arc::new(Self::new(cancel.clone())))
    }
}

/// Runs the rest of its arguments if the process whose number is the first is
/// still its parent: no signal comes for a death before `prctl` (prctl(2)).
const IF_ROVE_LIVES: &str = r#"[ "$PPID" = "$1" ] || exit 1; shift; exec "$@""#;

/// Returns the program that asks the kernel to kill what it becomes when rove
/// dies: prctl(2), `PR_SET_PDEATHSIG`, which safe code cannot call between fork
/// and exec. `setpriv` of util-linux has it since 2.33; `BusyBox`'s has not. Where
/// there is none, a killed rove leaves the program to end by itself.
fn death_guard() -> Option<&'static str> {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = *FOUND.get_or_init(|| {
        cfg!(target_os = "linux")
            && Command::new("setpriv")
                .args(["--pdeathsig", "KILL", "--", "true"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
    });
    found.then_some("setpriv")
}

/// Keeps Ctrl-C in rove's terminal from reaching the program.
fn detach(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A process group of its own is all that safe code can ask for; the
        // terminal's signals go to the foreground group only.
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        // CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS
        command.creation_flags(0x0000_0200 | 0x0000_0008);
    }
}

/// Returns the next line. A lone carriage return ends one too: that is how
/// programs redraw a progress figure.
fn next_line(reader: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let buffer = reader.fill_buf().ok()?;
        if buffer.is_empty() {
            return (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned());
        }
        let Some(end) = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            let taken = buffer.len();
            bytes.extend_from_slice(buffer);
            reader.consume(taken);
            continue;
        };
        let carriage_return = buffer[end] == b'\r';
        bytes.extend_from_slice(&buffer[..end]);
        // "\r\n" is one line end; its second byte may come later, and then
        // looks like an empty line, which no caller minds.
        let both = carriage_return && buffer.get(end + 1) == Some(&b'\n');
        reader.consume(end + 1 + usize::from(both));
        return Some(String::from_utf8_lossy(&bytes).into_owned());
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

fn exit_of(status: std::process::ExitStatus) -> Exit {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return Exit::Signal(signal);
        }
    }
    Exit::Code(status.code().unwrap_or(-1))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn runner() -> SystemRunner {
        SystemRunner::new(Cancel::new())
    }

    #[test]
    fn both_streams_and_the_status_come_back() {
        let output = runner()
            .run(
                &Cmd::new("sh")
                    .args(["-c", "cat; echo bad >&2; exit 3"])
                    .stdin("in"),
                None,
            )
            .unwrap();
        assert_eq!(
            (
                output.exit,
                output.stdout_text().as_str(),
                output.stderr_text().as_str()
            ),
            (Exit::Code(3), "in", "bad\n")
        );
    }

    #[test]
    fn a_time_limit_ends_the_program() {
        let output = runner()
            .run(
                &Cmd::new("sleep").arg("60"),
                Some(Duration::from_millis(20)),
            )
            .unwrap();
        assert_eq!(output.exit, Exit::TimedOut);
    }

    #[test]
    fn lines_come_one_by_one() {
        let mut lines = Vec::new();
        let exit = runner()
            .run_lines(
                &Cmd::new("sh").args(["-c", r"printf 'a\n\n 5%%\r10%%\r\nend'"]),
                &mut |_, text| lines.push(text.to_owned()),
            )
            .unwrap();
        assert_eq!(exit, Exit::Code(0));
        assert_eq!(lines, ["a", "", " 5%", "10%", "end"]);
    }

    #[test]
    fn a_program_that_ends_with_rove_is_the_same_process() {
        // Its parent is this process, so the signal comes when this one dies.
        let output = runner()
            .run(
                &Cmd::new("sh")
                    .args(["-c", "echo $PPID; exit 4"])
                    .ending_with_rove(),
                None,
            )
            .unwrap();
        assert_eq!(output.exit, Exit::Code(4));
        assert_eq!(output.stdout_text().trim(), std::process::id().to_string());
    }

    #[test]
    fn a_program_whose_rove_died_first_does_not_run() {
        for (parent, wanted) in [(std::process::id(), "ran"), (1, "")] {
            let output = Command::new("sh")
                .args([
                    "-c",
                    IF_ROVE_LIVES,
                    "sh",
                    &parent.to_string(),
                    "echo",
                    "ran",
                ])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), wanted);
        }
    }

    #[test]
    fn a_program_that_never_pauses_ends_by_an_interrupt() {
        let cancel = Cancel::new();
        let mut lines = 0;
        let ended = SystemRunner::new(cancel.clone()).run_lines(
            &Cmd::new("sh").args(["-c", "while :; do echo x; done"]),
            &mut |_, _| {
                lines += 1;
                if lines == 100 {
                    cancel.set();
                }
            },
        );
        assert!(ended.unwrap_err().downcast_ref::<Interrupted>().is_some());
    }

    #[test]
    fn a_program_that_the_interrupt_reached_first_did_not_fail() {
        let cancel = Cancel::new();
        let runner = SystemRunner::new(cancel.clone());
        cancel.set();
        for (exit, interrupted) in [
            (Exit::Code(0), false),
            (Exit::Code(130), true),
            (Exit::Signal(2), true),
        ] {
            assert_eq!(runner.ended(exit).is_err(), interrupted, "{exit:?}");
        }
        let failed = self::runner().ended(Exit::Code(1)).unwrap();
        assert_eq!(failed, Exit::Code(1));
    }

    #[test]
    fn an_interrupt_ends_the_program() {
        let cancel = Cancel::new();
        cancel.set();
        assert!(
            SystemRunner::new(cancel)
                .run(&Cmd::new("sleep").arg("60"), None)
                .is_err()
        );
    }
}
