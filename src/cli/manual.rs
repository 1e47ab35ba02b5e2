//! `rove man`: manual pages, and the reference `docs/commands.md`, both made from
//! the tree that the parser uses, so that they cannot say anything else.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Command, CommandFactory};

use crate::error::{Bug, Result};
use crate::event::Level;
use crate::host::files;

use super::{Context, Tree, help};

/// Arguments of `rove man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "To read one: rove man box add | man -l -\n\
To install all: rove man --dir /usr/local/share/man/man1")]
pub(super) struct Args {
    /// Command to print the page of; rove itself if there is none
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
    /// Print docs/commands.md
    #[arg(long, hide = true)]
    markdown: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.markdown {
        context.ui.print_data(&markdown());
        return Ok(0);
    }
    let Some(dir) = &args.dir else {
        let Some(command) = named(&args.command) else {
            let compat = context.host.env.is_compat();
            return Ok(help::unknown(&context.ui, &args.command.join(" "), compat));
        };
        context.ui.print_data(&page(command)?);
        return Ok(0);
    };
    let dir = context.host.cwd.join(dir);
    let pages = every_command();
    for command in &pages {
        let name = format!("{}.1", command.get_name().replace(' ', "-"));
        files::write_atomic(&dir.join(name), page(command.clone())?.as_bytes())?;
    }
    let text = format!("Wrote {} pages to `{}`.", pages.len(), dir.display());
    context.ui.say(None, Level::Info, &text);
    Ok(0)
}

/// Returns the command that `words` name.
fn named(words: &[String]) -> Option<Command> {
    let name = format!("rove {}", words.join(" "));
    every_command()
        .into_iter()
        .find(|command| command.get_name() == name.trim_end())
}

/// Returns rove and all its commands, each under its full name: `rove box add`.
/// Subcommands follow their group.
fn every_command() -> Vec<Command> {
    fn add(command: &Command, above: &str, all: &mut Vec<Command>) {
        let name = format!("{above} {}", command.get_name()).trim().to_owned();
        all.push(command.clone().name(name.clone()).bin_name(name.clone()));
        for below in command.get_subcommands() {
            add(below, &name, all);
        }
    }
    let mut all = Vec::new();
    add(&Tree::command(), "", &mut all);
    all
}

/// Returns the page of a command in the language of `man`.
fn page(command: Command) -> Result<String> {
    let name = command.get_name().to_owned();
    let is_rove = name == "rove";
    let mut command = command.disable_help_flag(true).disable_version_flag(true);
    if !is_rove {
        let more = command.get_after_help().map(ToString::to_string);
        let more = more.unwrap_or_default();
        command = command.after_help(format!("{more}\nFlags of every command: see rove(1)."));
    }
    let title = name.replace(' ', "-");
    let man = clap_mangen::Man::new(command)
        .title(title)
        .section("1")
        .manual("rove")
        .source(concat!("rove ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error| Bug {
        what: error.to_string(),
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Returns `docs/commands.md`.
fn markdown() -> String {
    let mut text = String::from(
        "# Commands\n\n\
Made from the program: `rove man --markdown`. A test holds it against the program; to bring it\n\
up to date, run `ROVE_UPDATE_DOCS=1 cargo test --test it help`. The same as manual pages:\n\
`rove man --dir DIR`, which `make install` does.\n\n\
Where a command takes machines, it takes names, the beginning of an id (from any folder) and\n\
`/patterns/`; all machines where none is named.\n\n\
## Flags for every command\n\n```text\n",
    );
    text.push_str(&help::global_flags(&[]));
    text.push_str("```\n");
    for command in every_command().iter().skip(1) {
        let name = command.get_name();
        let level = "#".repeat(name.split(' ').count().min(4));
        let about = command.get_about().map(ToString::to_string);
        let _ = write!(text, "\n{level} {name}\n\n{}.\n", about.unwrap_or_default());
        if command.has_subcommands() {
            continue;
        }
        let usage = help::usage_line(name, command);
        let taken = help::arguments_and_flags(command);
        let _ = write!(text, "\n```text\n{usage}\n{taken}```\n");
        if let Some(more) = command.get_after_help() {
            let _ = write!(text, "\n```text\n{more}\n```\n");
        }
    }
    text
}
