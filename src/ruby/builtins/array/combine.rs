//! Arrays made from arrays: sums, products, orders.

use super::this_array;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RHash, Value};

pub(super) const METHODS: Rows = &[
    row("+", 1, 1, plus),
    row("-", 1, 1, minus),
    row("*", 1, 1, times),
    row("&", 1, 1, and),
    row("|", 1, 1, or),
    any("union", 0, union),
    any("difference", 0, difference),
    any("intersection", 0, intersection),
    row("intersect?", 1, 1, intersects),
    row("flatten", 0, 1, flatten),
    row("reverse", 0, 0, reverse),
    row("rotate", 0, 1, rotate),
    row("transpose", 0, 0, transpose),
    row("combination", 1, 1, combination),
    row("permutation", 0, 1, permutation),
    any("product", 0, product),
    row("each_combination", 1, 1, combination),
];

fn plus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    items.extend(interp.array_arg(&args.get(0))?);
    Ok(Value::array(items))
}

fn keys_of(interp: &mut Interp, items: &[Value]) -> Outcome<RHash> {
    let keys = RHash::default();
    for item in items {
        interp.prepare_key(item)?;
        keys.insert(item.clone(), Value::Bool(true));
    }
    Ok(keys)
}

fn without(interp: &mut Interp, items: Vec<Value>, other: &Value) -> Outcome<Vec<Value>> {
    let other = interp.array_arg(other)?;
    let keys = keys_of(interp, &other)?;
    let mut kept = Vec::new();
    for item in items {
        interp.prepare_key(&item)?;
        if keys.get(&item).is_none() {
            kept.push(item);
        }
    }
    Ok(kept)
}

fn minus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    Ok(Value::array(without(interp, items, &args.get(0))?))
}

fn times(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if matches!(args.get(0), Value::Str(_)) {
        return interp.send_list(this, "join", &args.list);
    }
    let count = interp.int_arg(&args.get(0))?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "argument must be non-negative"));
    }
    let items = this_array(interp, this)?.to_vec();
    if (items.len() as i64).saturating_mul(count) > super::LIMIT {
        return Err(interp.raise("ArgumentError", "argument too big"));
    }
    let all: Vec<Value> = (0..count).flat_map(|_| items.iter().cloned()).collect();
    Ok(Value::array(all))
}

fn both(interp: &mut Interp, items: Vec<Value>, other: &Value) -> Outcome<Vec<Value>> {
    let other = interp.array_arg(other)?;
    let keys = keys_of(interp, &other)?;
    let mut kept = Vec::new();
    for item in items {
        interp.prepare_key(&item)?;
        if keys.remove(&item).is_some() {
            kept.push(item);
        }
    }
    Ok(kept)
}

fn and(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    Ok(Value::array(both(interp, items, &args.get(0))?))
}

fn or(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    union(interp, this, args)
}

fn union(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    for other in &args.list {
        items.extend(interp.array_arg(other)?);
    }
    Ok(Value::array(keys_of(interp, &items)?.keys()))
}

fn difference(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    for other in &args.list {
        items = without(interp, items, other)?;
    }
    Ok(Value::array(items))
}

fn intersection(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    for other in &args.list {
        items = both(interp, items, other)?;
    }
    Ok(Value::array(items))
}

fn intersects(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    Ok(Value::Bool(!both(interp, items, &args.get(0))?.is_empty()))
}

fn flatten(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let depth = match args.opt(0) {
        Some(Value::Nil) | None => -1,
        Some(depth) => interp.int_arg(depth)?,
    };
    let mut out = Vec::new();
    flattened(interp, this, depth, &mut out)?;
    Ok(Value::array(out))
}

fn flattened(interp: &mut Interp, list: &Value, depth: i64, out: &mut Vec<Value>) -> Outcome<()> {
    let items = interp.array_arg(list)?;
    let done = interp.once_per_object(list, |interp| {
        for item in &items {
            if depth != 0 && interp.try_array(item)?.is_some() {
                flattened(interp, item, depth - 1, out)?;
            } else {
                out.push(item.clone());
            }
        }
        Ok(())
    })?;
    match done {
        Some(()) => Ok(()),
        None => Err(interp.raise("ArgumentError", "tried to flatten recursive array")),
    }
}

fn reverse(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    items.reverse();
    Ok(Value::array(items))
}

fn rotate(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let by = match args.opt(0) {
        Some(by) => interp.int_arg(by)?,
        None => 1,
    };
    let mut items = this_array(interp, this)?.to_vec();
    if !items.is_empty() {
        let by = by.rem_euclid(items.len() as i64) as usize;
        items.rotate_left(by);
    }
    Ok(Value::array(items))
}

fn transpose(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut rows = Vec::new();
    for row in this_array(interp, this)?.to_vec() {
        rows.push(interp.array_arg(&row)?);
    }
    let width = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().find(|row| row.len() != width) {
        let message = format!("element size differs ({} should be {width})", row.len());
        return Err(interp.raise("IndexError", message));
    }
    let columns = (0..width).map(|at| {
        Value::array(
            rows.iter()
                .filter_map(|row| row.get(at).cloned())
                .collect::<Vec<_>>(),
        )
    });
    Ok(Value::array(columns.collect::<Vec<_>>()))
}

/// Lists that a method may make at once.
const MANY: usize = 2_000_000;

fn emit(interp: &mut Interp, this: &Value, args: &Args, lists: Vec<Vec<Value>>) -> Outcome {
    let lists: Vec<Value> = lists.into_iter().map(Value::array).collect();
    match &args.block {
        Some(block) => {
            for list in lists {
                interp.call_block(block, &[list])?;
            }
            Ok(this.clone())
        }
        None => Ok(super::super::object::enumerator(
            interp,
            &Value::array(lists),
            Sym::new("each"),
            Vec::new(),
        )),
    }
}

fn combination(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    let count = interp.int_arg(&args.get(0))?;
    let mut lists: Vec<Vec<usize>> = if count < 0 {
        Vec::new()
    } else {
        vec![Vec::new()]
    };
    for _ in 0..count.max(0) {
        let mut longer = Vec::new();
        for list in &lists {
            let from = list.last().map_or(0, |last| last + 1);
            for at in from..items.len() {
                interp.tick()?;
                let mut next = list.clone();
                next.push(at);
                longer.push(next);
            }
        }
        if longer.len() > MANY {
            return Err(interp.raise("RangeError", "too many combinations"));
        }
        lists = longer;
    }
    let picked = lists.into_iter().map(|list| {
        list.into_iter()
            .filter_map(|at| items.get(at).cloned())
            .collect()
    });
    let picked = picked.collect();
    emit(interp, this, args, picked)
}

fn permutation(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    let count = match args.opt(0) {
        Some(count) => interp.int_arg(count)?,
        None => items.len() as i64,
    };
    let mut lists: Vec<Vec<usize>> = if count < 0 {
        Vec::new()
    } else {
        vec![Vec::new()]
    };
    for _ in 0..count.max(0) {
        let mut longer = Vec::new();
        for list in &lists {
            for at in (0..items.len()).filter(|at| !list.contains(at)) {
                interp.tick()?;
                let mut next = list.clone();
                next.push(at);
                longer.push(next);
            }
        }
        if longer.len() > MANY {
            return Err(interp.raise("RangeError", "too many permutations"));
        }
        lists = longer;
    }
    let picked = lists.into_iter().map(|list| {
        list.into_iter()
            .filter_map(|at| items.get(at).cloned())
            .collect()
    });
    let picked = picked.collect();
    emit(interp, this, args, picked)
}

fn product(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut lists: Vec<Vec<Value>> = this_array(interp, this)?
        .to_vec()
        .into_iter()
        .map(|item| vec![item])
        .collect();
    for other in &args.list {
        let other = interp.array_arg(other)?;
        if lists.len().saturating_mul(other.len()) > MANY {
            return Err(interp.raise("RangeError", "too big to product"));
        }
        lists = lists
            .iter()
            .flat_map(|list| {
                other.iter().map(|item| {
                    let mut next = list.clone();
                    next.push(item.clone());
                    next
                })
            })
            .collect();
    }
    if args.block.is_some() {
        return emit(interp, this, args, lists);
    }
    Ok(Value::array(
        lists.into_iter().map(Value::array).collect::<Vec<_>>(),
    ))
}
