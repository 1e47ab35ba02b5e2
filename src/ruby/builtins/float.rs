//! `Float`.

use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::value::Value;

pub(super) fn convert(interp: &mut Interp, value: &Value) -> Outcome {
    Ok(Value::Float(interp.float_arg(value)?))
}
