//! What a shell offers for an argument, from the lab and the home folder: names of
//! machines, boxes, snapshots and providers. An argument is known by the name of
//! its value. Nothing is changed, and a failure is an empty answer: a shell that
//! completes has no place for one.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, ValueCompleter};

use crate::boxes::Store;
use crate::host::Host;
use crate::{lab, providers};

/// What an argument names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Machine,
    Box,
    Snapshot,
    Provider,
    Command,
}

impl Named {
    /// Returns what the argument `value` of the command `path` names.
    fn of(path: &str, value: &str) -> Option<Self> {
        Some(match value {
            "MACHINE" => Self::Machine,
            "PROVIDER" => Self::Provider,
            "BOX" => Self::Box,
            "MACHINE] [NAME" => Self::Snapshot,
            "COMMAND" if path == "rove help" => Self::Command,
            "NAME" if path.starts_with("rove box") || path == "rove init" => Self::Box,
            _ => return None,
        })
    }

    fn candidates(self, host: &Host) -> Vec<CompletionCandidate> {
        let plain = |names: Vec<String>| names.into_iter().map(CompletionCandidate::new).collect();
        match self {
            Self::Machine => {
                let names = lab::machine_names(host);
                if !names.is_empty() {
                    return plain(names);
                }
                let ids = lab::machine_ids(host).into_iter();
                ids.map(|(id, place)| CompletionCandidate::new(id).help(Some(place.into())))
                    .collect()
            }
            Self::Box => {
                let boxes = Store::open(host).list().unwrap_or_default();
                let names: BTreeSet<String> = boxes.into_iter().map(|it| it.name).collect();
                plain(names.into_iter().collect())
            }
            Self::Snapshot => plain(lab::snapshot_words(host)),
            Self::Provider => {
                let names = providers::list::names().into_iter();
                plain(names.map(str::to_owned).collect())
            }
            Self::Command => {
                let tree = <super::Tree as clap::CommandFactory>::command();
                let shown = tree.get_subcommands().filter(|sub| !sub.is_hide_set());
                plain(shown.map(|sub| sub.get_name().to_owned()).collect())
            }
        }
    }
}

impl ValueCompleter for Named {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Ok(host) = Host::system() else {
            return Vec::new();
        };
        let typed = typed.to_string_lossy();
        let all = self.candidates(&host).into_iter();
        all.filter(|candidate| candidate.get_value().to_string_lossy().starts_with(&*typed))
            .collect()
    }
}

/// Returns the tree of commands with what its arguments may be.
pub(super) fn attached(command: Command) -> Command {
    attach(command, "")
}

fn attach(mut command: Command, above: &str) -> Command {
    let path = format!("{above} {}", command.get_name()).trim().to_owned();
    // In place: the order of words is the order of arguments.
    command = command.mut_args(|arg| {
        let value = arg.get_value_names().and_then(<[_]>::first);
        match value.and_then(|value| Named::of(&path, value)) {
            Some(named) => arg.add(ArgValueCompleter::new(named)),
            None => arg,
        }
    });
    let below: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in below {
        command = command.mut_subcommand(name, |sub| attach(sub, &path));
    }
    command
}
