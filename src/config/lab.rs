//! The whole lab, and one machine of it.

use std::path::PathBuf;
use std::time::Duration;

use super::{
    CloudInit, Diagnostic, Disk, Network, ProviderBlock, Provisioner, Share, Size, Ssh, Value,
};
use crate::source::Span;

/// What one Vagrantfile describes.
#[derive(Clone, Debug, Default)]
pub struct Lab {
    /// Folder of the Vagrantfile.
    pub root: PathBuf,
    /// The Vagrantfile.
    pub vagrantfile: PathBuf,
    /// Machines in order of definition; `default` when the file defines none.
    pub machines: Vec<MachineConfig>,
    /// The machine that commands for one machine mean.
    pub primary: Option<String>,
    /// Everything there is to say about the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Merged, finalized configuration of one machine for its chosen provider.
#[derive(Clone, Debug, Default)]
pub struct MachineConfig {
    /// Name, `default` where the file gives none.
    pub name: String,
    /// `primary: true`.
    pub primary: bool,
    /// Comes up by a plain `up`.
    pub autostart: bool,
    /// Provider that this configuration is for.
    pub provider: String,
    /// Providers named for the machine, in order of first mention.
    pub providers: Vec<String>,
    /// The box, as asked for; `None` when the file names none.
    pub box_request: Option<BoxRequest>,
    /// `config.vm.hostname`.
    pub hostname: Option<String>,
    /// `config.vm.boot_timeout`.
    pub boot_timeout: Duration,
    /// `config.vm.graceful_halt_timeout`.
    pub graceful_halt_timeout: Duration,
    /// `config.vm.communicator`: `ssh` where unset.
    pub communicator: String,
    /// `config.vm.guest`, where set.
    pub guest: Option<String>,
    /// `config.vm.post_up_message`; empty where unset.
    pub post_up_message: String,
    /// Ports that may replace a colliding one (`config.vm.usable_port_range`), both ends included.
    pub usable_port_range: (u16, u16),
    /// `config.vm.base_mac`.
    pub base_mac: Option<String>,
    /// Networks in order, merged by type and id, automatic forwarded ports last.
    pub networks: Vec<Network>,
    /// Disks in order.
    pub disks: Vec<Disk>,
    /// What cloud-init is told, in order.
    pub cloud_init: Vec<CloudInit>,
    /// Synced folders in order, disabled ones included.
    pub shares: Vec<Share>,
    /// Provisioners in the order in which they run.
    pub provisioners: Vec<Provisioner>,
    /// Settings per provider named, the chosen one included.
    pub provider_blocks: Vec<ProviderBlock>,
    /// Provider-neutral size, with where each figure came from.
    pub size: Size,
    /// `config.ssh`.
    pub ssh: Ssh,
    /// All settings by section (`vm`, `ssh`, `winrm`, `triggers`, …) as the
    /// file gave them after finalization: what `rove config` prints.
    pub sections: Vec<(String, Value)>,
}

impl MachineConfig {
    /// Returns the merged settings for the chosen provider.
    pub fn provider_block(&self) -> Option<&ProviderBlock> {
        self.provider_blocks
            .iter()
            .find(|block| block.provider == self.provider)
    }
}

/// Which box is wanted. `config.vm.box*`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoxRequest {
    /// `config.vm.box`.
    pub name: String,
    /// Where the name stands.
    pub span: Option<Span>,
    /// `config.vm.box_url`.
    pub urls: Vec<String>,
    /// `config.vm.box_version`: constraints with commas; any version when empty.
    pub version: String,
    /// `config.vm.box_architecture`; `None` means the host's.
    pub architecture: Option<String>,
    /// `config.vm.box_download_checksum`.
    pub checksum: Option<String>,
    /// `config.vm.box_download_checksum_type`.
    pub checksum_type: Option<String>,
    /// `config.vm.box_download_insecure`.
    pub insecure: bool,
    /// `config.vm.box_download_ca_cert`.
    pub ca_cert: Option<PathBuf>,
    /// `config.vm.box_download_ca_path`.
    pub ca_path: Option<PathBuf>,
    /// `config.vm.box_download_client_cert`.
    pub client_cert: Option<PathBuf>,
    /// `config.vm.box_download_location_trusted`.
    pub location_trusted: bool,
    /// `config.vm.box_check_update`.
    pub check_update: bool,
}
