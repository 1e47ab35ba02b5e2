//! `rove ssh`: the system's `ssh` on this terminal, or one command in the
//! guest, whose exit status becomes ours.

use crate::communicators::ssh::{self as system_ssh, ProgramOptions};
use crate::error::Result;
use crate::host::{Exit, Package, require_program};
use crate::lab;

use super::Context;
use super::outcome::EndedBySignal;

const SSH: Package = Package {
    program: "ssh",
    debian: "openssh-client",
    fedora: "openssh-clients",
    homebrew: "openssh",
};

/// Arguments of `rove ssh`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the machine; the primary one if there is none
    #[arg(value_name = "MACHINE")]
    machine: Option<String>,
    /// Run this command, print its output and end with its status
    #[arg(short, long, value_name = "COMMAND")]
    command: Option<String>,
    /// Leave user and keys to your own ssh configuration
    #[arg(short, long)]
    plain: bool,
    /// Ask for a terminal in the guest; on by default
    #[arg(short, long)]
    tty: bool,
    /// Further arguments for the ssh program
    #[arg(value_name = "SSH ARGUMENTS", last = true)]
    ssh_arguments: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let info = lab::ssh_info(&context.host, args.machine.as_deref())?;
    let program = require_program(&context.host, &SSH, "to log in to machines")?;
    let extra = match &args.command {
        // Without a terminal of our own there is none to hand on.
        Some(command) => system_ssh::command_arguments(
            &info.connection.ssh,
            &args.ssh_arguments,
            args.tty || context.ui.has_terminal(),
            command,
        ),
        None => args.ssh_arguments.clone(),
    };
    let options = ProgramOptions {
        plain: args.plain,
        extra,
        ..ProgramOptions::default()
    };
    if !options.plain {
        system_ssh::require_keys(&info.connection.ssh)?;
    }
    let cmd = system_ssh::program(&info.connection, &program, &options);
    match context.host.runner.run_attached(&cmd)? {
        Exit::Code(code) => Ok(code),
        Exit::Signal(signal) => Err(EndedBySignal {
            program: "ssh".to_owned(),
            signal,
        }
        .into()),
        Exit::TimedOut => Ok(1),
    }
}
