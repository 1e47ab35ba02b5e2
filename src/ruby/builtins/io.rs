//! Streams: `IO` with `$stdout`, `$stderr` and `$stdin`, open files, and
//! `StringIO`. A file is read when it is opened and written as it is written to.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, RString, Value};

/// What a stream leads to.
pub(in crate::ruby) enum Target {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
    /// Standard input.
    In,
    /// A file: what was in it, and where writes go.
    File(PathBuf),
    /// A string.
    Text(Rc<RString>),
}

/// A stream.
pub(in crate::ruby) struct Stream {
    /// Where it leads.
    pub target: Target,
    /// What can be read.
    pub content: RefCell<Vec<u8>>,
    /// Place of the next byte.
    pub position: Cell<usize>,
    /// It was closed.
    pub closed: Cell<bool>,
    /// It may be read.
    pub readable: bool,
    /// It may be written.
    pub writable: bool,
    /// Lines read so far.
    pub line: Cell<i64>,
    /// Writes go to the end.
    pub append: bool,
}

const METHODS: Rows = &[
    any("puts", 0, puts),
    any("print", 0, print),
    any("write", 0, write),
    row("<<", 1, 1, push),
    any("printf", 1, printf),
    row("putc", 1, 1, push),
    row("read sysread readpartial", 0, 2, read),
    any_keywords("gets readline", 0, gets),
    any_keywords("readlines to_a each_line_list", 0, readlines),
    any_keywords("each_line each", 0, each_line),
    row("getc readchar", 0, 0, getc),
    row("each_char", 0, 0, each_char),
    row("each_byte", 0, 0, each_byte),
    row("getbyte", 0, 0, getbyte),
    row("rewind", 0, 0, rewind),
    row("seek pos=", 1, 2, seek),
    row("pos tell", 0, 0, position),
    row("eof? eof", 0, 0, is_eof),
    row("lineno", 0, 0, lineno),
    row("close close_write close_read", 0, 0, close),
    row("closed?", 0, 0, is_closed),
    row("flush fsync fdatasync", 0, 0, itself),
    row("sync", 0, 0, answer_true),
    row("sync=", 1, 1, first),
    row("tty? isatty", 0, 0, is_tty),
    row("fileno", 0, 0, fileno),
    row("path to_path", 0, 0, path),
    row("binmode", 0, 0, itself),
    any_keywords("set_encoding", 0, itself),
    row("external_encoding internal_encoding", 0, 0, encoding),
    row("flock", 1, 1, zero),
    row("truncate", 1, 1, truncate),
    row("noecho raw", 0, 0, noecho),
    row("winsize", 0, 0, winsize),
    row("string", 0, 0, string),
    row("string=", 1, 1, set_string),
    row("size length", 0, 0, size),
    row("reopen", 1, 2, itself),
    row("inspect", 0, 0, inspect),
];

const STRING_IO: Rows = &[row("new open", 0, 2, string_io_new)];

pub(super) fn install(interp: &mut Interp) {
    let io = interp.define_class("IO", None);
    let enumerable = Rc::clone(&interp.core.enumerable);
    interp.include(&io, &enumerable);
    interp.add_rows(&io, METHODS);
    let string_io = interp.define_class("StringIO", None);
    interp.include(&string_io, &enumerable);
    interp.add_rows(&string_io, METHODS);
    interp.add_singleton_rows(&string_io, STRING_IO);
    for (global, constant, target) in [
        ("$stdout", "STDOUT", Target::Out),
        ("$stderr", "STDERR", Target::Err),
        ("$stdin", "STDIN", Target::In),
    ] {
        let readable = matches!(target, Target::In);
        let stream = Stream {
            target,
            content: RefCell::default(),
            position: Cell::new(0),
            closed: Cell::new(false),
            readable,
            writable: !readable,
            line: Cell::new(0),
            append: true,
        };
        let value = Value::Object(Object::new(Rc::clone(&io), Data::Host(Rc::new(stream))));
        interp.define_global(global, value.clone());
        interp.define_global_constant(constant, value);
    }
}

/// Returns a stream object of a class.
pub(in crate::ruby) fn stream_value(interp: &mut Interp, class: &str, stream: Stream) -> Value {
    let class = interp
        .find_class(class)
        .unwrap_or_else(|| Rc::clone(&interp.core.object));
    Value::Object(Object::new(class, Data::Host(Rc::new(stream))))
}

/// Returns a StringIO over a string.
pub(in crate::ruby) fn string_stream(interp: &mut Interp, text: Value) -> Value {
    let text = match text {
        Value::Str(text) => text,
        _ => Rc::new(RString::new("")),
    };
    let stream = Stream {
        content: RefCell::default(),
        target: Target::Text(text),
        position: Cell::new(0),
        closed: Cell::new(false),
        readable: true,
        writable: true,
        line: Cell::new(0),
        append: false,
    };
    stream_value(interp, "StringIO", stream)
}

/// Returns the stream that a value is.
pub(in crate::ruby) fn as_stream(value: &Value) -> Option<Rc<Stream>> {
    match value {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Host(inner) => Rc::clone(inner).downcast::<Stream>().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Writes to a stream, or to any object with `write`.
pub(in crate::ruby) fn write_to(interp: &mut Interp, stream: &Value, bytes: &[u8]) -> Outcome<()> {
    let Some(inner) = as_stream(stream) else {
        interp.send_list(stream, "write", &[Value::bytes(bytes)])?;
        return Ok(());
    };
    if inner.closed.get() {
        return Err(interp.raise("IOError", "closed stream"));
    }
    if !inner.writable {
        return Err(interp.raise("IOError", "not opened for writing"));
    }
    match &inner.target {
        Target::Out => interp.world.stdout(bytes),
        Target::Err => interp.world.stderr(bytes),
        Target::In => {}
        Target::File(path) => {
            let path = path.clone();
            {
                let mut content = inner.content.borrow_mut();
                put(&mut content, inner.position.get(), bytes, inner.append);
            }
            inner.position.set(inner.position.get() + bytes.len());
            let whole = inner.content.borrow().clone();
            let appended = inner.append || whole.len() == inner.position.get();
            let result = if appended {
                interp.world.write(&path, bytes, true)
            } else {
                interp.world.write(&path, &whole, false)
            };
            if let Err(error) = result {
                return Err(interp.io_error(&error, &path.to_string_lossy()));
            }
        }
        Target::Text(text) => {
            interp.check_frozen(&Value::Str(Rc::clone(text)))?;
            let mut content = text.to_bytes();
            put(&mut content, inner.position.get(), bytes, inner.append);
            text.set(content);
            inner.position.set(inner.position.get() + bytes.len());
        }
    }
    Ok(())
}

fn put(content: &mut Vec<u8>, position: usize, bytes: &[u8], append: bool) {
    if append || position >= content.len() {
        if !append {
            content.resize(position, 0);
        }
        content.extend_from_slice(bytes);
        return;
    }
    let end = (position + bytes.len()).min(content.len());
    content.splice(position..end, bytes.iter().copied());
}

fn this_stream(interp: &mut Interp, this: &Value) -> Outcome<Rc<Stream>> {
    match as_stream(this) {
        Some(stream) if stream.closed.get() => Err(interp.raise("IOError", "closed stream")),
        Some(stream) => Ok(stream),
        None => Err(interp.raise("IOError", "uninitialized stream")),
    }
}

/// Returns what has not been read yet.
fn rest(interp: &mut Interp, stream: &Stream) -> Outcome<Vec<u8>> {
    if !stream.readable {
        return Err(interp.raise("IOError", "not opened for reading"));
    }
    if let Target::In = stream.target {
        // Standard input is taken line by line as it comes.
        let mut all = Vec::new();
        while let Some(line) = interp.world.stdin_line() {
            all.extend_from_slice(line.as_bytes());
        }
        return Ok(all);
    }
    let from = stream.position.get();
    let tail = |bytes: &[u8]| bytes.get(from..).unwrap_or_default().to_vec();
    Ok(match &stream.target {
        Target::Text(text) => text.with(tail),
        _ => tail(&stream.content.borrow()),
    })
}

fn puts(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let bytes = interp.puts_bytes(&args.list)?;
    write_to(interp, this, &bytes)?;
    Ok(Value::Nil)
}

fn print(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    write(interp, this, args)?;
    Ok(Value::Nil)
}

fn write(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut bytes = Vec::new();
    for value in &args.list {
        interp.add_text(&mut bytes, value)?;
    }
    write_to(interp, this, &bytes)?;
    Ok(Value::size(bytes.len()))
}

fn push(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    write(interp, this, args)?;
    Ok(this.clone())
}

fn printf(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let main = interp.main.clone();
    let text = interp.send_list(&main, "format", &args.list)?;
    write(interp, this, &Args::new([text]))?;
    Ok(Value::Nil)
}

fn read(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let mut bytes = rest(interp, &stream)?;
    if let Some(count) = args.opt(0).filter(|count| !count.is_nil()) {
        let count = interp.int_arg(count)?.max(0) as usize;
        if bytes.is_empty() && count > 0 {
            return Ok(Value::Nil);
        }
        bytes.truncate(count);
    }
    stream.position.set(stream.position.get() + bytes.len());
    Ok(Value::bytes(bytes))
}

/// Returns the next line with its end.
fn next_line(interp: &mut Interp, stream: &Stream) -> Outcome<Option<Vec<u8>>> {
    if let Target::In = stream.target {
        return Ok(interp.world.stdin_line().map(String::into_bytes));
    }
    let bytes = rest(interp, stream)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let end = bytes
        .iter()
        .position(|b| *b == b'\n')
        .map_or(bytes.len(), |at| at + 1);
    stream.position.set(stream.position.get() + end);
    stream.line.set(stream.line.get() + 1);
    Ok(bytes.get(..end).map(<[u8]>::to_vec))
}

fn chomped(args: &Args, mut line: Vec<u8>) -> Value {
    if args.keyword("chomp").is_some_and(|chomp| chomp.truthy()) {
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    Value::bytes(line)
}

fn gets(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let line = next_line(interp, &stream)?;
    Ok(line.map_or(Value::Nil, |line| chomped(args, line)))
}

fn readlines(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let mut lines = Vec::new();
    while let Some(line) = next_line(interp, &stream)? {
        lines.push(chomped(args, line));
    }
    Ok(Value::array(lines))
}

fn each_line(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each_line"),
            Vec::new(),
        ));
    };
    let stream = this_stream(interp, this)?;
    while let Some(line) = next_line(interp, &stream)? {
        interp.call_block(&block, &[chomped(args, line)])?;
    }
    Ok(this.clone())
}

fn getc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let bytes = rest(interp, &stream)?;
    let text = String::from_utf8_lossy(&bytes);
    let Some(c) = text.chars().next() else {
        return Ok(Value::Nil);
    };
    stream.position.set(stream.position.get() + c.len_utf8());
    Ok(Value::str(c.to_string()))
}

fn each_char(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let stream = this_stream(interp, this)?;
    let bytes = rest(interp, &stream)?;
    for c in String::from_utf8_lossy(&bytes).chars() {
        interp.call_block(&block, &[Value::str(c.to_string())])?;
    }
    Ok(this.clone())
}

fn each_byte(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let stream = this_stream(interp, this)?;
    for byte in rest(interp, &stream)? {
        interp.call_block(&block, &[Value::Int(i64::from(byte))])?;
    }
    Ok(this.clone())
}

fn getbyte(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let bytes = rest(interp, &stream)?;
    match bytes.first() {
        Some(byte) => {
            stream.position.set(stream.position.get() + 1);
            Ok(Value::Int(i64::from(*byte)))
        }
        None => Ok(Value::Nil),
    }
}

fn rewind(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    stream.position.set(0);
    stream.line.set(0);
    Ok(Value::Int(0))
}

fn seek(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let at = interp.int_arg(&args.get(0))?;
    stream
        .position
        .set(usize::try_from(at).unwrap_or(0).min(1 << 30));
    Ok(Value::Int(0))
}

fn position(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(this_stream(interp, this)?.position.get()))
}

fn is_eof(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    Ok(Value::Bool(rest(interp, &stream)?.is_empty()))
}

fn lineno(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this_stream(interp, this)?.line.get()))
}

fn close(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    if let Some(stream) = as_stream(this) {
        stream.closed.set(true);
    }
    Ok(Value::Nil)
}

fn is_closed(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(
        as_stream(this).is_none_or(|stream| stream.closed.get()),
    ))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn answer_true(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(true))
}

fn first(_: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(args.get(0))
}

fn is_tty(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let input = as_stream(this).is_some_and(|stream| matches!(stream.target, Target::In));
    Ok(Value::Bool(input && interp.world.stdin_is_terminal()))
}

fn fileno(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(
        match as_stream(this).as_ref().map(|stream| &stream.target) {
            Some(Target::In) => 0,
            Some(Target::Out) => 1,
            Some(Target::Err) => 2,
            _ => 3,
        },
    ))
}

fn path(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    match as_stream(this).as_ref().map(|stream| &stream.target) {
        Some(Target::File(path)) => Ok(Value::str(path.to_string_lossy())),
        _ => Err(interp.no_method(this, "path")),
    }
}

fn encoding(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    interp.encoding_named("UTF-8")
}

fn zero(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(0))
}

fn truncate(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    let size = interp.int_arg(&args.get(0))?.max(0) as usize;
    match &stream.target {
        Target::Text(text) => {
            let mut bytes = text.to_bytes();
            bytes.truncate(size);
            text.set(bytes);
        }
        Target::File(path) => {
            stream.content.borrow_mut().truncate(size);
            let whole = stream.content.borrow().clone();
            if let Err(error) = interp.world.write(path, &whole, false) {
                return Err(interp.io_error(&error, &path.to_string_lossy()));
            }
        }
        _ => {}
    }
    Ok(Value::Int(0))
}

fn noecho(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    interp.call_block(&block, std::slice::from_ref(this))
}

fn winsize(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::array([Value::Int(24), Value::Int(80)]))
}

fn string(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    match as_stream(this).as_ref().map(|stream| &stream.target) {
        Some(Target::Text(text)) => Ok(Value::Str(Rc::clone(text))),
        _ => Err(interp.no_method(this, "string")),
    }
}

fn set_string(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    if let Target::Text(text) = &stream.target {
        text.set(interp.bytes_arg(&args.get(0))?);
        stream.position.set(0);
    }
    Ok(args.get(0))
}

fn size(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let stream = this_stream(interp, this)?;
    Ok(Value::size(match &stream.target {
        Target::Text(text) => text.len(),
        _ => stream.content.borrow().len(),
    }))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = interp.real_class_of(this).display_name();
    let name = match as_stream(this).as_ref().map(|stream| &stream.target) {
        Some(Target::Out) => "<STDOUT>".to_owned(),
        Some(Target::Err) => "<STDERR>".to_owned(),
        Some(Target::In) => "<STDIN>".to_owned(),
        Some(Target::File(path)) => path.to_string_lossy().into_owned(),
        _ => return Ok(Value::str(interp.plain_inspect(this))),
    };
    Ok(Value::str(format!("#<{class}:{name}>")))
}

fn string_io_new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = match args.opt(0) {
        Some(Value::Str(text)) => Value::Str(Rc::clone(text)),
        _ => Value::str(""),
    };
    let value = string_stream(interp, text);
    let append = args
        .get(1)
        .as_string()
        .is_some_and(|mode| mode.starts_with('a'));
    if let (true, Some(stream)) = (append, as_stream(&value)) {
        let end = match &stream.target {
            Target::Text(text) => text.len(),
            _ => 0,
        };
        stream.position.set(end);
    }
    match &args.block {
        Some(block) => interp.call_block(block, &[value]),
        None => Ok(value),
    }
}

impl Interp {
    /// Returns a flow that raises the `Errno` of a failed operation.
    pub(in crate::ruby) fn io_error(
        &mut self,
        error: &std::io::Error,
        path: &str,
    ) -> crate::ruby::error::Flow {
        use std::io::ErrorKind;
        let (class, words) = match error.kind() {
            ErrorKind::NotFound => ("Errno::ENOENT", "No such file or directory"),
            ErrorKind::PermissionDenied => ("Errno::EACCES", "Permission denied"),
            ErrorKind::AlreadyExists => ("Errno::EEXIST", "File exists"),
            ErrorKind::IsADirectory => ("Errno::EISDIR", "Is a directory"),
            ErrorKind::NotADirectory => ("Errno::ENOTDIR", "Not a directory"),
            ErrorKind::DirectoryNotEmpty => ("Errno::ENOTEMPTY", "Directory not empty"),
            ErrorKind::InvalidInput => ("Errno::EINVAL", "Invalid argument"),
            _ => ("Errno::EIO", "Input/output error"),
        };
        // A world that forbids something says so in its own words.
        let own = error.get_ref().map(ToString::to_string);
        let message = match own {
            Some(own) if error.kind() == ErrorKind::PermissionDenied => own,
            _ => format!("{words} @ rb_sysopen - {path}"),
        };
        self.raise(class, message)
    }
}
