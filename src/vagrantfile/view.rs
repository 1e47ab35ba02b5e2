//! What `rove config` prints: plain JSON with the merged, finalized
//! configuration of every machine. `docs/` describes its shape.

use serde_json::{Map, Value, json};

use super::LoadError;
use crate::config::{self, Lab, MachineConfig};
use crate::error::Failure;
use crate::ruby;

/// Version of the shape.
const FORMAT: u32 = 1;

/// Member with what was said to sections of plugins.
const PLUGINS: &str = "plugins";

/// Returns a lab as JSON.
pub fn view(lab: &Lab) -> Value {
    let mut view = json!({
        "format": FORMAT,
        "ok": true,
        "primary": lab.primary,
        "machines": lab.machines.iter().map(machine).collect::<Vec<_>>(),
    });
    // Beside the machines: a machine has the members that Vagrant's have.
    let plugins: Map<String, Value> = lab.machines.iter().filter_map(plugins).collect();
    if let (Some(view), false) = (view.as_object_mut(), plugins.is_empty()) {
        view.insert(PLUGINS.to_owned(), Value::Object(plugins));
    }
    view
}

fn machine(machine: &MachineConfig) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(machine.name));
    object.insert("primary".to_owned(), json!(machine.primary));
    object.insert("autostart".to_owned(), json!(machine.autostart));
    object.insert("provider".to_owned(), json!(machine.provider));
    object.insert("providers".to_owned(), json!(machine.providers));
    for (name, section) in machine.sections.iter().filter(|(name, _)| name != PLUGINS) {
        object.insert(name.clone(), json(section));
    }
    Value::Object(object)
}

/// Returns what was said to sections that rove does not know, with the machine.
fn plugins(machine: &MachineConfig) -> Option<(String, Value)> {
    let (_, said) = machine.sections.iter().find(|(name, _)| name == PLUGINS)?;
    let said = json(said);
    let is_empty = said.as_object().is_none_or(Map::is_empty);
    (!is_empty).then(|| (machine.name.clone(), said))
}

/// Returns a value of a configuration as JSON.
fn json(value: &config::Value) -> Value {
    // Only a float that is no number (`0.0 / 0`) has no JSON.
    serde_json::to_value(value).unwrap_or_default()
}

/// Returns why a lab did not load, in the same shape; `None` where the failure
/// is not about a Vagrantfile.
pub fn view_of_error(failure: &Failure) -> Option<Value> {
    let error = failure.downcast_ref::<LoadError>()?;
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(error.category()));
    let cause = match error {
        LoadError::Ruby(stopped) => Some(&stopped.error),
        _ => None,
    };
    match cause {
        Some(ruby::Error::Raised(report)) => {
            object.insert("class".to_owned(), json!(report.class));
            object.insert("message".to_owned(), json!(report.message));
        }
        Some(ruby::Error::Exit {
            status, message, ..
        }) => {
            object.insert("status".to_owned(), json!(status));
            object.insert(
                "message".to_owned(),
                json!(message.as_deref().unwrap_or("")),
            );
        }
        _ => {
            object.insert("message".to_owned(), json!(error.to_string()));
        }
    }
    if let Some(span) = crate::error::Explain::at(error) {
        let path = match error {
            LoadError::Ruby(stopped) => span.path().strip_prefix(&stopped.root),
            _ => Ok(span.path()),
        };
        let at = format!("{}:{}", path.unwrap_or(span.path()).display(), span.line());
        object.insert("at".to_owned(), json!(at));
    }
    Some(json!({ "format": FORMAT, "ok": false, "error": object }))
}
