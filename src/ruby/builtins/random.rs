//! `SecureRandom` and `Digest`.

use sha2::Digest as _;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any_keywords, row};
use crate::ruby::value::{Args, Value};

const URANDOM: Rows = &[row("urandom", 1, 1, bytes)];

const SECURE: Rows = &[
    row("hex", 0, 1, hex),
    row("uuid", 0, 0, uuid),
    row("random_bytes bytes", 0, 1, bytes),
    row("random_number rand", 0, 1, secure_number),
    row("base64", 0, 1, base64),
    any_keywords("urlsafe_base64", 0, urlsafe_base64),
    any_keywords("alphanumeric", 0, alphanumeric),
];

pub(super) fn install(interp: &mut Interp) {
    let random = interp.define_class("Random", None);
    interp.add_singleton_rows(&random, URANDOM);
    let secure = interp.define_module("SecureRandom");
    interp.add_singleton_rows(&secure, SECURE);
    for (name, algorithm) in [
        ("Digest::MD5", Algorithm::Md5),
        ("Digest::SHA1", Algorithm::Sha1),
        ("Digest::SHA256", Algorithm::Sha256),
        ("Digest::SHA384", Algorithm::Sha384),
        ("Digest::SHA512", Algorithm::Sha512),
    ] {
        let class = interp.define_class(name, None);
        interp.define_singleton(&class, "hexdigest", move |interp, _, args| {
            let bytes = interp.bytes_arg(&args.get(0))?;
            Ok(Value::str(hex_of(&algorithm.digest(&bytes))))
        });
        interp.define_singleton(&class, "digest", move |interp, _, args| {
            let bytes = interp.bytes_arg(&args.get(0))?;
            Ok(binary(algorithm.digest(&bytes)))
        });
        interp.define_singleton(&class, "base64digest", move |interp, _, args| {
            let bytes = interp.bytes_arg(&args.get(0))?;
            Ok(Value::str(super::base64::encode(
                &algorithm.digest(&bytes),
                false,
            )))
        });
        interp.define_singleton(&class, "file", move |interp, this, args| {
            let object = interp.send_list(this, "new", &[])?;
            let file = interp.find_class("File").map_or(Value::Nil, Value::Class);
            let content = interp.send_list(&file, "binread", &[args.get(0)])?;
            interp.send_list(&object, "update", &[content])
        });
        let data = crate::ruby::symbol::Sym::new("@data");
        for (method, what) in [
            ("hexdigest", 0),
            ("to_s", 0),
            ("digest", 1),
            ("base64digest", 2),
        ] {
            interp.define_method(&class, method, move |interp, this, args| {
                let held = match args.opt(0) {
                    Some(text) => text.clone(),
                    None => interp.ivar_get(this, data),
                };
                let bytes = if held.is_nil() {
                    Vec::new()
                } else {
                    interp.bytes_arg(&held)?
                };
                let digest = algorithm.digest(&bytes);
                Ok(match what {
                    0 => Value::str(hex_of(&digest)),
                    1 => binary(digest),
                    _ => Value::str(super::base64::encode(&digest, false)),
                })
            });
        }
        for method in ["update", "<<"] {
            interp.define_method(&class, method, move |interp, this, args| {
                let held = interp.ivar_get(this, data);
                let mut bytes = if held.is_nil() {
                    Vec::new()
                } else {
                    interp.bytes_arg(&held)?
                };
                bytes.extend(interp.bytes_arg(&args.get(0))?);
                interp.ivar_set(this, data, Value::bytes(bytes))?;
                Ok(this.clone())
            });
        }
    }
    if let (Some(digest), Some(sha)) = (
        interp.find_class("Digest"),
        interp.find_class("Digest::SHA256"),
    ) {
        interp.set_const(&digest, "SHA2".into(), Value::Class(sha));
    }
}

#[derive(Clone, Copy)]
enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => md5::Md5::digest(bytes).to_vec(),
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn binary(bytes: Vec<u8>) -> Value {
    let value = Value::bytes(bytes);
    if let Value::Str(text) = &value {
        text.binary.set(true);
    }
    value
}

fn random_bytes(interp: &mut Interp, count: Option<&Value>) -> Outcome<Vec<u8>> {
    let count = match count {
        Some(Value::Nil) | None => 16,
        Some(count) => interp.int_arg(count)?.clamp(0, 1 << 20) as usize,
    };
    let mut bytes = vec![0; count];
    interp.world.random(&mut bytes);
    Ok(bytes)
}

fn bytes(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(binary(random_bytes(interp, args.opt(0))?))
}

fn hex(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(Value::str(hex_of(&random_bytes(interp, args.opt(0))?)))
}

fn uuid(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let mut bytes = random_bytes(interp, None)?;
    if let Some(byte) = bytes.get_mut(6) {
        *byte = *byte & 0x0f | 0x40;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = *byte & 0x3f | 0x80;
    }
    let hex = hex_of(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("").to_owned();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    Ok(Value::str(parts.join("-")))
}

fn secure_number(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let random = interp.find_class("Random").map_or(Value::Nil, Value::Class);
    interp.send_list(&random, "rand", &args.list)
}

fn base64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = random_bytes(interp, args.opt(0))?;
    Ok(Value::str(super::base64::encode(&bytes, false)))
}

fn urlsafe_base64(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = random_bytes(interp, args.opt(0))?;
    Ok(Value::str(
        super::base64::encode(&bytes, true).trim_end_matches('='),
    ))
}

fn alphanumeric(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let bytes = random_bytes(interp, args.opt(0))?;
    let text: String = bytes
        .iter()
        .filter_map(|b| LETTERS.get(*b as usize % LETTERS.len()))
        .map(|b| char::from(*b))
        .collect();
    Ok(Value::str(text))
}
