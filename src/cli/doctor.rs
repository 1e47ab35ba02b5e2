//! `rove doctor`: what of this computer matters to labs, and what to do about it.
//! Exit code 1 if something does not work.

use std::fmt::Write as _;

use serde_json::json;

use crate::lab::{self, Check, Verdict};

use super::Context;

/// Arguments of `rove doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 all works, 1 something does not.")]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> i32 {
    let checks = lab::doctor(&context.host);
    let works = checks.iter().all(|check| check.verdict != Verdict::Bad);
    if args.json {
        let objects = checks.iter().map(|check| {
            json!({
                "section": check.section, "found": check.found,
                "verdict": word(check.verdict), "hints": check.hints,
            })
        });
        let answer = json!({
            "format": 1, "ok": works, "checks": objects.collect::<Vec<_>>(),
        });
        context.ui.print_data(&format!("{answer:#}\n"));
    } else {
        context.ui.print(&text(&checks, context.ui.is_colored()));
    }
    i32::from(!works)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Note => "note",
        Verdict::Warning => "warning",
        Verdict::Bad => "bad",
    }
}

fn text(checks: &[Check], color: bool) -> String {
    let mut text = String::new();
    let mut section = "";
    for check in checks {
        if check.section != section {
            section = check.section;
            let _ = writeln!(text, "{section}");
        }
        let (mark, code) = match check.verdict {
            Verdict::Good => ("ok   ", "32"),
            Verdict::Note => ("note ", "36"),
            Verdict::Warning => ("warn ", "33"),
            Verdict::Bad => ("BAD  ", "31"),
        };
        let mark = if color {
            format!("\u{1b}[{code}m{mark}\u{1b}[0m")
        } else {
            mark.to_owned()
        };
        let _ = writeln!(text, "  {mark} {}", check.found);
        for hint in &check.hints {
            let _ = writeln!(text, "        hint: {hint}");
        }
    }
    let count = |verdict| {
        checks
            .iter()
            .filter(|check| check.verdict == verdict)
            .count()
    };
    let (bad, warnings) = (count(Verdict::Bad), count(Verdict::Warning));
    let _ = match (bad, warnings) {
        (0, 0) => writeln!(text, "\nAll is well."),
        (0, 1) => writeln!(text, "\nLabs work; one thing could be better."),
        (0, warnings) => writeln!(text, "\nLabs work; {warnings} things could be better."),
        (1, _) => writeln!(text, "\nOne thing does not work."),
        (bad, _) => writeln!(text, "\n{bad} things do not work."),
    };
    text
}
