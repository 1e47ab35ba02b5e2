//! Branches, loops, `begin` and `rescue`.

use std::rc::Rc;

use crate::ruby::ast::{Begin, Case, Node, Rescue, Target, While};
use crate::ruby::error::{Flow, Outcome, Unwind};
use crate::ruby::interp::Interp;
use crate::ruby::scope::Env;
use crate::ruby::value::Value;

impl Interp {
    pub(super) fn eval_while(&mut self, looped: &While, env: &Env) -> Outcome {
        let mut first = looped.body_first;
        loop {
            self.tick()?;
            if !first && self.eval(&looped.condition, env)?.truthy() == looped.until {
                return Ok(Value::Nil);
            }
            first = false;
            if let Err(flow) = self.eval(&looped.body, env) {
                match *flow.0 {
                    Unwind::LoopBreak(value) => return Ok(value),
                    Unwind::LoopNext | Unwind::Redo => {}
                    unwind => return Err(unwind.into()),
                }
            }
        }
    }

    pub(super) fn eval_for(&mut self, parts: &(Target, Node, Node), env: &Env) -> Outcome {
        let (target, collection, body) = parts;
        let collection = self.eval(collection, env)?;
        // The variables belong to the scope around, so the body runs here.
        let items = match &collection {
            Value::Range(_) if self.is_endless(&collection) => {
                return self.eval_for_endless(target, &collection, body, env);
            }
            _ => self.collect(&collection)?,
        };
        for item in items {
            self.tick()?;
            self.assign(target, item, env)?;
            if let Err(flow) = self.eval(body, env) {
                match *flow.0 {
                    Unwind::LoopBreak(value) => return Ok(value),
                    Unwind::LoopNext | Unwind::Redo => {}
                    unwind => return Err(unwind.into()),
                }
            }
        }
        Ok(collection)
    }

    fn is_endless(&self, value: &Value) -> bool {
        matches!(value, Value::Range(range) if range.to.is_nil()
            || matches!(range.to, Value::Float(to) if to.is_infinite()))
    }

    fn eval_for_endless(
        &mut self,
        target: &Target,
        range: &Value,
        body: &Node,
        env: &Env,
    ) -> Outcome {
        let Value::Range(range) = range else {
            return Ok(Value::Nil);
        };
        let mut item = range.from.clone();
        loop {
            self.tick()?;
            self.assign(target, item.clone(), env)?;
            if let Err(flow) = self.eval(body, env) {
                match *flow.0 {
                    Unwind::LoopBreak(value) => return Ok(value),
                    Unwind::LoopNext | Unwind::Redo => {}
                    unwind => return Err(unwind.into()),
                }
            }
            item = self.send_list(&item, "succ", &[])?;
        }
    }

    pub(super) fn eval_case(&mut self, case: &Case, env: &Env) -> Outcome {
        let subject = match &case.subject {
            Some(node) => Some(self.eval(node, env)?),
            None => None,
        };
        for (conditions, body) in &case.whens {
            for condition in conditions {
                let patterns = self.eval_list(std::slice::from_ref(condition), env)?;
                for pattern in patterns {
                    self.at(condition.loc);
                    let hit = match &subject {
                        Some(subject) => self.case_equal(&pattern, subject)?,
                        None => pattern.truthy(),
                    };
                    if hit {
                        return self.eval(body, env);
                    }
                }
            }
        }
        self.eval(&case.otherwise, env)
    }

    pub(super) fn eval_begin(&mut self, begin: &Begin, env: &Env) -> Outcome {
        let result = loop {
            let result = self.eval(&begin.body, env);
            match result {
                Ok(value) => {
                    break match &begin.otherwise {
                        Some(otherwise) => self.eval(otherwise, env),
                        None => Ok(value),
                    };
                }
                Err(flow) if begin.rescues.is_empty() => break Err(flow),
                Err(flow) => match self.try_rescue(begin, flow, env) {
                    Err(flow) if matches!(*flow.0, Unwind::Retry) => {
                        if let Err(flow) = self.tick() {
                            break Err(flow);
                        }
                    }
                    result => break result,
                },
            }
        };
        let Some(ensure) = &begin.ensure else {
            return result;
        };
        if let Err(flow) = &result {
            // What stops the whole program does not run more of it.
            if matches!(
                *flow.0,
                Unwind::Interrupted | Unwind::Exhausted(_) | Unwind::Refused(_)
            ) {
                return result;
            }
        }
        let rescued = match &result {
            Err(flow) => flow.exception().cloned(),
            Ok(_) => None,
        };
        if let Some(exception) = &rescued {
            self.rescued.push(exception.clone());
        }
        let outcome = self.eval(ensure, env);
        if rescued.is_some() {
            self.rescued.pop();
        }
        outcome?;
        result
    }

    fn try_rescue(&mut self, begin: &Begin, flow: Flow, env: &Env) -> Outcome {
        let Some(exception) = flow.exception().cloned() else {
            return Err(flow);
        };
        for clause in &begin.rescues {
            if !self.rescues(clause, &exception, env)? {
                continue;
            }
            self.rescued.push(exception.clone());
            let result = match &clause.target {
                Some(target) => self.assign(target, exception.clone(), env),
                None => Ok(()),
            };
            let result = match result {
                Ok(()) => self.eval(&clause.body, env),
                Err(flow) => Err(flow),
            };
            self.rescued.pop();
            return result;
        }
        Err(flow)
    }

    fn rescues(&mut self, clause: &Rescue, exception: &Value, env: &Env) -> Outcome<bool> {
        if clause.classes.is_empty() {
            return Ok(self.is_a_named(exception, "StandardError"));
        }
        let classes = self.eval_list(&clause.classes, env)?;
        for class in classes {
            if !matches!(class, Value::Class(_)) && !self.responds(&class, "===") {
                return Err(self.raise("TypeError", "class or module required for rescue clause"));
            }
            if self.case_equal(&class, exception)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn eval_flip_flop(
        &mut self,
        id: u32,
        from: &Node,
        to: &Node,
        exclusive: bool,
        env: &Env,
    ) -> Outcome {
        let key = (Rc::as_ptr(&env.frame) as usize, id);
        let on = self.flip_flops.get(&key).copied().unwrap_or(false);
        if !on {
            if !self.eval(from, env)?.truthy() {
                return Ok(Value::Bool(false));
            }
            let ends = !exclusive && self.eval(to, env)?.truthy();
            self.flip_flops.insert(key, !ends);
            return Ok(Value::Bool(true));
        }
        if self.eval(to, env)?.truthy() {
            self.flip_flops.insert(key, false);
        }
        Ok(Value::Bool(true))
    }
}
