//! `config.push` and its strategies.

use std::rc::Rc;

use super::{
    Class, Lit, State, attr, held, is_sym, join_lists, options, positional, text, to_list,
};
use crate::ruby::{Args, Interp, Outcome, Proc, Value};
use crate::vagrantfile::dsl::Config;

use Lit::{Bool, List, Nil, Str};

/// `config.push`
pub(in crate::vagrantfile) static PUSH: Class = Class {
    key: "push",
    ruby: "VagrantPlugins::Kernel_V2::PushConfig",
    section: "push",
    methods: &[("define", define)],
    merge: |outer, inner, result| {
        let mut merged = outer.pushes().cloned().unwrap_or_default();
        if let Some(inner) = inner.pushes() {
            merged.defined.extend(inner.defined.iter().cloned());
        }
        result.parts = super::Parts::Pushes(merged);
    },
    ..Class::PLAIN
};

static FTP: Class = Class {
    key: "ftp",
    ruby: "VagrantPlugins::FTPPush::Config",
    section: "FTP push",
    attrs: &[&[
        attr("host", Nil),
        attr("username", Nil),
        attr("password", Nil),
        attr("passive", Bool(true)),
        attr("secure", Bool(false)),
        attr("destination", Str("/")),
        attr("dir", Str(".")),
        held("includes", List),
        held("excludes", List),
    ]],
    methods: FILTERS,
    merge: merge_filters,
    ..Class::PLAIN
};

static HEROKU: Class = Class {
    key: "heroku",
    ruby: "VagrantPlugins::HerokuPush::Config",
    section: "Heroku push",
    attrs: &[&[
        attr("app", Nil),
        attr("dir", Str(".")),
        attr("git_bin", Str("git")),
        attr("remote", Str("heroku")),
    ]],
    ..Class::PLAIN
};

static LOCAL_EXEC: Class = Class {
    key: "local-exec",
    ruby: "VagrantPlugins::LocalExecPush::Config",
    section: "Local Exec push",
    attrs: &[&[attr("script", Nil), attr("inline", Nil), attr("args", Nil)]],
    finalize: super::provisioners::finalize_args,
    ..Class::PLAIN
};

static NOOP: Class = Class {
    key: "noop",
    ruby: "VagrantPlugins::NoopDeploy::Config",
    section: "Noop push",
    ..Class::PLAIN
};

static ATLAS: Class = Class {
    key: "atlas",
    ruby: "VagrantPlugins::AtlasPush::Config",
    section: "Atlas push",
    attrs: &[&[
        attr("address", Nil),
        attr("token", Nil),
        attr("app", Nil),
        attr("dir", Str(".")),
        attr("vcs", Bool(true)),
        attr("uploader_path", Nil),
        held("includes", List),
        held("excludes", List),
    ]],
    methods: FILTERS,
    merge: merge_filters,
    ..Class::PLAIN
};

/// Returns the class of a strategy.
pub(in crate::vagrantfile) fn class(strategy: &str) -> Option<&'static Class> {
    [&FTP, &HEROKU, &LOCAL_EXEC, &NOOP, &ATLAS]
        .into_iter()
        .find(|class| class.key == strategy)
}

const FILTERS: &[(&str, super::Method)] = &[
    ("include", |_, config, args| {
        filter(config, args, "includes")
    }),
    ("include=", |_, config, args| {
        filter(config, args, "includes")
    }),
    ("exclude", |_, config, args| {
        filter(config, args, "excludes")
    }),
    ("exclude=", |_, config, args| {
        filter(config, args, "excludes")
    }),
];

fn filter(config: &Config, args: &Args, name: &'static str) -> Outcome {
    let value = args.get(0);
    config.change(|state| {
        let joined = join_lists(&state.get(name), &Value::array(vec![value.clone()]));
        state.set_at(name, joined, args.name_span());
    });
    Ok(value)
}

fn merge_filters(outer: &State, inner: &State, result: &mut State) {
    for name in ["includes", "excludes"] {
        let mut seen = Vec::new();
        let mut items = Vec::new();
        for item in to_list(&join_lists(&outer.get(name), &inner.get(name))) {
            let key = text(&item);
            if !seen.contains(&key) {
                seen.push(key);
                items.push(item);
            }
        }
        result.set(name, Value::array(items));
    }
}

/// A push that was defined.
#[derive(Clone)]
pub(in crate::vagrantfile) struct Defined {
    pub(in crate::vagrantfile) name: String,
    pub(in crate::vagrantfile) strategy: String,
    pub(in crate::vagrantfile) block: Option<Rc<Proc>>,
}

/// A push with its settings.
#[derive(Clone)]
pub(in crate::vagrantfile) struct Compiled {
    pub(in crate::vagrantfile) name: String,
    pub(in crate::vagrantfile) strategy: String,
    pub(in crate::vagrantfile) state: State,
}

/// What `config.push` keeps.
#[derive(Clone, Default)]
pub(in crate::vagrantfile) struct Parts {
    pub(in crate::vagrantfile) defined: Vec<Defined>,
}

impl State {
    /// Returns the parts of `config.push`.
    pub(in crate::vagrantfile) fn pushes(&self) -> Option<&Parts> {
        match &self.parts {
            super::Parts::Pushes(parts) => Some(parts),
            _ => None,
        }
    }
}

/// `define NAME, strategy: STRATEGY do |push| … end`; the block runs at finalize.
fn define(interp: &mut Interp, config: &Config, args: &Args) -> Outcome {
    let Some(name) = positional(args).first().and_then(Value::as_name) else {
        super::check_count(interp, args, 1, 2)?;
        let first = args.get(0);
        return Err(interp.no_method(&first, "to_sym"));
    };
    let strategy = options(args)
        .iter()
        .find(|(key, _)| is_sym(key, "strategy"))
        .map(|(_, value)| text(value))
        .filter(|strategy| !strategy.is_empty())
        .unwrap_or_else(|| name.clone());
    let block = args.block.clone();
    config.change(|state| {
        if let super::Parts::Pushes(parts) = &mut state.parts {
            parts.defined.push(Defined {
                name,
                strategy,
                block,
            });
        }
    });
    Ok(Value::Nil)
}

/// Runs the blocks of the pushes and returns them with their settings.
pub(in crate::vagrantfile) fn compile(
    interp: &mut Interp,
    parts: &Parts,
) -> Outcome<Vec<Compiled>> {
    let mut compiled: Vec<Compiled> = Vec::new();
    for push in &parts.defined {
        let Some(class) = class(&push.strategy) else {
            continue;
        };
        let live = Value::native(Config::new(class));
        if let Some(block) = &push.block {
            let other = Value::native(crate::vagrantfile::dsl::Recorder::default());
            interp.call_block(block, &[live.clone(), other])?;
        }
        let Some(said) = live.as_native::<Config>().map(Config::state) else {
            continue;
        };
        match compiled.iter_mut().find(|known| known.name == push.name) {
            // Another strategy starts anew.
            Some(known) if known.strategy != push.strategy => {
                known.strategy.clone_from(&push.strategy);
                known.state = said;
            }
            Some(known) => known.state = known.state.merge(&said),
            None => compiled.push(Compiled {
                name: push.name.clone(),
                strategy: push.strategy.clone(),
                state: said,
            }),
        }
    }
    for push in &mut compiled {
        push.state.finalize();
    }
    Ok(compiled)
}
