//! What Vagrant's configuration classes consist of, as tables: attributes with
//! their defaults, merge and finalize rules. Knows values and nothing of how
//! files are loaded.
//!
//! Reading order: [`Class`] and [`State`] here, `vm`, then any other file.

use std::rc::Rc;

use crate::config::Layer;
use crate::ruby::{Args, Interp, Outcome, Value};
use crate::source::Span;

use super::dsl::Config;

pub(super) mod connection;
pub(super) mod libvirt;
pub(super) mod providers;
pub(super) mod provisioners;
pub(super) mod pushes;
pub(super) mod sections;
pub(super) mod triggers;
pub(super) mod vm;

/// A value that a table can hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lit {
    Nil,
    Bool(bool),
    Int(i64),
    Str(&'static str),
    Sym(&'static str),
    List,
    Map,
    Strings(&'static [&'static str]),
    /// VirtualBox's first adapter: `{1 => [:nat, {}]}`.
    NatAdapter,
}

impl Lit {
    /// Returns a fresh value.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Str(text) => Value::str(text),
            Self::Sym(name) => Value::sym(name),
            Self::List => Value::array(Vec::new()),
            Self::Map => Value::hash([]),
            Self::NatAdapter => {
                let nat = vec![Value::sym("nat"), Value::hash([])];
                Value::hash([(Value::Int(1), Value::array(nat))])
            }
            Self::Strings(items) => Value::array(items.iter().map(Value::str).collect::<Vec<_>>()),
        }
    }
}

/// An attribute of a configuration class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attr {
    /// Name.
    pub(super) name: &'static str,
    /// What it holds before anything is said; unset when `None`. Such a value
    /// counts as said when scopes are merged, which is why an outer scope's
    /// list disappears under an inner scope that never mentions it.
    pub(super) initial: Option<Lit>,
    /// What it becomes when nothing was said.
    pub(super) default: Lit,
    /// Whether a file may assign it.
    pub(super) writable: bool,
}

/// An attribute that is unset until it is said, and becomes `default` at the end.
pub(super) const fn attr(name: &'static str, default: Lit) -> Attr {
    Attr {
        name,
        initial: None,
        default,
        writable: true,
    }
}

/// An attribute that holds a value from the start.
pub(super) const fn held(name: &'static str, initial: Lit) -> Attr {
    Attr {
        name,
        initial: Some(initial),
        default: initial,
        writable: true,
    }
}

/// An attribute that only methods change.
pub(super) const fn reader(name: &'static str, initial: Lit) -> Attr {
    Attr {
        name,
        initial: Some(initial),
        default: initial,
        writable: false,
    }
}

/// What a method of a configuration class is.
pub(super) type Method = fn(&mut Interp, &Config, &Args) -> Outcome;

/// A configuration class.
pub(super) struct Class {
    /// Name of the section, provider, provisioner or push strategy.
    pub(super) key: &'static str,
    /// Name of the class, for `.class` and messages of the interpreter.
    pub(super) ruby: &'static str,
    /// Section under which its faults are reported, in Vagrant's words.
    pub(super) section: &'static str,
    /// Tables of attributes.
    pub(super) attrs: &'static [&'static [Attr]],
    /// Methods, those before the attributes of the same name.
    pub(super) methods: &'static [(&'static str, Method)],
    /// Takes part in the merge of two scopes, after the attributes: outer,
    /// inner, result.
    pub(super) merge: fn(&State, &State, &mut State),
    /// Fills in what was not said.
    pub(super) finalize: fn(&mut State),
}

impl Class {
    /// A class without rules of its own, to start others from.
    pub(super) const PLAIN: Self = Self {
        key: "",
        ruby: "Vagrant::Plugin::V2::Config",
        section: "",
        attrs: &[],
        methods: &[],
        merge: |_, _, _| {},
        finalize: State::fill_defaults,
    };

    /// Returns all attributes.
    pub(super) fn attrs(&self) -> impl Iterator<Item = &'static Attr> + use<> {
        self.attrs.iter().flat_map(|table| table.iter())
    }

    /// Returns the attribute of a name.
    pub(super) fn attr(&self, name: &str) -> Option<&'static Attr> {
        self.attrs().find(|attr| attr.name == name)
    }

    /// Returns the method of a name.
    pub(super) fn method(&self, name: &str) -> Option<Method> {
        self.methods
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, method)| *method)
    }

    /// Returns every name that a file may use.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let attrs = self.attrs().map(|attr| attr.name);
        let methods = self
            .methods
            .iter()
            .map(|(name, _)| name.trim_end_matches('='));
        attrs.chain(methods).collect()
    }
}

/// A value with the place where it was said.
#[derive(Clone)]
pub(super) struct Field {
    /// Value.
    pub(super) value: Value,
    /// Place of the name; `None` for a default.
    pub(super) span: Option<Span>,
    /// Layer that said it; `None` for a default, and until its block has run.
    pub(super) layer: Option<Layer>,
    /// What was said before, the last first.
    pub(super) earlier: Vec<Earlier>,
}

/// Something that was said of a setting before.
#[derive(Clone)]
pub(super) struct Earlier {
    pub(super) value: Value,
    pub(super) span: Option<Span>,
    pub(super) layer: Option<Layer>,
}

/// How much of what was said before is kept; a loop may say a thing often.
const EARLIER: usize = 8;

impl Field {
    /// Returns a value with the place where it was said, in a layer to be known.
    pub(super) fn new(value: Value, span: Option<Span>) -> Self {
        Self {
            value,
            span,
            layer: None,
            earlier: Vec::new(),
        }
    }

    /// Puts what was said before behind what is said now.
    fn after(&mut self, old: &Field) {
        if old.span.is_some() {
            self.earlier.push(Earlier {
                value: old.value.clone(),
                span: old.span.clone(),
                layer: old.layer,
            });
        }
        self.earlier.extend(old.earlier.iter().cloned());
        self.earlier.truncate(EARLIER);
    }

    /// Notes the layer of what was said by a block that has run.
    pub(super) fn tag(&mut self, layer: Layer) {
        if self.span.is_some() {
            self.layer.get_or_insert(layer);
        }
        for earlier in &mut self.earlier {
            earlier.layer.get_or_insert(layer);
        }
    }
}

/// A method call as it was made.
#[derive(Clone)]
pub(super) struct Said {
    /// Method.
    pub(super) method: String,
    /// Arguments, keywords as a last hash.
    pub(super) arguments: Vec<Value>,
    /// Place of the name.
    pub(super) span: Option<Span>,
    /// Layer that said it, once its block has run.
    pub(super) layer: Option<Layer>,
}

/// What one scope, or several merged, say to a configuration class.
#[derive(Clone)]
pub(super) struct State {
    /// Class.
    pub(super) class: &'static Class,
    /// Attributes that hold something.
    pub(super) fields: Vec<(&'static str, Field)>,
    /// Names that were used and do not exist, each with its first place.
    pub(super) unknown: Vec<(String, Option<Span>)>,
    /// Method calls in order.
    pub(super) calls: Vec<Said>,
    /// What is more than attributes.
    pub(super) parts: Parts,
}

/// What a class keeps beside attributes.
#[derive(Clone, Default)]
pub(super) enum Parts {
    /// Nothing.
    #[default]
    None,
    /// `config.vm`
    Vm(Box<vm::Parts>),
    /// `config.trigger`
    Triggers(triggers::Parts),
    /// `config.push`
    Pushes(pushes::Parts),
}

/// Name of the symbol that a getter answers for an attribute that is not set.
pub(super) const UNSET: &str = "__UNSET__VALUE__";

impl State {
    /// Returns a state in which nothing was said.
    pub(super) fn new(class: &'static Class) -> Self {
        let fields = class.attrs().filter_map(|attr| {
            let value = attr.initial?.value();
            Some((attr.name, Field::new(value, None)))
        });
        let mut state = Self {
            class,
            fields: fields.collect(),
            unknown: Vec::new(),
            calls: Vec::new(),
            parts: Parts::None,
        };
        match class.key {
            "vm" => state.parts = Parts::Vm(Box::default()),
            "trigger" => state.parts = Parts::Triggers(triggers::Parts::default()),
            "push" => state.parts = Parts::Pushes(pushes::Parts::default()),
            "ssh" | "winssh" => connection::add_default(&mut state),
            _ => {}
        }
        state
    }

    /// Returns an attribute that holds something.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, field)| field)
    }

    /// Returns the value of an attribute; nil when it is not set.
    pub(super) fn get(&self, name: &str) -> Value {
        self.field(name)
            .map(|field| field.value.clone())
            .unwrap_or_default()
    }

    /// Returns where an attribute was said.
    pub(super) fn span(&self, name: &str) -> Option<Span> {
        self.field(name)?.span.clone()
    }

    /// Tells whether nothing was said of an attribute.
    pub(super) fn is_unset(&self, name: &str) -> bool {
        self.field(name).is_none()
    }

    /// Sets an attribute that the class has.
    pub(super) fn set_at(&mut self, name: &'static str, value: Value, span: Option<Span>) {
        self.put(name, Field::new(value, span));
    }

    fn put(&mut self, name: &'static str, mut field: Field) {
        let unset = field
            .value
            .as_symbol()
            .is_some_and(|symbol| symbol.is(UNSET));
        let at = self.fields.iter().position(|(known, _)| *known == name);
        match at {
            Some(at) if unset => {
                self.fields.remove(at);
            }
            Some(at) => {
                if let Some((_, old)) = self.fields.get_mut(at) {
                    field.after(old);
                    *old = field;
                }
            }
            None if unset => {}
            None => self.fields.push((name, field)),
        }
    }

    /// Changes the value of an attribute and leaves its place.
    pub(super) fn set(&mut self, name: &'static str, value: Value) {
        let known = self.fields.iter_mut().find(|(known, _)| *known == name);
        match known {
            Some((_, field)) if !value.as_symbol().is_some_and(|symbol| symbol.is(UNSET)) => {
                field.value = value;
            }
            _ => self.set_at(name, value, None),
        }
    }

    /// Notes the layer of everything that a block has said.
    pub(super) fn tag(&mut self, layer: Layer) {
        for (_, field) in &mut self.fields {
            field.tag(layer);
        }
        for call in &mut self.calls {
            call.layer.get_or_insert(layer);
        }
        if let Some(vm) = self.vm_mut() {
            vm.tag(layer);
        }
    }

    /// Notes a name that does not exist.
    pub(super) fn add_unknown(&mut self, name: &str, span: Option<Span>) {
        if !self.unknown.iter().any(|(known, _)| known == name) {
            self.unknown.push((name.to_owned(), span));
        }
    }

    /// Fills every attribute that is not set with its default.
    pub(super) fn fill_defaults(&mut self) {
        for attr in self.class.attrs() {
            if self.is_unset(attr.name) {
                self.set_at(attr.name, attr.default.value(), None);
            }
        }
    }

    /// Fills in what was not said, by the rules of the class.
    pub(super) fn finalize(&mut self) {
        (self.class.finalize)(self);
    }

    /// Returns what both scopes say together; `inner` wins.
    pub(super) fn merge(&self, inner: &State) -> State {
        let mut result = State::new(self.class);
        for (name, field) in self.fields.iter().chain(&inner.fields) {
            result.put(name, field.clone());
        }
        for (name, span) in self.unknown.iter().chain(&inner.unknown) {
            result.add_unknown(name, span.clone());
        }
        result.calls.clone_from(&self.calls);
        result.calls.extend(inner.calls.iter().cloned());
        (self.class.merge)(self, inner, &mut result);
        result
    }

    /// Returns the parts of `config.vm`.
    pub(super) fn vm(&self) -> Option<&vm::Parts> {
        match &self.parts {
            Parts::Vm(parts) => Some(parts),
            _ => None,
        }
    }

    /// Returns the parts of `config.vm` for change.
    pub(super) fn vm_mut(&mut self) -> Option<&mut vm::Parts> {
        match &mut self.parts {
            Parts::Vm(parts) => Some(parts),
            _ => None,
        }
    }
}

/// Returns what `to_s` gives, for the values that settings hold.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Nil => String::new(),
        Value::Str(string) => string.text(),
        Value::Sym(symbol) => symbol.name().to_string(),
        other => format!("{other:?}"),
    }
}

/// Returns a symbol for a string; any other value as it is.
pub(super) fn to_sym(value: &Value) -> Value {
    match value {
        Value::Str(string) => Value::sym(&string.text()),
        other => other.clone(),
    }
}

/// Returns what `Array(value)` gives.
pub(super) fn to_list(value: &Value) -> Vec<Value> {
    match value {
        Value::Nil => Vec::new(),
        Value::Array(items) => items.to_vec(),
        Value::Hash(hash) => hash
            .pairs()
            .into_iter()
            .map(|(key, value)| Value::array(vec![key, value]))
            .collect(),
        other => vec![other.clone()],
    }
}

/// Tells whether a value is the symbol `name`.
pub(super) fn is_sym(value: &Value, name: &str) -> bool {
    value.as_symbol().is_some_and(|symbol| symbol.is(name))
}

/// Returns the members of `outer` and `inner` in one hash; `inner` wins.
pub(super) fn merge_hashes(outer: &Value, inner: &Value) -> Value {
    let pairs = |value: &Value| value.as_hash().unwrap_or_default();
    Value::hash(pairs(outer).into_iter().chain(pairs(inner)))
}

/// Returns the items of both lists in one.
pub(super) fn join_lists(outer: &Value, inner: &Value) -> Value {
    let mut items = to_list(outer);
    items.extend(to_list(inner));
    Value::array(items)
}

/// Returns the pairs of keywords or of a last hash.
pub(super) fn options(args: &Args) -> Vec<(Value, Value)> {
    args.options().map(|hash| hash.pairs()).unwrap_or_default()
}

/// Returns the positional arguments without a last hash of options.
pub(super) fn positional(args: &Args) -> Vec<Value> {
    let mut list = args.list.clone();
    if args.keywords.is_none() && matches!(list.last(), Some(Value::Hash(_))) {
        list.pop();
    }
    list
}

/// Returns the error for a call with too few or too many arguments.
pub(super) fn check_count(
    interp: &mut Interp,
    args: &Args,
    least: usize,
    most: usize,
) -> Outcome<()> {
    let given = args.list.len();
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let expected = if least == most {
        least.to_string()
    } else {
        format!("{least}..{most}")
    };
    Err(interp.raise(
        "ArgumentError",
        format!("wrong number of arguments (given {given}, expected {expected})"),
    ))
}

/// Returns a state as a value, to be kept inside another state.
pub(super) fn nested(state: State) -> Value {
    Value::Native(Rc::new(Config::with(state)))
}
