//! Ruby's regular expressions in the syntax of `fancy_regex`. The differences:
//! `^` and `$` always mean lines, `\w \d \s` are ASCII, `m` lets the dot match
//! line ends, `\Z \h \R \X` and named groups have other spellings.

use crate::ruby::ast::RegexpFlags;

/// Returns the pattern for the engine.
pub(in crate::ruby) fn translate(source: &str, flags: RegexpFlags) -> String {
    let mut letters = String::from("m");
    if flags.ignore_case {
        letters.push('i');
    }
    if flags.extended {
        letters.push('x');
    }
    if flags.multi_line {
        letters.push('s');
    }
    let mut out = format!("(?{letters})");
    let chars: Vec<char> = source.chars().collect();
    let has_names = has_named_group(&chars);
    let mut extended = vec![flags.extended];
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        match c {
            '\\' => i += escape(&chars, i, &mut out),
            '[' => i += class(&chars, i, &mut out),
            '(' => i += group(&chars, i, &mut out, has_names, &mut extended),
            ')' => {
                extended.pop();
                if extended.is_empty() {
                    extended.push(flags.extended);
                }
                out.push(')');
                i += 1;
            }
            '#' if extended.last() == Some(&true) => {
                // A comment may hold brackets that mean nothing.
                while chars.get(i).is_some_and(|c| *c != '\n') {
                    i += 1;
                }
            }
            '$' => {
                out.push_str(r"(?=\n|\z)");
                i += 1;
            }
            '{' => i += brace(&chars, i, &mut out),
            c => {
                out.push(c);
                i += 1;
            }
        }
    }
    out
}

fn has_named_group(chars: &[char]) -> bool {
    chars
        .windows(4)
        .any(|w| w[0] == '(' && w[1] == '?' && w[2] == '<' && w[3] != '=' && w[3] != '!')
}

/// A brace that begins no repetition stands for itself.
fn brace(chars: &[char], at: usize, out: &mut String) -> usize {
    let mut end = at + 1;
    while chars
        .get(end)
        .is_some_and(|c| c.is_ascii_digit() || *c == ',')
    {
        end += 1;
    }
    let inner: String = chars.get(at + 1..end).unwrap_or_default().iter().collect();
    let repeats = chars.get(end) == Some(&'}') && inner.chars().any(|c| c.is_ascii_digit());
    if !repeats {
        out.push_str(r"\{");
        return 1;
    }
    out.push('{');
    if inner.starts_with(',') {
        out.push('0');
    }
    out.push_str(&inner);
    out.push('}');
    end + 1 - at
}

fn escape(chars: &[char], at: usize, out: &mut String) -> usize {
    let Some(&c) = chars.get(at + 1) else {
        out.push_str(r"\\");
        return 1;
    };
    match c {
        'w' => out.push_str("[a-zA-Z0-9_]"),
        'W' => out.push_str("[^a-zA-Z0-9_]"),
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        's' => out.push_str(r"[ \t\r\n\f\x0b]"),
        'S' => out.push_str(r"[^ \t\r\n\f\x0b]"),
        'h' => out.push_str("[0-9a-fA-F]"),
        'H' => out.push_str("[^0-9a-fA-F]"),
        'Z' => out.push_str(r"(?=\n?\z)"),
        'R' => out.push_str(r"(?:\r\n|[\n\x0b\f\r\x{85}\x{2028}\x{2029}])"),
        'X' => out.push_str(r"(?:\P{M}\p{M}*)"),
        'e' => out.push_str(r"\x1b"),
        'a' => out.push_str(r"\x07"),
        'u' => return unicode(chars, at, out),
        'p' | 'P' if chars.get(at + 2) == Some(&'{') => return property(chars, at, out),
        'x' if chars.get(at + 2) == Some(&'{') => {
            out.push_str(r"\x");
            let length = chars.iter().skip(at).take_while(|c| **c != '}').count() + 1;
            out.extend(chars.iter().skip(at + 2).take(length - 2));
            return length;
        }
        'k' => {
            out.push_str(r"\k");
            return 2;
        }
        '0' => out.push_str(r"\x00"),
        'A' | 'z' | 'b' | 'B' | 'G' | 'K' | 'n' | 't' | 'r' | 'f' | 'v' | 'x' | 'p' | 'P' => {
            out.push('\\');
            out.push(c);
        }
        c if c.is_ascii_digit() => {
            out.push('\\');
            out.push(c);
        }
        c if c.is_alphanumeric() || !c.is_ascii() => out.push(c),
        // Escaped punctuation, which the engine may not know as an escape.
        c if r"\.+*?()|[]{}^$#&-~/ ".contains(c) => {
            if c == '/' {
                out.push('/');
            } else if c == ' ' {
                out.push_str("[ ]");
            } else {
                out.push('\\');
                out.push(c);
            }
        }
        c => out.push(c),
    }
    2
}

/// `\p{Alpha}` is a class of POSIX, `\p{Han}` one of Unicode.
fn property(chars: &[char], at: usize, out: &mut String) -> usize {
    let mut end = at + 3;
    while chars.get(end).is_some_and(|c| *c != '}') {
        end += 1;
    }
    let name: String = chars.get(at + 3..end).unwrap_or_default().iter().collect();
    let (inverted, plain) = match name.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, name.as_str()),
    };
    let negated = inverted != (chars.get(at + 1) == Some(&'P'));
    let class = posix(&plain.to_lowercase());
    let not = if negated { "^" } else { "" };
    if class.is_empty() {
        let letter = if negated { 'P' } else { 'p' };
        out.push_str(&format!("\\{letter}{{{plain}}}"));
    } else {
        out.push_str(&format!("[{not}{class}]"));
    }
    end + 1 - at
}

fn unicode(chars: &[char], at: usize, out: &mut String) -> usize {
    if chars.get(at + 2) == Some(&'{') {
        let mut end = at + 3;
        while chars.get(end).is_some_and(|c| *c != '}') {
            end += 1;
        }
        let digits: String = chars.get(at + 3..end).unwrap_or_default().iter().collect();
        for code in digits.split(' ').filter(|code| !code.is_empty()) {
            out.push_str(&format!("\\x{{{code}}}"));
        }
        return end + 1 - at;
    }
    let digits: String = chars
        .get(at + 2..(at + 6).min(chars.len()))
        .unwrap_or_default()
        .iter()
        .collect();
    out.push_str(&format!("\\x{{{digits}}}"));
    2 + digits.chars().count()
}

/// Translates a bracketed class; returns how many characters it took.
fn class(chars: &[char], at: usize, out: &mut String) -> usize {
    let mut i = at + 1;
    out.push('[');
    if chars.get(i) == Some(&'^') {
        out.push('^');
        i += 1;
    }
    // A bracket right at the start stands for itself.
    if chars.get(i) == Some(&']') {
        out.push_str(r"\]");
        i += 1;
    }
    while let Some(&c) = chars.get(i) {
        match c {
            ']' => {
                out.push(']');
                return i + 1 - at;
            }
            '[' if chars.get(i + 1) == Some(&':') => {
                let rest: String = chars.get(i..).unwrap_or_default().iter().take(14).collect();
                match rest.find(":]") {
                    Some(end) => {
                        let name = rest.get(2..end).unwrap_or("");
                        out.push_str(&posix(name));
                        i += rest.get(..end + 2).unwrap_or("").chars().count();
                    }
                    None => {
                        out.push_str(r"\[");
                        i += 1;
                    }
                }
            }
            '[' => i += class(chars, i, out),
            '\\' => i += class_escape(chars, i, out),
            '&' if chars.get(i + 1) == Some(&'&') => {
                out.push_str("&&");
                i += 2;
            }
            // Operators of the engine that Ruby does not have.
            '~' | '&' | '#' | ' ' => {
                out.push('\\');
                if c == ' ' {
                    out.push_str("x20");
                } else {
                    out.push(c);
                }
                i += 1;
            }
            '-' if chars.get(i + 1) == Some(&'-') => {
                out.push_str(r"\-");
                i += 1;
            }
            c => {
                out.push(c);
                i += 1;
            }
        }
    }
    i - at
}

fn class_escape(chars: &[char], at: usize, out: &mut String) -> usize {
    let Some(&c) = chars.get(at + 1) else {
        out.push_str(r"\\");
        return 1;
    };
    match c {
        'w' => out.push_str("a-zA-Z0-9_"),
        'd' => out.push_str("0-9"),
        's' => out.push_str(r"\x20\t\r\n\f\x0b"),
        'h' => out.push_str("0-9a-fA-F"),
        'b' => out.push_str(r"\x08"),
        'u' | 'W' | 'D' | 'S' | 'H' | 'e' | 'a' | 'p' | 'P' => return escape(chars, at, out),
        '/' | '"' | '\'' | '%' | '@' | ',' | ':' | ';' | '<' | '>' | '=' | '!' | '`' | '_' => {
            out.push(c)
        }
        ' ' => out.push_str(r"\x20"),
        c if c.is_ascii_alphanumeric() && !"nrtfvxpP0".contains(c) => out.push(c),
        '0' => out.push_str(r"\x00"),
        c => {
            out.push('\\');
            out.push(c);
        }
    }
    2
}

/// Named classes of Ruby know Unicode.
fn posix(name: &str) -> String {
    let (negated, name) = match name.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let inner = match name {
        "alpha" => r"\p{Alphabetic}",
        "digit" => r"\p{Nd}",
        "alnum" => r"\p{Alphabetic}\p{Nd}",
        "upper" => r"\p{Uppercase}",
        "lower" => r"\p{Lowercase}",
        "space" => r"\s",
        "blank" => r"\x20\t",
        "punct" => r"\p{P}$+<=>^`|~",
        "cntrl" => r"\p{Cc}",
        "xdigit" => "0-9a-fA-F",
        "word" => r"\w",
        "graph" => r"[^\s\p{Cc}]",
        "print" => r"[^\p{Cc}]",
        _ => "",
    };
    if negated {
        format!("[^{inner}]")
    } else {
        inner.to_owned()
    }
}

fn group(
    chars: &[char],
    at: usize,
    out: &mut String,
    has_names: bool,
    extended: &mut Vec<bool>,
) -> usize {
    let outer = extended.last().copied().unwrap_or(false);
    if chars.get(at + 1) != Some(&'?') {
        extended.push(outer);
        // With named groups, plain ones do not capture.
        out.push_str(if has_names { "(?:" } else { "(" });
        return 1;
    }
    match chars.get(at + 2) {
        Some('#') => {
            let mut end = at;
            while chars.get(end).is_some_and(|c| *c != ')') {
                end += 1;
            }
            end + 1 - at
        }
        Some('<') if !matches!(chars.get(at + 3), Some('=' | '!')) => {
            extended.push(outer);
            out.push_str("(?<");
            3
        }
        Some('\'') => {
            extended.push(outer);
            let mut end = at + 3;
            while chars.get(end).is_some_and(|c| *c != '\'') {
                end += 1;
            }
            let name: String = chars.get(at + 3..end).unwrap_or_default().iter().collect();
            out.push_str(&format!("(?<{name}>"));
            end + 1 - at
        }
        Some(c) if c.is_ascii_alphabetic() || *c == '-' => {
            // Options: Ruby's `m` is the engine's `s`, and lines stay on.
            let mut end = at + 2;
            let mut on = String::new();
            let mut off = String::new();
            let mut minus = false;
            let mut inner_extended = outer;
            while let Some(&c) = chars.get(end) {
                match c {
                    '-' => minus = true,
                    'm' | 'i' | 'x' => {
                        let letter = if c == 'm' { 's' } else { c };
                        if c == 'x' {
                            inner_extended = !minus;
                        }
                        if minus {
                            off.push(letter);
                        } else {
                            on.push(letter);
                        }
                    }
                    ':' | ')' => break,
                    _ => {}
                }
                end += 1;
            }
            let off = if off.is_empty() {
                off
            } else {
                format!("-{off}")
            };
            let close = chars.get(end).copied().unwrap_or(')');
            if on.is_empty() && off.is_empty() {
                out.push_str(if close == ':' { "(?:" } else { "(?:)" });
            } else {
                out.push_str(&format!("(?{on}{off}{close}"));
            }
            if close == ':' {
                extended.push(inner_extended);
            } else if let Some(last) = extended.last_mut() {
                *last = inner_extended;
            }
            end + 1 - at
        }
        _ => {
            extended.push(outer);
            out.push_str("(?");
            2
        }
    }
}
