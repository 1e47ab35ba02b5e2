//! `Hash`: access and change. `transform` has what makes new hashes from one.

mod transform;

use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, any, row};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, HashDefault, Proc, RHash, Value};

const METHODS: Rows = &[
    row("initialize", 0, 1, initialize),
    row("[]", 1, 1, get),
    row("[]= store", 2, 2, put),
    row("fetch", 1, 2, fetch),
    any("dig", 1, dig),
    row("key? has_key? include? member?", 1, 1, has_key),
    row("value? has_value?", 1, 1, has_value),
    row("key", 1, 1, key),
    row("keys", 0, 0, keys),
    row("values", 0, 0, values),
    any("values_at", 0, values_at),
    any("fetch_values", 0, fetch_values),
    row("length size", 0, 0, length),
    row("empty?", 0, 0, is_empty),
    row("first", 0, 1, first),
    row("each each_pair", 0, 0, each),
    row("each_key", 0, 0, each_key),
    row("each_value", 0, 0, each_value),
    row("delete", 1, 1, delete),
    row("delete_if", 0, 0, delete_if),
    row("reject!", 0, 0, reject_bang),
    row("select! filter!", 0, 0, select_bang),
    row("keep_if", 0, 0, keep_if),
    row("shift", 0, 0, shift),
    row("clear", 0, 0, clear),
    row("replace initialize_copy", 1, 1, replace),
    row("default", 0, 1, default),
    row("default=", 1, 1, set_default),
    row("default_proc", 0, 0, default_proc),
    row("default_proc=", 1, 1, set_default_proc),
    row("compare_by_identity", 0, 0, compare_by_identity),
    row("compare_by_identity?", 0, 0, compares_by_identity),
    row("rehash", 0, 0, rehash),
    row("== ===", 1, 1, equal),
    row("eql?", 1, 1, eql),
    row("hash", 0, 0, hash),
    row("<=", 1, 1, subset),
    row(">=", 1, 1, superset),
    row("<", 1, 1, proper_subset),
    row(">", 1, 1, proper_superset),
    row("to_hash", 0, 0, itself),
    row("to_a", 0, 0, to_a),
    row("inspect to_s", 0, 0, inspect),
    row("to_proc", 0, 0, to_proc),
    row("assoc", 1, 1, assoc),
    row("rassoc", 1, 1, rassoc),
    row("deconstruct_keys", 1, 1, itself),
];

const SINGLETON: Rows = &[any("[]", 0, literal), row("try_convert", 1, 1, try_convert)];

pub(super) fn install(interp: &mut Interp) {
    let class = Rc::clone(&interp.core.hash);
    interp.add_rows(&class, METHODS);
    interp.add_rows(&class, transform::METHODS);
    interp.add_singleton_rows(&class, SINGLETON);
}

/// Returns the hash that `this` is.
pub(super) fn this_hash(interp: &mut Interp, this: &Value) -> Outcome<Rc<RHash>> {
    match this {
        Value::Hash(hash) => Ok(Rc::clone(hash)),
        _ => Err(interp.raise("TypeError", "uninitialized Hash")),
    }
}

/// Returns the hash that `this` is, if it may be changed.
pub(super) fn open_hash(interp: &mut Interp, this: &Value) -> Outcome<Rc<RHash>> {
    interp.check_frozen(this)?;
    this_hash(interp, this)
}

impl Interp {
    /// Calls a block with a member: two values for `|k, v|`, one pair else.
    pub(in crate::ruby) fn call_pair(
        &mut self,
        block: &Rc<Proc>,
        key: Value,
        value: Value,
    ) -> Outcome {
        if block.lambda && block.arity().unsigned_abs() == 2 && block.arity() > 0 {
            return self.call_block(block, &[key, value]);
        }
        self.call_block(block, &[Value::array([key, value])])
    }

    /// Looks a key up, defaults included.
    pub(in crate::ruby) fn hash_get(&mut self, hash: &Rc<RHash>, key: &Value) -> Outcome {
        self.prepare_key(key)?;
        if let Some(value) = hash.get(key) {
            return Ok(value);
        }
        let default = hash.default.borrow().clone();
        match default {
            HashDefault::Nil => {
                // A subclass may define `default` itself.
                Ok(Value::Nil)
            }
            HashDefault::Value(value) => Ok(value),
            HashDefault::Proc(block) => {
                self.call_block(&block, &[Value::Hash(Rc::clone(hash)), key.clone()])
            }
        }
    }
}

fn initialize(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    let default = match (&args.block, args.opt(0)) {
        (Some(block), None) => HashDefault::Proc(Rc::clone(block)),
        (Some(_), Some(_)) => {
            return Err(interp.raise(
                "ArgumentError",
                "wrong number of arguments (given 1, expected 0)",
            ));
        }
        (None, Some(value)) => HashDefault::Value(value.clone()),
        (None, None) => HashDefault::Nil,
    };
    *hash.default.borrow_mut() = default;
    Ok(Value::Nil)
}

fn get(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    interp.hash_get(&hash, &args.get(0))
}

fn put(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    interp.prepare_key(&args.get(0))?;
    if hash.len() > 1 << 24 {
        return Err(interp.raise("NoMemoryError", "failed to allocate memory"));
    }
    hash.insert(args.get(0), args.get(1));
    Ok(args.get(1))
}

fn missing(interp: &mut Interp, this: &Value, key: &Value) -> crate::ruby::error::Flow {
    let shown = interp.inspect(key).unwrap_or_default();
    let flow = interp.raise("KeyError", format!("key not found: {shown}"));
    if let Some(exception) = flow.exception() {
        let names = match this {
            Value::Hash(hash) => hash.keys().iter().filter_map(Value::as_name).collect(),
            _ => Vec::new(),
        };
        super::exception::change(exception, |data| {
            data.receiver = Some(this.clone());
            data.name = Some(key.clone());
            data.candidates = Rc::new(names);
        });
    }
    flow
}

fn fetch(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    let key = args.get(0);
    interp.prepare_key(&key)?;
    if let Some(value) = hash.get(&key) {
        return Ok(value);
    }
    match (&args.block, args.opt(1)) {
        (Some(block), _) => interp.call_block(block, &[key]),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(missing(interp, this, &key)),
    }
}

fn dig(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    let found = interp.hash_get(&hash, &args.get(0))?;
    interp.dig_on(&found, args.list.get(1..).unwrap_or_default())
}

fn has_key(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.prepare_key(&args.get(0))?;
    Ok(Value::Bool(
        this_hash(interp, this)?.get(&args.get(0)).is_some(),
    ))
}

fn has_value(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(!key(interp, this, args)?.is_nil()))
}

fn key(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for (key, value) in this_hash(interp, this)?.pairs() {
        if interp.equal(&value, &args.get(0))? {
            return Ok(key);
        }
    }
    Ok(Value::Nil)
}

fn keys(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(this_hash(interp, this)?.keys()))
}

fn values(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let pairs = this_hash(interp, this)?.pairs();
    Ok(Value::array(
        pairs
            .into_iter()
            .map(|(_, value)| value)
            .collect::<Vec<_>>(),
    ))
}

fn values_at(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    let mut out = Vec::new();
    for key in &args.list {
        out.push(interp.hash_get(&hash, key)?);
    }
    Ok(Value::array(out))
}

fn fetch_values(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let mut out = Vec::new();
    for key in &args.list {
        let args = Args::new([key.clone()]).with_block(args.block.clone());
        out.push(fetch(interp, this, &args)?);
    }
    Ok(Value::array(out))
}

fn length(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::size(this_hash(interp, this)?.len()))
}

fn is_empty(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_hash(interp, this)?.is_empty()))
}

fn first(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let items = interp.collect(this)?;
    interp.send_list(&Value::array(items), "first", &args.list)
}

fn each(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each"),
            Vec::new(),
        ));
    };
    for (key, value) in this_hash(interp, this)?.pairs() {
        interp.call_pair(&block, key, value)?;
    }
    Ok(this.clone())
}

fn each_key(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each_key"),
            Vec::new(),
        ));
    };
    for key in this_hash(interp, this)?.keys() {
        interp.call_block(&block, &[key])?;
    }
    Ok(this.clone())
}

fn each_value(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let Some(block) = args.block.clone() else {
        return Ok(super::object::enumerator(
            interp,
            this,
            Sym::new("each_value"),
            Vec::new(),
        ));
    };
    for (_, value) in this_hash(interp, this)?.pairs() {
        interp.call_block(&block, &[value])?;
    }
    Ok(this.clone())
}

fn delete(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    interp.prepare_key(&args.get(0))?;
    match (hash.remove(&args.get(0)), &args.block) {
        (Some(value), _) => Ok(value),
        (None, Some(block)) => interp.call_block(block, &[args.get(0)]),
        (None, None) => Ok(Value::Nil),
    }
}

/// Calls a block that decides about a member with key and value.
pub(super) fn decide(
    interp: &mut Interp,
    block: &Rc<Proc>,
    key: &Value,
    value: &Value,
) -> Outcome<bool> {
    Ok(interp.call_pair_values(block, key, value)?.truthy())
}

impl Interp {
    /// Calls a block with key and value as two arguments, as `select` does.
    pub(in crate::ruby) fn call_pair_values(
        &mut self,
        block: &Rc<Proc>,
        key: &Value,
        value: &Value,
    ) -> Outcome {
        if block.lambda && block.arity() == 1 {
            return self.call_block(block, &[Value::array([key.clone(), value.clone()])]);
        }
        self.call_block(block, &[key.clone(), value.clone()])
    }
}

/// Keeps the members for which the block answers `wanted`; tells whether any went.
fn keep(interp: &mut Interp, this: &Value, args: &Args, wanted: bool) -> Outcome<bool> {
    let hash = open_hash(interp, this)?;
    let block = interp.block_of(args)?;
    let mut changed = false;
    for (key, value) in hash.pairs() {
        if decide(interp, &block, &key, &value)? != wanted {
            hash.remove(&key);
            changed = true;
        }
    }
    Ok(changed)
}

fn delete_if(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    keep(interp, this, args, false)?;
    Ok(this.clone())
}

fn reject_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(if keep(interp, this, args, false)? {
        this.clone()
    } else {
        Value::Nil
    })
}

fn select_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(if keep(interp, this, args, true)? {
        this.clone()
    } else {
        Value::Nil
    })
}

fn keep_if(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    keep(interp, this, args, true)?;
    Ok(this.clone())
}

fn shift(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    let first = hash.map.borrow_mut().shift_remove_index(0);
    Ok(match first {
        Some((key, value)) => Value::array([key.0, value]),
        None => Value::Nil,
    })
}

fn clear(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let old = open_hash(interp, this)?.map.take();
    drop(old);
    Ok(this.clone())
}

fn replace(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    let new = interp.hash_arg(&args.get(0))?.copy();
    let (map, default) = (new.map.borrow().clone(), new.default.borrow().clone());
    *hash.map.borrow_mut() = map;
    *hash.default.borrow_mut() = default;
    Ok(this.clone())
}

fn default(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let default = this_hash(interp, this)?.default.borrow().clone();
    match (default, args.opt(0)) {
        (HashDefault::Value(value), _) => Ok(value),
        (HashDefault::Proc(block), Some(key)) => {
            interp.call_block(&block, &[this.clone(), key.clone()])
        }
        _ => Ok(Value::Nil),
    }
}

fn set_default(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    *open_hash(interp, this)?.default.borrow_mut() = HashDefault::Value(args.get(0));
    Ok(args.get(0))
}

fn default_proc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let default = this_hash(interp, this)?.default.borrow().clone();
    Ok(match default {
        HashDefault::Proc(block) => Value::Proc(block),
        _ => Value::Nil,
    })
}

fn set_default_proc(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let default = match args.get(0) {
        Value::Proc(block) => HashDefault::Proc(block),
        _ => HashDefault::Nil,
    };
    *open_hash(interp, this)?.default.borrow_mut() = default;
    Ok(args.get(0))
}

fn compare_by_identity(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    open_hash(interp, this)?.by_identity.set(true);
    Ok(this.clone())
}

fn compares_by_identity(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::Bool(this_hash(interp, this)?.by_identity.get()))
}

fn rehash(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let hash = open_hash(interp, this)?;
    let pairs = hash.pairs();
    let old = hash.map.take();
    drop(old);
    for (key, value) in pairs {
        hash.insert(key, value);
    }
    Ok(this.clone())
}

fn equal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(interp.equal(this, &args.get(0))?))
}

fn eql(_: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let (a, b) = (
        crate::ruby::value::Key(this.clone()),
        crate::ruby::value::Key(args.get(0)),
    );
    Ok(Value::Bool(a == b))
}

fn hash(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    crate::ruby::value::Key(this.clone()).hash(&mut hasher);
    Ok(Value::Int((hasher.finish() >> 2) as i64))
}

fn contained(interp: &mut Interp, small: &Value, large: &Value) -> Outcome<bool> {
    let (small, large) = (interp.hash_arg(small)?, interp.hash_arg(large)?);
    for (key, value) in small.pairs() {
        match large.get(&key) {
            Some(other) if interp.equal(&value, &other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn subset(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(contained(interp, this, &args.get(0))?))
}

fn superset(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    Ok(Value::Bool(contained(interp, &args.get(0), this)?))
}

fn proper_subset(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let smaller = this_hash(interp, this)?.len() < interp.hash_arg(&args.get(0))?.len();
    Ok(Value::Bool(
        smaller && contained(interp, this, &args.get(0))?,
    ))
}

fn proper_superset(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let larger = this_hash(interp, this)?.len() > interp.hash_arg(&args.get(0))?.len();
    Ok(Value::Bool(
        larger && contained(interp, &args.get(0), this)?,
    ))
}

fn itself(_: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(this.clone())
}

fn to_a(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(Value::array(interp.collect(this)?))
}

fn inspect(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    Ok(Value::str(interp.inspect_hash(this, &hash)?))
}

fn to_proc(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    let hash = this_hash(interp, this)?;
    Ok(Value::Proc(interp.host_proc(1, move |interp, _, args| {
        interp.hash_get(&hash, &args.get(0))
    })))
}

fn assoc(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let found = this_hash(interp, this)?.get(&args.get(0));
    Ok(found.map_or(Value::Nil, |value| Value::array([args.get(0), value])))
}

fn rassoc(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    for (key, value) in this_hash(interp, this)?.pairs() {
        if interp.equal(&value, &args.get(0))? {
            return Ok(Value::array([key, value]));
        }
    }
    Ok(Value::Nil)
}

fn literal(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let made = interp.send_list(this, "allocate", &[])?;
    let hash = this_hash(interp, &made)?;
    match args.list.as_slice() {
        [Value::Hash(other)] => {
            for (key, value) in other.pairs() {
                hash.insert(key, value);
            }
        }
        [Value::Array(pairs)] => {
            for pair in pairs.to_vec() {
                let pair = interp.array_arg(&pair)?;
                let mut pair = pair.into_iter();
                hash.insert(
                    pair.next().unwrap_or_default(),
                    pair.next().unwrap_or_default(),
                );
            }
        }
        list if list.len() % 2 == 0 => {
            for pair in list.chunks(2) {
                if let [key, value] = pair {
                    hash.insert(key.clone(), value.clone());
                }
            }
        }
        _ => return Err(interp.raise("ArgumentError", "odd number of arguments for Hash")),
    }
    Ok(made)
}

fn try_convert(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    match interp.hash_arg(&args.get(0)) {
        Ok(hash) => Ok(Value::Hash(hash)),
        Err(_) => Ok(Value::Nil),
    }
}
