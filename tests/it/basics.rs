//! What holds for every command: the first screen, mistyped command lines,
//! global flags.

use crate::support::{Lab, labs};

#[test]
fn the_first_screen_says_what_to_type() {
    insta::assert_snapshot!(Lab::new().rove(&[]), @"
    $ rove
    rove 0.1.0: builds the lab that a Vagrantfile describes

    There is no Vagrantfile here yet. To start:

      rove init NAME       write one for the box NAME (or bring your own)
      rove up              bring its machines up
      rove status          see what runs
      rove ssh             log in
      rove halt            power off, keep the disks
      rove destroy         remove the machines

    All commands: rove --help
    => 1
    ");
}

#[test]
fn the_first_screen_in_a_lab_shows_where_it_is() {
    let lab = Lab::with("Vagrant.configure('2') {}\n");
    lab.write("sub/file", "");
    insta::assert_snapshot!(lab.rove_in("sub", &[]), @"
    $ rove
    rove 0.1.0: builds the lab that a Vagrantfile describes

    There is a lab here: [WORK]/Vagrantfile

      rove plan            see what `up` would do
      rove up              bring its machines up
      rove status          see what runs
      rove ssh             log in
      rove halt            power off, keep the disks
      rove destroy         remove the machines

    All commands: rove --help
    => 1
    ");
}

#[test]
fn an_unknown_command_is_answered_by_the_nearest() {
    let run = Lab::new().rove(&["inti"]);
    let first = run.stdout.lines().next().unwrap_or_default();
    assert_eq!(
        first,
        "rove has no command `inti`. Did you mean `rove init`?"
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_mistyped_flag_is_answered_by_the_nearest() {
    insta::assert_snapshot!(Lab::new().rove(&["init", "--minimla"]), @"
    $ rove init --minimla
    --- stderr
    error: unknown flag `--minimla` for `rove init`
    hint: did you mean `--minimal`?
    hint: `rove init --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(Lab::new().rove(&["init", "--box-version"]), @"
    $ rove init --box-version
    --- stderr
    error: flag `--box-version` of `rove init` needs a value
    hint: `rove init --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(Lab::new().rove(&["version", "extra"]), @"
    $ rove version extra
    --- stderr
    error: `rove version` takes no argument `extra`
    hint: `rove version --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(Lab::new().rove(&["snapshot"]), @"
    $ rove snapshot
    --- stderr
    error: `rove snapshot` needs a subcommand: delete, list, pop, push, restore, save
    hint: `rove snapshot --help` shows what it takes
    => 1
    ");
    insta::assert_snapshot!(Lab::new().rove(&["box", "lits"]), @"
    $ rove box lits
    --- stderr
    error: `rove box` has no subcommand `lits`
    hint: did you mean `list`?
    hint: `rove box --help` shows what it takes
    => 1
    ");
}

#[test]
fn programs_get_records_also_for_a_mistyped_flag() {
    insta::assert_snapshot!(Lab::new().rove(&["init", "--nope", "--machine-readable"]), @r"
    $ rove init --nope --machine-readable
    [SECONDS],,ui,error,error: unknown flag `--nope` for `rove init`\nhint: `rove init --help` shows what it takes
    [SECONDS],,error-exit,Vagrant::Errors::CLIInvalidOptions,unknown flag `--nope` for `rove init`
    => 1
    ");
}

#[test]
fn the_version_is_one_line() {
    insta::assert_snapshot!(Lab::new().rove(&["--version"]), @"
    $ rove --version
    rove 0.1.0
    => 0
    ");
    insta::assert_snapshot!(Lab::new().rove(&["version", "--machine-readable"]), @"
    $ rove version --machine-readable
    [SECONDS],,version-installed,0.1.0
    [SECONDS],,ui,output,rove 0.1.0
    => 0
    ");
}

#[test]
fn colours_and_timestamps_are_as_asked() {
    let colored = Lab::new().rove(&["--color", "box", "remove", "x"]);
    assert!(
        colored.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m "),
        "{colored}"
    );
    let stamped = Lab::new()
        .rove(&["box", "remove", "x", "--timestamp"])
        .stderr;
    assert!(
        stamped.starts_with("20") && stamped.contains("Z error: "),
        "{stamped}"
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_rove"))
        .arg("--help")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_working_directory_that_is_gone_is_one_clear_error() {
    let lab = Lab::new();
    let gone = lab.work().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let output = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            "rmdir ../gone && exec \"$0\" version",
            env!("CARGO_BIN_EXE_rove"),
        ])
        .env_clear()
        .current_dir(&gone)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot find the working directory"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_full_disk_behind_a_redirection_is_a_failure_and_a_closed_pipe_is_none() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let lab = Lab::with(labs::ONE);
    for args in [
        &["status"][..],
        &["config"],
        &["version"],
        &["--version"],
        &["help", "up"],
        &["status", "--json"],
        &["status", "--machine-readable"],
        &["validate"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let run = lab.rove_into(args, full.into());
        assert_eq!(run.code, Some(1), "{run}");
        assert!(
            run.stderr
                .contains("cannot write to standard output: No space left"),
            "{run}"
        );
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = lab.rove_into(args, writer.into());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    }
}
