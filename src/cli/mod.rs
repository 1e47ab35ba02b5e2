//! The command line: a file per command, each with the arguments that can be
//! typed and one function that calls `lab/` or `boxes/` and shows the answer.
//!
//! Reading order: [`run`], [`Command`] (the table of contents), `global` (flags
//! of every command), then any command.

use std::ffi::OsString;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use crate::error::Result;
use crate::host::{Cancel, Env, Host, SystemClock, Terminal};
use crate::ui::{TracingRunner, Ui};

mod r#box;
mod completion;
mod global;
mod help;
mod init;
mod usage;
mod version;
mod welcome;

/// Everything a command works with.
struct Context {
    host: Host,
    ui: Ui,
}

/// The tree that `clap` parses.
#[derive(Debug, clap::Parser)]
#[command(
    name = "rove",
    about = "Builds the lab that a Vagrantfile describes",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    infer_long_args = true
)]
struct Tree {
    /// Taken out before the parser sees them; here for help and completion.
    #[command(flatten)]
    flags: global::Flags,
    #[command(subcommand)]
    command: Command,
}

/// All commands, in the order of the alphabet.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add, list and remove boxes
    #[command(subcommand)]
    Box(r#box::Command),
    /// Print a completion script for a shell
    Completion(completion::Args),
    /// Print help for a command
    Help(help::Args),
    /// Write a Vagrantfile
    Init(init::Args),
    /// Print the version
    Version(version::Args),
}

impl Command {
    fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::Box(command) => command.run(context),
            Self::Completion(args) => completion::run(context, args),
            Self::Help(args) => Ok(help::run(&context.ui, &args.command)),
            Self::Init(args) => init::run(context, args),
            Self::Version(args) => version::run(context, args),
        }
    }
}

/// Runs the command line `args` (without the program's name) and returns the
/// exit code.
pub(crate) fn run(args: Vec<OsString>) -> i32 {
    let (flags, rest) = global::Flags::extract(args);
    let clock = Arc::new(SystemClock::new(Cancel::new()));
    let ui = Ui::new(
        flags.ui_options(),
        &Env::system(),
        Terminal::detect(),
        clock,
    );
    match answer(&ui, flags, rest) {
        Ok(code) => {
            ui.settle();
            code
        }
        Err((failure, cwd)) => ui.failure(&failure, cwd.as_deref()),
    }
}

type Ended = (crate::error::Failure, Option<std::path::PathBuf>);

fn answer(ui: &Ui, flags: global::Flags, rest: Vec<OsString>) -> Result<i32, Ended> {
    if flags.version {
        return Ok(version::print(ui));
    }
    let words: Vec<String> = rest
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if flags.help {
        return Ok(if words.is_empty() {
            help::print_all(ui);
            0
        } else {
            help::run(ui, &words)
        });
    }
    let Some(first) = words.first() else {
        let cwd = crate::host::files::current_dir().ok();
        return Ok(welcome::print(ui, cwd.as_deref()));
    };
    if !first.starts_with('-') && !usage::is_command(first) {
        return Ok(help::unknown(ui, first));
    }
    let typed = std::iter::once(OsString::from("rove")).chain(rest);
    let tree = Tree::command()
        .try_get_matches_from(typed)
        .and_then(|matches| Tree::from_arg_matches(&matches))
        .map_err(|error| (usage::explain(&error, &words).into(), None))?;
    let host = host(ui, flags).map_err(|failure| (failure, None))?;
    let cwd = host.cwd.clone();
    let context = Context {
        host,
        ui: ui.clone(),
    };
    tree.command
        .run(&context)
        .map_err(|failure| (failure, Some(cwd)))
}

fn host(ui: &Ui, flags: global::Flags) -> Result<Host> {
    let mut host = Host::system()?.with_listener(Arc::new(ui.clone()));
    host.cancel.on_signals();
    if flags.ui_options().debug {
        host.runner = Arc::new(TracingRunner::new(host.runner.clone(), ui.clone()));
    }
    Ok(host)
}

#[cfg(test)]
mod tests;
