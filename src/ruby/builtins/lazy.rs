//! `Enumerator::Lazy`: elements pass through all steps one by one.

use std::cell::Cell;
use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::value::{Args, Data, Object, Proc, Value};

/// A step.
#[derive(Clone)]
enum Step {
    Map(Rc<Proc>),
    Select(Rc<Proc>, bool),
    FilterMap(Rc<Proc>),
    FlatMap(Rc<Proc>),
    TakeWhile(Rc<Proc>),
    DropWhile(Rc<Proc>),
    Take(usize),
    Drop(usize),
    WithIndex(i64, Option<Rc<Proc>>),
}

struct Lazy {
    source: Value,
    steps: Vec<Step>,
}

const METHODS: Rows = &[
    any("each", 0, each),
    row("map collect", 0, 0, |i, t, a| {
        block_step(i, t, a, Step::Map)
    }),
    row("select filter", 0, 0, |i, t, a| {
        block_step(i, t, a, |block| Step::Select(block, true))
    }),
    row("reject", 0, 0, |i, t, a| {
        block_step(i, t, a, |block| Step::Select(block, false))
    }),
    row("filter_map", 0, 0, |i, t, a| {
        block_step(i, t, a, Step::FilterMap)
    }),
    row("flat_map collect_concat", 0, 0, |i, t, a| {
        block_step(i, t, a, Step::FlatMap)
    }),
    row("take_while", 0, 0, |i, t, a| {
        block_step(i, t, a, Step::TakeWhile)
    }),
    row("drop_while", 0, 0, |i, t, a| {
        block_step(i, t, a, Step::DropWhile)
    }),
    row("take", 1, 1, take),
    row("drop", 1, 1, drop),
    row("with_index each_with_index", 0, 1, with_index),
    row("lazy", 0, 0, itself),
    row("eager", 0, 0, eager),
    row("size", 0, 0, nothing),
    row("inspect", 0, 0, inspect),
];

pub(super) fn install(interp: &mut Interp) {
    let above = Rc::clone(&interp.core.enumerator);
    let class = interp.define_class("Enumerator::Lazy", Some(&above));
    interp.add_rows(&class, METHODS);
}

fn make(interp: &mut Interp, source: Value, steps: Vec<Step>) -> Value {
    let class = interp
        .find_class("Enumerator::Lazy")
        .unwrap_or_else(|| Rc::clone(&interp.core.object));
    let lazy: Rc<dyn std::any::Any> = Rc::new(Lazy { source, steps });
    Value::Object(Object::new(class, Data::Host(lazy)))
}

/// Returns a lazy enumerator over a value.
pub(super) fn over(interp: &mut Interp, source: &Value) -> Value {
    make(interp, source.clone(), Vec::new())
}

fn held(interp: &mut Interp, this: &Value) -> Outcome<Rc<Lazy>> {
    if let Value::Object(object) = this
        && let Data::Host(inner) = &*object.data.borrow()
        && let Ok(lazy) = Rc::clone(inner).downcast::<Lazy>()
    {
        return Ok(lazy);
    }
    Err(interp.raise("ArgumentError", "uninitialized lazy enumerator"))
}

fn with_step(interp: &mut Interp, this: &Value, step: Step) -> Outcome {
    let lazy = held(interp, this)?;
    let mut steps = lazy.steps.clone();
    steps.push(step);
    Ok(make(interp, lazy.source.clone(), steps))
}

fn block_step(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    step: fn(Rc<Proc>) -> Step,
) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Err(interp.raise("ArgumentError", "tried to call lazy map without a block"));
    };
    with_step(interp, this, step(block))
}

fn take(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?.max(0) as usize;
    with_step(interp, this, Step::Take(count))
}

fn drop(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?.max(0) as usize;
    with_step(interp, this, Step::Drop(count))
}

fn with_index(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let start = args.get(0).as_int().unwrap_or(0);
    with_step(interp, this, Step::WithIndex(start, args.block.clone()))
}

/// What a step does with an element.
enum Passed {
    On(Value),
    Many(Vec<Value>),
    Dropped,
    End,
}

fn pass(interp: &mut Interp, step: &Step, count: &Cell<usize>, item: Value) -> Outcome<Passed> {
    Ok(match step {
        Step::Map(block) => Passed::On(interp.call_block(block, &[item])?),
        Step::Select(block, wanted) => {
            if interp
                .call_block(block, std::slice::from_ref(&item))?
                .truthy()
                == *wanted
            {
                Passed::On(item)
            } else {
                Passed::Dropped
            }
        }
        Step::FilterMap(block) => {
            let answer = interp.call_block(block, &[item])?;
            if answer.truthy() {
                Passed::On(answer)
            } else {
                Passed::Dropped
            }
        }
        Step::FlatMap(block) => {
            let answer = interp.call_block(block, &[item])?;
            match interp.try_array(&answer)? {
                Some(items) => Passed::Many(items),
                None => Passed::On(answer),
            }
        }
        Step::TakeWhile(block) => {
            if interp
                .call_block(block, std::slice::from_ref(&item))?
                .truthy()
            {
                Passed::On(item)
            } else {
                Passed::End
            }
        }
        Step::DropWhile(block) => {
            if count.get() == 0
                && interp
                    .call_block(block, std::slice::from_ref(&item))?
                    .truthy()
            {
                Passed::Dropped
            } else {
                count.set(1);
                Passed::On(item)
            }
        }
        Step::Take(limit) => {
            count.set(count.get() + 1);
            if count.get() > *limit {
                Passed::End
            } else {
                Passed::On(item)
            }
        }
        Step::Drop(limit) => {
            count.set(count.get() + 1);
            if count.get() <= *limit {
                Passed::Dropped
            } else {
                Passed::On(item)
            }
        }
        Step::WithIndex(start, block) => {
            let index = Value::Int(start + count.get() as i64);
            count.set(count.get() + 1);
            match block {
                Some(block) => {
                    interp.call_block(block, &[item.clone(), index])?;
                    Passed::On(item)
                }
                None => Passed::On(Value::array([item, index])),
            }
        }
    })
}

/// Sends an element through the steps from `from` on; answers whether to go on.
fn through(
    interp: &mut Interp,
    steps: &[Step],
    counts: &[Cell<usize>],
    from: usize,
    item: Value,
    block: &Rc<Proc>,
) -> Outcome<bool> {
    let mut item = item;
    for at in from..steps.len() {
        let (Some(step), Some(count)) = (steps.get(at), counts.get(at)) else {
            break;
        };
        match pass(interp, step, count, item)? {
            Passed::On(next) => item = next,
            Passed::Dropped => return Ok(true),
            Passed::End => return Ok(false),
            Passed::Many(items) => {
                for item in items {
                    if !through(interp, steps, counts, at + 1, item, block)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
        }
    }
    interp.call_block(block, &[item])?;
    // A full `take` ends before the source is asked for one more.
    let full = steps.iter().zip(counts).any(|(step, count)| match step {
        Step::Take(limit) => count.get() >= *limit,
        _ => false,
    });
    Ok(!full)
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(this.clone());
    };
    let lazy = held(interp, this)?;
    if lazy.steps.iter().any(|step| matches!(step, Step::Take(0))) {
        return Ok(this.clone());
    }
    let steps = lazy.steps.clone();
    let counts: Vec<Cell<usize>> = steps.iter().map(|_| Cell::new(0)).collect();
    interp.each_until(&lazy.source, move |interp, item| {
        interp.tick()?;
        through(interp, &steps, &counts, 0, item, &block)
    })?;
    Ok(this.clone())
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn nothing(_: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(Value::Nil)
}

fn eager(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(super::object::enumerator(
        interp,
        this,
        "each".into(),
        Vec::new(),
    ))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let lazy = held(interp, this)?;
    let source = interp.inspect(&lazy.source)?;
    Ok(Value::str(format!("#<Enumerator::Lazy: {source}>")))
}
