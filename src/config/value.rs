//! A value as a Vagrantfile gave it, without the interpreter.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// Plain data. Symbols became strings; maps keep their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `nil`, or never set.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string or symbol.
    String(String),
    /// An array or set.
    List(Vec<Value>),
    /// A hash; keys as strings.
    Map(Vec<(String, Value)>),
    /// A range of integers.
    Range {
        /// First.
        from: i64,
        /// Last.
        to: i64,
        /// Whether `to` itself is left out.
        exclusive: bool,
    },
    /// The source of a regular expression.
    Regexp(String),
    /// A block, lambda or method.
    Block,
    /// Anything else.
    Object,
}

impl Value {
    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a whole number; a string of digits counts, as `"2"` for cpus does.
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            Self::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns Ruby's truth: everything but `nil` and `false`.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    /// Returns a boolean, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the items of a list; a single value is a list of one, `nil` of none.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            Self::Null => &[],
            other => std::slice::from_ref(other),
        }
    }

    /// Returns the member of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the value as a word for messages and argument lists.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::String(text) | Self::Regexp(text) => text.clone(),
            Self::List(items) => items
                .iter()
                .map(Self::to_text)
                .collect::<Vec<_>>()
                .join(" "),
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Range {
                from,
                to,
                exclusive,
            } => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("from", from)?;
                map.serialize_entry("to", to)?;
                map.serialize_entry("exclusive", exclusive)?;
                map.end()
            }
            Self::Regexp(source) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("regexp", source)?;
                map.end()
            }
            Self::Block => serializer.serialize_str("<block>"),
            Self::Object => serializer.serialize_str("<object>"),
        }
    }
}
