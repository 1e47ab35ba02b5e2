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

#[test]
fn a_provisioner_that_there_is_not() {
    let lab = Lab::with(
        "Vagrant.configure('2') do |config|
  config.vm.box = 'org/box'
  config.vm.provision 'setup', type: 'shell', inline: 'true'
  config.vm.provision 'shell', inline: 'true'
end
",
    );
    for command in ["up", "reload", "resume"] {
        insta::allow_duplicates! {
            let run = lab.rove(&[command, "--provision-with", "setpu"]);
            assert_eq!(run.code, Some(1));
            insta::assert_snapshot!(run.stderr, @"
            error: no provisioner has the name or type `setpu`
            hint: did you mean `setup`?
            hint: there are: setup, shell
            ");
        }
    }
    let run = lab.rove(&[
        "snapshot",
        "restore",
        "--provision-with",
        "nothing",
        "clean",
    ]);
    assert!(run.stderr.contains("`nothing`"), "{run}");
    // One that there is makes up for it, and so does a type that none has.
    for with in ["setpu,setup", "puppet"] {
        let run = lab.rove(&["reload", "--provision-with", with]);
        assert!(!run.stderr.contains("no provisioner"), "{run}");
    }
}
