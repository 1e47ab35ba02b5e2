//! `rove box create`: a box of disks (V2V, P2V).

use std::path::PathBuf;

use serde_json::json;

use crate::boxes::forms::Form;
use crate::boxes::making::inside::Mark;
use crate::boxes::making::{self, Create, Figures, Made, MakeError};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

use super::du::size;

/// Arguments of `rove box create`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Disk images (qcow2, raw, VMDK, VHD, VHDX, VDI), one OVA or OVF, or a block device
    #[arg(value_name = "DISK", required = true)]
    disks: Vec<PathBuf>,
    /// Provider that the box is for: libvirt (and qemu), virtualbox, hyperv, `vmware_desktop`
    #[arg(long, value_name = "PROVIDER", default_value = "libvirt")]
    provider: String,
    /// Processors of its machines
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1024))]
    cpus: Option<u32>,
    /// Memory of its machines, in MiB
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(16..=16_777_216))]
    memory: Option<u64>,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let form = form(&args.provider)?;
    let first = &args.disks[0];
    let stem = first.file_stem().unwrap_or_default().to_string_lossy();
    let typed = args.output.clone();
    let output = typed.unwrap_or_else(|| PathBuf::from(format!("{stem}.box")));
    let request = Create {
        disks: args.disks.iter().map(|disk| host.cwd.join(disk)).collect(),
        form,
        name: stem.into_owned(),
        figures: Figures {
            cpus: args.cpus,
            memory_mib: args.memory,
        },
        output: host.cwd.join(&output),
    };
    let made = making::create(host, &request)?;
    told(context, &made, form, &output, args.json);
    Ok(0)
}

/// Returns the form of a provider's boxes.
pub(super) fn form(provider: &str) -> Result<Form> {
    let unknown = || MakeError::NoForm {
        provider: provider.to_owned(),
    };
    Ok(Form::of(provider).ok_or_else(unknown)?)
}

/// Shows what was made, and the check-list of what was found inside.
pub(super) fn told(
    context: &Context,
    made: &Made,
    form: Form,
    output: &std::path::Path,
    as_json: bool,
) {
    context.ui.settle();
    if as_json {
        let findings = made.findings.iter().map(|finding| {
            json!({
                "what": finding.what, "text": finding.text,
                "warning": finding.mark == Mark::Warning,
            })
        });
        let disks = made.disks.iter();
        let answer = json!({
            "format": 1, "file": output, "provider": form.provider(),
            "disks": disks.map(|(name, bytes)| json!({"name": name, "bytes": bytes})).collect::<Vec<_>>(),
            "findings": findings.collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&answer).expect("plain data always becomes JSON");
        context.ui.print_data(&(text + "\n"));
        return;
    }
    for (name, bytes) in &made.disks {
        let text = format!("  {:<15}  {name}, {}", "disk", size(*bytes));
        context.ui.say(None, Level::Output, &text);
    }
    for finding in &made.findings {
        let (sign, level) = match finding.mark {
            Mark::Good => (' ', Level::Output),
            Mark::Warning => ('!', Level::Warn),
        };
        let text = format!("{sign} {:<15}  {}", finding.what, finding.text);
        context.ui.say(None, level, &text);
    }
    let text = format!(
        "Wrote a box for {} to `{}`; `rove box add {} --name NAME` takes it.",
        form.provider(),
        output.display(),
        crate::op::quote(&output.to_string_lossy())
    );
    context.ui.say(None, Level::Success, &text);
}
