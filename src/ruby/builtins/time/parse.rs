//! Times in texts: the forms that files hold, and `strptime`.

use super::strftime::{DAYS, MONTHS};
use super::{Parts, SECOND, days_from_civil};

/// Returns seconds of `Z`, `UTC`, `+09:00`, `+0900`, `+09`.
pub(super) fn offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "UTC" | "GMT" | "z") {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let pair = |at: usize| Some(*digits.get(at)? * 10 + *digits.get(at + 1)?);
    let seconds = match digits.len() {
        2 => pair(0)? * 3600,
        4 => pair(0)? * 3600 + pair(2)? * 60,
        6 => pair(0)? * 3600 + pair(2)? * 60 + pair(4)?,
        _ => return None,
    };
    Some(sign * seconds as i32)
}

fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    let at = MONTHS.iter().position(|name| {
        let name = name.to_lowercase();
        name == word
            || (word.len() >= 3 && name.get(..3) == word.get(..3) && name.starts_with(&word))
    })?;
    Some(at as i64 + 1)
}

/// Returns local nanoseconds since 1970, and the offset where there is one.
pub(super) fn parse(text: &str, today: &Parts) -> Option<(i128, Option<i32>)> {
    let (mut date, mut clock, mut zone) = (None, None, None);
    let mut numbers: Vec<i64> = Vec::new();
    let mut named_month = None;
    // `T` stands between a date and a clock; elsewhere it is a letter.
    let mut spaced = String::new();
    let mut last = ' ';
    for c in text.chars() {
        let divides = matches!(c, 'T' | 't') && last.is_ascii_digit();
        spaced.push(if divides || c == ',' { ' ' } else { c });
        last = c;
    }
    for word in spaced.split_whitespace() {
        if let Some((parsed, rest)) = clock_of(word) {
            clock = Some(parsed);
            if !rest.is_empty() {
                zone = offset(rest).or(zone);
            }
            continue;
        }
        if let Some(nanoseconds) = &mut clock
            && let Some(afternoon) = half_of_day(word)
        {
            let noon = i128::from(12 * 3600) * SECOND;
            *nanoseconds = *nanoseconds % noon + if afternoon { noon } else { 0 };
            continue;
        }
        if let Some(parsed) = date_of(word) {
            date = Some(parsed);
            continue;
        }
        if clock.is_some() && zone.is_none() && offset(word).is_some() {
            zone = offset(word);
            continue;
        }
        if let Some(parsed) = month(word) {
            named_month = Some(parsed);
            continue;
        }
        if let Ok(number) = word
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .parse::<i64>()
        {
            numbers.push(number);
        }
    }
    if let (None, Some(month)) = (date, named_month) {
        let day = numbers
            .iter()
            .copied()
            .find(|n| (1..=31).contains(n))
            .unwrap_or(1);
        let year = numbers
            .iter()
            .copied()
            .find(|n| *n > 31)
            .unwrap_or(today.year);
        date = Some((year, month, day));
    }
    if date.is_none() && clock.is_none() {
        return None;
    }
    let (year, month, day) = date.unwrap_or((today.year, today.month, today.day));
    let days = days_from_civil(year, month, day);
    Some((
        i128::from(days) * 86_400 * SECOND + clock.unwrap_or(0),
        zone,
    ))
}

/// Tells the afternoon from the morning.
fn half_of_day(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "pm" | "p.m." => Some(true),
        "am" | "a.m." => Some(false),
        _ => None,
    }
}

fn date_of(word: &str) -> Option<(i64, i64, i64)> {
    let (separator, parts): (char, Vec<&str>) = if word.contains('-') {
        ('-', word.split('-').collect())
    } else if word.contains('/') {
        ('/', word.split('/').collect())
    } else if word.len() == 8 && word.chars().all(|c| c.is_ascii_digit()) {
        ('-', vec![word.get(..4)?, word.get(4..6)?, word.get(6..)?])
    } else {
        return None;
    };
    let number = |at: usize| parts.get(at)?.parse::<i64>().ok();
    let middle = number(1).or_else(|| month(parts.get(1)?));
    let (year, month, day) = match (parts.len(), separator) {
        (3, _) if parts.first()?.len() == 4 => (number(0)?, middle?, number(2)?),
        (3, '-') => (number(2)?, middle?, number(0)?),
        (3, _) => (number(0)?, middle?, number(2)?),
        (2, '-') if parts.first()?.len() == 4 => (number(0)?, middle?, 1),
        _ => return None,
    };
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

/// Returns nanoseconds of the day, and what follows the clock.
fn clock_of(word: &str) -> Option<(i128, &str)> {
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
        .unwrap_or(word.len());
    let (clock, rest) = word.split_at_checked(end)?;
    if !clock.contains(':') {
        return None;
    }
    let mut parts = clock.split(':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let (second, nano) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let padded: String = format!("{fraction}000000000").chars().take(9).collect();
            (whole.parse().ok()?, padded.parse::<i64>().ok()?)
        }
    };
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let lower = rest.to_ascii_lowercase();
    let hour = match lower.as_str() {
        "pm" if hour < 12 => hour + 12,
        "am" if hour == 12 => 0,
        _ => hour,
    };
    let rest = if lower == "am" || lower == "pm" {
        ""
    } else {
        rest
    };
    Some((
        i128::from(hour * 3600 + minute * 60 + second) * SECOND + i128::from(nano),
        rest,
    ))
}

/// Reads a text by a format; answers local nanoseconds and an offset.
pub(super) fn strptime(text: &str, format: &str) -> Option<(i128, Option<i32>)> {
    let (mut year, mut month_number, mut day) = (1970, 1, 1);
    let (mut hour, mut minute, mut second, mut nano) = (0, 0, 0, 0);
    let (mut zone, mut afternoon, mut epoch) = (None, None, None);
    let mut rest = text;
    let expanded = format
        .replace("%F", "%Y-%m-%d")
        .replace("%T", "%H:%M:%S")
        .replace("%R", "%H:%M")
        .replace("%D", "%m/%d/%y");
    let mut chars = expanded.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if c != '%' {
            rest = rest.strip_prefix(c)?;
            continue;
        }
        let mut letter = chars.next()?;
        while letter == '-' || letter == ':' {
            letter = chars.next()?;
        }
        match letter {
            'Y' => year = number(&mut rest, 4)?,
            'y' => {
                let short = number(&mut rest, 2)?;
                year = short + if short < 69 { 2000 } else { 1900 };
            }
            'm' => month_number = number(&mut rest, 2)?,
            'd' | 'e' => day = number(&mut rest, 2)?,
            'H' | 'k' | 'I' | 'l' => hour = number(&mut rest, 2)?,
            'M' => minute = number(&mut rest, 2)?,
            'S' => second = number(&mut rest, 2)?,
            's' => epoch = Some(number(&mut rest, 18)?),
            'L' => nano = number(&mut rest, 3)? * 1_000_000,
            'N' => {
                let before = rest.len();
                let digits = number(&mut rest, 9)?;
                let used = before - rest.len();
                nano = digits * 10_i64.pow(9_u32.saturating_sub(used as u32));
            }
            'j' => {
                let year_day = number(&mut rest, 3)?;
                month_number = 1;
                day = year_day;
            }
            'b' | 'B' | 'h' | 'a' | 'A' | 'p' | 'P' => {
                let length = rest
                    .chars()
                    .take_while(|c| c.is_alphabetic())
                    .map(char::len_utf8)
                    .sum();
                let (word, tail) = rest.split_at_checked(length)?;
                match letter {
                    'b' | 'B' | 'h' => month_number = month(word)?,
                    'p' | 'P' => afternoon = Some(word.eq_ignore_ascii_case("pm")),
                    _ => {
                        let lower = word.to_lowercase();
                        DAYS.iter()
                            .find(|day| day.to_lowercase().starts_with(&lower))?;
                    }
                }
                rest = tail;
            }
            'z' | 'Z' => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let (word, tail) = rest.split_at_checked(end)?;
                zone = Some(offset(word)?);
                rest = tail;
            }
            '%' => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    if let Some(seconds) = epoch {
        return Some((i128::from(seconds) * SECOND, Some(0)));
    }
    match afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    if !rest.trim().is_empty()
        || !(1..=12).contains(&month_number)
        || !(1..=366).contains(&day)
        || hour > 24
        || minute > 59
    {
        return None;
    }
    let days = days_from_civil(year, month_number, 1) + day - 1;
    let clock = hour * 3600 + minute * 60 + second;
    Some((
        i128::from(days * 86_400 + clock) * SECOND + i128::from(nano),
        zone,
    ))
}

/// Reads a number of at most so many digits.
fn number(rest: &mut &str, most: usize) -> Option<i64> {
    let text = rest.trim_start();
    let length = text
        .chars()
        .take(most)
        .take_while(char::is_ascii_digit)
        .count();
    let (digits, tail) = text.split_at_checked(length)?;
    *rest = tail;
    digits.parse().ok()
}
