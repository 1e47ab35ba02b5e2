//! Functions that are called without a receiver.

use std::rc::Rc;
use std::time::Duration;

use crate::ruby::error::{Flow, Outcome, Unwind};
use crate::ruby::interp::{Interp, Rows, any, any_keywords, exception_data, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, Proc, Value, Visibility};

use super::exception::change;

const FUNCTIONS: Rows = &[
    any("puts", 0, puts),
    any("print", 0, print),
    any("p", 0, p),
    any("pp", 0, p),
    any_keywords("warn", 0, warn),
    row("putc", 1, 1, putc),
    any("printf", 0, printf),
    row("require", 1, 1, require),
    row("load", 1, 2, load),
    row("autoload", 2, 2, autoload),
    any_keywords("raise fail", 0, raise),
    row("loop", 0, 0, loop_forever),
    row("catch", 0, 1, catch),
    row("throw", 1, 2, throw),
    row("at_exit", 0, 0, at_exit),
    row("sleep", 0, 1, sleep),
    any("gets", 0, gets),
    row("readline", 0, 1, gets),
    row("readlines", 0, 1, readlines),
    row_keywords("Integer", 1, 2, integer),
    row_keywords("Float", 1, 1, float),
    row("String", 1, 1, string),
    row("Array", 1, 1, array),
    row("Hash", 1, 1, hash),
    row("caller", 0, 2, caller),
    row("caller_locations", 0, 2, caller_locations),
    row("proc", 0, 0, block_as_proc),
    row("lambda", 0, 0, block_as_lambda),
    row("global_variables", 0, 0, global_variables),
    row("trap", 1, 2, trap),
    row("set_trace_func", 1, 1, trap),
    row("__host__", 1, 1, host),
    any("Complex", 1, |i, t, a| {
        of_library(i, t, a, "Complex", "complex")
    }),
    any("Pathname", 1, |i, t, a| {
        of_library(i, t, a, "Pathname", "pathname")
    }),
    any("URI", 1, |i, t, a| of_library(i, t, a, "URI", "uri")),
    any("BigDecimal", 1, |i, t, a| {
        of_library(i, t, a, "BigDecimal", "host")
    }),
    any("gem", 1, |i, t, a| of_library(i, t, a, "gem", "rubygems")),
];

/// How programs end; `Process` has these too.
pub(super) const ENDING: Rows = &[row("exit exit!", 0, 1, exit), row("abort", 0, 1, abort)];

pub(super) fn install(interp: &mut Interp) {
    let kernel = Rc::clone(&interp.core.kernel);
    interp.add_rows_as(&kernel, FUNCTIONS, Visibility::Private);
    interp.add_rows_as(&kernel, ENDING, Visibility::Private);
    interp.add_singleton_rows(&kernel, ENDING);
    interp.add_singleton_rows(&kernel, FUNCTIONS);
    interp.define_global("$,", Value::Nil);
    interp.define_global("$/", Value::str("\n"));
    interp.define_global("$;", Value::Nil);
    interp.define_global("$0", Value::str("main"));
    interp.define_global("$LOAD_PATH", Value::array([]));
    interp.define_global("$VERBOSE", Value::Bool(false));
    interp.define_global("$DEBUG", Value::Bool(false));
    interp.define_global_constant("ARGV", Value::array([]));
    interp.define_global_constant("RUBY_VERSION", Value::str("3.1.2"));
    // Ruby 3.1 still knows these names.
    let integer = Value::Class(Rc::clone(&interp.core.integer));
    interp.define_global_constant("Fixnum", integer.clone());
    interp.define_global_constant("Bignum", integer);
    interp.define_global_constant("RUBY_ENGINE", Value::str("ruby"));
    interp.define_global_constant("RUBY_ENGINE_VERSION", Value::str("3.1.2"));
    interp.define_global_constant("RUBY_PATCHLEVEL", Value::Int(20));
    interp.define_global_constant("RUBY_RELEASE_DATE", Value::str("2022-04-12"));
    let file = crate::source::SourceFile::new("main", "");
    let env = interp.top_env(&file);
    let binding = interp.binding_of(&env);
    interp.define_global_constant("TOPLEVEL_BINDING", binding);
    let os = interp.world.host_os();
    let platform = if os.starts_with("darwin") {
        format!("x86_64-{os}")
    } else if os.starts_with("mingw") {
        "x64-mingw-ucrt".to_owned()
    } else {
        format!("x86_64-{os}")
    };
    interp.define_global_constant("RUBY_PLATFORM", Value::str(platform));
}

impl Interp {
    /// Returns the block of a call, or raises that there is none.
    pub(in crate::ruby) fn block_of(&mut self, args: &Args) -> Outcome<Rc<Proc>> {
        match &args.block {
            Some(block) => Ok(Rc::clone(block)),
            None => Err(self.raise("LocalJumpError", "no block given (yield)")),
        }
    }

    /// Writes to `$stdout`.
    pub(in crate::ruby) fn print(&mut self, bytes: &[u8]) -> Outcome<()> {
        let stream = self.global_get(Sym::new("$stdout"));
        super::io::write_to(self, &stream, bytes)
    }

    /// Returns what `puts` writes.
    pub(in crate::ruby) fn puts_bytes(&mut self, values: &[Value]) -> Outcome<Vec<u8>> {
        let mut out = Vec::new();
        if values.is_empty() {
            out.push(b'\n');
        }
        for value in values {
            self.puts_one(&mut out, value)?;
        }
        Ok(out)
    }

    fn puts_one(&mut self, out: &mut Vec<u8>, value: &Value) -> Outcome<()> {
        if let Some(items) = self.try_array(value)? {
            let value = value.clone();
            let shown = self.once_per_object(&value, |interp| {
                let mut inner = Vec::new();
                for item in &items {
                    interp.puts_one(&mut inner, item)?;
                }
                Ok(inner)
            })?;
            out.extend(shown.unwrap_or_else(|| b"[...]\n".to_vec()));
            return Ok(());
        }
        self.add_text(out, value)?;
        if out.last() != Some(&b'\n') {
            out.push(b'\n');
        } else if let Value::Str(text) = value
            && text.is_empty()
        {
            out.push(b'\n');
        } else if matches!(value, Value::Nil) {
            out.push(b'\n');
        }
        Ok(())
    }
}

fn puts(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let stream = interp.global_get(Sym::new("$stdout"));
    interp.send_list(&stream, "puts", &args.list)
}

fn print(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut out = Vec::new();
    for value in &args.list {
        interp.add_text(&mut out, value)?;
    }
    interp.print(&out)?;
    Ok(Value::Nil)
}

fn p(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    for value in &args.list {
        let text = interp.inspect(value)?;
        interp.print(format!("{text}\n").as_bytes())?;
    }
    Ok(match args.len() {
        0 => Value::Nil,
        1 => args.get(0),
        _ => Value::array(args.list.clone()),
    })
}

fn warn(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    if args.is_empty() {
        return Ok(Value::Nil);
    }
    let bytes = interp.puts_bytes(&args.list)?;
    let stream = interp.global_get(Sym::new("$stderr"));
    super::io::write_to(interp, &stream, &bytes)?;
    Ok(Value::Nil)
}

fn putc(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let bytes = match args.get(0) {
        Value::Int(code) => vec![code as u8],
        other => interp
            .text(&other)?
            .chars()
            .take(1)
            .collect::<String>()
            .into_bytes(),
    };
    interp.print(&bytes)?;
    Ok(args.get(0))
}

fn printf(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if args.is_empty() {
        return Ok(Value::Nil);
    }
    let text = interp.send_list(this, "format", &args.list)?;
    let text = interp.text(&text)?;
    interp.print(text.as_bytes())?;
    Ok(Value::Nil)
}

fn path_arg(interp: &mut Interp, value: &Value) -> Outcome<String> {
    if interp.responds(value, "to_path") {
        let path = interp.send_list(value, "to_path", &[])?;
        return interp.str_arg(&path);
    }
    interp.str_arg(value)
}

fn require(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = path_arg(interp, &args.get(0))?;
    interp.require(&name)
}

fn load(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = path_arg(interp, &args.get(0))?;
    let path = interp.expand_path(&name, None);
    interp.load_file(&path, &name)?;
    Ok(Value::Bool(true))
}

fn autoload(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    let path = interp.str_arg(&args.get(1))?;
    interp.core.object.autoloads.borrow_mut().push((name, path));
    Ok(Value::Nil)
}

fn raise(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let cause = args.keyword("cause");
    let mut keywords = args.keywords.clone();
    if let (Some(hash), Some(_)) = (&keywords, &cause) {
        let rest = hash.copy();
        rest.remove(&Value::sym("cause"));
        keywords = (!rest.is_empty()).then(|| Rc::new(rest));
    }
    let exception = match args.opt(0) {
        None => match interp.rescued.last().cloned() {
            Some(current) => current,
            None => {
                let class = interp
                    .find_class("RuntimeError")
                    .unwrap_or_else(|| Rc::clone(&interp.core.exception));
                interp.new_exception(&class, Value::str("unhandled exception"))
            }
        },
        Some(Value::Str(message)) => {
            let class = interp
                .find_class("RuntimeError")
                .unwrap_or_else(|| Rc::clone(&interp.core.exception));
            interp.new_exception(&class, Value::Str(Rc::clone(message)))
        }
        Some(first) => {
            let rest = Args {
                list: args.list.get(1..2).unwrap_or_default().to_vec(),
                keywords,
                ..Args::default()
            };
            let first = first.clone();
            let made = if matches!(first, Value::Class(_) | Value::Object(_))
                && interp.responds(&first, "exception")
            {
                interp.send(&first, Sym::new("exception"), rest)?
            } else {
                return Err(interp.raise("TypeError", "exception class/object expected"));
            };
            let exception_class = Rc::clone(&interp.core.exception);
            if !interp.is_a(&made, &exception_class) {
                return Err(interp.raise("TypeError", "exception object expected"));
            }
            made
        }
    };
    if let Some(backtrace) = args.opt(2) {
        interp.send_list(&exception, "set_backtrace", std::slice::from_ref(backtrace))?;
    }
    let has_cause = cause.is_some();
    if let Some(cause) = cause {
        change(&exception, |data| {
            data.cause = Some(cause).filter(|cause| !cause.is_nil())
        });
    }
    let before = exception_data(&exception).cause;
    let flow = interp.raise_value(exception.clone());
    if has_cause {
        change(&exception, |data| data.cause = before);
    }
    Err(flow)
}

fn loop_forever(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("loop"),
            Vec::new(),
        ));
    };
    loop {
        interp.tick()?;
        if let Err(flow) = interp.call_block(&block, &[]) {
            let stopped = match flow.exception() {
                Some(exception) => interp.is_a_named(&exception.clone(), "StopIteration"),
                None => false,
            };
            if stopped {
                let result = flow
                    .exception()
                    .map(exception_data)
                    .and_then(|data| data.receiver);
                return Ok(result.unwrap_or_default());
            }
            return Err(flow);
        }
    }
}

fn catch(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let tag = match args.opt(0) {
        Some(tag) => tag.clone(),
        None => Value::Object(Object::new(Rc::clone(&interp.core.object), Data::None)),
    };
    interp.catching.push(tag.clone());
    let result = interp.call_block(&block, std::slice::from_ref(&tag));
    interp.catching.pop();
    match result {
        Err(flow) => match *flow.0 {
            Unwind::Throw(thrown, value) if same_tag(&thrown, &tag) => Ok(value),
            unwind => Err(unwind.into()),
        },
        ok => ok,
    }
}

fn same_tag(a: &Value, b: &Value) -> bool {
    a.same(b)
}

fn throw(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let tag = args.get(0);
    if !interp.catching.iter().any(|known| same_tag(known, &tag)) {
        let shown = interp.inspect(&tag)?;
        let flow = interp.raise("UncaughtThrowError", format!("uncaught throw {shown}"));
        if let Some(exception) = flow.exception() {
            change(exception, |data| {
                data.name = Some(tag);
                data.receiver = args.opt(1).cloned();
            });
        }
        return Err(flow);
    }
    Err(Unwind::Throw(tag, args.get(1)).into())
}

fn at_exit(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    interp.at_exit.push(Rc::clone(&block));
    Ok(Value::Proc(block))
}

fn system_exit(interp: &mut Interp, status: i32, message: &str) -> Flow {
    let flow = interp.raise("SystemExit", message);
    if let Some(exception) = flow.exception() {
        change(exception, |data| data.status = status);
    }
    flow
}

fn exit(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let status = match args.opt(0) {
        None | Some(Value::Bool(true)) => 0,
        Some(Value::Bool(false)) => 1,
        Some(other) => interp.int_arg(other)? as i32,
    };
    Err(system_exit(interp, status, "exit"))
}

fn abort(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let message = match args.opt(0) {
        Some(message) => interp.str_arg(message)?,
        None => String::new(),
    };
    if !message.is_empty() {
        let stream = interp.global_get(Sym::new("$stderr"));
        super::io::write_to(interp, &stream, format!("{message}\n").as_bytes())?;
    }
    Err(system_exit(interp, 1, &message))
}

fn sleep(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let seconds = match args.opt(0) {
        Some(time) => interp.float_arg(time)?,
        None => f64::from(u32::MAX),
    };
    if seconds < 0.0 {
        return Err(interp.raise("ArgumentError", "time interval must not be negative"));
    }
    let time =
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
    interp.world.sleep(time);
    if interp.world.interrupted() {
        return Err(Unwind::Interrupted.into());
    }
    Ok(Value::Int(seconds.round() as i64))
}

fn gets(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(interp.world.stdin_line().into())
}

fn readlines(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let mut lines = Vec::new();
    while let Some(line) = interp.world.stdin_line() {
        lines.push(Value::from(line));
    }
    Ok(Value::array(lines))
}

fn integer(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let lenient = args
        .keyword("exception")
        .is_some_and(|value| !value.truthy());
    let result = super::integer::convert(interp, &args.get(0), args.opt(1));
    match result {
        Err(flow) if lenient && flow.exception().is_some() => Ok(Value::Nil),
        result => result,
    }
}

fn float(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let lenient = args
        .keyword("exception")
        .is_some_and(|value| !value.truthy());
    let result = super::float::convert(interp, &args.get(0));
    match result {
        Err(flow) if lenient && flow.exception().is_some() => Ok(Value::Nil),
        result => result,
    }
}

fn string(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Str(text) => Ok(Value::Str(text)),
        other => Ok(Value::str(interp.text(&other)?)),
    }
}

fn array(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let value = args.get(0);
    match value {
        Value::Array(_) => Ok(value),
        Value::Object(_) if interp.responds(&value, "to_ary") => {
            interp.send_list(&value, "to_ary", &[])
        }
        value => Ok(Value::array(interp.splat(&value)?)),
    }
}

fn hash(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match args.get(0) {
        Value::Nil => Ok(Value::hash([])),
        Value::Array(items) if items.is_empty() => Ok(Value::hash([])),
        Value::Hash(hash) => Ok(Value::Hash(hash)),
        other => {
            if interp.responds(&other, "to_hash") {
                return interp.send_list(&other, "to_hash", &[]);
            }
            let word = interp.type_word(&other);
            Err(interp.raise("TypeError", format!("can't convert {word} into Hash")))
        }
    }
}

fn caller(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let skip = usize::try_from(args.get(0).as_int().unwrap_or(1)).unwrap_or(0);
    let count = args
        .get(1)
        .as_int()
        .map_or(usize::MAX, |count| count.max(0) as usize);
    let lines: Vec<Value> = interp
        .backtrace()
        .iter()
        .skip(skip)
        .take(count)
        .map(|(label, span)| {
            Value::str(format!(
                "{}:{}:in `{label}'",
                span.path().display(),
                span.line()
            ))
        })
        .collect();
    Ok(Value::array(lines))
}

fn caller_locations(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let skip = usize::try_from(args.get(0).as_int().unwrap_or(1)).unwrap_or(0);
    let count = match args.opt(1) {
        Some(count) if !count.is_nil() => interp.int_arg(count)?.max(0) as usize,
        _ => usize::MAX,
    };
    let mut class = interp.library_class("Thread")?;
    for name in ["Backtrace", "Location"] {
        class = interp.send_list(&class, "const_get", &[Value::sym(name)])?;
    }
    let places = interp.backtrace();
    let mut locations = Vec::new();
    for (label, span) in places.iter().skip(skip).take(count) {
        let path = Value::str(span.path().display().to_string());
        let line = Value::Int(i64::from(span.line()));
        let made = interp.send_list(&class, "new", &[path, line, Value::str(&**label)])?;
        locations.push(made);
    }
    Ok(Value::array(locations))
}

fn block_as_proc(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match &args.block {
        Some(block) => Ok(Value::Proc(Rc::clone(block))),
        None => Err(interp.raise(
            "ArgumentError",
            "tried to create Proc object without a block",
        )),
    }
}

fn block_as_lambda(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    block_as_proc(interp, this, args)
}

fn global_variables(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let names: Vec<Value> = interp
        .globals
        .keys()
        .map(|name| Value::Sym(*name))
        .collect();
    Ok(Value::array(names))
}

fn trap(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::str("DEFAULT"))
}

/// Answers the libraries of the prelude about the machine.
fn host(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let world = Rc::clone(&interp.world);
    Ok(match args.get(0).as_name().as_deref() {
        Some("user") => Value::from(world.user().name),
        Some("name") => Value::from(world.host_name()),
        Some("os") => Value::from(world.host_os()),
        Some("processors") => {
            Value::size(std::thread::available_parallelism().map_or(1, usize::from))
        }
        Some("addresses") => {
            let list: Vec<Value> = world
                .addresses()
                .iter()
                .map(|address| Value::str(address.to_string()))
                .collect();
            Value::array(list)
        }
        _ => Value::Nil,
    })
}

/// Loads the library that has a function, which takes the place of this one.
fn of_library(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    name: &str,
    library: &str,
) -> Outcome {
    interp.require(library)?;
    let name = Sym::new(name);
    let class = interp.class_of(this);
    match interp.find_method(&class, name) {
        Some(method) if !matches!(method.body, crate::ruby::value::MethodBody::Builtin(..)) => {
            interp.invoke(&method, this, name, args.clone())
        }
        _ => Err(interp.no_method(this, &name.name())),
    }
}
