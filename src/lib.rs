//! rove reads a Vagrantfile as it stands and builds the lab it describes.
//!
//! Reading order: `docs/architecture.md`, then [`op`] (what can be done), then
//! the modules in the order below, which is also the order of who may import whom.

pub mod error;
pub mod source;

pub mod config;
pub mod event;

pub mod op;

pub mod host;
pub mod ruby;

pub mod boxes;
pub mod communicators;
pub mod guests;
pub mod network;
pub mod seed;
pub mod state;

pub mod providers;
pub mod provision;
pub mod sync;
pub mod vagrantfile;

pub mod plan;

pub mod exec;

pub mod lab;

pub mod ui;

mod cli;

/// Runs a command line (with the program's name) and returns the exit code.
pub fn run(args: Vec<std::ffi::OsString>) -> std::process::ExitCode {
    // A shell sees one byte of a status; so does `ssh -c`, which passes on the guest's.
    std::process::ExitCode::from(cli::run(args) as u8)
}
