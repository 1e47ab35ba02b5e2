//! The interpreter: one per load, on one thread. This file is what an embedder
//! calls; `define` makes classes and methods, `dispatch` finds and calls them,
//! `bind` gives arguments to parameters, `raise` makes exceptions, `convert`
//! turns values into text and compares them. The tree is walked in `eval/`.

mod bind;
mod convert;
mod define;
mod dispatch;
mod load;
mod raise;

pub use load::Library;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::ruby::ast::{Block, CallSite, Loc, RegexpFlags};
use crate::ruby::builtins;
use crate::ruby::error::{Error, Flow, Outcome, Problem, Unwind};
use crate::ruby::scope::{Cref, Env, Frame, Scope};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Class, Method, Proc, Value, Visibility};
use crate::ruby::world::World;
use crate::source::{SourceFile, Span};

pub(in crate::ruby) use convert::{big_of, float_text, inspect_bytes};
pub(in crate::ruby) use define::Core;
pub(in crate::ruby) use define::{Rows, any, any_keywords, row, row_keywords};
pub(in crate::ruby) use dispatch::Caller;
pub(in crate::ruby) use load::clean_path;
pub(in crate::ruby) use raise::exception_data;

/// What a program may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls and rounds of loops.
    pub steps: u64,
    /// Calls inside each other, before `SystemStackError`.
    pub depth: usize,
    /// Bytes that the program may hold (`World::memory_bytes`).
    pub memory_bytes: u64,
    /// Bytes that one string may have.
    pub string_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Some two seconds; the largest real files take some 100,000.
            steps: 50_000_000,
            // Ruby's own limit lies near 11,000 with its default stack.
            depth: 10_000,
            // The largest real files take some 50 MiB.
            memory_bytes: 2 << 30,
            string_bytes: 512 << 20,
        }
    }
}

/// A running method, block, class body or file, for backtraces.
pub(in crate::ruby) struct Activation {
    pub label: Label,
    pub file: Arc<SourceFile>,
    pub loc: Loc,
}

/// Name of an activation.
#[derive(Clone)]
pub(in crate::ruby) enum Label {
    Main,
    Required,
    Class(Sym),
    Singleton,
    Method(Sym),
    Block(Option<Sym>),
}

/// The interpreter.
pub struct Interp {
    /// The outside.
    pub world: Rc<dyn World>,
    /// What programs may use up.
    pub limits: Limits,
    /// Files are evaluated as the main program, which has `DATA`; false for
    /// files that some program loads.
    pub main_script: bool,
    pub(in crate::ruby) core: Rc<Core>,
    pub(in crate::ruby) main: Value,
    pub(in crate::ruby) globals: HashMap<Sym, Value>,
    pub(in crate::ruby) global_aliases: HashMap<Sym, Sym>,
    pub(in crate::ruby) stack: Vec<Activation>,
    pub(in crate::ruby) last_match: Value,
    pub(in crate::ruby) last_status: Value,
    pub(in crate::ruby) rescued: Vec<Value>,
    pub(in crate::ruby) at_exit: Vec<Rc<Proc>>,
    pub(in crate::ruby) loaded: Vec<String>,
    pub(in crate::ruby) flip_flops: HashMap<(usize, u32), bool>,
    pub(in crate::ruby) inspecting: Vec<i64>,
    pub(in crate::ruby) random: Option<Rc<RefCell<builtins::mersenne::Mersenne>>>,
    pub(in crate::ruby) problems: Vec<Problem>,
    pub(in crate::ruby) catching: Vec<Value>,
    pub(in crate::ruby) describing: bool,
    pub(in crate::ruby) in_library: bool,
    /// Libraries that the embedder brings.
    libraries: Vec<Library>,
    pub(in crate::ruby) regexps: HashMap<(Rc<str>, RegexpFlags), Rc<fancy_regex::Regex>>,
    native_classes: HashMap<String, Rc<Class>>,
    native_ivars: HashMap<(i64, Sym), Value>,
    methods_found: HashMap<(u64, Sym), Option<Rc<Method>>>,
    depth: usize,
    steps: u64,
    next_number: Cell<u64>,
}

impl Interp {
    /// Returns an interpreter with the built-in classes.
    pub fn new(world: Rc<dyn World>) -> Self {
        let core = Rc::new(Core::new());
        let main = Value::Object(crate::ruby::value::Object::new(
            Rc::clone(&core.object),
            crate::ruby::value::Data::None,
        ));
        let mut interp = Self {
            world,
            limits: Limits::default(),
            main_script: false,
            core,
            main,
            globals: HashMap::new(),
            global_aliases: HashMap::new(),
            stack: Vec::new(),
            last_match: Value::Nil,
            last_status: Value::Nil,
            rescued: Vec::new(),
            at_exit: Vec::new(),
            loaded: Vec::new(),
            flip_flops: HashMap::new(),
            inspecting: Vec::new(),
            random: None,
            problems: Vec::new(),
            catching: Vec::new(),
            describing: false,
            in_library: false,
            libraries: Vec::new(),
            regexps: HashMap::new(),
            native_classes: HashMap::new(),
            native_ivars: HashMap::new(),
            methods_found: HashMap::new(),
            depth: 0,
            steps: 0,
            next_number: Cell::new(1),
        };
        builtins::install(&mut interp);
        interp
    }

    /// Sets `ARGV` and `$0`.
    pub fn set_arguments(&mut self, program: &str, arguments: &[String]) {
        let list: Vec<Value> = arguments.iter().map(Value::str).collect();
        let list = Value::array(list);
        self.define_global_constant("ARGV", list.clone());
        self.globals.insert(Sym::new("$*"), list);
        self.globals.insert(Sym::new("$0"), Value::str(program));
    }

    /// Reads and evaluates a file, as `load` does.
    pub fn eval_file(&mut self, path: &Path) -> Result<Value, Error> {
        let path = self.world.cwd().join(path);
        let source = self.read_source(&path)?;
        self.eval_source(source)
    }

    /// Reads a file as source text.
    pub(in crate::ruby) fn read_source(&mut self, path: &Path) -> Result<Arc<SourceFile>, Error> {
        match self.world.read(path) {
            Ok(bytes) => {
                // A byte order mark is not part of the text. Windows' editor and
                // shell write UTF-16, where Ruby itself gives up.
                let units = |read: fn([u8; 2]) -> u16| {
                    let pairs = bytes.chunks_exact(2).skip(1);
                    let units: Vec<u16> = pairs.map(|pair| read([pair[0], pair[1]])).collect();
                    String::from_utf16_lossy(&units)
                };
                let text = match bytes.as_slice() {
                    [0xff, 0xfe, ..] => units(u16::from_le_bytes),
                    [0xfe, 0xff, ..] => units(u16::from_be_bytes),
                    [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
                    all => String::from_utf8_lossy(all).into_owned(),
                };
                Ok(SourceFile::new(path, text))
            }
            Err(source) => Err(Error::Read {
                path: PathBuf::from(path),
                source: Arc::new(source),
            }),
        }
    }

    /// Evaluates a file that was read.
    pub fn eval_source(&mut self, file: Arc<SourceFile>) -> Result<Value, Error> {
        match self.run_file(&file, Label::Main) {
            Ok(value) => Ok(value),
            Err(flow) => Err(self.finish(flow)),
        }
    }

    /// Evaluates a file from inside Ruby code.
    pub(in crate::ruby) fn run_file(&mut self, file: &Arc<SourceFile>, label: Label) -> Outcome {
        let body = match crate::ruby::parse::file(file, &[]) {
            Ok(body) => body,
            Err(problems) => return Err(self.syntax_error(&problems)),
        };
        let main = self.main_script && matches!(label, Label::Main);
        if main && let Some(data) = crate::ruby::parse::data_section(file) {
            let text = Value::str(data);
            let stream = builtins::io::string_stream(self, text);
            self.define_global_constant("DATA", stream);
        }
        let frame = self.top_frame(file);
        let scope = Scope::new(&body.locals, None);
        let number = self.new_number();
        scope.return_to.set(number);
        let env = Env { frame, scope };
        self.enter(label, file, |interp| {
            match interp.eval(&body.code, &env) {
                // `return` at the top of a file ends the file.
                Err(flow) => match *flow.0 {
                    Unwind::Return(to, value) if to == number => Ok(value),
                    unwind => Err(unwind.into()),
                },
                ok => ok,
            }
        })
    }

    /// Returns the frame of code outside every class and method.
    fn top_frame(&self, file: &Arc<SourceFile>) -> Rc<Frame> {
        Rc::new(Frame {
            this: self.main.clone(),
            method: None,
            cref: Rc::new(Cref {
                module: Rc::clone(&self.core.object),
                outer: None,
            }),
            definee: None,
            block: None,
            visibility: Cell::new(Visibility::Private),
            module_function: Cell::new(false),
            file: Arc::clone(file),
        })
    }

    /// Returns an environment at the top level, for `TOPLEVEL_BINDING`.
    pub(in crate::ruby) fn top_env(&self, file: &Arc<SourceFile>) -> Env {
        Env {
            frame: self.top_frame(file),
            scope: Scope::new(&Rc::new(Vec::new()), None),
        }
    }

    /// Calls a block with positional arguments.
    pub fn call_block(&mut self, block: &Rc<Proc>, arguments: &[Value]) -> Outcome {
        self.call_proc(block, Args::new(arguments), None)
    }

    /// Calls a block with whatever `args` holds.
    pub fn call_block_with(&mut self, block: &Rc<Proc>, args: Args) -> Outcome {
        self.call_proc(block, args, None)
    }

    /// Calls a block with `this` as `self`, as `instance_exec` does.
    pub fn call_block_on(
        &mut self,
        block: &Rc<Proc>,
        this: &Value,
        arguments: &[Value],
    ) -> Outcome {
        self.instance_exec(block, this, Args::new(arguments))
    }

    /// Calls a method, private ones too.
    pub fn call_method(&mut self, receiver: &Value, name: &str, arguments: &[Value]) -> Outcome {
        self.send(receiver, Sym::new(name), Args::new(arguments))
    }

    /// Calls a method with whatever `args` holds, private ones too.
    pub fn call_method_with(&mut self, receiver: &Value, name: &str, args: Args) -> Outcome {
        self.send(receiver, Sym::new(name), args)
    }

    /// Runs what `at_exit` registered, the last first.
    pub fn run_at_exit(&mut self) -> Result<(), Error> {
        while let Some(block) = self.at_exit.pop() {
            if let Err(flow) = self.call_block(&block, &[]) {
                return Err(self.finish(flow));
            }
        }
        Ok(())
    }

    /// Returns the place that is being evaluated.
    pub fn current_span(&self) -> Option<Span> {
        let here = self.stack.last()?;
        Some(Span::new(&here.file, here.loc.start, here.loc.end))
    }

    /// Counts a step; ends the program when it was told to stop.
    pub(in crate::ruby) fn tick(&mut self) -> Outcome<()> {
        self.steps += 1;
        if self.steps & 0x3ff == 0 {
            if self.world.interrupted() {
                return Err(Unwind::Interrupted.into());
            }
            let too_much = |bytes| bytes > self.limits.memory_bytes;
            if self.steps > self.limits.steps
                || self.steps & 0x3_ffff == 0 && self.world.memory_bytes().is_some_and(too_much)
            {
                return Err(Unwind::Exhausted(self.current_span()).into());
            }
        }
        Ok(())
    }

    /// Starts the budget of steps anew.
    pub fn reset_budget(&mut self) {
        self.steps = 0;
    }

    /// Notes what is being evaluated.
    pub(in crate::ruby) fn at(&mut self, loc: Loc) {
        if let Some(here) = self.stack.last_mut() {
            here.loc = loc;
        }
    }

    /// Returns a number that was never returned before.
    pub(in crate::ruby) fn new_number(&self) -> u64 {
        self.next_number.replace(self.next_number.get() + 1)
    }

    /// Runs `f` one level deeper, on a larger stack if need be.
    pub(in crate::ruby) fn deeper<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        if self.depth >= self.limits.depth {
            return Err(self.raise("SystemStackError", "stack level too deep"));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || f(self));
        self.depth -= 1;
        result
    }

    /// Runs `f` as a new entry of the backtrace.
    pub(in crate::ruby) fn enter<T>(
        &mut self,
        label: Label,
        file: &Arc<SourceFile>,
        f: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        self.tick()?;
        self.deeper(|interp| {
            let height = interp.stack.len();
            interp.stack.push(Activation {
                label,
                file: Arc::clone(file),
                loc: Loc::default(),
            });
            let result = f(interp);
            interp.stack.truncate(height);
            result
        })
    }

    /// Returns a proc over a block literal.
    pub(in crate::ruby) fn new_proc(&self, block: &Rc<Block>, env: &Env, lambda: bool) -> Rc<Proc> {
        Rc::new(Proc {
            body: crate::ruby::value::ProcBody::Block(Rc::clone(block), env.clone()),
            lambda,
            tag: self.new_number(),
        })
    }

    /// Returns a proc that runs Rust code.
    pub fn host_proc(
        &self,
        arity: i64,
        f: impl Fn(&mut Interp, &Value, &Args) -> Result<Value, Flow> + 'static,
    ) -> Rc<Proc> {
        Rc::new(Proc {
            body: crate::ruby::value::ProcBody::Host(Rc::new(f), arity),
            lambda: true,
            tag: self.new_number(),
        })
    }

    /// Returns arguments as a call at `site` passes them.
    pub fn args_at(list: Vec<Value>, site: &Option<Rc<CallSite>>) -> Args {
        Args {
            list,
            site: site.clone(),
            ..Args::default()
        }
    }

    /// Forgets which methods were found; called when any is defined.
    pub(in crate::ruby) fn forget_methods(&mut self) {
        self.methods_found.clear();
    }

    /// Returns a class that an embedder or a file defined, by its full name.
    pub fn find_class(&self, path: &str) -> Option<Rc<Class>> {
        let mut here = Rc::clone(&self.core.object);
        for part in path.split("::") {
            let next = here.consts.borrow().get(&Sym::new(part)).cloned();
            match next {
                Some(Value::Class(class)) => here = class,
                _ => return None,
            }
        }
        Some(here)
    }
}

/// Stack that must be left for Rust code between two checks.
const RED_ZONE: usize = 512 << 10;
/// Stack that is added at a time.
const STACK_CHUNK: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruby::Memory;

    /// Runs a file under these limits, with a program that holds so much memory.
    fn run(text: &str, limits: Limits, memory: u64) -> Result<Value, Error> {
        let world = Rc::new(Memory::default());
        world.memory.set(memory);
        let mut interp = Interp::new(world);
        interp.limits = limits;
        interp.eval_source(SourceFile::new("Vagrantfile", text))
    }

    #[test]
    fn what_never_ends_is_ended_where_it_is() {
        let limits = Limits {
            steps: 300_000,
            ..Limits::default()
        };
        for text in [
            "a = 1\nloop { a += 1 }",
            "a = 1\nwhile true do a += 1 end",
            "a = 1\nbegin; loop { }; rescue Exception; loop { }; ensure; a = 2; end",
            "a = [1]\na.each { |x| a << x }",
            "a = 1\n(1..Float::INFINITY).each { |x| a += x }",
        ] {
            let ended = run(text, limits, 0);
            let span = match &ended {
                Err(Error::Exhausted { span: Some(span) }) => span.clone(),
                other => panic!("{text}: {}", other.is_ok()),
            };
            assert!(span.line() >= 1, "{text}");
        }
        assert!(run("a = 0\n100_000.times { a += 1 }\na", limits, 0).is_ok());
    }

    #[test]
    fn what_takes_all_memory_is_ended() {
        let text = "a = 0\n600_000.times { a += 1 }\na";
        let limits = Limits::default();
        assert!(run(text, limits, 1 << 30).is_ok());
        let ended = run(text, limits, 3 << 30);
        assert!(matches!(ended, Err(Error::Exhausted { .. })));
    }

    #[test]
    fn what_is_too_deep_is_an_error_that_can_be_rescued() {
        let deep = run(
            "def f(n) = f(n + 1)\nbegin; f(0); rescue SystemStackError => e; e.message; end",
            Limits::default(),
            0,
        );
        let text = deep.ok().and_then(|value| value.as_string()).unwrap();
        assert_eq!(text, "stack level too deep");
    }
}
