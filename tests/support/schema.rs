//! Holds a value against a JSON Schema, as far as the schemas in `docs/schema`
//! use the language (draft 2020-12). A keyword that is not known here is a
//! fault, so that nothing is taken as checked which is not.

use serde_json::Value;

/// Keywords that assert nothing.
const SILENT: &[&str] = &["$schema", "$id", "$defs", "title", "description", "then"];

/// A schema.
pub(crate) struct Schema(Value);

impl Schema {
    /// Returns the schema in a text.
    pub(crate) fn new(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("a schema is JSON"))
    }

    /// Returns where and how `value` breaks the schema; nothing if it does not.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.0, value, "", &mut faults);
        faults
    }

    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let mut faults = Vec::new();
        self.check(schema, value, "", &mut faults);
        faults.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let Some(keywords) = schema.as_object() else {
            if schema == &Value::Bool(false) {
                faults.push(format!("{at}: may not be there"));
            }
            return;
        };
        for (keyword, wanted) in keywords {
            let fault = self.keyword(keyword, wanted, schema, value, at, faults);
            if let Some(fault) = fault {
                faults.push(format!("{at}: {fault}"));
            }
        }
    }

    fn keyword(
        &self,
        keyword: &str,
        wanted: &Value,
        schema: &Value,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) -> Option<String> {
        let members = value.as_object();
        let items = value.as_array();
        let each = wanted.as_array().map_or(&[][..], Vec::as_slice);
        match keyword {
            "$ref" => {
                let pointer = wanted.as_str()?.trim_start_matches('#');
                let Some(target) = self.0.pointer(pointer) else {
                    return Some(format!("{wanted} leads nowhere"));
                };
                self.check(target, value, at, faults);
            }
            "type" => {
                let one = [wanted.clone()];
                let kinds = if each.is_empty() { &one[..] } else { each };
                if !kinds.iter().any(|kind| is_a(value, kind)) {
                    return Some(format!("{value} is no {wanted}"));
                }
            }
            "const" if wanted != value => return Some(format!("{value} is not {wanted}")),
            "enum" if !each.contains(value) => return Some(format!("{value} is not listed")),
            "const" | "enum" => {}
            // The only pattern in use: an end that is a colon and digits.
            "pattern" => {
                assert_eq!(wanted, ":[0-9]+$", "a pattern that is not known here");
                let (_, digits) = value.as_str()?.rsplit_once(':').unwrap_or_default();
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Some(format!("{value} does not match"));
                }
            }
            "minItems" if (items?.len() as u64) < wanted.as_u64()? => {
                return Some("too few items".to_owned());
            }
            "maxItems" if items?.len() as u64 > wanted.as_u64()? => {
                return Some("too many items".to_owned());
            }
            "minItems" | "maxItems" => {}
            "required" => {
                let missing = each.iter().find(|name| {
                    name.as_str().is_some_and(|name| {
                        members.is_some_and(|members| !members.contains_key(name))
                    })
                });
                return missing.map(|name| format!("{name} is missing"));
            }
            "properties" => {
                for (name, schema) in wanted.as_object()? {
                    if let Some(member) = members?.get(name) {
                        self.check(schema, member, &format!("{at}/{name}"), faults);
                    }
                }
            }
            "additionalProperties" => {
                for (name, member) in members? {
                    if schema["properties"].get(name).is_none() {
                        self.check(wanted, member, &format!("{at}/{name}"), faults);
                    }
                }
            }
            "prefixItems" => {
                for (index, (schema, item)) in each.iter().zip(items?).enumerate() {
                    self.check(schema, item, &format!("{at}/{index}"), faults);
                }
            }
            "items" => {
                for (index, item) in items?.iter().enumerate() {
                    self.check(wanted, item, &format!("{at}/{index}"), faults);
                }
            }
            "allOf" => each
                .iter()
                .for_each(|schema| self.check(schema, value, at, faults)),
            "anyOf" if !each.iter().any(|schema| self.holds(schema, value)) => {
                return Some(format!("{value} is none of the kinds"));
            }
            "anyOf" => {}
            "oneOf" => {
                let holding = each.iter().filter(|schema| self.holds(schema, value));
                let count = holding.count();
                if count == 0 {
                    // Say what is wrong with the form that it comes nearest to.
                    let nearest = each.iter().map(|schema| {
                        let mut inner = Vec::new();
                        self.check(schema, value, at, &mut inner);
                        inner
                    });
                    faults.extend(nearest.min_by_key(Vec::len).unwrap_or_default());
                } else if count > 1 {
                    return Some("it is of several kinds".to_owned());
                }
            }
            "if" => {
                if self.holds(wanted, value) {
                    self.check(&schema["then"], value, at, faults);
                }
            }
            silent if SILENT.contains(&silent) => {}
            other => panic!("`{other}` is not checked here"),
        }
        None
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}
