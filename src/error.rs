//! Failures as typed fields. Every module owns an error enum that implements
//! [`Explain`]; `?` turns it into a [`Failure`]. No text is made here: headings,
//! colours and exit codes belong to `ui/failure.rs`.

use std::fmt;

use crate::source::Span;

/// Who has to act on a failure; decides its heading and exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A wrong argument or a request that makes no sense in this state.
    User,
    /// Something in a Vagrantfile or another file the user writes.
    Config,
    /// This machine lacks something: a program, a permission, disk space.
    Environment,
    /// A program or server that is not ours failed.
    External,
    /// Ctrl-C or a termination signal.
    Interrupted,
    /// A defect of rove; the only kind that asks for a report.
    Bug,
}

/// What an error says beside its text.
///
/// `Display` is the first line: what could not be done, lower case, no full
/// stop, names in backticks. `source()` gives the chain of causes.
pub trait Explain: std::error::Error + Send + Sync + 'static {
    /// Returns who has to act.
    fn kind(&self) -> Kind;

    /// Returns commands to type or settings to change, most useful first.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the place in a source file that the error is about.
    fn at(&self) -> Option<&Span> {
        None
    }

    /// Returns text that is shown indented below the causes, such as the last
    /// lines of a program's output or of a guest's console.
    fn detail(&self) -> Option<String> {
        None
    }

    /// Returns the class name of Vagrant's nearest error, for the
    /// `error-exit` line of `--machine-readable` (scripts compare it).
    fn vagrant_class(&self) -> Option<&'static str> {
        None
    }
}

/// Any error on its way to the user.
pub struct Failure(Box<dyn Explain>);

/// The result of nearly every function in rove.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// Returns the typed error if it is an `E`.
    pub fn downcast_ref<E: Explain>(&self) -> Option<&E> {
        let any: &(dyn std::error::Error + 'static) = &*self.0;
        any.downcast_ref::<E>()
    }

    /// Returns what the error says of itself.
    pub fn explain(&self) -> &dyn Explain {
        &*self.0
    }

    /// Returns who has to act.
    pub fn kind(&self) -> Kind {
        self.0.kind()
    }

    /// Returns the chain of causes below the first line, outermost first.
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.0.source();
        while let Some(error) = next {
            causes.push(error.to_string());
            next = error.source();
        }
        causes
    }
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Returns what to do about a guest whose disk is full, if that is what its programs say.
pub fn full_guest(said: &str) -> Option<String> {
    said.contains("No space left on device").then(|| {
        "a disk of the guest is full: `rove ssh -c 'df -h'` shows which; `config.vm.disk :disk, size: \"40GB\", primary: true` makes the first one larger at the next start".to_owned()
    })
}

/// The user pressed Ctrl-C, or the process was asked to end.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

impl Explain for Interrupted {
    fn kind(&self) -> Kind {
        Kind::Interrupted
    }

    fn hints(&self) -> Vec<String> {
        vec!["the same command goes on from here when it is run again".to_owned()]
    }
}

/// An invariant of rove does not hold.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Bug {
    /// Which invariant, in a clause.
    pub what: String,
}

impl Explain for Bug {
    fn kind(&self) -> Kind {
        Kind::Bug
    }
}
