//! Numbers of a program as times: seconds with fractions, and year, month, day and
//! so on. The calendar is in `super`.

use super::{SECOND, days_from_civil, strftime};
use crate::ruby::{Interp, Outcome, Value};

/// Returns nanoseconds of a number of seconds.
pub(super) fn nanoseconds(interp: &mut Interp, value: &Value) -> Outcome<i128> {
    match value {
        Value::Int(seconds) => Ok(i128::from(*seconds) * SECOND),
        Value::Str(_) => {
            Err(interp.raise("TypeError", "can't convert String into an exact number"))
        }
        other => {
            let seconds = interp.float_arg(other)?;
            if !seconds.is_finite() || seconds.abs() > 1e15 {
                return Err(interp.raise("RangeError", "time out of range"));
            }
            Ok(seconds.trunc() as i128 * SECOND + (seconds.fract() * 1e9).round() as i128)
        }
    }
}

/// Returns the month of a number or an English name of three letters.
fn month_number(interp: &mut Interp, value: &Value) -> Outcome<i64> {
    if let Value::Str(text) = value {
        let text = text.text().to_lowercase();
        if let Some(at) = strftime::MONTHS
            .iter()
            .position(|month| month.to_lowercase().starts_with(&text) && text.len() == 3)
        {
            return Ok(at as i64 + 1);
        }
        return Ok(text.parse().unwrap_or(0));
    }
    interp.int_arg(value)
}

/// Returns nanoseconds since 1970 of the parts given, as UTC.
pub(super) fn from_parts(interp: &mut Interp, list: &[Value]) -> Outcome<i128> {
    let number = |interp: &mut Interp, at: usize, default: i64| -> Outcome<i64> {
        match list.get(at) {
            Some(Value::Nil) | None => Ok(default),
            Some(Value::Str(text)) => Ok(text.text().trim().parse().unwrap_or(default)),
            Some(value) => interp.int_arg(value),
        }
    };
    let year = number(interp, 0, 1970)?;
    let month = match list.get(1) {
        Some(Value::Nil) | None => 1,
        Some(value) => month_number(interp, value)?,
    };
    let day = number(interp, 2, 1)?;
    let (hour, minute) = (number(interp, 3, 0)?, number(interp, 4, 0)?);
    let second = match list.get(5) {
        Some(Value::Nil) | None => 0,
        Some(Value::Str(text)) => i128::from(text.text().parse::<i64>().unwrap_or(0)) * SECOND,
        Some(value) => nanoseconds(interp, value)?,
    };
    let fine = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60 * SECOND).contains(&second)
        && year.abs() < 1_000_000;
    if !fine {
        return Err(interp.raise("ArgumentError", "argument out of range"));
    }
    let days = days_from_civil(year, month, day);
    Ok(i128::from(days * 86_400 + hour * 3600 + minute * 60) * SECOND + second)
}
