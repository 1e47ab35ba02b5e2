//! `Integer`, of any size.

use crate::ruby::value::Value;

/// Returns the result of an operator on small integers, or `None` where the
/// general way is needed.
pub(in crate::ruby) fn quick(name: crate::ruby::symbol::Sym, a: i64, b: i64) -> Option<Value> {
    Some(match name.operator()? {
        "+" => Value::Int(a.checked_add(b)?),
        "-" => Value::Int(a.checked_sub(b)?),
        "*" => Value::Int(a.checked_mul(b)?),
        "<" => Value::Bool(a < b),
        ">" => Value::Bool(a > b),
        "<=" => Value::Bool(a <= b),
        ">=" => Value::Bool(a >= b),
        "==" => Value::Bool(a == b),
        "!=" => Value::Bool(a != b),
        "%" if b > 0 => Value::Int(a.rem_euclid(b)),
        "/" if b > 0 => Value::Int(a.div_euclid(b)),
        _ => return None,
    })
}

pub(super) fn install(_: &mut crate::ruby::interp::Interp) {}

pub(super) fn convert(
    interp: &mut crate::ruby::interp::Interp,
    value: &Value,
    _base: Option<&Value>,
) -> crate::ruby::error::Outcome {
    Ok(Value::Int(interp.int_arg(value)?))
}
