//! `strftime`.

use super::{Parts, SECOND, days_from_civil, parts_of};
use crate::ruby::value::TimeValue;

/// Names of the months.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Names of the days, Sunday first.
pub(super) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Flags and width between `%` and the letter.
#[derive(Default)]
struct Flags {
    no_pad: bool,
    pad: Option<char>,
    upper: bool,
    swap: bool,
    colons: usize,
    width: Option<usize>,
}

impl Flags {
    fn number(&self, number: i64, width: usize, pad: char) -> String {
        let pad = self.pad.unwrap_or(pad);
        let width = self.width.unwrap_or(width);
        if self.no_pad {
            return number.to_string();
        }
        let digits = number.unsigned_abs().to_string();
        let sign = if number < 0 { "-" } else { "" };
        let missing = width.saturating_sub(digits.len() + sign.len());
        let fill = pad.to_string().repeat(missing);
        if pad == '0' {
            format!("{sign}{fill}{digits}")
        } else {
            format!("{fill}{sign}{digits}")
        }
    }

    fn text(&self, text: &str) -> String {
        let text = if self.upper {
            text.to_uppercase()
        } else if self.swap {
            if text.chars().any(char::is_lowercase) {
                text.to_uppercase()
            } else {
                text.to_lowercase()
            }
        } else {
            text.to_owned()
        };
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        format!(
            "{}{text}",
            self.pad.unwrap_or(' ').to_string().repeat(missing)
        )
    }
}

/// Returns a time in words.
pub(super) fn strftime(format: &str, time: &TimeValue, zone: &str) -> String {
    let parts = parts_of(time);
    let chars: Vec<char> = format.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        i += 1;
        if c != '%' {
            out.push(c);
            continue;
        }
        let start = i - 1;
        let mut flags = Flags::default();
        let letter = loop {
            let Some(&c) = chars.get(i) else {
                break None;
            };
            i += 1;
            match c {
                '-' => flags.no_pad = true,
                '0' if flags.width.is_none() => flags.pad = Some('0'),
                '_' => flags.pad = Some(' '),
                '^' => flags.upper = true,
                '#' => flags.swap = true,
                ':' => flags.colons += 1,
                'E' | 'O' => {}
                d if d.is_ascii_digit() => {
                    let digit = d.to_digit(10).unwrap_or(0) as usize;
                    flags.width = Some((flags.width.unwrap_or(0) * 10 + digit).min(1024));
                }
                c => break Some(c),
            }
        };
        match letter.and_then(|letter| directive(letter, &flags, time, &parts, zone)) {
            Some(text) => out.push_str(&text),
            None => out.extend(chars.get(start..i).unwrap_or_default()),
        }
    }
    out
}

fn directive(
    letter: char,
    flags: &Flags,
    time: &TimeValue,
    p: &Parts,
    zone: &str,
) -> Option<String> {
    let hour12 = (p.hour + 11) % 12 + 1;
    let nested = |format: &str| flags.text(&strftime(format, time, zone));
    Some(match letter {
        'Y' => flags.number(p.year, if p.year < 0 { 5 } else { 4 }, '0'),
        'C' => flags.number(p.year.div_euclid(100), 2, '0'),
        'y' => flags.number(p.year.rem_euclid(100), 2, '0'),
        'm' => flags.number(p.month, 2, '0'),
        'd' => flags.number(p.day, 2, '0'),
        'e' => flags.number(p.day, 2, ' '),
        'j' => flags.number(p.year_day, 3, '0'),
        'H' => flags.number(p.hour, 2, '0'),
        'k' => flags.number(p.hour, 2, ' '),
        'I' => flags.number(hour12, 2, '0'),
        'l' => flags.number(hour12, 2, ' '),
        'M' => flags.number(p.minute, 2, '0'),
        'S' => flags.number(p.second, 2, '0'),
        'L' => fraction(p.nano, flags.width.unwrap_or(3)),
        'N' => fraction(p.nano, flags.width.unwrap_or(9)),
        'p' => flags.text(if p.hour < 12 { "AM" } else { "PM" }),
        'P' => flags.text(if p.hour < 12 { "am" } else { "pm" }),
        'A' => flags.text(DAYS.get(p.weekday as usize)?),
        'a' => flags.text(DAYS.get(p.weekday as usize)?.get(..3)?),
        'B' => flags.text(MONTHS.get(p.month as usize - 1)?),
        'b' | 'h' => flags.text(MONTHS.get(p.month as usize - 1)?.get(..3)?),
        'u' => flags.number((p.weekday + 6) % 7 + 1, 1, '0'),
        'w' => flags.number(p.weekday, 1, '0'),
        'U' => flags.number((p.year_day - 1 + 7 - p.weekday) / 7, 2, '0'),
        'W' => flags.number((p.year_day - 1 + 7 - (p.weekday + 6) % 7) / 7, 2, '0'),
        'V' => flags.number(iso_week(p).1, 2, '0'),
        'G' => flags.number(iso_week(p).0, 4, '0'),
        'g' => flags.number(iso_week(p).0.rem_euclid(100), 2, '0'),
        's' => flags.number(i64::try_from(time.ns.div_euclid(SECOND)).ok()?, 1, '0'),
        'z' => offset(time.offset, flags.colons),
        'Z' => flags.text(zone),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        '%' => "%".to_owned(),
        'F' => nested("%Y-%m-%d"),
        'T' | 'X' => nested("%H:%M:%S"),
        'R' => nested("%H:%M"),
        'r' => nested("%I:%M:%S %p"),
        'D' | 'x' => nested("%m/%d/%y"),
        'c' => nested("%a %b %e %H:%M:%S %Y"),
        'v' => nested("%e-%^b-%Y"),
        '+' => nested("%a %b %e %H:%M:%S %Z %Y"),
        _ => return None,
    })
}

fn fraction(nano: i64, digits: usize) -> String {
    let text = format!("{nano:09}");
    if digits <= 9 {
        text.get(..digits).unwrap_or(&text).to_owned()
    } else {
        format!("{text}{}", "0".repeat(digits - 9))
    }
}

fn offset(seconds: i32, colons: usize) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.abs();
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    match colons {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        1 => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    }
}

/// Returns year and week as ISO 8601 counts them.
fn iso_week(p: &Parts) -> (i64, i64) {
    let monday_based = (p.weekday + 6) % 7;
    let week = (p.year_day - 1 - monday_based + 10) / 7;
    if week < 1 {
        let weeks = weeks_of(p.year - 1);
        return (p.year - 1, weeks);
    }
    if week > weeks_of(p.year) {
        return (p.year + 1, 1);
    }
    (p.year, week)
}

fn weeks_of(year: i64) -> i64 {
    let first = (days_from_civil(year, 1, 1) + 3).rem_euclid(7);
    let leap = days_from_civil(year + 1, 1, 1) - days_from_civil(year, 1, 1) == 366;
    if first == 3 || (first == 2 && leap) {
        53
    } else {
        52
    }
}
