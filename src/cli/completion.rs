//! `rove completion`: a script that teaches a shell rove's commands and flags, and
//! the answers to what it then asks: on each Tab the script calls rove with
//! `ROVE_COMPLETE` set, and names come from the lab as it is (`candidates`).

use std::ffi::OsString;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_complete::env::{EnvCompleter, Shells};

use crate::error::{Bug, Result};
use crate::host::variables::ROVE_COMPLETE;
use crate::host::{Env, files};

use super::{Context, Tree, candidates};

/// Arguments of `rove completion`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For bash: rove completion bash > ~/.local/share/bash-completion/completions/rove\n\
For zsh:  rove completion zsh > a folder of $fpath, as _rove\n\
For fish: rove completion fish > ~/.config/fish/completions/rove.fish\n\
For PowerShell: rove completion powershell >> $PROFILE"
)]
pub(super) struct Args {
    /// bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let script = script(args.shell, context.host.env.is_compat())?;
    context.ui.print_data(&String::from_utf8_lossy(&script));
    Ok(0)
}

/// Returns the script for a shell; for `vagrant` where rove is called so.
pub(super) fn script(shell: Shell, compat: bool) -> Result<Vec<u8>> {
    let program = if compat { "vagrant" } else { "rove" };
    let mut script = Vec::new();
    known(&shell.to_string())?
        .write_registration(ROVE_COMPLETE, program, program, program, &mut script)
        .map_err(bug)?;
    Ok(script)
}

/// Answers a shell that completes a command line, if this is such a call: `args`
/// are what follows the program, `-- rove up we`.
pub(super) fn answer(env: &Env, args: &[OsString]) -> Option<String> {
    let shell = env.get(ROVE_COMPLETE).filter(|name| !name.is_empty())?;
    let start = args.iter().position(|word| word == "--")? + 1;
    let mut words = args[start..].to_vec();
    // The tree is that of `rove`, whatever it is called by.
    *words.first_mut()? = "rove".into();
    let mut tree = candidates::attached(Tree::command());
    let cwd = files::current_dir().ok();
    let mut answer = Vec::new();
    known(shell)
        .ok()?
        .write_complete(&mut tree, words, cwd.as_deref(), &mut answer)
        .ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn known(shell: &str) -> Result<&'static dyn EnvCompleter> {
    const ALL: Shells<'static> = Shells::builtins();
    let name = shell.rsplit('/').next().unwrap_or(shell);
    let known = ALL.0.iter().copied().find(|known| known.is(name));
    known.ok_or_else(|| bug(std::io::Error::other(format!("no completion for `{name}`"))))
}

fn bug(error: std::io::Error) -> crate::error::Failure {
    let what = error.to_string();
    Bug { what }.into()
}
