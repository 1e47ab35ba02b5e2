//! `status`: as quick as it can be. Reads the Vagrantfile and a few small files;
//! looks for no box, starts no program, takes no lock.

use crate::error::Result;
use crate::host::Host;
use crate::plan::State;
use crate::providers::list;

use super::open::{Wish, open_for};

/// The state of one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineStatus {
    /// Name.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// State.
    pub state: State,
    /// What could not be read, if anything.
    pub fault: Option<String>,
}

/// Returns the state of machines; of all when `targets` is empty.
pub fn status(host: &Host, targets: &[String]) -> Result<Vec<MachineStatus>> {
    let (opened, targets) = open_for(host, targets, &Wish::default())?;
    let names = opened.several(&targets, false)?;
    Ok(names
        .into_iter()
        .filter_map(|name| opened.machine(&name))
        .map(|config| {
            let folder = opened.folder(config);
            let known = folder.id().is_some();
            let state = if known {
                match list::by_name(&config.provider) {
                    Some(provider) => provider
                        .open(folder.path(), host)
                        .and_then(|machine| machine.power())
                        .map(|power| State::of(power, true)),
                    None => Err(super::open::unknown_provider(config)),
                }
            } else {
                Ok(State::NotCreated)
            };
            let (state, fault) = match state {
                Ok(state) => (state, None),
                Err(failure) => (State::Unknown, Some(failure.to_string())),
            };
            MachineStatus {
                name: config.name.clone(),
                provider: config.provider.clone(),
                state,
                fault,
            }
        })
        .collect())
}
