//! Objects, and what the built-in classes keep in them.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::{Class, Method, Proc, RHash, Value, release};
use crate::ruby::ast::{CallSite, RegexpFlags};
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::source::Span;

/// An object.
pub struct Object {
    /// Its class, or its singleton class.
    class: RefCell<Rc<Class>>,
    /// Instance variables.
    pub ivars: RefCell<IndexMap<Sym, Value>>,
    /// What a built-in class keeps.
    pub data: RefCell<Data>,
    /// Frozen.
    pub frozen: Cell<bool>,
    /// What its own `hash` method answered, once it was asked.
    pub hash_code: Cell<Option<i64>>,
}

/// What a built-in class keeps in its objects.
#[derive(Default)]
pub enum Data {
    /// Nothing.
    #[default]
    None,
    /// An exception.
    Exception(ExceptionData),
    /// Members of a Struct.
    Struct(Vec<Value>),
    /// Members of a Set, as keys.
    Set(Rc<RHash>),
    /// A Time.
    Time(TimeValue),
    /// A Date: days since 1970.
    Date(i64),
    /// A MatchData.
    Match(Rc<MatchInfo>),
    /// A Method or UnboundMethod.
    Method(MethodObject),
    /// An Enumerator.
    Enumerator(Enumerator),
    /// A Binding.
    Binding(RefCell<Env>),
    /// A Rational.
    Rational(Rc<BigInt>, Rc<BigInt>),
    /// A text, such as the path of a Pathname.
    Text(Rc<str>),
    /// Whatever a library class written in Rust keeps.
    Host(Rc<dyn std::any::Any>),
}

/// An exception.
#[derive(Clone, Default)]
pub struct ExceptionData {
    /// Message; nil means the class name.
    pub message: Value,
    /// What was being rescued when it was raised.
    pub cause: Option<Value>,
    /// Where it was raised: label and place, innermost first.
    pub backtrace: Rc<Vec<(Rc<str>, Span)>>,
    /// A backtrace that the program set.
    pub custom_backtrace: Option<Value>,
    /// Where the error is, if more is known than the backtrace says.
    pub span: Option<Span>,
    /// For NameError and KeyError: receiver and name.
    pub receiver: Option<Value>,
    /// Name or key that was not found.
    pub name: Option<Value>,
    /// Names that may have been meant.
    pub candidates: Rc<Vec<String>>,
    /// What the program should say instead, where that is known.
    pub hint: Option<Rc<str>>,
    /// Exit status of SystemExit.
    pub status: i32,
    /// The exception was raised before.
    pub raised: bool,
}

/// A Time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeValue {
    /// Nanoseconds since 1970.
    pub ns: i128,
    /// Seconds east of Greenwich.
    pub offset: i32,
    /// It is shown as UTC.
    pub utc: bool,
}

/// A match of a regular expression.
pub struct MatchInfo {
    /// The text that was searched.
    pub text: Rc<str>,
    /// Byte ranges of the groups, the whole first.
    pub groups: Vec<Option<(usize, usize)>>,
    /// Names of the groups.
    pub names: Vec<(String, usize)>,
    /// The expression.
    pub regexp: Rc<RegexpValue>,
}

impl MatchInfo {
    /// Returns the text of a group.
    pub fn group(&self, index: usize) -> Option<&str> {
        let (start, end) = self.groups.get(index).copied().flatten()?;
        self.text.get(start..end)
    }
}

/// A method taken from an object.
#[derive(Clone)]
pub struct MethodObject {
    /// The object; `None` for an UnboundMethod.
    pub receiver: Option<Value>,
    /// The name it was asked for by.
    pub name: Sym,
    /// The method; `None` when `method_missing` would answer.
    pub method: Option<Rc<Method>>,
}

/// An Enumerator: a call that has not been made yet.
#[derive(Clone)]
pub struct Enumerator {
    /// Receiver.
    pub receiver: Value,
    /// Method that will be given a block.
    pub method: Sym,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Made by `Enumerator.new`.
    pub block: Option<Rc<Proc>>,
    /// Lazy: what is done with each element.
    pub lazy: bool,
    /// Place of `next`, with the elements once they are known.
    pub position: Rc<(Cell<usize>, OnceCell<Vec<Value>>)>,
    /// Where it was made.
    pub site: Option<Rc<CallSite>>,
}

/// A Regexp; compiled when first used.
pub struct RegexpValue {
    /// Source as written.
    pub source: Rc<str>,
    /// Options.
    pub flags: RegexpFlags,
    /// Compiled form, or why it cannot be.
    pub(in crate::ruby) compiled: OnceCell<Result<Rc<fancy_regex::Regex>, String>>,
}

impl RegexpValue {
    /// Returns a regular expression that is not compiled yet.
    pub fn new(source: &str, flags: RegexpFlags) -> Self {
        Self {
            source: Rc::from(source),
            flags,
            compiled: OnceCell::new(),
        }
    }
}

impl Object {
    /// Returns an object of `class`.
    pub fn new(class: Rc<Class>, data: Data) -> Rc<Self> {
        Rc::new(Self {
            class: RefCell::new(class),
            ivars: RefCell::default(),
            data: RefCell::new(data),
            frozen: Cell::new(false),
            hash_code: Cell::new(None),
        })
    }

    /// Returns the class, which may be a singleton class.
    pub fn class(&self) -> Rc<Class> {
        Rc::clone(&self.class.borrow())
    }

    /// Returns the class as `.class` answers it.
    pub fn real_class(&self) -> Rc<Class> {
        self.class.borrow().real()
    }

    /// Sets the class.
    pub(in crate::ruby) fn set_class(&self, class: Rc<Class>) {
        *self.class.borrow_mut() = class;
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let ivars = std::mem::take(self.ivars.get_mut());
        release::later(ivars.into_values());
        if let Data::Struct(values) = self.data.get_mut() {
            release::later(values.drain(..));
        }
    }
}
