//! The tree of commands itself.

use clap::CommandFactory;

use super::*;

#[test]
fn the_tree_is_sound() {
    Tree::command().debug_assert();
}

#[test]
fn every_command_and_flag_says_what_it_does() {
    fn check(command: &clap::Command, wrong: &mut Vec<String>) {
        for argument in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            if argument.get_help().is_none() {
                wrong.push(format!("{} {}", command.get_name(), argument.get_id()));
            }
        }
        for sub in command.get_subcommands() {
            if sub.get_about().is_none() {
                wrong.push(sub.get_name().to_owned());
            }
            check(sub, wrong);
        }
    }
    let mut wrong = Vec::new();
    check(&Tree::command(), &mut wrong);
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn commands_are_listed_in_the_order_of_the_alphabet() {
    let tree = Tree::command();
    let names: Vec<&str> = tree
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}
