//! `Enumerator`: a call that waits for its block, or a generator.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Enumerator, Object, Value};

const METHODS: Rows = &[
    any("each", 0, each),
    row("next", 0, 0, next),
    row("peek", 0, 0, peek),
    row("rewind", 0, 0, rewind),
    row("size", 0, 0, size),
    row("with_index each_with_index", 0, 1, with_index),
    row("with_object each_with_object", 1, 1, with_object),
    row("inspect to_s", 0, 0, inspect),
    row("+", 1, 1, plus),
];

const SINGLETON: Rows = &[row("new", 0, 1, new), row("produce", 0, 1, produce)];

const YIELDER: Rows = &[
    any("<<", 1, yielder_push),
    any("yield call", 0, yielder_yield),
    row("to_proc", 0, 0, yielder_proc),
];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.enumerator);
    interp.add_rows(&class, METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
    let yielder = interp.define_class("Enumerator::Yielder", None);
    interp.add_rows(&yielder, YIELDER);
}

fn held(interp: &mut Interp, this: &Value) -> Outcome<Enumerator> {
    if let Value::Object(object) = this
        && let Data::Enumerator(inner) = &*object.data.borrow()
    {
        return Ok(inner.clone());
    }
    Err(interp.raise("ArgumentError", "uninitialized enumerator"))
}

fn run(interp: &mut Interp, inner: &Enumerator, block: Rc<crate::ruby::value::Proc>) -> Outcome {
    match &inner.block {
        Some(generator) => {
            let class = interp
                .find_class("Enumerator::Yielder")
                .unwrap_or_else(|| Rc::clone(&interp.core.object));
            let sink: Rc<dyn std::any::Any> = Rc::new(block);
            let yielder = Value::Object(Object::new(class, Data::Host(sink)));
            interp.call_block(generator, &[yielder])
        }
        None => {
            let args = Args::new(inner.args.clone()).with_block(Some(block));
            interp.send(&inner.receiver, inner.method, args)
        }
    }
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let inner = held(interp, this)?;
    match &args.block {
        Some(block) => run(interp, &inner, Rc::clone(block)),
        None => Ok(this.clone()),
    }
}

/// Returns the element at the current place. What came before is made again,
/// since a generator cannot be halted in the middle.
fn current(interp: &mut Interp, this: &Value) -> Outcome {
    let inner = held(interp, this)?;
    let at = inner.position.0.get();
    if let Some(items) = inner.position.1.get() {
        if let Some(item) = items.get(at) {
            return Ok(item.clone());
        }
        return Err(interp.raise("StopIteration", "iteration reached an end"));
    }
    let seen = Rc::new(Cell::new(0));
    let found = Rc::new(RefCell::new(None));
    let all = Rc::new(RefCell::new(Vec::new()));
    let (counter, slot, list) = (Rc::clone(&seen), Rc::clone(&found), Rc::clone(&all));
    interp.each(this, move |_, item| {
        list.borrow_mut().push(item.clone());
        if counter.get() == at {
            *slot.borrow_mut() = Some(item);
        }
        counter.set(counter.get() + 1);
        Ok(counter.get() <= at)
    })?;
    match found.take() {
        Some(item) => Ok(item),
        None => {
            let _ = inner.position.1.set(all.take());
            Err(interp.raise("StopIteration", "iteration reached an end"))
        }
    }
}

fn next(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let item = current(interp, this)?;
    let inner = held(interp, this)?;
    inner.position.0.set(inner.position.0.get() + 1);
    Ok(item)
}

fn peek(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    current(interp, this)
}

fn rewind(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    held(interp, this)?.position.0.set(0);
    Ok(this.clone())
}

fn size(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let inner = held(interp, this)?;
    if inner.block.is_some() {
        return Ok(Value::Nil);
    }
    if inner.method.is("loop") {
        return Ok(Value::Float(f64::INFINITY));
    }
    let items = interp.collect(this)?;
    Ok(Value::size(items.len()))
}

fn with_index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let start = match args.opt(0) {
        Some(Value::Nil) | None => 0,
        Some(start) => interp.int_arg(start)?,
    };
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("with_index"),
            args.list.clone(),
        ));
    };
    let inner = held(interp, this)?;
    let index = Cell::new(start);
    let counted = interp.host_proc(-1, move |interp, _, args| {
        let item = match args.list.as_slice() {
            [item] => item.clone(),
            list => Value::array(list),
        };
        let at = index.replace(index.get() + 1);
        interp.call_block(&block, &[item, Value::Int(at)])
    });
    run(interp, &inner, counted)
}

fn with_object(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let object = args.get(0);
    let inner = held(interp, this)?;
    let memo = object.clone();
    let counted = interp.host_proc(-1, move |interp, _, args| {
        let item = match args.list.as_slice() {
            [item] => item.clone(),
            list => Value::array(list),
        };
        interp.call_block(&block, &[item, memo.clone()])
    });
    run(interp, &inner, counted)?;
    Ok(object)
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let inner = held(interp, this)?;
    if inner.block.is_some() {
        let shown = interp.plain_inspect(this);
        return Ok(Value::str(format!("#<Enumerator: {shown}:each>")));
    }
    let receiver = interp.inspect(&inner.receiver)?;
    let mut args = Vec::new();
    for arg in &inner.args {
        args.push(interp.inspect(arg)?);
    }
    if inner.method.is("step") && !args.is_empty() {
        // Steps of numbers are shown as the arithmetic that they are.
        let receiver = match inner.receiver {
            Value::Range(_) => format!("({receiver})"),
            _ => receiver,
        };
        return Ok(Value::str(format!(
            "({receiver}.step({}))",
            args.join(", ")
        )));
    }
    let args = if args.is_empty() {
        String::new()
    } else {
        format!("({})", args.join(", "))
    };
    Ok(Value::str(format!(
        "#<Enumerator: {receiver}:{}{args}>",
        inner.method
    )))
}

fn plus(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut items = interp.collect(this)?;
    items.extend(interp.collect(&args.get(0))?);
    Ok(super::object::enumerator(
        interp,
        &Value::array(items),
        Sym::new("each"),
        Vec::new(),
    ))
}

fn generator(interp: &Interp, block: Rc<crate::ruby::value::Proc>) -> Value {
    Value::Object(Object::new(
        Rc::clone(&interp.core.enumerator),
        Data::Enumerator(Enumerator {
            receiver: Value::Nil,
            method: Sym::new("each"),
            args: Vec::new(),
            block: Some(block),
            lazy: false,
            position: Rc::default(),
            site: None,
        }),
    ))
}

fn new(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    Ok(generator(interp, block))
}

fn produce(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let block = interp.block_of(args)?;
    let first = args.opt(0).cloned();
    let source = interp.host_proc(1, move |interp, _, args| {
        let yielder = args.get(0);
        let mut value = match &first {
            Some(first) => first.clone(),
            None => interp.call_block(&block, &[])?,
        };
        loop {
            interp.tick()?;
            interp.send_list(&yielder, "<<", std::slice::from_ref(&value))?;
            value = match interp.call_block(&block, &[value]) {
                Ok(value) => value,
                Err(flow) => {
                    let ends = match flow.exception() {
                        Some(exception) => interp.is_a_named(&exception.clone(), "StopIteration"),
                        None => false,
                    };
                    return if ends { Ok(Value::Nil) } else { Err(flow) };
                }
            };
        }
    });
    Ok(generator(interp, source))
}

fn sink(this: &Value) -> Option<Rc<crate::ruby::value::Proc>> {
    match this {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Host(inner) => inner
                .downcast_ref::<Rc<crate::ruby::value::Proc>>()
                .map(Rc::clone),
            _ => None,
        },
        _ => None,
    }
}

fn yielder_push(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    if let Some(block) = sink(this) {
        interp.call_block(&block, &args.list)?;
    }
    Ok(this.clone())
}

fn yielder_yield(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    match sink(this) {
        Some(block) => interp.call_block(&block, &args.list),
        None => Ok(Value::Nil),
    }
}

fn yielder_proc(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(sink(this).map_or(Value::Nil, Value::Proc))
}
