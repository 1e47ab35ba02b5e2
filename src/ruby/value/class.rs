//! Classes and modules.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use indexmap::IndexMap;

use super::{Method, Value};
use crate::ruby::symbol::Sym;

/// What an instance is made of; inherited by subclasses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alloc {
    /// An object with instance variables.
    Plain,
    /// An exception.
    Exception,
    /// An Array.
    Array,
    /// A Hash.
    Hash,
    /// A String.
    Str,
    /// A Set.
    Set,
    /// A Struct.
    Struct,
    /// There is no `new`.
    Forbidden,
}

thread_local! {
    static NEXT_ID: Cell<u64> = const { Cell::new(1) };
}

/// A class or module.
pub struct Class {
    /// Number that no other class of the thread has or had.
    pub id: u64,
    /// Full name; `None` while it has none.
    pub name: RefCell<Option<Rc<str>>>,
    /// It is a module.
    pub is_module: bool,
    /// It belongs to one object.
    pub is_singleton: bool,
    /// Of a singleton class: what it belongs to.
    pub attached: RefCell<Option<Value>>,
    /// Superclass.
    pub superclass: RefCell<Option<Rc<Class>>>,
    /// Instance methods by name.
    pub methods: RefCell<IndexMap<Sym, Rc<Method>>>,
    /// Constants.
    pub consts: RefCell<IndexMap<Sym, Value>>,
    /// Private constants.
    pub private_consts: RefCell<Vec<Sym>>,
    /// Files to load for constants not there yet.
    pub autoloads: RefCell<Vec<(Sym, String)>>,
    /// Included modules, the last included first.
    pub includes: RefCell<Vec<Rc<Class>>>,
    /// Prepended modules, the last prepended first.
    pub prepends: RefCell<Vec<Rc<Class>>>,
    /// Class that holds the methods of the class itself.
    pub meta: RefCell<Option<Rc<Class>>>,
    /// Instance variables of the class itself.
    pub ivars: RefCell<IndexMap<Sym, Value>>,
    /// Class variables.
    pub cvars: RefCell<IndexMap<Sym, Value>>,
    /// Where it was defined.
    pub outer: RefCell<Option<Weak<Class>>>,
    /// What `new` makes.
    pub alloc: Cell<Alloc>,
    /// Names of the members of a Struct.
    pub members: RefCell<Option<Rc<StructShape>>>,
    /// Frozen.
    pub frozen: Cell<bool>,
    /// A program defined it.
    pub from_ruby: Cell<bool>,
}

/// The members of a Struct class.
pub struct StructShape {
    /// Names in order.
    pub names: Vec<Sym>,
    /// `keyword_init: true`
    pub keywords: bool,
}

impl Class {
    /// Returns a class without methods. `Interp` makes classes; this is its part.
    pub(in crate::ruby) fn bare(
        name: Option<&str>,
        is_module: bool,
        superclass: Option<Rc<Class>>,
    ) -> Self {
        let alloc = superclass.as_ref().map_or(Alloc::Plain, |s| s.alloc.get());
        let members = superclass.as_ref().and_then(|s| s.members.borrow().clone());
        Self {
            id: NEXT_ID.replace(NEXT_ID.get() + 1),
            name: RefCell::new(name.map(Rc::from)),
            is_module,
            is_singleton: false,
            attached: RefCell::default(),
            superclass: RefCell::new(superclass),
            methods: RefCell::default(),
            consts: RefCell::default(),
            private_consts: RefCell::default(),
            autoloads: RefCell::default(),
            includes: RefCell::default(),
            prepends: RefCell::default(),
            meta: RefCell::default(),
            ivars: RefCell::default(),
            cvars: RefCell::default(),
            outer: RefCell::default(),
            alloc: Cell::new(alloc),
            members: RefCell::new(members),
            frozen: Cell::new(false),
            from_ruby: Cell::new(false),
        }
    }

    /// Returns the name, or something in its place.
    pub fn display_name(&self) -> Rc<str> {
        if let Some(name) = &*self.name.borrow() {
            return Rc::clone(name);
        }
        if self.is_singleton {
            let inner = match &*self.attached.borrow() {
                Some(Value::Class(class)) => class.display_name().to_string(),
                Some(Value::Object(object)) => match object.real_class().name.borrow().as_ref() {
                    Some(name) => format!("#<{name}>"),
                    None => "#<Object>".to_owned(),
                },
                Some(other) => format!("{other:?}"),
                None => "?".to_owned(),
            };
            return Rc::from(format!("#<Class:{inner}>"));
        }
        let kind = if self.is_module { "Module" } else { "Class" };
        Rc::from(format!(
            "#<{kind}:0x{:016x}>",
            std::ptr::from_ref(self).cast::<u8>() as usize
        ))
    }

    /// Returns everything that methods are looked up in, in order.
    pub fn ancestors(self: &Rc<Self>) -> Vec<Rc<Class>> {
        let mut line = Vec::new();
        let mut next = Some(Rc::clone(self));
        while let Some(class) = next {
            class.add_with_modules(&mut line, 0);
            let above = class.superclass.borrow().clone();
            next = above;
        }
        line
    }

    fn add_with_modules(self: &Rc<Self>, line: &mut Vec<Rc<Class>>, depth: u32) {
        if depth > 100 || line.iter().any(|known| Rc::ptr_eq(known, self)) {
            return;
        }
        for module in self.prepends.borrow().iter() {
            module.add_with_modules(line, depth + 1);
        }
        line.push(Rc::clone(self));
        for module in self.includes.borrow().iter() {
            module.add_with_modules(line, depth + 1);
        }
    }

    /// Tells whether `other` is this class or above it.
    pub fn descends_from(self: &Rc<Self>, other: &Rc<Class>) -> bool {
        if !other.is_module {
            let mut next = Some(Rc::clone(self));
            while let Some(class) = next {
                if Rc::ptr_eq(&class, other) {
                    return true;
                }
                let above = class.superclass.borrow().clone();
                next = above;
            }
            return false;
        }
        self.ancestors()
            .iter()
            .any(|class| Rc::ptr_eq(class, other))
    }

    /// Returns the class of which singleton classes are the front.
    pub fn real(self: &Rc<Self>) -> Rc<Class> {
        let mut class = Rc::clone(self);
        while class.is_singleton {
            let Some(above) = class.superclass.borrow().clone() else {
                break;
            };
            class = above;
        }
        class
    }
}
