//! Hashes: in order of insertion, with keys compared as Ruby's `eql?` does.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::IndexMap;

use super::{Data, Extra, Proc, RString, Value, release};

/// A key; equal keys are `eql?`.
#[derive(Clone)]
pub struct Key(pub Value);

/// What a missing key answers.
#[derive(Clone, Default)]
pub enum HashDefault {
    /// nil
    #[default]
    Nil,
    /// A value.
    Value(Value),
    /// What a block returns.
    Proc(Rc<Proc>),
}

/// A Hash.
#[derive(Default)]
pub struct RHash {
    /// Members in order.
    pub map: RefCell<IndexMap<Key, Value>>,
    /// Answer for missing keys.
    pub default: RefCell<HashDefault>,
    /// Keys are compared by identity.
    pub by_identity: Cell<bool>,
    /// Frozen.
    pub frozen: Cell<bool>,
    /// Class and instance variables, where they are special.
    pub extra: RefCell<Option<Box<Extra>>>,
}

impl RHash {
    /// Returns the value of `key`, without defaults.
    pub fn get(&self, key: &Value) -> Option<Value> {
        if self.by_identity.get() {
            let map = self.map.borrow();
            return map
                .iter()
                .find(|(k, _)| k.0.same(key))
                .map(|(_, v)| v.clone());
        }
        self.map.borrow().get(&Key(key.clone())).cloned()
    }

    /// Returns the value of the symbol or else the string `name`.
    pub fn get_named(&self, name: &str) -> Option<Value> {
        self.get(&Value::sym(name))
            .or_else(|| self.get(&Value::str(name)))
    }

    /// Sets a member. Strings are copied and frozen, as Ruby does with keys.
    pub fn insert(&self, key: Value, value: Value) {
        if self.by_identity.get() {
            let at = self.map.borrow().keys().position(|k| k.0.same(&key));
            if let Some(at) = at {
                if let Some((_, slot)) = self.map.borrow_mut().get_index_mut(at) {
                    *slot = value;
                }
                return;
            }
        }
        let key = match key {
            Value::Str(string) if !string.frozen.get() && !self.by_identity.get() => {
                let copy = RString::from_bytes(string.to_bytes());
                copy.binary.set(string.binary.get());
                copy.frozen.set(true);
                Value::Str(Rc::new(copy))
            }
            key => key,
        };
        let old = self.map.borrow_mut().insert(Key(key), value);
        drop(old);
    }

    /// Removes a member and returns its value.
    pub fn remove(&self, key: &Value) -> Option<Value> {
        if self.by_identity.get() {
            let at = self.map.borrow().keys().position(|k| k.0.same(key))?;
            return self.map.borrow_mut().shift_remove_index(at).map(|(_, v)| v);
        }
        self.map.borrow_mut().shift_remove(&Key(key.clone()))
    }

    /// Returns a copy of the members; use it before calling back into Ruby.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        let map = self.map.borrow();
        map.iter().map(|(k, v)| (k.0.clone(), v.clone())).collect()
    }

    /// Returns a copy of the keys.
    pub fn keys(&self) -> Vec<Value> {
        self.map.borrow().keys().map(|k| k.0.clone()).collect()
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.map.borrow().len()
    }

    /// Tells whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.map.borrow().is_empty()
    }

    /// Returns a copy with the same members and defaults.
    pub fn copy(&self) -> Self {
        let copy = Self::default();
        *copy.map.borrow_mut() = self.map.borrow().clone();
        *copy.default.borrow_mut() = self.default.borrow().clone();
        copy.by_identity.set(self.by_identity.get());
        copy
    }
}

impl Drop for RHash {
    fn drop(&mut self) {
        let map = std::mem::take(self.map.get_mut());
        release::later(map.into_iter().flat_map(|(key, value)| [key.0, value]));
    }
}

/// How deep keys are looked into; deeper ones collide, which is only slow.
const DEPTH: u32 = 64;

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(&self.0, state, 0);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        eql(&self.0, &other.0, 0)
    }
}

impl Eq for Key {}

fn hash_value<H: Hasher>(value: &Value, state: &mut H, depth: u32) {
    std::mem::discriminant(value).hash(state);
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Nil => {}
        Value::Bool(x) => x.hash(state),
        Value::Int(x) => x.hash(state),
        Value::Big(x) => x.hash(state),
        Value::Float(x) => (if *x == 0.0 { 0.0 } else { *x }).to_bits().hash(state),
        Value::Sym(x) => x.hash(state),
        Value::Str(x) => x.with(|bytes| bytes.hash(state)),
        Value::Array(x) => {
            for item in x.items.borrow().iter() {
                hash_value(item, state, depth + 1);
            }
        }
        Value::Hash(x) => length(x).hash(state),
        Value::Range(x) => {
            hash_value(&x.from, state, depth + 1);
            hash_value(&x.to, state, depth + 1);
        }
        Value::Regexp(x) => x.source.hash(state),
        Value::Object(x) => match (x.hash_code.get(), &*x.data.borrow()) {
            (Some(code), _) => code.hash(state),
            (None, Data::Struct(values)) => {
                for item in values {
                    hash_value(item, state, depth + 1);
                }
            }
            (None, Data::Set(set)) => length(set).hash(state),
            (None, Data::Time(time)) => time.ns.hash(state),
            (None, Data::Rational(a, b)) => (a, b).hash(state),
            (None, Data::Text(text)) => text.hash(state),
            _ => value.identity().hash(state),
        },
        Value::Proc(_) | Value::Class(_) | Value::Native(_) => value.identity().hash(state),
    }
}

/// Returns the number of members; none of a hash that is being changed, which is then
/// a key of itself and known by its identity.
fn length(hash: &RHash) -> usize {
    hash.map.try_borrow().map_or(0, |map| map.len())
}

/// Compares as `eql?`: numbers of different kinds differ.
pub(super) fn eql(a: &Value, b: &Value, depth: u32) -> bool {
    if a.same(b) {
        return true;
    }
    if depth > DEPTH {
        return false;
    }
    let all = |a: &[Value], b: &[Value]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| eql(a, b, depth + 1))
    };
    match (a, b) {
        (Value::Big(a), Value::Big(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a.with(|a| b.with(|b| a == b)),
        (Value::Array(a), Value::Array(b)) => all(&a.items.borrow(), &b.items.borrow()),
        (Value::Hash(a), Value::Hash(b)) => {
            let (Ok(a), Ok(b)) = (a.map.try_borrow(), b.map.try_borrow()) else {
                return false;
            };
            a.len() == b.len()
                && a.iter()
                    .all(|(k, v)| b.get(k).is_some_and(|w| eql(v, w, depth + 1)))
        }
        (Value::Range(a), Value::Range(b)) => {
            a.exclusive == b.exclusive
                && eql(&a.from, &b.from, depth + 1)
                && eql(&a.to, &b.to, depth + 1)
        }
        (Value::Regexp(a), Value::Regexp(b)) => a.source == b.source && a.flags == b.flags,
        (Value::Object(a), Value::Object(b)) => {
            if let (Some(a), Some(b)) = (a.hash_code.get(), b.hash_code.get()) {
                return a == b;
            }
            if !Rc::ptr_eq(&a.class(), &b.class()) {
                return false;
            }
            match (&*a.data.borrow(), &*b.data.borrow()) {
                (Data::Struct(a), Data::Struct(b)) => all(a, b),
                (Data::Set(a), Data::Set(b)) => {
                    let (Ok(a), Ok(b)) = (a.map.try_borrow(), b.map.try_borrow()) else {
                        return false;
                    };
                    a.len() == b.len() && a.keys().all(|k| b.contains_key(k))
                }
                (Data::Time(a), Data::Time(b)) => a.ns == b.ns,
                (Data::Rational(a, b), Data::Rational(c, d)) => a == c && b == d,
                (Data::Text(a), Data::Text(b)) => a == b,
                _ => false,
            }
        }
        _ => false,
    }
}
