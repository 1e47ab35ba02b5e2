//! Writes YAML the way Psych does.

use super::scalar::{Meaning, meaning};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, float_text};
use crate::ruby::value::{Data, Value};

/// Returns a document.
pub(super) fn dump(interp: &mut Interp, value: &Value) -> Outcome<String> {
    let mut out = String::from("---");
    node(interp, value, 0, true, &mut out)?;
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// Writes a value behind `key:` or `-`; `inline` says that nothing was written
/// on the line but the mark of the document.
fn node(
    interp: &mut Interp,
    value: &Value,
    depth: usize,
    top: bool,
    out: &mut String,
) -> Outcome<()> {
    match value {
        Value::Hash(hash) if hash.is_empty() => out.push_str(" {}\n"),
        Value::Array(array) if array.is_empty() => out.push_str(" []\n"),
        Value::Hash(hash) => {
            out.push('\n');
            let pairs = hash.pairs();
            let done =
                interp.once_per_object(value, |interp| mapping(interp, &pairs, depth, out))?;
            if done.is_none() {
                return Err(interp.raise("ArgumentError", "recursive structures cannot be dumped"));
            }
        }
        Value::Array(array) => {
            out.push('\n');
            let items = array.to_vec();
            // A list below a key stands at the key's own depth.
            let depth = if top { depth } else { depth.saturating_sub(1) };
            let done =
                interp.once_per_object(value, |interp| sequence(interp, &items, depth, out))?;
            if done.is_none() {
                return Err(interp.raise("ArgumentError", "recursive structures cannot be dumped"));
            }
        }
        Value::Object(object) if matches!(&*object.data.borrow(), Data::None) => {
            let class = interp.real_class_of(value).display_name();
            if &*class == "Date" {
                out.push_str(&format!(" {}\n", interp.text(value)?));
                return Ok(());
            }
            out.push_str(&format!(" !ruby/object:{class}"));
            let mut pairs = Vec::new();
            for name in interp.ivar_names(value) {
                let short = name.name().trim_start_matches('@').to_owned();
                pairs.push((Value::from(short), interp.ivar_get(value, name)));
            }
            if pairs.is_empty() {
                out.push_str(" {}\n");
            } else {
                out.push('\n');
                mapping(interp, &pairs, depth, out)?;
            }
        }
        other => {
            let text = scalar(interp, other, depth)?;
            if text.is_empty() {
                out.push('\n');
            } else {
                out.push(' ');
                let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
                out.push_str(&folded(&text, column, depth.max(1) * 2));
                if !text.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
    Ok(())
}

fn mapping(
    interp: &mut Interp,
    pairs: &[(Value, Value)],
    depth: usize,
    out: &mut String,
) -> Outcome<()> {
    for (i, (key, value)) in pairs.iter().enumerate() {
        if i > 0 || !out.ends_with("- ") {
            out.push_str(&"  ".repeat(depth));
        }
        let key = match key {
            Value::Nil => "''".to_owned(),
            key => scalar(interp, key, depth)?,
        };
        out.push_str(&key);
        out.push(':');
        node(interp, value, depth + 1, false, out)?;
    }
    Ok(())
}

fn sequence(interp: &mut Interp, items: &[Value], depth: usize, out: &mut String) -> Outcome<()> {
    for (i, item) in items.iter().enumerate() {
        if i > 0 || !out.ends_with("- ") {
            out.push_str(&"  ".repeat(depth));
        }
        match item {
            Value::Hash(hash) if !hash.is_empty() => {
                out.push_str("- ");
                let pairs = hash.pairs();
                interp.once_per_object(item, |interp| mapping(interp, &pairs, depth + 1, out))?;
            }
            Value::Array(array) if !array.is_empty() => {
                out.push_str("- ");
                let items = array.to_vec();
                interp.once_per_object(item, |interp| sequence(interp, &items, depth + 1, out))?;
            }
            other => {
                out.push('-');
                node(interp, other, depth + 1, false, out)?;
            }
        }
    }
    Ok(())
}

fn scalar(interp: &mut Interp, value: &Value, depth: usize) -> Outcome<String> {
    Ok(match value {
        Value::Nil => String::new(),
        Value::Str(text) => string(&text.text(), depth),
        Value::Sym(symbol) => {
            let shown = format!(":{}", symbol.name());
            if plain_allowed(&shown) {
                shown
            } else {
                format!("'{}'", shown.replace('\'', "''"))
            }
        }
        Value::Float(number) if number.is_infinite() => {
            if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
        }
        Value::Float(number) if number.is_nan() => ".nan".to_owned(),
        Value::Float(number) => float_text(*number),
        Value::Range(_) | Value::Regexp(_) => format!("'{}'", interp.inspect(value)?),
        other => interp.text(other)?,
    })
}

/// Returns a string plain where it can be, else quoted as Psych does.
fn string(text: &str, depth: usize) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return double_quoted(text);
    }
    let inner = text
        .strip_suffix("\n\n")
        .or_else(|| text.strip_suffix('\n'))
        .unwrap_or(text);
    if inner.contains('\n') {
        let keep = if !text.ends_with('\n') {
            "-"
        } else if text.ends_with("\n\n") {
            "+"
        } else {
            ""
        };
        let indent = "  ".repeat(depth.max(1));
        let hint = if text.starts_with([' ', '\n']) {
            "2"
        } else {
            ""
        };
        let body: String = text
            .split_inclusive('\n')
            .map(|line| {
                if line == "\n" {
                    line.to_owned()
                } else {
                    format!("{indent}{line}")
                }
            })
            .collect();
        return format!("|{hint}{keep}\n{body}");
    }
    let first = text.chars().next().unwrap_or(' ');
    let word = first.is_alphanumeric() || first == '_';
    if text.ends_with("\n\n")
        || matches!(text, "y" | "n")
        || (!word && !text.contains('"') && text != "<<")
    {
        return double_quoted(text);
    }
    if text.ends_with('\n') {
        let indent = "  ".repeat(depth.max(1));
        return format!("'{}\n\n{indent}'", inner.replace('\'', "''"));
    }
    let ambiguous = !matches!(meaning(text), Meaning::Value(Value::Str(_)))
        || text == "<<"
        || text.starts_with("0.");
    let ambiguous = ambiguous && !(text.starts_with("0.") && text.matches('.').count() > 1);
    if ambiguous || !plain_allowed(text) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_owned()
}

/// Tells whether the emitter writes a text without quotes.
fn plain_allowed(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let next = text.chars().nth(1);
    let indicator = "[]{},#&*!|>'\"%@`".contains(first)
        || ("-?:".contains(first) && next.is_none_or(char::is_whitespace));
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    let blanks = text.starts_with(' ') || text.ends_with(' ');
    let marks = text.starts_with("---") || text.starts_with("...");
    let controls = text.chars().any(char::is_control);
    !(indicator || inside || blanks || marks || controls)
}

/// Breaks a long line at blanks behind column 80, as the emitter does.
fn folded(text: &str, column: usize, indent: usize) -> String {
    if text.starts_with('|')
        || text.starts_with('"')
        || text.contains('\n')
        || column + text.len() <= 80
    {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut column = column;
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            if column > 80 && !word.is_empty() && !out.ends_with(' ') {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        column += word.chars().count();
    }
    out
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x1b' => out.push_str("\\e"),
            '\0' => out.push_str("\\0"),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
