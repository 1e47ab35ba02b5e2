//! Gentoo and its descendants.

use super::Guest;
use super::linux::{LINUX, hostname, install};
use crate::op::{Script, quote};

/// Gentoo.
pub(super) static GENTOO: Guest = Guest {
    set_hostname: Some(set_hostname),
    rsync_install: Some(|| install("emerge --noreplace net-misc/rsync")),
    ..Guest::of("gentoo", Some(&LINUX), "is gentoo || is funtoo")
};

fn set_hostname(name: &str) -> Script {
    // OpenRC reads the name from a file of its own.
    let more = format!(
        "if [ -f /etc/conf.d/hostname ]; then printf 'hostname=\"%s\"\\n' {} > /etc/conf.d/hostname; fi\n",
        quote(name)
    );
    hostname(name, name, &more)
}
