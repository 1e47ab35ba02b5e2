//! `rove provision` on a machine that there is not yet.

use crate::support::{Lab, labs};

#[test]
fn a_machine_that_is_not_there_cannot_be_provisioned() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["provision"]), @"
    $ rove provision
    --- stderr
    error: there is no machine `default` yet
    hint: make it: `rove up default`
    => 1
    ");
}
