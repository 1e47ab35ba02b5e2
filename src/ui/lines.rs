//! How a line looks: Vagrant's prefixes (`==> web: ` for what begins,
//! `    web: ` for details) and its colours.

use crate::event::Level;

/// Returns `text` with the prefix of its level on every line, without colour.
pub fn prefixed(level: Level, machine: Option<&str>, text: &str) -> String {
    let Some(machine) = machine else {
        return text.to_owned();
    };
    let mark = if level == Level::Detail { "   " } else { "==>" };
    text.split('\n')
        .map(|line| format!("{mark} {machine}: {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the text as it goes to the stream, with its line end.
pub fn render(level: Level, machine: Option<&str>, text: &str, color: bool) -> String {
    let shown = prefixed(level, machine, text);
    let mut shown = if color {
        shown
            .split('\n')
            .map(|line| format!("\u{1b}[{}m{line}\u{1b}[0m", code(level, machine.is_some())))
            .collect::<Vec<_>>()
            .join("\n")
    } else {
        shown
    };
    if machine.is_some() || !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown
}

/// Returns the SGR parameters of a level (ECMA-48): bold where there is a
/// machine's prefix, except for details; colours for warnings, errors, success.
fn code(level: Level, has_prefix: bool) -> &'static str {
    match (level, has_prefix) {
        (Level::Detail, _) | (Level::Info | Level::Output, false) => "0",
        (Level::Info | Level::Output, true) => "1",
        (Level::Warn, true) => "1;33",
        (Level::Warn, false) => "0;33",
        (Level::Error, true) => "1;31",
        (Level::Error, false) => "0;31",
        (Level::Success, true) => "1;32",
        (Level::Success, false) => "0;32",
    }
}

/// Returns a clause as a line's text: "start the machine" becomes "Start the machine".
pub fn sentence(clause: &str) -> String {
    let mut characters = clause.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
