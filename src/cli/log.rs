//! `rove log`: what the runs of this lab did, from the logs that commands which
//! act leave beside the Vagrantfile.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::{Explain, Kind, Result};
use crate::host::files;
use crate::{lab, ui};

use super::Context;

/// Arguments of `rove log`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show the last run that failed, from the step that did
    #[arg(long, conflicts_with = "list")]
    last_error: bool,
    /// List the runs there are logs of
    #[arg(long)]
    list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Which run, counted from the last one
    #[arg(value_name = "N", default_value_t = 1, conflicts_with_all = ["list", "last_error"])]
    run: usize,
}

/// There is nothing to show.
#[derive(Debug, thiserror::Error)]
enum LogError {
    #[error("there is no log of a run in `{}`", folder.display())]
    None { folder: PathBuf },
    #[error("there are logs of {count} runs only")]
    TooFew { count: usize },
    #[error("no run that there is a log of has failed")]
    NoFailure,
}

impl Explain for LogError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::None { .. } => {
                vec!["commands that act on machines, such as `rove up`, leave one each".to_owned()]
            }
            Self::TooFew { .. } | Self::NoFailure => {
                vec!["list them: `rove log --list`".to_owned()]
            }
        }
    }
}

/// One run.
struct Run {
    file: PathBuf,
    records: Vec<Value>,
}

impl Run {
    /// Reads a log; lines that were cut off are left out.
    fn read(file: &Path) -> Self {
        let bytes = files::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let records = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Self {
            file: file.to_owned(),
            records: records.collect(),
        }
    }

    fn find(&self, event: &str) -> Option<&Value> {
        self.records.iter().find(|record| record["event"] == event)
    }

    fn has_failed(&self) -> bool {
        self.find("failed").is_some()
    }

    /// Returns how it ended, in a word or two.
    fn ending(&self) -> String {
        match self
            .find("ended")
            .and_then(|ended| ended["exit_code"].as_i64())
        {
            Some(0) => "ended well".to_owned(),
            Some(code) => format!("exit code {code}"),
            None => "killed, or still running".to_owned(),
        }
    }

    fn command(&self) -> String {
        let words = self.find("started").map(|started| &started["arguments"]);
        let words = words.and_then(Value::as_array).into_iter().flatten();
        words
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let folder = lab::log_folder(&context.host);
    let logs = ui::logs(&folder);
    if args.list {
        let runs: Vec<Run> = logs.iter().rev().map(|file| Run::read(file)).collect();
        show_list(context, args, &runs);
        return Ok(0);
    }
    if logs.is_empty() {
        return Err(LogError::None { folder }.into());
    }
    let chosen = if args.last_error {
        let mut runs = logs.iter().rev().map(|file| Run::read(file));
        runs.find(Run::has_failed).ok_or(LogError::NoFailure)?
    } else {
        let count = logs.len();
        let index = count.checked_sub(args.run.max(1));
        Run::read(&logs[index.ok_or(LogError::TooFew { count })?])
    };
    let from = if args.last_error {
        before_failure(&chosen.records)
    } else {
        0
    };
    if args.json {
        let answer = json!({
            "format": 1, "file": chosen.file, "command": chosen.command(),
            "records": chosen.records[from..],
        });
        context.ui.print_data(&format!("{answer:#}\n"));
    } else {
        let mut text = format!("rove {}: {}\n", chosen.command(), chosen.ending());
        for record in &chosen.records[from..] {
            text.push_str(&line(record));
        }
        context.ui.print(&text);
    }
    Ok(0)
}

/// Returns why the last run that worked on `machine` failed, if it did.
pub(super) fn last_error(logs: &[PathBuf], machine: &str) -> Option<Value> {
    for file in logs.iter().rev() {
        let run = Run::read(file);
        let is_meant = |record: &&Value| record["machine"] == machine;
        if !run.records.iter().any(|record| is_meant(&record)) {
            continue;
        }
        let mut failures = run
            .records
            .iter()
            .filter(|record| record["event"] == "failed");
        let failure = failures.find(is_meant)?;
        return Some(json!({
            "time": failure["time"], "command": run.command(), "error": failure["error"],
        }));
    }
    None
}

fn show_list(context: &Context, args: &Args, runs: &[Run]) {
    if args.json {
        let runs: Vec<Value> = runs
            .iter()
            .map(|run| {
                json!({
                    "file": run.file,
                    "command": run.command(),
                    "started": run.find("started").map(|record| &record["time"]),
                    "exit_code": run.find("ended").map(|record| &record["exit_code"]),
                    "failed": run.has_failed(),
                })
            })
            .collect();
        let answer = json!({ "format": 1, "runs": runs });
        context.ui.print_data(&format!("{answer:#}\n"));
        return;
    }
    let mut text = String::new();
    for (index, run) in runs.iter().enumerate() {
        let started = run.find("started").map(day_and_time).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:>3}  {started}  rove {} ({})",
            index + 1,
            run.command(),
            run.ending()
        );
    }
    if text.is_empty() {
        text.push_str("There is no log of a run here.\n");
    }
    context.ui.print(&text);
}

/// Returns where the step that failed begins.
fn before_failure(records: &[Value]) -> usize {
    let Some(failure) = records
        .iter()
        .position(|record| record["event"] == "failed")
    else {
        return 0;
    };
    let machine = &records[failure]["machine"];
    let begins = |record: &Value| {
        record["event"] == "step_started" && (machine.is_null() || record["machine"] == *machine)
    };
    records[..failure].iter().rposition(begins).unwrap_or(0)
}

fn seconds(record: &Value) -> u64 {
    record["time"].as_f64().unwrap_or_default() as u64
}

fn day_and_time(record: &Value) -> String {
    ui::timing::utc(seconds(record))
        .replace('T', " ")
        .replace('Z', "")
}

/// Returns a record as a line or more for people; nothing for one that only
/// programs want.
fn line(record: &Value) -> String {
    let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let what = match record["event"].as_str().unwrap_or_default() {
        "line" | "output" => text("text"),
        "trace" => format!("| {}", text("text")),
        "step_started" => format!(
            "step {} of {}: {}",
            record["index"],
            record["total"],
            text("title")
        ),
        "step_done" => format!("done: {} ({:.1} s)", text("title"), number(record)),
        "waiting" => format!("waiting for {} ({:.1} s)", text("stage"), number(record)),
        "progress" if record["finished"] == true => format!("{}: done", text("label")),
        "machine_done" => "all steps done".to_owned(),
        "failed" => failure(&record["error"], &record["problems"]),
        _ => return String::new(),
    };
    let time = day_and_time(record);
    let time = time.split(' ').nth(1).unwrap_or_default();
    let machine = record["machine"]
        .as_str()
        .map(|name| format!("{name}: "))
        .unwrap_or_default();
    what.trim_end()
        .lines()
        .fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{time} {machine}{line}");
            all
        })
}

fn number(record: &Value) -> f64 {
    record["elapsed_seconds"].as_f64().unwrap_or_default()
}

fn failure(error: &Value, problems: &Value) -> String {
    let mut text = format!("error: {}\n", error["message"].as_str().unwrap_or_default());
    let items = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for problem in problems.as_array().into_iter().flatten() {
        let _ = writeln!(text, "  - {}", problem["text"].as_str().unwrap_or_default());
    }
    for cause in items(&error["causes"]) {
        let _ = writeln!(text, "  because: {cause}");
    }
    for line in error["detail"].as_str().unwrap_or_default().lines() {
        let _ = writeln!(text, "    {line}");
    }
    for hint in items(&error["hints"]) {
        let _ = writeln!(text, "hint: {hint}");
    }
    text
}
