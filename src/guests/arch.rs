//! Arch Linux and its descendants.

use super::Guest;
use super::linux::{LINUX, install};

/// Arch Linux.
pub(super) static ARCH: Guest = Guest {
    // -y: a box's database names packages that the mirrors no longer have.
    rsync_install: Some(|| install("pacman -Sy --noconfirm --needed rsync")),
    ..Guest::of("arch", Some(&LINUX), "is arch || is archarm")
};
