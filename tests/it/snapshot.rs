//! `rove snapshot`: what can be said without a machine.

use crate::support::{Lab, labs};

#[test]
fn snapshots_need_a_machine() {
    let lab = Lab::with(labs::ONE);
    insta::assert_snapshot!(lab.rove(&["snapshot", "list"]), @"
    $ rove snapshot list
    ==> default: There is no machine yet. `rove up` makes it.
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["snapshot", "save", "one"]), @"
    $ rove snapshot save one
    ==> default: it does not exist
    => 0
    ");
    insta::assert_snapshot!(lab.rove(&["snapshot", "restore", "one"]), @"
    $ rove snapshot restore one
    --- stderr
    error: the program `qemu-system-x86_64` is needed to run machines and is not installed
    hint: install the package `qemu-system-x86 qemu-utils` (its name on Debian)
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["snapshot", "pop"]), @"
    $ rove snapshot pop
    --- stderr
    error: the program `qemu-system-x86_64` is needed to run machines and is not installed
    hint: install the package `qemu-system-x86 qemu-utils` (its name on Debian)
    => 1
    ");
}

#[test]
fn a_name_is_needed() {
    let lab = Lab::with(labs::ONE);
    insta::assert_snapshot!(lab.rove(&["snapshot", "save"]), @"
    $ rove snapshot save
    --- stderr
    error: `rove snapshot save` needs NAME
    hint: `rove snapshot save --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["snapshot", "sav", "x"]), @"
    $ rove snapshot sav x
    --- stderr
    error: `rove snapshot` has no subcommand `sav`
    hint: did you mean `save`?
    hint: `rove snapshot --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["snapshot"]), @"
    $ rove snapshot
    --- stderr
    error: `rove snapshot` needs a subcommand: delete, list, pop, push, restore, save
    hint: `rove snapshot --help` shows what it takes
    => 1
    ");
}
