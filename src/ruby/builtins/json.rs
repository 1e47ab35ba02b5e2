//! `JSON`.

use std::rc::Rc;

use num_bigint::BigInt;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, float_text};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RHash, Value};

const MODULE: Rows = &[
    any_keywords("parse parse!", 1, parse),
    any_keywords("load restore", 1, load),
    any_keywords("load_file", 1, load_file),
    any("generate dump fast_generate unparse", 1, generate),
    any("pretty_generate pretty_unparse", 1, pretty_generate),
];

const KERNEL: Rows = &[any_keywords("JSON", 1, kernel_json)];

const OBJECT: Rows = &[any("to_json", 0, to_json)];

pub(super) fn install(interp: &mut Interp) {
    let standard = interp.find_class("StandardError");
    let module = interp.define_module("JSON");
    interp.add_singleton_rows(&module, MODULE);
    let error = interp.define_class("JSON::JSONError", standard.as_ref());
    let parser = interp.define_class("JSON::ParserError", Some(&error));
    interp.define_class("JSON::NestingError", Some(&parser));
    interp.define_class("JSON::GeneratorError", Some(&error));
    let object = Rc::clone(&interp.core.object);
    interp.add_rows(&object, OBJECT);
    let kernel = Rc::clone(&interp.core.kernel);
    interp.add_rows(&kernel, KERNEL);
}

/// Reads a text from front to back.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    symbols: bool,
    /// Take `NaN` and `Infinity`, which JSON does not have.
    not_numbers: bool,
    depth: u32,
}

impl Reader<'_> {
    fn blank(&mut self) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix("/*") {
                self.at += comment.find("*/").map_or(trimmed.len(), |end| end + 4);
            } else if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else {
                return;
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn take(&mut self, word: &str) -> bool {
        let hit = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if hit {
            self.at += word.len();
        }
        hit
    }

    /// Reads a value; `None` where there is none.
    fn value(&mut self) -> Option<Value> {
        self.blank();
        if self.depth > 100 {
            return None;
        }
        match self.peek()? {
            '{' => {
                self.at += 1;
                self.depth += 1;
                let hash = RHash::default();
                self.blank();
                if !self.take("}") {
                    loop {
                        self.blank();
                        let key = self.string()?;
                        self.blank();
                        if !self.take(":") {
                            return None;
                        }
                        let value = self.value()?;
                        let key = if self.symbols {
                            Value::sym(&key)
                        } else {
                            Value::from(key)
                        };
                        hash.insert(key, value);
                        self.blank();
                        if self.take("}") {
                            break;
                        }
                        if !self.take(",") {
                            return None;
                        }
                    }
                }
                self.depth -= 1;
                Some(Value::Hash(Rc::new(hash)))
            }
            '[' => {
                self.at += 1;
                self.depth += 1;
                let mut items = Vec::new();
                self.blank();
                if !self.take("]") {
                    loop {
                        items.push(self.value()?);
                        self.blank();
                        if self.take("]") {
                            break;
                        }
                        if !self.take(",") {
                            return None;
                        }
                    }
                }
                self.depth -= 1;
                Some(Value::array(items))
            }
            '"' => self.string().map(Value::from),
            't' if self.take("true") => Some(Value::Bool(true)),
            'f' if self.take("false") => Some(Value::Bool(false)),
            'n' if self.take("null") => Some(Value::Nil),
            'N' if self.not_numbers && self.take("NaN") => Some(Value::Float(f64::NAN)),
            'I' if self.not_numbers && self.take("Infinity") => Some(Value::Float(f64::INFINITY)),
            '-' if self.not_numbers && self.take("-Infinity") => {
                Some(Value::Float(f64::NEG_INFINITY))
            }
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.text.get(self.at..)?;
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
            .unwrap_or(rest.len());
        let word = rest.get(..end)?;
        let digits = word.strip_prefix('-').unwrap_or(word);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if plain && (digits == "0" || !digits.starts_with('0')) {
            self.at += end;
            return Some(Value::big(BigInt::parse_bytes(word.as_bytes(), 10)?));
        }
        let fine = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.ends_with(|c: char| c.is_ascii_digit())
            && !digits.contains(".e")
            && (!digits.starts_with('0') || digits.starts_with("0.") || digits.starts_with("0e"));
        if !fine {
            return None;
        }
        let number: f64 = word.parse().ok()?;
        self.at += end;
        Some(Value::Float(number))
    }

    fn string(&mut self) -> Option<String> {
        if !self.take("\"") {
            return None;
        }
        let start = self.at;
        let mut out = String::new();
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(out),
                '\\' => {
                    let escaped = self.peek()?;
                    self.at += escaped.len_utf8();
                    match escaped {
                        'n' => out.push('\n'),
                        't' => out.push('\t'),
                        'r' => out.push('\r'),
                        'b' => out.push('\x08'),
                        'f' => out.push('\x0c'),
                        'u' => {
                            let first = self.hex()?;
                            let code = if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
                                let second = self.hex()?;
                                0x1_0000
                                    + ((first - 0xd800) << 10)
                                    + second.wrapping_sub(0xdc00) % 0x400
                            } else {
                                first
                            };
                            out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                        other => out.push(other),
                    }
                }
                c if c < ' ' => {
                    self.at = start - 1;
                    return None;
                }
                c => out.push(c),
            }
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let code = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(code)
    }
}

fn parse(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let source = args.get(0);
    let text = if interp.responds(&source, "read") {
        let content = interp.send_list(&source, "read", &[])?;
        interp.str_arg(&content)?
    } else if source.is_nil() {
        return Err(interp.raise("TypeError", "no implicit conversion of nil into String"));
    } else {
        interp.str_arg(&source)?
    };
    let option = |name: &str| {
        let hash = match args.opt(1) {
            Some(Value::Hash(hash)) => hash.get(&Value::sym(name)),
            _ => None,
        };
        args.keyword(name).or(hash)
    };
    let mut reader = Reader {
        text: &text,
        at: 0,
        symbols: option("symbolize_names").is_some_and(|value| value.truthy()),
        not_numbers: option("allow_nan").is_some_and(|value| value.truthy()),
        depth: 0,
    };
    let value = reader.value();
    reader.blank();
    let class = option("object_class").filter(|class| !class.is_nil());
    match value {
        Some(value) if reader.at >= text.len() => match class {
            Some(class) => with_class(interp, &value, &class),
            None => Ok(value),
        },
        _ => {
            let rest: String = text
                .get(reader.at..)
                .unwrap_or("")
                .chars()
                .take(200)
                .collect();
            if text.trim().is_empty() {
                return Err(interp.raise("JSON::ParserError", "unexpected token at ''"));
            }
            if reader.depth > 100 {
                return Err(interp.raise("JSON::NestingError", "nesting of 101 is too deep"));
            }
            Err(interp.raise("JSON::ParserError", format!("unexpected token at '{rest}'")))
        }
    }
}

/// Returns a value whose objects are of a class of the program.
fn with_class(interp: &mut Interp, value: &Value, class: &Value) -> Outcome {
    match value {
        Value::Array(_) => {
            let items = value.as_array().unwrap_or_default();
            let made: Outcome<Vec<Value>> = items
                .iter()
                .map(|item| with_class(interp, item, class))
                .collect();
            Ok(Value::array(made?))
        }
        Value::Hash(hash) => {
            let object = interp.send_list(class, "new", &[])?;
            for (key, item) in hash.pairs() {
                let item = with_class(interp, &item, class)?;
                interp.send_list(&object, "[]=", &[key, item])?;
            }
            Ok(object)
        }
        other => Ok(other.clone()),
    }
}

/// Reads what may be nothing: nil and an empty text are nil.
fn load(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let empty = match args.get(0) {
        Value::Nil => true,
        Value::Str(text) => text.text().trim().is_empty(),
        _ => false,
    };
    if empty {
        return Ok(Value::Nil);
    }
    parse(interp, this, args)
}

fn kernel_json(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Str(_) => parse(interp, this, args),
        _ => generate(interp, this, args),
    }
}

fn load_file(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let file = interp.find_class("File").map_or(Value::Nil, Value::Class);
    let text = interp.send_list(&file, "read", &[args.get(0)])?;
    let mut args = args.clone();
    args.list = vec![text];
    parse(interp, this, &args)
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a value; `indent` is how deep, or `None` for one line.
fn write(
    interp: &mut Interp,
    value: &Value,
    indent: Option<usize>,
    out: &mut String,
) -> Outcome<()> {
    let inner = indent.map(|depth| depth + 1);
    let line = |out: &mut String, indent: Option<usize>| {
        if let Some(depth) = indent {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
    };
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(_) | Value::Big(_) => out.push_str(&interp.text(value)?),
        Value::Float(number) if number.is_finite() => out.push_str(&float_text(*number)),
        Value::Float(number) => {
            let message = format!("{} not allowed in JSON", float_text(*number));
            return Err(interp.raise("JSON::GeneratorError", message));
        }
        Value::Str(text) => out.push_str(&quoted(&text.text())),
        Value::Sym(symbol) => out.push_str(&quoted(&symbol.name())),
        Value::Array(array) => {
            let items = array.to_vec();
            if items.is_empty() {
                // The generator of this age writes an empty list on three lines
                // inside another value.
                match indent {
                    Some(depth) => {
                        out.push_str(&format!("[\n\n{}]", "  ".repeat(depth)));
                    }
                    None => out.push_str("[]"),
                }
                return Ok(());
            }
            out.push('[');
            let done = interp.once_per_object(value, |interp| {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    line(out, inner);
                    write(interp, item, inner, out)?;
                }
                Ok(())
            })?;
            if done.is_none() {
                return Err(interp.raise("JSON::NestingError", "nesting of 101 is too deep"));
            }
            line(out, indent);
            out.push(']');
        }
        Value::Hash(hash) => {
            let pairs = hash.pairs();
            if pairs.is_empty() {
                match indent {
                    Some(depth) => {
                        out.push_str(&format!("{{\n{}}}", "  ".repeat(depth)));
                    }
                    None => out.push_str("{}"),
                }
                return Ok(());
            }
            out.push('{');
            let done = interp.once_per_object(value, |interp| {
                for (i, (key, item)) in pairs.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    line(out, inner);
                    let key = interp.text(key)?;
                    out.push_str(&quoted(&key));
                    out.push_str(if inner.is_some() { ": " } else { ":" });
                    write(interp, item, inner, out)?;
                }
                Ok(())
            })?;
            if done.is_none() {
                return Err(interp.raise("JSON::NestingError", "nesting of 101 is too deep"));
            }
            line(out, indent);
            out.push('}');
        }
        other => {
            let class = interp.class_of(other);
            let own = interp
                .find_method(&class, Sym::new("to_json"))
                .is_some_and(|method| !Rc::ptr_eq(&method.owner, &interp.core.object));
            if own {
                let text = interp.send_list(other, "to_json", &[])?;
                out.push_str(&interp.text(&text)?);
            } else if interp.responds(other, "to_h") && !matches!(other, Value::Object(_)) {
                let hash = interp.send_list(other, "to_h", &[])?;
                write(interp, &hash, indent, out)?;
            } else {
                let text = interp.text(other)?;
                out.push_str(&quoted(&text));
            }
        }
    }
    Ok(())
}

fn generate(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut out = String::new();
    write(interp, &args.get(0), None, &mut out)?;
    if let Some(stream) = args
        .opt(1)
        .filter(|stream| matches!(stream, Value::Object(_)))
    {
        super::io::write_to(interp, stream, out.as_bytes())?;
        return Ok(stream.clone());
    }
    Ok(Value::str(out))
}

fn pretty_generate(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut out = String::new();
    write(interp, &args.get(0), Some(0), &mut out)?;
    Ok(Value::str(out))
}

fn to_json(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut out = String::new();
    write(interp, this, None, &mut out)?;
    Ok(Value::str(out))
}
