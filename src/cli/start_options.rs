//! `--[no-]provision` and `--provision-with`: shared by the commands that may
//! start a machine.

use crate::lab::ProvisionChoice;

/// Whether provisioners run once the machine is up.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct StartOptions {
    /// Run provisioners, or leave them out
    #[arg(long, overrides_with = "no_provision")]
    provision: bool,
    #[arg(long, hide = true, overrides_with = "provision")]
    no_provision: bool,
    /// Run only these provisioners (names or types, with commas)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    provision_with: Vec<String>,
}

impl StartOptions {
    /// Returns the choice that was made.
    pub(super) fn choice(&self) -> ProvisionChoice {
        ProvisionChoice {
            enabled: (self.provision || self.no_provision).then_some(self.provision),
            with: self.provision_with.clone(),
        }
    }
}
