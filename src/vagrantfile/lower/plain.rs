//! Values of the interpreter as plain data.

use crate::config;
use crate::ruby::{Data, Value};

use crate::vagrantfile::dsl::{Config, Recorder};
use crate::vagrantfile::schema::State;

/// Nesting that is followed; a list can hold itself.
const DEPTH: usize = 64;

/// Returns a value without the interpreter.
pub(in crate::vagrantfile) fn plain(value: &Value) -> config::Value {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> config::Value {
    use config::Value as Plain;
    if depth > DEPTH {
        return Plain::Object;
    }
    match value {
        Value::Nil => Plain::Null,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Int(value) => Plain::Int(*value),
        Value::Float(value) => Plain::Float(*value),
        Value::Sym(symbol) => Plain::String(symbol.name().to_string()),
        Value::Str(string) => Plain::String(string.text()),
        Value::Array(items) => {
            let items = items.to_vec();
            Plain::List(items.iter().map(|item| at_depth(item, depth + 1)).collect())
        }
        Value::Hash(hash) => Plain::Map(
            hash.pairs()
                .iter()
                .map(|(key, value)| (key_text(key), at_depth(value, depth + 1)))
                .collect(),
        ),
        Value::Range(range) => match (range.from.as_int(), range.to.as_int()) {
            (Some(from), Some(to)) => Plain::Range {
                from,
                to,
                exclusive: range.exclusive,
            },
            _ => Plain::Object,
        },
        Value::Regexp(regexp) => Plain::Regexp(regexp.source.to_string()),
        Value::Proc(_) => Plain::Block,
        Value::Big(number) => Plain::String(number.to_string()),
        Value::Class(_) => Plain::Object,
        Value::Object(object) => match &*object.data.borrow() {
            Data::Text(text) => Plain::String(text.to_string()),
            Data::Set(members) => Plain::List(
                members
                    .keys()
                    .iter()
                    .map(|item| at_depth(item, depth + 1))
                    .collect(),
            ),
            Data::Method(_) => Plain::Block,
            _ => Plain::Object,
        },
        Value::Native(_) => {
            if let Some(config) = value.as_native::<Config>() {
                return config.read(|state| Plain::Map(state_at(state, depth + 1)));
            }
            if let Some(recorder) = value.as_native::<Recorder>() {
                let said = recorder.record().all();
                if !said.is_empty() {
                    let pair = |(name, field): &(String, _)| {
                        let field: &crate::vagrantfile::schema::Field = field;
                        (name.clone(), at_depth(&field.value, depth + 1))
                    };
                    return Plain::Map(said.iter().map(pair).collect());
                }
            }
            Plain::Object
        }
    }
}

/// Returns the attributes of a state, in the order of its class.
pub(super) fn state(state: &State) -> Vec<(String, config::Value)> {
    state_at(state, 0)
}

fn state_at(state: &State, depth: usize) -> Vec<(String, config::Value)> {
    state
        .class
        .attrs()
        .filter_map(|attr| {
            let field = state.field(attr.name)?;
            Some((attr.name.to_owned(), at_depth(&field.value, depth + 1)))
        })
        .collect()
}

/// Returns a hash key as a string; nil is the empty one.
fn key_text(key: &Value) -> String {
    match key {
        Value::Nil => String::new(),
        other => plain(other).to_text(),
    }
}
