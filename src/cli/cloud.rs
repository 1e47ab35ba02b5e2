//! `rove cloud …` and `rove login`: managing what a box registry holds. Boxes are
//! fetched from registries with a token of the environment; the management
//! interface is not spoken.

use clap::{ArgMatches, Command};

use crate::error::Result;

use super::Context;
use super::later::{Entry, Flag, Missing, pair, switch, value};

/// What was typed after `cloud`.
#[derive(Debug)]
pub(super) struct Args {
    words: Vec<String>,
}

/// What was typed after `login`.
#[derive(Debug)]
pub(super) struct Login;

const ACCOUNT: &[Flag] = &[
    switch(Some('c'), "check", "Only say whether you are logged in"),
    value(
        Some('d'),
        "description",
        "TEXT",
        "Name of the token, for people",
    ),
    value(Some('t'), "token", "TOKEN", "Keep this token"),
    value(
        Some('u'),
        "username",
        "NAME",
        "Name or mail address of the account",
    ),
];

const LOGIN: Entry = Entry {
    name: "login",
    about: "Log in to a box registry",
    words: &[],
    flags: ACCOUNT,
    subcommands: &[],
};

const BOX: (&str, &str) = ("ORG/BOX", "Box in the registry");
const VERSION: (&str, &str) = ("VERSION", "Version of the box");
const PROVIDER: (&str, &str) = ("PROVIDER", "Provider of the box");
const FILE: (&str, &str) = ("FILE", "Box file to send");
const URL: (&str, &str) = ("[URL]", "Where the box file lies");

const ASKS_NOT: &[Flag] = &[pair(Some('f'), "force", "no-force", "Do not ask")];
const DESCRIBED: &[Flag] = &[value(Some('d'), "description", "TEXT", "Description")];
const BOX_TEXTS: &[Flag] = &[
    value(Some('d'), "description", "TEXT", "Description"),
    value(
        Some('s'),
        "short-description",
        "TEXT",
        "Description in a line",
    ),
    pair(
        Some('p'),
        "private",
        "no-private",
        "Only for your organization",
    ),
];
const SUMS: &[Flag] = &[
    value(Some('a'), "architecture", "ARCH", "Architecture of the box"),
    value(Some('c'), "checksum", "HEX", "Checksum of the box file"),
    value(
        Some('C'),
        "checksum-type",
        "TYPE",
        "md5, sha1, sha256, sha384 or sha512",
    ),
    pair(
        None,
        "default-architecture",
        "no-default-architecture",
        "The one that is taken where none is asked for",
    ),
];

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

const AUTH: &[Entry] = &[
    entry("login", "Log in", &[], ACCOUNT),
    entry("logout", "Forget the token", &[], &[]),
    entry(
        "whoami",
        "Show whose token it is",
        &[("[TOKEN]", "Token to ask about")],
        &[],
    ),
];

const BOXES: &[Entry] = &[
    entry("create", "Make an entry for a box", &[BOX], BOX_TEXTS),
    entry("delete", "Delete the entry of a box", &[BOX], ASKS_NOT),
    entry(
        "show",
        "Show the entry of a box",
        &[BOX],
        &[
            value(None, "architectures", "ARCH", "Only these architectures"),
            value(None, "versions", "VERSION", "Only these versions"),
            value(None, "providers", "PROVIDER", "Only these providers"),
            pair(None, "auth", "no-auth", "Send the token"),
        ],
    ),
    entry("update", "Change the entry of a box", &[BOX], BOX_TEXTS),
];

const PROVIDERS: &[Entry] = &[
    entry(
        "create",
        "Add a provider to a version",
        &[BOX, PROVIDER, VERSION, URL],
        SUMS,
    ),
    entry(
        "delete",
        "Delete a provider of a version",
        &[BOX, PROVIDER, VERSION, ("[ARCH]", "Architecture")],
        ASKS_NOT,
    ),
    entry(
        "update",
        "Change a provider of a version",
        &[
            BOX,
            PROVIDER,
            VERSION,
            ("[ARCH]", "Architecture"),
            ("[ADDRESS]", "Where the box file lies"),
        ],
        SUMS,
    ),
    entry(
        "upload",
        "Send a box file",
        &[BOX, PROVIDER, VERSION, ("ARCH", "Architecture"), FILE],
        &[pair(
            Some('D'),
            "direct",
            "no-direct",
            "Send it to the storage itself",
        )],
    ),
];

const VERSIONS: &[Entry] = &[
    entry("create", "Add a version", &[BOX, VERSION], DESCRIBED),
    entry("delete", "Delete a version", &[BOX, VERSION], ASKS_NOT),
    entry(
        "release",
        "Make a version public",
        &[BOX, VERSION],
        ASKS_NOT,
    ),
    entry("revoke", "Take a version back", &[BOX, VERSION], ASKS_NOT),
    entry(
        "update",
        "Change the description of a version",
        &[BOX, VERSION],
        DESCRIBED,
    ),
];

const PUBLISH: &[Flag] = &[
    value(Some('a'), "architecture", "ARCH", "Architecture of the box"),
    value(None, "box-version", "VERSION", "Version to make"),
    value(
        None,
        "url",
        "URL",
        "Where the box file lies, in place of a file",
    ),
    value(Some('d'), "description", "TEXT", "Description of the box"),
    value(
        None,
        "version-description",
        "TEXT",
        "Description of the version",
    ),
    pair(Some('f'), "force", "no-force", "Do not ask"),
    pair(
        Some('p'),
        "private",
        "no-private",
        "Only for your organization",
    ),
    pair(
        Some('r'),
        "release",
        "no-release",
        "Make the version public",
    ),
    value(
        Some('s'),
        "short-description",
        "TEXT",
        "Description in a line",
    ),
    value(Some('c'), "checksum", "HEX", "Checksum of the box file"),
    value(
        Some('C'),
        "checksum-type",
        "TYPE",
        "md5, sha1, sha256, sha384 or sha512",
    ),
    pair(
        None,
        "direct-upload",
        "no-direct-upload",
        "Send the file to the storage itself",
    ),
    pair(
        None,
        "default-architecture",
        "no-default-architecture",
        "The one that is taken where none is asked for",
    ),
];

const SEARCH: &[Flag] = &[
    value(Some('a'), "architecture", "ARCH", "Only this architecture"),
    switch(Some('j'), "json", "Print JSON"),
    value(None, "page", "N", "Page to show"),
    switch(Some('s'), "short", "Print names only"),
    value(Some('o'), "order", "ORDER", "asc or desc"),
    value(Some('l'), "limit", "N", "At most so many"),
    value(Some('p'), "provider", "PROVIDER", "Only this provider"),
    value(None, "sort-by", "FIELD", "created, downloads or updated"),
    pair(None, "auth", "no-auth", "Send the token"),
];

const LIST: &[Flag] = &[
    switch(Some('j'), "json", "Print JSON"),
    value(Some('l'), "limit", "N", "At most so many"),
    value(Some('p'), "provider", "PROVIDER", "Only this provider"),
    value(
        Some('s'),
        "sort-by",
        "FIELD",
        "created, downloads or updated",
    ),
];

const CLOUD: Entry = Entry {
    name: "cloud",
    about: "Manage what a box registry holds",
    words: &[],
    flags: &[],
    subcommands: &[
        Entry {
            name: "auth",
            about: "Log in and out",
            words: &[],
            flags: &[],
            subcommands: AUTH,
        },
        Entry {
            name: "box",
            about: "Entries of boxes",
            words: &[],
            flags: &[],
            subcommands: BOXES,
        },
        entry(
            "list",
            "List the boxes of an organization",
            &[("ORG", "Organization")],
            LIST,
        ),
        Entry {
            name: "provider",
            about: "Providers of a version",
            words: &[],
            flags: &[],
            subcommands: PROVIDERS,
        },
        entry(
            "publish",
            "Make a box, a version and a provider in one go",
            &[BOX, VERSION, PROVIDER, ("[FILE]", "Box file to send")],
            PUBLISH,
        ),
        entry(
            "search",
            "Search for boxes",
            &[("QUERY", "What to look for")],
            SEARCH,
        ),
        Entry {
            name: "version",
            about: "Versions of a box",
            words: &[],
            flags: &[],
            subcommands: VERSIONS,
        },
    ],
};

impl clap::FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut words = Vec::new();
        let mut next = matches.subcommand();
        while let Some((name, below)) = next {
            words.push(name.to_owned());
            next = below.subcommand();
        }
        Ok(Self { words })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Args {
    fn augment_args(_: Command) -> Command {
        CLOUD.command()
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Login {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}

impl clap::Args for Login {
    fn augment_args(_: Command) -> Command {
        LOGIN.command()
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn missing(command: String) -> Missing {
    Missing {
        command,
        reason: "rove reads box registries and does not speak their management interface"
            .to_owned(),
        instead: vec![
            "for private boxes set the token: `export VAGRANT_CLOUD_TOKEN=…`".to_owned(),
            "to share a box without a registry: `rove box repackage`, and put the file and a catalog JSON on any web server".to_owned(),
        ],
    }
}

pub(super) fn run(_: &Context, args: &Args) -> Result<i32> {
    Err(missing(format!("cloud {}", args.words.join(" "))).into())
}

pub(super) fn login(_: &Context, _: &Login) -> Result<i32> {
    Err(missing("login".to_owned()).into())
}
