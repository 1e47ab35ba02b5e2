//! `rove completion`: each shell's script names the commands.

use crate::support::Lab;

#[test]
fn scripts_name_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = Lab::new().rove(&["completion", shell]).succeeds();
        assert!(
            script.contains("box-version") && script.contains("init"),
            "{shell}"
        );
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
