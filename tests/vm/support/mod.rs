//! A machine per test, with folders of its own; gone when the test ends,
//! however it ends.

pub(crate) mod lab;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rove::communicators::Communicator;
use rove::communicators::ssh::{Ssh, insecure_key_files};
use rove::config::{
    Connection, ForwardedPort, Origin, Protocol, ProviderBlock, Setting, Size, Sourced, Value,
};
use rove::event::{Event, Recorder};
use rove::host::{Dirs, Host};
use rove::op::Script;
use rove::providers::{BoxFiles, Machine, MachineSpec, Power, Provider, list};

/// How long a guest may take to answer: TCG on a busy machine is slow.
const BOOT: Duration = Duration::from_secs(240);

/// A machine under test.
pub(crate) struct Vm {
    pub(crate) host: Host,
    pub(crate) spec: MachineSpec,
    pub(crate) events: Arc<Recorder>,
    root: tempfile::TempDir,
    keys: Vec<PathBuf>,
}

/// Returns the folder with the built boxes.
pub(crate) fn boxes() -> PathBuf {
    std::env::var_os("ROVE_TEST_BOXES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/boxes"),
        PathBuf::from,
    )
}

/// Runs a program of the host.
pub(crate) fn run(program: &str, args: &[&str]) {
    let output = std::process::Command::new(program)
        .args(args)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Unpacks a built box into `dir`.
pub(crate) fn unpack(name: &str, dir: &Path) {
    let file = boxes().join(format!("{name}.box"));
    assert!(
        file.is_file(),
        "there is no `{}`: build it with `boxes/build`, or set `ROVE_TEST_BOXES`",
        file.display()
    );
    std::fs::create_dir_all(dir).unwrap();
    run(
        "tar",
        &["-xf", file.to_str().unwrap(), "-C", dir.to_str().unwrap()],
    );
}

/// Returns a port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn given<T>(value: T) -> Option<Sourced<T>> {
    Some(Sourced {
        value,
        origin: Origin::Default,
    })
}

impl Vm {
    /// Returns a machine of the tiny box that does not exist yet.
    pub(crate) fn tiny(name: &str) -> Self {
        Self::of(name, |dir| unpack("tiny", dir), "libvirt")
    }

    /// Returns a machine of a box that `make` puts into a folder.
    pub(crate) fn of(name: &str, make: impl FnOnce(&Path), provider: &str) -> Self {
        let root = tempfile::Builder::new()
            .prefix("rove-vm")
            .tempdir()
            .unwrap();
        let box_dir = root.path().join("box");
        make(&box_dir);
        let metadata = std::fs::read(box_dir.join("metadata.json")).unwrap_or_default();
        let events = Arc::new(Recorder::default());
        let mut host = Host::system().unwrap().with_listener(events.clone());
        host.dirs = Dirs::below(root.path());
        let keys = insecure_key_files(&host.dirs).unwrap();
        let mut id = format!("{:x}{:08x}", free_port(), std::process::id());
        id.extend(std::iter::repeat_n('0', 32 - id.len()));
        let spec = MachineSpec {
            seed: None,
            name: name.to_owned(),
            lab: "test".to_owned(),
            id,
            box_files: Some(BoxFiles {
                name: "rove/test".to_owned(),
                version: "1".to_owned(),
                provider: provider.to_owned(),
                dir: box_dir,
                metadata: serde_json::from_slice(&metadata).unwrap_or_default(),
                read_only: false,
            }),
            size: Size {
                cpus: given(1),
                memory_mib: given(128),
                ..Size::default()
            },
            block: ProviderBlock {
                provider: "qemu".to_owned(),
                ..ProviderBlock::default()
            },
            networks: Vec::new(),
            forwards: vec![ForwardedPort {
                id: "ssh".to_owned(),
                guest: 22,
                host: free_port(),
                host_ip: "127.0.0.1".to_owned(),
                guest_ip: String::new(),
                protocol: Protocol::Tcp,
                auto_correct: true,
            }],
            disks: Vec::new(),
            base_mac: None,
            graceful_halt_timeout: Duration::from_secs(60),
        };
        let mut vm = Self {
            host,
            spec,
            events,
            root,
            keys,
        };
        // Another version of QEMU than the one on PATH.
        if let Some(program) = std::env::var_os("ROVE_TEST_QEMU") {
            let program = program.to_string_lossy().into_owned();
            vm.set("qemu_bin", Value::String(program));
        }
        vm
    }

    /// Returns the folder of the machine.
    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("machine").join("qemu")
    }

    /// Returns the folder of the box.
    pub(crate) fn box_dir(&self) -> PathBuf {
        self.root.path().join("box")
    }

    /// Makes a setting in the `qemu` block.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.spec.block.settings.push(Setting {
            name: name.to_owned(),
            value,
            span: None,
        });
    }

    /// Does something with the machine, opened anew as each command does.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut dyn Machine, &MachineSpec) -> T) -> T {
        let dir = self.dir();
        let provider: &dyn Provider = list::by_name("qemu").unwrap();
        let mut machine = provider.open(&dir, &self.host).unwrap();
        act(machine.as_mut(), &self.spec)
    }

    /// Makes the machine and starts it.
    pub(crate) fn up(&self) {
        self.with(|machine, spec| {
            machine.create(spec).unwrap();
            machine.start(spec).unwrap();
        });
    }

    pub(crate) fn power(&self) -> Power {
        self.with(|machine, _| machine.power().unwrap())
    }

    /// Returns a way into the guest, once it answers.
    pub(crate) fn ssh(&self) -> Ssh {
        let endpoint = self
            .with(|machine, _| machine.endpoint().unwrap())
            .expect("it runs");
        let connection = Connection {
            endpoint,
            ssh: rove::config::Ssh {
                private_key_paths: self.keys.clone(),
                ..rove::config::Ssh::default()
            },
        };
        let mut ssh = Ssh::new(connection, &self.host).unwrap();
        if let Err(error) = ssh.wait_ready(BOOT, &mut |_| Ok(())) {
            panic!("{error}; console:\n{}", self.console());
        }
        ssh
    }

    /// Runs a command in the guest and returns what it printed.
    pub(crate) fn guest(&self, command: &str) -> String {
        let mut ssh = self.ssh();
        say(&mut ssh, command)
    }

    pub(crate) fn console(&self) -> String {
        let bytes = std::fs::read(self.dir().join("console.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns the lines that the user was told.
    pub(crate) fn told(&self) -> Vec<String> {
        let of = |event| match event {
            Event::Line { text, .. } => Some(text),
            _ => None,
        };
        self.events.events().into_iter().filter_map(of).collect()
    }

    /// Returns the ids of QEMU processes with files of this test open.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let root = self.root.path().to_str().unwrap().to_owned();
        rove::host::process::all()
            .into_iter()
            .filter(|pid| {
                rove::host::process::command_line(*pid).is_some_and(|words| {
                    words[0].contains("qemu-system")
                        && words.iter().any(|word| word.contains(&root))
                })
            })
            .filter(|pid| rove::host::process::Identity::of(*pid).is_some())
            .collect()
    }
}

/// Runs a command over a connection that is open.
pub(crate) fn say(ssh: &mut Ssh, command: &str) -> String {
    let mut text = String::new();
    let status = ssh
        .exec(&Script::user(command), &mut |_, line| {
            text.push_str(line);
            text.push('\n');
        })
        .unwrap();
    assert_eq!(status, 0, "{command}: {text}");
    text.trim_end().to_owned()
}

impl Drop for Vm {
    fn drop(&mut self) {
        let destroyed = self.with(|machine, _| machine.destroy());
        for pid in self.processes() {
            if let Some(process) = rove::host::process::Identity::of(pid) {
                process.kill();
            }
        }
        if !std::thread::panicking() {
            destroyed.unwrap();
        }
    }
}
