//! `Integer`, of any size.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, big_of, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Value};

const METHODS: Rows = &[
    row("+", 1, 1, add),
    row("-", 1, 1, subtract),
    row("*", 1, 1, multiply),
    row("/", 1, 1, divide),
    row("div", 1, 1, div),
    row("% modulo", 1, 1, modulo),
    row("remainder", 1, 1, remainder),
    row("** pow", 1, 2, power),
    row("divmod", 1, 1, divmod),
    row("fdiv", 1, 1, fdiv),
    row("-@", 0, 0, negate),
    row("+@ to_i to_int floor_i ord", 0, 0, itself),
    row("== ===", 1, 1, equal),
    row("<=>", 1, 1, compare),
    row("hash", 0, 0, hash),
    row("to_s inspect", 0, 1, to_s),
    row("to_f", 0, 0, to_f),
    row("to_r rationalize", 0, 1, to_r),
    row("to_c", 0, 0, itself),
    row("chr", 0, 1, chr),
    row("succ next", 0, 0, succ),
    row("pred", 0, 0, pred),
    row("times", 0, 0, times),
    row("upto", 1, 1, upto),
    row("downto", 1, 1, downto),
    row("even?", 0, 0, is_even),
    row("odd?", 0, 0, is_odd),
    row("abs magnitude", 0, 0, abs),
    row("gcd", 1, 1, gcd),
    row("lcm", 1, 1, lcm),
    row("digits", 0, 1, digits),
    row("numerator", 0, 0, itself),
    row("denominator", 0, 0, one),
    row("size", 0, 0, size),
];

const SINGLETON: Rows = &[row("sqrt", 1, 1, sqrt)];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.integer);
    interp.add_rows(&class, METHODS);
    interp.add_rows(&class, super::integer_bits::METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
    interp.set_const(&class, Sym::new("MAX"), Value::Int(i64::MAX));
}

/// Returns the result of an operator on small integers, or `None` where the
/// general way is needed.
pub(in crate::ruby) fn quick(name: Sym, a: i64, b: i64) -> Option<Value> {
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

/// Answers `Integer(x)` and `Integer(x, base)`.
pub(super) fn convert(interp: &mut Interp, value: &Value, base: Option<&Value>) -> Outcome {
    match value {
        Value::Int(_) | Value::Big(_) => Ok(value.clone()),
        Value::Float(number) => {
            if !number.is_finite() {
                let text = crate::ruby::interp::float_text(*number);
                return Err(interp.raise("FloatDomainError", text));
            }
            Ok(super::float::truncated(*number))
        }
        Value::Str(text) => {
            let text = text.text();
            let base = match base {
                Some(base) => interp.int_arg(base)? as u32,
                None => 0,
            };
            match parse_strict(&text, base) {
                Some(number) => Ok(number),
                None => {
                    let shown = crate::ruby::interp::inspect_bytes(text.as_bytes(), false);
                    Err(interp.raise(
                        "ArgumentError",
                        format!("invalid value for Integer(): {shown}"),
                    ))
                }
            }
        }
        Value::Nil => Err(interp.raise("TypeError", "can't convert nil into Integer")),
        value => {
            for method in ["to_int", "to_i"] {
                if interp.responds(value, method) {
                    return interp.send_list(value, method, &[]);
                }
            }
            let word = interp.type_word(value);
            Err(interp.raise("TypeError", format!("can't convert {word} into Integer")))
        }
    }
}

/// Splits a sign and a prefix such as `0x` off.
fn prefix(text: &str, base: u32) -> (bool, u32, &str) {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.get(..2).unwrap_or("").to_ascii_lowercase();
    let known = match lower.as_str() {
        "0x" => 16,
        "0b" => 2,
        "0o" => 8,
        "0d" => 10,
        _ => 0,
    };
    if known != 0 && (base == 0 || base == known) {
        return (negative, known, rest.get(2..).unwrap_or(""));
    }
    if base == 0 {
        if rest.len() > 1 && rest.starts_with('0') {
            return (
                negative,
                8,
                rest.get(1..).unwrap_or("").trim_start_matches('_'),
            );
        }
        return (negative, 10, rest);
    }
    (negative, base, rest)
}

/// Parses a whole string as `Integer()` does; underscores only between digits.
pub(super) fn parse_strict(text: &str, base: u32) -> Option<Value> {
    let (negative, base, digits) = prefix(text.trim(), base);
    let bad = digits.is_empty()
        || digits.starts_with('_')
        || digits.ends_with('_')
        || digits.contains("__")
        || !(2..=36).contains(&base);
    if bad || !digits.chars().all(|c| c == '_' || c.is_digit(base)) {
        return None;
    }
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let number = BigInt::parse_bytes(clean.as_bytes(), base)?;
    Some(Value::big(if negative { -number } else { number }))
}

/// Parses the start of a string as `String#to_i` does.
pub(super) fn parse_lenient(text: &str, base: u32) -> Value {
    let text = text.trim_start();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.get(..2).unwrap_or("").to_ascii_lowercase();
    let skip = matches!((base, lower.as_str()), (16, "0x") | (2, "0b") | (8, "0o"));
    let rest = if skip {
        rest.get(2..).unwrap_or("")
    } else {
        rest
    };
    let mut digits = String::new();
    let mut last_underscore = true;
    for c in rest.chars() {
        if c.is_digit(base) {
            digits.push(c);
            last_underscore = false;
        } else if c == '_' && !last_underscore {
            last_underscore = true;
        } else {
            break;
        }
    }
    let number = BigInt::parse_bytes(digits.as_bytes(), base).unwrap_or_default();
    Value::big(if negative { -number } else { number })
}

/// What the right side of an operator is.
enum Right {
    Int(BigInt),
    Float(f64),
    Rational,
}

fn right(
    interp: &mut Interp,
    value: &Value,
    operator: &str,
    this: &Value,
) -> Outcome<Result<Right, Value>> {
    Ok(Ok(match value {
        Value::Int(_) | Value::Big(_) => Right::Int(big_of(value)),
        Value::Float(number) => Right::Float(*number),
        Value::Object(object) if matches!(&*object.data.borrow(), Data::Rational(..)) => {
            Right::Rational
        }
        value if interp.responds(value, "coerce") => {
            let pair = interp.send_list(value, "coerce", &[this.clone()])?;
            let pair = interp.array_arg(&pair)?;
            let (a, b) = (
                pair.first().cloned().unwrap_or_default(),
                pair.get(1).cloned().unwrap_or_default(),
            );
            return Ok(Err(interp.send_list(&a, operator, &[b])?));
        }
        value => {
            let word = match value {
                Value::Nil | Value::Bool(_) => interp.inspect(value)?,
                _ => interp.type_word(value),
            };
            return Err(interp.raise("TypeError", format!("{word} can't be coerced into Integer")));
        }
    }))
}

fn float_of(value: &Value) -> f64 {
    value.as_float().unwrap_or(0.0)
}

fn rational(interp: &mut Interp, this: &Value, operator: &str, other: &Value) -> Outcome {
    let left = super::rational::make(interp, big_of(this), BigInt::one());
    interp.send_list(&left, operator, std::slice::from_ref(other))
}

/// Defines an operator by what it does with big integers and with floats.
macro_rules! operator {
    ($name:ident, $text:literal, $quick:ident, |$a:ident, $b:ident| $big:expr, |$x:ident, $y:ident| $float:expr) => {
        fn $name(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
            let other = args.get(0);
            if let (Value::Int(a), Value::Int(b)) = (this, &other)
                && let Some(answer) = a.$quick(*b)
            {
                return Ok(Value::Int(answer));
            }
            match right(interp, &other, $text, this)? {
                Err(answer) => Ok(answer),
                Ok(Right::Int($b)) => {
                    let $a = big_of(this);
                    Ok(Value::big($big))
                }
                Ok(Right::Float($y)) => {
                    let $x = float_of(this);
                    Ok(Value::Float($float))
                }
                Ok(Right::Rational) => rational(interp, this, $text, &other),
            }
        }
    };
}

operator!(add, "+", checked_add, |a, b| a + b, |x, y| x + y);
operator!(subtract, "-", checked_sub, |a, b| a - b, |x, y| x - y);
operator!(multiply, "*", checked_mul, |a, b| a * b, |x, y| x * y);

fn by_zero(interp: &mut Interp) -> crate::ruby::error::Flow {
    interp.raise("ZeroDivisionError", "divided by 0")
}

/// Divides towards minus infinity.
pub(super) fn floor_div(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let mut quotient = a / b;
    let mut rest = a - &quotient * b;
    if !rest.is_zero() && (rest.is_negative() != b.is_negative()) {
        quotient -= 1;
        rest += b;
    }
    (quotient, rest)
}

fn divide(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    match right(interp, &other, "/", this)? {
        Err(answer) => Ok(answer),
        Ok(Right::Int(b)) if b.is_zero() => Err(by_zero(interp)),
        Ok(Right::Int(b)) => Ok(Value::big(floor_div(&big_of(this), &b).0)),
        Ok(Right::Float(y)) => Ok(Value::Float(float_of(this) / y)),
        Ok(Right::Rational) => rational(interp, this, "/", &other),
    }
}

fn div(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Float(y) => {
            if y == 0.0 {
                return Err(by_zero(interp));
            }
            Ok(super::float::truncated((float_of(this) / y).floor()))
        }
        _ => divide(interp, this, args),
    }
}

fn modulo(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    match right(interp, &other, "%", this)? {
        Err(answer) => Ok(answer),
        Ok(Right::Int(b)) if b.is_zero() => Err(by_zero(interp)),
        Ok(Right::Int(b)) => Ok(Value::big(floor_div(&big_of(this), &b).1)),
        Ok(Right::Float(y)) => Ok(Value::Float(super::float::modulo_of(float_of(this), y))),
        Ok(Right::Rational) => rational(interp, this, "%", &other),
    }
}

fn remainder(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Float(y) => Ok(Value::Float(float_of(this) % y)),
        other => {
            interp.int_arg(&other)?;
            let b = big_of(&other);
            if b.is_zero() {
                return Err(by_zero(interp));
            }
            Ok(Value::big(big_of(this) % b))
        }
    }
}

fn power(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if let Some(modulus) = args.opt(1) {
        let (e, m) = (big_of(&other), big_of(modulus));
        if m.is_zero() {
            return Err(by_zero(interp));
        }
        if e.is_negative() {
            return Err(interp.raise(
                "RangeError",
                "Integer#pow() 2nd argument not allowed when 1st argument is negative",
            ));
        }
        let rest = big_of(this).modpow(&e, &m);
        return Ok(Value::big(rest));
    }
    match right(interp, &other, "**", this)? {
        Err(answer) => Ok(answer),
        Ok(Right::Float(y)) => Ok(Value::Float(float_of(this).powf(y))),
        Ok(Right::Rational) => {
            let y = interp.float_arg(&other)?;
            Ok(Value::Float(float_of(this).powf(y)))
        }
        Ok(Right::Int(e)) if e.is_negative() => {
            let base = super::rational::make(interp, big_of(this), BigInt::one());
            interp.send_list(&base, "**", &[other])
        }
        Ok(Right::Int(e)) => {
            let base = big_of(this);
            let bits = base.bits().max(1);
            match e.to_u32() {
                Some(e) if bits.saturating_mul(u64::from(e)) < 32 << 20 => {
                    Ok(Value::big(base.pow(e)))
                }
                _ if base.is_one() || base.is_zero() => Ok(this.clone()),
                _ => Ok(Value::Float(f64::INFINITY)),
            }
        }
    }
}

fn divmod(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Float(y) => {
            let x = float_of(this);
            if y == 0.0 {
                return Err(by_zero(interp));
            }
            Ok(Value::array([
                super::float::truncated((x / y).floor()),
                Value::Float(super::float::modulo_of(x, y)),
            ]))
        }
        _ => {
            let quotient = divide(interp, this, args)?;
            let rest = modulo(interp, this, args)?;
            Ok(Value::array([quotient, rest]))
        }
    }
}

fn fdiv(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let y = interp.float_arg(&args.get(0))?;
    Ok(Value::Float(float_of(this) / y))
}

fn negate(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(-big_of(this)))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

/// Returns a whole number that an operator on bits takes.
pub(super) fn int_operand(interp: &mut Interp, value: &Value) -> Outcome<BigInt> {
    match value {
        Value::Int(_) | Value::Big(_) => Ok(big_of(value)),
        value => Ok(BigInt::from(interp.int_arg(value)?)),
    }
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if let Value::Object(object) = &other
        && matches!(&*object.data.borrow(), Data::None)
    {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(interp.equal(this, &other)?))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    match &other {
        Value::Int(_) | Value::Big(_) | Value::Float(_) => {
            let order = interp.compare(this, &other)?;
            Ok(order.map(|order| order as i64).into())
        }
        Value::Object(object) if matches!(&*object.data.borrow(), Data::Rational(..)) => {
            rational(interp, this, "<=>", &other)
        }
        _ => Ok(Value::Nil),
    }
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this.identity().wrapping_mul(0x9e37_79b9)))
}

fn to_s(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let base = match args.opt(0) {
        Some(base) => interp.int_arg(base)?,
        None => 10,
    };
    if !(2..=36).contains(&base) {
        return Err(interp.raise("ArgumentError", format!("invalid radix {base}")));
    }
    Ok(Value::str(big_of(this).to_str_radix(base as u32)))
}

fn to_f(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(float_of(this)))
}

fn to_r(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(super::rational::make(interp, big_of(this), BigInt::one()))
}

fn chr(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let code = this.as_int().unwrap_or(-1);
    match u32::try_from(code) {
        Ok(code) if code < 0x80 => Ok(Value::str(char::from(code as u8).to_string())),
        Ok(code) if code < 0x100 && args.is_empty() => {
            let value = Value::bytes(vec![code as u8]);
            if let Value::Str(text) = &value {
                text.binary.set(true);
            }
            Ok(value)
        }
        Ok(code) => match char::from_u32(code) {
            Some(c) if !args.is_empty() => Ok(Value::str(c.to_string())),
            _ => Err(interp.raise("RangeError", format!("{code} out of char range"))),
        },
        Err(_) => Err(interp.raise("RangeError", format!("{code} out of char range"))),
    }
}

fn succ(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(big_of(this) + 1))
}

fn pred(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(big_of(this) - 1))
}

fn count_over(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    name: &str,
    numbers: impl Iterator<Item = i64>,
) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new(name),
            args.list.clone(),
        ));
    };
    for number in numbers {
        interp.tick()?;
        interp.call_block(&block, &[Value::Int(number)])?;
    }
    Ok(this.clone())
}

fn times(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = this.as_int().unwrap_or(i64::MAX);
    count_over(interp, this, args, "times", 0..count)
}

fn upto(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let to = match args.get(0) {
        Value::Float(to) => to.floor() as i64,
        to => {
            interp.order(this, &to)?;
            interp.int_arg(&to)?
        }
    };
    count_over(
        interp,
        this,
        args,
        "upto",
        this.as_int().unwrap_or(i64::MAX)..=to,
    )
}

fn downto(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let to = match args.get(0) {
        Value::Float(to) => to.ceil() as i64,
        to => {
            interp.order(this, &to)?;
            interp.int_arg(&to)?
        }
    };
    count_over(
        interp,
        this,
        args,
        "downto",
        (to..=this.as_int().unwrap_or(i64::MIN)).rev(),
    )
}

fn is_even(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool((big_of(this) % 2_i32).is_zero()))
}

fn is_odd(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(!(big_of(this) % 2_i32).is_zero()))
}

fn abs(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::big(big_of(this).abs()))
}

/// Returns the greatest common divisor.
pub(super) fn gcd_of(a: &BigInt, b: &BigInt) -> BigInt {
    let (mut a, mut b) = (a.abs(), b.abs());
    while !b.is_zero() {
        let rest = &a % &b;
        a = b;
        b = rest;
    }
    a
}

fn gcd(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = int_operand(interp, &args.get(0))?;
    Ok(Value::big(gcd_of(&big_of(this), &other)))
}

fn lcm(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (a, b) = (big_of(this), int_operand(interp, &args.get(0))?);
    let gcd = gcd_of(&a, &b);
    if gcd.is_zero() {
        return Ok(Value::Int(0));
    }
    Ok(Value::big((a * b).abs() / gcd))
}

fn digits(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let base = match args.opt(0) {
        Some(base) => interp.int_arg(base)?,
        None => 10,
    };
    if base < 2 {
        return Err(interp.raise("ArgumentError", format!("invalid radix {base}")));
    }
    let mut number = big_of(this);
    if number.sign() == Sign::Minus {
        return Err(interp.raise("Math::DomainError", "out of domain"));
    }
    let mut list = Vec::new();
    while !number.is_zero() {
        list.push(Value::big(&number % base));
        number /= base;
    }
    if list.is_empty() {
        list.push(Value::Int(0));
    }
    Ok(Value::array(list))
}

fn one(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(1))
}

fn size(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(
        (big_of(this).bits().div_ceil(64) * 8).max(8) as i64
    ))
}

fn sqrt(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let number = int_operand(interp, &args.get(0))?;
    if number.is_negative() {
        return Err(interp.raise(
            "Math::DomainError",
            "Numerical argument is out of domain - \"isqrt\"",
        ));
    }
    Ok(Value::big(number.sqrt()))
}
