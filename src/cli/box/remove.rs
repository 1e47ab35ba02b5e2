//! `rove box remove`: nothing is removed that was not meant. Where there are
//! several versions, providers or architectures, one has to be named, or all.

use crate::boxes::{BoxError, Installed, Store};
use crate::cli::Context;
use crate::error::{Explain, Kind, Result};
use crate::event::Level;

use super::in_use::may_go;

/// Arguments of `rove box remove`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of the box
    #[arg(value_name = "NAME")]
    name: String,
    /// Remove it even if a machine uses it
    #[arg(short, long)]
    force: bool,
    /// Only for this architecture
    #[arg(short, long, value_name = "ARCH")]
    architecture: Option<String>,
    /// Only for this provider
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// Only this version
    #[arg(long, value_name = "VERSION")]
    box_version: Option<String>,
    /// Remove all versions
    #[arg(long)]
    all: bool,
    /// Remove it for all providers
    #[arg(long)]
    all_providers: bool,
    /// Remove it for all architectures
    #[arg(long)]
    all_architectures: bool,
}

/// More than one box is meant.
#[derive(Debug, thiserror::Error)]
#[error("the box `{name}` is there for several {what}: {}", known.join(", "))]
struct Several {
    name: String,
    what: &'static str,
    known: Vec<String>,
    one: &'static str,
    all: &'static str,
    class: &'static str,
}

impl Explain for Several {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        let first = self.known.first().cloned().unwrap_or_default();
        vec![
            format!("name the one to remove: `{} {first}`", self.one),
            format!("or remove them all: `{}`", self.all),
        ]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(self.class)
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let store = Store::open(&context.host);
    let mut boxes = store.list()?;
    boxes.retain(|installed| installed.name == args.name);
    let chosen = choose(args, boxes)?;
    for installed in &chosen {
        if !args.force && !may_go(context, installed)? {
            continue;
        }
        store.remove(installed)?;
        context.ui.say(
            None,
            Level::Info,
            &format!(
                "Removed the box `{}` {} for {}.",
                installed.name, installed.version, installed.provider
            ),
        );
    }
    Ok(0)
}

/// Returns the boxes to remove, in the order of versions.
fn choose(args: &Args, mut boxes: Vec<Installed>) -> Result<Vec<Installed>> {
    let missing = |version: Option<&String>, provider: Option<&String>| BoxError::NotInstalled {
        name: args.name.clone(),
        version: version.cloned(),
        provider: provider.cloned(),
    };
    if boxes.is_empty() {
        return Err(missing(None, None).into());
    }
    if let Some(provider) = &args.provider {
        boxes.retain(|installed| installed.provider == *provider);
        if boxes.is_empty() {
            return Err(missing(None, Some(provider)).into());
        }
    } else if !args.all_providers {
        one_of(
            args,
            &boxes,
            |installed| installed.provider.clone(),
            PROVIDERS,
        )?;
    }
    if let Some(version) = &args.box_version {
        boxes.retain(|installed| installed.version == *version);
        if boxes.is_empty() {
            return Err(missing(Some(version), args.provider.as_ref()).into());
        }
    } else if !args.all {
        one_of(
            args,
            &boxes,
            |installed| installed.version.clone(),
            VERSIONS,
        )?;
    }
    if let Some(architecture) = &args.architecture {
        boxes.retain(|installed| installed.architecture.as_ref() == Some(architecture));
        if boxes.is_empty() {
            return Err(missing(args.box_version.as_ref(), args.provider.as_ref()).into());
        }
    } else if !args.all_architectures && !args.all {
        let architecture =
            |installed: &Installed| installed.architecture.clone().unwrap_or_default();
        one_of(args, &boxes, architecture, ARCHITECTURES)?;
    }
    Ok(boxes)
}

/// What, flag for one, flag for all, class of Vagrant's error.
type Choice = (&'static str, &'static str, &'static str, &'static str);

const PROVIDERS: Choice = (
    "providers",
    "--provider",
    "--all-providers",
    "Vagrant::Errors::BoxRemoveMultiProvider",
);
const VERSIONS: Choice = (
    "versions",
    "--box-version",
    "--all",
    "Vagrant::Errors::BoxRemoveMultiVersion",
);
const ARCHITECTURES: Choice = (
    "architectures",
    "--architecture",
    "--all-architectures",
    "Vagrant::Errors::BoxRemoveMultiArchitecture",
);

fn one_of(
    args: &Args,
    boxes: &[Installed],
    of: impl Fn(&Installed) -> String,
    (what, one, all, class): Choice,
) -> Result<()> {
    let mut known: Vec<String> = Vec::new();
    for installed in boxes {
        let value = of(installed);
        if !known.contains(&value) {
            known.push(value);
        }
    }
    if known.len() <= 1 {
        return Ok(());
    }
    Err(Several {
        name: args.name.clone(),
        what,
        known,
        one,
        all,
        class,
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(typed: &[&str]) -> Args {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            args: Args,
        }
        let typed = std::iter::once("remove").chain(typed.iter().copied());
        <Only as clap::Parser>::parse_from(typed).args
    }

    fn boxes() -> Vec<Installed> {
        [("1.0", "qemu"), ("1.1", "qemu"), ("1.0", "docker")]
            .map(|(version, provider)| Installed {
                name: "a/b".to_owned(),
                version: version.to_owned(),
                provider: provider.to_owned(),
                architecture: None,
                dir: std::path::PathBuf::new(),
                read_only: false,
            })
            .to_vec()
    }

    /// Which versions and providers go, or what the error says.
    fn chosen(typed: &[&str]) -> String {
        match choose(&args(typed), boxes()) {
            Ok(boxes) => boxes
                .iter()
                .map(|installed| format!("{}/{}", installed.version, installed.provider))
                .collect::<Vec<_>>()
                .join(" "),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn one_has_to_be_named_where_there_are_several() {
        let several = |what: &str| format!("the box `a/b` is there for several {what}");
        assert!(chosen(&["a/b"]).starts_with(&several("providers: qemu, docker")));
        assert!(chosen(&["a/b", "--provider", "qemu"]).starts_with(&several("versions: 1.0, 1.1")));
        assert_eq!(chosen(&["a/b", "--provider", "docker"]), "1.0/docker");
        assert_eq!(
            chosen(&["a/b", "--provider", "qemu", "--box-version", "1.1"]),
            "1.1/qemu"
        );
        assert_eq!(
            chosen(&["a/b", "--all", "--all-providers"]),
            "1.0/qemu 1.1/qemu 1.0/docker"
        );
        assert!(chosen(&["a/b", "--provider", "hyperv"]).contains("hyperv"));
    }
}
