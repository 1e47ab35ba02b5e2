//! `rove box …`: the boxes of this user.

use crate::error::Result;

use super::Context;

mod add;
mod build;
mod connection;
mod convert;
mod create;
mod du;
mod gc;
mod import_from_vagrant;
mod in_use;
mod list;
mod mirror;
mod outdated;
mod prune;
mod push;
mod remove;
mod repackage;
mod sign;
mod signers;
mod update;
mod verify;
mod where_it_is;

/// Subcommands of `rove box`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Fetch a box from a catalog, an address or a file
    Add(add::Args),
    /// Build a box from a recipe
    Build(build::Args),
    /// Make a box for one provider usable by another
    Convert(convert::Args),
    /// Make a box of disk images, of a virtual machine or of a physical disk
    Create(create::Args),
    /// Show how much room boxes take
    Du(du::Args),
    /// Clear left-overs; store equal files once
    Gc(gc::Args),
    /// Take Vagrant's boxes into rove's own store
    ImportFromVagrant(import_from_vagrant::Args),
    /// List the boxes that are there
    List(list::Args),
    /// Copy boxes and their catalogs to a folder of one's own
    Mirror(mirror::Args),
    /// Ask catalogs for newer versions
    Outdated(outdated::Args),
    /// Remove old versions
    Prune(prune::Args),
    /// Publish a box file in a folder with catalogs
    Push(push::Args),
    /// Remove a box
    Remove(remove::Args),
    /// Write an installed box back into a box file
    Repackage(repackage::Args),
    /// Sign catalogs and boxes with an SSH key
    Sign(sign::Args),
    /// List whose signature is wanted where
    Signers(signers::Args),
    /// Fetch newer versions
    Update(update::Args),
    /// Check that boxes are still what was added
    Verify(verify::Args),
    /// Show where a name is looked for, and what is there
    Where(where_it_is::Args),
}

impl Command {
    pub(super) fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::Add(args) => add::run(context, args),
            Self::Build(args) => build::run(context, args),
            Self::Convert(args) => convert::run(context, args),
            Self::Create(args) => create::run(context, args),
            Self::Du(args) => du::run(context, args),
            Self::Gc(args) => gc::run(context, args),
            Self::ImportFromVagrant(args) => import_from_vagrant::run(context, args),
            Self::List(args) => list::run(context, args),
            Self::Mirror(args) => mirror::run(context, args),
            Self::Outdated(args) => outdated::run(context, args),
            Self::Prune(args) => prune::run(context, args),
            Self::Push(args) => push::run(context, args),
            Self::Remove(args) => remove::run(context, args),
            Self::Repackage(args) => repackage::run(context, args),
            Self::Sign(args) => sign::run(context, args),
            Self::Signers(args) => signers::run(context, args),
            Self::Update(args) => update::run(context, args),
            Self::Verify(args) => verify::run(context, args),
            Self::Where(args) => where_it_is::run(context, args),
        }
    }
}
