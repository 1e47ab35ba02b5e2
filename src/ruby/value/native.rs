//! Objects written in Rust by whoever embeds the interpreter.

use std::any::Any;

use crate::ruby::error::Flow;
use crate::ruby::interp::Interp;

use super::{Args, Value};

/// A Ruby object whose methods are Rust.
///
/// It is shared behind an `Rc`, so state that changes goes into a `Cell` or a
/// `RefCell`; never hold a borrow of one while calling into the interpreter,
/// since the block that is called may come back to the same object.
///
/// A call with an explicit receiver is answered by, in this order:
/// 1. [`Native::call`], when [`Native::responds`] claims the name;
/// 2. the public methods of Ruby's `Object` (`tap`, `is_a?`, `inspect`, `send`,
///    `nil?`, `respond_to?` …);
/// 3. [`Native::call`] again, for any other name.
pub trait Native: Any {
    /// Returns what `.class` and error messages show.
    fn class_name(&self) -> String;

    /// Calls the method `name`. Setters arrive as `memory=`, indexing as `[]`
    /// and `[]=`; `x.y += 1` is a call of `y` and one of `y=`. For a name that
    /// does not exist return `Err(interp.no_method(self_value, name))`.
    fn call(
        &self,
        interp: &mut Interp,
        this: &Value,
        name: &str,
        args: &Args,
    ) -> Result<Value, Flow>;

    /// Tells whether `name` is a method of its own, before those of `Object`;
    /// also the answer of `respond_to?`.
    fn responds(&self, name: &str) -> bool;

    /// Returns the names that a typing error may have meant.
    fn method_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the result of `inspect`; `#<Name>` by default.
    fn inspect(&self) -> Option<String> {
        None
    }
}
