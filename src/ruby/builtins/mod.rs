//! The classes that programs find: a file per class, or a folder by theme where
//! a class is large. Each file has a table of its methods; functions follow in
//! the order of the table.

mod comparable;
mod encoding;
mod exception;
mod float;
pub(in crate::ruby) mod integer;
pub(in crate::ruby) mod io;
mod kernel;
mod module;
mod object;
mod proc;
mod range;
pub(in crate::ruby) mod regexp;
pub(in crate::ruby) mod regexp_syntax;
mod succ;

use crate::ruby::interp::Interp;

/// Defines every class.
pub(in crate::ruby) fn install(interp: &mut Interp) {
    object::install(interp);
    kernel::install(interp);
    module::install(interp);
    exception::install(interp);
    encoding::install(interp);
    range::install(interp);
    comparable::install(interp);
    integer::install(interp);
    proc::install(interp);
    regexp::install(interp);
    io::install(interp);
}

/// Libraries that `require` knows; what they define is always there.
const LIBRARIES: &[&str] = &[
    "English",
    "base64",
    "benchmark",
    "bigdecimal",
    "bundler/setup",
    "cgi",
    "csv",
    "date",
    "delegate",
    "digest",
    "digest/md5",
    "digest/sha1",
    "digest/sha2",
    "enumerator",
    "erb",
    "etc",
    "fileutils",
    "forwardable",
    "io/console",
    "ipaddr",
    "json",
    "logger",
    "monitor",
    "net/http",
    "open-uri",
    "open3",
    "openssl",
    "optparse",
    "ostruct",
    "pathname",
    "pp",
    "psych",
    "rbconfig",
    "resolv",
    "rubygems",
    "securerandom",
    "set",
    "shellwords",
    "singleton",
    "socket",
    "stringio",
    "strscan",
    "tempfile",
    "thread",
    "time",
    "timeout",
    "tmpdir",
    "tsort",
    "uri",
    "yaml",
    "zlib",
    "vagrant",
    "rational",
    "observer",
    "open-uri",
    "rubygems/version",
    "win32ole",
    "yaml/store",
    "pstore",
    "find",
];

/// Tells whether `require` of this name succeeds without a file.
pub(in crate::ruby) fn is_library(name: &str) -> bool {
    LIBRARIES.contains(&name)
}
