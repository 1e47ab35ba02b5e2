//! Methods that change the array.

use super::super::enumerable::{sorted, sorted_by, uniq_items};
use super::{LIMIT, open_array, place, this_array};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};

pub(super) const METHODS: Rows = &[
    any("push append", 0, push),
    row("<<", 1, 1, push),
    row("pop", 0, 1, pop),
    row("shift", 0, 1, shift),
    any("unshift prepend", 0, unshift),
    any("insert", 1, insert),
    any("concat", 0, concat),
    row("replace initialize_copy", 1, 1, replace),
    row("clear", 0, 0, clear),
    row("delete", 1, 1, delete),
    row("delete_at", 1, 1, delete_at),
    row("delete_if", 0, 0, delete_if),
    row("reject!", 0, 0, reject_bang),
    row("select! filter!", 0, 0, select_bang),
    row("keep_if", 0, 0, keep_if),
    row("slice!", 1, 2, slice_bang),
    row("fill", 0, 3, fill),
    row("map! collect!", 0, 0, map_bang),
    row("sort!", 0, 0, sort_bang),
    row("sort_by!", 0, 0, sort_by_bang),
    row("uniq!", 0, 0, uniq_bang),
    row("compact!", 0, 0, compact_bang),
    row("flatten!", 0, 1, flatten_bang),
    row("reverse!", 0, 0, reverse_bang),
    row("rotate!", 0, 1, rotate_bang),
];

fn push(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    if array.len() as i64 > LIMIT {
        return Err(interp.raise("IndexError", "array size too big"));
    }
    array.items.borrow_mut().extend(args.list.iter().cloned());
    Ok(this.clone())
}

fn pop(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let Some(count) = args.opt(0) else {
        let last = array.items.borrow_mut().pop();
        return Ok(last.unwrap_or_default());
    };
    let count = interp.int_arg(count)?.max(0) as usize;
    let mut items = array.items.borrow_mut();
    let from = items.len().saturating_sub(count);
    Ok(Value::array(items.split_off(from)))
}

fn shift(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let mut items = array.items.borrow_mut();
    match args.opt(0) {
        None if items.is_empty() => Ok(Value::Nil),
        None => Ok(items.remove(0)),
        Some(count) => {
            drop(items);
            let count = interp.int_arg(count)?.max(0) as usize;
            let mut items = array.items.borrow_mut();
            let end = count.min(items.len());
            Ok(Value::array(items.drain(..end).collect::<Vec<_>>()))
        }
    }
}

fn unshift(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    array
        .items
        .borrow_mut()
        .splice(0..0, args.list.iter().cloned());
    Ok(this.clone())
}

fn insert(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let at = interp.int_arg(&args.get(0))?;
    let size = array.len();
    let at = if at < 0 { at + size as i64 + 1 } else { at };
    if !(0..=LIMIT).contains(&at) {
        return Err(interp.raise(
            "IndexError",
            format!("index {at} too small for array; minimum: -{}", size + 1),
        ));
    }
    let at = at as usize;
    let mut items = array.items.borrow_mut();
    if at > items.len() {
        items.resize(at, Value::Nil);
    }
    items.splice(at..at, args.list.iter().skip(1).cloned());
    Ok(this.clone())
}

fn concat(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let mut all = Vec::new();
    for other in &args.list {
        all.extend(interp.array_arg(other)?);
    }
    array.items.borrow_mut().extend(all);
    Ok(this.clone())
}

fn replace(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let new = interp.array_arg(&args.get(0))?;
    let old = array.items.replace(new);
    drop(old);
    Ok(this.clone())
}

fn clear(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let old = open_array(interp, this)?.items.take();
    drop(old);
    Ok(this.clone())
}

fn delete(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let mut kept = Vec::new();
    let mut found = None;
    for item in array.to_vec() {
        if interp.equal(&item, &args.get(0))? {
            found = Some(item);
        } else {
            kept.push(item);
        }
    }
    match (found, &args.block) {
        (Some(item), _) => {
            *array.items.borrow_mut() = kept;
            Ok(item)
        }
        (None, Some(block)) => interp.call_block(block, &[args.get(0)]),
        (None, None) => Ok(Value::Nil),
    }
}

fn delete_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let at = interp.int_arg(&args.get(0))?;
    let mut items = array.items.borrow_mut();
    match place(at, items.len()).filter(|at| *at < items.len()) {
        Some(at) => Ok(items.remove(at)),
        None => Ok(Value::Nil),
    }
}

/// Keeps the elements for which the block answers `wanted`; tells whether any went.
fn keep(interp: &mut Interp, this: &Value, args: &Args, wanted: bool) -> Outcome<bool> {
    let array = open_array(interp, this)?;
    let block = interp.block_of(args)?;
    let items = array.to_vec();
    let before = items.len();
    let mut kept = Vec::new();
    for item in items {
        if interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy()
            == wanted
        {
            kept.push(item);
        }
    }
    let changed = kept.len() != before;
    *array.items.borrow_mut() = kept;
    Ok(changed)
}

fn delete_if(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    keep(interp, this, args, false)?;
    Ok(this.clone())
}

fn reject_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(if keep(interp, this, args, false)? {
        this.clone()
    } else {
        Value::Nil
    })
}

fn select_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(if keep(interp, this, args, true)? {
        this.clone()
    } else {
        Value::Nil
    })
}

fn keep_if(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    keep(interp, this, args, true)?;
    Ok(this.clone())
}

fn slice_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let taken = interp.send_list(this, "[]", &args.list)?;
    let size = array.len();
    match (&taken, args.get(0)) {
        (Value::Nil, _) => {}
        (Value::Array(part), Value::Range(range)) => {
            let start = if range.from.is_nil() {
                0
            } else {
                interp.int_arg(&range.from)?
            };
            if let Some(start) = place(start, size) {
                let end = (start + part.len()).min(size);
                array.items.borrow_mut().drain(start.min(end)..end);
            }
        }
        (Value::Array(part), start) if args.len() == 2 => {
            let start = interp.int_arg(&start)?;
            if let Some(start) = place(start, size) {
                let end = (start + part.len()).min(size);
                array.items.borrow_mut().drain(start.min(end)..end);
            }
        }
        (_, index) => {
            let index = interp.int_arg(&index)?;
            if let Some(at) = place(index, size).filter(|at| *at < size) {
                array.items.borrow_mut().remove(at);
            }
        }
    }
    Ok(taken)
}

fn fill(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let (value, rest) = match &args.block {
        Some(_) => (Value::Nil, args.list.clone()),
        None => (args.get(0), args.list.get(1..).unwrap_or_default().to_vec()),
    };
    let size = array.len() as i64;
    let (start, end) = match (rest.first(), rest.get(1)) {
        (None | Some(Value::Nil), None) => (0, size),
        (Some(Value::Range(range)), _) => {
            let from = if range.from.is_nil() {
                0
            } else {
                interp.int_arg(&range.from)?
            };
            let to = if range.to.is_nil() {
                -1
            } else {
                interp.int_arg(&range.to)?
            };
            let from = if from < 0 { from + size } else { from };
            let to = if to < 0 { to + size } else { to };
            (from, to + i64::from(!range.exclusive))
        }
        (start, length) => {
            let from = match start {
                Some(start) if !start.is_nil() => interp.int_arg(start)?,
                _ => 0,
            };
            let from = if from < 0 { from + size } else { from };
            match length {
                Some(length) if !length.is_nil() => (from, from + interp.int_arg(length)?),
                _ => (from, size),
            }
        }
    };
    if start < 0 || end > LIMIT {
        return Err(interp.raise("IndexError", format!("index {start} out of range")));
    }
    for at in start as usize..end.max(start) as usize {
        let item = match &args.block {
            Some(block) => interp.call_block(block, &[Value::size(at)])?,
            None => value.clone(),
        };
        let mut items = array.items.borrow_mut();
        if at >= items.len() {
            items.resize(at + 1, Value::Nil);
        }
        if let Some(slot) = items.get_mut(at) {
            *slot = item;
        }
    }
    Ok(this.clone())
}

fn map_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let Some(block) = args.block.clone() else {
        return Ok(super::super::object::enumerator(
            interp,
            this,
            Sym::new("map!"),
            Vec::new(),
        ));
    };
    let mut index = 0;
    while let Some(item) = array.get(index) {
        let new = interp.call_block(&block, &[item])?;
        if let Some(slot) = array.items.borrow_mut().get_mut(index) {
            *slot = new;
        }
        index += 1;
    }
    Ok(this.clone())
}

fn sort_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let items = sorted(interp, array.to_vec(), args)?;
    *array.items.borrow_mut() = items;
    Ok(this.clone())
}

fn sort_by_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let items = sorted_by(interp, array.to_vec(), args)?;
    *array.items.borrow_mut() = items;
    Ok(this.clone())
}

/// Puts a new list in place, and answers nil when it is as long as the old one.
fn shortened(interp: &mut Interp, this: &Value, new: Vec<Value>) -> Outcome {
    let array = open_array(interp, this)?;
    let same = new.len() == array.len();
    *array.items.borrow_mut() = new;
    Ok(if same { Value::Nil } else { this.clone() })
}

fn uniq_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    let new = uniq_items(interp, items, args)?;
    shortened(interp, this, new)
}

fn compact_bang(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut items = this_array(interp, this)?.to_vec();
    items.retain(|item| !item.is_nil());
    shortened(interp, this, items)
}

fn flatten_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let nested = array
        .to_vec()
        .iter()
        .any(|item| matches!(item, Value::Array(_)));
    let flat = interp.send_list(this, "flatten", &args.list)?;
    *array.items.borrow_mut() = flat.as_array().unwrap_or_default();
    Ok(if nested { this.clone() } else { Value::Nil })
}

fn reverse_bang(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    open_array(interp, this)?.items.borrow_mut().reverse();
    Ok(this.clone())
}

fn rotate_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let new = interp.send_list(this, "rotate", &args.list)?;
    *array.items.borrow_mut() = new.as_array().unwrap_or_default();
    Ok(this.clone())
}
