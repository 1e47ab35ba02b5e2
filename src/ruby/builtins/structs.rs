//! `Struct`.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Alloc, Args, Data, MethodBody, StructShape, Value, Visibility};

const SINGLETON: Rows = &[any_keywords("new", 0, new)];

const MADE: Rows = &[
    any_keywords("new []", 0, make),
    row("members", 0, 0, class_members),
    row("keyword_init?", 0, 0, keyword_init),
];

const METHODS: Rows = &[
    any_keywords("initialize", 0, initialize),
    row("members", 0, 0, members),
    row("to_a values deconstruct", 0, 0, to_a),
    row("to_h", 0, 0, to_h),
    row("deconstruct_keys", 1, 1, to_h),
    row("[]", 1, 1, get),
    row("[]=", 2, 2, put),
    any("dig", 1, dig),
    row("each", 0, 0, each),
    row("each_pair", 0, 0, each_pair),
    row("==", 1, 1, equal),
    row("eql?", 1, 1, eql),
    row("hash", 0, 0, hash),
    row("length size", 0, 0, size),
    any("values_at", 0, values_at),
    row("inspect to_s", 0, 0, inspect),
];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.struct_class);
    class.alloc.set(Alloc::Struct);
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
}

fn new(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Value::Class(base) = this else {
        return Ok(Value::Nil);
    };
    let keywords = args
        .keyword("keyword_init")
        .is_some_and(|value| value.truthy());
    let mut list = args.list.as_slice();
    let mut constant = None;
    if let Some(Value::Str(name)) = list.first() {
        constant = Some(name.text());
        list = list.get(1..).unwrap_or_default();
    }
    let mut names = Vec::new();
    for name in list {
        let name = interp.name_arg(name)?;
        if names.contains(&name) {
            return Err(interp.raise("ArgumentError", format!("duplicate member: {name}")));
        }
        names.push(name);
    }
    let class = interp.new_class(Some(base));
    class.from_ruby.set(!interp.in_library);
    for (index, name) in names.iter().enumerate() {
        interp.add_method(&class, *name, MethodBody::Member(index), Visibility::Public);
        let setter = Sym::new(&format!("{name}="));
        interp.add_method(
            &class,
            setter,
            MethodBody::MemberWriter(index),
            Visibility::Public,
        );
    }
    *class.members.borrow_mut() = Some(Rc::new(StructShape { names, keywords }));
    interp.add_singleton_rows(&class, MADE);
    let value = Value::Class(Rc::clone(&class));
    if let Some(name) = constant {
        if !name.starts_with(|first: char| first.is_uppercase()) {
            let message = format!("identifier {name} needs to be constant");
            return Err(interp.raise("NameError", message));
        }
        interp.set_const(base, Sym::new(&name), value.clone());
    }
    if let Some(block) = &args.block {
        interp.class_exec(block, &class, Args::new([value.clone()]))?;
    }
    Ok(value)
}

fn make(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let object = interp.send_list(this, "allocate", &[])?;
    interp.send(&object, Sym::new("initialize"), args.clone())?;
    Ok(object)
}

fn shape(interp: &mut Interp, this: &Value) -> Rc<StructShape> {
    let class = match this {
        Value::Class(class) => Rc::clone(class),
        _ => interp.real_class_of(this),
    };
    let shape = class.members.borrow().clone();
    shape.unwrap_or_else(|| {
        Rc::new(StructShape {
            names: Vec::new(),
            keywords: false,
        })
    })
}

fn symbols(names: &[Sym]) -> Value {
    Value::array(
        names
            .iter()
            .map(|name| Value::Sym(*name))
            .collect::<Vec<_>>(),
    )
}

fn class_members(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(symbols(&shape(interp, this).names))
}

fn keyword_init(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(if shape(interp, this).keywords {
        Value::Bool(true)
    } else {
        Value::Nil
    })
}

fn set_values(this: &Value, values: Vec<Value>) {
    if let Value::Object(object) = this {
        let old = object.data.replace(Data::Struct(values));
        drop(old);
    }
}

fn values_of(this: &Value) -> Vec<Value> {
    match this {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Struct(values) => values.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let shape = shape(interp, this);
    let mut values = vec![Value::Nil; shape.names.len()];
    if shape.keywords {
        if !args.is_empty() {
            let given = args.len();
            return Err(interp.raise(
                "ArgumentError",
                format!("wrong number of arguments (given {given}, expected 0)"),
            ));
        }
        let mut unknown = Vec::new();
        for (key, value) in args
            .keywords
            .as_ref()
            .map(|k| k.pairs())
            .unwrap_or_default()
        {
            let at = key
                .as_name()
                .and_then(|key| shape.names.iter().position(|name| name.is(&key)));
            match at.and_then(|at| values.get_mut(at)) {
                Some(slot) => *slot = value,
                None => unknown.push(key.as_name().unwrap_or_default()),
            }
        }
        if !unknown.is_empty() {
            return Err(interp.raise(
                "ArgumentError",
                format!("unknown keywords: {}", unknown.join(", ")),
            ));
        }
    } else {
        let list = args.folded();
        if list.len() > values.len() {
            return Err(interp.raise("ArgumentError", "struct size differs"));
        }
        for (slot, value) in values.iter_mut().zip(list) {
            *slot = value;
        }
    }
    set_values(this, values);
    Ok(Value::Nil)
}

fn members(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(symbols(&shape(interp, this).names))
}

fn to_a(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(values_of(this)))
}

fn to_h(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let shape = shape(interp, this);
    let pairs = shape
        .names
        .iter()
        .map(|name| Value::Sym(*name))
        .zip(values_of(this));
    let hash = Value::hash(pairs);
    match &args.block {
        Some(_) => interp.send(
            &hash,
            Sym::new("to_h"),
            Args::default().with_block(args.block.clone()),
        ),
        None => Ok(hash),
    }
}

fn place(interp: &mut Interp, this: &Value, key: &Value) -> Outcome<usize> {
    let shape = shape(interp, this);
    let size = shape.names.len();
    match key {
        Value::Int(index) => {
            let at = if *index < 0 {
                index + size as i64
            } else {
                *index
            };
            match usize::try_from(at).ok().filter(|at| *at < size) {
                Some(at) => Ok(at),
                None => {
                    let side = if *index < 0 { "small" } else { "large" };
                    let message = format!("offset {index} too {side} for struct(size:{size})");
                    Err(interp.raise("IndexError", message))
                }
            }
        }
        key => {
            let name = interp.name_arg(key)?;
            match shape.names.iter().position(|known| *known == name) {
                Some(at) => Ok(at),
                None => {
                    let message = format!("no member '{name}' in struct");
                    Err(interp.name_error("NameError", message, this, name, Vec::new()))
                }
            }
        }
    }
}

fn get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let at = place(interp, this, &args.get(0))?;
    Ok(values_of(this).get(at).cloned().unwrap_or_default())
}

fn put(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.check_frozen(this)?;
    let at = place(interp, this, &args.get(0))?;
    let mut values = values_of(this);
    if let Some(slot) = values.get_mut(at) {
        *slot = args.get(1);
    }
    set_values(this, values);
    Ok(args.get(1))
}

fn dig(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = get(interp, this, &Args::new([args.get(0)]))?;
    interp.dig_on(&found, args.list.get(1..).unwrap_or_default())
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each"),
            Vec::new(),
        ));
    };
    for value in values_of(this) {
        interp.call_block(&block, &[value])?;
    }
    Ok(this.clone())
}

fn each_pair(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        let name = Sym::new("each_pair");
        return Ok(super::object::enumerator(interp, this, name, Vec::new()));
    };
    let shape = shape(interp, this);
    for (name, value) in shape.names.iter().zip(values_of(this)) {
        interp.call_pair(&block, Value::Sym(*name), value)?;
    }
    Ok(this.clone())
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    let same_class = Rc::ptr_eq(&interp.real_class_of(this), &interp.real_class_of(&other));
    if !same_class {
        return Ok(Value::Bool(false));
    }
    let (a, b) = (
        Value::array(values_of(this)),
        Value::array(values_of(&other)),
    );
    Ok(Value::Bool(interp.equal(&a, &b)?))
}

fn eql(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (a, b) = (
        crate::ruby::value::Key(this.clone()),
        crate::ruby::value::Key(args.get(0)),
    );
    Ok(Value::Bool(a == b))
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    crate::ruby::value::Key(this.clone()).hash(&mut hasher);
    Ok(Value::Int((hasher.finish() >> 2) as i64))
}

fn size(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(values_of(this).len()))
}

fn values_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.send_list(&Value::array(values_of(this)), "values_at", &args.list)
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let shape = shape(interp, this);
    let class = interp.real_class_of(this);
    let name = class.name.borrow().clone();
    let head = name.map_or_else(
        || "#<struct ".to_owned(),
        |name| format!("#<struct {name} "),
    );
    let values = values_of(this);
    let shown = interp.once_per_object(this, |interp| {
        let mut parts = Vec::new();
        for (name, value) in shape.names.iter().zip(values) {
            parts.push(format!("{name}={}", interp.inspect(&value)?));
        }
        Ok(parts.join(", "))
    })?;
    let shown = shown.unwrap_or_else(|| "...".to_owned());
    Ok(Value::str(format!("{head}{shown}>")))
}
