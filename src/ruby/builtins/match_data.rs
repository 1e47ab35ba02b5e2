//! `MatchData`.

use std::rc::Rc;

use super::regexp::{char_at, match_info, named};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, MatchInfo, Value};

pub(super) const MATCH: Rows = &[
    row("[]", 1, 2, group),
    row("to_a", 0, 0, to_a),
    row("captures", 0, 0, captures),
    row("named_captures", 0, 1, named_captures),
    row("names", 0, 0, match_names),
    row("pre_match", 0, 0, pre_match),
    row("post_match", 0, 0, post_match),
    row("to_s", 0, 0, match_to_s),
    row("inspect", 0, 0, match_inspect),
    row("begin", 1, 1, begin),
    row("end", 1, 1, end),
    row("offset", 1, 1, offset),
    row("string", 0, 0, string),
    row("regexp", 0, 0, regexp),
    row("size length", 0, 0, size),
    any("values_at", 0, values_at),
    row("==", 1, 1, match_equal),
    row("deconstruct", 0, 0, captures),
    row("deconstruct_keys", 1, 1, deconstruct_keys),
];

fn this_match(interp: &mut Interp, this: &Value) -> Outcome<Rc<MatchInfo>> {
    match match_info(this) {
        Some(found) => Ok(found),
        None => Err(interp.raise("TypeError", "uninitialized MatchData")),
    }
}

fn all(found: &MatchInfo) -> Vec<Value> {
    (0..found.groups.len())
        .map(|i| found.group(i).map_or(Value::Nil, Value::str))
        .collect()
}

fn group(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    match args.get(0) {
        Value::Int(index) if args.len() == 1 => {
            let index = if index < 0 {
                index + found.groups.len() as i64
            } else {
                index
            };
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            Ok(found.group(index).map_or(Value::Nil, Value::str))
        }
        name @ (Value::Str(_) | Value::Sym(_)) => {
            let name = interp.name_arg(&name)?;
            match named(&found, &name.name()) {
                Some(value) => Ok(value),
                None => Err(interp.raise(
                    "IndexError",
                    format!("undefined group name reference: {name}"),
                )),
            }
        }
        _ => interp.send_list(&Value::array(all(&found)), "[]", &args.list),
    }
}

fn to_a(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(all(&*this_match(interp, this)?)))
}

fn captures(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut list = all(&*this_match(interp, this)?);
    if !list.is_empty() {
        list.remove(0);
    }
    Ok(Value::array(list))
}

fn named_captures(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    Ok(Value::hash(found.names.iter().map(|(name, _)| {
        (Value::str(name), named(&found, name).unwrap_or_default())
    })))
}

fn match_names(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let list: Vec<Value> = found
        .names
        .iter()
        .map(|(name, _)| Value::str(name))
        .collect();
    Ok(Value::array(list))
}

fn pre_match(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let (start, _) = found.groups.first().copied().flatten().unwrap_or((0, 0));
    Ok(Value::str(found.text.get(..start).unwrap_or("")))
}

fn post_match(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let (_, end) = found.groups.first().copied().flatten().unwrap_or((0, 0));
    Ok(Value::str(found.text.get(end..).unwrap_or("")))
}

fn match_to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(this_match(interp, this)?.group(0).unwrap_or("")))
}

fn match_inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let mut text = format!(
        "#<MatchData {}",
        crate::ruby::interp::inspect_bytes(found.group(0).unwrap_or("").as_bytes(), false)
    );
    for index in 1..found.groups.len() {
        let name = found
            .names
            .iter()
            .find(|(_, at)| *at == index)
            .map_or_else(|| index.to_string(), |(name, _)| name.clone());
        let value = found.group(index).map_or(Value::Nil, Value::str);
        text.push_str(&format!(" {name}:{}", interp.inspect(&value)?));
    }
    text.push('>');
    Ok(Value::str(text))
}

fn index_of(interp: &mut Interp, found: &MatchInfo, value: &Value) -> Outcome<usize> {
    match value {
        Value::Int(index) => Ok(usize::try_from(*index).unwrap_or(usize::MAX)),
        value => {
            let name = interp.name_arg(value)?;
            let at = found
                .names
                .iter()
                .find(|(known, _)| name.is(known))
                .map(|(_, at)| *at);
            match at {
                Some(at) => Ok(at),
                None => Err(interp.raise(
                    "IndexError",
                    format!("undefined group name reference: {name}"),
                )),
            }
        }
    }
}

fn begin(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let index = index_of(interp, &found, &args.get(0))?;
    Ok(char_at(&found, index).into())
}

fn char_end(found: &MatchInfo, index: usize) -> Option<i64> {
    let (_, end) = found.groups.get(index).copied().flatten()?;
    Some(found.text.get(..end)?.chars().count() as i64)
}

fn end(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let index = index_of(interp, &found, &args.get(0))?;
    Ok(char_end(&found, index).into())
}

fn offset(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    let index = index_of(interp, &found, &args.get(0))?;
    Ok(Value::array([
        Value::from(char_at(&found, index)),
        Value::from(char_end(&found, index)),
    ]))
}

fn string(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(&this_match(interp, this)?.text))
}

fn regexp(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Regexp(Rc::clone(&this_match(interp, this)?.regexp)))
}

fn size(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(this_match(interp, this)?.groups.len()))
}

fn values_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut list = Vec::new();
    for index in &args.list {
        list.push(group(interp, this, &Args::new([index.clone()]))?);
    }
    Ok(Value::array(list))
}

fn match_equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let a = this_match(interp, this)?;
    let b = match_info(&args.get(0));
    Ok(Value::Bool(
        b.is_some_and(|b| a.text == b.text && a.groups == b.groups),
    ))
}

fn deconstruct_keys(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let found = this_match(interp, this)?;
    Ok(Value::hash(found.names.iter().map(|(name, _)| {
        (Value::sym(name), named(&found, name).unwrap_or_default())
    })))
}
