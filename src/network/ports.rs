//! Forwarded ports that collide. Vagrant's rule: a port with `auto_correct`
//! moves to the first free port of `config.vm.usable_port_range`, any other is
//! an error. Unlike Vagrant, a range without a free port is an error too.

use crate::config::{ForwardedPort, MachineConfig, Protocol};
use crate::error::{Explain, Kind};
use crate::source::Span;

/// What is known of a port that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is in use; by whom, where that is known: "machine `db` of `/lab`".
    InUse(Option<String>),
    /// This user may not listen on it.
    Denied,
    /// The address to listen on is not one of this host.
    NoAddress,
}

/// A port that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Port in the guest.
    pub guest: u16,
    /// Host port that the Vagrantfile gives.
    pub wanted: u16,
    /// Host port that it gets.
    pub given: u16,
}

/// The ports a machine gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solved {
    /// In the order of the Vagrantfile.
    pub forwards: Vec<ForwardedPort>,
    /// Those that moved.
    pub corrections: Vec<Correction>,
}

/// A host port cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It is in use and may not move.
    #[error("port {host} of this host, which should lead to port {guest} of `{machine}`, is in use{}", by(holder.as_deref()))]
    Collision {
        /// Machine that wants it.
        machine: String,
        /// Port in the guest.
        guest: u16,
        /// Port on the host.
        host: u16,
        /// Who has it.
        holder: Option<String>,
        /// Where the Vagrantfile asks for it.
        span: Option<Span>,
    },
    /// It is in use, and so is every port it might move to.
    #[error("port {host} of this host, which should lead to port {guest} of `{machine}`, is in use{}, and so are all ports from {from} to {to}", by(holder.as_deref()))]
    Exhausted {
        /// Machine that wants it.
        machine: String,
        /// Port in the guest.
        guest: u16,
        /// Port on the host.
        host: u16,
        /// Who has it.
        holder: Option<String>,
        /// First port of `usable_port_range`.
        from: u16,
        /// Last port of it.
        to: u16,
        /// Where the Vagrantfile asks for it.
        span: Option<Span>,
    },
    /// The address to listen on is not one of this host.
    #[error(
        "port {guest} of `{machine}` is to be reached at `{host_ip}`, which is not an address of this host"
    )]
    NoAddress {
        /// Machine that wants it.
        machine: String,
        /// Port in the guest.
        guest: u16,
        /// The address.
        host_ip: String,
        /// Where the Vagrantfile asks for it.
        span: Option<Span>,
    },
    /// This user may not listen on it.
    #[error(
        "port {host} of this host, which should lead to port {guest} of `{machine}`, is for the administrator only"
    )]
    Denied {
        /// Machine that wants it.
        machine: String,
        /// Port in the guest.
        guest: u16,
        /// Port on the host.
        host: u16,
        /// Where the Vagrantfile asks for it.
        span: Option<Span>,
    },
}

/// Fails if a port of `config` that may not move is one of `fixed`: ports of other
/// machines, by their names, that may not move either.
pub fn require_apart(
    config: &MachineConfig,
    fixed: &[(&str, ForwardedPort)],
) -> Result<(), PortError> {
    for network in &config.networks {
        let Some(forward) = network.forwarded_port().filter(|port| !port.auto_correct) else {
            continue;
        };
        let same = |other: &ForwardedPort| {
            other.host == forward.host
                && other.protocol == forward.protocol
                && overlap(&other.host_ip, &forward.host_ip)
        };
        if let Some((holder, _)) = fixed.iter().find(|(_, other)| same(other)) {
            return Err(PortError::Collision {
                machine: config.name.clone(),
                guest: forward.guest,
                host: forward.host,
                holder: Some(format!("machine `{holder}` of this lab")),
                span: network.span.clone(),
            });
        }
    }
    Ok(())
}

fn by(holder: Option<&str>) -> String {
    holder.map_or_else(String::new, |holder| format!(" by {holder}"))
}

impl Explain for PortError {
    fn kind(&self) -> Kind {
        Kind::Environment
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Collision { guest, host, .. } => vec![
                format!(
                    "add `auto_correct: true` to the forwarded port {guest}, so that rove may move it"
                ),
                format!("give another `host:` port than {host}, or end what listens there"),
            ],
            Self::Exhausted { .. } => vec![
                "widen `config.vm.usable_port_range`, or halt machines that are not needed"
                    .to_owned(),
            ],
            Self::NoAddress { .. } => vec![
                "leave `host_ip` out to listen on all addresses, or give \"127.0.0.1\" for this host alone; `ip address` lists what it has"
                    .to_owned(),
            ],
            Self::Denied { .. } => {
                vec!["give a `host:` port from 1024 up, such as 8080 for 80".to_owned()]
            }
        }
    }

    fn at(&self) -> Option<&Span> {
        match self {
            Self::Collision { span, .. }
            | Self::Exhausted { span, .. }
            | Self::NoAddress { span, .. }
            | Self::Denied { span, .. } => span.as_ref(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some("Vagrant::Errors::ForwardPortCollision")
    }
}

/// Returns the ports that `machine` gets. `wanted` comes with the place of each
/// in the Vagrantfile; `obstacle` says what keeps a port of the host from being
/// listened on, whatever this machine wants of it.
pub fn solve(
    machine: &str,
    wanted: &[(ForwardedPort, Option<Span>)],
    usable: (u16, u16),
    obstacle: &mut dyn FnMut(&str, u16, Protocol) -> Option<Obstacle>,
) -> Result<Solved, PortError> {
    let mut solved = Solved::default();
    for (position, (forward, span)) in wanted.iter().enumerate() {
        let own = |solved: &Solved, port: u16| {
            solved.forwards.iter().any(|other| {
                other.host == port
                    && other.protocol == forward.protocol
                    && overlap(&other.host_ip, &forward.host_ip)
            })
        };
        let found = if own(&solved, forward.host) {
            Some(Obstacle::InUse(Some(format!(
                "another forwarded port of `{machine}`"
            ))))
        } else {
            obstacle(&forward.host_ip, forward.host, forward.protocol)
        };
        let mut forward = forward.clone();
        match found {
            None => {}
            Some(Obstacle::NoAddress) => {
                return Err(PortError::NoAddress {
                    machine: machine.to_owned(),
                    guest: forward.guest,
                    host_ip: forward.host_ip,
                    span: span.clone(),
                });
            }
            Some(Obstacle::Denied) if !forward.auto_correct => {
                return Err(PortError::Denied {
                    machine: machine.to_owned(),
                    guest: forward.guest,
                    host: forward.host,
                    span: span.clone(),
                });
            }
            Some(Obstacle::InUse(holder)) if !forward.auto_correct => {
                return Err(PortError::Collision {
                    machine: machine.to_owned(),
                    guest: forward.guest,
                    host: forward.host,
                    holder,
                    span: span.clone(),
                });
            }
            Some(found) => {
                let later = &wanted[position + 1..];
                let given = (usable.0..=usable.1).find(|port| {
                    !own(&solved, *port)
                        && !later.iter().any(|(other, _)| other.host == *port)
                        && obstacle(&forward.host_ip, *port, forward.protocol).is_none()
                });
                let Some(given) = given else {
                    return Err(PortError::Exhausted {
                        machine: machine.to_owned(),
                        guest: forward.guest,
                        host: forward.host,
                        holder: match found {
                            Obstacle::InUse(holder) => holder,
                            Obstacle::Denied | Obstacle::NoAddress => None,
                        },
                        from: usable.0,
                        to: usable.1,
                        span: span.clone(),
                    });
                };
                solved.corrections.push(Correction {
                    guest: forward.guest,
                    wanted: forward.host,
                    given,
                });
                forward.host = given;
            }
        }
        solved.forwards.push(forward);
    }
    Ok(solved)
}

/// Returns whether listening on one address of the host keeps another from
/// being listened on, for the same port.
pub fn overlap(one: &str, other: &str) -> bool {
    let plain = |address: &str| match address {
        "" | "*" | "0.0.0.0" | "::" => String::new(),
        "localhost" => "127.0.0.1".to_owned(),
        other => other.to_owned(),
    };
    let (one, other) = (plain(one), plain(other));
    one.is_empty() || other.is_empty() || one == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Vagrant hands out the last port of the range when all are taken, even if
    /// that one is taken too. That is a fault of it, not a rule to follow.
    const ALL_TAKEN: [usize; 2] = [2, 15];

    fn port(value: &Value) -> (ForwardedPort, Option<Span>) {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| value[name].as_u64().unwrap() as u16;
        let forward = ForwardedPort {
            id: text("id"),
            guest: number("guest"),
            host: number("host"),
            host_ip: text("host_ip"),
            guest_ip: String::new(),
            protocol: if value["protocol"] == "udp" {
                Protocol::Udp
            } else {
                Protocol::Tcp
            },
            auto_correct: value["auto_correct"] == true,
        };
        (forward, None)
    }

    fn in_use(input: &Value, ip: &str, port: u16) -> bool {
        let extra = &input["extra_in_use"];
        let addresses = extra[port.to_string()].as_array();
        input["ports_open_on_host"]
            .as_array()
            .unwrap()
            .contains(&port.into())
            || extra
                .as_array()
                .is_some_and(|ports| ports.contains(&port.into()))
            || addresses.is_some_and(|all| all.iter().any(|a| overlap(a.as_str().unwrap(), ip)))
    }

    #[test]
    fn collisions_are_solved_as_vagrant_does() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../tests/vectors/port_collisions.json")).unwrap();
        for (number, case) in cases.iter().enumerate() {
            let input = &case["input"];
            let repair = input["repair"] == true;
            let all = input["forwarded_ports"].as_array().unwrap();
            // A disabled port never reaches the solver (`Network::forwarded_port`).
            let mut wanted: Vec<_> = all
                .iter()
                .filter(|port| port["disabled"] != true)
                .map(port)
                .collect();
            for (forward, _) in &mut wanted {
                forward.auto_correct &= repair;
            }
            let range = |index: usize| input["usable_port_range"][index].as_u64().unwrap() as u16;
            let result = solve(
                "m",
                &wanted,
                (range(0), range(1)),
                &mut |ip, port, protocol| {
                    (protocol == Protocol::Tcp && in_use(input, ip, port))
                        .then_some(Obstacle::InUse(None))
                },
            );
            let expected = &case["expected"];
            if ALL_TAKEN.contains(&number) {
                assert!(matches!(result, Err(PortError::Exhausted { .. })), "{case}");
            } else if expected.get("error").is_some() {
                let class = result.unwrap_err().vagrant_class().unwrap();
                assert!(
                    class.ends_with(expected["error"].as_str().unwrap()),
                    "{case}"
                );
            } else {
                let solved = result.unwrap();
                let ports: Vec<_> = solved.forwards.iter().map(|f| (f.guest, f.host)).collect();
                let wanted: Vec<_> = expected["ok"]["ports"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .zip(all)
                    .filter(|(_, port)| port["disabled"] != true)
                    .map(|(p, _)| (p[0].as_u64().unwrap() as u16, p[1].as_u64().unwrap() as u16))
                    .collect();
                assert_eq!(ports, wanted, "{case}");
                assert_eq!(
                    solved.corrections.len() as u64,
                    expected["ok"]["messages"].as_u64().unwrap(),
                    "{case}"
                );
            }
        }
    }

    #[test]
    fn an_address_of_another_host_is_told() {
        let wanted = [port(
            &serde_json::json!({"guest": 80, "host": 8080, "host_ip": "10.9.9.9", "auto_correct": true}),
        )];
        let error = solve("m", &wanted, (2200, 2250), &mut |_, _, _| {
            Some(Obstacle::NoAddress)
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "port 80 of `m` is to be reached at `10.9.9.9`, which is not an address of this host"
        );
    }

    #[test]
    fn a_replacement_leaves_what_later_ports_want() {
        let wanted = [
            port(&serde_json::json!({"guest": 22, "host": 2222, "auto_correct": true})),
            port(&serde_json::json!({"guest": 80, "host": 2200})),
        ];
        let solved = solve("m", &wanted, (2200, 2250), &mut |_, port, _| {
            (port == 2222).then_some(Obstacle::InUse(None))
        })
        .unwrap();
        assert_eq!(solved.forwards[0].host, 2201);
    }
}
