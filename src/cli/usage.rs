//! A command line that cannot be understood: the parser's complaint in our
//! words, with the nearest known flag. Exit code 1, as Vagrant's, not clap's 2.

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::{Explain, Kind};
use crate::source::nearest;

use super::Tree;

/// What is wrong with the command line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UsageError {
    /// A flag that the command does not have.
    #[error("unknown flag `{flag}` for `{command}`")]
    UnknownFlag {
        flag: String,
        nearest: Option<String>,
        command: String,
    },
    /// More arguments than the command takes.
    #[error("`{command}` takes no argument `{argument}`")]
    ExtraArgument { argument: String, command: String },
    /// An argument is missing.
    #[error("`{command}` needs {what}")]
    Missing { what: String, command: String },
    /// A flag without its value.
    #[error("flag `{flag}` of `{command}` needs a value")]
    NoValue { flag: String, command: String },
    /// A value that the flag does not take.
    #[error("`{value}` is no value for `{flag}` of `{command}`")]
    BadValue {
        value: String,
        flag: String,
        known: Vec<String>,
        command: String,
    },
    /// A subcommand that there is not.
    #[error("`{command}` has no subcommand `{word}`")]
    UnknownSubcommand {
        word: String,
        nearest: Option<String>,
        command: String,
    },
    /// No subcommand.
    #[error("`{command}` needs a subcommand: {}", known.join(", "))]
    NoSubcommand { known: Vec<String>, command: String },
    /// Anything else, in the parser's words.
    #[error("{what}")]
    Other { what: String, command: String },
}

impl UsageError {
    fn command(&self) -> &str {
        match self {
            Self::UnknownFlag { command, .. }
            | Self::ExtraArgument { command, .. }
            | Self::Missing { command, .. }
            | Self::NoValue { command, .. }
            | Self::BadValue { command, .. }
            | Self::UnknownSubcommand { command, .. }
            | Self::NoSubcommand { command, .. }
            | Self::Other { command, .. } => command,
        }
    }
}

impl Explain for UsageError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        match self {
            Self::UnknownFlag {
                nearest: Some(near),
                ..
            }
            | Self::UnknownSubcommand {
                nearest: Some(near),
                ..
            } => hints.push(format!("did you mean `{near}`?")),
            Self::BadValue { known, .. } if !known.is_empty() => {
                hints.push(format!("it is one of: {}", known.join(", ")));
            }
            _ => {}
        }
        hints.push(format!("`{} --help` shows what it takes", self.command()));
        hints
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } | Self::ExtraArgument { .. } => "Vagrant::Errors::CLIInvalidUsage",
            _ => "Vagrant::Errors::CLIInvalidOptions",
        })
    }
}

/// Returns whether there is a command of this name.
pub(super) fn is_command(word: &str) -> bool {
    Tree::command().find_subcommand(word).is_some()
}

/// Returns the command nearest to a mistyped one.
pub(super) fn nearest_command(word: &str) -> Option<String> {
    let tree = Tree::command();
    nearest(word, tree.get_subcommands().map(clap::Command::get_name)).map(str::to_owned)
}

/// Returns the parser's error in our words. `words` is what was typed.
pub(super) fn explain(error: &clap::Error, words: &[String]) -> UsageError {
    let (command, tree) = typed_command(words);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(" ")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let flags: Vec<String> = tree
                .get_arguments()
                .filter_map(|arg| arg.get_long().map(|long| format!("--{long}")))
                .collect();
            UsageError::UnknownFlag {
                nearest: nearest(&argument, flags.iter().map(String::as_str)).map(str::to_owned),
                flag: argument,
                command,
            }
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues => UsageError::ExtraArgument {
            argument: text(ContextKind::InvalidValue).unwrap_or(argument),
            command,
        },
        ErrorKind::MissingRequiredArgument => UsageError::Missing {
            what: required(&argument),
            command,
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let flag = argument.split(' ').next().unwrap_or_default().to_owned();
            let value = text(ContextKind::InvalidValue).unwrap_or_default();
            if value.is_empty() {
                return UsageError::NoValue { flag, command };
            }
            UsageError::BadValue {
                value,
                flag,
                known: match error.get(ContextKind::ValidValue) {
                    Some(ContextValue::Strings(known)) => known.clone(),
                    _ => Vec::new(),
                },
                command,
            }
        }
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            let known = tree.get_subcommands().map(clap::Command::get_name);
            UsageError::UnknownSubcommand {
                nearest: nearest(&word, known).map(str::to_owned),
                word,
                command,
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            UsageError::NoSubcommand {
                known: tree
                    .get_subcommands()
                    .map(|sub| sub.get_name().to_owned())
                    .collect(),
                command,
            }
        }
        _ => {
            let whole = error.to_string();
            let first = whole.lines().next().unwrap_or_default();
            UsageError::Other {
                what: first.trim_start_matches("error: ").replace('\'', "`"),
                command,
            }
        }
    }
}

/// Returns the name of an argument that is missing: of `<MACHINE] [NAME>...`, where
/// the first word may be left out, the last one.
fn required(argument: &str) -> String {
    let name = argument.replace(['<', '>'], "").replace("...", "");
    match name.rsplit_once("] [") {
        Some((_, last)) => last.to_owned(),
        None => name,
    }
}

/// Returns the command that was typed, as far as it is one, with its tree.
fn typed_command(words: &[String]) -> (String, clap::Command) {
    let mut tree = Tree::command();
    let mut name = "rove".to_owned();
    for word in words {
        let Some(sub) = tree.find_subcommand(word) else {
            break;
        };
        name = format!("{name} {word}");
        tree = sub.clone();
    }
    (name, tree)
}
