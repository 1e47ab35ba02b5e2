//! Flags that may stand anywhere before `--`. They are taken out before the
//! command line is parsed, so that a mistyped command is answered in the form
//! that was asked for.

use std::ffi::OsString;

use crate::ui;

/// The flags of every command. The parser knows them for help and completion only.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Flags {
    /// Colour the output even where it goes to a file or pipe
    #[arg(long, global = true, overrides_with = "no_color")]
    pub color: bool,
    /// Never colour the output
    #[arg(long, global = true, hide = true)]
    pub no_color: bool,
    /// Write records for programs instead of sentences
    #[arg(long, global = true)]
    pub machine_readable: bool,
    /// Write what happens as JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Also show the programs that rove runs
    #[arg(long, global = true)]
    pub debug: bool,
    /// The same as `--debug`
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Show only warnings, errors and answers
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Put the time of day before every line
    #[arg(long, global = true)]
    pub timestamp: bool,
    /// The same as `--debug --timestamp`
    #[arg(long, global = true)]
    pub debug_timestamp: bool,
    /// Draw nothing that moves and ask nothing
    #[arg(long, global = true)]
    pub no_tty: bool,
    /// Let the Vagrantfile run commands and write files, this time
    #[arg(long, global = true)]
    pub trust: bool,
    /// Keep off the network: take boxes and catalogs that are here
    #[arg(long, global = true)]
    pub offline: bool,
    /// Print the version
    #[arg(short, long, global = true)]
    pub version: bool,
    /// Print help
    #[arg(short, long, global = true)]
    pub help: bool,
}

impl Flags {
    /// Takes the global flags out of `args`, and returns them with the rest.
    pub(super) fn extract(args: Vec<OsString>) -> (Self, Vec<OsString>) {
        let mut flags = Self::default();
        let mut rest = Vec::with_capacity(args.len());
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--") => {
                    rest.push(arg);
                    rest.extend(args);
                    break;
                }
                Some("--color") => (flags.color, flags.no_color) = (true, false),
                Some("--no-color") => (flags.color, flags.no_color) = (false, true),
                Some("--machine-readable") => flags.machine_readable = true,
                Some("--json") => flags.json = true,
                Some("--debug") => flags.debug = true,
                Some("--verbose") => flags.verbose = true,
                Some("--quiet") => flags.quiet = true,
                Some("--timestamp") => flags.timestamp = true,
                Some("--debug-timestamp") => flags.debug_timestamp = true,
                Some("--trust") => flags.trust = true,
                Some("--offline") => flags.offline = true,
                Some("--no-tty") => flags.no_tty = true,
                Some("--help" | "-h") => flags.help = true,
                // There it is what the box gets, also called `--box-version`.
                Some(word) if word.starts_with("--version") && is_push(&rest) => {
                    rest.push(word.replacen("--version", "--box-version", 1).into());
                }
                Some("--version" | "-v") => flags.version = true,
                _ => rest.push(arg),
            }
        }
        (flags, rest)
    }

    /// Returns what they ask of the ui.
    pub(super) fn ui_options(self) -> ui::Options {
        ui::Options {
            machine_readable: self.machine_readable,
            color: (self.color || self.no_color).then_some(self.color),
            no_tty: self.no_tty,
            timestamp: self.timestamp || self.debug_timestamp,
            debug: self.debug || self.debug_timestamp || self.verbose,
            quiet: self.quiet,
            compat: false,
            json: if self.json {
                ui::Json::Events
            } else {
                ui::Json::No
            },
        }
    }
}

/// Tells whether the words so far are those of `rove box push`.
fn is_push(words: &[OsString]) -> bool {
    words.len() >= 2 && words[0] == "box" && words[1] == "push"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extract(args: &[&str]) -> (Flags, Vec<String>) {
        let (flags, rest) = Flags::extract(args.iter().map(OsString::from).collect());
        let rest = rest
            .into_iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        (flags, rest)
    }

    #[test]
    fn flags_count_anywhere_before_two_dashes() {
        let (flags, rest) = extract(&["ssh", "--no-color", "web", "--", "--debug", "-v"]);
        assert_eq!(rest, ["ssh", "web", "--", "--debug", "-v"]);
        assert_eq!(flags.ui_options().color, Some(false));
        assert!(!flags.debug);
    }

    #[test]
    fn the_version_may_be_asked_for_anywhere_before_two_dashes() {
        assert!(extract(&["-v"]).0.version);
        assert!(extract(&["up", "-v"]).0.version);
        assert!(extract(&["up", "--version"]).0.version);
        assert!(!extract(&["ssh", "--", "-v"]).0.version);
        assert!(extract(&["box", "list", "--version"]).0.version);
        let (flags, rest) = extract(&["box", "push", "x.box", "--version", "1"]);
        assert!(!flags.version);
        assert_eq!(rest, ["box", "push", "x.box", "--box-version", "1"]);
        let (_, rest) = extract(&["box", "push", "--version=1"]);
        assert_eq!(rest, ["box", "push", "--box-version=1"]);
    }
}
