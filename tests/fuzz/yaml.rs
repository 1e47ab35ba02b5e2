//! Any text as a YAML file that a Vagrantfile makes its machines of.

#![no_main]
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    support::load(support::MACHINES_OF_YAML, &[("nodes.yml", data)]);
});
