//! `rove rsync` and `rove rsync-auto`: copied folders brought up to date, once or
//! whenever something changes.

use crate::error::Result;
use crate::lab::{self, RsyncRequest};

use super::Context;

/// Arguments of `rove rsync`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    /// Let rsync itself set the owner in the guest
    #[arg(long, overrides_with = "no_rsync_chown")]
    rsync_chown: bool,
    #[arg(long, hide = true, overrides_with = "rsync_chown")]
    no_rsync_chown: bool,
}

/// Arguments of `rove rsync-auto`.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct AutoArgs {
    #[command(flatten)]
    args: Args,
    /// Taken for Vagrant's sake: rove always looks at the files
    #[arg(long, overrides_with = "no_poll")]
    poll: bool,
    #[arg(long, hide = true, overrides_with = "poll")]
    no_poll: bool,
}

impl Args {
    fn request(&self) -> RsyncRequest {
        RsyncRequest {
            targets: self.machines.clone(),
            ownership: (self.rsync_chown || self.no_rsync_chown).then_some(self.rsync_chown),
        }
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("rsync");
    Ok(context.finish(&lab::rsync(&context.host, &args.request())?))
}

pub(super) fn auto(context: &Context, args: &AutoArgs) -> Result<i32> {
    context.begin("rsync");
    let mut code = 0;
    lab::rsync_auto(&context.host, &args.args.request(), &mut |outcome| {
        code = context.finish(outcome);
        code == 0
    })?;
    Ok(code)
}
