//! Evaluation in Vagrant's order: files first only give blocks, blocks run once
//! each, machine blocks when their machine is made, provider blocks when its
//! configuration is finalized. Layers merge from the box's file up to the
//! provider's override.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::config::{Diagnostic, Layer};
use crate::host::Host;
use crate::ruby::{self, Interp, Proc, Value};
use crate::source::Span;

use super::boxed;
use super::dsl::{
    self, Block, Collected, Config, Facts, OldRoot, Record, Recorder, Root, RootState,
};
use super::output::Output;
use super::plugins::Plugins;
use super::provider::{ProviderInputs, choose};
use super::schema::{State, providers, pushes, sections, vm};
use super::trust::Guard;
use super::world::HostWorld;
use super::{LoadError, Stopped, Untrusted};

/// Files of one origin: an interpreter, and what it may reach.
struct Side {
    interp: Interp,
    world: Rc<HostWorld>,
    collected: Collected,
}

/// One load.
pub(super) struct Session {
    own: Side,
    /// Vagrantfiles of boxes have an interpreter of their own, made when there
    /// is one: nothing that they define or redefine is seen by the user's files,
    /// which may be trusted with more.
    foreign: Option<Side>,
    /// Blocks that came from there.
    foreign_blocks: Vec<Rc<Proc>>,
    /// What configure and machine blocks were called with. A block may still
    /// write to the object of another: `config.vm.box = …` in a machine block.
    live: Vec<Live>,
    /// Layers that provider blocks came from.
    layers: Vec<(Rc<Proc>, Layer)>,
    host: Host,
    facts: Facts,
    output: Rc<Output>,
    vagrantfile: PathBuf,
    root: PathBuf,
    /// What boxes' files said and may not.
    left_out: Vec<Diagnostic>,
    /// Every file that was read.
    pub(super) read: Rc<RefCell<Vec<PathBuf>>>,
}

/// A block that ran, and the object that it and the blocks in it talk to.
struct Live {
    block: Rc<Proc>,
    object: Value,
    /// What counts of what was said to the object, and how often something was.
    said: RootState,
    changes: u64,
}

impl Live {
    /// Takes what the object was told since the last time. Tells whether there
    /// was anything.
    fn listen(&mut self) -> bool {
        let Some(root) = self.object.as_native::<Root>() else {
            return false;
        };
        let changes = root.changes();
        let late = changes != self.changes;
        (self.said, self.changes) = (root.state(), changes);
        late
    }
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
    /// Plugins that are there.
    pub(super) plugins: Rc<Plugins>,
}

impl Side {
    fn new(world: Rc<HostWorld>, facts: &Facts) -> Self {
        let outside: Rc<dyn ruby::World> = world.clone();
        let mut interp = Interp::new(outside);
        let collected = Collected::default();
        dsl::install(&mut interp, &collected, facts.clone());
        Self {
            interp,
            world,
            collected,
        }
    }

    fn read_file(&mut self, path: &Path) -> Result<Vec<Block>, ruby::Error> {
        self.collected.borrow_mut().clear();
        self.interp.reset_budget();
        self.interp.eval_file(path)?;
        Ok(std::mem::take(&mut *self.collected.borrow_mut()))
    }

    fn call(&mut self, block: &Rc<Proc>, arguments: &[Value]) -> Result<Value, ruby::Error> {
        self.interp.reset_budget();
        let result = self.interp.call_block(block, arguments);
        result.map_err(|flow| self.interp.finish(flow))
    }
}

impl Session {
    /// Returns a session for a Vagrantfile, in which nothing was read yet.
    pub(super) fn new(host: &Host, path: &Path, arguments: &[String], facts: Facts) -> Self {
        let root = path.parent().unwrap_or(Path::new("/"));
        let read = Rc::default();
        let output = Rc::new(Output::new(host));
        let guard = Guard::own(host, path);
        let world = HostWorld::new(host, guard, Rc::clone(&output), Rc::clone(&read));
        let mut own = Side::new(Rc::new(world), &facts);
        own.interp.set_arguments("vagrant", arguments);
        Self {
            own,
            foreign: None,
            foreign_blocks: Vec::new(),
            live: Vec::new(),
            layers: Vec::new(),
            host: host.clone(),
            facts,
            output,
            vagrantfile: path.to_path_buf(),
            root: root.to_path_buf(),
            left_out: Vec::new(),
            read,
        }
    }

    fn foreign(&mut self) -> &mut Side {
        self.foreign.get_or_insert_with(|| {
            let guard = Guard::foreign(&self.host, &self.vagrantfile);
            let (output, read) = (Rc::clone(&self.output), Rc::clone(&self.read));
            let world = HostWorld::new(&self.host, guard, output, read);
            let mut side = Side::new(Rc::new(world), &self.facts);
            side.interp.set_arguments("vagrant", &[]);
            side
        })
    }

    /// Returns a variable as the files left it.
    pub(super) fn env(&self, name: &str) -> Option<String> {
        use ruby::World;
        self.own.world.env(name).filter(|value| !value.is_empty())
    }

    /// Ends the session: what `at_exit` registered, and output without a line end.
    pub(super) fn end(&mut self) -> Result<(), LoadError> {
        let mut result = Ok(());
        // Where the load was refused, all of it happens again once the user has
        // said yes.
        if !self.own.world.guard().is_refused() {
            let ended = self.own.interp.run_at_exit();
            result = ended.map_err(|error| self.stopped(error));
        }
        if !self.own.world.guard().is_refused() {
            self.output.flush();
        }
        result
    }

    /// Shows what was printed so far.
    pub(super) fn flush(&self) {
        self.output.flush();
    }

    /// Keeps what the user trusts from now on, if this load settled it.
    pub(super) fn keep_trust(&self) -> crate::error::Result<()> {
        self.own.world.guard().close(&self.host)
    }

    /// Reads a file of the user's and returns the blocks that it gives.
    pub(super) fn read_file(&mut self, path: &Path, layer: Layer) -> Result<Vec<Block>, LoadError> {
        let result = self.own.read_file(path);
        let mut blocks = result.map_err(|error| self.stopped(error))?;
        for block in &mut blocks {
            block.layer = layer;
        }
        Ok(blocks)
    }

    /// Returns what the Vagrantfile of a box says.
    pub(super) fn box_file(&mut self, path: &Path) -> Result<RootState, LoadError> {
        let side = self.foreign();
        side.world.guard().add_file(path);
        let blocks = side.read_file(path);
        let mut blocks = blocks.map_err(|error| self.stopped(error))?;
        for block in &mut blocks {
            block.layer = Layer::Box;
        }
        self.foreign_blocks
            .extend(blocks.iter().map(|block| Rc::clone(&block.body)));
        let mut said = self.evaluate_all(&blocks)?;
        boxed::settle(&mut said.sections, &mut self.left_out);
        if let Some(vm) = said.section("vm").and_then(State::vm) {
            let blocks = vm.provider_blocks.iter().map(|(_, block)| block);
            self.foreign_blocks.extend(blocks.map(Rc::clone));
        }
        Ok(said)
    }

    /// Returns what boxes' files said and may not, since the last time.
    pub(super) fn take_left_out(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.left_out)
    }

    fn is_foreign(&self, block: &Rc<Proc>) -> bool {
        self.foreign_blocks
            .iter()
            .any(|known| Rc::ptr_eq(known, block))
    }

    /// Calls a block, on the side that it came from.
    fn call(&mut self, block: &Rc<Proc>, arguments: &[Value]) -> Result<Value, LoadError> {
        let side = if self.is_foreign(block) {
            self.foreign()
        } else {
            &mut self.own
        };
        let result = side.call(block, arguments);
        result.map_err(|error| self.stopped(error))
    }

    fn stopped(&self, error: ruby::Error) -> LoadError {
        let guard = self.own.world.guard();
        if let Some(act) = guard.refused() {
            let (record, changed) = guard.wanted(&self.vagrantfile);
            return LoadError::Untrusted(Box::new(Untrusted {
                act,
                record,
                changed,
                span: crate::error::Explain::at(&error).cloned(),
            }));
        }
        LoadError::Ruby(Stopped {
            error,
            root: self.root.clone(),
        })
    }

    /// Runs a configure or machine block, once, and returns what was said to its
    /// object.
    fn evaluate(
        &mut self,
        version: &str,
        block: &Rc<Proc>,
        layer: Layer,
    ) -> Result<RootState, LoadError> {
        let known = self.live.iter().find(|live| Rc::ptr_eq(&live.block, block));
        if let Some(said) = known.map(|live| live.said.clone()) {
            return Ok(self.tagged(said, layer));
        }
        let object = Value::native(Root::default());
        let argument = if version == "1" {
            Value::native(OldRoot::new(object.clone()))
        } else {
            object.clone()
        };
        self.call(block, &[argument])?;
        let mut live = Live {
            block: Rc::clone(block),
            object,
            said: RootState::default(),
            changes: 0,
        };
        live.listen();
        let said = live.said.clone();
        self.live.push(live);
        Ok(self.tagged(said, layer))
    }

    /// Makes count what was said to the object of a block after its end, by a
    /// block of a machine or a provider. Tells whether there was anything. Once
    /// is enough: a provider's block says the same each time it runs.
    pub(super) fn takes_late_words(&mut self) -> bool {
        let mut late = false;
        for live in &mut self.live {
            late |= live.listen();
        }
        late
    }

    /// Notes the layer of what a block said; its provider blocks run later.
    fn tagged(&mut self, mut said: RootState, layer: Layer) -> RootState {
        said.tag(layer);
        if let Some(vm) = said.section("vm").and_then(State::vm) {
            let blocks = vm.provider_blocks.iter();
            self.layers
                .extend(blocks.map(|(_, block)| (Rc::clone(block), layer)));
        }
        said
    }

    fn layer_of(&self, block: &Rc<Proc>) -> Layer {
        let known = self
            .layers
            .iter()
            .find(|(known, _)| Rc::ptr_eq(known, block));
        known.map_or(Layer::Project, |(_, layer)| *layer)
    }

    /// Runs blocks in order and merges what they say.
    pub(super) fn evaluate_all(&mut self, blocks: &[Block]) -> Result<RootState, LoadError> {
        let mut merged = RootState::default();
        for block in blocks {
            let said = self.evaluate(&block.version, &block.body, block.layer)?;
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
            let said = self.evaluate(version, block, Layer::Machine)?;
            root = root.merge(&said);
        }
        let named = |root: &RootState| {
            let vm = root.section("vm").and_then(State::vm);
            vm.map(|vm| vm.provider_order.clone()).unwrap_or_default()
        };
        let provider = choose(&defined.name, &named(&root), inputs);
        let base = root;
        let mut root = self.with_overrides(&base, &base, &provider)?;
        // An override that chooses another box makes Vagrant begin this stage
        // anew, now with the overrides that the overrides brought.
        if chosen_box(&root) != chosen_box(&base) {
            root = self.with_overrides(&base, &root, &provider)?;
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
                let interp = &mut self.own.interp;
                let result = pushes::compile(interp, &parts.clone());
                let result = result.map_err(|flow| interp.finish(flow));
                result.map_err(|error| self.stopped(error))?
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
            plugins: Rc::clone(&self.facts.plugins),
        })
    }

    /// Returns `base` with what the overrides in `said` say.
    fn with_overrides(
        &mut self,
        base: &RootState,
        said: &RootState,
        provider: &str,
    ) -> Result<RootState, LoadError> {
        let mut root = base.clone();
        for block in overrides(said, provider) {
            let said = Value::native(Root::default());
            let other = Value::native(Recorder::default());
            self.call(&block, &[other, said.clone()])?;
            if let Some(said) = said.as_native::<Root>() {
                let mut said = said.state();
                if self.is_foreign(&block) {
                    boxed::settle(&mut said.sections, &mut self.left_out);
                }
                let said = self.tagged(said, Layer::Override);
                root = root.merge(&said);
            }
        }
        Ok(root)
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
                    let mut said = said.record();
                    said.tag(self.layer_of(&block));
                    if self.is_foreign(&block) {
                        boxed::settle_record(name, &mut said, &mut self.left_out);
                    }
                    record.add(&said);
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
                let mut said = said.state();
                said.tag(self.layer_of(&block));
                if self.is_foreign(&block) {
                    boxed::settle_provider(name, &mut said, &mut self.left_out);
                }
                state = state.merge(&said);
            }
        }
        state.finalize();
        Ok(ProviderState::Known(state))
    }
}

/// Returns the box that a machine is to be made from, with its version.
fn chosen_box(root: &RootState) -> [String; 2] {
    ["box", "box_version"].map(|name| {
        let vm = root.section("vm");
        vm.map(|vm| super::schema::text(&vm.get(name)))
            .unwrap_or_default()
    })
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
