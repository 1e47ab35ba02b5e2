//! `Rational`, as far as files use it: `3/4r`, `Rational(1, 3)`, arithmetic.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, big_of, row};
use crate::ruby::value::{Args, Data, Object, Value, Visibility};

const METHODS: Rows = &[
    row("+", 1, 1, add),
    row("-", 1, 1, subtract),
    row("*", 1, 1, multiply),
    row("/ quo", 1, 1, divide),
    row("**", 1, 1, power),
    row("-@", 0, 0, negate),
    row("==", 1, 1, equal),
    row("<=>", 1, 1, compare),
    row("numerator", 0, 0, numerator),
    row("denominator", 0, 0, denominator),
    row("to_f", 0, 0, to_f),
    row("to_i truncate", 0, 0, to_i),
    row("floor", 0, 0, floor),
    row("ceil", 0, 0, ceil),
    row("round", 0, 1, round),
    row("to_r rationalize", 0, 1, itself),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
    row("abs", 0, 0, abs),
    row("zero?", 0, 0, is_zero),
];

const FUNCTIONS: Rows = &[row("Rational", 1, 2, rational)];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.rational, METHODS);
    interp.add_rows_as(&core.kernel, FUNCTIONS, Visibility::Private);
}

/// Returns a Rational in lowest terms; the denominator is not zero.
pub(super) fn make(interp: &Interp, a: BigInt, b: BigInt) -> Value {
    let gcd = super::integer::gcd_of(&a, &b);
    let gcd = if gcd.is_zero() { BigInt::one() } else { gcd };
    let (mut a, mut b) = (a / &gcd, b / &gcd);
    if b.is_negative() {
        a = -a;
        b = -b;
    }
    Value::Object(Object::new(
        Rc::clone(&interp.core.rational),
        Data::Rational(Rc::new(a), Rc::new(b)),
    ))
}

/// Returns a finite float as the Rational that it is exactly.
pub(super) fn from_float(interp: &Interp, number: f64) -> Value {
    let mut number = number;
    let mut power = 0_u32;
    while number.fract() != 0.0 && power < 1100 {
        number *= 2.0;
        power += 1;
    }
    let a = big_of(&super::float::truncated(number));
    make(interp, a, BigInt::from(2).pow(power))
}

/// Returns numerator and denominator of a whole number or Rational.
fn parts(value: &Value) -> Option<(BigInt, BigInt)> {
    match value {
        Value::Int(_) | Value::Big(_) => Some((big_of(value), BigInt::one())),
        Value::Object(object) => match &*object.data.borrow() {
            Data::Rational(a, b) => Some(((**a).clone(), (**b).clone())),
            _ => None,
        },
        _ => None,
    }
}

fn this_parts(this: &Value) -> (BigInt, BigInt) {
    parts(this).unwrap_or_else(|| (BigInt::zero(), BigInt::one()))
}

type Exact = fn(&(BigInt, BigInt), &(BigInt, BigInt)) -> (BigInt, BigInt);

fn combine(
    interp: &mut Interp,
    this: &Value,
    other: &Value,
    exact: Exact,
    float: fn(f64, f64) -> f64,
) -> Outcome {
    if let Some(other) = parts(other) {
        let (a, b) = exact(&this_parts(this), &other);
        if b.is_zero() {
            return Err(interp.raise("ZeroDivisionError", "divided by 0"));
        }
        return Ok(make(interp, a, b));
    }
    let (x, y) = (interp.float_arg(this)?, interp.float_arg(other)?);
    Ok(Value::Float(float(x, y)))
}

fn add(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    combine(
        interp,
        this,
        &args.get(0),
        |a, b| (&a.0 * &b.1 + &b.0 * &a.1, &a.1 * &b.1),
        |x, y| x + y,
    )
}

fn subtract(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    combine(
        interp,
        this,
        &args.get(0),
        |a, b| (&a.0 * &b.1 - &b.0 * &a.1, &a.1 * &b.1),
        |x, y| x - y,
    )
}

fn multiply(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    combine(
        interp,
        this,
        &args.get(0),
        |a, b| (&a.0 * &b.0, &a.1 * &b.1),
        |x, y| x * y,
    )
}

fn divide(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    combine(
        interp,
        this,
        &args.get(0),
        |a, b| (&a.0 * &b.1, &a.1 * &b.0),
        |x, y| x / y,
    )
}

fn power(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Int(exponent) if exponent.unsigned_abs() < 10_000 => {
            let (a, b) = this_parts(this);
            let size = exponent.unsigned_abs() as u32;
            let (a, b) = (a.pow(size), b.pow(size));
            let (a, b) = if exponent < 0 { (b, a) } else { (a, b) };
            if b.is_zero() {
                return Err(interp.raise("ZeroDivisionError", "divided by 0"));
            }
            Ok(make(interp, a, b))
        }
        other => {
            let (x, y) = (interp.float_arg(this)?, interp.float_arg(&other)?);
            Ok(Value::Float(x.powf(y)))
        }
    }
}

fn negate(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(make(interp, -a, b))
}

fn order_of(
    interp: &mut Interp,
    this: &Value,
    other: &Value,
) -> Outcome<Option<std::cmp::Ordering>> {
    if let Some(other) = parts(other) {
        let this = this_parts(this);
        return Ok(Some((&this.0 * &other.1).cmp(&(&other.0 * &this.1))));
    }
    let Some(y) = other.as_float() else {
        return Ok(None);
    };
    Ok(interp.float_arg(this)?.partial_cmp(&y))
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        order_of(interp, this, &args.get(0))? == Some(std::cmp::Ordering::Equal),
    ))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(order_of(interp, this, &args.get(0))?
        .map(|order| order as i64)
        .into())
}

fn numerator(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(this_parts(this).0))
}

fn denominator(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(this_parts(this).1))
}

fn to_f(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::Float(
        a.to_f64().unwrap_or(0.0) / b.to_f64().unwrap_or(1.0),
    ))
}

fn to_i(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::big(a / b))
}

fn floor_of(a: &BigInt, b: &BigInt) -> BigInt {
    let whole = a / b;
    if a.is_negative() && !(a % b).is_zero() {
        whole - 1
    } else {
        whole
    }
}

fn floor(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::big(floor_of(&a, &b)))
}

fn ceil(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::big(-floor_of(&-a, &b)))
}

fn round(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if let Some(places) = args.opt(0) {
        let number = interp.float_arg(this)?;
        return interp.send_list(&Value::Float(number), "round", std::slice::from_ref(places));
    }
    let (a, b) = this_parts(this);
    let two = BigInt::from(2);
    let up = floor_of(&(a.abs() * &two + &b), &(b * two));
    Ok(Value::big(if a.is_negative() { -up } else { up }))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::str(format!("{a}/{b}")))
}

fn inspect(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(Value::str(format!("({a}/{b})")))
}

fn abs(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let (a, b) = this_parts(this);
    Ok(make(interp, a.abs(), b))
}

fn is_zero(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_parts(this).0.is_zero()))
}

fn rational(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let read = |interp: &mut Interp, value: &Value| -> Outcome {
        match value {
            Value::Float(number) if number.is_finite() => Ok(from_float(interp, *number)),
            Value::Str(text) => {
                let text = text.text();
                let (a, b) = text.split_once('/').unwrap_or((&text, "1"));
                let (whole, fraction) = a.split_once('.').unwrap_or((a, ""));
                let a = super::integer::parse_lenient(&format!("{whole}{fraction}"), 10);
                let b = super::integer::parse_lenient(b, 10);
                let scale = BigInt::from(10).pow(fraction.len() as u32);
                Ok(make(interp, big_of(&a), big_of(&b) * scale))
            }
            other => Ok(other.clone()),
        }
    };
    let a = read(interp, &args.get(0))?;
    let b = match args.opt(1) {
        Some(b) => read(interp, b)?,
        None => Value::Int(1),
    };
    match (parts(&a), parts(&b)) {
        (Some(a), Some(b)) if !b.0.is_zero() => Ok(make(interp, a.0 * b.1, a.1 * b.0)),
        (Some(_), Some(_)) => Err(interp.raise("ZeroDivisionError", "divided by 0")),
        _ => {
            let word = interp.type_word(&a);
            Err(interp.raise("TypeError", format!("can't convert {word} into Rational")))
        }
    }
}
