//! `rove destroy`: asks first, and its exit codes.

use crate::support::{Lab, labs};

#[test]
fn what_is_not_there_is_destroyed() {
    insta::assert_snapshot!(Lab::with(labs::THREE).rove(&["destroy", "-f"]), @"
    $ rove destroy -f
    ==> log: it does not exist
    ==> db: it does not exist
    ==> web: it does not exist
    => 0
    ");
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["destroy"]), @"
    $ rove destroy
    ==> default: it does not exist
    => 0
    ");
}
