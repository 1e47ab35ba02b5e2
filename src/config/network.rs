//! `config.vm.network`.

use super::Value;
use crate::source::Span;

/// Kind of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkKind {
    /// A port of the guest that the host answers on.
    ForwardedPort,
    /// A network of the host and its guests.
    Private,
    /// A network that the host is on.
    Public,
}

impl NetworkKind {
    /// Returns Vagrant's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ForwardedPort => "forwarded_port",
            Self::Private => "private_network",
            Self::Public => "public_network",
        }
    }
}

/// One `config.vm.network`.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Kind.
    pub kind: NetworkKind,
    /// Merges with others of the same kind and id; random where none was given.
    pub id: String,
    /// All options.
    pub options: Vec<(String, Value)>,
    /// Where it stands; `None` for the automatic ones.
    pub span: Option<Span>,
}

/// Protocol of a forwarded port.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// Returns `tcp` or `udp`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// A forwarded port, typed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ForwardedPort {
    /// Id (`ssh` for the automatic one).
    pub id: String,
    /// Port in the guest.
    pub guest: u16,
    /// Port on the host.
    pub host: u16,
    /// Address of the host to listen on; all addresses when empty.
    pub host_ip: String,
    /// Address in the guest; the one it has when empty.
    pub guest_ip: String,
    /// Protocol.
    pub protocol: Protocol,
    /// Another host port may be taken when this one is in use.
    pub auto_correct: bool,
}

impl Network {
    /// Returns an option.
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Returns the forwarded port, if this is one that is complete and not disabled.
    pub fn forwarded_port(&self) -> Option<ForwardedPort> {
        if self.kind != NetworkKind::ForwardedPort
            || self.option("disabled").is_some_and(Value::is_truthy)
        {
            return None;
        }
        let port = |name| {
            self.option(name)
                .and_then(Value::as_number)
                .and_then(|port| u16::try_from(port).ok())
        };
        let text = |name| self.option(name).map(Value::to_text).unwrap_or_default();
        Some(ForwardedPort {
            id: self.id.clone(),
            guest: port("guest")?,
            host: port("host")?,
            host_ip: text("host_ip"),
            guest_ip: text("guest_ip"),
            protocol: if text("protocol") == "udp" {
                Protocol::Udp
            } else {
                Protocol::Tcp
            },
            auto_correct: self.option("auto_correct").is_some_and(Value::is_truthy),
        })
    }
}
