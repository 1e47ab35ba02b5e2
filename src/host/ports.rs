//! Whether a port of this host can be listened on.

use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};

/// What came of trying to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortTest {
    /// It can be.
    Free,
    /// Something listens there.
    Taken,
    /// This user may not (Unix: ports below 1024).
    Denied,
    /// The address is not one of this host.
    NoAddress,
}

/// Tries to listen for a moment on a port of `address` (all addresses when empty).
pub fn test_port(address: &str, port: u16, udp: bool) -> PortTest {
    let address = match address {
        "" | "*" => "0.0.0.0",
        "localhost" => "127.0.0.1",
        other => other,
    };
    let result = if udp {
        UdpSocket::bind((address, port)).map(|_| ())
    } else {
        // std sets SO_REUSEADDR on Unix: connections that are closing do not count.
        TcpListener::bind((address, port)).map(|_| ())
    };
    match result.map_err(|error| error.kind()) {
        Err(ErrorKind::AddrInUse) => PortTest::Taken,
        Err(ErrorKind::PermissionDenied) => PortTest::Denied,
        Err(ErrorKind::AddrNotAvailable) => PortTest::NoAddress,
        // Anything else is the hypervisor's to complain about.
        _ => PortTest::Free,
    }
}
