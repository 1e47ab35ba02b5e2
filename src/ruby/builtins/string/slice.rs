//! Parts of a string, by place, range, text or expression.

use std::rc::Rc;

use super::{char_values, set, text_of, this_str};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, RRange, Value};

pub(super) const METHODS: Rows = &[
    row("[] slice", 1, 2, get),
    row("[]=", 2, 3, put),
    row("slice!", 1, 2, take),
    row("byteslice", 1, 2, byteslice),
    row("getbyte", 1, 1, getbyte),
    row("setbyte", 2, 2, setbyte),
    row("insert", 2, 2, insert),
    row("chop", 0, 0, chop),
    row("chop!", 0, 0, chop_bang),
];

/// Returns start and length in a list of `size`, or `None` when outside.
pub(in crate::ruby::builtins) fn bounds(
    start: i64,
    length: i64,
    size: usize,
) -> Option<(usize, usize)> {
    let size = size as i64;
    let start = if start < 0 {
        start.checked_add(size)?
    } else {
        start
    };
    if start < 0 || start > size || length < 0 {
        return None;
    }
    Some((start as usize, length.min(size - start) as usize))
}

/// Returns start and length of a range in a list of `size`.
pub(in crate::ruby::builtins) fn range_bounds(
    interp: &mut Interp,
    range: &RRange,
    size: usize,
) -> Outcome<Option<(usize, usize)>> {
    let start = if range.from.is_nil() {
        0
    } else {
        interp.int_arg(&range.from)?
    };
    let count = size as i64;
    let end = if range.to.is_nil() {
        -1
    } else {
        interp.int_arg(&range.to)?
    };
    let exclusive = range.exclusive && !range.to.is_nil();
    let start = if start < 0 {
        start.saturating_add(count)
    } else {
        start
    };
    let mut end = if end < 0 {
        end.saturating_add(count)
    } else {
        end
    };
    if !exclusive {
        end = end.saturating_add(1);
    }
    if start < 0 || start > count {
        return Ok(None);
    }
    let length = end.saturating_sub(start).clamp(0, count - start);
    Ok(Some((start as usize, length as usize)))
}

/// Returns `length` characters from `start`.
fn part(this: &Value, start: usize, length: usize) -> Value {
    let Value::Str(string) = this else {
        return Value::Nil;
    };
    if string.binary.get() || string.with(<[u8]>::is_ascii) {
        let bytes = string.with(|bytes| {
            bytes
                .iter()
                .skip(start)
                .take(length)
                .copied()
                .collect::<Vec<u8>>()
        });
        let value = Value::bytes(bytes);
        if let Value::Str(new) = &value {
            new.binary.set(string.binary.get());
        }
        return value;
    }
    let mut bytes = Vec::new();
    for c in char_values(string).into_iter().skip(start).take(length) {
        if let Value::Str(c) = c {
            c.with(|b| bytes.extend_from_slice(b));
        }
    }
    Value::bytes(bytes)
}

fn count(this: &Value) -> usize {
    match this {
        Value::Str(string) if string.binary.get() => string.len(),
        Value::Str(string) => string.with(|bytes| {
            bytes
                .utf8_chunks()
                .map(|c| c.valid().chars().count() + c.invalid().len())
                .sum()
        }),
        _ => 0,
    }
}

fn get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let first = args.get(0);
    if let Some(second) = args.opt(1) {
        if let Value::Regexp(regexp) = &first {
            let text = Rc::from(text_of(this));
            return match interp.search_and_set(regexp, &text, 0)? {
                Some(found) => {
                    let found = interp.match_value(&found);
                    interp.send_list(&found, "[]", std::slice::from_ref(second))
                }
                None => Ok(Value::Nil),
            };
        }
        let (start, length) = (interp.int_arg(&first)?, interp.int_arg(second)?);
        return Ok(match bounds(start, length, count(this)) {
            Some((start, length)) => part(this, start, length),
            None => Value::Nil,
        });
    }
    match &first {
        Value::Str(wanted) => {
            let wanted = wanted.text();
            Ok(if text_of(this).contains(&wanted) {
                Value::str(wanted)
            } else {
                Value::Nil
            })
        }
        Value::Regexp(regexp) => {
            let text = Rc::from(text_of(this));
            let found = interp.search_and_set(regexp, &text, 0)?;
            Ok(found.map_or(Value::Nil, |found| {
                found.group(0).map_or(Value::Nil, Value::str)
            }))
        }
        Value::Range(range) => Ok(match range_bounds(interp, range, count(this))? {
            Some((start, length)) => part(this, start, length),
            None => Value::Nil,
        }),
        other => {
            let start = interp.int_arg(other)?;
            let size = count(this);
            Ok(match bounds(start, 1, size) {
                Some((start, 1)) => part(this, start, 1),
                _ => Value::Nil,
            })
        }
    }
}

/// Returns the byte range that the arguments of `[]=` and `slice!` mean.
fn byte_range(
    interp: &mut Interp,
    this: &Value,
    args: &[Value],
) -> Outcome<Option<(usize, usize)>> {
    let text = text_of(this);
    let size = text.chars().count();
    let first = args.first().cloned().unwrap_or_default();
    let chars = match (&first, args.get(1)) {
        (Value::Str(wanted), _) => {
            let wanted = wanted.text();
            return Ok(text.find(&wanted).map(|at| (at, at + wanted.len())));
        }
        (Value::Regexp(regexp), group) => {
            let group = group.and_then(Value::as_int).unwrap_or(0).max(0) as usize;
            let found = interp.search_and_set(regexp, &Rc::from(text.as_str()), 0)?;
            return Ok(found.and_then(|found| found.groups.get(group).copied().flatten()));
        }
        (Value::Range(range), _) => range_bounds(interp, range, size)?,
        (start, Some(length)) => {
            let (start, length) = (interp.int_arg(start)?, interp.int_arg(length)?);
            bounds(start, length, size)
        }
        (start, None) => {
            let start = interp.int_arg(start)?;
            bounds(start, 1, size).filter(|(at, _)| *at < size)
        }
    };
    let place = |at: usize| {
        text.char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .nth(at)
    };
    Ok(chars.and_then(|(start, length)| Some((place(start)?, place(start + length)?))))
}

fn put(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (value, places) = match args.list.split_last() {
        Some((value, places)) => (value.clone(), places.to_vec()),
        None => return Ok(Value::Nil),
    };
    let new = interp.str_arg(&value)?;
    let Some((start, end)) = byte_range(interp, this, &places)? else {
        let first = places.first().cloned().unwrap_or_default();
        let message = match &first {
            Value::Str(_) => "string not matched".to_owned(),
            Value::Regexp(_) => "regexp not matched".to_owned(),
            Value::Range(_) => format!("{} out of range", interp.inspect(&first)?),
            other => format!("index {} out of string", interp.inspect(other)?),
        };
        let class = if matches!(first, Value::Range(_)) {
            "RangeError"
        } else {
            "IndexError"
        };
        return Err(interp.raise(class, message));
    };
    let mut text = text_of(this);
    text.replace_range(start..end, &new);
    set(interp, this, text)?;
    Ok(value)
}

fn take(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let taken = get(interp, this, args)?;
    interp.check_frozen(this)?;
    if taken.is_nil() {
        return Ok(taken);
    }
    if let Some((start, end)) = byte_range(interp, this, &args.list)? {
        let mut text = text_of(this);
        text.replace_range(start..end, "");
        set(interp, this, text)?;
    }
    Ok(taken)
}

fn byteslice(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let bytes = this_str(interp, this)?.to_bytes();
    let found = match (args.get(0), args.opt(1)) {
        (Value::Range(range), _) => range_bounds(interp, &range, bytes.len())?,
        (start, Some(length)) => {
            let (start, length) = (interp.int_arg(&start)?, interp.int_arg(length)?);
            bounds(start, length, bytes.len())
        }
        (start, None) => {
            let start = interp.int_arg(&start)?;
            bounds(start, 1, bytes.len()).filter(|(_, length)| *length == 1)
        }
    };
    Ok(match found {
        Some((start, length)) => Value::bytes(bytes.get(start..start + length).unwrap_or_default()),
        None => Value::Nil,
    })
}

fn getbyte(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let bytes = this_str(interp, this)?.to_bytes();
    let at = interp.int_arg(&args.get(0))?;
    let at = if at < 0 { at + bytes.len() as i64 } else { at };
    let byte = usize::try_from(at).ok().and_then(|at| bytes.get(at));
    Ok(byte.map(|b| i64::from(*b)).into())
}

fn setbyte(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut bytes = this_str(interp, this)?.to_bytes();
    let at = interp.int_arg(&args.get(0))?;
    let new = interp.int_arg(&args.get(1))?;
    let slot = usize::try_from(at).ok().and_then(|at| bytes.get_mut(at));
    match slot {
        Some(slot) => *slot = new as u8,
        None => return Err(interp.raise("IndexError", format!("index {at} out of string"))),
    }
    set(interp, this, bytes)?;
    Ok(args.get(1))
}

fn insert(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let at = interp.int_arg(&args.get(0))?;
    let new = interp.str_arg(&args.get(1))?;
    let mut text = text_of(this);
    let size = text.chars().count() as i64;
    let place = if at < 0 { at + size + 1 } else { at };
    if place < 0 || place > size {
        return Err(interp.raise("IndexError", format!("index {at} out of string")));
    }
    let place = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(place as usize);
    text.insert_str(place.unwrap_or(0), &new);
    set(interp, this, text)?;
    Ok(this.clone())
}

fn chopped(text: &str) -> String {
    if let Some(rest) = text.strip_suffix("\r\n") {
        return rest.to_owned();
    }
    let mut chars = text.chars();
    chars.next_back();
    chars.as_str().to_owned()
}

fn chop(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(chopped(&text_of(this))))
}

fn chop_bang(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let old = text_of(this);
    if old.is_empty() {
        return Ok(Value::Nil);
    }
    set(interp, this, chopped(&old))?;
    Ok(this.clone())
}
