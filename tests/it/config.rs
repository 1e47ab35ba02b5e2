//! `rove config`.

use crate::support::{Lab, labs};

#[test]
fn json_has_every_machine() {
    let text = Lab::with(labs::THREE)
        .rove(&["config", "--json"])
        .succeeds();
    let view: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(view["format"], 1);
    assert_eq!(view["primary"], "db");
    let names: Vec<&str> = view["machines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|machine| machine["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["web", "db", "log"]);
    assert_eq!(view["machines"][0]["vm"]["box"], "org/box");
    assert_eq!(view["machines"][2]["autostart"], false);
}

#[test]
fn one_machine_and_yaml() {
    let lab = Lab::with(labs::THREE);
    let text = lab.rove(&["config", "web"]).succeeds();
    assert!(
        text.contains("name: web\n") && !text.contains("name: db\n"),
        "{text}"
    );
    assert_eq!(lab.rove(&["config", "web", "--yaml"]).stdout, text);
    insta::assert_snapshot!(lab.rove(&["config", "--json", "--yaml"]), @r#"
    $ rove config --json --yaml
    {
      "format": 1,
      "ok": false,
      "error": {
        "kind": "user",
        "message": "the argument `--yaml` cannot be used with `--json`",
        "causes": [],
        "at": null,
        "detail": null,
        "hints": [
          "`rove config --help` shows what it takes"
        ]
      }
    }
    --- stderr
    error: the argument `--yaml` cannot be used with `--json`
    hint: `rove config --help` shows what it takes
    => 1
    "#);
}

#[test]
fn a_file_that_does_not_load_is_data_too() {
    let run = Lab::with("raise 'never'\n").rove(&["config", "--json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (run.code, &view["ok"]),
        (Some(1), &serde_json::json!(false))
    );
    insta::assert_snapshot!(run.stderr, @"
    error: never (RuntimeError)
     --> Vagrantfile:1:1
    1 | raise 'never'
      | ^^^^^
    ");
}
