//! Red Hat Enterprise Linux, its rebuilds, and Fedora.

use super::Guest;
use super::linux::{LINUX, hostname, install};
use crate::op::{Script, quote};

/// Red Hat Enterprise Linux, and whatever says that it is like it.
pub(super) static REDHAT: Guest = Guest {
    set_hostname: Some(set_hostname),
    rsync_install: Some(rsync_install),
    ..Guest::of(
        "redhat",
        Some(&LINUX),
        "is rhel || is redhat || [ -f /etc/redhat-release ]",
    )
};

/// CentOS.
pub(super) static CENTOS: Guest = Guest::of(
    "centos",
    Some(&REDHAT),
    "[ \"${like%% *}\" = centos ] || grep -qs CentOS /etc/redhat-release",
);

/// Fedora.
pub(super) static FEDORA: Guest =
    Guest::of("fedora", Some(&REDHAT), "[ \"${like%% *}\" = fedora ]");

/// AlmaLinux.
pub(super) static ALMA: Guest = Guest::of("alma", Some(&REDHAT), "is almalinux");

/// Rocky Linux.
pub(super) static ROCKY: Guest = Guest::of("rocky", Some(&REDHAT), "is rocky");

/// Amazon Linux.
pub(super) static AMAZON: Guest = Guest::of("amazon", Some(&REDHAT), "is amzn");

fn set_hostname(name: &str) -> Script {
    // Release 6 and older read the name from /etc/sysconfig/network at boot.
    let more = format!(
        "if [ -f /etc/sysconfig/network ] && ! command -v hostnamectl >/dev/null 2>&1; then
  {{ grep -v '^HOSTNAME=' /etc/sysconfig/network || true; echo HOSTNAME={0}; }} > /etc/sysconfig/network.rove
  cat /etc/sysconfig/network.rove > /etc/sysconfig/network
  rm -f /etc/sysconfig/network.rove
fi
",
        quote(name)
    );
    hostname(name, name, &more)
}

fn rsync_install() -> Script {
    install(
        "if command -v dnf >/dev/null 2>&1; then dnf -y install rsync; else yum -y install rsync; fi",
    )
}
