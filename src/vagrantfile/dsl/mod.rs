//! The objects that a Vagrantfile talks to: `config`, `config.vm`, a provider's
//! block and so on, as objects of the interpreter. They note what is said with
//! its place and decide nothing; merging and finalizing is `schema/`'s.
//!
//! Reading order: `config` (one section), `root` (`config` itself), `recorder`
//! (everything that is not known), `api` (`Vagrant.configure` and friends).

mod api;
mod config;
mod recorder;
mod root;
mod v1;

pub(super) use api::{Block, Collected, Facts, VERSION, install};
pub(super) use config::Config;
pub(super) use recorder::{Record, Recorder};
pub(super) use root::{Root, RootState};
pub(super) use v1::OldRoot;
