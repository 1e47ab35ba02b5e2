//! `Float`, `Numeric` and `Math`.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any_keywords, float_text, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Value};

const FLOAT: Rows = &[
    row("+", 1, 1, add),
    row("-", 1, 1, subtract),
    row("*", 1, 1, multiply),
    row("/ fdiv quo", 1, 1, divide),
    row("% modulo", 1, 1, modulo),
    row("**", 1, 1, power),
    row("div", 1, 1, div),
    row("divmod", 1, 1, divmod),
    row("-@", 0, 0, negate),
    row("+@ to_f", 0, 0, itself),
    row("== ===", 1, 1, equal),
    row("<=>", 1, 1, compare),
    row("eql?", 1, 1, eql),
    row("to_s inspect", 0, 0, to_s),
    row("to_i to_int", 0, 0, to_i),
    row("to_r rationalize", 0, 1, to_r),
    row_keywords("round", 0, 1, round),
    row("floor", 0, 1, floor),
    row("ceil", 0, 1, ceil),
    row("truncate", 0, 1, truncate),
    row("abs magnitude", 0, 0, abs),
    row("nan?", 0, 0, is_nan),
    row("infinite?", 0, 0, is_infinite),
    row("finite?", 0, 0, is_finite),
    row("hash", 0, 0, hash),
    row("next_float", 0, 0, next_float),
    row("prev_float", 0, 0, prev_float),
];

const NUMERIC: Rows = &[
    row("integer?", 0, 0, is_integer),
    row("zero?", 0, 0, is_zero),
    row("nonzero?", 0, 0, nonzero),
    row("positive?", 0, 0, is_positive),
    row("negative?", 0, 0, is_negative),
    row("finite?", 0, 0, answer_true),
    row("infinite?", 0, 0, nothing),
    row("real?", 0, 0, answer_true),
    row("coerce", 1, 1, coerce),
    any_keywords("step", 0, step),
    row("clone dup", 0, 0, itself),
];

const MATH: Rows = &[
    row("sqrt", 1, 1, |i, _, a| math(i, "sqrt", a, f64::sqrt)),
    row("cbrt", 1, 1, |i, _, a| math(i, "cbrt", a, f64::cbrt)),
    row("sin", 1, 1, |i, _, a| math(i, "sin", a, f64::sin)),
    row("cos", 1, 1, |i, _, a| math(i, "cos", a, f64::cos)),
    row("tan", 1, 1, |i, _, a| math(i, "tan", a, f64::tan)),
    row("atan", 1, 1, |i, _, a| math(i, "atan", a, f64::atan)),
    row("exp", 1, 1, |i, _, a| math(i, "exp", a, f64::exp)),
    row("log2", 1, 1, |i, _, a| math(i, "log2", a, f64::log2)),
    row("log10", 1, 1, |i, _, a| math(i, "log10", a, f64::log10)),
    row("log", 1, 2, log),
    row("hypot", 2, 2, |i, _, a| math2(i, a, f64::hypot)),
    row("pow", 2, 2, |i, _, a| math2(i, a, f64::powf)),
    row("atan2", 2, 2, |i, _, a| math2(i, a, f64::atan2)),
];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.float, FLOAT);
    interp.add_rows(&core.numeric, NUMERIC);
    for (name, value) in [
        ("INFINITY", f64::INFINITY),
        ("NAN", f64::NAN),
        ("EPSILON", f64::EPSILON),
        ("MAX", f64::MAX),
        ("MIN", f64::MIN_POSITIVE),
    ] {
        interp.set_const(&core.float, Sym::new(name), Value::Float(value));
    }
    interp.set_const(&core.float, Sym::new("DIG"), Value::Int(15));
    let math = interp.define_module("Math");
    interp.add_singleton_rows(&math, MATH);
    interp.set_const(&math, Sym::new("PI"), Value::Float(std::f64::consts::PI));
    interp.set_const(&math, Sym::new("E"), Value::Float(std::f64::consts::E));
}

/// Returns the whole part as an Integer.
pub(super) fn truncated(number: f64) -> Value {
    match BigInt::from_f64(number) {
        Some(number) => Value::big(number),
        None => Value::Int(0),
    }
}

/// Returns the remainder with the sign of the divisor.
pub(super) fn modulo_of(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) {
        rest + y
    } else {
        rest
    }
}

/// Answers `Float(x)`.
pub(super) fn convert(interp: &mut Interp, value: &Value) -> Outcome {
    match value {
        Value::Str(text) => {
            let text = text.text();
            match parse_strict(&text) {
                Some(number) => Ok(Value::Float(number)),
                None => {
                    let shown = crate::ruby::interp::inspect_bytes(text.as_bytes(), false);
                    Err(interp.raise(
                        "ArgumentError",
                        format!("invalid value for Float(): {shown}"),
                    ))
                }
            }
        }
        value => Ok(Value::Float(interp.float_arg(value)?)),
    }
}

/// Parses a whole string as `Float()` does.
pub(super) fn parse_strict(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.trim_start_matches(['-', '+']);
    if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        let number = i64::from_str_radix(hex, 16).ok()? as f64;
        return Some(if text.starts_with('-') {
            -number
        } else {
            number
        });
    }
    let fine = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && !text.contains("__")
        && !text.contains("._")
        && !text.contains("_.")
        && !text.contains(".e")
        && !text.contains(".E");
    if !fine {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// Parses the start of a string as `String#to_f` does.
pub(super) fn parse_lenient(text: &str) -> f64 {
    let text: String = text.trim_start().chars().filter(|c| *c != '_').collect();
    let mut end = 0;
    let (mut dot, mut exponent, mut digit) = (false, false, false);
    let bytes = text.as_bytes();
    while let Some(&b) = bytes.get(end) {
        match b {
            b'0'..=b'9' => digit = true,
            b'+' | b'-' if end == 0 || matches!(bytes.get(end - 1), Some(b'e' | b'E')) => {}
            b'.' if !dot && !exponent && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) => {
                dot = true
            }
            b'e' | b'E' if digit && !exponent => {
                let next = bytes.get(end + 1).copied().unwrap_or(0);
                let after = bytes.get(end + 2).copied().unwrap_or(0);
                if !(next.is_ascii_digit()
                    || (matches!(next, b'+' | b'-') && after.is_ascii_digit()))
                {
                    break;
                }
                exponent = true;
            }
            _ => break,
        }
        end += 1;
    }
    text.get(..end)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0)
}

fn this_float(this: &Value) -> f64 {
    this.as_float().unwrap_or(0.0)
}

fn operand(
    interp: &mut Interp,
    this: &Value,
    other: &Value,
    operator: &str,
) -> Outcome<Result<f64, Value>> {
    if let Some(number) = other.as_float() {
        return Ok(Ok(number));
    }
    if let Value::Object(object) = other
        && matches!(&*object.data.borrow(), Data::Rational(..))
    {
        return Ok(Ok(interp.float_arg(other)?));
    }
    if interp.responds(other, "coerce") {
        let pair = interp.send_list(other, "coerce", &[this.clone()])?;
        let pair = interp.array_arg(&pair)?;
        let a = pair.first().cloned().unwrap_or_default();
        let b = pair.get(1).cloned().unwrap_or_default();
        return Ok(Err(interp.send_list(&a, operator, &[b])?));
    }
    let word = match other {
        Value::Nil | Value::Bool(_) => interp.inspect(other)?,
        _ => interp.type_word(other),
    };
    Err(interp.raise("TypeError", format!("{word} can't be coerced into Float")))
}

macro_rules! operator {
    ($name:ident, $text:literal, |$x:ident, $y:ident| $result:expr) => {
        fn $name(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
            let $x = this_float(this);
            match operand(interp, this, &args.get(0), $text)? {
                Ok($y) => Ok(Value::Float($result)),
                Err(answer) => Ok(answer),
            }
        }
    };
}

operator!(add, "+", |x, y| x + y);
operator!(subtract, "-", |x, y| x - y);
operator!(multiply, "*", |x, y| x * y);
operator!(divide, "/", |x, y| x / y);
operator!(modulo, "%", |x, y| modulo_of(x, y));
operator!(power, "**", |x, y| x.powf(y));

fn div(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let y = interp.float_arg(&args.get(0))?;
    if y == 0.0 {
        return Err(interp.raise("ZeroDivisionError", "divided by 0"));
    }
    Ok(truncated((this_float(this) / y).floor()))
}

fn divmod(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let y = interp.float_arg(&args.get(0))?;
    let quotient = div(interp, this, args)?;
    Ok(Value::array([
        quotient,
        Value::Float(modulo_of(this_float(this), y)),
    ]))
}

fn negate(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(-this_float(this)))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn nothing(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn answer_true(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(true))
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if let Value::Object(object) = &other {
        if matches!(&*object.data.borrow(), Data::Rational(..)) {
            return Ok(Value::Bool(interp.float_arg(&other)? == this_float(this)));
        }
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(interp.equal(this, &other)?))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if other.as_float().is_none() {
        return Ok(Value::Nil);
    }
    Ok(interp
        .compare(this, &other)?
        .map(|order| order as i64)
        .into())
}

fn eql(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(match args.get(0) {
        Value::Float(other) => other == this_float(this),
        _ => false,
    }))
}

fn to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(float_text(this_float(this))))
}

fn finite(interp: &mut Interp, this: &Value) -> Outcome<f64> {
    let number = this_float(this);
    if number.is_finite() {
        Ok(number)
    } else {
        Err(interp.raise("FloatDomainError", float_text(number)))
    }
}

fn to_i(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(truncated(finite(interp, this)?))
}

fn to_r(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let number = finite(interp, this)?;
    Ok(super::rational::from_float(interp, number))
}

/// Rounds at a place after the point by way of decimal digits, as they are written.
fn at_places(number: f64, places: i64, how: fn(f64) -> f64) -> f64 {
    if places > 15 || !number.is_finite() {
        return number;
    }
    let power = 10_f64.powi(places as i32);
    let scaled = number * power;
    if !scaled.is_finite() {
        return number;
    }
    how(scaled) / power
}

fn round(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let places = match args.opt(0) {
        Some(places) => interp.int_arg(places)?,
        None => 0,
    };
    let half = args.keyword("half").and_then(|half| half.as_name());
    let how: fn(f64) -> f64 = match half.as_deref() {
        Some("even") => f64::round_ties_even,
        Some("down") => |x: f64| {
            if x.fract().abs() == 0.5 {
                x.trunc()
            } else {
                x.round()
            }
        },
        _ => f64::round,
    };
    if places > 0 {
        let number = this_float(this);
        // The shortest decimal form decides ties such as 2.675, as Ruby does.
        let rounded = at_places(number, places, how);
        if half.is_none() {
            let exact = format!("{number:.*}", places as usize);
            let by_digits: f64 = exact.parse().unwrap_or(rounded);
            let scaled = number * 10_f64.powi(places.min(15) as i32);
            let tie = (scaled.fract().abs() - 0.5).abs() < 1e-9;
            return Ok(Value::Float(if tie { rounded } else { by_digits }));
        }
        return Ok(Value::Float(rounded));
    }
    let number = finite(interp, this)?;
    if places < 0 {
        let whole = truncated(number.round());
        return interp.send_list(&whole, "round", &[Value::Int(places)]);
    }
    Ok(truncated(how(number)))
}

fn cut(interp: &mut Interp, this: &Value, args: &Args, name: &str, how: fn(f64) -> f64) -> Outcome {
    let places = match args.opt(0) {
        Some(places) => interp.int_arg(places)?,
        None => 0,
    };
    if places > 0 {
        return Ok(Value::Float(at_places(this_float(this), places, how)));
    }
    let whole = truncated(how(finite(interp, this)?));
    if places < 0 {
        return interp.send_list(&whole, name, &[Value::Int(places)]);
    }
    Ok(whole)
}

fn floor(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    cut(interp, this, args, "floor", f64::floor)
}

fn ceil(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    cut(interp, this, args, "ceil", f64::ceil)
}

fn truncate(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    cut(interp, this, args, "truncate", f64::trunc)
}

fn abs(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(this_float(this).abs()))
}

fn is_nan(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_float(this).is_nan()))
}

fn is_infinite(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let number = this_float(this);
    Ok(if number.is_infinite() {
        Value::Int(if number > 0.0 { 1 } else { -1 })
    } else {
        Value::Nil
    })
}

fn is_finite(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_float(this).is_finite()))
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int((this_float(this).to_bits() >> 2) as i64))
}

fn next_float(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(this_float(this).next_up()))
}

fn prev_float(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(this_float(this).next_down()))
}

fn is_integer(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(matches!(this, Value::Int(_) | Value::Big(_))))
}

fn is_zero(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &Value::Int(0))?))
}

fn nonzero(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let zero = interp.equal(this, &Value::Int(0))?;
    Ok(if zero { Value::Nil } else { this.clone() })
}

fn is_positive(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    interp.send_list(this, ">", &[Value::Int(0)])
}

fn is_negative(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    interp.send_list(this, "<", &[Value::Int(0)])
}

fn coerce(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if matches!(
        (this, &other),
        (Value::Int(_) | Value::Big(_), Value::Int(_) | Value::Big(_))
    ) {
        return Ok(Value::array([other, this.clone()]));
    }
    let other = convert(interp, &other)?;
    let this = interp.float_arg(this)?;
    Ok(Value::array([other, Value::Float(this)]))
}

fn step(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let to = args
        .opt(0)
        .cloned()
        .or_else(|| args.keyword("to"))
        .unwrap_or_default();
    let by = args
        .opt(1)
        .cloned()
        .or_else(|| args.keyword("by"))
        .unwrap_or(Value::Int(1));
    if by.as_float() == Some(0.0) {
        return Err(interp.raise("ArgumentError", "step can't be 0"));
    }
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("step"),
            vec![to, by],
        ));
    };
    if let (Value::Int(from), Value::Int(by), Value::Int(_) | Value::Nil) = (this, &by, &to) {
        let end = to.as_int();
        let mut next = *from;
        while end.is_none_or(|end| if *by > 0 { next <= end } else { next >= end }) {
            interp.tick()?;
            interp.call_block(&block, &[Value::Int(next)])?;
            match next.checked_add(*by) {
                Some(after) => next = after,
                None => break,
            }
        }
        return Ok(this.clone());
    }
    let (from, by) = (interp.float_arg(this)?, interp.float_arg(&by)?);
    let to = if to.is_nil() {
        f64::INFINITY * by.signum()
    } else {
        interp.float_arg(&to)?
    };
    for item in super::range::float_steps(from, to, by, false) {
        interp.tick()?;
        interp.call_block(&block, &[Value::Float(item)])?;
    }
    Ok(this.clone())
}

fn domain(interp: &mut Interp, name: &str) -> crate::ruby::error::Flow {
    let message = format!("Numerical argument is out of domain - {name}");
    interp.raise("Math::DomainError", message)
}

fn math(interp: &mut Interp, name: &str, args: &Args, f: fn(f64) -> f64) -> Outcome {
    let x = interp.float_arg(&args.get(0))?;
    let y = f(x);
    if y.is_nan() && !x.is_nan() {
        return Err(domain(interp, name));
    }
    Ok(Value::Float(y))
}

fn math2(interp: &mut Interp, args: &Args, f: fn(f64, f64) -> f64) -> Outcome {
    let (x, y) = (
        interp.float_arg(&args.get(0))?,
        interp.float_arg(&args.get(1))?,
    );
    Ok(Value::Float(f(x, y)))
}

fn log(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let x = interp.float_arg(&args.get(0))?;
    if x < 0.0 {
        return Err(domain(interp, "log"));
    }
    match args.opt(1) {
        Some(base) => Ok(Value::Float(x.ln() / interp.float_arg(base)?.ln())),
        None => Ok(Value::Float(x.ln())),
    }
}
