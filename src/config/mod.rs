//! What a Vagrantfile says, as plain data: no Ruby value, no I/O, `Send`.
//! `vagrantfile/` makes it, everything else reads it.
//!
//! Reading order: [`Lab`], [`MachineConfig`], then a file per subject.

mod cloud_init;
mod connection;
mod diagnostic;
mod disk;
mod explained;
mod lab;
mod network;
mod provider;
mod provision;
mod share;
mod size;
mod value;

pub use cloud_init::{CloudInit, CloudInitContent};
pub use connection::{Connection, Endpoint, Ssh};
pub use diagnostic::{Diagnostic, Severity};
pub use disk::{Disk, DiskKind, disk_bytes, show_bytes};
pub use explained::{Explained, Layer, Source};
pub use lab::{BoxRequest, Lab, MachineConfig};
pub use network::{ForwardedPort, Network, NetworkKind, Protocol};
pub use provider::{Call, ProviderBlock, Setting};
pub use provision::{Provisioner, Run};
pub use share::Share;
pub use size::{Origin, Size, Sourced};
pub use value::Value;
