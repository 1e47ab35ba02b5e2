//! `rove validate`, and Vagrantfiles that do not load or are wrong.

use crate::support::{Lab, labs};

fn validate(body: &str) -> crate::support::Run {
    Lab::with(&format!("Vagrant.configure('2') do |config|\n{body}end\n")).rove(&["validate"])
}

#[test]
fn a_file_that_is_in_order() {
    insta::assert_snapshot!(Lab::with(labs::THREE).rove(&["validate"]), @"
    $ rove validate
    The Vagrantfile is in order: 3 machines.
    => 0
    ");
}

#[test]
fn a_syntax_error() {
    let lab = Lab::with("Vagrant.configure('2') do |config|\n  config.vm.box = 'a\nend\n");
    insta::assert_snapshot!(lab.rove(&["validate"]), @"
    $ rove validate
    --- stderr
    error: unterminated string meets end of file
     --> Vagrantfile:2:19
    2 |   config.vm.box = 'a
      |                   ^
        line 4, column 1: unexpected end-of-input, assuming it is closing the parent top level context
        line 1, column 24: expected a block beginning with `do` to end with `end`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["up"]), @"
    $ rove up
    --- stderr
    error: unterminated string meets end of file
     --> Vagrantfile:2:19
    2 |   config.vm.box = 'a
      |                   ^
        line 4, column 1: unexpected end-of-input, assuming it is closing the parent top level context
        line 1, column 24: expected a block beginning with `do` to end with `end`
    => 1
    ");
}

#[test]
fn an_unknown_method_or_constant() {
    insta::assert_snapshot!(validate("  config.vm.box = 'a'.upcsae\n"), @r#"
    $ rove validate
    --- stderr
    error: undefined method `upcsae' for "a":String (NoMethodError)
     --> Vagrantfile:2:23
    2 |   config.vm.box = 'a'.upcsae
      |                       ^^^^^^
    hint: did you mean `upcase`?
    => 1
    "#);
    insta::assert_snapshot!(validate("  config.vm.box = BOXX\n"), @"
    $ rove validate
    --- stderr
    error: uninitialized constant BOXX (NameError)
     --> Vagrantfile:2:19
    2 |   config.vm.box = BOXX
      |                   ^^^^
    => 1
    ");
}

#[test]
fn an_unknown_setting_is_pointed_at() {
    insta::assert_snapshot!(validate("  config.vm.box = 'a'\n  config.vm.hostnmae = '仮想', config.vm.boxx\n"), @"
    $ rove validate
    --- stderr
    error: unknown setting `boxx` in `config.vm`
     --> Vagrantfile:3:40
    3 |   config.vm.hostnmae = '仮想', config.vm.boxx
      |                                          ^^^^
    hint: did you mean `box`?
    error: unknown setting `hostnmae` in `config.vm`
     --> Vagrantfile:3:13
    3 |   config.vm.hostnmae = '仮想', config.vm.boxx
      |             ^^^^^^^^
    hint: did you mean `hostname`?
    => 1
    ");
}

#[test]
fn an_unknown_setting_of_a_provider() {
    insta::assert_snapshot!(
        validate("  config.vm.box = 'a'\n  config.vm.provider 'qemu' do |v|\n    v.memroy = 2048\n  end\n"),
        @"
        $ rove validate
        --- stderr
        error: machine `default`: unknown setting `memroy` in a `qemu` provider block
         --> Vagrantfile:4:7
        4 |     v.memroy = 2048
          |       ^^^^^^
        hint: did you mean `memory`?
        => 1
        "
    );
}

#[test]
fn a_section_of_a_plugin_is_a_warning() {
    insta::assert_snapshot!(validate("  config.vm.box = 'a'\n  config.someplugin.enabled = true\n"), @"
    $ rove validate
    warning: unknown section `config.someplugin`
     --> Vagrantfile:3:10
    3 |   config.someplugin.enabled = true
      |          ^^^^^^^^^^
    hint: it belongs to a plugin that rove does not know; `if Vagrant.has_plugin?(…)` around `config.someplugin` says that it may be missing
    The Vagrantfile is in order: one machine.
    => 0
    ");
}

#[test]
fn every_error_is_shown() {
    insta::assert_snapshot!(
        validate("  config.vm.network 'forwarded_port', guest: 80\n  config.vm.provision 'shell'\n  config.vm.hostname = 'a_b!'\n"),
        @"
        $ rove validate
        --- stderr
        error: `a_b!` is no host name
         --> Vagrantfile:4:13
        4 |   config.vm.hostname = 'a_b!'
          |             ^^^^^^^^
        hint: use letters, digits, hyphens and dots, and begin with a letter or digit
        error: a forwarded port needs `guest` and `host`
         --> Vagrantfile:2:13
        2 |   config.vm.network 'forwarded_port', guest: 80
          |             ^^^^^^^
        error: a forwarded port must be from 1 to 65535
         --> Vagrantfile:2:13
        2 |   config.vm.network 'forwarded_port', guest: 80
          |             ^^^^^^^
        error: a shell provisioner needs `path` or `inline`
         --> Vagrantfile:3:13
        3 |   config.vm.provision 'shell'
          |             ^^^^^^^^^
        error: machine `default`: no box is named
        hint: set `config.vm.box`, or `image_path` of the `qemu` provider
        => 1
        "
    );
}

#[test]
fn programs_get_one_record_for_all() {
    let lab = Lab::with("Vagrant.configure('2') do |config|\nend\n");
    insta::assert_snapshot!(lab.rove(&["validate", "--machine-readable"]), @r"
    $ rove validate --machine-readable
    [SECONDS],default,metadata,provider,qemu
    [SECONDS],default,ui,error,error: machine `default`: no box is named\nhint: set `config.vm.box`%!(VAGRANT_COMMA) or `image_path` of the `qemu` provider
    [SECONDS],,error-exit,Vagrant::Errors::ConfigInvalid,the configuration has 1 error
    => 1
    ");
}

#[test]
fn exit_and_abort_end_with_their_status() {
    insta::assert_snapshot!(Lab::with("exit 3\n").rove(&["validate"]), @"
    $ rove validate
    => 3
    ");
    insta::assert_snapshot!(Lab::with("abort 'no way'\n").rove(&["validate"]), @"
    $ rove validate
    --- stderr
    no way
    => 1
    ");
}

#[test]
fn problems_as_data() {
    let lab = Lab::with(
        "Vagrant.configure('2') do |config|\n  config.vm.box = 'a'\n  config.vm.hostnmae = 'b'\n  config.nobody.x = 1\nend\n",
    );
    let data = |args: &[&str], code| -> serde_json::Value {
        let run = lab.rove(args);
        assert_eq!(run.code, Some(code), "{}", run.stdout);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let report = data(&["validate", "--json"], 1);
    assert_eq!(report["ok"], false);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0]["severity"], "error");
    assert_eq!(problems[0]["section"], "vm");
    assert_eq!(
        problems[0]["at"],
        serde_json::json!({ "file": "Vagrantfile", "line": 3, "column": 13, "text": "hostnmae" })
    );
    assert_eq!(problems[0]["hints"][0], "did you mean `hostname`?");
    assert_eq!(problems[1]["severity"], "warning");
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') do |config|\n  config.vm.box = 'a'\n  config.nobody.x = 1\nend\n",
    );
    assert_eq!(data(&["validate", "--json"], 0)["ok"], true);
    assert_eq!(data(&["validate", "--json", "--strict"], 1)["ok"], false);
    assert_eq!(lab.rove(&["validate", "--strict"]).code, Some(1));
    // Every fault of the syntax; of an error of Ruby the calls that led there.
    lab.write("Vagrantfile", "def a\n  b(\nend\nx = = 1\n");
    let report = data(&["validate", "--json"], 1);
    assert!(report["problems"].as_array().unwrap().len() > 1);
    assert_eq!(report["problems"][0]["kind"], "syntax");
    lab.write("more.rb", "def inner\n  nil.foo\nend\n");
    lab.write(
        "Vagrantfile",
        "require_relative 'more'\ndef outer\n  inner\nend\nouter\n",
    );
    let report = data(&["validate", "--json"], 1);
    let problem = &report["problems"][0];
    assert_eq!(problem["kind"], "no_method");
    assert_eq!(problem["at"]["file"], "more.rb");
    let lines: Vec<_> = problem["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            (
                call["in"].as_str().unwrap(),
                call["at"]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(lines, [("inner", 2), ("outer", 3), ("<main>", 5)]);
}

#[test]
fn plugins_that_rove_stands_for_and_others() {
    let file = "Vagrant.configure('2') do |config|\n  config.vm.box = Vagrant.has_plugin?('vagrant-vbguest').to_s\n  config.vbguest.auto_update = false\n  config.hostmanager.ip_resolver = proc { |vm| vm }\nend\n";
    let mut lab = Lab::with(file);
    assert_eq!(lab.rove(&["validate", "--strict"]).code, Some(0));
    lab.set("ROVE_PLUGINS", "");
    let run = lab.rove(&["validate"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("unknown section `config.vbguest`"),
        "{}",
        run.stdout
    );
    // As Vagrant has it.
    lab.set("ROVE_COMPAT", "1");
    assert_eq!(lab.rove(&["validate"]).code, Some(1));
}
