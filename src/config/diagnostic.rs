//! Something to say about a Vagrantfile that loaded. All are gathered and shown
//! together; loading never stops at the first.

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Shown, and the command goes on.
    Warning,
    /// No command that acts goes on.
    Error,
}

/// One remark about a place in a Vagrantfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Whom it is about: a machine's name, or `None` for the whole file.
    pub machine: Option<String>,
    /// Vagrant's name of the section: `vm`, `SSH`, `shell provisioner`, ….
    pub section: String,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// What to do instead.
    pub hint: Option<String>,
}
