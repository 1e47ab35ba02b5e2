//! Commands: backticks, `system`, `exec`, `spawn`, `IO.popen`, `Open3`; and
//! `Process`.

use std::ffi::OsString;
use std::rc::Rc;

use crate::ruby::error::{Outcome, Unwind};
use crate::ruby::interp::{Interp, Rows, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, Value, Visibility};
use crate::ruby::world::{Command, Finished};

const FUNCTIONS: Rows = &[
    row("`", 1, 1, backticks),
    any_keywords("system", 1, system),
    any_keywords("exec", 1, exec),
    any_keywords("spawn", 1, spawn),
    row("fork", 0, 0, fork),
];

const OPEN3: Rows = &[
    any_keywords("capture2", 1, capture2),
    any_keywords("capture2e", 1, capture2e),
    any_keywords("capture3", 1, capture3),
];

const IO: Rows = &[any_keywords("popen", 1, popen)];

const STATUS: Rows = &[
    row("success?", 0, 0, success),
    row("exitstatus", 0, 0, exitstatus),
    row("to_i", 0, 0, to_i),
    row("pid", 0, 0, pid),
    row("exited?", 0, 0, exited),
    row("signaled?", 0, 0, signaled),
    row("termsig", 0, 0, termsig),
    row("==", 1, 1, equal),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
];

const PROCESS: Rows = &[
    row("pid", 0, 0, own_pid),
    row("ppid", 0, 0, own_pid),
    row("uid euid", 0, 0, uid),
    row("gid egid", 0, 0, gid),
    row("clock_gettime", 1, 2, clock_gettime),
    row("wait waitpid wait2", 0, 2, wait),
    row("kill", 2, 2, kill),
    row("last_status", 0, 0, last_status),
    row("detach", 1, 1, wait),
    row("daemon", 0, 2, wait),
];

pub(super) fn install(interp: &mut Interp) {
    let kernel = Rc::clone(&interp.core.kernel);
    interp.add_rows_as(&kernel, FUNCTIONS, Visibility::Private);
    interp.add_singleton_rows(&kernel, FUNCTIONS);
    let open3 = interp.define_module("Open3");
    interp.add_singleton_rows(&open3, OPEN3);
    let process = interp.define_module("Process");
    interp.add_singleton_rows(&process, super::kernel::ENDING);
    interp.add_singleton_rows(&process, PROCESS);
    interp.set_const(&process, Sym::new("CLOCK_MONOTONIC"), Value::Int(1));
    interp.set_const(&process, Sym::new("CLOCK_REALTIME"), Value::Int(0));
    let status = interp.define_class("Process::Status", None);
    interp.add_rows(&status, STATUS);
    if let Some(io) = interp.find_class("IO") {
        interp.add_singleton_rows(&io, IO);
    }
}

/// Returns the command that the arguments of `system` and the like describe.
fn command(interp: &mut Interp, args: &Args) -> Outcome<Command> {
    let mut command = Command::default();
    let mut list = args.list.clone();
    if let Some(Value::Hash(env)) = list.first().cloned() {
        list.remove(0);
        for (name, value) in env.pairs() {
            let name = interp.str_arg(&name)?;
            let value = if value.is_nil() {
                None
            } else {
                Some(interp.str_arg(&value)?)
            };
            command.env.push((name, value));
        }
    }
    let mut options = args
        .keywords
        .as_ref()
        .map(|keywords| keywords.pairs())
        .unwrap_or_default();
    if let Some(Value::Hash(hash)) = list.last().cloned() {
        list.pop();
        options.extend(hash.pairs());
    }
    for (key, value) in options {
        let to_null = value.as_string().is_some_and(|path| path == "/dev/null");
        let names = match &key {
            Value::Array(keys) => keys.to_vec(),
            key => vec![key.clone()],
        };
        for key in names {
            let name = key
                .as_name()
                .unwrap_or_else(|| key.as_int().map_or(String::new(), |fd| fd.to_string()));
            match name.as_str() {
                "chdir" => command.cwd = Some(interp.path_arg(&value)?.0),
                "stdin_data" => command.stdin = Some(interp.bytes_arg(&value)?),
                "out" | "1" => {
                    command.drop_stdout =
                        to_null || value.as_symbol().is_some_and(|v| v.is("close"))
                }
                "err" | "2"
                    if value.as_symbol().is_some_and(|v| v.is("out"))
                        || matches!(&value, Value::Array(_)) =>
                {
                    command.merge_stderr = true;
                }
                "err" | "2" => command.drop_stderr = to_null,
                _ => {}
            }
        }
    }
    // `[program, argv0]` names a program without a shell.
    let single = list.len() == 1 && !matches!(list.first(), Some(Value::Array(_)));
    for word in &list {
        let word = match word {
            Value::Array(pair) => pair.get(0).unwrap_or_default(),
            other => other.clone(),
        };
        let word = interp.path_text(&word)?;
        if word.contains('\0') {
            return Err(interp.raise("ArgumentError", "string contains null byte"));
        }
        command.argv.push(OsString::from(word));
    }
    command.shell = single;
    if command.argv.is_empty() {
        return Err(interp.raise(
            "ArgumentError",
            "wrong number of arguments (given 0, expected 1+)",
        ));
    }
    Ok(command)
}

fn first_word(command: &Command) -> String {
    let text = command
        .argv
        .first()
        .map(|word| word.to_string_lossy().into_owned())
        .unwrap_or_default();
    text.split_whitespace().next().unwrap_or("").to_owned()
}

/// Words that mean something to a shell only.
const SHELL_WORDS: &[&str] = &[
    "!", ".", ":", "break", "case", "continue", "do", "done", "elif", "else", "esac", "eval",
    "exec", "exit", "export", "fi", "for", "if", "in", "readonly", "return", "set", "shift",
    "then", "times", "trap", "unset", "until", "while",
];

/// Tells whether there is no such program, where Ruby would start it without a
/// shell: a command in one text without a character that a shell would read.
fn is_missing(interp: &Interp, command: &Command) -> bool {
    // On Windows the ending of a program's file is not typed.
    if std::path::MAIN_SEPARATOR != '/' {
        return false;
    }
    let program = if command.shell {
        let text = command.argv[0].to_string_lossy().into_owned();
        let word = text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        if text.contains(|c| "*?{}[]<>()~&|\\$;'`\"\n#".contains(c))
            || word.contains(['=', '%'])
            || SHELL_WORDS.contains(&word.as_str())
        {
            return false;
        }
        word
    } else {
        command.argv[0].to_string_lossy().into_owned()
    };
    if program.contains('/') {
        let from = command.cwd.clone().unwrap_or_else(|| interp.world.cwd());
        return !interp.world.executable(&from.join(&program));
    }
    let path = command
        .env
        .iter()
        .find(|(name, _)| name == "PATH")
        .map_or_else(|| interp.world.env("PATH"), |(_, value)| value.clone());
    let Some(path) = path else {
        return false;
    };
    !std::env::split_paths(&path).any(|folder| interp.world.executable(&folder.join(&program)))
}

/// Runs a command and sets `$?`.
fn run(interp: &mut Interp, command: &Command) -> Outcome<Finished> {
    let result = match interp.world.allows(command) {
        Ok(()) if is_missing(interp, command) => Err(std::io::ErrorKind::NotFound.into()),
        Ok(()) => interp.world.run(command),
        Err(refused) => Err(refused),
    };
    match result {
        Ok(finished) => {
            interp.last_status = status_value(interp, &finished);
            Ok(finished)
        }
        Err(error) => {
            let missing = Finished {
                status: Some(127),
                ..Finished::default()
            };
            interp.last_status = status_value(interp, &missing);
            let word = first_word(command);
            let text = match error.kind() {
                std::io::ErrorKind::NotFound => format!("No such file or directory - {word}"),
                std::io::ErrorKind::PermissionDenied => match error.get_ref() {
                    Some(own) => own.to_string(),
                    None => format!("Permission denied - {word}"),
                },
                _ => format!("Input/output error - {word}"),
            };
            let class = match error.kind() {
                std::io::ErrorKind::NotFound => "Errno::ENOENT",
                std::io::ErrorKind::PermissionDenied => "Errno::EACCES",
                _ => "Errno::EIO",
            };
            if interp.world.interrupted() {
                return Err(Unwind::Interrupted.into());
            }
            Err(interp.raise(class, text))
        }
    }
}

fn status_value(interp: &mut Interp, finished: &Finished) -> Value {
    let class = interp
        .find_class("Process::Status")
        .unwrap_or_else(|| Rc::clone(&interp.core.object));
    let held: Rc<dyn std::any::Any> = Rc::new(Finished {
        stdout: Vec::new(),
        stderr: Vec::new(),
        ..finished.clone()
    });
    Value::Object(Object::new(class, Data::Host(held)))
}

fn backticks(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut command = command(interp, args)?;
    command.capture_stdout = true;
    let finished = run(interp, &command)?;
    Ok(Value::bytes(finished.stdout))
}

fn system(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let raises = args
        .keyword("exception")
        .is_some_and(|value| value.truthy());
    let command = command(interp, args)?;
    match run(interp, &command) {
        Ok(finished) if finished.status == Some(0) => Ok(Value::Bool(true)),
        Ok(finished) if raises => {
            let word = first_word(&command);
            let status = finished.status.unwrap_or(0);
            Err(interp.raise(
                "RuntimeError",
                format!("Command failed with exit {status}: {word}"),
            ))
        }
        Ok(finished) => Ok(if finished.status == Some(127) && command.shell {
            Value::Nil
        } else {
            Value::Bool(false)
        }),
        Err(flow) => {
            let missing = match flow.exception() {
                Some(exception) => interp.is_a_named(&exception.clone(), "Errno::ENOENT"),
                None => false,
            };
            if missing && !raises {
                Ok(Value::Nil)
            } else {
                Err(flow)
            }
        }
    }
}

fn exec(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let command = command(interp, args)?;
    if let Err(error) = interp.world.allows(&command) {
        return Err(interp.raise("Errno::EACCES", error.to_string()));
    }
    if is_missing(interp, &command) {
        let word = first_word(&command);
        let text = format!("No such file or directory - {word}");
        return Err(interp.raise("Errno::ENOENT", text));
    }
    Err(Unwind::Exec(command).into())
}

fn spawn(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    // There is nothing to wait for later: the command runs to its end here.
    let command = command(interp, args)?;
    let finished = run(interp, &command)?;
    Ok(Value::Int(i64::from(finished.pid)))
}

fn fork(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Err(interp.raise(
        "NotImplementedError",
        "fork() function is unimplemented on this machine",
    ))
}

fn capture2(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut command = command(interp, args)?;
    command.capture_stdout = true;
    command.stdin.get_or_insert_default();
    let finished = run(interp, &command)?;
    Ok(Value::array([
        Value::bytes(finished.stdout),
        interp.last_status.clone(),
    ]))
}

fn capture2e(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut command = command(interp, args)?;
    command.capture_stdout = true;
    command.merge_stderr = true;
    command.stdin.get_or_insert_default();
    let finished = run(interp, &command)?;
    Ok(Value::array([
        Value::bytes(finished.stdout),
        interp.last_status.clone(),
    ]))
}

fn capture3(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut command = command(interp, args)?;
    command.capture_stdout = true;
    command.capture_stderr = true;
    command.stdin.get_or_insert_default();
    let finished = run(interp, &command)?;
    Ok(Value::array([
        Value::bytes(finished.stdout),
        Value::bytes(finished.stderr),
        interp.last_status.clone(),
    ]))
}

fn popen(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut flat = args.clone();
    if let Some(Value::Array(words)) = args
        .list
        .iter()
        .find(|value| matches!(value, Value::Array(_)))
    {
        flat.list = words.to_vec();
        if flat.list.len() == 1 {
            flat.list = vec![Value::array(flat.list)];
        }
    } else {
        flat.list.retain(|value| !matches!(value, Value::Str(text) if matches!(text.text().as_str(), "r" | "w" | "r+" | "rb")));
    }
    let mut command = command(interp, &flat)?;
    command.capture_stdout = true;
    let finished = run(interp, &command)?;
    let stream = super::io::string_stream(interp, Value::bytes(finished.stdout));
    match &args.block {
        Some(block) => interp.call_block(block, &[stream]),
        None => Ok(stream),
    }
}

fn held(this: &Value) -> Finished {
    match this {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Host(inner) => inner
                .downcast_ref::<Finished>()
                .cloned()
                .unwrap_or_default(),
            _ => Finished::default(),
        },
        _ => Finished::default(),
    }
}

fn success(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(held(this).status.map(|status| status == 0).into())
}

fn exitstatus(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(held(this).status.map(i64::from).into())
}

fn to_i(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(this);
    Ok(Value::Int(match (held.status, held.signal) {
        (Some(status), _) => i64::from(status) << 8,
        (None, signal) => i64::from(signal.unwrap_or(0)),
    }))
}

fn pid(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(held(this).pid)))
}

fn exited(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(held(this).status.is_some()))
}

fn signaled(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(held(this).signal.is_some()))
}

fn termsig(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(held(this).signal.map(i64::from).into())
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let number = to_i(interp, this, &Args::default())?;
    let other = args.get(0);
    let other = if matches!(other, Value::Object(_)) {
        to_i(interp, &other, &Args::default())?
    } else {
        other
    };
    Ok(Value::Bool(interp.equal(&number, &other)?))
}

fn shown(this: &Value) -> String {
    let held = held(this);
    match (held.status, held.signal) {
        (Some(status), _) => format!("pid {} exit {status}", held.pid),
        (None, Some(signal)) => format!("pid {} SIG{signal} (signal {signal})", held.pid),
        (None, None) => format!("pid {}", held.pid),
    }
}

fn to_s(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(shown(this)))
}

fn inspect(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(format!("#<Process::Status: {}>", shown(this))))
}

fn own_pid(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(interp.world.pid())))
}

fn uid(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(interp.world.user().uid)))
}

fn gid(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(i64::from(interp.world.user().gid)))
}

fn clock_gettime(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let ns = match args.get(0) {
        Value::Int(1) => interp.world.monotonic_ns(),
        _ => interp.world.now_ns(),
    };
    Ok(match args.get(1).as_name().as_deref() {
        Some("millisecond") => Value::big(num_bigint::BigInt::from(ns / 1_000_000)),
        Some("microsecond") => Value::big(num_bigint::BigInt::from(ns / 1000)),
        Some("nanosecond") => Value::big(num_bigint::BigInt::from(ns)),
        Some("second") => Value::big(num_bigint::BigInt::from(ns / 1_000_000_000)),
        _ => Value::Float(ns as f64 / 1e9),
    })
}

fn wait(_: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(args.get(0))
}

fn kill(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Err(interp.raise("Errno::EPERM", "Operation not permitted"))
}

fn last_status(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(interp.last_status.clone())
}
