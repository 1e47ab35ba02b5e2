//! `rove box …`: the boxes of this user.

use crate::error::Result;

use super::Context;

mod add;
mod list;
mod remove;

/// Subcommands of `rove box`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Fetch a box from a catalog, an address or a file
    Add(add::Args),
    /// List the boxes that are there
    List(list::Args),
    /// Remove a box
    Remove(remove::Args),
}

impl Command {
    pub(super) fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::Add(args) => add::run(context, args),
            Self::List(args) => list::run(context, args),
            Self::Remove(args) => remove::run(context, args),
        }
    }
}
