//! `rove config`: the merged, finalized configuration, as data.

use serde_json::{Map, Value, json};

use crate::config::{Lab, MachineConfig};
use crate::error::{Bug, Result};
use crate::lab;

use super::Context;

/// Arguments of `rove config`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "yaml")]
    json: bool,
    /// Print YAML; the default
    #[arg(long)]
    yaml: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let lab = lab::config(&context.host, &args.machines)?;
    let view = view(&lab);
    let text = if args.json {
        format!("{view:#}\n")
    } else {
        serde_yaml::to_string(&view).map_err(|error| Bug {
            what: format!("the configuration cannot be written as YAML: {error}"),
        })?
    };
    context.ui.print_data(&text);
    Ok(0)
}

/// Returns the lab as one object: see `docs/formats.md` for its members.
fn view(lab: &Lab) -> Value {
    let machines: Vec<Value> = lab.machines.iter().map(machine).collect();
    json!({
        "format": 1,
        "ok": true,
        "primary": lab.primary,
        "machines": machines,
    })
}

fn machine(machine: &MachineConfig) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(machine.name));
    members.insert("primary".to_owned(), json!(machine.primary));
    members.insert("autostart".to_owned(), json!(machine.autostart));
    members.insert("provider".to_owned(), json!(machine.provider));
    members.insert("providers".to_owned(), json!(machine.providers));
    for (section, value) in &machine.sections {
        members.insert(section.clone(), json!(value));
    }
    Value::Object(members)
}
