//! Constants, class variables and globals.

use std::rc::Rc;

use crate::ruby::ast::{Loc, Node};
use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::scope::{Cref, Env};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Class, Value};

impl Interp {
    pub(super) fn const_get(&mut self, name: Sym, env: &Env, loc: Loc) -> Outcome {
        if let Some(value) = self.const_find(name, env)? {
            return Ok(value);
        }
        self.at(loc);
        let module = Rc::clone(&env.frame.cref.module);
        self.const_missing(&module, name)
    }

    /// Looks a constant up: the modules around the code, then the ancestors.
    pub(in crate::ruby) fn const_find(&mut self, name: Sym, env: &Env) -> Outcome<Option<Value>> {
        let mut cref: Option<&Rc<Cref>> = Some(&env.frame.cref);
        while let Some(here) = cref {
            if here.outer.is_some() || cref.is_none() {
                let found = here.module.consts.borrow().get(&name).cloned();
                if found.is_some() {
                    return Ok(found);
                }
                if let Some(value) = self.autoload(&here.module, name)? {
                    return Ok(Some(value));
                }
            }
            cref = here.outer.as_ref();
        }
        let module = Rc::clone(&env.frame.cref.module);
        let module = match (&*module.attached.borrow(), module.is_singleton) {
            (Some(Value::Class(inner)), true) => Rc::clone(inner),
            _ => Rc::clone(&module),
        };
        self.const_in(&module, name, true)
    }

    /// Looks a constant up in a module and its ancestors.
    pub(in crate::ruby) fn const_in(
        &mut self,
        module: &Rc<Class>,
        name: Sym,
        with_object: bool,
    ) -> Outcome<Option<Value>> {
        for class in module.ancestors() {
            if !with_object && Rc::ptr_eq(&class, &self.core.object) && !Rc::ptr_eq(module, &class)
            {
                break;
            }
            let found = class.consts.borrow().get(&name).cloned();
            if found.is_some() {
                return Ok(found);
            }
            if let Some(value) = self.autoload(&class, name)? {
                return Ok(Some(value));
            }
        }
        if with_object {
            let object = Rc::clone(&self.core.object);
            let found = object.consts.borrow().get(&name).cloned();
            if found.is_some() {
                return Ok(found);
            }
            return self.autoload(&object, name);
        }
        Ok(None)
    }

    /// Returns a class of the library, loaded if need be.
    pub(in crate::ruby) fn library_class(&mut self, name: &str) -> Outcome {
        let object = Rc::clone(&self.core.object);
        let name = Sym::new(name);
        let known = object.consts.borrow().get(&name).cloned();
        match known {
            Some(value) => Ok(value),
            None => Ok(self.autoload(&object, name)?.unwrap_or_default()),
        }
    }

    fn autoload(&mut self, module: &Rc<Class>, name: Sym) -> Outcome<Option<Value>> {
        let path = {
            let mut autoloads = module.autoloads.borrow_mut();
            match autoloads.iter().position(|(known, _)| *known == name) {
                Some(at) => autoloads.remove(at).1,
                None => return Ok(None),
            }
        };
        self.require(&path)?;
        Ok(module.consts.borrow().get(&name).cloned())
    }

    /// Calls `const_missing`.
    pub(in crate::ruby) fn const_missing(&mut self, module: &Rc<Class>, name: Sym) -> Outcome {
        self.send_list(
            &Value::Class(Rc::clone(module)),
            "const_missing",
            &[Value::Sym(name)],
        )
    }

    /// Raises that a constant is not there.
    pub(in crate::ruby) fn no_constant(&mut self, module: &Rc<Class>, name: Sym) -> Outcome {
        let object = Rc::clone(&self.core.object);
        let message = if Rc::ptr_eq(module, &object) {
            format!("uninitialized constant {name}")
        } else {
            format!("uninitialized constant {}::{name}", module.display_name())
        };
        let mut candidates: Vec<String> = module
            .consts
            .borrow()
            .keys()
            .map(ToString::to_string)
            .collect();
        candidates.extend(object.consts.borrow().keys().map(ToString::to_string));
        let receiver = Value::Class(Rc::clone(module));
        Err(self.name_error("NameError", message, &receiver, name, candidates))
    }

    pub(super) fn const_path(
        &mut self,
        scope: Option<&Node>,
        name: Sym,
        env: &Env,
        loc: Loc,
    ) -> Outcome {
        let module = match scope {
            Some(node) => self.eval(node, env)?,
            None => Value::Class(Rc::clone(&self.core.object)),
        };
        self.at(loc);
        let module = match module {
            Value::Class(module) => module,
            Value::Native(_) => return self.send_list(&module, &name.name(), &[]),
            other => {
                let shown = self.inspect(&other)?;
                return Err(self.raise("TypeError", format!("{shown} is not a class/module")));
            }
        };
        if module.private_consts.borrow().contains(&name) {
            let message = format!(
                "private constant {}::{name} referenced",
                module.display_name()
            );
            return Err(self.raise("NameError", message));
        }
        match self.const_in(&module, name, false)? {
            Some(value) => Ok(value),
            None => self.const_missing(&module, name),
        }
    }

    fn class_var_home(&self, env: &Env) -> Rc<Class> {
        let mut cref = &env.frame.cref;
        while cref.module.is_singleton {
            match &cref.outer {
                Some(outer) => cref = outer,
                None => break,
            }
        }
        Rc::clone(&cref.module)
    }

    pub(super) fn class_var_find(&mut self, name: Sym, env: &Env) -> Option<(Rc<Class>, Value)> {
        let home = self.class_var_home(env);
        Self::class_var_in(&home, name)
    }

    /// Looks a class variable up in a class and its ancestors.
    pub(in crate::ruby) fn class_var_in(home: &Rc<Class>, name: Sym) -> Option<(Rc<Class>, Value)> {
        home.ancestors().into_iter().find_map(|class| {
            let value = class.cvars.borrow().get(&name).cloned();
            value.map(|value| (class, value))
        })
    }

    pub(super) fn class_var_get(&mut self, name: Sym, env: &Env, loc: Loc) -> Outcome {
        if let Some((_, value)) = self.class_var_find(name, env) {
            return Ok(value);
        }
        self.at(loc);
        let home = self.class_var_home(env);
        let message = format!(
            "uninitialized class variable {name} in {}",
            home.display_name()
        );
        let receiver = Value::Class(home);
        Err(self.name_error("NameError", message, &receiver, name, Vec::new()))
    }

    pub(super) fn class_var_set(&mut self, name: Sym, value: Value, env: &Env) -> Outcome<()> {
        let home = match self.class_var_find(name, env) {
            Some((class, _)) => class,
            None => self.class_var_home(env),
        };
        home.cvars.borrow_mut().insert(name, value);
        Ok(())
    }

    /// Returns a global variable.
    pub(in crate::ruby) fn global_get(&mut self, name: Sym) -> Value {
        let name = self.global_aliases.get(&name).copied().unwrap_or(name);
        match &*name.name() {
            "$!" => self.rescued.last().cloned().unwrap_or_default(),
            "$@" => {
                let error = self.rescued.last().cloned().unwrap_or_default();
                if error.is_nil() {
                    return Value::Nil;
                }
                self.send_list(&error, "backtrace", &[]).unwrap_or_default()
            }
            "$~" => self.last_match.clone(),
            "$?" | "$CHILD_STATUS" => self.last_status.clone(),
            "$$" => Value::Int(i64::from(self.world.pid())),
            "$PROGRAM_NAME" => self.global_get(Sym::new("$0")),
            "$:" | "$-I" => self.global_get(Sym::new("$LOAD_PATH")),
            "$\"" => self.global_get(Sym::new("$LOADED_FEATURES")),
            "$LOADED_FEATURES" => {
                let list: Vec<Value> = self.loaded.iter().map(Value::str).collect();
                Value::array(list)
            }
            "$>" => self.global_get(Sym::new("$stdout")),
            _ => self.globals.get(&name).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn global_set(&mut self, name: Sym, value: Value) -> Outcome<()> {
        let name = self.global_aliases.get(&name).copied().unwrap_or(name);
        match &*name.name() {
            "$~" => self.last_match = value,
            "$>" | "$stdout" | "$stderr" => {
                if !self.responds(&value, "write") {
                    let word = self.type_word(&value);
                    let message = format!("{name} must have write method, {word} given");
                    return Err(self.raise("TypeError", message));
                }
                let name = if name.is("$>") {
                    Sym::new("$stdout")
                } else {
                    name
                };
                self.globals.insert(name, value);
            }
            "$?" | "$$" | "$!" | "$@" | "$LOADED_FEATURES" | "$\"" => {
                let message = format!("{name} is a read-only variable");
                return Err(self.raise("NameError", message));
            }
            "$PROGRAM_NAME" => {
                self.globals.insert(Sym::new("$0"), value);
            }
            _ => {
                self.globals.insert(name, value);
            }
        }
        Ok(())
    }
}
