//! `Enumerable`: everything that can be had from `each`. `mapping` makes lists,
//! `finding` looks for elements, `grouping` sorts and groups. Arrays, hashes,
//! ranges and structs use the same functions over their elements.

mod finding;
mod grouping;
mod mapping;

use std::rc::Rc;

pub(super) use grouping::{sorted, sorted_by};
pub(super) use mapping::uniq_items;

use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Proc, Value};

pub(super) fn install(interp: &mut Interp) {
    let module = Rc::clone(&interp.core.enumerable);
    interp.add_rows(&module, mapping::METHODS);
    interp.add_rows(&module, finding::METHODS);
    interp.add_rows(&module, grouping::METHODS);
    // Arrays have these methods themselves, which `owner` shows.
    let array = Rc::clone(&interp.core.array);
    interp.add_rows(&array, mapping::METHODS);
    interp.add_rows(&array, finding::METHODS);
    interp.add_rows(&array, grouping::METHODS);
}

/// Returns the block, or an Enumerator to answer with when there is none.
pub(super) fn block_or_enumerator(
    interp: &mut Interp,
    this: &Value,
    args: &Args,
    name: &str,
) -> Result<Rc<Proc>, Value> {
    match &args.block {
        Some(block) => Ok(Rc::clone(block)),
        None => Err(super::object::enumerator(
            interp,
            this,
            Sym::new(name),
            args.list.clone(),
        )),
    }
}

impl Interp {
    /// Calls `f` with each element until it answers false; ranges without an
    /// end and generators are left as soon as that happens.
    pub(in crate::ruby) fn each_until(
        &mut self,
        this: &Value,
        mut f: impl FnMut(&mut Interp, Value) -> Outcome<bool> + 'static,
    ) -> Outcome<()> {
        match this {
            Value::Array(array) => {
                let mut index = 0;
                while let Some(item) = array.get(index) {
                    self.tick()?;
                    if !f(self, item)? {
                        break;
                    }
                    index += 1;
                }
                Ok(())
            }
            Value::Range(range) => {
                let range = Rc::clone(range);
                self.each_of_range(&range, &mut f)
            }
            Value::Hash(hash) => {
                for (key, value) in hash.pairs() {
                    if !f(self, Value::array([key, value]))? {
                        break;
                    }
                }
                Ok(())
            }
            other => self.each(other, f),
        }
    }
}
