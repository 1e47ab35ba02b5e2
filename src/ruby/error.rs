//! How evaluation ends early: [`Flow`] inside the interpreter, [`Error`] for
//! whoever started it. An [`Error`] holds text and places only, so it may leave
//! the thread and outlive the interpreter.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Explain, Kind};
use crate::ruby::value::Value;
use crate::ruby::world::Command;
use crate::source::Span;

/// The result of nearly every function of the interpreter.
pub type Outcome<T = Value> = Result<T, Flow>;

/// Something that unwinds Ruby code. Pass it on with `?`; turn it into an
/// [`Error`] with `Interp::finish`.
pub struct Flow(pub(in crate::ruby) Box<Unwind>);

/// What unwinds.
pub(in crate::ruby) enum Unwind {
    /// An exception.
    Raise(Value),
    /// `break` out of the call with this number.
    Break(u64, Value),
    /// `break` in a `while` loop.
    LoopBreak(Value),
    /// `next` in a `while` loop.
    LoopNext,
    /// `next` in a block.
    Next(Value),
    /// `redo`
    Redo,
    /// `retry`
    Retry,
    /// `return` out of the method with this number.
    Return(u64, Value),
    /// `throw`
    Throw(Value, Value),
    /// `exec`
    Exec(Command),
    /// Ctrl-C.
    Interrupted,
    /// The budget of steps is used up.
    Exhausted(Option<Span>),
    /// The world wants the program to end.
    Refused(Option<Span>),
}

impl Flow {
    /// Returns the exception object if this is a raised exception.
    pub fn exception(&self) -> Option<&Value> {
        match &*self.0 {
            Unwind::Raise(exception) => Some(exception),
            _ => None,
        }
    }

    /// Returns a flow that raises an exception object.
    pub fn raise(exception: Value) -> Self {
        Self(Box::new(Unwind::Raise(exception)))
    }
}

impl From<Unwind> for Flow {
    fn from(unwind: Unwind) -> Self {
        Self(Box::new(unwind))
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Unwind::Raise(exception) => write!(f, "raise {exception:?}"),
            Unwind::Break(..) => f.write_str("break"),
            Unwind::LoopBreak(_) => f.write_str("break"),
            Unwind::LoopNext | Unwind::Next(_) => f.write_str("next"),
            Unwind::Redo => f.write_str("redo"),
            Unwind::Retry => f.write_str("retry"),
            Unwind::Return(..) => f.write_str("return"),
            Unwind::Throw(tag, _) => write!(f, "throw {tag:?}"),
            Unwind::Exec(_) => f.write_str("exec"),
            Unwind::Interrupted => f.write_str("interrupted"),
            Unwind::Exhausted(_) => f.write_str("exhausted"),
            Unwind::Refused(_) => f.write_str("refused"),
        }
    }
}

/// One fault that the parser found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The slip that most likely is behind it.
    pub hint: Option<String>,
}

/// What kind of failure an uncaught exception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// `SyntaxError`
    Syntax,
    /// `NameError`
    Name,
    /// `NoMethodError`
    NoMethod,
    /// `LoadError`
    Load,
    /// `Errno::ENOENT`
    NotFound,
    /// Another `Errno`.
    System,
    /// `ArgumentError`
    Argument,
    /// `TypeError`
    Type,
    /// `KeyError`
    Key,
    /// `IndexError`
    Index,
    /// `RangeError`
    Range,
    /// `ZeroDivisionError`
    ZeroDivision,
    /// `FrozenError`
    Frozen,
    /// `NoMatchingPatternError`
    NoMatch,
    /// `UncaughtThrowError`
    Throw,
    /// `LocalJumpError`
    Jump,
    /// `SystemStackError`
    Stack,
    /// `RegexpError`
    Regexp,
    /// `Psych::Exception`
    Yaml,
    /// `JSON::JSONError`
    Json,
    /// `Timeout::Error`
    Timeout,
    /// `RuntimeError` and the other classes of the language.
    Raise,
    /// A class that the program defined.
    RaiseCustom,
    /// `SystemExit`
    Exit,
    /// An error class that the embedder defined (`Vagrant::Errors::…`).
    Host,
}

impl Category {
    /// Returns the name of the category in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Name => "name",
            Self::NoMethod => "no_method",
            Self::Load => "load",
            Self::NotFound => "not_found",
            Self::System => "system",
            Self::Argument => "argument",
            Self::Type => "type",
            Self::Key => "key",
            Self::Index => "index",
            Self::Range => "range",
            Self::ZeroDivision => "zero_division",
            Self::Frozen => "frozen",
            Self::NoMatch => "no_match",
            Self::Throw => "throw",
            Self::Jump => "jump",
            Self::Stack => "stack",
            Self::Regexp => "regexp",
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Timeout => "timeout",
            Self::Raise => "raise",
            Self::RaiseCustom => "raise_custom",
            Self::Exit => "exit",
            Self::Host => "vagrant",
        }
    }
}

/// An exception that nobody rescued.
#[derive(Clone, Debug)]
pub struct Report {
    /// Class of the exception.
    pub class: String,
    /// Class and its superclasses.
    pub ancestors: Vec<String>,
    /// What kind of failure it is.
    pub category: Category,
    /// Its message, as Ruby words it.
    pub message: String,
    /// Where it was raised.
    pub span: Option<Span>,
    /// Calls that led there, innermost first: label and place.
    pub backtrace: Vec<(String, Span)>,
    /// The known name nearest to the one that was not found.
    pub nearest: Option<String>,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
    /// What was being rescued when it was raised.
    pub cause: Option<Box<Report>>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message.trim_end(), self.class)
    }
}

impl std::error::Error for Report {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause
            .as_deref()
            .map(|cause| cause as &dyn std::error::Error)
    }
}

/// Why a program ended before its end.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The text is not Ruby, or a part of Ruby that is not supported.
    #[error("{}", .0.first().map_or("syntax error", |problem| problem.message.as_str()))]
    Syntax(Vec<Problem>),
    /// An exception.
    #[error("{0}")]
    Raised(Box<Report>),
    /// `exit`, `abort`.
    #[error("the file ended the program with status {status}")]
    Exit {
        /// Exit status.
        status: i32,
        /// Text of `abort`.
        message: Option<String>,
        /// Where.
        span: Option<Span>,
    },
    /// `exec`: the program is to be replaced by this command.
    #[error("the file replaced the program with another one")]
    Exec(Command),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// An endless loop, most likely.
    #[error("the file runs too long")]
    Exhausted {
        /// Where it was when the budget was used up.
        span: Option<Span>,
    },
    /// The world refused something and wants the program to end.
    #[error("the file may not do this")]
    Refused {
        /// The call.
        span: Option<Span>,
    },
    /// The file could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// Path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::sync::Arc<std::io::Error>,
    },
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Interrupted => Kind::Interrupted,
            _ => Kind::Config,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Raised(report) => report
                .nearest
                .iter()
                .map(|name| format!("did you mean `{name}`?"))
                .chain(report.hint.clone())
                .collect(),
            Self::Syntax(problems) => {
                let hints = problems.iter().filter_map(|problem| problem.hint.clone());
                hints.take(1).collect()
            }
            Self::Exhausted { .. } => vec!["look for a loop that never ends".to_owned()],
            _ => Vec::new(),
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::Syntax(problems) => problems.first().map(|problem| &problem.span),
            Self::Raised(report) => report.span.as_ref(),
            Self::Exit { span, .. } | Self::Exhausted { span } | Self::Refused { span } => {
                span.as_ref()
            }
            Self::Exec(_) | Self::Interrupted | Self::Read { .. } => None,
        }
    }

    fn detail(&self) -> Option<String> {
        let lines: Vec<String> = match self {
            Self::Syntax(problems) => problems
                .iter()
                .skip(1)
                .take(10)
                .map(|problem| {
                    let (line, column) = (problem.span.line(), problem.span.column());
                    format!("line {line}, column {column}: {}", problem.message)
                })
                .collect(),
            Self::Raised(report) if report.backtrace.len() > 1 => report
                .backtrace
                .iter()
                .skip(1)
                .take(10)
                .map(|(label, span)| {
                    format!("{}:{}: in `{label}`", span.path().display(), span.line())
                })
                .collect(),
            _ => Vec::new(),
        };
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
