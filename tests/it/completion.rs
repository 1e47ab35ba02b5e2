//! `rove completion`: each shell's script, and what is offered on a Tab.

use crate::support::Lab;

#[test]
fn there_is_a_script_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = Lab::new().rove(&["completion", shell]).succeeds();
        assert!(script.contains("ROVE_COMPLETE"), "{shell}: {script}");
    }
    insta::assert_snapshot!(Lab::new().rove(&["completion", "tcsh"]), @"
    $ rove completion tcsh
    --- stderr
    error: `tcsh` is no value for `<SHELL>` of `rove completion`
    hint: it is one of: bash, elvish, fish, powershell, zsh
    hint: `rove completion --help` shows what it takes
    => 1
    ");
}

#[test]
fn the_bash_script_is_bash() {
    let script = Lab::new().rove(&["completion", "bash"]).succeeds();
    let Ok(mut child) = std::process::Command::new("bash")
        .arg("-n")
        .stdin(std::process::Stdio::piped())
        .spawn()
    else {
        return; // no bash on this host
    };
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, script.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// Asks as the script of bash asks for the last of these words.
fn offered(lab: &mut Lab, words: &[&str]) -> String {
    lab.set("ROVE_COMPLETE", "bash");
    lab.set("_CLAP_IFS", " ");
    lab.set("_CLAP_COMPLETE_INDEX", (words.len()).to_string());
    let asked = [&["--", "rove"], words].concat();
    lab.rove(&asked).succeeds().trim_end().to_owned()
}

#[test]
fn names_come_from_the_lab() {
    let mut lab = Lab::new();
    lab.write(
        "Vagrantfile",
        "Vagrant.configure('2') do |config|
           config.vm.box = 'a/box'
           %w[web worker db].each { |name| config.vm.define name }
         end",
    );
    let words: &[(&[&str], &str)] = &[
        (&["sta"], "status"),
        (&["up", "w"], "web worker"),
        (&["--trust", "halt", "-f", "d"], "db"),
        (&["ssh", "wo"], "worker"),
        (&["destroy", "web", "w"], "web worker"),
        (&["up", "--provider", ""], "qemu"),
        (&["box", "list", "--machine-r"], "--machine-readable"),
        (&["snapshot", "restore", "d"], "db"),
        (&["help", "pl"], "plan plugin"),
    ];
    for (words, expected) in words {
        assert_eq!(offered(&mut lab, words), *expected, "{words:?}");
    }
    // A file that does not load is no reason to say anything.
    lab.write("Vagrantfile", "Vagrant.configure(");
    assert_eq!(offered(&mut lab, &["up", "w"]), "");
}

#[test]
fn names_of_boxes_come_from_the_store() {
    let mut lab = Lab::new();
    let file = crate::support::box_file(&[("metadata.json", r#"{"provider":"qemu"}"#)]);
    lab.write("some.box", file);
    let added = lab.rove(&["box", "add", "--name", "org/some", "some.box"]);
    added.succeeds();
    assert_eq!(offered(&mut lab, &["box", "remove", "o"]), "org/some");
    assert_eq!(offered(&mut lab, &["init", "o"]), "org/some");
}
