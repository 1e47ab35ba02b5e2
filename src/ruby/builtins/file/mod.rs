//! `File`, `Dir`, `FileTest` and `File::Stat`. `names` works on paths alone,
//! `dir` on folders; this file reads, writes and asks.

mod dir;
mod glob;
mod names;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use super::io::{Stream, Target, stream_value};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, TimeValue, Value};
use crate::ruby::world::{FileFacts, FileType};

const SINGLETON: Rows = &[
    any_keywords("new open", 1, open),
    any_keywords("read binread", 1, read),
    any_keywords("write binwrite", 2, write),
    any_keywords("readlines", 1, readlines),
    any_keywords("foreach", 1, foreach),
    row("exist? exists?", 1, 1, exist),
    row("file?", 1, 1, is_file),
    row("directory?", 1, 1, is_directory),
    row("symlink?", 1, 1, is_symlink),
    row("readable? world_readable?", 1, 1, exist),
    row("writable?", 1, 1, exist),
    row("executable?", 1, 1, is_executable),
    row("zero? empty?", 1, 1, is_zero),
    row("size", 1, 1, size),
    row("size?", 1, 1, size_or_nil),
    row("mtime ctime atime birthtime", 1, 1, mtime),
    row("stat lstat", 1, 1, stat),
    any("delete unlink", 0, delete),
    row("rename", 2, 2, rename),
    row("symlink", 2, 2, symlink),
    row("link", 2, 2, symlink),
    row("readlink", 1, 1, readlink),
    any("chmod", 1, chmod),
    any("chown utime lchmod", 0, zero),
    row("realpath realdirpath", 1, 2, realpath),
    row("identical?", 2, 2, identical),
    row("ftype", 1, 1, ftype),
    row("mkfifo", 1, 2, zero),
    row("umask", 0, 1, umask),
];

const STAT: Rows = &[];

pub(super) fn install(interp: &mut Interp) {
    let io = interp.find_class("IO");
    let file = interp.define_class("File", io.as_ref());
    interp.add_singleton_rows(&file, SINGLETON);
    interp.add_singleton_rows(&file, names::SINGLETON);
    if let Some(io) = io {
        interp.add_singleton_rows(&io, IO_SINGLETON);
    }
    for (name, value) in [
        ("SEPARATOR", "/"),
        ("Separator", "/"),
        ("PATH_SEPARATOR", ":"),
    ] {
        interp.set_const(&file, Sym::new(name), Value::str(value));
    }
    interp.set_const(&file, Sym::new("ALT_SEPARATOR"), Value::Nil);
    for (name, value) in [
        ("RDONLY", 0),
        ("WRONLY", 1),
        ("RDWR", 2),
        ("CREAT", 64),
        ("EXCL", 128),
        ("TRUNC", 512),
        ("APPEND", 1024),
        ("LOCK_SH", 1),
        ("LOCK_EX", 2),
        ("LOCK_NB", 4),
        ("LOCK_UN", 8),
        ("FNM_DOTMATCH", 4),
        ("FNM_PATHNAME", 2),
        ("FNM_CASEFOLD", 8),
        ("FNM_EXTGLOB", 16),
    ] {
        interp.set_const(&file, Sym::new(name), Value::Int(value));
    }
    let stat = interp.define_class("File::Stat", None);
    interp.add_rows(&stat, STAT);
    let test = interp.define_module("FileTest");
    interp.add_singleton_rows(&test, SINGLETON);
    dir::install(interp);
}

const IO_SINGLETON: Rows = &[
    any_keywords("read binread", 1, read),
    any_keywords("write binwrite", 2, write),
    any_keywords("readlines", 1, readlines),
    any_keywords("foreach", 1, foreach),
];

impl Interp {
    /// Returns the text of a path: a String, a Pathname, a File.
    pub(in crate::ruby) fn path_text(&mut self, value: &Value) -> Outcome<String> {
        if matches!(value, Value::Object(_)) && self.responds(value, "to_path") {
            let path = self.send_list(value, "to_path", &[])?;
            return self.str_arg(&path);
        }
        self.str_arg(value)
    }

    /// Returns a path as the world takes it, with the text for messages.
    pub(in crate::ruby) fn path_arg(&mut self, value: &Value) -> Outcome<(PathBuf, String)> {
        let text = self.path_text(value)?;
        if text.contains('\0') {
            return Err(self.raise("ArgumentError", "string contains null byte"));
        }
        Ok((self.absolute(&text), text))
    }

    fn facts_of(&mut self, value: &Value, follow: bool) -> Outcome<Option<FileFacts>> {
        let (path, text) = self.path_arg(value)?;
        if text.is_empty() {
            return Ok(None);
        }
        Ok(self.world.facts(&path, follow).ok())
    }

    /// Returns the facts of a path, or raises what is wrong with it.
    fn facts_needed(&mut self, value: &Value, function: &str) -> Outcome<FileFacts> {
        let (path, text) = self.path_arg(value)?;
        match self.world.facts(&path, true) {
            Ok(facts) => Ok(facts),
            Err(error) => Err(self.file_error(&error, function, &text)),
        }
    }

    /// Returns a flow for a failed operation, in Ruby's words.
    pub(in crate::ruby) fn file_error(
        &mut self,
        error: &std::io::Error,
        function: &str,
        path: &str,
    ) -> crate::ruby::error::Flow {
        let flow = self.io_error(error, path);
        if let Some(exception) = flow.exception() {
            super::exception::change(exception, |data| {
                if let Some(text) = data.message.as_string() {
                    data.message = Value::from(text.replace("rb_sysopen", function));
                }
            });
        }
        flow
    }
}

struct Mode {
    read: bool,
    write: bool,
    append: bool,
    truncate: bool,
    create: bool,
    exclusive: bool,
}

fn mode_of(interp: &mut Interp, value: Option<&Value>) -> Outcome<Mode> {
    let text = match value {
        None | Some(Value::Nil) => "r".to_owned(),
        Some(Value::Int(bits)) => {
            return Ok(Mode {
                read: bits & 3 != 1,
                write: bits & 3 != 0,
                append: bits & 1024 != 0,
                truncate: bits & 512 != 0,
                create: bits & 64 != 0,
                exclusive: bits & 128 != 0,
            });
        }
        Some(value) => interp.str_arg(value)?,
    };
    let plus = text.contains('+');
    let mode = match text.chars().next() {
        Some('r') => Mode {
            read: true,
            write: plus,
            append: false,
            truncate: false,
            create: false,
            exclusive: false,
        },
        Some('w') => Mode {
            read: plus,
            write: true,
            append: false,
            truncate: true,
            create: true,
            exclusive: text.contains('x'),
        },
        Some('a') => Mode {
            read: plus,
            write: true,
            append: true,
            truncate: false,
            create: true,
            exclusive: false,
        },
        _ => return Err(interp.raise("ArgumentError", format!("invalid access mode {text}"))),
    };
    Ok(mode)
}

fn open(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    let named = args.keyword("mode");
    let mode = mode_of(interp, args.opt(1).or(named.as_ref()))?;
    let known = interp.world.facts(&path, true);
    let mut content = Vec::new();
    match known {
        Ok(_) if mode.exclusive => {
            return Err(interp.io_error(&std::io::ErrorKind::AlreadyExists.into(), &text));
        }
        Ok(facts) if facts.file_type == FileType::Directory && mode.write => {
            return Err(interp.io_error(&std::io::ErrorKind::IsADirectory.into(), &text));
        }
        Ok(_) if !mode.truncate => match interp.world.read(&path) {
            Ok(bytes) => content = bytes,
            Err(error) => return Err(interp.io_error(&error, &text)),
        },
        Err(error) if !mode.create => return Err(interp.io_error(&error, &text)),
        _ => {
            if let Err(error) = interp.world.write(&path, &[], !mode.truncate) {
                return Err(interp.io_error(&error, &text));
            }
        }
    }
    if let Some(bits) = args.get(2).as_int()
        && mode.create
    {
        // Best effort: a world without permission bits is none the worse.
        let _ = interp.world.set_mode(&path, bits as u32);
    }
    let stream = Stream {
        target: Target::File(path),
        content: RefCell::new(content),
        position: Cell::new(0),
        closed: Cell::new(false),
        readable: mode.read,
        writable: mode.write,
        line: Cell::new(0),
        append: mode.append,
    };
    let class = match this {
        Value::Class(class) => class.display_name().to_string(),
        _ => "File".to_owned(),
    };
    let file = stream_value(interp, &class, stream);
    let Some(block) = &args.block else {
        return Ok(file);
    };
    let result = interp.call_block(block, std::slice::from_ref(&file));
    if let Some(stream) = super::io::as_stream(&file) {
        stream.closed.set(true);
    }
    result
}

fn read(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    match interp.world.read(&path) {
        Ok(mut bytes) => {
            if let Some(offset) = args.get(2).as_int() {
                bytes.drain(..(offset.max(0) as usize).min(bytes.len()));
            }
            if let Some(length) = args.get(1).as_int() {
                bytes.truncate(length.max(0) as usize);
            }
            let bom = args
                .keyword("encoding")
                .or_else(|| args.keyword("mode"))
                .and_then(|v| v.as_string())
                .is_some_and(|v| v.to_ascii_lowercase().contains("bom|"));
            if bom && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            Ok(Value::bytes(bytes))
        }
        Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
            Err(interp.file_error(&error, "io_fread", &text))
        }
        Err(error) => Err(interp.io_error(&error, &text)),
    }
}

fn write(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    let mut bytes = Vec::new();
    interp.add_text(&mut bytes, &args.get(1))?;
    let append = args
        .keyword("mode")
        .and_then(|mode| mode.as_string())
        .is_some_and(|mode| mode.starts_with('a'));
    match interp.world.write(&path, &bytes, append) {
        Ok(()) => Ok(Value::size(bytes.len())),
        Err(error) => Err(interp.io_error(&error, &text)),
    }
}

fn readlines(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let content = read(interp, this, &Args::new([args.get(0)]))?;
    let args = Args {
        keywords: args.keywords.clone(),
        ..Args::default()
    };
    interp.send(&content, Sym::new("lines"), args)
}

fn foreach(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let lines = readlines(interp, this, args)?;
    let Some(block) = &args.block else {
        return Ok(super::object::enumerator(
            interp,
            &lines,
            Sym::new("each"),
            Vec::new(),
        ));
    };
    for line in lines.as_array().unwrap_or_default() {
        interp.call_block(block, &[line])?;
    }
    Ok(Value::Nil)
}

fn exist(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.facts_of(&args.get(0), true)?.is_some()))
}

fn has_type(interp: &mut Interp, args: &Args, wanted: FileType, follow: bool) -> Outcome {
    let facts = interp.facts_of(&args.get(0), follow)?;
    Ok(Value::Bool(
        facts.is_some_and(|facts| facts.file_type == wanted),
    ))
}

fn is_file(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    has_type(interp, args, FileType::File, true)
}

fn is_directory(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    has_type(interp, args, FileType::Directory, true)
}

fn is_symlink(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    has_type(interp, args, FileType::Symlink, false)
}

fn is_executable(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, _) = interp.path_arg(&args.get(0))?;
    let folder = interp
        .world
        .facts(&path, true)
        .is_ok_and(|facts| facts.file_type == FileType::Directory);
    Ok(Value::Bool(folder || interp.world.executable(&path)))
}

fn is_zero(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_of(&args.get(0), true)?;
    Ok(Value::Bool(facts.is_some_and(|facts| facts.size == 0)))
}

fn size(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_needed(&args.get(0), "rb_file_s_size")?;
    Ok(Value::Int(i64::try_from(facts.size).unwrap_or(i64::MAX)))
}

fn size_or_nil(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_of(&args.get(0), true)?;
    let size = facts.map(|facts| facts.size).filter(|size| *size > 0);
    Ok(size
        .map(|size| i64::try_from(size).unwrap_or(i64::MAX))
        .into())
}

fn time_of(interp: &mut Interp, facts: &FileFacts) -> Value {
    super::time::make(
        interp,
        TimeValue {
            ns: facts.modified_ns,
            offset: 0,
            utc: false,
        },
    )
}

fn mtime(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_needed(&args.get(0), "rb_file_s_mtime")?;
    Ok(time_of(interp, &facts))
}

fn stat(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_needed(&args.get(0), "rb_file_s_stat")?;
    let class = interp
        .find_class("File::Stat")
        .map_or(Value::Nil, Value::Class);
    let object = interp.send_list(&class, "allocate", &[])?;
    let single = interp.singleton_class(&object)?;
    let time = time_of(interp, &facts);
    let user = interp.world.user();
    for (name, value) in [
        (
            "size",
            Value::Int(i64::try_from(facts.size).unwrap_or(i64::MAX)),
        ),
        (
            "mode",
            Value::Int(i64::from(
                facts.mode
                    | if facts.file_type == FileType::Directory {
                        0o4_0000
                    } else {
                        0o10_0000
                    },
            )),
        ),
        ("mtime", time.clone()),
        ("ctime", time.clone()),
        ("atime", time),
        ("uid", Value::Int(i64::from(user.uid))),
        ("gid", Value::Int(i64::from(user.gid))),
        ("file?", Value::Bool(facts.file_type == FileType::File)),
        (
            "directory?",
            Value::Bool(facts.file_type == FileType::Directory),
        ),
        (
            "symlink?",
            Value::Bool(facts.file_type == FileType::Symlink),
        ),
        ("executable?", Value::Bool(facts.mode & 0o111 != 0)),
    ] {
        interp.define_method(&single, name, move |_, _, _| Ok(value.clone()));
    }
    Ok(object)
}

fn delete(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    for value in &args.list {
        let (path, text) = interp.path_arg(value)?;
        if let Err(error) = interp.world.remove_file(&path) {
            return Err(interp.file_error(&error, "apply2files", &text));
        }
    }
    Ok(Value::size(args.len()))
}

fn rename(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (from, from_text) = interp.path_arg(&args.get(0))?;
    let (to, to_text) = interp.path_arg(&args.get(1))?;
    match interp.world.rename(&from, &to) {
        Ok(()) => Ok(Value::Int(0)),
        Err(error) => Err(interp.file_error(
            &error,
            "rb_file_s_rename",
            &format!("({from_text}, {to_text})"),
        )),
    }
}

fn symlink(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let target = interp.path_text(&args.get(0))?;
    let (link, text) = interp.path_arg(&args.get(1))?;
    match interp.world.symlink(std::path::Path::new(&target), &link) {
        Ok(()) => Ok(Value::Int(0)),
        Err(error) => {
            Err(interp.file_error(&error, "rb_file_s_symlink", &format!("({target}, {text})")))
        }
    }
}

fn readlink(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    match interp.world.read_link(&path) {
        Ok(target) => Ok(Value::str(target.to_string_lossy())),
        Err(error) => Err(interp.file_error(&error, "rb_readlink", &text)),
    }
}

fn chmod(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mode = interp.int_arg(&args.get(0))?;
    for value in args.list.iter().skip(1) {
        let (path, text) = interp.path_arg(value)?;
        if let Err(error) = interp.world.set_mode(&path, mode as u32) {
            return Err(interp.file_error(&error, "apply2files", &text));
        }
    }
    Ok(Value::size(args.len().saturating_sub(1)))
}

fn zero(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(0))
}

fn umask(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(0o22))
}

fn realpath(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let text = interp.path_text(&args.get(0))?;
    let base = match args.opt(1) {
        Some(base) if !base.is_nil() => Some(interp.path_text(base)?),
        _ => None,
    };
    let mut path = interp.expand_path(&text, base.as_deref());
    // Links in the middle of a path are followed one by one.
    for _ in 0..32 {
        let link = path
            .ancestors()
            .filter_map(|part| Some((part.to_path_buf(), interp.world.read_link(part).ok()?)))
            .last();
        let Some((part, target)) = link else {
            break;
        };
        let rest = path
            .strip_prefix(&part)
            .map(std::path::Path::to_path_buf)
            .unwrap_or_default();
        let resolved = part.parent().unwrap_or(&part).join(target);
        path = crate::ruby::interp::clean_path(&resolved.join(rest));
    }
    match interp.world.facts(&path, true) {
        Ok(_) => Ok(Value::str(path.to_string_lossy())),
        Err(error) => Err(interp.file_error(&error, "rb_realpath_internal", &text)),
    }
}

fn identical(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let a = realpath(interp, this, &Args::new([args.get(0)]))?;
    let b = realpath(interp, this, &Args::new([args.get(1)]))?;
    Ok(Value::Bool(interp.equal(&a, &b)?))
}

fn ftype(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let facts = interp.facts_needed(&args.get(0), "rb_file_s_ftype")?;
    Ok(Value::str(match facts.file_type {
        FileType::File => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "link",
        FileType::Other => "unknown",
    }))
}
