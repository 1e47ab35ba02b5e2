//! Everything outside the interpreter that a Ruby program can reach. The
//! evaluator asks a [`World`] and nothing else, so that whoever loads a file
//! decides what it may touch. [`Memory`] is a world for tests; the one over the
//! real system belongs to whoever embeds the interpreter.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link (only when links are not followed).
    Symlink,
    /// Anything else.
    Other,
}

/// Facts about a path.
#[derive(Clone, Copy, Debug)]
pub struct FileFacts {
    /// What it is.
    pub file_type: FileType,
    /// Size in bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Last change, in nanoseconds since 1970.
    pub modified_ns: i128,
}

/// A command that a program wants to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments, or one line for the shell.
    pub argv: Vec<OsString>,
    /// `argv` is one line for the shell.
    pub shell: bool,
    /// Variables to set or (`None`) to remove, beside the program's own `ENV`.
    pub env: Vec<(String, Option<String>)>,
    /// Working directory; relative to [`World::cwd`].
    pub cwd: Option<PathBuf>,
    /// Standard input; the terminal's when `None`.
    pub stdin: Option<Vec<u8>>,
    /// Collect standard output instead of showing it.
    pub capture_stdout: bool,
    /// Collect standard error instead of showing it.
    pub capture_stderr: bool,
    /// Send standard error where standard output goes.
    pub merge_stderr: bool,
    /// Drop what is written to standard output.
    pub drop_stdout: bool,
    /// Drop what is written to standard error.
    pub drop_stderr: bool,
}

/// What a command left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Process id, 0 if unknown.
    pub pid: u32,
    /// Collected standard output.
    pub stdout: Vec<u8>,
    /// Collected standard error.
    pub stderr: Vec<u8>,
}

/// Who is running the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Numeric user id.
    pub uid: u32,
    /// Numeric group id.
    pub gid: u32,
    /// Home folder.
    pub home: PathBuf,
}

/// The outside of the interpreter.
///
/// Paths that reach the file methods are absolute. A world that forbids
/// something answers with `io::ErrorKind::PermissionDenied` and a text.
pub trait World {
    /// Reads a whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Writes a whole file, or adds to its end.
    fn write(&self, path: &Path, bytes: &[u8], append: bool) -> io::Result<()>;
    /// Returns facts about a path.
    fn facts(&self, path: &Path, follow_links: bool) -> io::Result<FileFacts>;
    /// Returns the names in a folder, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
    /// Creates one folder.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Removes a file or link.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames a path.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a symbolic link at `link` that holds `target`.
    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()>;
    /// Returns what a symbolic link holds.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;
    /// Sets the permission bits.
    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// Tells whether the user may execute the file.
    fn executable(&self, path: &Path) -> bool {
        self.facts(path, true)
            .is_ok_and(|facts| facts.file_type == FileType::File && facts.mode & 0o111 != 0)
    }
    /// Returns the working directory.
    fn cwd(&self) -> PathBuf;
    /// Changes the working directory as seen by the program.
    fn set_cwd(&self, path: &Path);
    /// Returns a variable of the environment.
    fn env(&self, name: &str) -> Option<String>;
    /// Sets or removes a variable, for the program and its commands.
    fn set_env(&self, name: &str, value: Option<&str>);
    /// Returns all variables, in the order of their names.
    fn env_all(&self) -> Vec<(String, String)>;
    /// Tells whether a command may be run; for those that are run later or by
    /// others.
    fn allows(&self, _command: &Command) -> io::Result<()> {
        Ok(())
    }
    /// Tells whether the program must end, because of something that was
    /// refused just now. Nothing rescues that.
    fn is_refused(&self) -> bool {
        false
    }
    /// Runs a command to its end.
    fn run(&self, command: &Command) -> io::Result<Finished>;
    /// Writes to standard output.
    fn stdout(&self, bytes: &[u8]);
    /// Writes to standard error.
    fn stderr(&self, bytes: &[u8]);
    /// Reads a line of standard input with its line end; `None` at its end.
    fn stdin_line(&self) -> Option<String>;
    /// Tells whether standard input is a terminal.
    fn stdin_is_terminal(&self) -> bool;
    /// Returns nanoseconds since 1970.
    fn now_ns(&self) -> i128;
    /// Returns nanoseconds of a clock that never goes back.
    fn monotonic_ns(&self) -> i128 {
        self.now_ns()
    }
    /// Returns the IANA name of the time zone; `None` is UTC.
    fn time_zone(&self) -> Option<String>;
    /// Waits.
    fn sleep(&self, time: Duration);
    /// Fills `bytes` with random ones.
    fn random(&self, bytes: &mut [u8]);
    /// Returns the host's name.
    fn host_name(&self) -> String;
    /// Returns the host's own addresses, loopback first.
    fn addresses(&self) -> Vec<std::net::IpAddr> {
        vec![std::net::IpAddr::from([127, 0, 0, 1])]
    }
    /// Returns who runs the program.
    fn user(&self) -> User;
    /// Returns the id of this process.
    fn pid(&self) -> u32;
    /// Returns the operating system as Ruby's `host_os` names it: `linux-gnu`,
    /// `darwin23`, `mingw32`.
    fn host_os(&self) -> String {
        "linux-gnu".to_owned()
    }
    /// Called often during evaluation; tells whether to stop (Ctrl-C).
    fn interrupted(&self) -> bool {
        false
    }
    /// Returns the memory that the whole program holds, where that can be told. Asked
    /// now and then: a loop that never ends must not take all of the computer's.
    fn memory_bytes(&self) -> Option<u64> {
        None
    }
}

/// A world in memory, for tests.
pub struct Memory {
    files: RefCell<BTreeMap<PathBuf, Entry>>,
    env: RefCell<BTreeMap<String, String>>,
    cwd: RefCell<PathBuf>,
    stdin: RefCell<Vec<String>>,
    commands: RefCell<Vec<(String, Finished)>>,
    seed: Cell<u64>,
    /// What was written to standard output.
    pub out: RefCell<Vec<u8>>,
    /// What was written to standard error.
    pub err: RefCell<Vec<u8>>,
    /// Commands that were run.
    pub ran: RefCell<Vec<Command>>,
    /// The time, in nanoseconds since 1970; sleeping moves it.
    pub now_ns: Cell<i128>,
    /// Answer of [`World::interrupted`].
    pub interrupt: Cell<bool>,
    /// Answer of [`World::memory_bytes`].
    pub memory: Cell<u64>,
}

#[derive(Clone)]
enum Entry {
    File(Vec<u8>, u32),
    Directory(u32),
    Link(PathBuf),
}

impl Default for Memory {
    fn default() -> Self {
        let memory = Self {
            files: RefCell::default(),
            env: RefCell::default(),
            cwd: RefCell::new(PathBuf::from("/lab")),
            stdin: RefCell::default(),
            commands: RefCell::default(),
            seed: Cell::new(1),
            out: RefCell::default(),
            err: RefCell::default(),
            ran: RefCell::default(),
            now_ns: Cell::new(1_700_000_000_000_000_000),
            interrupt: Cell::new(false),
            memory: Cell::new(0),
        };
        for folder in ["/", "/lab", "/tmp", "/home", "/home/user"] {
            memory
                .files
                .borrow_mut()
                .insert(PathBuf::from(folder), Entry::Directory(0o755));
        }
        memory.set_env("HOME", Some("/home/user"));
        memory
    }
}

impl Memory {
    /// Adds a file, with the folders above it.
    pub fn add_file(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.absolute(path.as_ref());
        let mut files = self.files.borrow_mut();
        for folder in path.ancestors().skip(1) {
            files
                .entry(folder.to_path_buf())
                .or_insert(Entry::Directory(0o755));
        }
        files.insert(path, Entry::File(bytes.as_ref().to_vec(), 0o644));
    }

    /// Sets the answer to a command line (words joined by blanks).
    pub fn add_command(&self, line: &str, answer: Finished) {
        self.commands.borrow_mut().push((line.to_owned(), answer));
    }

    /// Adds a line of standard input.
    pub fn add_input(&self, line: &str) {
        self.stdin.borrow_mut().insert(0, format!("{line}\n"));
    }

    /// Returns what was written to standard output, as text.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.out.borrow()).into_owned()
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let mut clean = PathBuf::new();
        for part in self.cwd.borrow().join(path).components() {
            match part {
                Component::ParentDir => {
                    clean.pop();
                }
                Component::CurDir => {}
                part => clean.push(part),
            }
        }
        clean
    }

    fn entry(&self, path: &Path, follow: bool) -> io::Result<Entry> {
        let mut path = self.absolute(path);
        for _ in 0..8 {
            match self.files.borrow().get(&path).cloned() {
                Some(Entry::Link(to)) if follow => {
                    path = self.absolute(&path.parent().unwrap_or(&path).join(to));
                }
                Some(entry) => return Ok(entry),
                None => return Err(io::ErrorKind::NotFound.into()),
            }
        }
        Err(io::ErrorKind::InvalidInput.into())
    }
}

impl World for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.entry(path, true)? {
            Entry::File(bytes, _) => Ok(bytes),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8], append: bool) -> io::Result<()> {
        let path = self.absolute(path);
        let parent = path.parent().unwrap_or(Path::new("/"));
        if !matches!(self.entry(parent, true)?, Entry::Directory(_)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let (mut content, mode) = match self.files.borrow().get(&path) {
            Some(Entry::File(old, mode)) => (if append { old.clone() } else { Vec::new() }, *mode),
            Some(Entry::Directory(_)) => return Err(io::ErrorKind::IsADirectory.into()),
            _ => (Vec::new(), 0o644),
        };
        content.extend_from_slice(bytes);
        self.files
            .borrow_mut()
            .insert(path, Entry::File(content, mode));
        Ok(())
    }

    fn facts(&self, path: &Path, follow_links: bool) -> io::Result<FileFacts> {
        let (file_type, size, mode) = match self.entry(path, follow_links)? {
            Entry::File(bytes, mode) => (FileType::File, bytes.len() as u64, mode),
            Entry::Directory(mode) => (FileType::Directory, 4096, mode),
            Entry::Link(to) => (FileType::Symlink, to.as_os_str().len() as u64, 0o777),
        };
        Ok(FileFacts {
            file_type,
            size,
            mode,
            modified_ns: self.now_ns.get(),
        })
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        if !matches!(self.entry(path, true)?, Entry::Directory(_)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let path = self.absolute(path);
        Ok(self
            .files
            .borrow()
            .keys()
            .filter(|file| file.parent() == Some(&path))
            .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
            .collect())
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let path = self.absolute(path);
        if self.files.borrow().contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.entry(path.parent().unwrap_or(Path::new("/")), true)?;
        self.files
            .borrow_mut()
            .insert(path, Entry::Directory(0o755));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        match self.entry(path, false)? {
            Entry::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
            _ => {
                self.files.borrow_mut().remove(&self.absolute(path));
                Ok(())
            }
        }
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        if !self.list(path)?.is_empty() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        self.files.borrow_mut().remove(&self.absolute(path));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to) = (self.absolute(from), self.absolute(to));
        self.entry(&from, false)?;
        let mut files = self.files.borrow_mut();
        let moved: Vec<PathBuf> = files
            .keys()
            .filter(|path| path.starts_with(&from))
            .cloned()
            .collect();
        for path in moved {
            if let (Some(entry), Ok(below)) = (files.remove(&path), path.strip_prefix(&from)) {
                let target = if below.as_os_str().is_empty() {
                    to.clone()
                } else {
                    to.join(below)
                };
                files.insert(target, entry);
            }
        }
        Ok(())
    }

    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()> {
        let link = self.absolute(link);
        if self.files.borrow().contains_key(&link) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.files
            .borrow_mut()
            .insert(link, Entry::Link(target.to_path_buf()));
        Ok(())
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.entry(path, false)? {
            Entry::Link(to) => Ok(to),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn set_mode(&self, path: &Path, new: u32) -> io::Result<()> {
        self.entry(path, true)?;
        match self.files.borrow_mut().get_mut(&self.absolute(path)) {
            Some(Entry::File(_, mode) | Entry::Directory(mode)) => *mode = new & 0o7777,
            _ => {}
        }
        Ok(())
    }

    fn cwd(&self) -> PathBuf {
        self.cwd.borrow().clone()
    }

    fn set_cwd(&self, path: &Path) {
        let path = self.absolute(path);
        *self.cwd.borrow_mut() = path;
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.borrow().get(name).cloned()
    }

    fn set_env(&self, name: &str, value: Option<&str>) {
        let mut env = self.env.borrow_mut();
        match value {
            Some(value) => env.insert(name.to_owned(), value.to_owned()),
            None => env.remove(name),
        };
    }

    fn env_all(&self) -> Vec<(String, String)> {
        let env = self.env.borrow();
        env.iter().map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    fn run(&self, command: &Command) -> io::Result<Finished> {
        self.ran.borrow_mut().push(command.clone());
        let words: Vec<_> = command.argv.iter().map(|w| w.to_string_lossy()).collect();
        let line = words.join(" ");
        let commands = self.commands.borrow();
        let found = commands.iter().find(|(known, _)| *known == line);
        match found {
            Some((_, finished)) => {
                if !command.capture_stdout {
                    self.stdout(&finished.stdout);
                }
                Ok(finished.clone())
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn stdout(&self, bytes: &[u8]) {
        self.out.borrow_mut().extend_from_slice(bytes);
    }

    fn stderr(&self, bytes: &[u8]) {
        self.err.borrow_mut().extend_from_slice(bytes);
    }

    fn stdin_line(&self) -> Option<String> {
        self.stdin.borrow_mut().pop()
    }

    fn stdin_is_terminal(&self) -> bool {
        false
    }

    fn now_ns(&self) -> i128 {
        self.now_ns.get()
    }

    fn time_zone(&self) -> Option<String> {
        None
    }

    fn sleep(&self, time: Duration) {
        self.now_ns
            .set(self.now_ns.get() + time.as_nanos().min(u128::from(u64::MAX)) as i128);
    }

    fn random(&self, bytes: &mut [u8]) {
        // xorshift: repeatable, which is what tests want.
        let mut state = self.seed.get();
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 24) as u8;
        }
        self.seed.set(state);
    }

    fn host_name(&self) -> String {
        "laptop".to_owned()
    }

    fn user(&self) -> User {
        User {
            name: "user".to_owned(),
            uid: 1000,
            gid: 1000,
            home: PathBuf::from("/home/user"),
        }
    }

    fn pid(&self) -> u32 {
        4711
    }

    fn interrupted(&self) -> bool {
        self.interrupt.get()
    }

    fn memory_bytes(&self) -> Option<u64> {
        Some(self.memory.get())
    }
}
