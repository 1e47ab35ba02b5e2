//! `rove up`: brings machines up.

use crate::error::Result;
use crate::lab::{self, UpRequest};

use super::Context;
use super::start_options::StartOptions;

/// Arguments of `rove up` and `rove plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of machines, or /patterns/; all that start by themselves if there is none
    #[arg(value_name = "MACHINE")]
    machines: Vec<String>,
    #[command(flatten)]
    start: StartOptions,
    /// Remove a machine again if making it fails; on by default
    #[arg(long, overrides_with = "no_destroy_on_error")]
    destroy_on_error: bool,
    #[arg(long, hide = true, overrides_with = "destroy_on_error")]
    no_destroy_on_error: bool,
    /// Work on several machines at once; on by default
    #[arg(long, overrides_with = "no_parallel")]
    parallel: bool,
    #[arg(long, hide = true, overrides_with = "parallel")]
    no_parallel: bool,
    /// Take no box but those that Vagrantfile.lock names
    #[arg(long)]
    locked: bool,
    /// Use this provider
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// Taken for Vagrant's sake: rove has its providers built in
    #[arg(long, overrides_with = "no_install_provider")]
    install_provider: bool,
    #[arg(long, hide = true, overrides_with = "install_provider")]
    no_install_provider: bool,
}

impl Args {
    /// Returns what they ask of the lab.
    pub(super) fn request(&self) -> UpRequest {
        UpRequest {
            targets: self.machines.clone(),
            provider: self.provider.clone(),
            provision: self.start.choice(),
            destroy_on_error: !self.no_destroy_on_error,
            parallel: !self.no_parallel,
            locked: self.locked,
        }
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    context.begin("up");
    let outcome = lab::up(&context.host, &args.request())?;
    let code = context.finish(&outcome);
    context.post_up_messages(&outcome);
    Ok(code)
}
