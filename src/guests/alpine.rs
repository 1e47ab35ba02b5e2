//! Alpine Linux, and busybox systems that call themselves so.

use super::Guest;
use super::linux::{LINUX, hostname, install, short};

/// Alpine Linux.
pub(super) static ALPINE: Guest = Guest {
    set_hostname: Some(|name| hostname(name, short(name), "")),
    rsync_install: Some(|| install("apk add rsync || apk add --update-cache rsync")),
    ..Guest::of(
        "alpine",
        Some(&LINUX),
        "is alpine || [ -f /etc/alpine-release ]",
    )
};
