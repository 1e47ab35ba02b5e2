//! `rove box du`: how much room boxes take.

use std::fmt::Write as _;

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::boxes::{Store, usage};
use crate::cli::Context;
use crate::error::Result;

/// Arguments of `rove box du`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Print JSON, in bytes
    #[arg(long)]
    json: bool,
}

/// Returns a size for people, in powers of 1024.
pub(super) fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        return format!("{bytes} B");
    }
    format!("{value:.1} {}", units[unit])
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let store = Store::open(&context.host);
    let boxes = usage(&store)?;
    if args.json {
        let list: Vec<_> = boxes
            .iter()
            .map(|usage| {
                json!({
                    "name": usage.installed.name,
                    "version": usage.installed.version,
                    "provider": usage.installed.provider,
                    "architecture": usage.installed.architecture,
                    "length": usage.length,
                    "used": usage.used,
                    "shared": usage.shared,
                    "converted": usage.converted,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&list).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
        return Ok(0);
    }
    let mut rows = vec![["ON DISK", "SHARED", "CONVERTED", "BOX"].map(str::to_owned)];
    let mut total = 0;
    for usage in &boxes {
        total += usage.used - usage.shared + usage.converted;
        let installed = &usage.installed;
        rows.push([
            size(usage.used),
            size(usage.shared),
            size(usage.converted),
            format!(
                "{} {} ({})",
                installed.name, installed.version, installed.provider
            ),
        ]);
    }
    rows.push([
        size(total),
        String::new(),
        String::new(),
        "in all".to_owned(),
    ]);
    let mut text = String::new();
    for row in &rows {
        let [used, shared, converted, name] = row;
        let cell = |cell: &str| format!("{}{cell}  ", " ".repeat(10 - cell.width().min(10)));
        let _ = writeln!(
            text,
            "{}{}{}{name}",
            cell(used),
            cell(shared),
            cell(converted)
        );
    }
    context.ui.print(&text);
    Ok(0)
}
