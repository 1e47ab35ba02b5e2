//! `format`, `sprintf` and `String#%`.

use std::rc::Rc;

use num_traits::Signed;

use super::text_of;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, big_of, row};
use crate::ruby::value::{Args, Data, RHash, Value, Visibility};

const METHODS: Rows = &[row("%", 1, 1, percent)];
const FUNCTIONS: Rows = &[any("format sprintf", 1, format_function)];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.string, METHODS);
    interp.add_rows_as(&core.kernel, FUNCTIONS, Visibility::Private);
    interp.add_singleton_rows(&core.kernel, FUNCTIONS);
}

fn percent(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let list = match args.get(0) {
        Value::Array(items) => items.to_vec(),
        other => vec![other],
    };
    Ok(Value::str(filled(interp, &text_of(this), &list)?))
}

fn format_function(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let template = interp.str_arg(&args.get(0))?;
    let list = args.list.get(1..).unwrap_or_default().to_vec();
    Ok(Value::str(filled(interp, &template, &list)?))
}

/// A place in a template.
#[derive(Default)]
struct Field {
    minus: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Field {
    fn pad(&self, text: &str, zero_allowed: bool) -> String {
        let width = self.width.unwrap_or(0);
        let length = text.chars().count();
        let missing = width.saturating_sub(length);
        if missing == 0 {
            return text.to_owned();
        }
        if self.minus {
            return format!("{text}{}", " ".repeat(missing));
        }
        if self.zero && zero_allowed {
            let sign = usize::from(text.starts_with(['-', '+', ' ']));
            let prefix = match text.get(sign..sign + 2) {
                Some("0x" | "0X" | "0b" | "0B") => sign + 2,
                _ => sign,
            };
            let (head, tail) = text.split_at_checked(prefix).unwrap_or(("", text));
            return format!("{head}{}{tail}", "0".repeat(missing));
        }
        format!("{}{text}", " ".repeat(missing))
    }

    fn sign(&self, negative: bool) -> &'static str {
        if negative {
            "-"
        } else if self.plus {
            "+"
        } else if self.space {
            " "
        } else {
            ""
        }
    }
}

/// Gives arguments to fields, in order or by number.
struct Supply<'a> {
    list: &'a [Value],
    next: usize,
}

impl Supply<'_> {
    fn next(&mut self, interp: &mut Interp) -> Outcome {
        let value = self.list.get(self.next).cloned();
        self.next += 1;
        match value {
            Some(value) => Ok(value),
            None => Err(interp.raise("ArgumentError", "too few arguments")),
        }
    }

    fn hash(&self, interp: &mut Interp) -> Outcome<Rc<RHash>> {
        match self.list.first() {
            Some(Value::Hash(hash)) if self.list.len() == 1 => Ok(Rc::clone(hash)),
            _ => Err(interp.raise("ArgumentError", "one hash required")),
        }
    }

    fn named(&self, interp: &mut Interp, name: &str) -> Outcome {
        let hash = self.hash(interp)?;
        let bare = name.get(1..name.len().saturating_sub(1)).unwrap_or(name);
        match hash.get(&Value::sym(bare)) {
            Some(value) => Ok(value),
            None => {
                let value = interp.send_list(
                    &Value::Hash(Rc::clone(&hash)),
                    "default",
                    &[Value::sym(bare)],
                )?;
                if value.is_nil() {
                    return Err(interp.raise("KeyError", format!("key{name} not found")));
                }
                Ok(value)
            }
        }
    }
}

/// Returns a number with so many decimals. A number that is written with one
/// decimal more, a 5, is a tie for Ruby, whatever its binary form: to even.
fn fixed(size: f64, precision: usize) -> String {
    let shown = format!("{size}");
    let tie = shown
        .split_once('.')
        .is_some_and(|(_, decimals)| decimals.len() == precision + 1 && decimals.ends_with('5'));
    if !tie || shown.len() > 15 {
        return format!("{size:.precision$}");
    }
    let mut digits: Vec<char> = shown.chars().collect();
    digits.pop();
    if digits.last() == Some(&'.') {
        digits.pop();
    }
    let odd = digits
        .last()
        .and_then(|digit| digit.to_digit(10))
        .is_some_and(|digit| digit % 2 == 1);
    if odd {
        let mut carry = true;
        for digit in digits.iter_mut().rev().filter(|digit| **digit != '.') {
            *digit = match *digit {
                '9' => '0',
                other => char::from(other as u8 + 1),
            };
            carry = *digit == '0';
            if !carry {
                break;
            }
        }
        if carry {
            digits.insert(0, '1');
        }
    }
    digits.into_iter().collect()
}

/// Fields may not ask for more than this; a template is not a way to use up memory.
const WIDEST: usize = 1 << 20;

fn filled(interp: &mut Interp, template: &str, list: &[Value]) -> Outcome<String> {
    let chars: Vec<char> = template.chars().collect();
    let mut supply = Supply { list, next: 0 };
    let mut out = String::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        i += 1;
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut field = Field::default();
        let mut value = None;
        let mut kind = None;
        while let Some(&c) = chars.get(i) {
            i += 1;
            match c {
                '-' => field.minus = true,
                '0' if field.width.is_none() => field.zero = true,
                '+' => field.plus = true,
                ' ' => field.space = true,
                '#' => field.alternative = true,
                '1'..='9' => {
                    let mut number = c.to_digit(10).unwrap_or(0) as usize;
                    while let Some(d) = chars.get(i).and_then(|c| c.to_digit(10)) {
                        number = number.saturating_mul(10).saturating_add(d as usize);
                        i += 1;
                    }
                    if chars.get(i) == Some(&'$') {
                        i += 1;
                        value = Some(match list.get(number - 1) {
                            Some(value) => value.clone(),
                            None => return Err(interp.raise("ArgumentError", "too few arguments")),
                        });
                    } else {
                        field.width = Some(number.min(WIDEST));
                    }
                }
                '*' => {
                    let width = supply.next(interp)?;
                    let width = interp.int_arg(&width)?;
                    field.minus |= width < 0;
                    field.width = Some((width.unsigned_abs() as usize).min(WIDEST));
                }
                '.' => {
                    let mut number = 0_usize;
                    if chars.get(i) == Some(&'*') {
                        i += 1;
                        let precision = supply.next(interp)?;
                        number = interp.int_arg(&precision)?.max(0) as usize;
                    }
                    while let Some(d) = chars.get(i).and_then(|c| c.to_digit(10)) {
                        number = number.saturating_mul(10).saturating_add(d as usize);
                        i += 1;
                    }
                    field.precision = Some(number.min(WIDEST));
                }
                '<' | '{' => {
                    let close = if c == '<' { '>' } else { '}' };
                    let mut name = String::new();
                    while let Some(&c) = chars.get(i) {
                        i += 1;
                        if c == close {
                            break;
                        }
                        name.push(c);
                    }
                    let found = supply.named(interp, &format!("{c}{name}{close}"))?;
                    if c == '{' {
                        let text = interp.text(&found)?;
                        out.push_str(&field.pad(&text, false));
                        kind = Some('{');
                        break;
                    }
                    value = Some(found);
                }
                '%' | '\n' => {
                    out.push('%');
                    if c == '\n' {
                        out.push('\n');
                    }
                    kind = Some('{');
                    break;
                }
                c => {
                    kind = Some(c);
                    break;
                }
            }
        }
        match kind {
            Some('{') => {}
            None => {
                return Err(interp.raise(
                    "ArgumentError",
                    "incomplete format specifier; use %% (double %) instead",
                ));
            }
            Some(kind) => {
                let value = match value {
                    Some(value) => value,
                    None if matches!(
                        kind,
                        's' | 'd'
                            | 'i'
                            | 'u'
                            | 'f'
                            | 'x'
                            | 'X'
                            | 'o'
                            | 'b'
                            | 'B'
                            | 'e'
                            | 'E'
                            | 'g'
                            | 'G'
                            | 'c'
                            | 'p'
                            | 'a'
                    ) =>
                    {
                        supply.next(interp)?
                    }
                    None => Value::Nil,
                };
                out.push_str(&one(interp, &field, kind, &value)?);
            }
        }
        interp.check_size(out.len())?;
    }
    Ok(out)
}

fn one(interp: &mut Interp, field: &Field, kind: char, value: &Value) -> Outcome<String> {
    Ok(match kind {
        's' | 'p' => {
            let mut text = if kind == 's' {
                interp.text(value)?
            } else {
                interp.inspect(value)?
            };
            if let Some(precision) = field.precision {
                text = text.chars().take(precision).collect();
            }
            field.pad(&text, false)
        }
        'd' | 'i' | 'u' => {
            let number = integer(interp, value)?;
            let number = big_of(&number);
            let mut digits = number.abs().to_string();
            if let Some(precision) = field.precision {
                digits = format!(
                    "{}{digits}",
                    "0".repeat(precision.saturating_sub(digits.len()))
                );
            }
            field.pad(
                &format!("{}{digits}", field.sign(number.is_negative())),
                field.precision.is_none(),
            )
        }
        'x' | 'X' | 'o' | 'b' | 'B' => {
            let number = integer(interp, value)?;
            let number = big_of(&number);
            let radix = match kind {
                'x' | 'X' => 16,
                'o' => 8,
                _ => 2,
            };
            let mut digits = number.abs().to_str_radix(radix);
            if number.is_negative() && !field.plus && !field.space {
                digits = twos_complement(&number, radix);
            }
            if kind == 'X' {
                digits = digits.to_uppercase();
            }
            if let Some(precision) = field.precision {
                digits = format!(
                    "{}{digits}",
                    "0".repeat(precision.saturating_sub(digits.len()))
                );
            }
            let prefix = match (field.alternative, kind) {
                (true, 'x') => "0x",
                (true, 'X') => "0X",
                (true, 'b') => "0b",
                (true, 'B') => "0B",
                (true, _) => "0",
                _ => "",
            };
            let signed = number.is_negative() && (field.plus || field.space);
            let sign = if number.is_negative() && !signed {
                ""
            } else {
                field.sign(signed)
            };
            field.pad(&format!("{sign}{prefix}{digits}"), true)
        }
        'f' | 'e' | 'E' | 'g' | 'G' | 'a' => {
            let number = match value {
                Value::Object(object) if matches!(&*object.data.borrow(), Data::Rational(..)) => {
                    interp.float_arg(value)?
                }
                value => {
                    let converted = super::super::float::convert(interp, value)?;
                    converted.as_float().unwrap_or(0.0)
                }
            };
            if !number.is_finite() {
                let word = if number.is_nan() { "NaN" } else { "Inf" };
                return Ok(field.pad(&format!("{}{word}", field.sign(number < 0.0)), false));
            }
            let negative = number.is_sign_negative();
            let size = number.abs();
            let precision = field.precision.unwrap_or(6);
            let digits = match kind {
                'f' => fixed(size, precision),
                'a' => format!("{size:.precision$}"),
                'e' | 'E' => scientific(size, precision),
                _ => shortest(size, precision.max(1), field.alternative),
            };
            let digits = if kind.is_uppercase() {
                digits.to_uppercase()
            } else {
                digits
            };
            field.pad(&format!("{}{digits}", field.sign(negative)), true)
        }
        'c' => {
            let text = match value {
                Value::Int(code) => {
                    let c = u32::try_from(*code).ok().and_then(char::from_u32);
                    match c {
                        Some(c) => c.to_string(),
                        None => return Err(interp.raise("ArgumentError", "invalid character")),
                    }
                }
                other => interp.str_arg(other)?.chars().take(1).collect(),
            };
            field.pad(&text, false)
        }
        other => {
            return Err(interp.raise(
                "ArgumentError",
                format!("malformed format string - %{other}"),
            ));
        }
    })
}

fn integer(interp: &mut Interp, value: &Value) -> Outcome {
    match value {
        Value::Float(number) => {
            if !number.is_finite() {
                let text = crate::ruby::interp::float_text(*number);
                return Err(interp.raise("FloatDomainError", text));
            }
            Ok(super::super::float::truncated(number.floor()))
        }
        value => super::super::integer::convert(interp, value, None),
    }
}

/// Negative numbers in other bases are shown with endless leading digits.
fn twos_complement(number: &num_bigint::BigInt, radix: u32) -> String {
    let (digit, bits) = match radix {
        16 => ('f', 4),
        8 => ('7', 3),
        _ => ('1', 1),
    };
    let width = number.bits() / bits + 1;
    let modulus = num_bigint::BigInt::from(1) << (width * bits);
    let digits = (number + modulus).to_str_radix(radix);
    let trimmed = digits.trim_start_matches(digit);
    format!("..{digit}{trimmed}")
}

fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn shortest(number: f64, precision: usize, keep_zeros: bool) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let probe = format!("{number:.*e}", precision - 1);
    let exponent: i32 = probe
        .split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0);
    let text = if exponent < -4 || exponent >= precision as i32 {
        scientific(number, precision - 1)
    } else {
        let places = (precision as i32 - 1 - exponent).max(0) as usize;
        format!("{number:.places$}")
    };
    if keep_zeros {
        return text;
    }
    let (mantissa, tail) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), format!("e{exponent}")),
        None => (text.clone(), String::new()),
    };
    if !mantissa.contains('.') {
        return text;
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}{tail}")
}
