//! Loads a project in a folder of its own, without anybody's trust.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rove::event::Silent;
use rove::host::{Cancel, Clock, Dirs, Env, Host, SystemRunner};
use rove::vagrantfile::{LoadRequest, load as load_file};

/// A Vagrantfile that makes its machines of `nodes.yml`, as hundreds of labs do.
#[allow(dead_code, reason = "shared by programs that each use a part")]
pub(crate) const MACHINES_OF_YAML: &[u8] = br"require 'yaml'
nodes = YAML.load_file(File.join(__dir__, 'nodes.yml')) || []
Vagrant.configure('2') do |config|
  nodes = nodes.to_a if nodes.respond_to?(:to_a)
  Array(nodes).each do |name, node|
    node = name if node.nil?
    next unless node.respond_to?(:[])
    config.vm.define name.to_s do |machine|
      machine.vm.box = (node['box'] rescue nil)
      machine.vm.hostname = (node['hostname'] rescue nil)
      Array((node['networks'] rescue nil)).each do |network|
        machine.vm.network 'private_network', ip: network.to_s
      end
      machine.vm.provider('virtualbox') do |v|
        v.memory = (node['memory'] rescue nil)
      end
      puts YAML.dump(node)
    end
  end
end
";

/// A clock that waits for nothing: `sleep` in a file is not what is looked for.
struct Hasty;

impl Clock for Hasty {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn sleep(&self, _: Duration) -> rove::error::Result<()> {
        Ok(())
    }
}

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

/// Loads `vagrantfile` with files beside it.
pub(crate) fn load(vagrantfile: &[u8], files: &[(&str, &[u8])]) {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().unwrap());
        let (project, home) = (folder.path().join("lab"), folder.path().join("home"));
        std::fs::create_dir_all(&project).unwrap();
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(project.join("Vagrantfile"), vagrantfile).unwrap();
        for (name, content) in files {
            std::fs::write(project.join(name), content).unwrap();
        }
        let cancel = Cancel::new();
        let host = Host {
            runner: Arc::new(SystemRunner::new(cancel.clone())),
            clock: Arc::new(Hasty),
            cancel,
            // No `ROVE_TRUST`: nothing is run and nothing is written.
            env: Arc::new(Env::of([
                ("PATH", "/nonexistent"),
                ("HOME", &home.to_string_lossy()),
                ("TZ", "UTC"),
                ("ROVE_PROVIDERS", "virtualbox,libvirt"),
            ])),
            cwd: project.clone(),
            dirs: Dirs::below(&home),
            listener: Arc::new(Silent),
        };
        let request = LoadRequest {
            start: project,
            arguments: vec!["status".to_owned()],
            ..LoadRequest::default()
        };
        // Either is an answer; the text of a failure must come out too.
        match load_file(&host, &request) {
            Ok(loaded) => drop(format!("{:?}", loaded.lab)),
            Err(failure) => drop(format!("{failure} {:?}", failure.explain().hints())),
        }
    });
}
