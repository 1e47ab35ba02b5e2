//! Which provider a machine is for: a pure function of what is named and what
//! is usable here.

use std::collections::BTreeMap;

/// rove's own provider: it needs no daemon and no root, and takes the boxes of
/// the others, so it stands in where nothing that a file names is usable.
pub const NATIVE: &str = "qemu";

/// What the choice depends on, beside the file.
#[derive(Clone, Debug, Default)]
pub struct ProviderInputs {
    /// `--provider`.
    pub asked: Option<String>,
    /// Providers that machines were made with; they stay with them.
    pub made_with: BTreeMap<String, String>,
    /// `VAGRANT_DEFAULT_PROVIDER`.
    pub default: Option<String>,
    /// `VAGRANT_PREFERRED_PROVIDERS`.
    pub preferred: Vec<String>,
    /// Providers that can be used here, in order of preference.
    pub usable: Vec<String>,
}

/// Returns the provider for `machine`, whose configuration names `named` in
/// this order.
///
/// Later rules count where earlier ones have no answer:
/// 1. the provider that the machine was made with,
/// 2. `--provider`,
/// 3. `VAGRANT_DEFAULT_PROVIDER`,
/// 4. a usable one that is named and preferred, in order of preference,
/// 5. the first usable one that is named,
/// 6. where the file names none: the first usable one that is preferred,
/// 7. rove's own, if usable,
/// 8. the first one named, though it is not usable: its error says what is missing,
/// 9. the first usable one; else rove's own.
pub fn choose(machine: &str, named: &[String], inputs: &ProviderInputs) -> String {
    let usable = |name: &String| inputs.usable.contains(name);
    let preferred = || inputs.preferred.iter().filter(|name| usable(name));
    let forced = inputs
        .made_with
        .get(machine)
        .or(inputs.asked.as_ref())
        .or(inputs.default.as_ref());
    let from_file = preferred()
        .find(|name| named.contains(name))
        .or_else(|| named.iter().find(|name| usable(name)));
    let by_preference = preferred().next().filter(|_| named.is_empty());
    let native = inputs.usable.iter().find(|name| *name == NATIVE);
    forced
        .or(from_file)
        .or(by_preference)
        .or(native)
        .or(named.first())
        .or(inputs.usable.first())
        .cloned()
        .unwrap_or_else(|| NATIVE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn rules_in_order() {
        // named, usable, preferred, VAGRANT_DEFAULT_PROVIDER, --provider, made with => chosen
        let table = [
            ("", "", "", "", "", "", "qemu"),
            ("", "qemu", "", "", "", "", "qemu"),
            ("hyperv", "qemu", "", "", "", "", "qemu"),
            ("hyperv libvirt", "qemu libvirt", "", "", "", "", "libvirt"),
            (
                "libvirt virtualbox",
                "virtualbox docker",
                "",
                "",
                "",
                "",
                "virtualbox",
            ),
            (
                "libvirt virtualbox",
                "virtualbox libvirt",
                "",
                "",
                "",
                "",
                "libvirt",
            ),
            (
                "libvirt virtualbox",
                "virtualbox libvirt",
                "virtualbox",
                "",
                "",
                "",
                "virtualbox",
            ),
            (
                "libvirt virtualbox",
                "virtualbox libvirt custom",
                "custom",
                "",
                "",
                "",
                "libvirt",
            ),
            (
                "",
                "virtualbox libvirt",
                "libvirt virtualbox",
                "",
                "",
                "",
                "libvirt",
            ),
            (
                "",
                "virtualbox",
                "libvirt virtualbox",
                "",
                "",
                "",
                "virtualbox",
            ),
            (
                "docker",
                "virtualbox docker",
                "",
                "virtualbox",
                "",
                "",
                "virtualbox",
            ),
            ("", "virtualbox", "", "nope", "", "", "nope"),
            ("hyperv", "qemu", "", "libvirt", "hyperv", "", "hyperv"),
            ("hyperv", "qemu", "", "libvirt", "hyperv", "qemu", "qemu"),
            // The recorded cases: four usable ones, rove's own not among them.
            (
                "aws",
                "virtualbox hyperv docker libvirt",
                "",
                "",
                "",
                "",
                "aws",
            ),
            (
                "hyperv virtualbox",
                "virtualbox hyperv docker libvirt",
                "",
                "",
                "",
                "",
                "hyperv",
            ),
            (
                "",
                "virtualbox hyperv docker libvirt",
                "",
                "",
                "",
                "",
                "virtualbox",
            ),
        ];
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        for (named, usable, preferred, default, asked, made_with, chosen) in table {
            let inputs = ProviderInputs {
                asked: some(asked),
                made_with: some(made_with)
                    .map(|provider| ("web".to_owned(), provider))
                    .into_iter()
                    .collect(),
                default: some(default),
                preferred: list(preferred),
                usable: list(usable),
            };
            let row = (named, usable, preferred, default, asked, made_with);
            assert_eq!(choose("web", &list(named), &inputs), chosen, "{row:?}");
        }
    }
}
