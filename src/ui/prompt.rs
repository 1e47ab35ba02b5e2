//! Asking the user. Refused where nobody can answer, as Vagrant does.

#![allow(
    clippy::disallowed_methods,
    reason = "this is the module that reads standard input"
)]

use crate::error::{Explain, Kind, Result};

use super::{Stream, Ui};

/// A question came up and there is no terminal to ask it on.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to answer on: {question}")]
pub struct NoTerminal {
    /// The question.
    pub question: String,
    /// What to add to the command instead of an answer.
    pub instead: String,
}

impl Explain for NoTerminal {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        vec![self.instead.clone()]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::UIExpectsTTY")
    }
}

impl Ui {
    /// Asks a question that is answered by `y` or `n`; anything but yes is no.
    /// `instead` says how to do without the question.
    pub fn confirm(&self, machine: Option<&str>, question: &str, instead: &str) -> Result<bool> {
        let answer = self.ask(machine, &format!("{question} [y/N] "), instead)?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a line of text. `instead` says how to do without the question.
    pub fn ask(&self, machine: Option<&str>, question: &str, instead: &str) -> Result<String> {
        if !self.0.interactive {
            return Err(NoTerminal {
                question: question.trim_end().trim_end_matches(" [y/N]").to_owned(),
                instead: instead.to_owned(),
            }
            .into());
        }
        let prefix = machine.map_or(String::new(), |machine| format!("    {machine}: "));
        let mut answer = String::new();
        let mut ask = || {
            self.0
                .writer
                .write(Stream::Stdout, &format!("{prefix}{question}"));
            // The end of input counts as an empty answer.
            let _ = std::io::stdin().read_line(&mut answer);
        };
        match &self.0.progress {
            Some(progress) => progress.above(ask),
            None => ask(),
        }
        Ok(answer.trim().to_owned())
    }
}
