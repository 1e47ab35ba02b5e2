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
