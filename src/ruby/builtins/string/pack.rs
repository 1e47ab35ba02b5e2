//! `Array#pack` and `String#unpack`: the directives that files use.

use super::this_str;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::value::{Args, Value};

pub(super) const STRING: Rows = &[row("unpack", 1, 1, unpack), row("unpack1", 1, 1, unpack1)];
pub(super) const ARRAY: Rows = &[row("pack", 1, 1, pack)];

/// A directive and its count; `None` is `*`.
fn directives(template: &str) -> Vec<(char, Option<usize>)> {
    let chars: Vec<char> = template.chars().filter(|c| !c.is_whitespace()).collect();
    let mut list = Vec::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        i += 1;
        let mut c = c;
        while let Some(flag @ ('_' | '!' | '<' | '>')) = chars.get(i) {
            c = match (flag, c) {
                ('>', 'S') => 'n',
                ('>', 'L' | 'I') => 'N',
                _ => c,
            };
            i += 1;
        }
        if chars.get(i) == Some(&'*') {
            i += 1;
            list.push((c, None));
            continue;
        }
        let mut count = None;
        while let Some(d) = chars.get(i).and_then(|c| c.to_digit(10)) {
            count = Some(
                count
                    .unwrap_or(0_usize)
                    .saturating_mul(10)
                    .saturating_add(d as usize),
            );
            i += 1;
        }
        list.push((c, Some(count.unwrap_or(1))));
    }
    list
}

/// Bytes of an integer directive, and whether the first is the least.
fn width(directive: char) -> Option<(usize, bool, bool)> {
    Some(match directive {
        'C' => (1, true, false),
        'c' => (1, true, true),
        'S' | 'v' => (2, true, false),
        's' => (2, true, true),
        'n' => (2, false, false),
        'L' | 'V' | 'I' => (4, true, false),
        'l' | 'i' => (4, true, true),
        'N' => (4, false, false),
        'Q' => (8, true, false),
        'q' => (8, true, true),
        _ => return None,
    })
}

fn pack(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let template = interp.str_arg(&args.get(0))?;
    let mut items = this.as_array().unwrap_or_default().into_iter();
    let mut out: Vec<u8> = Vec::new();
    let mut utf8 = false;
    for (directive, count) in directives(&template) {
        if let Some((bytes, little, _)) = width(directive) {
            let times = count.unwrap_or(items.len()).min(items.len());
            for _ in 0..times {
                let number = interp.int_arg(&items.next().unwrap_or_default())?;
                let all = number.to_le_bytes();
                let mut part: Vec<u8> = all.iter().take(bytes).copied().collect();
                if !little {
                    part.reverse();
                }
                out.extend(part);
            }
            continue;
        }
        match directive {
            'U' => {
                utf8 = true;
                let times = count.unwrap_or(items.len()).min(items.len());
                for _ in 0..times {
                    let code = interp.int_arg(&items.next().unwrap_or_default())?;
                    let c = u32::try_from(code)
                        .ok()
                        .and_then(char::from_u32)
                        .unwrap_or('\u{fffd}');
                    out.extend(c.to_string().as_bytes());
                }
            }
            'a' | 'A' => {
                let mut bytes = interp.bytes_arg(&items.next().unwrap_or_default())?;
                if let Some(count) = count {
                    bytes.resize(count.min(1 << 20), if directive == 'a' { 0 } else { b' ' });
                }
                out.extend(bytes);
            }
            'm' => {
                let bytes = interp.bytes_arg(&items.next().unwrap_or_default())?;
                let text = super::super::base64::encode(&bytes, false);
                if count == Some(0) {
                    out.extend(text.into_bytes());
                } else {
                    for line in text.as_bytes().chunks(60) {
                        out.extend_from_slice(line);
                        out.push(b'\n');
                    }
                }
            }
            'H' => {
                let text = interp.str_arg(&items.next().unwrap_or_default())?;
                let digits: Vec<u8> = text
                    .chars()
                    .filter_map(|c| c.to_digit(16))
                    .map(|d| d as u8)
                    .collect();
                for pair in digits.chunks(2) {
                    out.push(pair.first().unwrap_or(&0) << 4 | pair.get(1).unwrap_or(&0));
                }
            }
            'g' | 'G' | 'e' | 'E' | 'f' | 'F' | 'd' | 'D' => {
                let times = count.unwrap_or(items.len()).min(items.len());
                for _ in 0..times {
                    let number = items.next().unwrap_or_default();
                    let number = interp.float_arg(&number)?;
                    let mut part = if matches!(directive, 'g' | 'e' | 'f' | 'F') {
                        (number as f32).to_le_bytes().to_vec()
                    } else {
                        number.to_le_bytes().to_vec()
                    };
                    if matches!(directive, 'g' | 'G') {
                        part.reverse();
                    }
                    out.extend(part);
                }
            }
            'x' => out.extend(vec![0; count.unwrap_or(0).min(1 << 20)]),
            other => {
                return Err(
                    interp.raise("ArgumentError", format!("unknown pack directive '{other}'"))
                );
            }
        }
    }
    let value = Value::bytes(out);
    if let Value::Str(text) = &value {
        text.binary.set(!utf8);
    }
    Ok(value)
}

fn unpacked(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<Vec<Value>> {
    let template = interp.str_arg(&args.get(0))?;
    let bytes = this_str(interp, this)?.to_bytes();
    let mut at = 0;
    let mut out = Vec::new();
    for (directive, count) in directives(&template) {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some((size, little, signed)) = width(directive) {
            let times = count.unwrap_or(rest.len() / size);
            for chunk in rest.chunks_exact(size).take(times) {
                let mut number: u64 = 0;
                let ordered: Vec<u8> = if little {
                    chunk.iter().rev().copied().collect()
                } else {
                    chunk.to_vec()
                };
                for byte in ordered {
                    number = number << 8 | u64::from(byte);
                }
                let bits = size as u32 * 8;
                let value = if signed && bits < 64 && number >> (bits - 1) == 1 {
                    number as i64 - (1_i64 << bits)
                } else {
                    number as i64
                };
                out.push(Value::Int(value));
                at += size;
            }
            continue;
        }
        match directive {
            'U' => {
                let text = String::from_utf8_lossy(rest).into_owned();
                for c in text.chars().take(count.unwrap_or(usize::MAX)) {
                    out.push(Value::Int(i64::from(c as u32)));
                    at += c.len_utf8();
                }
            }
            'a' | 'A' => {
                let take = count.unwrap_or(rest.len()).min(rest.len());
                let mut part = rest.get(..take).unwrap_or_default().to_vec();
                if directive == 'A' {
                    while matches!(part.last(), Some(b' ' | 0)) {
                        part.pop();
                    }
                }
                out.push(Value::bytes(part));
                at += take;
            }
            'm' => {
                let text = String::from_utf8_lossy(rest).into_owned();
                out.push(Value::bytes(
                    super::super::base64::decode(&text).unwrap_or_default(),
                ));
                at = bytes.len();
            }
            'H' | 'B' | 'b' => {
                let mut text = String::new();
                for byte in rest {
                    match directive {
                        'H' => text.push_str(&format!("{byte:02x}")),
                        'B' => text.push_str(&format!("{byte:08b}")),
                        _ => {
                            text.push_str(&format!("{byte:08b}").chars().rev().collect::<String>())
                        }
                    }
                }
                let text: String = text.chars().take(count.unwrap_or(usize::MAX)).collect();
                at += text.len().div_ceil(if directive == 'H' { 2 } else { 8 });
                out.push(Value::str(text));
            }
            'x' => at += count.unwrap_or(0),
            other => {
                return Err(interp.raise(
                    "ArgumentError",
                    format!("unknown unpack directive '{other}'"),
                ));
            }
        }
    }
    Ok(out)
}

fn unpack(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::array(unpacked(interp, this, args)?))
}

fn unpack1(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(unpacked(interp, this, args)?
        .into_iter()
        .next()
        .unwrap_or_default())
}
