//! Constants and class variables of a `Module`.

use super::module::this_class;
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};

use std::rc::Rc;

pub(super) const METHODS: Rows = &[
    row("const_get", 1, 2, const_get),
    row("const_set", 2, 2, const_set),
    row("const_defined?", 1, 2, const_defined),
    row("const_missing", 1, 1, const_missing),
    row("constants", 0, 1, constants),
    row("remove_const", 1, 1, remove_const),
    any("private_constant", 0, private_constant),
    row("class_variable_get", 1, 1, cvar_get),
    row("class_variable_set", 2, 2, cvar_set),
    row("class_variable_defined?", 1, 1, cvar_defined),
    row("class_variables", 0, 1, cvars),
];

fn const_get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut class = this_class(interp, this);
    let path = interp.name_arg(&args.get(0))?.name();
    let inherited = args.opt(1).is_none_or(Value::truthy);
    let mut value = Value::Class(Rc::clone(&class));
    for (i, part) in path.split("::").enumerate() {
        if part.is_empty() && i == 0 {
            class = Rc::clone(&interp.core.object);
            continue;
        }
        if !part.chars().next().is_some_and(char::is_uppercase) {
            let message = format!("wrong constant name {part}");
            return Err(interp.name_error("NameError", message, this, Sym::new(part), Vec::new()));
        }
        let name = Sym::new(part);
        value = match interp.const_in(&class, name, inherited && i == 0)? {
            Some(value) => value,
            None => interp.const_missing(&class, name)?,
        };
        if let Value::Class(inner) = &value {
            class = Rc::clone(inner);
        }
    }
    Ok(value)
}

fn const_set(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    if !name.name().chars().next().is_some_and(char::is_uppercase) {
        let message = format!("wrong constant name {name}");
        return Err(interp.name_error("NameError", message, this, name, Vec::new()));
    }
    interp.set_const(&class, name, args.get(1));
    Ok(args.get(1))
}

fn const_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut class = this_class(interp, this);
    let path = interp.name_arg(&args.get(0))?.name();
    for part in path.split("::").filter(|part| !part.is_empty()) {
        match interp.const_in(&class, Sym::new(part), true)? {
            Some(Value::Class(inner)) => class = inner,
            Some(_) => {}
            None => return Ok(Value::Bool(false)),
        }
    }
    Ok(Value::Bool(true))
}

fn const_missing(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    interp.no_constant(&class, name)
}

fn constants(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let hidden = class.private_consts.borrow().clone();
    let names: Vec<Value> = class
        .consts
        .borrow()
        .keys()
        .filter(|name| !hidden.contains(name))
        .map(|name| Value::Sym(*name))
        .collect();
    Ok(Value::array(names))
}

fn remove_const(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    let removed = class.consts.borrow_mut().shift_remove(&name);
    match removed {
        Some(value) => Ok(value),
        None => {
            let message = format!("constant {}::{name} not defined", class.display_name());
            Err(interp.name_error("NameError", message, this, name, Vec::new()))
        }
    }
}

fn private_constant(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for name in &args.list {
        let name = interp.name_arg(name)?;
        class.private_consts.borrow_mut().push(name);
    }
    Ok(Value::Nil)
}

fn cvar_get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    match Interp::class_var_in(&class, name) {
        Some((_, value)) => Ok(value),
        None => {
            let message = format!(
                "uninitialized class variable {name} in {}",
                class.display_name()
            );
            Err(interp.name_error("NameError", message, this, name, Vec::new()))
        }
    }
}

fn cvar_set(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    let home = Interp::class_var_in(&class, name).map_or(class, |(home, _)| home);
    home.cvars.borrow_mut().insert(name, args.get(1));
    Ok(args.get(1))
}

fn cvar_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    Ok(Value::Bool(Interp::class_var_in(&class, name).is_some()))
}

fn cvars(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let mut names = Vec::new();
    for class in class.ancestors() {
        names.extend(class.cvars.borrow().keys().map(|name| Value::Sym(*name)));
    }
    Ok(Value::array(names))
}
