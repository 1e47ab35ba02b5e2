//! `rove ssh`: what is said when nobody can log in.

use crate::support::{Lab, labs};

#[test]
fn a_machine_that_is_not_there() {
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["ssh"]), @"
    $ rove ssh
    --- stderr
    error: there is no machine `default` yet
    hint: make it: `rove up default`
    => 1
    ");
    insta::assert_snapshot!(Lab::with(labs::ONE).rove(&["ssh", "-c", "true"]), @"
    $ rove ssh -c true
    --- stderr
    error: there is no machine `default` yet
    hint: make it: `rove up default`
    => 1
    ");
}

#[test]
fn one_of_several_has_to_be_meant() {
    let two = "Vagrant.configure('2') { |c| c.vm.box = 'x'; c.vm.define 'a'; c.vm.define 'b' }\n";
    insta::assert_snapshot!(Lab::with(two).rove(&["ssh"]), @r#"
    $ rove ssh
    --- stderr
    error: this command is for one machine, and this lab has several
    hint: name one of them: a, b
    hint: or mark one in the Vagrantfile: `config.vm.define "NAME", primary: true`
    => 1
    "#);
    let primary = Lab::with(labs::THREE).rove(&["ssh"]);
    assert!(primary.stderr.contains("`db`"), "{primary}");
}
