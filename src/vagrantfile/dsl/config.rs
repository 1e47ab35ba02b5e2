//! One configuration object (`config.vm`, a provider's block, a provisioner's
//! options): answers by the table of its class.

use std::cell::{Cell, RefCell};

use crate::ruby::{Args, Interp, Native, Outcome, Value};

use super::Recorder;
use crate::vagrantfile::schema::{Class, Field, Said, State, UNSET};

/// A configuration object.
pub(in crate::vagrantfile) struct Config {
    class: &'static Class,
    state: RefCell<State>,
    changes: Cell<u64>,
}

impl Config {
    /// Returns an object to which nothing was said.
    pub(in crate::vagrantfile) fn new(class: &'static Class) -> Self {
        Self::with(State::new(class))
    }

    /// Returns an object that holds a state.
    pub(in crate::vagrantfile) fn with(state: State) -> Self {
        Self {
            class: state.class,
            state: RefCell::new(state),
            changes: Cell::new(0),
        }
    }

    /// Returns what was said so far.
    pub(in crate::vagrantfile) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Reads the state; must not call into the interpreter.
    pub(in crate::vagrantfile) fn read<T>(&self, f: impl FnOnce(&State) -> T) -> T {
        f(&self.state.borrow())
    }

    /// Changes the state; must not call into the interpreter.
    pub(in crate::vagrantfile) fn change<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        self.changes.set(self.changes.get() + 1);
        f(&mut self.state.borrow_mut())
    }

    /// Returns how often something was said.
    pub(in crate::vagrantfile) fn changes(&self) -> u64 {
        self.changes.get()
    }

    /// Assigns each option as a setting, as `set_options` does.
    pub(in crate::vagrantfile) fn set_options(
        &self,
        interp: &mut Interp,
        options: &[(Value, Value)],
        args: &Args,
    ) -> Outcome<()> {
        for (key, value) in options {
            let name = format!("{}=", crate::vagrantfile::schema::text(key));
            let set = Args {
                list: vec![value.clone()],
                site: args.site.clone(),
                ..Args::default()
            };
            self.answer(interp, &name, &set)?;
        }
        Ok(())
    }

    fn answer(&self, interp: &mut Interp, name: &str, args: &Args) -> Outcome {
        if let Some(method) = self.class.method(name) {
            self.change(|state| {
                state.calls.push(Said {
                    method: name.to_owned(),
                    arguments: args.folded(),
                    span: args.name_span(),
                    layer: None,
                });
            });
            return method(interp, self, args);
        }
        if let Some(setter) = name.strip_suffix('=') {
            if let Some(attr) = self.class.attr(setter).filter(|attr| attr.writable) {
                let value = args.get(0);
                let span = args.name_span();
                self.change(|state| state.set_at(attr.name, value.clone(), span));
                return Ok(value);
            }
        } else if let Some(attr) = self.class.attr(name) {
            if !args.list.is_empty() {
                let given = args.list.len();
                let message = format!("wrong number of arguments (given {given}, expected 0)");
                let hint = format!("a setting gets its value by `=`: `{name} = …`");
                let hint = if attr.writable { hint } else { String::new() };
                return Err(interp.raise_with_hint("ArgumentError", &message, &hint));
            }
            let value = self.read(|state| {
                state
                    .field(attr.name)
                    .map(|field: &Field| field.value.clone())
            });
            return Ok(value.unwrap_or_else(|| Value::sym(UNSET)));
        }
        if name == "set_options" {
            let options = args.get(0).as_hash().unwrap_or_default();
            self.set_options(interp, &options, args)?;
            return Ok(Value::Nil);
        }
        let plain = name.trim_end_matches('=');
        self.change(|state| state.add_unknown(plain, args.name_span()));
        Ok(Value::native(Recorder::default()))
    }
}

impl Native for Config {
    fn class_name(&self) -> String {
        self.class.ruby.to_owned()
    }

    fn call(&self, interp: &mut Interp, this: &Value, name: &str, args: &Args) -> Outcome {
        // Ruby asks for these by itself (splats, string joins); Vagrant refuses them too.
        if matches!(name, "to_hash" | "to_ary" | "to_str" | "to_proc") {
            return Err(interp.no_method(this, name));
        }
        self.answer(interp, name, args)
    }

    fn responds(&self, name: &str) -> bool {
        let attr = |name| self.class.attr(name);
        self.class.method(name).is_some()
            || attr(name).is_some()
            || name
                .strip_suffix('=')
                .is_some_and(|name| attr(name).is_some_and(|attr| attr.writable))
            || name == "set_options"
    }

    fn method_names(&self) -> Vec<String> {
        self.class.names().into_iter().map(str::to_owned).collect()
    }
}
