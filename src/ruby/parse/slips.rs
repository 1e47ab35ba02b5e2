//! The slips behind most syntax errors: a quote or an `end` that was forgotten. The
//! parser notices late, often many lines below the place that is to be mended.

use std::sync::Arc;

use ruby_prism::{InterpolatedStringNode, ParseResult, StringNode, Visit};

use crate::ruby::error::Problem;
use crate::source::SourceFile;

/// Returns the most likely slip, for people.
pub(super) fn likely(
    file: &Arc<SourceFile>,
    parsed: &ParseResult<'_>,
    problems: &[Problem],
) -> Option<String> {
    let mut strings = Strings {
        file,
        first: problems.first()?.span.line(),
        found: None,
    };
    strings.visit(&parsed.node());
    if let Some((line, quote)) = strings.found {
        return Some(format!(
            "the string that opens at line {line} goes on to another line: is its closing {quote} missing?"
        ));
    }
    if let Some(word) = after_a_missing_comma(file, problems.first()?) {
        return Some(format!("is a comma missing before `{word}`?"));
    }
    let lacks_end = |problem: &&Problem| problem.message.contains("`end`");
    problems.iter().find(lacks_end)?;
    let line = unclosed(&file.text)?;
    Some(format!("what opens at line {line} has no `end`"))
}

/// Returns the key of a hash that follows a value without a comma, if that is the
/// problem.
fn after_a_missing_comma(file: &SourceFile, problem: &Problem) -> Option<String> {
    let start = problem.span.start as usize;
    let before = file.text.get(..start)?;
    let before = before.trim_end_matches([' ', '\t']);
    let is_value = before.ends_with(|char: char| char.is_alphanumeric() || "\"')]}".contains(char));
    let rest = file.text.get(start..)?;
    let length = rest.find(|char: char| !char.is_alphanumeric() && !"_:".contains(char));
    let word = &rest[..length.unwrap_or(rest.len())];
    let after = rest[word.len()..].trim_start();
    let is_key = word.len() > 1 && (word.ends_with(':') || after.starts_with("=>"));
    (is_value && is_key).then(|| word.to_owned())
}

/// Looks for the last string that opens above the first problem and reaches it,
/// or the line before it.
struct Strings<'f> {
    file: &'f SourceFile,
    first: u32,
    found: Option<(u32, char)>,
}

impl Strings<'_> {
    fn look(&mut self, opening: Option<ruby_prism::Location<'_>>, end: u32) {
        let Some(opening) = opening else {
            return;
        };
        let quote = match opening.as_slice() {
            b"\"" => '"',
            b"'" => '\'',
            _ => return,
        };
        let from = self.file.line(opening.start());
        let to = self.file.line(end);
        if from < self.first && (self.first..=self.first + 1).contains(&to) {
            self.found = Some((from, quote));
        }
    }
}

impl<'pr> Visit<'pr> for Strings<'_> {
    fn visit_string_node(&mut self, node: &StringNode<'pr>) {
        self.look(node.opening_loc(), node.location().end());
    }

    fn visit_interpolated_string_node(&mut self, node: &InterpolatedStringNode<'pr>) {
        self.look(node.opening_loc(), node.location().end());
        ruby_prism::visit_interpolated_string_node(self, node);
    }
}

/// Returns the line of the block whose `end` is missing, judged by indentation:
/// the innermost that an `end` further to the left closes, else the last that
/// nothing closes.
fn unclosed(text: &str) -> Option<usize> {
    const OPENERS: &[&str] = &[
        "if", "unless", "case", "while", "until", "for", "def", "class", "module", "begin",
    ];
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split(" #").next().unwrap_or_default().trim_end();
        let indent = code.len() - code.trim_start().len();
        let mut words = code.split(|char: char| !char.is_alphanumeric() && char != '_');
        let first = words.find(|word| !word.is_empty()).unwrap_or_default();
        if first == "end" {
            let (opener, line) = open.pop()?;
            if indent < opener {
                return Some(line);
            }
            continue;
        }
        let last = code.rsplit_once(" do");
        let block = last.is_some_and(|(_, rest)| {
            let rest = rest.trim();
            rest.is_empty() || (rest.starts_with('|') && rest.ends_with('|'))
        });
        let closed = code.ends_with(" end");
        if (block || OPENERS.contains(&first)) && !closed {
            open.push((indent, index + 1));
        }
    }
    open.last().map(|(_, line)| *line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found() {
        for (text, wanted) in [
            (
                "a do |x|\n  b = \"c\n  d = \"e\"\nend\n",
                Some("opens at line 2 goes on to another line: is its closing \""),
            ),
            (
                "a do |x|\n  b = 'c\n  d = 'e'\nend\n",
                Some("opens at line 2 goes on to another line: is its closing '"),
            ),
            ("a \"b\" c: 1\n", Some("comma missing before `c:`")),
            ("a \"b\" :c => 1\n", Some("comma missing before `:c`")),
            (
                "a do |x|\n  b do |y|\n    c\n  d\nend\n",
                Some("line 2 has no `end`"),
            ),
            (
                "a do |x|\n  if b\n    c\n  d do\n  end\nend\n",
                Some("line 2 has no `end`"),
            ),
            ("a do |x|\n  b do\n  end\n", Some("line 1 has no `end`")),
            ("a = [1, 2\nb = 3\n", None),
        ] {
            let file = SourceFile::new("x.rb", text);
            let problems = super::super::file(&file, &[]).err().unwrap_or_default();
            let hint = problems.first().and_then(|problem| problem.hint.clone());
            match wanted {
                Some(wanted) => assert!(
                    hint.as_deref().is_some_and(|hint| hint.contains(wanted)),
                    "{text} {hint:?}"
                ),
                None => assert_eq!(hint, None, "{text}"),
            }
        }
    }
}
