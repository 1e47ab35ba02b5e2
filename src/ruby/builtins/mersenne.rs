//! `rand`, `srand`, `Random`, `shuffle` and `sample`: a file that sets a seed
//! gets the numbers that Ruby gives. Secrets come from the world, see `random`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ruby::error::Outcome;
use crate::ruby::interp::{Interp, Rows, row, row_keywords};
use crate::ruby::value::{Args, Data, Value};

const KERNEL: Rows = &[row("rand", 0, 1, rand), row("srand", 0, 1, srand)];

const RANDOM: Rows = &[
    row("rand", 0, 1, rand),
    row("random_number", 0, 1, rand),
    row("new", 0, 1, new),
    row("new_seed", 0, 0, new_seed),
    row("srand", 0, 1, srand),
    row("bytes", 1, 1, bytes),
];

const OBJECT: Rows = &[
    row("rand", 0, 1, rand),
    row("random_number", 0, 1, rand),
    row("bytes", 1, 1, bytes),
    row("seed", 0, 0, seed),
];

const ARRAY: Rows = &[
    row_keywords("sample", 0, 1, sample),
    row_keywords("shuffle", 0, 0, shuffle),
    row_keywords("shuffle!", 0, 0, shuffle_bang),
];

pub(super) fn install(interp: &mut Interp) {
    let kernel = interp.define_module("Kernel");
    interp.add_rows(&kernel, KERNEL);
    interp.add_singleton_rows(&kernel, KERNEL);
    let random = interp.define_class("Random", None);
    interp.add_singleton_rows(&random, RANDOM);
    interp.add_rows(&random, OBJECT);
    let array = Rc::clone(&interp.core.array);
    interp.add_rows(&array, ARRAY);
}

/// Words of state of a generator.
const WORDS: usize = 624;

/// The generator MT19937, which Ruby's `Random` is.
pub(in crate::ruby) struct Mersenne {
    words: Vec<u32>,
    at: usize,
    seed: Value,
}

impl Mersenne {
    /// Returns a generator for the bytes of a seed, as words, lowest first.
    fn new(key: &[u32], seed: Value) -> Self {
        let mut words = first_words(key.first().copied().unwrap_or(0));
        if key.len() > 1 {
            words = first_words(19_650_218);
            mix(&mut words, key);
        }
        Self {
            words,
            at: WORDS,
            seed,
        }
    }

    fn word(&mut self) -> u32 {
        if self.at >= WORDS {
            self.refill();
        }
        let mut word = self.words.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn refill(&mut self) {
        let words = &mut self.words;
        for i in 0..WORDS {
            let high = words[i] & 0x8000_0000;
            let low = words[(i + 1) % WORDS] & 0x7fff_ffff;
            let mixed = high | low;
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            words[i] = words[(i + 397) % WORDS] ^ (mixed >> 1) ^ odd;
        }
        self.at = 0;
    }

    /// Returns a number from 0 to below 1.
    fn float(&mut self) -> f64 {
        let (a, b) = (self.word() >> 5, self.word() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    /// Returns a number from 0 to `limit`, both included.
    fn up_to(&mut self, limit: u64) -> u64 {
        if limit == 0 {
            return 0;
        }
        let mask = u64::MAX >> limit.leading_zeros();
        loop {
            let mut value = 0;
            let mut fits = true;
            for shift in [32, 0] {
                if (mask >> shift) & 0xffff_ffff != 0 {
                    value |= u64::from(self.word()) << shift;
                    value &= mask;
                    if value > limit {
                        fits = false;
                        break;
                    }
                }
            }
            if fits {
                return value;
            }
        }
    }

    /// Returns a number from 0 to below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.up_to((limit as u64).saturating_sub(1)) as usize
    }
}

fn first_words(seed: u32) -> Vec<u32> {
    let mut words = vec![seed; WORDS];
    for i in 1..WORDS {
        let before = words[i - 1];
        words[i] = 1_812_433_253_u32
            .wrapping_mul(before ^ (before >> 30))
            .wrapping_add(i as u32);
    }
    words
}

/// Spreads a seed of several words over the state.
fn mix(words: &mut [u32], key: &[u32]) {
    let mut i = 1;
    let step = |words: &mut [u32], i: &mut usize, factor: u32, add: u32, less: u32| {
        let before = words[*i - 1];
        words[*i] = (words[*i] ^ (before ^ (before >> 30)).wrapping_mul(factor))
            .wrapping_add(add)
            .wrapping_sub(less);
        *i += 1;
        if *i >= WORDS {
            words[0] = words[WORDS - 1];
            *i = 1;
        }
    };
    for round in 0..WORDS.max(key.len()) {
        let j = round % key.len();
        step(words, &mut i, 1_664_525, key[j].wrapping_add(j as u32), 0);
    }
    for _ in 1..WORDS {
        let less = i as u32;
        step(words, &mut i, 1_566_083_941, 0, less);
    }
    words[0] = 0x8000_0000;
}

type Shared = Rc<RefCell<Mersenne>>;

/// Returns a generator for a seed that a program gives, or a random one.
fn seeded(interp: &mut Interp, seed: Option<&Value>) -> Outcome<Shared> {
    let seed = match seed {
        Some(seed @ Value::Big(_)) => seed.clone(),
        Some(seed) if !seed.is_nil() => Value::Int(interp.int_arg(seed)?),
        _ => fresh_seed(interp),
    };
    let key = match &seed {
        Value::Big(number) => number.iter_u32_digits().collect(),
        other => {
            let number = other.as_int().unwrap_or(0).unsigned_abs();
            let (low, high) = (number as u32, (number >> 32) as u32);
            if high == 0 {
                vec![low]
            } else {
                vec![low, high]
            }
        }
    };
    Ok(Rc::new(RefCell::new(Mersenne::new(&key, seed))))
}

fn fresh_seed(interp: &mut Interp) -> Value {
    let mut bytes = [0; 8];
    interp.world.random(&mut bytes);
    Value::Int(i64::from_le_bytes(bytes) & i64::MAX)
}

/// Returns the generator that an object is, else that of the whole program.
fn generator(interp: &mut Interp, object: Option<&Value>) -> Outcome<Shared> {
    if let Some(Value::Object(object)) = object
        && let Data::Host(held) = &*object.data.borrow()
        && let Ok(found) = Rc::clone(held).downcast::<RefCell<Mersenne>>()
    {
        return Ok(found);
    }
    if let Some(found) = &interp.random {
        return Ok(Rc::clone(found));
    }
    let new = seeded(interp, None)?;
    interp.random = Some(Rc::clone(&new));
    Ok(new)
}

fn new(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = seeded(interp, args.opt(0))?;
    let object = interp.send_list(this, "allocate", &[])?;
    if let Value::Object(object) = &object {
        *object.data.borrow_mut() = Data::Host(held);
    }
    Ok(object)
}

fn srand(interp: &mut Interp, _: &Value, args: &Args) -> Outcome {
    let before = generator(interp, None)?.borrow().seed.clone();
    interp.random = Some(seeded(interp, args.opt(0))?);
    Ok(before)
}

fn new_seed(interp: &mut Interp, _: &Value, _: &Args) -> Outcome {
    Ok(fresh_seed(interp))
}

fn seed(interp: &mut Interp, this: &Value, _: &Args) -> Outcome {
    Ok(generator(interp, Some(this))?.borrow().seed.clone())
}

fn bytes(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let count = interp.int_arg(&args.get(0))?.clamp(0, 1 << 20) as usize;
    let held = generator(interp, Some(this))?;
    let mut bytes = Vec::with_capacity(count + 3);
    while bytes.len() < count {
        bytes.extend(held.borrow_mut().word().to_le_bytes());
    }
    bytes.truncate(count);
    let value = Value::bytes(bytes);
    if let Value::Str(text) = &value {
        text.binary.set(true);
    }
    Ok(value)
}

fn rand(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = generator(interp, Some(this))?;
    // `Kernel#rand` takes nearly everything; the methods of Random do not.
    let strict = matches!(this, Value::Object(_)) && !this.same(&interp.main);
    let limit = args.opt(0);
    match limit {
        None => Ok(Value::Float(held.borrow_mut().float())),
        Some(Value::Nil | Value::Bool(false)) if !strict => {
            Ok(Value::Float(held.borrow_mut().float()))
        }
        Some(Value::Float(limit)) if strict => Ok(Value::Float(held.borrow_mut().float() * limit)),
        Some(Value::Range(range)) => {
            if let (Some(from), Some(to)) = (range.from.as_int(), range.to.as_int()) {
                let span = to
                    .checked_sub(from)
                    .map(|span| span - i64::from(range.exclusive));
                return Ok(match span {
                    Some(span) if span >= 0 => {
                        let offset = held.borrow_mut().up_to(span as u64);
                        Value::Int(from.wrapping_add(offset as i64))
                    }
                    _ => Value::Nil,
                });
            }
            let (from, to) = (interp.float_arg(&range.from)?, interp.float_arg(&range.to)?);
            let part = held.borrow_mut().float();
            Ok(Value::Float(from + part * (to - from)))
        }
        Some(other) => {
            let limit = interp.int_arg(other)?;
            if strict && limit <= 0 {
                let shown = interp.inspect(other)?;
                return Err(interp.raise("ArgumentError", format!("invalid argument - {shown}")));
            }
            if limit == 0 {
                return Ok(Value::Float(held.borrow_mut().float()));
            }
            let number = held.borrow_mut().up_to(limit.unsigned_abs() - 1);
            Ok(Value::Int(number as i64))
        }
    }
}

fn given(interp: &mut Interp, args: &Args) -> Outcome<Shared> {
    let object = args.keyword("random");
    generator(interp, object.as_ref())
}

fn sample(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = given(interp, args)?;
    let mut generator = held.borrow_mut();
    let mut items = this.as_array().unwrap_or_default();
    let count = match args.opt(0) {
        None => {
            let at = if items.len() < 2 {
                0
            } else {
                generator.below(items.len())
            };
            return Ok(items.get(at).cloned().unwrap_or_default());
        }
        Some(count) => interp.int_arg(count)?,
    };
    if count < 0 {
        return Err(interp.raise("ArgumentError", "negative sample number"));
    }
    let count = (count as usize).min(items.len());
    // Up to 16 are picked by their rank among those that are left, more by
    // exchanging: two ways that use the same numbers differently.
    if count <= 16 {
        let mut sorted: Vec<usize> = Vec::with_capacity(count);
        let mut picked = Vec::with_capacity(count);
        for round in 0..count {
            let mut at = generator.below(items.len() - round);
            let mut place = 0;
            for known in &sorted {
                if at < *known {
                    break;
                }
                at += 1;
                place += 1;
            }
            sorted.insert(place, at);
            picked.push(items.get(at).cloned().unwrap_or_default());
        }
        return Ok(Value::array(picked));
    }
    for at in 0..count {
        let other = at + generator.below(items.len() - at);
        items.swap(at, other);
    }
    items.truncate(count);
    Ok(Value::array(items))
}

fn shuffle(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    let held = given(interp, args)?;
    let mut items = this.as_array().unwrap_or_default();
    for at in (1..items.len()).rev() {
        let other = held.borrow_mut().below(at + 1);
        items.swap(at, other);
    }
    Ok(Value::array(items))
}

fn shuffle_bang(interp: &mut Interp, this: &Value, args: &Args) -> Outcome {
    interp.check_frozen(this)?;
    let new = shuffle(interp, this, args)?.as_array().unwrap_or_default();
    if let Value::Array(array) = this {
        *array.items.borrow_mut() = new;
    }
    Ok(this.clone())
}
