//! `rove box verify`: whether the boxes are still what was added.

use crate::boxes::{BoxError, Store, Verdict, verify};
use crate::cli::Context;
use crate::error::Result;
use crate::event::Level;

/// Arguments of `rove box verify`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Only this box
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let mut boxes = Store::open(host).list()?;
    if let Some(name) = &args.name {
        boxes.retain(|installed| installed.name == *name);
        if boxes.is_empty() {
            return Err(BoxError::NotInstalled {
                name: name.clone(),
                version: None,
                provider: None,
            }
            .into());
        }
    }
    let mut code = 0;
    for installed in &boxes {
        let shown = format!(
            "`{}` {} for {}",
            installed.name, installed.version, installed.provider
        );
        let (level, text) = match verify(host, installed)? {
            Verdict::Good => (Level::Success, format!("{shown} is as it was added")),
            Verdict::Unknown => (
                Level::Info,
                format!("{shown} looks well; nothing was noted when it was added"),
            ),
            Verdict::Bad(faults) => {
                code = 1;
                (Level::Error, format!("{shown}: {}", faults.join("; ")))
            }
        };
        context.ui.say(None, level, &text);
    }
    if code != 0 {
        let text = "Fetch a damaged box anew: `rove box add --force NAME`.";
        context.ui.say(None, Level::Info, text);
    }
    Ok(code)
}
