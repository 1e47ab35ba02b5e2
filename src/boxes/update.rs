//! Whether the catalog of an installed box has a newer one.

use crate::error::Result;
use crate::host::Host;

use super::resolve::catalog;
use super::store::Installed;
use super::version::{Constraint, Version};
use super::{Architecture, Request};

/// What the catalog says of an installed box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It was added from a file: nobody can tell.
    NoCatalog,
    /// There is none newer.
    Newest,
    /// This version is newer; it is also the newest that may be used.
    Older(String),
}

/// Asks the catalog that `installed` came from. `constraint` bounds what counts
/// as newer; from `template` come the settings of the connection.
pub fn freshness(
    host: &Host,
    installed: &Installed,
    constraint: &Constraint,
    template: &Request,
) -> Result<(Freshness, Request)> {
    let mut request = template.clone();
    request.name = Some(installed.name.clone());
    request.providers = vec![installed.provider.clone()];
    request.constraint = constraint.clone();
    if let Some(architecture) = &installed.architecture {
        request.architecture = Architecture::Named(architecture.clone());
    }
    let Some(url) = installed.metadata_url() else {
        return Ok((Freshness::NoCatalog, request));
    };
    request.urls = vec![url];
    let Some(catalog) = catalog(host, &request)? else {
        return Ok((Freshness::NoCatalog, request));
    };
    let own: Version = installed.version.parse()?;
    let newest = catalog.choose(constraint, &request.providers, &request.architecture);
    Ok(match newest {
        Some((release, Some(_))) if release.version > own => {
            request.constraint = Constraint::exactly(&release.version);
            (Freshness::Older(release.text.clone()), request)
        }
        _ => (Freshness::Newest, request),
    })
}
