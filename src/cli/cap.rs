//! `rove cap`: asks for, or uses, an ability by Vagrant's name for it.

use crate::error::{Explain, Kind, Result};
use crate::host::find_program;
use crate::lab;
use crate::source::nearest;

use super::Context;
use super::later::Missing;

/// Arguments of `rove cap`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Whose ability: host, guest or provider
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Vagrant's name of the ability
    #[arg(value_name = "NAME")]
    name: String,
    /// Arguments for it
    #[arg(value_name = "ARGUMENTS")]
    arguments: Vec<String>,
    /// Only say whether there is such an ability: exit code 0 or 1
    #[arg(long)]
    check: bool,
    /// Machine whose guest or provider is meant
    #[arg(short, long, value_name = "MACHINE")]
    target_guest: Option<String>,
}

/// Abilities of the host that are programs to be found.
const HOST: &[(&str, &str)] = &[
    ("nfs_installed", "exportfs"),
    ("smb_installed", "smbd"),
    ("isofs_available", "genisoimage"),
];
const PROVIDER: &[&str] = &["forwarded_ports", "snapshot_list"];
const GUEST: &[&str] = &[
    "change_host_name",
    "halt",
    "insert_public_key",
    "reboot",
    "remove_public_key",
    "rsync_installed",
    "rsync_post",
    "shell_expand_guest_path",
];

#[derive(Debug, thiserror::Error)]
enum CapError {
    #[error("`{kind}` has no abilities: it is `host`, `guest` or `provider`")]
    Kind { kind: String },
    #[error("the {kind} has no ability `{name}`")]
    Unknown {
        kind: String,
        name: String,
        near: Option<&'static str>,
    },
}

impl Explain for CapError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Kind { .. } => vec!["`rove cap --help` shows what it takes".to_owned()],
            Self::Unknown { near, .. } => near
                .map(|near| format!("did you mean `{near}`?"))
                .into_iter()
                .collect(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Kind { .. } => "Vagrant::Errors::CLIInvalidUsage",
            Self::Unknown { .. } => "Vagrant::Errors::CapabilityNotFound",
        })
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let target = args.target_guest.as_deref();
    let known: Vec<&'static str> = match args.kind.as_str() {
        "host" => HOST.iter().map(|(name, _)| *name).collect(),
        "provider" => PROVIDER.to_vec(),
        "guest" => GUEST.to_vec(),
        kind => {
            // Vagrant looks for the machine first.
            lab::chosen(&context.host, target, None)?;
            let kind = kind.to_owned();
            return Err(CapError::Kind { kind }.into());
        }
    };
    let has = known.contains(&args.name.as_str());
    // What a provider is asked looks for the machine itself.
    let asks = args.kind == "provider" && has && !args.check;
    if args.kind != "host" && !asks {
        lab::chosen(&context.host, target, None)?;
    }
    if args.check {
        return Ok(i32::from(!has));
    }
    if !has {
        return Err(CapError::Unknown {
            kind: args.kind.clone(),
            name: args.name.clone(),
            near: nearest(&args.name, known),
        }
        .into());
    }
    match (args.kind.as_str(), args.name.as_str()) {
        ("host", name) => {
            let program = HOST
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(name, |(_, program)| program);
            let found = find_program(&context.host, program).is_some();
            context.ui.print(&found.to_string());
        }
        ("provider", "forwarded_ports") => {
            for forward in lab::ports(&context.host, target)?.ports {
                context
                    .ui
                    .print(&format!("{} => {}", forward.host, forward.guest));
            }
        }
        ("provider", _) => {
            for list in lab::snapshot_list(&context.host, target)? {
                for snapshot in list.snapshots.iter().flatten() {
                    context.ui.print(&snapshot.name);
                }
            }
        }
        (_, name) => {
            return Err(Missing {
                command: format!("cap guest {name}"),
                reason: "rove uses the abilities of guests itself and has no way to call one alone"
                    .to_owned(),
                instead: vec!["run the command in the guest: `rove ssh -c COMMAND`".to_owned()],
            }
            .into());
        }
    }
    Ok(0)
}
