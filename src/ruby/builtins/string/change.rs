//! Strings made from a string: case, blanks, padding, reversing, counting on.

use super::{set, text_of};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, Value};

/// Defines the pair of a method that returns a copy and one that changes the
/// string and answers nil when nothing changed.
macro_rules! pair {
    ($plain:ident, $bang:ident, |$text:ident| $new:expr) => {
        fn $plain(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
            let $text = text_of(this);
            Ok(Value::str($new))
        }

        fn $bang(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
            let old = text_of(this);
            let $text = old.clone();
            let new: String = { $new }.to_string();
            interp.check_frozen(this)?;
            if new == old {
                return Ok(Value::Nil);
            }
            set(interp, this, new)?;
            Ok(this.clone())
        }
    };
}

pub(super) const METHODS: Rows = &[
    any("upcase", 0, upcase),
    any("upcase!", 0, upcase_bang),
    any("downcase", 0, downcase),
    any("downcase!", 0, downcase_bang),
    any("capitalize", 0, capitalize),
    any("capitalize!", 0, capitalize_bang),
    any("swapcase", 0, swapcase),
    any("swapcase!", 0, swapcase_bang),
    row("strip", 0, 0, strip),
    row("strip!", 0, 0, strip_bang),
    row("lstrip", 0, 0, lstrip),
    row("lstrip!", 0, 0, lstrip_bang),
    row("rstrip", 0, 0, rstrip),
    row("rstrip!", 0, 0, rstrip_bang),
    row("reverse", 0, 0, reverse),
    row("reverse!", 0, 0, reverse_bang),
    row("succ next", 0, 0, succ),
    row("succ! next!", 0, 0, succ_bang),
    row("chomp", 0, 1, chomp),
    row("chomp!", 0, 1, chomp_bang),
    row("ljust", 1, 2, ljust),
    row("rjust", 1, 2, rjust),
    row("center", 1, 2, center),
];

fn blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b' || c == '\0'
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect(),
        None => String::new(),
    }
}

fn swapped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_uppercase() {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
    }
    out
}

pair!(upcase, upcase_bang, |text| text.to_uppercase());
pair!(downcase, downcase_bang, |text| text.to_lowercase());
pair!(capitalize, capitalize_bang, |text| capitalized(&text));
pair!(swapcase, swapcase_bang, |text| swapped(&text));
pair!(strip, strip_bang, |text| text
    .trim_start_matches(|c| blank(c) && c != '\0')
    .trim_end_matches(blank));
pair!(lstrip, lstrip_bang, |text| text
    .trim_start_matches(|c| blank(c) && c != '\0'));
pair!(rstrip, rstrip_bang, |text| text.trim_end_matches(blank));
pair!(reverse, reverse_bang, |text| text
    .chars()
    .rev()
    .collect::<String>());
pair!(succ, succ_bang, |text| super::super::succ::succ(&text));

fn chomped(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<String> {
    let text = text_of(this);
    let rest = match args.opt(0) {
        Some(Value::Nil) => text.as_str(),
        Some(ending) => {
            let ending = interp.str_arg(ending)?;
            if ending.is_empty() {
                text.trim_end_matches(['\n', '\r'])
            } else {
                text.strip_suffix(&ending).unwrap_or(&text)
            }
        }
        None => text
            .strip_suffix("\r\n")
            .or_else(|| text.strip_suffix('\n'))
            .or_else(|| text.strip_suffix('\r'))
            .unwrap_or(&text),
    };
    Ok(rest.to_owned())
}

fn chomp(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::str(chomped(interp, this, args)?))
}

fn chomp_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = chomped(interp, this, args)?;
    interp.check_frozen(this)?;
    if new == text_of(this) {
        return Ok(Value::Nil);
    }
    set(interp, this, new)?;
    Ok(this.clone())
}

fn padded(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    left_share: fn(usize) -> usize,
) -> Outcome {
    let text = text_of(this);
    let width = interp.int_arg(&args.get(0))?;
    let fill = match args.opt(1) {
        Some(fill) => interp.str_arg(fill)?,
        None => " ".to_owned(),
    };
    if fill.is_empty() {
        return Err(interp.raise("ArgumentError", "zero width padding"));
    }
    let missing = usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(text.chars().count());
    interp.check_size(missing.saturating_mul(4))?;
    let left = left_share(missing);
    let pad = |count: usize| fill.chars().cycle().take(count).collect::<String>();
    Ok(Value::str(format!(
        "{}{text}{}",
        pad(left),
        pad(missing - left)
    )))
}

fn ljust(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    padded(interp, this, args, |_| 0)
}

fn rjust(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    padded(interp, this, args, |missing| missing)
}

fn center(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    padded(interp, this, args, |missing| missing / 2)
}
