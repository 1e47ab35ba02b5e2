//! Durations, sizes, rates and times of day as people read them.

use std::fmt::Write as _;
use std::time::Duration;

/// A step that took less is not worth a line of its own.
pub const WORTH_SAYING: Duration = Duration::from_secs(1);

/// Returns a duration: `0.4 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`.
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Returns a duration in whole seconds, for something that is still going on.
pub fn running(duration: Duration) -> String {
    if duration.as_secs() < 60 {
        format!("{} s", duration.as_secs())
    } else {
        elapsed(duration)
    }
}

/// Returns a number of bytes in decimal units, as downloads are measured.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Returns bytes per second.
pub fn rate(count: u64, duration: Duration) -> String {
    let seconds = duration.as_secs_f64().max(0.001);
    format!("{}/s", bytes((count as f64 / seconds) as u64))
}

/// Returns the time left at the pace so far, where it can be told.
pub fn left(done: u64, total: u64, duration: Duration) -> Option<Duration> {
    let missing = total.checked_sub(done)?;
    (done > 0).then(|| duration.mul_f64(missing as f64 / done as f64))
}

/// Returns `text` with the time of day (UTC) before each of its lines.
pub fn stamped(text: &str, unix_seconds: u64) -> String {
    let time = utc(unix_seconds);
    text.split_inclusive('\n')
        .fold(String::new(), |mut all, line| {
            let _ = write!(all, "{time} {line}");
            all
        })
}

/// Returns a time as `2026-11-25T19:30:00Z`.
pub fn utc(unix_seconds: u64) -> String {
    let (days, rest) = (unix_seconds / 86_400, unix_seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Returns year, month and day of a day number (days since 1970-01-01), by
/// counting years from March, so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    // Days since 0000-03-01.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes() {
        let seconds = Duration::from_secs_f64;
        assert_eq!(elapsed(seconds(0.44)), "0.4 s");
        assert_eq!(elapsed(seconds(125.0)), "2 min 05 s");
        assert_eq!(elapsed(seconds(3720.0)), "1 h 02 min");
        assert_eq!(running(seconds(12.9)), "12 s");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(153_065_466), "153.1 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(rate(10_000_000, seconds(2.0)), "5.0 MB/s");
        assert_eq!(left(25, 100, seconds(10.0)), Some(seconds(30.0)));
        assert_eq!(left(0, 100, seconds(10.0)), None);
    }

    #[test]
    fn times_of_day() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_795_635_000), "2026-11-25T19:30:00Z");
        assert_eq!(
            stamped("a\nb\n", 0),
            "1970-01-01T00:00:00Z a\n1970-01-01T00:00:00Z b\n"
        );
    }
}
