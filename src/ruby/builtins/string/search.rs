//! Looking for text and expressions, splitting and replacing.

use std::rc::Rc;

use super::{set, text_of};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, MatchInfo, RegexpValue, Value};

use super::super::regexp::char_at;

pub(super) const METHODS: Rows = &[
    row("=~", 1, 1, match_at),
    row("match", 1, 2, matched),
    row("match?", 1, 2, is_match),
    row("include? member?", 1, 1, includes),
    any("start_with?", 0, start_with),
    any("end_with?", 0, end_with),
    row("index", 1, 2, index),
    row("rindex", 1, 2, rindex),
    row("byteindex", 1, 2, byteindex),
    row("scan", 1, 1, scan),
    row("split", 0, 2, split),
    row("partition", 1, 1, partition),
    row("rpartition", 1, 1, rpartition),
    row("sub", 1, 2, sub),
    row("sub!", 1, 2, sub_bang),
    row("gsub", 1, 2, gsub),
    row("gsub!", 1, 2, gsub_bang),
    row("delete_prefix", 1, 1, delete_prefix),
    row("delete_prefix!", 1, 1, delete_prefix_bang),
    row("delete_suffix", 1, 1, delete_suffix),
    row("delete_suffix!", 1, 1, delete_suffix_bang),
];

fn match_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Str(_) => Err(interp.raise("TypeError", "type mismatch: String given")),
        other => interp.send_list(&other, "=~", &[this.clone()]),
    }
}

/// Returns an expression from a Regexp, or from a String taken as a source.
fn pattern(interp: &mut Interp, value: &Value) -> Outcome<Rc<RegexpValue>> {
    match value {
        Value::Regexp(regexp) => Ok(Rc::clone(regexp)),
        Value::Str(source) => Ok(Rc::new(RegexpValue::new(
            &source.text(),
            Default::default(),
        ))),
        other => interp.regexp_arg(other),
    }
}

fn matched(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = Value::Regexp(pattern(interp, &args.get(0))?);
    let mut list = vec![this.clone()];
    list.extend(args.opt(1).cloned());
    interp.send(
        &regexp,
        Sym::new("match"),
        Args::new(list).with_block(args.block.clone()),
    )
}

fn is_match(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = Value::Regexp(pattern(interp, &args.get(0))?);
    let mut list = vec![this.clone()];
    list.extend(args.opt(1).cloned());
    interp.send_list(&regexp, "match?", &list)
}

fn includes(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let wanted = interp.str_arg(&args.get(0))?;
    Ok(Value::Bool(text_of(this).contains(&wanted)))
}

fn start_with(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    for value in &args.list {
        let hit = match value {
            Value::Regexp(regexp) => {
                let found = interp.search(regexp, &Rc::from(text.as_str()), 0)?;
                let found =
                    found.filter(|found| matches!(found.groups.first(), Some(Some((0, _)))));
                interp.set_match(found.as_ref());
                found.is_some()
            }
            other => text.starts_with(&interp.str_arg(other)?),
        };
        if hit {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn end_with(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    for value in &args.list {
        if text.ends_with(&interp.str_arg(value)?) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// Returns the byte place of the character `at`.
fn place(text: &str, at: usize) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(at)
}

fn start_of(interp: &mut Interp, text: &str, args: &Args) -> Outcome<Option<usize>> {
    let at = match args.opt(1) {
        Some(at) => interp.int_arg(at)?,
        None => 0,
    };
    let at = if at < 0 {
        at + text.chars().count() as i64
    } else {
        at
    };
    Ok(usize::try_from(at).ok().and_then(|at| place(text, at)))
}

fn chars_before(text: &str, byte: usize) -> i64 {
    text.get(..byte)
        .map_or(0, |head| head.chars().count() as i64)
}

fn index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    let Some(start) = start_of(interp, &text, args)? else {
        return Ok(Value::Nil);
    };
    match args.get(0) {
        Value::Regexp(regexp) => {
            let found = interp.search_and_set(&regexp, &Rc::from(text.as_str()), start)?;
            Ok(found.and_then(|found| char_at(&found, 0)).into())
        }
        other => {
            let wanted = interp.str_arg(&other)?;
            let found = text.get(start..).and_then(|tail| tail.find(&wanted));
            Ok(found.map(|at| chars_before(&text, start + at)).into())
        }
    }
}

fn rindex(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    let size = text.chars().count() as i64;
    let last = match args.opt(1) {
        Some(at) => {
            let at = interp.int_arg(at)?;
            if at < 0 { at + size } else { at.min(size) }
        }
        None => size,
    };
    let Some(last) = usize::try_from(last).ok().and_then(|at| place(&text, at)) else {
        return Ok(Value::Nil);
    };
    match args.get(0) {
        Value::Regexp(regexp) => {
            let shared: Rc<str> = Rc::from(text.as_str());
            let starts: Vec<usize> = text
                .char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect();
            for start in starts.into_iter().rev().filter(|at| *at <= last) {
                let found = interp.search(&regexp, &shared, start)?;
                let found = found
                    .filter(|f| matches!(f.groups.first(), Some(Some((at, _))) if *at == start));
                if let Some(found) = found {
                    interp.set_match(Some(&found));
                    return Ok(char_at(&found, 0).into());
                }
            }
            Ok(Value::Nil)
        }
        other => {
            let wanted = interp.str_arg(&other)?;
            let end = (last + wanted.len()).min(text.len());
            let head = (0..=end)
                .rev()
                .find_map(|end| text.get(..end))
                .unwrap_or("");
            Ok(head.rfind(&wanted).map(|at| chars_before(&text, at)).into())
        }
    }
}

fn byteindex(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let wanted = interp.str_arg(&args.get(0))?;
    Ok(text_of(this).find(&wanted).map(|at| at as i64).into())
}

/// Calls `f` with every match from left to right; empty ones move on by one.
fn each_match(
    interp: &mut Interp,
    regexp: &Rc<RegexpValue>,
    text: &Rc<str>,
    f: &mut dyn FnMut(&mut Interp, &Rc<MatchInfo>) -> Outcome<bool>,
) -> Outcome<()> {
    let mut start = 0;
    while start <= text.len() {
        interp.tick()?;
        let Some(found) = interp.search(regexp, text, start)? else {
            break;
        };
        let Some((from, to)) = found.groups.first().copied().flatten() else {
            break;
        };
        if !f(interp, &found)? {
            break;
        }
        start = if to == from {
            to + text
                .get(to..)
                .and_then(|tail| tail.chars().next())
                .map_or(1, char::len_utf8)
        } else {
            to
        };
    }
    Ok(())
}

fn scan(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let regexp = interp.regexp_arg(&args.get(0))?;
    let text: Rc<str> = Rc::from(text_of(this));
    let mut items = Vec::new();
    let block = args.block.clone();
    let mut last = None;
    each_match(interp, &regexp, &text, &mut |interp, found| {
        let item = if found.groups.len() > 1 {
            let groups =
                (1..found.groups.len()).map(|i| found.group(i).map_or(Value::Nil, Value::str));
            Value::array(groups.collect::<Vec<_>>())
        } else {
            Value::str(found.group(0).unwrap_or(""))
        };
        last = Some(Rc::clone(found));
        match &block {
            Some(block) => {
                interp.set_match(Some(found));
                interp.call_block(block, &[item])?;
            }
            None => items.push(item),
        }
        Ok(true)
    })?;
    interp.set_match(last.as_ref());
    Ok(if args.block.is_some() {
        this.clone()
    } else {
        Value::array(items)
    })
}

fn split(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    let limit = match args.opt(1) {
        Some(limit) => interp.int_arg(limit)?,
        None => 0,
    };
    if text.is_empty() {
        return Ok(Value::array([]));
    }
    if limit == 1 {
        return Ok(Value::array([Value::str(text)]));
    }
    let at_most = if limit > 0 {
        limit as usize
    } else {
        usize::MAX
    };
    let mut parts: Vec<Value> = Vec::new();
    match args.get(0) {
        Value::Nil => split_blanks(&text, at_most, &mut parts),
        Value::Str(separator) if separator.is(" ") => split_blanks(&text, at_most, &mut parts),
        Value::Str(separator) if separator.is_empty() => split_chars(&text, at_most, &mut parts),
        Value::Str(separator) => {
            parts.extend(text.splitn(at_most, &separator.text()).map(Value::str));
        }
        Value::Regexp(regexp) if regexp.source.is_empty() => {
            split_chars(&text, at_most, &mut parts)
        }
        other => {
            let regexp = interp.regexp_arg(&other)?;
            let shared: Rc<str> = Rc::from(text.as_str());
            let mut from = 0;
            each_match(interp, &regexp, &shared, &mut |_, found| {
                if parts.len() + 1 >= at_most {
                    return Ok(false);
                }
                let (start, end) = found.groups.first().copied().flatten().unwrap_or((0, 0));
                if start == end && (start == 0 && from == 0 || start >= shared.len()) {
                    return Ok(true);
                }
                parts.push(Value::str(shared.get(from..start).unwrap_or("")));
                for group in 1..found.groups.len() {
                    parts.extend(found.group(group).map(Value::str));
                }
                from = end;
                Ok(true)
            })?;
            parts.push(Value::str(shared.get(from..).unwrap_or("")));
        }
    }
    if limit == 0 {
        while parts
            .last()
            .is_some_and(|part| matches!(part, Value::Str(s) if s.is_empty()))
        {
            parts.pop();
        }
    }
    match &args.block {
        Some(block) => {
            for part in parts {
                interp.call_block(block, &[part])?;
            }
            Ok(this.clone())
        }
        None => Ok(Value::array(parts)),
    }
}

fn split_blanks(text: &str, at_most: usize, parts: &mut Vec<Value>) {
    let blank = |c: char| c.is_ascii_whitespace() || c == '\x0b' || c == '\0';
    let mut rest = text.trim_start_matches(blank);
    while parts.len() + 1 < at_most {
        let Some(end) = rest.find(blank) else {
            break;
        };
        parts.push(Value::str(rest.get(..end).unwrap_or("")));
        rest = rest.get(end..).unwrap_or("").trim_start_matches(blank);
    }
    parts.push(Value::str(rest));
}

fn split_chars(text: &str, at_most: usize, parts: &mut Vec<Value>) {
    let mut chars = text.chars();
    while parts.len() + 1 < at_most {
        match chars.next() {
            Some(c) => parts.push(Value::str(c.to_string())),
            None => {
                parts.push(Value::str(""));
                return;
            }
        }
    }
    parts.push(Value::str(chars.as_str()));
}

fn partition(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    let found = match args.get(0) {
        Value::Regexp(regexp) => {
            let found = interp.search_and_set(&regexp, &Rc::from(text.as_str()), 0)?;
            found.and_then(|found| found.groups.first().copied().flatten())
        }
        other => {
            let wanted = interp.str_arg(&other)?;
            text.find(&wanted).map(|at| (at, at + wanted.len()))
        }
    };
    let part = |from: usize, to: usize| Value::str(text.get(from..to).unwrap_or(""));
    Ok(Value::array(match found {
        Some((start, end)) => [part(0, start), part(start, end), part(end, text.len())],
        None => [Value::str(&text), Value::str(""), Value::str("")],
    }))
}

fn rpartition(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let text = text_of(this);
    let found = match args.get(0) {
        Value::Regexp(regexp) => {
            let mut last = None;
            each_match(
                interp,
                &regexp,
                &Rc::from(text.as_str()),
                &mut |_, found| {
                    last = found.groups.first().copied().flatten();
                    Ok(true)
                },
            )?;
            last
        }
        other => {
            let wanted = interp.str_arg(&other)?;
            text.rfind(&wanted).map(|at| (at, at + wanted.len()))
        }
    };
    let part = |from: usize, to: usize| Value::str(text.get(from..to).unwrap_or(""));
    Ok(Value::array(match found {
        Some((start, end)) => [part(0, start), part(start, end), part(end, text.len())],
        None => [Value::str(""), Value::str(""), Value::str(&text)],
    }))
}

/// How a match is replaced.
enum With {
    Template(String),
    Table(Value),
    Block(Rc<crate::ruby::value::Proc>),
}

fn replaced(interp: &mut Interp, this: &Value, args: &Args, all: bool) -> Outcome<Option<String>> {
    let regexp = interp.regexp_arg(&args.get(0))?;
    let with = match (args.opt(1), &args.block) {
        (Some(table @ Value::Hash(_)), _) => With::Table(table.clone()),
        (Some(template), _) => With::Template(interp.str_arg(template)?),
        (None, Some(block)) => With::Block(Rc::clone(block)),
        (None, None) => {
            return Err(interp.raise(
                "ArgumentError",
                "wrong number of arguments (given 1, expected 2)",
            ));
        }
    };
    let text: Rc<str> = Rc::from(text_of(this));
    let mut out = String::new();
    let mut from = 0;
    let mut last = None;
    each_match(interp, &regexp, &text, &mut |interp, found| {
        let (start, end) = found.groups.first().copied().flatten().unwrap_or((0, 0));
        out.push_str(text.get(from..start).unwrap_or(""));
        last = Some(Rc::clone(found));
        match &with {
            With::Template(template) => expand(template, found, &mut out),
            With::Table(table) => {
                let key = Value::str(found.group(0).unwrap_or(""));
                let value = interp.send_list(table, "[]", &[key])?;
                out.push_str(&interp.text(&value)?);
            }
            With::Block(block) => {
                interp.set_match(Some(found));
                let value =
                    interp.call_block(block, &[Value::str(found.group(0).unwrap_or(""))])?;
                out.push_str(&interp.text(&value)?);
            }
        }
        from = end;
        Ok(all)
    })?;
    interp.set_match(last.as_ref());
    if last.is_none() {
        return Ok(None);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    interp.check_size(out.len())?;
    Ok(Some(out))
}

/// Fills `\1`, `\k<name>`, `\0`, `\\` of a replacement.
fn expand(template: &str, found: &MatchInfo, out: &mut String) {
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let (start, end) = found.groups.first().copied().flatten().unwrap_or((0, 0));
        match chars.next() {
            Some(d) if d.is_ascii_digit() => {
                let index = d.to_digit(10).unwrap_or(0) as usize;
                out.push_str(found.group(index).unwrap_or(""));
            }
            Some('&') => out.push_str(found.group(0).unwrap_or("")),
            Some('`') => out.push_str(found.text.get(..start).unwrap_or("")),
            Some('\'') => out.push_str(found.text.get(end..).unwrap_or("")),
            Some('\\') => out.push('\\'),
            Some('k') if chars.peek() == Some(&'<') => {
                chars.next();
                let name: String = chars.by_ref().take_while(|c| *c != '>').collect();
                let group = found
                    .names
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, at)| *at);
                let group = group.or_else(|| name.parse().ok());
                out.push_str(group.and_then(|at| found.group(at)).unwrap_or(""));
            }
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
}

fn sub(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = replaced(interp, this, args, false)?;
    Ok(Value::str(new.unwrap_or_else(|| text_of(this))))
}

fn sub_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.check_frozen(this)?;
    match replaced(interp, this, args, false)? {
        Some(new) => {
            set(interp, this, new)?;
            Ok(this.clone())
        }
        None => Ok(Value::Nil),
    }
}

fn gsub(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if args.len() == 1 && args.block.is_none() {
        return Ok(super::super::object::enumerator(
            interp,
            this,
            Sym::new("gsub"),
            args.list.clone(),
        ));
    }
    let new = replaced(interp, this, args, true)?;
    Ok(Value::str(new.unwrap_or_else(|| text_of(this))))
}

fn gsub_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.check_frozen(this)?;
    match replaced(interp, this, args, true)? {
        Some(new) => {
            set(interp, this, new)?;
            Ok(this.clone())
        }
        None => Ok(Value::Nil),
    }
}

fn delete_prefix(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (text, prefix) = (text_of(this), interp.str_arg(&args.get(0))?);
    Ok(Value::str(text.strip_prefix(&prefix).unwrap_or(&text)))
}

fn delete_prefix_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (text, prefix) = (text_of(this), interp.str_arg(&args.get(0))?);
    interp.check_frozen(this)?;
    match text.strip_prefix(&prefix).filter(|_| !prefix.is_empty()) {
        Some(rest) => {
            set(interp, this, rest.to_owned())?;
            Ok(this.clone())
        }
        None => Ok(Value::Nil),
    }
}

fn delete_suffix(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (text, suffix) = (text_of(this), interp.str_arg(&args.get(0))?);
    Ok(Value::str(text.strip_suffix(&suffix).unwrap_or(&text)))
}

fn delete_suffix_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (text, suffix) = (text_of(this), interp.str_arg(&args.get(0))?);
    interp.check_frozen(this)?;
    match text.strip_suffix(&suffix).filter(|_| !suffix.is_empty()) {
        Some(rest) => {
            set(interp, this, rest.to_owned())?;
            Ok(this.clone())
        }
        None => Ok(Value::Nil),
    }
}
