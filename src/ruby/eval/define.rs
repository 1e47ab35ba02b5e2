//! `def`, `class`, `module`, `alias`, `undef`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use crate::ruby::ast::{Body, ClassDef, Function, Loc, Node};
use crate::ruby::error::{Outcome, Unwind};
use crate::ruby::interp::{Interp, Label};
use crate::ruby::scope::{Cref, Env, Frame, Scope};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Class, Method, MethodBody, Value, Visibility};

impl Interp {
    pub(super) fn eval_def(
        &mut self,
        function: &Rc<Function>,
        object: Option<&Node>,
        env: &Env,
    ) -> Outcome {
        let body = MethodBody::Function(Rc::clone(function), Rc::clone(&env.frame.cref));
        self.at(function.name_loc);
        if let Some(object) = object {
            let object = self.eval(object, env)?;
            let class = self.singleton_class(&object)?;
            self.add_method(&class, function.name, body, Visibility::Public);
            self.notify(&object, "singleton_method_added", function.name)?;
            return Ok(Value::Sym(function.name));
        }
        let class = env.frame.default_definee();
        self.check_frozen(&Value::Class(Rc::clone(&class)))?;
        let implied = matches!(
            &*function.name.name(),
            "initialize" | "initialize_copy" | "respond_to_missing?"
        );
        // `def` inside a method or block makes public methods.
        let at_body = env.frame.method.is_none();
        let visibility = if implied {
            Visibility::Private
        } else if at_body {
            env.frame.visibility.get()
        } else {
            Visibility::Public
        };
        if env.frame.module_function.get() {
            self.add_method(&class, function.name, body.clone(), Visibility::Private);
            let meta = self.meta_of(&class);
            self.add_method(&meta, function.name, body, Visibility::Public);
        } else {
            self.add_method(&class, function.name, body, visibility);
        }
        if !class.is_singleton {
            self.notify(&Value::Class(class), "method_added", function.name)?;
        }
        Ok(Value::Sym(function.name))
    }

    /// Calls a hook if the program defined it.
    fn notify(&mut self, receiver: &Value, hook: &str, name: Sym) -> Outcome<()> {
        let class = self.class_of(receiver);
        if let Some(method) = self.find_method(&class, Sym::new(hook))
            && matches!(method.body, MethodBody::Function(..))
        {
            self.send_list(receiver, hook, &[Value::Sym(name)])?;
        }
        Ok(())
    }

    fn class_scope(&mut self, def: &ClassDef, env: &Env) -> Outcome<Rc<Class>> {
        if def.top {
            return Ok(Rc::clone(&self.core.object));
        }
        let Some(node) = &def.scope else {
            return Ok(Rc::clone(&env.frame.cref.module));
        };
        match self.eval(node, env)? {
            Value::Class(class) => Ok(class),
            other => {
                let shown = self.inspect(&other)?;
                Err(self.raise("TypeError", format!("{shown} is not a class/module")))
            }
        }
    }

    fn known_in(&mut self, scope: &Rc<Class>, name: Sym) -> Outcome<Option<Value>> {
        let own = scope.consts.borrow().get(&name).cloned();
        if own.is_some() || !Rc::ptr_eq(scope, &self.core.object) {
            return Ok(own);
        }
        let object = Rc::clone(&self.core.object);
        self.const_in(&object, name, false)
    }

    pub(super) fn eval_class(&mut self, def: &ClassDef, env: &Env) -> Outcome {
        let scope = self.class_scope(def, env)?;
        let superclass = match &def.superclass {
            Some(node) => match self.eval(node, env)? {
                Value::Class(class) if !class.is_module => Some(class),
                other => {
                    self.at(node.loc);
                    let _ = other;
                    return Err(self.raise("TypeError", "superclass must be a Class"));
                }
            },
            None => None,
        };
        self.at(def.name_loc);
        let class = match self.known_in(&scope, def.name)? {
            Some(Value::Class(class)) if !class.is_module => {
                if let Some(wanted) = &superclass {
                    let above = class.superclass.borrow().clone();
                    let same = above.is_some_and(|above| Rc::ptr_eq(&above.real(), wanted));
                    if !same {
                        let message = format!("superclass mismatch for class {}", def.name);
                        return Err(self.raise("TypeError", message));
                    }
                }
                class
            }
            Some(_) => {
                let message = format!("{} is not a class", def.name);
                return Err(self.raise("TypeError", message));
            }
            None => {
                let class = self.new_class(superclass.as_ref());
                class.from_ruby.set(!self.in_library);
                self.set_const(&scope, def.name, Value::Class(Rc::clone(&class)));
                let above = class.superclass.borrow().clone();
                if let Some(above) = above {
                    self.send_list(
                        &Value::Class(above),
                        "inherited",
                        &[Value::Class(Rc::clone(&class))],
                    )?;
                }
                class
            }
        };
        self.run_class_body(&class, &def.body, env, Label::Class(def.name))
    }

    pub(super) fn eval_module(&mut self, def: &ClassDef, env: &Env) -> Outcome {
        let scope = self.class_scope(def, env)?;
        self.at(def.name_loc);
        let module = match self.known_in(&scope, def.name)? {
            Some(Value::Class(module)) if module.is_module => module,
            Some(_) => {
                let message = format!("{} is not a module", def.name);
                return Err(self.raise("TypeError", message));
            }
            None => {
                let module = self.new_module();
                module.from_ruby.set(!self.in_library);
                self.set_const(&scope, def.name, Value::Class(Rc::clone(&module)));
                module
            }
        };
        self.run_class_body(&module, &def.body, env, Label::Class(def.name))
    }

    pub(super) fn eval_singleton(&mut self, object: &Node, body: &Rc<Body>, env: &Env) -> Outcome {
        let object = self.eval(object, env)?;
        let class = self.singleton_class(&object)?;
        self.run_class_body(&class, body, env, Label::Singleton)
    }

    fn run_class_body(
        &mut self,
        class: &Rc<Class>,
        body: &Rc<Body>,
        env: &Env,
        label: Label,
    ) -> Outcome {
        let frame = Rc::new(Frame {
            this: Value::Class(Rc::clone(class)),
            method: None,
            cref: Rc::new(Cref {
                module: Rc::clone(class),
                outer: Some(Rc::clone(&env.frame.cref)),
            }),
            definee: None,
            block: None,
            visibility: Cell::new(Visibility::Public),
            module_function: Cell::new(false),
            file: Arc::clone(&body.file),
        });
        let scope = Scope::new(&body.locals, None);
        let inner = Env { frame, scope };
        self.enter(label, &body.file, |interp| {
            match interp.eval(&body.code, &inner) {
                Err(flow) if matches!(*flow.0, Unwind::Return(0, _)) => {
                    Err(interp.raise("LocalJumpError", "unexpected return"))
                }
                result => result,
            }
        })
    }

    pub(super) fn eval_alias(&mut self, new: &Node, old: &Node, env: &Env, loc: Loc) -> Outcome {
        let new = self.eval(new, env)?;
        let old = self.eval(old, env)?;
        self.at(loc);
        let class = env.frame.default_definee();
        let (new, old) = (self.name_arg(&new)?, self.name_arg(&old)?);
        self.alias_method(&class, new, old)?;
        Ok(Value::Nil)
    }

    /// Gives a method a second name.
    pub(in crate::ruby) fn alias_method(
        &mut self,
        class: &Rc<Class>,
        new: Sym,
        old: Sym,
    ) -> Outcome<()> {
        let mut found = self.find_method(class, old);
        if found.is_none() && class.is_module {
            let object = Rc::clone(&self.core.object);
            found = self.find_method(&object, old);
        }
        let Some(method) = found else {
            return Err(self.undefined_in(class, old));
        };
        let alias = Method {
            name: method.name,
            owner: Rc::clone(&method.owner),
            visibility: method.visibility,
            body: method.body.clone(),
        };
        let previous = class.methods.borrow_mut().insert(new, Rc::new(alias));
        self.forget_methods();
        drop(previous);
        Ok(())
    }

    /// Returns that a class has no method of this name.
    pub(in crate::ruby) fn undefined_in(
        &mut self,
        class: &Rc<Class>,
        name: Sym,
    ) -> crate::ruby::error::Flow {
        let kind = if class.is_module { "module" } else { "class" };
        let message = format!(
            "undefined method `{name}' for {kind} `{}'",
            class.display_name()
        );
        let mut candidates = Vec::new();
        for class in class.ancestors() {
            candidates.extend(class.methods.borrow().keys().map(ToString::to_string));
        }
        self.name_error(
            "NameError",
            message,
            &Value::Class(Rc::clone(class)),
            name,
            candidates,
        )
    }

    pub(super) fn eval_undef(&mut self, names: &[Node], env: &Env, loc: Loc) -> Outcome {
        let class = env.frame.default_definee();
        for name in names {
            let name = self.eval(name, env)?;
            let name = self.name_arg(&name)?;
            self.at(loc);
            self.undef_method(&class, name)?;
        }
        Ok(Value::Nil)
    }

    /// Makes a method answer NoMethodError, inherited ones too.
    pub(in crate::ruby) fn undef_method(&mut self, class: &Rc<Class>, name: Sym) -> Outcome<()> {
        if self.find_method(class, name).is_none() {
            return Err(self.undefined_in(class, name));
        }
        self.add_method(class, name, MethodBody::Undefined, Visibility::Public);
        Ok(())
    }
}
