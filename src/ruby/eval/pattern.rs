//! Pattern matching.

use std::rc::Rc;

use crate::ruby::ast::{CaseIn, HashRest, Loc, Node, Pattern, Slot};
use crate::ruby::error::Outcome;
use crate::ruby::interp::Interp;
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{RHash, Value};

impl Interp {
    pub(super) fn eval_case_in(&mut self, case: &CaseIn, env: &Env, loc: Loc) -> Outcome {
        let subject = self.eval(&case.subject, env)?;
        for (pattern, guard, body) in &case.ins {
            if !self.matches(pattern, &subject, env)? {
                continue;
            }
            if let Some(guard) = guard
                && !self.eval(guard, env)?.truthy()
            {
                continue;
            }
            return self.eval(body, env);
        }
        match &case.otherwise {
            Some(otherwise) => self.eval(otherwise, env),
            None => {
                self.at(loc);
                let mut shown = self.inspect(&subject)?;
                if let [(Pattern::Value(node), None, _)] = case.ins.as_slice() {
                    let pattern = self.eval(node, env)?;
                    let pattern = self.inspect(&pattern)?;
                    shown = format!("{shown}: {pattern} === {shown} does not return true");
                }
                Err(self.raise("NoMatchingPatternError", shown))
            }
        }
    }

    pub(super) fn eval_match_pattern(
        &mut self,
        value: &Node,
        pattern: &Pattern,
        required: bool,
        env: &Env,
        loc: Loc,
    ) -> Outcome {
        let value = self.eval(value, env)?;
        let hit = self.matches(pattern, &value, env)?;
        if !required {
            return Ok(Value::Bool(hit));
        }
        if hit {
            return Ok(Value::Nil);
        }
        self.at(loc);
        let shown = self.inspect(&value)?;
        if let (Value::Hash(hash), Pattern::Hash { pairs, .. }) = (&value, pattern)
            && let Some((key, _)) = pairs
                .iter()
                .find(|(key, _)| hash.get(&Value::Sym(*key)).is_none())
        {
            let message = format!("{shown}: key not found: :{key}");
            return Err(self.raise("NoMatchingPatternKeyError", message));
        }
        let mut message = shown.clone();
        if let Pattern::Value(node) = pattern {
            let pattern = self.eval(node, env)?;
            let pattern = self.inspect(&pattern)?;
            message = format!("{shown}: {pattern} === {shown} does not return true");
        }
        Err(self.raise("NoMatchingPatternError", message))
    }

    fn matches(&mut self, pattern: &Pattern, value: &Value, env: &Env) -> Outcome<bool> {
        match pattern {
            Pattern::Value(node) => {
                let pattern = self.eval(node, env)?;
                self.at(node.loc);
                self.case_equal(&pattern, value)
            }
            Pattern::Bind(slot) => {
                env.scope.set(*slot, value.clone());
                Ok(true)
            }
            Pattern::Capture(pattern, slot) => {
                let hit = self.matches(pattern, value, env)?;
                if hit {
                    env.scope.set(*slot, value.clone());
                }
                Ok(hit)
            }
            Pattern::Either(a, b) => {
                Ok(self.matches(a, value, env)? || self.matches(b, value, env)?)
            }
            Pattern::Array {
                constant,
                before,
                rest,
                after,
            } => {
                let Some(items) = self.deconstruct(constant.as_ref(), value, env)? else {
                    return Ok(false);
                };
                let fixed = before.len() + after.len();
                if items.len() < fixed || (rest.is_none() && items.len() != fixed) {
                    return Ok(false);
                }
                let tail = items.len() - after.len();
                for (pattern, item) in before.iter().zip(&items) {
                    if !self.matches(pattern, item, env)? {
                        return Ok(false);
                    }
                }
                if let Some(Some(slot)) = rest {
                    let middle = items.get(before.len()..tail).unwrap_or_default();
                    env.scope.set(*slot, Value::array(middle));
                }
                for (pattern, item) in after.iter().zip(items.iter().skip(tail)) {
                    if !self.matches(pattern, item, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Pattern::Find {
                constant,
                left,
                middle,
                right,
            } => self.matches_find(constant.as_ref(), (*left, middle, *right), value, env),
            Pattern::Hash {
                constant,
                pairs,
                rest,
            } => {
                if let Some(constant) = constant {
                    let class = self.eval(constant, env)?;
                    if !self.case_equal(&class, value)? {
                        return Ok(false);
                    }
                }
                let Some(hash) = self.deconstruct_keys(pairs, rest, value)? else {
                    return Ok(false);
                };
                for (key, pattern) in pairs {
                    let Some(item) = hash.get(&Value::Sym(*key)) else {
                        return Ok(false);
                    };
                    if !self.matches(pattern, &item, env)? {
                        return Ok(false);
                    }
                }
                let others = || {
                    let named =
                        |key: &Value| pairs.iter().any(|(name, _)| Value::Sym(*name).same(key));
                    hash.pairs().into_iter().filter(move |(key, _)| !named(key))
                };
                match rest {
                    HashRest::Ignore => Ok(true),
                    HashRest::Forbid => Ok(others().next().is_none()),
                    HashRest::Bind(slot) => {
                        env.scope.set(*slot, Value::hash(others()));
                        Ok(true)
                    }
                }
            }
        }
    }

    fn matches_find(
        &mut self,
        constant: Option<&Node>,
        parts: (Option<Slot>, &[Pattern], Option<Slot>),
        value: &Value,
        env: &Env,
    ) -> Outcome<bool> {
        let (left, middle, right) = parts;
        let Some(items) = self.deconstruct(constant, value, env)? else {
            return Ok(false);
        };
        if items.len() < middle.len() {
            return Ok(false);
        }
        for start in 0..=items.len() - middle.len() {
            let mut all = true;
            for (pattern, item) in middle.iter().zip(items.iter().skip(start)) {
                if !self.matches(pattern, item, env)? {
                    all = false;
                    break;
                }
            }
            if all {
                if let Some(slot) = left {
                    env.scope
                        .set(slot, Value::array(items.get(..start).unwrap_or_default()));
                }
                if let Some(slot) = right {
                    let tail = items.get(start + middle.len()..).unwrap_or_default();
                    env.scope.set(slot, Value::array(tail));
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn deconstruct(
        &mut self,
        constant: Option<&Node>,
        value: &Value,
        env: &Env,
    ) -> Outcome<Option<Vec<Value>>> {
        if let Some(constant) = constant {
            let class = self.eval(constant, env)?;
            if !self.case_equal(&class, value)? {
                return Ok(None);
            }
        }
        match value {
            Value::Array(array) => Ok(Some(array.to_vec())),
            Value::Object(_) if self.responds(value, "deconstruct") => {
                let answer = self.send_list(value, "deconstruct", &[])?;
                match answer.as_array() {
                    Some(items) => Ok(Some(items)),
                    None => Err(self.raise("TypeError", "deconstruct must return Array")),
                }
            }
            _ => Ok(None),
        }
    }

    fn deconstruct_keys(
        &mut self,
        pairs: &[(Sym, Pattern)],
        rest: &HashRest,
        value: &Value,
    ) -> Outcome<Option<Rc<RHash>>> {
        match value {
            Value::Hash(hash) => Ok(Some(Rc::clone(hash))),
            Value::Object(_) if self.responds(value, "deconstruct_keys") => {
                let keys = if matches!(rest, HashRest::Bind(_)) {
                    Value::Nil
                } else {
                    Value::array(
                        pairs
                            .iter()
                            .map(|(key, _)| Value::Sym(*key))
                            .collect::<Vec<_>>(),
                    )
                };
                match self.send_list(value, "deconstruct_keys", &[keys])? {
                    Value::Hash(hash) => Ok(Some(hash)),
                    _ => Err(self.raise("TypeError", "deconstruct_keys must return Hash")),
                }
            }
            _ => Ok(None),
        }
    }
}
