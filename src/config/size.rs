//! The size of a machine, neutral of providers: cpus, memory, the ceiling of
//! dynamic memory, nested virtualization. It comes from the chosen provider's
//! block; where that says nothing, from the first block of another provider
//! that does, so that a Hyper-V file has the same size on a Linux laptop.

use super::{Diagnostic, ProviderBlock, Severity, Value};
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

impl Size {
    /// Returns the size that `blocks` say for the provider `chosen`, and what is
    /// wrong with figures that cannot be read.
    ///
    /// Each figure is looked for in the chosen block first, then in the others
    /// in order. Memory and its ceiling belong together and come from the same
    /// block: the ceiling of one hypervisor says nothing about the start of another.
    pub fn derive(chosen: &str, blocks: &[ProviderBlock]) -> (Self, Vec<Diagnostic>) {
        let mut order: Vec<&ProviderBlock> = blocks.iter().collect();
        order.sort_by_key(|block| block.provider != chosen);
        let mut size = Self::default();
        let mut faults = Vec::new();
        for block in order {
            let said = read(block, &mut faults);
            size.cpus = size.cpus.or(said.cpus);
            if size.memory_mib.is_none() && size.max_memory_mib.is_none() {
                size.memory_mib = said.memory_mib;
                size.max_memory_mib = said.max_memory_mib;
            }
            size.nested = size.nested.or(said.nested);
        }
        faults.extend(size.drop_low_ceiling());
        (size, faults)
    }

    /// Drops a ceiling of memory that is below the memory itself, and says so.
    fn drop_low_ceiling(&mut self) -> Option<Diagnostic> {
        let memory = self.memory_mib.as_ref()?.value;
        let max = self.max_memory_mib.take_if(|max| max.value < memory)?;
        let Origin::Block {
            provider,
            setting,
            span,
        } = max.origin
        else {
            return None;
        };
        Some(Diagnostic {
            severity: Severity::Warning,
            machine: None,
            section: format!("{provider} provider"),
            message: format!(
                "`{setting}` is {} MiB, less than the machine's memory of {memory} MiB, and is left out",
                max.value
            ),
            span,
            hint: Some("memory grows from `memory` up to `maxmemory`".to_owned()),
        })
    }

    /// Like [`Size::derive`], where `box_file` is the Vagrantfile of a box: what
    /// the user's files say of any provider counts before what the box says of
    /// the chosen one. A box carries the size its maker found handy.
    pub fn derive_over_box(
        chosen: &str,
        blocks: &[ProviderBlock],
        box_file: &std::path::Path,
    ) -> (Self, Vec<Diagnostic>) {
        let from_box = |span: &Option<crate::source::Span>| {
            span.as_ref().is_some_and(|span| span.path() == box_file)
        };
        let own: Vec<ProviderBlock> = blocks
            .iter()
            .cloned()
            .map(|mut block| {
                block.settings.retain(|setting| !from_box(&setting.span));
                block.calls.retain(|call| !from_box(&call.span));
                block
            })
            .collect();
        let (mut size, _) = Self::derive(chosen, &own);
        let (all, faults) = Self::derive(chosen, blocks);
        size.cpus = size.cpus.or(all.cpus);
        if size.memory_mib.is_none() && size.max_memory_mib.is_none() {
            size.memory_mib = all.memory_mib;
            size.max_memory_mib = all.max_memory_mib;
        }
        size.nested = size.nested.or(all.nested);
        (size, faults)
    }
}

/// A figure of the size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Figure {
    Cpus,
    Memory,
    MaxMemory,
    Nested,
}

use Figure::{Cpus, MaxMemory, Memory, Nested};

/// Settings that say a figure. Providers that are not listed have the usual names.
fn settings(provider: &str) -> &'static [(&'static str, Figure)] {
    match provider {
        "hyperv" => &[
            ("cpus", Cpus),
            ("memory", Memory),
            ("maxmemory", MaxMemory),
            ("enable_virtualization_extensions", Nested),
        ],
        // `memory=` and `cpus=` are `customize` calls in disguise and are read in order with them.
        "virtualbox" => &[],
        "qemu" => &[
            ("smp", Cpus),
            ("cpus", Cpus),
            ("memory", Memory),
            ("maxmemory", MaxMemory),
            ("nested", Nested),
        ],
        // Containers have the host's size.
        "docker" | "lxc" => &[],
        _ => &[
            ("cpus", Cpus),
            ("memory", Memory),
            ("maxmemory", MaxMemory),
            ("nested", Nested),
        ],
    }
}

/// Arguments of `customize` that say a figure.
fn customize_flag(provider: &str, flag: &str) -> Option<Figure> {
    match (provider, flag) {
        ("virtualbox", "--memory") | ("parallels", "--memsize") => Some(Memory),
        ("virtualbox" | "parallels", "--cpus") => Some(Cpus),
        ("virtualbox", "--nested-hw-virt") | ("parallels", "--nested-virt") => Some(Nested),
        _ => None,
    }
}

/// Keys of a VMware `vmx` that say a figure.
fn vmx_key(key: &str) -> Option<Figure> {
    match key.to_ascii_lowercase().as_str() {
        "memsize" => Some(Memory),
        "numvcpus" => Some(Cpus),
        "vhv.enable" => Some(Nested),
        _ => None,
    }
}

/// Returns what one block says.
fn read(block: &ProviderBlock, faults: &mut Vec<Diagnostic>) -> Size {
    let mut size = Size::default();
    let provider = block.provider.as_str();
    for (name, figure) in settings(provider) {
        if let Some(setting) = block.setting(name) {
            let said = Said::new(block, name, setting.span.as_ref());
            said.take(*figure, &setting.value, &mut size, faults);
        }
    }
    if provider.starts_with("vmware_")
        && let Some(setting) = block.setting("vmx")
        && let Value::Map(members) = &setting.value
    {
        for (key, value) in members {
            if let Some(figure) = vmx_key(key) {
                let said = Said::new(block, &format!("vmx[\"{key}\"]"), setting.span.as_ref());
                said.take(figure, value, &mut size, faults);
            }
        }
    }
    for call in &block.calls {
        match call.method.as_str() {
            "memory=" | "cpus=" if provider == "virtualbox" => {
                let name = call.method.trim_end_matches('=');
                let figure = if name == "cpus" { Cpus } else { Memory };
                let said = Said::new(block, name, call.span.as_ref());
                if let Some(value) = call.arguments.first() {
                    said.take(figure, value, &mut size, faults);
                }
            }
            "customize" => {
                // `customize [event,] [command, …]`
                let Some(Value::List(words)) = call
                    .arguments
                    .iter()
                    .find(|argument| matches!(argument, Value::List(_)))
                else {
                    continue;
                };
                for pair in words.windows(2) {
                    let Some(flag) = pair[0].as_str() else {
                        continue;
                    };
                    if let Some(figure) = customize_flag(provider, flag) {
                        let said =
                            Said::new(block, &format!("customize {flag}"), call.span.as_ref());
                        said.take(figure, &pair[1], &mut size, faults);
                    }
                }
            }
            _ => {}
        }
    }
    size
}

/// Who says a figure.
struct Said<'a> {
    block: &'a ProviderBlock,
    setting: String,
    span: Option<&'a Span>,
}

impl<'a> Said<'a> {
    fn new(block: &'a ProviderBlock, setting: &str, span: Option<&'a Span>) -> Self {
        Self {
            block,
            setting: setting.to_owned(),
            span,
        }
    }

    fn sourced<T>(&self, value: T) -> Option<Sourced<T>> {
        Some(Sourced {
            value,
            origin: Origin::Block {
                provider: self.block.provider.clone(),
                setting: self.setting.clone(),
                span: self.span.cloned(),
            },
        })
    }

    fn take(&self, figure: Figure, value: &Value, size: &mut Size, faults: &mut Vec<Diagnostic>) {
        if *value == Value::Null {
            return;
        }
        match figure {
            Cpus => match cpus(value) {
                Some(count) => size.cpus = self.sourced(count),
                None => faults.push(self.fault(value, "a number of processors such as `2`")),
            },
            Memory | MaxMemory => match memory_mib(value) {
                Some(mib) if figure == Memory => size.memory_mib = self.sourced(mib),
                Some(mib) => size.max_memory_mib = self.sourced(mib),
                None => faults.push(self.fault(value, "megabytes such as `2048`")),
            },
            Nested => size.nested = self.sourced(is_on(value)),
        }
    }

    fn fault(&self, value: &Value, wanted: &str) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            machine: None,
            section: format!("{} provider", self.block.provider),
            message: format!(
                "`{}` of the `{}` provider is `{}`, which is no size",
                self.setting,
                self.block.provider,
                value.to_text()
            ),
            span: self.span.cloned(),
            hint: Some(format!("write {wanted}")),
        }
    }
}

/// Returns a number of processors: `2`, `"2"`, or QEMU's `"cpus=2,sockets=1"`.
fn cpus(value: &Value) -> Option<u32> {
    let number = value.as_number().or_else(|| {
        let text = value.as_str()?;
        let first = text.split(',').next()?;
        first
            .strip_prefix("cpus=")
            .unwrap_or(first)
            .trim()
            .parse()
            .ok()
    })?;
    u32::try_from(number)
        .ok()
        .filter(|count| (1..=1024).contains(count))
}

/// Returns mebibytes: `2048`, `"2048"`, `"2048M"`, `"4G"`, `"4 GB"`.
fn memory_mib(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_number() {
        return u64::try_from(number).ok().filter(|mib| *mib > 0);
    }
    let text = value.as_str()?.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let mib = match text.get(digits..)?.trim().to_ascii_uppercase().as_str() {
        "M" | "MB" | "MIB" => number,
        "G" | "GB" | "GIB" => number.checked_mul(1024)?,
        "T" | "TB" | "TIB" => number.checked_mul(1024 * 1024)?,
        "K" | "KB" | "KIB" => number / 1024,
        _ => return None,
    };
    Some(mib).filter(|mib| *mib > 0)
}

/// Returns whether a switch is on: Ruby's `true`, or the words that VBoxManage,
/// prlctl and a vmx file take for it.
fn is_on(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(
            text.to_ascii_lowercase().as_str(),
            "on" | "true" | "yes" | "enabled" | "1"
        ),
        other => other.is_truthy(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Call, Setting};
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    fn block(provider: &str, settings: &[(&str, Value)]) -> ProviderBlock {
        ProviderBlock {
            provider: provider.to_owned(),
            settings: settings
                .iter()
                .map(|(name, value)| Setting {
                    name: (*name).to_owned(),
                    value: value.clone(),
                    span: None,
                })
                .collect(),
            calls: Vec::new(),
        }
    }

    fn customize(provider: &str, commands: &[&[&str]]) -> ProviderBlock {
        ProviderBlock {
            calls: commands
                .iter()
                .map(|words| Call {
                    method: "customize".to_owned(),
                    arguments: vec![Value::List(words.iter().map(|word| text(word)).collect())],
                    span: None,
                })
                .collect(),
            ..block(provider, &[])
        }
    }

    fn show(chosen: &str, blocks: &[ProviderBlock]) -> String {
        fn part<T: std::fmt::Debug>(name: &str, figure: Option<&Sourced<T>>) -> String {
            match figure {
                None => String::new(),
                Some(Sourced {
                    value,
                    origin:
                        Origin::Block {
                            provider, setting, ..
                        },
                }) => format!("{name}={value:?} ({provider} {setting}) "),
                Some(Sourced { value, .. }) => format!("{name}={value:?} "),
            }
        }
        let (size, faults) = Size::derive(chosen, blocks);
        let mut line = part("cpus", size.cpus.as_ref());
        line += &part("memory", size.memory_mib.as_ref());
        line += &part("max", size.max_memory_mib.as_ref());
        line += &part("nested", size.nested.as_ref());
        for fault in faults {
            line.push_str("! ");
            line.push_str(&fault.message);
            line.push(' ');
        }
        line.trim_end().to_owned()
    }

    #[test]
    fn strings_are_numbers_and_maxmemory_is_the_ceiling() {
        let course = block(
            "hyperv",
            &[
                ("cpus", text("2")),
                ("maxmemory", text("4096")),
                ("enable_virtualization_extensions", Value::Bool(true)),
            ],
        );
        assert_eq!(
            show("qemu", &[course]),
            "cpus=2 (hyperv cpus) max=4096 (hyperv maxmemory) \
             nested=true (hyperv enable_virtualization_extensions)"
        );
    }

    #[test]
    fn a_ceiling_below_the_memory_is_left_out_and_told() {
        let low = [
            ("memory", Value::Int(4096)),
            ("maxmemory", Value::Int(2048)),
        ];
        assert_eq!(
            show("qemu", &[block("hyperv", &low)]),
            "memory=4096 (hyperv memory) ! `maxmemory` is 2048 MiB, less than the machine's \
             memory of 4096 MiB, and is left out"
        );
        let same = low.map(|(name, _)| (name, Value::Int(4096)));
        assert!(!show("qemu", &[block("hyperv", &same)]).contains('!'));
    }

    #[test]
    fn the_chosen_block_comes_first_and_each_figure_counts_for_itself() {
        let blocks = [
            block(
                "hyperv",
                &[
                    ("cpus", Value::Int(4)),
                    ("memory", Value::Int(4096)),
                    ("maxmemory", Value::Int(8192)),
                ],
            ),
            block(
                "libvirt",
                &[("memory", Value::Int(1024)), ("nested", Value::Bool(true))],
            ),
        ];
        assert_eq!(
            show("libvirt", &blocks),
            "cpus=4 (hyperv cpus) memory=1024 (libvirt memory) nested=true (libvirt nested)"
        );
        assert_eq!(
            show("qemu", &blocks),
            "cpus=4 (hyperv cpus) memory=4096 (hyperv memory) max=8192 (hyperv maxmemory) \
             nested=true (libvirt nested)"
        );
    }

    #[test]
    fn customize_forms_and_vmx() {
        assert_eq!(
            show(
                "virtualbox",
                &[customize(
                    "virtualbox",
                    &[
                        &["modifyvm", "id", "--memory", "512"],
                        &["modifyvm", "id", "--memory", "1024", "--cpus", "2"],
                        &["modifyvm", "id", "--nested-hw-virt", "on"],
                    ]
                )]
            ),
            "cpus=2 (virtualbox customize --cpus) memory=1024 (virtualbox customize --memory) \
             nested=true (virtualbox customize --nested-hw-virt)"
        );
        assert_eq!(
            show(
                "parallels",
                &[customize(
                    "parallels",
                    &[&["set", "id", "--memsize", "768"]]
                )]
            ),
            "memory=768 (parallels customize --memsize)"
        );
        let vmx = Value::Map(vec![
            ("memsize".to_owned(), text("2048")),
            ("numvcpus".to_owned(), text("2")),
            ("vhv.enable".to_owned(), text("TRUE")),
        ]);
        assert_eq!(
            show("qemu", &[block("vmware_desktop", &[("vmx", vmx)])]),
            "cpus=2 (vmware_desktop vmx[\"numvcpus\"]) memory=2048 (vmware_desktop vmx[\"memsize\"]) \
             nested=true (vmware_desktop vmx[\"vhv.enable\"])"
        );
    }

    #[test]
    fn the_file_of_a_box_comes_last() {
        let file = crate::source::SourceFile::new("/boxes/b/Vagrantfile", "libvirt");
        let mut of_box = block(
            "libvirt",
            &[("cpus", Value::Int(1)), ("memory", Value::Int(96))],
        );
        for setting in &mut of_box.settings {
            setting.span = Some(crate::source::Span::new(&file, 0, 1));
        }
        let own = block("hyperv", &[("maxmemory", text("4096"))]);
        let (size, _) = Size::derive_over_box("libvirt", &[of_box, own], &file.path);
        assert_eq!(size.cpus.map(|cpus| cpus.value), Some(1));
        assert_eq!(size.memory_mib, None);
        assert_eq!(size.max_memory_mib.map(|mib| mib.value), Some(4096));
    }

    #[test]
    fn units_and_nonsense() {
        for (given, mib) in [
            ("4G", Some(4096)),
            ("512M", Some(512)),
            ("2 GB", Some(2048)),
            ("1024", Some(1024)),
            ("big", None),
            ("0", None),
            ("-3", None),
            ("", None),
            ("99999999999999999999G", None),
        ] {
            assert_eq!(memory_mib(&text(given)), mib, "{given}");
        }
        assert_eq!(
            show(
                "hyperv",
                &[block(
                    "hyperv",
                    &[("cpus", text("two")), ("memory", Value::Int(512))]
                )]
            ),
            "memory=512 (hyperv memory) ! `cpus` of the `hyperv` provider is `two`, which is no size"
        );
        assert_eq!(
            show(
                "qemu",
                &[block("qemu", &[("smp", text("cpus=4,sockets=1"))])]
            ),
            "cpus=4 (qemu smp)"
        );
    }
}
