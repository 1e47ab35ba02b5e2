//! The size of a machine, neutral of providers: cpus, memory, the ceiling of
//! dynamic memory, nested virtualization. It comes from the chosen provider's
//! block; where that says nothing, from the first block of another provider
//! that does, so that a Hyper-V file has the same size on a Linux laptop.

use crate::source::Span;

/// Where a figure came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Origin {
    /// Nobody said; rove's or the box's default.
    #[default]
    Default,
    /// A setting in a provider block.
    Block {
        /// Which provider's.
        provider: String,
        /// The setting as users write it: `maxmemory`, `customize --memory`.
        setting: String,
        /// Where it stands.
        span: Option<Span>,
    },
}

/// A value with its origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

/// A machine's size. `None` where no block says: the provider's default counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Size {
    /// Virtual processors.
    pub cpus: Option<Sourced<u32>>,
    /// Memory at the start, MiB.
    pub memory_mib: Option<Sourced<u64>>,
    /// Ceiling of dynamic memory, MiB.
    pub max_memory_mib: Option<Sourced<u64>>,
    /// Nested virtualization.
    pub nested: Option<Sourced<bool>>,
}
