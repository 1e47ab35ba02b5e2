//! The binary as users run it: output, streams, exit codes, faults. One test
//! program; a file per command. `support` makes a lab to run it in.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs
)]

mod support;

mod basics;
mod box_add;
mod box_list;
mod box_lock;
mod box_make;
mod box_mirror;
mod box_remove;
mod box_sign;
mod box_store;
mod box_where;
mod check;
mod completion;
mod config;
mod destroy;
mod doctor;
mod explain;
mod gc;
mod halt;
mod help;
mod init;
mod log;
mod many;
mod once;
mod package;
mod plan;
mod power;
mod provision;
mod repair;
mod snapshot;
mod ssh;
mod ssh_config;
mod status;
mod trust;
mod up;
mod validate;
