//! Elements sorted, grouped and cut into pieces.

use std::rc::Rc;

use super::block_or_enumerator;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, RHash, Value};

pub(super) const METHODS: Rows = &[
    row("sort", 0, 0, sort),
    row("sort_by", 0, 0, sort_by),
    row("group_by", 0, 0, group_by),
    row("partition", 0, 0, partition),
    row("chunk_while", 0, 0, chunk_while),
    row("slice_when", 0, 0, slice_when),
    row("chunk", 0, 0, chunk),
    row("slice_before", 0, 1, slice_before),
    row("slice_after", 0, 1, slice_after),
];

/// Returns the elements sorted by `<=>` or by a block.
pub(in crate::ruby::builtins) fn sorted(
    interp: &mut Interp,
    mut items: Vec<Value>,
    args: &Args,
) -> Outcome<Vec<Value>> {
    match args.block.clone() {
        None => interp.sort(&mut items)?,
        Some(block) => interp.sort_by(&mut items, |interp, a, b| {
            let answer = interp.call_block(&block, &[a.clone(), b.clone()])?;
            interp.order_of_answer(&answer, a, b)
        })?,
    }
    Ok(items)
}

/// Returns the elements sorted by the answers of a block.
pub(in crate::ruby::builtins) fn sorted_by(
    interp: &mut Interp,
    items: Vec<Value>,
    args: &Args,
) -> Outcome<Vec<Value>> {
    let block = interp.block_of(args)?;
    let mut keyed = Vec::new();
    for item in items {
        let key = interp.call_block(&block, std::slice::from_ref(&item))?;
        keyed.push((key, item));
    }
    interp.sort_by(&mut keyed, |interp, a, b| interp.order(&a.0, &b.0))?;
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn sort(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = interp.collect(this)?;
    Ok(Value::array(sorted(interp, items, args)?))
}

fn sort_by(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if let Err(enumerator) = block_or_enumerator(interp, this, args, "sort_by") {
        return Ok(enumerator);
    }
    let items = interp.collect(this)?;
    Ok(Value::array(sorted_by(interp, items, args)?))
}

fn group_by(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "group_by") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let groups = RHash::default();
    for item in interp.collect(this)? {
        let key = interp.call_block(&block, std::slice::from_ref(&item))?;
        interp.prepare_key(&key)?;
        match groups.get(&key) {
            Some(Value::Array(group)) => group.items.borrow_mut().push(item),
            _ => groups.insert(key, Value::array([item])),
        }
    }
    Ok(Value::Hash(Rc::new(groups)))
}

fn partition(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "partition") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for item in interp.collect(this)? {
        if interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy()
        {
            yes.push(item);
        } else {
            no.push(item);
        }
    }
    Ok(Value::array([Value::array(yes), Value::array(no)]))
}

/// Cuts between neighbours where `cut` says so.
fn between(interp: &mut Interp, this: &Value, args: &Args, cut: bool) -> Outcome {
    let block = interp.block_of(args)?;
    let mut groups: Vec<Value> = Vec::new();
    let mut group: Vec<Value> = Vec::new();
    for item in interp.collect(this)? {
        if let Some(last) = group.last() {
            let answer = interp
                .call_block(&block, &[last.clone(), item.clone()])?
                .truthy();
            if answer == cut {
                groups.push(Value::array(std::mem::take(&mut group)));
            }
        }
        group.push(item);
    }
    if !group.is_empty() {
        groups.push(Value::array(group));
    }
    each_group(interp, groups)
}

/// Returns groups as an Enumerator over them.
fn each_group(interp: &mut Interp, groups: Vec<Value>) -> Outcome {
    Ok(super::super::object::enumerator(
        interp,
        &Value::array(groups),
        "each".into(),
        Vec::new(),
    ))
}

fn chunk_while(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    between(interp, this, args, false)
}

fn slice_when(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    between(interp, this, args, true)
}

fn chunk(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for item in interp.collect(this)? {
        let key = interp.call_block(&block, std::slice::from_ref(&item))?;
        if key.is_nil() {
            continue;
        }
        match groups.last_mut() {
            Some((last, items)) if interp.equal(last, &key)? => items.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let groups = groups
        .into_iter()
        .map(|(key, items)| Value::array([key, Value::array(items)]))
        .collect();
    each_group(interp, groups)
}

fn sliced(interp: &mut Interp, this: &Value, args: &Args, before: bool) -> Outcome {
    let mut groups: Vec<Value> = Vec::new();
    let mut group: Vec<Value> = Vec::new();
    for item in interp.collect(this)? {
        let hit = match (args.opt(0), &args.block) {
            (Some(pattern), _) => interp.case_equal(pattern, &item)?,
            (None, Some(block)) => interp
                .call_block(block, std::slice::from_ref(&item))?
                .truthy(),
            (None, None) => false,
        };
        if before && hit && !group.is_empty() {
            groups.push(Value::array(std::mem::take(&mut group)));
        }
        group.push(item);
        if !before && hit {
            groups.push(Value::array(std::mem::take(&mut group)));
        }
    }
    if !group.is_empty() {
        groups.push(Value::array(group));
    }
    each_group(interp, groups)
}

fn slice_before(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    sliced(interp, this, args, true)
}

fn slice_after(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    sliced(interp, this, args, false)
}
