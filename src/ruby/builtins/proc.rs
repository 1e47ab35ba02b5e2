//! `Proc`, `Method`, `UnboundMethod` and `Binding`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ruby::ast::{Param, Params};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any_keywords, row};
use crate::ruby::scope::{Env, Scope};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, MethodBody, MethodObject, Object, Proc, ProcBody, Value};

const PROC: Rows = &[
    any_keywords("call () yield === []", 0, call),
    row("to_proc", 0, 0, itself),
    row("lambda?", 0, 0, is_lambda),
    row("arity", 0, 0, arity),
    row("parameters", 0, 0, parameters),
    row("curry", 0, 1, curry),
    row(">>", 1, 1, compose_right),
    row("<<", 1, 1, compose_left),
    row("binding", 0, 0, proc_binding),
    row("source_location", 0, 0, source_location),
    row("inspect to_s", 0, 0, inspect),
    row("ruby2_keywords", 0, 0, itself),
];

const PROC_SINGLETON: Rows = &[row("new", 0, 0, new)];

const METHOD: Rows = &[
    any_keywords("call === []", 0, method_call),
    row("to_proc", 0, 0, method_to_proc),
    row("arity", 0, 0, method_arity),
    row("name", 0, 0, method_name),
    row("owner", 0, 0, method_owner),
    row("receiver", 0, 0, method_receiver),
    row("unbind", 0, 0, unbind),
    row("parameters", 0, 0, method_parameters),
    row("source_location", 0, 0, method_location),
    row("inspect to_s", 0, 0, method_inspect),
    row(">>", 1, 1, compose_right),
    row("<<", 1, 1, compose_left),
    row("curry", 0, 1, curry),
];

const UNBOUND: Rows = &[
    row("bind", 1, 1, bind),
    any_keywords("bind_call", 1, bind_call),
    row("name", 0, 0, method_name),
    row("owner", 0, 0, method_owner),
    row("arity", 0, 0, method_arity),
    row("parameters", 0, 0, method_parameters),
    row("source_location", 0, 0, method_location),
];

const BINDING: Rows = &[
    row("local_variable_get", 1, 1, local_get),
    row("local_variable_set", 2, 2, local_set),
    row("local_variable_defined?", 1, 1, local_defined),
    row("local_variables", 0, 0, locals),
    row("receiver", 0, 0, binding_receiver),
    row("eval", 1, 3, binding_eval),
    row("irb", 0, 0, nothing),
];

pub(super) fn install(interp: &mut Interp) {
    let core = Rc::clone(&interp.core);
    interp.add_rows(&core.proc_class, PROC);
    interp.add_singleton_rows(&core.proc_class, PROC_SINGLETON);
    interp.add_rows(&core.method, METHOD);
    interp.add_rows(&core.unbound_method, UNBOUND);
    interp.add_rows(&core.binding, BINDING);
}

impl Interp {
    /// Returns a Binding of this place.
    pub(in crate::ruby) fn binding_of(&mut self, env: &Env) -> Value {
        Value::Object(Object::new(
            Rc::clone(&self.core.binding),
            Data::Binding(RefCell::new(env.clone())),
        ))
    }
}

fn nothing(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn this_proc(interp: &mut Interp, this: &Value) -> Outcome<Rc<Proc>> {
    match this {
        Value::Proc(block) => Ok(Rc::clone(block)),
        _ => match interp.to_block(this)? {
            Some(block) => Ok(block),
            None => Err(interp.raise("TypeError", "wrong argument type NilClass (expected Proc)")),
        },
    }
}

fn call(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    interp.call_proc(&block, args.clone(), None)
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn is_lambda(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_proc(interp, this)?.lambda))
}

fn arity(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Int(this_proc(interp, this)?.arity()))
}

fn describe_params(params: &Params, strict: bool) -> Value {
    let mut list = Vec::new();
    let mut add = |kind: &str, name: Option<Sym>| {
        let mut pair = vec![Value::sym(kind)];
        pair.extend(
            name.filter(|name| !matches!(&*name.name(), "*" | "**"))
                .map(Value::Sym),
        );
        list.push(Value::array(pair));
    };
    let required = if strict { "req" } else { "opt" };
    let name_of = |param: &Param| match param {
        Param::Name(name, _) => Some(*name),
        Param::Multi(_) => None,
    };
    for param in &params.required {
        add(required, name_of(param));
    }
    for (name, _, _) in &params.optional {
        add("opt", Some(*name));
    }
    if let Some(rest) = params.rest {
        add("rest", rest.map(|(name, _)| name));
    }
    for param in &params.post {
        add(required, name_of(param));
    }
    for (name, _, default) in params
        .keywords
        .iter()
        .filter(|(_, _, default)| default.is_none())
    {
        let _ = default;
        add("keyreq", Some(*name));
    }
    for (name, _, _) in params
        .keywords
        .iter()
        .filter(|(_, _, default)| default.is_some())
    {
        add("key", Some(*name));
    }
    if let Some(rest) = params.keyword_rest {
        add("keyrest", rest.map(|(name, _)| name));
    }
    if params.no_keywords {
        add("nokey", None);
    }
    if let Some(block) = params.block {
        add("block", block.map(|(name, _)| name));
    }
    Value::array(list)
}

fn parameters(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    Ok(match block.params() {
        Some(params) => describe_params(params, block.lambda),
        None => Value::array([Value::array([Value::sym("rest")])]),
    })
}

fn curry(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    let arity = match args.opt(0) {
        Some(count) => interp.int_arg(count)?,
        None => {
            let arity = block.arity();
            if arity < 0 { -arity - 1 } else { arity }
        }
    };
    let wanted = usize::try_from(arity).unwrap_or(0);
    if wanted == 0 && args.is_empty() {
        return interp.call_block(&block, &[]);
    }
    Ok(Value::Proc(curried(interp, block, wanted, Vec::new())))
}

fn curried(interp: &Interp, block: Rc<Proc>, wanted: usize, given: Vec<Value>) -> Rc<Proc> {
    interp.host_proc(-1, move |interp, _, args| {
        let mut all = given.clone();
        all.extend(args.list.iter().cloned());
        if all.len() >= wanted {
            interp.call_block(&block, &all)
        } else {
            Ok(Value::Proc(curried(interp, Rc::clone(&block), wanted, all)))
        }
    })
}

fn compose_right(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    composed(interp, this.clone(), args.get(0))
}

fn compose_left(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    composed(interp, args.get(0), this.clone())
}

fn composed(interp: &mut Interp, first: Value, second: Value) -> Outcome {
    Ok(Value::Proc(interp.host_proc(-1, move |interp, _, args| {
        let between = interp.send(&first, Sym::new("call"), args.clone())?;
        interp.send_list(&second, "call", &[between])
    })))
}

fn proc_binding(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    match &block.body {
        ProcBody::Block(_, env) => Ok(interp.binding_of(env)),
        _ => Err(interp.raise("ArgumentError", "Can't create Binding from C level Proc")),
    }
}

fn source_location(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    Ok(match block.span() {
        Some(span) => Value::array([
            Value::str(span.path().to_string_lossy()),
            Value::Int(i64::from(span.line())),
        ]),
        None => Value::Nil,
    })
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let block = this_proc(interp, this)?;
    let at = block.span().map_or_else(String::new, |span| {
        format!(" {}:{}", span.path().display(), span.line())
    });
    let lambda = if block.lambda { " (lambda)" } else { "" };
    Ok(Value::str(format!(
        "#<Proc:0x{:016x}{at}{lambda}>",
        this.identity()
    )))
}

fn new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match &args.block {
        Some(block) => Ok(Value::Proc(Rc::clone(block))),
        None => Err(interp.raise(
            "ArgumentError",
            "tried to create Proc object without a block",
        )),
    }
}

/// Returns what a Method object holds.
fn held(interp: &mut Interp, this: &Value) -> Outcome<MethodObject> {
    if let Value::Object(object) = this
        && let Data::Method(method) = &*object.data.borrow()
    {
        return Ok(method.clone());
    }
    Err(interp.raise("TypeError", "uninitialized Method"))
}

fn method_call(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = held(interp, this)?;
    let receiver = held.receiver.unwrap_or_default();
    match held.method {
        Some(method) => interp.invoke(&method, &receiver, held.name, args.clone()),
        None => interp.send(&receiver, held.name, args.clone()),
    }
}

fn method_to_proc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(Value::Proc(Rc::new(Proc {
        body: ProcBody::Method(held.receiver.unwrap_or_default(), held.name, held.method),
        lambda: true,
        tag: interp.new_number(),
    })))
}

fn method_arity(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(Value::Int(held.method.map_or(-1, |method| method.arity())))
}

fn method_name(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Sym(held(interp, this)?.name))
}

fn method_owner(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(held
        .method
        .map_or(Value::Nil, |method| Value::Class(Rc::clone(&method.owner))))
}

fn method_receiver(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(held(interp, this)?.receiver.unwrap_or_default())
}

fn unbind(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(Value::Object(Object::new(
        Rc::clone(&interp.core.unbound_method),
        Data::Method(MethodObject {
            receiver: None,
            ..held
        }),
    )))
}

fn method_parameters(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(match held.method.as_ref().map(|method| &method.body) {
        Some(MethodBody::Function(function, _)) => describe_params(&function.params, true),
        Some(MethodBody::Proc(block)) => match block.params() {
            Some(params) => describe_params(params, true),
            None => Value::array([]),
        },
        Some(MethodBody::Reader(_) | MethodBody::Member(_)) => Value::array([]),
        _ => Value::array([Value::array([Value::sym("rest")])]),
    })
}

fn method_location(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(match held.method.as_ref().map(|method| &method.body) {
        Some(MethodBody::Function(function, _)) => {
            let file = &function.body.file;
            Value::array([
                Value::str(file.path.to_string_lossy()),
                Value::Int(i64::from(file.line(function.name_loc.start))),
            ])
        }
        _ => Value::Nil,
    })
}

fn method_inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let held = held(interp, this)?;
    let receiver = held.receiver.unwrap_or_default();
    let class = interp.real_class_of(&receiver).display_name();
    Ok(Value::str(format!("#<Method: {class}#{}>", held.name)))
}

fn bind(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = held(interp, this)?;
    Ok(Value::Object(Object::new(
        Rc::clone(&interp.core.method),
        Data::Method(MethodObject {
            receiver: Some(args.get(0)),
            ..held
        }),
    )))
}

fn bind_call(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = held(interp, this)?;
    let mut args = args.clone();
    let receiver = args.list.remove(0);
    match held.method {
        Some(method) => interp.invoke(&method, &receiver, held.name, args),
        None => interp.send(&receiver, held.name, args),
    }
}

fn env_of(interp: &mut Interp, this: &Value) -> Outcome<Env> {
    if let Value::Object(object) = this
        && let Data::Binding(env) = &*object.data.borrow()
    {
        return Ok(env.borrow().clone());
    }
    Err(interp.raise("TypeError", "uninitialized Binding"))
}

fn local_get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let env = env_of(interp, this)?;
    let name = interp.name_arg(&args.get(0))?;
    match env.scope.find(name) {
        Some(slot) => Ok(env.scope.get(slot)),
        None => {
            let message = format!(
                "local variable `{name}' is not defined for {}",
                interp.describe(this)
            );
            Err(interp.name_error("NameError", message, this, name, Vec::new()))
        }
    }
}

fn local_set(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let env = env_of(interp, this)?;
    let name = interp.name_arg(&args.get(0))?;
    match env.scope.find(name) {
        Some(slot) => env.scope.set(slot, args.get(1)),
        None => {
            // A variable of the binding alone, which code already parsed cannot see.
            let scope = Scope::new(&Rc::new(Vec::new()), Some(Rc::clone(&env.scope)));
            scope.add(name, args.get(1));
            if let Value::Object(object) = this
                && let Data::Binding(inner) = &*object.data.borrow()
            {
                inner.borrow_mut().scope = scope;
            }
        }
    }
    Ok(args.get(1))
}

fn local_defined(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let env = env_of(interp, this)?;
    let name = interp.name_arg(&args.get(0))?;
    Ok(Value::Bool(env.scope.find(name).is_some()))
}

fn locals(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let env = env_of(interp, this)?;
    let names = env.scope.all_names().concat();
    Ok(Value::array(
        names.into_iter().map(Value::Sym).collect::<Vec<_>>(),
    ))
}

fn binding_receiver(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(env_of(interp, this)?.frame.this.clone())
}

fn binding_eval(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let env = env_of(interp, this)?;
    let text = interp.str_arg(&args.get(0))?;
    let name = match args.get(1) {
        Value::Nil => "(eval)".to_owned(),
        name => interp.str_arg(&name)?,
    };
    let line = args.get(2).as_int().unwrap_or(1);
    interp.eval_in_binding(this, &env, &text, &name, line)
}
