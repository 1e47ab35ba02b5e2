//! `rove autocomplete install`: Vagrant's name for setting completion up. Rove's
//! scripts go where the shells look by themselves; nothing of the user's is edited.

use std::path::PathBuf;

use clap_complete::Shell;

use crate::error::Result;
use crate::event::Level;
use crate::host::files;

use super::{Context, completion};

/// Subcommands of `rove autocomplete`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write completion scripts to where the shells look for them
    Install(Install),
}

/// Arguments of `rove autocomplete install`.
#[derive(Debug, clap::Args)]
pub(super) struct Install {
    /// bash
    #[arg(short, long)]
    bash: bool,
    /// zsh
    #[arg(short, long)]
    zsh: bool,
    /// bash, zsh or fish; bash and zsh if there is none
    #[arg(value_name = "SHELL")]
    shells: Vec<Shell>,
}

pub(super) fn run(context: &Context, command: &Command) -> Result<i32> {
    let Command::Install(args) = command;
    let mut shells = args.shells.clone();
    if args.bash {
        shells.push(Shell::Bash);
    }
    if args.zsh {
        shells.push(Shell::Zsh);
    }
    if shells.is_empty() {
        shells = vec![Shell::Bash, Shell::Zsh];
    }
    for shell in shells {
        let path = place(context, shell);
        let script = completion::script(shell, context.host.env.is_compat())?;
        files::write_atomic(&path, &script)?;
        let more = match shell {
            Shell::Zsh => " (its folder has to be in `fpath`)",
            _ => "",
        };
        let text = format!("Wrote `{}`{more}.", path.display());
        context.ui.say(None, Level::Info, &text);
    }
    Ok(0)
}

fn place(context: &Context, shell: Shell) -> PathBuf {
    let env = &context.host.env;
    let user = context.host.dirs.user.clone().unwrap_or_default();
    let data = env
        .path("XDG_DATA_HOME")
        .unwrap_or_else(|| user.join(".local/share"));
    let config = env
        .path("XDG_CONFIG_HOME")
        .unwrap_or_else(|| user.join(".config"));
    match shell {
        Shell::Zsh => data.join("zsh/site-functions/_rove"),
        Shell::Fish => config.join("fish/completions/rove.fish"),
        Shell::Bash => data.join("bash-completion/completions/rove"),
        other => data.join("rove").join(format!("completion.{other}")),
    }
}
