//! Failures that the core has an answer to, whatever the provider. All others
//! are a provider's own.

use crate::error::{Explain, Kind};

/// Another program listens on a forwarded port: it took it after rove had looked.
#[derive(Debug, thiserror::Error)]
#[error("port {port} of the host, forwarded to machine `{machine}`, is in use by another program")]
pub struct PortTaken {
    /// Port of the host.
    pub port: u16,
    /// Machine that wanted it.
    pub machine: String,
}

impl Explain for PortTaken {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        vec![
            "end what listens there, or give another `host:` port, and run the command again"
                .to_owned(),
        ]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::ForwardPortCollision")
    }
}
