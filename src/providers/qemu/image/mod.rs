//! The disks of a box as this provider uses them: what `boxes::forms` found,
//! made images that overlays can lie on (`convert`).

pub(super) mod convert;

pub(super) use crate::boxes::forms::{BoxDisks, Controller, MadeFor, discover, header};
