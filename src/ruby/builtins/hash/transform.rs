//! Hashes made from hashes.

use std::rc::Rc;

use super::{decide, open_hash, this_hash};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RHash, Value};

pub(super) const METHODS: Rows = &[
    row("select filter", 0, 0, select),
    row("reject", 0, 0, reject),
    row("filter_map", 0, 0, filter_map),
    row("map collect", 0, 0, map),
    row("flat_map collect_concat", 0, 0, flat_map),
    row("find detect", 0, 0, find),
    row("any?", 0, 1, any_pair),
    row("all?", 0, 1, all_pairs),
    row("none?", 0, 1, no_pair),
    row("count", 0, 1, count),
    row("partition", 0, 0, partition),
    row("min_by", 0, 1, |i, t, a| over_pairs(i, t, a, "min_by")),
    row("max_by", 0, 1, |i, t, a| over_pairs(i, t, a, "max_by")),
    row("sort_by", 0, 0, |i, t, a| over_pairs(i, t, a, "sort_by")),
    row("group_by", 0, 0, |i, t, a| over_pairs(i, t, a, "group_by")),
    row("sum", 0, 1, |i, t, a| over_pairs(i, t, a, "sum")),
    any("merge", 0, merge),
    any("merge! update", 0, merge_bang),
    row("to_h", 0, 0, to_h),
    row("invert", 0, 0, invert),
    row("transform_values", 0, 0, transform_values),
    row("transform_values!", 0, 0, transform_values_bang),
    row("transform_keys", 0, 1, transform_keys),
    row("transform_keys!", 0, 1, transform_keys_bang),
    any("slice", 0, slice),
    any("except", 0, except),
    row("compact", 0, 0, compact),
    row("compact!", 0, 0, compact_bang),
    row("sort", 0, 0, sort),
    row("flatten", 0, 1, flatten),
    row("deep_dup", 0, 0, itself),
];

fn itself(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    super::super::object::copy(interp, this)
}

fn enumerator(interp: &Interp, this: &Value, name: &str) -> Value {
    super::super::object::enumerator(interp, this, Sym::new(name), Vec::new())
}

fn new_hash(pairs: Vec<(Value, Value)>) -> Value {
    Value::hash(pairs)
}

fn filtered(interp: &mut Interp, this: &Value, args: &Args, name: &str, wanted: bool) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(enumerator(interp, this, name));
    };
    let mut kept = Vec::new();
    for (key, value) in this_hash(interp, this)?.pairs() {
        if decide(interp, &block, &key, &value)? == wanted {
            kept.push((key, value));
        }
    }
    Ok(new_hash(kept))
}

fn select(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    filtered(interp, this, args, "select", true)
}

fn reject(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    filtered(interp, this, args, "reject", false)
}

/// Calls a method of arrays over the pairs; the block gets key and value.
fn over_pairs(interp: &mut Interp, this: &Value, args: &Args, name: &str) -> Outcome {
    let items = interp.collect(this)?;
    interp.send(&Value::array(items), Sym::new(name), args.clone())
}

fn filter_map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    over_pairs(interp, this, args, "filter_map")
}

fn map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(enumerator(interp, this, "map"));
    };
    let mut out = Vec::new();
    for (key, value) in this_hash(interp, this)?.pairs() {
        out.push(interp.call_pair(&block, key, value)?);
    }
    Ok(Value::array(out))
}

fn flat_map(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    over_pairs(interp, this, args, "flat_map")
}

fn find(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    for (key, value) in this_hash(interp, this)?.pairs() {
        if interp
            .call_pair(&block, key.clone(), value.clone())?
            .truthy()
        {
            return Ok(Value::array([key, value]));
        }
    }
    Ok(Value::Nil)
}

/// Counts members that the block or pattern accepts.
fn accepted(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<(usize, usize)> {
    let pairs = this_hash(interp, this)?.pairs();
    let total = pairs.len();
    let mut hits = 0;
    for (key, value) in pairs {
        let hit = match (args.opt(0), &args.block) {
            (Some(pattern), _) => interp.case_equal(pattern, &Value::array([key, value]))?,
            (None, Some(block)) => interp.call_pair(block, key, value)?.truthy(),
            (None, None) => true,
        };
        hits += usize::from(hit);
    }
    Ok((hits, total))
}

fn any_pair(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = args.block.clone();
    for (key, value) in this_hash(interp, this)?.pairs() {
        let hit = match (args.opt(0), &block) {
            (Some(pattern), _) => interp.case_equal(pattern, &Value::array([key, value]))?,
            (None, Some(block)) => interp.call_pair(block, key, value)?.truthy(),
            (None, None) => true,
        };
        if hit {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn all_pairs(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (hits, total) = accepted(interp, this, args)?;
    Ok(Value::Bool(hits == total))
}

fn no_pair(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(!any_pair(interp, this, args)?.truthy()))
}

fn count(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::size(accepted(interp, this, args)?.0))
}

fn partition(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for (key, value) in this_hash(interp, this)?.pairs() {
        let pair = Value::array([key.clone(), value.clone()]);
        if interp.call_pair(&block, key, value)?.truthy() {
            yes.push(pair);
        } else {
            no.push(pair);
        }
    }
    Ok(Value::array([Value::array(yes), Value::array(no)]))
}

fn merge_into(interp: &mut Interp, hash: &Rc<RHash>, args: &Args) -> Outcome<()> {
    for other in &args.list {
        for (key, value) in interp.hash_arg(other)?.pairs() {
            interp.prepare_key(&key)?;
            let value = match (&args.block, hash.get(&key)) {
                (Some(block), Some(old)) => interp.call_block(block, &[key.clone(), old, value])?,
                _ => value,
            };
            hash.insert(key, value);
        }
    }
    Ok(())
}

fn merge(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let made = super::super::object::copy(interp, this)?;
    let hash = this_hash(interp, &made)?;
    merge_into(interp, &hash, args)?;
    Ok(made)
}

fn merge_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    merge_into(interp, &hash, args)?;
    Ok(this.clone())
}

fn to_h(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(this.clone());
    };
    let made = RHash::default();
    for (key, value) in this_hash(interp, this)?.pairs() {
        let pair = interp.call_pair(&block, key, value)?;
        let Some(parts) = interp.try_array(&pair)? else {
            let word = interp.type_word(&pair);
            return Err(interp.raise(
                "TypeError",
                format!("wrong element type {word} (expected array)"),
            ));
        };
        if parts.len() != 2 {
            let message = format!(
                "element has wrong array length (expected 2, was {})",
                parts.len()
            );
            return Err(interp.raise("ArgumentError", message));
        }
        let mut parts = parts.into_iter();
        made.insert(
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
    }
    Ok(Value::Hash(Rc::new(made)))
}

fn invert(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let pairs = this_hash(interp, this)?.pairs();
    Ok(new_hash(
        pairs.into_iter().map(|(key, value)| (value, key)).collect(),
    ))
}

fn transform_values(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(enumerator(interp, this, "transform_values"));
    };
    let mut out = Vec::new();
    for (key, value) in this_hash(interp, this)?.pairs() {
        out.push((key, interp.call_block(&block, &[value])?));
    }
    Ok(new_hash(out))
}

fn transform_values_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    let block = interp.block_of(args)?;
    for (key, value) in hash.pairs() {
        let value = interp.call_block(&block, &[value])?;
        hash.insert(key, value);
    }
    Ok(this.clone())
}

fn new_key(interp: &mut Interp, args: &Args, key: Value) -> Outcome {
    if let Some(Value::Hash(table)) = args.opt(0) {
        if let Some(new) = table.get(&key) {
            return Ok(new);
        }
        if args.block.is_none() {
            return Ok(key);
        }
    }
    match &args.block {
        Some(block) => interp.call_block(block, &[key]),
        None => Ok(key),
    }
}

fn transform_keys(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if args.block.is_none() && args.is_empty() {
        return Ok(enumerator(interp, this, "transform_keys"));
    }
    let mut out = Vec::new();
    for (key, value) in this_hash(interp, this)?.pairs() {
        out.push((new_key(interp, args, key)?, value));
    }
    Ok(new_hash(out))
}

fn transform_keys_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = transform_keys(interp, this, args)?;
    let hash = open_hash(interp, this)?;
    let old = hash.map.take();
    drop(old);
    for (key, value) in this_hash(interp, &new)?.pairs() {
        hash.insert(key, value);
    }
    Ok(this.clone())
}

fn slice(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    let found = args
        .list
        .iter()
        .filter_map(|key| Some((key.clone(), hash.get(key)?)));
    Ok(new_hash(found.collect()))
}

fn except(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let made = this_hash(interp, this)?.copy();
    *made.default.borrow_mut() = crate::ruby::value::HashDefault::Nil;
    for key in &args.list {
        made.remove(key);
    }
    Ok(Value::Hash(Rc::new(made)))
}

fn compact(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let pairs = this_hash(interp, this)?.pairs();
    Ok(new_hash(
        pairs
            .into_iter()
            .filter(|(_, value)| !value.is_nil())
            .collect(),
    ))
}

fn compact_bang(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    let mut changed = false;
    for (key, value) in hash.pairs() {
        if value.is_nil() {
            hash.remove(&key);
            changed = true;
        }
    }
    Ok(if changed { this.clone() } else { Value::Nil })
}

fn sort(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    over_pairs(interp, this, args, "sort")
}

fn flatten(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let depth = match args.opt(0) {
        Some(depth) => interp.int_arg(depth)?,
        None => 1,
    };
    let items = interp.collect(this)?;
    interp.send_list(&Value::array(items), "flatten", &[Value::Int(depth)])
}
