//! Names of boxes: how one becomes a folder, and where what the user typed may
//! live. Pure: says what to ask, asks nobody.

use std::path::{Path, PathBuf};

use url::Url;

use super::BoxError;

const SLASH: &str = "-VAGRANTSLASH-";
const COLON: &str = "-VAGRANTCOLON-";

/// Returns the folder below `boxes/` for a box of this name. Windows has no
/// colon in file names.
pub fn dir_name(name: &str) -> String {
    let dir = name.replace('/', SLASH);
    if std::env::consts::FAMILY == "windows" {
        dir.replace(':', COLON)
    } else {
        dir
    }
}

/// Returns the name of the box that lies in the folder `dir`.
pub fn from_dir_name(dir: &str) -> String {
    dir.replace(COLON, ":").replace(SLASH, "/")
}

/// Somewhere a catalog or a box can be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file on this machine.
    File(PathBuf),
    /// An `http` or `https` address.
    Url(Url),
}

impl Place {
    /// Returns the name of the file: the last part of the path, empty if there is none.
    pub fn file_name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            Self::Url(url) => url
                .path_segments()
                .and_then(|mut parts| parts.next_back())
                .map(str::to_owned),
        }
        .unwrap_or_default()
    }

    /// Reads an address relative to where the catalog that names it was found.
    pub fn beside(&self, address: &str) -> Result<Self, BoxError> {
        let file_url = |url: &Url| {
            url.to_file_path().map_err(|()| BoxError::AddressMalformed {
                address: address.to_owned(),
            })
        };
        match scheme(address) {
            Some("http" | "https") => Ok(Self::Url(parse(address)?)),
            Some("file") => Ok(Self::File(file_url(&parse(address)?)?)),
            Some(scheme) => Err(BoxError::SchemeUnknown {
                scheme: scheme.to_owned(),
                address: address.to_owned(),
            }),
            None => {
                match self {
                    Self::File(catalog) => Ok(Self::File(
                        catalog.parent().unwrap_or(Path::new("")).join(address),
                    )),
                    Self::Url(catalog) => catalog.join(address).map(Self::Url).map_err(|_| {
                        BoxError::AddressMalformed {
                            address: address.to_owned(),
                        }
                    }),
                }
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => f.write_str(&without_secrets(url)),
        }
    }
}

/// Returns the address without user, password and query, which may hold tokens.
pub fn without_secrets(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// Returns whether a host is one of Vagrant Cloud's.
pub fn is_vagrant_cloud(host: &str) -> bool {
    super::fetch::DEFAULT_SERVER_HOSTS.contains(&host)
}

/// What had to be looked at before a name can be placed.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Relative paths count from here.
    pub cwd: &'a Path,
    /// Whether what was typed is a file.
    pub is_file: bool,
    /// The catalog server.
    pub server: &'a str,
}

/// Returns the places to ask, in order, for what was typed: an address, a path,
/// or `org/name` on the catalog server (its API first, then the plain address
/// that older servers have).
pub fn places(typed: &str, seen: Seen<'_>) -> Result<Vec<Place>, BoxError> {
    let here = Place::File(seen.cwd.join("."));
    if seen.is_file {
        return Ok(vec![Place::File(seen.cwd.join(typed))]);
    }
    if scheme(typed).is_some() {
        return Ok(vec![here.beside(typed)?]);
    }
    let server = seen.server.trim_end_matches('/');
    match typed {
        _ if is_box_name(typed) => Ok(vec![
            Place::Url(parse(&format!("{server}/api/v2/vagrant/{typed}"))?),
            Place::Url(parse(&format!("{server}/{typed}"))?),
        ]),
        _ => Err(BoxError::NoSuchFile {
            path: seen.cwd.join(typed),
            near: None,
        }),
    }
}

/// Returns whether what was typed can only be `org/name`, which sources know.
pub fn is_box_name(typed: &str) -> bool {
    typed.split_once('/').is_some_and(|(org, name)| {
        !org.is_empty()
            && !name.is_empty()
            && !name.contains('/')
            && !org.contains(':')
            && !matches!(org, "." | "..")
            && !matches!(name, "." | "..")
    })
}

/// Returns why a box cannot have this name: it becomes a folder of the store, and
/// must not lead out of it or be one that is hidden.
pub fn fault_of(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("it is empty");
    }
    if name.starts_with('.') {
        return Some("it begins with a dot");
    }
    if name.contains('\\') {
        return Some("it has a backslash");
    }
    let control = name.chars().any(char::is_control);
    control.then_some("it has a control character")
}

/// Returns whether what was typed is an address.
pub fn is_address(typed: &str) -> bool {
    scheme(typed).is_some()
}

/// Returns the scheme; one letter is a Windows drive.
fn scheme(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once(':')?;
    (scheme.len() > 1
        && rest.starts_with("//")
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)))
    .then_some(scheme)
}

fn parse(address: &str) -> Result<Url, BoxError> {
    Url::parse(address).map_err(|_| BoxError::AddressMalformed {
        address: address.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(typed: &str, is_file: bool) -> Result<Vec<String>, BoxError> {
        let seen = Seen {
            cwd: Path::new("/lab"),
            is_file,
            server: "https://boxes.test/",
        };
        places(typed, seen).map(|places| places.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_was_typed_decides_where_to_ask() {
        assert_eq!(
            asked("org/name", false).unwrap(),
            [
                "https://boxes.test/api/v2/vagrant/org/name",
                "https://boxes.test/org/name"
            ]
        );
        assert_eq!(asked("org/name", true).unwrap(), ["/lab/org/name"]);
        assert_eq!(asked("x.box", true).unwrap(), ["/lab/x.box"]);
        assert_eq!(asked("/b/x.box", true).unwrap(), ["/b/x.box"]);
        assert_eq!(asked("file:///b/x.json", false).unwrap(), ["/b/x.json"]);
        assert_eq!(
            asked("http://u:p@h/x?t=1", false).unwrap(),
            ["http://h/x"],
            "no secret is shown"
        );
        for missing in ["x.box", "./x/y", "../x", "a/b/c", "C:/x.box", ""] {
            assert!(
                matches!(asked(missing, false), Err(BoxError::NoSuchFile { .. })),
                "{missing}"
            );
        }
        assert!(matches!(
            asked("ftp://h/x", false),
            Err(BoxError::SchemeUnknown { .. })
        ));
    }

    #[test]
    fn a_catalog_names_its_boxes_relative_to_itself() {
        let file = Place::File("/c/catalog.json".into());
        assert_eq!(file.beside("a.box").unwrap().to_string(), "/c/a.box");
        assert_eq!(file.beside("/d/a.box").unwrap().to_string(), "/d/a.box");
        let url = Place::Url(Url::parse("http://h/c/catalog.json").unwrap());
        assert_eq!(url.beside("a.box").unwrap().to_string(), "http://h/c/a.box");
        assert_eq!(
            url.beside("https://i/a.box").unwrap().to_string(),
            "https://i/a.box"
        );
    }
}
