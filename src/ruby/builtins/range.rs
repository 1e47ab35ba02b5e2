//! `Range`.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, RRange, Value};

const METHODS: Rows = &[
    row("first", 0, 1, first),
    row("begin", 0, 0, begin),
    row("last", 0, 1, last),
    row("end", 0, 0, end),
    row("min", 0, 1, min),
    row("max", 0, 1, max),
    row("size", 0, 0, size),
    row("count", 0, 1, count),
    row("exclude_end?", 0, 0, is_exclusive),
    row("each", 0, 0, each),
    row("reverse_each", 0, 0, reverse_each),
    row("step %", 0, 1, step),
    row("to_a to_ary_list entries", 0, 0, to_a),
    row("include? member? === cover?", 1, 1, cover),
    row("==", 1, 1, equal),
    row("eql?", 1, 1, equal),
    row("hash", 0, 0, hash),
    row("sum", 0, 1, sum),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
];

const SINGLETON: Rows = &[row("new", 2, 3, new)];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.range);
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
}

/// Elements that a range may be turned into at once.
const LIMIT: i64 = 50_000_000;

impl Interp {
    /// Returns a range, or raises that its ends cannot be compared.
    pub(in crate::ruby) fn new_range(
        &mut self,
        from: Value,
        to: Value,
        exclusive: bool,
    ) -> Outcome {
        let plain = |value: &Value| matches!(value, Value::Nil | Value::Int(_) | Value::Float(_));
        let fine = plain(&from) && plain(&to)
            || matches!((&from, &to), (Value::Str(_), Value::Str(_)))
            || from.is_nil()
            || to.is_nil();
        if !fine && self.compare(&from, &to)?.is_none() {
            return Err(self.raise("ArgumentError", "bad value for range"));
        }
        Ok(Value::range(from, to, exclusive))
    }

    /// Calls `f` with each element, until it answers false.
    pub(in crate::ruby) fn each_of_range(
        &mut self,
        range: &RRange,
        f: &mut dyn FnMut(&mut Interp, Value) -> Outcome<bool>,
    ) -> Outcome<()> {
        match (&range.from, &range.to) {
            (Value::Int(from), Value::Int(_) | Value::Nil | Value::Float(_)) => {
                let last = match &range.to {
                    Value::Int(to) => *to,
                    Value::Float(to) if to.is_finite() => to.floor() as i64,
                    _ => i64::MAX,
                };
                let exclusive = range.exclusive && matches!(&range.to, Value::Int(_));
                let mut next = *from;
                while next < last || (next == last && !exclusive) {
                    self.tick()?;
                    if !f(self, Value::Int(next))? || next == i64::MAX {
                        break;
                    }
                    next += 1;
                }
                Ok(())
            }
            (Value::Str(from), Value::Str(to)) => {
                let (from, to) = (from.text(), to.text());
                self.each_string(&from, &to, range.exclusive, f)
            }
            (Value::Nil, _) => Err(self.raise("TypeError", "can't iterate from NilClass")),
            (from, to) => {
                if !self.responds(from, "succ") {
                    let class = self.real_class_of(from).display_name();
                    return Err(self.raise("TypeError", format!("can't iterate from {class}")));
                }
                let mut next = from.clone();
                loop {
                    if !to.is_nil() {
                        match self.order(&next, to)? {
                            Ordering::Less => {}
                            Ordering::Equal if !range.exclusive => {}
                            _ => return Ok(()),
                        }
                    }
                    self.tick()?;
                    if !f(self, next.clone())? {
                        return Ok(());
                    }
                    next = self.send_list(&next, "succ", &[])?;
                }
            }
        }
    }

    /// Calls `f` with the strings from one to another, as `String#upto` goes.
    pub(in crate::ruby) fn each_string(
        &mut self,
        from: &str,
        to: &str,
        exclusive: bool,
        f: &mut dyn FnMut(&mut Interp, Value) -> Outcome<bool>,
    ) -> Outcome<()> {
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if numeric(from)
            && numeric(to)
            && let (Ok(first), Ok(last)) = (from.parse::<i64>(), to.parse::<i64>())
        {
            let width = from.len();
            let mut next = first;
            while next < last || (next == last && !exclusive) {
                self.tick()?;
                if !f(self, Value::str(format!("{next:0width$}")))? {
                    return Ok(());
                }
                next += 1;
            }
            return Ok(());
        }
        let longest = to.chars().count();
        if from.chars().count() > longest || (from.chars().count() == longest && from > to) {
            return Ok(());
        }
        let mut next = from.to_owned();
        loop {
            let at_end = next == to;
            if at_end && exclusive {
                return Ok(());
            }
            self.tick()?;
            if !f(self, Value::str(&next))? || at_end {
                return Ok(());
            }
            next = super::succ::succ(&next);
            if next.chars().count() > longest {
                return Ok(());
            }
        }
    }

    fn range_items(&mut self, range: &Rc<RRange>) -> Outcome<Vec<Value>> {
        let endless = range.to.is_nil() || matches!(range.to, Value::Float(to) if to.is_infinite());
        if endless {
            return Err(self.raise("RangeError", "cannot convert endless range to an array"));
        }
        if let (Value::Int(from), Value::Int(to)) = (&range.from, &range.to)
            && to.saturating_sub(*from) > LIMIT
        {
            return Err(self.raise("NoMemoryError", "failed to allocate memory"));
        }
        let mut items = Vec::new();
        self.each_of_range(range, &mut |_, item| {
            items.push(item);
            Ok(true)
        })?;
        Ok(items)
    }

    /// Tells whether a value lies in a range.
    pub(in crate::ruby) fn range_covers(&mut self, range: &RRange, value: &Value) -> Outcome<bool> {
        if !range.from.is_nil() {
            match self.compare(&range.from, value)? {
                Some(Ordering::Less | Ordering::Equal) => {}
                _ => return Ok(false),
            }
        }
        if !range.to.is_nil() {
            match self.compare(value, &range.to)? {
                Some(Ordering::Less) => {}
                Some(Ordering::Equal) if !range.exclusive => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn this_range(interp: &mut Interp, this: &Value) -> Outcome<Rc<RRange>> {
    match this {
        Value::Range(range) => Ok(Rc::clone(range)),
        _ => Err(interp.raise("TypeError", "uninitialized Range")),
    }
}

fn first(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let Some(count) = args.opt(0) else {
        if range.from.is_nil() {
            return Err(interp.raise(
                "RangeError",
                "cannot get the first element of beginless range",
            ));
        }
        return Ok(range.from.clone());
    };
    let count = interp.int_arg(count)?;
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative array size (or size too big)"));
    }
    let count = count as usize;
    let mut items = Vec::new();
    if count > 0 {
        interp.each_of_range(&range, &mut |_, item| {
            items.push(item);
            Ok(items.len() < count)
        })?;
    }
    Ok(Value::array(items))
}

fn begin(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this_range(interp, this)?.from.clone())
}

fn last(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let Some(count) = args.opt(0) else {
        if range.to.is_nil() {
            return Err(interp.raise("RangeError", "cannot get the last element of endless range"));
        }
        return Ok(range.to.clone());
    };
    let count = interp.int_arg(count)?.max(0) as usize;
    let items = interp.range_items(&range)?;
    let skip = items.len().saturating_sub(count);
    Ok(Value::array(items.get(skip..).unwrap_or_default()))
}

fn end(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this_range(interp, this)?.to.clone())
}

fn min(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme(interp, this, args, "min")
}

fn max(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    extreme(interp, this, args, "max")
}

fn extreme(interp: &mut Interp, this: &Value, args: &Args, name: &str) -> Outcome {
    let range = this_range(interp, this)?;
    if args.block.is_none() && args.is_empty() {
        if range.to.is_nil() && name == "max" {
            return Err(interp.raise("RangeError", "cannot get the maximum of endless range"));
        }
        let order = interp.compare(&range.from, &range.to)?;
        if range.to.is_nil() {
            return Ok(range.from.clone());
        }
        match (order, range.exclusive) {
            (Some(Ordering::Greater) | None, _) | (Some(Ordering::Equal), true) => {
                return Ok(Value::Nil);
            }
            _ if name == "min" => return Ok(range.from.clone()),
            (_, false) => return Ok(range.to.clone()),
            (_, true) => {
                if let Value::Int(to) = range.to {
                    return Ok(Value::Int(to.saturating_sub(1)));
                }
            }
        }
    }
    let items = interp.range_items(&range)?;
    interp.send(&Value::array(items), Sym::new(name), args.clone())
}

fn size(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    match (&range.from, &range.to) {
        (Value::Int(_), Value::Nil) => Ok(Value::Float(f64::INFINITY)),
        (Value::Int(from), Value::Int(to)) => {
            let last = if range.exclusive {
                to.saturating_sub(1)
            } else {
                *to
            };
            Ok(Value::Int(
                last.saturating_sub(*from).saturating_add(1).max(0),
            ))
        }
        (Value::Int(from), Value::Float(to)) => {
            if to.is_infinite() {
                return Ok(Value::Float(f64::INFINITY));
            }
            Ok(Value::Int(
                (to.floor() as i64)
                    .saturating_sub(*from)
                    .saturating_add(1)
                    .max(0),
            ))
        }
        _ => Ok(Value::Nil),
    }
}

fn count(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if args.block.is_none() && args.is_empty() {
        let answer = size(interp, this, args)?;
        if !answer.is_nil() {
            return Ok(answer);
        }
    }
    let range = this_range(interp, this)?;
    let items = interp.range_items(&range)?;
    interp.send(&Value::array(items), Sym::new("count"), args.clone())
}

fn is_exclusive(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_range(interp, this)?.exclusive))
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each"),
            Vec::new(),
        ));
    };
    interp.each_of_range(&range, &mut |interp, item| {
        interp.call_block(&block, &[item])?;
        Ok(true)
    })?;
    Ok(this.clone())
}

fn reverse_each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("reverse_each"),
            Vec::new(),
        ));
    };
    for item in interp.range_items(&range)?.into_iter().rev() {
        interp.call_block(&block, &[item])?;
    }
    Ok(this.clone())
}

fn step(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let by = args.opt(0).cloned().unwrap_or(Value::Int(1));
    let number = |value: &Value| value.as_float();
    let mut items = Vec::new();
    let zero = number(&by) == Some(0.0);
    let negative = number(&by).is_some_and(|by| by < 0.0);
    if zero || (negative && args.block.is_some()) {
        let word = if zero {
            "step can't be 0"
        } else {
            "step can't be negative"
        };
        return Err(interp.raise("ArgumentError", word));
    }
    let Some(block) = args.block.clone() else {
        if range.to.is_nil() || number(&range.from).is_some() {
            return Ok(super::object::enumerator(
                interp,
                this,
                Sym::new("step"),
                vec![by],
            ));
        }
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("step"),
            args.list.clone(),
        ));
    };
    match (&range.from, &range.to, &by) {
        (Value::Int(from), Value::Int(_) | Value::Nil, Value::Int(by)) => {
            let last = range.to.as_int().unwrap_or(i64::MAX);
            let mut next = *from;
            while next < last || (next == last && !range.exclusive) {
                interp.tick()?;
                interp.call_block(&block, &[Value::Int(next)])?;
                match next.checked_add(*by) {
                    Some(after) => next = after,
                    None => break,
                }
            }
        }
        (from, to, by)
            if number(from).is_some()
                && (number(to).is_some() || to.is_nil())
                && number(by).is_some() =>
        {
            let (from, by) = (number(from).unwrap_or(0.0), number(by).unwrap_or(1.0));
            let to = number(to).unwrap_or(f64::INFINITY);
            for item in float_steps(from, to, by, range.exclusive) {
                interp.tick()?;
                interp.call_block(&block, &[Value::Float(item)])?;
            }
        }
        _ => {
            let every = interp.int_arg(&by)?.max(1) as usize;
            interp.each_of_range(&range, &mut |_, item| {
                items.push(item);
                Ok(true)
            })?;
            for item in items.into_iter().step_by(every) {
                interp.call_block(&block, &[item])?;
            }
        }
    }
    Ok(this.clone())
}

/// Returns the floats from one to another, counted so that errors do not add up.
pub(super) fn float_steps(
    from: f64,
    to: f64,
    by: f64,
    exclusive: bool,
) -> impl Iterator<Item = f64> {
    let span = (to - from) / by;
    let slack = (from.abs() + to.abs() + (to - from).abs()) / by.abs() * f64::EPSILON;
    let slack = if slack.is_finite() {
        slack.min(0.5)
    } else {
        0.0
    };
    let count = if span.is_infinite() && span > 0.0 {
        u64::MAX
    } else if span < 0.0 {
        0
    } else {
        let whole = (span + slack).floor();
        let ends_there = exclusive && whole * by + from >= to;
        whole as u64 + u64::from(!ends_there)
    };
    (0..count).map(move |i| {
        let next = i as f64 * by + from;
        if by >= 0.0 && next > to || by < 0.0 && next < to {
            to
        } else {
            next
        }
    })
}

fn to_a(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    Ok(Value::array(interp.range_items(&range)?))
}

fn cover(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    match args.get(0) {
        Value::Range(inner) => {
            let low = interp.range_covers(&range, &inner.from)?;
            let high = interp.range_covers(&range, &inner.to)?;
            Ok(Value::Bool(low && high))
        }
        value => Ok(Value::Bool(interp.range_covers(&range, &value)?)),
    }
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &args.get(0))?))
}

fn hash(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let _ = interp;
    let mut hasher = DefaultHasher::new();
    crate::ruby::value::Key(this.clone()).hash(&mut hasher);
    Ok(Value::Int((hasher.finish() >> 2) as i64))
}

fn sum(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    if let (Value::Int(from), Value::Int(to), None) = (&range.from, &range.to, &args.block) {
        let last = i128::from(*to) - i128::from(range.exclusive);
        let first = i128::from(*from);
        if last < first {
            return Ok(args.opt(0).cloned().unwrap_or(Value::Int(0)));
        }
        let total =
            num_bigint::BigInt::from(first + last) * num_bigint::BigInt::from(last - first + 1) / 2;
        let total = Value::big(total);
        return match args.opt(0) {
            Some(start) => interp.send_list(start, "+", &[total]),
            None => Ok(total),
        };
    }
    let items = interp.range_items(&range)?;
    interp.send(&Value::array(items), Sym::new("sum"), args.clone())
}

fn to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let dots = if range.exclusive { "..." } else { ".." };
    let (from, to) = (interp.text(&range.from)?, interp.text(&range.to)?);
    Ok(Value::str(format!("{from}{dots}{to}")))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let range = this_range(interp, this)?;
    let dots = if range.exclusive { "..." } else { ".." };
    let show = |interp: &mut Interp, value: &Value| {
        if value.is_nil() {
            Ok(String::new())
        } else {
            interp.inspect(value)
        }
    };
    let (from, to) = (show(interp, &range.from)?, show(interp, &range.to)?);
    if from.is_empty() && to.is_empty() {
        return Ok(Value::str(format!("nil{dots}nil")));
    }
    Ok(Value::str(format!("{from}{dots}{to}")))
}

fn new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    interp.new_range(args.get(0), args.get(1), args.get(2).truthy())
}
