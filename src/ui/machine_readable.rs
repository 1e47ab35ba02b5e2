//! Vagrant's `--machine-readable` format, byte for byte: seconds, target, type
//! and data between commas. The escaping is not reversible (a backslash stays
//! as it is), which is part of the format.

use crate::event::Level;

/// Returns one record with its line end.
pub fn line(unix_seconds: u64, target: Option<&str>, kind: &str, data: &[&str]) -> String {
    let data: Vec<String> = data.iter().map(|text| escape(text)).collect();
    format!(
        "{unix_seconds},{},{kind},{}\n",
        target.unwrap_or_default(),
        data.join(",")
    )
}

fn escape(text: &str) -> String {
    text.replace(',', "%!(VAGRANT_COMMA)")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

/// Returns the word for a level in `ui` records.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Detail => "detail",
        Level::Output => "output",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Success => "success",
    }
}
