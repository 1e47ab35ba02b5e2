//! Provisioners lowered to ops, as data. What Vagrant does with a shell
//! provisioner is in `tests/vectors/14_shell.json`.

use std::path::{Path, PathBuf};

use super::*;
use crate::config::{Connection, Endpoint, Ssh, Value};
use crate::error::Explain;
use crate::guests::by_name;
use crate::op::{Content, Script};
use crate::source::{SourceFile, Span};

fn facts(root: &Path) -> Facts {
    Facts {
        machine: "web".to_owned(),
        guest: by_name("debian").unwrap(),
        connection: Connection {
            endpoint: Endpoint {
                host: "127.0.0.1".to_owned(),
                port: 2222,
            },
            ssh: Ssh::default(),
        },
        root: root.to_path_buf(),
        home: Some(PathBuf::from("/home/me")),
        runtime: PathBuf::from("/run/rove"),
    }
}

fn provisioner<const N: usize>(kind: &str, options: [(&str, Value); N]) -> Provisioner {
    let file = SourceFile::new("Vagrantfile", "config.vm.provision :x\n");
    Provisioner {
        kind: kind.to_owned(),
        options: options
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        span: Some(Span::new(&file, 10, 19)),
        ..Provisioner::default()
    }
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn scripts(ops: &[Op]) -> Vec<&Script> {
    ops.iter()
        .filter_map(|op| match op {
            Op::Guest(script) => Some(script),
            _ => None,
        })
        .collect()
}

#[test]
fn a_sensitive_environment_is_masked() {
    let env = Value::Map(vec![("TOKEN".to_owned(), string("hunter2"))]);
    let shell = provisioner(
        "shell",
        [
            ("inline", string("echo $TOKEN")),
            ("env", env),
            ("sensitive", Value::Bool(true)),
            ("keep_color", Value::Bool(true)),
            ("privileged", Value::Bool(false)),
        ],
    );
    let ops = lower(&shell, &facts(Path::new("/lab"))).unwrap();
    let script = *scripts(&ops).last().unwrap();
    assert_eq!(script.secrets, ["hunter2"]);
    assert!(script.keep_color && script.show_output && !script.privileged);
}

#[test]
fn a_script_file_is_read_from_the_vagrantfiles_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.sh"), b"\xff\r\n\rx\r").unwrap();
    let shell = provisioner("shell", [("path", string("a.sh"))]);
    let ops = lower(&shell, &facts(folder.path())).unwrap();
    assert!(
        matches!(&ops[0], Op::Upload { content: Content::Bytes(bytes), .. } if bytes == b"\xff\n\rx\r")
    );
    assert_eq!(
        ops[2],
        Op::Say(crate::event::Level::Detail, "running a.sh".to_owned())
    );
    let shell = provisioner("shell", [("path", string("b.sh"))]);
    let error = lower(&shell, &facts(folder.path())).unwrap_err();
    assert!(
        matches!(
            error.downcast_ref(),
            Some(ProvisionError::FileMissing { .. })
        ),
        "{error}"
    );
    assert_eq!(error.explain().at().unwrap().line(), 1);
    let shell = provisioner("shell", [("path", string("https://example.org/x.sh"))]);
    let error = lower(&shell, &facts(folder.path())).unwrap_err();
    assert!(error.explain().hints()[0].contains("curl -fLO https://example.org/x.sh"));
}

#[test]
fn a_reboot_comes_before_a_reset() {
    let both = [("reset", Value::Bool(true)), ("reboot", Value::Bool(true))];
    let ops = lower(&provisioner("shell", both), &facts(Path::new("/lab"))).unwrap();
    assert!(matches!(ops.as_slice(), [Op::Reboot(script)] if script.privileged));
}

#[test]
fn types_that_do_not_work_are_told_with_their_place() {
    let facts = facts(Path::new("/lab"));
    let error = lower(&provisioner("ansible", []), &facts).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provisioner `ansible` is of type `ansible`, which is not available"
    );
    assert!(error.explain().hints()[0].contains("`shell`"));
    assert!(error.explain().at().is_some());
    let error = lower(&provisioner("shel", []), &facts).unwrap_err();
    assert_eq!(error.explain().hints(), ["did you mean `shell`?"]);
}

#[test]
fn files_go_where_vagrant_puts_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("dir")).unwrap();
    std::fs::write(folder.path().join("f"), "x").unwrap();
    for (source, destination, expected) in [
        ("f", "/srv/g", "/srv/g"),
        ("f", "/srv/", "/srv/f"),
        ("f", "$HOME/g", "~/g"),
        ("f", "~/.x/", "~/.x/f"),
        ("dir", "/srv/new", "/srv/new"),
        ("dir", "/srv/", "/srv/dir"),
        ("dir/.", "/srv/", "/srv/"),
    ] {
        let file = provisioner(
            "file",
            [
                ("source", string(source)),
                ("destination", string(destination)),
            ],
        );
        let ops = lower(&file, &facts(folder.path())).unwrap();
        let Op::Upload { to, .. } = &ops[1] else {
            panic!("{ops:?}");
        };
        assert_eq!(to, expected, "{source} to {destination}");
    }
    let file = provisioner("file", [("source", string("f"))]);
    let error = lower(&file, &facts(folder.path())).unwrap_err();
    assert!(error.to_string().contains("`destination`"), "{error}");
}

#[test]
fn a_failed_script_says_what_to_look_at() {
    let span = provisioner("shell", []).span;
    let failed = ScriptFailed {
        machine: "web".to_owned(),
        label: "shell".to_owned(),
        status: 127,
        lines: vec!["sh: 1: foo: not found".to_owned()],
        span,
    };
    assert_eq!(
        failed.to_string(),
        "the provisioner `shell` of `web` failed: its script ended with status 127"
    );
    assert_eq!(failed.detail().as_deref(), Some("sh: 1: foo: not found"));
    assert!(failed.hints()[0].contains("not found"));
    assert!(failed.hints()[1].contains("rove provision web"));
}
