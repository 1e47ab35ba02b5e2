//! The typed fields of [`MachineConfig`].

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{
    BoxRequest, Call, MachineConfig, Network, NetworkKind, ProviderBlock, Provisioner, Run,
    Setting, Share, Ssh, Value,
};
use crate::ruby::Value as Ruby;

use super::plain::{self, plain};
use crate::vagrantfile::layers::{Machine, ProviderState};
use crate::vagrantfile::schema::vm::{
    FolderEntry, NetworkEntry, ProvisionerEntry, ProvisionerOptions,
};
use crate::vagrantfile::schema::{Said, State, connection};

/// Reads the settings of one state.
struct Reader<'a>(Option<&'a State>);

impl Reader<'_> {
    fn value(&self, name: &str) -> Value {
        self.0
            .map(|state| plain(&state.get(name)))
            .unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.value(name) {
            Value::Null | Value::Bool(false) => None,
            value => Some(value.to_text()).filter(|text| !text.is_empty()),
        }
    }

    fn is_on(&self, name: &str) -> bool {
        self.value(name).is_truthy()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.value(name)
            .items()
            .iter()
            .filter(|item| !matches!(item, Value::Bool(_)))
            .map(Value::to_text)
            .collect()
    }

    fn port(&self, name: &str) -> Option<u16> {
        self.value(name)
            .as_number()
            .and_then(|port| u16::try_from(port).ok())
    }

    fn seconds(&self, name: &str, default: u64) -> Duration {
        let number = self
            .value(name)
            .as_number()
            .and_then(|seconds| u64::try_from(seconds).ok());
        Duration::from_secs(number.unwrap_or(default))
    }
}

/// Returns everything but size and sections.
pub(super) fn machine(machine: &Machine) -> MachineConfig {
    let state = machine.root.section("vm");
    let vm = Reader(state);
    let parts = state.and_then(State::vm);
    MachineConfig {
        name: machine.name.clone(),
        primary: machine.primary,
        autostart: machine.autostart,
        provider: machine.provider.clone(),
        providers: parts
            .map(|parts| parts.provider_order.clone())
            .unwrap_or_default(),
        box_request: box_request(state),
        // Vagrant leaves the whole step out (action/builtin/set_hostname.rb).
        hostname: vm
            .text("hostname")
            .filter(|_| vm.is_on("allow_hosts_modification")),
        boot_timeout: vm.seconds("boot_timeout", 300),
        graceful_halt_timeout: vm.seconds("graceful_halt_timeout", 60),
        communicator: vm.text("communicator").unwrap_or_else(|| "ssh".to_owned()),
        guest: vm.text("guest"),
        post_up_message: vm.text("post_up_message").unwrap_or_default(),
        usable_port_range: port_range(&vm.value("usable_port_range")),
        base_mac: vm.text("base_mac"),
        networks: parts
            .map(|parts| {
                let each = parts.networks.iter().enumerate();
                each.filter_map(|(index, entry)| network(index, entry))
                    .collect()
            })
            .unwrap_or_default(),
        shares: parts
            .map(|parts| parts.folders.iter().map(share).collect())
            .unwrap_or_default(),
        provisioners: parts
            .map(|parts| in_order(&parts.provisioners))
            .unwrap_or_default(),
        provider_blocks: machine
            .providers
            .iter()
            .map(|(name, state)| provider_block(name, state))
            .collect(),
        ssh: ssh(machine.root.section("ssh")),
        ..MachineConfig::default()
    }
}

fn box_request(state: Option<&State>) -> Option<BoxRequest> {
    let vm = Reader(state);
    Some(BoxRequest {
        name: vm.text("box")?,
        span: state.and_then(|state| state.span("box")),
        urls: vm.texts("box_url"),
        version: vm.text("box_version").unwrap_or_default(),
        architecture: vm.text("box_architecture").filter(|name| name != "auto"),
        checksum: vm.text("box_download_checksum"),
        checksum_type: vm.text("box_download_checksum_type"),
        insecure: vm.is_on("box_download_insecure"),
        ca_cert: vm.text("box_download_ca_cert").map(PathBuf::from),
        ca_path: vm.text("box_download_ca_path").map(PathBuf::from),
        client_cert: vm.text("box_download_client_cert").map(PathBuf::from),
        location_trusted: vm.is_on("box_download_location_trusted"),
        check_update: vm.is_on("box_check_update"),
    })
}

fn port_range(value: &Value) -> (u16, u16) {
    let port = |number: i64| u16::try_from(number).ok();
    match value {
        Value::Range {
            from,
            to,
            exclusive,
        } => match (port(*from), port(*to - i64::from(*exclusive))) {
            (Some(from), Some(to)) => (from, to),
            _ => (2200, 2250),
        },
        _ => (2200, 2250),
    }
}

/// Returns a network of a known kind; the others are faults that `check` shows.
fn network(index: usize, entry: &NetworkEntry) -> Option<Network> {
    let kind = match entry.kind.as_str() {
        "forwarded_port" => NetworkKind::ForwardedPort,
        "private_network" => NetworkKind::Private,
        "public_network" => NetworkKind::Public,
        _ => return None,
    };
    let Value::Map(options) = plain(&Ruby::Hash(entry.options.clone())) else {
        return None;
    };
    Some(Network {
        kind,
        id: entry
            .id
            .clone()
            .unwrap_or_else(|| format!("{}-{index}", entry.kind)),
        options,
        span: entry.span.clone(),
    })
}

fn share(entry: &FolderEntry) -> Share {
    let Value::Map(options) = plain(&Ruby::Hash(entry.options.clone())) else {
        return Share::default();
    };
    let of = |name: &str| {
        options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let text = |name: &str| {
        of(name)
            .filter(|value| value.is_truthy())
            .map(Value::to_text)
    };
    Share {
        key: plain(&entry.key).to_text(),
        host_path: text("hostpath").unwrap_or_default(),
        guest_path: text("guestpath").unwrap_or_default(),
        kind: text("type"),
        disabled: of("disabled").is_some_and(Value::is_truthy),
        create: of("create").is_some_and(Value::is_truthy),
        owner: text("owner"),
        group: text("group"),
        span: entry.span.clone(),
        options,
    }
}

fn provisioner(entry: &ProvisionerEntry) -> Provisioner {
    let options = match &entry.options {
        ProvisionerOptions::Known(state) => plain::state(state),
        ProvisionerOptions::Unknown(record) => {
            let said = record.all().into_iter();
            said.map(|(name, field)| (name, plain(&field.value)))
                .collect()
        }
    };
    let place = |value: &Ruby| {
        Some(plain(value))
            .filter(Value::is_truthy)
            .map(|place| place.to_text())
    };
    Provisioner {
        name: entry.name.clone(),
        kind: entry.kind.clone(),
        run: match plain(&entry.run).as_str() {
            Some("always") => Run::Always,
            Some("never") => Run::Never,
            _ => Run::Once,
        },
        before: place(&entry.before),
        after: place(&entry.after),
        options,
        span: entry.span.clone(),
    }
}

/// Returns the provisioners in the order in which they run: those with
/// `before:` or `after:` at the provisioner they name, at each other one, or at
/// the ends.
fn in_order(entries: &[ProvisionerEntry]) -> Vec<Provisioner> {
    let all: Vec<Provisioner> = entries.iter().map(provisioner).collect();
    let (placed, roots): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| one.before.is_some() || one.after.is_some());
    let at = |wanted: Option<&str>, place: fn(&Provisioner) -> Option<&str>| -> Vec<Provisioner> {
        let each = placed
            .iter()
            .filter(move |one| wanted.is_some() && place(one) == wanted);
        each.cloned().collect()
    };
    let before: fn(&Provisioner) -> Option<&str> = |one| one.before.as_deref();
    let after: fn(&Provisioner) -> Option<&str> = |one| one.after.as_deref();
    let mut order = at(Some("all"), before);
    for root in roots {
        order.extend(at(Some("each"), before));
        order.extend(at(root.name.as_deref(), before));
        let name = root.name.clone();
        order.push(root);
        order.extend(at(name.as_deref(), after));
        order.extend(at(Some("each"), after));
    }
    order.extend(at(Some("all"), after));
    order
}

fn call(said: &Said) -> Call {
    Call {
        method: said.method.clone(),
        arguments: said.arguments.iter().map(plain).collect(),
        span: said.span.clone(),
    }
}

/// Returns what was said to a provider; defaults are left out.
fn provider_block(name: &str, state: &ProviderState) -> ProviderBlock {
    let mut block = ProviderBlock {
        provider: name.to_owned(),
        ..ProviderBlock::default()
    };
    match state {
        ProviderState::Known(state) => {
            let said = state
                .fields
                .iter()
                .filter(|(_, field)| field.span.is_some());
            block.settings.extend(said.map(|(name, field)| Setting {
                name: (*name).to_owned(),
                value: plain(&field.value),
                span: field.span.clone(),
            }));
            block.calls.extend(state.calls.iter().map(call));
            // Setters that are methods (`memory=` of VirtualBox) are settings too.
            for said in &state.calls {
                let Some(name) = said.method.strip_suffix('=') else {
                    continue;
                };
                block.settings.retain(|setting| setting.name != name);
                block.settings.push(Setting {
                    name: name.to_owned(),
                    value: said.arguments.first().map(plain).unwrap_or_default(),
                    span: said.span.clone(),
                });
            }
        }
        ProviderState::Unknown(record) => {
            block
                .settings
                .extend(record.all().into_iter().map(|(name, field)| Setting {
                    name,
                    value: plain(&field.value),
                    span: field.span,
                }));
            block.calls.extend(record.calls.iter().map(call));
        }
    }
    block
}

fn ssh(state: Option<&State>) -> Ssh {
    let default = state.and_then(connection::default_of);
    let (ssh, fallback) = (Reader(state), Reader(default.as_ref()));
    let text = |name: &str| ssh.text(name).or_else(|| fallback.text(name));
    let standard = Ssh::default();
    let mut keys = ssh.texts("private_key_path");
    if keys.is_empty() {
        keys = fallback.texts("private_key_path");
    }
    Ssh {
        host: text("host"),
        port: ssh.port("port"),
        guest_port: ssh.port("guest_port").unwrap_or(standard.guest_port),
        username: text("username").unwrap_or(standard.username),
        password: text("password"),
        private_key_paths: keys.into_iter().map(PathBuf::from).collect(),
        insert_key: ssh.is_on("insert_key"),
        keys_only: ssh.is_on("keys_only"),
        verify_host_key: ssh.value("verify_host_key"),
        shell: ssh.text("shell").unwrap_or(standard.shell),
        sudo_command: ssh.text("sudo_command").unwrap_or(standard.sudo_command),
        export_command_template: ssh
            .text("export_command_template")
            .unwrap_or(standard.export_command_template),
        forward_agent: ssh.is_on("forward_agent"),
        forward_x11: ssh.is_on("forward_x11"),
        forward_env: ssh.texts("forward_env"),
        keep_alive: ssh.is_on("keep_alive"),
        compression: ssh.is_on("compression"),
        dsa_authentication: ssh.is_on("dsa_authentication"),
        proxy_command: ssh.text("proxy_command"),
        pty: ssh.is_on("pty"),
        ssh_command: ssh.text("ssh_command"),
        extra_args: ssh.texts("extra_args"),
        config_file: ssh.text("config"),
        connect_timeout: ssh.seconds("connect_timeout", 15),
        disable_deprecated_algorithms: ssh.is_on("disable_deprecated_algorithms"),
    }
}
