//! `Encoding`. Strings are UTF-8 or bytes; the other names exist so that files
//! which mention them load.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, Value};

/// Constants and the names of their encodings.
const NAMES: &[(&str, &str)] = &[
    ("UTF_8", "UTF-8"),
    ("ASCII_8BIT", "ASCII-8BIT"),
    ("BINARY", "ASCII-8BIT"),
    ("US_ASCII", "US-ASCII"),
    ("ASCII", "US-ASCII"),
    ("ISO_8859_1", "ISO-8859-1"),
    ("UTF_16LE", "UTF-16LE"),
    ("UTF_16BE", "UTF-16BE"),
    ("UTF_16", "UTF-16"),
    ("Windows_1252", "Windows-1252"),
    ("WINDOWS_1252", "Windows-1252"),
];

const METHODS: Rows = &[
    row("name to_s", 0, 0, name),
    row("inspect", 0, 0, inspect),
    row("==", 1, 1, equal),
];

const SINGLETON: Rows = &[
    row("default_external default_internal", 0, 0, default),
    row("default_external= default_internal=", 1, 1, set_default),
    row("find", 1, 1, find),
];

pub(super) fn install(interp: &mut Interp) {
    let class = interp.define_class("Encoding", None);
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
    for (constant, name) in NAMES {
        let known = NAMES
            .iter()
            .find(|(other, n)| n == name && other != constant)
            .and_then(|(other, _)| class.consts.borrow().get(&Sym::new(other)).cloned());
        let value = known.unwrap_or_else(|| {
            Value::Object(Object::new(Rc::clone(&class), Data::Text(Rc::from(*name))))
        });
        interp.set_const(&class, Sym::new(constant), value);
    }
}

impl Interp {
    /// Returns the Encoding of this name.
    pub(in crate::ruby) fn encoding_named(&mut self, name: &str) -> Outcome {
        let constant = NAMES.iter().find(|(constant, known)| {
            known.eq_ignore_ascii_case(name) || constant.eq_ignore_ascii_case(name)
        });
        let found = constant.and_then(|(constant, _)| {
            let class = self.find_class("Encoding")?;
            let value = class.consts.borrow().get(&Sym::new(constant)).cloned();
            value
        });
        match found {
            Some(value) => Ok(value),
            None => Err(self.raise("ArgumentError", format!("unknown encoding name - {name}"))),
        }
    }
}

/// Returns the name that an Encoding holds.
pub(super) fn held(this: &Value) -> Rc<str> {
    match this {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Text(name) => Rc::clone(name),
            _ => Rc::from(""),
        },
        Value::Str(name) => Rc::from(name.text()),
        _ => Rc::from(""),
    }
}

fn name(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(held(this)))
}

fn inspect(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(format!("#<Encoding:{}>", held(this))))
}

fn equal(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(held(this) == held(&args.get(0))))
}

fn default(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    interp.encoding_named("UTF-8")
}

fn set_default(_: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(args.get(0))
}

fn find(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Object(object) => Ok(Value::Object(object)),
        other => {
            let name = interp.str_arg(&other)?;
            if matches!(&*name, "locale" | "external" | "filesystem") {
                return interp.encoding_named("UTF-8");
            }
            interp.encoding_named(&name)
        }
    }
}
