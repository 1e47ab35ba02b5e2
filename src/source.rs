//! Source files and places in them. A [`Span`] carries its file, so an error
//! can be drawn (line, caret) long after the interpreter is gone.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A text that was loaded, with its line starts.
pub struct SourceFile {
    /// The path as users know it (absolute where it came from disk).
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// Returns a file over `text`; positions are byte offsets into it.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i as u32 + 1),
        );
        Arc::new(Self {
            path: path.into(),
            text,
            line_starts,
        })
    }

    /// Returns the 1-based line that holds the byte `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// Returns the text of the 1-based `line`, without its line end.
    pub fn line_text(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(start) = self.line_starts.get(index) else {
            return "";
        };
        let end = self
            .line_starts
            .get(index + 1)
            .map_or(self.text.len(), |next| *next as usize);
        self.text
            .get(*start as usize..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// Returns the byte offset at which the 1-based `line` starts.
    pub fn line_start(&self, line: u32) -> u32 {
        self.line_starts
            .get(line.saturating_sub(1) as usize)
            .copied()
            .unwrap_or(self.text.len() as u32)
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({})", self.path.display())
    }
}

/// A range of bytes in a file.
#[derive(Clone)]
pub struct Span {
    /// The file.
    pub file: Arc<SourceFile>,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span of bytes `start..end` of `file`.
    pub fn new(file: &Arc<SourceFile>, start: u32, end: u32) -> Self {
        Self {
            file: Arc::clone(file),
            start,
            end: end.max(start),
        }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Returns the 1-based line of the first byte.
    pub fn line(&self) -> u32 {
        self.file.line(self.start)
    }

    /// Returns the 1-based column of the first byte, counted in characters.
    pub fn column(&self) -> u32 {
        let start = self.file.line_start(self.line());
        self.file
            .text
            .get(start as usize..self.start as usize)
            .map_or(1, |text| text.chars().count() as u32 + 1)
    }

    /// Returns the text that the span covers.
    pub fn text(&self) -> &str {
        self.file
            .text
            .get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.path().display(),
            self.line(),
            self.column()
        )
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end && self.path() == other.path()
    }
}

impl Eq for Span {}

/// Returns the candidate nearest to `word`, if one is near enough to be a slip.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.chars().count() {
        0..=2 => return None,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance > 0 && *distance <= limit)
        // Letters in the wrong order are likelier than a wrong one.
        .min_by_key(|(distance, near)| (*distance, letters(near) != letters(word), *near))
        .map(|(_, candidate)| candidate)
}

/// Returns the candidate that begins with `word`, if there is just one: `username`
/// for `user`.
pub fn longer<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut longer = candidates
        .into_iter()
        .filter(|candidate| word.len() >= 4 && candidate.starts_with(word));
    let first = longer.next()?;
    longer.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_columns_and_text() {
        let file = SourceFile::new("Vagrantfile", "a\nビルド x\r\nlast");
        let x = file.text.find('x').unwrap() as u32;
        let span = Span::new(&file, x, x + 1);
        assert_eq!((span.line(), span.column(), span.text()), (2, 5, "x"));
        assert_eq!(file.line_text(2), "ビルド x");
        assert_eq!(file.line_text(3), "last");
        assert_eq!(file.line_text(9), "");
    }

    #[test]
    fn nearest_needs_a_small_distance() {
        assert_eq!(nearest("memroy", ["memory", "cpus"]), Some("memory"));
        assert_eq!(nearest("banana", ["memory", "cpus"]), None);
        assert_eq!(nearest("cpu", ["memory", "cpus"]), Some("cpus"));
        assert_eq!(nearest("raed", ["rand", "read"]), Some("read"));
        assert_eq!(longer("user", ["username", "host"]), Some("username"));
        assert_eq!(longer("pass", ["password", "passphrase"]), None);
    }
}
