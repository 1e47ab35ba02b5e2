//! Ruby values. Everything is reference counted within one thread; nothing is
//! shared between two interpreters.
//!
//! Read `string`, `hash`, `class`, `object` and `callable` beside this for the
//! heap values, `native` for objects that are written in Rust.

mod callable;
mod class;
mod hash;
mod native;
mod object;
mod release;
mod string;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub use callable::{
    Args, Arity, Builtin, HostFunction, Method, MethodBody, Proc, ProcBody, Visibility,
};
pub use class::{Alloc, Class, StructShape};
pub use hash::{HashDefault, Key, RHash};
pub use native::Native;
pub use object::{
    Data, Enumerator, ExceptionData, MatchInfo, MethodObject, Object, RegexpValue, TimeValue,
};
pub use string::RString;

use crate::ruby::ast::RegexpFlags;
use crate::ruby::symbol::Sym;

/// A Ruby value.
#[derive(Clone, Default)]
pub enum Value {
    /// `nil`
    #[default]
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// An Integer of 64 bits.
    Int(i64),
    /// A larger Integer.
    Big(Rc<BigInt>),
    /// A Float.
    Float(f64),
    /// A Symbol.
    Sym(Sym),
    /// A String.
    Str(Rc<RString>),
    /// An Array.
    Array(Rc<RArray>),
    /// A Hash.
    Hash(Rc<RHash>),
    /// A Range.
    Range(Rc<RRange>),
    /// A Regexp.
    Regexp(Rc<RegexpValue>),
    /// A Proc or lambda.
    Proc(Rc<Proc>),
    /// A Class or Module.
    Class(Rc<Class>),
    /// Any other object, among them exceptions, times and structs.
    Object(Rc<Object>),
    /// An object written in Rust by whoever embeds the interpreter.
    Native(Rc<dyn Native>),
}

/// What few values of a kind have: a class of their own, instance variables.
#[derive(Default)]
pub struct Extra {
    /// A subclass or singleton class.
    pub class: Option<Rc<Class>>,
    /// Instance variables.
    pub ivars: IndexMap<Sym, Value>,
}

/// An Array.
#[derive(Default)]
pub struct RArray {
    /// Elements.
    pub items: RefCell<Vec<Value>>,
    /// Frozen.
    pub frozen: Cell<bool>,
    /// Class and instance variables, where they are special.
    pub extra: RefCell<Option<Box<Extra>>>,
}

impl RArray {
    /// Returns a copy of the elements; use it before calling back into Ruby.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().clone()
    }

    /// Returns the number of elements.
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Tells whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.items.borrow().is_empty()
    }

    /// Returns the element `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items.borrow().get(index).cloned()
    }
}

impl Drop for RArray {
    fn drop(&mut self) {
        release::later(self.items.get_mut().drain(..));
    }
}

/// A Range.
pub struct RRange {
    /// First value or nil.
    pub from: Value,
    /// Last value or nil.
    pub to: Value,
    /// `...`
    pub exclusive: bool,
}

impl Value {
    /// Returns a new string.
    pub fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Rc::new(RString::new(text.as_ref())))
    }

    /// Returns a new string of bytes; text unless they are not UTF-8.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Str(Rc::new(RString::from_bytes(bytes.into())))
    }

    /// Returns a symbol.
    pub fn sym(name: &str) -> Self {
        Self::Sym(Sym::new(name))
    }

    /// Returns a new array.
    pub fn array(items: impl Into<Vec<Value>>) -> Self {
        let array = RArray::default();
        *array.items.borrow_mut() = items.into();
        Self::Array(Rc::new(array))
    }

    /// Returns a new hash of pairs in order.
    pub fn hash(pairs: impl IntoIterator<Item = (Value, Value)>) -> Self {
        let hash = RHash::default();
        for (key, value) in pairs {
            hash.insert(key, value);
        }
        Self::Hash(Rc::new(hash))
    }

    /// Returns a range.
    pub fn range(from: Value, to: Value, exclusive: bool) -> Self {
        Self::Range(Rc::new(RRange {
            from,
            to,
            exclusive,
        }))
    }

    /// Returns an integer, as small as it can be.
    pub fn big(number: BigInt) -> Self {
        match number.to_i64() {
            Some(small) => Self::Int(small),
            None => Self::Big(Rc::new(number)),
        }
    }

    /// Returns an integer for a size.
    pub fn size(size: usize) -> Self {
        Self::Int(i64::try_from(size).unwrap_or(i64::MAX))
    }

    /// Returns a host object.
    pub fn native(object: impl Native) -> Self {
        Self::Native(Rc::new(object))
    }

    /// Returns a regular expression.
    pub fn regexp(source: &str, flags: RegexpFlags) -> Self {
        Self::Regexp(Rc::new(RegexpValue::new(source, flags)))
    }

    /// Tells whether a condition takes the value for true.
    pub fn truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    /// Tells whether the value is nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Returns the text of a string (invalid bytes replaced); `None` for any other value.
    pub fn as_string(&self) -> Option<String> {
        match self {
            Self::Str(string) => Some(string.text()),
            _ => None,
        }
    }

    /// Returns the text of a string or the name of a symbol.
    pub fn as_name(&self) -> Option<String> {
        match self {
            Self::Str(string) => Some(string.text()),
            Self::Sym(symbol) => Some(symbol.name().to_string()),
            _ => None,
        }
    }

    /// Returns the name of a symbol.
    pub fn as_symbol(&self) -> Option<Sym> {
        match self {
            Self::Sym(symbol) => Some(*symbol),
            _ => None,
        }
    }

    /// Returns an integer that fits 64 bits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns a number as a float.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Big(number) => number.to_f64(),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns a copy of the elements of an array.
    pub fn as_array(&self) -> Option<Vec<Value>> {
        match self {
            Self::Array(array) => Some(array.to_vec()),
            _ => None,
        }
    }

    /// Returns the pairs of a hash.
    pub fn as_hash(&self) -> Option<Vec<(Value, Value)>> {
        match self {
            Self::Hash(hash) => Some(hash.pairs()),
            _ => None,
        }
    }

    /// Returns a proc.
    pub fn as_proc(&self) -> Option<Rc<Proc>> {
        match self {
            Self::Proc(block) => Some(Rc::clone(block)),
            _ => None,
        }
    }

    /// Returns the host object if it is a `T`.
    pub fn as_native<T: Native>(&self) -> Option<&T> {
        match self {
            Self::Native(object) => {
                let any: &dyn std::any::Any = &**object;
                any.downcast_ref::<T>()
            }
            _ => None,
        }
    }

    /// Tells whether both are the same object (`equal?`).
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Big(a), Self::Big(b)) => Rc::ptr_eq(a, b),
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Sym(a), Self::Sym(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => Rc::ptr_eq(a, b),
            (Self::Array(a), Self::Array(b)) => Rc::ptr_eq(a, b),
            (Self::Hash(a), Self::Hash(b)) => Rc::ptr_eq(a, b),
            (Self::Range(a), Self::Range(b)) => Rc::ptr_eq(a, b),
            (Self::Regexp(a), Self::Regexp(b)) => Rc::ptr_eq(a, b),
            (Self::Proc(a), Self::Proc(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Native(a), Self::Native(b)) => std::ptr::addr_eq(Rc::as_ptr(a), Rc::as_ptr(b)),
            _ => false,
        }
    }

    /// Returns a number that no other living object has.
    pub fn identity(&self) -> i64 {
        let address = match self {
            Self::Nil => return 8,
            Self::Bool(true) => return 20,
            Self::Bool(false) => return 0,
            Self::Int(number) => return number.wrapping_mul(2).wrapping_add(1),
            Self::Float(number) => return number.to_bits() as i64 | 2,
            Self::Sym(symbol) => return (i64::from(symbol.number()) << 8) | 12,
            Self::Big(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Str(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Array(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Hash(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Range(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Regexp(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Proc(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Class(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Object(x) => Rc::as_ptr(x).cast::<u8>() as usize,
            Self::Native(x) => Rc::as_ptr(x).cast::<u8>() as usize,
        };
        address as i64
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::str(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(Rc::new(RString::new(&value)))
    }
}

impl From<Sym> for Value {
    fn from(value: Sym) -> Self {
        Self::Sym(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::array(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Nil, Into::into)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Big(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Sym(value) => write!(f, "{value:?}"),
            Self::Str(value) => write!(f, "{:?}", value.text()),
            Self::Array(_) => f.write_str("[…]"),
            Self::Hash(_) => f.write_str("{…}"),
            Self::Range(_) => f.write_str("range"),
            Self::Regexp(value) => write!(f, "/{}/", value.source),
            Self::Proc(_) => f.write_str("proc"),
            Self::Class(value) => f.write_str(&value.display_name()),
            Self::Object(value) => write!(f, "#<{}>", value.class().display_name()),
            Self::Native(value) => write!(f, "#<{}>", value.class_name()),
        }
    }
}
