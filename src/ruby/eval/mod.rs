//! Walks the tree. This file has literals and the dispatch over kinds; `call`
//! has calls, `assign` assignments, `control` branches, loops and rescue,
//! `define` classes, methods and constants, `pattern` patterns, `defined` the
//! `defined?` operator.

mod assign;
mod call;
mod constants;
mod control;
mod define;
mod defined;
mod pattern;

use std::rc::Rc;

use crate::ruby::ast::{Kind, Node, Pair, RegexpFlags};
use crate::ruby::builtins;
use crate::ruby::error::{Outcome, Unwind};
use crate::ruby::interp::Interp;
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Data, Object, RHash, RString, Value};

impl Interp {
    /// Evaluates an expression.
    pub(in crate::ruby) fn eval(&mut self, node: &Node, env: &Env) -> Outcome {
        // Leaves first: they need no stack and are most of the tree.
        match &node.kind {
            Kind::Nil => Ok(Value::Nil),
            Kind::True => Ok(Value::Bool(true)),
            Kind::False => Ok(Value::Bool(false)),
            Kind::Myself => Ok(env.frame.this.clone()),
            Kind::Int(number) => Ok(Value::Int(*number)),
            Kind::Big(number) => Ok(Value::Big(Rc::clone(number))),
            Kind::Float(number) => Ok(Value::Float(*number)),
            Kind::Symbol(symbol) => Ok(Value::Sym(*symbol)),
            Kind::Str { bytes, frozen } => {
                let string = RString::from_bytes(bytes.to_vec());
                string.frozen.set(*frozen);
                Ok(Value::Str(Rc::new(string)))
            }
            Kind::Local(_, slot) => Ok(env.scope.get(*slot)),
            Kind::InstanceVar(name) => Ok(self.ivar_get(&env.frame.this, *name)),
            _ => stacker::maybe_grow(256 << 10, 4 << 20, || self.eval_branch(node, env)),
        }
    }

    fn eval_branch(&mut self, node: &Node, env: &Env) -> Outcome {
        match &node.kind {
            Kind::Call(call) => self.eval_call(call, env),
            Kind::Seq(nodes) => {
                let mut last = Value::Nil;
                for node in nodes {
                    last = self.eval(node, env)?;
                }
                Ok(last)
            }
            Kind::Assign(target, value) => self.eval_assign(target, value, env),
            Kind::OpAssign(target, combine, value) => {
                self.eval_op_assign(target, *combine, value, env, node.loc)
            }
            Kind::MultiAssign(target, value) => self.eval_multi_assign(target, value, env),
            Kind::If(parts) => {
                let (condition, yes, no) = &**parts;
                if self.eval(condition, env)?.truthy() {
                    self.eval(yes, env)
                } else {
                    self.eval(no, env)
                }
            }
            Kind::And(a, b) => {
                let a = self.eval(a, env)?;
                if a.truthy() { self.eval(b, env) } else { Ok(a) }
            }
            Kind::Or(a, b) => {
                let a = self.eval(a, env)?;
                if a.truthy() { Ok(a) } else { self.eval(b, env) }
            }
            Kind::Not(call) => self.eval_not(call, env),
            Kind::DStr(parts) => {
                let bytes = self.eval_parts(parts, env)?;
                Ok(Value::bytes(bytes))
            }
            Kind::XStr(parts) => {
                let bytes = self.eval_parts(parts, env)?;
                self.at(node.loc);
                let line = Value::bytes(bytes);
                self.send_list(&env.frame.this.clone(), "`", &[line])
            }
            Kind::DSymbol(parts) => {
                let bytes = self.eval_parts(parts, env)?;
                Ok(Value::sym(&String::from_utf8_lossy(&bytes)))
            }
            Kind::Regexp(source, flags) => self.eval_regexp(source, *flags, node),
            Kind::DRegexp(parts, flags) => {
                let mut source = String::new();
                for part in parts {
                    let value = self.eval(part, env)?;
                    match &value {
                        Value::Regexp(inner) => source.push_str(&builtins::regexp::embedded(inner)),
                        value => source.push_str(&self.text(value)?),
                    }
                }
                self.eval_regexp(&source, *flags, node)
            }
            Kind::Array(nodes) => {
                let items = self.eval_list(nodes, env)?;
                Ok(Value::array(items))
            }
            Kind::Hash(pairs) => {
                let hash = self.eval_pairs(pairs, env)?;
                Ok(Value::Hash(Rc::new(hash)))
            }
            Kind::Range {
                from,
                to,
                exclusive,
            } => {
                let from = match from {
                    Some(node) => self.eval(node, env)?,
                    None => Value::Nil,
                };
                let to = match to {
                    Some(node) => self.eval(node, env)?,
                    None => Value::Nil,
                };
                self.at(node.loc);
                self.new_range(from, to, *exclusive)
            }
            Kind::Splat(value) => {
                let value = match value {
                    Some(value) => self.eval(value, env)?,
                    None => Value::Nil,
                };
                Ok(Value::array(self.splat(&value)?))
            }
            Kind::Rational(a, b) => Ok(Value::Object(Object::new(
                Rc::clone(&self.core.rational),
                Data::Rational(Rc::clone(a), Rc::clone(b)),
            ))),
            Kind::ClassVar(name) => self.class_var_get(*name, env, node.loc),
            Kind::GlobalVar(name) => Ok(self.global_get(*name)),
            Kind::Const(name) => self.const_get(*name, env, node.loc),
            Kind::ConstPath(scope, name) => self.const_path(scope.as_deref(), *name, env, node.loc),
            Kind::NthMatch(index) => Ok(self.match_group(*index as usize)),
            Kind::MatchPart(part) => Ok(self.match_part(*part)),
            Kind::Super(call) => self.eval_super(call, env),
            Kind::Yield(call) => self.eval_yield(call, env),
            Kind::Defined(inner) => self.eval_defined(inner, env),
            Kind::While(looped) => self.eval_while(looped, env),
            Kind::For(parts) => self.eval_for(parts, env),
            Kind::Case(case) => self.eval_case(case, env),
            Kind::CaseIn(case) => self.eval_case_in(case, env, node.loc),
            Kind::MatchPattern {
                value,
                pattern,
                required,
            } => self.eval_match_pattern(value, pattern, *required, env, node.loc),
            Kind::MatchNames(call, names) => {
                let result = self.eval(call, env)?;
                for (name, slot) in names {
                    let value = self.match_named(&name.name());
                    env.scope.set(*slot, value);
                }
                Ok(result)
            }
            Kind::Begin(begin) => self.eval_begin(begin, env),
            Kind::Return(value) => {
                let value = self.eval_optional(value.as_deref(), env)?;
                Err(Unwind::Return(env.scope.return_to.get(), value).into())
            }
            Kind::Break { value, in_loop } => {
                let value = self.eval_optional(value.as_deref(), env)?;
                if *in_loop {
                    Err(Unwind::LoopBreak(value).into())
                } else {
                    Err(Unwind::Break(env.scope.break_to.get(), value).into())
                }
            }
            Kind::Next { value, in_loop } => {
                let value = self.eval_optional(value.as_deref(), env)?;
                if *in_loop {
                    Err(Unwind::LoopNext.into())
                } else {
                    Err(Unwind::Next(value).into())
                }
            }
            Kind::Redo => Err(Unwind::Redo.into()),
            Kind::Retry => Err(Unwind::Retry.into()),
            Kind::Def(function, object) => self.eval_def(function, object.as_deref(), env),
            Kind::Class(def) => self.eval_class(def, env),
            Kind::Module(def) => self.eval_module(def, env),
            Kind::Singleton(parts) => self.eval_singleton(&parts.0, &parts.1, env),
            Kind::Alias(parts) => self.eval_alias(&parts.0, &parts.1, env, node.loc),
            Kind::AliasGlobal(new, old) => {
                let old = self.global_aliases.get(old).copied().unwrap_or(*old);
                self.global_aliases.insert(*new, old);
                Ok(Value::Nil)
            }
            Kind::Undef(names) => self.eval_undef(names, env, node.loc),
            Kind::Lambda(block) => Ok(Value::Proc(self.new_proc(block, env, true))),
            Kind::AtExit(block) => {
                let block = self.new_proc(block, env, false);
                self.at_exit.push(block);
                Ok(Value::Nil)
            }
            Kind::FlipFlop {
                id,
                from,
                to,
                exclusive,
            } => self.eval_flip_flop(*id, from, to, *exclusive, env),
            Kind::File => Ok(Value::str(env.frame.file.path.to_string_lossy())),
            Kind::Line(line) => Ok(Value::Int(i64::from(*line))),
            Kind::Encoding => self.encoding_named("UTF-8"),
            // The leaves; `eval` has answered them.
            _ => Ok(Value::Nil),
        }
    }

    fn eval_optional(&mut self, node: Option<&Node>, env: &Env) -> Outcome {
        match node {
            Some(node) => self.eval(node, env),
            None => Ok(Value::Nil),
        }
    }

    fn eval_parts(&mut self, parts: &[Node], env: &Env) -> Outcome<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in parts {
            match &part.kind {
                Kind::Str { bytes: text, .. } => bytes.extend_from_slice(text),
                _ => {
                    let value = self.eval(part, env)?;
                    self.at(part.loc);
                    self.add_text(&mut bytes, &value)?;
                }
            }
        }
        self.check_size(bytes.len())?;
        Ok(bytes)
    }

    fn eval_regexp(&mut self, source: &str, flags: RegexpFlags, node: &Node) -> Outcome {
        let value = Value::regexp(source, flags);
        if let Value::Regexp(regexp) = &value {
            self.at(node.loc);
            self.compile(regexp)?;
        }
        Ok(value)
    }

    /// Evaluates the elements of a list, splats spread out.
    pub(in crate::ruby) fn eval_list(&mut self, nodes: &[Node], env: &Env) -> Outcome<Vec<Value>> {
        let mut items = Vec::with_capacity(nodes.len());
        for node in nodes {
            if let Kind::Splat(Some(inner)) = &node.kind {
                let value = self.eval(inner, env)?;
                items.extend(self.splat(&value)?);
            } else {
                items.push(self.eval(node, env)?);
            }
        }
        Ok(items)
    }

    /// Evaluates the members of a hash or keywords.
    pub(in crate::ruby) fn eval_pairs(&mut self, pairs: &[Pair], env: &Env) -> Outcome<RHash> {
        let hash = RHash::default();
        for pair in pairs {
            match pair {
                Pair::Assoc(key, value) => {
                    let key = self.eval(key, env)?;
                    let value = self.eval(value, env)?;
                    self.prepare_key(&key)?;
                    hash.insert(key, value);
                }
                Pair::Splat(Some(node)) => {
                    let value = self.eval(node, env)?;
                    if !value.is_nil() {
                        for (key, value) in self.hash_arg(&value)?.pairs() {
                            hash.insert(key, value);
                        }
                    }
                }
                Pair::Splat(None) => {}
            }
        }
        Ok(hash)
    }

    /// Asks a key for its own `hash` before it is looked up.
    pub(in crate::ruby) fn prepare_key(&mut self, key: &Value) -> Outcome<()> {
        let Value::Object(object) = key else {
            return Ok(());
        };
        let class = object.class();
        let method = self.find_method(&class, Sym::new("hash"));
        if let Some(method) = method
            && matches!(method.body, crate::ruby::value::MethodBody::Function(..))
        {
            let code = self.send_list(key, "hash", &[])?;
            object.hash_code.set(code.as_int());
        }
        Ok(())
    }

    /// Raises when a string gets too long.
    pub(in crate::ruby) fn check_size(&mut self, bytes: usize) -> Outcome<()> {
        if bytes > self.limits.string_bytes {
            return Err(self.raise("NoMemoryError", "failed to allocate memory"));
        }
        Ok(())
    }
}
