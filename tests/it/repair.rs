//! `rove repair`: damaged records and a damaged index are made whole.

use crate::support::{Lab, labs};

#[test]
fn all_is_whole() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["repair"]), @"
    $ rove repair
    All is whole.
    => 0
    ");
}

#[test]
fn a_damaged_id_shows_and_is_mended() {
    for damage in [&b""[..], b"\xff\xfe\x00", b"\0\0\0\0"] {
        let lab = Lab::with(labs::ONE);
        let dir = ".rove/machines/default/qemu";
        lab.write(&format!("{dir}/id"), damage);
        lab.write(&format!("{dir}/index_uuid"), "0123456789abcdef");
        lab.write(&format!("{dir}/box_meta"), "{ half");
        let status = lab.rove(&["status"]).succeeds();
        assert!(status.contains("`id` is damaged"), "{status}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(lab.rove(&["repair"]), @"
            $ rove repair
            ==> default: `id` is made anew
            ==> default: `box_meta` is kept as `box_meta.damaged`
            => 0
            ");
        }
        assert_eq!(lab.read(&format!("{dir}/id")), "0123456789abcdef");
        assert_eq!(lab.read(&format!("{dir}/box_meta.damaged")), "{ half");
        let status = lab.rove(&["status"]).succeeds();
        assert!(!status.contains("damaged"), "{status}");
        let _ = lab.rove(&["destroy", "-f"]).succeeds();
        assert!(!lab.work().join(dir).exists());
    }
}

#[test]
fn what_stays_damaged_is_said() {
    let lab = Lab::with(labs::ONE);
    lab.write(".rove/machines/default/qemu/id", "abc");
    lab.write(".rove/machines/default/qemu/machine.json", "{");
    insta::assert_snapshot!(lab.rove(&["repair"]), @"
    $ rove repair
    `default` of `[WORK]` is in the index
    ==> default: the machine's record `[WORK]/.rove/machines/default/qemu/machine.json` is damaged: EOF while parsing an object at line 1 column 1; `rove destroy default` removes the machine
    => 1
    ");
    let answer = lab.rove(&["repair", "--json"]);
    assert_eq!(answer.code, Some(1));
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(answer["faults"][0]["machine"], "default");
    let _ = lab.rove(&["destroy", "-f"]).succeeds();
    let _ = lab.rove(&["repair"]).succeeds();
}

#[test]
fn a_damaged_index_is_built_anew_from_the_labs() {
    let lab = Lab::with(labs::ONE);
    // Half made: such a machine is there until `up` or `destroy` ends that.
    lab.write(".rove/machines/default/qemu/id", "abc");
    lab.write(
        ".rove/machines/default/qemu/journal",
        "{\"command\":\"up\"}\n",
    );
    let index = lab.rove_home().join("data/machine-index/index");
    std::fs::create_dir_all(index.parent().unwrap()).unwrap();
    for damage in [
        &b""[..],
        b"{\"version\":1,",
        b"\xff\xfe",
        b"{\"version\":9,\"machines\":{}}",
    ] {
        std::fs::write(&index, damage).unwrap();
        assert_eq!(lab.rove(&["global-status"]).code, Some(1));
        let said = lab.rove(&["repair"]).succeeds();
        assert!(
            said.contains("`default` of `[WORK]` is in the index"),
            "{said}"
        );
        let table = lab.rove(&["global-status"]).succeeds();
        assert!(
            table.contains("default") && table.contains("[WORK]"),
            "{table}"
        );
    }
}
