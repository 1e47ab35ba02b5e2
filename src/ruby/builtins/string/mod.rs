//! `String`: what it is made of, comparison, joining and conversion. `slice`
//! takes parts, `search` looks for patterns and replaces, `change` makes other
//! strings from it, `format` fills templates.

mod change;
mod format;
mod pack;
mod search;
mod slice;
mod tr;

use std::rc::Rc;

pub(super) use slice::{bounds, range_bounds};

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RString, Value};

const METHODS: Rows = &[
    any_keywords("initialize", 0, initialize),
    row("+", 1, 1, plus),
    row("*", 1, 1, times),
    row("<<", 1, 1, push),
    any("concat", 0, concat),
    any("prepend", 0, prepend),
    row("replace initialize_copy", 1, 1, replace),
    row("clear", 0, 0, clear),
    row("== ===", 1, 1, equal),
    row("eql?", 1, 1, eql),
    row("<=>", 1, 1, compare),
    row("casecmp", 1, 1, casecmp),
    row("casecmp?", 1, 1, same_case),
    row("hash", 0, 0, hash),
    row("length size", 0, 0, length),
    row("bytesize", 0, 0, bytesize),
    row("empty?", 0, 0, is_empty),
    row("to_s to_str", 0, 0, to_s),
    row("inspect dump", 0, 0, inspect),
    row("to_sym intern", 0, 0, to_sym),
    row("to_i", 0, 1, to_i),
    row("to_f", 0, 0, to_f),
    row("to_r", 0, 0, to_r),
    row("to_c", 0, 0, to_i),
    row("hex", 0, 0, hex),
    row("oct", 0, 0, oct),
    row("ord", 0, 0, ord),
    row("chr", 0, 0, chr),
    row("sum", 0, 1, sum),
    row("chars", 0, 0, chars),
    row("bytes", 0, 0, bytes),
    row("codepoints", 0, 0, codepoints),
    row("grapheme_clusters", 0, 0, chars),
    any_keywords("lines", 0, lines),
    any_keywords("each_line", 0, each_line),
    row("each_char", 0, 0, each_char),
    row("each_byte", 0, 0, each_byte),
    row("each_with_index_char", 0, 0, each_char),
    row("upto", 1, 2, upto),
    row("encoding", 0, 0, encoding),
    row("force_encoding", 1, 1, force_encoding),
    any_keywords("encode", 0, encode),
    any_keywords("encode!", 0, encode),
    row("unicode_normalize", 0, 1, unicode_normalize),
    row("b", 0, 0, binary),
    row("valid_encoding?", 0, 0, is_valid),
    row("ascii_only?", 0, 0, is_ascii),
    row("scrub", 0, 1, scrub),
    row("scrub!", 0, 1, scrub),
    row("-@ dedup", 0, 0, frozen_copy),
    row("+@", 0, 0, unfrozen),
    row("crypt", 1, 1, crypt),
];

const SINGLETON: Rows = &[row("try_convert", 1, 1, try_convert)];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.string);
    interp.add_rows(&class, METHODS);
    interp.add_rows(&class, slice::METHODS);
    interp.add_rows(&class, search::METHODS);
    interp.add_rows(&class, change::METHODS);
    interp.add_rows(&class, tr::METHODS);
    interp.add_rows(&class, pack::STRING);
    let array = Rc::clone(&interp.core.array);
    interp.add_rows(&array, pack::ARRAY);
    interp.add_singleton_rows(&class, SINGLETON);
    format::install(interp);
}

/// Returns the string that `this` is.
pub(super) fn this_str(interp: &mut Interp, this: &Value) -> Outcome<Rc<RString>> {
    match this {
        Value::Str(text) => Ok(Rc::clone(text)),
        _ => Err(interp.raise("TypeError", "uninitialized String")),
    }
}

/// Returns the text of `this`.
pub(super) fn text_of(this: &Value) -> String {
    match this {
        Value::Str(text) => text.text(),
        _ => String::new(),
    }
}

/// Sets the text of `this`, which must not be frozen.
pub(super) fn set(interp: &mut Interp, this: &Value, text: impl Into<Vec<u8>>) -> Outcome<()> {
    interp.check_frozen(this)?;
    if let Value::Str(string) = this {
        string.set(text);
    }
    Ok(())
}

fn initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if let Some(text) = args.opt(0) {
        let bytes = interp.bytes_arg(text)?;
        set(interp, this, bytes)?;
    }
    Ok(Value::Nil)
}

fn plus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut bytes = this_str(interp, this)?.to_bytes();
    bytes.extend(interp.bytes_arg(&args.get(0))?);
    interp.check_size(bytes.len())?;
    let answer = Value::bytes(bytes);
    keep_binary(this, &args.get(0), &answer);
    Ok(answer)
}

fn keep_binary(a: &Value, b: &Value, answer: &Value) {
    if let (Value::Str(a), Value::Str(b), Value::Str(answer)) = (a, b, answer) {
        let binary = a.binary.get() && !a.with(<[u8]>::is_ascii)
            || b.binary.get() && !b.with(<[u8]>::is_ascii);
        answer.binary.set(binary);
    }
}

fn times(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative argument"));
    }
    let bytes = this_str(interp, this)?.to_bytes();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    interp.check_size(bytes.len().saturating_mul(count))?;
    Ok(Value::bytes(bytes.repeat(count)))
}

fn push(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.check_frozen(this)?;
    let bytes = match args.get(0) {
        Value::Int(code) => {
            let c = u32::try_from(code).ok().and_then(char::from_u32);
            match c {
                Some(c) => c.to_string().into_bytes(),
                None => return Err(interp.raise("RangeError", format!("{code} out of char range"))),
            }
        }
        other => interp.bytes_arg(&other)?,
    };
    let string = this_str(interp, this)?;
    interp.check_size(string.len() + bytes.len())?;
    string.push(&bytes);
    Ok(this.clone())
}

fn concat(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for value in args.list.clone() {
        push(interp, this, &Args::new([value]))?;
    }
    Ok(this.clone())
}

fn prepend(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut bytes = Vec::new();
    for value in &args.list {
        bytes.extend(interp.bytes_arg(value)?);
    }
    bytes.extend(this_str(interp, this)?.to_bytes());
    set(interp, this, bytes)?;
    Ok(this.clone())
}

fn replace(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let bytes = interp.bytes_arg(&args.get(0))?;
    set(interp, this, bytes)?;
    Ok(this.clone())
}

fn clear(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    set(interp, this, Vec::new())?;
    Ok(this.clone())
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if matches!(other, Value::Object(_)) && interp.responds(&other, "to_str") {
        return interp.send_list(&other, "==", &[this.clone()]);
    }
    Ok(Value::Bool(interp.equal(this, &other)?))
}

fn eql(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &args.get(0))?))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if !matches!(other, Value::Str(_)) {
        return Ok(Value::Nil);
    }
    Ok(interp
        .compare(this, &other)?
        .map(|order| order as i64)
        .into())
}

fn casecmp(_interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if !matches!(other, Value::Str(_)) {
        return Ok(Value::Nil);
    }
    let (a, b) = (
        text_of(this).to_ascii_lowercase(),
        text_of(&other).to_ascii_lowercase(),
    );
    Ok(Value::Int(a.cmp(&b) as i64))
}

fn same_case(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = interp.str_arg(&args.get(0))?;
    Ok(Value::Bool(
        text_of(this).to_lowercase() == other.to_lowercase(),
    ))
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text_of(this).hash(&mut hasher);
    Ok(Value::Int((hasher.finish() >> 2) as i64))
}

fn length(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let string = this_str(interp, this)?;
    let count = if string.binary.get() {
        string.len()
    } else {
        string.with(|bytes| {
            bytes
                .utf8_chunks()
                .map(|c| c.valid().chars().count() + c.invalid().len())
                .sum()
        })
    };
    Ok(Value::size(count))
}

fn bytesize(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(this_str(interp, this)?.len()))
}

fn is_empty(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_str(interp, this)?.is_empty()))
}

fn to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(interp.inspect(this)?))
}

fn to_sym(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::sym(&text_of(this)))
}

fn to_i(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let base = match args.opt(0) {
        Some(base) => interp.int_arg(base)?,
        None => 10,
    };
    if base < 0 || base == 1 || base > 36 {
        return Err(interp.raise("ArgumentError", format!("invalid radix {base}")));
    }
    let text = text_of(this);
    if base == 0 {
        return Ok(super::integer::parse_strict(&text, 0).unwrap_or(Value::Int(0)));
    }
    Ok(super::integer::parse_lenient(&text, base as u32))
}

fn to_f(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(super::float::parse_lenient(&text_of(this))))
}

fn to_r(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let main = interp.main.clone();
    interp.send_list(&main, "Rational", &[this.clone()])
}

fn hex(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(super::integer::parse_lenient(&text_of(this), 16))
}

fn oct(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let text = text_of(this);
    let base = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => 16,
        Some("0b") => 2,
        _ => 8,
    };
    Ok(super::integer::parse_lenient(&text, base))
}

fn ord(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    match text_of(this).chars().next() {
        Some(c) => Ok(Value::Int(i64::from(c as u32))),
        None => Err(interp.raise("ArgumentError", "empty string")),
    }
}

fn chr(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(
        text_of(this).chars().take(1).collect::<String>(),
    ))
}

fn sum(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let total: u64 = this_str(interp, this)?
        .to_bytes()
        .iter()
        .map(|b| u64::from(*b))
        .sum();
    Ok(Value::Int((total & 0xffff) as i64))
}

/// Returns the characters as strings; of bytes that are no text, each byte.
pub(super) fn char_values(string: &RString) -> Vec<Value> {
    if string.binary.get() {
        return string.with(|bytes| bytes.iter().map(|b| Value::bytes(vec![*b])).collect());
    }
    string.with(|bytes| {
        let mut list = Vec::new();
        for chunk in bytes.utf8_chunks() {
            list.extend(
                chunk
                    .valid()
                    .chars()
                    .map(|c| Value::str(c.encode_utf8(&mut [0; 4]))),
            );
            list.extend(chunk.invalid().iter().map(|b| Value::bytes(vec![*b])));
        }
        list
    })
}

fn chars(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(char_values(&*this_str(interp, this)?)))
}

fn bytes(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let bytes = this_str(interp, this)?.to_bytes();
    Ok(Value::array(
        bytes
            .iter()
            .map(|b| Value::Int(i64::from(*b)))
            .collect::<Vec<_>>(),
    ))
}

fn codepoints(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let list: Vec<Value> = text_of(this)
        .chars()
        .map(|c| Value::Int(i64::from(c as u32)))
        .collect();
    Ok(Value::array(list))
}

fn split_lines(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<Vec<Value>> {
    let text = text_of(this);
    let chomp = args.keyword("chomp").is_some_and(|chomp| chomp.truthy());
    let separator = match args.opt(0) {
        Some(separator) => interp.str_arg(separator)?,
        None => "\n".to_owned(),
    };
    if separator.is_empty() {
        let mut list = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\n\n") {
            let end = at
                + rest
                    .get(at..)
                    .unwrap_or("")
                    .chars()
                    .take_while(|c| *c == '\n')
                    .count();
            // A paragraph keeps two of the ends of line that follow it.
            let kept = if chomp { at } else { at + 2 };
            list.push(Value::str(rest.get(..kept).unwrap_or("")));
            rest = rest.get(end..).unwrap_or("");
        }
        if !rest.is_empty() {
            list.push(Value::str(rest));
        }
        return Ok(list);
    }
    Ok(text
        .split_inclusive(separator.as_str())
        .map(|line| {
            if !chomp {
                return Value::str(line);
            }
            let line = line.strip_suffix(separator.as_str()).unwrap_or(line);
            Value::str(if separator == "\n" {
                line.strip_suffix('\r').unwrap_or(line)
            } else {
                line
            })
        })
        .collect())
}

fn lines(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::array(split_lines(interp, this, args)?))
}

fn each_of(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    name: &str,
    items: Vec<Value>,
) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new(name),
            args.list.clone(),
        ));
    };
    for item in items {
        interp.call_block(&block, &[item])?;
    }
    Ok(this.clone())
}

fn each_line(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = split_lines(interp, this, args)?;
    each_of(interp, this, args, "each_line", items)
}

fn each_char(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = char_values(&*this_str(interp, this)?);
    each_of(interp, this, args, "each_char", items)
}

fn each_byte(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_str(interp, this)?
        .to_bytes()
        .iter()
        .map(|b| Value::Int(i64::from(*b)))
        .collect();
    each_of(interp, this, args, "each_byte", items)
}

fn upto(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("upto"),
            args.list.clone(),
        ));
    };
    let (from, to) = (text_of(this), interp.str_arg(&args.get(0))?);
    interp.each_string(&from, &to, args.get(1).truthy(), &mut |interp, item| {
        interp.call_block(&block, &[item])?;
        Ok(true)
    })?;
    Ok(this.clone())
}

fn encoding(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let binary = this_str(interp, this)?.binary.get();
    interp.encoding_named(if binary { "ASCII-8BIT" } else { "UTF-8" })
}

fn force_encoding(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = super::encoding::held(&args.get(0));
    let name = if name.is_empty() {
        Rc::from("UTF-8")
    } else {
        name
    };
    interp.encoding_named(&name)?;
    let binary = matches!(name.to_ascii_uppercase().as_str(), "ASCII-8BIT" | "BINARY");
    this_str(interp, this)?.binary.set(binary);
    Ok(this.clone())
}

fn encode(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let string = this_str(interp, this)?;
    let name = super::encoding::held(&args.get(0));
    let lower = name.to_ascii_lowercase();
    let replaces = |key: &str| {
        args.keyword(key)
            .and_then(|v| v.as_symbol())
            .is_some_and(|v| v.is("replace"))
    };
    if lower == "us-ascii" || lower == "ascii" {
        let mut out = String::new();
        for c in string.text().chars() {
            if c.is_ascii() {
                out.push(c);
            } else if replaces("undef") || replaces("invalid") {
                let with = args.keyword("replace").unwrap_or(Value::str("?"));
                out.push_str(&interp.text(&with)?);
            } else {
                return Err(interp.raise(
                    "Encoding::UndefinedConversionError",
                    format!("U+{:04X} from UTF-8 to US-ASCII", c as u32),
                ));
            }
        }
        return Ok(Value::str(out));
    }
    if lower.starts_with("utf-16") {
        let little = lower.ends_with("le");
        let mut bytes = Vec::new();
        for unit in string.text().encode_utf16() {
            bytes.extend(if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            });
        }
        let value = Value::bytes(bytes);
        if let Value::Str(text) = &value {
            text.binary.set(true);
        }
        return Ok(value);
    }
    if !string.is_valid() && !replaces("invalid") {
        return Err(interp.raise(
            "Encoding::InvalidByteSequenceError",
            "invalid byte sequence in UTF-8",
        ));
    }
    let mut text = string.text();
    if replaces("invalid") && !string.is_valid() {
        let with = args.keyword("replace").unwrap_or(Value::str("\u{fffd}"));
        text = text.replace('\u{fffd}', &interp.text(&with)?);
    }
    if args
        .keyword("universal_newline")
        .is_some_and(|v| v.truthy())
    {
        text = text.replace("\r\n", "\n");
    }
    if args.keyword("crlf_newline").is_some_and(|v| v.truthy()) {
        text = text.replace('\n', "\r\n");
    }
    Ok(Value::str(text))
}

fn unicode_normalize(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    use unicode_normalization::UnicodeNormalization as _;
    let text = text_of(this);
    Ok(Value::from(match args.get(0).as_name().as_deref() {
        Some("nfd") => text.nfd().collect::<String>(),
        Some("nfkc") => text.nfkc().collect(),
        Some("nfkd") => text.nfkd().collect(),
        _ => text.nfc().collect(),
    }))
}

fn binary(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let value = Value::bytes(this_str(interp, this)?.to_bytes());
    if let Value::Str(text) = &value {
        text.binary.set(true);
    }
    Ok(value)
}

fn is_valid(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_str(interp, this)?.is_valid()))
}

fn is_ascii(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_str(interp, this)?.with(<[u8]>::is_ascii)))
}

fn scrub(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let with = match args.opt(0) {
        Some(with) => interp.str_arg(with)?,
        None => "\u{fffd}".to_owned(),
    };
    let string = this_str(interp, this)?;
    let clean = string.with(|bytes| {
        let mut out = String::new();
        for chunk in bytes.utf8_chunks() {
            out.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                out.push_str(&with);
            }
        }
        out
    });
    Ok(Value::str(clean))
}

fn frozen_copy(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let Value::Str(string) = this else {
        return Ok(this.clone());
    };
    if string.frozen.get() {
        return Ok(this.clone());
    }
    let copy = RString::from_bytes(string.to_bytes());
    copy.frozen.set(true);
    Ok(Value::Str(Rc::new(copy)))
}

fn unfrozen(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    if interp.is_frozen(this) {
        return super::object::copy(interp, this);
    }
    Ok(this.clone())
}

/// As crypt(3): the form of the salt (`ab`, `$1$…`, `$5$…`, `$6$…`) chooses the method.
fn crypt(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let password = interp.str_arg(this)?;
    let salt = interp.str_arg(&args.get(0))?;
    match pwhash::unix::crypt(password.as_bytes(), &salt) {
        Ok(hash) => Ok(Value::str(hash)),
        Err(_) if salt.len() < 2 => {
            Err(interp.raise("ArgumentError", "salt too short (need >=2 bytes)"))
        }
        Err(_) => Err(interp.raise("Errno::EINVAL", "Invalid argument - crypt")),
    }
}

fn try_convert(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let value = args.get(0);
    if matches!(value, Value::Str(_)) || interp.responds(&value, "to_str") {
        return Ok(Value::str(interp.str_arg(&value)?));
    }
    Ok(Value::Nil)
}
