//! `type: "file"`: a file or folder of the host is copied into the guest.

use std::path::PathBuf;

use super::ProvisionError;
use crate::config::{Provisioner, Value};
use crate::error::Result;
use crate::event::Level;
use crate::guests::Facts;
use crate::op::{Content, Op};

/// Returns a path of the host: `~` is the user's home, a relative one counts
/// from the folder of the Vagrantfile.
pub(super) fn expand(written: &str, facts: &Facts) -> PathBuf {
    let path = std::path::Path::new(written);
    match (path.strip_prefix("~"), &facts.home) {
        (Ok(below), Some(home)) => home.join(below),
        _ => facts.root.join(path),
    }
}

/// Returns the ops of a file provisioner. A file goes into a destination that
/// ends with `/`; so does a folder, while to any other destination its content
/// goes.
pub(super) fn lower(provisioner: &Provisioner, facts: &Facts) -> Result<Vec<Op>> {
    let needed = |option: &'static str| -> Result<String> {
        let missing = || ProvisionError::OptionMissing {
            label: provisioner.label().to_owned(),
            option,
            span: provisioner.span.clone(),
        };
        Ok(provisioner
            .option(option)
            .map(Value::to_text)
            .filter(|text| !text.is_empty())
            .ok_or_else(missing)?)
    };
    let (source, destination) = (needed("source")?, needed("destination")?);
    let path = expand(&source, facts);
    if !path.exists() {
        return Err(ProvisionError::FileMissing {
            label: provisioner.label().to_owned(),
            path,
            span: provisioner.span.clone(),
        }
        .into());
    }
    let mut to = at_home(&destination);
    // `folder/.` means its content, whatever the destination.
    let itself = !(path.is_dir() && source.ends_with('.'));
    if to.ends_with('/')
        && itself
        && let Some(name) = path.file_name()
    {
        to.push_str(&name.to_string_lossy());
    }
    Ok(vec![
        Op::Say(Level::Detail, format!("copying {source} to {destination}")),
        Op::Upload {
            content: Content::Path(path),
            to,
            mode: None,
        },
    ])
}

/// Returns the destination with `$HOME` at its start as `~`, which every
/// communicator knows.
fn at_home(destination: &str) -> String {
    for home in ["$HOME", "${HOME}"] {
        if let Some(rest) = destination.strip_prefix(home)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return format!("~{rest}");
        }
    }
    destination.to_owned()
}
