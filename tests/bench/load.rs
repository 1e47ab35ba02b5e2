//! How long loading takes, in process: every file of `tests/vagrantfiles`, and a
//! file with 60 machines. Aims: median below 2 ms, 60 machines below 20 ms.
//! `tests/bench/run load` runs it and compares whole processes with Vagrant.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement reads its own data"
)]

use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../support/vagrantfiles.rs"]
mod support;

use rove::vagrantfile::{self, LoadRequest};
use support::{copy, host};

/// Loads of one file; the median counts.
const ROUNDS: usize = 15;

/// Returns the median time of a load, well or with an error.
fn median(case: &Path) -> Duration {
    let temporary = tempfile::tempdir().unwrap();
    let base = temporary.path().canonicalize().unwrap();
    let (project, home) = (base.join(case.file_name().unwrap()), base.join("home"));
    copy(case, &project);
    std::fs::create_dir_all(home.join(".ssh")).unwrap();
    let host = host(&project, &home);
    let request = LoadRequest {
        start: project,
        arguments: vec!["status".to_owned()],
        ..LoadRequest::default()
    };
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let _ = vagrantfile::load(&host, &request);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

/// Returns a file with `count` machines, each with what machines usually have.
fn generated(count: usize) -> String {
    format!(
        r##"NODES = (1..{count}).map {{ |i| {{ name: "node#{{i}}", ip: "10.0.#{{i / 250}}.#{{i % 250 + 2}}", cpus: 1 + i % 4 }} }}
Vagrant.configure("2") do |config|
  config.vm.box = "generic/debian12"
  NODES.each_with_index do |node, index|
    config.vm.define node[:name], autostart: index < 3 do |machine|
      machine.vm.hostname = "#{{node[:name]}}.lab"
      machine.vm.network "private_network", ip: node[:ip]
      machine.vm.network "forwarded_port", guest: 80, host: 8000 + index, auto_correct: true
      machine.vm.synced_folder ".", "/vagrant", type: "rsync", rsync__exclude: [".git/"]
      machine.vm.provider "virtualbox" do |v|
        v.cpus = node[:cpus]
        v.memory = 512 * node[:cpus]
        v.customize ["modifyvm", :id, "--nested-hw-virt", "on"]
      end
      machine.vm.provision "shell", inline: <<~SCRIPT
        echo #{{node[:name]}} > /etc/motd
      SCRIPT
    end
  end
end
"##
    )
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vagrantfiles");
    let mut times = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let case = entry.path();
        if case.join("Vagrantfile").is_file() {
            times.push((
                median(&case),
                entry.file_name().to_string_lossy().into_owned(),
            ));
        }
    }
    times.sort();
    let middle = times[times.len() / 2].0;
    println!("{} files, median {:.2} ms", times.len(), ms(middle));
    println!("slowest:");
    for (time, name) in times.iter().rev().take(5) {
        println!("  {:8.2} ms  {name}", ms(*time));
    }
    let many = tempfile::tempdir().unwrap();
    let case = many.path().join("sixty");
    std::fs::create_dir_all(&case).unwrap();
    std::fs::write(case.join("Vagrantfile"), generated(60)).unwrap();
    println!("60 machines: {:.2} ms", ms(median(&case)));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
