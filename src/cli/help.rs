//! Help texts, made from the parser's tree: flags in Vagrant's manner, where
//! `--[no-]color` stands for a pair.

use std::fmt::Write as _;

use clap::{Arg, CommandFactory};

use crate::ui::Ui;

use super::{Tree, usage};

/// Arguments of `rove help`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Command to explain
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Column that descriptions start in.
const COLUMN: usize = 34;

/// Prints the help of the command that `words` begin with.
pub(super) fn run(ui: &Ui, words: &[String], compat: bool) -> i32 {
    let Some(first) = words.first() else {
        print_all(ui);
        // Vagrant's code for a plain `help`.
        return 1;
    };
    let mut tree = Tree::command();
    let mut name = "rove".to_owned();
    if tree.find_subcommand(first).is_none() {
        return unknown(ui, first, compat);
    }
    for word in words {
        let Some(sub) = tree.find_subcommand(word) else {
            break;
        };
        name = format!("{name} {}", sub.get_name());
        tree = sub.clone();
    }
    ui.print_data(&of_command(&name, &tree));
    0
}

/// Groups of commands that answer with their help when no subcommand is named.
const GROUPS: &[&str] = &["autocomplete", "box", "cloud", "plugin"];

/// Returns whether a command line is answered by help, with exit code 0: the name
/// of a group alone, and where rove stands in for Vagrant also a subcommand that
/// there is not.
pub(super) fn is_answered_by_help(words: &[String], compat: bool) -> bool {
    let Some(group) = words.first().filter(|word| GROUPS.contains(&word.as_str())) else {
        return false;
    };
    let tree = Tree::command();
    let Some(mut tree) = tree.find_subcommand(group) else {
        return false;
    };
    for word in &words[1..] {
        if !tree.has_subcommands() {
            return false;
        }
        match tree.find_subcommand(word) {
            Some(below) => tree = below,
            None => return compat && !word.starts_with('-'),
        }
    }
    tree.has_subcommands()
}

/// Commands that Vagrant has, hidden ones too.
const VAGRANTS: &[&str] = &[
    "autocomplete",
    "box",
    "cap",
    "cloud",
    "destroy",
    "docker-exec",
    "docker-logs",
    "docker-run",
    "global-status",
    "halt",
    "help",
    "init",
    "list-commands",
    "login",
    "package",
    "plugin",
    "port",
    "powershell",
    "provider",
    "provision",
    "push",
    "rdp",
    "reload",
    "resume",
    "rsync",
    "rsync-auto",
    "serve",
    "snapshot",
    "ssh",
    "ssh-config",
    "status",
    "suspend",
    "up",
    "upload",
    "validate",
    "version",
    "winrm",
    "winrm-config",
];

/// Returns whether Vagrant has a command of this name.
pub(super) fn is_vagrants(name: &str) -> bool {
    VAGRANTS.contains(&name)
}

/// Prints the help of rove itself.
pub(super) fn print_all(ui: &Ui) {
    ui.print_data(&overview(None));
}

/// Answers a command that there is not: the nearest one, and all there are.
pub(super) fn unknown(ui: &Ui, word: &str, compat: bool) -> i32 {
    let near = usage::nearest_command(word)
        .map(|near| format!(" Did you mean `rove {near}`?"))
        .unwrap_or_default();
    if ui.is_machine_readable() {
        let tree = Tree::command();
        let shown = tree.get_subcommands().filter(|command| {
            !command.is_hide_set() && (!compat || is_vagrants(command.get_name()))
                || compat && command.get_name() == "serve"
        });
        for command in shown {
            ui.record(None, "cli-command", &[command.get_name()]);
        }
    } else {
        let headline = format!("rove has no command `{word}`.{near}\n");
        ui.print_data(&overview(Some(&headline)));
    }
    1
}

fn overview(headline: Option<&str>) -> String {
    let tree = Tree::command();
    let mut text = String::new();
    if let Some(headline) = headline {
        text.push_str(headline);
        text.push('\n');
    }
    text.push_str("Usage: rove [flags] <command> [arguments]\n\nCommands:\n");
    text.push_str(&commands(&tree));
    text.push_str("\n`rove <command> --help` explains one of them.\n");
    text.push_str("\nFlags for every command:\n");
    text.push_str(&global_flags(&[]));
    text
}

fn of_command(name: &str, tree: &clap::Command) -> String {
    let mut text = format!("Usage: {}\n", usage_line(name, tree));
    if let Some(about) = tree.get_about() {
        let _ = write!(text, "\n{about}.\n");
    }
    if let Some(more) = tree.get_after_help() {
        let _ = write!(text, "\n{more}\n");
    }
    if tree.has_subcommands() {
        text.push_str("\nSubcommands:\n");
        text.push_str(&commands(tree));
        let _ = write!(
            text,
            "\n`{name} <subcommand> --help` explains one of them.\n"
        );
    }
    let own = own_flags(tree);
    text.push_str(&arguments_and_flags(tree));
    text.push_str("\nFlags for every command:\n");
    text.push_str(&global_flags(&own));
    text
}

/// Returns the flags of a command itself.
fn own_flags(tree: &clap::Command) -> Vec<&Arg> {
    let all = tree.get_arguments();
    all.filter(|arg| arg.get_long().is_some()).collect()
}

/// Returns what a command takes, without the flags of every command.
pub(super) fn arguments_and_flags(tree: &clap::Command) -> String {
    let mut text = String::new();
    for (title, rows) in [
        ("Arguments", arguments(tree)),
        ("Flags", flags(&own_flags(tree))),
    ] {
        if !rows.is_empty() {
            let _ = write!(text, "\n{title}:\n{rows}");
        }
    }
    text
}

/// Returns how a command is typed.
pub(super) fn usage_line(name: &str, tree: &clap::Command) -> String {
    let mut line = format!("{name} [flags]");
    if tree.has_subcommands() {
        line.push_str(" <subcommand>");
    }
    for arg in tree.get_positionals().filter(|arg| !arg.is_hide_set()) {
        let dashes = if arg.is_last_set() { "-- " } else { "" };
        let word = value_name(arg);
        let many = arg
            .get_num_args()
            .is_some_and(|range| range.max_values() > 1);
        let many = if many { " …" } else { "" };
        let _ = if arg.is_required_set() {
            write!(line, " {dashes}{word}{many}")
        } else {
            write!(line, " [{dashes}{word}{many}]")
        };
    }
    line
}

fn commands(tree: &clap::Command) -> String {
    let shown = tree.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown.fold(String::new(), |mut text, sub| {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  {:14} {about}", sub.get_name());
        text
    })
}

fn arguments(tree: &clap::Command) -> String {
    let shown = tree.get_positionals().filter(|arg| !arg.is_hide_set());
    shown.fold(String::new(), |mut text, arg| {
        row(&mut text, &format!("  {}", value_name(arg)), arg);
        text
    })
}

/// Returns the flags that every command has, but for those that mean something
/// of its own to this one.
pub(super) fn global_flags(own: &[&Arg]) -> String {
    let tree = Tree::command();
    let all: Vec<&Arg> = tree
        .get_arguments()
        .filter(|arg| arg.get_long().is_some())
        .filter(|arg| own.iter().all(|own| own.get_long() != arg.get_long()))
        .collect();
    flags(&all)
}

fn flags(all: &[&Arg]) -> String {
    let has = |long: &str| all.iter().any(|arg| arg.get_long() == Some(long));
    let mut text = String::new();
    for arg in all.iter().filter(|arg| !arg.is_hide_set()) {
        let Some(long) = arg.get_long() else { continue };
        // `ssh -t` has its other half among the flags of every command.
        let pair = has(&format!("no-{long}")) || long == "tty";
        let no = if pair { "[no-]" } else { "" };
        let short = arg
            .get_short()
            .map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = if arg.get_action().takes_values() {
            format!(" {}", value_name(arg))
        } else {
            String::new()
        };
        row(&mut text, &format!("  {short}--{no}{long}{value}"), arg);
    }
    text
}

fn row(text: &mut String, name: &str, arg: &Arg) {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let _ = if name.chars().count() < COLUMN {
        writeln!(text, "{name:COLUMN$}{help}")
    } else {
        writeln!(text, "{name}\n{:COLUMN$}{help}", "")
    };
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().map_or_else(
        || arg.get_id().to_string().to_uppercase(),
        |names| {
            names
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        },
    )
}
