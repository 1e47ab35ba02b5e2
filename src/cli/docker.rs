//! `rove docker-exec`, `docker-logs` and `docker-run`: commands for machines that
//! are containers.

use crate::error::Result;
use crate::lab;

use super::Context;
use super::later::Missing;

/// Arguments of `rove docker-exec`.
#[derive(Debug, clap::Args)]
pub(super) struct Exec {
    /// Names of machines; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Command to run in the container
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<String>,
    /// Do not wait for the command
    #[arg(long, overrides_with = "no_detach")]
    detach: bool,
    #[arg(long, hide = true, overrides_with = "detach")]
    no_detach: bool,
    /// Hand on standard input
    #[arg(short, long, overrides_with = "no_interactive")]
    interactive: bool,
    #[arg(long, hide = true, overrides_with = "interactive")]
    no_interactive: bool,
    /// Ask for a terminal in the container
    #[arg(short, long)]
    tty: bool,
    /// User to run as
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Put the machine's name before every line
    #[arg(long, overrides_with = "no_prefix")]
    prefix: bool,
    #[arg(long, hide = true, overrides_with = "prefix")]
    no_prefix: bool,
}

/// Arguments of `rove docker-logs`.
#[derive(Debug, clap::Args)]
pub(super) struct Logs {
    /// Names of machines; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Go on as lines come in
    #[arg(long, overrides_with = "no_follow")]
    follow: bool,
    #[arg(long, hide = true, overrides_with = "follow")]
    no_follow: bool,
    /// Put the machine's name before every line
    #[arg(long, overrides_with = "no_prefix")]
    prefix: bool,
    #[arg(long, hide = true, overrides_with = "prefix")]
    no_prefix: bool,
}

/// Arguments of `rove docker-run`.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// Names of machines; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Command to run in a container of its own
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<String>,
    /// Do not wait for the command
    #[arg(long, overrides_with = "no_detach")]
    detach: bool,
    #[arg(long, hide = true, overrides_with = "detach")]
    no_detach: bool,
    /// Ask for a terminal in the container
    #[arg(short, long)]
    tty: bool,
    /// Remove the container afterwards
    #[arg(short, long, overrides_with = "no_rm")]
    rm: bool,
    #[arg(long, hide = true, overrides_with = "rm")]
    no_rm: bool,
}

/// Ends as it must while rove has no provider for containers: first by what is
/// wrong with the lab, then by what rove lacks.
fn refuse(
    context: &Context,
    command: &str,
    target: Option<&String>,
    provider: Option<&str>,
) -> Result<i32> {
    let chosen = lab::chosen(&context.host, target.map(String::as_str), provider)?;
    Err(Missing {
        command: command.to_owned(),
        reason: format!(
            "it is for containers, and `{}` is made with `{}`",
            chosen.machine, chosen.provider
        ),
        instead: vec![format!(
            "run a command in the machine: `rove ssh {} -c COMMAND`",
            chosen.machine
        )],
    }
    .into())
}

pub(super) fn exec(context: &Context, args: &Exec) -> Result<i32> {
    refuse(
        context,
        "docker-exec",
        args.machines.first(),
        Some("docker"),
    )
}

pub(super) fn logs(context: &Context, args: &Logs) -> Result<i32> {
    refuse(context, "docker-logs", args.machines.first(), None)
}

pub(super) fn run(context: &Context, args: &Run) -> Result<i32> {
    refuse(context, "docker-run", args.machines.first(), Some("docker"))
}
