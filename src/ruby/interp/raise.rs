//! Makes exceptions, and turns what nobody rescued into an [`Error`].

use std::fmt::Write as _;
use std::rc::Rc;

use super::{Interp, Label};
use crate::ruby::error::{Category, Error, Flow, Outcome, Problem, Report, Unwind};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Class, Data, ExceptionData, Native, Object, Value};
use crate::source::{Span, nearest};

impl Interp {
    /// Returns a flow that raises an exception of a class, by its full name.
    pub fn raise(&mut self, class: &str, message: impl AsRef<str>) -> Flow {
        let class = self
            .find_class(class)
            .unwrap_or_else(|| Rc::clone(&self.core.exception));
        let exception = self.new_exception(&class, Value::str(message));
        self.raise_value(exception)
    }

    /// Returns a flow like [`Interp::raise`], about a place of its own.
    pub fn raise_at(&mut self, class: &str, message: impl AsRef<str>, span: Option<Span>) -> Flow {
        let flow = self.raise(class, message);
        if let Some(Value::Object(object)) = flow.exception()
            && let Data::Exception(data) = &mut *object.data.borrow_mut()
        {
            data.span = span;
        }
        flow
    }

    /// Returns a flow like [`Interp::raise`], with what the program should say instead.
    pub fn raise_with_hint(&mut self, class: &str, message: &str, hint: &str) -> Flow {
        let flow = self.raise(class, message);
        if let Some(Value::Object(object)) = flow.exception()
            && let Data::Exception(data) = &mut *object.data.borrow_mut()
        {
            data.hint = Some(hint.into());
        }
        flow
    }

    /// Returns an exception that is not raised yet.
    pub fn new_exception(&mut self, class: &Rc<Class>, message: Value) -> Value {
        Value::Object(Object::new(
            Rc::clone(class),
            Data::Exception(ExceptionData {
                message,
                ..ExceptionData::default()
            }),
        ))
    }

    /// Returns a flow that raises this object, with backtrace and cause.
    pub fn raise_value(&mut self, exception: Value) -> Flow {
        if let Value::Object(object) = &exception {
            let backtrace = self.backtrace();
            let cause = self
                .rescued
                .last()
                .filter(|cause| !cause.same(&exception))
                .cloned();
            if let Data::Exception(data) = &mut *object.data.borrow_mut()
                && !data.raised
            {
                data.raised = true;
                data.backtrace = Rc::new(backtrace);
                if data.cause.is_none() {
                    data.cause = cause;
                }
            }
        }
        Flow::raise(exception)
    }

    /// Returns the calls that led here, innermost first.
    pub(in crate::ruby) fn backtrace(&self) -> Vec<(Rc<str>, Span)> {
        // A runaway recursion has thousands of entries that nobody reads.
        let limit = 300;
        let entries = self.stack.iter().rev().take(limit);
        entries
            .map(|here| {
                let label: Rc<str> = match &here.label {
                    Label::Main => Rc::from("<main>"),
                    Label::Required => Rc::from("<top (required)>"),
                    Label::Class(name) => Rc::from(format!("<class:{name}>")),
                    Label::Singleton => Rc::from("singleton class"),
                    Label::Method(name) => name.name(),
                    Label::Block(Some(name)) => Rc::from(format!("block in {name}")),
                    Label::Block(None) => Rc::from("block in <main>"),
                };
                (label, Span::new(&here.file, here.loc.start, here.loc.end))
            })
            .collect()
    }

    /// Returns a flow that raises NameError or NoMethodError.
    pub(in crate::ruby) fn name_error(
        &mut self,
        class: &str,
        message: String,
        receiver: &Value,
        name: Sym,
        candidates: Vec<String>,
    ) -> Flow {
        let flow = self.raise(class, message);
        if let Some(Value::Object(object)) = flow.exception()
            && let Data::Exception(data) = &mut *object.data.borrow_mut()
        {
            data.receiver = Some(receiver.clone());
            data.name = Some(Value::Sym(name));
            data.candidates = Rc::new(candidates);
        }
        flow
    }

    /// Returns a flow that raises NoMethodError.
    pub fn no_method(&mut self, receiver: &Value, name: &str) -> Flow {
        let shown = self.describe(receiver);
        let candidates = self.method_candidates(receiver);
        self.name_error(
            "NoMethodError",
            format!("undefined method `{name}' for {shown}"),
            receiver,
            Sym::new(name),
            candidates,
        )
    }

    pub(super) fn no_variable(&mut self, receiver: &Value, name: Sym) -> Flow {
        let shown = self.describe(receiver);
        let mut candidates = self.method_candidates(receiver);
        // `vagrant.configure`, and the parameter of nearly every Vagrantfile's block.
        candidates.extend(["Vagrant".to_owned(), "config".to_owned()]);
        self.name_error(
            "NameError",
            format!("undefined local variable or method `{name}' for {shown}"),
            receiver,
            name,
            candidates,
        )
    }

    fn method_candidates(&mut self, receiver: &Value) -> Vec<String> {
        let mut names = Vec::new();
        if let Value::Native(native) = receiver {
            let native: &Rc<dyn Native> = native;
            names.extend(native.method_names());
        }
        for class in self.class_of(receiver).ancestors() {
            names.extend(class.methods.borrow().keys().map(ToString::to_string));
        }
        names
    }

    /// Returns a value as error messages name it: `nil:NilClass`.
    pub(in crate::ruby) fn describe(&mut self, value: &Value) -> String {
        let class = self.real_class_of(value).display_name();
        if value.same(&self.main.clone()) {
            return "main:Object".to_owned();
        }
        // An object without `inspect` must not be described to say so.
        let nested = std::mem::replace(&mut self.describing, true);
        let shown = if nested {
            self.plain_inspect(value)
        } else {
            match self.inspect(value) {
                Ok(shown) if shown.chars().count() <= 65 => shown,
                _ => self.plain_inspect(value),
            }
        };
        self.describing = nested;
        if shown.starts_with('#') {
            shown
        } else {
            format!("{shown}:{class}")
        }
    }

    /// Returns a flow for faults that the parser found.
    pub(in crate::ruby) fn syntax_error(&mut self, problems: &[Problem]) -> Flow {
        let mut message = String::new();
        for problem in problems {
            let path = problem.span.path().display();
            let _ = writeln!(
                message,
                "{path}:{}: {}",
                problem.span.line(),
                problem.message
            );
        }
        self.problems = problems.to_vec();
        self.raise_at(
            "SyntaxError",
            message.trim_end(),
            problems.first().map(|problem| problem.span.clone()),
        )
    }

    /// Returns what `flow` means to whoever started the program.
    pub fn finish(&mut self, flow: Flow) -> Error {
        match *flow.0 {
            Unwind::Raise(exception) => self.uncaught(&exception),
            Unwind::Exec(command) => Error::Exec(command),
            Unwind::Interrupted => Error::Interrupted,
            Unwind::Exhausted(span) => Error::Exhausted { span },
            Unwind::Refused(span) => Error::Refused { span },
            Unwind::Throw(tag, _) => {
                let tag = self.inspect(&tag).unwrap_or_default();
                self.stray("UncaughtThrowError", &format!("uncaught throw {tag}"))
            }
            Unwind::Break(..) | Unwind::LoopBreak(_) => {
                self.stray("LocalJumpError", "break from proc-closure")
            }
            Unwind::Return(..) => self.stray("LocalJumpError", "unexpected return"),
            Unwind::Next(_) | Unwind::LoopNext => self.stray("LocalJumpError", "unexpected next"),
            Unwind::Redo => self.stray("LocalJumpError", "unexpected redo"),
            Unwind::Retry => self.stray("LocalJumpError", "unexpected retry"),
        }
    }

    /// Returns the flow that ends a program whose last call was refused.
    pub(super) fn refused(&self, result: Outcome) -> Flow {
        match result {
            Err(flow) if matches!(*flow.0, Unwind::Refused(_)) => flow,
            _ => {
                // The call in the user's file, not one inside a library of ours.
                let here = self.stack.iter().rev().find(|here| {
                    let path = here.file.path.to_string_lossy();
                    !path.starts_with("<library")
                });
                let span = here.map(|here| Span::new(&here.file, here.loc.start, here.loc.end));
                Unwind::Refused(span).into()
            }
        }
    }

    fn stray(&mut self, class: &str, message: &str) -> Error {
        let flow = self.raise(class, message);
        match flow.exception() {
            Some(exception) => self.uncaught(&exception.clone()),
            None => Error::Interrupted,
        }
    }

    fn uncaught(&mut self, exception: &Value) -> Error {
        let data = exception_data(exception);
        if self.is_a_named(exception, "SystemExit") {
            let message = self
                .text(&data.message)
                .ok()
                .filter(|m| !m.is_empty() && m != "exit");
            let span = data.backtrace.first().map(|(_, span)| span.clone());
            return Error::Exit {
                status: data.status,
                message,
                span,
            };
        }
        if self.is_a_named(exception, "SyntaxError") && !self.problems.is_empty() {
            return Error::Syntax(std::mem::take(&mut self.problems));
        }
        Error::Raised(Box::new(self.report(exception, 0)))
    }

    /// Returns what an exception says, as text.
    pub fn report(&mut self, exception: &Value, depth: u32) -> Report {
        let data = exception_data(exception);
        let class = self.real_class_of(exception);
        let ancestors: Vec<String> = class
            .ancestors()
            .iter()
            .map(|class| class.display_name().to_string())
            .collect();
        let message = self
            .send_list(exception, "message", &[])
            .and_then(|message| self.text(&message))
            .unwrap_or_else(|_| class.display_name().to_string());
        let wanted = data.name.as_ref().and_then(Value::as_name);
        let nearest = wanted.and_then(|wanted| {
            // Quotes that a word processor made are letters to Ruby.
            let plain = wanted.replace(['\u{201c}', '\u{201d}'], "\"");
            let plain = plain.replace(['\u{2018}', '\u{2019}'], "'");
            if plain != wanted {
                return Some(plain);
            }
            nearest(&wanted, data.candidates.iter().map(String::as_str)).map(str::to_owned)
        });
        let cause = match &data.cause {
            Some(cause) if depth < 8 => Some(Box::new(self.report(cause, depth + 1))),
            _ => None,
        };
        let category = self.category(&class);
        Report {
            class: class.display_name().to_string(),
            ancestors,
            category,
            message,
            span: data
                .span
                .clone()
                .or_else(|| data.backtrace.first().map(|(_, span)| span.clone())),
            backtrace: data
                .backtrace
                .iter()
                .map(|(label, span)| (label.to_string(), span.clone()))
                .collect(),
            nearest,
            hint: data.hint.as_deref().map(str::to_owned),
            cause,
        }
    }

    fn category(&mut self, class: &Rc<Class>) -> Category {
        if class.from_ruby.get() {
            return Category::RaiseCustom;
        }
        // Raised as they are, they are the file's own choice like a class of its own.
        if matches!(&*class.display_name(), "Exception" | "StandardError") {
            return Category::RaiseCustom;
        }
        for class in class.ancestors() {
            let name = class.display_name();
            let found = match &*name {
                "SyntaxError" => Category::Syntax,
                "NoMethodError" => Category::NoMethod,
                "NameError" => Category::Name,
                "LoadError" => Category::Load,
                "Errno::ENOENT" => Category::NotFound,
                "SystemCallError" => Category::System,
                "UncaughtThrowError" => Category::Throw,
                "ArgumentError" => Category::Argument,
                "TypeError" => Category::Type,
                "KeyError" => Category::Key,
                "IndexError" => Category::Index,
                "RangeError" => Category::Range,
                "ZeroDivisionError" => Category::ZeroDivision,
                "FrozenError" => Category::Frozen,
                "NoMatchingPatternError" => Category::NoMatch,
                "LocalJumpError" => Category::Jump,
                "SystemStackError" => Category::Stack,
                "RegexpError" => Category::Regexp,
                "Psych::Exception" => Category::Yaml,
                "JSON::JSONError" => Category::Json,
                "Timeout::Error" => Category::Timeout,
                "SystemExit" => Category::Exit,
                name if name.starts_with("Vagrant") => Category::Host,
                _ => continue,
            };
            return found;
        }
        Category::Raise
    }
}

/// Returns what an exception object holds.
pub(in crate::ruby) fn exception_data(exception: &Value) -> ExceptionData {
    match exception {
        Value::Object(object) => match &*object.data.borrow() {
            Data::Exception(data) => data.clone(),
            _ => ExceptionData::default(),
        },
        _ => ExceptionData::default(),
    }
}
