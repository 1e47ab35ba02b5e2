//! `config.ssh`, `config.winssh`, `config.winrm`: how a guest is reached.

use super::{Attr, Class, Lit, State, attr, nested};
use crate::ruby::Value;
use crate::vagrantfile::dsl::Config;

use Lit::{Bool, Int, Nil, Str, Sym};

/// Settings that `config.ssh` and its `default` share. Those that are not in
/// Vagrant 2.3.4 are `key_type`, `connect_retries`, `connect_retry_delay` and
/// `disable_deprecated_algorithms`.
const CONNECT: &[Attr] = &[
    attr("host", Nil),
    attr("port", Nil),
    attr("config", Nil),
    attr("connect_timeout", Int(15)),
    attr("connect_retries", Int(5)),
    attr("connect_retry_delay", Int(2)),
    attr("private_key_path", Nil),
    attr("username", Nil),
    attr("password", Nil),
    attr("insert_key", Bool(true)),
    attr("key_type", Sym("auto")),
    attr("keys_only", Bool(true)),
    attr("paranoid", Bool(false)),
    attr("verify_host_key", Sym("never")),
    attr("compression", Bool(true)),
    attr("dsa_authentication", Bool(true)),
    attr("disable_deprecated_algorithms", Bool(false)),
    attr("extra_args", Nil),
    attr("remote_user", Nil),
];

/// `config.ssh.default`
pub(in crate::vagrantfile) static SSH_CONNECT: Class = Class {
    key: "ssh.default",
    ruby: "VagrantPlugins::Kernel_V2::SSHConnectConfig",
    section: "SSH Defaults",
    attrs: &[CONNECT],
    finalize: finalize_connect,
    ..Class::PLAIN
};

/// `config.ssh`
pub(in crate::vagrantfile) static SSH: Class = Class {
    key: "ssh",
    ruby: "VagrantPlugins::Kernel_V2::SSHConfig",
    section: "SSH",
    attrs: &[
        CONNECT,
        &[
            attr("forward_agent", Bool(false)),
            attr("forward_x11", Bool(false)),
            attr("forward_env", Bool(false)),
            attr("guest_port", Int(22)),
            attr("keep_alive", Bool(true)),
            attr("proxy_command", Nil),
            attr("ssh_command", Nil),
            attr("pty", Bool(false)),
            attr("shell", Str("bash -l")),
            attr("sudo_command", Str("sudo -E -H %c")),
            attr(
                "export_command_template",
                Str("export %ENV_KEY%=\"%ENV_VALUE%\""),
            ),
            super::reader("default", Nil),
        ],
    ],
    merge: merge_default,
    finalize: finalize_ssh,
    ..Class::PLAIN
};

/// `config.winssh`
pub(in crate::vagrantfile) static WINSSH: Class = Class {
    key: "winssh",
    ruby: "VagrantPlugins::CommunicatorWinSSH::Config",
    section: "WINSSH",
    attrs: &[
        CONNECT,
        &[
            attr("forward_agent", Bool(false)),
            attr("forward_x11", Bool(false)),
            attr("forward_env", Bool(false)),
            attr("guest_port", Int(22)),
            attr("keep_alive", Bool(true)),
            attr("proxy_command", Nil),
            attr("ssh_command", Nil),
            attr("pty", Bool(false)),
            attr("shell", Str("powershell")),
            attr("sudo_command", Str("%c")),
            attr(
                "export_command_template",
                Str("$env:%ENV_KEY%=\"%ENV_VALUE%\""),
            ),
            attr("upload_directory", Str("C:/Windows/Temp")),
            super::reader("default", Nil),
        ],
    ],
    merge: merge_default,
    finalize: finalize_ssh,
    ..Class::PLAIN
};

/// `config.winrm`
pub(in crate::vagrantfile) static WINRM: Class = Class {
    key: "winrm",
    ruby: "VagrantPlugins::CommunicatorWinRM::Config",
    section: "WinRM",
    attrs: &[&[
        attr("username", Str("vagrant")),
        attr("password", Str("vagrant")),
        attr("transport", Sym("negotiate")),
        attr("host", Nil),
        attr("port", Int(5985)),
        attr("guest_port", Int(5985)),
        attr("max_tries", Int(20)),
        attr("retry_delay", Int(2)),
        attr("timeout", Int(1800)),
        attr("ssl_peer_verification", Bool(true)),
        attr("execution_time_limit", Str("PT2H")),
        attr("basic_auth_only", Bool(false)),
        attr("codepage", Nil),
    ]],
    finalize: |state| {
        let port = if super::is_sym(&state.get("transport"), "ssl") {
            5986
        } else {
            5985
        };
        for name in ["port", "guest_port"] {
            if state.is_unset(name) {
                state.set(name, Value::Int(port));
            }
        }
        state.fill_defaults();
    },
    ..Class::PLAIN
};

/// Gives `config.ssh` the object behind `config.ssh.default`.
pub(super) fn add_default(state: &mut State) {
    state.set("default", nested(State::new(&SSH_CONNECT)));
}

/// Returns the state behind `default`.
pub(in crate::vagrantfile) fn default_of(state: &State) -> Option<State> {
    Some(state.get("default").as_native::<Config>()?.state())
}

fn merge_default(outer: &State, inner: &State, result: &mut State) {
    if let (Some(outer), Some(inner)) = (default_of(outer), default_of(inner)) {
        result.set("default", nested(outer.merge(&inner)));
    }
}

fn finalize_connect(state: &mut State) {
    if state.is_unset("remote_user") {
        let user = state.get("username");
        state.set("remote_user", user);
    }
    state.fill_defaults();
    let key = state.get("private_key_path");
    if key.truthy() && !matches!(key, Value::Array(_)) {
        state.set("private_key_path", Value::array(vec![key]));
    }
    let paranoid = state.get("paranoid");
    if paranoid.truthy() {
        state.set("verify_host_key", paranoid);
    }
    let verify = match state.get("verify_host_key") {
        Value::Bool(true) => Some("accepts_new_or_local_tunnel"),
        Value::Bool(false) => Some("never"),
        other if super::is_sym(&other, "very") => Some("accept_new"),
        other if super::is_sym(&other, "secure") => Some("always"),
        _ => None,
    };
    if let Some(verify) = verify {
        state.set("verify_host_key", Value::sym(verify));
    }
    let timeout = match state.get("connect_timeout") {
        Value::Str(text) => Some(leading_number(&text.text())),
        Value::Float(number) => Some(number as i64),
        Value::Nil => Some(0),
        _ => None,
    };
    if let Some(timeout) = timeout {
        state.set("connect_timeout", Value::Int(timeout));
    }
}

fn finalize_ssh(state: &mut State) {
    let default = default_of(state);
    finalize_connect(state);
    if let Some(mut default) = default {
        if default.is_unset("username") {
            default.set("username", Value::str("vagrant"));
        }
        if default.is_unset("port") {
            default.set("port", state.get("guest_port"));
        }
        default.finalize();
        state.set("default", nested(default));
    }
}

/// Returns what `to_i` makes of a text.
pub(in crate::vagrantfile) fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && (*c == '-' || *c == '+'))))
        .map_or(text.len(), |(at, _)| at);
    text.get(..end)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}
