//! `rove plugin …`: rove has no plug-ins. What the popular ones do is built in;
//! the subcommands say so, and are quiet where there is nothing to do.

use clap::{ArgMatches, Command};

use crate::error::{Explain, Kind, Result};
use crate::event::Level;

use super::Context;
use super::later::{Entry, Flag, switch, value};

/// What was typed after `plugin`.
#[derive(Debug)]
pub(super) struct Args {
    subcommand: String,
    names: Vec<String>,
    force: bool,
}

const LOCAL: &[Flag] = &[switch(None, "local", "Those of this lab")];
const NAMES: &[(&str, &str)] = &[("NAME…", "Names of plug-ins")];

const fn entry(
    name: &'static str,
    about: &'static str,
    words: &'static [(&'static str, &'static str)],
    flags: &'static [Flag],
) -> Entry {
    Entry {
        name,
        about,
        words,
        flags,
        subcommands: &[],
    }
}

const PLUGIN: Entry = Entry {
    name: "plugin",
    about: "Say what is built in; rove has no plug-ins",
    words: &[],
    flags: &[],
    subcommands: &[
        entry(
            "expunge",
            "Nothing to remove; taken for Vagrant's sake",
            &[],
            &[
                switch(None, "force", "Do not ask"),
                switch(None, "local", "Also those of this lab"),
                switch(None, "local-only", "Only those of this lab"),
                switch(None, "global-only", "Only those of the user"),
                switch(None, "reinstall", "Install them again"),
            ],
        ),
        entry(
            "install",
            "Say what rove has in place of a plug-in",
            NAMES,
            &[
                value(None, "entry-point", "NAME", "Taken for Vagrant's sake"),
                switch(None, "plugin-clean-sources", "Taken for Vagrant's sake"),
                value(None, "plugin-source", "URL", "Taken for Vagrant's sake"),
                value(
                    None,
                    "plugin-version",
                    "VERSION",
                    "Taken for Vagrant's sake",
                ),
                switch(None, "local", "For this lab only"),
            ],
        ),
        entry(
            "license",
            "Taken for Vagrant's sake",
            &[("NAME", "Plug-in"), ("FILE", "File with the license")],
            &[],
        ),
        entry("list", "List what is built in", &[], LOCAL),
        entry(
            "repair",
            "Nothing to repair; taken for Vagrant's sake",
            &[],
            LOCAL,
        ),
        entry(
            "uninstall",
            "Nothing to remove; taken for Vagrant's sake",
            NAMES,
            LOCAL,
        ),
        entry(
            "update",
            "Nothing to update; taken for Vagrant's sake",
            &[("[NAME…]", "Names of plug-ins")],
            LOCAL,
        ),
    ],
};

/// Plug-ins whose work rove does itself, with how.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "vagrant-libvirt",
        "boxes for libvirt run on rove's own QEMU provider",
    ),
    ("vagrant-qemu", "the `qemu` provider is built in"),
    (
        "vagrant-disksize",
        "size of the disk: `config.vm.disk :disk, size: \"40GB\", primary: true`",
    ),
    (
        "vagrant-mutate",
        "boxes for VirtualBox, VMware, Hyper-V and libvirt run as they are",
    ),
];

/// There is no plug-in to work with.
#[derive(Debug, thiserror::Error)]
enum PluginError {
    #[error("the plug-in `{name}` is not installed: rove has no plug-ins")]
    NotInstalled { name: String },
    #[error("rove cannot install the plug-in `{name}`: it runs no Ruby gems")]
    Gem { name: String },
}

impl Explain for PluginError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotInstalled { .. } => {
                vec!["`rove plugin list` shows what is built in".to_owned()]
            }
            Self::Gem { .. } => vec![
                "take the line out of the script: Vagrantfiles that configure the plug-in load all the same".to_owned(),
                "a file that asks for it: `ROVE_PLUGINS=NAME` makes `Vagrant.has_plugin?(\"NAME\")` true".to_owned(),
            ],
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotInstalled { .. } => "Vagrant::Errors::PluginNotInstalled",
            Self::Gem { .. } => "Vagrant::Errors::BundlerError",
        })
    }
}

impl clap::FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (subcommand, below) = matches.subcommand().unwrap_or(("list", matches));
        let mut names = Vec::new();
        for id in ["NAME…", "[NAME…]", "NAME"] {
            if let Ok(Some(found)) = below.try_get_many::<String>(id) {
                names.extend(found.cloned());
            }
        }
        let force = matches!(below.try_get_one::<bool>("force"), Ok(Some(true)));
        Ok(Self {
            subcommand: subcommand.to_owned(),
            names,
            force,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Args {
    fn augment_args(_: Command) -> Command {
        PLUGIN.command()
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, how)| *how)
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let say = |text: &str| context.ui.say(None, Level::Info, text);
    match args.subcommand.as_str() {
        "install" => {
            for name in &args.names {
                let how = built_in(name).ok_or_else(|| PluginError::Gem { name: name.clone() })?;
                say(&format!("`{name}` need not be installed: {how}."));
            }
        }
        "uninstall" | "license" => {
            let name = args.names.first().cloned().unwrap_or_default();
            return Err(PluginError::NotInstalled { name }.into());
        }
        "update" => {
            if let Some(name) = args.names.iter().find(|name| built_in(name).is_none()) {
                return Err(PluginError::NotInstalled { name: name.clone() }.into());
            }
            say("There is nothing to update: rove has no plug-ins.");
        }
        "repair" => say("There is nothing to repair: rove has no plug-ins."),
        "expunge" => {
            let sure = args.force
                || context.ui.confirm(
                    None,
                    "Remove all plug-ins? (Rove has none.)",
                    "to go on without being asked: `rove plugin expunge --force`",
                )?;
            if sure {
                say("There is nothing to remove: rove has no plug-ins.");
            }
        }
        _ => {
            say("No plug-ins: rove has none. It does by itself what these do:");
            for (name, how) in BUILT_IN {
                say(&format!("  {name:18} {how}"));
            }
        }
    }
    Ok(0)
}
