//! Gives arguments to parameters: Ruby 3's rules for keywords, strict counting
//! for methods and lambdas, and the looser rules of blocks.

use std::rc::Rc;

use super::Interp;
use crate::ruby::ast::{Param, Params};
use crate::ruby::error::Outcome;
use crate::ruby::scope::Env;
use crate::ruby::value::{Args, RHash, Value};

impl Interp {
    /// Sets the parameters from the arguments.
    pub(super) fn bind(
        &mut self,
        params: &Params,
        args: Args,
        env: &Env,
        strict: bool,
    ) -> Outcome<()> {
        let Args {
            mut list,
            keywords,
            block,
            ..
        } = args;
        // The usual cases, without any of the machinery below.
        if keywords.is_none()
            && params.is_simple()
            && (strict || list.len() != 1 || params.required.len() < 2)
        {
            if strict && list.len() != params.required.len() {
                return Err(self.wrong_count(params, list.len()));
            }
            let mut given = list.into_iter();
            for param in &params.required {
                if let Param::Name(_, slot) = param {
                    env.scope.set(*slot, given.next().unwrap_or_default());
                }
            }
            return Ok(());
        }
        let mut keywords = keywords.filter(|keywords| !keywords.is_empty());
        if !params.takes_keywords()
            && let Some(hash) = keywords.take()
        {
            if params.no_keywords && strict {
                return Err(self.raise("ArgumentError", "no keywords accepted"));
            }
            list.push(Value::Hash(Rc::new(hash.copy())));
        }
        let required = params.required_count();
        if !strict {
            self.spread(params, &mut list)?;
            if params.rest.is_none() {
                list.truncate(required + params.optional.len());
            }
            while list.len() < required {
                list.push(Value::Nil);
            }
        } else if list.len() < required
            || (params.rest.is_none() && list.len() > required + params.optional.len())
        {
            return Err(self.wrong_count(params, list.len()));
        }
        let spare = list.len() - required;
        let optional_given = spare.min(params.optional.len());
        let rest_len = spare - optional_given;
        let mut given = list.into_iter();
        for param in &params.required {
            self.bind_one(param, given.next().unwrap_or_default(), env)?;
        }
        for (index, (_, slot, default)) in params.optional.iter().enumerate() {
            let value = if index < optional_given {
                given.next().unwrap_or_default()
            } else {
                self.eval(default, env)?
            };
            env.scope.set(*slot, value);
        }
        let rest: Vec<Value> = given.by_ref().take(rest_len).collect();
        if let Some(Some((_, slot))) = params.rest {
            env.scope.set(slot, Value::array(rest));
        }
        for param in &params.post {
            self.bind_one(param, given.next().unwrap_or_default(), env)?;
        }
        if params.takes_keywords() {
            self.bind_keywords(params, keywords.as_ref(), env)?;
        }
        if let Some(Some((_, slot))) = params.block {
            env.scope.set(slot, block.map_or(Value::Nil, Value::Proc));
        }
        Ok(())
    }

    /// Spreads a single array over the parameters of a block.
    fn spread(&mut self, params: &Params, list: &mut Vec<Value>) -> Outcome<()> {
        if list.len() != 1 {
            return Ok(());
        }
        let positional = params.required_count() + params.optional.len();
        let wanted = positional > 1
            || params.trailing_comma
            || (positional == 1 && (params.rest.is_some() || params.takes_keywords()));
        if !wanted {
            return Ok(());
        }
        let only = list.first().cloned().unwrap_or_default();
        if let Some(items) = self.try_array(&only)? {
            *list = items;
        }
        Ok(())
    }

    /// Returns the elements of an array or of what `to_ary` gives.
    pub(in crate::ruby) fn try_array(&mut self, value: &Value) -> Outcome<Option<Vec<Value>>> {
        match value {
            Value::Array(array) => Ok(Some(array.to_vec())),
            Value::Object(_) if self.responds(value, "to_ary") => {
                let answer = self.send_list(value, "to_ary", &[])?;
                Ok(answer.as_array())
            }
            _ => Ok(None),
        }
    }

    fn bind_one(&mut self, param: &Param, value: Value, env: &Env) -> Outcome<()> {
        match param {
            Param::Name(_, slot) => {
                env.scope.set(*slot, value);
                Ok(())
            }
            Param::Multi(target) => self.assign_multi(target, value, env),
        }
    }

    fn bind_keywords(
        &mut self,
        params: &Params,
        given: Option<&Rc<RHash>>,
        env: &Env,
    ) -> Outcome<()> {
        let mut missing = Vec::new();
        for (name, slot, default) in &params.keywords {
            let value = given.and_then(|given| given.get(&Value::Sym(*name)));
            match (value, default) {
                (Some(value), _) => env.scope.set(*slot, value),
                (None, Some(default)) if missing.is_empty() => {
                    let value = self.eval(default, env)?;
                    env.scope.set(*slot, value);
                }
                (None, Some(_)) => {}
                (None, None) => missing.push(format!(":{name}")),
            }
        }
        if !missing.is_empty() {
            let plural = if missing.len() == 1 { "" } else { "s" };
            let message = format!("missing keyword{plural}: {}", missing.join(", "));
            return Err(self.raise("ArgumentError", message));
        }
        let known = |key: &Value| {
            key.as_symbol()
                .is_some_and(|key| params.keywords.iter().any(|(name, _, _)| *name == key))
        };
        let others: Vec<(Value, Value)> = given.map_or_else(Vec::new, |given| {
            given
                .pairs()
                .into_iter()
                .filter(|(key, _)| !known(key))
                .collect()
        });
        match params.keyword_rest {
            Some(Some((_, slot))) => env.scope.set(slot, Value::hash(others)),
            Some(None) => {}
            None if others.is_empty() => {}
            None => {
                let mut names = Vec::new();
                for (key, _) in &others {
                    names.push(self.inspect(key)?);
                }
                let plural = if names.len() == 1 { "" } else { "s" };
                let message = format!("unknown keyword{plural}: {}", names.join(", "));
                return Err(self.raise("ArgumentError", message));
            }
        }
        Ok(())
    }

    fn wrong_count(&mut self, params: &Params, given: usize) -> crate::ruby::error::Flow {
        let min = params.required_count();
        let expected = if params.rest.is_some() {
            format!("{min}+")
        } else if params.optional.is_empty() {
            format!("{min}")
        } else {
            format!("{min}..{}", min + params.optional.len())
        };
        let needed: Vec<String> = params
            .keywords
            .iter()
            .filter(|(_, _, default)| default.is_none())
            .map(|(name, _, _)| name.to_string())
            .collect();
        let needed = match needed.len() {
            0 => String::new(),
            1 => format!("; required keyword: {}", needed.join(", ")),
            _ => format!("; required keywords: {}", needed.join(", ")),
        };
        self.raise(
            "ArgumentError",
            format!("wrong number of arguments (given {given}, expected {expected}{needed})"),
        )
    }
}

impl Params {
    /// Tells whether there are only required parameters with plain names.
    fn is_simple(&self) -> bool {
        self.optional.is_empty()
            && self.rest.is_none()
            && self.post.is_empty()
            && !self.takes_keywords()
            && !self.no_keywords
            && self.block.is_none()
            && !self.trailing_comma
            && self
                .required
                .iter()
                .all(|param| matches!(param, Param::Name(..)))
    }
}
