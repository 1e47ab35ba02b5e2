//! The BSDs and Darwin.

use super::linux::{last_words, rsync_installed, short};
use super::{Guest, keys};
use crate::op::{Script, quote};

/// What the BSDs share.
pub(super) static BSD: Guest = Guest {
    halt: Some(|| last_words("shutdown -p now || shutdown -h now")),
    reboot: Some(|| last_words("shutdown -r now || reboot")),
    insert_key: Some(keys::insert),
    remove_key: Some(keys::remove),
    rsync_installed: Some(rsync_installed),
    rsync_command: Some("sudo rsync"),
    ..Guest::of("bsd", None, "uname -s | grep -qi bsd")
};

/// FreeBSD.
pub(super) static FREEBSD: Guest = Guest {
    set_hostname: Some(|name| {
        let name = quote(name);
        Script::privileged(format!("sysrc hostname={name} && hostname {name}"))
    }),
    rsync_install: Some(|| Script::privileged("env ASSUME_ALWAYS_YES=yes pkg install rsync")),
    ..Guest::of("freebsd", Some(&BSD), "[ \"$kernel\" = FreeBSD ]")
};

/// OpenBSD.
pub(super) static OPENBSD: Guest = Guest {
    set_hostname: Some(my_name),
    rsync_install: Some(|| Script::privileged("pkg_add -I rsync--")),
    rsync_command: Some("doas rsync"),
    ..Guest::of("openbsd", Some(&BSD), "[ \"$kernel\" = OpenBSD ]")
};

/// NetBSD.
pub(super) static NETBSD: Guest = Guest {
    set_hostname: Some(my_name),
    rsync_install: Some(|| Script::privileged("pkgin -y install rsync")),
    ..Guest::of("netbsd", Some(&BSD), "[ \"$kernel\" = NetBSD ]")
};

/// macOS. It comes with rsync.
pub(super) static DARWIN: Guest = Guest {
    halt: Some(|| last_words("shutdown -h now")),
    set_hostname: Some(|name| {
        let (name, short) = (quote(name), quote(short(name)));
        Script::privileged(format!(
            "set -e\nscutil --set HostName {name}\nscutil --set ComputerName {name}\nscutil --set LocalHostName {short}\nhostname {name}"
        ))
    }),
    ..Guest::of("darwin", Some(&BSD), "[ \"$kernel\" = Darwin ]")
};

/// Both read the name at boot from `/etc/myname`, NetBSD if `rc.conf` has none.
fn my_name(name: &str) -> Script {
    let name = quote(name);
    Script::privileged(format!(
        "printf '%s\\n' {name} > /etc/myname && hostname {name}"
    ))
}
