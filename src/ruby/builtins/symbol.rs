//! `Symbol`: a name, which answers most of what a String does.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};

const METHODS: Rows = &[
    row("to_s name id2name", 0, 0, to_s),
    row("to_sym", 0, 0, itself),
    row("to_proc", 0, 0, to_proc),
    row("inspect", 0, 0, inspect),
    row("<=>", 1, 1, compare),
    row("==", 1, 1, equal),
    any_keywords("upcase", 0, |i, t, a| as_symbol(i, t, a, "upcase")),
    any_keywords("downcase", 0, |i, t, a| as_symbol(i, t, a, "downcase")),
    any_keywords("capitalize", 0, |i, t, a| as_symbol(i, t, a, "capitalize")),
    any_keywords("swapcase", 0, |i, t, a| as_symbol(i, t, a, "swapcase")),
    row("succ next", 0, 0, |i, t, a| as_symbol(i, t, a, "succ")),
    row("length size", 0, 0, |i, t, a| as_text(i, t, a, "length")),
    row("empty?", 0, 0, |i, t, a| as_text(i, t, a, "empty?")),
    any("start_with?", 0, |i, t, a| as_text(i, t, a, "start_with?")),
    any("end_with?", 0, |i, t, a| as_text(i, t, a, "end_with?")),
    row("[] slice", 1, 2, |i, t, a| as_text(i, t, a, "[]")),
    row("=~", 1, 1, |i, t, a| as_text(i, t, a, "=~")),
    row("match", 1, 2, |i, t, a| as_text(i, t, a, "match")),
    row("match?", 1, 2, |i, t, a| as_text(i, t, a, "match?")),
    row("casecmp", 1, 1, casecmp),
    row("hash", 0, 0, hash),
];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.symbol);
    let comparable = Rc::clone(&interp.core.comparable);
    interp.include(&class, &comparable);
    interp.add_rows(&class, METHODS);
}

fn text(this: &Value) -> Value {
    match this {
        Value::Sym(symbol) => Value::str(symbol.name()),
        _ => Value::str(""),
    }
}

fn as_text(interp: &mut Interp, this: &Value, args: &Args, name: &str) -> Outcome {
    interp.send(&text(this), Sym::new(name), args.clone())
}

fn as_symbol(interp: &mut Interp, this: &Value, args: &Args, name: &str) -> Outcome {
    let answer = as_text(interp, this, args, name)?;
    Ok(Value::sym(&answer.as_string().unwrap_or_default()))
}

fn to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(text(this))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn to_proc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(interp.to_block(this)?.map_or(Value::Nil, Value::Proc))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(interp.inspect(this)?))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Sym(other) => Ok(interp
            .compare(this, &Value::Sym(other))?
            .map(|order| order as i64)
            .into()),
        _ => Ok(Value::Nil),
    }
}

fn equal(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(this.same(&args.get(0))))
}

fn casecmp(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Sym(other) => interp.send_list(&text(this), "casecmp", &[Value::str(other.name())]),
        _ => Ok(Value::Nil),
    }
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this.identity()))
}
