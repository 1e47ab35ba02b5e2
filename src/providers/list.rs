//! The providers that rove has. The only file outside a provider's folder that
//! names one; everything else asks here by name.

use super::{Provider, qemu};

/// All providers, best first: the order in which one is chosen when the
/// Vagrantfile and the environment leave it open.
static ALL: [&dyn Provider; 1] = [&qemu::Qemu];

/// Returns all providers, best first.
pub fn all() -> &'static [&'static dyn Provider] {
    &ALL
}

/// Returns the provider that Vagrantfiles call `name`.
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.name() == name)
}

/// Returns the names of all providers, best first.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|provider| provider.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_found_by_its_name_alone() {
        for name in names() {
            assert_eq!(by_name(name).map(Provider::name), Some(name));
        }
        assert!(by_name("hyperv-of-tomorrow").is_none());
    }
}
