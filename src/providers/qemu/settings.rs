//! The `qemu` block of a Vagrantfile, read into typed fields. Names and meaning
//! are the vagrant-qemu plugin's, with a few of our own beside them; cpus,
//! memory and nesting are not here, they are the machine's neutral size.
//!
//! What becomes of the fields: `hardware`.

use crate::config::{Diagnostic, MachineConfig, ProviderBlock, Severity, Value};
use crate::source::nearest;

/// Section of diagnostics.
const SECTION: &str = "qemu provider";

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A word or sentence.
    Text,
    /// The name of a processor model: a number is meant for `cpus`.
    Model,
    /// `true` or `false`.
    Switch,
    /// A list of words; one word is a list of one.
    Words,
    /// A size with a unit that may start with `+`.
    Growth,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A switch, a number or a word.
    Any,
}

/// Settings that do something.
const USED: &[(&str, Takes)] = &[
    // Of the plugin.
    ("arch", Takes::OneOf(&["x86_64", "aarch64"])),
    ("machine", Takes::Text),
    ("cpu", Takes::Model),
    ("smp", Takes::Any),
    // What is no size is told by `config::size`, for every provider alike.
    ("memory", Takes::Any),
    ("net_device", Takes::Text),
    ("drive_interface", Takes::OneOf(CONTROLLERS)),
    ("image_path", Takes::Words),
    ("qemu_bin", Takes::Words),
    ("qemu_dir", Takes::Text),
    ("disk_resize", Takes::Growth),
    ("extra_qemu_args", Takes::Words),
    ("extra_netdev_args", Takes::Text),
    ("extra_drive_args", Takes::Text),
    ("extra_image_opts", Takes::Text),
    ("other_default", Takes::Words),
    // Ours.
    ("cpus", Takes::Any),
    ("maxmemory", Takes::Any),
    ("nested", Takes::Switch),
    ("cpu_model", Takes::Model),
    ("machine_type", Takes::Text),
    (
        "accelerator",
        Takes::OneOf(&["auto", "kvm", "hvf", "whpx", "tcg"]),
    ),
    ("firmware", Takes::OneOf(&["bios", "uefi", "efi"])),
    ("disk_size", Takes::Growth),
    ("gui", Takes::Switch),
    ("vnc", Takes::Any),
    ("video", Takes::Text),
];

/// What disks can hang on; read by `hardware`.
const CONTROLLERS: &[&str] = &[
    "virtio",
    "virtio-blk",
    "scsi",
    "virtio-scsi",
    "sata",
    "ahci",
    "ide",
    "pvscsi",
    "lsisas",
    "nvme",
    "none",
];

/// Settings of the plugin that change nothing here, with the reason.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    (
        "ssh_port",
        "forward the port instead: `config.vm.network \"forwarded_port\", guest: 22, host: PORT, id: \"ssh\"`",
    ),
    (
        "ssh_auto_correct",
        "give `auto_correct: true` to the forwarded port instead",
    ),
    ("ssh_host", "set `config.ssh.host` instead"),
    (
        "graceful_timeout",
        "set `config.vm.graceful_halt_timeout` instead",
    ),
    ("control_port", "rove has a private socket for this"),
    (
        "debug_port",
        "the serial console is in the machine's `console.log`",
    ),
    ("no_daemonize", "rove always watches QEMU itself"),
    ("firmware_format", "the format is found by itself"),
    ("advanced_network", NETWORKS),
    ("net_mode", NETWORKS),
    ("vmnet_interface", NETWORKS),
    ("tap_device", NETWORKS),
    ("mcast_addr", NETWORKS),
    ("socket_opts", NETWORKS),
];

const NETWORKS: &str = "networks come from `config.vm.network`";

/// How the guest's screen is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Screen {
    /// Not at all.
    #[default]
    Hidden,
    /// In a window.
    Window,
    /// Over VNC, at this address as QEMU writes it.
    Vnc(String),
}

/// How large the first disk is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiskSize {
    /// This many bytes.
    Bytes(u64),
    /// This many bytes more than the box's disk has.
    More(u64),
}

impl DiskSize {
    /// Returns the size of a disk of which the box's has `base` bytes.
    pub(super) fn bytes(self, base: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::More(bytes) => base.saturating_add(bytes),
        }
    }
}

/// The block's settings; `None` where rove chooses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) arch: Option<String>,
    /// Machine type with options, accelerator taken out.
    pub(super) machine: Option<String>,
    /// CPU model with flags.
    pub(super) cpu: Option<String>,
    /// `-smp` where it says more than a number.
    pub(super) topology: Option<String>,
    pub(super) net_device: Option<String>,
    pub(super) drive_interface: Option<String>,
    pub(super) image_paths: Vec<String>,
    pub(super) qemu_bin: Option<String>,
    pub(super) qemu_dir: Option<String>,
    pub(super) disk_size: Option<DiskSize>,
    pub(super) extra_args: Vec<String>,
    pub(super) extra_netdev: Option<String>,
    pub(super) extra_drive: Option<String>,
    pub(super) extra_image: Option<String>,
    /// Replaces the arguments for screen and parallel port.
    pub(super) other_default: Option<Vec<String>>,
    pub(super) accelerator: Option<String>,
    pub(super) uefi: Option<bool>,
    pub(super) screen: Screen,
    pub(super) video: Option<String>,
}

/// Returns what is wrong in a machine's `qemu` block.
pub(super) fn check(config: &MachineConfig) -> Vec<Diagnostic> {
    let Some(block) = config.provider_block() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let names = || {
        let used = USED.iter().map(|(name, _)| *name);
        used.chain(WITHOUT_EFFECT.iter().map(|(name, _)| *name))
    };
    let unknown = |what: &str, name: &str, span: &Option<crate::source::Span>| Diagnostic {
        severity: Severity::Error,
        machine: Some(config.name.clone()),
        section: SECTION.to_owned(),
        message: format!("unknown {what} `{name}` in a `qemu` provider block"),
        span: span.clone(),
        hint: nearest(name, names()).map(|near| format!("did you mean `{near}`?")),
    };
    for setting in &block.settings {
        let of = |severity, message, hint: String| Diagnostic {
            severity,
            machine: Some(config.name.clone()),
            section: SECTION.to_owned(),
            message,
            span: setting.span.clone(),
            hint: Some(hint),
        };
        let name = setting.name.as_str();
        if let Some((_, takes)) = USED.iter().find(|(known, _)| *known == name) {
            if let Err(wanted) = takes.check(&setting.value) {
                let given = setting.value.to_text();
                found.push(of(
                    Severity::Error,
                    format!("`{name}` of the `qemu` provider cannot be `{given}`"),
                    format!("write {wanted}"),
                ));
            }
        } else if let Some((_, reason)) = WITHOUT_EFFECT.iter().find(|(known, _)| *known == name) {
            found.push(of(
                Severity::Warning,
                format!("`{name}` of the `qemu` provider has no effect"),
                (*reason).to_owned(),
            ));
        } else {
            found.push(unknown("setting", name, &setting.span));
        }
    }
    for call in &block.calls {
        found.push(unknown("method", &call.method, &call.span));
    }
    found
}

impl Takes {
    /// Returns what to write instead, if the value is of another kind.
    fn check(self, value: &Value) -> Result<(), String> {
        let word = |value: &Value| matches!(value, Value::String(_) | Value::Int(_));
        let (good, wanted) = match self {
            _ if *value == Value::Null => return Ok(()),
            Self::Text => (word(value), "a string"),
            Self::Model => (
                word(value) && value.as_number().is_none(),
                "the name of a processor model, such as `\"max\"`; how many there are is `cpus`",
            ),
            Self::Switch => (value.as_bool().is_some(), "`true` or `false`"),
            Self::Words => (value.items().iter().all(word), "a list of strings"),
            Self::Growth => (
                disk_size(value).is_some(),
                "a size such as `\"40G\"`, or `\"+20G\"` for that much more",
            ),
            Self::OneOf(words) => {
                let good = value.as_str().is_some_and(|text| words.contains(&text));
                return if good {
                    Ok(())
                } else {
                    Err(format!("one of `{}`", words.join("`, `")))
                };
            }
            Self::Any => (
                word(value) || value.as_bool().is_some(),
                "`true`, a number or a string",
            ),
        };
        if good { Ok(()) } else { Err(wanted.to_owned()) }
    }
}

impl Settings {
    /// Returns the settings of a block that [`check`] has nothing against;
    /// what it would have is left out.
    pub(super) fn read(block: &ProviderBlock) -> Self {
        let valid = |name: &str| -> Option<&Value> {
            let takes = USED.iter().find(|(known, _)| *known == name)?.1;
            let value = block.value(name)?;
            takes.check(value).is_ok().then_some(value)
        };
        let text = |name: &str| {
            valid(name)
                .map(Value::to_text)
                .filter(|text| !text.is_empty())
        };
        let words = |name: &str| -> Option<Vec<String>> {
            Some(valid(name)?.items().iter().map(Value::to_text).collect())
        };
        // Our own name wins over the plugin's, being the more particular one.
        let either = |ours: &str, theirs: &str| text(ours).or_else(|| text(theirs));
        let (machine, machine_accelerator) = match either("machine_type", "machine") {
            Some(machine) => without_accelerator(&machine),
            None => (None, None),
        };
        Self {
            arch: text("arch"),
            machine,
            cpu: either("cpu_model", "cpu"),
            topology: text("smp").filter(|smp| smp.contains('=')),
            net_device: text("net_device"),
            drive_interface: text("drive_interface"),
            image_paths: words("image_path").unwrap_or_default(),
            qemu_bin: words("qemu_bin").and_then(|words| words.into_iter().next()),
            qemu_dir: text("qemu_dir"),
            disk_size: valid("disk_size")
                .or_else(|| valid("disk_resize"))
                .and_then(disk_size),
            extra_args: words("extra_qemu_args").unwrap_or_default(),
            extra_netdev: text("extra_netdev_args"),
            extra_drive: text("extra_drive_args"),
            extra_image: text("extra_image_opts"),
            other_default: words("other_default"),
            accelerator: text("accelerator")
                .or(machine_accelerator)
                .filter(|name| name != "auto"),
            uefi: text("firmware").map(|name| name != "bios"),
            screen: screen(valid("gui"), valid("vnc")),
            video: text("video"),
        }
    }
}

/// Splits `q35,accel=kvm:tcg,usb=off` into machine and accelerator: QEMU
/// refuses `accel=` there when `-accel` is given too.
fn without_accelerator(machine: &str) -> (Option<String>, Option<String>) {
    let (accel, rest): (Vec<&str>, Vec<&str>) = machine
        .split(',')
        .partition(|part| part.starts_with("accel="));
    // Of several, QEMU takes the first that opens, which proves nothing: the
    // choice among them is then rove's.
    let accelerator = accel
        .first()
        .and_then(|part| part.strip_prefix("accel="))
        .filter(|names| !names.contains(':'))
        .map(str::to_owned);
    (
        Some(rest.join(",")).filter(|rest| !rest.is_empty()),
        accelerator,
    )
}

fn screen(gui: Option<&Value>, vnc: Option<&Value>) -> Screen {
    match vnc {
        Some(Value::Bool(true)) => return Screen::Vnc("127.0.0.1:0,to=99".to_owned()),
        // QEMU counts displays from port 5900; a small number is one already.
        Some(Value::Int(port)) => {
            let display = if *port >= 5900 { port - 5900 } else { *port };
            return Screen::Vnc(format!("127.0.0.1:{display}"));
        }
        Some(Value::String(address)) if !address.is_empty() => {
            return Screen::Vnc(address.clone());
        }
        _ => {}
    }
    if gui.is_some_and(Value::is_truthy) {
        Screen::Window
    } else {
        Screen::Hidden
    }
}

fn disk_size(value: &Value) -> Option<DiskSize> {
    let text = value.to_text();
    match text.trim().strip_prefix('+') {
        Some(more) => bytes(&Value::String(more.to_owned()), 1 << 30).map(DiskSize::More),
        None => bytes(value, 1 << 30).map(DiskSize::Bytes),
    }
}

/// Returns a size in bytes; `unit` is meant where none is given. Units are
/// binary, with or without a `B` behind them.
fn bytes(value: &Value, unit: u64) -> Option<u64> {
    if let Some(number) = value.as_number() {
        return u64::try_from(number)
            .ok()
            .filter(|n| *n > 0)?
            .checked_mul(unit);
    }
    let text = value.as_str()?.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text.get(..end)?.parse().ok().filter(|n| *n > 0)?;
    let factor: u64 = match text.get(end..)?.trim().to_ascii_uppercase().as_str() {
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Call, Setting};

    fn text(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    fn config(settings: &[(&str, Value)]) -> MachineConfig {
        let block = ProviderBlock {
            provider: "qemu".to_owned(),
            settings: settings
                .iter()
                .map(|(name, value)| Setting {
                    name: (*name).to_owned(),
                    value: value.clone(),
                    span: None,
                })
                .collect(),
            calls: Vec::new(),
        };
        MachineConfig {
            name: "web".to_owned(),
            provider: "qemu".to_owned(),
            provider_blocks: vec![block],
            ..MachineConfig::default()
        }
    }

    fn read(settings: &[(&str, Value)]) -> Settings {
        Settings::read(&config(settings).provider_blocks[0])
    }

    #[test]
    fn unknown_names_are_errors_with_the_nearest_known_one() {
        let mut config = config(&[("memroy", Value::Int(1)), ("zzz", Value::Null)]);
        config.provider_blocks[0].calls.push(Call {
            method: "customize".to_owned(),
            arguments: Vec::new(),
            span: None,
        });
        let found: Vec<(Severity, String, Option<String>)> = check(&config)
            .into_iter()
            .map(|one| (one.severity, one.message, one.hint))
            .collect();
        let line = |what: &str| format!("unknown {what} in a `qemu` provider block");
        assert_eq!(
            found,
            [
                (
                    Severity::Error,
                    line("setting `memroy`"),
                    Some("did you mean `memory`?".to_owned())
                ),
                (Severity::Error, line("setting `zzz`"), None),
                (Severity::Error, line("method `customize`"), None),
            ]
        );
    }

    #[test]
    fn values_of_another_kind_are_errors_and_are_not_used() {
        for (name, value, hint) in [
            ("gui", text("yes"), "write `true` or `false`"),
            (
                "accelerator",
                text("xen"),
                "write one of `auto`, `kvm`, `hvf`, `whpx`, `tcg`",
            ),
            (
                "disk_size",
                text("large"),
                "write a size such as `\"40G\"`, or `\"+20G\"` for that much more",
            ),
            ("machine", Value::Bool(true), "write a string"),
            (
                "cpu",
                Value::Int(2),
                "write the name of a processor model, such as `\"max\"`; how many there are is `cpus`",
            ),
            (
                "extra_qemu_args",
                Value::List(vec![Value::Bool(true)]),
                "write a list of strings",
            ),
        ] {
            let found = check(&config(&[(name, value.clone())]));
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].hint.as_deref(), Some(hint), "{name}");
            assert_eq!(read(&[(name, value)]), Settings::default(), "{name}");
        }
    }

    #[test]
    fn settings_of_the_plugin_without_effect_are_warnings() {
        let found = check(&config(&[
            ("ssh_port", Value::Int(50022)),
            ("net_mode", text("auto")),
        ]));
        assert!(found.iter().all(|one| one.severity == Severity::Warning));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn settings_are_read_into_fields() {
        let settings = read(&[
            ("machine", text("q35,accel=kvm,usb=off")),
            ("cpu", text("host")),
            ("cpu_model", text("EPYC")),
            ("smp", text("cpus=4,sockets=1")),
            ("disk_resize", text("+20G")),
            ("firmware", text("efi")),
            ("vnc", Value::Int(5901)),
            ("extra_qemu_args", Value::List(vec![text("-s"), text("-S")])),
        ]);
        assert_eq!(
            settings,
            Settings {
                machine: Some("q35,usb=off".to_owned()),
                accelerator: Some("kvm".to_owned()),
                cpu: Some("EPYC".to_owned()),
                topology: Some("cpus=4,sockets=1".to_owned()),
                disk_size: Some(DiskSize::More(20 << 30)),
                uefi: Some(true),
                screen: Screen::Vnc("127.0.0.1:1".to_owned()),
                extra_args: vec!["-s".to_owned(), "-S".to_owned()],
                ..Settings::default()
            }
        );
    }

    #[test]
    fn sizes() {
        for (value, wanted) in [
            (text("40GB"), Some(DiskSize::Bytes(40 << 30))),
            (text("40 G"), Some(DiskSize::Bytes(40 << 30))),
            (Value::Int(40), Some(DiskSize::Bytes(40 << 30))),
            (text("+512M"), Some(DiskSize::More(512 << 20))),
            (text("0"), None),
            (text("99999999999999999999T"), None),
            (text("-1"), None),
        ] {
            assert_eq!(disk_size(&value), wanted, "{value:?}");
        }
    }

    #[test]
    fn screens() {
        for (settings, wanted) in [
            (vec![], Screen::Hidden),
            (vec![("gui", Value::Bool(true))], Screen::Window),
            (vec![("gui", Value::Bool(false))], Screen::Hidden),
            (
                vec![("vnc", Value::Bool(true))],
                Screen::Vnc("127.0.0.1:0,to=99".to_owned()),
            ),
            (
                vec![("vnc", Value::Int(7))],
                Screen::Vnc("127.0.0.1:7".to_owned()),
            ),
            (
                vec![("vnc", text("0.0.0.0:1")), ("gui", Value::Bool(true))],
                Screen::Vnc("0.0.0.0:1".to_owned()),
            ),
        ] {
            assert_eq!(read(&settings).screen, wanted, "{settings:?}");
        }
    }
}
