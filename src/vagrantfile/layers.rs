//! Evaluation in Vagrant's order: files first only give blocks, blocks run once
//! each, machine blocks when their machine is made, provider blocks when its
//! configuration is finalized. Layers merge from the box's file up to the
//! provider's override.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::host::Host;
use crate::ruby::{self, Interp, Outcome, Proc, Value};
use crate::source::Span;

use super::dsl::{
    self, Block, Collected, Config, Facts, OldRoot, Record, Recorder, Root, RootState,
};
use super::provider::{ProviderInputs, choose};
use super::schema::{State, providers, pushes, sections, vm};
use super::world::{HostWorld, Trust};
use super::{LoadError, Stopped};

/// One load: the interpreter, and what it may reach.
pub(super) struct Session {
    interp: Interp,
    own: Rc<HostWorld>,
    foreign: Rc<HostWorld>,
    foreign_files: Vec<PathBuf>,
    collected: Collected,
    root: PathBuf,
    /// Every file that was read.
    pub(super) read: Rc<RefCell<Vec<PathBuf>>>,
}

/// What was said to a provider, merged and finalized.
#[derive(Clone)]
pub(super) enum ProviderState {
    /// A provider with a class.
    Known(State),
    /// Any other.
    Unknown(Record),
}

/// A machine with its finalized configuration.
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) span: Option<Span>,
    pub(super) primary: bool,
    pub(super) autostart: bool,
    pub(super) provider: String,
    pub(super) root: RootState,
    /// Every provider named and the chosen one.
    pub(super) providers: Vec<(String, ProviderState)>,
    pub(super) pushes: Vec<pushes::Compiled>,
}

impl Session {
    /// Returns a session in which nothing was read yet.
    pub(super) fn new(host: &Host, root: &Path, arguments: &[String], facts: Facts) -> Self {
        let read = Rc::default();
        let own = Rc::new(HostWorld::new(host, Trust::Own, Rc::clone(&read)));
        let foreign = Rc::new(HostWorld::new(host, Trust::Foreign, Rc::clone(&read)));
        let world: Rc<dyn ruby::World> = own.clone();
        let mut interp = Interp::new(world);
        interp.set_arguments("vagrant", arguments);
        let collected = Collected::default();
        dsl::install(&mut interp, &collected, facts);
        Self {
            interp,
            own,
            foreign,
            foreign_files: Vec::new(),
            collected,
            root: root.to_path_buf(),
            read,
        }
    }

    /// Returns a variable as the files left it.
    pub(super) fn env(&self, name: &str) -> Option<String> {
        use ruby::World;
        self.own.env(name).filter(|value| !value.is_empty())
    }

    /// Ends the session: what `at_exit` registered, and output without a line end.
    pub(super) fn end(&mut self) -> Result<(), LoadError> {
        let result = self.interp.run_at_exit();
        let result = result.map_err(|error| self.stopped(error));
        self.own.flush();
        self.foreign.flush();
        result
    }

    /// Reads a file and returns the blocks that it gives.
    pub(super) fn read_file(&mut self, path: &Path, trust: Trust) -> Result<Vec<Block>, LoadError> {
        self.collected.borrow_mut().clear();
        if trust == Trust::Foreign {
            self.foreign_files.push(path.to_path_buf());
        }
        self.enter(trust);
        let result = self.interp.eval_file(path);
        self.enter(Trust::Own);
        result.map_err(|error| self.stopped(error))?;
        Ok(std::mem::take(&mut *self.collected.borrow_mut()))
    }

    fn enter(&mut self, trust: Trust) {
        self.interp.world = match trust {
            Trust::Own => self.own.clone(),
            Trust::Foreign => self.foreign.clone(),
        };
        self.interp.reset_budget();
    }

    /// Calls a block, with no more trust than its file has.
    fn call(&mut self, block: &Rc<Proc>, arguments: &[Value]) -> Result<Value, LoadError> {
        let is_foreign = block
            .span()
            .is_some_and(|span| self.foreign_files.iter().any(|file| file == span.path()));
        self.enter(if is_foreign {
            Trust::Foreign
        } else {
            Trust::Own
        });
        let result = self.interp.call_block(block, arguments);
        self.enter(Trust::Own);
        self.done(result)
    }

    fn done<T>(&mut self, result: Outcome<T>) -> Result<T, LoadError> {
        result.map_err(|flow| {
            let error = self.interp.finish(flow);
            self.stopped(error)
        })
    }

    fn stopped(&self, error: ruby::Error) -> LoadError {
        LoadError::Ruby(Stopped {
            error,
            root: self.root.clone(),
        })
    }

    /// Runs a configure or machine block and returns what it says.
    pub(super) fn evaluate(
        &mut self,
        version: &str,
        block: &Rc<Proc>,
    ) -> Result<RootState, LoadError> {
        let root = Value::native(Root::default());
        let argument = if version == "1" {
            Value::native(OldRoot::new(root.clone()))
        } else {
            root.clone()
        };
        self.call(block, &[argument])?;
        Ok(root
            .as_native::<Root>()
            .map(Root::state)
            .unwrap_or_default())
    }

    /// Runs blocks in order and merges what they say onto `base`.
    pub(super) fn evaluate_all(
        &mut self,
        base: RootState,
        blocks: &[Block],
    ) -> Result<RootState, LoadError> {
        let mut merged = base;
        for block in blocks {
            let said = self.evaluate(&block.version, &block.block)?;
            merged = merged.merge(&said);
        }
        Ok(merged)
    }

    /// Makes one machine.
    pub(super) fn machine(
        &mut self,
        defined: &vm::Defined,
        base: &RootState,
        inputs: &ProviderInputs,
    ) -> Result<Machine, LoadError> {
        let mut root = base.clone();
        for (version, block) in &defined.blocks {
            let said = self.evaluate(version, block)?;
            root = root.merge(&said);
        }
        let named = |root: &RootState| {
            let vm = root.section("vm").and_then(State::vm);
            vm.map(|vm| vm.provider_order.clone()).unwrap_or_default()
        };
        let provider = choose(&defined.name, &named(&root), inputs);
        for block in overrides(&root, &provider) {
            let said = Value::native(Root::default());
            let other = Value::native(Recorder::default());
            self.call(&block, &[other, said.clone()])?;
            if let Some(said) = said.as_native::<Root>() {
                root = root.merge(&said.state());
            }
        }
        let mut providers = Vec::new();
        let mut names = named(&root);
        if !names.contains(&provider) {
            names.push(provider.clone());
        }
        for name in names {
            let state = self.provider(&root, &name)?;
            providers.push((name, state));
        }
        sections::complete(&mut root.sections);
        let pushes = match root.section("push").and_then(State::pushes) {
            Some(parts) => {
                let result = pushes::compile(&mut self.interp, &parts.clone());
                self.done(result)?
            }
            None => Vec::new(),
        };
        let on = |name: &str, default: bool| defined.option(name).map_or(default, Value::truthy);
        Ok(Machine {
            name: defined.name.clone(),
            span: defined.span.clone(),
            primary: on("primary", false),
            autostart: on("autostart", true),
            provider,
            root,
            providers,
            pushes,
        })
    }

    /// Runs the blocks of a provider and returns what they say together.
    fn provider(&mut self, root: &RootState, name: &str) -> Result<ProviderState, LoadError> {
        let blocks: Vec<Rc<Proc>> = root
            .section("vm")
            .and_then(State::vm)
            .map(|vm| {
                let mine = vm
                    .provider_blocks
                    .iter()
                    .filter(|(provider, _)| provider == name);
                mine.map(|(_, block)| Rc::clone(block)).collect()
            })
            .unwrap_or_default();
        let Some(class) = providers::class(name) else {
            let mut record = Record::default();
            for block in blocks {
                let live = Value::native(Recorder::default());
                let other = Value::native(Recorder::default());
                self.call(&block, &[live.clone(), other])?;
                if let Some(said) = live.as_native::<Recorder>() {
                    record.add(&said.record());
                }
            }
            return Ok(ProviderState::Unknown(record));
        };
        let mut state = State::new(class);
        for block in blocks {
            let live = Value::native(Config::new(class));
            let other = Value::native(Recorder::default());
            self.call(&block, &[live.clone(), other])?;
            if let Some(said) = live.as_native::<Config>() {
                state = state.merge(&said.state());
            }
        }
        state.finalize();
        Ok(ProviderState::Known(state))
    }
}

/// Returns the blocks of the chosen provider that override the machine: those
/// with exactly two parameters.
fn overrides(root: &RootState, provider: &str) -> Vec<Rc<Proc>> {
    let Some(vm) = root.section("vm").and_then(State::vm) else {
        return Vec::new();
    };
    vm.provider_blocks
        .iter()
        .filter(|(name, block)| name == provider && block.takes_exactly(2))
        .map(|(_, block)| Rc::clone(block))
        .collect()
}
