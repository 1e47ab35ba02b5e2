//! Values as text, comparison and conversion, by way of the methods that a
//! program may have redefined.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::Interp;
use crate::ruby::error::Outcome;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, RHash, Value};

impl Interp {
    /// Returns the text of `to_s`.
    pub fn text(&mut self, value: &Value) -> Outcome<String> {
        match value {
            Value::Str(string) => Ok(string.text()),
            Value::Sym(symbol) => Ok(symbol.name().to_string()),
            Value::Nil => Ok(String::new()),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Int(number) => Ok(number.to_string()),
            Value::Big(number) => Ok(number.to_string()),
            Value::Float(number) => Ok(float_text(*number)),
            _ => {
                let answer = self.send_list(value, "to_s", &[])?;
                match answer {
                    Value::Str(string) => Ok(string.text()),
                    _ => Ok(self.plain_inspect(value)),
                }
            }
        }
    }

    /// Adds the text of a value to `bytes`, as interpolation does.
    pub(in crate::ruby) fn add_text(&mut self, bytes: &mut Vec<u8>, value: &Value) -> Outcome<()> {
        match value {
            Value::Str(string) => string.with(|b| bytes.extend_from_slice(b)),
            value => bytes.extend_from_slice(self.text(value)?.as_bytes()),
        }
        Ok(())
    }

    /// Returns the text of `inspect`.
    pub fn inspect(&mut self, value: &Value) -> Outcome<String> {
        match value {
            Value::Nil => Ok("nil".to_owned()),
            Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) => self.text(value),
            Value::Sym(symbol) => Ok(inspect_symbol(&symbol.name())),
            Value::Str(string) => {
                Ok(string.with(|bytes| inspect_bytes(bytes, string.binary.get())))
            }
            _ => {
                let answer = self.send_list(value, "inspect", &[])?;
                match answer {
                    Value::Str(string) => Ok(string.text()),
                    _ => Ok(self.plain_inspect(value)),
                }
            }
        }
    }

    /// Returns `#<Class>`, which is what is left when `inspect` is no help.
    pub(in crate::ruby) fn plain_inspect(&mut self, value: &Value) -> String {
        let class = self.real_class_of(value).display_name();
        format!("#<{class}:0x{:016x}>", value.identity())
    }

    /// Runs `f` unless it is running for this object already; then `None`.
    pub(in crate::ruby) fn once_per_object<T>(
        &mut self,
        value: &Value,
        f: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let identity = value.identity();
        if self.inspecting.contains(&identity) {
            return Ok(None);
        }
        self.inspecting.push(identity);
        let result = self.deeper(f);
        self.inspecting.retain(|known| *known != identity);
        result.map(Some)
    }

    /// Returns `inspect` of an array.
    pub(in crate::ruby) fn inspect_array(
        &mut self,
        value: &Value,
        items: &[Value],
    ) -> Outcome<String> {
        let shown = self.once_per_object(value, |interp| {
            let mut text = String::from("[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push_str(", ");
                }
                text.push_str(&interp.inspect(item)?);
            }
            text.push(']');
            Ok(text)
        })?;
        Ok(shown.unwrap_or_else(|| "[...]".to_owned()))
    }

    /// Returns `inspect` of a hash.
    pub(in crate::ruby) fn inspect_hash(&mut self, value: &Value, hash: &RHash) -> Outcome<String> {
        if hash.is_empty() {
            return Ok("{}".to_owned());
        }
        let pairs = hash.pairs();
        let shown = self.once_per_object(value, |interp| {
            let mut text = String::from("{");
            for (i, (key, value)) in pairs.iter().enumerate() {
                if i > 0 {
                    text.push_str(", ");
                }
                let key = interp.inspect(key)?;
                let value = interp.inspect(value)?;
                let _ = write!(text, "{key}=>{value}");
            }
            text.push('}');
            Ok(text)
        })?;
        Ok(shown.unwrap_or_else(|| "{...}".to_owned()))
    }

    /// Compares as `==`.
    pub fn equal(&mut self, a: &Value, b: &Value) -> Outcome<bool> {
        match (a, b) {
            (Value::Float(a), Value::Float(b)) => return Ok(a == b),
            _ if a.same(b) && !matches!(a, Value::Object(_)) => return Ok(true),
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
                return Ok(*a as f64 == *b);
            }
            (Value::Big(a), Value::Big(b)) => return Ok(a == b),
            (Value::Big(a), Value::Float(b)) | (Value::Float(b), Value::Big(a)) => {
                return Ok(a.to_f64() == Some(*b));
            }
            (Value::Str(a), Value::Str(b)) => return Ok(a.with(|a| b.with(|b| a == b))),
            (Value::Array(x), Value::Array(y)) => {
                let (x, y) = (x.to_vec(), y.to_vec());
                if x.len() != y.len() {
                    return Ok(false);
                }
                return self.deeper(|interp| {
                    for (x, y) in x.iter().zip(&y) {
                        if !interp.equal(x, y)? {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                });
            }
            (Value::Hash(x), Value::Hash(y)) => {
                if x.len() != y.len() {
                    return Ok(false);
                }
                let (x, y) = (x.pairs(), Rc::clone(y));
                return self.deeper(|interp| {
                    for (key, value) in &x {
                        match y.get(key) {
                            Some(other) if interp.equal(value, &other)? => {}
                            _ => return Ok(false),
                        }
                    }
                    Ok(true)
                });
            }
            (Value::Range(x), Value::Range(y)) => {
                return Ok(x.exclusive == y.exclusive
                    && self.equal(&x.from, &y.from)?
                    && self.equal(&x.to, &y.to)?);
            }
            (Value::Regexp(a), Value::Regexp(b)) => {
                return Ok(a.source == b.source && a.flags == b.flags);
            }
            (Value::Object(_), _) => {}
            // A number on the left of an object of the program: the object decides.
            (Value::Int(_) | Value::Float(_) | Value::Big(_), Value::Object(_)) => {
                return Ok(self.send_list(b, "==", &[a.clone()])?.truthy());
            }
            _ => return Ok(false),
        }
        Ok(self.send_list(a, "==", std::slice::from_ref(b))?.truthy())
    }

    /// Compares as `<=>`; `None` where that is nil.
    pub fn compare(&mut self, a: &Value, b: &Value) -> Outcome<Option<Ordering>> {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => return Ok(Some(a.cmp(b))),
            (Value::Str(a), Value::Str(b)) => return Ok(Some(a.with(|a| b.with(|b| a.cmp(b))))),
            (Value::Sym(a), Value::Sym(b)) => return Ok(Some(a.name().cmp(&b.name()))),
            (Value::Int(_) | Value::Big(_), Value::Int(_) | Value::Big(_)) => {
                return Ok(Some(big_of(a).cmp(&big_of(b))));
            }
            (
                Value::Int(_) | Value::Big(_) | Value::Float(_),
                Value::Int(_) | Value::Big(_) | Value::Float(_),
            ) => {
                let (Some(a), Some(b)) = (a.as_float(), b.as_float()) else {
                    return Ok(None);
                };
                return Ok(a.partial_cmp(&b));
            }
            (Value::Array(a), Value::Array(b)) => {
                let (a, b) = (a.to_vec(), b.to_vec());
                return self.deeper(|interp| {
                    for (x, y) in a.iter().zip(&b) {
                        match interp.compare(x, y)? {
                            Some(Ordering::Equal) => {}
                            other => return Ok(other),
                        }
                    }
                    Ok(Some(a.len().cmp(&b.len())))
                });
            }
            _ => {}
        }
        if !self.responds(a, "<=>") {
            return Ok(None);
        }
        let answer = self.send_list(a, "<=>", std::slice::from_ref(b))?;
        Ok(match answer {
            Value::Int(number) => Some(number.cmp(&0)),
            Value::Float(number) => number.partial_cmp(&0.0),
            _ => None,
        })
    }

    /// Compares as `<=>`, or raises that it cannot.
    pub(in crate::ruby) fn order(&mut self, a: &Value, b: &Value) -> Outcome<Ordering> {
        if let Some(order) = self.compare(a, b)? {
            return Ok(order);
        }
        let class = self.real_class_of(a).display_name();
        let shown = match b {
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) => self.inspect(b)?,
            _ => self.real_class_of(b).display_name().to_string(),
        };
        Err(self.raise(
            "ArgumentError",
            format!("comparison of {class} with {shown} failed"),
        ))
    }

    /// Sorts as `<=>` orders.
    pub(in crate::ruby) fn sort(&mut self, items: &mut [Value]) -> Outcome<()> {
        self.sort_by(items, |interp, a, b| interp.order(a, b))
    }

    /// Sorts by a comparison that may fail; stable, by merging.
    pub(in crate::ruby) fn sort_by<T: Clone>(
        &mut self,
        items: &mut [T],
        mut order: impl FnMut(&mut Self, &T, &T) -> Outcome<Ordering>,
    ) -> Outcome<()> {
        let length = items.len();
        let mut width = 1;
        let mut from: Vec<T> = items.to_vec();
        while width < length {
            let mut to = Vec::with_capacity(length);
            let mut start = 0;
            while start < length {
                let middle = (start + width).min(length);
                let end = (start + 2 * width).min(length);
                let (mut a, mut b) = (start, middle);
                while a < middle || b < end {
                    let left = a < middle
                        && (b >= end || order(self, &from[a], &from[b])? != Ordering::Greater);
                    if left {
                        to.push(from[a].clone());
                        a += 1;
                    } else {
                        to.push(from[b].clone());
                        b += 1;
                    }
                }
                start = end;
            }
            from = to;
            width *= 2;
        }
        items.clone_from_slice(&from);
        Ok(())
    }

    /// Compares as `===`, the pattern first.
    pub fn case_equal(&mut self, pattern: &Value, value: &Value) -> Outcome<bool> {
        match pattern {
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Sym(_)
            | Value::Str(_) => self.equal(pattern, value),
            _ => Ok(self
                .send_list(pattern, "===", std::slice::from_ref(value))?
                .truthy()),
        }
    }

    /// Returns a number for the class of a value in a sentence: `nil`, `String`.
    pub(in crate::ruby) fn type_word(&mut self, value: &Value) -> String {
        match value {
            Value::Nil => "nil".to_owned(),
            Value::Bool(value) => value.to_string(),
            _ => self.real_class_of(value).display_name().to_string(),
        }
    }

    /// Returns the text of a String or of what `to_str` gives.
    pub(in crate::ruby) fn str_arg(&mut self, value: &Value) -> Outcome<String> {
        if let Value::Str(string) = value {
            return Ok(string.text());
        }
        if matches!(value, Value::Object(_)) && self.responds(value, "to_str") {
            let answer = self.send_list(value, "to_str", &[])?;
            if let Some(text) = answer.as_string() {
                return Ok(text);
            }
        }
        let word = self.type_word(value);
        Err(self.raise(
            "TypeError",
            format!("no implicit conversion of {word} into String"),
        ))
    }

    /// Returns the bytes of a String or of what `to_str` gives.
    pub(in crate::ruby) fn bytes_arg(&mut self, value: &Value) -> Outcome<Vec<u8>> {
        match value {
            Value::Str(string) => Ok(string.to_bytes()),
            value => Ok(self.str_arg(value)?.into_bytes()),
        }
    }

    /// Returns a name given as a String or Symbol.
    pub(in crate::ruby) fn name_arg(&mut self, value: &Value) -> Outcome<Sym> {
        match value {
            Value::Sym(symbol) => Ok(*symbol),
            Value::Str(string) => Ok(Sym::new(&string.text())),
            value => {
                let shown = self.inspect(value)?;
                Err(self.raise("TypeError", format!("{shown} is not a symbol nor a string")))
            }
        }
    }

    /// Returns an Integer, or what `to_int` gives.
    pub(in crate::ruby) fn int_arg(&mut self, value: &Value) -> Outcome<i64> {
        match value {
            Value::Int(number) => return Ok(*number),
            Value::Float(number) if number.is_finite() => return Ok(number.trunc() as i64),
            Value::Float(number) => {
                let text = float_text(*number);
                return Err(self.raise("FloatDomainError", text));
            }
            Value::Big(_) => {
                return Err(self.raise("RangeError", "bignum too big to convert into `long'"));
            }
            Value::Object(_) if self.responds(value, "to_int") => {
                let answer = self.send_list(value, "to_int", &[])?;
                if let Value::Int(number) = answer {
                    return Ok(number);
                }
            }
            _ => {}
        }
        let word = match value {
            Value::Nil => "from nil to integer".to_owned(),
            value => format!("of {} into Integer", self.type_word(value)),
        };
        Err(self.raise("TypeError", format!("no implicit conversion {word}")))
    }

    /// Returns a Float from any number.
    pub(in crate::ruby) fn float_arg(&mut self, value: &Value) -> Outcome<f64> {
        if let Some(number) = value.as_float() {
            return Ok(number);
        }
        if let Value::Object(object) = value
            && let Data::Rational(a, b) = &*object.data.borrow()
        {
            return Ok(a.to_f64().unwrap_or(0.0) / b.to_f64().unwrap_or(1.0));
        }
        let word = match value {
            Value::Nil => "can't convert nil into Float".to_owned(),
            value => format!("can't convert {} into Float", self.type_word(value)),
        };
        Err(self.raise("TypeError", word))
    }

    /// Returns the elements of an Array or of what `to_ary` gives.
    pub(in crate::ruby) fn array_arg(&mut self, value: &Value) -> Outcome<Vec<Value>> {
        if let Some(items) = self.try_array(value)? {
            return Ok(items);
        }
        let word = self.type_word(value);
        Err(self.raise(
            "TypeError",
            format!("no implicit conversion of {word} into Array"),
        ))
    }

    /// Returns a Hash or what `to_hash` gives.
    pub(in crate::ruby) fn hash_arg(&mut self, value: &Value) -> Outcome<Rc<RHash>> {
        if let Value::Hash(hash) = value {
            return Ok(Rc::clone(hash));
        }
        if matches!(value, Value::Object(_) | Value::Native(_)) && self.responds(value, "to_hash") {
            let answer = self.send_list(value, "to_hash", &[])?;
            if let Value::Hash(hash) = answer {
                return Ok(hash);
            }
        }
        let word = self.type_word(value);
        Err(self.raise(
            "TypeError",
            format!("no implicit conversion of {word} into Hash"),
        ))
    }

    /// Returns the elements that `*value` spreads into.
    pub(in crate::ruby) fn splat(&mut self, value: &Value) -> Outcome<Vec<Value>> {
        match value {
            Value::Array(array) => Ok(array.to_vec()),
            Value::Nil => Ok(Vec::new()),
            Value::Hash(hash) => Ok(hash
                .pairs()
                .into_iter()
                .map(|(k, v)| Value::array([k, v]))
                .collect()),
            Value::Range(_) | Value::Object(_) if self.responds(value, "to_a") => {
                let answer = self.send_list(value, "to_a", &[])?;
                self.array_arg(&answer)
            }
            value => Ok(vec![value.clone()]),
        }
    }

    /// Calls a block and collects what `each` of a value yields.
    pub(in crate::ruby) fn each(
        &mut self,
        value: &Value,
        mut f: impl FnMut(&mut Interp, Value) -> Outcome<bool> + 'static,
    ) -> Outcome<()> {
        // The block ends the iteration by a `break` of its own.
        let stop = self.new_number();
        let done = std::cell::Cell::new(false);
        let f = std::cell::RefCell::new(move |interp: &mut Interp, args: &Args| {
            let item = match args.list.len() {
                1 => args.get(0),
                0 => Value::Nil,
                _ => Value::array(args.list.clone()),
            };
            f(interp, item)
        });
        let block = self.host_proc(-1, move |interp, _, args| {
            let go_on = match f.try_borrow_mut() {
                Ok(mut f) => f(interp, args)?,
                Err(_) => true,
            };
            if go_on {
                Ok(Value::Nil)
            } else {
                Err(crate::ruby::error::Unwind::Break(stop, Value::Nil).into())
            }
        });
        done.set(true);
        let args = Args::default().with_block(Some(block));
        match self.send(value, Sym::new("each"), args) {
            Ok(_) => Ok(()),
            Err(flow) => match *flow.0 {
                crate::ruby::error::Unwind::Break(to, _) if to == stop => Ok(()),
                unwind => Err(unwind.into()),
            },
        }
    }

    /// Returns everything that `each` of a value yields.
    pub(in crate::ruby) fn collect(&mut self, value: &Value) -> Outcome<Vec<Value>> {
        match value {
            Value::Array(array) => Ok(array.to_vec()),
            Value::Hash(hash) => Ok(hash
                .pairs()
                .into_iter()
                .map(|(k, v)| Value::array([k, v]))
                .collect()),
            value => {
                let items = Rc::new(std::cell::RefCell::new(Vec::new()));
                let sink = Rc::clone(&items);
                self.each(value, move |_, item| {
                    sink.borrow_mut().push(item);
                    Ok(true)
                })?;
                Ok(items.take())
            }
        }
    }
}

/// Returns an Integer as a big one.
pub(in crate::ruby) fn big_of(value: &Value) -> BigInt {
    match value {
        Value::Int(number) => BigInt::from(*number),
        Value::Big(number) => (**number).clone(),
        _ => BigInt::default(),
    }
}

/// Returns a Float as Ruby writes it.
pub(in crate::ruby) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // A whole number of sixteen digits is written with an exponent, one with a
    // fraction is not.
    let count = digits.chars().filter(char::is_ascii_digit).count() as i32;
    let limit = if count > exponent + 1 { 16 } else { 15 };
    if number != 0.0 && !(-4..limit).contains(&exponent) {
        let digits = if digits.contains('.') {
            digits.to_owned()
        } else {
            format!("{digits}.0")
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') {
        plain
    } else {
        format!("{plain}.0")
    }
}

/// Returns a string as `inspect` shows it.
pub(in crate::ruby) fn inspect_bytes(bytes: &[u8], binary: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\x1b' => out.push_str("\\e"),
                '\x07' => out.push_str("\\a"),
                '\x08' => out.push_str("\\b"),
                '\x0b' => out.push_str("\\v"),
                '\x0c' => out.push_str("\\f"),
                '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
                c if c.is_ascii_control() && binary => {
                    let _ = write!(out, "\\x{:02X}", c as u32);
                }
                c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
                c if binary => {
                    let mut buffer = [0; 4];
                    for byte in c.encode_utf8(&mut buffer).bytes() {
                        let _ = write!(out, "\\x{byte:02X}");
                    }
                }
                c if c.is_control() || is_unprintable(c) => {
                    if (c as u32) > 0xffff {
                        let _ = write!(out, "\\u{{{:X}}}", c as u32);
                    } else {
                        let _ = write!(out, "\\u{:04X}", c as u32);
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out.push('"');
    out
}

fn is_unprintable(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{e000}'..='\u{f8ff}')
}

/// Returns a symbol as `inspect` shows it.
pub(in crate::ruby) fn inspect_symbol(name: &str) -> String {
    if is_plain_symbol(name) {
        format!(":{name}")
    } else {
        format!(":{}", inspect_bytes(name.as_bytes(), false))
    }
}

fn is_plain_symbol(name: &str) -> bool {
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "<=>", "===", "=~", "!~",
        "!", "~", "+@", "-@", "[]", "[]=", "<<", ">>", "&", "|", "^", "`",
    ];
    if OPERATORS.contains(&name) {
        return true;
    }
    let word = |text: &str| {
        let mut chars = text.chars();
        chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
            && chars.all(|c| c == '_' || c.is_alphanumeric())
    };
    if let Some(rest) = name
        .strip_prefix("@@")
        .or_else(|| name.strip_prefix(['@', '$']))
    {
        return word(rest) || (name.starts_with('$') && rest.chars().count() == 1);
    }
    word(name.strip_suffix(['?', '!', '=']).unwrap_or(name))
}
