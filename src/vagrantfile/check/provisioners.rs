//! Rules of provisioners.

use super::{Context, Finding, names, said};
use crate::config::Severity;
use crate::ruby::Value;
use crate::source::{Span, nearest};
use crate::vagrantfile::schema::vm::{ProvisionerEntry, ProvisionerOptions};
use crate::vagrantfile::schema::{State, is_sym, provisioners, text, to_list};

pub(super) fn check(context: &mut Context<'_>) {
    let machine = context.machine;
    let Some(vm) = machine.root.section("vm").and_then(State::vm) else {
        return;
    };
    for entry in &vm.provisioners {
        match &entry.options {
            ProvisionerOptions::Unknown(_) => unknown_type(context, entry),
            ProvisionerOptions::Known(state) => {
                order(context, entry, &vm.provisioners);
                names::unknown(context, state.class.section, state);
                options(context, state, entry.span.as_ref());
            }
        }
    }
}

fn unknown_type(context: &mut Context<'_>, entry: &ProvisionerEntry) {
    if context.machine.plugins.is_declared(&entry.kind) {
        let message = format!(
            "the provisioner `{}` is a plugin in Ruby, which rove cannot run",
            entry.kind
        );
        let mut finding = Finding::error("vm", message, entry.span.clone());
        finding.severity = Severity::Warning;
        finding.counted = false;
        context.findings.push(finding);
        return;
    }
    let known = provisioners::ALL.iter().map(|class| class.key);
    let mut finding = Finding::error(
        "vm",
        format!("unknown provisioner `{}`", entry.kind),
        entry.span.clone(),
    );
    finding.hint = nearest(&entry.kind, known)
        .map(|near| format!("did you mean `{near}`?"))
        .or_else(|| {
            let plugin = if context.machine.plugins.has_provisioner(&entry.kind) {
                "rove reads the settings of its plugin, and does not run it yet"
            } else {
                "it belongs to a plugin that rove does not know"
            };
            Some(plugin.to_owned())
        });
    context.findings.push(finding);
}

/// `before:` and `after:`
fn order(context: &mut Context<'_>, entry: &ProvisionerEntry, all: &[ProvisionerEntry]) {
    let section = "provisioner";
    let span = || entry.span.clone();
    if !matches!(entry.communicator_required, Value::Bool(_)) {
        context.error(
            section,
            "`communicator_required` must be true or false",
            span(),
        );
    }
    if entry.before.truthy() && entry.after.truthy() {
        context.error(section, "`before` and `after` exclude each other", span());
    }
    for (word, place) in [("before", &entry.before), ("after", &entry.after)] {
        if !place.truthy() || is_sym(place, "each") || is_sym(place, "all") {
            continue;
        }
        match place {
            Value::Str(_) => {}
            Value::Sym(_) => {
                context.error(
                    section,
                    format!("`{word}` is a name in quotes, `:each` or `:all`"),
                    span(),
                );
            }
            _ => context.error(
                section,
                format!("`{word}` must be the name of a provisioner"),
                span(),
            ),
        }
        let wanted = text(place);
        let is_other = |other: &&ProvisionerEntry| {
            matches!(place, Value::Str(_)) && other.name.as_deref() == Some(wanted.as_str())
        };
        if !all
            .iter()
            .filter(|other| other.name != entry.name)
            .any(|other| is_other(&other))
        {
            context.error(
                section,
                format!("there is no provisioner `{wanted}` to run {word}"),
                span(),
            );
        }
        let chained = all
            .iter()
            .find(|other| is_other(other) && (other.before.truthy() || other.after.truthy()));
        if chained.is_some() {
            context.error(
                section,
                format!("the provisioner `{wanted}` has a place by another one itself"),
                span(),
            );
        }
    }
}

/// Rules of one provisioner's options, also those of a trigger's scripts.
fn options(context: &mut Context<'_>, state: &State, at: Option<&Span>) {
    let at = at.cloned();
    match state.class.key {
        "shell" => shell(context, state, state.class.section, at),
        "file" => file(context, state, at),
        "ansible" | "ansible_local" => ansible(context, state, at),
        "puppet" => puppet(context, state, at),
        "puppet_server" => puppet_server(context, state, at),
        "chef_solo" | "chef_zero" | "chef_client" | "chef_apply" => chef(context, state, at),
        "salt" => salt(context, state, at),
        "cfengine" => cfengine(context, state, at),
        _ => {}
    }
}

pub(super) fn shell(context: &mut Context<'_>, state: &State, section: &str, at: Option<Span>) {
    let span = |name: &str| state.span(name).or_else(|| at.clone());
    let on = |name: &str| state.get(name).truthy();
    if on("path") && on("inline") {
        context.error(
            section,
            "a shell provisioner has `path` and `inline`; say one of them",
            span("inline"),
        );
    } else if !on("path") && !on("inline") && !on("reset") && !on("reboot") {
        context.error(
            section,
            "a shell provisioner needs `path` or `inline`",
            at.clone(),
        );
    }
    if let Some(path) = said(state, "path") {
        let remote = ["http://", "https://", "ftp://"]
            .iter()
            .any(|scheme| path.contains(scheme));
        if !remote && !context.is_file(&path) {
            context.error(
                section,
                format!("there is no script `{path}`"),
                span("path"),
            );
        }
    }
    if !matches!(state.get("env"), Value::Hash(_)) {
        context.error(
            section,
            "`env` of a shell provisioner must be a hash",
            span("env"),
        );
    }
    if !provisioners::args_are_valid(&state.get("args")) {
        context.error(
            section,
            "`args` of a shell provisioner must be a string, or a list of strings and numbers",
            span("args"),
        );
    }
    if on("powershell_elevated_interactive") && !on("privileged") {
        context.error(
            section,
            "`powershell_elevated_interactive` needs `privileged`",
            span("powershell_elevated_interactive"),
        );
    }
}

fn file(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    for name in ["source", "destination"] {
        if !state.get(name).truthy() {
            context.error(
                section,
                format!("a file provisioner needs `{name}`"),
                at.clone(),
            );
        }
    }
    if let Some(source) = said(state, "source")
        && !context.expand(&source).exists()
    {
        context.error(
            section,
            format!("there is no `{source}` to upload"),
            state.span("source"),
        );
    }
}

fn ansible(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    if !state.get("compatibility_mode").truthy() {
        context.error(
            section,
            "`compatibility_mode` is `auto`, `1.8` or `2.0`",
            state.span("compatibility_mode"),
        );
    }
    if !state.get("playbook").truthy() {
        context.error(section, "an Ansible provisioner needs `playbook`", at);
    }
    let vars = state.get("extra_vars");
    if vars.truthy() && !matches!(vars, Value::Hash(_) | Value::Str(_)) {
        context.error(
            section,
            "`extra_vars` must be a hash or a file name",
            state.span("extra_vars"),
        );
    }
    for name in ["raw_arguments", "raw_ssh_args"] {
        let value = state.get(name);
        if value.truthy() && !matches!(value, Value::Array(_) | Value::Str(_)) {
            context.error(
                section,
                format!("`{name}` must be a list or a string"),
                state.span(name),
            );
        }
    }
}

/// Returns the folder of a `[where, path]` if it lies on the host.
fn host_folder(value: &Value) -> Option<String> {
    let parts = to_list(value);
    let on_host = parts.first().is_some_and(|first| is_sym(first, "host"));
    parts.get(1).filter(|_| on_host).map(text)
}

fn puppet(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    let (manifests, environments) = (state.get("manifests_path"), state.get("environment_path"));
    let checks = [
        (host_folder(&manifests), "manifest_file", "manifest"),
        (host_folder(&environments), "environment", "environment"),
    ];
    if let Some((folder, name, what)) = checks
        .into_iter()
        .find_map(|(folder, name, what)| Some((folder?, name, what)))
    {
        if context.is_dir(&folder) {
            let entry = context.expand(&folder).join(text(&state.get(name)));
            if !entry.exists() {
                context.error(
                    section,
                    format!("there is no {what} `{}`", entry.display()),
                    at.clone(),
                );
            }
        } else {
            context.error(
                section,
                format!("there is no folder `{folder}` with Puppet {what}s"),
                at.clone(),
            );
        }
    }
    if manifests.is_nil() && environments.is_nil() {
        context.error(
            section,
            "a Puppet provisioner needs `environment_path` or `manifests_path`",
            at.clone(),
        );
    }
    for path in to_list(&state.get("module_path")) {
        let path = text(&path);
        if !context.is_dir(&path) {
            context.error(
                section,
                format!("there is no folder `{path}` with Puppet modules"),
                state.span("module_path"),
            );
        }
    }
}

fn puppet_server(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    let certificate = said(state, "client_cert_path");
    let key = said(state, "client_private_key_path");
    if certificate.is_some() != key.is_some() {
        context.error(
            section,
            "`client_cert_path` and `client_private_key_path` go together",
            at.clone(),
        );
    }
    for (name, path) in [
        ("client_cert_path", &certificate),
        ("client_private_key_path", &key),
    ] {
        if let Some(path) = path
            && !context.is_file(path)
        {
            context.error(
                section,
                format!("there is no file `{path}`"),
                state.span(name),
            );
        }
    }
    if !state.get("puppet_node").truthy() && (certificate.is_some() || key.is_some()) {
        context.error(section, "a client certificate needs `puppet_node`", at);
    }
}

fn chef(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    let blank = |name: &str| text(&state.get(name)).trim().is_empty();
    if blank("log_level") {
        context.error(section, "`log_level` is empty", state.span("log_level"));
    }
    if let Some(path) = said(state, "custom_config_path")
        && !context.is_file(&path)
    {
        context.error(
            section,
            format!("there is no file `{path}`"),
            state.span("custom_config_path"),
        );
    }
    let required: &[&str] = match state.class.key {
        "chef_client" => &["chef_server_url", "validation_key_path"],
        "chef_apply" => &["recipe", "upload_path"],
        _ => &[],
    };
    for name in required {
        if blank(name) {
            context.error(
                section,
                format!("a `{}` provisioner needs `{name}`", state.class.key),
                at.clone(),
            );
        }
    }
    if state.class.attr("cookbooks_path").is_none() {
        return;
    }
    if to_list(&state.get("cookbooks_path")).is_empty() {
        context.error(section, "`cookbooks_path` is empty", at.clone());
    }
    if state.class.key == "chef_zero" {
        let nodes = to_list(&state.get("nodes_path"));
        let missing = nodes.iter().filter(|node| {
            let path = to_list(node).get(1).map(text).unwrap_or_default();
            !context.expand(&path).exists()
        });
        let missing = missing.count();
        if nodes.is_empty() {
            context.error(
                section,
                "a `chef_zero` provisioner needs `nodes_path`",
                at.clone(),
            );
        } else if missing == nodes.len() {
            context.error(
                section,
                "there is none of the folders of `nodes_path`",
                state.span("nodes_path"),
            );
        }
    }
    let environments = to_list(&state.get("environments_path"));
    if state.get("environment").truthy() && environments.is_empty() {
        context.error(
            section,
            "`environment` needs `environments_path`",
            state.span("environment"),
        );
    }
    for place in environments {
        if let Some(folder) = host_folder(&place)
            && !context.is_dir(&folder)
        {
            context.error(
                section,
                format!("there is no folder `{folder}` with environments"),
                state.span("environments_path"),
            );
        }
    }
}

fn salt(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    for name in ["minion_config", "master_config", "grains_config"] {
        if let Some(path) = said(state, name)
            && !context.is_file(&path)
        {
            context.error(
                section,
                format!("there is no file `{path}` for `{name}`"),
                state.span(name),
            );
        }
    }
    for (key, public) in [("minion_key", "minion_pub"), ("master_key", "master_pub")] {
        if state.get(key).truthy() != state.get(public).truthy() {
            context.error(
                section,
                format!("`{key}` and `{public}` go together"),
                at.clone(),
            );
        }
    }
    let on = |name: &str| state.get(name).truthy();
    if on("install_master") && !on("no_minion") && !on("seed_master") && on("run_highstate") {
        context.error(
            section,
            "a highstate on the master needs `seed_master`",
            at.clone(),
        );
    }
    for name in ["salt_call_args", "salt_args"] {
        let value = state.get(name);
        if value.truthy() && !matches!(value, Value::Array(_)) {
            context.error(
                section,
                format!("`{name}` must be a list"),
                state.span(name),
            );
        }
    }
    let version = state.get("python_version");
    let is_number = match &version {
        Value::Str(version) => version.text().chars().all(|c| c.is_ascii_digit()),
        other => !other.truthy() || matches!(other, Value::Int(_)),
    };
    if !is_number {
        context.error(
            section,
            "`python_version` must be a whole number",
            state.span("python_version"),
        );
    }
    let windows = context
        .machine
        .root
        .section("vm")
        .is_some_and(|vm| is_sym(&vm.get("communicator"), "winrm"));
    if !windows && on("version") && !on("install_type") {
        context.error(
            section,
            "`version` needs `install_type`",
            state.span("version"),
        );
    }
}

fn cfengine(context: &mut Context<'_>, state: &State, at: Option<Span>) {
    let section = state.class.section;
    let mode = state.get("mode");
    if !is_sym(&mode, "bootstrap") && !is_sym(&mode, "single_run") {
        context.error(
            section,
            "`mode` is `:bootstrap` or `:single_run`",
            state.span("mode"),
        );
    }
    let server = state.get("policy_server_address").truthy() || state.get("am_policy_hub").truthy();
    if is_sym(&mode, "bootstrap") && !server {
        context.error(
            section,
            "bootstrapping needs `policy_server_address` or `am_policy_hub`",
            at,
        );
    }
    let classes = state.get("classes");
    if classes.truthy() && !matches!(classes, Value::Array(_)) {
        context.error(section, "`classes` must be a list", state.span("classes"));
    }
    if let Some(path) = said(state, "files_path")
        && !context.is_dir(&path)
    {
        context.error(
            section,
            format!("there is no folder `{path}`"),
            state.span("files_path"),
        );
    }
    if let Some(path) = said(state, "run_file")
        && !context.is_file(&path)
    {
        context.error(
            section,
            format!("there is no file `{path}`"),
            state.span("run_file"),
        );
    }
}
