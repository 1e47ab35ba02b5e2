//! `Module` and `Class`.

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, any_keywords, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{
    Alloc, Args, Class, Data, ExceptionData, Method, MethodBody, MethodObject, Object, RArray,
    RHash, RString, Value, Visibility,
};

const METHODS: Rows = &[
    row("name", 0, 0, name),
    row("to_s inspect", 0, 0, to_s),
    row("===", 1, 1, case_equal),
    row("==", 1, 1, equal),
    row("<", 1, 1, below),
    row("<=", 1, 1, at_or_below),
    row(">", 1, 1, above),
    row(">=", 1, 1, at_or_above),
    row("<=>", 1, 1, compare),
    row("hash", 0, 0, hash),
    row("ancestors", 0, 0, ancestors),
    row("included_modules", 0, 0, included_modules),
    row("include?", 1, 1, is_included),
    any("include", 1, include),
    any("prepend", 1, prepend),
    row(
        "included extended prepended inherited const_added method_added method_removed",
        1,
        1,
        hook,
    ),
    row(
        "instance_methods public_instance_methods",
        0,
        1,
        instance_methods,
    ),
    row("private_instance_methods", 0, 1, private_instance_methods),
    row(
        "instance_method public_instance_method",
        1,
        1,
        instance_method,
    ),
    row(
        "method_defined? public_method_defined?",
        1,
        2,
        method_defined,
    ),
    row("instance_methods_list", 0, 1, instance_methods),
    row("private_method_defined?", 1, 2, private_method_defined),
    row("protected_method_defined?", 1, 2, protected_method_defined),
    row("const_source_location", 1, 2, hook),
    any("public_constant deprecate_constant", 0, hook_any),
    any("attr_reader attr", 0, attr_reader),
    any("attr_writer", 0, attr_writer),
    any("attr_accessor", 0, attr_accessor),
    row("define_method", 1, 2, define_method),
    row("alias_method", 2, 2, alias_method),
    any("remove_method", 0, remove_method),
    any("undef_method", 0, undef_method),
    any("public", 0, public),
    any("private", 0, private),
    any("protected", 0, protected),
    any("module_function", 0, module_function),
    any("private_class_method", 0, private_class_method),
    any("public_class_method", 0, public_class_method),
    any_keywords("class_eval module_eval", 0, class_eval),
    any_keywords("class_exec module_exec", 0, class_exec),
    row("module_parent", 0, 0, hook_any),
    row("refine", 1, 1, refine),
    row("autoload", 2, 2, autoload),
    row("singleton_class?", 0, 0, is_singleton),
];

const CLASS: Rows = &[
    any_keywords("new", 0, new),
    row("allocate", 0, 0, allocate),
    row("superclass", 0, 0, superclass),
    row("subclasses", 0, 0, subclasses),
];

const CLASS_SINGLETON: Rows = &[row("new", 0, 1, new_class)];
const MODULE_SINGLETON: Rows = &[row("new", 0, 0, new_module)];

const MAIN: Rows = &[
    any("include", 1, main_include),
    any("public", 0, main_public),
    any("private", 0, main_private),
    row("define_method", 1, 2, main_define_method),
    any("using", 1, hook_any),
];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.module, METHODS);
    interp.add_rows(&core.module, super::module_constants::METHODS);
    interp.add_rows(&core.class, CLASS);
    interp.add_singleton_rows(&core.class, CLASS_SINGLETON);
    interp.add_singleton_rows(&core.module, MODULE_SINGLETON);
    let main = interp.main.clone();
    if let Ok(single) = interp.singleton_class(&main) {
        interp.add_rows(&single, MAIN);
    }
}

/// Returns the class that `this` is; `Object` for `main`.
pub(super) fn this_class(interp: &Interp, this: &Value) -> Rc<Class> {
    match this {
        Value::Class(class) => Rc::clone(class),
        _ => Rc::clone(&interp.core.object),
    }
}

fn module_arg(interp: &mut Interp, value: &Value) -> Outcome<Rc<Class>> {
    match value {
        Value::Class(class) => Ok(Rc::clone(class)),
        other => {
            let word = interp.type_word(other);
            Err(interp.raise(
                "TypeError",
                format!("wrong argument type {word} (expected module)"),
            ))
        }
    }
}

fn name(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = class.name.borrow().clone();
    Ok(name.map_or(Value::Nil, Value::str))
}

fn to_s(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = class.display_name();
    let keywords = class
        .members
        .borrow()
        .as_ref()
        .is_some_and(|shape| shape.keywords);
    Ok(Value::str(if keywords {
        format!("{name}(keyword_init: true)")
    } else {
        name.to_string()
    }))
}

fn case_equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    Ok(Value::Bool(interp.is_a(&args.get(0), &class)))
}

fn equal(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(this.same(&args.get(0))))
}

fn relation(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<Option<i64>> {
    let class = this_class(interp, this);
    let Value::Class(other) = args.get(0) else {
        return Err(interp.raise("TypeError", "compared with non class/module"));
    };
    Ok(if Rc::ptr_eq(&class, &other) {
        Some(0)
    } else if class.descends_from(&other) {
        Some(-1)
    } else if other.descends_from(&class) {
        Some(1)
    } else {
        None
    })
}

fn below(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(relation(interp, this, args)?.map(|order| order < 0).into())
}

fn at_or_below(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(relation(interp, this, args)?.map(|order| order <= 0).into())
}

fn above(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(relation(interp, this, args)?.map(|order| order > 0).into())
}

fn at_or_above(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(relation(interp, this, args)?.map(|order| order >= 0).into())
}

fn compare(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if !matches!(args.get(0), Value::Class(_)) {
        return Ok(Value::Nil);
    }
    Ok(relation(interp, this, args)?.into())
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this.identity()))
}

fn classes(list: Vec<Rc<Class>>) -> Value {
    Value::array(list.into_iter().map(Value::Class).collect::<Vec<_>>())
}

fn ancestors(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(classes(this_class(interp, this).ancestors()))
}

fn included_modules(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let mut list = this_class(interp, this).ancestors();
    list.retain(|class| class.is_module);
    Ok(classes(list))
}

fn is_included(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let module = module_arg(interp, &args.get(0))?;
    let class = this_class(interp, this);
    let found = class
        .ancestors()
        .iter()
        .any(|other| Rc::ptr_eq(other, &module));
    Ok(Value::Bool(
        found && module.is_module && !Rc::ptr_eq(&class, &module),
    ))
}

fn include(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for module in args.list.iter().rev() {
        let module = module_arg(interp, module)?;
        if !module.is_module {
            return Err(interp.raise("TypeError", "wrong argument type Class (expected module)"));
        }
        interp.include(&class, &module);
        interp.send_list(
            &Value::Class(module),
            "included",
            std::slice::from_ref(this),
        )?;
    }
    Ok(this.clone())
}

fn prepend(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for module in args.list.iter().rev() {
        let module = module_arg(interp, module)?;
        class.prepends.borrow_mut().insert(0, Rc::clone(&module));
        interp.forget_methods();
        interp.send_list(
            &Value::Class(module),
            "prepended",
            std::slice::from_ref(this),
        )?;
    }
    Ok(this.clone())
}

fn hook(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn hook_any(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn methods_of(interp: &mut Interp, this: &Value, args: &Args, wanted: &[Visibility]) -> Value {
    let class = this_class(interp, this);
    let inherited = args.opt(0).is_none_or(Value::truthy);
    let mut names: Vec<Sym> = Vec::new();
    let mut hidden: Vec<Sym> = Vec::new();
    let line = if inherited {
        class.ancestors()
    } else {
        vec![class]
    };
    for class in line {
        for (name, method) in class.methods.borrow().iter() {
            if names.contains(name) || hidden.contains(name) {
                continue;
            }
            if wanted.contains(&method.visibility) && !matches!(method.body, MethodBody::Undefined)
            {
                names.push(*name);
            } else {
                hidden.push(*name);
            }
        }
    }
    Value::array(names.into_iter().map(Value::Sym).collect::<Vec<_>>())
}

fn instance_methods(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let wanted = [Visibility::Public, Visibility::Protected];
    Ok(methods_of(interp, this, args, &wanted))
}

fn private_instance_methods(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(methods_of(interp, this, args, &[Visibility::Private]))
}

fn instance_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    let Some(method) = interp.find_method(&class, name) else {
        return Err(interp.undefined_in(&class, name));
    };
    Ok(Value::Object(Object::new(
        Rc::clone(&interp.core.unbound_method),
        Data::Method(MethodObject {
            receiver: None,
            name,
            method: Some(method),
        }),
    )))
}

fn visibility_of(interp: &mut Interp, this: &Value, args: &Args) -> Outcome<Option<Visibility>> {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    Ok(interp
        .find_method(&class, name)
        .map(|method| method.visibility))
}

fn method_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let visibility = visibility_of(interp, this, args)?;
    Ok(Value::Bool(
        visibility.is_some_and(|v| v != Visibility::Private),
    ))
}

fn private_method_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let visibility = visibility_of(interp, this, args)?;
    Ok(Value::Bool(visibility == Some(Visibility::Private)))
}

fn protected_method_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let visibility = visibility_of(interp, this, args)?;
    Ok(Value::Bool(visibility == Some(Visibility::Protected)))
}

fn attributes(interp: &mut Interp, this: &Value, args: &Args, read: bool, write: bool) -> Outcome {
    let class = this_class(interp, this);
    let mut made = Vec::new();
    for name in &args.list {
        let name = interp.name_arg(name)?;
        let variable = Sym::new(&format!("@{name}"));
        if read {
            interp.add_method(
                &class,
                name,
                MethodBody::Reader(variable),
                Visibility::Public,
            );
            made.push(Value::Sym(name));
        }
        if write {
            let setter = Sym::new(&format!("{name}="));
            interp.add_method(
                &class,
                setter,
                MethodBody::Writer(variable),
                Visibility::Public,
            );
            made.push(Value::Sym(setter));
        }
    }
    Ok(Value::array(made))
}

fn attr_reader(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    attributes(interp, this, args, true, false)
}

fn attr_writer(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    attributes(interp, this, args, false, true)
}

fn attr_accessor(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    attributes(interp, this, args, true, true)
}

fn define_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    let body = match (args.opt(1), &args.block) {
        (Some(Value::Proc(block)), _) => MethodBody::Proc(Rc::clone(block)),
        (Some(Value::Object(object)), _) => match &*object.data.borrow() {
            Data::Method(MethodObject {
                method: Some(method),
                ..
            }) => method.body.clone(),
            _ => MethodBody::Undefined,
        },
        (None, Some(block)) => MethodBody::Proc(Rc::clone(block)),
        _ => {
            return Err(interp.raise(
                "ArgumentError",
                "tried to create Proc object without a block",
            ));
        }
    };
    interp.add_method(&class, name, body, Visibility::Public);
    Ok(Value::Sym(name))
}

fn alias_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let (new, old) = (
        interp.name_arg(&args.get(0))?,
        interp.name_arg(&args.get(1))?,
    );
    interp.alias_method(&class, new, old)?;
    Ok(Value::Sym(new))
}

fn remove_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for name in &args.list {
        let name = interp.name_arg(name)?;
        let removed = class.methods.borrow_mut().shift_remove(&name);
        if removed.is_none() {
            let message = format!("method `{name}' not defined in {}", class.display_name());
            return Err(interp.name_error("NameError", message, this, name, Vec::new()));
        }
    }
    interp.forget_methods();
    Ok(this.clone())
}

fn undef_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for name in &args.list {
        let name = interp.name_arg(name)?;
        interp.undef_method(&class, name)?;
    }
    Ok(this.clone())
}

fn set_visibility(
    interp: &mut Interp,
    class: &Rc<Class>,
    args: &Args,
    visibility: Visibility,
) -> Outcome {
    let mut names = Vec::new();
    for value in &args.list {
        match interp.try_array(value)? {
            Some(items) => names.extend(items),
            None => names.push(value.clone()),
        }
    }
    for name in names {
        let name = interp.name_arg(&name)?;
        let Some(method) = interp.find_method(class, name) else {
            return Err(interp.undefined_in(class, name));
        };
        let changed = Method {
            name: method.name,
            owner: Rc::clone(&method.owner),
            visibility,
            body: method.body.clone(),
        };
        class.methods.borrow_mut().insert(name, Rc::new(changed));
    }
    interp.forget_methods();
    Ok(match args.len() {
        0 => Value::Nil,
        1 => args.get(0),
        _ => Value::array(args.list.clone()),
    })
}

fn public(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    set_visibility(interp, &class, args, Visibility::Public)
}

fn private(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    set_visibility(interp, &class, args, Visibility::Private)
}

fn protected(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    set_visibility(interp, &class, args, Visibility::Protected)
}

fn module_function(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    for name in &args.list {
        let name = interp.name_arg(name)?;
        let Some(method) = interp.find_method(&class, name) else {
            return Err(interp.undefined_in(&class, name));
        };
        let meta = interp.meta_of(&class);
        interp.add_method(&meta, name, method.body.clone(), Visibility::Public);
        interp.add_method(&class, name, method.body.clone(), Visibility::Private);
    }
    Ok(Value::Nil)
}

fn private_class_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let meta = interp.meta_of(&class);
    set_visibility(interp, &meta, args, Visibility::Private)?;
    Ok(Value::Nil)
}

fn public_class_method(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let meta = interp.meta_of(&class);
    set_visibility(interp, &meta, args, Visibility::Public)?;
    Ok(Value::Nil)
}

fn class_eval(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    match (&args.block, args.opt(0)) {
        (Some(block), _) => interp.class_exec(block, &class, Args::new([this.clone()])),
        (None, Some(text)) => {
            let text = interp.str_arg(text)?;
            super::object::eval_text_on(interp, this, &text, args)
        }
        (None, None) => Err(interp.raise(
            "ArgumentError",
            "wrong number of arguments (given 0, expected 1..3)",
        )),
    }
}

fn class_exec(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let block = interp.block_of(args)?;
    let mut args = args.clone();
    args.block = None;
    interp.class_exec(&block, &class, args)
}

/// Refinements act on the class itself: files that use them mean it everywhere.
fn refine(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let class = module_arg(interp, &args.get(0))?;
    let block = interp.block_of(args)?;
    interp.class_exec(&block, &class, Args::default())
}

fn autoload(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let class = this_class(interp, this);
    let name = interp.name_arg(&args.get(0))?;
    let path = interp.str_arg(&args.get(1))?;
    class.autoloads.borrow_mut().push((name, path));
    Ok(Value::Nil)
}

fn is_singleton(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_class(interp, this).is_singleton))
}

fn new(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let object = allocate(interp, this, &Args::default())?;
    interp.send(&object, Sym::new("initialize"), args.clone())?;
    Ok(object)
}

fn allocate(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let special = |class: &Rc<Class>, plain: &Rc<Class>| {
        (!Rc::ptr_eq(class, plain)).then(|| {
            Box::new(crate::ruby::value::Extra {
                class: Some(Rc::clone(class)),
                ..Default::default()
            })
        })
    };
    Ok(match class.alloc.get() {
        Alloc::Plain => Value::Object(Object::new(class, Data::None)),
        Alloc::Exception => Value::Object(Object::new(
            class,
            Data::Exception(ExceptionData::default()),
        )),
        Alloc::Array => {
            let array = RArray::default();
            *array.extra.borrow_mut() = special(&class, &interp.core.array);
            Value::Array(Rc::new(array))
        }
        Alloc::Hash => {
            let hash = RHash::default();
            *hash.extra.borrow_mut() = special(&class, &interp.core.hash);
            Value::Hash(Rc::new(hash))
        }
        Alloc::Str => {
            let string = RString::default();
            *string.extra.borrow_mut() = special(&class, &interp.core.string);
            Value::Str(Rc::new(string))
        }
        Alloc::Set => Value::Object(Object::new(class, Data::Set(Rc::new(RHash::default())))),
        Alloc::Struct => {
            let count = class
                .members
                .borrow()
                .as_ref()
                .map_or(0, |shape| shape.names.len());
            Value::Object(Object::new(class, Data::Struct(vec![Value::Nil; count])))
        }
        Alloc::Forbidden => return Err(interp.no_method(this, "new")),
    })
}

fn superclass(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let above = class.superclass.borrow().clone();
    Ok(above.map_or(Value::Nil, Value::Class))
}

fn subclasses(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let class = this_class(interp, this);
    let mut found = Vec::new();
    let object = Rc::clone(&interp.core.object);
    let mut open = vec![object];
    let mut seen: Vec<u64> = Vec::new();
    while let Some(module) = open.pop() {
        if seen.contains(&module.id) {
            continue;
        }
        seen.push(module.id);
        for value in module.consts.borrow().values() {
            if let Value::Class(inner) = value {
                let above = inner.superclass.borrow().clone();
                if above.is_some_and(|above| Rc::ptr_eq(&above, &class))
                    && !found.iter().any(|known| Rc::ptr_eq(known, inner))
                {
                    found.push(Rc::clone(inner));
                }
                open.push(Rc::clone(inner));
            }
        }
    }
    found.sort_by_key(|class| std::cmp::Reverse(class.id));
    Ok(classes(found))
}

fn new_class(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let above = match args.opt(0) {
        None => Rc::clone(&interp.core.object),
        Some(Value::Class(class)) if !class.is_module => Rc::clone(class),
        Some(other) => {
            let word = interp.type_word(other);
            let message = format!("superclass must be a Class ({word} given)");
            return Err(interp.raise("TypeError", message));
        }
    };
    let class = interp.new_class(Some(&above));
    class.from_ruby.set(!interp.in_library);
    let value = Value::Class(Rc::clone(&class));
    interp.send_list(
        &Value::Class(above),
        "inherited",
        std::slice::from_ref(&value),
    )?;
    if let Some(block) = &args.block {
        interp.class_exec(block, &class, Args::new([value.clone()]))?;
    }
    Ok(value)
}

fn new_module(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let module = interp.new_module();
    module.from_ruby.set(!interp.in_library);
    let value = Value::Class(Rc::clone(&module));
    if let Some(block) = &args.block {
        interp.class_exec(block, &module, Args::new([value.clone()]))?;
    }
    Ok(value)
}

fn main_include(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let object = Value::Class(Rc::clone(&interp.core.object));
    include(interp, &object, args)
}

fn main_public(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let object = Rc::clone(&interp.core.object);
    set_visibility(interp, &object, args, Visibility::Public)
}

fn main_private(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let object = Rc::clone(&interp.core.object);
    set_visibility(interp, &object, args, Visibility::Private)
}

fn main_define_method(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let object = Value::Class(Rc::clone(&interp.core.object));
    define_method(interp, &object, args)
}
