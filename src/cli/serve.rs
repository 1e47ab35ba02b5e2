//! `rove serve`: Vagrant lists a server of that name; rove needs none.

use crate::error::Result;

use super::Context;
use super::later::Missing;

/// Arguments of `rove serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Context, _: &Args) -> Result<i32> {
    Err(Missing {
        command: "serve".to_owned(),
        reason: "rove has no server: every command does its work itself".to_owned(),
        instead: vec![
            "call rove from your program: `--json` and `--machine-readable` are for that"
                .to_owned(),
        ],
    }
    .into())
}
