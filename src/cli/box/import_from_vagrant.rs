//! `rove box import-from-vagrant`: takes Vagrant's boxes into rove's own store.

use crate::boxes::{BoxError, Installed, Store, import};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box import-from-vagrant`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Names of boxes; all if there is none
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let vagrant = host.dirs.vagrant_home.clone().unwrap_or_default();
    let boxes: Vec<Installed> = Store::open(host)
        .list()?
        .into_iter()
        .filter(|installed| installed.read_only && installed.dir.starts_with(&vagrant))
        .collect();
    for name in &args.names {
        if boxes.iter().all(|installed| installed.name != *name) {
            return Err(BoxError::NotInstalled {
                name: name.clone(),
                version: None,
                provider: None,
            }
            .into());
        }
    }
    let mut count = 0;
    for installed in &boxes {
        if !args.names.is_empty() && !args.names.contains(&installed.name) {
            continue;
        }
        let ours = import(host, installed)?;
        context.ui.settle();
        let text = format!(
            "`{}` {} for {} is rove's own now; Vagrant keeps its own.",
            ours.name, ours.version, ours.provider
        );
        context.ui.say(None, Level::Success, &text);
        count += 1;
    }
    if count == 0 {
        let text = format!(
            "There is no box in `{}` that rove does not have.",
            vagrant.join("boxes").display()
        );
        context.ui.say(None, Level::Info, &text);
    }
    Ok(0)
}
