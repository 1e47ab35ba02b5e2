//! `ENV`.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Object, Value};

const METHODS: Rows = &[
    row("[]", 1, 1, get),
    row("[]= store", 2, 2, set),
    row("fetch", 1, 2, fetch),
    row("key? has_key? include? member?", 1, 1, has_key),
    row("delete", 1, 1, delete),
    row("to_h to_hash", 0, 0, to_h),
    any("update merge!", 0, update),
    row("replace", 1, 1, replace),
    row("clear", 0, 0, clear),
    row("each each_pair", 0, 0, each),
    row("to_s", 0, 0, to_s),
    row("inspect", 0, 0, inspect),
    row("keys", 0, 0, |i, t, a| as_hash(i, t, a, "keys")),
    row("values", 0, 0, |i, t, a| as_hash(i, t, a, "values")),
    row("size length", 0, 0, |i, t, a| as_hash(i, t, a, "size")),
    row("empty?", 0, 0, |i, t, a| as_hash(i, t, a, "empty?")),
    row("select filter", 0, 0, |i, t, a| as_hash(i, t, a, "select")),
    row("reject", 0, 0, |i, t, a| as_hash(i, t, a, "reject")),
    row("map", 0, 0, |i, t, a| as_hash(i, t, a, "map")),
    row("any?", 0, 1, |i, t, a| as_hash(i, t, a, "any?")),
    row("find detect", 0, 0, |i, t, a| as_hash(i, t, a, "find")),
    row("to_a", 0, 0, |i, t, a| as_hash(i, t, a, "to_a")),
    row("value? has_value?", 1, 1, |i, t, a| {
        as_hash(i, t, a, "value?")
    }),
    row("key", 1, 1, |i, t, a| as_hash(i, t, a, "key")),
    any("values_at", 0, |i, t, a| as_hash(i, t, a, "values_at")),
    any("slice", 0, |i, t, a| as_hash(i, t, a, "slice")),
    any("except", 0, |i, t, a| as_hash(i, t, a, "except")),
    row("sort", 0, 0, |i, t, a| as_hash(i, t, a, "sort")),
    row("each_with_object", 1, 1, |i, t, a| {
        as_hash(i, t, a, "each_with_object")
    }),
];

pub(super) fn install(interp: &mut Interp) {
    let object = Value::Object(Object::new(Rc::clone(&interp.core.object), Data::None));
    if let Ok(single) = interp.singleton_class(&object) {
        let enumerable = Rc::clone(&interp.core.enumerable);
        interp.include(&single, &enumerable);
        interp.add_rows(&single, METHODS);
    }
    interp.define_global_constant("ENV", object);
}

fn frozen(text: String) -> Value {
    let value = Value::from(text);
    if let Value::Str(text) = &value {
        text.frozen.set(true);
    }
    value
}

fn get(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = interp.str_arg(&args.get(0))?;
    Ok(interp.world.env(&name).map_or(Value::Nil, frozen))
}

fn set(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = interp.str_arg(&args.get(0))?;
    match args.get(1) {
        Value::Nil => interp.world.set_env(&name, None),
        value => {
            let value = interp.str_arg(&value)?;
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                return Err(interp.raise(
                    "Errno::EINVAL",
                    format!("Invalid argument - setenv({name})"),
                ));
            }
            interp.world.set_env(&name, Some(&value));
        }
    }
    Ok(args.get(1))
}

fn fetch(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.str_arg(&args.get(0))?;
    if let Some(value) = interp.world.env(&name) {
        return Ok(frozen(value));
    }
    match (&args.block, args.opt(1)) {
        (Some(block), _) => interp.call_block(block, &[args.get(0)]),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => {
            let flow = interp.raise("KeyError", format!("key not found: {name:?}"));
            if let Some(exception) = flow.exception() {
                let names = interp
                    .world
                    .env_all()
                    .into_iter()
                    .map(|(name, _)| name)
                    .collect();
                super::exception::change(exception, |data| {
                    data.receiver = Some(this.clone());
                    data.name = Some(Value::str(&name));
                    data.candidates = Rc::new(names);
                });
            }
            Err(flow)
        }
    }
}

fn has_key(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = interp.str_arg(&args.get(0))?;
    Ok(Value::Bool(interp.world.env(&name).is_some()))
}

fn delete(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let name = interp.str_arg(&args.get(0))?;
    let old = interp.world.env(&name);
    interp.world.set_env(&name, None);
    Ok(old.into())
}

fn hash_of(interp: &Interp) -> Value {
    let pairs = interp.world.env_all();
    Value::hash(
        pairs
            .into_iter()
            .map(|(name, value)| (frozen(name), frozen(value))),
    )
}

fn as_hash(interp: &mut Interp, _: &Value, args: &Args, name: &str) -> Outcome {
    let hash = hash_of(interp);
    interp.send(&hash, Sym::new(name), args.clone())
}

fn to_h(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let hash = hash_of(interp);
    interp.send(&hash, Sym::new("to_h"), args.clone())
}

fn update(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for other in &args.list {
        for (key, value) in interp.hash_arg(other)?.pairs() {
            set(interp, this, &Args::new([key, value]))?;
        }
    }
    Ok(this.clone())
}

fn replace(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    clear(interp, this, args)?;
    update(interp, this, args)
}

fn clear(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    for (name, _) in interp.world.env_all() {
        interp.world.set_env(&name, None);
    }
    Ok(this.clone())
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = hash_of(interp);
    interp.send(&hash, Sym::new("each"), args.clone())?;
    Ok(this.clone())
}

fn to_s(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::str("ENV"))
}

fn inspect(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    let hash = hash_of(interp);
    Ok(Value::str(interp.inspect(&hash)?))
}
