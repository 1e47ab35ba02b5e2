//! `nil`, `true` and `false`.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, RHash, RString, Value};

pub(super) const NIL: Rows = &[
    row("to_s", 0, 0, nil_to_s),
    row("to_a", 0, 0, nil_to_a),
    row("to_h", 0, 0, nil_to_h),
    row("to_i", 0, 0, nil_to_i),
    row("to_f", 0, 0, nil_to_f),
    row("inspect", 0, 0, nil_inspect),
    row("&", 1, 1, answer_false),
    row("|", 1, 1, or),
];

pub(super) const BOOL: Rows = &[
    row("to_s inspect", 0, 0, bool_to_s),
    row("&", 1, 1, and),
    row("|", 1, 1, or),
    row("^", 1, 1, xor),
];

fn nil_to_s(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let text = RString::new("");
    text.frozen.set(true);
    Ok(Value::Str(Rc::new(text)))
}

fn nil_to_a(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::array([]))
}

fn nil_to_h(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Hash(Rc::new(RHash::default())))
}

fn nil_to_i(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(0))
}

fn nil_to_f(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(0.0))
}

fn nil_inspect(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::str("nil"))
}

fn bool_to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(if this.truthy() { "true" } else { "false" }))
}

fn and(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(this.truthy() && args.get(0).truthy()))
}

fn or(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(this.truthy() || args.get(0).truthy()))
}

fn xor(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(this.truthy() != args.get(0).truthy()))
}

fn answer_false(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(false))
}
