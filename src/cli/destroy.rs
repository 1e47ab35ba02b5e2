//! `rove destroy`: removes machines with their disks. Exit code 0 if all are
//! gone, 1 if all were kept (or something failed), 2 if some were kept.

use crate::error::Result;
use crate::lab::{self, DestroyRequest};

use super::Context;

/// Arguments of `rove destroy`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 all destroyed, 1 none, 2 some were kept.")]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    force: bool,
    /// Work on several machines at once; needs `--force`
    #[arg(long, overrides_with = "no_parallel")]
    parallel: bool,
    #[arg(long, hide = true, overrides_with = "parallel")]
    no_parallel: bool,
    /// Ask the guest to shut down first
    #[arg(short, long)]
    graceful: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("destroy");
    let request = DestroyRequest {
        targets: args.machines.clone(),
        force: args.force || args.parallel,
        graceful: args.graceful,
        parallel: args.parallel,
    };
    let mut confirm = |machine: &str| {
        context.ui.confirm(
            Some(machine),
            &format!("Destroy machine `{machine}` with its disks?"),
            "to destroy without being asked: `rove destroy --force`",
        )
    };
    let destroyed = lab::destroy(&context.host, &request, &mut confirm)?;
    let code = context.finish(&destroyed.outcome);
    Ok(exit_code(
        code,
        destroyed.outcome.machines.len(),
        destroyed.declined.len(),
    ))
}

/// Returns Vagrant's code, from how many were worked on and how many were kept.
fn exit_code(failed: i32, done: usize, kept: usize) -> i32 {
    match (failed, done, kept) {
        (0, _, 0) => 0,
        (0, 0, _) => 1,
        (0, _, _) => 2,
        (code, _, _) => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_vagrants() {
        assert_eq!(exit_code(0, 3, 0), 0);
        assert_eq!(exit_code(0, 0, 2), 1);
        assert_eq!(exit_code(0, 1, 2), 2);
        assert_eq!(exit_code(1, 3, 0), 1);
    }
}
