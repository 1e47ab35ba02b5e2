//! What the last command on a machine did, written before and after each step
//! and forced to disk, so that after a kill or a power cut the next command
//! knows what was going on.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::files;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// A command begins.
    Command(String),
    /// A step begins.
    Started(String),
    /// A step ended well.
    Done(String),
    /// The command is over.
    Ended(Ending),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All its steps were done.
    Well,
    /// A step failed or the user interrupted it.
    Badly,
}

/// A command that did not reach its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Command.
    pub command: String,
    /// The step that was under way, if one was.
    pub step: Option<String>,
    /// Steps that were done.
    pub done: Vec<String>,
    /// Rove itself was killed; it did not even note the failure.
    pub killed: bool,
}

/// The journal of a command that is under way.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// The disk is full, and the command frees space: it goes on unwritten.
    lenient: bool,
}

impl Journal {
    /// Starts the journal of a command, over what was there. A full disk is no
    /// failure of one that is `lenient`.
    pub fn start(path: &Path, command: &str, lenient: bool) -> Result<Self> {
        let text = Line::Command(command.to_owned()).text();
        let journal = Self {
            path: path.to_owned(),
            lenient,
        };
        journal.forgive(files::write_atomic(path, text.as_bytes()))?;
        Ok(journal)
    }

    fn forgive(&self, written: Result<()>) -> Result<()> {
        match written {
            Err(failure) if self.lenient && files::is_full(&failure) => Ok(()),
            written => written,
        }
    }

    /// Notes that a step begins.
    pub fn started(&self, step: &str) -> Result<()> {
        self.write(&Line::Started(step.to_owned()))
    }

    /// Notes that a step is done.
    pub fn done(&self, step: &str) -> Result<()> {
        self.write(&Line::Done(step.to_owned()))
    }

    /// Notes the end of the command.
    pub fn ended(&self, ending: Ending) -> Result<()> {
        self.write(&Line::Ended(ending))
    }

    /// Returns the command that a journal leaves unfinished. Lines that are cut
    /// off or make no sense are passed over: they were never acted upon.
    pub fn read(path: &Path) -> Option<Unfinished> {
        let bytes = files::read(path).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let mut found: Option<Unfinished> = None;
        for line in text.lines() {
            match (serde_json::from_str(line), &mut found) {
                (Ok(Line::Command(command)), _) => {
                    found = Some(Unfinished {
                        command,
                        step: None,
                        done: Vec::new(),
                        killed: true,
                    });
                }
                (Ok(Line::Started(step)), Some(unfinished)) => unfinished.step = Some(step),
                (Ok(Line::Done(step)), Some(unfinished)) => {
                    unfinished.step = None;
                    unfinished.done.push(step);
                }
                (Ok(Line::Ended(Ending::Well)), _) => found = None,
                (Ok(Line::Ended(Ending::Badly)), Some(unfinished)) => unfinished.killed = false,
                _ => {}
            }
        }
        found
    }

    fn write(&self, line: &Line) -> Result<()> {
        self.forgive(files::append_synced(&self.path, line.text().as_bytes()))
    }
}

impl Line {
    fn text(&self) -> String {
        let text = serde_json::to_string(self).expect("plain data always becomes JSON");
        text + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_ended_well_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        assert_eq!(Journal::read(&path), None);
        let journal = Journal::start(&path, "up", false).unwrap();
        journal.started("create").unwrap();
        journal.done("create").unwrap();
        journal.ended(Ending::Well).unwrap();
        assert_eq!(Journal::read(&path), None);
    }

    #[test]
    fn a_kill_and_a_failure_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let journal = Journal::start(&path, "up", false).unwrap();
        journal.started("create").unwrap();
        journal.done("create").unwrap();
        journal.started("start").unwrap();
        let killed = Journal::read(&path).unwrap();
        assert_eq!(
            (killed.step.as_deref(), killed.killed, killed.done.len()),
            (Some("start"), true, 1)
        );
        journal.ended(Ending::Badly).unwrap();
        assert!(!Journal::read(&path).unwrap().killed);
        // A line cut off by a power failure counts as not written.
        files::append_synced(&path, b"{\"done\":\"sta").unwrap();
        assert_eq!(Journal::read(&path).unwrap().step.as_deref(), Some("start"));
    }
}
