//! `rove box list`.

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::boxes::{Installed, Store};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box list`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Show also what a box says of itself
    #[arg(short = 'i', long)]
    box_info: bool,
    /// Print JSON, with the folder of each box
    #[arg(long)]
    json: bool,
    /// Further words are ignored, as Vagrant does.
    #[arg(hide = true)]
    ignored: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let boxes = Store::open(&context.host).list()?;
    if args.json {
        let list: Vec<Value> = boxes.iter().map(json).collect();
        let text = serde_json::to_string_pretty(&list).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
        return Ok(0);
    }
    if boxes.is_empty() {
        context.ui.say(
            None,
            Level::Info,
            "There are no boxes yet. `rove box add NAME` fetches one; `rove up` does so by itself.",
        );
    }
    let width = boxes
        .iter()
        .map(|installed| installed.name.width())
        .max()
        .unwrap_or_default();
    for installed in &boxes {
        records(context, installed, args.box_info);
        if !context.ui.is_machine_readable() {
            context.ui.print(&row(installed, width, args.box_info));
        }
    }
    Ok(0)
}

fn json(installed: &Installed) -> Value {
    let receipt = installed.receipt().unwrap_or_default();
    json!({
        "name": installed.name,
        "provider": installed.provider,
        "version": installed.version,
        "architecture": installed.architecture,
        "directory": installed.dir,
        "read_only": installed.read_only,
        "catalog": installed.metadata_url(),
        "url": receipt.url,
        "checksum": receipt.checksum,
        "info": installed.info().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    })
}

fn row(installed: &Installed, width: usize, with_info: bool) -> String {
    let pad = " ".repeat(width.saturating_sub(installed.name.width()));
    let architecture = installed
        .architecture
        .as_ref()
        .map(|name| format!(", ({name})"))
        .unwrap_or_default();
    let mut text = format!(
        "{}{pad} ({}, {}{architecture})\n",
        installed.name, installed.provider, installed.version
    );
    if with_info {
        for (key, value) in installed.info() {
            let _ = writeln!(text, "  - {key}: {value}");
        }
    }
    text
}

fn records(context: &Context, installed: &Installed, with_info: bool) {
    let record = |kind, data: &[&str]| context.ui.record(None, kind, data);
    record("box-name", &[&installed.name]);
    record("box-provider", &[&installed.provider]);
    record("box-version", &[&installed.version]);
    if let Some(architecture) = &installed.architecture {
        record("box-architecture", &[architecture]);
    }
    if with_info {
        for (key, value) in installed.info() {
            record("box-info", &[&key, &value]);
        }
    }
}
