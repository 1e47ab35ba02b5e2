//! `Array`: access and change. `combine` has what makes new arrays; the rest
//! comes from `Enumerable`.

mod change;
mod combine;

use std::rc::Rc;

use super::string::{bounds, range_bounds};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RArray, Value};

const METHODS: Rows = &[
    row("initialize", 0, 2, initialize),
    row("[] slice", 1, 2, get),
    row("[]=", 2, 3, put),
    row("at", 1, 1, at),
    any("fetch", 1, fetch),
    any("values_at", 0, values_at),
    any("dig", 1, dig),
    row("first", 0, 1, first),
    row("last", 0, 1, last),
    row("length size", 0, 0, length),
    row("empty?", 0, 0, is_empty),
    row("each", 0, 0, each),
    row("each_index", 0, 0, each_index),
    row("index find_index", 0, 1, index),
    row("rindex", 0, 1, rindex),
    row("== ===", 1, 1, equal),
    row("eql?", 1, 1, eql),
    row("<=>", 1, 1, compare),
    row("hash", 0, 0, hash),
    row("to_a to_ary entries", 0, 0, itself),
    row("inspect to_s", 0, 0, inspect),
    row("join", 0, 1, join),
    row("frozen_list?", 0, 0, is_empty),
    row("bsearch", 0, 0, bsearch),
    row("deconstruct", 0, 0, itself),
    row("assoc", 1, 1, assoc),
    row("rassoc", 1, 1, rassoc),
    row("sum_list", 0, 0, length),
];

const SINGLETON: Rows = &[any("[]", 0, literal), row("try_convert", 1, 1, try_convert)];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.array);
    interp.add_rows(&class, METHODS);
    interp.add_rows(&class, change::METHODS);
    interp.add_rows(&class, combine::METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
}

/// Returns the array that `this` is.
pub(super) fn this_array(interp: &mut Interp, this: &Value) -> Outcome<Rc<RArray>> {
    match this {
        Value::Array(array) => Ok(Rc::clone(array)),
        _ => Err(interp.raise("TypeError", "uninitialized Array")),
    }
}

/// Returns the array that `this` is, if it may be changed.
pub(super) fn open_array(interp: &mut Interp, this: &Value) -> Outcome<Rc<RArray>> {
    interp.check_frozen(this)?;
    this_array(interp, this)
}

/// Elements that an array may be filled to at once.
pub(super) const LIMIT: i64 = 1 << 26;

fn initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let Some(first) = args.opt(0) else {
        return Ok(Value::Nil);
    };
    if let (Value::Array(other), 1) = (first, args.len()) {
        let items = other.to_vec();
        *array.items.borrow_mut() = items;
        return Ok(Value::Nil);
    }
    let count = interp.int_arg(first)?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative array size"));
    }
    if count > LIMIT {
        return Err(interp.raise("ArgumentError", "array size too big"));
    }
    if let Some(block) = &args.block {
        for index in 0..count {
            let item = interp.call_block(block, &[Value::Int(index)])?;
            array.items.borrow_mut().push(item);
        }
    } else {
        *array.items.borrow_mut() = vec![args.get(1); count as usize];
    }
    Ok(Value::Nil)
}

/// Returns the place of an index in a list of `size`; negative ones count from the end.
pub(super) fn place(index: i64, size: usize) -> Option<usize> {
    let index = if index < 0 {
        index + size as i64
    } else {
        index
    };
    usize::try_from(index).ok()
}

fn part(array: &RArray, found: Option<(usize, usize)>) -> Value {
    match found {
        Some((start, length)) => {
            let items = array.items.borrow();
            Value::array(items.get(start..start + length).unwrap_or_default())
        }
        None => Value::Nil,
    }
}

fn get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = this_array(interp, this)?;
    let first = args.get(0);
    if let Some(length) = args.opt(1) {
        let (start, length) = (interp.int_arg(&first)?, interp.int_arg(length)?);
        return Ok(part(&array, bounds(start, length, array.len())));
    }
    match &first {
        Value::Int(index) => Ok(place(*index, array.len())
            .and_then(|at| array.get(at))
            .unwrap_or_default()),
        Value::Range(range) => {
            let found = range_bounds(interp, range, array.len())?;
            Ok(part(&array, found))
        }
        other => {
            let index = interp.int_arg(other)?;
            Ok(place(index, array.len())
                .and_then(|at| array.get(at))
                .unwrap_or_default())
        }
    }
}

fn put(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = open_array(interp, this)?;
    let size = array.len();
    let first = args.get(0);
    let (start, length, value) = match (&first, args.opt(2)) {
        (start, Some(value)) => {
            let (at, length) = (interp.int_arg(start)?, interp.int_arg(&args.get(1))?);
            if length < 0 {
                return Err(interp.raise("IndexError", format!("negative length ({length})")));
            }
            let Some(place) = place(at, size) else {
                let message = format!("index {at} too small for array; minimum: -{size}");
                return Err(interp.raise("IndexError", message));
            };
            (place, length as usize, value.clone())
        }
        (Value::Range(range), None) => {
            let start = if range.from.is_nil() {
                0
            } else {
                interp.int_arg(&range.from)?
            };
            let end = if range.to.is_nil() {
                -1
            } else {
                interp.int_arg(&range.to)?
            };
            let Some(start) = place(start, size) else {
                let shown = interp.inspect(&first)?;
                return Err(interp.raise("RangeError", format!("{shown} out of range")));
            };
            let end = if end < 0 { end + size as i64 } else { end };
            let end = end + i64::from(!range.exclusive || range.to.is_nil());
            let length = (end - start as i64).max(0) as usize;
            (start, length, args.get(1))
        }
        (index, None) => {
            let at = interp.int_arg(index)?;
            let Some(place) = place(at, size) else {
                let message = format!("index {at} too small for array; minimum: -{size}");
                return Err(interp.raise("IndexError", message));
            };
            if place as i64 > LIMIT {
                return Err(interp.raise("IndexError", format!("index {at} too big")));
            }
            let value = args.get(1);
            let mut items = array.items.borrow_mut();
            if place >= items.len() {
                items.resize(place + 1, Value::Nil);
            }
            let old = items
                .get_mut(place)
                .map(|slot| std::mem::replace(slot, value.clone()));
            drop(items);
            drop(old);
            return Ok(value);
        }
    };
    if start as i64 > LIMIT {
        return Err(interp.raise("IndexError", format!("index {start} too big")));
    }
    let new = match interp.try_array(&value)? {
        Some(items) => items,
        None => vec![value.clone()],
    };
    let mut items = array.items.borrow_mut();
    if start > items.len() {
        items.resize(start, Value::Nil);
    }
    let end = start.saturating_add(length).min(items.len());
    let removed: Vec<Value> = items.splice(start..end, new).collect();
    drop(items);
    drop(removed);
    Ok(value)
}

fn at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = this_array(interp, this)?;
    let index = interp.int_arg(&args.get(0))?;
    Ok(place(index, array.len())
        .and_then(|at| array.get(at))
        .unwrap_or_default())
}

fn fetch(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = this_array(interp, this)?;
    let index = interp.int_arg(&args.get(0))?;
    let size = array.len();
    if let Some(item) = place(index, size).and_then(|at| array.get(at)) {
        return Ok(item);
    }
    match (&args.block, args.opt(1)) {
        (Some(block), _) => interp.call_block(block, &[Value::Int(index)]),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => {
            let message = format!(
                "index {index} outside of array bounds: {}...{size}",
                -(size as i64)
            );
            Err(interp.raise("IndexError", message))
        }
    }
}

fn values_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut out = Vec::new();
    for index in &args.list {
        let found = get(interp, this, &Args::new([index.clone()]))?;
        match (index, &found) {
            (Value::Range(_), Value::Array(items)) => out.extend(items.to_vec()),
            _ => out.push(found),
        }
    }
    Ok(Value::array(out))
}

fn dig(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = get(interp, this, &Args::new([args.get(0)]))?;
    interp.dig_on(&found, args.list.get(1..).unwrap_or_default())
}

impl Interp {
    /// Goes on with `dig` in what was found.
    pub(in crate::ruby) fn dig_on(&mut self, found: &Value, rest: &[Value]) -> Outcome {
        if rest.is_empty() || found.is_nil() {
            return Ok(found.clone());
        }
        if !self.responds(found, "dig") {
            let class = self.real_class_of(found).display_name();
            return Err(self.raise("TypeError", format!("{class} does not have #dig method")));
        }
        self.send_list(found, "dig", rest)
    }
}

fn first(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = this_array(interp, this)?;
    let Some(count) = args.opt(0) else {
        return Ok(array.get(0).unwrap_or_default());
    };
    let count = interp.int_arg(count)?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative array size"));
    }
    Ok(part(&array, Some((0, (count as usize).min(array.len())))))
}

fn last(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let array = this_array(interp, this)?;
    let size = array.len();
    let Some(count) = args.opt(0) else {
        return Ok(size
            .checked_sub(1)
            .and_then(|at| array.get(at))
            .unwrap_or_default());
    };
    let count = interp.int_arg(count)?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative array size"));
    }
    let count = (count as usize).min(size);
    Ok(part(&array, Some((size - count, count))))
}

fn length(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(this_array(interp, this)?.len()))
}

fn is_empty(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_array(interp, this)?.is_empty()))
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each"),
            Vec::new(),
        ));
    };
    let array = this_array(interp, this)?;
    let mut index = 0;
    // By index, since the block may change the array.
    while let Some(item) = array.get(index) {
        interp.call_block(&block, &[item])?;
        index += 1;
    }
    Ok(this.clone())
}

fn each_index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each_index"),
            Vec::new(),
        ));
    };
    for index in 0..this_array(interp, this)?.len() {
        interp.call_block(&block, &[Value::size(index)])?;
    }
    Ok(this.clone())
}

fn found_at(interp: &mut Interp, args: &Args, item: &Value) -> Outcome<bool> {
    match (args.opt(0), &args.block) {
        (Some(wanted), _) => interp.equal(item, wanted),
        (None, Some(block)) => Ok(interp
            .call_block(block, std::slice::from_ref(item))?
            .truthy()),
        (None, None) => Ok(false),
    }
}

fn index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if args.is_empty() && args.block.is_none() {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("index"),
            Vec::new(),
        ));
    }
    for (index, item) in this_array(interp, this)?.to_vec().iter().enumerate() {
        if found_at(interp, args, item)? {
            return Ok(Value::size(index));
        }
    }
    Ok(Value::Nil)
}

fn rindex(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for (index, item) in this_array(interp, this)?.to_vec().iter().enumerate().rev() {
        if found_at(interp, args, item)? {
            return Ok(Value::size(index));
        }
    }
    Ok(Value::Nil)
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &args.get(0))?))
}

fn eql(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (a, b) = (
        crate::ruby::value::Key(this.clone()),
        crate::ruby::value::Key(args.get(0)),
    );
    Ok(Value::Bool(a == b))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if !matches!(other, Value::Array(_)) {
        return Ok(Value::Nil);
    }
    Ok(interp
        .compare(this, &other)?
        .map(|order| order as i64)
        .into())
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    crate::ruby::value::Key(this.clone()).hash(&mut hasher);
    Ok(Value::Int((hasher.finish() >> 2) as i64))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let items = this_array(interp, this)?.to_vec();
    Ok(Value::str(interp.inspect_array(this, &items)?))
}

fn join(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let separator = match args.opt(0) {
        Some(Value::Nil) | None => Vec::new(),
        Some(separator) => interp.bytes_arg(separator)?,
    };
    let mut out = Vec::new();
    let mut first = true;
    joined(interp, this, &separator, &mut out, &mut first)?;
    interp.check_size(out.len())?;
    Ok(Value::bytes(out))
}

fn joined(
    interp: &mut Interp,
    list: &Value,
    separator: &[u8],
    out: &mut Vec<u8>,
    first: &mut bool,
) -> Outcome<()> {
    let items = interp.array_arg(list)?;
    let done = interp.once_per_object(list, |interp| {
        for item in &items {
            if interp.try_array(item)?.is_some() {
                joined(interp, item, separator, out, first)?;
                continue;
            }
            if !*first {
                out.extend_from_slice(separator);
            }
            *first = false;
            interp.add_text(out, item)?;
        }
        Ok(())
    })?;
    match done {
        Some(()) => Ok(()),
        None => Err(interp.raise("ArgumentError", "recursive array join")),
    }
}

fn bsearch(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let items = this_array(interp, this)?.to_vec();
    let (mut low, mut high) = (0, items.len());
    let mut found = Value::Nil;
    while low < high {
        let middle = usize::midpoint(low, high);
        let item = items.get(middle).cloned().unwrap_or_default();
        let answer = interp.call_block(&block, std::slice::from_ref(&item))?;
        match answer {
            Value::Int(0) => return Ok(item),
            Value::Int(number) if number > 0 => low = middle + 1,
            Value::Bool(true) => {
                found = item;
                high = middle;
            }
            Value::Int(_) => high = middle,
            _ => low = middle + 1,
        }
    }
    Ok(found)
}

fn paired(interp: &mut Interp, this: &Value, args: &Args, at: usize) -> Outcome {
    for item in this_array(interp, this)?.to_vec() {
        if let Value::Array(pair) = &item
            && let Some(member) = pair.get(at)
            && interp.equal(&member, &args.get(0))?
        {
            return Ok(item);
        }
    }
    Ok(Value::Nil)
}

fn assoc(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    paired(interp, this, args, 0)
}

fn rassoc(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    paired(interp, this, args, 1)
}

fn literal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let made = interp.send_list(this, "allocate", &[])?;
    if let Value::Array(array) = &made {
        *array.items.borrow_mut() = args.list.clone();
    }
    Ok(made)
}

fn try_convert(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(interp
        .try_array(&args.get(0))?
        .map(Value::array)
        .unwrap_or_default())
}
