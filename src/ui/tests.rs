//! What goes to which stream, and how it looks.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::config::{Diagnostic, Severity};
use crate::error::{Bug, Failure, Interrupted};
use crate::event::Unit;
use crate::host::FakeClock;
use crate::source::{SourceFile, Span};

fn captured(options: Options) -> (Ui, Captured) {
    Ui::captured(options, Arc::new(FakeClock::default()))
}

fn level(name: &str) -> Level {
    [
        Level::Info,
        Level::Detail,
        Level::Output,
        Level::Warn,
        Level::Error,
        Level::Success,
    ]
    .into_iter()
    .find(|level| machine_readable::level_name(*level) == name)
    .unwrap()
}

/// Every case is an answer of Vagrant 2.3.4.
#[test]
fn lines_look_like_vagrants() {
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../tests/vectors/05_output_lines.json")).unwrap();
    assert!(cases.len() > 90);
    for case in cases {
        let input = &case["input"];
        let text = |name: &str| input[name].as_str();
        let method = || level(text("method").unwrap());
        let message = text("message").unwrap_or_default();
        let expected = &case["expected"];
        match case["family"].as_str().unwrap() {
            "machine_readable_line" => {
                let data: Vec<String> = input["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| match item {
                        serde_json::Value::String(text) => text.clone(),
                        serde_json::Value::Null => String::new(),
                        serde_json::Value::Array(items) => {
                            let items: Vec<String> =
                                items.iter().map(ToString::to_string).collect();
                            format!("[{}]", items.join(", "))
                        }
                        other => other.to_string(),
                    })
                    .collect();
                let data: Vec<&str> = data.iter().map(String::as_str).collect();
                let line = machine_readable::line(7, text("target"), text("type").unwrap(), &data);
                let expected = expected.as_str().unwrap().replace("{{TIME}}", "7");
                assert_eq!(line, expected, "{input}");
            }
            "machine_readable_ui" => {
                let (ui, output) = captured(Options {
                    machine_readable: true,
                    ..Options::default()
                });
                ui.say(None, method(), message);
                let expected = expected["stdout"].as_str().unwrap();
                let expected = expected.replace("{{TIME}}", "1700000000");
                assert_eq!(output.text(Stream::Stdout), expected, "{input}");
            }
            family => {
                let (ui, output) = captured(Options {
                    color: Some(family == "ui_color_line"),
                    ..Options::default()
                });
                ui.say(text("prefix"), method(), message);
                for (stream, name) in [(Stream::Stdout, "stdout"), (Stream::Stderr, "stderr")] {
                    assert_eq!(
                        output.text(stream),
                        expected[name].as_str().unwrap(),
                        "{input}"
                    );
                }
            }
        }
    }
}

#[test]
fn events_become_calm_lines() {
    let (ui, output) = captured(Options::default());
    let machine = || "web".to_owned();
    ui.event(Event::StepStarted {
        machine: machine(),
        index: 1,
        total: 2,
        title: "start the machine".to_owned(),
    });
    for seconds in 0..25 {
        ui.event(Event::Waiting {
            machine: machine(),
            stage: "the SSH banner".to_owned(),
            elapsed: Duration::from_secs(seconds),
        });
        ui.0.clock.sleep(Duration::from_secs(1)).unwrap();
    }
    ui.event(Event::StepDone {
        machine: machine(),
        title: "start the machine".to_owned(),
        elapsed: Duration::from_millis(25_040),
    });
    ui.event(Event::line(Some("web"), Level::Output, "hello\nworld"));
    insta::assert_snapshot!(output.text(Stream::Stdout), @r"
    ==> web: Start the machine
        web: waiting for the SSH banner, 3 s
        web: waiting for the SSH banner, 13 s
        web: waiting for the SSH banner, 23 s
        web: done in 25.0 s
        web: hello
        web: world
    ");
}

#[test]
fn downloads_say_how_far_now_and_then() {
    let (ui, output) = captured(Options::default());
    for second in 0..=20u64 {
        ui.event(Event::Progress {
            machine: None,
            id: "a".to_owned(),
            label: "fetch debian 1.0".to_owned(),
            done: second * 5_000_000,
            total: Some(100_000_000),
            unit: Unit::Bytes,
            finished: second == 20,
        });
        ui.0.clock.sleep(Duration::from_secs(1)).unwrap();
    }
    insta::assert_snapshot!(output.text(Stream::Stdout), @r"
    fetch debian 1.0: 15 % of 100.0 MB, 5.0 MB/s, 17 s left
    fetch debian 1.0: 65 % of 100.0 MB, 5.0 MB/s, 7 s left
    fetch debian 1.0: 100.0 MB in 20.0 s (5.0 MB/s)
    ");
}

#[test]
fn programs_get_an_action_at_both_ends() {
    let (ui, output) = captured(Options {
        machine_readable: true,
        ..Options::default()
    });
    ui.begin_action("up");
    for index in 1..=2 {
        ui.event(Event::StepStarted {
            machine: "web".to_owned(),
            index,
            total: 2,
            title: "go".to_owned(),
        });
    }
    ui.event(Event::MachineDone {
        machine: "web".to_owned(),
    });
    insta::assert_snapshot!(output.text(Stream::Stdout), @r"
    1700000000,web,action,up,start
    1700000000,web,ui,info,==> web: Go
    1700000000,web,ui,info,==> web: Go
    1700000000,web,action,up,end
    ");
}

#[derive(Debug, thiserror::Error)]
#[error("cannot start machine `web`")]
struct Sample {
    source: std::io::Error,
    at: Span,
}

impl crate::error::Explain for Sample {
    fn kind(&self) -> crate::error::Kind {
        crate::error::Kind::Environment
    }
    fn hints(&self) -> Vec<String> {
        vec![
            "run `rove up` again".to_owned(),
            "set `memory` lower".to_owned(),
        ]
    }
    fn at(&self) -> Option<&Span> {
        Some(&self.at)
    }
    fn detail(&self) -> Option<String> {
        Some("last line\n  and another\n".to_owned())
    }
    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::VMFailed")
    }
}

fn sample() -> Failure {
    let file = SourceFile::new("/lab/Vagrantfile", "one\n  v.memory = 9\n");
    Sample {
        source: std::io::Error::other("no memory left"),
        at: Span::new(&file, 8, 14),
    }
    .into()
}

#[test]
fn a_failure_says_what_why_where_and_what_next() {
    let (ui, output) = captured(Options::default());
    let code = ui.failure(&sample(), Some(std::path::Path::new("/lab")));
    assert_eq!((code, output.text(Stream::Stdout).as_str()), (1, ""));
    insta::assert_snapshot!(output.text(Stream::Stderr), @r"
    error: cannot start machine `web`
      because: no memory left
     --> Vagrantfile:2:5
    2 |   v.memory = 9
      |     ^^^^^^
        last line
          and another
    hint: run `rove up` again
    hint: set `memory` lower
    ");
}

#[test]
fn a_failure_for_programs_has_vagrants_class() {
    let (ui, output) = captured(Options {
        machine_readable: true,
        ..Options::default()
    });
    assert_eq!(ui.machine_failure(&sample(), Some("web"), None), 1);
    let text = output.text(Stream::Stdout);
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "1700000000,,error-exit,Vagrant::Errors::VMFailed,cannot start machine `web`"
    );
    assert!(text.starts_with("1700000000,web,ui,error,error: cannot start machine `web`"));
    assert_eq!(output.text(Stream::Stderr), "");
}

#[test]
fn only_a_defect_asks_for_a_report() {
    let (ui, output) = captured(Options::default());
    ui.failure(&Interrupted.into(), None);
    let bug = Bug {
        what: "a plan has no steps".to_owned(),
    };
    ui.failure(&bug.into(), None);
    insta::assert_snapshot!(output.text(Stream::Stderr), @"
    stopped: interrupted
    hint: the same command goes on from here when it is run again
    defect in rove: a plan has no steps
    hint: please report this with the command you typed: https://github.com/rove-lab/rove/issues
    ");
}

#[test]
fn remarks_on_a_file_are_drawn_alike() {
    let (ui, output) = captured(Options::default());
    let file = SourceFile::new("/lab/Vagrantfile", "v.memroy = 2048\n");
    let remark = Diagnostic {
        severity: Severity::Error,
        machine: None,
        section: "vm".to_owned(),
        message: "unknown setting `memroy` in a `libvirt` provider block".to_owned(),
        span: Some(Span::new(&file, 2, 8)),
        hint: Some("did you mean `memory`?".to_owned()),
    };
    let warning = Diagnostic {
        severity: Severity::Warning,
        span: None,
        hint: None,
        message: "section `vbguest` belongs to a plugin that rove does not know".to_owned(),
        ..remark.clone()
    };
    ui.diagnostics(&[remark, warning], Some(std::path::Path::new("/lab")));
    insta::assert_snapshot!(output.text(Stream::Stderr), @r"
    error: unknown setting `memroy` in a `libvirt` provider block
     --> Vagrantfile:1:3
    1 | v.memroy = 2048
      |   ^^^^^^
    hint: did you mean `memory`?
    ");
    insta::assert_snapshot!(output.text(Stream::Stdout), @"warning: section `vbguest` belongs to a plugin that rove does not know");
}

#[test]
fn colour_follows_flag_then_variables_then_screen() {
    let none = Options::default();
    let asked = |color| Options {
        color: Some(color),
        ..none
    };
    let plain = Env::default();
    assert!(wants_color(none, &plain, true));
    assert!(!wants_color(none, &plain, false));
    assert!(!wants_color(
        none,
        &Env::of([("VAGRANT_NO_COLOR", "1")]),
        true
    ));
    assert!(!wants_color(none, &Env::of([("NO_COLOR", "1")]), true));
    assert!(wants_color(
        none,
        &Env::of([("VAGRANT_FORCE_COLOR", "1")]),
        false
    ));
    assert!(wants_color(
        asked(true),
        &Env::of([("VAGRANT_NO_COLOR", "1")]),
        false
    ));
    assert!(!wants_color(asked(false), &plain, true));
}

#[test]
fn a_question_without_a_terminal_is_refused() {
    let (ui, output) = captured(Options::default());
    let error = ui
        .confirm(Some("web"), "Destroy machine `web`?", "add `--force`")
        .unwrap_err();
    assert!(error.downcast_ref::<NoTerminal>().is_some());
    assert_eq!(output.text(Stream::Stdout), "");
}
