//! Bits of an `Integer`, and rounding to powers of ten.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::integer::{floor_div, int_operand};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, big_of, row, row_keywords};
use crate::ruby::value::{Args, Value};

pub(super) const METHODS: Rows = &[
    row("~", 0, 0, invert),
    row("&", 1, 1, bit_and),
    row("|", 1, 1, bit_or),
    row("^", 1, 1, bit_xor),
    row("<<", 1, 1, shift_left),
    row(">>", 1, 1, shift_right),
    row("[]", 1, 1, bit),
    row("bit_length", 0, 0, bit_length),
    row_keywords("round", 0, 1, round),
    row("floor", 0, 1, floor),
    row("ceil", 0, 1, ceil),
    row("truncate", 0, 1, truncate),
    row("allbits?", 1, 1, all_bits),
    row("anybits?", 1, 1, any_bits),
    row("nobits?", 1, 1, no_bits),
];

fn invert(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(-big_of(this) - 1))
}

fn bit_and(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::big(
        big_of(this) & int_operand(interp, &args.get(0))?,
    ))
}

fn bit_or(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::big(
        big_of(this) | int_operand(interp, &args.get(0))?,
    ))
}

fn bit_xor(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::big(
        big_of(this) ^ int_operand(interp, &args.get(0))?,
    ))
}

fn shifted(interp: &mut Interp, this: &Value, by: i64) -> Outcome {
    let number = big_of(this);
    if by >= 0 {
        if by > 32 << 20 {
            return Err(interp.raise("RangeError", "shift width too big"));
        }
        Ok(Value::big(number << by as u64))
    } else {
        Ok(Value::big(number >> by.unsigned_abs()))
    }
}

fn shift_left(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let by = interp.int_arg(&args.get(0))?;
    shifted(interp, this, by)
}

fn shift_right(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let by = interp.int_arg(&args.get(0))?;
    shifted(interp, this, by.saturating_neg())
}

fn bit(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let at = interp.int_arg(&args.get(0))?;
    if at < 0 {
        return Ok(Value::Int(0));
    }
    let set: BigInt = (big_of(this) >> (at as u64).min(1 << 32)) & BigInt::one();
    Ok(Value::big(set))
}

fn bit_length(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let number = big_of(this);
    let bits = if number.is_negative() {
        (-number - 1_i32).bits()
    } else {
        number.bits()
    };
    Ok(Value::Int(bits as i64))
}

/// Rounds to a power of ten; `places` is negative.
fn rounded(this: &Value, places: i64, how: fn(&BigInt, &BigInt) -> BigInt) -> Value {
    let power = BigInt::from(10).pow(places.unsigned_abs().min(10_000) as u32);
    let number = big_of(this);
    Value::big(how(&number, &power))
}

fn places_of(interp: &mut Interp, args: &Args) -> Outcome<i64> {
    match args.opt(0) {
        Some(places) => interp.int_arg(places),
        None => Ok(0),
    }
}

fn round(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let places = places_of(interp, args)?;
    if places >= 0 {
        return Ok(this.clone());
    }
    Ok(rounded(this, places, |number, power| {
        let half = power / 2_i32;
        let (sign, size) = (number.is_negative(), number.abs());
        let up = (size + half) / power * power;
        if sign { -up } else { up }
    }))
}

fn floor(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let places = places_of(interp, args)?;
    if places >= 0 {
        return Ok(this.clone());
    }
    Ok(rounded(this, places, |number, power| {
        floor_div(number, power).0 * power
    }))
}

fn ceil(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let places = places_of(interp, args)?;
    if places >= 0 {
        return Ok(this.clone());
    }
    Ok(rounded(this, places, |number, power| {
        -(floor_div(&-number, power).0 * power)
    }))
}

fn truncate(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let places = places_of(interp, args)?;
    if places >= 0 {
        return Ok(this.clone());
    }
    Ok(rounded(this, places, |number, power| {
        number / power * power
    }))
}

fn all_bits(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mask = int_operand(interp, &args.get(0))?;
    Ok(Value::Bool(big_of(this) & &mask == mask))
}

fn any_bits(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mask = int_operand(interp, &args.get(0))?;
    Ok(Value::Bool(!(big_of(this) & mask).is_zero()))
}

fn no_bits(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mask = int_operand(interp, &args.get(0))?;
    Ok(Value::Bool((big_of(this) & mask).is_zero()))
}
