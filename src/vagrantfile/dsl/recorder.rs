//! Stands for everything that is not known: sections of plugins, providers and
//! provisioners without a class, the `override` that is not meant now. Takes
//! every call and answers it with another recorder, as Vagrant's dummy does,
//! and keeps what was said with its place.

use std::cell::RefCell;
use std::rc::Rc;

use crate::config::Layer;
use crate::ruby::{Args, Interp, Native, Outcome, Value};
use crate::source::Span;

use crate::vagrantfile::schema::{Field, Said, text};

/// What was said to something unknown.
#[derive(Clone, Default)]
pub(in crate::vagrantfile) struct Record {
    /// Assignments, the last of each name.
    pub(in crate::vagrantfile) settings: Vec<(String, Field)>,
    /// Method calls in order, getters left out.
    pub(in crate::vagrantfile) calls: Vec<Said>,
    /// What was said to answers of getters: `v.vmx["memsize"] = "1024"`.
    children: Vec<(String, Rc<RefCell<Record>>)>,
}

/// An object that takes everything.
#[derive(Default)]
pub(in crate::vagrantfile) struct Recorder {
    record: Rc<RefCell<Record>>,
}

impl Record {
    /// Returns what was said, answers of getters as hashes below their name.
    pub(in crate::vagrantfile) fn all(&self) -> Vec<(String, Field)> {
        let mut all = self.settings.clone();
        for (name, child) in &self.children {
            let inner = child.borrow().all();
            if inner.is_empty() {
                continue;
            }
            let span = inner.last().and_then(|(_, field)| field.span.clone());
            let mut pairs = match all.iter().find(|(known, _)| known == name) {
                Some((_, field)) => field.value.as_hash().unwrap_or_default(),
                None => Vec::new(),
            };
            pairs.extend(
                inner
                    .into_iter()
                    .map(|(key, field)| (Value::str(key), field.value)),
            );
            put(&mut all, name, Field::new(Value::hash(pairs), span));
        }
        all
    }

    /// Takes settings out; returns those that were there, with their places.
    pub(in crate::vagrantfile) fn take_out(
        &mut self,
        names: &[&str],
    ) -> Vec<(String, Option<Span>)> {
        let all = self.all().into_iter();
        let taken = all.filter(|(name, _)| names.contains(&name.as_str()));
        let taken = taken.map(|(name, field)| (name, field.span)).collect();
        self.settings
            .retain(|(name, _)| !names.contains(&name.as_str()));
        self.children
            .retain(|(name, _)| !names.contains(&name.as_str()));
        taken
    }

    /// Adds what an inner scope said.
    pub(in crate::vagrantfile) fn add(&mut self, inner: &Record) {
        for (name, field) in inner.all() {
            let merged = match self.settings.iter().find(|(known, _)| *known == name) {
                // Keys of a hash that was filled by `[]=` add up.
                Some((_, old)) if inner.children.iter().any(|(child, _)| *child == name) => Field {
                    value: crate::vagrantfile::schema::merge_hashes(&old.value, &field.value),
                    ..field
                },
                _ => field,
            };
            put(&mut self.settings, &name, merged);
        }
        self.calls.extend(inner.calls.iter().cloned());
    }

    /// Notes the layer of everything that was said.
    pub(in crate::vagrantfile) fn tag(&mut self, layer: Layer) {
        for (_, field) in &mut self.settings {
            field.tag(layer);
        }
    }

    /// Sets a setting.
    pub(in crate::vagrantfile) fn set(&mut self, name: &str, value: Value, span: Option<Span>) {
        put(&mut self.settings, name, Field::new(value, span));
    }
}

fn put(settings: &mut Vec<(String, Field)>, name: &str, field: Field) {
    match settings.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = field,
        None => settings.push((name.to_owned(), field)),
    }
}

impl Recorder {
    /// Returns what was said.
    pub(in crate::vagrantfile) fn record(&self) -> Record {
        let flat = self.record.borrow();
        Record {
            settings: flat.all(),
            calls: flat.calls.clone(),
            children: flat.children.clone(),
        }
    }

    /// Returns how much was said.
    pub(in crate::vagrantfile) fn changes(&self) -> u64 {
        let record = self.record.borrow();
        let settings: usize = record.all().len();
        (settings + record.calls.len()) as u64
    }

    fn child(&self, name: &str) -> Value {
        let mut record = self.record.borrow_mut();
        let known = record.children.iter().find(|(child, _)| child == name);
        let child = if let Some((_, child)) = known {
            Rc::clone(child)
        } else {
            let child = Rc::default();
            record.children.push((name.to_owned(), Rc::clone(&child)));
            child
        };
        Value::native(Recorder { record: child })
    }
}

impl Native for Recorder {
    fn class_name(&self) -> String {
        "Vagrant::Config::V2::DummyConfig".to_owned()
    }

    fn call(&self, interp: &mut Interp, this: &Value, name: &str, args: &Args) -> Outcome {
        let span = args.name_span();
        match name {
            "to_hash" | "to_ary" | "to_str" | "to_proc" => Err(interp.no_method(this, name)),
            "[]=" => {
                let key = text(&args.get(0));
                self.record.borrow_mut().set(&key, args.get(1), span);
                Ok(args.get(1))
            }
            "[]" => Ok(self.child(&text(&args.get(0)))),
            "set_options" => {
                for (key, value) in args.get(0).as_hash().unwrap_or_default() {
                    self.record
                        .borrow_mut()
                        .set(&text(&key), value, span.clone());
                }
                Ok(Value::Nil)
            }
            _ => {
                if let Some(setting) = name.strip_suffix('=').filter(|name| !name.is_empty()) {
                    let value = args.get(0);
                    self.record.borrow_mut().set(setting, value.clone(), span);
                    return Ok(value);
                }
                let getter =
                    args.list.is_empty() && args.keywords.is_none() && args.block.is_none();
                if getter {
                    return Ok(self.child(name));
                }
                self.record.borrow_mut().calls.push(Said {
                    method: name.to_owned(),
                    arguments: args.folded(),
                    span,
                    layer: None,
                });
                Ok(Value::native(Recorder::default()))
            }
        }
    }

    fn responds(&self, _: &str) -> bool {
        false
    }
}
