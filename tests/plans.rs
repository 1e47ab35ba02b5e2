//! The tables of `tests/plans/`: a command, a state, the steps.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use rove::config::{MachineConfig, Provisioner, Run, Share};
use rove::error::Result;
use rove::network::ports::Correction;
use rove::plan::{self, BoxState, CloudInitRole, Observed, Plan, ProvisionChoice, Restore};
use rove::providers::{Capabilities, Power, Snapshot};
use rove::state::Unfinished;

/// The order of steps that rove does before one that it was broken off at.
const ORDER: &[&str] = &[
    "create",
    "seed",
    "start",
    "wait",
    "cloud-init",
    "key",
    "hostname",
    "folders",
    "provision setup",
];

fn provisioner(name: &str, run: Run) -> Provisioner {
    Provisioner {
        name: Some(name.to_owned()),
        kind: "shell".to_owned(),
        run,
        ..Provisioner::default()
    }
}

struct World {
    config: MachineConfig,
    seen: Observed,
    capabilities: Capabilities,
}

/// Returns the machine that the first column of a row describes.
fn world(text: &str) -> World {
    let mut config = MachineConfig {
        name: "web".to_owned(),
        provider: "qemu".to_owned(),
        hostname: Some("web.lab".to_owned()),
        shares: vec![Share {
            key: "/vagrant".to_owned(),
            host_path: ".".to_owned(),
            guest_path: "/vagrant".to_owned(),
            ..Share::default()
        }],
        provisioners: vec![
            provisioner("setup", Run::Once),
            provisioner("motd", Run::Always),
            provisioner("reset", Run::Never),
        ],
        ..MachineConfig::default()
    };
    let mut capabilities = Capabilities {
        share_kinds: &["rsync"],
        forwarded_ports: true,
        snapshots: true,
        suspend: true,
        seeds: true,
        ..Capabilities::default()
    };
    let mut parts = text.split(", ");
    let state = parts.next().unwrap();
    let power = match state {
        "not created" | "half made" => Power::Absent,
        "off" => Power::Off,
        "running" => Power::Running,
        "paused" => Power::Paused,
        "saved" => Power::Suspended,
        other => panic!("no such state: {other}"),
    };
    let mut seen = Observed {
        power,
        known: state != "not created",
        has_key: power != Power::Absent,
        provisioned: power != Power::Absent,
        ..Observed::default()
    };
    for part in parts {
        if let Some((command, step)) = part.split_once(" broken off at ") {
            let done = ORDER.iter().take_while(|name| **name != step);
            seen.unfinished = Some(Unfinished {
                command: command.to_owned(),
                step: Some(step.to_owned()),
                done: done.map(|name| (*name).to_owned()).collect(),
                killed: true,
            });
            continue;
        }
        if let Some(snapshot) = part.strip_prefix("snapshot ") {
            let (name, with_memory) = match snapshot.strip_suffix(" with memory") {
                Some(name) => (name, true),
                None => (snapshot, false),
            };
            seen.snapshots.push(Snapshot {
                name: name.to_owned(),
                taken: 0,
                with_memory,
            });
            continue;
        }
        if let Some(kind) = part.strip_prefix("folder type ") {
            config.shares[0].kind = Some(kind.to_owned());
            continue;
        }
        match part {
            "never provisioned" => seen.provisioned = false,
            "insecure key" => seen.has_key = false,
            "no provisioners" => config.provisioners.clear(),
            "bare image" => seen.cloud_init = CloudInitRole::User,
            "cloud-init parts" => seen.cloud_init = CloudInitRole::Parts,
            "provider without seeds" => capabilities.seeds = false,
            "provider without suspend" => capabilities.suspend = false,
            "provider without snapshots" => capabilities.snapshots = false,
            "port 2222 in use" => seen.corrections.push(Correction {
                guest: 22,
                wanted: 2222,
                given: 2200,
            }),
            "puppet provisioner" => config.provisioners.push(Provisioner {
                kind: "puppet".to_owned(),
                ..provisioner("site", Run::Once)
            }),
            "box not here" => {
                seen.box_state = BoxState::ToFetch {
                    name: "org/box".to_owned(),
                    version: String::new(),
                    providers: vec!["qemu".to_owned()],
                    urls: Vec::new(),
                }
            }
            other => panic!("no such fact: {other}"),
        }
    }
    World {
        config,
        seen,
        capabilities,
    }
}

fn plan(world: &World, command: &str) -> Result<Plan> {
    let (config, seen, capabilities) = (&world.config, &world.seen, &world.capabilities);
    let mut words: Vec<&str> = command.split(' ').collect();
    let mut flag = |name: &str| {
        let found = words.iter().position(|word| *word == name);
        found.map(|index| words.remove(index)).is_some()
    };
    let force = flag("--force");
    let graceful = flag("--graceful");
    let start = !flag("--no-start");
    let delete = !flag("--no-delete");
    let mut choice = ProvisionChoice::default();
    if flag("--no-provision") {
        choice.enabled = Some(false);
    }
    if flag("--provision") {
        choice.enabled = Some(true);
    }
    if flag("--provision-with") {
        choice.with = words.pop().unwrap().split(',').map(str::to_owned).collect();
    }
    let restore = |name: &str, delete| Restore {
        name: name.to_owned(),
        start,
        delete,
        provision: choice.clone(),
    };
    match words.as_slice() {
        ["up"] => plan::up(config, seen, capabilities, &choice),
        ["halt"] => plan::halt(config, seen, force),
        ["reload"] => plan::reload(config, seen, capabilities, &choice, force),
        ["destroy"] => plan::destroy(config, seen, graceful),
        ["suspend"] => plan::suspend(config, seen, capabilities),
        ["resume"] => plan::resume(config, seen, capabilities, &choice),
        ["provision"] => plan::provision(config, seen, capabilities, &choice.with),
        ["snapshot", "save", name] => plan::snapshot_save(config, seen, capabilities, name, force),
        ["snapshot", "delete", name] => plan::snapshot_delete(config, seen, capabilities, name),
        ["snapshot", "restore", name] => {
            plan::snapshot_restore(config, seen, capabilities, &restore(name, false))
        }
        ["snapshot", "pop", name] => {
            plan::snapshot_restore(config, seen, capabilities, &restore(name, delete))
        }
        other => panic!("no such command: {other:?}"),
    }
}

fn check(file: &str, text: &str) -> usize {
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [machine, command, steps, told] = cells[..] else {
            panic!("{file}: a row has four cells: {line}");
        };
        if machine == "machine" || machine.starts_with("---") {
            continue;
        }
        rows += 1;
        let planned = plan(&world(machine), command);
        let found = match &planned {
            Err(error) => format!("error: {error}"),
            Ok(plan) if plan.is_empty() => "nothing".to_owned(),
            Ok(plan) => {
                let names: Vec<String> = plan.steps.iter().map(plan::Step::name).collect();
                names.join(", ")
            }
        };
        assert_eq!(found, steps, "{file}: {line}");
        if told != "-" {
            let notes = planned.unwrap().notes;
            assert!(
                notes.iter().any(|note| note.text.contains(told)),
                "{file}: {line}\n{notes:?}"
            );
        }
    }
    rows
}

#[test]
fn every_row_of_the_tables_is_what_rove_plans() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut rows = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "README.md" {
            let text = std::fs::read_to_string(&path).unwrap();
            rows += check(&path.display().to_string(), &text);
        }
    }
    assert!(rows > 70, "{rows} rows");
}
