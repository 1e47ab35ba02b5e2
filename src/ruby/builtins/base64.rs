//! `Base64`.

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row, row_keywords};
use crate::ruby::value::{Args, Value};

const FUNCTIONS: Rows = &[
    row("encode64", 1, 1, encode64),
    row("strict_encode64", 1, 1, strict_encode64),
    row_keywords("urlsafe_encode64", 1, 1, urlsafe_encode64),
    row("decode64", 1, 1, decode64),
    row("strict_decode64", 1, 1, strict_decode64),
    row("urlsafe_decode64", 1, 1, decode64),
];

pub(super) fn install(interp: &mut Interp) {
    let module = interp.define_module("Base64");
    interp.add_singleton_rows(&module, FUNCTIONS);
}

/// Returns bytes in base 64.
pub(super) fn encode(bytes: &[u8], url: bool) -> String {
    let alphabet: &[u8; 64] = if url {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    };
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                let digit = (number >> (18 - 6 * place)) & 63;
                out.push(char::from(
                    alphabet.get(digit as usize).copied().unwrap_or(b'A'),
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// Returns the bytes of text in base 64, of either alphabet; `None` for other characters.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut number = 0_u32;
    let mut bits = 0;
    for c in text.bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            b'\n' | b'\r' | b' ' => continue,
            _ => return None,
        };
        number = (number << 6 | u32::from(digit)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((number >> bits) as u8);
        }
    }
    Some(out)
}

fn encode64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = interp.bytes_arg(&args.get(0))?;
    let text = encode(&bytes, false);
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(60).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    Ok(Value::str(out))
}

fn strict_encode64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = interp.bytes_arg(&args.get(0))?;
    Ok(Value::str(encode(&bytes, false)))
}

fn urlsafe_encode64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = interp.bytes_arg(&args.get(0))?;
    let text = encode(&bytes, true);
    let padding = args
        .keyword("padding")
        .is_none_or(|padding| padding.truthy());
    Ok(Value::str(if padding {
        &text
    } else {
        text.trim_end_matches('=')
    }))
}

fn decode64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = interp.str_arg(&args.get(0))?;
    Ok(Value::bytes(decode(&text).unwrap_or_default()))
}

fn strict_decode64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = interp.str_arg(&args.get(0))?;
    match decode(&text).filter(|_| text.len().is_multiple_of(4)) {
        Some(bytes) => Ok(Value::bytes(bytes)),
        None => Err(interp.raise("ArgumentError", "invalid base64")),
    }
}
