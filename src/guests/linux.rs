//! Linux in general: what its families inherit, and those that add nothing.

use super::{Guest, keys};
use crate::op::{Script, quote};

/// Any Linux.
pub(super) static LINUX: Guest = Guest {
    halt: Some(halt),
    reboot: Some(reboot),
    set_hostname: Some(|name| hostname(name, name, "")),
    insert_key: Some(keys::insert),
    remove_key: Some(keys::remove),
    rsync_installed: Some(rsync_installed),
    rsync_command: Some("sudo rsync"),
    ..Guest::of("linux", None, "[ \"$kernel\" = Linux ]")
};

/// VMware Photon.
pub(super) static PHOTON: Guest = Guest {
    rsync_install: Some(|| install("tdnf install -y rsync")),
    ..Guest::of("photon", Some(&LINUX), "is photon")
};

/// NixOS: packages are a matter of its configuration, not of a command.
pub(super) static NIXOS: Guest = Guest::of("nixos", Some(&LINUX), "is nixos");

/// Slackware.
pub(super) static SLACKWARE: Guest = Guest::of(
    "slackware",
    Some(&LINUX),
    "is slackware || [ -f /etc/slackware-version ]",
);

/// Statuses of a command whose end is the end of the guest: any.
fn any_status() -> Vec<i32> {
    (0..=255).collect()
}

/// Returns a script for which any end is fine.
pub(super) fn last_words(text: &str) -> Script {
    Script {
        accept: any_status(),
        ..Script::privileged(text)
    }
}

fn halt() -> Script {
    // systemctl first: under systemd the others are links to it that some
    // minimal systems lack. busybox has only `poweroff`.
    last_words("systemctl poweroff 2>/dev/null || poweroff || shutdown -h now")
}

fn reboot() -> Script {
    last_words("systemctl reboot 2>/dev/null || reboot || shutdown -r now")
}

pub(super) fn rsync_installed() -> Script {
    Script::user("command -v rsync >/dev/null 2>&1")
}

/// Returns a script that installs something; what the package manager says is
/// shown, because it may take long.
pub(super) fn install(text: &str) -> Script {
    Script::privileged(text)
}

/// Returns the script that makes `static_name` the host's name, and lets the
/// guest find itself under `name` and its first label. `more` is appended.
pub(super) fn hostname(name: &str, static_name: &str, more: &str) -> Script {
    let short = name.split('.').next().unwrap_or(name);
    let aliases = if short == name {
        name.to_owned()
    } else {
        format!("{name} {short}")
    };
    let (static_name, aliases) = (quote(static_name), quote(&aliases));
    // 127.0.1.1 is Debian's place for the own name (Debian Reference, 5.1.1);
    // other families do not use the address, so the line is ours to replace.
    // hostnamectl fails without a running systemd or D-Bus: then by hand.
    Script::privileged(format!(
        "set -e
name={static_name}
aliases={aliases}
if [ \"$(cat /etc/hostname 2>/dev/null)\" != \"$name\" ] || [ \"$(uname -n)\" != \"$name\" ]; then
  if ! {{ command -v hostnamectl >/dev/null 2>&1 && hostnamectl set-hostname \"$name\" 2>/dev/null; }}; then
    printf '%s\\n' \"$name\" > /etc/hostname
    hostname \"$name\"
  fi
fi
if ! grep -qxF \"127.0.1.1 $aliases\" /etc/hosts 2>/dev/null; then
  touch /etc/hosts
  {{ grep -v '^127\\.0\\.1\\.1[[:space:]]' /etc/hosts || true; echo \"127.0.1.1 $aliases\"; }} > /etc/hosts.rove
  cat /etc/hosts.rove > /etc/hosts
  rm -f /etc/hosts.rove
fi
{more}"
    ))
}

/// Returns the first label of a host name.
pub(super) fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
