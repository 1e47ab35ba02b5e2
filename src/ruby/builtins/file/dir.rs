//! `Dir`.

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any_keywords, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};
use crate::ruby::world::FileType;

use super::glob;

const SINGLETON: Rows = &[
    any_keywords("glob", 1, glob_method),
    any_keywords("[]", 0, glob_method),
    row("pwd getwd", 0, 0, pwd),
    row("chdir", 0, 1, chdir),
    row("exist? exists?", 1, 1, exist),
    row("empty?", 1, 1, is_empty),
    row_keywords("entries", 1, 1, entries),
    row_keywords("children", 1, 1, children),
    row_keywords("each_child", 1, 1, each_child),
    row_keywords("foreach", 1, 1, foreach),
    row("mkdir", 1, 2, mkdir),
    row("rmdir delete unlink", 1, 1, rmdir),
    row("home", 0, 1, home),
];

pub(super) fn install(interp: &mut Interp) {
    let class = interp.define_class("Dir", None);
    interp.add_singleton_rows(&class, SINGLETON);
}

fn glob_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut patterns = Vec::new();
    let mut flags = args
        .keyword("flags")
        .and_then(|flags| flags.as_int())
        .unwrap_or(0);
    for value in &args.list {
        match value {
            Value::Int(bits) => flags |= bits,
            value => match interp.try_array(value)? {
                Some(items) => {
                    for item in items {
                        patterns.push(interp.path_text(&item)?);
                    }
                }
                None => patterns.push(interp.path_text(value)?),
            },
        }
    }
    let base = match args.keyword("base") {
        Some(base) if !base.is_nil() => interp.path_arg(&base)?.0,
        _ => interp.world.cwd(),
    };
    let rules = glob::Rules {
        dots: flags & 4 != 0,
        slashes: true,
        fold: flags & 8 != 0,
    };
    let world = std::rc::Rc::clone(&interp.world);
    let mut found = Vec::new();
    for pattern in patterns {
        for pattern in glob::braces(&pattern) {
            found.extend(glob::find(&*world, &base, &pattern, rules));
        }
    }
    let found: Vec<Value> = found.into_iter().map(Value::from).collect();
    match &args.block {
        Some(block) => {
            for path in found {
                interp.call_block(block, &[path])?;
            }
            Ok(Value::Nil)
        }
        None => Ok(Value::array(found)),
    }
}

fn pwd(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::str(interp.world.cwd().to_string_lossy()))
}

fn chdir(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = match args.opt(0) {
        Some(path) => interp.path_arg(path)?,
        None => (interp.world.user().home, "~".to_owned()),
    };
    match interp.world.facts(&path, true) {
        Ok(facts) if facts.file_type == FileType::Directory => {}
        Ok(_) => {
            return Err(interp.file_error(
                &std::io::ErrorKind::NotADirectory.into(),
                "dir_s_chdir",
                &text,
            ));
        }
        Err(error) => return Err(interp.file_error(&error, "dir_s_chdir", &text)),
    }
    let before = interp.world.cwd();
    interp.world.set_cwd(&path);
    let Some(block) = &args.block else {
        return Ok(Value::Int(0));
    };
    let result = interp.call_block(block, &[Value::str(&text)]);
    interp.world.set_cwd(&before);
    result
}

fn exist(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, _) = interp.path_arg(&args.get(0))?;
    let facts = interp.world.facts(&path, true);
    Ok(Value::Bool(
        facts.is_ok_and(|facts| facts.file_type == FileType::Directory),
    ))
}

fn names(interp: &mut Interp, args: &Args) -> Outcome<Vec<Value>> {
    let (path, text) = interp.path_arg(&args.get(0))?;
    match interp.world.list(&path) {
        Ok(names) => Ok(names.into_iter().map(Value::from).collect()),
        Err(error) => Err(interp.file_error(&error, "dir_initialize", &text)),
    }
}

fn is_empty(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, _) = interp.path_arg(&args.get(0))?;
    Ok(Value::Bool(
        interp.world.list(&path).is_ok_and(|names| names.is_empty()),
    ))
}

fn entries(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let mut list = vec![Value::str("."), Value::str("..")];
    list.extend(names(interp, args)?);
    Ok(Value::array(list))
}

fn children(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    Ok(Value::array(names(interp, args)?))
}

fn each_child(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let list = children(interp, this, args)?;
    each_of(interp, &list, args)
}

fn foreach(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let list = entries(interp, this, args)?;
    each_of(interp, &list, args)
}

/// Hands out the names, or an enumerator over them where there is no block.
fn each_of(interp: &mut Interp, list: &Value, args: &Args) -> Outcome {
    match &args.block {
        Some(block) => {
            for name in list.as_array().unwrap_or_default() {
                interp.call_block(block, &[name])?;
            }
            Ok(Value::Nil)
        }
        None => Ok(super::super::object::enumerator(
            interp,
            list,
            Sym::new("each"),
            Vec::new(),
        )),
    }
}

fn mkdir(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    match interp.world.create_dir(&path) {
        Ok(()) => {
            if let Some(mode) = args.get(1).as_int() {
                // Best effort, as for new files.
                let _ = interp.world.set_mode(&path, mode as u32);
            }
            Ok(Value::Int(0))
        }
        Err(error) => Err(interp.file_error(&error, "dir_s_mkdir", &text)),
    }
}

fn rmdir(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let (path, text) = interp.path_arg(&args.get(0))?;
    match interp.world.remove_dir(&path) {
        Ok(()) => Ok(Value::Int(0)),
        Err(error) => Err(interp.file_error(&error, "dir_s_rmdir", &text)),
    }
}

fn home(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let home = interp
        .world
        .env("HOME")
        .unwrap_or_else(|| interp.world.user().home.to_string_lossy().into_owned());
    Ok(Value::str(home))
}
