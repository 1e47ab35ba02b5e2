//! Patterns for file names: `*`, `?`, `[…]`, `**/`, `{a,b}`.

use std::path::Path;

use crate::ruby::world::{FileType, World};

/// How names are compared.
#[derive(Clone, Copy, Default)]
pub(super) struct Rules {
    /// `*` matches a leading dot.
    pub dots: bool,
    /// `*` does not match a slash.
    pub slashes: bool,
    /// Case does not count.
    pub fold: bool,
}

/// Returns the patterns that a pattern with braces stands for.
pub(super) fn braces(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        if done.len() + open.len() > 10_000 {
            break;
        }
        match inner_brace(&pattern) {
            Some((start, end)) => {
                let (head, tail) = (
                    pattern.get(..start).unwrap_or(""),
                    pattern.get(end + 1..).unwrap_or(""),
                );
                let inner = pattern.get(start + 1..end).unwrap_or("");
                for choice in inner.split(',').rev() {
                    open.push(format!("{head}{choice}{tail}"));
                }
            }
            None => done.push(pattern),
        }
    }
    done
}

/// Returns the place of a pair of braces that holds no other.
fn inner_brace(pattern: &str) -> Option<(usize, usize)> {
    let mut start = None;
    for (at, c) in pattern.char_indices() {
        match c {
            '{' => start = Some(at),
            '}' => {
                if let Some(start) = start {
                    return Some((start, at));
                }
            }
            _ => {}
        }
    }
    None
}

/// Tells whether a name matches a pattern without braces.
pub(super) fn matches(pattern: &str, name: &str, rules: Rules) -> bool {
    let fold = |text: &str| -> Vec<char> {
        if rules.fold {
            text.to_lowercase().chars().collect()
        } else {
            text.chars().collect()
        }
    };
    let (pattern, name) = (fold(pattern), fold(name));
    let mut budget = 200_000;
    go(&pattern, &name, rules, true, &mut budget)
}

fn go(pattern: &[char], name: &[char], rules: Rules, at_start: bool, budget: &mut u32) -> bool {
    if *budget == 0 {
        return false;
    }
    *budget -= 1;
    let (mut p, mut n) = (pattern, name);
    let mut start = at_start;
    loop {
        let hidden = start && n.first() == Some(&'.') && !rules.dots;
        match p.first() {
            None => return n.is_empty(),
            Some('*')
                if p.get(1) == Some(&'*') && p.get(2) == Some(&'/') && rules.slashes && start =>
            {
                let rest = p.get(3..).unwrap_or_default();
                if go(rest, n, rules, true, budget) {
                    return true;
                }
                if hidden {
                    return false;
                }
                return match n.iter().position(|c| *c == '/') {
                    Some(at) => go(p, n.get(at + 1..).unwrap_or_default(), rules, true, budget),
                    None => false,
                };
            }
            Some('*') => {
                if hidden {
                    return false;
                }
                let rest = p.get(1..).unwrap_or_default();
                let mut at = 0;
                loop {
                    if go(
                        rest,
                        n.get(at..).unwrap_or_default(),
                        rules,
                        start && at == 0,
                        budget,
                    ) {
                        return true;
                    }
                    match n.get(at) {
                        None => return false,
                        Some('/') if rules.slashes => return false,
                        Some(_) => at += 1,
                    }
                }
            }
            Some('?') => match n.first() {
                None => return false,
                Some('/') if rules.slashes => return false,
                Some(_) if hidden => return false,
                Some(_) => {}
            },
            Some('[') => {
                let Some(c) = n.first() else {
                    return false;
                };
                match class(p, *c) {
                    Some((hit, length)) => {
                        if !hit || hidden {
                            return false;
                        }
                        p = p.get(length..).unwrap_or_default();
                        n = n.get(1..).unwrap_or_default();
                        start = false;
                        continue;
                    }
                    None => return false,
                }
            }
            Some('\\') if p.len() > 1 => {
                if p.get(1) != n.first() {
                    return false;
                }
                p = p.get(1..).unwrap_or_default();
            }
            Some(c) => {
                if n.first() != Some(c) {
                    return false;
                }
            }
        }
        start = rules.slashes && n.first() == Some(&'/');
        p = p.get(1..).unwrap_or_default();
        n = n.get(1..).unwrap_or_default();
    }
}

/// Returns whether a bracketed class has a character, and the length of the class.
fn class(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let mut at = 1 + usize::from(negated);
    let mut hit = false;
    let first = at;
    loop {
        match pattern.get(at)? {
            ']' if at > first => return Some((hit != negated, at + 1)),
            &from => {
                if pattern.get(at + 1) == Some(&'-')
                    && pattern.get(at + 2).is_some_and(|to| *to != ']')
                {
                    let to = *pattern.get(at + 2)?;
                    hit |= (from..=to).contains(&c);
                    at += 3;
                } else {
                    hit |= from == c;
                    at += 1;
                }
            }
        }
    }
}

/// Returns the paths that a pattern finds, in order, as the pattern writes them.
pub(super) fn find(world: &dyn World, base: &Path, pattern: &str, rules: Rules) -> Vec<String> {
    let mut found = Vec::new();
    let folders_only = pattern.ends_with('/');
    let absolute = pattern.starts_with('/');
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let start = if absolute {
        "/".to_owned()
    } else {
        String::new()
    };
    walk(world, base, &start, &parts, rules, &mut found, 0);
    if folders_only {
        found.retain(|path| {
            world
                .facts(&base.join(path), true)
                .is_ok_and(|f| f.file_type == FileType::Directory)
        });
        for path in &mut found {
            path.push('/');
        }
    }
    found
}

fn walk(
    world: &dyn World,
    base: &Path,
    here: &str,
    parts: &[&str],
    rules: Rules,
    found: &mut Vec<String>,
    depth: u32,
) {
    if depth > 64 || found.len() > 100_000 {
        return;
    }
    let Some((part, rest)) = parts.split_first() else {
        found.push(here.to_owned());
        return;
    };
    let join = |name: &str| match here {
        "" => name.to_owned(),
        "/" => format!("/{name}"),
        here => format!("{here}/{name}"),
    };
    if !part.contains(['*', '?', '[', '\\']) {
        let next = join(part);
        if world.facts(&base.join(&next), false).is_ok() {
            walk(world, base, &next, rest, rules, found, depth + 1);
        }
        return;
    }
    let names = world
        .list(&base.join(if here.is_empty() { "." } else { here }))
        .unwrap_or_default();
    if *part == "**" {
        walk(world, base, here, rest, rules, found, depth + 1);
        for name in names {
            if name.starts_with('.') && !rules.dots {
                continue;
            }
            let next = join(&name);
            let folder = world
                .facts(&base.join(&next), false)
                .is_ok_and(|facts| facts.file_type == FileType::Directory);
            if folder {
                walk(world, base, &next, parts, rules, found, depth + 1);
            }
        }
        return;
    }
    for name in names {
        if matches(
            part,
            &name,
            Rules {
                slashes: true,
                ..rules
            },
        ) {
            walk(world, base, &join(&name), rest, rules, found, depth + 1);
        }
    }
}
