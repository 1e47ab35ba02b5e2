//! `Regexp` and `MatchData`: Ruby's syntax translated for a backtracking engine.

use std::rc::Rc;

use crate::ruby::ast::RegexpFlags;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, Data, MatchInfo, Object, RegexpValue, Value};

use super::regexp_syntax::translate;

const REGEXP: Rows = &[
    row("match", 1, 2, matched),
    row("match?", 1, 2, is_match),
    row("=~", 1, 1, match_at),
    row("===", 1, 1, case_equal),
    row("== eql?", 1, 1, equal),
    row("source", 0, 0, source),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
    row("options", 0, 0, options),
    row("casefold?", 0, 0, casefold),
    row("names", 0, 0, names),
    row("named_captures", 0, 0, group_numbers),
    row("hash", 0, 0, hash),
    row("~", 0, 0, nothing),
];

const REGEXP_SINGLETON: Rows = &[
    row("new compile", 1, 3, new),
    row("escape quote", 1, 1, escape_method),
    any("union", 0, union),
    row("last_match", 0, 1, last_match),
    row("try_convert", 1, 1, try_convert),
];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.regexp, REGEXP);
    interp.add_singleton_rows(&core.regexp, REGEXP_SINGLETON);
    interp.add_rows(&core.match_data, super::match_data::MATCH);
    for (name, value) in [("IGNORECASE", 1), ("EXTENDED", 2), ("MULTILINE", 4)] {
        interp.set_const(&core.regexp, name.into(), Value::Int(value));
    }
}

impl Interp {
    /// Returns the compiled form of an expression.
    pub(in crate::ruby) fn compile(
        &mut self,
        regexp: &RegexpValue,
    ) -> Outcome<Rc<fancy_regex::Regex>> {
        if regexp.compiled.get().is_none() {
            let key = (Rc::clone(&regexp.source), regexp.flags);
            let known = self.regexps.get(&key).cloned();
            let compiled = match known {
                Some(compiled) => Ok(compiled),
                None => {
                    let pattern = translate(&regexp.source, regexp.flags);
                    fancy_regex::RegexBuilder::new(&pattern)
                        .backtrack_limit(5_000_000)
                        .build()
                        .map(Rc::new)
                        .map_err(|error| error.to_string())
                }
            };
            if let Ok(compiled) = &compiled {
                self.regexps.insert(key, Rc::clone(compiled));
            }
            let _ = regexp.compiled.set(compiled);
        }
        match regexp.compiled.get() {
            Some(Ok(compiled)) => Ok(Rc::clone(compiled)),
            Some(Err(reason)) => {
                let message = format!("{reason}: /{}/", regexp.source);
                Err(self.raise("RegexpError", message))
            }
            None => Err(self.raise("RegexpError", "the expression has no form")),
        }
    }

    /// Searches `text` from the byte `start`, without setting `$~`.
    pub(in crate::ruby) fn search(
        &mut self,
        regexp: &Rc<RegexpValue>,
        text: &Rc<str>,
        start: usize,
    ) -> Outcome<Option<Rc<MatchInfo>>> {
        let compiled = self.compile(regexp)?;
        if start > text.len() || !text.is_char_boundary(start) {
            return Ok(None);
        }
        match compiled.captures_from_pos(text, start) {
            Ok(Some(found)) => {
                let groups = (0..found.len())
                    .map(|i| found.get(i).map(|m| (m.start(), m.end())))
                    .collect();
                let names = compiled
                    .capture_names()
                    .enumerate()
                    .filter_map(|(i, name)| Some((name?.to_owned(), i)))
                    .collect();
                Ok(Some(Rc::new(MatchInfo {
                    text: Rc::clone(text),
                    groups,
                    names,
                    regexp: Rc::clone(regexp),
                })))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(self.raise("RegexpError", format!("{error}: /{}/", regexp.source))),
        }
    }

    /// Searches and sets `$~`.
    pub(in crate::ruby) fn search_and_set(
        &mut self,
        regexp: &Rc<RegexpValue>,
        text: &Rc<str>,
        start: usize,
    ) -> Outcome<Option<Rc<MatchInfo>>> {
        let found = self.search(regexp, text, start)?;
        self.set_match(found.as_ref());
        Ok(found)
    }

    /// Sets `$~`.
    pub(in crate::ruby) fn set_match(&mut self, found: Option<&Rc<MatchInfo>>) {
        self.last_match = match found {
            Some(found) => self.match_value(found),
            None => Value::Nil,
        };
    }

    /// Returns a match as a MatchData.
    pub(in crate::ruby) fn match_value(&self, found: &Rc<MatchInfo>) -> Value {
        Value::Object(Object::new(
            Rc::clone(&self.core.match_data),
            Data::Match(Rc::clone(found)),
        ))
    }

    fn current_match(&self) -> Option<Rc<MatchInfo>> {
        match_info(&self.last_match)
    }

    /// Returns `$1` and the like.
    pub(in crate::ruby) fn match_group(&self, index: usize) -> Value {
        match self.current_match() {
            Some(found) => found.group(index).map_or(Value::Nil, Value::str),
            None => Value::Nil,
        }
    }

    /// Returns a group by its name.
    pub(in crate::ruby) fn match_named(&self, name: &str) -> Value {
        match self.current_match() {
            Some(found) => named(&found, name).unwrap_or_default(),
            None => Value::Nil,
        }
    }

    /// Returns `$&` and the like.
    pub(in crate::ruby) fn match_part(&self, part: char) -> Value {
        let Some(found) = self.current_match() else {
            return Value::Nil;
        };
        let (start, end) = found.groups.first().copied().flatten().unwrap_or((0, 0));
        let text = match part {
            '`' => found.text.get(..start),
            '\'' => found.text.get(end..),
            '+' => (1..found.groups.len()).rev().find_map(|i| found.group(i)),
            _ => found.group(0),
        };
        text.map_or(Value::Nil, Value::str)
    }

    /// Returns an expression from a Regexp or a String, which is taken literally.
    pub(in crate::ruby) fn regexp_arg(&mut self, value: &Value) -> Outcome<Rc<RegexpValue>> {
        match value {
            Value::Regexp(regexp) => Ok(Rc::clone(regexp)),
            value => {
                let text = match value {
                    Value::Str(text) => text.text(),
                    value => {
                        let word = self.type_word(value);
                        let message = format!("wrong argument type {word} (expected Regexp)");
                        return Err(self.raise("TypeError", message));
                    }
                };
                Ok(Rc::new(RegexpValue::new(
                    &escape(&text),
                    RegexpFlags::default(),
                )))
            }
        }
    }
}

/// Returns what a MatchData holds.
pub(in crate::ruby) fn match_info(value: &Value) -> Option<Rc<MatchInfo>> {
    match value {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Match(found) => Some(Rc::clone(found)),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the text of a named group.
pub(super) fn named(found: &MatchInfo, name: &str) -> Option<Value> {
    let groups: Vec<usize> = found
        .names
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, index)| *index)
        .collect();
    if groups.is_empty() {
        return None;
    }
    let text = groups.iter().rev().find_map(|index| found.group(*index));
    Some(text.map_or(Value::Nil, Value::str))
}

/// Returns text with every special character escaped.
pub(in crate::ruby) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            ' ' => out.push_str("\\ "),
            '.' | '*' | '?' | '+' | '^' | '$' | '|' | '\\' | '(' | ')' | '[' | ']' | '{' | '}'
            | '-' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn letters(flags: RegexpFlags) -> (String, String) {
    let mut on = String::new();
    let mut off = String::new();
    for (set, letter) in [
        (flags.multi_line, 'm'),
        (flags.ignore_case, 'i'),
        (flags.extended, 'x'),
    ] {
        if set {
            on.push(letter);
        } else {
            off.push(letter);
        }
    }
    (on, off)
}

/// Returns an expression as it stands inside another one.
pub(in crate::ruby) fn embedded(regexp: &RegexpValue) -> String {
    let (on, off) = letters(regexp.flags);
    let off = if off.is_empty() {
        off
    } else {
        format!("-{off}")
    };
    format!("(?{on}{off}:{})", regexp.source)
}

fn this_regexp(interp: &mut Interp, this: &Value) -> Outcome<Rc<RegexpValue>> {
    match this {
        Value::Regexp(regexp) => Ok(Rc::clone(regexp)),
        _ => Err(interp.raise("TypeError", "uninitialized Regexp")),
    }
}

fn text_arg(interp: &mut Interp, value: &Value) -> Outcome<Option<Rc<str>>> {
    match value {
        Value::Nil => Ok(None),
        Value::Sym(symbol) => Ok(Some(symbol.name())),
        value => Ok(Some(Rc::from(interp.str_arg(value)?))),
    }
}

/// Returns the byte offset of a character offset; negative ones count from the end.
fn byte_start(text: &str, chars: i64) -> Option<usize> {
    let chars = if chars < 0 {
        chars + text.chars().count() as i64
    } else {
        chars
    };
    let chars = usize::try_from(chars).ok()?;
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(chars)
}

fn matched(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let Some(text) = text_arg(interp, &args.get(0))? else {
        interp.last_match = Value::Nil;
        return Ok(Value::Nil);
    };
    let start = byte_start(&text, args.get(1).as_int().unwrap_or(0));
    let found = match start {
        Some(start) => interp.search_and_set(&regexp, &text, start)?,
        None => None,
    };
    match (found, &args.block) {
        (Some(_), Some(block)) => {
            let value = interp.last_match.clone();
            interp.call_block(block, &[value])
        }
        (Some(_), None) => Ok(interp.last_match.clone()),
        (None, _) => Ok(Value::Nil),
    }
}

fn is_match(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let Some(text) = text_arg(interp, &args.get(0))? else {
        return Ok(Value::Bool(false));
    };
    let start = byte_start(&text, args.get(1).as_int().unwrap_or(0)).unwrap_or(usize::MAX);
    Ok(Value::Bool(interp.search(&regexp, &text, start)?.is_some()))
}

/// Returns where a match starts, in characters.
pub(in crate::ruby) fn char_at(found: &MatchInfo, group: usize) -> Option<i64> {
    let (start, _) = found.groups.get(group).copied().flatten()?;
    Some(found.text.get(..start)?.chars().count() as i64)
}

fn match_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let Some(text) = text_arg(interp, &args.get(0))? else {
        interp.last_match = Value::Nil;
        return Ok(Value::Nil);
    };
    let found = interp.search_and_set(&regexp, &text, 0)?;
    Ok(found.and_then(|found| char_at(&found, 0)).into())
}

fn case_equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let text = match args.get(0) {
        Value::Sym(symbol) => symbol.name(),
        Value::Str(text) => Rc::from(text.text()),
        _ => return Ok(Value::Bool(false)),
    };
    let found = interp.search_and_set(&regexp, &text, 0)?;
    Ok(Value::Bool(found.is_some()))
}

fn source(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(&this_regexp(interp, this)?.source))
}

fn to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(embedded(&*this_regexp(interp, this)?)))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let (on, _) = letters(regexp.flags);
    let mut shown = String::new();
    let mut escaped = false;
    for c in regexp.source.chars() {
        if c == '/' && !escaped {
            shown.push('\\');
        }
        escaped = c == '\\' && !escaped;
        match c {
            '\n' => shown.push_str("\\n"),
            c => shown.push(c),
        }
    }
    Ok(Value::str(format!("/{shown}/{on}")))
}

fn options(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let flags = this_regexp(interp, this)?.flags;
    Ok(Value::Int(
        i64::from(flags.ignore_case)
            | i64::from(flags.extended) << 1
            | i64::from(flags.multi_line) << 2,
    ))
}

fn casefold(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_regexp(interp, this)?.flags.ignore_case))
}

fn names(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let compiled = interp.compile(&regexp)?;
    let list: Vec<Value> = compiled.capture_names().flatten().map(Value::str).collect();
    Ok(Value::array(list))
}

fn group_numbers(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let regexp = this_regexp(interp, this)?;
    let compiled = interp.compile(&regexp)?;
    let pairs = compiled.capture_names().enumerate();
    Ok(Value::hash(pairs.filter_map(|(i, name)| {
        Some((Value::str(name?), Value::array([Value::size(i)])))
    })))
}

fn equal(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(match (this, args.get(0)) {
        (Value::Regexp(a), Value::Regexp(b)) => a.source == b.source && a.flags == b.flags,
        _ => false,
    }))
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this.identity()))
}

fn nothing(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (source, mut flags) = match args.get(0) {
        Value::Regexp(regexp) => (regexp.source.to_string(), regexp.flags),
        other => (interp.str_arg(&other)?, RegexpFlags::default()),
    };
    match args.get(1) {
        Value::Int(bits) => {
            flags = RegexpFlags {
                ignore_case: bits & 1 != 0,
                extended: bits & 2 != 0,
                multi_line: bits & 4 != 0,
            };
        }
        Value::Str(letters) => {
            let letters = letters.text();
            flags = RegexpFlags {
                ignore_case: letters.contains('i'),
                extended: letters.contains('x'),
                multi_line: letters.contains('m'),
            };
        }
        other => flags.ignore_case |= other.truthy(),
    }
    let value = Value::regexp(&source, flags);
    if let Value::Regexp(regexp) = &value {
        interp.compile(regexp)?;
    }
    Ok(value)
}

fn escape_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = match args.get(0) {
        Value::Sym(symbol) => symbol.name().to_string(),
        other => interp.str_arg(&other)?,
    };
    Ok(Value::str(escape(&text)))
}

fn union(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let list = match args.list.as_slice() {
        [Value::Array(items)] => items.to_vec(),
        list => list.to_vec(),
    };
    if list.is_empty() {
        return Ok(Value::regexp("(?!)", RegexpFlags::default()));
    }
    let mut parts = Vec::new();
    let single = list.len() == 1;
    for value in &list {
        match value {
            Value::Regexp(regexp) if single => return Ok(Value::Regexp(Rc::clone(regexp))),
            Value::Regexp(regexp) => parts.push(embedded(regexp)),
            Value::Sym(symbol) => parts.push(escape(&symbol.name())),
            other => parts.push(escape(&interp.str_arg(other)?)),
        }
    }
    Ok(Value::regexp(&parts.join("|"), RegexpFlags::default()))
}

fn last_match(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match args.opt(0) {
        None => Ok(interp.last_match.clone()),
        Some(_) if interp.last_match.is_nil() => Ok(Value::Nil),
        Some(index) => {
            let found = interp.last_match.clone();
            interp.send_list(&found, "[]", std::slice::from_ref(index))
        }
    }
}

fn try_convert(_: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Regexp(regexp) => Ok(Value::Regexp(regexp)),
        _ => Ok(Value::Nil),
    }
}
