//! `Comparable`: what `<=>` gives.

use std::cmp::Ordering;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, Value};

const METHODS: Rows = &[
    row("<", 1, 1, less),
    row("<=", 1, 1, at_most),
    row(">", 1, 1, more),
    row(">=", 1, 1, at_least),
    row("==", 1, 1, equal),
    row("between?", 2, 2, between),
    row("clamp", 1, 2, clamp),
];

pub(super) fn install(interp: &mut Interp) {
    let class = interp.core.comparable.clone();
    interp.add_rows(&class, METHODS);
}

fn less(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        interp.order(this, &args.get(0))? == Ordering::Less,
    ))
}

fn at_most(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        interp.order(this, &args.get(0))? != Ordering::Greater,
    ))
}

fn more(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        interp.order(this, &args.get(0))? == Ordering::Greater,
    ))
}

fn at_least(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        interp.order(this, &args.get(0))? != Ordering::Less,
    ))
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if this.same(&other) {
        return Ok(Value::Bool(true));
    }
    let answer = interp.compare(this, &other)?;
    Ok(Value::Bool(answer == Some(Ordering::Equal)))
}

fn between(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let low = interp.order(this, &args.get(0))? != Ordering::Less;
    let high = interp.order(this, &args.get(1))? != Ordering::Greater;
    Ok(Value::Bool(low && high))
}

fn clamp(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (low, high) = match (args.get(0), args.opt(1)) {
        (low, Some(high)) => (low, high.clone()),
        (Value::Range(range), None) => {
            if range.exclusive && !range.to.is_nil() {
                return Err(interp.raise("ArgumentError", "cannot clamp with an exclusive range"));
            }
            (range.from.clone(), range.to.clone())
        }
        (other, None) => {
            let word = interp.type_word(&other);
            return Err(interp.raise(
                "TypeError",
                format!("wrong argument type {word} (expected Range)"),
            ));
        }
    };
    if !low.is_nil() && !high.is_nil() && interp.order(&low, &high)? == Ordering::Greater {
        return Err(interp.raise(
            "ArgumentError",
            "min argument must be smaller than max argument",
        ));
    }
    if !low.is_nil() && interp.order(this, &low)? == Ordering::Less {
        return Ok(low);
    }
    if !high.is_nil() && interp.order(this, &high)? == Ordering::Greater {
        return Ok(high);
    }
    Ok(this.clone())
}
