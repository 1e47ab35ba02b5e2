//! `rove completion`: a script that teaches a shell rove's commands and flags.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::error::Result;

use super::{Context, Tree};

/// Arguments of `rove completion`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For bash: rove completion bash > ~/.local/share/bash-completion/completions/rove\n\
For zsh:  rove completion zsh > a folder of $fpath, as _rove\n\
For fish: rove completion fish > ~/.config/fish/completions/rove.fish"
)]
pub(super) struct Args {
    /// bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Tree::command(), "rove", &mut script);
    context.ui.print_data(&String::from_utf8_lossy(&script));
    Ok(0)
}
