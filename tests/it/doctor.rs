//! `rove doctor`: what of this computer matters, and what to type.

use crate::support::Lab;

#[test]
fn what_is_missing_comes_with_the_command_to_type() {
    let lab = Lab::new();
    lab.fake("apt-get", "exit 1");
    let run = lab.rove(&["doctor"]);
    assert_eq!(run.code, Some(1), "{run}");
    for (found, hint) in [
        ("`qemu` cannot be used", "apt-get install qemu"),
        ("for `rove ssh`", "apt-get install openssh"),
        ("copied by rsync", "apt-get install rsync"),
    ] {
        let after = run.stdout.split(found).nth(1).unwrap_or_default();
        let next = after.lines().nth(1).unwrap_or_default();
        assert!(
            next.contains("hint: ") && next.contains(hint),
            "{found}: {run}"
        );
    }
    assert!(
        run.stdout
            .contains("free for boxes in `ROVE_HOME`, `[ROVE]`"),
        "{run}"
    );
    // How many things depends on the machine and the user.
    assert!(run.stdout.ends_with(" not work.\n"), "{run}");
}

#[test]
fn the_same_as_data() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.rove_home().join("data/machine-index")).unwrap();
    std::fs::write(lab.rove_home().join("data/machine-index/index"), "{").unwrap();
    let run = lab.rove(&["doctor", "--json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&answer["format"], &answer["ok"]),
        (&1.into(), &false.into())
    );
    let checks = answer["checks"].as_array().unwrap();
    let index = checks
        .iter()
        .find(|check| check["section"] == "state")
        .unwrap();
    assert_eq!(index["verdict"], "bad");
    assert_eq!(index["hints"][0], "build it anew: `rove repair`");
}
