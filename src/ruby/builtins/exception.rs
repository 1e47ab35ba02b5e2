//! `Exception` and the classes below it.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, exception_data, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, ExceptionData, Object, Value};

/// Classes and their superclasses, a superclass before its subclasses.
const CLASSES: &[(&str, &str)] = &[
    ("NoMemoryError", "Exception"),
    ("ScriptError", "Exception"),
    ("LoadError", "ScriptError"),
    ("NotImplementedError", "ScriptError"),
    ("SyntaxError", "ScriptError"),
    ("SecurityError", "Exception"),
    ("SignalException", "Exception"),
    ("Interrupt", "SignalException"),
    ("SystemExit", "Exception"),
    ("SystemStackError", "Exception"),
    ("StandardError", "Exception"),
    ("ArgumentError", "StandardError"),
    ("UncaughtThrowError", "ArgumentError"),
    ("EncodingError", "StandardError"),
    ("FiberError", "StandardError"),
    ("IOError", "StandardError"),
    ("EOFError", "IOError"),
    ("IndexError", "StandardError"),
    ("KeyError", "IndexError"),
    ("StopIteration", "IndexError"),
    ("ClosedQueueError", "StopIteration"),
    ("LocalJumpError", "StandardError"),
    ("NameError", "StandardError"),
    ("NoMethodError", "NameError"),
    ("RangeError", "StandardError"),
    ("FloatDomainError", "RangeError"),
    ("RegexpError", "StandardError"),
    ("RuntimeError", "StandardError"),
    ("FrozenError", "RuntimeError"),
    ("SystemCallError", "StandardError"),
    ("ThreadError", "StandardError"),
    ("TypeError", "StandardError"),
    ("ZeroDivisionError", "StandardError"),
    ("NoMatchingPatternError", "StandardError"),
    ("NoMatchingPatternKeyError", "NoMatchingPatternError"),
    ("Encoding::CompatibilityError", "EncodingError"),
    ("Encoding::UndefinedConversionError", "EncodingError"),
    ("Encoding::InvalidByteSequenceError", "EncodingError"),
    ("Encoding::ConverterNotFoundError", "EncodingError"),
    ("Errno::ENOENT", "SystemCallError"),
    ("Errno::EACCES", "SystemCallError"),
    ("Errno::EEXIST", "SystemCallError"),
    ("Errno::EISDIR", "SystemCallError"),
    ("Errno::ENOTDIR", "SystemCallError"),
    ("Errno::ENOTEMPTY", "SystemCallError"),
    ("Errno::EINVAL", "SystemCallError"),
    ("Errno::EPERM", "SystemCallError"),
    ("Errno::ECONNREFUSED", "SystemCallError"),
    ("Errno::ETIMEDOUT", "SystemCallError"),
    ("Errno::EHOSTUNREACH", "SystemCallError"),
    ("Errno::EADDRINUSE", "SystemCallError"),
    ("Errno::EPIPE", "SystemCallError"),
    ("Errno::ESRCH", "SystemCallError"),
    ("Errno::ECHILD", "SystemCallError"),
    ("Errno::EIO", "SystemCallError"),
    ("Errno::ENOSPC", "SystemCallError"),
    ("Errno::ENOEXEC", "SystemCallError"),
    ("Math::DomainError", "ArgumentError"),
    ("Timeout::Error", "RuntimeError"),
    ("SocketError", "StandardError"),
];

/// Message that an `Errno` class puts before its argument.
const ERRNO: &[(&str, &str, i64)] = &[
    ("Errno::ENOENT", "No such file or directory", 2),
    ("Errno::EACCES", "Permission denied", 13),
    ("Errno::EEXIST", "File exists", 17),
    ("Errno::EISDIR", "Is a directory", 21),
    ("Errno::ENOTDIR", "Not a directory", 20),
    ("Errno::ENOTEMPTY", "Directory not empty", 39),
    ("Errno::EINVAL", "Invalid argument", 22),
    ("Errno::EPERM", "Operation not permitted", 1),
    ("Errno::ECONNREFUSED", "Connection refused", 111),
    ("Errno::ETIMEDOUT", "Connection timed out", 110),
    ("Errno::EHOSTUNREACH", "No route to host", 113),
    ("Errno::EADDRINUSE", "Address already in use", 98),
    ("Errno::EPIPE", "Broken pipe", 32),
    ("Errno::ESRCH", "No such process", 3),
    ("Errno::ECHILD", "No child processes", 10),
    ("Errno::EIO", "Input/output error", 5),
    ("Errno::ENOSPC", "No space left on device", 28),
    ("Errno::ENOEXEC", "Exec format error", 8),
];

const METHODS: Rows = &[
    any_keywords("initialize", 0, initialize),
    row("message to_s", 0, 0, message),
    row_keywords("full_message", 0, 0, full_message),
    row("detailed_message", 0, 1, full_message),
    row("inspect", 0, 0, inspect),
    row("backtrace", 0, 0, backtrace),
    row("set_backtrace", 1, 1, set_backtrace),
    row("backtrace_locations", 0, 0, backtrace),
    row("cause", 0, 0, cause),
    row("exception", 0, 1, exception),
    row("==", 1, 1, equal),
];

const CLASS_METHODS: Rows = &[any_keywords("exception", 0, class_exception)];

const NAME_ERROR: Rows = &[row("name", 0, 0, name), row("receiver", 0, 0, receiver)];
const KEY_ERROR: Rows = &[row("key", 0, 0, name), row("receiver", 0, 0, receiver)];
const FROZEN_ERROR: Rows = &[row("receiver", 0, 0, receiver)];
const STOP_ITERATION: Rows = &[row("result", 0, 0, stop_result)];
const SYSTEM_EXIT: Rows = &[
    row("status", 0, 0, status),
    row("success?", 0, 0, is_success),
];
const SYSTEM_CALL: Rows = &[
    row("errno", 0, 0, errno),
    any("initialize", 0, errno_initialize),
];
const LOAD_ERROR: Rows = &[row("path", 0, 0, load_path)];
const THROW_ERROR: Rows = &[row("tag", 0, 0, name), row("value", 0, 0, receiver)];

pub(super) fn install(interp: &mut Interp) {
    let class = interp.core.exception.clone();
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, CLASS_METHODS);
    for (name, above) in CLASSES {
        let above = interp.find_class(above);
        interp.define_class(name, above.as_ref());
    }
    for (name, rows) in [
        ("NameError", NAME_ERROR),
        ("KeyError", KEY_ERROR),
        ("StopIteration", STOP_ITERATION),
        ("SystemExit", SYSTEM_EXIT),
        ("SystemCallError", SYSTEM_CALL),
        ("LoadError", LOAD_ERROR),
        ("UncaughtThrowError", THROW_ERROR),
        ("FrozenError", FROZEN_ERROR),
    ] {
        if let Some(class) = interp.find_class(name) {
            interp.add_rows(&class, rows);
        }
    }
    for (name, _, number) in ERRNO {
        if let Some(class) = interp.find_class(name) {
            interp.set_const(&class, Sym::new("Errno"), Value::Int(*number));
        }
    }
}

/// Changes what an exception object holds.
pub(in crate::ruby) fn change(exception: &Value, f: impl FnOnce(&mut ExceptionData)) {
    if let Value::Object(object) = exception
        && let Data::Exception(data) = &mut *object.data.borrow_mut()
    {
        f(data);
    }
}

fn initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let list = args.list.clone();
    let named = interp.is_a_named(this, "NameError");
    if interp.is_a_named(this, "SystemExit") {
        let mut list = list.into_iter();
        let mut first = list.next();
        let status = match first {
            Some(Value::Int(status)) => {
                first = list.next();
                status as i32
            }
            Some(Value::Bool(success)) => {
                first = list.next();
                i32::from(!success)
            }
            _ => 0,
        };
        change(this, |data| {
            data.status = status;
            data.message = first.unwrap_or_else(|| Value::str("exit"));
        });
        return Ok(Value::Nil);
    }
    let (key, receiver) = (args.keyword("key"), args.keyword("receiver"));
    // Keywords that the class does not know are the message, as a hash.
    let message = match list.first() {
        Some(message) => Some(message.clone()),
        None if key.is_none() && receiver.is_none() => args.folded().first().cloned(),
        None => None,
    };
    change(this, |data| {
        data.message = message.unwrap_or_default();
        if named {
            data.name = list.get(1).cloned();
        }
        if key.is_some() {
            data.name = key;
        }
        data.receiver = receiver;
    });
    Ok(Value::Nil)
}

fn message(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let data = exception_data(this);
    if data.message.is_nil() {
        let class = interp.real_class_of(this);
        return Ok(Value::str(class.display_name()));
    }
    match &data.message {
        Value::Str(_) => Ok(data.message),
        other => Ok(Value::str(interp.text(other)?)),
    }
}

fn full_message(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let data = exception_data(this);
    let text = interp.send_list(this, "message", &[])?;
    let text = interp.text(&text)?;
    let class = interp.real_class_of(this).display_name();
    let at = data.backtrace.first().map_or_else(
        || "-e:1:in `<main>'".to_owned(),
        |(label, span)| format!("{}:{}:in `{label}'", span.path().display(), span.line()),
    );
    Ok(Value::str(format!("{at}: {text} ({class})")))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = interp.real_class_of(this).display_name();
    let text = interp.send_list(this, "to_s", &[])?;
    let text = interp.text(&text)?;
    if text.is_empty() {
        return Ok(Value::str(class));
    }
    Ok(Value::str(format!("#<{class}: {text}>")))
}

fn backtrace(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let data = exception_data(this);
    if let Some(custom) = data.custom_backtrace {
        return Ok(custom);
    }
    if !data.raised {
        return Ok(Value::Nil);
    }
    let lines: Vec<Value> = data
        .backtrace
        .iter()
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

fn set_backtrace(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let lines = match args.get(0) {
        Value::Str(line) => Value::array([Value::Str(line)]),
        other => other,
    };
    change(this, |data| data.custom_backtrace = Some(lines.clone()));
    Ok(lines)
}

fn cause(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(exception_data(this).cause.unwrap_or_default())
}

fn exception(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match (args.opt(0), this) {
        (Some(message), Value::Object(object)) if !message.same(this) => {
            let mut data = exception_data(this);
            data.message = message.clone();
            let copy = Object::new(object.class(), Data::Exception(data));
            copy.ivars
                .borrow_mut()
                .extend(object.ivars.borrow().clone());
            Ok(Value::Object(copy))
        }
        _ => Ok(this.clone()),
    }
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    if this.same(&other) {
        return Ok(Value::Bool(true));
    }
    let (a, b) = (interp.real_class_of(this), interp.real_class_of(&other));
    if !Rc::ptr_eq(&a, &b) {
        return Ok(Value::Bool(false));
    }
    let (a, b) = (exception_data(this), exception_data(&other));
    Ok(Value::Bool(interp.equal(&a.message, &b.message)?))
}

fn class_exception(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.send(this, Sym::new("new"), args.clone())
}

fn name(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(exception_data(this).name.unwrap_or_default())
}

fn receiver(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(exception_data(this).receiver.unwrap_or_default())
}

fn stop_result(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(exception_data(this).receiver.unwrap_or_default())
}

fn status(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(exception_data(this).status)))
}

fn is_success(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(exception_data(this).status == 0))
}

fn errno(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = interp.real_class_of(this);
    let name = Sym::new("Errno");
    Ok(interp
        .const_in(&class, name, false)?
        .filter(|value| value.as_int().is_some())
        .unwrap_or_default())
}

fn errno_initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = interp.real_class_of(this);
    let words = class.ancestors().iter().find_map(|class| {
        let name = class.display_name();
        ERRNO
            .iter()
            .find(|(known, _, _)| *known == &*name)
            .map(|(_, words, _)| *words)
    });
    let words = words.unwrap_or("unknown error");
    let text = match args.opt(0) {
        Some(detail) => format!("{words} - {}", interp.text(detail)?),
        None => words.to_owned(),
    };
    change(this, |data| data.message = Value::str(text));
    Ok(Value::Nil)
}

fn load_path(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(interp.ivar_get(this, Sym::new("@path")))
}
