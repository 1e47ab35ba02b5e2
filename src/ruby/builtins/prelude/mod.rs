//! Libraries that are written in Ruby, and the names that `require` knows.
//!
//! A source is parsed when a program first names one of its constants or
//! requires it, so that a file which uses none pays for none.

use std::rc::Rc;

use crate::ruby::interp::Interp;
use crate::ruby::symbol::Sym;

/// A library: name, source, constants that load it.
struct Library {
    name: &'static str,
    source: &'static str,
    constants: &'static [&'static str],
}

const SOURCES: &[Library] = &[
    Library {
        name: "set",
        source: include_str!("set.rb"),
        constants: &["Set", "SortedSet"],
    },
    Library {
        name: "ostruct",
        source: include_str!("ostruct.rb"),
        constants: &["OpenStruct"],
    },
    Library {
        name: "pathname",
        source: include_str!("pathname.rb"),
        constants: &["Pathname"],
    },
    Library {
        name: "fileutils",
        source: include_str!("fileutils.rb"),
        constants: &["FileUtils"],
    },
    Library {
        name: "erb",
        source: include_str!("erb.rb"),
        constants: &["ERB"],
    },
    Library {
        name: "date",
        source: include_str!("date.rb"),
        constants: &["Date", "DateTime"],
    },
    Library {
        name: "shellwords",
        source: include_str!("shellwords.rb"),
        constants: &["Shellwords"],
    },
    Library {
        name: "ipaddr",
        source: include_str!("ipaddr.rb"),
        constants: &["IPAddr"],
    },
    Library {
        name: "uri",
        source: include_str!("uri.rb"),
        constants: &["URI", "CGI"],
    },
    Library {
        name: "csv",
        source: include_str!("csv.rb"),
        constants: &["CSV"],
    },
    Library {
        name: "logger",
        source: include_str!("logger.rb"),
        constants: &["Logger"],
    },
    Library {
        name: "optparse",
        source: include_str!("optparse.rb"),
        constants: &["OptionParser", "GetoptLong"],
    },
    Library {
        name: "tempfile",
        source: include_str!("tempfile.rb"),
        constants: &["Tempfile"],
    },
    Library {
        name: "rubygems",
        source: include_str!("rubygems.rb"),
        constants: &["Gem"],
    },
    Library {
        name: "patterns",
        source: include_str!("patterns.rb"),
        constants: &[
            "Forwardable",
            "Singleton",
            "SimpleDelegator",
            "DelegateClass",
            "Observable",
        ],
    },
    Library {
        name: "marshal",
        source: include_str!("marshal.rb"),
        constants: &["Marshal"],
    },
    Library {
        name: "complex",
        source: include_str!("complex.rb"),
        constants: &["Complex"],
    },
    Library {
        name: "network",
        source: include_str!("network.rb"),
        constants: &["Net", "OpenURI", "Resolv", "TCPSocket"],
    },
    Library {
        name: "small",
        source: include_str!("small.rb"),
        constants: &["Abbrev", "Find", "OpenSSL", "Zlib", "TSort"],
    },
    Library {
        name: "host",
        source: include_str!("host.rb"),
        constants: &[
            "Etc",
            "RbConfig",
            "Socket",
            "Addrinfo",
            "Timeout",
            "Benchmark",
            "Mutex",
            "Monitor",
            "Thread",
            "Queue",
            "ObjectSpace",
            "GC",
            "Signal",
            "StringScanner",
            "BigDecimal",
        ],
    },
];

/// Other names, and the library of ours that they mean; most are always there.
const NAMES: &[(&str, &str)] = &[
    ("English", ""),
    ("abbrev", "small"),
    ("base64", ""),
    ("benchmark", "host"),
    ("bigdecimal", "host"),
    ("bundler/setup", ""),
    ("cgi", "uri"),
    ("complex", "complex"),
    ("delegate", "patterns"),
    ("digest", ""),
    ("digest/md5", ""),
    ("digest/sha1", ""),
    ("digest/sha2", ""),
    ("enumerator", ""),
    ("etc", "host"),
    ("find", "small"),
    ("forwardable", "patterns"),
    ("getoptlong", "optparse"),
    ("io/console", ""),
    ("json", ""),
    ("json/add/core", ""),
    ("monitor", "host"),
    ("net/http", "network"),
    ("net/https", "network"),
    ("observer", "patterns"),
    ("open-uri", "network"),
    ("open3", ""),
    ("openssl", "small"),
    ("ostruct", "ostruct"),
    ("pp", ""),
    ("prettyprint", ""),
    ("psych", ""),
    ("rational", ""),
    ("rbconfig", "host"),
    ("resolv", "network"),
    ("rubygems/version", "rubygems"),
    ("securerandom", ""),
    ("singleton", "patterns"),
    ("socket", "host"),
    ("stringio", ""),
    ("strscan", "host"),
    ("thread", "host"),
    ("thwait", "host"),
    ("time", ""),
    ("timeout", "host"),
    ("tmpdir", "tempfile"),
    ("tsort", "small"),
    ("vagrant", ""),
    ("yaml", ""),
    ("yaml/store", ""),
    ("zlib", "small"),
];

pub(super) fn install(interp: &mut Interp) {
    let object = Rc::clone(&interp.core.object);
    let mut autoloads = object.autoloads.borrow_mut();
    for library in SOURCES {
        for constant in library.constants {
            autoloads.push((Sym::new(constant), library.name.to_owned()));
        }
    }
}

/// Tells whether `require` of this name succeeds without a file.
pub(in crate::ruby) fn is_library(name: &str) -> bool {
    SOURCES.iter().any(|library| library.name == name)
        || NAMES.iter().any(|(known, _)| *known == name)
}

/// Returns name and source of the library that a name means, if it is Ruby.
pub(in crate::ruby) fn source(name: &str) -> Option<(&'static str, &'static str)> {
    let name = NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, library)| library);
    let library = SOURCES.iter().find(|library| library.name == name)?;
    Some((library.name, library.source))
}
