//! `rove halt` and other commands on machines that there are not yet.

use crate::support::{Lab, labs};

#[test]
fn what_is_not_there_needs_no_halt() {
    let lab = Lab::with(labs::THREE);
    insta::assert_snapshot!(lab.rove(&["halt"]), @"
    $ rove halt
    ==> log: it does not exist
    ==> db: it does not exist
    ==> web: it does not exist
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["suspend", "web"]), @"
    $ rove suspend web
    ==> web: it does not exist
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["resume", "web"]), @"
    $ rove resume web
    --- stderr
    error: the program `qemu-system-x86_64` is needed to run machines and is not installed
    hint: install the package `qemu-system-x86 qemu-utils` (its name on Debian)
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["reload", "web"]), @"
    $ rove reload web
    --- stderr
    error: the program `qemu-system-x86_64` is needed to run machines and is not installed
    hint: install the package `qemu-system-x86 qemu-utils` (its name on Debian)
    => 1
    ");
}

#[test]
fn a_copied_lab_leaves_the_machine_of_the_original_alone() {
    let lab = Lab::with(labs::ONE);
    let state = |folder: &str| format!("{folder}/.rove/machines/default/qemu");
    for folder in ["one", "two"] {
        lab.write(&format!("{folder}/Vagrantfile"), labs::ONE);
        let original = lab.work().join("one");
        lab.write(
            &format!("{}/id", state(folder)),
            "0123456789abcdef0123456789abcdef",
        );
        lab.write(
            &format!("{}/vagrant_cwd", state(folder)),
            original.to_str().unwrap(),
        );
    }
    for command in [&["up"][..], &["halt", "-f"], &["destroy", "-f"], &["ssh"]] {
        let run = lab.rove_in("two", command);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(
            run.stderr
                .contains("this lab is a copy: machine `default` belongs to `[WORK]/one`"),
            "{run}"
        );
        assert!(
            run.stderr
                .contains("hint: to make machines of its own here: `rm -r [WORK]/two/.rove`"),
            "{run}"
        );
    }
    let run = lab.rove_in("one", &["halt"]);
    assert!(!run.stderr.contains("copy"), "{run}");
}
