//! What the standard streams are attached to.

use std::io::IsTerminal;

/// Whether the standard streams are terminals, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Standard input can be asked.
    pub stdin: bool,
    /// Standard output is a screen.
    pub stdout: bool,
    /// Standard error is a screen.
    pub stderr: bool,
    /// Columns of the screen; 80 where unknown.
    pub columns: u16,
}

impl Terminal {
    /// Returns what is true now.
    pub fn detect() -> Self {
        Self {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            columns: columns(),
        }
    }
}

#[cfg(unix)]
fn columns() -> u16 {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| size.ws_col)
        .filter(|columns| *columns > 0)
        .unwrap_or(80)
}

#[cfg(not(unix))]
fn columns() -> u16 {
    80
}
