//! `config` itself: hands out a section per name, a recorder for names that no
//! plugin here defines.

use std::cell::RefCell;

use crate::config::Layer;
use crate::ruby::{Args, Interp, Native, Outcome, Value};
use crate::source::Span;

use super::{Config, Record, Recorder};
use crate::vagrantfile::schema::{State, sections};

/// The object that a configure block is called with.
#[derive(Default)]
pub(in crate::vagrantfile) struct Root {
    known: RefCell<Vec<(&'static str, Value)>>,
    unknown: RefCell<Vec<(String, Value, Option<Span>)>>,
}

/// A section that nobody defines.
#[derive(Clone)]
pub(in crate::vagrantfile) struct UnknownSection {
    pub(in crate::vagrantfile) name: String,
    pub(in crate::vagrantfile) record: Record,
    pub(in crate::vagrantfile) span: Option<Span>,
}

/// What one scope, or several merged, say.
#[derive(Clone, Default)]
pub(in crate::vagrantfile) struct RootState {
    pub(in crate::vagrantfile) sections: Vec<State>,
    pub(in crate::vagrantfile) unknown: Vec<UnknownSection>,
}

impl Root {
    /// Returns how often something was said.
    pub(in crate::vagrantfile) fn changes(&self) -> u64 {
        let known = self.known.borrow();
        let known = known
            .iter()
            .filter_map(|(_, value)| value.as_native::<Config>())
            .map(Config::changes);
        let unknown = self.unknown.borrow();
        let unknown = unknown
            .iter()
            .filter_map(|(_, value, _)| value.as_native::<Recorder>())
            .map(|recorder| 1 + recorder.changes());
        known.sum::<u64>() + unknown.sum::<u64>()
    }

    /// Returns what was said.
    pub(in crate::vagrantfile) fn state(&self) -> RootState {
        let known = self.known.borrow();
        let unknown = self.unknown.borrow();
        RootState {
            sections: known
                .iter()
                .filter_map(|(_, value)| Some(value.as_native::<Config>()?.state()))
                .collect(),
            unknown: unknown
                .iter()
                .filter_map(|(name, value, span)| {
                    Some(UnknownSection {
                        name: name.clone(),
                        record: value.as_native::<Recorder>()?.record(),
                        span: span.clone(),
                    })
                })
                .collect(),
        }
    }
}

impl Native for Root {
    fn class_name(&self) -> String {
        "Vagrant::Config::V2::Root".to_owned()
    }

    fn call(&self, interp: &mut Interp, this: &Value, name: &str, args: &Args) -> Outcome {
        if matches!(name, "to_hash" | "to_ary" | "to_str" | "to_proc") {
            return Err(interp.no_method(this, name));
        }
        if let Some(class) = sections::class(name) {
            let mut known = self.known.borrow_mut();
            if let Some((_, value)) = known.iter().find(|(key, _)| *key == name) {
                return Ok(value.clone());
            }
            let value = Value::native(Config::new(class));
            known.push((class.key, value.clone()));
            return Ok(value);
        }
        let mut unknown = self.unknown.borrow_mut();
        if let Some((_, value, _)) = unknown.iter().find(|(key, _, _)| key == name) {
            return Ok(value.clone());
        }
        let value = Value::native(Recorder::default());
        unknown.push((name.to_owned(), value.clone(), args.name_span()));
        Ok(value)
    }

    // As in Vagrant, `config.respond_to?(:vm)` is false.
    fn responds(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    fn method_names(&self) -> Vec<String> {
        sections::SECTIONS
            .iter()
            .map(|class| class.key.to_owned())
            .collect()
    }
}

impl RootState {
    /// Returns the state of a section.
    pub(in crate::vagrantfile) fn section(&self, key: &str) -> Option<&State> {
        self.sections.iter().find(|state| state.class.key == key)
    }

    /// Notes the layer of everything that a block has said.
    pub(in crate::vagrantfile) fn tag(&mut self, layer: Layer) {
        for state in &mut self.sections {
            state.tag(layer);
        }
        for section in &mut self.unknown {
            section.record.tag(layer);
        }
    }

    /// Returns what both scopes say together; `inner` wins.
    pub(in crate::vagrantfile) fn merge(&self, inner: &RootState) -> RootState {
        let mut merged = self.clone();
        for state in &inner.sections {
            let known = merged
                .sections
                .iter_mut()
                .find(|known| known.class.key == state.class.key);
            match known {
                Some(known) => *known = known.merge(state),
                None => merged.sections.push(state.clone()),
            }
        }
        for section in &inner.unknown {
            match merged
                .unknown
                .iter_mut()
                .find(|known| known.name == section.name)
            {
                Some(known) => known.record.add(&section.record),
                None => merged.unknown.push(section.clone()),
            }
        }
        merged
    }
}
