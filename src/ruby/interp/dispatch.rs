//! Finds methods and calls them; calls procs.

use std::cell::Cell;
use std::rc::Rc;

use super::{Interp, Label};
use crate::ruby::error::{Outcome, Unwind};
use crate::ruby::scope::{Env, Frame, Scope};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{
    Args, Arity, Class, Data, Extra, Method, MethodBody, Native, Proc, ProcBody, Value, Visibility,
};

/// Who calls.
#[derive(Clone, Copy)]
pub(in crate::ruby) enum Caller<'a> {
    /// Anything may be called.
    Own,
    /// A call with an explicit receiver, from code with this `self`.
    Other(&'a Value),
    /// A call without a receiver that may have been meant as a variable.
    Bare,
}

impl Interp {
    /// Returns the class in which the methods of a value are looked up.
    pub(in crate::ruby) fn class_of(&mut self, value: &Value) -> Rc<Class> {
        let special = |extra: &std::cell::RefCell<Option<Box<Extra>>>, plain: &Rc<Class>| {
            extra
                .borrow()
                .as_ref()
                .and_then(|extra| extra.class.clone())
                .unwrap_or_else(|| Rc::clone(plain))
        };
        let core = &self.core;
        match value {
            Value::Nil => Rc::clone(&core.nil),
            Value::Bool(true) => Rc::clone(&core.true_class),
            Value::Bool(false) => Rc::clone(&core.false_class),
            Value::Int(_) | Value::Big(_) => Rc::clone(&core.integer),
            Value::Float(_) => Rc::clone(&core.float),
            Value::Sym(_) => Rc::clone(&core.symbol),
            Value::Str(x) => special(&x.extra, &core.string),
            Value::Array(x) => special(&x.extra, &core.array),
            Value::Hash(x) => special(&x.extra, &core.hash),
            Value::Range(_) => Rc::clone(&core.range),
            Value::Regexp(_) => Rc::clone(&core.regexp),
            Value::Proc(_) => Rc::clone(&core.proc_class),
            Value::Class(class) => {
                let meta = class.meta.borrow().clone();
                meta.unwrap_or_else(|| Rc::clone(&core.class))
            }
            Value::Object(object) => object.class(),
            Value::Native(native) => self.native_class(&native.class_name()),
        }
    }

    fn native_class(&mut self, name: &str) -> Rc<Class> {
        if let Some(class) = self
            .find_class(name)
            .or_else(|| self.native_classes.get(name).cloned())
        {
            return class;
        }
        let class = self.new_class(None);
        *class.name.borrow_mut() = Some(Rc::from(name));
        self.native_classes
            .insert(name.to_owned(), Rc::clone(&class));
        class
    }

    /// Returns the class as `.class` answers it.
    pub fn real_class_of(&mut self, value: &Value) -> Rc<Class> {
        self.class_of(value).real()
    }

    /// Tells whether a value is an instance of a class or has a module.
    pub fn is_a(&mut self, value: &Value, class: &Rc<Class>) -> bool {
        self.class_of(value).descends_from(class)
    }

    /// Tells whether a value is an instance of the class of this name.
    pub fn is_a_named(&mut self, value: &Value, name: &str) -> bool {
        match self.find_class(name) {
            Some(class) => self.is_a(value, &class),
            None => false,
        }
    }

    /// Returns the method that `name` means in `class`.
    pub(in crate::ruby) fn find_method(
        &mut self,
        class: &Rc<Class>,
        name: Sym,
    ) -> Option<Rc<Method>> {
        if let Some(found) = self.methods_found.get(&(class.id, name)) {
            return found.clone();
        }
        let found = class
            .ancestors()
            .iter()
            .find_map(|class| class.methods.borrow().get(&name).cloned())
            .filter(|method| !matches!(method.body, MethodBody::Undefined));
        self.methods_found.insert((class.id, name), found.clone());
        found
    }

    /// Returns the method that comes after the one in `owner`.
    pub(in crate::ruby) fn find_super(
        &mut self,
        class: &Rc<Class>,
        owner: &Rc<Class>,
        name: Sym,
    ) -> Option<Rc<Method>> {
        let line = class.ancestors();
        let at = line.iter().position(|class| Rc::ptr_eq(class, owner))?;
        line.iter()
            .skip(at + 1)
            .find_map(|class| class.methods.borrow().get(&name).cloned())
            .filter(|method| !matches!(method.body, MethodBody::Undefined))
    }

    /// Tells whether a method can be called on a value from outside.
    pub fn responds(&mut self, value: &Value, name: &str) -> bool {
        if let Value::Native(native) = value
            && native.responds(name)
        {
            return true;
        }
        let class = self.class_of(value);
        self.find_method(&class, Sym::new(name))
            .is_some_and(|method| method.visibility == Visibility::Public)
    }

    /// Calls a method, private ones too.
    pub(in crate::ruby) fn send(&mut self, receiver: &Value, name: Sym, args: Args) -> Outcome {
        self.dispatch(receiver, name, args, Caller::Own)
    }

    /// Calls a method by its name with positional arguments.
    pub(in crate::ruby) fn send_list(
        &mut self,
        receiver: &Value,
        name: &str,
        list: &[Value],
    ) -> Outcome {
        self.dispatch(receiver, Sym::new(name), Args::new(list), Caller::Own)
    }

    /// Calls a method.
    pub(in crate::ruby) fn dispatch(
        &mut self,
        receiver: &Value,
        name: Sym,
        args: Args,
        caller: Caller<'_>,
    ) -> Outcome {
        if let Value::Native(native) = receiver {
            return self.call_native(&Rc::clone(native), receiver, name, args, caller);
        }
        let class = self.class_of(receiver);
        let Some(method) = self.find_method(&class, name) else {
            return self.missing(receiver, name, args, caller);
        };
        if method.visibility != Visibility::Public
            && let Caller::Other(this) = caller
        {
            let fine = method.visibility == Visibility::Protected
                && self.class_of(this).descends_from(&method.owner);
            if !fine {
                return self.missing_hidden(receiver, name, args, method.visibility);
            }
        }
        self.invoke(&method, receiver, name, args)
    }

    fn call_native(
        &mut self,
        native: &Rc<dyn Native>,
        this: &Value,
        name: Sym,
        args: Args,
        caller: Caller<'_>,
    ) -> Outcome {
        self.tick()?;
        let text = name.name();
        if native.responds(&text) {
            return self.deeper(|interp| native.call(interp, this, &text, &args));
        }
        let class = self.class_of(this);
        let found = self.find_method(&class, name).filter(|method| {
            method.visibility == Visibility::Public || matches!(caller, Caller::Own | Caller::Bare)
        });
        match found {
            Some(method) => self.invoke(&method, this, name, args),
            None => self.deeper(|interp| native.call(interp, this, &text, &args)),
        }
    }

    fn missing_hidden(
        &mut self,
        receiver: &Value,
        name: Sym,
        args: Args,
        visibility: Visibility,
    ) -> Outcome {
        if let Some(answer) = self.user_method_missing(receiver, name, &args) {
            return answer;
        }
        let kind = if visibility == Visibility::Private {
            "private"
        } else {
            "protected"
        };
        let shown = self.describe(receiver);
        let message = format!("{kind} method `{name}' called for {shown}");
        Err(self.name_error("NoMethodError", message, receiver, name, Vec::new()))
    }

    fn user_method_missing(&mut self, receiver: &Value, name: Sym, args: &Args) -> Option<Outcome> {
        let class = self.class_of(receiver);
        let hook = Sym::new("method_missing");
        let method = self.find_method(&class, hook)?;
        if Rc::ptr_eq(&method.owner, &self.core.basic_object) {
            return None;
        }
        let mut list = vec![Value::Sym(name)];
        list.extend(args.list.iter().cloned());
        let args = Args {
            list,
            ..args.clone()
        };
        Some(self.invoke(&method, receiver, hook, args))
    }

    fn missing(&mut self, receiver: &Value, name: Sym, args: Args, caller: Caller<'_>) -> Outcome {
        if let Some(answer) = self.user_method_missing(receiver, name, &args) {
            return answer;
        }
        if matches!(caller, Caller::Bare) {
            return Err(self.no_variable(receiver, name));
        }
        Err(self.no_method(receiver, &name.name()))
    }

    /// Calls a method that was found.
    pub(in crate::ruby) fn invoke(
        &mut self,
        method: &Rc<Method>,
        receiver: &Value,
        name: Sym,
        mut args: Args,
    ) -> Outcome {
        match &method.body {
            MethodBody::Builtin(run, arity) => {
                if !arity.keywords && args.keywords.is_some() {
                    args.list = args.folded();
                    args.keywords = None;
                }
                self.check_count(args.list.len(), *arity)?;
                let result = run(self, receiver, &args);
                if self.world.is_refused() {
                    return Err(self.refused(result));
                }
                result
            }
            MethodBody::Host(run) => self.deeper(|interp| run(interp, receiver, &args)),
            MethodBody::Function(function, cref) => {
                let frame = Rc::new(Frame {
                    this: receiver.clone(),
                    method: Some((method.name, Rc::clone(&method.owner))),
                    cref: Rc::clone(cref),
                    definee: None,
                    block: args.block.clone(),
                    visibility: Cell::new(Visibility::Public),
                    module_function: Cell::new(false),
                    file: std::sync::Arc::clone(&function.body.file),
                });
                let scope = Scope::new(&function.body.locals, None);
                let number = self.new_number();
                scope.return_to.set(number);
                let env = Env { frame, scope };
                let outer_match = std::mem::take(&mut self.last_match);
                let result = self.enter(Label::Method(name), &function.body.file, |interp| {
                    interp.at(function.name_loc);
                    interp.bind(&function.params, args, &env, true)?;
                    interp.eval(&function.body.code, &env)
                });
                self.last_match = outer_match;
                match result {
                    Err(flow) => match *flow.0 {
                        Unwind::Return(to, value) if to == number => Ok(value),
                        unwind => Err(unwind.into()),
                    },
                    ok => ok,
                }
            }
            MethodBody::Proc(block) => {
                let ProcBody::Block(_, env) = &block.body else {
                    let receiver_first = matches!(block.body, ProcBody::Symbol(_));
                    if receiver_first {
                        args.list.insert(0, receiver.clone());
                    }
                    return self.call_proc(block, args, None);
                };
                let frame = Rc::new(Frame {
                    this: receiver.clone(),
                    method: Some((method.name, Rc::clone(&method.owner))),
                    cref: Rc::clone(&env.frame.cref),
                    definee: None,
                    block: env.frame.block.clone(),
                    visibility: Cell::new(Visibility::Public),
                    module_function: Cell::new(false),
                    file: std::sync::Arc::clone(&env.frame.file),
                });
                self.call_proc_in(block, args, Some(frame), true)
            }
            MethodBody::Reader(variable) => {
                self.check_count(args.list.len(), exactly(0))?;
                Ok(self.ivar_get(receiver, *variable))
            }
            MethodBody::Writer(variable) => {
                self.check_count(args.list.len(), exactly(1))?;
                self.ivar_set(receiver, *variable, args.get(0))?;
                Ok(args.get(0))
            }
            MethodBody::Member(index) => {
                self.check_count(args.list.len(), exactly(0))?;
                if let Value::Object(object) = receiver
                    && let Data::Struct(values) = &*object.data.borrow()
                {
                    return Ok(values.get(*index).cloned().unwrap_or_default());
                }
                Ok(Value::Nil)
            }
            MethodBody::MemberWriter(index) => {
                self.check_count(args.list.len(), exactly(1))?;
                self.check_frozen(receiver)?;
                if let Value::Object(object) = receiver {
                    let mut data = object.data.borrow_mut();
                    if let Data::Struct(values) = &mut *data
                        && let Some(slot) = values.get_mut(*index)
                    {
                        let old = std::mem::replace(slot, args.get(0));
                        drop(data);
                        drop(old);
                    }
                }
                Ok(args.get(0))
            }
            MethodBody::Undefined => Err(self.no_method(receiver, &name.name())),
        }
    }

    /// Checks a number of positional arguments.
    pub(in crate::ruby) fn check_count(&mut self, given: usize, arity: Arity) -> Outcome<()> {
        let min = usize::from(arity.min);
        let fits = given >= min && arity.max.is_none_or(|max| given <= usize::from(max));
        if fits {
            return Ok(());
        }
        let expected = match arity.max {
            None => format!("{min}+"),
            Some(max) if usize::from(max) == min => format!("{min}"),
            Some(max) => format!("{min}..{max}"),
        };
        Err(self.raise(
            "ArgumentError",
            format!("wrong number of arguments (given {given}, expected {expected})"),
        ))
    }

    /// Calls a block with another `self`, and `def` going to its singleton class.
    pub(in crate::ruby) fn instance_exec(
        &mut self,
        block: &Rc<Proc>,
        this: &Value,
        args: Args,
    ) -> Outcome {
        let definee = match this {
            Value::Class(_) | Value::Object(_) => Some(self.singleton_class(this)?),
            _ => None,
        };
        self.exec_with(block, this, definee, args)
    }

    /// Calls a block as the body of a class.
    pub(in crate::ruby) fn class_exec(
        &mut self,
        block: &Rc<Proc>,
        class: &Rc<Class>,
        args: Args,
    ) -> Outcome {
        self.exec_with(
            block,
            &Value::Class(Rc::clone(class)),
            Some(Rc::clone(class)),
            args,
        )
    }

    fn exec_with(
        &mut self,
        block: &Rc<Proc>,
        this: &Value,
        definee: Option<Rc<Class>>,
        mut args: Args,
    ) -> Outcome {
        let ProcBody::Block(_, env) = &block.body else {
            if matches!(block.body, ProcBody::Symbol(_)) {
                args.list = vec![this.clone()];
            }
            return self.call_proc(block, args, None);
        };
        let old = &env.frame;
        let frame = Rc::new(Frame {
            this: this.clone(),
            method: old.method.clone(),
            cref: Rc::clone(&old.cref),
            definee: definee.or_else(|| old.definee.clone()),
            block: old.block.clone(),
            visibility: Cell::new(Visibility::Public),
            module_function: Cell::new(false),
            file: std::sync::Arc::clone(&old.file),
        });
        self.call_proc_in(block, args, Some(frame), block.lambda)
    }

    /// Calls a proc; `block` replaces the one that the arguments hold.
    pub(in crate::ruby) fn call_proc(
        &mut self,
        proc: &Rc<Proc>,
        mut args: Args,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        if block.is_some() {
            args.block = block;
        }
        match &proc.body {
            ProcBody::Block(..) => self.call_proc_in(proc, args, None, proc.lambda),
            ProcBody::Symbol(name) => {
                if args.list.is_empty() {
                    return Err(self.raise("ArgumentError", "no receiver given"));
                }
                let receiver = args.list.remove(0);
                self.dispatch(&receiver, *name, args, Caller::Other(&Value::Nil))
            }
            ProcBody::Method(receiver, name, method) => match method {
                Some(method) => self.invoke(method, receiver, *name, args),
                None => self.send(receiver, *name, args),
            },
            ProcBody::Host(run, _) => self.deeper(|interp| run(interp, &Value::Nil, &args)),
        }
    }

    fn call_proc_in(
        &mut self,
        proc: &Rc<Proc>,
        args: Args,
        frame: Option<Rc<Frame>>,
        strict: bool,
    ) -> Outcome {
        let ProcBody::Block(block, env) = &proc.body else {
            return self.call_proc(proc, args, None);
        };
        let scope = Scope::new(&block.locals, Some(Rc::clone(&env.scope)));
        scope.break_to.set(proc.tag);
        let number = if strict { self.new_number() } else { 0 };
        if strict {
            scope.return_to.set(number);
        }
        let frame = frame.unwrap_or_else(|| Rc::clone(&env.frame));
        let label = Label::Block(frame.method.as_ref().map(|(name, _)| *name));
        let env = Env { frame, scope };
        self.enter(label, &block.file, |interp| {
            interp.at(block.loc);
            interp.bind(&block.params, args, &env, strict)?;
            loop {
                let flow = match interp.eval(&block.code, &env) {
                    Ok(value) => return Ok(value),
                    Err(flow) => flow,
                };
                match *flow.0 {
                    Unwind::Next(value) => return Ok(value),
                    Unwind::Redo => interp.tick()?,
                    Unwind::Return(to, value) if strict && to == number => return Ok(value),
                    Unwind::Break(tag, value) if strict && tag == proc.tag => return Ok(value),
                    unwind => return Err(unwind.into()),
                }
            }
        })
    }

    /// Returns an instance variable, or nil.
    pub fn ivar_get(&self, this: &Value, name: Sym) -> Value {
        let special = |extra: &std::cell::RefCell<Option<Box<Extra>>>| {
            let extra = extra.borrow();
            extra
                .as_ref()
                .and_then(|extra| extra.ivars.get(&name).cloned())
        };
        match this {
            Value::Object(object) => object.ivars.borrow().get(&name).cloned(),
            Value::Class(class) => class.ivars.borrow().get(&name).cloned(),
            Value::Str(x) => special(&x.extra),
            Value::Array(x) => special(&x.extra),
            Value::Hash(x) => special(&x.extra),
            Value::Native(_) => self.native_ivars.get(&(this.identity(), name)).cloned(),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Sets an instance variable.
    pub fn ivar_set(&mut self, this: &Value, name: Sym, value: Value) -> Outcome<()> {
        self.check_frozen(this)?;
        let old = match this {
            Value::Object(object) => object.ivars.borrow_mut().insert(name, value),
            Value::Class(class) => class.ivars.borrow_mut().insert(name, value),
            Value::Str(x) => x
                .extra
                .borrow_mut()
                .get_or_insert_default()
                .ivars
                .insert(name, value),
            Value::Array(x) => x
                .extra
                .borrow_mut()
                .get_or_insert_default()
                .ivars
                .insert(name, value),
            Value::Hash(x) => x
                .extra
                .borrow_mut()
                .get_or_insert_default()
                .ivars
                .insert(name, value),
            Value::Native(_) => self.native_ivars.insert((this.identity(), name), value),
            _ => {
                let shown = self.inspect(this)?;
                let class = self.real_class_of(this).display_name();
                return Err(self.raise(
                    "FrozenError",
                    format!("can't modify frozen {class}: {shown}"),
                ));
            }
        };
        drop(old);
        Ok(())
    }

    /// Returns the names of the instance variables.
    pub fn ivar_names(&self, this: &Value) -> Vec<Sym> {
        let special = |extra: &std::cell::RefCell<Option<Box<Extra>>>| {
            let extra = extra.borrow();
            extra
                .as_ref()
                .map(|extra| extra.ivars.keys().copied().collect())
        };
        match this {
            Value::Object(object) => Some(object.ivars.borrow().keys().copied().collect()),
            Value::Class(class) => Some(class.ivars.borrow().keys().copied().collect()),
            Value::Str(x) => special(&x.extra),
            Value::Array(x) => special(&x.extra),
            Value::Hash(x) => special(&x.extra),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Raises when a value is frozen.
    pub(in crate::ruby) fn check_frozen(&mut self, value: &Value) -> Outcome<()> {
        if !self.is_frozen(value) {
            return Ok(());
        }
        let shown = self.inspect(value)?;
        let class = self.real_class_of(value).display_name();
        Err(self.raise(
            "FrozenError",
            format!("can't modify frozen {class}: {shown}"),
        ))
    }

    /// Tells whether a value is frozen.
    pub(in crate::ruby) fn is_frozen(&self, value: &Value) -> bool {
        match value {
            Value::Str(x) => x.frozen.get(),
            Value::Array(x) => x.frozen.get(),
            Value::Hash(x) => x.frozen.get(),
            Value::Object(x) => x.frozen.get(),
            Value::Class(x) => x.frozen.get(),
            Value::Proc(_) | Value::Native(_) => false,
            _ => true,
        }
    }
}

/// Returns the arity of a method with a fixed number of arguments.
pub(in crate::ruby) fn exactly(count: u8) -> Arity {
    Arity {
        min: count,
        max: Some(count),
        keywords: false,
    }
}
