//! Rules of the other sections: connections, triggers, pushes, `config.vagrant`.

use super::{Context, names, provisioners, said};
use crate::ruby::Value;
use crate::vagrantfile::dsl::Config;
use crate::vagrantfile::schema::{State, connection, is_sym, text, to_list};

pub(super) fn check(context: &mut Context<'_>) {
    let machine = context.machine;
    for state in &machine.root.sections {
        match state.class.key {
            "vm" => {}
            "ssh" | "winssh" => ssh(context, state),
            "winrm" => winrm(context, state),
            "trigger" => triggers(context, state),
            "vagrant" => vagrant(context, state),
            "windows" => windows(context, state),
            "push" => pushes(context, state),
            _ => names::unknown(context, state.class.section, state),
        }
    }
}

fn ssh(context: &mut Context<'_>, state: &State) {
    names::unknown(context, state.class.section, state);
    connect(context, state, state.class.section);
    if let Some(default) = connection::default_of(state) {
        names::unknown(context, "SSH Defaults", &default);
        connect(context, &default, "SSH Defaults");
    }
}

fn connect(context: &mut Context<'_>, state: &State, section: &str) {
    for key in to_list(&state.get("private_key_path")) {
        let key = text(&key);
        if !context.is_file(&key) {
            context.error(
                section,
                format!("there is no private key `{key}`"),
                state.span("private_key_path"),
            );
        }
    }
    if let Some(file) = said(state, "config")
        && !context.is_file(&file)
    {
        context.error(
            section,
            format!("there is no SSH configuration `{file}`"),
            state.span("config"),
        );
    }
    match state.get("connect_timeout") {
        Value::Int(seconds) if seconds >= 1 => {}
        other => context.error(
            section,
            format!(
                "`connect_timeout` is `{}`; it must be at least one second",
                text(&other)
            ),
            state.span("connect_timeout"),
        ),
    }
}

fn winrm(context: &mut Context<'_>, state: &State) {
    // Vagrant does not look for unknown settings here.
    names::unknown_elsewhere(context, state);
    let section = state.class.section;
    for name in [
        "username",
        "password",
        "port",
        "guest_port",
        "max_tries",
        "retry_delay",
        "timeout",
        "execution_time_limit",
    ] {
        if state.get(name).is_nil() {
            context.error(section, format!("`{name}` cannot be nil"), state.span(name));
        }
    }
    for name in ["ssl_peer_verification", "basic_auth_only"] {
        if !matches!(state.get(name), Value::Bool(_)) {
            context.error(
                section,
                format!("`{name}` must be true or false"),
                state.span(name),
            );
        }
    }
}

fn windows(context: &mut Context<'_>, state: &State) {
    // Vagrant does not look for unknown settings here either.
    names::unknown_elsewhere(context, state);
    let name = "set_work_network";
    if state.get(name).is_nil() {
        let section = state.class.section;
        context.error(section, format!("`{name}` cannot be nil"), state.span(name));
    }
}

fn triggers(context: &mut Context<'_>, state: &State) {
    names::unknown(context, "trigger", state);
    let Some(parts) = state.triggers() else {
        return;
    };
    for trigger in parts.before.iter().chain(&parts.after) {
        names::unknown(context, "trigger", trigger);
        self::trigger(context, trigger);
    }
}

fn trigger(context: &mut Context<'_>, state: &State) {
    let section = "trigger";
    let command = text(&state.get("command"));
    let span = |name: &str| state.span(name).or_else(|| state.span("command"));
    let kind = state.get("type");
    if kind.truthy()
        && !["command", "action", "hook"]
            .iter()
            .any(|known| is_sym(&kind, known))
    {
        context.error(
            section,
            format!(
                "unknown type `{}` of the trigger for `{command}`; there are command, action, hook",
                text(&kind)
            ),
            span("type"),
        );
    }
    for name in ["run", "run_remote"] {
        if let Some(shell) = state.get(name).as_native::<Config>().map(Config::state) {
            names::unknown(context, section, &shell);
            provisioners::shell(context, &shell, section, span(name));
        }
    }
    for name in ["name", "info", "warn"] {
        let value = state.get(name);
        if value.truthy() && !matches!(value, Value::Str(_)) {
            context.error(
                section,
                format!("`{name}` of the trigger for `{command}` must be a string"),
                span(name),
            );
        }
    }
    let on_error = state.get("on_error");
    if !is_sym(&on_error, "halt") && !is_sym(&on_error, "continue") {
        context.error(
            section,
            format!("`on_error` of the trigger for `{command}` is `:halt` or `:continue`"),
            span("on_error"),
        );
    }
    if !to_list(&state.get("exit_codes"))
        .iter()
        .all(|code| matches!(code, Value::Int(_)))
    {
        context.error(
            section,
            format!("`exit_codes` of the trigger for `{command}` must be numbers"),
            span("exit_codes"),
        );
    }
    let abort = state.get("abort");
    if abort.truthy() && !matches!(abort, Value::Int(_)) {
        context.error(
            section,
            format!("`abort` of the trigger for `{command}` must be true or an exit status"),
            span("abort"),
        );
    }
    let block = state.get("ruby_block");
    if block.truthy() && !matches!(block, Value::Proc(_)) {
        context.error(
            section,
            format!("`ruby` of the trigger for `{command}` must be a block"),
            span("ruby_block"),
        );
    }
}

fn vagrant(context: &mut Context<'_>, state: &State) {
    let section = state.class.section;
    names::unknown(context, section, state);
    let sensitive = state.get("sensitive");
    if sensitive.truthy() && !matches!(sensitive, Value::Str(_) | Value::Array(_)) {
        context.error(
            section,
            "`sensitive` must be a string or a list",
            state.span("sensitive"),
        );
    }
    let Value::Hash(plugins) = state.get("plugins") else {
        context.error(
            section,
            "`plugins` must be a name, a list or a hash",
            state.span("plugins"),
        );
        return;
    };
    for (name, info) in plugins.pairs() {
        let Some(members) = info.as_hash() else {
            context.error(
                section,
                format!("the options of the plugin `{}` must be a hash", text(&name)),
                state.span("plugins"),
            );
            continue;
        };
        let odd: Vec<String> = members
            .iter()
            .map(|(key, _)| text(key))
            .filter(|key| !["sources", "version", "entry_point"].contains(&key.as_str()))
            .collect();
        if !odd.is_empty() {
            context.error(
                section,
                format!(
                    "unknown options `{}` of the plugin `{}`",
                    odd.join("`, `"),
                    text(&name)
                ),
                state.span("plugins"),
            );
        }
    }
}

fn pushes(context: &mut Context<'_>, state: &State) {
    names::unknown(context, "push", state);
    let machine = context.machine;
    for push in &machine.pushes {
        let state = &push.state;
        let section = state.class.section;
        names::unknown(context, section, state);
        let blank = |name: &str| text(&state.get(name)).trim().is_empty();
        let required: &[&str] = match state.class.key {
            "ftp" => &["host", "username", "destination", "dir"],
            "heroku" => &["dir", "git_bin", "remote"],
            "atlas" => &["app", "dir"],
            _ => &[],
        };
        for name in required {
            if blank(name) {
                context.error(
                    section,
                    format!("the push `{}` needs `{name}`", push.name),
                    state.span(name),
                );
            }
        }
        if state.class.key == "local-exec" {
            if blank("script") && blank("inline") {
                context.error(
                    section,
                    format!("the push `{}` needs `script` or `inline`", push.name),
                    None,
                );
            }
            if !blank("script") && !blank("inline") {
                context.error(
                    section,
                    format!(
                        "the push `{}` has `script` and `inline`; say one of them",
                        push.name
                    ),
                    state.span("inline"),
                );
            }
            if !crate::vagrantfile::schema::provisioners::args_are_valid(&state.get("args")) {
                context.error(
                    section,
                    format!(
                        "`args` of the push `{}` must be a string or a list",
                        push.name
                    ),
                    state.span("args"),
                );
            }
        }
    }
}
