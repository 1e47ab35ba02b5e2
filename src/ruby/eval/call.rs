//! Calls: receiver, arguments, block, then dispatch.

use std::rc::Rc;

use crate::ruby::ast::{BlockArg, Call, Kind};
use crate::ruby::builtins;
use crate::ruby::error::{Outcome, Unwind};
use crate::ruby::interp::{Caller, Interp};
use crate::ruby::scope::Env;
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Args, Data, Proc, ProcBody, Value};

impl Interp {
    pub(super) fn eval_call(&mut self, call: &Call, env: &Env) -> Outcome {
        let receiver = match &call.receiver {
            Some(node) => self.eval(node, env)?,
            None => env.frame.this.clone(),
        };
        if call.safe && receiver.is_nil() {
            return Ok(Value::Nil);
        }
        // Arithmetic of small integers needs no dispatch.
        if call.args.len() == 1
            && let Value::Int(a) = receiver
            && let Some(arg) = call.args.first()
            && !matches!(arg.kind, Kind::Splat(_))
            && call.keywords.is_empty()
        {
            let value = self.eval(arg, env)?;
            if let Value::Int(b) = value
                && let Some(answer) = builtins::integer::quick(call.name, a, b)
            {
                return Ok(answer);
            }
            let args = Args {
                list: vec![value],
                keywords: None,
                block: None,
                site: Some(Rc::clone(&call.site)),
            };
            return self.eval_dispatch(call, &receiver, args, env);
        }
        let args = self.eval_args(call, env)?;
        self.eval_dispatch(call, &receiver, args, env)
    }

    fn eval_dispatch(
        &mut self,
        call: &Call,
        receiver: &Value,
        mut args: Args,
        env: &Env,
    ) -> Outcome {
        args.block = self.eval_block(&call.block, env)?;
        self.at(call.site.name);
        self.tick()?;
        let caller = if call.bare {
            Caller::Bare
        } else if call.own {
            Caller::Own
        } else {
            Caller::Other(&env.frame.this)
        };
        if call.receiver.is_none()
            && let Some(answer) = self.eval_intrinsic(call.name, &args, env)
        {
            return answer;
        }
        let tag = match (&call.block, &args.block) {
            (BlockArg::Literal(_), Some(block)) => Some(block.tag),
            _ => None,
        };
        let result = self.dispatch(receiver, call.name, args, caller);
        catch_break(result, tag)
    }

    /// Answers functions that need the variables or the frame of their caller.
    fn eval_intrinsic(&mut self, name: Sym, args: &Args, env: &Env) -> Option<Outcome> {
        if !name.is_intrinsic() {
            return None;
        }
        Some(match &*name.name() {
            "block_given?" => Ok(Value::Bool(env.frame.block.is_some())),
            "binding" => Ok(self.binding_of(env)),
            "__method__" => Ok(match &env.frame.method {
                Some((name, _)) => Value::Sym(*name),
                None => Value::Nil,
            }),
            "__dir__" => {
                let path = &env.frame.file.path;
                let folder = path
                    .parent()
                    .map_or_else(String::new, |p| p.to_string_lossy().into_owned());
                Ok(Value::str(folder))
            }
            "local_variables" => {
                let names = env.scope.all_names().concat();
                Ok(Value::array(
                    names.into_iter().map(Value::Sym).collect::<Vec<_>>(),
                ))
            }
            "proc" | "lambda" if args.block.is_some() => {
                let block = args.block.clone()?;
                let lambda = name.is("lambda");
                match &block.body {
                    ProcBody::Block(code, scope) if lambda && !block.lambda => {
                        Ok(Value::Proc(Rc::new(Proc {
                            body: ProcBody::Block(Rc::clone(code), scope.clone()),
                            lambda: true,
                            tag: block.tag,
                        })))
                    }
                    _ => Ok(Value::Proc(block)),
                }
            }
            "require_relative" => {
                let name = match self.str_arg(&args.get(0)) {
                    Ok(name) => name,
                    Err(flow) => return Some(Err(flow)),
                };
                let folder = env
                    .frame
                    .file
                    .path
                    .parent()
                    .map(std::path::Path::to_path_buf)
                    .unwrap_or_default();
                let path =
                    crate::ruby::interp::clean_path(&self.world.cwd().join(folder).join(&name));
                match self.require_path(&path) {
                    Ok(Some(answer)) => Ok(answer),
                    Ok(None) => {
                        let message = format!("cannot load such file -- {}", path.display());
                        Err(self.raise("LoadError", message))
                    }
                    Err(flow) => Err(flow),
                }
            }
            "eval" => self.eval_function(args, env),
            "private" | "public" | "protected" | "module_function" | "private_class_method"
                if args.is_empty() && matches!(env.frame.this, Value::Class(_)) =>
            {
                self.set_default_visibility(name, env);
                Ok(Value::Nil)
            }
            "private" | "public" if args.is_empty() => {
                self.set_default_visibility(name, env);
                Ok(Value::Nil)
            }
            _ => return None,
        })
    }

    fn set_default_visibility(&mut self, name: Sym, env: &Env) {
        use crate::ruby::value::Visibility;
        let frame = &env.frame;
        frame.module_function.set(name.is("module_function"));
        frame.visibility.set(match &*name.name() {
            "private" => Visibility::Private,
            "protected" => Visibility::Protected,
            _ => Visibility::Public,
        });
    }

    fn eval_function(&mut self, args: &Args, env: &Env) -> Outcome {
        let text = self.str_arg(&args.get(0))?;
        let name = match args.get(2) {
            Value::Nil => "(eval)".to_owned(),
            name => self.str_arg(&name)?,
        };
        let line = args.get(3).as_int().unwrap_or(1);
        let binding = args.get(1);
        if let Value::Object(object) = &binding {
            let inner = match &*object.data.borrow() {
                Data::Binding(inner) => Some(inner.borrow().clone()),
                _ => None,
            };
            if let Some(inner) = inner {
                return self.eval_in_binding(&binding, &inner, &text, &name, line);
            }
        }
        if !binding.is_nil() {
            let word = self.type_word(&binding);
            return Err(self.raise(
                "TypeError",
                format!("wrong argument type {word} (expected binding)"),
            ));
        }
        self.eval_text(&text, env, &name, line)
            .map(|(value, _)| value)
    }

    /// Evaluates text in a Binding, which keeps the variables that it makes.
    pub(in crate::ruby) fn eval_in_binding(
        &mut self,
        binding: &Value,
        env: &Env,
        text: &str,
        name: &str,
        line: i64,
    ) -> Outcome {
        let (value, scope) = self.eval_text(text, env, name, line)?;
        if let Value::Object(object) = binding
            && let Data::Binding(inner) = &*object.data.borrow()
            && !scope.names.borrow().is_empty()
        {
            inner.borrow_mut().scope = scope;
        }
        Ok(value)
    }

    /// Evaluates the arguments of a call, without its block.
    pub(in crate::ruby) fn eval_args(&mut self, call: &Call, env: &Env) -> Outcome<Args> {
        let list = self.eval_list(&call.args, env)?;
        let keywords = if call.keywords.is_empty() {
            None
        } else {
            Some(Rc::new(self.eval_pairs(&call.keywords, env)?))
                .filter(|keywords| !keywords.is_empty())
        };
        Ok(Args {
            list,
            keywords,
            block: None,
            site: Some(Rc::clone(&call.site)),
        })
    }

    /// Returns the block of a call.
    pub(super) fn eval_block(&mut self, block: &BlockArg, env: &Env) -> Outcome<Option<Rc<Proc>>> {
        match block {
            BlockArg::None => Ok(None),
            BlockArg::Literal(block) => Ok(Some(self.new_proc(block, env, false))),
            BlockArg::Current => Ok(env.frame.block.clone()),
            BlockArg::Pass(node) => {
                let value = self.eval(node, env)?;
                self.to_block(&value)
            }
        }
    }

    /// Returns what `&value` passes.
    pub(in crate::ruby) fn to_block(&mut self, value: &Value) -> Outcome<Option<Rc<Proc>>> {
        match value {
            Value::Nil => Ok(None),
            Value::Proc(block) => Ok(Some(Rc::clone(block))),
            Value::Sym(name) => Ok(Some(Rc::new(Proc {
                body: ProcBody::Symbol(*name),
                lambda: true,
                tag: self.new_number(),
            }))),
            value if self.responds(value, "to_proc") => {
                match self.send_list(value, "to_proc", &[])? {
                    Value::Proc(block) => Ok(Some(block)),
                    other => self.to_block(&other),
                }
            }
            value => {
                let word = self.type_word(value);
                Err(self.raise(
                    "TypeError",
                    format!("wrong argument type {word} (expected Proc)"),
                ))
            }
        }
    }

    pub(super) fn eval_not(&mut self, call: &Call, env: &Env) -> Outcome {
        let value = match &call.receiver {
            Some(node) => self.eval(node, env)?,
            None => Value::Nil,
        };
        if matches!(value, Value::Object(_)) {
            self.at(call.site.name);
            return self.send_list(&value, "!", &[]);
        }
        Ok(Value::Bool(!value.truthy()))
    }

    pub(super) fn eval_yield(&mut self, call: &Call, env: &Env) -> Outcome {
        let args = self.eval_args(call, env)?;
        self.at(call.site.name);
        match env.frame.block.clone() {
            Some(block) => self.call_proc(&block, args, None),
            None => Err(self.raise("LocalJumpError", "no block given (yield)")),
        }
    }

    pub(super) fn eval_super(&mut self, call: &Call, env: &Env) -> Outcome {
        let mut args = self.eval_args(call, env)?;
        args.block = self.eval_block(&call.block, env)?;
        self.at(call.site.name);
        let Some((name, owner)) = env.frame.method.clone() else {
            return Err(self.raise("RuntimeError", "super called outside of method"));
        };
        let this = env.frame.this.clone();
        let class = self.class_of(&this);
        let tag = match (&call.block, &args.block) {
            (BlockArg::Literal(_), Some(block)) => Some(block.tag),
            _ => None,
        };
        let Some(method) = self.find_super(&class, &owner, name) else {
            let shown = self.describe(&this);
            let message = format!("super: no superclass method `{name}' for {shown}");
            return Err(self.name_error("NoMethodError", message, &this, name, Vec::new()));
        };
        let result = self.invoke(&method, &this, name, args);
        catch_break(result, tag)
    }
}

/// Ends a `break` out of the block with this tag.
fn catch_break(result: Outcome, tag: Option<u64>) -> Outcome {
    match (result, tag) {
        (Err(flow), Some(tag)) => match *flow.0 {
            Unwind::Break(to, value) if to == tag => Ok(value),
            unwind => Err(unwind.into()),
        },
        (result, _) => result,
    }
}
