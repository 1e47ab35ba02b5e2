//! `YAML`, as Psych 4 behaves: plain `load` is safe, refuses aliases unless
//! told otherwise, and knows the booleans of YAML 1.1. `load` reads, `scalar`
//! says what a plain word means, `dump` writes.

mod dump;
mod load;
mod scalar;

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords};
use crate::ruby::value::{Args, Value};

const MODULE: Rows = &[
    any_keywords("load", 1, load_method),
    any_keywords("safe_load", 1, safe_load),
    any_keywords("unsafe_load", 1, unsafe_load),
    any_keywords("load_file", 1, load_file),
    any_keywords("safe_load_file", 1, safe_load_file),
    any_keywords("unsafe_load_file", 1, unsafe_load_file),
    any_keywords("load_stream load_documents", 1, load_stream),
    any("dump", 1, dump_method),
];

const OBJECT: Rows = &[any_keywords("to_yaml", 0, to_yaml)];

pub(super) fn install(interp: &mut Interp) {
    let runtime = interp.find_class("RuntimeError");
    let module = interp.define_module("Psych");
    interp.set_const(&module, "VERSION".into(), Value::str("4.0.4"));
    interp.add_singleton_rows(&module, MODULE);
    let base = interp.define_class("Psych::Exception", runtime.as_ref());
    for name in [
        "Psych::SyntaxError",
        "Psych::BadAlias",
        "Psych::DisallowedClass",
    ] {
        interp.define_class(name, Some(&base));
    }
    let alias = interp.find_class("Psych::BadAlias");
    interp.define_class("Psych::AliasesNotEnabled", alias.as_ref());
    interp.define_class("Psych::AnchorNotDefined", alias.as_ref());
    interp.define_global_constant("YAML", Value::Class(module));
    let object = Rc::clone(&interp.core.object);
    interp.add_rows(&object, OBJECT);
}

/// What a document may hold.
#[derive(Clone, Default)]
struct Permits {
    aliases: bool,
    symbols: bool,
    dates: bool,
    times: bool,
    anything: bool,
    symbolize: bool,
    freeze: bool,
    file: String,
}

fn permits(interp: &mut Interp, args: &Args, safe_symbols: bool) -> Outcome<Permits> {
    let mut permits = Permits {
        symbols: safe_symbols,
        file: "<unknown>".to_owned(),
        ..Permits::default()
    };
    let truthy = |name: &str| args.keyword(name).is_some_and(|value| value.truthy());
    permits.aliases = truthy("aliases");
    permits.symbolize = truthy("symbolize_names");
    permits.freeze = truthy("freeze");
    if let Some(name) = args.keyword("filename").filter(|name| !name.is_nil()) {
        permits.file = interp.path_text(&name)?;
    }
    // Old files pass the lists by position.
    let classes = args
        .keyword("permitted_classes")
        .or_else(|| args.keyword("whitelist_classes"))
        .or_else(|| {
            args.opt(1)
                .filter(|value| matches!(value, Value::Array(_)))
                .cloned()
        });
    if args.get(3).truthy() {
        permits.aliases = true;
    }
    for class in classes
        .and_then(|classes| classes.as_array())
        .unwrap_or_default()
    {
        match interp.text(&class)?.as_str() {
            "Symbol" => permits.symbols = true,
            "Date" => permits.dates = true,
            "Time" | "DateTime" => permits.times = true,
            _ => {}
        }
    }
    Ok(permits)
}

fn everything() -> Permits {
    Permits {
        aliases: true,
        symbols: true,
        dates: true,
        times: true,
        anything: true,
        file: "<unknown>".to_owned(),
        ..Permits::default()
    }
}

fn source(interp: &mut Interp, value: &Value) -> Outcome<String> {
    if !matches!(value, Value::Str(_)) && interp.responds(value, "read") {
        let content = interp.send_list(value, "read", &[])?;
        return interp.str_arg(&content);
    }
    interp.str_arg(value)
}

fn first(interp: &mut Interp, args: &Args, permits: &Permits) -> Outcome {
    let text = source(interp, &args.get(0))?;
    let documents = load::documents(interp, &text, permits, true)?;
    let fallback = args.keyword("fallback");
    // An empty document is false only for `unsafe_load`.
    let empty = if permits.anything {
        Value::Bool(false)
    } else {
        Value::Nil
    };
    Ok(documents.into_iter().next().or(fallback).unwrap_or(empty))
}

fn load_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let permits = permits(interp, args, true)?;
    first(interp, args, &permits)
}

fn safe_load(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let permits = permits(interp, args, false)?;
    first(interp, args, &permits)
}

fn unsafe_load(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut permits = everything();
    permits.symbolize = args
        .keyword("symbolize_names")
        .is_some_and(|value| value.truthy());
    first(interp, args, &permits)
}

/// Reads a file and puts its text in the place of its name.
fn with_content(interp: &mut Interp, args: &Args) -> Outcome<(Args, String)> {
    let path = interp.path_text(&args.get(0))?;
    let file = interp.find_class("File").map_or(Value::Nil, Value::Class);
    let text = interp.send_list(&file, "read", &[args.get(0)])?;
    let mut args = args.clone();
    if let Some(slot) = args.list.first_mut() {
        *slot = text;
    }
    Ok((args, path))
}

fn load_file(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (args, path) = with_content(interp, args)?;
    let mut permits = permits(interp, &args, true)?;
    permits.file = path;
    first(interp, &args, &permits)
}

fn safe_load_file(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (args, path) = with_content(interp, args)?;
    let mut permits = permits(interp, &args, false)?;
    permits.file = path;
    first(interp, &args, &permits)
}

fn unsafe_load_file(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (args, path) = with_content(interp, args)?;
    let mut permits = everything();
    permits.symbolize = args
        .keyword("symbolize_names")
        .is_some_and(|value| value.truthy());
    permits.file = path;
    first(interp, &args, &permits)
}

fn load_stream(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = source(interp, &args.get(0))?;
    let documents = load::documents(interp, &text, &everything(), false)?;
    match &args.block {
        Some(block) => {
            for document in documents {
                interp.call_block(block, &[document])?;
            }
            Ok(Value::Nil)
        }
        None => Ok(Value::array(documents)),
    }
}

fn dump_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = dump::dump(interp, &args.get(0))?;
    if let Some(stream) = args
        .opt(1)
        .filter(|stream| matches!(stream, Value::Object(_)))
    {
        super::io::write_to(interp, stream, text.as_bytes())?;
        return Ok(stream.clone());
    }
    Ok(Value::from(text))
}

fn to_yaml(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::from(dump::dump(interp, this)?))
}
