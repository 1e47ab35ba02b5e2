//! Everything that can go wrong with a box, as fields. Text is for people; the
//! hints are the next command to type or the setting to change.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Explain, Kind};

use super::{Checksum, KnownImage};

/// What to look at when a host cannot be reached.
const NETWORK: &str =
    "check the network and the proxy variables `http_proxy`, `https_proxy`, `no_proxy`";

/// A box could not be found, fetched, verified, unpacked or stored.
#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    /// A version that RubyGems would not take.
    #[error("`{version}` is no version")]
    VersionMalformed {
        /// The text.
        version: String,
    },
    /// A constraint that RubyGems would not take.
    #[error("`{constraint}` is no version constraint")]
    ConstraintMalformed {
        /// The text.
        constraint: String,
    },
    /// A checksum of an unknown kind or of a wrong length.
    #[error("`{value}` is no {} checksum", if kind.is_empty() { "known" } else { kind })]
    ChecksumMalformed {
        /// The kind as given; may be empty.
        kind: String,
        /// The value as given.
        value: String,
    },
    /// An address that cannot be read.
    #[error("`{address}` is no address of a box")]
    AddressMalformed {
        /// The text.
        address: String,
    },
    /// An address with a scheme other than http, https and file.
    #[error("cannot fetch `{address}`: boxes come by http, https or file, not by `{scheme}`")]
    SchemeUnknown {
        /// The scheme.
        scheme: String,
        /// The whole address.
        address: String,
    },
    /// What was typed is neither a file nor an address nor `org/name`.
    #[error("there is no box or catalog `{}`", path.display())]
    NoSuchFile {
        /// Where a file was looked for.
        path: PathBuf,
        /// A box of the store that may be meant.
        near: Option<String>,
    },
    /// A catalog has no box for the providers and architectures that are wanted.
    #[error("{place} has no box file of `{name}` that fits")]
    NothingToMirror {
        /// Name of the box.
        name: String,
        /// Its catalog.
        place: String,
    },
    /// A catalog says other bytes than those that are wanted under a version.
    #[error("other bytes are offered as `{name}` {version}: {offered}, wanted is {expected}")]
    OtherBytes {
        /// Name of the box.
        name: String,
        /// Its version.
        version: String,
        /// Checksum of the catalog.
        offered: Checksum,
        /// Checksum of the lock file or the Vagrantfile.
        expected: Checksum,
    },
    /// A mirror has other bytes than its origin, under the same version.
    #[error(
        "{place} offers other bytes as `{name}` {version} than those that were mirrored: {offered}, mirrored is {mirrored}"
    )]
    MirrorDiffers {
        /// Name of the box.
        name: String,
        /// Its version.
        version: String,
        /// The catalog that was asked.
        place: String,
        /// Checksum in the mirror.
        mirrored: Checksum,
        /// Checksum in that catalog.
        offered: Checksum,
    },
    /// A list of sources cannot be used.
    #[error("cannot use the sources of boxes in `{}`", path.display())]
    SourcesMalformed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// No source has the box.
    #[error("the box `{name}` is {}", match tried.len() { 1 => "not at its source".to_owned(), count => format!("at none of its {count} sources") })]
    Nowhere {
        /// Name of the box.
        name: String,
        /// Each place that was asked, and its answer.
        tried: Vec<(String, String)>,
    },
    /// No catalog server knows the name.
    #[error("the box `{name}` is not on {server}")]
    NotFound {
        /// Name of the box.
        name: String,
        /// Server that was asked.
        server: String,
    },
    /// The server wants to know who asks.
    #[error("{url} may not be read ({status})")]
    Forbidden {
        /// Address.
        url: String,
        /// Status code.
        status: u16,
    },
    /// A catalog or box is no longer, or never was, at its address.
    #[error("there is nothing at {url} ({status})")]
    Gone {
        /// Address.
        url: String,
        /// Status code: 404 or 410.
        status: u16,
    },
    /// Any other refusal, after the tries that make sense.
    #[error("{url} answers {status}")]
    Refused {
        /// Address.
        url: String,
        /// Status code.
        status: u16,
    },
    /// Too many requests, and the wait is too long.
    #[error("{host} takes no more requests for {}", minutes(*wait))]
    TooManyRequests {
        /// Host.
        host: String,
        /// How long it asks to wait.
        wait: Duration,
    },
    /// No connection.
    #[error("cannot reach {host}: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system or the TLS library said.
        reason: String,
    },
    /// More redirects than make sense, or one without an address.
    #[error("{url} redirects without end")]
    Redirects {
        /// First address.
        url: String,
    },
    /// The connection broke again and again.
    #[error("fetching {url} broke off at {done} bytes{}, {tries} times in a row: {reason}",
        total.map_or(String::new(), |total| format!(" of {total}")))]
    Broken {
        /// Address.
        url: String,
        /// Bytes that came.
        done: u64,
        /// Bytes expected, where known.
        total: Option<u64>,
        /// Tries that got no further.
        tries: u32,
        /// Last cause.
        reason: String,
        /// The next run has to begin anew: the server sends no parts of a file.
        anew: bool,
    },
    /// A page where a catalog or a box should be.
    #[error("{url} is a web page, not a box or a catalog")]
    WebPage {
        /// Address.
        url: String,
    },
    /// A catalog that is not what catalogs are.
    #[error("the catalog {place} cannot be read: {reason}")]
    CatalogMalformed {
        /// Where it came from.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// No version meets the constraint.
    #[error(
        "no version of `{name}` meets `{constraint}`; there are {}",
        list(versions)
    )]
    NoVersion {
        /// Name of the box.
        name: String,
        /// What was asked for.
        constraint: String,
        /// Versions in the catalog, newest first.
        versions: Vec<String>,
    },
    /// Versions meet the constraint, none of them for a wanted provider.
    #[error(
        "`{name}` {version} is not made for {}; it is made for {}",
        list(wanted),
        list(offered)
    )]
    NoProvider {
        /// Name of the box.
        name: String,
        /// Newest version that meets the constraint.
        version: String,
        /// Providers asked for.
        wanted: Vec<String>,
        /// Providers it is made for.
        offered: Vec<String>,
    },
    /// The provider is there, not for this architecture.
    #[error(
        "`{name}` {version} is not made for {wanted} machines; it is made for {}",
        list(offered)
    )]
    NoArchitecture {
        /// Name of the box.
        name: String,
        /// Newest version that meets the constraint.
        version: String,
        /// Architecture asked for.
        wanted: String,
        /// Architectures it is made for.
        offered: Vec<String>,
    },
    /// A plain box file needs a name.
    #[error("{place} is a box file without a catalog, and no name was given for it")]
    NameNeeded {
        /// Where it lies.
        place: String,
    },
    /// A name that no box can have.
    #[error("`{}` can be no name of a box: {reason}", name.escape_debug())]
    NameMalformed {
        /// The name.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// The catalog describes another box.
    #[error("the catalog {place} is for the box `{found}`, not `{wanted}`")]
    NameDiffers {
        /// Where it came from.
        place: String,
        /// Name asked for.
        wanted: String,
        /// Name in the catalog.
        found: String,
    },
    /// A plain box file has no versions to choose from.
    #[error(
        "{place} is a box file without a catalog; it has no version to choose by `{constraint}`"
    )]
    VersionNotChoosable {
        /// Where it lies.
        place: String,
        /// What was asked for.
        constraint: String,
    },
    /// Several catalogs for one box.
    #[error("{place} is a catalog; a box can have one catalog or several box files, not both")]
    SeveralCatalogs {
        /// The catalog.
        place: String,
    },
    /// It is there, and nobody said to replace it.
    #[error("the box `{name}` {version} for {provider} is already there")]
    AlreadyThere {
        /// Name of the box.
        name: String,
        /// Its version.
        version: String,
        /// Its provider.
        provider: String,
    },
    /// It is there, and the disks of machines lie on it.
    #[error("the box `{name}` {version} for {provider} is used by {}, and the new one differs from it", machines.join(" and "))]
    Used {
        /// Name of the box.
        name: String,
        /// Its version.
        version: String,
        /// Its provider.
        provider: String,
        /// Machines, for people.
        machines: Vec<String>,
    },
    /// No such box in the store.
    #[error("the box `{name}`{} is not installed", described(version.as_deref(), provider.as_deref()))]
    NotInstalled {
        /// Name of the box.
        name: String,
        /// Version, if one was named.
        version: Option<String>,
        /// Provider, if one was named.
        provider: Option<String>,
    },
    /// The box lies in Vagrant's own folder or in a shared one.
    #[error("the box `{name}` lies in `{}`, which rove only reads", dir.display())]
    ReadOnly {
        /// Name of the box.
        name: String,
        /// Its folder.
        dir: PathBuf,
    },
    /// The bytes are not those that the catalog or the Vagrantfile promises.
    #[error("{place} is not what it should be: its {} is {}, expected is {}",
        expected.kind, found.hex, expected.hex)]
    ChecksumDiffers {
        /// Where the bytes came from.
        place: String,
        /// Promised.
        expected: Checksum,
        /// Computed.
        found: Checksum,
    },
    /// The bytes are no box.
    #[error("{place} is not a box: {reason}")]
    NotABox {
        /// Where they came from.
        place: String,
        /// What they look like.
        reason: String,
    },
    /// A compression or archive that rove does not read.
    #[error("{place} is packed as {format}, which rove does not read")]
    FormatUnknown {
        /// Where it came from.
        place: String,
        /// Name of the format.
        format: &'static str,
    },
    /// The archive would write outside its folder, or hold what no box holds.
    #[error("{place} is refused: `{entry}` {reason}")]
    Hostile {
        /// Where it came from.
        place: String,
        /// Name in the archive.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The box says it is for another provider than the catalog does.
    #[error("{place} is made for {found}, the catalog says {expected}")]
    ProviderDiffers {
        /// Where it came from.
        place: String,
        /// What the catalog says.
        expected: String,
        /// What the box says.
        found: String,
    },
    /// Too little room, known before the first byte.
    #[error("no room for {place}: {} are needed in `{}`, {} are free", size(*needed), dir.display(), size(*free))]
    NoSpace {
        /// Where the box comes from.
        place: String,
        /// Folder it was to go to.
        dir: PathBuf,
        /// Bytes needed at least.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// The network would be needed and may not be used.
    #[error("`{place}` is not here, and rove is offline")]
    Offline {
        /// Name or address.
        place: String,
    },
    /// A file or folder that was to hold certificates.
    #[error("there is no certificate in `{}`", path.display())]
    NoCertificate {
        /// The file or folder.
        path: PathBuf,
    },
    /// Network is needed, and cannot be set up.
    #[error("cannot set up the HTTP client: {reason}")]
    Client {
        /// What the library said.
        reason: String,
    },
}

impl Explain for BoxError {
    fn kind(&self) -> Kind {
        match self {
            Self::VersionMalformed { .. }
            | Self::ConstraintMalformed { .. }
            | Self::ChecksumMalformed { .. }
            | Self::AddressMalformed { .. }
            | Self::SchemeUnknown { .. }
            | Self::NoSuchFile { .. }
            | Self::NameNeeded { .. }
            | Self::NameMalformed { .. }
            | Self::NameDiffers { .. }
            | Self::VersionNotChoosable { .. }
            | Self::SeveralCatalogs { .. }
            | Self::AlreadyThere { .. }
            | Self::Used { .. }
            | Self::NotInstalled { .. }
            | Self::ReadOnly { .. }
            | Self::NoVersion { .. }
            | Self::NoProvider { .. }
            | Self::NoCertificate { .. }
            | Self::NoArchitecture { .. } => Kind::User,
            Self::SourcesMalformed { .. } => Kind::Config,
            Self::NoSpace { .. } | Self::Client { .. } | Self::Offline { .. } => Kind::Environment,
            _ => Kind::External,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::SourcesMalformed { reason, .. } => Some(reason.clone()),
            Self::Nowhere { tried, .. } => {
                let lines = tried
                    .iter()
                    .map(|(place, answer)| format!("{place}: {answer}"));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
            _ => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::VersionMalformed { .. } => "a version is numbers with dots, such as `1.2.0`".to_owned(),
            Self::ConstraintMalformed { .. } => {
                "write versions as in `~> 1.2` or `>= 1.0, < 2`".to_owned()
            }
            Self::ChecksumMalformed { .. } => {
                "the kinds are md5, sha1, sha256, sha384 and sha512, the value is hex digits"
                    .to_owned()
            }
            Self::AddressMalformed { .. } | Self::SchemeUnknown { .. } => {
                "`rove box add` takes a file, an http(s) address or a name such as `org/name`"
                    .to_owned()
            }
            Self::SourcesMalformed { .. } => {
                "its form is `[[source]]` with `place`, `kind`, `boxes`, `rename` and `key`; see docs/sources.md"
                    .to_owned()
            }
            Self::NothingToMirror { .. } => "see what there is: leave `--provider` and `--architecture` out".to_owned(),
            Self::OtherBytes { .. } => {
                "ask who publishes the box; the wanted checksum is that of the lock file, or `config.vm.box_download_checksum`"
                    .to_owned()
            }
            Self::MirrorDiffers { .. } => {
                "ask who publishes the box; to take the new bytes, remove the version's folder from the mirror"
                    .to_owned()
            }
            Self::Nowhere { name, tried } => {
                let is_network = tried.iter().any(|(_, answer)| answer.starts_with("cannot reach"));
                let network = is_network.then(|| NETWORK.to_owned());
                let where_ = format!("`rove box where {name}` shows how the places are chosen");
                let instead = KnownImage::like(name).map(|image| image.hint());
                return network.into_iter().chain([where_]).chain(instead).collect();
            }
            Self::NoSuchFile {
                near: Some(near), ..
            } => format!("did you mean the box `{near}`? It is here already"),
            Self::NoSuchFile { near: None, .. } => {
                "check the path; a box of a catalog server is named `org/name`".to_owned()
            }
            Self::NotFound { name, .. } => {
                let mut hints = vec![
                    format!("check the spelling; for a catalog elsewhere: `rove box add --name {name} ADDRESS`, or set `config.vm.box_url`"),
                    "for another server set `VAGRANT_SERVER_URL`, for a private box `VAGRANT_CLOUD_TOKEN`".to_owned(),
                ];
                hints.extend(KnownImage::like(name).map(|image| image.hint()));
                return hints;
            }
            Self::Forbidden { .. } => {
                "set `VAGRANT_CLOUD_TOKEN` to a token that may read it".to_owned()
            }
            Self::Gone { .. } => {
                "check the address, or choose another version with `--box-version`".to_owned()
            }
            Self::Refused { .. } => "try again later; the fault is on the server".to_owned(),
            Self::TooManyRequests { wait, .. } => format!(
                "run the command again in {}; what came so far is kept",
                minutes(*wait)
            ),
            Self::Unreachable { reason, .. } if reason.contains("certificate") => {
                "to trust the authority that signed it: `--cacert FILE`, or `CURL_CA_BUNDLE`".to_owned()
            }
            Self::Unreachable { .. } => NETWORK.to_owned(),
            Self::Broken { anew: true, .. } => {
                "run the command again on a steadier network: this server cannot go on after a break"
                    .to_owned()
            }
            Self::Broken { done: 0, .. } => "run the command again".to_owned(),
            Self::Broken { .. } => {
                "run the command again: it goes on where this one stopped".to_owned()
            }
            Self::Redirects { .. } | Self::WebPage { .. } => {
                "open the address in a browser: a login page or a moved file is the usual cause"
                    .to_owned()
            }
            Self::CatalogMalformed { .. } => {
                "a catalog is JSON with `name` and `versions`".to_owned()
            }
            Self::NoVersion { .. } => {
                "change `config.vm.box_version` or `--box-version`".to_owned()
            }
            Self::NoProvider { offered, .. } => match offered.first() {
                Some(provider) => format!("to take it nevertheless: `--provider {provider}`"),
                None => return Vec::new(),
            },
            Self::NoArchitecture { offered, .. } => match offered.first() {
                Some(architecture) => format!(
                    "to take it nevertheless: `--architecture {architecture}` or `config.vm.box_architecture`"
                ),
                None => return Vec::new(),
            },
            Self::Offline { .. } => {
                "run it once without `--offline` and `ROVE_OFFLINE`; before class: `rove fetch`"
                    .to_owned()
            }
            Self::NoCertificate { .. } => {
                "certificates are wanted in PEM: `-----BEGIN CERTIFICATE-----`".to_owned()
            }
            Self::NameNeeded { place } => format!("`rove box add --name NAME {place}`"),
            Self::NameMalformed { .. } => "boxes are named `org/name`".to_owned(),
            Self::NameDiffers { found, .. } => {
                format!("set `config.vm.box` or `--name` to `{found}`")
            }
            Self::VersionNotChoosable { .. } => {
                "leave `box_version` out, or give the address of a catalog".to_owned()
            }
            Self::SeveralCatalogs { .. } => "leave one address in `config.vm.box_url`".to_owned(),
            Self::AlreadyThere { .. } => "to fetch it again: `rove box add --force`".to_owned(),
            Self::Used { .. } => {
                "their disks hold only what differs from the box: destroy these machines first, or add the new box with another `--name` or version".to_owned()
            }
            Self::NotInstalled { .. } => "`rove box list` shows those that are".to_owned(),
            Self::ReadOnly { name, .. } => return vec![
                format!("if the folder is Vagrant's: `vagrant box remove {name}`"),
                "boxes of `ROVE_BOX_PATH` are looked after by whoever shares them".to_owned(),
            ],
            Self::ChecksumDiffers { .. } => {
                "nothing was kept; ask who publishes the box which checksum is right".to_owned()
            }
            Self::NotABox { .. } => "a box is a tar archive with `metadata.json` in it".to_owned(),
            Self::FormatUnknown { .. } => {
                "pack the box anew as tar.gz: `tar -czf NEW.box *`".to_owned()
            }
            Self::Hostile { .. } => {
                "nothing of it was kept; do not use this box unless you made it".to_owned()
            }
            Self::ProviderDiffers { .. } => {
                "the catalog and the box must agree; ask who publishes them".to_owned()
            }
            Self::NoSpace { .. } => {
                "free some disk space (`rove box list`, `rove box remove`), or set `ROVE_HOME` to a folder on a larger disk".to_owned()
            }
            Self::Client { .. } => return Vec::new(),
        };
        vec![hint]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::VersionMalformed { .. } => "Vagrant::Errors::BoxMetadataMalformedVersion",
            Self::ConstraintMalformed { .. } => "Vagrant::Errors::BoxVersionInvalid",
            Self::ChecksumMalformed { .. } => "Vagrant::Errors::BoxChecksumInvalidType",
            Self::NotFound { .. } => "Vagrant::Errors::BoxAddShortNotFound",
            Self::CatalogMalformed { .. } => "Vagrant::Errors::BoxMetadataMalformed",
            Self::NoVersion { .. } => "Vagrant::Errors::BoxAddNoMatchingVersion",
            Self::NoProvider { .. } | Self::NoArchitecture { .. } => {
                "Vagrant::Errors::BoxAddNoMatchingProvider"
            }
            Self::NameNeeded { .. } => "Vagrant::Errors::BoxAddNameRequired",
            Self::NameDiffers { .. } => "Vagrant::Errors::BoxAddNameMismatch",
            Self::VersionNotChoosable { .. } => "Vagrant::Errors::BoxAddDirectVersion",
            Self::SeveralCatalogs { .. } => "Vagrant::Errors::BoxAddMetadataMultiURL",
            Self::AlreadyThere { .. } => "Vagrant::Errors::BoxAlreadyExists",
            Self::NotInstalled { .. } => "Vagrant::Errors::BoxRemoveNotFound",
            Self::ChecksumDiffers { .. } => "Vagrant::Errors::BoxChecksumMismatch",
            Self::NotABox { .. } | Self::FormatUnknown { .. } | Self::Hostile { .. } => {
                "Vagrant::Errors::BoxUnpackageFailure"
            }
            Self::ProviderDiffers { .. } => "Vagrant::Errors::BoxProviderDoesntMatch",
            Self::NoSpace { .. } | Self::ReadOnly { .. } | Self::Used { .. } => return None,
            _ => "Vagrant::Errors::DownloaderError",
        })
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn described(version: Option<&str>, provider: Option<&str>) -> String {
    let version = version.map(|version| format!(" {version}"));
    let provider = provider.map(|provider| format!(" for {provider}"));
    version.unwrap_or_default() + &provider.unwrap_or_default()
}

fn minutes(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match seconds {
        0..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    match bytes / MIB {
        0 => format!("{bytes} bytes"),
        mib @ 1..10_240 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib / 1024),
    }
}
