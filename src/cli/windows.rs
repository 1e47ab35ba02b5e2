//! `rove winrm`, `winrm-config`, `powershell` and `rdp`: commands for Windows
//! guests that are reached by WinRM.

use crate::error::Result;
use crate::lab;

use super::Context;
use super::later::Missing;

/// Arguments of `rove winrm`.
#[derive(Debug, clap::Args)]
pub(super) struct Winrm {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Run this command (may be repeated)
    #[arg(short, long, value_name = "COMMAND")]
    command: Vec<String>,
    /// Run it with the administrator's rights
    #[arg(short, long)]
    elevated: bool,
    /// Shell for the command: powershell or cmd
    #[arg(short, long, value_name = "SHELL", value_parser = ["powershell", "cmd"])]
    shell: Option<String>,
}

/// Arguments of `rove winrm-config`.
#[derive(Debug, clap::Args)]
pub(super) struct WinrmConfig {
    /// Names of machines; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Name of the block instead of the machine's
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

/// Arguments of `rove powershell`.
#[derive(Debug, clap::Args)]
pub(super) struct Powershell {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Run this command
    #[arg(short, long, value_name = "COMMAND")]
    command: Option<String>,
    /// Run it with the administrator's rights
    #[arg(short, long)]
    elevated: bool,
    /// Further arguments for PowerShell
    #[arg(value_name = "ARGUMENTS", last = true)]
    arguments: Vec<String>,
}

/// Arguments of `rove rdp`.
#[derive(Debug, clap::Args)]
pub(super) struct Rdp {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Further arguments for the remote desktop client
    #[arg(value_name = "ARGUMENTS", last = true)]
    arguments: Vec<String>,
}

/// Ends as it must while rove does not speak WinRM: first by what is wrong with
/// the lab, then by what rove lacks.
fn refuse(context: &Context, command: &str, target: Option<&String>) -> Result<i32> {
    let chosen = lab::chosen(&context.host, target.map(String::as_str), None)?;
    let machine = &chosen.machine;
    Err(Missing {
        command: command.to_owned(),
        reason: if chosen.communicator == "winrm" {
            format!("`{machine}` is reached by WinRM, which rove does not speak yet")
        } else {
            format!(
                "it is for Windows guests reached by WinRM, and `{machine}` is reached by {}",
                chosen.communicator
            )
        },
        instead: vec![
            format!("log in by SSH, which Windows has as a feature too: `rove ssh {machine}`"),
            "name the communicator: `config.vm.communicator = \"ssh\"`".to_owned(),
        ],
    }
    .into())
}

pub(super) fn winrm(context: &Context, args: &Winrm) -> Result<i32> {
    refuse(context, "winrm", args.machine.as_ref())
}

pub(super) fn winrm_config(context: &Context, args: &WinrmConfig) -> Result<i32> {
    if args.machines.is_empty() {
        lab::require_providers(&context.host)?;
    }
    refuse(context, "winrm-config", args.machines.first())
}

pub(super) fn powershell(context: &Context, args: &Powershell) -> Result<i32> {
    refuse(context, "powershell", args.machine.as_ref())
}

pub(super) fn rdp(context: &Context, args: &Rdp) -> Result<i32> {
    refuse(context, "rdp", args.machine.as_ref())
}
