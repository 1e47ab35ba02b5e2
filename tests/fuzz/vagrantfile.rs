//! Any text as a Vagrantfile: it loads, or it is said why not. Nothing panics, runs for
//! ever or takes all memory.

#![no_main]
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    support::load(data, &[]);
});
