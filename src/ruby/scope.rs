//! Where code runs: the method or class body around it ([`Frame`]) and its
//! local variables ([`Scope`]). Blocks share the frame and add a scope.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::ruby::ast::Slot;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Class, Proc, Value, Visibility};
use crate::source::SourceFile;

/// The modules that are open around code, for the lookup of constants.
pub struct Cref {
    /// Innermost module; `Object` at the top.
    pub module: Rc<Class>,
    /// What is around it.
    pub outer: Option<Rc<Cref>>,
}

/// A running method, class body or file.
pub struct Frame {
    /// `self`
    pub this: Value,
    /// Method that runs, for `super` and `__method__`.
    pub method: Option<(Sym, Rc<Class>)>,
    /// Modules around the code.
    pub cref: Rc<Cref>,
    /// Where `def` puts methods, if not into the innermost module.
    pub definee: Option<Rc<Class>>,
    /// Block that the method was given.
    pub block: Option<Rc<Proc>>,
    /// Visibility of the methods that `def` makes.
    pub visibility: Cell<Visibility>,
    /// `module_function` without arguments is in force.
    pub module_function: Cell<bool>,
    /// File of the code.
    pub file: Arc<SourceFile>,
}

impl Frame {
    /// Returns the class that `def` adds to.
    pub fn default_definee(&self) -> Rc<Class> {
        self.definee
            .clone()
            .unwrap_or_else(|| Rc::clone(&self.cref.module))
    }
}

/// Local variables.
pub struct Scope {
    /// Values by slot.
    pub vars: RefCell<Vec<Value>>,
    /// Names by slot.
    pub names: RefCell<Rc<Vec<Sym>>>,
    /// Scope around a block.
    pub outer: Option<Rc<Scope>>,
    /// What `return` leaves.
    pub return_to: Cell<u64>,
    /// What `break` leaves.
    pub break_to: Cell<u64>,
}

impl Scope {
    /// Returns a scope in which every variable is nil.
    pub fn new(names: &Rc<Vec<Sym>>, outer: Option<Rc<Scope>>) -> Rc<Self> {
        let return_to = outer.as_ref().map_or(0, |outer| outer.return_to.get());
        let break_to = outer.as_ref().map_or(0, |outer| outer.break_to.get());
        Rc::new(Self {
            vars: RefCell::new(vec![Value::Nil; names.len()]),
            names: RefCell::new(Rc::clone(names)),
            outer,
            return_to: Cell::new(return_to),
            break_to: Cell::new(break_to),
        })
    }

    /// Returns the value of a variable.
    pub fn get(&self, slot: Slot) -> Value {
        let index = slot.index as usize;
        if slot.depth == 0 {
            return self.vars.borrow().get(index).cloned().unwrap_or_default();
        }
        let mut scope = self.outer.as_ref();
        for _ in 1..slot.depth {
            scope = scope.and_then(|scope| scope.outer.as_ref());
        }
        scope
            .and_then(|scope| scope.vars.borrow().get(index).cloned())
            .unwrap_or_default()
    }

    /// Sets a variable.
    pub fn set(&self, slot: Slot, value: Value) {
        let mut scope = self;
        for _ in 0..slot.depth {
            match &scope.outer {
                Some(outer) => scope = outer,
                None => return,
            }
        }
        let old = match scope.vars.borrow_mut().get_mut(slot.index as usize) {
            Some(variable) => std::mem::replace(variable, value),
            None => return,
        };
        drop(old);
    }

    /// Returns the slot of a variable of this name.
    pub fn find(&self, name: Sym) -> Option<Slot> {
        let mut scope = Some(self);
        let mut depth = 0;
        while let Some(here) = scope {
            if let Some(index) = here.names.borrow().iter().position(|n| *n == name) {
                return Some(Slot {
                    depth,
                    index: index as u16,
                });
            }
            depth += 1;
            scope = here.outer.as_deref();
        }
        None
    }

    /// Adds a variable, as `Binding#local_variable_set` does.
    pub fn add(&self, name: Sym, value: Value) {
        let mut names = (**self.names.borrow()).clone();
        names.push(name);
        *self.names.borrow_mut() = Rc::new(names);
        self.vars.borrow_mut().push(value);
    }

    /// Returns the names of all variables, the innermost scope first.
    pub fn all_names(&self) -> Vec<Vec<Sym>> {
        let mut all = vec![(**self.names.borrow()).clone()];
        let mut scope = self.outer.as_deref();
        while let Some(here) = scope {
            all.push((**here.names.borrow()).clone());
            scope = here.outer.as_deref();
        }
        all
    }
}

/// Where an expression is evaluated.
#[derive(Clone)]
pub struct Env {
    /// Method, class body or file.
    pub frame: Rc<Frame>,
    /// Local variables.
    pub scope: Rc<Scope>,
}
