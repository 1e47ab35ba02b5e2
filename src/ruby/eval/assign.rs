//! Assignments, in Ruby's order of evaluation: receiver and indexes, then the value.

use crate::ruby::ast::{Call, Combine, Kind, Loc, MultiTarget, Node, Target};
use crate::ruby::error::Outcome;
use crate::ruby::interp::{Caller, Interp};
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Value};

impl Interp {
    pub(super) fn eval_assign(&mut self, target: &Target, value: &Node, env: &Env) -> Outcome {
        match target {
            Target::Local(_, slot) => {
                let value = self.eval_right(value, env)?;
                env.scope.set(*slot, value.clone());
                Ok(value)
            }
            Target::Attribute(call) | Target::Index(call) => {
                let receiver = self.eval_receiver(call, env)?;
                if call.safe && receiver.is_nil() {
                    return Ok(Value::Nil);
                }
                let args = self.eval_args(call, env)?;
                let value = self.eval_right(value, env)?;
                self.store(target, call, &receiver, args, value.clone(), env)?;
                Ok(value)
            }
            _ => {
                let value = self.eval_right(value, env)?;
                self.assign(target, value.clone(), env)?;
                Ok(value)
            }
        }
    }

    /// Evaluates a right side; `a = *b` and `a = 1, 2` make arrays.
    fn eval_right(&mut self, value: &Node, env: &Env) -> Outcome {
        self.eval(value, env)
    }

    fn eval_receiver(&mut self, call: &Call, env: &Env) -> Outcome {
        match &call.receiver {
            Some(node) => self.eval(node, env),
            None => Ok(env.frame.this.clone()),
        }
    }

    fn store(
        &mut self,
        target: &Target,
        call: &Call,
        receiver: &Value,
        mut args: Args,
        value: Value,
        env: &Env,
    ) -> Outcome<()> {
        let name = match target {
            Target::Index(_) => Sym::new("[]="),
            _ => Sym::new(&format!("{}=", call.name)),
        };
        args.list = args.folded();
        args.keywords = None;
        args.list.push(value);
        args.block = self.eval_block(&call.block, env)?;
        self.at(call.site.name);
        let caller = self.caller(call, env);
        self.dispatch(receiver, name, args, caller)?;
        Ok(())
    }

    fn caller<'e>(&self, call: &Call, env: &'e Env) -> Caller<'e> {
        let to_self = matches!(
            call.receiver.as_ref().map(|node| &node.kind),
            None | Some(Kind::Myself)
        );
        if to_self || call.own {
            Caller::Own
        } else {
            Caller::Other(&env.frame.this)
        }
    }

    /// Assigns a value to a target.
    pub(in crate::ruby) fn assign(
        &mut self,
        target: &Target,
        value: Value,
        env: &Env,
    ) -> Outcome<()> {
        match target {
            Target::Local(_, slot) => env.scope.set(*slot, value),
            Target::InstanceVar(name) => self.ivar_set(&env.frame.this.clone(), *name, value)?,
            Target::ClassVar(name) => self.class_var_set(*name, value, env)?,
            Target::GlobalVar(name) => self.global_set(*name, value)?,
            Target::Const(name, loc) => {
                self.at(*loc);
                let module = std::rc::Rc::clone(&env.frame.cref.module);
                self.set_const(&module, *name, value);
            }
            Target::ConstPath(scope, name, loc) => {
                let module = match scope {
                    Some(node) => self.eval(node, env)?,
                    None => Value::Class(std::rc::Rc::clone(&self.core.object)),
                };
                self.at(*loc);
                match module {
                    Value::Class(module) => self.set_const(&module, *name, value),
                    other => {
                        let shown = self.inspect(&other)?;
                        return Err(
                            self.raise("TypeError", format!("{shown} is not a class/module"))
                        );
                    }
                }
            }
            Target::Attribute(call) | Target::Index(call) => {
                let receiver = self.eval_receiver(call, env)?;
                if call.safe && receiver.is_nil() {
                    return Ok(());
                }
                let args = self.eval_args(call, env)?;
                self.store(target, call, &receiver, args, value, env)?;
            }
            Target::Multi(multi) => self.assign_multi(multi, value, env)?,
            Target::Nothing => {}
        }
        Ok(())
    }

    pub(super) fn eval_multi_assign(
        &mut self,
        target: &MultiTarget,
        value: &Node,
        env: &Env,
    ) -> Outcome {
        let value = self.eval(value, env)?;
        self.assign_multi(target, value.clone(), env)?;
        Ok(value)
    }

    /// Spreads a value over several targets.
    pub(in crate::ruby) fn assign_multi(
        &mut self,
        target: &MultiTarget,
        value: Value,
        env: &Env,
    ) -> Outcome<()> {
        let items = match self.try_array(&value)? {
            Some(items) => items,
            None => vec![value],
        };
        let mut items = items.into_iter();
        for left in &target.lefts {
            self.assign(left, items.next().unwrap_or_default(), env)?;
        }
        if let Some(rest) = &target.rest {
            let taken = items.len().saturating_sub(target.rights.len());
            let list: Vec<Value> = items.by_ref().take(taken).collect();
            self.assign(rest, Value::array(list), env)?;
        }
        for right in &target.rights {
            self.assign(right, items.next().unwrap_or_default(), env)?;
        }
        Ok(())
    }

    pub(super) fn eval_op_assign(
        &mut self,
        target: &Target,
        combine: Combine,
        value: &Node,
        env: &Env,
        loc: Loc,
    ) -> Outcome {
        match target {
            Target::Attribute(call) | Target::Index(call) => {
                let receiver = self.eval_receiver(call, env)?;
                if call.safe && receiver.is_nil() {
                    return Ok(Value::Nil);
                }
                let args = self.eval_args(call, env)?;
                self.at(call.site.name);
                let caller = self.caller(call, env);
                let old = self.dispatch(&receiver, call.name, args.clone(), caller)?;
                let Some(new) = self.combine(old.clone(), combine, value, env, loc)? else {
                    return Ok(old);
                };
                self.store(target, call, &receiver, args, new.clone(), env)?;
                Ok(new)
            }
            _ => {
                let old = self.target_value(target, combine, env, loc)?;
                let Some(new) = self.combine(old.clone(), combine, value, env, loc)? else {
                    return Ok(old);
                };
                self.assign(target, new.clone(), env)?;
                Ok(new)
            }
        }
    }

    /// Returns the new value, or `None` when the old one stays.
    fn combine(
        &mut self,
        old: Value,
        combine: Combine,
        value: &Node,
        env: &Env,
        loc: Loc,
    ) -> Outcome<Option<Value>> {
        match combine {
            Combine::Or if old.truthy() => Ok(None),
            Combine::And if !old.truthy() => Ok(None),
            Combine::Or | Combine::And => Ok(Some(self.eval(value, env)?)),
            Combine::Method(name) => {
                let value = self.eval(value, env)?;
                self.at(loc);
                let answer = self.dispatch(
                    &old,
                    name,
                    Args::new([value]),
                    Caller::Other(&env.frame.this),
                )?;
                Ok(Some(answer))
            }
        }
    }

    fn target_value(&mut self, target: &Target, combine: Combine, env: &Env, loc: Loc) -> Outcome {
        let lenient = combine == Combine::Or;
        match target {
            Target::Local(_, slot) => Ok(env.scope.get(*slot)),
            Target::InstanceVar(name) => Ok(self.ivar_get(&env.frame.this, *name)),
            Target::GlobalVar(name) => Ok(self.global_get(*name)),
            Target::ClassVar(name) => {
                if lenient && self.class_var_find(*name, env).is_none() {
                    return Ok(Value::Nil);
                }
                self.class_var_get(*name, env, loc)
            }
            Target::Const(name, at) => {
                if lenient && self.const_find(*name, env)?.is_none() {
                    return Ok(Value::Nil);
                }
                self.const_get(*name, env, *at)
            }
            Target::ConstPath(scope, name, at) => {
                if lenient {
                    let module = match scope {
                        Some(node) => self.eval(node, env)?,
                        None => Value::Class(std::rc::Rc::clone(&self.core.object)),
                    };
                    if let Value::Class(module) = &module
                        && !module.consts.borrow().contains_key(name)
                    {
                        return Ok(Value::Nil);
                    }
                }
                self.const_path(scope.as_deref(), *name, env, *at)
            }
            _ => Ok(Value::Nil),
        }
    }
}
