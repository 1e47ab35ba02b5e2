//! Lists made from elements.

use std::rc::Rc;

use super::block_or_enumerator;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};

pub(super) const METHODS: Rows = &[
    any("to_a entries force", 0, to_a),
    row("map collect", 0, 0, map),
    row("flat_map collect_concat", 0, 0, flat_map),
    row("select filter", 0, 0, select),
    row("reject", 0, 0, reject),
    row("filter_map", 0, 0, filter_map),
    row("each_with_index", 0, 0, each_with_index),
    row("each_with_object", 1, 1, each_with_object),
    row("each_entry", 0, 0, each_entry),
    row("reverse_each", 0, 0, reverse_each),
    row("each_slice", 1, 1, each_slice),
    row("each_cons", 1, 1, each_cons),
    row("inject reduce", 0, 2, inject),
    row("sum", 0, 1, sum),
    row("zip", 0, 8, zip),
    row("take", 1, 1, take),
    row("take_while", 0, 0, take_while),
    row("drop", 1, 1, drop),
    row("drop_while", 0, 0, drop_while),
    row("uniq", 0, 0, uniq),
    row("to_h", 0, 0, to_h),
    row("to_set", 0, 0, to_set),
    row("cycle", 0, 1, cycle),
    row("lazy", 0, 0, lazy),
    any_keywords("each_index_list", 0, to_a),
    row("compact", 0, 0, compact),
];

fn to_a(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(interp.collect(this)?))
}

fn map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "map") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        out.push(interp.call_block(&block, &[item])?);
    }
    Ok(Value::array(out))
}

fn flat_map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "flat_map") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        let answer = interp.call_block(&block, &[item])?;
        match interp.try_array(&answer)? {
            Some(items) => out.extend(items),
            None => out.push(answer),
        }
    }
    Ok(Value::array(out))
}

fn filtered(interp: &mut Interp, this: &Value, args: &Args, name: &str, keep: bool) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, name) {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        if interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy()
            == keep
        {
            out.push(item);
        }
    }
    Ok(Value::array(out))
}

fn select(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    filtered(interp, this, args, "select", true)
}

fn reject(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    filtered(interp, this, args, "reject", false)
}

fn filter_map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "filter_map") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        let answer = interp.call_block(&block, &[item])?;
        if answer.truthy() {
            out.push(answer);
        }
    }
    Ok(Value::array(out))
}

fn each_with_index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "each_with_index") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut index = 0;
    interp.each_until(this, move |interp, item| {
        interp.call_block(&block, &[item, Value::Int(index)])?;
        index += 1;
        Ok(true)
    })?;
    Ok(this.clone())
}

fn each_with_object(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "each_with_object") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let object = args.get(0);
    for item in interp.collect(this)? {
        interp.call_block(&block, &[item, object.clone()])?;
    }
    Ok(object)
}

fn each_entry(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "each_entry") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    for item in interp.collect(this)? {
        interp.call_block(&block, &[item])?;
    }
    Ok(this.clone())
}

fn reverse_each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "reverse_each") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    for item in interp.collect(this)?.into_iter().rev() {
        interp.call_block(&block, &[item])?;
    }
    Ok(this.clone())
}

fn count_arg(interp: &mut Interp, args: &Args, what: &str) -> Outcome<usize> {
    let count = interp.int_arg(&args.get(0))?;
    if count <= 0 {
        return Err(interp.raise("ArgumentError", format!("invalid {what} size")));
    }
    Ok(count as usize)
}

fn each_slice(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let size = count_arg(interp, args, "slice")?;
    let block = match block_or_enumerator(interp, this, args, "each_slice") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    for chunk in interp.collect(this)?.chunks(size) {
        interp.call_block(&block, &[Value::array(chunk)])?;
    }
    Ok(this.clone())
}

fn each_cons(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let size = count_arg(interp, args, "cons")?;
    let block = match block_or_enumerator(interp, this, args, "each_cons") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    for window in interp.collect(this)?.windows(size) {
        interp.call_block(&block, &[Value::array(window)])?;
    }
    Ok(this.clone())
}

fn inject(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = interp.collect(this)?.into_iter();
    let (start, operator) = match (args.len(), &args.block) {
        (2, _) => (Some(args.get(0)), Some(args.get(1))),
        (1, None) => (None, Some(args.get(0))),
        (1, Some(_)) => (Some(args.get(0)), None),
        _ => (None, None),
    };
    let Some(mut total) = start.or_else(|| items.next()) else {
        return Ok(Value::Nil);
    };
    let operator = match operator {
        Some(operator) => Some(interp.name_arg(&operator)?),
        None => None,
    };
    for item in items {
        total = match (operator, &args.block) {
            (Some(operator), _) => interp.send(&total, operator, Args::new([item]))?,
            (None, Some(block)) => interp.call_block(block, &[total, item])?,
            (None, None) => return Err(interp.raise("LocalJumpError", "no block given")),
        };
    }
    Ok(total)
}

fn sum(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut total = args.opt(0).cloned().unwrap_or(Value::Int(0));
    // Floats are added with compensation, so that tenths come out as written.
    let mut lost = 0.0;
    for item in interp.collect(this)? {
        let item = match &args.block {
            Some(block) => interp.call_block(block, &[item])?,
            None => item,
        };
        total = match (&total, &item) {
            (Value::Int(a), Value::Int(b)) if a.checked_add(*b).is_some() => Value::Int(a + b),
            (Value::Float(a), _) if item.as_float().is_some() => {
                let b = item.as_float().unwrap_or(0.0);
                let sum = a + b;
                if sum.is_finite() {
                    lost += if a.abs() >= b.abs() {
                        (a - sum) + b
                    } else {
                        (b - sum) + a
                    };
                }
                Value::Float(sum)
            }
            _ => interp.send_list(&total, "+", &[item])?,
        };
    }
    if let Value::Float(number) = total {
        return Ok(Value::Float(number + lost));
    }
    Ok(total)
}

fn zip(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = interp.collect(this)?;
    let mut others = Vec::new();
    for other in &args.list {
        let count = items.len();
        let list = match other {
            Value::Array(array) => array.to_vec(),
            other => {
                let first = interp.send_list(other, "first", &[Value::size(count)])?;
                interp.array_arg(&first)?
            }
        };
        others.push(list);
    }
    let rows = items.into_iter().enumerate().map(|(i, item)| {
        let mut row = vec![item];
        row.extend(
            others
                .iter()
                .map(|other| other.get(i).cloned().unwrap_or_default()),
        );
        Value::array(row)
    });
    let rows: Vec<Value> = rows.collect();
    match &args.block {
        Some(block) => {
            for row in rows {
                interp.call_block(block, &[row])?;
            }
            Ok(Value::Nil)
        }
        None => Ok(Value::array(rows)),
    }
}

/// Returns the first `count` elements.
pub(super) fn first_items(interp: &mut Interp, this: &Value, count: usize) -> Outcome<Vec<Value>> {
    let items = Rc::new(std::cell::RefCell::new(Vec::new()));
    if count == 0 {
        return Ok(Vec::new());
    }
    let sink = Rc::clone(&items);
    interp.each_until(this, move |_, item| {
        let mut items = sink.borrow_mut();
        items.push(item);
        Ok(items.len() < count)
    })?;
    Ok(items.take())
}

fn take(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "attempt to take negative size"));
    }
    Ok(Value::array(first_items(interp, this, count as usize)?))
}

fn take_while(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "take_while") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let items = Rc::new(std::cell::RefCell::new(Vec::new()));
    let sink = Rc::clone(&items);
    interp.each_until(this, move |interp, item| {
        let go_on = interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy();
        if go_on {
            sink.borrow_mut().push(item);
        }
        Ok(go_on)
    })?;
    Ok(Value::array(items.take()))
}

fn drop(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "attempt to drop negative size"));
    }
    let items = interp.collect(this)?;
    Ok(Value::array(
        items.get(count as usize..).unwrap_or_default(),
    ))
}

fn drop_while(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "drop_while") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let items = interp.collect(this)?;
    let mut skip = 0;
    while let Some(item) = items.get(skip) {
        if !interp
            .call_block(&block, std::slice::from_ref(item))?
            .truthy()
        {
            break;
        }
        skip += 1;
    }
    Ok(Value::array(items.get(skip..).unwrap_or_default()))
}

/// Returns the elements without those whose key was seen before.
pub(in crate::ruby::builtins) fn uniq_items(
    interp: &mut Interp,
    items: Vec<Value>,
    args: &Args,
) -> Outcome<Vec<Value>> {
    let seen = crate::ruby::value::RHash::default();
    let mut out = Vec::new();
    for item in items {
        let key = match &args.block {
            Some(block) => interp.call_block(block, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        interp.prepare_key(&key)?;
        if seen.get(&key).is_none() {
            seen.insert(key, Value::Bool(true));
            out.push(item);
        }
    }
    Ok(out)
}

fn uniq(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = interp.collect(this)?;
    Ok(Value::array(uniq_items(interp, items, args)?))
}

fn to_h(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = crate::ruby::value::RHash::default();
    for (index, item) in interp.collect(this)?.into_iter().enumerate() {
        let pair = match &args.block {
            Some(block) => interp.call_block(block, &[item])?,
            None => item,
        };
        let Some(parts) = interp.try_array(&pair)? else {
            let word = interp.type_word(&pair);
            let at = if args.block.is_some() {
                String::new()
            } else {
                format!(" at {index}")
            };
            return Err(interp.raise(
                "TypeError",
                format!("wrong element type {word}{at} (expected array)"),
            ));
        };
        if parts.len() != 2 {
            let message = format!(
                "wrong array length at {index} (expected 2, was {})",
                parts.len()
            );
            return Err(interp.raise("ArgumentError", message));
        }
        let mut parts = parts.into_iter();
        let key = parts.next().unwrap_or_default();
        interp.prepare_key(&key)?;
        hash.insert(key, parts.next().unwrap_or_default());
    }
    Ok(Value::Hash(Rc::new(hash)))
}

fn to_set(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = interp.collect(this)?;
    let set = interp.library_class("Set")?;
    interp.send(
        &set,
        Sym::new("new"),
        Args::new([Value::array(items)]).with_block(args.block.clone()),
    )
}

fn cycle(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "cycle") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut rounds = match args.opt(0) {
        Some(Value::Nil) | None => i64::MAX,
        Some(rounds) => interp.int_arg(rounds)?,
    };
    let items = interp.collect(this)?;
    while rounds > 0 && !items.is_empty() {
        for item in &items {
            interp.tick()?;
            interp.call_block(&block, std::slice::from_ref(item))?;
        }
        rounds -= 1;
    }
    Ok(Value::Nil)
}

fn lazy(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(super::super::lazy::over(interp, this))
}

fn compact(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut items = interp.collect(this)?;
    items.retain(|item| !item.is_nil());
    Ok(Value::array(items))
}
