//! Drops deep structures without recursion: a million arrays, each in the next,
//! must not use up the machine's stack when the last reference goes.

use std::cell::{Cell, RefCell};

use super::Value;

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Drops `values`, the nested ones one after the other.
pub(super) fn later(values: impl Iterator<Item = Value>) {
    let nested: Vec<Value> = values
        .filter(|value| {
            matches!(
                value,
                Value::Array(_)
                    | Value::Hash(_)
                    | Value::Object(_)
                    | Value::Proc(_)
                    | Value::Range(_)
            )
        })
        .collect();
    if nested.is_empty() {
        return;
    }
    // While the thread ends its storage may be gone; then plain drops do.
    let _ = WAITING.try_with(|waiting| {
        waiting.borrow_mut().extend(nested);
        let busy = BUSY.try_with(|busy| busy.replace(true)).unwrap_or(true);
        if busy {
            return;
        }
        loop {
            let next = waiting.borrow_mut().pop();
            match next {
                Some(value) => drop(value),
                None => break,
            }
        }
        let _ = BUSY.try_with(|busy| busy.set(false));
    });
}
