//! Boxes: found by name, fetched in one pass, verified, unpacked and kept.
//!
//! Reading order: [`Request`] and [`ensure`] here, `sources` and `name`
//! (where a name may live), `catalog` and `version` (which file it is), `add` (how it gets here),
//! `stream` (bytes from a server or a file, with resume), `unpack` (bytes to a
//! folder), `store` (boxes on disk). HTTP has one home: `fetch`.

mod add;
mod cache;
mod catalog;
mod compression;
mod dedupe;
mod digest;
mod error;
mod fetch;
mod fetch_ahead;
mod flush;
pub mod forms;
mod gzip;
mod holes;
mod image;
mod import;
mod known;
pub mod lock;
pub mod making;
mod mirror;
pub mod name;
mod pack;
mod partial;
mod qemu_img;
mod receipt;
mod resolve;
mod signing;
mod sources;
mod store;
mod stream;
mod sums;
#[cfg(test)]
mod tests;
mod tree;
mod unpack;
mod update;
mod verify;
mod version;
mod write;
mod zipped;

pub use add::{Added, add, add_candidate, ensure};
pub use catalog::{Catalog, Offer, Release};
pub use dedupe::{Saved, gc};
pub use digest::{Checksum, ChecksumKind};
pub use error::BoxError;
pub use image::{Image, Unreadable};
pub use import::import;
pub use known::KnownImage;
pub use mirror::{Mirror, Mirrored, Publish, mirror, mirror_installed, publish_box};
pub use pack::{Item, PackError, add_tree, carried, may_write, pack, repackage};
pub use partial::{Abandoned, abandoned, remove_abandoned};
pub use qemu_img::{QEMU_IMG, QemuImg, Target};
pub use receipt::Receipt;
pub use resolve::{Asked, found_everywhere, found_where, resolve, there};
pub use signing::{Detached, SignatureError, forget_signer, sign, signers};
pub use sources::{Kind as SourceKind, Source, Way, ways};
pub use store::{Installed, Store};
pub use sums::is_image_address;
pub use update::{Freshness, freshness};
pub use verify::{Usage, Verdict, usage, verify};
pub use version::{Constraint, Segment, Version};

use crate::host::{Env, variables};

/// Which architecture a box is wanted for: `config.vm.box_architecture`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// `:auto`: the one of this machine, by the name boxes use.
    Host(String),
    /// `nil`: the one that the catalog calls its default.
    Default,
    /// This one.
    Named(String),
}

impl Architecture {
    /// Returns the architecture of this machine (`VAGRANT_HOST_ARCHITECTURE`, or
    /// what rove was built for).
    pub fn host(env: &Env) -> Self {
        let own = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "i386",
            "powerpc64" => "ppc64",
            other => other,
        };
        Self::Host(
            env.get(variables::VAGRANT_HOST_ARCHITECTURE)
                .unwrap_or(own)
                .to_owned(),
        )
    }

    /// Returns the folders of a version to look into, in order.
    fn folders(&self) -> Vec<Option<String>> {
        match self {
            Self::Host(name) | Self::Named(name) => vec![Some(name.clone()), None],
            Self::Default => vec![None],
        }
    }
}

impl std::fmt::Display for Architecture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host(name) | Self::Named(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A box that is wanted: what a Vagrantfile or `rove box add` says of it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its name. None is fine where a catalog tells it.
    pub name: Option<String>,
    /// Where to look: one catalog, or mirrors of one box file. Empty: the name
    /// itself is looked for, as a file and on the catalog server.
    pub urls: Vec<String>,
    /// Which versions will do.
    pub constraint: Constraint,
    /// Providers whose boxes will do, most wanted first. Empty: any.
    pub providers: Vec<String>,
    /// Which architecture.
    pub architecture: Architecture,
    /// What a plain box file must hash to. A catalog's own checksum is used for
    /// its files.
    pub checksum: Option<Checksum>,
    /// Replaces a box that is already there.
    pub force: bool,
    /// Boxes that are not replaced by other ones, because disks lie on theirs.
    pub in_use: Vec<InUse>,
    /// Sends the token also to hosts that the catalog server redirects to.
    pub location_trusted: bool,
    /// Takes any certificate.
    pub insecure: bool,
    /// File with further certificates to trust, in PEM.
    pub ca_cert: Option<std::path::PathBuf>,
    /// Folder with further certificates to trust, in PEM.
    pub ca_path: Option<std::path::PathBuf>,
    /// File with a client certificate and its key, in PEM.
    pub client_cert: Option<std::path::PathBuf>,
    /// Machine the box is for; prefixes what is shown.
    pub machine: Option<String>,
}

/// A box that a machine uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Name of the box.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The provider it was made for.
    pub provider: String,
    /// The machine, for people: "`web` in /lab".
    pub machine: String,
}

impl Request {
    /// Returns a request for any version of `name` for one of `providers`.
    pub fn new(name: &str, providers: &[&str], architecture: Architecture) -> Self {
        Self {
            name: Some(name.to_owned()),
            urls: Vec::new(),
            constraint: Constraint::any(),
            providers: providers.iter().map(ToString::to_string).collect(),
            architecture,
            checksum: None,
            force: false,
            in_use: Vec::new(),
            location_trusted: false,
            insecure: false,
            ca_cert: None,
            ca_path: None,
            client_cert: None,
            machine: None,
        }
    }
}

/// One file of one box, chosen and not yet fetched.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Name the box will have.
    pub name: String,
    /// Its version; `0` for a plain box file.
    pub version: String,
    /// Its provider; a plain box file tells it only once it is unpacked.
    pub provider: Option<String>,
    /// Its architecture, where it will have a folder of its own.
    pub architecture: Option<String>,
    /// Where the file lies: mirrors, tried in turn.
    pub places: Vec<name::Place>,
    /// What it must hash to: the catalog's checksum and the request's.
    pub checksums: Vec<Checksum>,
    /// Its signature, if one lies beside it. A catalog has its own.
    pub signature: Option<Detached>,
    /// Where the catalog is that names it.
    pub catalog: Option<name::Place>,
}
