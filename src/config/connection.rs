//! How a running machine is reached.

use std::path::PathBuf;
use std::time::Duration;

use super::Value;

/// Address and port of a guest's server, as seen from this host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// `config.ssh`, finalized (VAGRANT defaults filled in where they are fixed).
#[derive(Clone, Debug, PartialEq)]
pub struct Ssh {
    /// `host`, where it overrides the provider's.
    pub host: Option<String>,
    /// `port`, where it overrides the provider's.
    pub port: Option<u16>,
    /// `guest_port`.
    pub guest_port: u16,
    /// `username`, else `default.username`.
    pub username: String,
    /// `password`.
    pub password: Option<String>,
    /// `private_key_path`, relative to the Vagrantfile.
    pub private_key_paths: Vec<PathBuf>,
    /// `insert_key`: put a fresh key in place of the insecure one.
    pub insert_key: bool,
    /// `keys_only`.
    pub keys_only: bool,
    /// `verify_host_key` as given (`never`, `accept_new`, …).
    pub verify_host_key: Value,
    /// `shell`.
    pub shell: String,
    /// `sudo_command`; `%c` stands for the command.
    pub sudo_command: String,
    /// `export_command_template`.
    pub export_command_template: String,
    /// `forward_agent`.
    pub forward_agent: bool,
    /// `forward_x11`.
    pub forward_x11: bool,
    /// `forward_env`: names of variables.
    pub forward_env: Vec<String>,
    /// `keep_alive`.
    pub keep_alive: bool,
    /// `compression`.
    pub compression: bool,
    /// `dsa_authentication`.
    pub dsa_authentication: bool,
    /// `proxy_command`.
    pub proxy_command: Option<String>,
    /// `pty`.
    pub pty: bool,
    /// `ssh_command`: program for `rove ssh`.
    pub ssh_command: Option<String>,
    /// `extra_args` for `rove ssh`.
    pub extra_args: Vec<String>,
    /// `config`: a file for `Include`.
    pub config_file: Option<String>,
    /// `connect_timeout`.
    pub connect_timeout: Duration,
    /// `disable_deprecated_algorithms`.
    pub disable_deprecated_algorithms: bool,
}

impl Default for Ssh {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            guest_port: 22,
            username: "vagrant".to_owned(),
            password: None,
            private_key_paths: Vec::new(),
            insert_key: true,
            keys_only: true,
            verify_host_key: Value::String("never".to_owned()),
            shell: "bash -l".to_owned(),
            sudo_command: "sudo -E -H %c".to_owned(),
            export_command_template: "export %ENV_KEY%=\"%ENV_VALUE%\"".to_owned(),
            forward_agent: false,
            forward_x11: false,
            forward_env: Vec::new(),
            keep_alive: true,
            compression: true,
            dsa_authentication: true,
            proxy_command: None,
            pty: false,
            ssh_command: None,
            extra_args: Vec::new(),
            config_file: None,
            connect_timeout: Duration::from_secs(15),
            disable_deprecated_algorithms: false,
        }
    }
}

/// Everything needed to log in to a machine now.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// User, keys and habits. `private_key_paths` holds absolute paths, tried in order.
    pub ssh: Ssh,
}
