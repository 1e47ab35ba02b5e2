//! The small sections, and the list of all of them.

use super::{Class, Lit, State, attr, connection, pushes, to_list, to_sym, triggers, vm};
use crate::ruby::Value;

use Lit::{Bool, Int, Nil, Sym};

static RDP: Class = Class {
    key: "rdp",
    ruby: "VagrantPlugins::RDP::Config",
    section: "RDP",
    attrs: &[&[
        attr("port", Int(3389)),
        attr("search_port", Int(3389)),
        attr("username", Nil),
    ]],
    ..Class::PLAIN
};

static NFS: Class = Class {
    key: "nfs",
    ruby: "VagrantPlugins::SyncedFolderNFS::Config",
    section: "NFS",
    attrs: &[&[
        attr("functional", Bool(true)),
        attr("map_uid", Sym("auto")),
        attr("map_gid", Sym("auto")),
        attr("verify_installed", Bool(true)),
    ]],
    ..Class::PLAIN
};

static SMB: Class = Class {
    key: "smb",
    ruby: "VagrantPlugins::SyncedFolderSMB::Config",
    section: "SMB",
    attrs: &[&[attr("functional", Bool(true))]],
    ..Class::PLAIN
};

static PACKAGE: Class = Class {
    key: "package",
    ruby: "VagrantPlugins::Kernel_V2::PackageConfig",
    section: "Package",
    attrs: &[&[attr("name", Nil)]],
    ..Class::PLAIN
};

static WINDOWS: Class = Class {
    key: "windows",
    ruby: "VagrantPlugins::GuestWindows::Config",
    section: "Windows Guest",
    attrs: &[&[attr("set_work_network", Bool(false))]],
    ..Class::PLAIN
};

static SOLARIS: Class = Class {
    key: "solaris",
    ruby: "VagrantPlugins::GuestSolaris::Config",
    section: "Solaris",
    attrs: &[&[
        attr("halt_timeout", Nil),
        attr("halt_check_interval", Nil),
        attr("suexec_cmd", Nil),
        attr("device", Nil),
    ]],
    ..Class::PLAIN
};

static SOLARIS11: Class = Class {
    key: "solaris11",
    ..SOLARIS
};

static SMARTOS: Class = Class {
    key: "smartos",
    ..SOLARIS
};

/// `config.vagrant`
static VAGRANT: Class = Class {
    key: "vagrant",
    ruby: "VagrantPlugins::Kernel_V2::VagrantConfig",
    section: "vagrant",
    attrs: &[&[
        attr("host", Sym("detect")),
        attr("sensitive", Nil),
        attr("plugins", Lit::Map),
    ]],
    finalize: |state| {
        state.fill_defaults();
        let host = to_sym(&state.get("host"));
        state.set("host", host);
        let plugins = plugins(&state.get("plugins"));
        state.set("plugins", plugins);
    },
    ..Class::PLAIN
};

/// Returns plugins as a hash of name and options, whichever form was written.
fn plugins(value: &Value) -> Value {
    match value {
        Value::Str(_) => Value::hash([(value.clone(), Value::hash([]))]),
        Value::Array(_) => {
            let pairs = to_list(value)
                .iter()
                .flat_map(|item| plugins(item).as_hash().unwrap_or_default())
                .collect::<Vec<_>>();
            Value::hash(pairs)
        }
        Value::Hash(hash) => Value::hash(hash.pairs().into_iter().map(|(name, info)| {
            let name = Value::str(super::text(&name));
            let info = match info.as_hash() {
                Some(pairs) => Value::hash(
                    pairs
                        .into_iter()
                        .map(|(key, value)| (Value::str(super::text(&key)), value)),
                ),
                None => info,
            };
            (name, info)
        })),
        _ => Value::sym("invalid_plugin_format"),
    }
}

/// Every section, in the order in which Vagrant's own plugins name them.
pub(in crate::vagrantfile) static SECTIONS: &[&Class] = &[
    &vm::VM,
    &connection::SSH,
    &connection::WINRM,
    &connection::WINSSH,
    &RDP,
    &NFS,
    &SMB,
    &VAGRANT,
    &PACKAGE,
    &pushes::PUSH,
    &triggers::TRIGGER,
    &WINDOWS,
    &SOLARIS,
    &SOLARIS11,
    &SMARTOS,
];

/// Returns the class of a section.
pub(in crate::vagrantfile) fn class(name: &str) -> Option<&'static Class> {
    SECTIONS.iter().copied().find(|class| class.key == name)
}

/// Returns a new state for every section that is not in `said`, and all finalized.
pub(in crate::vagrantfile) fn complete(said: &mut Vec<State>) {
    for class in SECTIONS {
        if !said.iter().any(|state| state.class.key == class.key) {
            said.push(State::new(class));
        }
    }
    for state in said {
        state.finalize();
    }
}
