//! Environment variables, read once. `variables` lists every one that rove
//! reads, with what it does.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The variables rove reads.
pub mod variables {
    /// Folder of rove's own files: boxes, machine index, leases.
    pub const ROVE_HOME: &str = "ROVE_HOME";
    /// Keep all state where Vagrant keeps it and in its formats, so that both can
    /// take turns; on when rove is called by the name `vagrant`.
    pub const ROVE_COMPAT: &str = "ROVE_COMPAT";
    /// Set by completion scripts to the shell that asks: rove answers with candidates.
    pub const ROVE_COMPLETE: &str = "ROVE_COMPLETE";
    /// Folder beside the Vagrantfile that holds machine state; `.rove` by default.
    pub const ROVE_DOTFILE_PATH: &str = "ROVE_DOTFILE_PATH";
    /// Providers to be taken as usable, in order of preference, instead of probing.
    pub const ROVE_PROVIDERS: &str = "ROVE_PROVIDERS";
    /// Vagrant plugins that files find installed, instead of all that rove stands for.
    pub const ROVE_PLUGINS: &str = "ROVE_PLUGINS";
    /// Lets a Vagrantfile run commands and write files without being asked.
    pub const ROVE_TRUST: &str = "ROVE_TRUST";
    /// Further folders of boxes, read-only, separated as in `PATH`.
    pub const ROVE_BOX_PATH: &str = "ROVE_BOX_PATH";
    /// Further places to look for boxes by name, separated by spaces.
    pub const ROVE_SOURCES: &str = "ROVE_SOURCES";
    /// Keeps rove off the network, as `--offline` does: what is not there already is an error.
    pub const ROVE_OFFLINE: &str = "ROVE_OFFLINE";
    /// Connections that one download may have, 1 to 16; 4 unless set.
    pub const ROVE_CONNECTIONS: &str = "ROVE_CONNECTIONS";
    /// Makes `up` take no box but those of the lock file, as `--locked` does.
    pub const ROVE_LOCKED: &str = "ROVE_LOCKED";
    /// Vagrant's home folder; boxes there are found read-only.
    pub const VAGRANT_HOME: &str = "VAGRANT_HOME";
    /// Folder to start looking for the Vagrantfile from.
    pub const VAGRANT_CWD: &str = "VAGRANT_CWD";
    /// Name of the Vagrantfile.
    pub const VAGRANT_VAGRANTFILE: &str = "VAGRANT_VAGRANTFILE";
    /// Provider to use whatever the Vagrantfile says.
    pub const VAGRANT_DEFAULT_PROVIDER: &str = "VAGRANT_DEFAULT_PROVIDER";
    /// Providers in order of preference.
    pub const VAGRANT_PREFERRED_PROVIDERS: &str = "VAGRANT_PREFERRED_PROVIDERS";
    /// Catalog server; `https://vagrantcloud.com` by default.
    pub const VAGRANT_SERVER_URL: &str = "VAGRANT_SERVER_URL";
    /// Token for the catalog server, sent to its host only.
    pub const VAGRANT_CLOUD_TOKEN: &str = "VAGRANT_CLOUD_TOKEN";
    /// Older name of the token.
    pub const ATLAS_TOKEN: &str = "ATLAS_TOKEN";
    /// No colours.
    pub const VAGRANT_NO_COLOR: &str = "VAGRANT_NO_COLOR";
    /// Colours even where stdout is no terminal.
    pub const VAGRANT_FORCE_COLOR: &str = "VAGRANT_FORCE_COLOR";
    /// No colours (no-color.org).
    pub const NO_COLOR: &str = "NO_COLOR";
    /// Template for `init`.
    pub const VAGRANT_DEFAULT_TEMPLATE: &str = "VAGRANT_DEFAULT_TEMPLATE";
    /// File with the user's own names for command lines.
    pub const VAGRANT_ALIAS_FILE: &str = "VAGRANT_ALIAS_FILE";
    /// Features that are off by default: `1`, or names with commas.
    pub const VAGRANT_EXPERIMENTAL: &str = "VAGRANT_EXPERIMENTAL";
    /// One machine after the other.
    pub const VAGRANT_NO_PARALLEL: &str = "VAGRANT_NO_PARALLEL";
    /// File with further certificates to trust, as curl and so Vagrant read it.
    pub const CURL_CA_BUNDLE: &str = "CURL_CA_BUNDLE";
    /// File with further certificates to trust, as OpenSSL reads it.
    pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
    /// Socket of the user's SSH agent.
    pub const SSH_AUTH_SOCK: &str = "SSH_AUTH_SOCK";
    /// Architecture of the host, as boxes name it.
    pub const VAGRANT_HOST_ARCHITECTURE: &str = "VAGRANT_HOST_ARCHITECTURE";
}

/// A snapshot of the environment.
#[derive(Clone, Debug, Default)]
pub struct Env {
    variables: BTreeMap<OsString, OsString>,
    arguments: Vec<String>,
}

impl Env {
    /// Returns the environment of this process.
    pub fn system() -> Self {
        let arguments = std::env::args_os().skip(1);
        Self {
            variables: std::env::vars_os().collect(),
            arguments: arguments
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
        }
    }

    /// Returns an environment of the given variables, for tests.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let pairs = variables.into_iter();
        Self {
            variables: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            arguments: Vec::new(),
        }
    }

    /// Returns what was typed after the program's name.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Returns a variable, if it is set and not empty.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// Returns a variable, if it is set, not empty and UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_os(name).and_then(OsStr::to_str)
    }

    /// Returns a variable as a path, if it is set and not empty.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.get_os(name).map(PathBuf::from)
    }

    /// Returns whether a switch is on: set, and not `0`, `false` or `no`.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| !matches!(value, "0" | "false" | "no"))
    }

    /// Returns whether state is kept where Vagrant keeps it (`ROVE_COMPAT`).
    pub fn is_compat(&self) -> bool {
        self.is_on(variables::ROVE_COMPAT)
    }

    /// Returns the names in `ROVE_PROVIDERS`, in order: the only providers to be
    /// taken as usable. `None` where it is not set; set and empty means none.
    pub fn allowed_providers(&self) -> Option<Vec<String>> {
        let value = self.variables.get(OsStr::new(variables::ROVE_PROVIDERS))?;
        let names = value.to_string_lossy();
        let names = names.split(',').map(str::trim);
        Some(
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Returns all variables that are UTF-8, sorted.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
    }

    /// Sets a variable, as `ENV[...] = ...` in a Vagrantfile does.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }
}
