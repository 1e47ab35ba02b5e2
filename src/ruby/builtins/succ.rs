//! The string after a string: `a9` → `b0`, `Zz` → `AAa`.

/// Returns the successor.
pub(super) fn succ(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let alnum = |c: char| c.is_ascii_alphanumeric();
    if !chars.iter().any(|c| alnum(*c)) {
        // Nothing to count with: the last character goes up.
        for c in chars.iter_mut().rev() {
            if let Some(next) = char::from_u32(*c as u32 + 1) {
                *c = next;
                break;
            }
        }
        return chars.into_iter().collect();
    }
    let mut at = chars.iter().rposition(|c| alnum(*c)).unwrap_or(0);
    loop {
        let Some(c) = chars.get(at).copied() else {
            break;
        };
        let (next, carry) = match c {
            'z' => ('a', true),
            'Z' => ('A', true),
            '9' => ('0', true),
            c => (char::from_u32(c as u32 + 1).unwrap_or(c), false),
        };
        if let Some(slot) = chars.get_mut(at) {
            *slot = next;
        }
        if !carry {
            break;
        }
        // The carry goes to the next alphanumeric on the left, over others
        // only when there is one.
        let left = chars
            .get(..at)
            .unwrap_or_default()
            .iter()
            .rposition(|c| alnum(*c));
        match left {
            Some(left) if left + 1 == at || is_joined(&chars, left, at) => at = left,
            _ => {
                let first = match next {
                    '0' => '1',
                    c => c,
                };
                chars.insert(at, first);
                break;
            }
        }
    }
    chars.into_iter().collect()
}

/// A carry jumps over punctuation only between digits or letters of one number,
/// as in `1.9` → `2.0`.
fn is_joined(chars: &[char], left: usize, at: usize) -> bool {
    let (Some(a), Some(b)) = (chars.get(left), chars.get(at)) else {
        return false;
    };
    a.is_ascii_digit() == b.is_ascii_digit()
}
