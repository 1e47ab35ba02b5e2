//! Paths as text: nothing here looks at a disk.

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, Value};

pub(super) const SINGLETON: Rows = &[
    any("join", 0, join),
    row("expand_path", 1, 2, expand_path),
    row("absolute_path", 1, 2, absolute_path),
    row("absolute_path?", 1, 1, is_absolute),
    row("basename", 1, 2, basename),
    row("dirname", 1, 2, dirname),
    row("extname", 1, 1, extname),
    row("split", 1, 1, split),
    row("fnmatch fnmatch?", 2, 3, fnmatch),
    row("path", 1, 1, path),
];

fn joined(interp: &mut Interp, value: &Value, parts: &mut Vec<String>) -> Outcome<()> {
    match interp.try_array(value)? {
        Some(items) => interp.deeper(|interp| {
            for item in &items {
                joined(interp, item, parts)?;
            }
            Ok(())
        }),
        None => {
            parts.push(interp.path_text(value)?);
            Ok(())
        }
    }
}

fn join(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut parts = Vec::new();
    for value in &args.list {
        joined(interp, value, &mut parts)?;
    }
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i == 0 {
            out.push_str(part);
            continue;
        }
        match (out.ends_with('/'), part.starts_with('/')) {
            (true, true) => {
                let kept = out.trim_end_matches('/').len();
                out.truncate(kept);
                out.push_str(part);
            }
            (false, false) => {
                out.push('/');
                out.push_str(part);
            }
            _ => out.push_str(part),
        }
    }
    Ok(Value::str(out))
}

fn expand_path(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    let base = match args.opt(1) {
        Some(base) if !base.is_nil() => Some(interp.path_text(base)?),
        _ => None,
    };
    // Only the own home is known: `~root` and the like are other people's.
    let path = match path.strip_prefix('~') {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => {
            let user = rest.split('/').next().unwrap_or_default();
            if interp.world.env("USER").as_deref() != Some(user) {
                return Err(interp.raise("ArgumentError", format!("user {user} doesn't exist")));
            }
            format!("~{}", &rest[user.len()..])
        }
        _ => path,
    };
    let full = interp.expand_path(&path, base.as_deref());
    Ok(Value::str(full.to_string_lossy()))
}

/// As `expand_path`, but `~` is a name like others.
fn absolute_path(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    if !path.starts_with('~') {
        return expand_path(interp, this, args);
    }
    let mut list = args.list.clone();
    list[0] = Value::str(format!("./{path}"));
    expand_path(interp, this, &Args::new(list))
}

fn is_absolute(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(
        interp.path_text(&args.get(0))?.starts_with('/'),
    ))
}

/// Returns the last part of a path.
pub(super) fn base_of(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return if path.is_empty() { "" } else { "/" };
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// Returns what is before the last part of a path.
pub(super) fn dir_of(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rfind('/') {
        Some(0) => "/",
        Some(at) => {
            let head = trimmed.get(..at).unwrap_or("").trim_end_matches('/');
            if head.is_empty() { "/" } else { head }
        }
        None if path.starts_with('/') => "/",
        None => ".",
    }
}

/// Returns the ending of a path, with its dot.
pub(super) fn ending_of(path: &str) -> &str {
    let base = base_of(path);
    let name = base.trim_start_matches('.');
    let hidden = base.len() - name.len();
    match name.rfind('.') {
        Some(at) if at + 1 < name.len() => base.get(hidden + at..).unwrap_or(""),
        Some(_) if !name.is_empty() => ".",
        _ => "",
    }
}

fn basename(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    let base = base_of(&path);
    let Some(ending) = args.opt(1) else {
        return Ok(Value::str(base));
    };
    let ending = interp.str_arg(ending)?;
    let short = if ending == ".*" {
        base.strip_suffix(ending_of(base)).unwrap_or(base)
    } else {
        base.strip_suffix(&ending)
            .filter(|short| !short.is_empty())
            .unwrap_or(base)
    };
    Ok(Value::str(short))
}

fn dirname(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    let levels = args.get(1).as_int().unwrap_or(1);
    let mut here = path.as_str();
    for _ in 0..levels.clamp(0, 1000) {
        here = dir_of(here);
    }
    Ok(Value::str(here))
}

fn extname(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    Ok(Value::str(ending_of(&path)))
}

fn split(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let path = interp.path_text(&args.get(0))?;
    Ok(Value::array([
        Value::str(dir_of(&path)),
        Value::str(base_of(&path)),
    ]))
}

fn fnmatch(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let pattern = interp.str_arg(&args.get(0))?;
    let path = interp.path_text(&args.get(1))?;
    let flags = args.get(2).as_int().unwrap_or(0);
    let patterns = if flags & 16 != 0 {
        super::glob::braces(&pattern)
    } else {
        vec![pattern]
    };
    let rules = super::glob::Rules {
        dots: flags & 4 != 0,
        slashes: flags & 2 != 0,
        fold: flags & 8 != 0,
    };
    Ok(Value::Bool(patterns.iter().any(|pattern| {
        super::glob::matches(pattern, &path, rules)
    })))
}

fn path(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(Value::str(interp.path_text(&args.get(0))?))
}
