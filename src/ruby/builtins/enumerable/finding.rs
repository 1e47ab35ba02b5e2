//! Elements that are looked for, counted or tested.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::Rc;

use super::block_or_enumerator;
use super::mapping::first_items;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, Proc, Value};

pub(super) const METHODS: Rows = &[
    row("first", 0, 1, first),
    row("find detect", 0, 1, find),
    row("find_index", 0, 1, find_index),
    row("find_all", 0, 0, find_all),
    row("include? member?", 1, 1, includes),
    row("count", 0, 1, count),
    row("all?", 0, 1, all),
    row("any?", 0, 1, any),
    row("none?", 0, 1, none),
    row("one?", 0, 1, one),
    row("min", 0, 1, min),
    row("max", 0, 1, max),
    row("minmax", 0, 0, minmax),
    row("min_by", 0, 1, min_by),
    row("max_by", 0, 1, max_by),
    row("minmax_by", 0, 0, minmax_by),
    row("tally", 0, 0, tally),
    row("grep", 1, 1, grep),
    row("grep_v", 1, 1, grep_v),
];

fn first(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.opt(0) {
        None => Ok(first_items(interp, this, 1)?
            .into_iter()
            .next()
            .unwrap_or_default()),
        Some(count) => {
            let count = interp.int_arg(count)?;
            if count < 0 {
                return Err(interp.raise("ArgumentError", "attempt to take negative size"));
            }
            Ok(Value::array(first_items(interp, this, count as usize)?))
        }
    }
}

fn find(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "find") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let found = Rc::new(RefCell::new(Value::Nil));
    let sink = Rc::clone(&found);
    interp.each_until(this, move |interp, item| {
        let hit = interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy();
        if hit {
            *sink.borrow_mut() = item;
        }
        Ok(!hit)
    })?;
    Ok(found.take())
}

fn find_index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let wanted = args.opt(0).cloned();
    let block = match (
        &wanted,
        block_or_enumerator(interp, this, args, "find_index"),
    ) {
        (Some(_), _) => None,
        (None, Ok(block)) => Some(block),
        (None, Err(enumerator)) => return Ok(enumerator),
    };
    let found = Rc::new(Cell::new(None));
    let sink = Rc::clone(&found);
    let mut index = 0;
    interp.each_until(this, move |interp, item| {
        let hit = match (&wanted, &block) {
            (Some(wanted), _) => interp.equal(&item, wanted)?,
            (None, Some(block)) => interp.call_block(block, &[item])?.truthy(),
            (None, None) => false,
        };
        if hit {
            sink.set(Some(index));
        }
        index += 1;
        Ok(!hit)
    })?;
    Ok(found.get().into())
}

fn find_all(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, "find_all") {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        if interp
            .call_block(&block, std::slice::from_ref(&item))?
            .truthy()
        {
            out.push(item);
        }
    }
    Ok(Value::array(out))
}

fn includes(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let wanted = args.get(0);
    let found = Rc::new(Cell::new(false));
    let sink = Rc::clone(&found);
    interp.each_until(this, move |interp, item| {
        let hit = interp.equal(&item, &wanted)?;
        sink.set(hit);
        Ok(!hit)
    })?;
    Ok(Value::Bool(found.get()))
}

fn count(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut total = 0;
    for item in interp.collect(this)? {
        let hit = match (args.opt(0), &args.block) {
            (Some(wanted), _) => interp.equal(&item, wanted)?,
            (None, Some(block)) => interp.call_block(block, &[item])?.truthy(),
            (None, None) => true,
        };
        total += i64::from(hit);
    }
    Ok(Value::Int(total))
}

/// Counts elements that pass the test of the arguments, up to `enough` of
/// those that do (or do not, for `wanted` false).
fn passing(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    wanted: bool,
    enough: usize,
) -> Outcome<usize> {
    let pattern = args.opt(0).cloned();
    let block = args.block.clone();
    let total = Rc::new(Cell::new(0));
    let sink = Rc::clone(&total);
    interp.each_until(this, move |interp, item| {
        let hit = match (&pattern, &block) {
            (Some(pattern), _) => interp.case_equal(pattern, &item)?,
            (None, Some(block)) => interp.call_block(block, &[item])?.truthy(),
            (None, None) => item.truthy(),
        };
        if hit == wanted {
            sink.set(sink.get() + 1);
        }
        Ok(sink.get() < enough)
    })?;
    Ok(total.get())
}

fn all(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(passing(interp, this, args, false, 1)? == 0))
}

fn any(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(passing(interp, this, args, true, 1)? > 0))
}

fn none(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(passing(interp, this, args, true, 1)? == 0))
}

fn one(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(passing(interp, this, args, true, 2)? == 1))
}

/// Compares by the block of `min { |a, b| }`, or by `<=>`.
fn order_by(
    interp: &mut Interp,
    block: Option<&Rc<Proc>>,
    a: &Value,
    b: &Value,
) -> Outcome<Ordering> {
    match block {
        Some(block) => {
            let answer = interp.call_block(block, &[a.clone(), b.clone()])?;
            interp.order_of_answer(&answer, a, b)
        }
        None => interp.order(a, b),
    }
}

impl Interp {
    /// Returns the order that a block for sorting answered.
    pub(in crate::ruby) fn order_of_answer(
        &mut self,
        answer: &Value,
        a: &Value,
        b: &Value,
    ) -> Outcome<Ordering> {
        match answer {
            Value::Int(number) => Ok(number.cmp(&0)),
            Value::Float(number) => Ok(number.partial_cmp(&0.0).unwrap_or(Ordering::Equal)),
            Value::Nil => {
                let (a, b) = (
                    self.real_class_of(a).display_name(),
                    self.real_class_of(b).display_name(),
                );
                Err(self.raise(
                    "ArgumentError",
                    format!("comparison of {a} with {b} failed"),
                ))
            }
            other => self.order(other, &Value::Int(0)),
        }
    }
}

fn extreme(interp: &mut Interp, this: &Value, args: &Args, wanted: Ordering) -> Outcome {
    let items = interp.collect(this)?;
    let block = args.block.clone();
    if let Some(count) = args.opt(0).filter(|count| !count.is_nil()) {
        let count = interp.int_arg(count)?.max(0) as usize;
        let mut sorted = items;
        interp.sort_by(&mut sorted, |interp, a, b| {
            order_by(interp, block.as_ref(), a, b)
        })?;
        if wanted == Ordering::Greater {
            sorted.reverse();
        }
        sorted.truncate(count);
        return Ok(Value::array(sorted));
    }
    let mut items = items.into_iter();
    let Some(mut best) = items.next() else {
        return Ok(Value::Nil);
    };
    for item in items {
        if order_by(interp, block.as_ref(), &item, &best)? == wanted {
            best = item;
        }
    }
    Ok(best)
}

fn min(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme(interp, this, args, Ordering::Less)
}

fn max(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme(interp, this, args, Ordering::Greater)
}

fn minmax(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let low = extreme(interp, this, args, Ordering::Less)?;
    let high = extreme(interp, this, args, Ordering::Greater)?;
    Ok(Value::array([low, high]))
}

fn extreme_by(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    name: &str,
    wanted: Ordering,
) -> Outcome {
    let block = match block_or_enumerator(interp, this, args, name) {
        Ok(block) => block,
        Err(enumerator) => return Ok(enumerator),
    };
    let mut keyed = Vec::new();
    for item in interp.collect(this)? {
        let key = interp.call_block(&block, std::slice::from_ref(&item))?;
        keyed.push((key, item));
    }
    if let Some(count) = args.opt(0).filter(|count| !count.is_nil()) {
        let count = interp.int_arg(count)?.max(0) as usize;
        interp.sort_by(&mut keyed, |interp, a, b| interp.order(&a.0, &b.0))?;
        if wanted == Ordering::Greater {
            keyed.reverse();
        }
        return Ok(Value::array(
            keyed
                .into_iter()
                .take(count)
                .map(|(_, item)| item)
                .collect::<Vec<_>>(),
        ));
    }
    let mut keyed = keyed.into_iter();
    let Some((mut best_key, mut best)) = keyed.next() else {
        return Ok(Value::Nil);
    };
    for (key, item) in keyed {
        if interp.order(&key, &best_key)? == wanted {
            best_key = key;
            best = item;
        }
    }
    Ok(best)
}

fn min_by(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme_by(interp, this, args, "min_by", Ordering::Less)
}

fn max_by(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme_by(interp, this, args, "max_by", Ordering::Greater)
}

fn minmax_by(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let low = extreme_by(interp, this, args, "minmax_by", Ordering::Less)?;
    if args.block.is_none() {
        return Ok(low);
    }
    let high = extreme_by(interp, this, args, "minmax_by", Ordering::Greater)?;
    Ok(Value::array([low, high]))
}

fn tally(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let counts = crate::ruby::value::RHash::default();
    for item in interp.collect(this)? {
        interp.prepare_key(&item)?;
        let count = counts
            .get(&item)
            .and_then(|count| count.as_int())
            .unwrap_or(0);
        counts.insert(item, Value::Int(count + 1));
    }
    Ok(Value::Hash(Rc::new(counts)))
}

fn grepped(interp: &mut Interp, this: &Value, args: &Args, wanted: bool) -> Outcome {
    let pattern = args.get(0);
    let mut out = Vec::new();
    for item in interp.collect(this)? {
        if interp.case_equal(&pattern, &item)? == wanted {
            out.push(match &args.block {
                Some(block) => interp.call_block(block, &[item])?,
                None => item,
            });
        }
    }
    Ok(Value::array(out))
}

fn grep(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    grepped(interp, this, args, true)
}

fn grep_v(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    grepped(interp, this, args, false)
}
