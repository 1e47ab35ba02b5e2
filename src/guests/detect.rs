//! Which family a guest belongs to: one script, one round trip.

use super::{Guest, alpine, arch, bsd, debian, gentoo, linux, redhat, suse};
use crate::error::{Explain, Kind, Result};
use crate::op::Script;
use crate::source::nearest;

/// Every family, the most derived first: the first whose probe succeeds is it.
const FAMILIES: [&Guest; 23] = [
    &debian::MINT,
    &debian::UBUNTU,
    &debian::KALI,
    &debian::DEBIAN,
    &redhat::FEDORA,
    &redhat::ALMA,
    &redhat::ROCKY,
    &redhat::AMAZON,
    &redhat::CENTOS,
    &redhat::REDHAT,
    &arch::ARCH,
    &alpine::ALPINE,
    &suse::SUSE,
    &gentoo::GENTOO,
    &linux::PHOTON,
    &linux::NIXOS,
    &linux::SLACKWARE,
    &bsd::FREEBSD,
    &bsd::OPENBSD,
    &bsd::NETBSD,
    &bsd::DARWIN,
    &bsd::BSD,
    &linux::LINUX,
];

/// The family of a guest could not be told.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// No probe succeeded.
    #[error("cannot tell which system runs in `{machine}`")]
    Unknown {
        /// Machine.
        machine: String,
    },
    /// `config.vm.guest` names a family we do not know.
    #[error("unknown guest family `{name}`")]
    NoSuchFamily {
        /// What `config.vm.guest` says.
        name: String,
    },
}

impl Explain for DetectError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unknown { .. } => Kind::External,
            Self::NoSuchFamily { .. } => Kind::Config,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Unknown { .. } => {
                vec![
                    "name the family in the Vagrantfile, for example `config.vm.guest = :linux`"
                        .to_owned(),
                ]
            }
            Self::NoSuchFamily { name } => vec![match nearest(name, names()) {
                Some(near) => format!("did you mean `config.vm.guest = :{near}`?"),
                None => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
            }],
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown { .. } => "Vagrant::Errors::GuestNotDetected",
            Self::NoSuchFamily { .. } => "Vagrant::Errors::GuestExplicitNotDetected",
        })
    }
}

/// Returns the names of all families.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|guest| guest.name)
}

/// Returns the family that `config.vm.guest` names.
pub fn by_name(name: &str) -> Result<&'static Guest> {
    FAMILIES
        .into_iter()
        .find(|guest| guest.name == name)
        .ok_or_else(|| {
            DetectError::NoSuchFamily {
                name: name.to_owned(),
            }
            .into()
        })
}

/// Returns the script that prints a guest's family.
pub fn detect_script() -> Script {
    // ID and ID_LIKE: os-release(5). The file is read in a subshell, because it
    // may set any variable.
    let mut text =
        "like=$( [ -r /etc/os-release ] && . /etc/os-release && echo \"$ID $ID_LIKE\" )\n\
         is() { case \" $like \" in *\" $1 \"*) true ;; *) false ;; esac; }\n\
         kernel=$(uname -s)\n"
            .to_owned();
    for guest in FAMILIES {
        let (probe, name) = (guest.probe, guest.name);
        text.push_str("if ");
        text.push_str(probe);
        text.push_str("; then echo ");
        text.push_str(name);
        text.push_str("; exit 0; fi\n");
    }
    Script::user(text)
}

/// Returns the family that the script printed.
pub fn family(machine: &str, output: &str) -> Result<&'static Guest> {
    // A login shell may print something of its own before.
    let printed = output.trim().lines().last().unwrap_or("").trim();
    by_name(printed).map_err(|_| {
        DetectError::Unknown {
            machine: machine.to_owned(),
        }
        .into()
    })
}
