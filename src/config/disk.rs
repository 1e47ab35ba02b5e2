//! `config.vm.disk`: what a machine has beside the disks of its box, and how
//! large the first of those is to be.

use std::path::PathBuf;

use super::Value;
use crate::source::Span;

/// Kind of a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskKind {
    /// A hard disk.
    #[default]
    Disk,
    /// A DVD.
    Dvd,
    /// A floppy disk.
    Floppy,
}

impl DiskKind {
    /// Returns Vagrant's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Dvd => "dvd",
            Self::Floppy => "floppy",
        }
    }
}

/// One `config.vm.disk`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disk {
    /// Name: letters, digits, `-` and `_`.
    pub name: String,
    /// Kind.
    pub kind: DiskKind,
    /// It is the disk that the machine starts from, which the box brings along.
    pub primary: bool,
    /// Size in bytes, where one is given.
    pub bytes: Option<u64>,
    /// An image that is there already, absolute.
    pub file: Option<PathBuf>,
    /// `disk_ext`, where it is given.
    pub extension: Option<String>,
    /// Options for single providers (`qemu__cache: "none"`).
    pub options: Vec<(String, Value)>,
    /// Where it stands.
    pub span: Option<Span>,
}

impl Disk {
    /// Returns the file and line that ask for it: `Vagrantfile:4`.
    pub fn place(&self) -> String {
        self.span.as_ref().map_or_else(String::new, |span| {
            let file = span.path().file_name().unwrap_or_default();
            format!("{}:{}", file.to_string_lossy(), span.line())
        })
    }

    /// Returns the options for one provider.
    pub fn options_for(&self, provider: &str) -> &[(String, Value)] {
        let found = self.options.iter().find(|(name, _)| name == provider);
        match found {
            Some((_, Value::Map(members))) => members,
            _ => &[],
        }
    }

    /// Returns an option for one provider.
    pub fn option(&self, provider: &str, name: &str) -> Option<&Value> {
        let mut options = self.options_for(provider).iter();
        options.find(|(known, _)| known == name).map(|(_, v)| v)
    }
}

/// Returns a size in bytes: `"10GB"`, `"512 MB"`, `"1tb"`, or a number of bytes.
/// Units are binary, as everywhere in Vagrant.
pub fn disk_bytes(value: &Value) -> Option<u64> {
    let text = match value {
        Value::Int(bytes) => return u64::try_from(*bytes).ok().filter(|bytes| *bytes > 0),
        Value::String(text) => text.trim().to_ascii_uppercase(),
        _ => return None,
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text.get(..end)?.parse().ok().filter(|n| *n > 0)?;
    let factor: u64 = match text.get(end..)?.trim_start() {
        "" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        "G" | "GB" => 1 << 30,
        "T" | "TB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// Returns a size for people: `10 GiB`, `1536 MiB`, `1000 bytes`.
pub fn show_bytes(bytes: u64) -> String {
    let units = [
        (1_u64 << 40, "TiB"),
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
    ];
    let whole = units
        .iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_every_form() {
        for (given, wanted) in [
            ("10GB", Some(10 << 30)),
            ("10 GB", Some(10 << 30)),
            (" 10gb ", Some(10 << 30)),
            ("512MB", Some(512 << 20)),
            ("64 KB", Some(64 << 10)),
            ("1TB", Some(1 << 40)),
            ("4G", Some(4 << 30)),
            ("1048576", Some(1 << 20)),
            ("0GB", None),
            ("-1GB", None),
            ("1.5GB", None),
            ("10 apples", None),
            ("GB", None),
            ("", None),
            ("99999999999TB", None),
        ] {
            let value = Value::String(given.to_owned());
            assert_eq!(disk_bytes(&value), wanted, "{given}");
        }
        assert_eq!(disk_bytes(&Value::Int(1 << 30)), Some(1 << 30));
        assert_eq!(disk_bytes(&Value::Int(-1)), None);
        assert_eq!(disk_bytes(&Value::Bool(true)), None);
    }

    #[test]
    fn sizes_for_people() {
        for (bytes, wanted) in [
            (10 << 30, "10 GiB"),
            (3 << 29, "1536 MiB"),
            (1000, "1000 bytes"),
        ] {
            assert_eq!(show_bytes(bytes), wanted);
        }
    }
}
