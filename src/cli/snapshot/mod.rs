//! `rove snapshot …`: saved states of machines.

use crate::error::Result;

use super::Context;

mod delete;
mod list;
mod pop;
mod push;
mod restore;
mod save;

/// Subcommands of `rove snapshot`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Delete a snapshot
    Delete(delete::Args),
    /// List snapshots
    List(list::Args),
    /// Go back to the snapshot that was pushed last, and delete it
    Pop(pop::Args),
    /// Save a snapshot without naming it
    Push(push::Args),
    /// Go back to a snapshot
    Restore(restore::Args),
    /// Save a snapshot
    Save(save::Args),
}

impl Command {
    /// Returns whether it changes something.
    pub(super) fn acts(&self) -> bool {
        !matches!(self, Self::List(_))
    }

    pub(super) fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::Delete(args) => delete::run(context, args),
            Self::List(args) => list::run(context, args),
            Self::Pop(args) => pop::run(context, args),
            Self::Push(args) => push::run(context, args),
            Self::Restore(args) => restore::run(context, args),
            Self::Save(args) => save::run(context, args),
        }
    }
}

/// `[MACHINE] NAME`: the machine may be left out, so a single word is the name.
#[derive(Debug, clap::Args)]
struct Named {
    /// Machine, then name of the snapshot; a single word is the name
    #[arg(value_name = "MACHINE] [NAME", num_args = 1..=2, required = true)]
    words: Vec<String>,
}

impl Named {
    /// Returns the machine, if one was named, and the name.
    fn split(&self) -> (Option<&str>, &str) {
        match self.words.as_slice() {
            [machine, name, ..] => (Some(machine), name),
            [name] => (None, name),
            [] => (None, ""),
        }
    }
}
