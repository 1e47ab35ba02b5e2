//! What rove remembers on disk. Nothing else writes these files: providers get a
//! folder and return facts, the core records what happened here.
//!
//! Reading order: `layout` (every file name), `machine` (one machine's folder),
//! `journal` (what was going on when rove was killed), `index` (all machines of
//! the user), `leases` (ports promised to an `up` that is under way), `trust`
//! (what Vagrantfiles may do).

mod index;
mod journal;
pub mod layout;
mod leases;
mod machine;
mod trust;

pub use index::{IndexBox, IndexEntry, MachineIndex};
pub use journal::{Ending, Journal, Unfinished};
pub use leases::{Lease, Leases};
pub use machine::{BoxMeta, MachineFolder, Record};
pub use trust::{OWN, TrustRecord};
