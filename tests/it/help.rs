//! Help: what is there, on which stream, with which exit code.

use crate::support::Lab;

#[test]
fn help_of_a_command_lists_flags_and_arguments() {
    insta::assert_snapshot!(Lab::new().rove(&["help", "box", "remove"]), @"
    $ rove help box remove
    Usage: rove box remove [flags] NAME

    Remove a box.

    Arguments:
      NAME                            Name of the box

    Flags:
      -f, --force                     Remove it even if a machine uses it
      -a, --architecture ARCH         Only for this architecture
          --provider PROVIDER         Only for this provider
          --box-version VERSION       Only this version
          --all                       Remove all versions
          --all-providers             Remove it for all providers
          --all-architectures         Remove it for all architectures

    Flags for every command:
          --[no-]color                Colour the output even where it goes to a file or pipe
          --machine-readable          Write records for programs instead of sentences
          --json                      Write what happens as JSON, one object a line
          --debug                     Also show the programs that rove runs
          --verbose                   The same as `--debug`
          --quiet                     Show only warnings, errors and answers
          --timestamp                 Put the time of day before every line
          --debug-timestamp           The same as `--debug --timestamp`
          --no-tty                    Draw nothing that moves and ask nothing
          --trust                     Let the Vagrantfile run commands and write files, this time
          --offline                   Keep off the network: take boxes and catalogs that are here
      -v, --version                   Print the version
      -h, --help                      Print help
    => 0
    ");
}

#[test]
fn help_flags_and_help_command_say_the_same() {
    let lab = Lab::new();
    let by_flag = lab.rove(&["init", "--help"]);
    assert_eq!(by_flag.code, Some(0));
    assert_eq!(lab.rove(&["init", "-h"]).stdout, by_flag.stdout);
    assert_eq!(lab.rove(&["-h", "init"]).stdout, by_flag.stdout);
    assert_eq!(lab.rove(&["help", "init"]).stdout, by_flag.stdout);
}

#[test]
fn plain_help_ends_as_vagrants() {
    let lab = Lab::new();
    let flag = lab.rove(&["--help"]);
    let command = lab.rove(&["help"]);
    assert_eq!((flag.code, command.code), (Some(0), Some(1)));
    assert_eq!(flag.stdout, command.stdout);
    assert_eq!(lab.rove(&["frobnicate", "--help"]).code, Some(1));
}

#[test]
fn the_reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
    let current = Lab::new().rove(&["man", "--markdown"]).succeeds();
    if std::env::var_os("ROVE_UPDATE_DOCS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == current,
        "run `ROVE_UPDATE_DOCS=1 cargo test --test it help`"
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let lab = Lab::new();
    let said = lab.rove(&["man", "--dir", "man"]);
    assert_eq!(said.code, Some(0), "{said}");
    for page in [
        "rove.1",
        "rove-up.1",
        "rove-box-add.1",
        "rove-snapshot-save.1",
    ] {
        let text = lab.read(&format!("man/{page}"));
        assert!(text.contains(".SH NAME"), "{page}: {text}");
    }
    let page = lab.rove(&["man", "snapshot", "save"]).succeeds();
    assert!(page.contains("rove snapshot save"), "{page}");
    assert_eq!(lab.rove(&["man", "frobnicate"]).code, Some(1));
}
