//! `Time`. Calendar arithmetic is done here on days since 1970; `jiff` knows
//! what time zones are at, `strftime` writes.

mod parse;
mod parts;
mod strftime;

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any_keywords, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, TimeValue, Value};

use parts::{from_parts, nanoseconds};

const SINGLETON: Rows = &[
    row_keywords("now", 0, 0, now),
    any_keywords("new", 0, new),
    any_keywords("at", 1, at),
    row("mktime local", 1, 7, local),
    row("utc gm", 1, 7, utc_new),
    row("parse", 1, 2, parse_method),
    row("iso8601 xmlschema", 1, 1, parse_method),
    row("strptime", 2, 2, strptime),
    row("_civil_days", 3, 3, civil_days),
    row("_days_civil", 1, 1, days_civil),
];

const METHODS: Rows = &[
    row("year", 0, 0, |_, t, _| Ok(Value::Int(parts(t).year))),
    row("month mon", 0, 0, |_, t, _| Ok(Value::Int(parts(t).month))),
    row("day mday", 0, 0, |_, t, _| Ok(Value::Int(parts(t).day))),
    row("hour", 0, 0, |_, t, _| Ok(Value::Int(parts(t).hour))),
    row("min", 0, 0, |_, t, _| Ok(Value::Int(parts(t).minute))),
    row("sec", 0, 0, |_, t, _| Ok(Value::Int(parts(t).second))),
    row("nsec tv_nsec", 0, 0, |_, t, _| {
        Ok(Value::Int(parts(t).nano))
    }),
    row("usec tv_usec", 0, 0, |_, t, _| {
        Ok(Value::Int(parts(t).nano / 1000))
    }),
    row("wday", 0, 0, |_, t, _| Ok(Value::Int(parts(t).weekday))),
    row("yday", 0, 0, |_, t, _| Ok(Value::Int(parts(t).year_day))),
    row("monday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 1))
    }),
    row("tuesday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 2))
    }),
    row("wednesday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 3))
    }),
    row("thursday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 4))
    }),
    row("friday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 5))
    }),
    row("saturday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 6))
    }),
    row("sunday?", 0, 0, |_, t, _| {
        Ok(Value::Bool(parts(t).weekday == 0))
    }),
    row("to_i tv_sec", 0, 0, to_i),
    row("to_f", 0, 0, to_f),
    row("to_r", 0, 0, to_i),
    row("+", 1, 1, plus),
    row("-", 1, 1, minus),
    row("<=>", 1, 1, compare),
    row("==", 1, 1, equal),
    row("eql?", 1, 1, equal),
    row("hash", 0, 0, to_i),
    row("utc gmtime", 0, 0, utc),
    row("getutc getgm", 0, 0, get_utc),
    row("localtime getlocal", 0, 1, localtime),
    row("utc? gmt?", 0, 0, is_utc),
    row("utc_offset gmt_offset gmtoff", 0, 0, utc_offset),
    row("zone", 0, 0, zone),
    row("strftime", 1, 1, strftime_method),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
    row("iso8601 xmlschema", 0, 1, iso8601),
    row("httpdate", 0, 0, httpdate),
    row("rfc2822 rfc822", 0, 0, rfc2822),
    row("ctime asctime", 0, 0, ctime),
    row("to_a", 0, 0, to_a),
    row("to_time", 0, 0, itself),
    row("to_date", 0, 0, to_date),
    row("round", 0, 1, round),
    row("dst?", 0, 0, is_dst),
];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.time);
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
}

/// A time as calendars and clocks show it.
pub(super) struct Parts {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub nano: i64,
    pub weekday: i64,
    pub year_day: i64,
}

/// Returns days since 1970 of a date of the Gregorian calendar.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The algorithm of Howard Hinnant's `chrono-Compatible Low-Level Date Algorithms`.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Returns year, month and day of days since 1970.
pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

const SECOND: i128 = 1_000_000_000;

/// Returns the parts of a time at its offset.
pub(super) fn parts_of(time: &TimeValue) -> Parts {
    let local = time.ns + i128::from(time.offset) * SECOND;
    let seconds = i64::try_from(local.div_euclid(SECOND)).unwrap_or(0);
    let nano = local.rem_euclid(SECOND) as i64;
    let days = seconds.div_euclid(86_400);
    let clock = seconds.rem_euclid(86_400);
    let (year, month, day) = civil_from_days(days);
    Parts {
        year,
        month,
        day,
        hour: clock / 3600,
        minute: clock / 60 % 60,
        second: clock % 60,
        nano,
        weekday: (days + 4).rem_euclid(7),
        year_day: days - days_from_civil(year, 1, 1) + 1,
    }
}

fn parts(this: &Value) -> Parts {
    parts_of(&value_of(this))
}

/// Returns what a Time holds.
pub(super) fn value_of(this: &Value) -> TimeValue {
    match this {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Time(time) => *time,
            _ => EPOCH,
        },
        _ => EPOCH,
    }
}

const EPOCH: TimeValue = TimeValue {
    ns: 0,
    offset: 0,
    utc: true,
};

/// Returns a Time.
pub(in crate::ruby::builtins) fn make(interp: &Interp, time: TimeValue) -> Value {
    Value::Object(Object::new(Rc::clone(&interp.core.time), Data::Time(time)))
}

/// Returns the offset of local time at a moment.
fn local_offset(interp: &Interp, ns: i128) -> i32 {
    let Some(name) = interp.world.time_zone() else {
        return 0;
    };
    let zone = jiff::tz::TimeZone::get(&name).unwrap_or(jiff::tz::TimeZone::UTC);
    match jiff::Timestamp::from_nanosecond(ns) {
        Ok(moment) => zone.to_offset(moment).seconds(),
        Err(_) => 0,
    }
}

/// Returns a Time of local clocks.
pub(super) fn local_at(interp: &Interp, ns: i128) -> Value {
    let offset = local_offset(interp, ns);
    make(
        interp,
        TimeValue {
            ns,
            offset,
            utc: false,
        },
    )
}

/// Returns the moment at which local clocks show `local` nanoseconds since 1970.
pub(super) fn from_local(interp: &Interp, local: i128) -> Value {
    let first = local_offset(interp, local);
    let second = local_offset(interp, local - i128::from(first) * SECOND);
    local_at(interp, local - i128::from(second) * SECOND)
}

fn now(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let ns = interp.world.now_ns();
    if let Some(zone) = args.keyword("in").filter(|zone| !zone.is_nil()) {
        let local = local_at(interp, ns);
        return interp.send_list(&local, "getlocal", &[zone]);
    }
    Ok(local_at(interp, ns))
}

/// Returns seconds of an offset such as `+09:00`, or a number.
pub(super) fn offset_arg(interp: &mut Interp, value: &Value) -> Outcome<(i32, bool)> {
    match value {
        Value::Int(seconds) => Ok((*seconds as i32, false)),
        value => {
            let text = interp.str_arg(value)?;
            match parse::offset(&text) {
                Some(offset) => Ok((offset, matches!(text.as_str(), "UTC" | "Z"))),
                None => Err(interp.raise(
                    "ArgumentError",
                    format!("\"+HH:MM\", \"-HH:MM\", \"UTC\" or \"A\"..\"I\",\"K\"..\"Z\" expected for utc_offset: {text}"),
                )),
            }
        }
    }
}

fn new(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let zone = args.opt(6).cloned().or_else(|| args.keyword("in"));
    if args.is_empty() {
        let time = now(interp, this, args)?;
        return match zone {
            Some(zone) => interp.send_list(&time, "localtime", &[zone]),
            None => Ok(time),
        };
    }
    let ns = from_parts(interp, &args.list)?;
    match zone {
        Some(zone) if !zone.is_nil() => {
            let (offset, utc) = offset_arg(interp, &zone)?;
            let ns = ns - i128::from(offset) * SECOND;
            Ok(make(interp, TimeValue { ns, offset, utc }))
        }
        _ => Ok(from_local(interp, ns)),
    }
}

fn at(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let ns = match args.get(0) {
        Value::Object(object) if matches!(&*object.data.borrow(), Data::Time(_)) => {
            value_of(&Value::Object(Rc::clone(&object))).ns
        }
        other => nanoseconds(interp, &other)?,
    };
    let extra = match args.opt(1) {
        Some(extra) => {
            let unit = args.get(2).as_name();
            let scale = match unit.as_deref() {
                Some("millisecond") => 1_000_000.0,
                Some("nsec" | "nanosecond") => 1.0,
                _ => 1000.0,
            };
            (interp.float_arg(extra)? * scale) as i128
        }
        None => 0,
    };
    match args.keyword("in") {
        Some(zone) => {
            let (offset, utc) = offset_arg(interp, &zone)?;
            Ok(make(
                interp,
                TimeValue {
                    ns: ns + extra,
                    offset,
                    utc,
                },
            ))
        }
        None => Ok(local_at(interp, ns + extra)),
    }
}

fn local(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let ns = from_parts(interp, &args.list)?;
    Ok(from_local(interp, ns))
}

fn utc_new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let ns = from_parts(interp, &args.list)?;
    Ok(make(
        interp,
        TimeValue {
            ns,
            offset: 0,
            utc: true,
        },
    ))
}

fn parse_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = interp.str_arg(&args.get(0))?;
    let today = {
        let now = interp.world.now_ns();
        parts(&local_at(interp, now))
    };
    match parse::parse(&text, &today) {
        Some((local, Some(offset))) => Ok(make(
            interp,
            TimeValue {
                ns: local - i128::from(offset) * SECOND,
                offset,
                utc: text.trim_end().ends_with(['Z', 'C']),
            },
        )),
        Some((local, None)) => Ok(from_local(interp, local)),
        None => Err(interp.raise("ArgumentError", format!("no time information in {text:?}"))),
    }
}

fn strptime(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = interp.str_arg(&args.get(0))?;
    let format = interp.str_arg(&args.get(1))?;
    match parse::strptime(&text, &format) {
        Some((local, Some(offset))) => Ok(make(
            interp,
            TimeValue {
                ns: local - i128::from(offset) * SECOND,
                offset,
                utc: false,
            },
        )),
        Some((local, None)) => Ok(from_local(interp, local)),
        None => Err(interp.raise(
            "ArgumentError",
            format!("invalid date or strptime format - `{text}' `{format}'"),
        )),
    }
}

fn civil_days(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (year, month, day) = (
        interp.int_arg(&args.get(0))?,
        interp.int_arg(&args.get(1))?,
        interp.int_arg(&args.get(2))?,
    );
    let length = |month: i64| -> i64 {
        let next = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
        days_from_civil(next.0, next.1, 1) - days_from_civil(year, month, 1)
    };
    if year.abs() > 1_000_000 || !(1..=12).contains(&month) {
        return Ok(Value::Nil);
    }
    let day = if day < 0 {
        length(month) + 1 + day
    } else {
        day
    };
    if day < 1 || day > length(month) {
        return Ok(Value::Nil);
    }
    Ok(Value::Int(days_from_civil(year, month, day)))
}

fn days_civil(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (year, month, day) = civil_from_days(interp.int_arg(&args.get(0))?);
    Ok(Value::array([
        Value::Int(year),
        Value::Int(month),
        Value::Int(day),
    ]))
}

fn to_i(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(
        i64::try_from(value_of(this).ns.div_euclid(SECOND)).unwrap_or(0),
    ))
}

fn to_f(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Float(value_of(this).ns as f64 / 1e9))
}

fn plus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if super::time::is_time(&args.get(0)) {
        return Err(interp.raise("TypeError", "time + time?"));
    }
    let by = nanoseconds(interp, &args.get(0))?;
    let mut time = value_of(this);
    time.ns += by;
    Ok(moved(interp, time))
}

/// Returns a time with its offset looked up again, where clocks may have changed.
fn moved(interp: &Interp, time: TimeValue) -> Value {
    let local = !time.utc && local_offset(interp, time.ns) != 0;
    if local && interp.world.time_zone().is_some() {
        return local_at(interp, time.ns);
    }
    make(interp, time)
}

/// Tells whether a value is a Time.
pub(in crate::ruby::builtins) fn is_time(value: &Value) -> bool {
    match value {
        Value::Object(object) => matches!(&*object.data.borrow(), Data::Time(_)),
        _ => false,
    }
}

fn minus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if is_time(&other) {
        let difference = value_of(this).ns - value_of(&other).ns;
        return Ok(Value::Float(difference as f64 / 1e9));
    }
    let by = nanoseconds(interp, &other)?;
    let mut time = value_of(this);
    time.ns -= by;
    Ok(moved(interp, time))
}

fn compare(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if !is_time(&other) {
        return Ok(Value::Nil);
    }
    Ok(Value::Int(
        value_of(this).ns.cmp(&value_of(&other).ns) as i64
    ))
}

fn equal(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    Ok(Value::Bool(
        is_time(&other) && value_of(this).ns == value_of(&other).ns,
    ))
}

fn utc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let ns = value_of(this).ns;
    let new = TimeValue {
        ns,
        offset: 0,
        utc: true,
    };
    if let Value::Object(object) = this {
        object.data.replace(Data::Time(new));
        return Ok(this.clone());
    }
    Ok(make(interp, new))
}

fn get_utc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let new = TimeValue {
        ns: value_of(this).ns,
        offset: 0,
        utc: true,
    };
    Ok(make(interp, new))
}

fn localtime(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let ns = value_of(this).ns;
    match args.opt(0) {
        Some(zone) if !zone.is_nil() => {
            let (offset, utc) = offset_arg(interp, zone)?;
            Ok(make(interp, TimeValue { ns, offset, utc }))
        }
        _ => Ok(local_at(interp, ns)),
    }
}

fn is_utc(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(value_of(this).utc))
}

fn utc_offset(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(value_of(this).offset)))
}

/// Returns the abbreviation of the zone of a time, as `CET`.
pub(super) fn zone_of(interp: &Interp, time: &TimeValue) -> Option<String> {
    if time.utc {
        return Some("UTC".to_owned());
    }
    let name = interp.world.time_zone();
    if name.is_none() && time.offset == 0 {
        return Some("UTC".to_owned());
    }
    let zone = jiff::tz::TimeZone::get(&name?).ok()?;
    let moment = jiff::Timestamp::from_nanosecond(time.ns).ok()?;
    let info = zone.to_offset_info(moment);
    (info.offset().seconds() == time.offset).then(|| info.abbreviation().to_owned())
}

fn zone(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(zone_of(interp, &value_of(this)).into())
}

fn strftime_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let format = interp.str_arg(&args.get(0))?;
    Ok(Value::str(written(interp, this, &format)))
}

fn written(interp: &Interp, this: &Value, format: &str) -> String {
    let time = value_of(this);
    let zone = zone_of(interp, &time).unwrap_or_default();
    strftime::strftime(format, &time, &zone)
}

fn to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let format = if value_of(this).utc {
        "%Y-%m-%d %H:%M:%S UTC"
    } else {
        "%Y-%m-%d %H:%M:%S %z"
    };
    Ok(Value::str(written(interp, this, format)))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let nano = parts(this).nano;
    let fraction = if nano == 0 {
        String::new()
    } else {
        format!(".{}", format!("{nano:09}").trim_end_matches('0'))
    };
    let zone = if value_of(this).utc { "UTC" } else { "%z" };
    Ok(Value::str(written(
        interp,
        this,
        &format!("%Y-%m-%d %H:%M:%S{fraction} {zone}"),
    )))
}

fn iso8601(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let digits = args.get(0).as_int().unwrap_or(0).clamp(0, 9);
    let fraction = if digits > 0 {
        format!(".%{digits}N")
    } else {
        String::new()
    };
    let zone = if value_of(this).utc { "Z" } else { "%:z" };
    Ok(Value::str(written(
        interp,
        this,
        &format!("%Y-%m-%dT%H:%M:%S{fraction}{zone}"),
    )))
}

fn httpdate(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let time = TimeValue {
        ns: value_of(this).ns,
        offset: 0,
        utc: true,
    };
    let utc = make(interp, time);
    Ok(Value::str(written(
        interp,
        &utc,
        "%a, %d %b %Y %H:%M:%S GMT",
    )))
}

fn rfc2822(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let zone = if value_of(this).utc { "-0000" } else { "%z" };
    Ok(Value::str(written(
        interp,
        this,
        &format!("%a, %d %b %Y %H:%M:%S {zone}"),
    )))
}

fn ctime(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(written(interp, this, "%a %b %e %H:%M:%S %Y")))
}

fn to_a(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let time = value_of(this);
    let p = parts_of(&time);
    let mut list: Vec<Value> = [
        p.second, p.minute, p.hour, p.day, p.month, p.year, p.weekday, p.year_day,
    ]
    .into_iter()
    .map(Value::Int)
    .collect();
    list.push(Value::Bool(false));
    list.push(zone_of(interp, &time).into());
    Ok(Value::array(list))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn to_date(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let p = parts(this);
    interp.require("date")?;
    let object = Rc::clone(&interp.core.object);
    let class = interp
        .const_in(&object, Sym::new("Date"), true)?
        .unwrap_or_default();
    interp.send_list(
        &class,
        "new",
        &[Value::Int(p.year), Value::Int(p.month), Value::Int(p.day)],
    )
}

fn round(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let digits = args.get(0).as_int().unwrap_or(0).clamp(0, 9) as u32;
    let unit = 10_i128.pow(9 - digits);
    let mut time = value_of(this);
    time.ns = (time.ns + unit / 2).div_euclid(unit) * unit;
    Ok(make(interp, time))
}

fn is_dst(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let time = value_of(this);
    let dst = interp.world.time_zone().and_then(|name| {
        let zone = jiff::tz::TimeZone::get(&name).ok()?;
        let moment = jiff::Timestamp::from_nanosecond(time.ns).ok()?;
        Some(zone.to_offset_info(moment).dst().is_dst())
    });
    Ok(Value::Bool(!time.utc && dst.unwrap_or(false)))
}
