//! SUSE Linux Enterprise and openSUSE.

use super::Guest;
use super::linux::{LINUX, hostname, install, short};

/// Any SUSE.
pub(super) static SUSE: Guest = Guest {
    set_hostname: Some(|name| hostname(name, short(name), "")),
    rsync_install: Some(|| install("zypper --non-interactive install rsync")),
    ..Guest::of("suse", Some(&LINUX), "is suse || is opensuse || is sles")
};
