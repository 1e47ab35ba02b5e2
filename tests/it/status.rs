//! `rove status`.

use crate::support::{Lab, labs};

#[test]
fn a_table_of_machines_and_states() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["status"]), @"
    $ rove status
    Machines of this lab:

    default                   not created (qemu)

    There is no machine yet. `rove up` makes it.
    => 0
    ");
    let lab = Lab::with(labs::THREE);
    insta::assert_snapshot!(lab.rove(&["status"]), @"
    $ rove status
    Machines of this lab:

    web                       not created (qemu)
    db                        not created (qemu)
    log                       not created (qemu)

    `rove status NAME` says more about one of them.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["status", "db"]), @"
    $ rove status db
    Machines of this lab:

    db                        not created (qemu)

    There is no machine yet. `rove up` makes it.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["status", "/^(web|log)$/"]), @"
    $ rove status /^(web|log)$/
    Machines of this lab:

    web                       not created (qemu)
    log                       not created (qemu)

    `rove status NAME` says more about one of them.
    => 0
    ");
}

#[test]
fn records_for_programs() {
    let lab = Lab::with(labs::ONE);
    insta::assert_snapshot!(lab.rove(&["status", "--machine-readable"]), @r"
    $ rove status --machine-readable
    [SECONDS],default,metadata,provider,qemu
    [SECONDS],default,provider-name,qemu
    [SECONDS],default,state,not_created
    [SECONDS],default,state-human-short,not created
    [SECONDS],default,state-human-long,There is no machine yet. `rove up` makes it.
    [SECONDS],,ui,output,Machines of this lab:\n\ndefault                   not created (qemu)\n\nThere is no machine yet. `rove up` makes it.\n
    => 0
    ");
}

#[test]
fn a_machine_that_there_is_not() {
    let lab = Lab::with(labs::THREE);
    insta::assert_snapshot!(lab.rove(&["status", "wbe"]), @"
    $ rove status wbe
    --- stderr
    error: there is no machine `wbe` in this lab
    hint: did you mean `web`?
    hint: there are: web, db, log
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["status", "/nope/"]), @"
    $ rove status /nope/
    --- stderr
    error: no machine of this lab matches `/nope/`
    hint: there are: web, db, log
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["status", "/(/"]), @"
    $ rove status /(/
    --- stderr
    error: `/(/` is no regular expression: Parsing error at position 5: Opening parenthesis without closing parenthesis
    => 1
    ");
}

#[test]
fn nothing_is_written_by_looking() {
    let lab = Lab::with(labs::THREE);
    let _ = lab.rove(&["status"]).succeeds();
    assert!(!lab.work().join(".rove").exists());
    assert_eq!(std::fs::read_dir(lab.rove_home()).unwrap().count(), 0);
}

#[test]
fn a_lab_is_found_from_a_folder_below() {
    let lab = Lab::with(labs::ONE);
    lab.write("a/b/file", "");
    let _ = lab.rove_in("a/b", &["status"]).succeeds();
}

#[test]
fn no_lab() {
    let mut lab = Lab::new();
    insta::assert_snapshot!(lab.rove(&["status"]), @"
    $ rove status
    --- stderr
    error: there is no `Vagrantfile` or `vagrantfile` in `[WORK]` or any folder above it
    hint: `rove init` writes one
    hint: go to the folder of your lab, or set `VAGRANT_CWD` to it
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["status", "--machine-readable"]), @r"
    $ rove status --machine-readable
    [SECONDS],,ui,error,error: there is no `Vagrantfile` or `vagrantfile` in `[WORK]` or any folder above it\nhint: `rove init` writes one\nhint: go to the folder of your lab%!(VAGRANT_COMMA) or set `VAGRANT_CWD` to it
    [SECONDS],,error-exit,Vagrant::Errors::NoEnvironmentError,there is no `Vagrantfile` or `vagrantfile` in `[WORK]` or any folder above it
    => 1
    ");
    lab.set("VAGRANT_CWD", "nowhere");
    insta::assert_snapshot!(lab.rove(&["status"]), @"
    $ rove status
    --- stderr
    error: there is no `Vagrantfile` or `vagrantfile` in `[WORK]/nowhere` or any folder above it
    hint: `rove init` writes one
    hint: go to the folder of your lab, or set `VAGRANT_CWD` to it
    => 1
    ");
    lab.set("VAGRANT_CWD", ".");
    lab.set("VAGRANT_VAGRANTFILE", "Other");
    insta::assert_snapshot!(lab.rove(&["status"]), @"
    $ rove status
    --- stderr
    error: there is no `Other` in `[WORK]/.` or any folder above it
    hint: `rove init` writes one
    hint: go to the folder of your lab, or set `VAGRANT_CWD` to it
    => 1
    ");
}
