//! Commands whose work rove cannot do, or not yet: they have their final
//! arguments and say precisely what is missing and what to do instead. Also the
//! tables that such commands are declared with.

use clap::{Arg, ArgAction, Command};

use crate::error::{Explain, Kind};

/// What rove does not have.
#[derive(Debug, thiserror::Error)]
#[error("`rove {command}` cannot work: {reason}")]
pub(super) struct Missing {
    /// The command, with its subcommands.
    pub command: String,
    /// What is missing, as a clause.
    pub reason: String,
    /// What to type or set instead.
    pub instead: Vec<String>,
}

impl Explain for Missing {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        self.instead.clone()
    }
}

/// A flag of a command in a table.
pub(super) struct Flag {
    short: Option<char>,
    long: &'static str,
    /// Name of its value; a switch where `None`.
    value: Option<&'static str>,
    /// Its `--no-` form, where it has one.
    no: Option<&'static str>,
    help: &'static str,
}

/// Returns a flag that is on or off.
pub(super) const fn switch(short: Option<char>, long: &'static str, help: &'static str) -> Flag {
    Flag {
        short,
        long,
        value: None,
        no: None,
        help,
    }
}

/// Returns a switch with a `--no-` form.
pub(super) const fn pair(
    short: Option<char>,
    long: &'static str,
    no: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        no: Some(no),
        ..switch(short, long, help)
    }
}

/// Returns a flag with a value.
pub(super) const fn value(
    short: Option<char>,
    long: &'static str,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        value: Some(value),
        ..switch(short, long, help)
    }
}

/// A command in a table.
pub(super) struct Entry {
    /// Name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its words: `NAME` is required, `[NAME]` is not, `NAME…` takes several.
    pub words: &'static [(&'static str, &'static str)],
    /// Its flags.
    pub flags: &'static [Flag],
    /// Its subcommands.
    pub subcommands: &'static [Entry],
}

impl Entry {
    /// Returns the command for the parser.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(self.name)
            .about(self.about)
            .disable_help_subcommand(true);
        for (index, (word, help)) in self.words.iter().enumerate() {
            let optional = word.starts_with('[');
            let several = word.contains('…');
            let name = word.trim_matches(['[', ']', '…']);
            let mut arg = Arg::new(*word)
                .index(index + 1)
                .value_name(name)
                .help(*help)
                .required(!optional);
            if several {
                arg = arg.num_args(1..).action(ArgAction::Append);
            }
            command = command.arg(arg);
        }
        for flag in self.flags {
            let mut arg = Arg::new(flag.long).long(flag.long).help(flag.help);
            if let Some(short) = flag.short {
                arg = arg.short(short);
            }
            arg = match flag.value {
                Some(name) => arg.value_name(name),
                None => arg.action(ArgAction::SetTrue),
            };
            if let Some(no) = flag.no {
                arg = arg.overrides_with(no);
                command = command.arg(
                    Arg::new(no)
                        .long(no)
                        .hide(true)
                        .action(ArgAction::SetTrue)
                        .overrides_with(flag.long),
                );
            }
            command = command.arg(arg);
        }
        if !self.subcommands.is_empty() {
            command = command
                .subcommand_required(true)
                .subcommands(self.subcommands.iter().map(Self::command));
        }
        command
    }
}
