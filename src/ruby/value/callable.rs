//! Methods, procs, and the arguments they are called with.

use std::rc::Rc;

use super::{Class, RHash, Value};
use crate::ruby::ast::{Block, CallSite, Function, Params};
use crate::ruby::error::Flow;
use crate::ruby::interp::Interp;
use crate::ruby::scope::{Cref, Env};
use crate::ruby::symbol::Sym;
use crate::source::Span;

/// What a call passes on.
#[derive(Clone, Default)]
pub struct Args {
    /// Positional arguments, splats spread out.
    pub list: Vec<Value>,
    /// Keywords, if any were given.
    pub keywords: Option<Rc<RHash>>,
    /// Block.
    pub block: Option<Rc<Proc>>,
    /// Where the call is written; `None` for calls made by Rust.
    pub site: Option<Rc<CallSite>>,
}

impl Args {
    /// Returns positional arguments without keywords and block.
    pub fn new(list: impl Into<Vec<Value>>) -> Self {
        Self {
            list: list.into(),
            ..Self::default()
        }
    }

    /// Adds a block.
    #[must_use]
    pub fn with_block(mut self, block: Option<Rc<Proc>>) -> Self {
        self.block = block;
        self
    }

    /// Returns the argument `index`, or nil.
    pub fn get(&self, index: usize) -> Value {
        self.list.get(index).cloned().unwrap_or_default()
    }

    /// Returns the argument `index`, if it was given.
    pub fn opt(&self, index: usize) -> Option<&Value> {
        self.list.get(index)
    }

    /// Returns the keyword `name`, if it was given.
    pub fn keyword(&self, name: &str) -> Option<Value> {
        self.keywords.as_ref()?.get(&Value::sym(name))
    }

    /// Returns the number of positional arguments.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Tells whether there are no positional arguments.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the positional arguments with the keywords as a last hash, which
    /// is what a method that takes no keywords sees.
    pub fn folded(&self) -> Vec<Value> {
        let mut list = self.list.clone();
        if let Some(keywords) = self.keywords.as_ref().filter(|k| !k.is_empty()) {
            list.push(Value::Hash(Rc::clone(keywords)));
        }
        list
    }

    /// Returns options given as keywords or as a last hash.
    pub fn options(&self) -> Option<Rc<RHash>> {
        match (&self.keywords, self.list.last()) {
            (Some(keywords), _) => Some(Rc::clone(keywords)),
            (None, Some(Value::Hash(hash))) => Some(Rc::clone(hash)),
            _ => None,
        }
    }

    /// Returns the place of the method name.
    pub fn name_span(&self) -> Option<Span> {
        self.site.as_ref().map(|site| site.name_span())
    }

    /// Returns the place of the whole call.
    pub fn span(&self) -> Option<Span> {
        self.site.as_ref().map(|site| site.span())
    }

    /// Returns the place of the argument `index` as written.
    pub fn arg_span(&self, index: usize) -> Option<Span> {
        self.site.as_ref().map(|site| site.arg_span(index))
    }
}

/// A method written in Rust: interpreter, `self`, arguments.
pub type Builtin = fn(&mut Interp, &Value, &Args) -> Result<Value, Flow>;

/// A method written in Rust that keeps something.
pub type HostFunction = Rc<dyn Fn(&mut Interp, &Value, &Args) -> Result<Value, Flow>>;

/// How many arguments a [`Builtin`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// At least.
    pub min: u8,
    /// At most; `None` for any number.
    pub max: Option<u8>,
    /// Keywords are looked at, instead of becoming a last hash.
    pub keywords: bool,
}

/// Who may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Objects of the same class.
    Protected,
    /// The object itself.
    Private,
}

/// A method.
pub struct Method {
    /// Name under which it was defined.
    pub name: Sym,
    /// Class or module that has it.
    pub owner: Rc<Class>,
    /// Who may call it.
    pub visibility: Visibility,
    /// What it does.
    pub body: MethodBody,
}

/// What a method does.
#[derive(Clone)]
pub enum MethodBody {
    /// Rust code of the interpreter.
    Builtin(Builtin, Arity),
    /// Rust code of whoever embeds the interpreter.
    Host(HostFunction),
    /// `def`
    Function(Rc<Function>, Rc<Cref>),
    /// `define_method`
    Proc(Rc<Proc>),
    /// `attr_reader`
    Reader(Sym),
    /// `attr_writer`
    Writer(Sym),
    /// Member of a Struct.
    Member(usize),
    /// Setter of a member of a Struct.
    MemberWriter(usize),
    /// `undef`
    Undefined,
}

/// A Proc.
pub struct Proc {
    /// What it does.
    pub body: ProcBody,
    /// It checks its arguments and `return` leaves only it.
    pub lambda: bool,
    /// Identity for `break`.
    pub tag: u64,
}

/// What a proc does.
pub enum ProcBody {
    /// A block and the variables around it.
    Block(Rc<Block>, Env),
    /// `&:name`
    Symbol(Sym),
    /// `&obj.method(:name)`
    Method(Value, Sym, Option<Rc<Method>>),
    /// Rust code.
    Host(HostFunction, i64),
}

impl Proc {
    /// Returns the parameters of a block that was written in Ruby.
    pub fn params(&self) -> Option<&Params> {
        match &self.body {
            ProcBody::Block(block, _) => Some(&block.params),
            _ => None,
        }
    }

    /// Returns the number of required positional parameters.
    pub fn required_count(&self) -> usize {
        self.params().map_or(0, Params::required_count)
    }

    /// Tells whether there are exactly `count` parameters, all required and
    /// positional, none of them optional or a splat.
    pub fn takes_exactly(&self, count: usize) -> bool {
        self.params().is_some_and(|params| {
            params.required_count() == count
                && params.optional.is_empty()
                && params.rest.is_none()
                && !params.takes_keywords()
        })
    }

    /// Returns what `arity` answers.
    pub fn arity(&self) -> i64 {
        match &self.body {
            ProcBody::Block(block, _) => block.params.arity(self.lambda),
            ProcBody::Symbol(_) => -2,
            ProcBody::Method(_, _, Some(method)) => method.arity(),
            ProcBody::Method(_, _, None) => -1,
            ProcBody::Host(_, arity) => *arity,
        }
    }

    /// Returns where the block is written.
    pub fn span(&self) -> Option<Span> {
        match &self.body {
            ProcBody::Block(block, _) => {
                Some(Span::new(&block.file, block.loc.start, block.loc.end))
            }
            _ => None,
        }
    }
}

impl Method {
    /// Returns what `arity` answers.
    pub fn arity(&self) -> i64 {
        match &self.body {
            MethodBody::Builtin(_, arity) => {
                if arity.max == Some(arity.min) {
                    i64::from(arity.min)
                } else {
                    -i64::from(arity.min) - 1
                }
            }
            MethodBody::Function(function, _) => function.params.arity(true),
            MethodBody::Proc(block) => match &block.body {
                ProcBody::Block(block, _) => block.params.arity(true),
                _ => block.arity(),
            },
            MethodBody::Reader(_) | MethodBody::Member(_) | MethodBody::Undefined => 0,
            MethodBody::Writer(_) | MethodBody::MemberWriter(_) => 1,
            MethodBody::Host(_) => -1,
        }
    }
}
