//! What every object answers: `Object` and the public part of `Kernel`.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Caller, Interp, Rows, any, any_keywords, row, row_keywords};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{
    Args, Data, Enumerator, MethodObject, Object, RArray, RString, Value, Visibility,
};

const BASIC: Rows = &[
    row("==", 1, 1, identical),
    row("equal?", 1, 1, identical),
    row("!", 0, 0, not),
    row("!=", 1, 1, not_equal),
    row("__id__", 0, 0, object_id),
    any_keywords("__send__", 1, send),
    any_keywords("instance_eval", 0, instance_eval),
    any_keywords("instance_exec", 0, instance_exec),
];

const BASIC_PRIVATE: Rows = &[
    row("initialize", 0, 0, initialize),
    any("method_missing", 1, method_missing),
    row("singleton_method_added", 1, 1, nothing),
];

const METHODS: Rows = &[
    row("===", 1, 1, case_equal),
    row("=~", 1, 1, nothing),
    row("!~", 1, 1, no_match),
    row("<=>", 1, 1, compare),
    row("eql?", 1, 1, eql),
    row("hash", 0, 0, hash),
    row("object_id", 0, 0, object_id),
    row("class", 0, 0, class),
    row("singleton_class", 0, 0, singleton_class),
    row("frozen?", 0, 0, is_frozen),
    row("freeze", 0, 0, freeze),
    row("dup", 0, 0, dup),
    row_keywords("clone", 0, 0, clone),
    row("itself", 0, 0, itself),
    row("then yield_self", 0, 0, then),
    row("tap", 0, 0, tap),
    row("nil?", 0, 0, is_nil),
    row("is_a? kind_of?", 1, 1, is_a),
    row("instance_of?", 1, 1, instance_of),
    row("respond_to?", 1, 2, respond_to),
    any_keywords("send", 1, send),
    any_keywords("public_send", 1, public_send),
    row("method public_method", 1, 1, method),
    row("methods public_methods", 0, 1, methods),
    row("singleton_methods", 0, 1, singleton_methods),
    row("private_methods", 0, 1, private_methods),
    any_keywords("define_singleton_method", 1, define_singleton_method),
    row("singleton_method", 1, 1, method),
    any("extend", 1, extend),
    row("instance_variable_get", 1, 1, ivar_get),
    row("instance_variable_set", 2, 2, ivar_set),
    row("instance_variable_defined?", 1, 1, ivar_defined),
    row("instance_variables", 0, 0, ivars),
    row("remove_instance_variable", 1, 1, remove_ivar),
    row("inspect", 0, 0, inspect),
    row("pretty_inspect", 0, 0, |interp, this, _| {
        // Ruby breaks lines of more than 80 letters; what fits on one is the same.
        interp.inspect(this).map(|text| Value::str(text + "\n"))
    }),
    row("to_s", 0, 0, to_s),
    row("display", 0, 1, display),
    any("to_enum enum_for", 0, to_enum),
    row("instance_variable_names", 0, 0, ivar_names),
];

const PRIVATE: Rows = &[
    row("respond_to_missing?", 2, 2, answer_false),
    row("initialize_copy", 1, 1, itself),
];

const MAIN: Rows = &[row("to_s inspect", 0, 0, main_to_s)];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.basic_object, BASIC);
    interp.add_rows_as(&core.basic_object, BASIC_PRIVATE, Visibility::Private);
    interp.add_rows(&core.kernel, METHODS);
    interp.add_rows_as(&core.kernel, PRIVATE, Visibility::Private);
    interp.add_rows(&core.nil, super::nil_bool::NIL);
    interp.add_rows(&core.true_class, super::nil_bool::BOOL);
    interp.add_rows(&core.false_class, super::nil_bool::BOOL);
    let main = interp.main.clone();
    let single = match interp.singleton_class(&main) {
        Ok(single) => single,
        Err(_) => return,
    };
    interp.add_rows(&single, MAIN);
}

fn main_to_s(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::str("main"))
}

fn initialize(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn nothing(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn answer_false(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(false))
}

fn identical(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let other = args.get(0);
    let same = match this {
        // `==` of values without a `==` of their own.
        Value::Int(_) | Value::Float(_) | Value::Big(_) => interp.equal(this, &other)?,
        _ => this.same(&other),
    };
    Ok(Value::Bool(same))
}

fn not(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(!this.truthy()))
}

fn not_equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(!interp.equal(this, &args.get(0))?))
}

fn no_match(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let answer = interp.send_list(this, "=~", &[args.get(0)])?;
    Ok(Value::Bool(!answer.truthy()))
}

fn case_equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &args.get(0))?))
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let same = interp.equal(this, &args.get(0))?;
    Ok(if same { Value::Int(0) } else { Value::Nil })
}

fn eql(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.prepare_key(this)?;
    interp.prepare_key(&args.get(0))?;
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

fn object_id(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this.identity()))
}

fn class(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Class(match this {
        Value::Class(class) if class.is_module => Rc::clone(&interp.core.module),
        Value::Class(_) => Rc::clone(&interp.core.class),
        _ => interp.real_class_of(this),
    }))
}

fn singleton_class(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Class(interp.singleton_class(this)?))
}

fn is_frozen(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(interp.is_frozen(this)))
}

fn freeze(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    match this {
        Value::Str(x) => x.frozen.set(true),
        Value::Array(x) => x.frozen.set(true),
        Value::Hash(x) => x.frozen.set(true),
        Value::Object(x) => x.frozen.set(true),
        Value::Class(x) => x.frozen.set(true),
        _ => {}
    }
    Ok(this.clone())
}

/// Returns a shallow copy that is not frozen.
pub(in crate::ruby) fn copy(interp: &mut Interp, this: &Value) -> Outcome {
    let special = |extra: &std::cell::RefCell<Option<Box<crate::ruby::value::Extra>>>| {
        extra.borrow().as_ref().map(|extra| {
            Box::new(crate::ruby::value::Extra {
                class: extra.class.as_ref().map(|class| class.real()),
                ivars: extra.ivars.clone(),
            })
        })
    };
    Ok(match this {
        Value::Str(x) => {
            let new = RString::from_bytes(x.to_bytes());
            new.binary.set(x.binary.get());
            *new.extra.borrow_mut() = special(&x.extra);
            Value::Str(Rc::new(new))
        }
        Value::Array(x) => {
            let new = RArray::default();
            *new.items.borrow_mut() = x.to_vec();
            *new.extra.borrow_mut() = special(&x.extra);
            Value::Array(Rc::new(new))
        }
        Value::Hash(x) => {
            let new = x.copy();
            *new.extra.borrow_mut() = special(&x.extra);
            Value::Hash(Rc::new(new))
        }
        Value::Object(x) => {
            let data = match &*x.data.borrow() {
                Data::None => Data::None,
                Data::Exception(data) => Data::Exception(data.clone()),
                Data::Struct(values) => Data::Struct(values.clone()),
                Data::Set(set) => Data::Set(Rc::new(set.copy())),
                Data::Time(time) => Data::Time(*time),
                Data::Date(days) => Data::Date(*days),
                Data::Match(found) => Data::Match(Rc::clone(found)),
                Data::Method(method) => Data::Method(method.clone()),
                Data::Enumerator(inner) => Data::Enumerator(inner.clone()),
                Data::Binding(env) => Data::Binding(std::cell::RefCell::new(env.borrow().clone())),
                Data::Rational(a, b) => Data::Rational(Rc::clone(a), Rc::clone(b)),
                Data::Text(text) => Data::Text(Rc::clone(text)),
                Data::Host(inner) => Data::Host(Rc::clone(inner)),
            };
            let new = Object::new(x.real_class(), data);
            *new.ivars.borrow_mut() = x.ivars.borrow().clone();
            Value::Object(new)
        }
        Value::Class(class) => {
            let above = class.superclass.borrow().clone();
            let new = if class.is_module {
                interp.new_module()
            } else {
                interp.new_class(above.as_ref())
            };
            new.alloc.set(class.alloc.get());
            *new.members.borrow_mut() = class.members.borrow().clone();
            *new.methods.borrow_mut() = class.methods.borrow().clone();
            *new.consts.borrow_mut() = class.consts.borrow().clone();
            *new.includes.borrow_mut() = class.includes.borrow().clone();
            *new.ivars.borrow_mut() = class.ivars.borrow().clone();
            Value::Class(new)
        }
        other => other.clone(),
    })
}

fn dup(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let new = copy(interp, this)?;
    if matches!(this, Value::Object(_)) {
        interp.send_list(&new, "initialize_copy", &[this.clone()])?;
    }
    Ok(new)
}

fn clone(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let new = copy(interp, this)?;
    if let (Value::Object(old), Value::Object(made)) = (this, &new) {
        let class = old.class();
        if class.is_singleton {
            let single = interp.singleton_class(&new)?;
            *single.methods.borrow_mut() = class.methods.borrow().clone();
            *single.includes.borrow_mut() = class.includes.borrow().clone();
            interp.forget_methods();
        }
        interp.send_list(&new, "initialize_copy", &[this.clone()])?;
        made.frozen.set(false);
    }
    let keep = args.keyword("freeze").is_none_or(|freeze| freeze.truthy());
    if keep && interp.is_frozen(this) {
        freeze(interp, &new, args)?;
    }
    Ok(new)
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn then(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    interp.call_block(&block, std::slice::from_ref(this))
}

fn tap(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    interp.call_block(&block, std::slice::from_ref(this))?;
    Ok(this.clone())
}

fn is_nil(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this.is_nil()))
}

fn class_arg(interp: &mut Interp, value: &Value) -> Outcome<Rc<crate::ruby::value::Class>> {
    match value {
        Value::Class(class) => Ok(Rc::clone(class)),
        _ => Err(interp.raise("TypeError", "class or module required")),
    }
}

fn is_a(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = class_arg(interp, &args.get(0))?;
    Ok(Value::Bool(interp.is_a(this, &class)))
}

fn instance_of(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = class_arg(interp, &args.get(0))?;
    Ok(Value::Bool(Rc::ptr_eq(&interp.real_class_of(this), &class)))
}

fn respond_to(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    if interp.responds(this, &name.name()) {
        return Ok(Value::Bool(true));
    }
    if args.get(1).truthy() {
        let class = interp.class_of(this);
        if interp.find_method(&class, name).is_some() {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(interp.responds_missing(this, name)?))
}

fn without_first(args: &Args) -> Args {
    let mut args = args.clone();
    if !args.list.is_empty() {
        args.list.remove(0);
    }
    args
}

fn send(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    interp.dispatch(this, name, without_first(args), Caller::Own)
}

fn public_send(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    interp.dispatch(this, name, without_first(args), Caller::Other(&Value::Nil))
}

fn method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    let class = interp.class_of(this);
    let method = interp.find_method(&class, name);
    let native = matches!(this, Value::Native(_)) && interp.responds(this, &name.name());
    if method.is_none() && !native && !interp.responds_missing(this, name)? {
        let class = class.real();
        return Err(interp.undefined_in(&class, name));
    }
    let object = Object::new(
        Rc::clone(&interp.core.method),
        Data::Method(MethodObject {
            receiver: Some(this.clone()),
            name,
            method,
        }),
    );
    Ok(Value::Object(object))
}

fn method_names(interp: &mut Interp, this: &Value, visibility: Visibility, all: bool) -> Value {
    let mut names: Vec<Sym> = Vec::new();
    for class in interp.class_of(this).ancestors() {
        if !all && Rc::ptr_eq(&class, &interp.core.object) {
            break;
        }
        for (name, method) in class.methods.borrow().iter() {
            if method.visibility == visibility && !names.contains(name) {
                names.push(*name);
            }
        }
    }
    Value::array(names.into_iter().map(Value::Sym).collect::<Vec<_>>())
}

fn methods(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let all = args.opt(0).is_none_or(Value::truthy);
    Ok(method_names(interp, this, Visibility::Public, all))
}

fn singleton_methods(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut names = Vec::new();
    let mut class = interp.class_of(this);
    while class.is_singleton {
        names.extend(class.methods.borrow().keys().copied());
        for module in class.includes.borrow().iter() {
            names.extend(module.methods.borrow().keys().copied());
        }
        let Some(above) = class.superclass.borrow().clone() else {
            break;
        };
        class = above;
    }
    Ok(Value::array(
        names.into_iter().map(Value::Sym).collect::<Vec<_>>(),
    ))
}

fn private_methods(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let all = args.opt(0).is_none_or(Value::truthy);
    Ok(method_names(interp, this, Visibility::Private, all))
}

fn define_singleton_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = interp.singleton_class(this)?;
    interp.send(
        &Value::Class(class),
        Sym::new("define_method"),
        args.clone(),
    )
}

fn extend(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for module in args.list.iter().rev() {
        let Value::Class(module) = module else {
            let word = interp.type_word(module);
            return Err(interp.raise(
                "TypeError",
                format!("wrong argument type {word} (expected module)"),
            ));
        };
        let class = interp.singleton_class(this)?;
        interp.include(&class, module);
        interp.send_list(
            &Value::Class(Rc::clone(module)),
            "extended",
            &[this.clone()],
        )?;
    }
    Ok(this.clone())
}

fn ivar_name(interp: &mut Interp, value: &Value) -> Outcome<Sym> {
    let name = interp.name_arg(value)?;
    if name.name().starts_with('@') {
        return Ok(name);
    }
    let message = format!("'{name}' is not allowed as an instance variable name");
    Err(interp.name_error("NameError", message, &Value::Nil, name, Vec::new()))
}

fn ivar_get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = ivar_name(interp, &args.get(0))?;
    Ok(interp.ivar_get(this, name))
}

fn ivar_set(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = ivar_name(interp, &args.get(0))?;
    interp.ivar_set(this, name, args.get(1))?;
    Ok(args.get(1))
}

fn ivar_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = ivar_name(interp, &args.get(0))?;
    Ok(Value::Bool(interp.ivar_names(this).contains(&name)))
}

fn ivars(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let names = interp.ivar_names(this);
    Ok(Value::array(
        names.into_iter().map(Value::Sym).collect::<Vec<_>>(),
    ))
}

fn ivar_names(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let names = interp.ivar_names(this);
    Ok(Value::array(
        names
            .into_iter()
            .map(|name| Value::str(name.name()))
            .collect::<Vec<_>>(),
    ))
}

fn remove_ivar(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = ivar_name(interp, &args.get(0))?;
    let removed = match this {
        Value::Object(object) => object.ivars.borrow_mut().shift_remove(&name),
        Value::Class(class) => class.ivars.borrow_mut().shift_remove(&name),
        _ => None,
    };
    match removed {
        Some(value) => Ok(value),
        None => {
            let message = format!(
                "instance variable {name} not defined for {}",
                interp.describe(this)
            );
            Err(interp.name_error("NameError", message, this, name, Vec::new()))
        }
    }
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    if let Value::Native(native) = this {
        return Ok(Value::str(
            native
                .inspect()
                .unwrap_or_else(|| format!("#<{}>", native.class_name())),
        ));
    }
    let names = interp.ivar_names(this);
    if names.is_empty() {
        // `inspect` follows a `to_s` of the program only in old Rubies.
        return Ok(Value::str(interp.plain_inspect(this)));
    }
    let head = interp.plain_inspect(this);
    let head = head.trim_end_matches('>').to_owned();
    let shown = interp.once_per_object(this, |interp| {
        let mut parts = Vec::new();
        for name in names {
            let value = interp.ivar_get(this, name);
            parts.push(format!("{name}={}", interp.inspect(&value)?));
        }
        Ok(parts.join(", "))
    })?;
    let shown = shown.unwrap_or_else(|| "...".to_owned());
    Ok(Value::str(format!("{head} {shown}>")))
}

fn to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::str(match this {
        Value::Native(native) => format!("#<{}>", native.class_name()),
        _ => interp.plain_inspect(this),
    }))
}

fn display(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let text = interp.text(this)?;
    interp.print(text.as_bytes())?;
    Ok(Value::Nil)
}

fn to_enum(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let method = match args.opt(0) {
        Some(name) => interp.name_arg(name)?,
        None => Sym::new("each"),
    };
    let rest = args.list.get(1..).unwrap_or_default().to_vec();
    Ok(enumerator(interp, this, method, rest))
}

/// Returns an Enumerator over a call that waits for its block.
pub(in crate::ruby) fn enumerator(
    interp: &Interp,
    receiver: &Value,
    method: Sym,
    args: Vec<Value>,
) -> Value {
    Value::Object(Object::new(
        Rc::clone(&interp.core.enumerator),
        Data::Enumerator(Enumerator {
            receiver: receiver.clone(),
            method,
            args,
            block: None,
            lazy: false,
            position: Rc::default(),
            site: None,
        }),
    ))
}

fn instance_eval(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match (&args.block, args.opt(0)) {
        (Some(block), _) => interp.instance_exec(block, this, Args::new([this.clone()])),
        (None, Some(text)) => {
            let text = interp.str_arg(text)?;
            eval_text_on(interp, this, &text, args)
        }
        (None, None) => Err(interp.raise(
            "ArgumentError",
            "wrong number of arguments (given 0, expected 1..3)",
        )),
    }
}

/// Evaluates text with another `self`.
pub(in crate::ruby) fn eval_text_on(
    interp: &mut Interp,
    this: &Value,
    text: &str,
    args: &Args,
) -> Outcome {
    let name = match args.get(1) {
        Value::Nil => "(eval)".to_owned(),
        name => interp.str_arg(&name)?,
    };
    let line = args.get(2).as_int().unwrap_or(1);
    let file = crate::source::SourceFile::new(name.as_str(), "");
    let mut env = interp.top_env(&file);
    let (module, definee) = match this {
        Value::Class(class) => (Some(Rc::clone(class)), Some(Rc::clone(class))),
        Value::Object(_) => (None, Some(interp.singleton_class(this)?)),
        _ => (None, None),
    };
    let old = Rc::clone(&env.frame);
    let cref = match module {
        Some(module) => Rc::new(crate::ruby::scope::Cref {
            module,
            outer: Some(Rc::clone(&old.cref)),
        }),
        None => Rc::clone(&old.cref),
    };
    env.frame = Rc::new(crate::ruby::scope::Frame {
        this: this.clone(),
        method: None,
        cref,
        definee,
        block: None,
        visibility: std::cell::Cell::new(Visibility::Public),
        module_function: std::cell::Cell::new(false),
        file,
    });
    interp
        .eval_text(text, &env, &name, line)
        .map(|(value, _)| value)
}

fn instance_exec(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let mut args = args.clone();
    args.block = None;
    interp.instance_exec(&block, this, args)
}

fn method_missing(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let name = interp.name_arg(&args.get(0))?;
    let class = interp.class_of(this);
    let hidden = interp
        .find_method(&class, name)
        .map(|method| method.visibility);
    let kind = match hidden {
        Some(Visibility::Private) => "private",
        Some(Visibility::Protected) => "protected",
        _ => return Err(interp.no_method(this, &name.name())),
    };
    let shown = interp.describe(this);
    let message = format!("{kind} method `{name}' called for {shown}");
    Err(interp.name_error("NoMethodError", message, this, name, Vec::new()))
}
