//! `rove ssh-config`: what is said when nobody can log in.

use crate::support::{Lab, labs};

#[test]
fn a_machine_that_is_not_there() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["ssh-config"]), @"
    $ rove ssh-config
    --- stderr
    error: there is no machine `default` yet
    hint: make it: `rove up default`
    => 1
    ");
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["ssh-config", "--host", "x", "--machine-readable"]), @r"
    $ rove ssh-config --host x --machine-readable
    [SECONDS],,ui,error,error: there is no machine `default` yet\nhint: make it: `rove up default`
    [SECONDS],,error-exit,Vagrant::Errors::VMNotCreatedError,there is no machine `default` yet
    => 1
    ");
}
