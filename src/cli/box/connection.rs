//! Flags of the commands that ask catalogs: how to trust the server.

use std::path::PathBuf;

use crate::boxes::{Architecture, Request};
use crate::host::Host;

/// How to connect.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ConnectionFlags {
    /// Take any certificate of the server
    #[arg(long)]
    insecure: bool,
    /// Further certificates to trust (PEM)
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Folder of further certificates to trust (PEM)
    #[arg(long, value_name = "DIR")]
    capath: Option<PathBuf>,
    /// Certificate to show the server (PEM, with its key)
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
}

impl ConnectionFlags {
    /// Puts the flags that were typed into `request`.
    pub(super) fn apply(&self, host: &Host, request: &mut Request) {
        request.insecure |= self.insecure;
        if let Some(path) = &self.cacert {
            request.ca_cert = Some(host.cwd.join(path));
        }
        if let Some(path) = &self.capath {
            request.ca_path = Some(host.cwd.join(path));
        }
        if let Some(path) = &self.cert {
            request.client_cert = Some(host.cwd.join(path));
        }
    }

    /// Returns a request for the box `name` with these flags.
    pub(super) fn request(&self, host: &Host, name: &str) -> Request {
        let mut request = Request::new(name, &[], Architecture::host(&host.env));
        self.apply(host, &mut request);
        request
    }
}
