//! Debian and its descendants.

use super::Guest;
use super::linux::{LINUX, hostname, install, short};
use crate::op::{Script, quote};

/// Debian.
pub(super) static DEBIAN: Guest = Guest {
    set_hostname: Some(set_hostname),
    rsync_install: Some(rsync_install),
    ..Guest::of(
        "debian",
        Some(&LINUX),
        "is debian || [ -f /etc/debian_version ]",
    )
};

/// Ubuntu.
pub(super) static UBUNTU: Guest =
    Guest::of("ubuntu", Some(&DEBIAN), "[ \"${like%% *}\" = ubuntu ]");

/// Kali.
pub(super) static KALI: Guest = Guest::of("kali", Some(&DEBIAN), "is kali");

/// Linux Mint.
pub(super) static MINT: Guest = Guest::of("mint", Some(&UBUNTU), "is linuxmint");

fn set_hostname(name: &str) -> Script {
    // /etc/hostname holds the short name here (hostname(5) of Debian);
    // /etc/mailname, where there is one, the full one.
    let more = format!(
        "if [ -f /etc/mailname ]; then printf '%s\\n' {} > /etc/mailname; fi\n",
        quote(name)
    );
    hostname(name, short(name), &more)
}

fn rsync_install() -> Script {
    // The lists of a box are old or absent, so a first try may fail.
    install(
        "export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends rsync ||
  { apt-get update && apt-get install -y --no-install-recommends rsync; }",
    )
}
