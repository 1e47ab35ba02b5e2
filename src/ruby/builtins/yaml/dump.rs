//! Writes YAML the way Psych does.

use std::collections::{HashMap, HashSet};

use super::scalar::{Meaning, meaning};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, float_text};
use crate::ruby::value::{Data, Value};

/// Returns a document.
pub(super) fn dump(interp: &mut Interp, value: &Value) -> Outcome<String> {
    let mut anchors = Anchors::default();
    anchors.find(interp, value)?;
    let mut out = String::from("---");
    node(interp, &mut anchors, value, 0, true, &mut out)?;
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// Names of what a document holds more than once: `&1` where it comes first, `*1`
/// after that. Strings are written out each time, as Psych does.
#[derive(Default)]
struct Anchors {
    seen: HashSet<i64>,
    names: HashMap<i64, usize>,
    written: HashSet<i64>,
}

/// What stands before a value, or in its place.
enum Mark {
    Anchor(String),
    Alias(String),
}

impl Anchors {
    /// Finds what comes more than once, and numbers it in the order of its aliases.
    fn find(&mut self, interp: &mut Interp, value: &Value) -> Outcome<()> {
        let children: Vec<Value> = match value {
            Value::Array(array) => array.to_vec(),
            Value::Hash(hash) => {
                let pairs = hash.pairs().into_iter();
                pairs.flat_map(|(key, value)| [key, value]).collect()
            }
            Value::Object(object)
                if matches!(&*object.data.borrow(), Data::None)
                    && &*interp.real_class_of(value).display_name() != "Date" =>
            {
                let names = interp.ivar_names(value).into_iter();
                names.map(|name| interp.ivar_get(value, name)).collect()
            }
            _ => return Ok(()),
        };
        let identity = value.identity();
        if !self.seen.insert(identity) {
            let next = self.names.len() + 1;
            self.names.entry(identity).or_insert(next);
            return Ok(());
        }
        interp.deeper(|interp| children.iter().try_for_each(|it| self.find(interp, it)))
    }

    fn mark(&mut self, value: &Value) -> Option<Mark> {
        if !matches!(value, Value::Array(_) | Value::Hash(_) | Value::Object(_)) {
            return None;
        }
        let identity = value.identity();
        let name = self.names.get(&identity)?;
        Some(if self.written.insert(identity) {
            Mark::Anchor(format!("&{name}"))
        } else {
            Mark::Alias(format!("*{name}"))
        })
    }
}

/// Writes a value behind `key:` or `-`; `top` says that nothing was written
/// on the line but the mark of the document.
fn node(
    interp: &mut Interp,
    anchors: &mut Anchors,
    value: &Value,
    depth: usize,
    top: bool,
    out: &mut String,
) -> Outcome<()> {
    match anchors.mark(value) {
        Some(Mark::Alias(name)) => {
            out.push_str(&format!(" {name}\n"));
            return Ok(());
        }
        Some(Mark::Anchor(name)) => out.push_str(&format!(" {name}")),
        None => {}
    }
    match value {
        Value::Hash(hash) if hash.is_empty() => out.push_str(" {}\n"),
        Value::Array(array) if array.is_empty() => out.push_str(" []\n"),
        Value::Hash(hash) => {
            out.push('\n');
            let pairs = hash.pairs();
            interp.deeper(|interp| mapping(interp, anchors, &pairs, depth, out))?;
        }
        Value::Array(array) => {
            out.push('\n');
            let items = array.to_vec();
            // A list below a key stands at the key's own depth.
            let depth = if top { depth } else { depth.saturating_sub(1) };
            interp.deeper(|interp| sequence(interp, anchors, &items, depth, out))?;
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
                interp.deeper(|interp| mapping(interp, anchors, &pairs, depth, out))?;
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
    anchors: &mut Anchors,
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
        node(interp, anchors, value, depth + 1, false, out)?;
    }
    Ok(())
}

fn sequence(
    interp: &mut Interp,
    anchors: &mut Anchors,
    items: &[Value],
    depth: usize,
    out: &mut String,
) -> Outcome<()> {
    for (i, item) in items.iter().enumerate() {
        if i > 0 || !out.ends_with("- ") {
            out.push_str(&"  ".repeat(depth));
        }
        out.push('-');
        let is_nested = match item {
            Value::Hash(hash) => !hash.is_empty(),
            Value::Array(array) => !array.is_empty(),
            _ => false,
        };
        if !is_nested {
            node(interp, anchors, item, depth + 1, false, out)?;
            continue;
        }
        match anchors.mark(item) {
            Some(Mark::Alias(name)) => {
                out.push_str(&format!(" {name}\n"));
                continue;
            }
            Some(Mark::Anchor(name)) => out.push_str(&format!(" {name}\n")),
            // Its first line goes on behind the dash.
            None => out.push(' '),
        }
        interp.deeper(|interp| match item {
            Value::Hash(hash) => mapping(interp, anchors, &hash.pairs(), depth + 1, out),
            Value::Array(array) => sequence(interp, anchors, &array.to_vec(), depth + 1, out),
            _ => Ok(()),
        })?;
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
