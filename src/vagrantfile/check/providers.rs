//! Rules of the chosen provider's block.

use std::path::Path;

use super::{Context, said};
use crate::ruby::Value;
use crate::vagrantfile::schema::{State, is_sym, text, to_list};

pub(super) fn check(context: &mut Context<'_>, state: &State) {
    match state.class.key {
        "virtualbox" => virtualbox(context, state),
        "hyperv" => hyperv(context, state),
        "docker" => docker(context, state),
        "libvirt" => libvirt(context, state),
        _ => {}
    }
}

fn virtualbox(context: &mut Context<'_>, state: &State) {
    let section = state.class.section;
    let events = ["pre-import", "pre-boot", "post-boot", "post-comm"];
    let all = to_list(&state.get("customizations"));
    for entry in &all {
        let event = to_list(entry).first().map(text).unwrap_or_default();
        if !events.contains(&event.as_str()) {
            context.error(
                section,
                format!(
                    "unknown event `{event}` of `customize`; there are {}",
                    events.join(", ")
                ),
                state.span("customizations"),
            );
        }
    }
    for entry in &all {
        let entry = to_list(entry);
        let event = entry.first().map(text).unwrap_or_default();
        let words = entry.get(1).map(to_list).unwrap_or_default();
        if event == "pre-import" && words.iter().any(|word| is_sym(word, "id")) {
            context.error(
                section,
                "before the import there is no `:id` to customize",
                state.span("customizations"),
            );
        }
    }
    let vm = context.machine.root.section("vm").and_then(State::vm);
    let misplaced = vm.into_iter().flat_map(|vm| &vm.networks).find(|network| {
        let internal = network.options.get(&Value::sym("virtualbox__intnet"));
        network.kind != "private_network" && internal.is_some_and(|value| value.truthy())
    });
    if let Some(network) = misplaced {
        context.error(
            section,
            "`virtualbox__intnet` goes with a private network only",
            network.span.clone(),
        );
    }
}

fn hyperv(context: &mut Context<'_>, state: &State) {
    let section = state.class.section;
    match state.get("vm_integration_services") {
        Value::Hash(services) => {
            for (key, value) in services.pairs() {
                if !matches!(value, Value::Bool(_)) {
                    context.error(
                        section,
                        format!(
                            "the integration service `{}` must be true or false",
                            text(&key)
                        ),
                        state.span("vm_integration_services"),
                    );
                }
            }
        }
        _ => context.error(
            section,
            "`vm_integration_services` must be a hash",
            state.span("vm_integration_services"),
        ),
    }
    for (name, allowed) in [
        ("auto_start_action", ["Nothing", "StartIfRunning", "Start"]),
        ("auto_stop_action", ["ShutDown", "TurnOff", "Save"]),
    ] {
        let action = state.get(name);
        let known = action
            .as_string()
            .is_some_and(|action| allowed.contains(&action.as_str()));
        if !known {
            context.error(
                section,
                format!(
                    "`{}` is no `{name}`; there are {}",
                    text(&action),
                    allowed.join(", ")
                ),
                state.span(name),
            );
        }
    }
}

fn docker(context: &mut Context<'_>, state: &State) {
    let section = state.class.section;
    let sources = ["build_dir", "git_repo", "image"];
    let given: Vec<&str> = sources
        .into_iter()
        .filter(|name| !state.get(name).is_nil())
        .collect();
    if given.len() > 1 {
        context.error(
            section,
            format!("`{}` exclude each other", given.join("`, `")),
            state.span(given[1]),
        );
    }
    if !sources.iter().any(|name| state.get(name).truthy()) {
        context.error(
            section,
            "one of `image`, `build_dir` and `git_repo` must be set",
            None,
        );
    }
    // Vagrant looks from the working directory; ours is the Vagrantfile's folder.
    if let Some(folder) = said(state, "build_dir")
        && !context.is_dir(&folder)
    {
        context.error(
            section,
            format!("there is no folder `{folder}` to build from"),
            state.span("build_dir"),
        );
    }
    if let Some(repository) = said(state, "git_repo") {
        let web = repository.starts_with("http://") || repository.starts_with("https://");
        let is_git = Path::new(repository.split('#').next().unwrap_or_default())
            .extension()
            .is_some_and(|extension| extension == "git");
        let short = ["github.com", "git@", "git://"]
            .iter()
            .any(|start| repository.starts_with(start));
        if !(web && is_git || short) {
            context.error(
                section,
                format!("`{repository}` is no Git repository"),
                state.span("git_repo"),
            );
        }
    }
    if !matches!(state.get("compose_configuration"), Value::Hash(_)) {
        context.error(
            section,
            "`compose_configuration` must be a hash",
            state.span("compose_configuration"),
        );
    }
    if state.get("compose").truthy() && state.get("force_host_vm").truthy() {
        context.error(
            section,
            "`compose` does not go with `force_host_vm`",
            state.span("compose"),
        );
    }
    if !matches!(state.get("create_args"), Value::Array(_)) {
        context.error(
            section,
            "`create_args` must be a list",
            state.span("create_args"),
        );
    }
    for link in to_list(&state.get("links")) {
        let link = text(&link);
        let parts: Vec<&str> = link.split(':').collect();
        if parts.len() != 2 || parts.contains(&"") {
            context.error(
                section,
                format!("`{link}` is no link; write `container:alias`"),
                state.span("links"),
            );
        }
    }
    if let Some(file) = said(state, "vagrant_vagrantfile")
        && !context.is_file(&file)
    {
        context.error(
            section,
            format!("there is no file `{file}`"),
            state.span("vagrant_vagrantfile"),
        );
    }
}

fn libvirt(context: &mut Context<'_>, state: &State) {
    let features = !to_list(&state.get("cpu_features")).is_empty();
    if features && text(&state.get("cpu_model")).is_empty() {
        context.error(
            state.class.section,
            "`cpu_feature` needs `cpu_model`",
            state.span("cpu_features"),
        );
    }
}
