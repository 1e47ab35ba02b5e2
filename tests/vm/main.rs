//! Tests against real guests under QEMU: the feature `vm` turns them on. They
//! need QEMU and the boxes of `boxes/`, built into `target/boxes` or into the
//! folder that `ROVE_TEST_BOXES` names. `ROVE_TEST_QEMU` names another QEMU than
//! the one on PATH.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod boxes;
mod cloud;
mod convert;
mod course;
mod crash;
mod disk;
mod guest;
mod kill;
mod lab;
mod life;
mod memory;
mod package;
mod sources;
mod support;

#[path = "../support/http.rs"]
mod http;
