//! A place in a source file, drawn: path, line, and carets below what is meant.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::source::Span;

/// Returns the lines that show `span`; the path is shortened if it is below `cwd`.
///
/// ```text
///   --> Vagrantfile:14:7
/// 14 |     v.memroy = 2048
///    |       ^^^^^^
/// ```
pub fn draw(span: &Span, cwd: Option<&Path>) -> String {
    let path = cwd
        .and_then(|cwd| span.path().strip_prefix(cwd).ok())
        .unwrap_or(span.path());
    let (line, column) = (span.line(), span.column());
    let text = expand_tabs(span.file.line_text(line));
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let place = format!("{gutter}--> {}:{line}:{column}\n", path.display());
    if text.trim().is_empty() {
        return place;
    }
    let before = before_span(span, line);
    let meant = on_this_line(span, line);
    let pad = " ".repeat(before.width());
    let carets = "^".repeat(meant.width().max(1));
    format!("{place}{number} | {text}\n{gutter} | {pad}{carets}\n")
}

/// Returns the text of the line up to the span, as it is shown.
fn before_span(span: &Span, line: u32) -> String {
    let start = span.file.line_start(line) as usize;
    expand_tabs(span.file.text.get(start..span.start as usize).unwrap_or(""))
}

/// Returns the part of the span that is on its first line.
fn on_this_line(span: &Span, line: u32) -> String {
    let start = span.file.line_start(line) as usize;
    let end = start + span.file.line_text(line).len();
    let end = end.min(span.end as usize);
    expand_tabs(span.file.text.get(span.start as usize..end).unwrap_or(""))
}

/// Terminals disagree on tab stops; four blanks line up everywhere.
fn expand_tabs(text: &str) -> String {
    text.replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn shown(text: &str, needle: &str) -> String {
        let file = SourceFile::new("/lab/Vagrantfile", text);
        let start = text.find(needle).unwrap() as u32;
        let span = Span::new(&file, start, start + needle.len() as u32);
        draw(&span, Some(Path::new("/lab")))
    }

    #[test]
    fn carets_stand_below_the_span() {
        insta::assert_snapshot!(shown("a\n    v.memroy = 2048\n", "memroy"), @r"
         --> Vagrantfile:2:7
        2 |     v.memroy = 2048
          |       ^^^^^^
        ");
    }

    #[test]
    fn wide_characters_and_tabs_take_their_columns() {
        insta::assert_snapshot!(shown("\tx = \"仮想イメージ\" + 設定値\n", "設定値"), @r#"
         --> Vagrantfile:1:17
        1 |     x = "仮想イメージ" + 設定値
          |                          ^^^^^^
        "#);
    }

    #[test]
    fn a_span_over_several_lines_is_marked_on_its_first() {
        insta::assert_snapshot!(shown("do |x|\n y\nend\n", "|x|\n y\nend"), @r"
         --> Vagrantfile:1:4
        1 | do |x|
          |    ^^^
        ");
    }

    #[test]
    fn the_end_of_a_file_has_no_line_to_show() {
        let file = SourceFile::new("/lab/Vagrantfile", "a\n");
        let span = Span::new(&file, 2, 2);
        assert_eq!(draw(&span, None), " --> /lab/Vagrantfile:2:1\n");
    }
}
