//! The classes that programs find: a file per class, or a folder by theme where
//! a class is large. Each file has a table of its methods; functions follow in
//! the order of the table. What is easier said in Ruby is in `prelude/*.rb` and
//! loaded when a program first names it.

mod array;
mod base64;
mod comparable;
mod encoding;
mod enumerable;
mod enumerator;
mod env;
mod exception;
mod file;
mod float;
mod hash;
pub(in crate::ruby) mod integer;
mod integer_bits;
pub(in crate::ruby) mod io;
mod json;
mod kernel;
mod lazy;
mod match_data;
pub(in crate::ruby) mod mersenne;
mod module;
mod module_constants;
mod nil_bool;
mod object;
mod prelude;
mod proc;
mod process;
mod random;
mod range;
mod rational;
pub(in crate::ruby) mod regexp;
pub(in crate::ruby) mod regexp_syntax;
mod string;
mod structs;
mod succ;
mod symbol;
mod time;
mod yaml;

pub(in crate::ruby) use prelude::{is_library, source};

use crate::ruby::interp::Interp;

/// Defines every class.
pub(in crate::ruby) fn install(interp: &mut Interp) {
    object::install(interp);
    kernel::install(interp);
    module::install(interp);
    exception::install(interp);
    comparable::install(interp);
    enumerable::install(interp);
    enumerator::install(interp);
    lazy::install(interp);
    integer::install(interp);
    float::install(interp);
    rational::install(interp);
    string::install(interp);
    symbol::install(interp);
    array::install(interp);
    hash::install(interp);
    range::install(interp);
    regexp::install(interp);
    structs::install(interp);
    proc::install(interp);
    encoding::install(interp);
    io::install(interp);
    file::install(interp);
    env::install(interp);
    process::install(interp);
    time::install(interp);
    random::install(interp);
    mersenne::install(interp);
    base64::install(interp);
    json::install(interp);
    yaml::install(interp);
    prelude::install(interp);
}
