//! Makes classes, modules, constants and methods; the tables of built-in
//! methods are read here.

use std::rc::Rc;

use super::Interp;
use crate::ruby::error::{Flow, Outcome};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{
    Alloc, Args, Arity, Builtin, Class, HostFunction, Method, MethodBody, Value, Visibility,
};

/// A row of a table of methods: names (several are aliases), arity, function.
pub struct MethodRow {
    /// Names, separated by blanks.
    pub names: &'static str,
    /// Arguments.
    pub arity: Arity,
    /// What it does.
    pub run: Builtin,
}

/// A table of methods.
pub type Rows = &'static [MethodRow];

/// Returns a row for a method that takes `min` to `max` arguments; keywords
/// reach it as a last hash.
pub const fn row(names: &'static str, min: u8, max: u8, run: Builtin) -> MethodRow {
    let arity = Arity {
        min,
        max: Some(max),
        keywords: false,
    };
    MethodRow { names, arity, run }
}

/// Returns a row for a method that takes `min` or more arguments.
pub const fn any(names: &'static str, min: u8, run: Builtin) -> MethodRow {
    let arity = Arity {
        min,
        max: None,
        keywords: false,
    };
    MethodRow { names, arity, run }
}

/// Returns a row like [`row`] for a method that reads keywords.
pub const fn row_keywords(names: &'static str, min: u8, max: u8, run: Builtin) -> MethodRow {
    let arity = Arity {
        min,
        max: Some(max),
        keywords: true,
    };
    MethodRow { names, arity, run }
}

/// Returns a row like [`any`] for a method that reads keywords.
pub const fn any_keywords(names: &'static str, min: u8, run: Builtin) -> MethodRow {
    let arity = Arity {
        min,
        max: None,
        keywords: true,
    };
    MethodRow { names, arity, run }
}

macro_rules! core {
    ($($field:ident $name:literal),* $(,)?) => {
        /// The classes that the interpreter itself needs.
        pub struct Core { $(pub $field: Rc<Class>),* }

        impl Core {
            /// Returns the classes, in the constants of `Object`.
            pub(super) fn new() -> Self {
                let basic = Rc::new(Class::bare(Some("BasicObject"), false, None));
                let object = Rc::new(Class::bare(Some("Object"), false, Some(Rc::clone(&basic))));
                let module = Rc::new(Class::bare(Some("Module"), false, Some(Rc::clone(&object))));
                let class = Rc::new(Class::bare(Some("Class"), false, Some(Rc::clone(&module))));
                let make = |name: &str| -> Rc<Class> {
                    let made = match name {
                        "BasicObject" => Rc::clone(&basic),
                        "Object" => Rc::clone(&object),
                        "Module" => Rc::clone(&module),
                        "Class" => Rc::clone(&class),
                        "Kernel" | "Comparable" | "Enumerable" => Rc::new(Class::bare(Some(name), true, None)),
                        name => Rc::new(Class::bare(Some(name), false, Some(Rc::clone(&object)))),
                    };
                    object.consts.borrow_mut().insert(Sym::new(name), Value::Class(Rc::clone(&made)));
                    made
                };
                $(let $field = make($name);)*
                let core = Self { $($field),* };
                core.wire();
                for class in [$(&core.$field),*] {
                    core.give_meta(class);
                }
                core
            }
        }
    };
}

core! {
    basic_object "BasicObject", object "Object", module "Module", class "Class",
    kernel "Kernel", comparable "Comparable", enumerable "Enumerable",
    nil "NilClass", true_class "TrueClass", false_class "FalseClass",
    numeric "Numeric", integer "Integer", float "Float", rational "Rational",
    string "String", symbol "Symbol", array "Array", hash "Hash", range "Range",
    regexp "Regexp", match_data "MatchData", proc_class "Proc", method "Method",
    unbound_method "UnboundMethod", enumerator "Enumerator", binding "Binding",
    exception "Exception", time "Time", struct_class "Struct",
}

impl Core {
    /// Says what is above what, and what `new` makes.
    fn wire(&self) {
        for forbidden in [
            &self.nil,
            &self.true_class,
            &self.false_class,
            &self.integer,
            &self.float,
            &self.symbol,
        ] {
            forbidden.alloc.set(Alloc::Forbidden);
        }
        self.exception.alloc.set(Alloc::Exception);
        self.array.alloc.set(Alloc::Array);
        self.hash.alloc.set(Alloc::Hash);
        self.string.alloc.set(Alloc::Str);
        let include =
            |class: &Class, module: &Rc<Class>| class.includes.borrow_mut().push(Rc::clone(module));
        include(&self.object, &self.kernel);
        for class in [
            &self.array,
            &self.hash,
            &self.range,
            &self.enumerator,
            &self.struct_class,
        ] {
            include(class, &self.enumerable);
        }
        for class in [&self.string, &self.numeric, &self.time] {
            include(class, &self.comparable);
        }
        for class in [&self.integer, &self.float, &self.rational] {
            *class.superclass.borrow_mut() = Some(Rc::clone(&self.numeric));
        }
    }

    /// Gives a class the class of its own methods.
    pub(super) fn give_meta(&self, class: &Rc<Class>) {
        if class.meta.borrow().is_some() {
            return;
        }
        let above = if class.is_module {
            Rc::clone(&self.module)
        } else {
            let superclass = class.superclass.borrow().clone();
            match superclass {
                Some(superclass) => {
                    self.give_meta(&superclass);
                    let meta = superclass.meta.borrow().clone();
                    meta.unwrap_or_else(|| Rc::clone(&self.class))
                }
                None => Rc::clone(&self.class),
            }
        };
        let mut meta = Class::bare(None, false, Some(above));
        meta.is_singleton = true;
        *meta.attached.borrow_mut() = Some(Value::Class(Rc::clone(class)));
        *class.meta.borrow_mut() = Some(Rc::new(meta));
    }
}

impl Interp {
    /// Sets a constant of the top level.
    pub fn define_global_constant(&mut self, name: &str, value: Value) {
        let object = Rc::clone(&self.core.object);
        self.set_const(&object, Sym::new(name), value);
    }

    /// Sets a global variable; the name begins with `$`.
    pub fn define_global(&mut self, name: &str, value: Value) {
        self.globals.insert(Sym::new(name), value);
    }

    /// Sets a constant; a class without a name gets this one.
    pub fn set_const(&mut self, module: &Rc<Class>, name: Sym, value: Value) {
        if let Value::Class(class) = &value {
            let unnamed = class.name.borrow().is_none();
            if unnamed && !class.is_singleton {
                let full = self.full_name(module, name);
                *class.name.borrow_mut() = Some(Rc::from(full));
                *class.outer.borrow_mut() = Some(Rc::downgrade(module));
            }
        }
        let old = module.consts.borrow_mut().insert(name, value);
        drop(old);
    }

    fn full_name(&self, module: &Rc<Class>, name: Sym) -> String {
        if Rc::ptr_eq(module, &self.core.object) {
            name.to_string()
        } else {
            format!("{}::{name}", module.display_name())
        }
    }

    /// Returns the module of this full name (`A::B`), made if it is not there.
    pub fn define_module(&mut self, path: &str) -> Rc<Class> {
        self.define_at(path, true, None)
    }

    /// Returns the class of this full name, made if it is not there.
    pub fn define_class(&mut self, path: &str, superclass: Option<&Rc<Class>>) -> Rc<Class> {
        self.define_at(path, false, superclass)
    }

    fn define_at(&mut self, path: &str, module: bool, superclass: Option<&Rc<Class>>) -> Rc<Class> {
        let mut here = Rc::clone(&self.core.object);
        let parts: Vec<&str> = path.split("::").collect();
        for (i, part) in parts.iter().enumerate() {
            let name = Sym::new(part);
            let known = here.consts.borrow().get(&name).cloned();
            here = match known {
                Some(Value::Class(class)) => class,
                _ => {
                    let last = i + 1 == parts.len();
                    let made = if last && !module {
                        self.new_class(superclass)
                    } else {
                        self.new_module()
                    };
                    self.set_const(&here, name, Value::Class(Rc::clone(&made)));
                    made
                }
            };
        }
        here
    }

    /// Returns a class without a name.
    pub fn new_class(&mut self, superclass: Option<&Rc<Class>>) -> Rc<Class> {
        let above = superclass.map_or_else(|| Rc::clone(&self.core.object), Rc::clone);
        let class = Rc::new(Class::bare(None, false, Some(above)));
        self.core.give_meta(&class);
        class
    }

    /// Returns a module without a name.
    pub fn new_module(&mut self) -> Rc<Class> {
        let module = Rc::new(Class::bare(None, true, None));
        self.core.give_meta(&module);
        module
    }

    /// Adds a public method written in Rust.
    pub fn define_method(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        f: impl Fn(&mut Interp, &Value, &Args) -> Result<Value, Flow> + 'static,
    ) {
        let f: HostFunction = Rc::new(f);
        self.add_method(
            class,
            Sym::new(name),
            MethodBody::Host(f),
            Visibility::Public,
        );
    }

    /// Adds a method to the module or class itself (`Vagrant.configure`).
    pub fn define_singleton(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        f: impl Fn(&mut Interp, &Value, &Args) -> Result<Value, Flow> + 'static,
    ) {
        let meta = self.meta_of(class);
        self.define_method(&meta, name, f);
    }

    /// Returns the class of the methods of a class.
    pub(in crate::ruby) fn meta_of(&mut self, class: &Rc<Class>) -> Rc<Class> {
        self.core.give_meta(class);
        let meta = class.meta.borrow().clone();
        meta.unwrap_or_else(|| Rc::clone(&self.core.class))
    }

    /// Adds a method.
    pub(in crate::ruby) fn add_method(
        &mut self,
        class: &Rc<Class>,
        name: Sym,
        body: MethodBody,
        visibility: Visibility,
    ) {
        let method = Method {
            name,
            owner: Rc::clone(class),
            visibility,
            body,
        };
        let old = class.methods.borrow_mut().insert(name, Rc::new(method));
        self.forget_methods();
        drop(old);
    }

    /// Adds a table of public methods.
    pub(in crate::ruby) fn add_rows(&mut self, class: &Rc<Class>, rows: Rows) {
        self.add_rows_as(class, rows, Visibility::Public);
    }

    /// Adds a table of methods.
    pub(in crate::ruby) fn add_rows_as(
        &mut self,
        class: &Rc<Class>,
        rows: Rows,
        visibility: Visibility,
    ) {
        let mut methods = class.methods.borrow_mut();
        for row in rows {
            for name in row.names.split(' ') {
                let name = Sym::new(name);
                let method = Method {
                    name,
                    owner: Rc::clone(class),
                    visibility,
                    body: MethodBody::Builtin(row.run, row.arity),
                };
                methods.insert(name, Rc::new(method));
            }
        }
        drop(methods);
        self.forget_methods();
    }

    /// Adds a table of methods to the class itself.
    pub(in crate::ruby) fn add_singleton_rows(&mut self, class: &Rc<Class>, rows: Rows) {
        let meta = self.meta_of(class);
        self.add_rows(&meta, rows);
    }

    /// Includes a module.
    pub(in crate::ruby) fn include(&mut self, class: &Rc<Class>, module: &Rc<Class>) {
        let mut known = class.ancestors();
        known.retain(|k| Rc::ptr_eq(k, module));
        if known.is_empty() {
            class.includes.borrow_mut().insert(0, Rc::clone(module));
            self.forget_methods();
        }
    }

    /// Returns the class that belongs to the value alone, made if need be.
    pub(in crate::ruby) fn singleton_class(&mut self, value: &Value) -> Outcome<Rc<Class>> {
        let class = self.class_of(value);
        let mine = class.is_singleton
            && class
                .attached
                .borrow()
                .as_ref()
                .is_some_and(|attached| attached.same(value));
        if mine {
            return Ok(class);
        }
        let make = |class: Rc<Class>, attached: Option<Value>| {
            let mut single = Class::bare(None, false, Some(class));
            single.is_singleton = true;
            *single.attached.borrow_mut() = attached;
            Rc::new(single)
        };
        match value {
            Value::Class(class) => Ok(self.meta_of(class)),
            Value::Object(object) => {
                let single = make(class, Some(Value::Nil));
                // Only what is needed to tell whose it is; a reference to the
                // object would keep both alive for ever.
                *single.attached.borrow_mut() = Some(value.clone());
                object.set_class(Rc::clone(&single));
                Ok(single)
            }
            Value::Str(x) => {
                let single = make(class, Some(value.clone()));
                x.extra.borrow_mut().get_or_insert_default().class = Some(Rc::clone(&single));
                Ok(single)
            }
            Value::Array(x) => {
                let single = make(class, Some(value.clone()));
                x.extra.borrow_mut().get_or_insert_default().class = Some(Rc::clone(&single));
                Ok(single)
            }
            Value::Hash(x) => {
                let single = make(class, Some(value.clone()));
                x.extra.borrow_mut().get_or_insert_default().class = Some(Rc::clone(&single));
                Ok(single)
            }
            Value::Nil | Value::Bool(_) => Ok(class),
            _ => Err(self.raise("TypeError", "can't define singleton")),
        }
    }
}
