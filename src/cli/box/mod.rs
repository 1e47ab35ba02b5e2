//! `rove box …`: the boxes of this user.

use crate::error::Result;

use super::Context;

mod list;
mod remove;

/// Subcommands of `rove box`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the boxes that are there
    List(list::Args),
    /// Remove a box
    Remove(remove::Args),
}

impl Command {
    pub(super) fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::List(args) => list::run(context, args),
            Self::Remove(args) => remove::run(context, args),
        }
    }
}
