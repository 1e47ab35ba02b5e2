//! What a plain word of YAML means to Psych.

use num_bigint::BigInt;

use crate::ruby::value::Value;

/// A plain word.
pub(super) enum Meaning {
    /// Any value that is always allowed.
    Value(Value),
    /// A symbol, by its name.
    Symbol(String),
    /// A date.
    Date(i64, i64, i64),
    /// A time.
    Time,
}

/// Returns what a plain word means.
pub(super) fn meaning(word: &str) -> Meaning {
    if let Some(value) = fixed(word)
        .or_else(|| integer(word))
        .or_else(|| float(word))
        .or_else(|| base60(word))
    {
        return Meaning::Value(value);
    }
    if let Some((year, month, day)) = date(word) {
        return Meaning::Date(year, month, day);
    }
    if is_time(word) {
        return Meaning::Time;
    }
    if let Some(name) = word
        .strip_prefix(':')
        .filter(|name| !name.is_empty() && !name.starts_with([':', ' ']))
    {
        let quoted = |quote: char| {
            name.strip_prefix(quote)
                .and_then(|rest| rest.strip_suffix(quote))
        };
        let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(name);
        return Meaning::Symbol(name.to_owned());
    }
    Meaning::Value(Value::str(word))
}

fn fixed(word: &str) -> Option<Value> {
    Some(match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Nil,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => return None,
    })
}

fn integer(word: &str) -> Option<Value> {
    let (negative, rest) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let lower = rest.to_ascii_lowercase();
    let (base, digits) = if let Some(hex) = lower.strip_prefix("0x") {
        (16, hex)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (2, binary)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..).unwrap_or(""))
    } else {
        (10, lower.as_str())
    };
    let starts = digits.starts_with(|c: char| c.is_digit(base)) || base != 10;
    if digits.is_empty()
        || !starts
        || !digits
            .chars()
            .all(|c| c.is_digit(base) || c == '_' || c == ',')
    {
        return None;
    }
    let clean: String = digits.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    let number = BigInt::parse_bytes(clean.as_bytes(), base)?;
    Some(Value::big(if negative { -number } else { number }))
}

fn float(word: &str) -> Option<Value> {
    let rest = word.trim_start_matches(['-', '+']);
    if word.len() - rest.len() > 1 {
        return None;
    }
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
        None => (rest, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.trim_start_matches(['-', '+']);
        // Psych asks for a sign: `1.0e3` is a string.
        if digits.is_empty()
            || digits.len() == exponent.len()
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
    }
    let whole = mantissa.split('.').next().unwrap_or("");
    let dots = mantissa.matches('.').count();
    let fine = mantissa
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | ','))
        && mantissa.chars().any(|c| c.is_ascii_digit())
        && dots == 1
        && !whole.starts_with(['_', ',']);
    if !fine {
        return None;
    }
    let clean: String = word.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    clean.parse().ok().map(Value::Float)
}

/// `1:30` is ninety.
fn base60(word: &str) -> Option<Value> {
    if !word.contains(':') {
        return None;
    }
    let (negative, rest) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let parts: Vec<&str> = rest.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut total = 0_i64;
    for (i, part) in parts.iter().enumerate() {
        let number: i64 = part.parse().ok()?;
        let fine = part.bytes().all(|b| b.is_ascii_digit())
            && (i == 0 || (part.len() <= 2 && number < 60));
        if !fine {
            return None;
        }
        // Psych counts from the left, so that two parts are hours and minutes.
        let power = 60_i64.pow(2_u32.abs_diff(i as u32));
        total = total.checked_add(number.checked_mul(power)?)?;
    }
    Some(Value::Int(if negative { -total } else { total }))
}

fn date(word: &str) -> Option<(i64, i64, i64)> {
    let parts: Vec<&str> = word.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let digits = |text: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(year, 4..=4) || !digits(month, 1..=2) || !digits(day, 1..=2) {
        return None;
    }
    let (month, day): (i64, i64) = (month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((
        year.parse().ok()?,
        month,
        day,
    ))
}

fn is_time(word: &str) -> bool {
    let Some((day, clock)) = word.split_once(['T', 't', ' ']) else {
        return false;
    };
    date(day).is_some()
        && clock.matches(':').count() >= 2
        && clock.trim_start().starts_with(|c: char| c.is_ascii_digit())
}
