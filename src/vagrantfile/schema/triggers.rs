//! `config.trigger`: a trigger for several commands is one entry for each.

use super::{Class, Lit, State, attr, provisioners, to_list, to_sym};
use crate::ruby::{Args, Interp, Outcome, Value};
use crate::vagrantfile::dsl::Config;

use Lit::{Nil, Sym};

/// `config.trigger`
pub(in crate::vagrantfile) static TRIGGER: Class = Class {
    key: "trigger",
    ruby: "VagrantPlugins::Kernel_V2::TriggerConfig",
    section: "trigger",
    methods: &[
        ("before", |interp, config, args| {
            add(interp, config, args, true)
        }),
        ("after", |interp, config, args| {
            add(interp, config, args, false)
        }),
    ],
    merge: |outer, inner, result| {
        let mut merged = outer.triggers().cloned().unwrap_or_default();
        if let Some(inner) = inner.triggers() {
            merged.before.extend(inner.before.iter().cloned());
            merged.after.extend(inner.after.iter().cloned());
        }
        result.parts = super::Parts::Triggers(merged);
    },
    finalize: |state| {
        state.fill_defaults();
        if let super::Parts::Triggers(parts) = &mut state.parts {
            for trigger in parts.before.iter_mut().chain(&mut parts.after) {
                trigger.finalize();
            }
        }
    },
    ..Class::PLAIN
};

/// One trigger.
pub(in crate::vagrantfile) static ITEM: Class = Class {
    key: "trigger item",
    ruby: "VagrantPlugins::Kernel_V2::VagrantConfigTrigger",
    section: "trigger",
    attrs: &[&[
        super::reader("command", Nil),
        attr("name", Nil),
        attr("info", Nil),
        attr("warn", Nil),
        attr("on_error", Sym("halt")),
        attr("ignore", Lit::List),
        attr("only_on", Nil),
        attr("run", Nil),
        attr("run_remote", Nil),
        attr("exit_codes", Lit::Int(0)),
        attr("abort", Nil),
        attr("type", Sym("action")),
        attr("ruby_block", Nil),
    ]],
    methods: &[
        ("ruby", |_, config, args| {
            let block = args.block.clone().map_or(Value::Nil, Value::Proc);
            config.change(|state| state.set_at("ruby_block", block, args.name_span()));
            Ok(Value::Nil)
        }),
        ("ruby=", |_, config, args| {
            let block = args.get(0);
            config.change(|state| state.set_at("ruby_block", block.clone(), args.name_span()));
            Ok(block)
        }),
    ],
    finalize: finalize_item,
    ..Class::PLAIN
};

/// What `config.trigger` keeps.
#[derive(Clone, Default)]
pub(in crate::vagrantfile) struct Parts {
    pub(in crate::vagrantfile) before: Vec<State>,
    pub(in crate::vagrantfile) after: Vec<State>,
}

impl State {
    /// Returns the parts of `config.trigger`.
    pub(in crate::vagrantfile) fn triggers(&self) -> Option<&Parts> {
        match &self.parts {
            super::Parts::Triggers(parts) => Some(parts),
            _ => None,
        }
    }
}

fn flatten(values: Vec<Value>, into: &mut Vec<Value>) {
    for value in values {
        match value {
            Value::Array(items) => flatten(items.to_vec(), into),
            other => into.push(other),
        }
    }
}

/// `before COMMAND, …, option: …` or `before COMMAND, … do |trigger| … end`
fn add(interp: &mut Interp, config: &Config, args: &Args, before: bool) -> Outcome {
    let mut commands = Vec::new();
    flatten(args.folded(), &mut commands);
    let options = match commands.last() {
        Some(Value::Hash(hash)) => Some(hash.pairs()),
        _ => None,
    };
    if options.is_some() {
        commands.pop();
    } else if args.block.is_none() {
        return Err(interp.raise(
            "Vagrant::Errors::TriggersNoBlockGiven",
            "a trigger needs a block or options",
        ));
    }
    for command in commands {
        let live = Value::native(Config::new(&ITEM));
        let Some(trigger) = live.as_native::<Config>() else {
            continue;
        };
        trigger.change(|state| state.set_at("command", to_sym(&command), args.name_span()));
        if let Some(block) = &args.block {
            interp.call_block(block, &[live.clone(), Value::Nil])?;
        }
        if let Some(options) = &options {
            trigger.set_options(interp, options, args)?;
        }
        let state = trigger.state();
        config.change(|parent| {
            if let super::Parts::Triggers(parts) = &mut parent.parts {
                if before {
                    parts.before.push(state);
                } else {
                    parts.after.push(state);
                }
            }
        });
    }
    Ok(Value::Nil)
}

fn finalize_item(state: &mut State) {
    state.fill_defaults();
    for name in ["only_on", "ignore", "exit_codes"] {
        let value = state.get(name);
        if value.truthy() {
            let mut items = to_list(&value);
            if name == "ignore" {
                items = items.iter().map(to_sym).collect();
            }
            state.set(name, Value::array(items));
        }
    }
    for name in ["run", "run_remote"] {
        let Value::Hash(given) = state.get(name) else {
            continue;
        };
        let mut shell = State::new(&provisioners::SHELL);
        if name == "run" {
            // On the host nothing is run as the administrator.
            shell.set("powershell_args", Value::str(""));
            shell.set("privileged", Value::Bool(false));
        }
        let span = state.span(name);
        for (key, value) in given.pairs() {
            let key = super::text(&key);
            match provisioners::SHELL.attr(&key) {
                Some(attr) => shell.set_at(attr.name, value, span.clone()),
                None => shell.add_unknown(&key, span.clone()),
            }
        }
        shell.finalize();
        state.set(name, super::nested(shell));
    }
    if matches!(state.get("abort"), Value::Bool(true)) {
        state.set("abort", Value::Int(1));
    }
    let kind = to_sym(&state.get("type"));
    state.set("type", kind);
}
