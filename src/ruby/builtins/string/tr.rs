//! Sets of characters: `tr`, `delete`, `squeeze`, `count`.

use super::{set, text_of};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, Value};

pub(super) const METHODS: Rows = &[
    row("tr", 2, 2, tr),
    row("tr!", 2, 2, tr_bang),
    row("tr_s", 2, 2, tr_s),
    any("delete", 1, delete),
    any("delete!", 1, delete_bang),
    any("squeeze", 0, squeeze),
    any("squeeze!", 0, squeeze_bang),
    any("count", 1, count),
];

/// Characters of a set, in order, and whether the others are meant.
struct Set {
    chars: Vec<char>,
    negated: bool,
}

impl Set {
    fn new(text: &str) -> Self {
        let source: Vec<char> = text.chars().collect();
        let negated = source.len() > 1 && source.first() == Some(&'^');
        let mut chars = Vec::new();
        let mut i = usize::from(negated);
        while let Some(&c) = source.get(i) {
            if c == '\\' && i + 1 < source.len() {
                i += 1;
                chars.extend(source.get(i));
                i += 1;
                continue;
            }
            match (source.get(i + 1), source.get(i + 2)) {
                (Some('-'), Some(&last)) if last >= c => {
                    chars.extend((c..=last).take(0x2_0000));
                    i += 3;
                }
                _ => {
                    chars.push(c);
                    i += 1;
                }
            }
        }
        Self { chars, negated }
    }

    fn has(&self, c: char) -> bool {
        self.chars.contains(&c) != self.negated
    }
}

fn sets(interp: &mut Interp, args: &Args) -> Outcome<Vec<Set>> {
    let mut list = Vec::new();
    for value in &args.list {
        list.push(Set::new(&interp.str_arg(value)?));
    }
    Ok(list)
}

fn translated(interp: &mut Interp, this: &Value, args: &Args, squeeze: bool) -> Outcome<String> {
    let from = Set::new(&interp.str_arg(&args.get(0))?);
    let to = Set::new(&interp.str_arg(&args.get(1))?);
    let mut out = String::new();
    let mut last = None;
    for c in text_of(this).chars() {
        if !from.has(c) {
            out.push(c);
            last = None;
            continue;
        }
        let at = if from.negated {
            usize::MAX
        } else {
            from.chars.iter().position(|known| *known == c).unwrap_or(0)
        };
        let new = to.chars.get(at).or(to.chars.last()).copied();
        if let Some(new) = new
            && !(squeeze && last == Some(new))
        {
            out.push(new);
        }
        last = new;
    }
    Ok(out)
}

fn tr(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::str(translated(interp, this, args, false)?))
}

fn tr_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = translated(interp, this, args, false)?;
    changed(interp, this, new)
}

fn tr_s(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::str(translated(interp, this, args, true)?))
}

fn changed(interp: &mut Interp, this: &Value, new: String) -> Outcome {
    interp.check_frozen(this)?;
    if new == text_of(this) {
        return Ok(Value::Nil);
    }
    set(interp, this, new)?;
    Ok(this.clone())
}

fn deleted(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<String> {
    let sets = sets(interp, args)?;
    Ok(text_of(this)
        .chars()
        .filter(|c| !sets.iter().all(|set| set.has(*c)))
        .collect())
}

fn delete(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::str(deleted(interp, this, args)?))
}

fn delete_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = deleted(interp, this, args)?;
    changed(interp, this, new)
}

fn squeezed(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<String> {
    let sets = sets(interp, args)?;
    let mut out = String::new();
    let mut last = None;
    for c in text_of(this).chars() {
        if last == Some(c) && sets.iter().all(|set| set.has(c)) {
            continue;
        }
        out.push(c);
        last = Some(c);
    }
    Ok(out)
}

fn squeeze(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::str(squeezed(interp, this, args)?))
}

fn squeeze_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = squeezed(interp, this, args)?;
    changed(interp, this, new)
}

fn count(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let sets = sets(interp, args)?;
    let count = text_of(this)
        .chars()
        .filter(|c| sets.iter().all(|set| set.has(*c)))
        .count();
    Ok(Value::size(count))
}
