//! `defined?`: asks without evaluating more than it must.

use crate::ruby::ast::{Kind, Node};
use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::ruby::value::Value;

impl Interp {
    pub(super) fn eval_defined(&mut self, node: &Node, env: &Env) -> Outcome {
        let word = match self.defined_word(node, env) {
            Ok(word) => word,
            // An exception on the way means that it is not defined.
            Err(flow) if flow.exception().is_some() => None,
            Err(flow) => return Err(flow),
        };
        Ok(word.map_or(Value::Nil, Value::str))
    }

    fn defined_word(&mut self, node: &Node, env: &Env) -> Outcome<Option<&'static str>> {
        let when = |condition: bool, word: &'static str| Ok(condition.then_some(word));
        match &node.kind {
            Kind::Nil => when(true, "nil"),
            Kind::True => when(true, "true"),
            Kind::False => when(true, "false"),
            Kind::Myself => when(true, "self"),
            Kind::Local(..) => when(true, "local-variable"),
            Kind::Assign(..) | Kind::OpAssign(..) | Kind::MultiAssign(..) => {
                when(true, "assignment")
            }
            Kind::InstanceVar(name) => {
                let set = self.ivar_names(&env.frame.this).contains(name);
                when(set, "instance-variable")
            }
            Kind::GlobalVar(name) => {
                let set = self.globals.contains_key(name) || !self.global_get(*name).is_nil();
                when(set, "global-variable")
            }
            Kind::ClassVar(name) => {
                when(self.class_var_find(*name, env).is_some(), "class variable")
            }
            Kind::Const(name) => when(self.const_find(*name, env)?.is_some(), "constant"),
            Kind::ConstPath(scope, name) => {
                let module = match scope {
                    Some(scope) => {
                        if self.defined_word(scope, env)?.is_none() {
                            return Ok(None);
                        }
                        self.eval(scope, env)?
                    }
                    None => Value::Class(std::rc::Rc::clone(&self.core.object)),
                };
                match module {
                    Value::Class(module) => {
                        when(self.const_in(&module, *name, false)?.is_some(), "constant")
                    }
                    _ => Ok(None),
                }
            }
            Kind::Call(call) => {
                for arg in &call.args {
                    if self.defined_word(arg, env)?.is_none() {
                        return Ok(None);
                    }
                }
                let Some(receiver) = &call.receiver else {
                    let this = env.frame.this.clone();
                    let class = self.class_of(&this);
                    let known =
                        self.find_method(&class, call.name).is_some() || call.name.is_intrinsic();
                    return when(known || self.responds_missing(&this, call.name)?, "method");
                };
                if self.defined_word(receiver, env)?.is_none() {
                    return Ok(None);
                }
                let receiver = self.eval(receiver, env)?;
                let known = self.responds(&receiver, &call.name.name())
                    || self.responds_missing(&receiver, call.name)?;
                when(known, "method")
            }
            Kind::Yield(_) => when(env.frame.block.is_some(), "yield"),
            Kind::Super(_) => {
                let Some((name, owner)) = env.frame.method.clone() else {
                    return Ok(None);
                };
                let class = self.class_of(&env.frame.this.clone());
                when(self.find_super(&class, &owner, name).is_some(), "super")
            }
            Kind::NthMatch(index) => when(
                !self.match_group(*index as usize).is_nil(),
                "global-variable",
            ),
            Kind::MatchPart(part) => when(!self.match_part(*part).is_nil(), "global-variable"),
            _ => when(true, "expression"),
        }
    }

    /// Asks `respond_to_missing?`, if the program defined it.
    pub(in crate::ruby) fn responds_missing(&mut self, value: &Value, name: Sym) -> Outcome<bool> {
        let class = self.class_of(value);
        let hook = Sym::new("respond_to_missing?");
        match self.find_method(&class, hook) {
            Some(method) if matches!(method.body, crate::ruby::value::MethodBody::Function(..)) => {
                let answer = self.send_list(
                    value,
                    "respond_to_missing?",
                    &[Value::Sym(name), Value::Bool(false)],
                )?;
                Ok(answer.truthy())
            }
            _ => Ok(false),
        }
    }
}
