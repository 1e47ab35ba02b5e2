//! Deciding about networks, as pure functions: which host ports a machine gets.
//! Nothing here asks the system; what is in use is given.

pub mod ports;
