//! Interned names. A [`Sym`] is a small number, so that variables, methods and
//! constants are looked up without comparing text. The table is per thread, as
//! is every value of the interpreter; it only grows, by names seen in files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(u32);

/// Names that the evaluator compares without looking at their text; the first
/// eleven are operators of integers, the others functions that need to see the
/// variables or the frame of their caller.
const FIXED: [&str; 25] = [
    "+",
    "-",
    "*",
    "<",
    ">",
    "<=",
    ">=",
    "==",
    "!=",
    "%",
    "/",
    "block_given?",
    "binding",
    "__method__",
    "__dir__",
    "local_variables",
    "proc",
    "lambda",
    "require_relative",
    "eval",
    "private",
    "public",
    "protected",
    "module_function",
    "private_class_method",
];
const OPERATORS: u32 = 11;

struct Table {
    names: Vec<Rc<str>>,
    numbers: HashMap<Rc<str>, u32>,
}

impl Default for Table {
    fn default() -> Self {
        let names: Vec<Rc<str>> = FIXED.iter().map(|name| Rc::from(*name)).collect();
        let numbers = names.iter().cloned().zip(0..).collect();
        Self { names, numbers }
    }
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

impl Sym {
    /// Returns the symbol for `name`.
    pub fn new(name: &str) -> Self {
        TABLE.with_borrow_mut(|table| {
            if let Some(number) = table.numbers.get(name) {
                return Self(*number);
            }
            let number = table.names.len() as u32;
            let name: Rc<str> = Rc::from(name);
            table.names.push(Rc::clone(&name));
            table.numbers.insert(name, number);
            Self(number)
        })
    }

    /// Returns the name.
    pub fn name(self) -> Rc<str> {
        TABLE.with_borrow(|table| {
            table
                .names
                .get(self.0 as usize)
                .cloned()
                .unwrap_or_else(|| Rc::from(""))
        })
    }

    /// Tells whether the name is `text`.
    pub fn is(self, text: &str) -> bool {
        TABLE.with_borrow(|table| {
            table
                .names
                .get(self.0 as usize)
                .is_some_and(|n| **n == *text)
        })
    }

    /// Returns the place of the name in the list of operators of integers.
    pub(in crate::ruby) fn operator(self) -> Option<&'static str> {
        if self.0 < OPERATORS {
            FIXED.get(self.0 as usize).copied()
        } else {
            None
        }
    }

    /// Tells whether a function of this name may need the frame of its caller.
    pub(in crate::ruby) fn is_intrinsic(self) -> bool {
        self.0 >= OPERATORS && (self.0 as usize) < FIXED.len()
    }

    /// Returns a number that is unique to the name in this thread.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Debug for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ":{}", self.name())
    }
}

impl From<&str> for Sym {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
