//! Ruby: a language, not our DSL. It knows nothing of Vagrant; whoever embeds
//! it defines constants, modules and host objects, and provides a [`World`].
//!
//! Reading order: `value` (what programs handle), `interp` (what an embedder
//! calls), `parse` and `ast` (text to tree), `eval` (the walk over the tree),
//! `builtins` (a file per class with a table of its methods).
//!
//! ```
//! use std::rc::Rc;
//! use rove::ruby::{Interp, Memory, Value};
//! use rove::source::SourceFile;
//!
//! let world = Rc::new(Memory::default());
//! let mut interp = Interp::new(world.clone());
//! let lab = interp.define_module("Lab");
//! interp.define_singleton(&lab, "configure", |interp, _, args| {
//!     let block = args.block.clone().expect("the file gives a block");
//!     interp.call_block(&block, &[Value::Int(2)])
//! });
//! let file = SourceFile::new("Labfile", "Lab.configure { |n| puts n * 21 }");
//! interp.eval_source(file).expect("the file is fine");
//! assert_eq!(world.output(), "42\n");
//! ```

// The tree and the values are private to the module, and `pub` inside says so.
#![allow(unreachable_pub)]
// Ruby compares floats exactly, and so must we.
#![allow(clippy::float_cmp)]
// Every built-in has the same signature, used or not.
#![allow(clippy::unused_self, clippy::option_option)]
// Shapes of code that read better here than what is proposed.
#![allow(
    clippy::single_match_else,
    clippy::unnecessary_box_returns,
    clippy::assigning_clones
)]
#![allow(
    clippy::format_push_string,
    clippy::verbose_bit_mask,
    clippy::decimal_bitwise_operands
)]
#![allow(
    clippy::wrong_self_convention,
    clippy::explicit_counter_loop,
    clippy::single_match
)]
#![allow(
    clippy::return_self_not_must_use,
    clippy::manual_let_else,
    clippy::while_let_loop
)]
#![allow(
    clippy::cloned_ref_to_slice_refs,
    clippy::redundant_closure_for_method_calls
)]
#![allow(clippy::semicolon_if_nothing_returned, clippy::let_and_return)]
#![allow(
    clippy::default_trait_access,
    clippy::format_collect,
    clippy::single_char_pattern
)]

mod ast;
mod builtins;
mod error;
mod eval;
mod interp;
mod parse;
mod pattern;
mod scope;
mod symbol;
mod value;
mod world;

pub use ast::{CallSite, Loc, Params, RegexpFlags};
pub use error::{Category, Error, Flow, Outcome, Problem, Report};
pub use interp::{Interp, Library, Limits};
pub use pattern::pattern_matches;
pub use symbol::Sym;
pub use value::{Args, Class, Data, Native, Proc, RArray, RHash, RRange, RString, Value};
pub use world::{Command, FileFacts, FileType, Finished, Memory, User, World};
