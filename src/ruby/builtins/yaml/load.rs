//! Reads YAML: from the events of the parser to values.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::Permits;
use super::scalar::{Meaning, meaning};
use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::value::{RHash, Value};

/// A container that is being filled.
enum Open {
    Sequence(Vec<Value>, usize),
    Mapping(Rc<RHash>, Option<Value>, Vec<Value>),
}

/// Returns the documents of a text, or only the first.
pub(super) fn documents(
    interp: &mut Interp,
    text: &str,
    permits: &Permits,
    only_first: bool,
) -> Outcome<Vec<Value>> {
    let mut anchors: HashMap<usize, Value> = HashMap::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut documents = Vec::new();
    let mut nodes = 0_usize;
    for event in Parser::new_from_str(text) {
        interp.tick()?;
        let (event, _) = match event {
            Ok(event) => event,
            Err(error) => {
                if error.info().contains("unknown anchor") {
                    let name = alias_name(text, nodes);
                    return Err(interp.raise("Psych::BadAlias", format!("Unknown alias: {name}")));
                }
                let at = error.marker();
                let message = format!(
                    "({}): {} at line {} column {}",
                    permits.file,
                    error.info(),
                    at.line(),
                    at.col() + 1
                );
                return Err(interp.raise("Psych::SyntaxError", message));
            }
        };
        let done = match event {
            Event::Scalar(word, style, anchor, tag) => {
                let value = scalar(interp, &word, style, tag.as_deref(), permits)?;
                if anchor > 0 {
                    anchors.insert(anchor, value.clone());
                }
                Some(value)
            }
            Event::Alias(id) => {
                let value = anchors.get(&id).cloned();
                if !permits.aliases {
                    let name = alias_name(text, nodes);
                    return Err(interp.raise("Psych::BadAlias", format!("Unknown alias: {name}")));
                }
                match value {
                    Some(value) => Some(value),
                    None => return Err(interp.raise("Psych::BadAlias", "Unknown alias")),
                }
            }
            Event::SequenceStart(anchor, _) => {
                stack.push(Open::Sequence(Vec::new(), anchor));
                None
            }
            Event::MappingStart(anchor, tag) => {
                let hash = Rc::new(RHash::default());
                if anchor > 0 {
                    anchors.insert(anchor, Value::Hash(Rc::clone(&hash)));
                }
                let object = tag
                    .as_deref()
                    .is_some_and(|tag| tag.suffix.starts_with("ruby/object"));
                if object && !permits.anything {
                    let class =
                        tag.map(|tag| tag.suffix.rsplit(':').next().unwrap_or("Object").to_owned());
                    let class = class.unwrap_or_default();
                    return Err(interp.raise(
                        "Psych::DisallowedClass",
                        format!("Tried to load unspecified class: {class}"),
                    ));
                }
                stack.push(Open::Mapping(hash, None, Vec::new()));
                None
            }
            Event::SequenceEnd => match stack.pop() {
                Some(Open::Sequence(items, anchor)) => {
                    let value = Value::array(items);
                    if anchor > 0 {
                        anchors.insert(anchor, value.clone());
                    }
                    Some(value)
                }
                _ => None,
            },
            Event::MappingEnd => match stack.pop() {
                Some(Open::Mapping(hash, _, merged)) => {
                    // Merged keys come before the mapping's own, which win.
                    if !merged.is_empty() {
                        let own = hash.pairs();
                        let old = hash.map.take();
                        drop(old);
                        for other in merged {
                            if let Value::Hash(other) = other {
                                for (key, value) in other.pairs() {
                                    hash.insert(key, value);
                                }
                            }
                        }
                        for (key, value) in own {
                            hash.insert(key, value);
                        }
                    }
                    Some(Value::Hash(hash))
                }
                _ => None,
            },
            Event::DocumentEnd if only_first && !documents.is_empty() => return Ok(documents),
            _ => None,
        };
        nodes += 1;
        let Some(value) = done else {
            continue;
        };
        if permits.freeze {
            interp.send_list(&value, "freeze", &[])?;
        }
        match stack.last_mut() {
            None => documents.push(value),
            Some(Open::Sequence(items, _)) => items.push(value),
            Some(Open::Mapping(hash, key, merged)) => match key.take() {
                None => *key = Some(value),
                Some(name) => {
                    let merge = matches!(&name, Value::Str(text) if text.is("<<"));
                    match (&value, merge) {
                        (Value::Hash(_), true) => merged.push(value),
                        (Value::Array(list), true) => {
                            let mut list = list.to_vec();
                            list.reverse();
                            merged.extend(list);
                        }
                        _ => {
                            let name = match (&name, permits.symbolize) {
                                (Value::Str(text), true) => Value::sym(&text.text()),
                                _ => name,
                            };
                            hash.insert(name, value);
                        }
                    }
                }
            },
        }
    }
    Ok(documents)
}

/// Returns the name of the first alias in a text, for the message.
fn alias_name(text: &str, _: usize) -> String {
    let at = text.lines().find_map(|line| {
        let code = line.split(" #").next().unwrap_or(line);
        let at = code
            .find(": *")
            .map(|at| at + 3)
            .or_else(|| code.find("- *").map(|at| at + 3))?;
        code.get(at..).map(str::to_owned)
    });
    let at = at.unwrap_or_default();
    at.chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect()
}

fn refused(interp: &mut Interp, class: &str) -> crate::ruby::error::Flow {
    interp.raise(
        "Psych::DisallowedClass",
        format!("Tried to load unspecified class: {class}"),
    )
}

fn scalar(
    interp: &mut Interp,
    word: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    permits: &Permits,
) -> Outcome {
    if let Some(tag) = tag {
        let suffix = tag.suffix.as_str();
        match suffix {
            "str" | "!" | "" => return Ok(Value::str(word)),
            "int" => return Ok(super::super::integer::parse_lenient(word, 10)),
            "float" => {
                let value = meaning(word);
                return Ok(match value {
                    Meaning::Value(value) => {
                        value.as_float().map_or(Value::str(word), Value::Float)
                    }
                    _ => Value::str(word),
                });
            }
            "bool" | "null" => {}
            "binary" => {
                return Ok(Value::bytes(
                    super::super::base64::decode(word).unwrap_or_default(),
                ));
            }
            "ruby/symbol" | "ruby/sym" if permits.symbols => return Ok(Value::sym(word)),
            "ruby/regexp" if permits.anything => {
                let source = word.trim_start_matches('/');
                let end = source.rfind('/').unwrap_or(source.len());
                return Ok(Value::regexp(
                    source.get(..end).unwrap_or(source),
                    Default::default(),
                ));
            }
            _ if suffix.starts_with("ruby/") => {
                let class = suffix.rsplit(['/', ':']).next().unwrap_or("Object");
                // A core class is tagged in lower case, one of a program by its name.
                let class = match class {
                    "regexp" => "Regexp",
                    "range" => "Range",
                    "struct" => "Struct",
                    other => other,
                }
                .to_owned();
                return Err(refused(interp, &class));
            }
            _ => return Ok(Value::str(word)),
        }
    } else if style != ScalarStyle::Plain {
        return Ok(Value::str(word));
    }
    match meaning(word) {
        Meaning::Value(value) => Ok(value),
        Meaning::Symbol(name) if permits.symbols => Ok(Value::sym(&name)),
        Meaning::Symbol(_) => Err(refused(interp, "Symbol")),
        Meaning::Date(year, month, day) => {
            if !permits.dates {
                return Err(refused(interp, "Date"));
            }
            interp.require("date")?;
            let object = Rc::clone(&interp.core.object);
            let class = interp
                .const_in(&object, "Date".into(), true)?
                .unwrap_or_default();
            interp.send_list(
                &class,
                "new",
                &[Value::Int(year), Value::Int(month), Value::Int(day)],
            )
        }
        Meaning::Time => {
            if !permits.times {
                return Err(refused(interp, "Time"));
            }
            let class = Value::Class(Rc::clone(&interp.core.time));
            interp.send_list(&class, "parse", &[Value::str(word)])
        }
    }
}
