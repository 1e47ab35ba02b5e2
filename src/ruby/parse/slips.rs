//! The slips behind most syntax errors: a quote or an `end` that was forgotten. The
//! parser notices late, often many lines below the place that is to be mended.

use crate::ruby::error::Problem;
use crate::source::SourceFile;

/// Returns the most likely slip, for people. Looks at the text only: what the
/// parser makes of a text that is no Ruby is not to be walked through.
pub(super) fn likely(file: &SourceFile, problems: &[Problem]) -> Option<String> {
    let problem = problems.first()?;
    if let Some((line, quote)) = open_string(&file.text, problem.span.line() as usize) {
        return Some(format!(
            "the string that opens at line {line} goes on to another line: is its closing {quote} missing?"
        ));
    }
    if let Some(word) = after_a_missing_comma(file, problem) {
        return Some(format!("is a comma missing before `{word}`?"));
    }
    let lacks_end = |problem: &&Problem| problem.message.contains("`end`");
    problems.iter().find(lacks_end)?;
    let line = unclosed(&file.text)?;
    Some(format!("what opens at line {line} has no `end`"))
}

/// Returns line and quote of the string that opens above `problem`, a line, and
/// reaches it or the line after it. Heredocs and comments are passed over.
fn open_string(text: &str, problem: usize) -> Option<(usize, char)> {
    let mut open: Option<(usize, char)> = None;
    let mut heredoc: Option<String> = None;
    let mut line_number = 0;
    for line in text.lines() {
        line_number += 1;
        if let Some(end) = &heredoc {
            if line.trim() == end {
                heredoc = None;
            }
            continue;
        }
        let mut chars = line.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            match open {
                Some(_) if char == '\\' => {
                    chars.next();
                }
                Some((from, quote)) if char == quote => {
                    if from < problem
                        && (problem..=problem + 1).contains(&line_number)
                        && from < line_number
                    {
                        return Some((from, quote));
                    }
                    open = None;
                }
                Some(_) => {}
                None if char == '#' => break,
                None if char == '"' || char == '\'' => open = Some((line_number, char)),
                None if line[at..].starts_with("<<") => {
                    let word = line[at + 2..].trim_start_matches(['-', '~', '"', '\'', '`']);
                    let length = word.find(|char: char| !char.is_alphanumeric() && char != '_');
                    let word = &word[..length.unwrap_or(word.len())];
                    if word.starts_with(|char: char| char.is_uppercase() || char == '_') {
                        heredoc = Some(word.to_owned());
                        chars
                            .by_ref()
                            .take_while(|(_, char)| !char.is_whitespace())
                            .for_each(drop);
                    }
                }
                None => {}
            }
        }
    }
    open.filter(|(from, _)| *from < problem && problem >= line_number)
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
